"""Five landmarks and a chip for each face, by dlib's predictor: eyes level, nose in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Alignment, Detection, Pixels

BOX_BELOW_EYES = 0.47
BOX_SIDE = 2.6
"""Middle and side of the HOG detector's boxes in eye distances, the medians over 1,000 labelled photos."""


class Aligner:
    """`landmarks` is the file of the 5-point predictor; `side` and `padding` are what the network was trained on."""

    def __init__(self, landmarks: Path, side: int, padding: float) -> None:
        import dlib

        self._dlib: Any = dlib
        self._predictor = dlib.shape_predictor(str(landmarks))
        self._side = side
        self._padding = padding

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        """See `Engine.align`."""
        chips = np.zeros((len(detections), self._side, self._side, 3), np.uint8)
        landmarks = np.zeros((len(detections), 5, 2), np.float32)
        for turn in {detection.turned for detection in detections}:
            turned = np.ascontiguousarray(np.rot90(pixels, turn // 90)) if turn else pixels
            for i, detection in enumerate(detections):
                if detection.turned == turn:
                    shape = self._shape(turned, turned_box(detection.box, turn, pixels.shape[:2]))
                    chips[i] = self._dlib.get_face_chip(turned, shape, size=self._side, padding=self._padding)
                    landmarks[i] = _points(shape)
        return Alignment(chips, landmarks)

    def _shape(self, pixels: Pixels, box: Box) -> Any:
        """Looks twice: the box that the first landmarks suggest is placed more alike from photo to photo."""
        for _ in range(2):
            rectangle = self._dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
            shape = self._predictor(pixels, rectangle)
            box = _box_around(_points(shape)) or box
        return shape


def turned_box(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """The same place after the photo of `size` (height, width) was turned counter-clockwise by `turn` degrees."""
    height, width = size
    for _ in range(turn // 90):
        box = Box(box.top, width - box.right, box.bottom, width - box.left)
        height, width = width, height
    return box


def _points(shape: Any) -> NDArray[np.float32]:
    return np.array([(part.x, part.y) for part in shape.parts()], np.float32)


def _box_around(points: NDArray[np.float32]) -> Box | None:
    """The box that the HOG detector on average draws around a face with these landmarks; None where eyes coincide."""
    between_eyes = points[:4].mean(axis=0)
    eyes_apart = float(np.hypot(*(points[:2].mean(axis=0) - points[2:4].mean(axis=0))))
    if eyes_apart < 1.0:
        return None
    x, y = between_eyes[0], between_eyes[1] + BOX_BELOW_EYES * eyes_apart
    half = BOX_SIDE * eyes_apart / 2
    return Box(round(x - half), round(y - half), round(x + half), round(y + half))
