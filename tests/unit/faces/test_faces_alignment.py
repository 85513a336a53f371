"""Five points of a face land on those of the template, however the face stands in its photo."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.items import Box
from dsr_desk.faces.alignment import (
    ARCFACE,
    DLIB_IN_ARCFACE,
    TemplateAligner,
    arcface,
    carried_over,
    cut,
    similarity,
    turned_box,
)
from dsr_desk.faces.dlib_engine import DlibEngine
from dsr_desk.faces.engine import Detection
from dsr_desk.faces.presets import PRESETS
from dsr_desk.faces.weights import LANDMARKS_FILE, weight_file

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]


def dots(points, size=(400, 300), radius=6):
    """A grey photo with a spot of its own colour around each point; pixels are counted at their middles."""
    photo = np.full((size[1], size[0], 3), 60.0)
    rows, columns = np.mgrid[: size[1], : size[0]]
    for (x, y), colour in zip(points, COLOURS, strict=True):
        inside = np.clip(radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1)[..., None]
        photo = photo * (1 - inside) + np.array(colour) * inside
    return photo.round().astype(np.uint8)


def spots(chip):
    """The middles of the five spots in a chip."""
    found = []
    for colour in COLOURS:
        ys, xs = np.nonzero(np.abs(chip.astype(int) - colour).sum(axis=2) < 120)
        found.append((xs.mean(), ys.mean()))
    return np.array(found)


def moved(points, scale, degrees, shift):
    turn = np.exp(1j * math.radians(degrees)) * scale
    flat = (np.array(points) @ [1, 1j]) * turn + complex(*shift)
    return np.stack([flat.real, flat.imag], axis=1)


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"),
    [(1.0, 0, (90, 40)), (1.6, 25, (150, 20)), (0.8, -70, (90, 150)), (2.0, 180, (360, 280))],
)
def test_five_points_land_on_the_template_within_half_a_pixel(scale, degrees, shift):
    points = moved(ARCFACE, scale, degrees, shift)
    pixels = dots(points, radius=5 * scale)
    found = TemplateAligner(weight_file(LANDMARKS_FILE), 112, ARCFACE).align(
        pixels, [Detection(Box(0, 0, 10, 10), 1.0, "own", landmarks=tuple(map(tuple, points)))]
    )
    assert np.abs(spots(found.chips[0]) - ARCFACE).max() < 0.5


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_points_of_a_turned_photo_are_those_of_the_photo_as_it_was_turned(turned):
    points = moved(ARCFACE, 1.2, 5, (100, 60))
    upright = dots(points)
    photo = np.rot90(upright, (360 - turned) // 90 % 4)
    one = Detection(Box(0, 0, 10, 10), 1.0, "own", turned, tuple(map(tuple, points)))
    chip = TemplateAligner(weight_file(LANDMARKS_FILE), 224, arcface(224)).align(photo, [one]).chips[0]
    assert np.abs(spots(chip) - np.array(ARCFACE) * 2).max() < 1


def test_a_template_of_ones_own_is_kept_to():
    own = ((20.0, 30.0), (60.0, 30.0), (40.0, 55.0), (25.0, 70.0), (55.0, 70.0))
    points = moved(own, 1.5, 10, (120, 30))
    one = Detection(Box(0, 0, 10, 10), 1.0, "own", landmarks=tuple(map(tuple, points)))
    chip = TemplateAligner(weight_file(LANDMARKS_FILE), 80, own).align(dots(points), [one]).chips[0]
    assert np.abs(spots(chip) - own).max() < 1


numbers = st.floats(-300, 300)


@given(st.lists(st.tuples(numbers, numbers), min_size=5, max_size=5), st.floats(0.2, 5), st.floats(-180, 180), numbers)
def test_a_similarity_is_found_again_and_nothing_else_comes_nearer(points, scale, degrees, shift):
    here = np.array(points)
    if np.ptp(here, axis=0).max() < 1:
        return
    laid = similarity(here, moved(here, scale, degrees, (shift, -shift)))
    assert laid is not None
    assert np.allclose(
        here @ laid[:, :2].T + laid[:, 2], moved(here, scale, degrees, (shift, -shift)), atol=1e-6 * 2000
    )
    wanted = np.array(ARCFACE)
    best = similarity(here, wanted)
    if best is not None:
        off = np.sum((here @ best[:, :2].T + best[:, 2] - wanted) ** 2)
        nudged = moved(here @ best[:, :2].T + best[:, 2], 1.01, 1, (0.1, 0))
        assert off <= np.sum((nudged - wanted) ** 2) + 1e-6


def test_it_is_umeyamas_similarity():
    """His closed form by singular values (1991), for faces that are no mirror images."""
    rng = np.random.default_rng(4)
    here, there = rng.normal(size=(5, 2)) * 40, np.array(ARCFACE)
    here = there * 0.7 + here * 0.1 + 20
    about, to = here.mean(axis=0), there.mean(axis=0)
    u, d, v = np.linalg.svd((there - to).T @ (here - about) / 5)
    turn = u @ v
    scale = d.sum() / ((here - about) ** 2).sum() * 5
    laid = similarity(here, there)
    assert np.allclose(laid[:, :2], scale * turn)
    assert np.allclose(laid[:, 2], to - scale * turn @ about)


def test_points_that_are_one_point_give_a_black_chip_and_no_error():
    one = Detection(Box(0, 0, 10, 10), 1.0, "own", landmarks=((5.0, 5.0),) * 5)
    chips = TemplateAligner(weight_file(LANDMARKS_FILE), 112, ARCFACE).align(dots(ARCFACE), [one]).chips
    assert not chips.any()


def test_what_lies_outside_the_photo_is_black():
    laid = similarity(np.array(ARCFACE) + 5000, np.array(ARCFACE))
    assert not cut(dots(ARCFACE), laid, 112).any()
    laid = similarity(np.array(ARCFACE) - 56, np.array(ARCFACE))
    chip = cut(dots(ARCFACE), laid, 112)
    assert not chip[:50, :50].any()
    assert chip[60:, 60:].any()


def test_a_pattern_finer_than_the_chip_shows_as_its_mean():
    pixels = np.zeros((2000, 2000, 3), np.uint8)
    pixels[::2] = 255
    chip = cut(pixels, similarity(moved(ARCFACE, 12, 0, (200, 200)), np.array(ARCFACE)), 112)
    assert np.abs(chip.astype(int) - 128).max() < 12


def test_dlibs_landmarks_lay_a_face_where_five_points_would(face_photo):
    """Of a drawn face it is known where its eyes, its nose and its mouth are."""
    engine = DlibEngine("standard", PRESETS["standard"])
    pixels = np.asarray(face_photo)
    (found,) = engine.detect(pixels)
    eyes_and_mouth = [(200 + 1.8 * x, 200 + 1.8 * y) for x, y in ((-19, -10), (19, -10), (0, 14), (-17, 34), (17, 34))]
    aligner = TemplateAligner(weight_file(LANDMARKS_FILE), 112, ARCFACE)
    by_dlib = aligner.align(pixels, [found])
    laid = similarity(by_dlib.landmarks[0].astype(float), np.array(DLIB_IN_ARCFACE))
    there = np.array(eyes_and_mouth) @ laid[:, :2].T + laid[:, 2]
    assert np.abs(there[:2] - np.array(ARCFACE)[:2]).max() < 5
    assert np.abs(there[3:] - np.array(ARCFACE)[3:]).max() < 9


def test_a_box_turned_four_times_is_itself():
    box = Box(10, 20, 40, 60)
    for turn in (90, 180, 270):
        turned = turned_box(box, turn, (300, 400))
        size = (400, 300) if turn in (90, 270) else (300, 400)
        assert turned_box(turned, 360 - turn, size) == box


def test_carried_over_places_keep_their_place_between_others():
    own = np.array(ARCFACE) * [1.2, 0.9] + [3, 7]
    assert np.allclose(
        carried_over(np.array(ARCFACE), own, np.array(DLIB_IN_ARCFACE)), np.array(DLIB_IN_ARCFACE) * [1.2, 0.9] + [3, 7]
    )
