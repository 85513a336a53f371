"""Reference photos: which face in them is the requester's, and whether it can be compared."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box, Flaw, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.faces import outside
from dsr_desk.faces.engine import Template
from dsr_desk.faces.outside import look_at
from dsr_desk.storage.files import disk_errors
from dsr_desk.storage.log import StoredBlob


class PhotoUnreadable(DeskError):
    code = "PHOTO-UNREADABLE"
    happened = "The photo {name} cannot be read: {why}."
    means = "It cannot serve as a reference, so nothing was changed."
    todo = "Ask for the photo again, as a JPEG or PNG file, or go on with the other photos."


class PhotoWithoutFace(DeskError):
    code = "PHOTO-NO-FACE"
    happened = "No face was found in {name}."
    means = "It cannot serve as a reference, so nothing was changed."
    todo = "Ask for a photo that shows the face from the front, sharp and at least 80 pixels wide."


class PhotoWithSeveralFaces(DeskError):
    code = "PHOTO-SEVERAL-FACES"
    happened = "There are {count} faces in {name}."
    means = "A search with the wrong one would look for a stranger, so none was chosen and nothing was changed."
    todo = "Say which face it is, counted from the left: --face {name}=1 on the command line, a click in the window."


class PhotoMissing(DeskError):
    code = "PHOTO-MISSING"
    happened = "There is no file {name}."
    means = "The photo was not read and nothing was changed."
    todo = "Check the name and give it again."


Shown = outside.Shown
Eyes = outside.Eyes


def shown(photo: bytes, side: int, around: Box | None = None) -> Shown:
    """What windows paint of a photo; see `outside.shown`."""
    return outside.shown(photo, side, around=around)


@dataclass(frozen=True)
class ReferenceFace:
    """A face of a reference photo, counted from the left, from 1. `advice` says what is wrong with it, if anything."""

    number: int
    box: Box
    flaws: tuple[Flaw, ...]
    comparable: bool
    thumbnail: bytes = b""


@dataclass(frozen=True)
class ReferencePhoto:
    """A photo as it came, with its faces; `chosen` is a face's number, None where somebody must choose."""

    name: str
    data: bytes
    digest: str
    faces: tuple[ReferenceFace, ...]
    chosen: int | None
    problem: Message | None = None

    def require_choice(self) -> None:
        """Raises what keeps this photo from being a reference."""
        if self.problem:
            raise PhotoUnreadable(name=self.name, why=self.problem)
        if not self.faces:
            raise PhotoWithoutFace(name=self.name)
        if self.chosen is None:
            raise PhotoWithSeveralFaces(name=self.name, count=len(self.faces))

    @property
    def usable(self) -> bool:
        return not self.problem and self.chosen is not None


_NOT_LOOKED_AT = (LedgerClass.UNREADABLE, LedgerClass.SKIPPED, LedgerClass.CRASHED)


def load_photos(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Names and bytes. Raises PhotoMissing."""
    loaded = []
    for path in paths:
        if not path.is_file():
            raise PhotoMissing(name=path)
        with disk_errors(path):
            loaded.append((path.name, path.read_bytes()))
    return loaded


def examine_references(
    photos: Sequence[tuple[str, bytes]], chosen: Mapping[str, int] | None = None
) -> list[ReferencePhoto]:
    """Finds the faces of each photo. `chosen` gives a face's number by file name; a single face chooses itself."""
    wanted = chosen or {}
    # Each is looked at in a cell, which has one thread.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(lambda photo: _examine_one(photo[0], photo[1], wanted.get(photo[0])), photos))


def _examine_one(name: str, data: bytes, wanted: int | None) -> ReferencePhoto:
    result = look_at("standard", data, thumbnails=True)
    if result.ledger_class in _NOT_LOOKED_AT:
        return ReferencePhoto(name, data, sha256_hex(data), (), None, result.reason)
    shown = (face for face in result.faces if face.frame == 0)
    ordered = sorted(shown, key=lambda face: (face.box.left, face.box.top))
    faces = tuple(
        ReferenceFace(at, face.box, face.quality, face.comparable, face.thumbnail or b"")
        for at, face in enumerate(ordered, start=1)
    )
    number = wanted if wanted is not None and 1 <= wanted <= len(faces) else None
    if number is None and len(faces) == 1:
        number = 1
    return ReferencePhoto(name, data, sha256_hex(data), faces, number)


def reference_template(
    desk: Desk, data: bytes, box: Box, engine_name: str, dimension: int, digest: str
) -> tuple[Template | None, bytes]:
    """The template of the face at `box` made by the named engine, and the photo's perceptual hash.

    The template is None where that engine finds no face at this place. Made once while the desk is open.
    Raises PhotoUnreadable where the photo cannot be looked at, EngineChanged where the engine has another digest.
    """
    key = (sha256_hex(data), box, digest)
    if key not in desk.templates:
        template, looks = _template(data, box, engine_name, digest)
        if template is not None and template.shape != (dimension,):
            raise PhotoUnreadable(name="", why=message("why.cell.unfit"))
        desk.templates[key] = template, looks
    return desk.templates[key]


def _template(data: bytes, box: Box, engine_name: str, digest: str) -> tuple[Template | None, bytes]:
    result = look_at(engine_name, data, reference=True, digest=digest)
    if result.ledger_class in _NOT_LOOKED_AT:
        raise PhotoUnreadable(name="", why=result.reason)
    best = max(result.faces, key=lambda face: face.box.overlap(box), default=None)
    if best is None or best.box.overlap(box) < 0.2:
        return None, result.phash
    return best.template, result.phash


def reference_draft(photo: ReferencePhoto, number: int, stored: StoredBlob) -> Draft:
    """The act that takes a photo into a case as its reference of this number (from 1)."""
    return Draft(
        Kind.REFERENCE,
        {"reference": number, "face": photo.chosen},
        {"photo": stored.as_value(), "name": photo.name, "faces": codec.plain(photo.faces)},
    )
