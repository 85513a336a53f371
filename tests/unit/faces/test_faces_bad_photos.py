"""Photos that are broken, enormous or odd: each has a class and a reason, and memory stays bounded."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from dsr_desk.core.items import LedgerClass
from dsr_desk.faces.decode import decode
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine

SHOTS = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "lime")]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_sixteen_bits(colours: np.ndarray) -> bytes:
    """`colours` of shape (rows, columns, 3), 0 to 65535: Pillow writes no such file."""
    rows, columns = colours.shape[:2]
    header = struct.pack(">IIBBBBB", columns, rows, 16, 2, 0, 0, 0)
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in colours)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(lines)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def claiming(format: str, width: int, height: int) -> bytes:
    """A photo of 64 by 64 pixels whose header says that it is a large one."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(out, format)
    data = bytearray(out.getvalue())
    if format == "BMP":
        data[18:26] = struct.pack("<ii", width, height)
    elif format == "GIF":
        data[6:10] = struct.pack("<HH", width, height)
    elif format == "JPEG2000":
        start = data.index(b"\xff\x51")
        data[start + 6 : start + 14] = struct.pack(">II", width, height)
        box = data.index(b"ihdr")
        data[box + 4 : box + 12] = struct.pack(">II", height, width)
    elif format == "PPM":
        data[:] = data.replace(b"64 64", f"{width} {height}".encode(), 1)
    elif format == "TIFF":
        for tag, value in ((256, width), (257, height)):
            start = data.index(struct.pack("<HHI", tag, 4, 1))
            data[start + 8 : start + 12] = struct.pack("<I", value)
    return bytes(data)


@pytest.mark.parametrize("format", ["BMP", "GIF", "JPEG2000", "PPM", "TIFF"])
def test_a_photo_that_claims_400_megapixels_is_skipped_by_its_header(format):
    decoded = decode(claiming(format, 20_000, 20_000))
    assert decoded.pixels is None
    assert decoded.problem is LedgerClass.SKIPPED
    assert decoded.reason.values["megapixels"] == 400
    assert (decoded.width, decoded.height) == (20_000, 20_000)


@pytest.mark.slow
def test_the_largest_photos_that_are_read_take_bounded_memory(tmp_path):
    """In a process of its own, since what decoders take counts for the whole process."""
    photos = {"flat.png": Image.new("RGB", (10_000, 9_900)), "flat.jpg": Image.new("L", (15_000, 12_000), 90)}
    for name, image in photos.items():
        image.save(tmp_path / name, compress_level=1)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from dsr_desk.faces.decode import decode\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for name in sys.argv[1:]:\n"
        "    found = decode(Path(name).read_bytes())\n"
        "    assert found.pixels is not None and found.pixels.size <= 3 * 40_000_000, name\n"
        "    del found\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    arguments = [str(tmp_path / name) for name in photos]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    # 99 megapixels as Pillow keeps them, four bytes each, and what is left of them.
    assert int(done.stdout) < 700


def test_colours_of_sixteen_bits_are_read():
    colours = np.zeros((12, 12, 3), np.uint16)
    colours[:, :, 0], colours[:, :, 2] = 65535, 32768
    decoded = decode(png_of_sixteen_bits(colours))
    assert decoded.problem is None
    assert decoded.pixels[6, 6].tolist() == [255, 0, 128]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_a_photo_with_several_frames_the_first_is_read(format, encoded):
    data = encoded(SHOTS[0], format, save_all=True, append_images=SHOTS[1:])
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.n_frames == 3
    decoded = decode(data)
    assert decoded.problem is None
    red, green, blue = decoded.pixels[15, 20].tolist()
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("format", ["AVIF", "JPEG2000", "PPM"])
def test_other_formats_cut_at_every_tenth_land_in_one_class_too(format, face_photo, encoded):
    data = encoded(face_photo, format)
    for tenth in range(1, 10):
        decoded = decode(data[: len(data) * tenth // 10])
        assert decoded.problem in (LedgerClass.TRUNCATED, LedgerClass.UNREADABLE)
        assert (decoded.pixels is not None) == (decoded.problem is LedgerClass.TRUNCATED)
        assert decoded.reason


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_a_face_is_found_in_every_format_whatever_the_file_would_be_called(format, face_photo, encoded):
    result = examine(load_engine("standard"), encoded(face_photo, format))
    assert result.ledger_class is LedgerClass.FACES
    assert len(result.faces) == 1


@pytest.mark.parametrize("mode", ["CMYK", "L", "P"])
def test_a_face_is_found_whatever_its_colours_are_stored_as(mode, face_photo, encoded):
    result = examine(load_engine("standard"), encoded(face_photo.convert(mode), "TIFF"))
    assert result.ledger_class is LedgerClass.FACES


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_a_photo_of_hardly_any_pixels_has_no_face(size, encoded):
    result = examine(load_engine("standard"), encoded(Image.new("RGB", size, "grey"), "PNG"))
    assert result.ledger_class is LedgerClass.NO_FACE
    assert (result.width, result.height) == size
