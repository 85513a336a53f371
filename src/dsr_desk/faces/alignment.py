"""Landmarks and a chip for each face: as dlib cuts it, or with five points laid on those of a template.

Five points are those of `engine.Points`. A detector may give them; where it does not, dlib's five landmarks (corners of
both eyes, base of the nose) are laid where they lie in a chip that was aligned by the five: `DLIB_IN_ARCFACE`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Alignment, Detection, Pixels, Points

ARCFACE_SIDE = 112
ARCFACE: Points = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where ArcFace networks have the five points in their chips of 112 pixels."""

DLIB_IN_ARCFACE: Points = ((79.9, 52.2), (66.1, 52.7), (31.0, 52.5), (44.9, 52.8), (55.7, 79.3))
"""Where dlib's five landmarks lie in such a chip: outer and inner corner of an eye, of the other, base of the nose.

Means over 2,122 portraits that five points had aligned; single faces stray from them by 2 to 3 pixels.
"""

Similarity = NDArray[np.float64]
"""Shape (2, 3): a turn, a scale and a shift. Pixels of the photo to pixels of the chip, counted at their middles."""


class Aligner:
    """`landmarks` is the file of the 5-point predictor; `side` and `padding` are what the network was trained on."""

    def __init__(self, landmarks: Path, side: int, padding: float) -> None:
        self._predictor = _Predictor(landmarks)
        self._side = side
        self._padding = padding

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        """See `Engine.align`."""
        chips = np.zeros((len(detections), self._side, self._side, 3), np.uint8)
        landmarks = np.zeros((len(detections), 5, 2), np.float32)
        for i, turned, detection in _by_turn(pixels, detections):
            shape, landmarks[i] = self._predictor.look(turned, pixels.shape[:2], detection)
            chips[i] = self._predictor.dlib.get_face_chip(turned, shape, size=self._side, padding=self._padding)
        return Alignment(chips, landmarks)


class TemplateAligner:
    """Chips of `side` pixels in which the five points lie as near to `template` as turning and scaling brings them."""

    def __init__(self, landmarks: Path, side: int, template: Points) -> None:
        self._predictor = _Predictor(landmarks)
        self._side = side
        self._template = np.array(template)
        self._for_dlib = carried_over(np.array(ARCFACE), self._template, np.array(DLIB_IN_ARCFACE))

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        """See `Engine.align`."""
        chips = np.zeros((len(detections), self._side, self._side, 3), np.uint8)
        landmarks = np.zeros((len(detections), 5, 2), np.float32)
        for i, turned, detection in _by_turn(pixels, detections):
            if detection.landmarks is None:
                _, landmarks[i] = self._predictor.look(turned, pixels.shape[:2], detection)
                laid = similarity(landmarks[i].astype(np.float64), self._for_dlib)
            else:
                landmarks[i] = as_dlib_has_them(detection.landmarks)
                laid = similarity(np.array(detection.landmarks), self._template)
            if laid is not None:
                chips[i] = cut(turned, laid, self._side)
        return Alignment(chips, landmarks)


class _Predictor:
    """dlib's five landmarks."""

    def __init__(self, file: Path) -> None:
        import dlib

        self.dlib: Any = dlib
        self._predict = dlib.shape_predictor(str(file))

    def look(
        self, turned: Pixels, size: tuple[int, int], detection: Detection
    ) -> tuple[Any, list[tuple[float, float]]]:
        """dlib's own shape and its points, in a photo that was of `size` (height, width) before it was turned."""
        box = turned_box(detection.box, detection.turned, size)
        shape = self._predict(turned, self.dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1))
        return shape, [(part.x, part.y) for part in shape.parts()]


def arcface(side: int) -> Points:
    """ArcFace's template in a chip of `side` pixels."""
    return tuple((x * side / ARCFACE_SIDE, y * side / ARCFACE_SIDE) for x, y in ARCFACE)


def similarity(points: NDArray[np.float64], wanted: NDArray[np.float64]) -> Similarity | None:
    """The turn, scale and shift that brings `points` nearest to `wanted`, both (n, 2); None where they are one point.

    Least squares in complex numbers, which is Umeyama's solution (1991) without mirroring.
    """
    here, there = points @ [1, 1j], wanted @ [1, 1j]
    about, to = here.mean(), there.mean()
    spread = float(np.sum(np.abs(here - about) ** 2))
    if not math.isfinite(spread) or spread < 1e-6:
        return None
    turned = complex(np.sum(np.conj(here - about) * (there - to)) / spread)
    shift = complex(to - turned * about)
    if abs(turned) < 1e-6:
        return None
    return np.array([[turned.real, -turned.imag, shift.real], [turned.imag, turned.real, shift.imag]])


def carried_over(
    one: NDArray[np.float64], other: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where `points` beside the places `one` lie beside the places `other`: by the affine map that fits them best."""
    fitted = np.linalg.lstsq(np.column_stack([one, np.ones(len(one))]), other, rcond=None)[0]
    return np.asarray(np.column_stack([points, np.ones(len(points))]) @ fitted)


def as_dlib_has_them(points: Points) -> list[tuple[float, float]]:
    """Five points where dlib's landmarks are asked for: both corners of an eye in its middle, the base of the nose."""
    eye, other, nose, mouth, corner = points
    below = ((mouth[0] + corner[0]) / 2, (mouth[1] + corner[1]) / 2)
    base = (nose[0] + NOSE_BASE * (below[0] - nose[0]), nose[1] + NOSE_BASE * (below[1] - nose[1]))
    return [other, other, eye, eye, base]


NOSE_BASE = 0.37
"""How far below its tip the nose ends, in parts of the way to the middle of the mouth."""


def cut(pixels: Pixels, laid: Similarity, side: int) -> NDArray[np.uint8]:
    """The chip of `side` pixels; what lies outside the photo is black.

    Of faces much larger than the chip the means of squares of pixels are taken, so that fine patterns do not alias.
    """
    back = np.linalg.inv(np.vstack([laid, [0, 0, 1]]))[:2]
    # Pillow counts from the corner of a pixel, landmarks from its middle.
    back[:, 2] += 0.5 - back[:, :2] @ [0.5, 0.5]
    corners = back[:, :2] @ np.array([[0, side, 0, side], [0, 0, side, side]]) + back[:, 2:]
    height, width = pixels.shape[:2]
    least, most = np.floor(corners.min(axis=1)) - 2, np.ceil(corners.max(axis=1)) + 2
    left, top = (int(max(0, at)) for at in least)
    right, bottom = int(min(width, most[0])), int(min(height, most[1]))
    if right <= left or bottom <= top:
        return np.zeros((side, side, 3), np.uint8)
    part = Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right]))
    back[:, 2] -= (left, top)
    shrunk = int(math.hypot(back[0, 0], back[1, 0]))
    if shrunk > 1:
        part = part.reduce(shrunk)
        back /= shrunk
    chip = part.transform((side, side), Image.Transform.AFFINE, tuple(back.ravel()), Image.Resampling.BILINEAR)
    return np.asarray(chip)


def _by_turn(pixels: Pixels, detections: Sequence[Detection]) -> Iterator[tuple[int, Pixels, Detection]]:
    """Each detection with its number and the photo turned as it says, one turn of the photo at a time."""
    for turn in sorted({detection.turned for detection in detections}):
        turned = np.rot90(pixels, turn // 90).copy() if turn else pixels
        yield from ((i, turned, one) for i, one in enumerate(detections) if one.turned == turn)


def turned_box(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """The same place after the photo of `size` (height, width) was turned counter-clockwise by `turn` degrees."""
    height, width = size
    for _ in range(turn // 90):
        box = Box(box.top, width - box.right, box.bottom, width - box.left)
        height, width = width, height
    return box
