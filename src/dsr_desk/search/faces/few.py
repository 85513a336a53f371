"""The score down to which faces are listed where no expectation is trusted: few faces, or many the subject's.

It comes from the scores themselves and from nothing that was measured elsewhere, since in another population strangers
score higher or lower altogether. As deep as the lowest strangers lie below the middle of all strangers, so far above it
lie the highest. Where that middle is, is taken on the careful side: as if the best part of the scores were the
subject's. Where the scores fall into two clear groups, nothing of the upper one is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.faces.calibration import MOST_OWN, depth_of

EVERYTHING = -1.0
"""No score is lower."""

CLEAR = 0.72
"""Of the variance of the scores, the part that two groups explain where there are two; one normal law gives 0.64."""

MOST_IN_UPPER = 0.8
ALLOWED = 1e-4
"""More than roundings of a score can do."""


def line_of_few(scores: NDArray[np.float32], wanted: float) -> float:
    """The score down to which some `wanted` strangers are listed, rather more than fewer.

    Everything is listed of no more than twice as many faces.
    """
    count = len(scores)
    if count <= 2 * wanted:
        return EVERYTHING
    ascending = np.sort(scores).astype(np.float64)
    depths = depth_of(ascending)
    upper, explained = _two_groups(ascending)
    clear = explained > CLEAR
    own = max(MOST_OWN, min(upper / count, MOST_IN_UPPER)) if clear else MOST_OWN
    strangers = (1 - own) * count
    ranks = np.arange(count) + 0.5
    middle, low = np.interp([strangers / 2, min(wanted / count, 0.5) * strangers], ranks, depths)
    line = 2 * middle - low
    if clear:
        line = min(line, depths[count - upper])
    return float(-np.expm1(-line)) - ALLOWED


def _two_groups(ascending: NDArray[np.float64]) -> tuple[int, float]:
    """How many belong to the upper of two groups, and what part of the variance the two explain (Otsu's method)."""
    count = len(ascending)
    lower = np.arange(1, count)
    sums = np.cumsum(ascending)
    apart = (sums[-1] - sums[:-1]) / (count - lower) - sums[:-1] / lower
    between = lower * (count - lower) / count**2 * apart**2
    at = int(between.argmax())
    variance = float(ascending.var())
    return count - int(lower[at]), float(between[at]) / variance if variance else 0.0
