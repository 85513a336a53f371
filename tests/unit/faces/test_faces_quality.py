"""What stands in the way of comparing a face is said in words, and only the hopeless is set aside."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.items import Box, Flaw
from dsr_desk.faces.quality import Quality, advice, judge, sharpness, turned_away
from dsr_desk.faces.registry import load_engine

FRONTAL = np.array([[40, 60], [60, 60], [110, 60], [90, 60], [75, 95]], np.float32)
LARGE = Box(0, 0, 100, 100)


@pytest.fixture(scope="module")
def chip(draw_face) -> np.ndarray:
    engine = load_engine("standard")
    pixels = np.asarray(draw_face(face=90).filter(ImageFilter.UnsharpMask(4, 300)))
    return engine.align(pixels, engine.detect(pixels)).chips[0]


def blurred(chip: np.ndarray, radius: float) -> np.ndarray:
    return np.asarray(Image.fromarray(chip).filter(ImageFilter.GaussianBlur(radius)))


def nose_at(x: float) -> np.ndarray:
    landmarks = FRONTAL.copy()
    landmarks[4, 0] = x
    return landmarks


def test_a_large_sharp_frontal_face_has_nothing_against_it(chip):
    assert judge(LARGE, chip, FRONTAL) == Quality((), comparable=True)


@pytest.mark.parametrize(
    ("flaw", "worse", "hopeless"),
    [
        (Flaw.SMALL, {"box": Box(0, 0, 24, 24)}, {"box": Box(0, 0, 9, 9)}),
        (Flaw.TURNED, {"landmarks": nose_at(97)}, {"landmarks": nose_at(120)}),
        (Flaw.DARK, {"light": 0.15}, {"light": 0.02}),
        (Flaw.BRIGHT, {"add": 90}, {"add": 255}),
    ],
)
def test_each_reason_is_flagged_before_it_makes_a_face_incomparable(flaw, worse, hopeless, chip):
    def judged(box=LARGE, landmarks=FRONTAL, light=1.0, add=0):
        changed = np.clip(chip.astype(float) * light + add, 0, 255).astype(np.uint8)
        return judge(box, changed, landmarks)

    assert judged(**worse).flaws == (flaw,)
    assert judged(**worse).comparable
    assert flaw in judged(**hopeless).flaws
    assert not judged(**hopeless).comparable


def test_blur_is_flagged_and_more_blur_is_less_sharp(chip):
    grey = [blurred(chip, radius).mean(axis=2, dtype=np.float32) for radius in (0, 2, 4, 8)]
    values = [sharpness(one) for one in grey]
    assert values == sorted(values, reverse=True)
    assert Flaw.BLURRED in judge(LARGE, blurred(chip, 7), FRONTAL).flaws


def test_a_flat_chip_is_not_comparable():
    flat = np.full((150, 150, 3), 128, np.uint8)
    assert not judge(LARGE, flat, FRONTAL).comparable


def test_turning_is_measured_across_the_eyes_whatever_the_tilt():
    assert turned_away(FRONTAL) == pytest.approx(0.0)
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    assert turned_away(nose_at(95) @ turn.T) == pytest.approx(turned_away(nose_at(95)), abs=1e-4)


def test_landmarks_on_one_spot_count_as_turned_away():
    assert turned_away(np.ones((5, 2), np.float32)) == 1.0


def test_there_is_advice_for_every_reason(chip):
    dark = judge(Box(0, 0, 5, 5), (blurred(chip, 9) * 0.05).astype(np.uint8), nose_at(120))
    bright = judge(LARGE, np.full((150, 150, 3), 254, np.uint8), FRONTAL)
    assert {*dark.flaws, *bright.flaws} == set(Flaw)
    assert all(advice(flaw).code in catalogue(language) for flaw in Flaw for language in ("en", "de"))
