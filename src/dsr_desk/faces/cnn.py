"""dlib's CNN face detector on ONNX Runtime, looking at a photo in several sizes.

Its window is 80 pixels and it answers once every 8 pixels, so a photo is enlarged until the smallest face wanted fills
the window and then shrunk step by step until the largest does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.suppress import best_of, spanned_overlap

CELL = 8
"""Pixels of a level from one answer to the next."""

FIRST_CENTRE = 14
"""Pixel of a level on which the first answer is centred; in a doubled level it is pixel 16."""

MARGIN = 16
"""Pixels of a level with neutral colour put around it, so that faces at the border are seen."""

COLUMNS = 4
"""So many pixels stand side by side as one with more channels where the network takes them: integers are multiplied
four bytes at a time, not three."""

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

FEATURE_TILE = 128
"""Features are made in parts of at most so many cells a side, which bounds memory."""

SCORE_TILE = 512
"""Scores are made in parts of at most so many cells a side."""

SCORE_REACH = 10
"""How many cells of features on each side a score depends on."""


@dataclass(frozen=True)
class Size:
    """One size in which a photo is looked at: pixels given to the network, which doubles them or does not."""

    width: int
    height: int
    doubled: bool

    @property
    def zoom(self) -> int:
        return 2 if self.doubled else 1


@dataclass(frozen=True)
class Level:
    """A photo in one of these sizes."""

    size: Size
    pixels: Pixels


@dataclass(frozen=True)
class Networks:
    """Sessions that run the graphs of `detector_graphs`: `front` and, for doubled photos, `doubled`, then `back`.

    `resize` runs that of `graphs`: it takes a photo as it is and needs half the time that Pillow would.
    """

    front: Any
    doubled: Any
    back: Any
    resize: Any


class CnnDetector:
    """`window` and `overlap` are the network's: the side of a face in pixels, and what dlib suppresses by."""

    def __init__(self, networks: Networks, window: int, overlap: float) -> None:
        self._networks = networks
        self._window = window
        self._overlap = overlap

    def pyramid(self, pixels: Pixels, scale: float, step: float) -> list[Level]:
        """A photo in the sizes in which it is looked at, largest first; each is `step` times the last."""
        shown = []
        height, width = pixels.shape[:2]
        for size in sizes(width, height, scale, step):
            level = resized(self._networks.resize, pixels, size.width, size.height)
            if size.width < pixels.shape[1]:
                pixels = level
            shown.append(Level(size, level))
        return shown

    def detect(self, pixels: Pixels, scale: float, step: float, threshold: float = 0.0) -> list[Detection]:
        """Faces in an RGB photo whose box is `window / scale` pixels or more, best first.

        A face somewhat smaller than that is found more often than not.
        """
        height, width = pixels.shape[:2]
        return self.detect_in(self.pyramid(pixels, scale, step), width, height, threshold)

    def detect_in(self, pyramid: Sequence[Level], width: int, height: int, threshold: float) -> list[Detection]:
        """As `detect`; `width` and `height` are the photo's."""
        by_level = []
        for size, shown in ((level.size, level.pixels) for level in pyramid):
            across, down = width / (size.width * size.zoom), height / (size.height * size.zoom)
            answers = self._answers(shown, size.doubled, min(FAINT, threshold))
            by_level.append(answers * (1.0, across, down, 1.0) + (0.0, 0.0, 0.0, self._window * across))
        answers = np.concatenate(by_level)
        found = [
            Detection(_square(x, y, side), score, "cnn")
            for score, x, y, side in answers[answers[:, 0] > threshold].tolist()
        ]
        kept = best_of(found, lambda one, other: spanned_overlap(one, other) > self._overlap)
        return _with_averaged_boxes(kept, answers)

    def scores(self, pixels: Pixels, *, doubled: bool = False, margin: int = 0) -> NDArray[np.float32]:
        """The network's answers, shape (cells down, cells across), for pixels with a margin of neutral colour."""
        view = _View.of(pixels, doubled, margin)
        front, back = self._networks.doubled if doubled else self._networks.front, self._networks.back
        features: NDArray[Any] | None = None
        for rows in parts(view.down, FEATURE_TILE):
            for columns in parts(view.across, FEATURE_TILE):
                made = front.run(None, {"photo": view.part(rows, columns)})[0][0]
                if features is None:
                    features = np.empty((view.down, view.across, made.shape[2]), made.dtype)
                features[rows, columns] = made[: rows.stop - rows.start, : columns.stop - columns.start]
        assert features is not None
        scores = np.empty((view.down, view.across), np.float32)
        for rows in parts(view.down, SCORE_TILE):
            for columns in parts(view.across, SCORE_TILE):
                top, left = max(0, rows.start - SCORE_REACH), max(0, columns.start - SCORE_REACH)
                seen = features[top : rows.stop + SCORE_REACH, left : columns.stop + SCORE_REACH]
                answer = back.run(None, {"features": np.ascontiguousarray(seen)[None]})[0][0, 0]
                scores[rows, columns] = answer[rows.start - top :, columns.start - left :][
                    : rows.stop - rows.start, : columns.stop - columns.start
                ]
        return scores

    def _answers(self, shown: Pixels, doubled: bool, threshold: float) -> NDArray[np.float64]:
        """A row for each answer over the threshold: score, middle (x and y in pixels of the level), zero."""
        first = FIRST_CENTRE + (2 if doubled else 0) - MARGIN
        scores = self.scores(shown, doubled=doubled, margin=MARGIN // (2 if doubled else 1))
        rows, columns = np.nonzero(scores > threshold)
        return np.stack(
            [scores[rows, columns], CELL * columns + first, CELL * rows + first, np.zeros(len(rows))], axis=1
        )


@dataclass(frozen=True)
class _View:
    """Pixels with their margin, to be cut into parts; `down` and `across` count the cells that are answered for."""

    framed: Pixels
    down: int
    across: int
    cell: int
    reach: int

    @classmethod
    def of(cls, pixels: Pixels, doubled: bool, margin: int) -> _View:
        # What the layers in front see beyond the pixels of a cell: (5-1) + 2 (5-1) + 4 (5-1), less the cell's last 7.
        cell, reach = (CELL // 2, 12) if doubled else (CELL, 21)
        height, width = pixels.shape[0] + 2 * margin, pixels.shape[1] + 2 * margin
        down, across = max(1, (height - reach) // cell), max(1, (width - reach) // cell)
        framed = np.empty((max(height, cell * down + reach), max(width, cell * across + reach + COLUMNS), 3), np.uint8)
        bottom, right = margin + pixels.shape[0], margin + pixels.shape[1]
        for frame in (framed[:margin], framed[bottom:], framed[margin:bottom, :margin], framed[margin:bottom, right:]):
            frame[:] = NEUTRAL
        framed[margin:bottom, margin:right] = pixels
        return cls(framed, down, across, cell, reach)

    def part(self, rows: slice, columns: slice) -> Pixels:
        """What the network takes to answer for these cells, shape (1, rows, columns / 4, 12)."""
        right = self.cell * columns.stop + self.reach
        right += COLUMNS - right % COLUMNS
        part = self.framed[
            self.cell * rows.start : self.cell * rows.stop + self.reach, self.cell * columns.start : right
        ]
        return np.ascontiguousarray(part).reshape(1, part.shape[0], -1, 3 * COLUMNS)


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


def resized(resize: Any, pixels: Pixels, width: int, height: int) -> Pixels:
    """The photo in that size; `resize` is `Networks.resize`. It looks at four pixels for one, so a photo that becomes
    less than half as wide is halved first."""
    while (
        pixels.shape[1] >= 2 * width and pixels.shape[0] >= 2 * height and pixels.shape[:2] != (2 * height, 2 * width)
    ):
        pixels = _sized(resize, pixels, pixels.shape[1] // 2, pixels.shape[0] // 2)
    return _sized(resize, pixels, width, height)


def _sized(resize: Any, pixels: Pixels, width: int, height: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    made: Pixels = resize.run(None, {"photo": pixels[None], "size": np.array([height, width], np.int64)})[0][0]
    return made


def sizes(width: int, height: int, scale: float, step: float) -> list[Size]:
    """The sizes in which a photo is looked at, largest first; at least one."""
    found: list[Size] = []
    while not found or max(width, height) * scale >= SMALLEST_LEVEL:
        doubled = scale >= DOUBLED_FROM
        shown = scale / 2 if doubled else scale
        found.append(Size(max(1, round(width * shown)), max(1, round(height * shown)), doubled))
        scale *= step
    return found


def parts(length: int, most: int) -> list[slice]:
    """A side in parts of about the same size, none longer than `most`."""
    count = -(-length // most)
    edges = [length * i // count for i in range(count + 1)]
    return [slice(start, end) for start, end in pairwise(edges)]
