"""face_recognition as it comes: the engine that tests and benchmarks compare with. The product does not use it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box
from dsr_desk.faces.card import ModelCard
from dsr_desk.faces.engine import Alignment, Chips, Detection, Pixels
from dsr_desk.faces.weights import WeightsMissing, weight_file

PEER_FILE = "shape_predictor_68_face_landmarks.dat"
CHIP_SIDE = 150
CHIP_PADDING = 0.25


class PeerMissing(DeskError):
    code = "ENGINE-NO-PEER"
    happened = "face_recognition is not whole here: its model {model} is missing, which packages may not hand out."
    means = "No case is concerned: only benchmarks compare with it."
    todo = "Run the benchmark from the sources (make bench)."


class ReferenceEngine:
    """`model` is face_recognition's: "hog" or "cnn"; `upsample` how often the photo is doubled before it looks."""

    name = "reference"
    dimension = 128
    card = ModelCard(
        name="face_recognition as it comes",
        networks=("dlib HOG detector", "dlib face recognition ResNet v1"),
        trained_on="see the card of the standard engine: the weights are the same",
        known_weaknesses="misses faces below 40 pixels and faces turned by more than some 30 degrees",
        licence="MIT (face_recognition), CC0 (weights)",
    )

    def __init__(self, model: str = "hog", upsample: int = 1) -> None:
        # face_recognition loads a 100 MB model and pkg_resources on import, so only this engine pays for it.
        try:
            weight_file(PEER_FILE)
        except WeightsMissing as error:
            raise PeerMissing(model=PEER_FILE) from error
        import face_recognition
        import face_recognition.api

        self._fr: Any = face_recognition
        self._api: Any = face_recognition.api
        self._model = model
        self._upsample = upsample
        self.turns: tuple[int, ...] = ()
        self.smallest_face = 80 // 2**upsample if upsample else 80
        self.digest = digest_of(["reference", face_recognition.__version__, model, upsample])

    def smallest_face_in(self, width: int, height: int) -> int:  # noqa: ARG002 - it looks at every photo alike
        return self.smallest_face

    def detect(self, pixels: Pixels) -> list[Detection]:
        found = self._fr.face_locations(pixels, number_of_times_to_upsample=self._upsample, model=self._model)
        boxes = [Box(left, top, right, bottom) for top, right, bottom, left in found]
        boxes.sort(key=lambda box: box.width * box.height, reverse=True)
        return [Detection(box, 0.0, self._model) for box in boxes]

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        import dlib

        chips = np.zeros((len(detections), CHIP_SIDE, CHIP_SIDE, 3), np.uint8)
        landmarks = np.zeros((len(detections), 5, 2), np.float32)
        for i, detection in enumerate(detections):
            box = detection.box
            shape = self._api.pose_predictor_5_point(pixels, dlib.rectangle(box.left, box.top, box.right, box.bottom))
            chips[i] = dlib.get_face_chip(pixels, shape, size=CHIP_SIDE, padding=CHIP_PADDING)
            landmarks[i] = [(part.x, part.y) for part in shape.parts()]
        return Alignment(chips, landmarks)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        raw = [np.array(self._api.face_encoder.compute_face_descriptor(chip)) for chip in chips]
        templates = np.array(raw, np.float32).reshape(len(raw), self.dimension)
        lengths = np.linalg.norm(templates, axis=1, keepdims=True)
        return np.asarray(templates / np.maximum(lengths, 1e-9), np.float32)


@cache
def load_reference() -> ReferenceEngine:
    """As it comes, loaded once a process."""
    return ReferenceEngine()
