"""The face engine protocol: what an index needs from any pair of networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box

Pixels = NDArray[np.uint8]
"""Upright photo, shape (height, width, 3), RGB."""

Template = NDArray[np.float32]
"""Unit vector, shape (dimension,). The score of two templates is their cosine."""


@dataclass(frozen=True)
class Detection:
    """A face found in a photo. `score` is the detector's own and only orders detections of one detector."""

    box: Box
    score: float
    detector: str


@dataclass(frozen=True)
class ModelCard:
    """What an officer must be able to answer about the model that compares faces."""

    name: str
    networks: tuple[str, ...]
    trained_on: str
    known_weaknesses: str
    licence: str


class Engine(Protocol):
    """Detects faces and turns each into a template.

    `digest` names weights, code version and settings: an index made with one digest is never searched with another.
    """

    name: str
    digest: str
    dimension: int
    card: ModelCard

    def detect(self, pixels: Pixels) -> list[Detection]:
        """All faces, largest first."""
        ...

    def embed(self, pixels: Pixels, boxes: Sequence[Box]) -> NDArray[np.float32]:
        """Templates, shape (len(boxes), dimension), each row of length 1."""
        ...
