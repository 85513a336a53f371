"""Every picture of a file is looked at, or what was not is told."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw

from dsr_desk.core.items import LedgerClass
from dsr_desk.faces import frames, photo
from dsr_desk.faces.decode import decode
from dsr_desk.faces.frames import picture
from dsr_desk.faces.outside import look_at
from dsr_desk.faces.partly import PartlyKind
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine

OTHER = (150, 105, 80)


@pytest.fixture(scope="module")
def engine():
    return load_engine("standard")


def empty(size: int = 400) -> Image.Image:
    """A landscape, in which nobody is."""
    image = Image.new("RGB", (size, size), (90, 140, 200))
    ImageDraw.Draw(image).polygon([(0, size), (size / 3, size / 4), (size, size)], fill=(60, 90, 50))
    return image


def several(*images: Image.Image, format: str, **options: object) -> bytes:
    if format == "HEIF":
        file = pillow_heif.HeifFile()
        for image in images:
            file.add_from_pillow(image)
        out = io.BytesIO()
        file.save(out, quality=90, **options)
        return out.getvalue()
    out = io.BytesIO()
    images[0].save(out, format, save_all=True, append_images=list(images[1:]), **options)
    return out.getvalue()


FORMATS = [
    ("GIF", {}),
    ("WEBP", {"lossless": True}),
    ("PNG", {}),
    ("TIFF", {}),
    ("MPO", {"quality": 95}),
    ("AVIF", {"quality": 90}),
    ("HEIF", {}),
]


@pytest.mark.parametrize(("format", "options"), FORMATS, ids=[name for name, _ in FORMATS])
def test_a_face_in_a_further_picture_is_found_with_the_number_of_the_picture(engine, draw_face, format, options):
    data = several(empty(), draw_face(400, 180), format=format, **options)
    result = examine(engine, data)
    assert result.ledger_class is LedgerClass.FACES
    assert [face.frame for face in result.faces] == [1]
    assert result.partly == ()
    assert len(result.looks) == 1
    shown = picture(data, 1, None)
    assert examine(engine, _png(shown.pixels)).faces[0].box == result.faces[0].box


def test_faces_of_all_pictures_are_found_and_the_same_shot_once(engine, draw_face, monkeypatch):
    monkeypatch.setattr(photo, "SAME_SHOT", 0.9999)
    one, other = draw_face(300, 130), draw_face(300, 130, skin=OTHER)
    result = examine(engine, several(one, other, one, empty(300), other, format="TIFF"))
    assert [face.frame for face in result.faces] == [0, 1]


def test_a_small_face_that_comes_into_a_still_scene_is_found(engine, draw_face):
    scene = empty(900)
    later = scene.copy()
    later.paste(draw_face(160, 60), (700, 30))
    assert {face.frame for face in examine(engine, several(scene, later, format="TIFF")).faces} == {1}


def test_a_heic_whose_first_picture_is_not_the_one_shown_is_looked_at_whole(engine, draw_face):
    data = several(empty(), draw_face(400, 180), format="HEIF", primary_index=1)
    result = examine(engine, data)
    assert [face.frame for face in result.faces] == [0]
    assert len(result.looks) == 1
    assert not np.array_equal(picture(data, 1, None).pixels, picture(data, 0, None).pixels)


def test_of_very_many_pictures_so_many_are_looked_at_and_the_rest_is_told(engine, draw_face, monkeypatch):
    monkeypatch.setattr(frames, "MOST_FRAMES", 4)
    pages = [Image.fromarray(np.full((60, 60, 3), 10 * number, np.uint8)) for number in range(9)]
    result = examine(engine, several(*pages, draw_face(300, 130), format="TIFF"))
    assert [face.frame for face in result.faces] == [9]
    (told,) = [one for one in result.partly if one.kind is PartlyKind.FRAMES]
    assert told.why.values == {"looked": 4, "total": 10}


def test_frames_that_can_only_be_reached_through_too_many_others_are_told(engine, monkeypatch):
    monkeypatch.setattr(frames, "MOST_IN_ORDER", 60 * 60 * 3)
    pages = [Image.fromarray(np.full((60, 60, 3), 20 * number, np.uint8)) for number in range(9)]
    result = examine(engine, several(*pages, format="GIF"))
    assert [one.why.values for one in result.partly] == [{"looked": 3, "total": 9}]


def test_a_broken_picture_is_told_and_those_behind_it_are_looked_at(engine, draw_face):
    whole = several(empty(), empty(200), draw_face(400, 180), format="MPO", quality=95)
    starts = [at for at in range(len(whole)) if whole.startswith(b"\xff\xd8\xff", at)]
    damaged = bytearray(whole)
    damaged[starts[1] + 2 : starts[1] + 400] = bytes(398)
    result = examine(engine, bytes(damaged))
    assert [face.frame for face in result.faces] == [2]
    assert [one.kind for one in result.partly if one.why.code == "why.photo.frame"] == [PartlyKind.FRAMES]


def test_a_preview_that_shows_what_was_cropped_away_is_looked_at(engine, draw_face):
    result = examine(engine, _with_preview(empty(), draw_face(160, 70)))
    assert [face.frame for face in result.faces] == [-1]
    assert len(result.looks) == 1


def test_a_preview_of_the_same_photo_is_no_second_picture(engine, draw_face):
    photo = draw_face(400, 180)
    result = examine(engine, _with_preview(photo, photo.resize((160, 160))))
    assert [face.frame for face in result.faces] == [0]
    assert result.looks == ()


def test_a_photo_behind_the_end_of_a_photo_is_looked_at_and_a_film_there_is_told(engine, draw_face, encoded):
    photo = encoded(empty(), quality=90)
    behind = examine(engine, photo + encoded(draw_face(400, 180), quality=95))
    assert [face.frame for face in behind.faces] == [-1]
    (told,) = examine(engine, photo + b"\0\0\0\x18ftypmp42" + bytes(range(200))).partly
    assert (told.kind, told.why.code) == (PartlyKind.EMBEDDED, "why.photo.behind")
    for padding in (b"", b"\0" * 3000, b"\r\n"):
        assert examine(engine, photo + padding).partly == ()


def test_the_directories_of_a_raw_file_are_told(engine):
    out = io.BytesIO()
    empty(200).save(out, "TIFF", tiffinfo={0x014A: 8})
    assert [one.kind for one in examine(engine, out.getvalue()).partly] == [PartlyKind.EMBEDDED]


def test_a_photo_whose_only_face_may_lie_is_told_as_not_tried_turned(engine, draw_face, monkeypatch):
    data = several(draw_face(400, 180), format="PNG")
    assert examine(engine, data).partly == ()
    monkeypatch.setattr("dsr_desk.faces.photo.SURELY_UPRIGHT", 9.0)
    assert examine(engine, data).partly == ()
    monkeypatch.setattr(engine, "turns", ())
    assert [one.kind for one in examine(engine, data).partly] == [PartlyKind.TURNED]


def test_what_is_found_in_further_pictures_comes_out_of_a_cell_as_it_is(draw_face):
    data = several(empty(), draw_face(400, 180), format="GIF")
    result = look_at("standard", data)
    assert [face.frame for face in result.faces] == [1]
    assert len(result.looks) == 1


def test_a_reference_is_the_picture_that_the_file_shows_first(engine, draw_face):
    data = several(draw_face(300, 130), draw_face(300, 130, skin=OTHER), format="TIFF")
    assert [face.frame for face in examine(engine, data, reference=True).faces] == [0]


def test_a_picture_that_is_not_there_has_no_pixels():
    data = several(empty(60), format="PNG")
    assert picture(data, 5, None).pixels is None
    assert picture(data, -1, None).pixels is None
    assert np.array_equal(picture(data, 0, None).pixels, decode(data).pixels)


def _with_preview(photo: Image.Image, preview: Image.Image) -> bytes:
    """A JPEG whose EXIF holds the preview as cameras write it: a second directory with its place and length."""
    inner = io.BytesIO()
    preview.save(inner, "JPEG", quality=90)
    jpeg = inner.getvalue()
    first = b"\0\0" + (14).to_bytes(4, "big")
    entries = b"".join(
        tag.to_bytes(2, "big") + b"\0\4\0\0\0\1" + value.to_bytes(4, "big")
        for tag, value in ((0x0201, 44), (0x0202, len(jpeg)))
    )
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + first + b"\0\2" + entries + b"\0\0\0\0" + jpeg
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def _png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
