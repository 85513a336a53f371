"""Telling photos from other attachments by what they are, not by what they are called."""

from __future__ import annotations

import re

from dsr_desk.core.message import Message, message
from dsr_desk.faces.decode import size_of

MOST_PIXELS = 100_000_000
"""A larger picture is no photo that somebody attaches of herself."""

SMALLEST = 64
"""Shorter side in pixels below which a picture is a logo or an icon and no reference photo."""


def looks_like_picture(data: bytes) -> bool:
    """Whether the bytes begin as one of the usual picture formats."""
    return (
        data[:3] == b"\xff\xd8\xff"
        or data[:8] == b"\x89PNG\r\n\x1a\n"
        or data[:6] in (b"GIF87a", b"GIF89a")
        or data[:4] in (b"II*\0", b"MM\0*")
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or data[4:8] == b"ftyp"
        or data[:2] == b"BM"
    )


def refuse_photo(data: bytes) -> Message | None:
    """Why these bytes cannot serve as a reference photo; None where they can."""
    size = size_of(data)
    if size is None:
        return message("why.attached.no-photo")
    width, height = size
    if width * height > MOST_PIXELS:
        return message("why.attached.pixels")
    if min(width, height) < SMALLEST:
        return message("why.attached.logo", width=width, height=height)
    return None


def bare_name(name: str, otherwise: str) -> str:
    """A file name without folders, control characters and tricks; `otherwise` where nothing is left of it."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(". ")
    return kept[:120] or otherwise
