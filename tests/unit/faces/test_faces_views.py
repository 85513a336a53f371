"""A reference face in several views: one template that can be compared with those of any index."""

from __future__ import annotations

import numpy as np
import pytest

from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.faces.views import VIEWS, reference_templates, seen


@pytest.fixture(scope="module")
def engine():
    return load_engine("standard")


def test_a_view_neither_enlarged_nor_moved_is_the_chip_itself():
    chips = np.random.default_rng(1).integers(0, 256, (2, 150, 150, 3), np.uint8)
    assert np.array_equal(seen(chips, 1.0, 0.0), chips)
    assert VIEWS[0] == (1.0, 0.0)


def test_a_view_moved_down_shows_each_row_lower_and_repeats_the_border():
    chips = np.arange(150, dtype=np.uint8)[None, :, None, None].repeat(150, axis=2).repeat(3, axis=3)
    (moved,) = seen(chips, 1.0, 0.04)
    assert moved[6:, 75, 0].tolist() == list(range(144))
    assert set(moved[:6, 75, 0]) == {0}


@pytest.mark.parametrize("zoom", [0.92, 1.15])
def test_a_view_enlarged_keeps_the_middle_in_its_place(zoom):
    chips = np.zeros((1, 150, 150, 3), np.uint8)
    chips[0, 65:85, 65:85] = 255
    (view,) = seen(chips, zoom, 0.0)
    lit = np.nonzero(view[..., 0] > 127)
    assert lit[0].mean() == pytest.approx(74.5, abs=0.6)
    assert np.ptp(lit[1]) + 1 == pytest.approx(20 * zoom, abs=1.5)


def test_the_template_of_a_reference_is_the_mean_of_its_views_and_of_length_one(engine, face_photo):
    pixels = np.asarray(face_photo)
    chips = engine.align(pixels, engine.detect(pixels)).chips
    (template,) = reference_templates(engine, chips)
    mean = sum(engine.embed(seen(chips, *view))[0] for view in VIEWS)
    assert np.linalg.norm(template) == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(template, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_reference_is_close_to_the_same_face_in_an_index_and_is_not_the_same_template(engine, face_jpeg):
    (indexed,) = examine(engine, face_jpeg).faces
    (reference,) = examine(engine, face_jpeg, reference=True).faces
    assert reference.box == indexed.box
    assert 0.97 < float(reference.template @ indexed.template) < 0.9999


def test_no_faces_have_no_templates(engine):
    assert reference_templates(engine, np.zeros((0, 150, 150, 3), np.uint8)).shape == (0, engine.dimension)
