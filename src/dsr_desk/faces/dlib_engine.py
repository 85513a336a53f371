"""The product's engine: dlib's two networks on ONNX Runtime, dlib's HOG detector and alignment beside them.

A template is the normalised mean of the embeddings of a chip and of its mirror image; measured on labelled photos it
finds a tenth more of the genuine pairs than the chip alone at the same rate of false ones.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.items import Box
from dsr_desk.faces.alignment import Aligner, turned_box
from dsr_desk.faces.cnn import CnnDetector, Level, Networks
from dsr_desk.faces.engine import Alignment, Chips, Detection, ModelCard, Pixels
from dsr_desk.faces.model_cache import cached
from dsr_desk.faces.runtime import both_ways, has_accelerator, in_batches, session
from dsr_desk.faces.suppress import union
from dsr_desk.faces.weights import (
    DETECTOR_FILE,
    EMBEDDER_FILE,
    LANDMARKS_FILE,
    DetectorWeights,
    read_detector,
    read_embedder,
    weight_file,
)

CODE_VERSION = 1
"""To be raised with every change after which the same photo gets another template."""

GRAPH_VERSION = 2
"""To be raised with every change of `graphs` and `detector_graphs`: cached graphs are made again."""

CHIP_SIDE = 150
CHIP_PADDING = 0.25
DIMENSION = 128

UPRIGHT = 0.8
"""Score of the HOG detector over which a face certainly stands upright. On annotated scenes it gives the best face more
than 1.1 where they stand and less than 0.6 where they are turned; the CNN answers to faces that lie, too."""

SMALL_PHOTO = 0.3e6
MOST_ENLARGED = 4.0
"""Photos are enlarged at least until they have so many pixels, at most so many times: small ones cost little."""


HARDLY_SMALLER = 0.85

WINDOW = 80
"""Side of the window of both detectors."""

CARD = ModelCard(
    name="dlib face recognition ResNet v1",
    networks=("dlib mmod human face detector", "dlib HOG frontal face detector", "dlib 5-point landmarks"),
    trained_on=(
        "some three million photos gathered from the web and from research sets (among them VGG and FaceScrub), "
        "whose people were not asked"
    ),
    known_weaknesses="weaker on children, on some ethnic groups, on profiles and on small faces",
    licence="weights: CC0 (5-point landmarks and both networks); dlib: Boost; ONNX Runtime: MIT",
)


@dataclass(frozen=True)
class EngineSettings:
    """How hard to look.

    `smallest_face` is the side in pixels from which every face's box should fill the CNN's window; in photos so large
    that this would need more than `most_pixels` to be looked at, it grows. `step` is the ratio of one size of the photo
    to the one before, `threshold` the least score. `rounded` calculates in integers: twice as fast, a few hundredths
    off. The HOG detector gets the photo shrunk to at most `hog_pixels` and doubles it `hog_upsample` times.
    `turns` are the degrees tried where no face certainly stands upright.
    """

    smallest_face: int
    step: float
    threshold: float
    rounded: bool
    most_pixels: float
    hog_upsample: int
    hog_pixels: float
    turns: tuple[int, ...] = ()

    def scale(self, width: int, height: int) -> float:
        """How many times a photo is enlarged before the CNN looks at it."""
        pixels = width * height
        wanted = max(WINDOW / self.smallest_face, min(MOST_ENLARGED, math.sqrt(SMALL_PHOTO / pixels)))
        most = math.sqrt(self.most_pixels / pixels)
        # Shrinking a photo by a little costs more than looking at all of it.
        return min(wanted, 1.0 if HARDLY_SMALLER < most < 1.0 else most)


PRESETS = {
    "standard": EngineSettings(
        smallest_face=36, step=0.62, threshold=-0.1, rounded=True, most_pixels=10e6, hog_upsample=0, hog_pixels=0.8e6
    ),
    "thorough": EngineSettings(
        smallest_face=20,
        step=0.66,
        threshold=-0.1,
        rounded=True,
        most_pixels=64e6,
        hog_upsample=1,
        hog_pixels=3e6,
        turns=(90, 180, 270),
    ),
}


@dataclass(frozen=True)
class _Seen:
    """What both detectors see in a photo as it stands; `total` is the sum of all scores."""

    faces: list[Detection]
    total: float
    certainly_upright: bool


class DlibEngine:
    """See `Engine`. One session runs on one thread: indexing uses one process a core."""

    dimension = DIMENSION
    card = CARD

    def __init__(self, name: str, settings: EngineSettings, threads: int = 1) -> None:
        import dlib

        self.name = name
        self.settings = settings
        self.smallest_face, self.turns = settings.smallest_face, settings.turns
        detector_data = weight_file(DETECTOR_FILE).read_bytes()
        embedder_data = weight_file(EMBEDDER_FILE).read_bytes()
        landmarks = weight_file(LANDMARKS_FILE)
        digests = [hashlib.sha256(data).hexdigest() for data in (detector_data, embedder_data, landmarks.read_bytes())]
        self.digest = digest_of(["dlib", CODE_VERSION, *digests])
        weights = read_detector(detector_data)
        self.cnn = CnnDetector(
            detector_networks(weights, digests[0], rounded=settings.rounded, threads=threads),
            weights.window,
            weights.overlap,
        )
        self._embedder = session(_graph("embedder", digests[1], partial(_embedder, embedder_data)), threads)
        self._dlib: Any = dlib
        self._hog = _hog_detector(dlib)
        self._aligner = Aligner(landmarks, CHIP_SIDE, CHIP_PADDING)

    def smallest_face_in(self, width: int, height: int) -> int:
        return math.ceil(WINDOW / self.settings.scale(width, height))

    def detect(self, pixels: Pixels) -> list[Detection]:
        seen = self._look(pixels)
        found = self._look_turned(pixels, seen) if self.settings.turns and not seen.certainly_upright else seen.faces
        return sorted(found, key=lambda detection: detection.box.width * detection.box.height, reverse=True)

    def _look_turned(self, pixels: Pixels, upright: _Seen) -> list[Detection]:
        """All that is found in any turn; where two turns see a face in one place, the turn that sees more counts."""
        by_turn = [upright]
        for turn in self.settings.turns:
            turned = np.rot90(pixels, turn // 90).copy()
            seen = self._look(turned)
            by_turn.append(
                replace(seen, faces=[_turned_back(detection, turn, turned.shape[:2]) for detection in seen.faces])
            )
        found: list[Detection] = []
        for seen in sorted(by_turn, key=lambda seen: seen.total, reverse=True):
            found = union(found, seen.faces)
        return found

    def _look(self, pixels: Pixels) -> _Seen:
        pyramid = self._pyramid(pixels)
        by_cnn, by_hog = self._look_by_cnn(pixels, pyramid), self._look_by_hog(pixels, pyramid)
        return _Seen(
            faces=union(by_cnn, by_hog),
            total=sum(detection.score for detection in (*by_cnn, *by_hog)),
            certainly_upright=any(detection.score > UPRIGHT for detection in by_hog),
        )

    def look_by_cnn(self, pixels: Pixels) -> list[Detection]:
        return self._look_by_cnn(pixels, self._pyramid(pixels))

    def look_by_hog(self, pixels: Pixels) -> list[Detection]:
        return self._look_by_hog(pixels, self._pyramid(pixels))

    def _pyramid(self, pixels: Pixels) -> list[Level]:
        height, width = pixels.shape[:2]
        return self.cnn.pyramid(pixels, self.settings.scale(width, height), self.settings.step)

    def _look_by_cnn(self, pixels: Pixels, pyramid: Sequence[Level]) -> list[Detection]:
        height, width = pixels.shape[:2]
        return self.cnn.detect_in(pyramid, width, height, self.settings.threshold)

    def _look_by_hog(self, pixels: Pixels, pyramid: Sequence[Level]) -> list[Detection]:
        height, width = pixels.shape[:2]
        most = self.settings.hog_pixels
        if width * height > most:
            # From the smallest size that is there and large enough: shrinking the photo itself takes longer.
            there = [
                level.pixels for level in pyramid if width > level.pixels.shape[1] and level.pixels.size >= 3 * most
            ]
            shown = Image.fromarray(there[-1] if there else pixels)
            shrunk = math.sqrt(width * height / most)
            size = (max(1, round(width / shrunk)), max(1, round(height / shrunk)))
            pixels = np.asarray(shown.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
        boxes, scores, _ = self._dlib.fhog_object_detector.run(self._hog, pixels, self.settings.hog_upsample, 0.0)
        grown = width / pixels.shape[1]
        return [
            Detection(
                Box(*(round(at * grown) for at in (box.left(), box.top(), box.right() + 1, box.bottom() + 1))),
                float(score),
                "hog",
            )
            for box, score in zip(boxes, scores, strict=True)
        ]

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        return self._aligner.align(pixels, detections)

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        return both_ways(self.raw_embeddings, chips)

    def raw_embeddings(self, chips: Chips) -> NDArray[np.float32]:
        """As face_recognition gives them: one view, not of length 1, shape (n, 128)."""
        return in_batches(lambda part: self._embedder.run(None, {"photo": part})[0], chips, DIMENSION)


def _hog_detector(dlib: Any) -> Any:
    """dlib unpacks its own for half a second; what comes of that is kept, and read in two milliseconds."""
    unpacked = cached("hog", digest_of([dlib.__version__]), lambda: dlib.get_frontal_face_detector().__getstate__()[0])
    detector = dlib.fhog_object_detector.__new__(dlib.fhog_object_detector)
    detector.__setstate__((unpacked,))
    return detector


def detector_networks(weights: DetectorWeights, digest: str, *, rounded: bool, threads: int = 1) -> Networks:
    """`digest` is that of the file the weights were read from."""
    rounded = rounded and not has_accelerator()

    # The package that writes graphs is slow to import, and only a cold cache needs it.
    def front(doubled: bool) -> bytes:
        from dsr_desk.faces.detector_graphs import front_graph

        return front_graph(weights, doubled=doubled, rounded=rounded)

    def back() -> bytes:
        from dsr_desk.faces.detector_graphs import back_graph

        return back_graph(weights, rounded=rounded)

    def resize() -> bytes:
        from dsr_desk.faces.graphs import resize_graph

        return resize_graph()

    kind = "-rounded" * rounded

    def made(name: str, make: Callable[[], bytes]) -> Any:
        return session(_graph(name, digest, make), threads)

    return Networks(
        front=made(f"detector-front{kind}", partial(front, False)),
        doubled=made(f"detector-doubled{kind}", partial(front, True)),
        back=made(f"detector-back{kind}", back),
        resize=made("resize", resize),
    )


def _embedder(data: bytes) -> bytes:
    from dsr_desk.faces.graphs import embedder_graph

    return embedder_graph(read_embedder(data))


def _graph(name: str, weights_digest: str, make: Callable[[], bytes]) -> bytes:
    return cached(name, digest_of([name, GRAPH_VERSION, weights_digest]), make)


def _turned_back(detection: Detection, turn: int, turned_size: tuple[int, int]) -> Detection:
    box = turned_box(detection.box, 360 - turn, turned_size)
    return Detection(box, detection.score, detection.detector, turn)
