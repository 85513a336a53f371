"""Exact search of a face over all faces of an index: every face whose score reaches a threshold, never "the best k".

The coarse plane is scanned in whole numbers; what could reach the threshold within the proven error is computed again
from both planes in float64. So the result is that of a float64 comparison with every stored template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numkong
import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.codes import FINE_STEPS, coarse_error, decode
from dsr_desk.search.contents import Coarse
from dsr_desk.search.index import Index

CHUNK = 32768
"""Faces at a time: their products stay in the processor's cache."""
ROUNDING = 1e-5
"""More than the float32 roundings of a scale, two weights and one sum of two products (each under 1e-6) can do."""

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
    """Coarse scores of all faces, shape (n,), each within `scan_error` of the exact one. The query has length 1.

    The query q is kept as a template is: s = max|q| / 127, high = round(q / s), low = round((q / s - high) * 254), all
    in -127..127. The products with the one-byte codes are summed in 32-bit whole numbers, hence without rounding.
    """
    step = np.abs(query).max() / 127
    high = np.rint(query / step)
    low = np.rint((query / step - high) * FINE_STEPS)
    packed = numkong.dots_pack(np.stack([high, low]).astype(np.int8))
    weights = np.array([step, step / FINE_STEPS], np.float32)
    scores = np.empty(len(coarse), np.float32)
    for start in range(0, len(coarse), CHUNK):
        end = min(start + CHUNK, len(coarse))
        products = np.asarray(numkong.dots_packed(coarse.codes[start:end], packed))
        np.dot(products.astype(np.float32), weights, out=scores[start:end])
    scores *= coarse.scales
    return scores


def scan_error(coarse: Coarse) -> NDArray[np.float64]:
    """How far each score of `scan` can be from the exact one, shape (n,).

    Leaving out the fine plane of the templates costs at most `coarse_error`. A component of the query as scanned,
    s * (high + low / 254), differs from q by at most s / 508, the whole from q by s * sqrt(d) / 508 <=
    sqrt(d) / (127 * 508), as no component of q exceeds 1. By Cauchy-Schwarz a score changes by at most that times the
    length of the coarse template, and that is at most 1 + sqrt(d) / 254: a unit vector's scale is at most 1 / 127,
    and its coarse plane is within scale / 2 in each component. For d = 128 this comes to 0.00018.
    """
    dimension = coarse.codes.shape[1]
    root = float(np.sqrt(dimension))
    query_error = (1 + root / 254) * root / (127 * 2 * FINE_STEPS)
    return coarse_error(coarse.scales, dimension) + query_error + ROUNDING


def reaching(
    index: Index, query: NDArray[np.float64], threshold: float, scores: NDArray[np.float32] | None = None
) -> Found:
    """All faces whose exact score is at or above the threshold. `scores` are those of `scan` if at hand."""
    coarse = index.coarse
    scores = scan(coarse, query) if scores is None else scores
    positions = np.flatnonzero(scores + scan_error(coarse) >= threshold)
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
