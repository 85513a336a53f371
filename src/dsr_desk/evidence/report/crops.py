"""The subject's face as it may leave the house: one small picture without any metadata."""

from __future__ import annotations

import io

from PIL import Image

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.contents.content import FaceCrop
from dsr_desk.jobs.cell import CellFailed, ask

FORMATS = ("JPEG", "PNG")
"""What our own workers write, and more than enough."""

LARGEST = 256
"""Pixels along the longer side: a face and nothing else that could be made out around it."""


class CropRefused(DeskError):
    code = "BUNDLE-CROP-REFUSED"
    happened = "The picture of {item} cannot go into the bundle: {why}."
    means = "A picture with somebody else in it must not leave the house. No bundle was made."
    todo = "Cut the face out anew, or leave this picture out."


def clean_crop(crop: FaceCrop, item: str) -> FaceCrop:
    """The crop as a JPEG of at most LARGEST pixels, its metadata gone, made in a cell. Raises CropRefused."""
    if crop.faces_found > 1:
        raise CropRefused(item=item, why=message("picture.faces", n=crop.faces_found))
    try:
        image = ask(bytes, cleaned, crop.image)
    except CellFailed as failed:
        raise CropRefused(item=item, why=failed.why) from failed
    if not image:
        raise CropRefused(item=item, why=message("picture.unreadable"))
    return FaceCrop(image, crop.origin, crop.faces_found)


def cleaned(image: bytes) -> bytes:
    """Inside a cell; nothing for what is no picture."""
    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as picture:
            pixels = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return b""
    pixels.thumbnail((LARGEST, LARGEST))
    clean = Image.new("RGB", pixels.size)
    clean.paste(pixels)
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
