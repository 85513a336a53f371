"""The product's engine: templates that agree with face_recognition's, whatever way up the photo stands."""

from __future__ import annotations

import subprocess
import sys

import dlib
import numpy as np
import pytest
from PIL import Image

from bench.reference_engine import load_reference
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Detection
from dsr_desk.faces.facts import NAMES
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.registry import EngineUnknown, load_engine


@pytest.fixture(scope="module")
def thorough() -> DlibEngine:
    return load_engine("thorough")


@pytest.fixture(scope="module")
def standard() -> DlibEngine:
    return load_engine("standard")


def test_an_engine_is_loaded_once_a_process():
    assert load_engine("standard") is load_engine("standard")


def test_an_unknown_engine_is_refused_with_the_names_of_the_known():
    with pytest.raises(EngineUnknown) as caught:
        load_engine("guess")
    assert all(name in caught.value.what_to_do for name in NAMES)


def test_a_template_has_length_one_and_is_the_same_for_the_mirror_image(standard, face_photo):
    pixels = np.asarray(face_photo)
    chips = standard.align(pixels, standard.detect(pixels)).chips
    one, mirrored = standard.embed(chips)[0], standard.embed(chips[:, :, ::-1])[0]
    assert one.shape == (standard.dimension,)
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)
    assert np.abs(one - mirrored).max() < 1e-5


def test_templates_do_not_depend_on_what_is_embedded_beside_them(standard):
    chips = np.random.default_rng(2).integers(0, 256, (19, 150, 150, 3), np.uint8)
    together = standard.embed(chips)
    alone = np.concatenate([standard.embed(chips[i : i + 1]) for i in range(19)])
    assert np.abs(together - alone).max() < 1e-5


def test_nothing_embedded_is_an_empty_table(standard):
    assert standard.embed(np.zeros((0, 150, 150, 3), np.uint8)).shape == (0, 128)


def test_embeddings_equal_those_of_face_recognition(standard, face_photo):
    reference = load_reference()
    pixels = np.asarray(face_photo)
    chips = reference.align(pixels, reference.detect(pixels)).chips
    noise = np.random.default_rng(4).integers(0, 256, (1, 150, 150, 3), np.uint8)
    for chip in (*chips, *noise):
        theirs = np.array(reference._api.face_encoder.compute_face_descriptor(chip))
        ours = standard.raw_embeddings(chip[None])[0]
        assert np.abs(ours - theirs).max() < 1e-4


def test_chips_equal_those_of_face_recognition(standard, face_photo):
    reference = load_reference()
    pixels = np.asarray(face_photo)
    found = reference.detect(pixels)
    theirs, ours = reference.align(pixels, found), standard.align(pixels, found)
    assert np.abs(theirs.landmarks - ours.landmarks).max() < 3


def test_the_detector_that_was_unpacked_once_sees_what_dlibs_own_sees(thorough, face_photo):
    pixels = np.asarray(face_photo)
    kept, own = (
        dlib.fhog_object_detector.run(detector, pixels, 0, -0.5)
        for detector in (thorough.beside._hog, dlib.get_frontal_face_detector())
    )
    assert str(kept) == str(own)
    assert kept[1]


def test_an_engine_is_loaded_once_whichever_way_it_is_asked_for(standard):
    assert load_engine() is load_engine("standard") is load_engine(name="standard") is standard


def test_faces_come_largest_first(thorough, draw_face):
    photo = Image.new("RGB", (500, 300), (96, 120, 140))
    photo.paste(draw_face(170, 75), (320, 60))
    photo.paste(draw_face(300, 130), (0, 0))
    found = thorough.detect(np.asarray(photo))
    assert [detection.box.left < 250 for detection in found] == [True, False]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_face_that_lies_on_its_side_is_found_and_seen_upright(turns, name, face_photo):
    engine = load_engine(name)
    upright = np.asarray(face_photo)
    expected = engine.align(upright, engine.detect(upright))
    turned = np.ascontiguousarray(np.rot90(upright, turns))
    found = engine.detect(turned)
    assert len(found) == 1
    assert found[0].turned == 360 - 90 * turns
    aligned = engine.align(turned, found)
    score = float((engine.embed(expected.chips) @ engine.embed(aligned.chips).T)[0, 0])
    assert score > 0.99


def test_a_box_is_in_the_photo_as_it_is_not_as_it_was_turned(thorough, draw_face):
    photo = Image.new("RGB", (500, 300), (96, 120, 140))
    photo.paste(draw_face(300, 130).rotate(90), (200, 0))
    (found,) = thorough.detect(np.asarray(photo))
    middle = (found.box.left + found.box.right) / 2, (found.box.top + found.box.bottom) / 2
    assert abs(middle[0] - 350) < 30
    assert abs(middle[1] - 150) < 30


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (3, 2)])
def test_photos_of_any_shape_are_looked_at_in_every_turn(size, thorough):
    assert thorough.detect(np.zeros((*size, 3), np.uint8)) == []


def test_standard_and_thorough_make_comparable_templates(standard, thorough):
    assert standard.digest == thorough.digest
    assert standard.settings != thorough.settings
    assert set(PRESETS) == set(NAMES)


def test_a_large_photo_is_looked_at_with_no_more_pixels_than_the_budget_but_never_under_half_its_size():
    settings = PRESETS["standard"]
    scale = settings.scale(3000, 2000)
    assert 3000 * scale * 2000 * scale == pytest.approx(settings.most_pixels)
    assert settings.scale(640, 480) == 1.0
    assert settings.scale(8000, 5000) == 0.5


def test_a_small_photo_is_enlarged_more_so_that_a_small_face_in_it_is_found(standard, draw_face):
    assert PRESETS["standard"].scale(70, 70) == pytest.approx(3.5, abs=0.01)
    assert len(standard.detect(np.asarray(draw_face(70, 26)))) == 1


def test_alignment_of_a_box_partly_outside_the_photo_gives_a_chip(standard, face_photo):
    pixels = np.asarray(face_photo)
    (found,) = standard.detect(pixels)
    cut = np.ascontiguousarray(pixels[:, found.box.left + 10 :])
    box = type(found.box)(-10, found.box.top, found.box.right - found.box.left - 10, found.box.bottom)
    aligned = standard.align(cut, [Detection(box, 1.0, "cnn")])
    assert aligned.chips.shape == (1, 150, 150, 3)


def test_loading_the_product_s_engine_leaves_the_68_point_model_and_pkg_resources_alone():
    program = (
        "import sys; from dsr_desk.faces.registry import load_engine; load_engine('standard');"
        "unwanted = {'face_recognition', 'face_recognition_models', 'pkg_resources', 'onnx'};"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_in_a_large_photo_the_smallest_face_looked_for_grows_to_40_pixels_and_no_further(standard, thorough):
    assert standard.smallest_face_in(640, 480) == standard.smallest_face == 20
    assert standard.smallest_face_in(4000, 3000) == 40
    assert standard.smallest_face_in(8000, 5000) == 40
    assert thorough.smallest_face_in(640, 480) == thorough.smallest_face == 10
    assert thorough.smallest_face_in(4000, 3000) < 20
    assert standard.smallest_face_in(100, 80) <= 20


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_each_network_that_finds_faces_and_what_it_was_trained_on(name):
    card = load_engine(name).card
    assert ("dlib HOG frontal face detector" in card.networks) == (name == "thorough")
    assert "CenterFace face detector" in card.networks
    assert "WIDER FACE" in card.trained_on
    assert "MIT" in card.licence
