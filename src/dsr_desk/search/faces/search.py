"""Exact search of a face over all faces of an index: every face whose score reaches a threshold, never "the best k".

The coarse plane is scanned in whole numbers; what could reach the threshold within the proven error is computed again
with the query as it is, and what then still could, from both planes in float64. So the result is that of a float64
comparison with every stored template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numkong
import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.index.codes import coarse_error, decode
from dsr_desk.search.index.contents import Coarse
from dsr_desk.search.index.folder import Index

CHUNK = 32768
"""Faces at a time: their products stay in the processor's cache."""
ROUNDING = 1e-5
"""More than the float32 roundings of a sum, two scales, their products and a threshold (each under 1e-6) can do."""

EXACT_CHUNK = 65536


@dataclass(frozen=True)
class FacesFound:
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

    The query is rounded to one-byte codes as the coarse plane of a template is. Products of codes are summed in 32-bit
    whole numbers, hence without rounding.
    """
    codes, step = _rounded(query)
    packed = numkong.dots_pack(codes.reshape(1, -1))
    products = numkong.zeros((CHUNK, 1), dtype="int32")
    sums = np.asarray(products)[:, 0]
    scores = np.empty(len(coarse), np.float32)
    for start in range(0, len(coarse), CHUNK):
        part = scores[start : start + CHUNK]
        if len(part) == CHUNK:
            numkong.dots_packed(coarse.codes[start : start + CHUNK], packed, out=products)
        else:
            sums = np.asarray(numkong.dots_packed(coarse.codes[start:], packed))[:, 0]
        part[:] = sums
        part *= coarse.scales[start : start + CHUNK]
        part *= np.float32(step)
    return scores


def scan_error(scales: NDArray[np.float32], query: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far scores of `scan` can be from the exact ones, for templates of these scales.

    Leaving out the fine plane of the templates costs at most `coarse_error`. Rounding the query by r costs, by
    Cauchy-Schwarz, at most |r| times the length of the coarse template, and that is at most 1 + sqrt(d) / 254: a unit
    vector's scale is at most 1 / 127, and its coarse plane is within scale / 2 in each component.
    """
    codes, step = _rounded(query)
    root = float(np.sqrt(len(query)))
    query_error = (1 + root / 254) * float(np.linalg.norm(query - step * codes.astype(np.float64)))
    return coarse_error(scales, len(query)) + query_error + ROUNDING


def could_reach(
    coarse: Coarse, query: NDArray[np.float64], threshold: float, scores: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Positions of all faces whose exact score can be at or above the threshold, by the scores of `scan`."""
    widest = float(scan_error(coarse.largest_scale, query)[0])
    positions = positions_of(scores >= np.float32(threshold - widest))
    kept = []
    for start in range(0, len(positions), EXACT_CHUNK):
        part = positions[start : start + EXACT_CHUNK]
        scales = coarse.scales[part]
        near = (coarse.codes[part].astype(np.float64) @ query) * scales
        kept.append(part[near + coarse_error(scales, len(query)) + ROUNDING >= threshold])
    return np.concatenate(kept) if kept else positions


def positions_of(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """What `np.flatnonzero` returns, in a third of the time where few of many are set."""
    whole = len(mask) // 8 * 8
    words = np.flatnonzero(mask[:whole].view(np.uint64) != 0)
    row, column = np.nonzero(mask[:whole].reshape(-1, 8)[words])
    return np.concatenate([words[row] * 8 + column, whole + np.flatnonzero(mask[whole:])])


def reaching(
    index: Index, query: NDArray[np.float64], threshold: float, scores: NDArray[np.float32] | None = None
) -> FacesFound:
    """All faces whose exact score is at or above the threshold. `scores` are those of `scan` if at hand."""
    coarse = index.coarse
    positions = could_reach(coarse, query, threshold, scan(coarse, query) if scores is None else scores)
    exact = exact_scores(index, query, positions)
    kept = exact >= threshold
    positions, exact = positions[kept], exact[kept]
    order = np.argsort(-exact, kind="stable")
    return FacesFound(positions[order], exact[order])


def _rounded(query: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """One-byte codes of a query and the step between two of them."""
    step = float(np.abs(query).max()) / 127
    return np.rint(query / step).astype(np.int8), step


def exact_scores(index: Index, query: NDArray[np.float64], positions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores on the stored templates, float64, in the order of the positions."""
    # Summed row by row, so that a face's score does not depend on which others are computed with it.
    parts = [
        (decode(index.codes(positions[start : start + EXACT_CHUNK])) * query).sum(axis=1)
        for start in range(0, len(positions), EXACT_CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)
