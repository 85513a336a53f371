"""What four families of face detectors answer with, turned into boxes, scores and five points.

Outputs are told apart by their shapes, since every exporter names them otherwise. Places are in pixels of the network's
input. Layouts: SCRFD (insightface), YuNet (OpenCV's model zoo, 2023), CenterFace (Star-Clouds), RetinaFace (biubug6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

STRIDES = (8, 16, 32)
CENTERFACE_CELL = 4
RETINAFACE_PRIORS = ((16, 32), (64, 128), (256, 512))
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
MOST_CANDIDATES = 5000


class OtherLayout(Exception):
    """The outputs are not those of this family."""


@dataclass(frozen=True)
class BoxesFound:
    """`boxes` (n, 4): left, top, right, bottom. `scores` (n,), 0 to 1. `points` (n, 5, 2), or none at all."""

    boxes: Numbers
    scores: Numbers
    points: Numbers | None


@dataclass(frozen=True)
class Preset:
    """What a family's network takes, and how its answer is read: outputs, width and height of the input, threshold.

    `overlap` is the intersection over union above which two boxes are one face.
    """

    colours: str
    mean: tuple[float, float, float]
    scale: float
    threshold: float
    overlap: float
    decode: Callable[[Sequence[Numbers], int, int, float], BoxesFound]


def scrfd(outputs: Sequence[Numbers], width: int, height: int, threshold: float) -> BoxesFound:
    """Distances from anchors to the four sides, in strides; several anchors a cell. Some give no points."""
    scores, boxes, points = (_by_length(outputs, last) for last in (1, 4, 10))
    if len(scores) != len(STRIDES) or len(boxes) != len(STRIDES) or len(points) not in (0, len(STRIDES)):
        raise OtherLayout
    parts = []
    for level, stride in enumerate(STRIDES):
        score, box = scores[level][:, 0], boxes[level]
        anchors = _anchors(len(score), width, height, stride)
        if len(box) != len(score):
            raise OtherLayout
        kept = _best(score, threshold)
        at, sides = anchors[kept], box[kept] * stride
        found = np.concatenate([at - sides[:, :2], at + sides[:, 2:]], axis=1)
        five = at[:, None] + points[level][kept].reshape(-1, 5, 2) * stride if points else None
        parts.append(BoxesFound(found, score[kept], five))
    return joined(parts)


def yunet(outputs: Sequence[Numbers], width: int, height: int, threshold: float) -> BoxesFound:
    """One box a cell; a score is the geometric mean of two."""
    scores, boxes, points = (_by_length(outputs, last) for last in (1, 4, 10))
    if (len(scores), len(boxes), len(points)) != (2 * len(STRIDES), len(STRIDES), len(STRIDES)):
        raise OtherLayout
    parts = []
    for level, stride in enumerate(STRIDES):
        one, other = scores[2 * level][:, 0], scores[2 * level + 1][:, 0]
        cells = _cells(width, height, stride)
        if not len(one) == len(other) == len(boxes[level]) == len(points[level]) == len(cells):
            raise OtherLayout
        score = np.sqrt(np.clip(one, 0, 1) * np.clip(other, 0, 1))
        kept = _best(score, threshold)
        centre = (cells[kept] + boxes[level][kept, :2]) * stride
        half = np.exp(boxes[level][kept, 2:]) * stride / 2
        five = (cells[kept][:, None] + points[level][kept].reshape(-1, 5, 2)) * stride
        parts.append(BoxesFound(np.concatenate([centre - half, centre + half], axis=1), score[kept], five))
    return joined(parts)


def centerface(outputs: Sequence[Numbers], width: int, height: int, threshold: float) -> BoxesFound:
    """A heat map of centres; logarithms of height and width, offsets, points in parts of the box, y before x."""
    shapes = [output.shape for output in outputs]
    cells = (height // CENTERFACE_CELL, width // CENTERFACE_CELL)
    if shapes != [(1, channels, *cells) for channels in (1, 2, 2, 10)]:
        raise OtherLayout
    heat, size, offset, points = (output[0].reshape(output.shape[1], -1) for output in outputs)
    kept = _best(heat[0], threshold)
    tall, wide = np.exp(size[:, kept]) * CENTERFACE_CELL
    down, across = kept // cells[1], kept % cells[1]
    left = (across + offset[1, kept] + 0.5) * CENTERFACE_CELL - wide / 2
    top = (down + offset[0, kept] + 0.5) * CENTERFACE_CELL - tall / 2
    x, y = points[1::2, kept] * wide + left, points[0::2, kept] * tall + top
    boxes = np.stack([left, top, left + wide, top + tall], axis=1)
    return BoxesFound(boxes.astype(np.float32), heat[0, kept], np.stack([x.T, y.T], axis=2).astype(np.float32))


def retinaface(outputs: Sequence[Numbers], width: int, height: int, threshold: float) -> BoxesFound:
    """Shifts and logarithms of sizes against two square priors a cell of each stride."""
    boxes, scores, points = (_by_length(outputs, last) for last in (4, 2, 10))
    if not len(boxes) == len(scores) == len(points) == 1:
        raise OtherLayout
    centres, sides = [], []
    for stride, sizes in zip(STRIDES, RETINAFACE_PRIORS, strict=True):
        middles = (_cells(width, height, stride) + np.float32(0.5)) * stride
        centres.append(np.repeat(middles, len(sizes), axis=0))
        sides.append(np.tile(np.array(sizes, np.float32), len(middles)))
    centre, side = np.concatenate(centres), np.concatenate(sides)[:, None]
    if not len(boxes[0]) == len(scores[0]) == len(points[0]) == len(centre):
        raise OtherLayout
    score = _probabilities(scores[0])[:, 1]
    kept = _best(score, threshold)
    middle = centre[kept] + boxes[0][kept, :2] * CENTRE_VARIANCE * side[kept]
    half = side[kept] * np.exp(boxes[0][kept, 2:] * SIZE_VARIANCE) / 2
    five = centre[kept][:, None] + points[0][kept].reshape(-1, 5, 2) * CENTRE_VARIANCE * side[kept][:, None]
    return BoxesFound(np.concatenate([middle - half, middle + half], axis=1), score[kept], five)


FAMILIES = {
    "scrfd": Preset("RGB", (127.5, 127.5, 127.5), 128.0, 0.5, 0.4, scrfd),
    "yunet": Preset("BGR", (0.0, 0.0, 0.0), 1.0, 0.6, 0.3, yunet),
    "centerface": Preset("RGB", (0.0, 0.0, 0.0), 1.0, 0.35, 0.3, centerface),
    "retinaface": Preset("BGR", (104.0, 117.0, 123.0), 1.0, 0.6, 0.4, retinaface),
}
"""By the names that a manifest may give."""


def one_each(answer: BoxesFound, overlap: float) -> list[int]:
    """Which boxes stay, best first: each that overlaps a better one by more than `overlap` goes."""
    order = np.argsort(-answer.scores, kind="stable")
    left, top, right, bottom = answer.boxes.T
    areas = (right - left) * (bottom - top)
    kept: list[int] = []
    while len(order):
        best, order = int(order[0]), order[1:]
        kept.append(best)
        across = np.minimum(right[best], right[order]) - np.maximum(left[best], left[order])
        down = np.minimum(bottom[best], bottom[order]) - np.maximum(top[best], top[order])
        both = np.maximum(across, 0) * np.maximum(down, 0)
        order = order[both <= overlap * (areas[best] + areas[order] - both)]
    return kept


def _by_length(outputs: Sequence[Numbers], last: int) -> list[Numbers]:
    """Outputs whose last dimension is this, as tables, finest grid first; equally long ones in the order given."""
    tables = [output.reshape(-1, last) for output in outputs if output.ndim > 1 and output.shape[-1] == last]
    return sorted(tables, key=len, reverse=True)


def _cells(width: int, height: int, stride: int) -> Numbers:
    """x and y of the cells of a grid, row after row."""
    rows, columns = np.mgrid[0 : -(-height // stride), 0 : -(-width // stride)]
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)


def _anchors(count: int, width: int, height: int, stride: int) -> Numbers:
    cells = _cells(width, height, stride)
    each, rest = divmod(count, len(cells))
    if rest or not each:
        raise OtherLayout
    return np.repeat(cells * stride, each, axis=0)


def _best(scores: Numbers, threshold: float) -> NDArray[np.int64]:
    """Positions at the threshold or above; of very many, the best."""
    kept = np.flatnonzero(scores >= threshold)
    if len(kept) > MOST_CANDIDATES:
        kept = kept[np.argpartition(-scores[kept], MOST_CANDIDATES)[:MOST_CANDIDATES]]
    return kept


def _probabilities(scores: Numbers) -> Numbers:
    """Some networks are saved without their last step, which makes two numbers that sum to 1."""
    if np.allclose(scores.sum(axis=1), 1.0, atol=1e-3):
        return scores
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def joined(parts: Sequence[BoxesFound]) -> BoxesFound:
    points = [part.points for part in parts if part.points is not None]
    return BoxesFound(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate(points) if points else None,
    )
