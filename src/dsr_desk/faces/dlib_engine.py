"""The product's engine: CenterFace finds faces, dlib's landmarks align them, dlib's network makes templates.

A template is the normalised mean of the embeddings of a chip and of its mirror image; measured on labelled photos it
finds a tenth more of the genuine pairs than the chip alone at the same rate of false ones.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.canonical import digest_of
from dsr_desk.faces.alignment import Aligner
from dsr_desk.faces.centerface import NAME, turned_back
from dsr_desk.faces.engine import Alignment, Chips, Detection, Pixels
from dsr_desk.faces.networks import centerface, dlib_detectors, embedder
from dsr_desk.faces.presets import SMALLEST, EngineSettings, card_of
from dsr_desk.faces.runtime import both_ways, in_batches
from dsr_desk.faces.suppress import union
from dsr_desk.faces.weights import DETECTOR_FILE, EMBEDDER_FILE, LANDMARKS_FILE, weight_file

CODE_VERSION = 1
"""To be raised with every change after which the same chip gets another template. Which faces are found is another
matter: templates of all presets, and of versions that looked otherwise, are compared with each other."""

CHIP_SIDE = 150
CHIP_PADDING = 0.25
DIMENSION = 128

UPRIGHT = 0.7
"""Score of CenterFace over which a face that it sees upright certainly stands so."""

LIKE_A_FACE = 0.2
"""What CenterFace gives to something in all but 5 of 147 photos of faces that lie, and in 6 of 108 without people."""


class DlibEngine:
    """See `Engine`. One session runs on one thread: indexing uses one process a core."""

    dimension = DIMENSION

    def __init__(self, name: str, settings: EngineSettings, threads: int = 1) -> None:
        self.name = name
        self.settings = settings
        self.card = card_of(settings)
        self.smallest_face, self.turns = settings.smallest_face, settings.turns
        embedder_data = weight_file(EMBEDDER_FILE).read_bytes()
        landmarks = weight_file(LANDMARKS_FILE)
        hashed = (weight_file(DETECTOR_FILE).read_bytes(), embedder_data, landmarks.read_bytes())
        self.digest = digest_of(["dlib", CODE_VERSION, *(hashlib.sha256(data).hexdigest() for data in hashed)])
        self._centerface = centerface(threads)
        self.beside = dlib_detectors(settings.beside, threads) if settings.beside else None
        self._embedder = embedder(embedder_data, threads)
        self._aligner = Aligner(landmarks, CHIP_SIDE, CHIP_PADDING)

    def smallest_face_in(self, width: int, height: int) -> int:
        return max(self.smallest_face, math.ceil(SMALLEST / self.settings.scale(width, height)))

    def detect(self, pixels: Pixels) -> list[Detection]:
        seen = self._look(pixels)
        looks = {0: self._faces(seen)}
        if not any(map(_certainly_upright, seen)):
            size = 1.0 if seen else self.settings.unlike
            looks |= {turn: self._look_turned(pixels, turn, size) for turn in self.settings.turns}
        found: list[Detection] = []
        # Where two turns see a face in one place, the turn in which more stands upright counts.
        for turn in sorted(looks, key=lambda turn: _standing(turn, looks[turn]), reverse=True):
            found = union(found, looks[turn])
        return sorted(found, key=lambda detection: detection.box.width * detection.box.height, reverse=True)

    def _look(self, pixels: Pixels, size: float = 1.0) -> list[Detection]:
        """Faces, and what CenterFace thinks to be like one. `size` is a part of the customary one."""
        height, width = pixels.shape[:2]
        found = self._centerface.look(pixels, size * self.settings.scale(width, height), LIKE_A_FACE)
        return union(found, self.beside.look(pixels)) if self.beside else found

    def _faces(self, seen: Sequence[Detection]) -> list[Detection]:
        return [one for one in seen if one.detector != NAME or one.score >= self.settings.threshold]

    def _look_turned(self, pixels: Pixels, turn: int, size: float) -> list[Detection]:
        turned = np.rot90(pixels, turn // 90).copy()
        seen = self._faces(self._look(turned, size))
        return [turned_back(detection, turn, turned.shape[:2]) for detection in seen]

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        return self._aligner.align(pixels, detections)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        return both_ways(self.raw_embeddings, chips)

    def raw_embeddings(self, chips: Chips) -> NDArray[np.float32]:
        """As face_recognition gives them: one view, not of length 1, shape (n, 128)."""
        return in_batches(lambda part: self._embedder.run(None, {"photo": part})[0], chips, DIMENSION)


def _certainly_upright(detection: Detection) -> bool:
    return detection.detector == NAME and detection.turned == 0 and detection.score >= UPRIGHT


def _standing(turn: int, seen: Sequence[Detection]) -> float:
    """The sum of the scores of all that stands upright in the photo turned so."""
    return sum(detection.score for detection in seen if detection.turned == turn)
