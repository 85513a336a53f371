"""What stands in the way of comparing a face: size, sharpness, pose, exposure.

References are gated by it, with advice; faces of a gallery are flagged and never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box, Flaw
from dsr_desk.core.message import Message, message

# Flagged where, on labelled photos made worse step by step, genuine pairs begin to be missed; not comparable where most
# are missed (at one false match in a thousand).
SMALL, TOO_SMALL = 32, 12
BLURRED, TOO_BLURRED = 150.0, 30.0
TURNED, TOO_TURNED = 0.3, 0.8
DARK, TOO_DARK = 30.0, 6.0
BRIGHT, TOO_BRIGHT = 200.0, 250.0


@dataclass(frozen=True)
class Quality:
    """`comparable` is False where a score would mean nothing."""

    flaws: tuple[Flaw, ...]
    comparable: bool


def judge(box: Box, chip: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Quality:
    """Judges one face from its box in pixels of the photo, its aligned chip and its five landmarks."""
    grey: NDArray[np.float32] = chip.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    inner = grey.shape[0] // 5
    grey = grey[inner:-inner, inner:-inner]
    side, sharp, light, turn = min(box.width, box.height), sharpness(grey), float(grey.mean()), turned_away(landmarks)
    flaws = {
        Flaw.SMALL: side < SMALL,
        Flaw.BLURRED: sharp < BLURRED,
        Flaw.TURNED: turn > TURNED,
        Flaw.DARK: light < DARK,
        Flaw.BRIGHT: light > BRIGHT,
    }
    hopeless = side < TOO_SMALL or sharp < TOO_BLURRED or turn > TOO_TURNED or light < TOO_DARK or light > TOO_BRIGHT
    return Quality(tuple(flaw for flaw, holds in flaws.items() if holds), comparable=not hopeless)


def advice(flaw: Flaw) -> Message:
    """What to ask for instead of a photo with this flaw."""
    return message(f"advice.{flaw.value}")


def sharpness(grey: NDArray[np.float32]) -> float:
    """Variance of the Laplacian in proportion to contrast, times 1000; higher is sharper.

    Measured on means of 3 by 3 pixels, which keeps the noise of JPEG blocks from looking sharp.
    """
    rows, columns = grey.shape[0] // 3, grey.shape[1] // 3
    means = grey[: 3 * rows, : 3 * columns].reshape(rows, 3, columns, 3).mean(axis=(1, 3))
    laplacian = 4 * means[1:-1, 1:-1] - means[:-2, 1:-1] - means[2:, 1:-1] - means[1:-1, :-2] - means[1:-1, 2:]
    contrast = float(means.var())
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
