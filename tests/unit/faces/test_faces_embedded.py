"""No part of a photo's file is passed over in silence: a picture there is looked at, anything else is told."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from dsr_desk.faces.decode import decode, opened
from dsr_desk.faces.embedded import Embedded, embedded_in
from dsr_desk.faces.engine import Pixels

NOTE = b"Wilma Quastenfloss was here"


def saved(format: str, image: Image.Image | None = None) -> bytes:
    out = io.BytesIO()
    (image or Image.new("RGB", (40, 30), (90, 120, 90))).save(out, format)
    return out.getvalue()


PREVIEW = saved("JPEG", Image.linear_gradient("L").convert("RGB"))


def in_segment(content: bytes) -> bytes:
    photo = saved("JPEG")
    return photo[:2] + struct.pack(">HH", 0xFFE5, len(content) + 8) + b"Maker\0" + content + photo[2:]


def in_chunk(content: bytes) -> bytes:
    photo, end = saved("PNG")[:-12], saved("PNG")[-12:]
    chunk = b"prVw" + content
    return photo + struct.pack(">I", len(content)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + end


def in_riff(content: bytes) -> bytes:
    photo = saved("WEBP") + b"MINE" + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return photo[:4] + struct.pack("<I", len(photo) - 8) + photo[8:]


def in_block(content: bytes) -> bytes:
    photo = saved("GIF")
    pieces = [content[at : at + 255] for at in range(0, len(content), 255)]
    blocks = b"".join(bytes((len(one),)) + one for one in pieces)
    return photo[:-1] + b"!\xff\x0bMYPROGRAM10" + blocks + b"\0;"


def in_tag(content: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "TIFF", tiffinfo={37724: content})
    return out.getvalue()


def in_box(content: bytes) -> bytes:
    return saved("AVIF") + struct.pack(">I", len(content) + 8) + b"mpvd" + content


def behind_stream(content: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG2000", no_jp2=True)
    return out.getvalue() + content


def behind(format: str) -> Callable[[bytes], bytes]:
    return lambda content: saved(format) + content


PLACES = {
    "JPEG segment": in_segment,
    "PNG chunk": in_chunk,
    "WebP chunk": in_riff,
    "GIF block": in_block,
    "TIFF tag": in_tag,
    "AVIF box": in_box,
    "behind a stream": behind_stream,
    **{f"behind {format}": behind(format) for format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "JPEG2000")},
}

every_place = pytest.mark.parametrize("hide", PLACES.values(), ids=PLACES)


def embedded(data: bytes) -> Embedded:
    return embedded_in(opened(data), data)


def pixels_of(data: bytes) -> Pixels:
    pixels = decode(data).pixels
    assert pixels is not None
    return pixels


@every_place
def test_a_picture_is_found_wherever_a_program_put_it(hide: Callable[[bytes], bytes]) -> None:
    (found,) = embedded(hide(PREVIEW)).pictures
    assert np.array_equal(pixels_of(found), pixels_of(PREVIEW))


@every_place
def test_anything_else_there_is_told(hide: Callable[[bytes], bytes]) -> None:
    assert not embedded(hide(NOTE)).pictures
    told = embedded(hide(NOTE)).not_read
    assert {one.code for one in told} <= {"why.photo.part", "why.photo.behind"}
    assert told


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM"])
def test_a_plain_photo_has_nothing_of_the_kind(format: str) -> None:
    assert embedded(saved(format)) == Embedded(())


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_what_transparency_hides_is_a_picture_too(format: str) -> None:
    hidden = Image.linear_gradient("L").convert("RGB")
    image = hidden.convert("RGBA")
    image.putalpha(0)
    out = io.BytesIO()
    image.save(out, format, **({"lossless": True, "exact": True} if format == "WEBP" else {}))
    (found,) = embedded(out.getvalue()).pictures
    assert np.array_equal(pixels_of(found), np.asarray(hidden))
    assert embedded(saved(format, hidden.convert("RGBA"))) == Embedded(())
