"""The subject's face as it may leave the house: one small picture without any metadata."""

from __future__ import annotations

import io

from PIL import Image

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.contents.content import FaceCrop

LARGEST = 256
"""Pixels along the longer side: a face and nothing else that could be made out around it."""


class CropRefused(DeskError):
    code = "BUNDLE-CROP-REFUSED"
    happened = "The picture of {item} cannot go into the bundle: {why}."
    means = "A picture with somebody else in it must not leave the house. No bundle was made."
    todo = "Cut the face out anew, or leave this picture out."


def clean_crop(crop: FaceCrop, item: str) -> FaceCrop:
    """The crop as a JPEG of at most LARGEST pixels, its metadata gone. Raises CropRefused."""
    if crop.faces_found > 1:
        raise CropRefused(item=item, why=message("picture.faces", n=crop.faces_found))
    try:
        with Image.open(io.BytesIO(crop.image)) as picture:
            pixels = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise CropRefused(item=item, why=message("picture.unreadable")) from error
    pixels.thumbnail((LARGEST, LARGEST))
    clean = Image.new("RGB", pixels.size)
    clean.paste(pixels)
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=88)
    return FaceCrop(buffer.getvalue(), crop.origin, crop.faces_found)
