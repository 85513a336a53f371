"""How hard the built-in engines look, and what an officer must be able to answer about each.

The figures behind these numbers are in docs/benchmarks.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsr_desk.faces.card import ModelCard, built_in

SMALLEST = 20
"""Side in pixels from which CenterFace finds 95 faces of 100; of those from 16 to 20 it finds 87."""

SMALL_PHOTO = 60e3
MOST_ENLARGED = 4.0
"""Photos are enlarged at least until they have so many pixels, at most so many times: small ones cost little."""

SMALL_FOR_DLIB = 0.3e6
"""The same for dlib's CNN, which enlarges more."""

HARDLY_SMALLER = 0.85

WINDOW = 80
"""Side of the window of both of dlib's detectors."""


@dataclass(frozen=True)
class DlibSettings:
    """How dlib's two detectors look.

    `smallest_face` is the side in pixels from which every face's box should fill the CNN's window; in photos so large
    that this would need more than `most_pixels` to be looked at, it grows. `step` is the ratio of one size of the photo
    to the one before, `threshold` the least score. `rounded` calculates in integers: twice as fast, a few hundredths
    off. The HOG detector gets the photo shrunk to at most `hog_pixels` and doubles it `hog_upsample` times.
    """

    smallest_face: int = 36
    step: float = 0.62
    threshold: float = -0.1
    rounded: bool = True
    most_pixels: float = 10e6
    hog_upsample: int = 0
    hog_pixels: float = 0.8e6

    def scale(self, width: int, height: int) -> float:
        """How many times a photo is enlarged before the CNN looks at it."""
        pixels = width * height
        wanted = max(WINDOW / self.smallest_face, min(MOST_ENLARGED, math.sqrt(SMALL_FOR_DLIB / pixels)))
        most = math.sqrt(self.most_pixels / pixels)
        # Shrinking a photo by a little costs more than looking at all of it.
        return min(wanted, 1.0 if HARDLY_SMALLER < most < 1.0 else most)


@dataclass(frozen=True)
class EngineSettings:
    """How CenterFace looks, and dlib's detectors `beside` it.

    `enlarged` times as large, but in photos that would then have more than `most_pixels`, and never less than `least`
    times. `threshold` is the least score. `turns` are the degrees tried where no face certainly stands upright; where
    nothing at all was like a face, the turned photo is looked at `unlike` times as large.
    """

    enlarged: float
    most_pixels: float
    least: float
    threshold: float
    beside: DlibSettings | None
    unlike: float
    turns: tuple[int, ...] = (90, 180, 270)

    def scale(self, width: int, height: int) -> float:
        """How many times a photo is enlarged before it is looked at."""
        pixels = width * height
        wanted = max(self.enlarged, min(MOST_ENLARGED, math.sqrt(SMALL_PHOTO / pixels)))
        return min(wanted, max(self.least, math.sqrt(self.most_pixels / pixels)))

    @property
    def smallest_face(self) -> int:
        """Side in pixels of the smallest face that is looked for, but in photos too large for that."""
        return math.ceil(SMALLEST / self.enlarged)


PRESETS = {
    "standard": EngineSettings(enlarged=1.0, most_pixels=3e6, least=0.5, threshold=0.45, unlike=0.5, beside=None),
    "thorough": EngineSettings(
        enlarged=2.0, most_pixels=24e6, least=1.0, threshold=0.35, unlike=1.0, beside=DlibSettings()
    ),
}

CENTERFACE = "CenterFace face detector"
_LANDMARKS = "dlib 5-point landmarks"
_DLIB = ("dlib mmod human face detector", "dlib HOG frontal face detector")


def card_of(settings: EngineSettings) -> ModelCard:
    """What is said of an engine with these settings."""
    return ModelCard(
        name="dlib face recognition ResNet v1",
        networks=(CENTERFACE, *(_DLIB if settings.beside else ()), _LANDMARKS),
        trained_on=built_in("trained"),
        consent=built_in("consent"),
        known_weaknesses=built_in("weak"),
        licence=built_in("licence"),
    )
