"""Exact search of a face over all faces of an index: every face whose score reaches a threshold, never "the best k".

The coarse plane is scanned in float32; what could reach the threshold within the proven error is computed again from
both planes in float64. So the result is that of a float64 comparison with every stored template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.codes import coarse_error, decode
from dsr_desk.search.contents import Coarse
from dsr_desk.search.index import Index

CHUNK = 2048
"""Faces at a time: small enough that the linear algebra library does not split it among threads."""
ROUNDING = 1e-4
"""More than the rounding of a float32 sum of 128 products of this size (about 2e-5) can do."""

EXACT_CHUNK = 65536


@dataclass(frozen=True)
class Found:
    """Faces that reach a threshold: `positions` in `Index.coarse` and exact `scores` (float64), best first."""

    positions: NDArray[np.int64]
    scores: NDArray[np.float64]


def average(templates: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    """The query for several references: their mean, of length 1. Raises ValueError for none."""
    if not len(templates):
        raise ValueError("a face search needs a reference")
    mean = np.mean(np.asarray(templates, np.float64), axis=0)
    length = float(np.linalg.norm(mean))
    if length == 0:
        raise ValueError("the references cancel each other out")
    return np.asarray(mean / length, np.float64)


def scan(coarse: Coarse, query: NDArray[np.float64]) -> NDArray[np.float32]:
    """Coarse scores of all faces, shape (n,), each within `coarse_error` of the exact one."""
    narrow = query.astype(np.float32)
    scores = np.empty(len(coarse), np.float32)
    for start in range(0, len(coarse), CHUNK):
        end = min(start + CHUNK, len(coarse))
        np.dot(coarse.codes[start:end].astype(np.float32), narrow, out=scores[start:end])
    scores *= coarse.scales
    return scores


def reaching(
    index: Index, query: NDArray[np.float64], threshold: float, scores: NDArray[np.float32] | None = None
) -> Found:
    """All faces whose exact score is at or above the threshold. `scores` are those of `scan` if at hand."""
    coarse = index.coarse
    scores = scan(coarse, query) if scores is None else scores
    slack = coarse_error(coarse.scales, coarse.codes.shape[1]) + ROUNDING
    positions = np.flatnonzero(scores + slack >= threshold)
    exact = exact_scores(index, query, positions)
    kept = exact >= threshold
    positions, exact = positions[kept], exact[kept]
    order = np.argsort(-exact, kind="stable")
    return Found(positions[order], exact[order])


def exact_scores(index: Index, query: NDArray[np.float64], positions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores on the stored templates, float64, in the order of the positions."""
    # Summed row by row, so that a face's score does not depend on which others are computed with it.
    parts = [
        (decode(index.codes(positions[start : start + EXACT_CHUNK])) * query).sum(axis=1)
        for start in range(0, len(positions), EXACT_CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)
