"""The face engine protocol: what an index needs from any pair of networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box
from dsr_desk.faces.card import ModelCard

Pixels = NDArray[np.uint8]
"""Upright photo, shape (height, width, 3), RGB."""

Template = NDArray[np.float32]
"""Unit vector, shape (dimension,). The score of two templates is their cosine."""


Chips = NDArray[np.uint8]
"""Aligned faces, shape (n, side, side, 3), RGB: eyes level, nose in the middle."""

Points = tuple[tuple[float, float], ...]
"""Five places of a face, x and y in pixels: eye, eye, tip of the nose, corner of the mouth, corner of the mouth.

The left one in the picture comes first, as ArcFace orders them.
"""


@dataclass(frozen=True)
class Detection:
    """A face found in a photo. `score` is the detector's own and only orders detections of one detector.

    `turned` is how many degrees the photo had to be turned counter-clockwise for the face to stand upright (0, 90,
    180 or 270); `box` is in the photo as it is, not as it was turned. `landmarks`, where the detector gives them, are
    in pixels of the photo as it was turned.
    """

    box: Box
    score: float
    detector: str
    turned: int = 0
    landmarks: Points | None = None


@dataclass(frozen=True)
class Alignment:
    """Faces made ready to be embedded, one for each detection in order.

    `chips` has shape (n, side, side, 3). `landmarks` has shape (n, 5, 2), x and y in pixels of the photo turned as
    the detection says: outer and inner corner of one eye, outer and inner corner of the other, base of the nose.
    """

    chips: Chips
    landmarks: NDArray[np.float32]


class Engine(Protocol):
    """Detects faces and turns each into a template.

    `digest` names weights, code version and settings: an index made with one digest is never searched with another.
    `smallest_face` is the side in pixels of the smallest face that it looks for, but in photos too large for that;
    `turns` are the degrees by which it turns photos in which no face certainly stands upright.
    """

    name: str
    digest: str
    dimension: int
    smallest_face: int
    turns: tuple[int, ...]
    card: ModelCard

    def smallest_face_in(self, width: int, height: int) -> int:
        """Side in pixels of the smallest face that it looks for in a photo of this size."""
        ...

    def detect(self, pixels: Pixels) -> list[Detection]:
        """All faces, largest first."""
        ...

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        """Chips and landmarks, cut from the pixels given."""
        ...

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        """Templates, shape (n, dimension), each row of length 1."""
        ...
