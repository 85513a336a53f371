"""An organisation's own face detector: one of four families (see `decoders`), over photos of any size, turned or not.

A photo is looked at in several sizes, each smaller than the one before, down to one that the network takes whole.
One that takes a fixed size gets tiles of it that overlap by a quarter, so every face up to a quarter of a tile lies
whole in one of them, and a larger one in those of the next size. One that takes any size gets each size whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.faces.alignment import turned_box
from dsr_desk.faces.decoders import FAMILIES, BoxesFound, joined, one_each
from dsr_desk.faces.engine import Detection, Pixels, Points
from dsr_desk.faces.manifest import DetectorPart
from dsr_desk.faces.runtime import session
from dsr_desk.faces.suppress import union

SMALLEST = 16
"""Side in pixels, as the network sees it, of the smallest face that it is trusted with."""

MOST_PIXELS = 6e6
"""So many of a photo are looked at; larger photos are shrunk to it."""

MOST_ENLARGED = 2.0
WHOLE = 1024
"""Pixels of the longer side below which a network of any size sees all faces at once."""

TURNS = (90, 180, 270)
UPRIGHT = 0.6
"""Score over which a face whose eyes stand above its mouth says how its photo stands."""

REPEATED = 32
"""Sizes of inputs are multiples of it."""

MOST_FACES = 2000


class OwnDetector:
    """Raises OtherLayout where the network does not answer as its family does, and what ONNX Runtime raises."""

    smallest_face = SMALLEST

    def __init__(self, model: bytes, part: DetectorPart) -> None:
        self._family = FAMILIES[part.preset]
        self._threshold = part.threshold or self._family.threshold
        self._size = part.size
        self._session: Any = session(_of_any_size(model))
        self._input = self._session.get_inputs()[0].name
        for across, down in (self._size,) if self._size else ((320, 320), (416, 352)):
            self._once(np.zeros((down, across, 3), np.uint8))

    def scale(self, width: int, height: int) -> float:
        """How many times a photo is enlarged in the largest size that is looked at."""
        fits = min(self._size[0] / width, self._size[1] / height) if self._size else 1.0
        return min(math.sqrt(MOST_PIXELS / (width * height)), max(1.0, min(MOST_ENLARGED, fits)))

    def smallest_face_in(self, width: int, height: int) -> int:
        """See `Engine.smallest_face_in`."""
        return math.ceil(SMALLEST / min(1.0, self.scale(width, height)))

    def detect(self, pixels: Pixels) -> list[Detection]:
        """See `Engine.detect`. Turns are tried where no face certainly stands upright."""
        looks = [self._look(pixels)]
        if not any(map(_upright, looks[0])):
            looks += [self._turned(pixels, turn) for turn in TURNS]
        found: list[Detection] = []
        for look in sorted(looks, key=lambda look: sum(one.score * _stands(one) for one in look), reverse=True):
            found = union(found, look)
        return sorted(found, key=lambda one: one.box.width * one.box.height, reverse=True)

    def _turned(self, pixels: Pixels, turn: int) -> list[Detection]:
        turned = np.rot90(pixels, turn // 90).copy()
        size = turned.shape[:2]
        return [replace(one, box=turned_box(one.box, 360 - turn, size), turned=turn) for one in self._look(turned)]

    def _look(self, pixels: Pixels) -> list[Detection]:
        """Faces in the photo as it stands."""
        answers = [
            BoxesFound(
                (answer.boxes + np.array((left, top, left, top), np.float32)) / scale,
                answer.scores,
                None if answer.points is None else (answer.points + np.array((left, top), np.float32)) / scale,
            )
            for scale, shown in self._sizes(pixels)
            for left, top, part in self._parts(shown)
            for answer in [self._once(part)]
        ]
        height, width = pixels.shape[:2]
        return self._detections(joined(answers), width, height)

    def _sizes(self, pixels: Pixels) -> Iterator[tuple[float, Pixels]]:
        """The photo in each size, with how many times it is enlarged."""
        height, width = pixels.shape[:2]
        scale = self.scale(width, height)
        step = 2.0 if self._size else 4.0
        fits_in = self._size or (WHOLE, WHOLE)
        photo = Image.fromarray(pixels)
        while True:
            across, down = max(1, round(width * scale)), max(1, round(height * scale))
            same = (across, down) == (width, height)
            yield scale, pixels if same else np.asarray(photo.resize((across, down), Image.Resampling.BILINEAR))
            if across <= fits_in[0] and down <= fits_in[1]:
                return
            scale = max(scale / step, min(fits_in[0] / width, fits_in[1] / height))

    def _parts(self, shown: Pixels) -> Iterator[tuple[int, int, Pixels]]:
        """What the network gets of one size, with where it begins: whole or in tiles, filled up with black."""
        height, width = shown.shape[:2]
        across, down = self._size or (-(-width // REPEATED) * REPEATED, -(-height // REPEATED) * REPEATED)
        for top in _starts(height, down):
            for left in _starts(width, across):
                part = shown[top : top + down, left : left + across]
                filled = np.zeros((down, across, 3), np.uint8)
                filled[: part.shape[0], : part.shape[1]] = part
                yield left, top, filled

    def _once(self, part: Pixels) -> BoxesFound:
        """One input through the network."""
        family = self._family
        ordered = part[..., ::-1] if family.colours == "BGR" else part
        values = (ordered.astype(np.float32) - np.array(family.mean, np.float32)) / np.float32(family.scale)
        outputs = self._session.run(None, {self._input: np.ascontiguousarray(values.transpose(2, 0, 1)[None])})
        height, width = part.shape[:2]
        tables = [np.asarray(output, np.float32) for output in outputs]
        with np.errstate(over="ignore", invalid="ignore"):
            return _only_numbers(family.decode(tables, width, height, self._threshold))

    def _detections(self, answer: BoxesFound, width: int, height: int) -> list[Detection]:
        boxes = np.clip(answer.boxes, 0, [width, height, width, height])
        answer = BoxesFound(boxes, answer.scores, answer.points)
        found = []
        for i in one_each(answer, self._family.overlap)[:MOST_FACES]:
            box = Box(*(round(float(at)) for at in boxes[i]))
            if box.width > 0 and box.height > 0:
                score, points = float(answer.scores[i]), None if answer.points is None else answer.points[i]
                found.append(Detection(box, score, "own", landmarks=_near(box, points)))
        return found


def _of_any_size(model: bytes) -> bytes:
    """Sizes that are only written down are taken out; one that is built in shows when it is tried."""
    read = onnx.load_model_from_string(model)
    shape = read.graph.input[0].type.tensor_type.shape
    for at, dimension in enumerate(shape.dim):
        if at != 1:
            dimension.dim_param = f"any{at}"
    for output in read.graph.output:
        output.type.tensor_type.ClearField("shape")
    del read.graph.value_info[:]
    return bytes(read.SerializeToString())


def _starts(length: int, tile: int) -> Sequence[int]:
    """Where tiles begin that overlap by a quarter at least and end with the photo."""
    if length <= tile:
        return (0,)
    count = math.ceil((length - tile) / (tile * 3 // 4)) + 1
    return [round(i * (length - tile) / (count - 1)) for i in range(count)]


def _only_numbers(answer: BoxesFound) -> BoxesFound:
    whole = np.isfinite(answer.boxes).all(axis=1) & np.isfinite(answer.scores)
    points = None if answer.points is None else answer.points[whole]
    return BoxesFound(answer.boxes[whole], answer.scores[whole], points)


def _near(box: Box, points: Any) -> Points | None:
    """Five points, unless one is no number or lies more than a face away from its face."""
    if points is None or not np.isfinite(points).all():
        return None
    low, high = (box.left - box.width, box.top - box.height), (box.right + box.width, box.bottom + box.height)
    if (points < low).any() or (points > high).any():
        return None
    return tuple((float(x), float(y)) for x, y in points)


def _stands(one: Detection) -> bool:
    """Whether the eyes stand above the mouth, by less than half a right angle; so do faces without points."""
    if one.landmarks is None:
        return True
    eye, other, _, mouth, corner = one.landmarks
    across, down = mouth[0] + corner[0] - eye[0] - other[0], mouth[1] + corner[1] - eye[1] - other[1]
    return down > abs(across)


def _upright(one: Detection) -> bool:
    return one.score >= UPRIGHT and _stands(one)
