"""How many unrelated faces are expected at a score or above, from this reference's own scores against an index.

Templates are points on a sphere, and the number of strangers within a small distance d of a point grows like a power
of d. So the logarithm of the survival function of their scores is nearly straight in depth = -log(1 - score), since
1 - score is half the squared distance. A parabola in it is fitted by least squares to the order statistics of a band
that begins below the highest scores, and continued upwards; its curvature is drawn towards the one usual for faces.

The subject's own faces stand among the highest and push the ranks of the strangers down. Where it is known how one
person's photos score among each other (`KnownScores`), their number is estimated from the top and taken out of the
ranks; where they would be a large part of the index, nothing is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_FACES = 200
"""Below this many faces no fit is trusted."""

VALIDATED_FACES = 2_200
"""The largest index on which predictions were compared with counted strangers of labelled photos."""

BAND = (0.85, 0.992)
LEAST_RANKS = 8
MOST_SORTED = 200_000
USUAL_CURVATURE, OWN_CURVATURE = -0.03, 0.3
"""Curvature in units of the band's own spread, and the share that the fitted one has in the mean of the two."""

MOST_OWN = 0.18
"""Share of an index that the subject's own faces may be estimated to be."""

LEAST_EXPECTED = 1e-6
"""So far beyond the fitted band a smaller number would only pretend to be known."""

HIGHEST = 1.0 - 1e-6


@dataclass(frozen=True)
class KnownScores:
    """How an engine's templates of one person score among each other, measured on labelled photos.

    `genuine` holds scores, ascending, below which the shares `GENUINE_SHARES` of all genuine pairs lie. `conservative`
    is a score below which fewer than one in a hundred lies.
    """

    genuine: tuple[float, ...]
    conservative: float

    def genuine_above(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of genuine pairs at or above each score."""
        return 1 - np.interp(scores, self.genuine, GENUINE_SHARES, left=0.0, right=1.0)

    def own_faces(self, scores: NDArray[np.float32]) -> float:
        """About how many of these scores are the subject's own, from those above the lower quartile."""
        return float(np.count_nonzero(scores >= self.genuine[QUARTILE])) / (1 - GENUINE_SHARES[QUARTILE])


GENUINE_SHARES = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0)
QUARTILE = 4


@dataclass(frozen=True)
class Calibration:
    """log(expected / faces) = a + b z + c z^2 with z = (depth - centre) / spread, level beyond its vertex."""

    faces: int
    trusted: bool
    centre: float = 0.0
    spread: float = 1.0
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0

    @property
    def validated(self) -> bool:
        """Whether predictions were tested on indexes of this size."""
        return self.trusted and self.faces <= VALIDATED_FACES

    def expected(self, score: float) -> float | None:
        """Unrelated faces expected at this score or above; None where the fit is not to be trusted."""
        return self._expected_at(float(_depth(score))) if self.trusted else None

    def score_at(self, expected: float) -> float | None:
        """The lowest score at which no more unrelated faces are expected; None where not to be trusted."""
        if not self.trusted:
            return None
        lowest, highest = float(_depth(-1.0)), float(_depth(1.0))
        for _ in range(60):
            middle = (lowest + highest) / 2
            if self._expected_at(middle) > expected:
                lowest = middle
            else:
                highest = middle
        return float(-np.expm1(-highest))

    def _expected_at(self, depth: float) -> float:
        z = (depth - self.centre) / self.spread
        if self.c > 0:
            z = min(z, -self.b / (2 * self.c))
        elif self.c < 0:
            z = max(z, -self.b / (2 * self.c))
        share = float(np.exp(min(0.0, self.a + self.b * z + self.c * z * z)))
        return max(LEAST_EXPECTED, self.faces * share)


def calibrate(scores: NDArray[np.float32], known: KnownScores | None = None) -> Calibration:
    """Fits the tail of one reference's scores against all faces of an index."""
    count = len(scores)
    untrusted = Calibration(count, trusted=False)
    if count < LEAST_FACES:
        return untrusted
    own = known.own_faces(scores) if known else 0.0
    if own > MOST_OWN * count:
        return untrusted
    # Of a large index every so-many-th score describes the band as well as all of them do.
    step = -(-count // MOST_SORTED)
    sample = scores[::step]
    last = int(len(sample) * (1 - (1 - MOST_OWN) * BAND[0]))
    best = np.sort(np.partition(sample, len(sample) - last - 1)[len(sample) - last - 1 :].astype(np.float64))[::-1]
    ranks = step * (np.arange(len(best)) + 0.5)
    if known:
        ranks -= own * known.genuine_above(best)
    strangers = count - own
    # Among the subject's own faces the corrected ranks go up and down: the band begins behind them all.
    above = np.flatnonzero(ranks < max(1.0, (1 - BAND[1]) * strangers))
    first = int(above[-1]) + 1 if len(above) else 0
    end = int(np.searchsorted(ranks[first:], (1 - BAND[0]) * strangers)) + first
    if end - first < LEAST_RANKS:
        return untrusted
    depths = _depth(best[first:end])
    centre, spread = float(depths.mean()), float(depths.std())
    if spread < 1e-6:
        return untrusted
    z, shares = (depths - centre) / spread, np.log(ranks[first:end] / count)
    c = OWN_CURVATURE * float(np.polyfit(z, shares, 2)[0]) + (1 - OWN_CURVATURE) * USUAL_CURVATURE
    b, a = np.polyfit(z, shares - c * z * z, 1)
    return Calibration(count, bool(b < 0), centre, spread, float(a), float(b), c)


def _depth(score: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.log1p(-np.minimum(np.asarray(score, np.float64), HIGHEST))
