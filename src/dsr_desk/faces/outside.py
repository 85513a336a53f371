"""Photos from outside, as all but workers look at them: each is decoded in a cell of its own, whoever sent it.

Nothing here raises for what stands in a photo. What a cell could not do is said in its place: a crash, a decoder that
never ends, too much memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image

from dsr_desk.core import codec
from dsr_desk.core.items import Box, Flaw, LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.faces.decode import decode
from dsr_desk.faces.facts import EngineChanged, engine_grants, own_folder
from dsr_desk.faces.frames import others, picture
from dsr_desk.faces.partly import Partly
from dsr_desk.faces.phash import HASH_BYTES, perceptual_hash
from dsr_desk.faces.photo import FoundFace, PhotoResult, examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.faces.texts import texts_in
from dsr_desk.jobs.cell import NOTHING, CellFailed, CellProcess, Limits, ask, load

LIMITS = Limits(seconds=180.0)
TO_SHOW = Limits(seconds=20.0)
"""Somebody waits for it before a screen."""

WARM = "dsr_desk.faces.warm"

READY = "standard"
"""The engine that the process from which cells come holds in memory (see `ready`)."""

LARGEST_SHOWN = 8192
"""Pixels along the longer side of what is shown."""


@dataclass(frozen=True)
class Shown:
    """A photo to be painted: upright, RGB, row after row. `why` there is none where `rows` are empty.

    `whole` is the width and height of all of the photo, upright, in whose pixels boxes are given; zeros where unknown.
    """

    width: int
    height: int
    rows: bytes
    whole: tuple[int, int]
    why: Message | None = None

    def __post_init__(self) -> None:
        fits = min(self.width, self.height) >= 0 and max(self.width, self.height) <= LARGEST_SHOWN
        if not fits or len(self.rows) != 3 * self.width * self.height:
            raise ValueError("not a picture")


@dataclass(frozen=True)
class _Face:
    box: Box
    score: float
    quality: tuple[Flaw, ...]
    comparable: bool
    template: bytes
    thumbnail: bytes | None
    frame: int = 0

    def __post_init__(self) -> None:
        if not self.template or not np.isfinite(np.frombuffer(self.template, "<f4")).all():
            raise ValueError("not a template")


@dataclass(frozen=True)
class _Looked:
    ledger_class: LedgerClass
    reason: Message | None
    width: int
    height: int
    phash: bytes
    faces: tuple[_Face, ...]
    partly: tuple[Partly, ...]
    looks: tuple[bytes, ...]
    texts: dict[str, str]


codec.prepare(_Looked, Shown)


def look_at(
    engine_name: str,
    data: bytes,
    orientation: int | None = None,
    *,
    thumbnails: bool = False,
    reference: bool = False,
    digest: str = "",
) -> PhotoResult:
    """See `photo.examine`. A cell that fails makes a photo that crashed. Raises what loading the engine raises.

    Raises EngineChanged where the engine is not that of the `digest`, if one is given.
    """
    name = str(own_folder(engine_name) or engine_name)
    asked = name, data, orientation, thumbnails, reference, digest
    try:
        if name == READY:
            load("dsr_desk.faces.ready")
        seen: _Looked = ask(_Looked, look, *asked, grants=engine_grants(name), limits=LIMITS)
    except CellFailed as failed:
        return PhotoResult(LedgerClass.CRASHED, failed.why, 0, 0, b"", ())
    return PhotoResult(
        seen.ledger_class,
        seen.reason,
        seen.width,
        seen.height,
        seen.phash,
        tuple(map(_found, seen.faces)),
        seen.partly,
        seen.looks,
        seen.texts,
    )


def _found(one: _Face) -> FoundFace:
    template = np.frombuffer(one.template, "<f4")
    return FoundFace(one.box, one.score, one.quality, one.comparable, template, one.thumbnail, one.frame)


def shown(data: bytes, side: int, orientation: int | None = None, around: Box | None = None, frame: int = 0) -> Shown:
    """A photo, or what of it lies `around` a face, with at most `side` pixels along the longer side.

    `frame` is the number of the picture of its file (see `frames`).
    """
    asked = data, min(side, LARGEST_SHOWN), orientation, around, frame
    try:
        load(WARM)
        painted: Shown = ask(Shown, picture_of, *asked, limits=TO_SHOW)
    except CellFailed as failed:
        return Shown(0, 0, b"", (0, 0), failed.why)
    return painted


class Eyes:
    """One confined worker that is kept for many photos, and another one after it failed: quick.

    For hashes, and for crops that workers of ours made: whatever took hold of it could lie about the next photo.
    """

    def __init__(self) -> None:
        self._cell: CellProcess | None = None
        self._open = True
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends what is being done, whatever it is; nothing is seen after it."""
        self._open = False
        if self._cell is not None:
            self._cell.close()

    def hash_of(self, data: bytes, orientation: int | None = None, without: Collection[int] = ()) -> bytes:
        """The perceptual hashes of the file's pictures but these, 8 bytes each; b"" where there is nothing to see."""
        try:
            looks: bytes = self._ask(bytes, hash_of, data, orientation, tuple(without), limits=LIMITS)
        except CellFailed:
            return b""
        return b"" if len(looks) % HASH_BYTES else looks

    def texts_of(self, data: bytes) -> dict[str, str]:
        """What is written in the file: see `texts`. Raises CellFailed."""
        written: dict[str, str] = self._ask(dict[str, str], written_in, data, limits=LIMITS)
        return written

    def shown(self, data: bytes, side: int) -> Shown:
        """See `shown`."""
        try:
            painted: Shown = self._ask(Shown, picture_of, data, min(side, LARGEST_SHOWN), None, None, limits=TO_SHOW)
        except CellFailed as failed:
            return Shown(0, 0, b"", (0, 0), failed.why)
        return painted

    def _ask(self, kind: Any, function: Callable[..., Any], *args: Any, limits: Limits) -> Any:
        with self._turn:
            if self._cell is None:
                self._cell = CellProcess((WARM,), NOTHING, LIMITS)
            try:
                if not self._open:
                    raise CellFailed(why=message("why.cell.none"))
                return self._cell.call(kind, function, args, limits.seconds)
            except CellFailed:
                self._cell.close()
                self._cell = None
                raise


def look(
    engine_name: str, data: bytes, orientation: int | None, thumbnails: bool, reference: bool, digest: str = ""
) -> _Looked:
    """Inside a cell."""
    engine = load_engine(engine_name)
    if digest and engine.digest != digest:
        raise EngineChanged(name=engine_name)
    found = examine(engine, data, orientation, thumbnails=thumbnails, reference=reference)
    return _Looked(
        found.ledger_class,
        found.reason,
        found.width,
        found.height,
        found.phash,
        tuple(map(_told, found.faces)),
        found.partly,
        found.looks,
        dict(found.texts),
    )


def _told(one: FoundFace) -> _Face:
    template = one.template.astype("<f4").tobytes()
    return _Face(one.box, one.score, one.quality, one.comparable, template, one.thumbnail, one.frame)


def picture_of(data: bytes, side: int, orientation: int | None, around: Box | None, frame: int = 0) -> Shown:
    """Inside a cell."""
    decoded = picture(data, frame, orientation, enough=0 if around else side)
    whole = decoded.width, decoded.height
    if decoded.pixels is None:
        return Shown(0, 0, b"", whole, decoded.reason)
    pixels = decoded.pixels
    if around is not None:
        part = decoded.width / pixels.shape[1]
        top, bottom, left, right = (
            max(0, round(at / part)) for at in (around.top, around.bottom, around.left, around.right)
        )
        cut = pixels[top:bottom, left:right]
        pixels = cut if cut.size else pixels
    height, width = pixels.shape[:2]
    if max(width, height) <= side:
        return Shown(width, height, pixels.tobytes(), whole)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    del decoded, pixels
    image.thumbnail((side, side), reducing_gap=2.0)
    return Shown(image.width, image.height, image.tobytes(), whole)


def hash_of(data: bytes, orientation: int | None, without: Collection[int]) -> bytes:
    """Inside a cell."""
    first = decode(data, orientation).pixels
    if first is None:
        return b""
    further = ((one[0], one[1].pixels) for one in others(data, orientation, first) if not isinstance(one, Partly))
    shown = ((0, first), *further)
    pictures = (pixels for number, pixels in shown if pixels is not None and number not in without)
    return b"".join(dict.fromkeys(perceptual_hash(pixels) for pixels in pictures))


def written_in(data: bytes) -> dict[str, str]:
    """Inside a cell."""
    return texts_in(data)[0]
