"""dlib's two detectors: its CNN on ONNX Runtime, and its HOG detector. They miss different faces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.items import Box
from dsr_desk.faces.cnn import CnnDetector, Level
from dsr_desk.faces.engine import Detection, Pixels
from dsr_desk.faces.model_cache import cached
from dsr_desk.faces.presets import DlibSettings
from dsr_desk.faces.suppress import union


class DlibDetectors:
    def __init__(self, cnn: CnnDetector, settings: DlibSettings) -> None:
        import dlib

        self.cnn = cnn
        self.settings = settings
        self._dlib: Any = dlib
        self._hog = _hog_detector(dlib)

    def look(self, pixels: Pixels) -> list[Detection]:
        """Faces in a photo as it stands."""
        pyramid = self._pyramid(pixels)
        return union(self._look_by_cnn(pixels, pyramid), self._look_by_hog(pixels, pyramid))

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


def _hog_detector(dlib: Any) -> Any:
    """dlib unpacks its own for half a second; what comes of that is kept, and read in two milliseconds."""
    unpacked = cached("hog", digest_of([dlib.__version__]), lambda: dlib.get_frontal_face_detector().__getstate__()[0])
    detector = dlib.fhog_object_detector.__new__(dlib.fhog_object_detector)
    detector.__setstate__((unpacked,))
    return detector
