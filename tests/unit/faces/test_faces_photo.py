"""One photo from bytes to faces: exactly one class of the recall ledger, and nothing raised by what stands in it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dsr_desk.core.items import Flaw, LedgerClass
from dsr_desk.core.message import message, term
from dsr_desk.faces.photo import THUMBNAIL_SIDE, examine
from dsr_desk.faces.registry import load_engine


@pytest.fixture(scope="module")
def engine():
    return load_engine("standard")


def test_a_photo_with_a_face_gives_its_box_template_and_hash(engine, face_jpeg):
    result = examine(engine, face_jpeg)
    assert result.ledger_class is LedgerClass.FACES
    assert result.reason is None
    assert (result.width, result.height) == (400, 400)
    assert len(result.phash) == 8
    (face,) = result.faces
    assert face.comparable
    assert face.template.shape == (engine.dimension,)
    assert face.template.dtype == np.float32
    assert face.thumbnail is None
    assert 0 < face.box.left < 200 < face.box.right < 400


def test_the_same_bytes_give_the_same_result(engine, face_jpeg):
    one, other = examine(engine, face_jpeg), examine(engine, face_jpeg)
    assert one.faces[0].box == other.faces[0].box
    assert np.array_equal(one.faces[0].template, other.faces[0].template)


def test_a_thumbnail_is_a_small_jpeg_made_only_when_asked_for(engine, face_jpeg):
    (face,) = examine(engine, face_jpeg, thumbnails=True).faces
    thumbnail = Image.open(io.BytesIO(face.thumbnail))
    assert thumbnail.format == "JPEG"
    assert max(thumbnail.size) == THUMBNAIL_SIDE


def test_a_photo_without_a_face_is_listed_as_such(engine, encoded):
    landscape = Image.new("RGB", (320, 240), (90, 140, 200))
    ImageDraw.Draw(landscape).polygon([(0, 240), (120, 90), (240, 240)], fill=(60, 90, 50))
    result = examine(engine, encoded(landscape))
    assert result.ledger_class is LedgerClass.NO_FACE
    assert result.faces == ()


def test_an_orientation_from_outside_turns_the_photo_and_the_boxes(engine, draw_face, encoded):
    photo = Image.new("RGB", (500, 300), (96, 120, 140))
    photo.paste(draw_face(260, 110), (220, 20))
    stored = photo.transpose(Image.Transpose.ROTATE_90)
    result = examine(engine, encoded(stored, quality=95), orientation=6)
    assert (result.width, result.height) == (500, 300)
    (face,) = result.faces
    assert face.box.left > 220


def test_two_photos_of_one_face_score_higher_than_photos_of_two(engine, draw_face, encoded):
    def template(**how):
        return examine(engine, encoded(draw_face(300, **how))).faces[0].template

    same = float(template(face=130) @ template(face=110))
    other = float(template(face=130) @ template(face=130, skin=(92, 60, 44)))
    assert same > 0.98
    assert same > other


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", LedgerClass.UNREADABLE), (b"not a photo", LedgerClass.UNREADABLE)],
)
def test_what_cannot_be_decoded_has_a_class_and_a_reason(data, expected, engine):
    result = examine(engine, data)
    assert result.ledger_class is expected
    assert result.reason
    assert result.faces == ()
    assert result.phash == b""


def test_a_truncated_photo_is_listed_as_truncated_and_its_face_is_still_found(engine, face_photo, encoded):
    data = encoded(face_photo, quality=95)
    result = examine(engine, data[: len(data) * 9 // 10])
    assert result.ledger_class is LedgerClass.TRUNCATED
    assert result.reason == message("why.photo.breaks-off")
    assert len(result.faces) == 1


def test_a_photo_whose_faces_cannot_be_compared_says_why(engine, draw_face, encoded):
    hopeless = draw_face(400, 200).filter(ImageFilter.GaussianBlur(14))
    result = examine(engine, encoded(hopeless, quality=95))
    assert result.ledger_class is LedgerClass.NOT_COMPARABLE
    assert term(Flaw.BLURRED) in result.reason.values["flaws"]
    assert len(result.faces) == 1
    assert np.isfinite(result.faces[0].template).all()


def test_a_photo_read_smaller_has_its_boxes_in_full_size(engine, draw_face, encoded, monkeypatch):
    from dsr_desk.faces import decode

    monkeypatch.setattr(decode, "KEPT_PIXELS", 250_000)
    result = examine(engine, encoded(draw_face(800, 360), quality=90))
    assert (result.width, result.height) == (800, 800)
    assert result.reason.code == "why.photo.shrunk"
    (face,) = result.faces
    assert face.box.width > 250


def test_of_a_photo_that_breaks_off_and_was_read_smaller_both_are_said(engine, draw_face, encoded, monkeypatch):
    from dsr_desk.faces import decode

    monkeypatch.setattr(decode, "KEPT_PIXELS", 250_000)
    data = encoded(draw_face(800, 360), quality=90)
    result = examine(engine, data[: len(data) * 9 // 10])
    assert result.ledger_class is LedgerClass.TRUNCATED
    said = [result.reason.values[name].code for name in ("one", "other")]
    assert said == ["why.photo.breaks-off", "why.photo.shrunk"]


def test_a_photo_read_smaller_says_so_however_small_the_faces_are_that_are_looked_for(draw_face, encoded, monkeypatch):
    from dsr_desk.faces import decode

    monkeypatch.setattr(decode, "KEPT_PIXELS", 250_000)
    result = examine(load_engine("thorough"), encoded(draw_face(800, 360), quality=90))
    assert result.reason.code == "why.photo.shrunk"


def test_a_face_at_the_border_gives_a_thumbnail(engine, face_photo, encoded):
    cut = face_photo.crop((75, 0, 400, 400))
    for face in examine(engine, encoded(cut), thumbnails=True).faces:
        assert Image.open(io.BytesIO(face.thumbnail)).size[0] > 0


def test_of_a_large_photo_it_is_said_which_faces_were_not_looked_for(engine, draw_face, encoded):
    photo = Image.new("RGB", (4000, 3000), (96, 120, 140))
    photo.paste(draw_face(600, 260), (1700, 1200))
    result = examine(engine, encoded(photo, quality=80))
    assert result.ledger_class is LedgerClass.FACES
    assert result.reason == message("why.photo.small-faces", pixels=40)
