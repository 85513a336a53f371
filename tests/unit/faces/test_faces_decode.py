"""Photos as they come: each ends in upright pixels or in one class with a reason, and memory stays bounded."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import message
from dsr_desk.faces.decode import FORMATS, MOST_BYTES, decode

CORNERS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [255, 255, 0], [255, 255, 255]]], np.uint8)
"""Two rows of three colours: every turn and every mirror image of it is different."""


def big(corners: np.ndarray) -> Image.Image:
    return Image.fromarray(corners.repeat(40, axis=0).repeat(40, axis=1))


def small(pixels: np.ndarray) -> np.ndarray:
    """The colours in the middle of each field, rounded to black or full light."""
    return np.where(pixels[20::40, 20::40] > 127, 255, 0).astype(np.uint8)


def stored_as(orientation: int) -> Image.Image:
    """CORNERS as a camera stores it that writes this orientation."""
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    image = big(CORNERS)
    return image if undo is None else image.transpose(Image.Transpose(undo))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_photo_stands_upright_whatever_its_exif_orientation(orientation, format, encoded):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format == "WEBP" else {"quality": 95} if format == "JPEG" else {}
    decoded = decode(encoded(stored_as(orientation), format, exif=exif, **options))
    assert np.array_equal(small(decoded.pixels), CORNERS)
    assert (decoded.width, decoded.height) == (120, 80)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_known_from_outside_counts_where_the_file_is_silent(orientation, encoded):
    decoded = decode(encoded(stored_as(orientation), "PNG"), orientation)
    assert np.array_equal(small(decoded.pixels), CORNERS)


def test_the_orientation_in_the_file_wins_over_one_from_outside(encoded):
    exif = Image.Exif()
    exif[0x0112] = 3
    decoded = decode(encoded(stored_as(3), "PNG", exif=exif), 6)
    assert np.array_equal(small(decoded.pixels), CORNERS)


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_means_nothing_is_ignored(orientation, encoded):
    assert np.array_equal(small(decode(encoded(big(CORNERS), "PNG"), orientation).pixels), CORNERS)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF"])
def test_every_format_gives_the_colours_that_went_in(format, encoded):
    assert format in FORMATS
    decoded = decode(encoded(big(CORNERS), format))
    assert decoded.problem is None
    assert np.array_equal(small(decoded.pixels), CORNERS)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "YCbCr", "RGBA", "LAB"])
def test_every_colour_mode_becomes_rgb(mode, encoded):
    image = Image.new("RGB", (30, 20), "white")
    image = image if mode == "LAB" else image.convert(mode)
    if mode == "LAB":
        image = Image.new("LAB", (30, 20), (255, 0, 0))
    decoded = decode(encoded(image, "TIFF"))
    assert decoded.pixels.shape == (20, 30, 3)
    assert decoded.pixels.dtype == np.uint8


def test_a_cmyk_jpeg_keeps_light_and_dark(encoded):
    image = big(CORNERS).convert("CMYK")
    pixels = decode(encoded(image, "JPEG", quality=95)).pixels
    assert pixels[60, 100].min() > 200
    assert pixels[60, 20].max() < 60


@pytest.mark.parametrize("top", [4095, 65535])
def test_sixteen_bit_greys_are_spread_to_their_largest_value(top, encoded):
    ramp = np.linspace(0, top, 256, dtype=np.uint16)[None, :].repeat(10, axis=0)
    pixels = decode(encoded(Image.fromarray(ramp), "PNG")).pixels
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 128].min() in range(125, 131)
    assert pixels[0, 255].tolist() == [255, 255, 255]


def test_floating_point_greys_with_holes_are_read(encoded):
    values = np.linspace(-1, 1, 100, dtype=np.float32).reshape(10, 10)
    values[0, 0] = np.nan
    pixels = decode(encoded(Image.fromarray(values), "TIFF")).pixels
    assert pixels[9, 9].min() == 255


def test_of_an_animated_photo_the_first_frame_is_read(encoded):
    frames = [Image.new("P", (16, 16), 0), Image.new("P", (16, 16), 1)]
    for frame in frames:
        frame.putpalette([200, 10, 10, 10, 10, 200])
    decoded = decode(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert decoded.pixels[8, 8].tolist() == [200, 10, 10]


def test_what_is_transparent_is_shown_on_white(encoded):
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert decode(encoded(image, "PNG")).pixels[5, 5].tolist() == [255, 255, 255]


def test_a_palette_with_a_transparent_colour_is_shown_on_white(encoded):
    image = Image.new("P", (10, 10), 0)
    image.putpalette([255, 0, 0])
    assert decode(encoded(image, "PNG", transparency=0)).pixels[5, 5].tolist() == [255, 255, 255]


def test_an_empty_file_is_unreadable():
    decoded = decode(b"")
    assert decoded.pixels is None
    assert decoded.problem is LedgerClass.UNREADABLE
    assert decoded.reason == message("why.photo.empty-file")


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", b"hello" * 100, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_what_is_no_photo_is_unreadable_with_a_reason(data):
    decoded = decode(data)
    assert decoded.problem is LedgerClass.UNREADABLE
    assert decoded.reason


def test_a_heic_photo_is_read_upright(face_photo, heic):
    decoded = decode(heic(face_photo.resize((400, 300)), orientation=6))
    assert (decoded.problem, decoded.width, decoded.height) == (None, 300, 400)
    assert decoded.pixels.shape == (400, 300, 3)


def test_a_heic_photo_that_is_damaged_is_unreadable_with_a_reason(face_photo, heic):
    data = heic(face_photo)
    for tenth in range(1, 10):
        decoded = decode(data[: len(data) * tenth // 10])
        assert decoded.problem is LedgerClass.UNREADABLE
        assert decoded.reason


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_photo_cut_at_every_tenth_lands_in_one_class_and_nothing_is_raised(format, face_photo, encoded):
    data = encoded(face_photo, format)
    for tenth in range(1, 10):
        decoded = decode(data[: len(data) * tenth // 10])
        assert decoded.problem in (LedgerClass.TRUNCATED, LedgerClass.UNREADABLE)
        assert (decoded.pixels is not None) == (decoded.problem is LedgerClass.TRUNCATED)
        assert decoded.reason


@pytest.mark.parametrize("progressive", [False, True])
def test_of_a_truncated_jpeg_the_part_that_is_there_is_decoded(progressive, face_photo, encoded):
    data = encoded(face_photo, quality=95, progressive=progressive)
    whole, part = decode(data), decode(data[: len(data) * 8 // 10])
    assert whole.problem is None
    assert part.problem is LedgerClass.TRUNCATED
    assert np.abs(part.pixels[:200].astype(int) - whole.pixels[:200]).mean() < 4


def test_a_truncated_photo_does_not_make_later_ones_lenient(face_jpeg):
    decode(face_jpeg[: len(face_jpeg) // 2])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert decode(face_jpeg).problem is None


def test_bytes_changed_at_random_raise_nothing(face_photo, encoded):
    noise = np.random.default_rng(7)
    for format in ("JPEG", "PNG", "TIFF", "WEBP", "GIF"):
        data = bytearray(encoded(face_photo.resize((64, 64)), format))
        for _ in range(40):
            broken = bytearray(data)
            for place in noise.integers(0, len(data), 12):
                broken[place] = noise.integers(0, 256)
            decoded = decode(bytes(broken))
            assert decoded.pixels is not None or decoded.problem is not None


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_bomb_is_skipped_before_its_pixels_exist():
    tracemalloc.start()
    decoded = decode(png_that_claims(20_000, 20_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert decoded.problem is LedgerClass.SKIPPED
    assert decoded.reason.values["megapixels"] == 400
    assert (decoded.width, decoded.height) == (20_000, 20_000)
    assert peak < 5_000_000


def jpeg_that_claims(width: int, height: int, progressive: bool = False) -> bytes:
    """A small JPEG whose header says that it is a large one: the decoder runs out of data, not the machine."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(out, "JPEG", progressive=progressive)
    data = bytearray(out.getvalue())
    start = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def test_a_jpeg_of_400_megapixels_is_read_small():
    decoded = decode(jpeg_that_claims(20_000, 20_000))
    assert decoded.pixels.size <= 3 * 40_000_000
    assert (decoded.width, decoded.height) == (20_000, 20_000)


def test_a_progressive_jpeg_of_400_megapixels_is_skipped_because_its_decoder_would_keep_all_of_it():
    decoded = decode(jpeg_that_claims(20_000, 20_000, progressive=True))
    assert decoded.problem is LedgerClass.SKIPPED
    assert MOST_BYTES < 3 * 400_000_000


@pytest.mark.parametrize(("format", "longer"), [("JPEG", 500), ("JPEG2000", 500), ("PNG", 400), ("WEBP", 400)])
def test_where_fewer_pixels_will_do_fewer_are_read(format, longer, encoded):
    decoded = decode(encoded(Image.effect_noise((2000, 1000), 60).convert("RGB"), format), enough=400)
    assert decoded.pixels.shape == (longer // 2, longer, 3)
    assert (decoded.width, decoded.height, decoded.problem) == (2000, 1000, None)


def test_a_photo_that_is_small_enough_is_not_read_smaller(encoded):
    photo = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), "JPEG")
    assert np.array_equal(decode(photo, enough=400).pixels, decode(photo).pixels)


def test_a_jpeg_too_large_even_at_an_eighth_is_skipped():
    decoded = decode(jpeg_that_claims(65_000, 65_000))
    assert decoded.problem is LedgerClass.SKIPPED
