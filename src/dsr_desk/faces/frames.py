"""The pictures of one file after the first: frames of an animation, pages, what lies embedded. For workers and cells.

A file's pictures are numbered: 0 is the one that it shows first, 1 and so on are the others that it shows, -1, -2 and
so on those that lie embedded in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.faces.decode import Decoded, decode, decoded, opened
from dsr_desk.faces.embedded import embedded_in
from dsr_desk.faces.engine import Pixels
from dsr_desk.faces.partly import Partly, PartlyKind

MOST_FRAMES = 64
"""Looked at in one file, evenly chosen, the first and the last among them."""

MOST_WORK = 640e6
"""Pixels of one file's frames that are looked at, enlarged as the detector does it: about ninety seconds."""

ENLARGED, MOST_ENLARGED = 5, 10e6
"""How many times as many pixels a detector looks at, and how many at most: see `dlib_engine`."""

MOST_IN_ORDER = 4e9
"""Pixels that are decoded to reach the frames of a file that can be read in order alone."""

_IN_ORDER = ("GIF", "PNG", "WEBP", "AVIF")

BLOCK = 8
SAME_FRAME, SAME_PREVIEW = 12.0, 24.0
"""Grey levels in which means over blocks of 8 by 8 pixels differ at most between frames that show the same.

A face of the least size that is looked for covers more than a dozen blocks. Previews are sharpened and shrunk."""

SAME_SHAPE = 0.05
"""Of width to height."""


@dataclass(frozen=True)
class Chosen:
    """Which frames behind the first are looked at, of how many that the file holds (`total`, the first included)."""

    numbers: tuple[int, ...]
    total: int

    @property
    def why(self) -> Message | None:
        """What was not looked at."""
        looked = len(self.numbers) + 1
        return message("why.photo.frames", looked=looked, total=self.total) if looked < self.total else None


def chosen(image: Image.Image) -> Chosen:
    """Of an opened image. Raises what its decoder raises."""
    total = int(getattr(image, "n_frames", 1))
    pixels = image.width * image.height
    work = min(ENLARGED * pixels, max(MOST_ENLARGED, pixels))
    most = max(2, min(MOST_FRAMES, int(MOST_WORK // max(work, 1))))
    reached = total
    if image.format in _IN_ORDER:
        reached = max(2, min(total, int(MOST_IN_ORDER // max(pixels, 1))))
    if min(total, reached) <= most:
        numbers: Sequence[int] = range(1, min(total, reached))
    else:
        numbers = sorted({round(at) for at in np.linspace(0, reached - 1, most)} - {0})
    return Chosen(tuple(numbers), total)


def others(data: bytes, orientation: int | None, first: Pixels) -> Iterator[tuple[int, Decoded] | Partly]:
    """Numbers and pictures behind the `first`, but those that show what another one shows; and what is not looked at.

    Raises nothing.
    """
    try:
        image = opened(data)
        embedded = embedded_in(image, data)
        which = chosen(image)
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        yield Partly(PartlyKind.FRAMES, message("why.photo.frames.unknown"))
        return
    if which.why:
        yield Partly(PartlyKind.FRAMES, which.why)
    yield from _shown(image, data, orientation, first, which.numbers)
    for place, preview in enumerate(embedded.pictures, start=1):
        found = decode(preview, orientation)
        if found.pixels is None:
            yield Partly(PartlyKind.EMBEDDED, message("why.photo.preview", why=_reason(found)))
        elif not _alike(found.pixels, first):
            yield -place, found
    for why in embedded.not_read:
        yield Partly(PartlyKind.EMBEDDED, why)


def _shown(
    image: Image.Image, data: bytes, orientation: int | None, first: Pixels, numbers: Sequence[int]
) -> Iterator[tuple[int, Decoded] | Partly]:
    primary = image.tell()
    seen = [_greys(first)] if numbers else []
    for number in numbers:
        found = _at(image, data, _place(number, primary), orientation)
        if found.pixels is None or found.problem is not None:
            yield Partly(PartlyKind.FRAMES, message("why.photo.frame", frame=number + 1, why=_reason(found)))
            image = opened(data)
        if found.pixels is not None and _new(_greys(found.pixels), seen):
            yield number, found


def _reason(found: Decoded) -> Message:
    return found.reason or message("why.photo.no-pixels")


def picture(data: bytes, number: int, orientation: int | None, *, enough: int = 0) -> Decoded:
    """The picture of this number; see `decode`."""
    if number == 0:
        return decode(data, orientation, enough=enough)
    try:
        image = opened(data)
        if number < 0:
            return decode(embedded_in(image, data).pictures[-number - 1], orientation, enough=enough)
        return _at(image, data, _place(number, image.tell()), orientation, enough)
    except Exception:  # noqa: BLE001 - as above
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.none"))


def _at(image: Image.Image, data: bytes, place: int, orientation: int | None, enough: int = 0) -> Decoded:
    try:
        image.seek(place)
    except MemoryError:
        return Decoded(None, LedgerClass.SKIPPED, message("why.photo.memory"))
    except Exception:  # noqa: BLE001 - as above
        return Decoded(None, LedgerClass.UNREADABLE, message("why.photo.no-pixels"))
    return decoded(image, data, orientation, enough=enough)


def _place(number: int, primary: int) -> int:
    """Where the picture of this number lies; `primary` is the place of the one that is shown first, mostly 0."""
    return number if number > primary else number - 1


def _greys(pixels: Pixels) -> NDArray[np.float32]:
    image = Image.fromarray(np.ascontiguousarray(pixels)).convert("L")
    return np.asarray(image.reduce(BLOCK), np.float32)


def _new(greys: NDArray[np.float32], seen: list[NDArray[np.float32]]) -> bool:
    """Whether it shows what none of those `seen` shows; it is one of them from now on."""
    if any(one.shape == greys.shape and np.abs(one - greys).max() < SAME_FRAME for one in seen):
        return False
    seen.append(greys)
    return True


def _alike(preview: Pixels, photo: Pixels) -> bool:
    height, width = preview.shape[:2]
    if abs(width / height - photo.shape[1] / photo.shape[0]) > SAME_SHAPE:
        return False
    shrunk = Image.fromarray(np.ascontiguousarray(photo)).resize((width, height), Image.Resampling.BOX)
    return bool(np.abs(_greys(preview) - _greys(np.asarray(shrunk))).max() < SAME_PREVIEW)
