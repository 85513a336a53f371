"""The bare shape of a head and neck, before nose, eyes and mouth."""

from __future__ import annotations

import numpy as np

from bench.sample.grid import ANGLE, HEIGHT, Field, smooth
from bench.sample.person import Features


def _curve(points: list[tuple[float, float]]) -> np.ndarray:
    """Values over the rows through (height, value) points, rounded off."""
    heights, values = zip(*sorted(points), strict=True)
    line = np.interp(HEIGHT[:, 0], heights, values)
    soft = np.hanning(29)
    padded = np.pad(line, 14, mode="edge")
    return np.convolve(padded, soft / soft.sum(), "valid").astype(np.float32)[:, None]


def skull(face: Features) -> Field:
    wide = _curve(
        [
            (1.5, face.forehead),
            (0.55, face.forehead),
            (0.15, (face.forehead + face.width) / 2 + 0.03),
            (-0.20, face.width),
            (-0.55, (face.width + face.jaw) / 2 + 0.05 + face.fullness),
            (-0.80, face.jaw + face.fullness),
            ((face.chin - 0.85) / 2, (face.jaw + face.chin_width) / 2 + 0.03),
            (face.chin + 0.08, face.chin_width),
            (face.chin, face.chin_width * 0.8),
        ]
    )
    deep = _curve(
        [
            (1.5, face.depth - 0.06),
            (0.6, face.depth - 0.02),
            (0.25, face.depth),
            (0.0, face.depth - 0.03),
            (-0.4, face.depth - 0.03),
            (-0.75, face.depth - 0.05),
            (face.chin, face.depth - 0.06),
        ]
    )
    height = HEIGHT[:, :1]
    over = np.clip((height - 0.30) / (face.crown - 0.30), 0, 1)
    under = np.clip((face.chin + 0.20 - height) / 0.26, 0, 1)
    closing = np.sqrt(np.clip(1 - over**2.9, 0, 1)) * np.sqrt(np.clip(1 - under**2.2, 0, 1))
    power = face.squareness
    back = np.where(np.abs(ANGLE) > np.pi / 2, 1.12, 1.0)
    shape = (np.abs(np.sin(ANGLE)) / wide) ** power + (np.abs(np.cos(ANGLE)) / (deep * back)) ** power
    head = closing * shape ** (-1 / power)
    middle = -0.26 - 0.05 * smooth(-1.2, -1.9, height)
    neck = middle * np.cos(ANGLE) + np.sqrt(np.clip(face.neck**2 - (middle * np.sin(ANGLE)) ** 2, 0.01, None))
    neck = neck * smooth(-0.35, -0.75, height)
    gap = np.clip(head - neck, -0.3, 0.3)
    blend = 0.06 * np.exp(-((gap / 0.07) ** 2))
    return np.asarray(np.maximum(head, neck) + blend * smooth(-0.3, -0.7, height) * 0.4, np.float32)


def shell(face: Features, lift: float, hang: float) -> Field:
    """What hair of this lift would look like all round: the skull raised, and hanging straight below the cheeks."""
    wide = _curve(
        [
            (1.5, face.forehead + lift),
            (0.55, face.forehead + lift),
            (0.15, (face.forehead + face.width) / 2 + 0.05 + lift),
            (-0.25, face.width + 0.03 + lift),
            (-0.80, face.width - 0.02 + hang),
            (-1.95, face.width - 0.06 + 1.4 * hang),
        ]
    )
    crown = face.crown + 0.75 * lift
    over = np.clip((HEIGHT[:, :1] - 0.30) / (crown - 0.30), 0, 1)
    deep = face.depth + 0.8 * lift
    shape = (np.abs(np.sin(ANGLE)) / wide) ** 2.2 + (np.abs(np.cos(ANGLE)) / deep) ** 2.2
    return np.asarray(np.sqrt(np.clip(1 - over**2.8, 0, 1)) * shape ** (-1 / 2.2), np.float32)
