"""dlib's CNN face detector on ONNX Runtime, looking at a photo in several sizes.

Its window is 80 pixels and it answers once every 8 pixels, so a photo is enlarged until the smallest face wanted fills
the window and then shrunk step by step until the largest does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.suppress import best_of, spanned_overlap

CELL = 8
"""Pixels of a level from one answer to the next."""

FIRST_CENTRE = 14
"""Pixel of a level on which the first answer is centred; in a doubled level it is pixel 16."""

MARGIN = 16
"""Pixels of a level with neutral colour put around it, so that faces at the border are seen."""

NEUTRAL = (123, 117, 104)

FAINT = -0.5
"""Answers from here on take part in placing a box, weighted by what they have above it."""

SAME_PLACE = 0.3
"""How far apart the middles of two answers about one face may be, in sides of its box."""

SAME_SIZE = 0.6
"""How far apart their sizes may be, as natural logarithm of the ratio."""

DOUBLED_FROM = 1.75
"""A photo enlarged by this or more is doubled inside the network, which is cheaper and gives the same."""

SMALLEST_LEVEL = 64
"""The photo is shrunk until its longer side would be shorter: a face that fills the photo is found."""

TILE = 1536
"""A level is looked at in parts of at most this many pixels a side, which bounds memory."""

TILE_OVERLAP = 192
"""What one answer depends on, in pixels of a level: parts overlap by it, so that they answer as the whole would."""


@dataclass(frozen=True)
class Level:
    """One size in which a photo is looked at: pixels given to the network, which doubles them or does not."""

    width: int
    height: int
    doubled: bool

    @property
    def zoom(self) -> int:
        return 2 if self.doubled else 1


class CnnDetector:
    """`session` runs the graph, `doubled` the graph for doubled photos; `window` and `overlap` are the network's."""

    def __init__(self, session: Any, doubled: Any, window: int, overlap: float) -> None:
        self._session = session
        self._doubled = doubled
        self._window = window
        self._overlap = overlap

    def detect(self, photo: Image.Image, scale: float, step: float, threshold: float = 0.0) -> list[Detection]:
        """Faces in an RGB photo whose box is `window / scale` pixels or more; each size is `step` times the last.

        Best first. A face somewhat smaller than that is found more often than not.
        """
        width, height = photo.size
        by_level = []
        for level in levels(width, height, scale, step):
            size = (level.width, level.height)
            smaller = photo if size == photo.size else photo.resize(size, Image.Resampling.BILINEAR)
            if level.width < photo.width:
                photo = smaller
            across, down = width / (level.width * level.zoom), height / (level.height * level.zoom)
            answers = self._answers(np.asarray(smaller), level.doubled, min(FAINT, threshold))
            by_level.append(answers * (1.0, across, down, 1.0) + (0.0, 0.0, 0.0, self._window * across))
        answers = np.concatenate(by_level)
        found = [
            Detection(_square(x, y, side), score, "cnn")
            for score, x, y, side in answers[answers[:, 0] > threshold].tolist()
        ]
        kept = best_of(found, lambda one, other: spanned_overlap(one, other) > self._overlap)
        return _with_averaged_boxes(kept, answers)

    def scores(self, pixels: Pixels, *, doubled: bool = False) -> NDArray[np.float32]:
        """The network's answer for pixels as they are, shape (cells down, cells across)."""
        session = self._doubled if doubled else self._session
        answer: NDArray[np.float32] = session.run(None, {"photo": pixels[None]})[0][0, 0]
        return answer

    def _answers(self, shown: Pixels, doubled: bool, threshold: float) -> NDArray[np.float64]:
        """A row for each answer over the threshold: score, middle (x and y in pixels of the level), zero."""
        zoom = 2 if doubled else 1
        first = FIRST_CENTRE + (2 if doubled else 0) - MARGIN
        height, width = shown.shape[:2]
        found = [np.zeros((0, 4))]
        for top, bottom in parts(height, zoom):
            for left, right in parts(width, zoom):
                scores = self.scores(_framed(shown[top:bottom, left:right], MARGIN // zoom), doubled=doubled)
                rows, columns = np.nonzero(scores > threshold)
                x, y = zoom * left + CELL * columns + first, zoom * top + CELL * rows + first
                found.append(np.stack([scores[rows, columns], x, y, np.zeros(len(x))], axis=1))
        return np.concatenate(found)


def _square(x: float, y: float, side: float) -> Box:
    half = side / 2
    return Box(round(x - half), round(y - half), round(x + half), round(y + half))


def _with_averaged_boxes(found: list[Detection], answers: NDArray[np.float64]) -> list[Detection]:
    """Each box as the average of all answers about its face, by their score: finer than cells and levels are.

    `answers` has a row for each: score, middle (x, y), side. Measured: faces are aligned better with averaged boxes of
    a coarse pyramid than with single ones from a fine pyramid.
    """
    averaged = []
    for detection in found:
        box = detection.box
        side = box.width
        near = answers[
            (np.abs(answers[:, 1] - (box.left + box.right) / 2) < SAME_PLACE * side)
            & (np.abs(answers[:, 2] - (box.top + box.bottom) / 2) < SAME_PLACE * side)
            & (np.abs(np.log(answers[:, 3] / side)) < SAME_SIZE)
        ]
        weights = near[:, 0] - FAINT
        x, y = np.average(near[:, 1], weights=weights), np.average(near[:, 2], weights=weights)
        log_side = np.average(np.log(near[:, 3]), weights=weights)
        averaged.append(replace(detection, box=_square(x, y, math.exp(log_side))))
    return averaged


def levels(width: int, height: int, scale: float, step: float) -> list[Level]:
    """The sizes in which a photo is looked at, largest first; at least one."""
    sizes: list[Level] = []
    while not sizes or max(width, height) * scale >= SMALLEST_LEVEL:
        doubled = scale >= DOUBLED_FROM
        shown = scale / 2 if doubled else scale
        sizes.append(Level(max(1, round(width * shown)), max(1, round(height * shown)), doubled))
        scale *= step
    return sizes


def parts(length: int, zoom: int = 1) -> list[tuple[int, int]]:
    """Start and end of the parts of a side, of about the same size. They begin on whole cells of the network."""
    most, overlap, cell = TILE // zoom, TILE_OVERLAP // zoom, CELL // zoom
    if length <= most:
        return [(0, length)]
    count = -(-(length - overlap) // (most - overlap))
    step = -(-(length - overlap) // count)
    step += -step % cell
    return [(start, min(length, start + step + overlap)) for start in range(0, length - overlap, step)]


def _framed(part: Pixels, margin: int) -> Pixels:
    """With a margin on every side, and at least as large as what one answer needs."""
    height, width = part.shape[:2]
    least = CELL * 8
    framed = np.empty((max(height + 2 * margin, least), max(width + 2 * margin, least), 3), np.uint8)
    bottom, right = margin + height, margin + width
    for frame in (framed[:margin], framed[bottom:], framed[margin:bottom, :margin], framed[margin:bottom, right:]):
        frame[:] = NEUTRAL
    framed[margin:bottom, margin:right] = part
    return framed
