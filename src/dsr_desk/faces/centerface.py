"""CenterFace on ONNX Runtime: faces from some 16 pixels on, and five places in each that tell which way up it stands.

One look finds faces of up to some 400 pixels; a larger photo is looked at again, small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dsr_desk.core.items import Box
from dsr_desk.faces.alignment import turned_box
from dsr_desk.faces.cnn import parts, resized
from dsr_desk.faces.decoders import FAMILIES, BoxesFound, joined, one_each
from dsr_desk.faces.engine import Detection, Pixels, Points
from dsr_desk.faces.suppress import best_of, same_face

FAMILY = FAMILIES["centerface"]

NAME = "centerface"

REPEATED = 32
"""Sides of what the network takes are multiples of it."""

TILE, MARGIN = 1024, 64
"""A photo is looked at in parts of at most so many pixels a side, and so much around each: memory is bounded, and a
face larger than the margin is whole in the look at the photo when it is small."""

WHOLE = (480, 128)
"""A photo whose longer side is a quarter longer is looked at once more with this one. Faces that fill a photo are
seen well in some sizes and badly in others between; of those tried these two miss none."""

AXIS_TO_SIDE, TALL_TO_SIDE, UP = 2.142, 0.754, 0.047
"""dlib's square about the same face, on labelled photos: its side in distances from eyes to mouth and in heights of
CenterFace's box, and how far its middle lies above theirs, in sides. Half of the faces are within 4 % of it."""


@dataclass(frozen=True)
class CenterFace:
    """Sessions that run the graph of `detector_graphs.centerface_graph`, and that which resizes photos."""

    network: Any
    resize: Any

    def look(self, pixels: Pixels, scale: float, threshold: float) -> list[Detection]:
        """Faces in an RGB photo as it stands, enlarged `scale` times; best first.

        `box` is the square that dlib's detectors would draw. A face that lies in the photo says by `turned` how the
        photo would have to be turned for it.
        """
        height, width = pixels.shape[:2]
        found = []
        for across in _widths(width, height, scale):
            down = max(1, round(height * across / width))
            grown = np.array((width / across, height / down), np.float32)
            answer = self._answer(resized(self.resize, pixels, across, down), threshold)
            kept = one_each(answer, FAMILY.overlap)
            assert answer.points is not None
            for box, score, points in zip(
                answer.boxes[kept].reshape(-1, 2, 2) * grown,
                answer.scores[kept],
                answer.points[kept] * grown,
                strict=True,
            ):
                found.append(_detection(box.ravel(), float(score), points, (height, width)))
        return best_of(found, same_face)

    def _answer(self, shown: Pixels, threshold: float) -> BoxesFound:
        height, width = shown.shape[:2]
        answers = []
        for rows in parts(height, TILE):
            for columns in parts(width, TILE):
                answers.append(self._of_part(shown, rows, columns, threshold))
        return joined(answers)

    def _of_part(self, shown: Pixels, rows: slice, columns: slice, threshold: float) -> BoxesFound:
        """Faces whose middle lies in the part; what is around it is seen, and what lacks to a whole input is black."""
        top, left = max(0, rows.start - MARGIN), max(0, columns.start - MARGIN)
        part = shown[top : rows.stop + MARGIN, left : columns.stop + MARGIN]
        down, across = (-(-side // REPEATED) * REPEATED for side in part.shape[:2])
        filled = np.zeros((1, down, across, 3), np.uint8)
        filled[0, : part.shape[0], : part.shape[1]] = part
        answer = FAMILY.decode(self.network.run(None, {"photo": filled}), across, down, threshold)
        assert answer.points is not None
        at = np.array((left, top), np.float32)
        middles = answer.boxes.reshape(-1, 2, 2).mean(axis=1) + at
        x, y = middles.T
        # At the border of the photo a middle may lie outside.
        last_row, last_column = rows.stop == shown.shape[0], columns.stop == shown.shape[1]
        inside = ((x >= columns.start) | (left == 0)) & ((x < columns.stop) | last_column)
        inside &= ((y >= rows.start) | (top == 0)) & ((y < rows.stop) | last_row)
        boxes = answer.boxes + np.tile(at, 2)
        return BoxesFound(boxes[inside], answer.scores[inside], (answer.points + at)[inside])


def _widths(width: int, height: int, scale: float) -> Iterator[int]:
    """How wide the photo is looked at."""
    yield max(1, round(width * scale))
    longer = max(width, height)
    yield from (max(1, round(width * side / longer)) for side in WHOLE if longer * scale >= 1.25 * side)


def leaning(points: Points) -> float:
    """By how many degrees a face leans clockwise, -180 to 180: 90 where its top points to the right."""
    eye, other, _, mouth, corner = (complex(*point) for point in points)
    # From eye to eye, and from mouth to eyes turned by a right angle, are one direction.
    along = (other - eye) + ((mouth + corner) - (eye + other)) / 2 * -1j
    return math.degrees(math.atan2(along.imag, along.real))


def _detection(box: Any, score: float, points: Any, size: tuple[int, int]) -> Detection:
    """`box` is left, top, right, bottom; `size` height and width of the photo."""
    five = tuple((float(x), float(y)) for x, y in points)
    lean = leaning(five)
    turn = round(lean / 90) % 4 * 90
    wide, tall = float(box[2] - box[0]), float(box[3] - box[1])
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    axis = float(np.hypot(*(mouth - eyes)))
    side = max(1.0, (AXIS_TO_SIDE * axis + TALL_TO_SIDE * (wide if turn in (90, 270) else tall)) / 2)
    middle = ((eyes + mouth) / 2 + (box[:2] + box[2:]) / 2) / 2
    x, y = middle - (mouth - eyes) / max(axis, 1e-6) * UP * side
    square = Box(*(round(float(at)) for at in (x - side / 2, y - side / 2, x + side / 2, y + side / 2)))
    return Detection(square, score, NAME, turn, turned_points(five, turn, size))


def turned_points(points: Points, turn: int, size: tuple[int, int]) -> Points:
    """The same places after the photo of `size` (height, width) was turned counter-clockwise by `turn` degrees."""
    height, width = size
    for _ in range(turn // 90):
        points = tuple((y, width - x) for x, y in points)
        height, width = width, height
    return points


def turned_back(detection: Detection, turn: int, turned_size: tuple[int, int]) -> Detection:
    """What was found in a photo turned by `turn` degrees, now of `turned_size`, as it is in the photo itself."""
    box = turned_box(detection.box, 360 - turn, turned_size)
    return Detection(box, detection.score, detection.detector, (detection.turned + turn) % 360, detection.landmarks)
