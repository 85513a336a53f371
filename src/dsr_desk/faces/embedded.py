"""Pictures that lie inside a photo's file beside those that it shows: previews, thumbnails, what follows its end.

A preview may show what was cropped away from the photo. For workers and cells.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, JpegImagePlugin

from dsr_desk.core.message import Message, message
from dsr_desk.faces.parts import other_parts

MOST_EMBEDDED = 8
"""Looked at in one file."""

LEAST_BEHIND = 16
"""Fewer bytes behind the end of a picture hold nothing that anybody could be seen or named by."""

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_TRANSPARENT = ("RGBA", "LA")
MOST_UNCOVERED = 40_000_000
"""Pixels of a picture whose transparency is taken off."""

_FILLING = b"\0\xff\r\n\t "
_THUMBNAILS = (0x0409, 0x040C)
"""Photoshop's resources with a thumbnail; a head of 28 bytes stands before the JPEG."""

_RESOURCE_HEAD = 28
_XMP_PICTURE = re.compile(rb"Gimg:image(?:>|=\")([A-Za-z0-9+/=\s&#;]{100,})[<\"]", re.IGNORECASE)
_XML_BREAKS = re.compile(rb"&#\w+;|\s")
_SUB_DIRECTORIES = 0x014A


@dataclass(frozen=True)
class Embedded:
    """`pictures` are encoded; `not_read` says what else there is at which nobody looks."""

    pictures: tuple[bytes, ...]
    not_read: tuple[Message, ...] = ()


def embedded_in(image: Image.Image, data: bytes) -> Embedded:
    """What lies in the file `data` beside the pictures of its opened `image`. Raises nothing."""
    pictures: list[bytes] = []
    not_read: list[Message] = []
    for find in (_in_exif, _in_resources, _in_xmp, _in_other_parts, _behind, _under_transparency):
        with suppress(Exception):
            for found in find(image, data):
                if found.startswith((_JPEG, _PNG)):
                    pictures.append(found)
                elif find is _behind:
                    not_read.append(message("why.photo.behind", size=len(found)))
                elif find is _in_other_parts:
                    not_read.append(message("why.photo.part", size=len(found)))
    with suppress(Exception):
        if many := _auxiliary(image):
            not_read.append(message("why.photo.auxiliary", count=many))
    different = tuple(dict.fromkeys(pictures))
    if len(different) > MOST_EMBEDDED:
        not_read.append(message("why.photo.previews", count=len(different) - MOST_EMBEDDED))
    return Embedded(different[:MOST_EMBEDDED], tuple(not_read))


def _in_exif(image: Image.Image, data: bytes) -> Iterator[bytes]:
    """The thumbnail, and the previews that cameras put among their own notes."""
    del data
    yield from _jpegs_in(image.info.get("exif") or b"")


def _jpegs_in(block: bytes) -> Iterator[bytes]:
    at = block.find(_JPEG)
    while at >= 0:
        end = at + _end_of_jpeg(block[at:])
        yield block[at:end]
        at = block.find(_JPEG, end)


def _in_other_parts(image: Image.Image, data: bytes) -> Iterator[bytes]:
    """Pictures in parts that are a program's own; a part without any is told as it is."""
    for part in other_parts(image, data):
        pictures = list(_jpegs_in(part))
        at = part.find(_PNG)
        pictures += [part[at:]] if at >= 0 else []
        yield from pictures
        if not pictures and len(part.strip(_FILLING)) >= LEAST_BEHIND:
            yield part


def _under_transparency(image: Image.Image, data: bytes) -> Iterator[bytes]:
    """The picture without its transparency, which hides pixels that the file holds all the same."""
    if image.mode not in _TRANSPARENT or image.width * image.height > MOST_UNCOVERED:
        return
    with Image.open(io.BytesIO(data), formats=(image.format or "",)) as whole:
        if whole.getchannel("A").getextrema()[0] == 255:
            return
        out = io.BytesIO()
        whole.convert("RGBA").convert("RGB").save(out, "PNG", compress_level=1)
    yield out.getvalue()


def _in_resources(image: Image.Image, data: bytes) -> Iterator[bytes]:
    del data
    for code, resource in dict(image.info.get("photoshop", {})).items():
        if code in _THUMBNAILS:
            yield bytes(resource)[_RESOURCE_HEAD:]


def _in_xmp(image: Image.Image, data: bytes) -> Iterator[bytes]:
    del image
    for found in _XMP_PICTURE.finditer(data):
        yield base64.b64decode(_XML_BREAKS.sub(b"", found[1]))


def _auxiliary(image: Image.Image) -> int:
    """Pictures that its decoder names and does not show: thumbnails, depth, mattes, directories of raw files."""
    info = image.info
    listed = [info.get("thumbnails"), info.get("depth_images"), *(info.get("aux") or {}).values()]
    raw = image.format == "TIFF" and _SUB_DIRECTORIES in image.getexif()
    return sum(len(one or ()) for one in listed) + raw


def _behind(image: Image.Image, data: bytes) -> Iterator[bytes]:
    """What follows the end of the last picture that the file shows: JPEGs one by one, then the rest."""
    at = len(data)
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        at = _end_of_jpeg(data)
        for _ in range(getattr(image, "n_frames", 1) - 1):
            at = _past_jpeg(data, at)
    elif image.format == "PNG":
        at = data.rfind(b"IEND") + 8
    elif image.format == "WEBP":
        at = 8 + int.from_bytes(data[4:8], "little")
    while (end := _past_jpeg(data, at)) > at:
        yield data[data.index(_JPEG, at) : end]
        at = end
    behind = data[at:].strip(_FILLING)
    if len(behind) >= LEAST_BEHIND:
        yield behind


def _past_jpeg(data: bytes, at: int) -> int:
    """Where the JPEG ends that begins at `at`, or behind the filling there; `at` where none does."""
    start = data.find(_JPEG, at)
    if start < 0 or data[at:start].strip(_FILLING):
        return at
    return start + _end_of_jpeg(data[start:])


def _end_of_jpeg(data: bytes) -> int:
    """The place behind the marker that ends the picture; the length of the data where there is none."""
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF:
            return len(data)
        if marker == 0xD9:
            return at + 2
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            at = _next_marker(data, at)
    return at + 2 if data[at : at + 2] == b"\xff\xd9" else len(data)


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _next_marker(data: bytes, at: int) -> int:
    """The first marker at or behind `at` that is no part of coded pixels."""
    found = _MARKER.search(data, at)
    return found.start() if found else len(data)
