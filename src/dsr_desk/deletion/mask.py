"""Destroy a face's pixels in a photo that stays, because it also shows somebody else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box
from dsr_desk.core.message import message
from dsr_desk.faces.decode import decode
from dsr_desk.faces.engine import Pixels
from dsr_desk.faces.frames import others
from dsr_desk.faces.partly import Partly, PartlyKind
from dsr_desk.jobs.cell import CellFailed, Limits, ask

MARGIN = 0.35
"""A detector's box ends at the brows and the chin; ears, hair and neck identify a person too."""

GREY = (128, 128, 128)

LIMITS = Limits(seconds=300.0, memory=4 << 30)
"""Writing takes longer than reading, in some formats much."""

_WRITTEN: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "MPO": {"quality": 95, "subsampling": 0},
    "PNG": {"optimize": False},
    "BMP": {},
    "PPM": {},
    "WEBP": {"lossless": True},
    "TIFF": {"compression": "tiff_lzw"},
}


class CannotMask(DeskError):
    code = "DELETE-CANNOT-MASK"
    happened = "A face cannot be masked in this photo: {why}."
    means = "The photo is as it was."
    todo = "Choose to erase the photo, or hand it to the team that holds the original."


def mask(data: bytes, boxes: Sequence[Box], orientation: int | None = None) -> bytes:
    """The photo in its format, upright, with grey where the faces were, and no metadata or thumbnail at all.

    `boxes` are in pixels of the upright photo. Done in a cell. Raises CannotMask.
    """
    try:
        masked: bytes = ask(bytes, masked_in_cell, data, tuple(boxes), orientation, limits=LIMITS)
    except CellFailed as failed:
        raise CannotMask(why=failed.why) from failed
    return masked


def masked_in_cell(data: bytes, boxes: Sequence[Box], orientation: int | None) -> bytes:
    """See `mask`."""
    if not boxes:
        raise CannotMask(why=message("why.no-face-named"))
    decoded = decode(data, orientation)
    if decoded.pixels is None or decoded.problem is not None:
        raise CannotMask(why=decoded.reason or message("why.unreadable"))
    image = Image.fromarray(decoded.pixels)
    if image.size != (decoded.width, decoded.height):
        raise CannotMask(why=message("why.too-large-to-write"))
    with Image.open(io.BytesIO(data)) as stored:
        kind = stored.format or ""
    if kind not in _WRITTEN:
        raise CannotMask(why=message("why.format-not-written"))
    if _shows_more(data, orientation, decoded.pixels):
        raise CannotMask(why=message("why.several-pictures"))
    for box in boxes:
        image.paste(GREY, _widened(box, image.size))
    out = io.BytesIO()
    image.save(out, "JPEG" if kind == "MPO" else kind, **_WRITTEN[kind])
    return out.getvalue()


def _shows_more(data: bytes, orientation: int | None, first: Pixels) -> bool:
    """Whether the file has pictures that are not the first again; previews in it are not written anyway."""
    return any(
        one.kind is PartlyKind.FRAMES if isinstance(one, Partly) else one[0] > 0
        for one in others(data, orientation, first)
    )


def _widened(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    across, down = round(box.width * MARGIN), round(box.height * MARGIN)
    left, top = max(0, box.left - across), max(0, box.top - down)
    right, bottom = min(size[0], box.right + across), min(size[1], box.bottom + down)
    if left >= right or top >= bottom:
        raise CannotMask(why=message("why.face-outside"))
    return left, top, right, bottom
