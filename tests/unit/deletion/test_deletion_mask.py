"""Masking a face in a photo that stays."""

from __future__ import annotations

import io
from contextlib import nullcontext

import numpy as np
import pytest
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.deletion.mask import GREY, CannotMask, mask, masked_in_cell


def noisy(kind: str, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (80, 120, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def pixels_of(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.int16)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
def test_the_face_and_its_surroundings_are_one_grey_and_the_format_stays(kind: str) -> None:
    data = noisy(kind)
    masked = mask(data, [Box(40, 20, 60, 40)])
    with Image.open(io.BytesIO(masked)) as image:
        assert image.format == kind
    after = pixels_of(masked)
    # JPEG lets the blocks at the rim ring a little; what is inside of them is grey alone.
    assert np.abs(after[16:44, 36:64] - np.array(GREY)).max() <= (16 if kind == "JPEG" else 0)
    assert np.abs(after[24:40, 40:56] - np.array(GREY)).max() <= 1
    if kind != "JPEG":
        assert (after[:, 75:] == pixels_of(data)[:, 75:]).all()


def test_no_metadata_and_no_thumbnail_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "portrait of a person"
    exif[0x0112] = 6
    data = noisy("JPEG", exif=exif.tobytes(), comment=b"a comment", icc_profile=b"profile")
    masked = mask(data, [Box(0, 0, 20, 20)])
    with Image.open(io.BytesIO(masked)) as image:
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "photoshop", "xmp"} & set(image.info)
        assert image.size == (80, 120)
    assert b"portrait" not in masked


def test_the_orientation_of_the_container_counts_where_the_photo_has_none() -> None:
    masked = mask(noisy("PNG"), [Box(0, 0, 20, 20)], orientation=6)
    after = pixels_of(masked)
    assert after.shape[:2] == (120, 80)
    assert (after[:20, :20] == np.array(GREY)).all()


def test_what_cannot_be_masked_for_good_is_refused() -> None:
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (10, 200)]
    moving = io.BytesIO()
    frames[0].save(moving, "TIFF", save_all=True, append_images=frames[1:])
    for data, boxes in (
        (noisy("JPEG"), []),
        (b"no photo", [Box(0, 0, 5, 5)]),
        (noisy("JPEG")[:3000], [Box(0, 0, 5, 5)]),
        (noisy("GIF"), [Box(0, 0, 5, 5)]),
        (moving.getvalue(), [Box(0, 0, 5, 5)]),
        (noisy("JPEG"), [Box(500, 500, 510, 510)]),
    ):
        with pytest.raises(CannotMask):
            mask(data, boxes)


def test_a_photo_of_a_phone_is_masked_where_its_second_picture_is_a_preview_of_it_and_refused_where_it_is_another():
    photo = Image.new("RGB", (64, 64), (30, 60, 90))
    photo.paste((200, 10, 10), (8, 8, 40, 40))
    for second, refused in ((photo, False), (Image.new("RGB", (64, 64), (200, 200, 10)), True)):
        out = io.BytesIO()
        photo.save(out, "MPO", save_all=True, append_images=[second])
        with pytest.raises(CannotMask) if refused else nullcontext():
            masked_in_cell(out.getvalue(), [Box(10, 10, 30, 30)], None)
