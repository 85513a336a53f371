"""Pages that are pictures (scans, faxes, photos of a letter), made fit to be shown: a person reads them."""

from __future__ import annotations

import io

from PIL import Image

from dsr_desk.core.message import Message, message
from dsr_desk.faces.decode import decode, size_of
from dsr_desk.intake.contents import ContentUnreadable, DocumentContents, DocumentKind
from dsr_desk.intake.model import LetterPage
from dsr_desk.intake.photos import MOST_PIXELS, bare_name, looks_like_picture

WIDEST = 1600
"""Pixels across of a page as it is shown."""

TALLEST = 4 * WIDEST
MOST_SHOWN = 20
"""Pages of one document that are kept as pictures."""


def shown(image: Image.Image, name: Message) -> LetterPage:
    """A picture as a page, at most `WIDEST` pixels wide."""
    image.thumbnail((WIDEST, TALLEST))
    out = io.BytesIO()
    image.save(out, "PNG")
    return LetterPage(name, out.getvalue())


def page_of(data: bytes, name: str) -> LetterPage:
    """A picture file as a page. Raises ContentUnreadable."""
    across, down = size_of(data) or (0, 0)
    if across * down > MOST_PIXELS:
        raise ContentUnreadable("why.attached.pixels")
    pixels = decode(data, enough=2 * WIDEST).pixels
    if pixels is None:
        raise ContentUnreadable("why.attached.no-photo")
    return shown(Image.fromarray(pixels), message("where.picture", file=bare_name(name, "letter")))


def _read(data: bytes, name: str) -> DocumentContents:
    return DocumentContents(pages=(page_of(data, name),), warnings=(message("note.page.picture", name=name),))


DOCUMENT = DocumentKind("picture", lambda _name, head: looks_like_picture(head), _read)
