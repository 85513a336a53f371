"""dlib's CNN face detector on ONNX Runtime, looking at a photo in several sizes.

Its window is 80 pixels and it answers once every 8 pixels, so a photo is enlarged until the smallest face wanted fills
the window and then shrunk step by step until the largest does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.suppress import best_of, spanned_overlap

CELL = 8
FIRST_CENTRE = 14
"""Pixel on which the first cell of the answer is centred."""

MARGIN = 16
"""Pixels of neutral colour put around the photo, so that faces at its border are seen."""

NEUTRAL = (123, 117, 104)

SMALLEST_LEVEL = 64
"""The photo is shrunk until its longer side has about this many pixels: a face that fills the photo is found."""

TILE = 1536
"""A level is looked at in parts of at most this many pixels a side, which bounds memory."""

TILE_OVERLAP = 192
"""What one answer depends on, in pixels: parts overlap by it and answer as the whole would."""


class CnnDetector:
    """`session` runs the graph; `window` and `overlap` stand in the weight file."""

    def __init__(self, session: Any, window: int, overlap: float) -> None:
        self._session = session
        self._window = window
        self._overlap = overlap

    def detect(self, pixels: Pixels, scale: float, step: float, threshold: float = 0.0) -> list[Detection]:
        """Faces in `pixels` from `window / scale` pixels on; each size is `step` times the last. Best first."""
        height, width = pixels.shape[:2]
        photo = Image.fromarray(pixels)
        found = []
        for level_width, level_height in levels(width, height, scale, step):
            level = photo.resize((level_width, level_height), Image.Resampling.BILINEAR)
            for score, x, y in self._cells(np.asarray(level), threshold):
                found.append(self._detection(score, x, y, width / level_width, height / level_height))
        return best_of(found, lambda one, other: spanned_overlap(one, other) > self._overlap)

    def scores(self, pixels: Pixels) -> NDArray[np.float32]:
        """The network's answer for pixels as they are, shape (cells down, cells across)."""
        answer: NDArray[np.float32] = self._session.run(None, {"photo": pixels[None]})[0][0, 0]
        return answer

    def _cells(self, level: Pixels, threshold: float) -> Iterator[tuple[float, float, float]]:
        """Score and centre (x, y in pixels of the level) of every answer over the threshold."""
        height, width = level.shape[:2]
        for top in _starts(height):
            for left in _starts(width):
                part = level[top : top + TILE, left : left + TILE]
                scores = self.scores(_with_margin(part))
                for row, column in zip(*np.nonzero(scores > threshold), strict=True):
                    x = left + CELL * float(column) + FIRST_CENTRE - MARGIN
                    y = top + CELL * float(row) + FIRST_CENTRE - MARGIN
                    yield float(scores[row, column]), x, y

    def _detection(self, score: float, x: float, y: float, across: float, down: float) -> Detection:
        half = self._window / 2
        box = Box(
            round((x - half) * across), round((y - half) * down), round((x + half) * across), round((y + half) * down)
        )
        return Detection(box, score, "cnn")


def levels(width: int, height: int, scale: float, step: float) -> list[tuple[int, int]]:
    """Sizes (width, height) in which a photo is looked at, largest first; at least one."""
    sizes = [(max(1, round(width * scale)), max(1, round(height * scale)))]
    while max(sizes[-1]) * step >= SMALLEST_LEVEL:
        scale *= step
        sizes.append((max(1, round(width * scale)), max(1, round(height * scale))))
    return sizes


def _with_margin(part: Pixels) -> Pixels:
    height, width = part.shape[:2]
    framed = np.empty((height + 2 * MARGIN, width + 2 * MARGIN, 3), np.uint8)
    framed[:] = NEUTRAL
    framed[MARGIN : MARGIN + height, MARGIN : MARGIN + width] = part
    return framed


def _starts(length: int) -> range:
    """Where parts of a side begin. Steps are whole cells, so that parts answer as the whole would."""
    step = (TILE - TILE_OVERLAP) // CELL * CELL
    return range(0, max(1, length - TILE_OVERLAP), step)
