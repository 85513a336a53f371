"""Five landmarks and a chip for each face, by dlib's predictor: eyes level, nose in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Alignment, Detection, Pixels


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
            turned = np.rot90(pixels, turn // 90).copy() if turn else pixels
            for i, detection in enumerate(detections):
                if detection.turned == turn:
                    box = turned_box(detection.box, turn, pixels.shape[:2])
                    rectangle = self._dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
                    shape = self._predictor(turned, rectangle)
                    chips[i] = self._dlib.get_face_chip(turned, shape, size=self._side, padding=self._padding)
                    landmarks[i] = [(part.x, part.y) for part in shape.parts()]
        return Alignment(chips, landmarks)


def turned_box(box: Box, turn: int, size: tuple[int, int]) -> Box:
    """The same place after the photo of `size` (height, width) was turned counter-clockwise by `turn` degrees."""
    height, width = size
    for _ in range(turn // 90):
        box = Box(box.top, width - box.right, box.bottom, width - box.left)
        height, width = width, height
    return box
