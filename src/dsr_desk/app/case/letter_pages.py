"""Pages of a letter that have no text: shown for somebody to read, and a photo on them can be cut out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from PIL import Image

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.letters import letter_of
from dsr_desk.app.case.references import ReferenceFace, ReferencePhoto, Shown, examine_references, shown
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box
from dsr_desk.core.message import Message, message
from dsr_desk.faces.outside import LARGEST_SHOWN
from dsr_desk.intake.model import LetterPage
from dsr_desk.intake.registry import read_bytes

AROUND = 0.6
"""How much around a face is cut out with it, as a share of its size: hair, chin and ears."""

LIGHT = 150
"""Paper is lighter than this in each colour, in poor light too."""


@dataclass(frozen=True)
class PageShown:
    """A page as it is painted; `faces` are those on it, in its pixels. `picture` is as large as the page is."""

    name: Message
    picture: Shown
    faces: tuple[ReferenceFace, ...]


@dataclass(frozen=True)
class LetterShown:
    """The pages of a letter that have no text, and why pages that it may have had cannot be shown."""

    pages: tuple[PageShown, ...] = ()
    unshown: Message | None = None


NO_PAGES = LetterShown()


def look_at_pages(pages: Sequence[LetterPage]) -> list[PageShown]:
    """Each page is decoded and looked at in a cell."""
    looked = examine_references([(str(number), page.data) for number, page in enumerate(pages, start=1)])
    return [
        PageShown(page.name, shown(page.data, LARGEST_SHOWN), photo.faces)
        for page, photo in zip(pages, looked, strict=True)
    ]


def pages_of_letter(desk: Desk, ref: str) -> LetterShown:
    """The pages without text of a case's letter, read anew from its bytes, as long as no part of it was destroyed."""
    kept = letter_of(desk, ref)
    if kept is None:
        return NO_PAGES
    if kept.missing:
        return LetterShown(unshown=message("letter.part-destroyed", count=len(kept.missing)))
    try:
        intakes = read_bytes(kept.data, show_case(desk, ref).request.source)
    except DeskError as error:
        return LetterShown(unshown=message("letter.pages-unread", why=error.why))
    return LetterShown(tuple(look_at_pages(list(dict.fromkeys(page for one in intakes for page in one.pages)))))


def cut_out(page: PageShown, box: Box) -> tuple[str, bytes]:
    """Name and bytes (PNG) of what lies in a box of a page, in its pixels."""
    picture = page.picture
    whole = Image.frombytes("RGB", (picture.width, picture.height), picture.rows)
    place = max(0, box.left), max(0, box.top), min(picture.width, box.right), min(picture.height, box.bottom)
    out = io.BytesIO()
    whole.crop(place).save(out, "PNG")
    said = page.name.values
    stem = PurePath(str(said.get("file", "letter"))).stem
    return f"{stem}-{said.get('page', 1)}-{box.left}-{box.top}.png", out.getvalue()


def around_face(face: Box) -> Box:
    """What is cut out for a face."""
    across, down = round(face.width * AROUND), round(face.height * AROUND)
    return Box(face.left - across, face.top - down, face.right + across, face.bottom + down)


def looks_like_letter(photo: ReferencePhoto, picture: Shown) -> bool:
    """A guess for whoever is asked: paper that fills the picture, or no face that does."""
    height = max(1, picture.whole[1])
    largest = max((face.box.height for face in photo.faces), default=0)
    if largest > height / 5 or not picture.rows:
        return False
    pixels = np.frombuffer(picture.rows, np.uint8).reshape(-1, 3)
    return largest == 0 or bool((pixels.min(axis=1) > LIGHT).mean() > 0.4)
