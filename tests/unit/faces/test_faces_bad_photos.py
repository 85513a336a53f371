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
from dsr_desk.core.message import message
from dsr_desk.faces import decode as decoding
from dsr_desk.faces.decode import KEPT_PIXELS, MOST_BYTES, decode
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


@pytest.mark.parametrize("format", ["BMP", "GIF", "PPM", "TIFF"])
def test_a_photo_that_claims_900_megapixels_is_skipped_by_its_header(format):
    decoded = decode(claiming(format, 30_000, 30_000))
    assert decoded.pixels is None
    assert decoded.problem is LedgerClass.SKIPPED
    assert decoded.reason.values["megapixels"] == 900
    assert (decoded.width, decoded.height) == (30_000, 30_000)


def test_a_jpeg_2000_that_claims_900_megapixels_is_read_small_or_skipped():
    small = decode(claiming("JPEG2000", 30_000, 30_000))
    assert small.pixels is not None
    assert small.pixels.size <= 3 * KEPT_PIXELS
    assert (small.width, small.height) == (30_000, 30_000)
    flat = bytearray(claiming("JPEG2000", 30_000, 30_000))
    flat[flat.index(b"\xff\x52") + 9] = 0  # no levels: it can be read whole alone
    assert decode(bytes(flat)).problem is LedgerClass.SKIPPED


LARGEST: dict[str, tuple[tuple[int, int], str, dict[str, object]]] = {
    "flat.png": ((10_000, 9_900), "RGB", {"compress_level": 1}),
    "clear.png": ((10_000, 9_900), "RGBA", {"compress_level": 1}),
    "few.png": ((10_000, 9_900), "P", {"compress_level": 1}),
    "deep.png": ((10_000, 9_900), "I;16", {"compress_level": 1}),
    "grey.jpg": ((15_000, 12_000), "L", {}),
    "passes.jpg": ((10_000, 9_900), "RGB", {"progressive": True, "subsampling": 0}),
    "waves.jp2": ((7_000, 7_000), "L", {}),
}
FEW = ("deep.png", "passes.jpg")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*FEW, *(pytest.param(one, marks=pytest.mark.long) for one in LARGEST if one not in FEW)]
)
def test_the_largest_photos_that_are_read_take_bounded_memory(name, tmp_path):
    """In a process of its own, since what decoders take counts for the whole process."""
    size, mode, options = LARGEST[name]
    Image.new(mode, size).save(tmp_path / name, **options)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from dsr_desk.faces.decode import KEPT_PIXELS, decode\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = decode(data)\n"
        "assert found.pixels is not None and found.pixels.size <= 3 * KEPT_PIXELS\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / name)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MOST_BYTES
    # Beside what Pillow itself keeps of the photo: what is left of it, and a strip or two.
    assert int(done.stdout) < 1.4 * MOST_AS_PILLOW_KEEPS_IT[mode] * size[0] * size[1] + 160e6


MOST_AS_PILLOW_KEEPS_IT = {"RGB": 4, "RGBA": 4, "P": 1, "I;16": 2, "L": 1}
"""Bytes a pixel."""


@pytest.mark.parametrize("format", ["WEBP", "AVIF"])
def test_a_photo_whose_decoder_would_hold_too_much_is_skipped_by_its_header(format, encoded, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_BYTES", 64 * 64 * 8)
    decoded = decode(encoded(Image.new("RGB", (64, 64)), format))
    assert (decoded.problem, decoded.pixels) == (LedgerClass.SKIPPED, None)
    assert decode(encoded(Image.new("RGB", (64, 64)), "PNG")).problem is None


def test_memory_that_runs_out_is_said_as_such(encoded, monkeypatch):
    def runs_out(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(decoding, "_load", runs_out)
    decoded = decode(encoded(Image.new("RGB", (8, 8)), "PNG"))
    assert (decoded.problem, decoded.reason) == (LedgerClass.SKIPPED, message("why.photo.memory"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_photo_in_strips_and_shrunk_is_the_same_photo(mode, orientation, encoded, monkeypatch):
    noise = Image.effect_noise((210, 160), 80)
    photo = Image.fromarray(np.asarray(noise).astype(np.uint16) * 200) if mode == "I;16" else noise.convert(mode)
    data = encoded(photo, "TIFF")
    whole = decode(data, orientation).pixels
    monkeypatch.setattr(decoding, "_STRIP", 1_000)
    assert np.array_equal(decode(data, orientation).pixels, whole)
    monkeypatch.setattr(decoding, "KEPT_PIXELS", 210 * 160 // 8)
    small = decode(data, orientation)
    assert (small.width, small.height) == whole.shape[1::-1]
    assert small.pixels.shape == (-(-whole.shape[0] // 3), -(-whole.shape[1] // 3), 3)
    shrunk = np.asarray(Image.fromarray(whole).reduce(3)).astype(int)
    # Rows and columns that are left over lie at the end of the stored photo, wherever that is in the upright one.
    if orientation == 1:
        assert np.abs(small.pixels.astype(int) - shrunk).max() <= 1


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


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L", "P"])
def test_a_face_is_found_whatever_its_colours_are_stored_as(mode, draw_face, encoded):
    # What is drawn larger looks less like a face, in greys too little; portraits in greys are in the benchmarks.
    result = examine(load_engine("standard"), encoded(draw_face(face=90).convert(mode), "TIFF"))
    assert result.ledger_class is LedgerClass.FACES
    assert len(result.faces) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_a_photo_of_hardly_any_pixels_has_no_face(size, encoded):
    result = examine(load_engine("standard"), encoded(Image.new("RGB", size, "grey"), "PNG"))
    assert result.ledger_class is LedgerClass.NO_FACE
    assert (result.width, result.height) == size
