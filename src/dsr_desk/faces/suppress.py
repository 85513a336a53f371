"""Of detections that show the same face, keep one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Detection

SAME_FACE = 0.3
"""Intersection over union above which two detectors mean the same face."""

INSIDE = 0.7
"""Part of the smaller box inside the larger above which they mean the same face."""

LARGEST_RATIO = 2.5
"""A box this many times as wide as another is not the same face, however much of the other lies inside."""


def spanned_overlap(one: Box, other: Box) -> float:
    """Intersection over the box that spans both: what dlib's detectors suppress by. 0 to 1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    width = max(one.right, other.right) - min(one.left, other.left)
    height = max(one.bottom, other.bottom) - min(one.top, other.top)
    return across * down / (width * height)


def best_of(detections: Sequence[Detection], same: Callable[[Box, Box], bool]) -> list[Detection]:
    """Greedy by score: each detection that means the same face as a better one goes."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda detection: detection.score, reverse=True):
        if not any(same(detection.box, better.box) for better in kept):
            kept.append(detection)
    return kept


def same_face(one: Box, other: Box) -> bool:
    """Whether boxes of two detectors, which draw them differently, mean the same face."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return False
    narrow, wide = sorted((one.width, other.width))
    if wide > narrow * LARGEST_RATIO:
        return False
    smaller = min(one.width * one.height, other.width * other.height)
    return one.overlap(other) > SAME_FACE or across * down > INSIDE * smaller


def union(first: Sequence[Detection], second: Sequence[Detection]) -> list[Detection]:
    """All of `first`, and of `second` what `first` did not find. Scores of two detectors are never compared."""
    more = [found for found in second if not any(same_face(found.box, known.box) for known in first)]
    return [*first, *more]
