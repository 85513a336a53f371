"""What stands in the way of comparing a face: size, sharpness, pose, exposure, each with a reason in plain words.

References are gated by it, with advice; faces of a gallery are flagged and never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box

SMALL = 40
TOO_SMALL = 20
BLURRED = 30.0
TOO_BLURRED = 4.0
TURNED = 0.35
TOO_TURNED = 0.75
DARK, BRIGHT = 45.0, 215.0
BLACK, WHITE = 15.0, 245.0

ADVICE = {
    "small face": "The face is small in this photo. Ask for one in which it is at least 80 pixels wide.",
    "blurred": "The face is blurred. Ask for a sharper photo.",
    "turned away": "The face is turned away. Ask for a photo that shows it from the front.",
    "too dark": "The face is very dark. Ask for a photo in better light.",
    "too bright": "The face is overexposed. Ask for a photo in softer light.",
}


@dataclass(frozen=True)
class Quality:
    """`reasons` are keys of ADVICE; `comparable` is False where a score would mean nothing."""

    reasons: tuple[str, ...]
    comparable: bool


def judge(box: Box, chip: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Quality:
    """Judges one face from its box in pixels of the photo, its aligned chip and its five landmarks."""
    side = min(box.width, box.height)
    grey: NDArray[np.float32] = chip.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    centre = grey[30:120, 30:120]
    light = float(centre.mean())
    sharp = sharpness(centre)
    turn = turned_away(landmarks)
    reasons = []
    if side < SMALL:
        reasons.append("small face")
    if sharp < BLURRED:
        reasons.append("blurred")
    if turn > TURNED:
        reasons.append("turned away")
    if light < DARK:
        reasons.append("too dark")
    if light > BRIGHT:
        reasons.append("too bright")
    comparable = side >= TOO_SMALL and sharp >= TOO_BLURRED and turn <= TOO_TURNED and BLACK <= light <= WHITE
    return Quality(tuple(reasons), comparable)


def sharpness(grey: NDArray[np.float32]) -> float:
    """Variance of the Laplacian in proportion to contrast, times 1000; higher is sharper."""
    laplacian = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    contrast = float(grey.var())
    return 1000.0 * float(laplacian.var()) / contrast if contrast > 1.0 else 0.0


def turned_away(landmarks: NDArray[np.float32]) -> float:
    """How far the nose stands from the middle between the eyes, in eye distances: 0 from the front."""
    one, other = landmarks[0:2].mean(axis=0), landmarks[2:4].mean(axis=0)
    across = other - one
    distance = float(np.hypot(*across))
    if distance < 1.0:
        return 1.0
    offset = landmarks[4] - (one + other) / 2
    return abs(float(offset @ across)) / distance**2
