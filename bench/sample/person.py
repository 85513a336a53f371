"""Invented people: what distinguishes one drawn face from another, and what a photo changes about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.sample.grid import Field

Colour = tuple[float, float, float]
"""Linear light, red, green, blue, 0 to 1."""

HAIR_STYLES = ("bald", "receding", "buzz", "short", "parted", "swept", "fringe", "bob", "long", "curls", "afro", "tied")
BEARDS = ("none", "stubble", "moustache", "goatee", "full")
GLASSES = ("none", "round", "square", "wide")


@dataclass(frozen=True)
class Features:
    """Measures of a face in half face widths, and its colours. All of it stays the same from photo to photo."""

    seed: int
    width: float
    jaw: float
    chin_width: float
    chin: float
    forehead: float
    crown: float
    squareness: float
    depth: float
    cheekbone: float
    fullness: float
    neck: float
    eye_apart: float
    eye_wide: float
    eye_tall: float
    eye_tilt: float
    eye_deep: float
    lid: float
    fold: float
    brow_height: float
    brow_thick: float
    brow_tilt: float
    brow_arch: float
    brow_long: float
    brow_ridge: float
    nose_long: float
    nose_bridge: float
    nose_bridge_wide: float
    nose_tip: float
    nose_tip_wide: float
    nose_up: float
    nostril_wide: float
    mouth: float
    mouth_wide: float
    upper_lip: float
    lower_lip: float
    age: float
    freckles: float
    skin: Colour
    lips: Colour
    iris: Colour
    hair_colour: Colour
    hair: str
    hairline: float
    hair_volume: float
    parting: float
    beard: str
    glasses: str
    frame: Colour


@dataclass(frozen=True)
class Expression:
    """What a face does in one photo: all 0 is at rest."""

    smile: float = 0.0
    open_mouth: float = 0.0
    brows: float = 0.0
    lids: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Pose:
    """Turn of the head in degrees: yaw to the viewer's right, pitch upwards, roll clockwise."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True)
class Light:
    """Where the light comes from (head facing +z, +y up), its warmth (-1 to 1), share of soft light, exposure."""

    direction: tuple[float, float, float] = (-0.4, 0.5, 0.75)
    warmth: float = 0.0
    soft: float = 0.45
    exposure: float = 1.0


AT_REST, STRAIGHT, DAYLIGHT = Expression(), Pose(), Light()

# From light to dark, linear light; between them tones are mixed.
_SKIN = np.array(
    [
        (0.80, 0.60, 0.50),
        (0.76, 0.53, 0.40),
        (0.68, 0.45, 0.32),
        (0.58, 0.36, 0.23),
        (0.44, 0.25, 0.145),
        (0.30, 0.155, 0.085),
        (0.18, 0.09, 0.05),
        (0.10, 0.050, 0.030),
    ]
)
_HAIR: tuple[Colour, ...] = (
    (0.012, 0.010, 0.010),
    (0.030, 0.018, 0.012),
    (0.075, 0.040, 0.020),
    (0.16, 0.085, 0.038),
    (0.36, 0.22, 0.10),
    (0.55, 0.40, 0.21),
    (0.27, 0.075, 0.022),
    (0.33, 0.32, 0.31),
    (0.68, 0.66, 0.63),
)
_IRIS: tuple[Colour, ...] = (
    (0.045, 0.022, 0.012),
    (0.10, 0.050, 0.020),
    (0.15, 0.11, 0.040),
    (0.09, 0.16, 0.08),
    (0.10, 0.19, 0.30),
    (0.20, 0.25, 0.28),
)
SHIRTS: tuple[Colour, ...] = (
    (0.05, 0.12, 0.20),
    (0.30, 0.06, 0.06),
    (0.55, 0.55, 0.52),
    (0.03, 0.03, 0.035),
    (0.06, 0.20, 0.16),
    (0.45, 0.28, 0.08),
    (0.16, 0.10, 0.25),
    (0.50, 0.22, 0.20),
    (0.10, 0.22, 0.42),
    (0.32, 0.34, 0.24),
)


# Of 24 draws for each person the one whose face lies farthest from all before it for dlib's network: drawn strangers
# crowd closer together than real ones, and without this some of them would be taken for one another. Picked with
# tests/benchmarks/sample_spread.py.
_FARTHEST = (
    *(0, 5, 3, 2, 2, 20, 15, 10, 4, 0, 15, 16, 1, 6, 8, 20, 21, 16, 16, 22, 0, 22, 13, 7),
    *(18, 5, 18, 17, 13, 8, 20, 7, 9, 20, 19, 6, 9, 3, 9, 9, 20, 7, 23, 11, 14, 13, 0, 9),
)


def features_of(number: int, seed: int) -> Features:
    """The face of a person; the first 48 are the same whatever the seed."""
    draw = (number, _FARTHEST[number]) if number < len(_FARTHEST) else (seed, number)
    return draw_features(np.random.default_rng(draw), number)


def draw_features(rng: np.random.Generator, number: int) -> Features:
    """The face of person `number`. What tells people apart at a glance is dealt out evenly, not left to chance."""

    def about(middle: float, spread: float, limit: float = 2.0) -> float:
        return float(middle + 1.2 * spread * np.clip(rng.normal(), -limit, limit))

    tone = ((number * 0.6180339 + 0.13) % 1.0) * (len(_SKIN) - 1)
    skin = _mix(tone) * rng.uniform(0.92, 1.08, 3)
    heavy = ((number * 0.7548777 + 0.4) % 1.0) * 2 - 1
    masculine = number % 2 == 0
    age = float(((number * 0.5698403 + 0.2) % 1.0) ** 1.2)
    style = _style(rng, number, masculine=masculine, age=age)
    return Features(
        seed=int(rng.integers(2**31)),
        width=about(0.80, 0.045) + 0.045 * heavy,
        jaw=about(0.62 if masculine else 0.54, 0.05) + 0.06 * heavy,
        chin_width=about(0.30 if masculine else 0.24, 0.05) + 0.03 * heavy,
        chin=about(-1.27 if masculine else -1.20, 0.065),
        forehead=about(0.755, 0.04),
        crown=about(1.18, 0.06),
        squareness=about(2.3 if masculine else 2.12, 0.2),
        depth=about(0.86, 0.045),
        cheekbone=about(0.05, 0.03),
        fullness=0.05 * heavy + about(0.0, 0.02),
        neck=about(0.50 if masculine else 0.42, 0.025) + 0.04 * heavy,
        eye_apart=about(0.335, 0.028),
        eye_wide=about(0.172, 0.016),
        eye_tall=about(0.078 if masculine else 0.092, 0.014),
        eye_tilt=about(0.06, 0.10),
        eye_deep=about(0.065, 0.030),
        lid=about(0.5, 0.35),
        fold=float(rng.random() < 0.25),
        brow_height=about(0.215 if masculine else 0.255, 0.03),
        brow_thick=about(0.040 if masculine else 0.025, 0.010),
        brow_tilt=about(0.05, 0.12),
        brow_arch=about(0.035 if masculine else 0.055, 0.03),
        brow_long=about(0.22, 0.025),
        brow_ridge=max(0.0, about(0.05 if masculine else 0.015, 0.02)),
        nose_long=about(-0.44, 0.055),
        nose_bridge=about(0.10, 0.04),
        nose_bridge_wide=about(0.085, 0.018),
        nose_tip=about(0.255, 0.045),
        nose_tip_wide=about(0.098, 0.022),
        nose_up=about(0.0, 0.03),
        nostril_wide=about(0.130, 0.026),
        mouth=about(-0.755, 0.035),
        mouth_wide=about(0.285, 0.04),
        upper_lip=max(0.02, about(0.050 if masculine else 0.062, 0.020)),
        lower_lip=max(0.03, about(0.070 if masculine else 0.085, 0.022)),
        age=age,
        freckles=float(max(0.0, rng.normal() - 0.9)) if tone < 3 else 0.0,
        skin=_colour(skin),
        lips=_colour(skin * (0.80, 0.42, 0.42) if not masculine else skin * (0.84, 0.56, 0.53)),
        iris=_IRIS[int(rng.integers(len(_IRIS))) if tone < 3.2 else int(rng.integers(2))],
        hair_colour=_hair_colour(rng, tone, age),
        hair=style,
        hairline=about(0.70, 0.06),
        hair_volume=max(0.04, about(0.10, 0.04)),
        parting=float(rng.choice((-1, 1))) * float(rng.uniform(0.2, 0.5)),
        beard=str(rng.choice(BEARDS, p=(0.34, 0.22, 0.12, 0.12, 0.20))) if masculine else "none",
        glasses=str(rng.choice(GLASSES, p=(0.66, 0.12, 0.12, 0.10))),
        frame=((0.015, 0.013, 0.013), (0.22, 0.08, 0.03), (0.30, 0.31, 0.33))[int(rng.integers(3))],
    )


def _style(rng: np.random.Generator, number: int, *, masculine: bool, age: float) -> str:
    if masculine:
        styles = ["short", "parted", "buzz", "swept", "curls", "afro", "long"]
        if age > 0.45:
            styles += ["bald", "receding", "receding"]
    else:
        styles = ["bob", "long", "fringe", "tied", "curls", "parted", "afro", "long", "swept"]
    return styles[(number // 2 + int(rng.integers(2))) % len(styles)]


def _hair_colour(rng: np.random.Generator, tone: float, age: float) -> Colour:
    if age > 0.7 and rng.random() < 0.75:
        return _HAIR[int(rng.integers(7, 9))]
    return _HAIR[int(rng.integers(7)) if tone < 2.6 else int(rng.integers(3)) if tone < 4 else int(rng.integers(2))]


def _mix(tone: float) -> Field:
    low = min(int(tone), len(_SKIN) - 2)
    share = tone - low
    return np.asarray(_SKIN[low] * (1 - share) + _SKIN[low + 1] * share)


def _colour(values: Field) -> Colour:
    red, green, blue = (float(np.clip(value, 0.01, 0.95)) for value in values)
    return red, green, blue
