"""CenterFace: which way up a face stands, whatever the photo is cut into, and dlib's square about it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from dsr_desk.faces import centerface, networks
from dsr_desk.faces.centerface import CenterFace, leaning, turned_points
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.registry import load_engine
from dsr_desk.faces.weights import WeightsMissing, WeightsUnknown

UPRIGHT = ((40.0, 50.0), (70.0, 50.0), (55.0, 65.0), (43.0, 85.0), (67.0, 85.0))


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return networks.centerface()


@pytest.fixture
def standard() -> DlibEngine:
    return load_engine("standard")


@pytest.fixture(scope="module")
def crowd(draw_face) -> np.ndarray:
    photo = Image.new("RGB", (640, 400), (96, 120, 140))
    for place in ((30, 20), (250, 30), (440, 200), (120, 220)):
        photo.paste(draw_face(120, 52), place)
    return np.asarray(photo)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_five_places_tell_how_a_face_leans_and_turning_back_sets_it_upright(turn):
    assert leaning(UPRIGHT) == pytest.approx(0.0, abs=1e-6)
    lying = turned_points(UPRIGHT, (360 - turn) % 360, (200, 100))
    size = (100, 200) if turn in (90, 270) else (200, 100)
    assert math.isclose(leaning(lying) % 360, turn, abs_tol=1e-6)
    assert np.allclose(turned_points(lying, turn, size), UPRIGHT)


def test_a_photo_looked_at_in_parts_shows_each_face_once_where_the_whole_shows_it(detector, crowd, monkeypatch):
    whole = {one.box for one in detector.look(crowd, 1.0, 0.45)}
    monkeypatch.setattr(centerface, "TILE", 200)
    in_parts = [one.box for one in detector.look(crowd, 1.0, 0.45)]
    assert len(in_parts) == len(whole) == 4
    for box in whole:
        assert max(box.overlap(other) for other in in_parts) > 0.7


def test_a_face_that_lies_says_how_the_photo_must_be_turned_and_where_its_eyes_are_then(detector, draw_face):
    lying = np.ascontiguousarray(np.rot90(np.asarray(draw_face(120, 52))))
    for one in detector.look(lying, 1.0, 0.3):
        assert one.turned == 270
        eye, other, _, mouth, corner = one.landmarks
        assert mouth[1] + corner[1] > eye[1] + other[1]


def test_a_face_that_fills_a_large_photo_is_found_once(standard, draw_face):
    close = draw_face(1000, 700)
    assert len(standard.detect(np.asarray(close))) == 1


def test_where_nothing_is_like_a_face_turned_photos_are_tried_at_half_their_size_else_whole(
    monkeypatch,
):
    engine = DlibEngine("bench", PRESETS["standard"])
    sizes: list[float] = []
    look = engine._look

    def watched(_pixels, size=1.0):
        sizes.append(size)
        return [] if like_a_face is None else [like_a_face]

    monkeypatch.setattr(engine, "_look", watched)
    like_a_face = None
    empty = np.zeros((64, 64, 3), np.uint8)
    assert engine.detect(empty) == []
    assert sizes == [1.0, 0.5, 0.5, 0.5]
    sizes.clear()
    like_a_face = centerface._detection(np.float32((30, 40, 80, 100)), 0.3, np.float32(UPRIGHT), (64, 64))
    assert engine.detect(empty) == []
    assert sizes == [1.0] * 4
    assert look(empty) == []


def test_a_face_that_certainly_stands_upright_spares_the_turns(monkeypatch):
    engine = DlibEngine("bench", PRESETS["standard"])
    certain = centerface._detection(np.float32((30, 40, 80, 100)), 0.9, np.float32(UPRIGHT), (200, 200))
    looks: list[float] = []
    monkeypatch.setattr(engine, "_look", lambda _pixels, size=1.0: looks.append(size) or [certain])
    assert engine.detect(np.zeros((200, 200, 3), np.uint8)) == [certain]
    assert looks == [1.0]


def test_weights_that_are_not_there_or_of_another_network_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("DSR_DESK_CACHE", str(tmp_path))
    other = tmp_path / "centerface.onnx"
    other.write_bytes(b"no network")
    monkeypatch.setattr(networks, "weight_file", lambda _name: other)
    with pytest.raises(WeightsUnknown):
        networks.centerface()
    monkeypatch.setattr("dsr_desk.faces.weights.PLACES", ())
    from dsr_desk.faces.weights import weight_file

    weight_file.cache_clear()
    with pytest.raises(WeightsMissing):
        weight_file("centerface.onnx")
    weight_file.cache_clear()
