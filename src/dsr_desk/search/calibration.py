"""How many unrelated faces are expected at a score or above, from this reference's own scores against this index.

Templates are points on a sphere, and the number of strangers within a small distance d of a point grows like a power
of d. So the logarithm of the survival function of their scores is nearly a straight line in -log(1 - score), since
1 - score is half the squared distance. A parabola in it is fitted by least squares to the order statistics of a band
that begins below the subject's own faces, and continued upwards. The subject's own faces lie above the band and push
the ranks in it up: their number is estimated from what the fit leaves unexplained at the top, and the fit repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_FACES = 200
"""Below this many faces no fit is trusted."""

VALIDATED_FACES = 2_200
"""The largest index on which predictions were compared with counted strangers."""

BAND = (0.80, 0.99)
ROUNDS = 4
OWN_ABOVE = 3.0
"""Faces that score higher than this many expected strangers are counted to estimate the subject's own."""

LEAST_EXPECTED = 1e-6
"""So far beyond the fitted band a smaller number would only pretend to be known."""

HIGHEST = 1.0 - 1e-6


@dataclass(frozen=True)
class Calibration:
    """log(expected / faces) = a + b z + c z^2, z = (-log(1 - score) - centre) / spread, never rising with the score."""

    faces: int
    centre: float
    spread: float
    a: float
    b: float
    c: float
    trusted: bool

    @property
    def validated(self) -> bool:
        """Whether predictions were tested on indexes of this size."""
        return self.trusted and self.faces <= VALIDATED_FACES

    def expected(self, score: float) -> float | None:
        """Unrelated faces expected at this score or above; None where the fit is not to be trusted."""
        if not self.trusted:
            return None
        z = (_depth(score) - self.centre) / self.spread
        return float(max(LEAST_EXPECTED, self.faces * np.exp(min(0.0, self._log_share(float(z))))))

    def score_at(self, expected: float) -> float | None:
        """The lowest score at which no more unrelated faces are expected; None where not to be trusted."""
        if not self.trusted:
            return None
        low, high = -1.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            if (self.expected(middle) or 0.0) > expected:
                low = middle
            else:
                high = middle
        return high

    def _log_share(self, z: float) -> float:
        # Past its vertex the parabola would turn round; there it stays level.
        if self.c > 0:
            z = min(z, -self.b / (2 * self.c))
        elif self.c < 0:
            z = max(z, -self.b / (2 * self.c))
        return self.a + self.b * z + self.c * z * z


def calibrate(scores: NDArray[np.float32]) -> Calibration:
    """Fits the tail of one reference's scores against all faces of an index."""
    count = len(scores)
    untrusted = Calibration(count, 0.0, 1.0, 0.0, 0.0, 0.0, trusted=False)
    if count < LEAST_FACES:
        return untrusted
    first, last = int(count * (1 - BAND[1])), int(count * (1 - BAND[0]))
    top = np.sort(np.partition(scores, count - last - 1)[count - last - 1 :].astype(np.float64))[::-1]
    depths = _depth(top[first : last + 1])
    ranks = np.arange(first, last + 1) + 0.5
    centre, spread = float(depths.mean()), float(depths.std())
    if spread < 1e-6:
        return untrusted
    z = (depths - centre) / spread
    own, fit = 0.0, untrusted
    for _ in range(ROUNDS):
        c, b, a = np.polyfit(z, np.log((ranks - own) / count), 2)
        fit = Calibration(count, centre, spread, float(a), float(b), float(c), trusted=bool(b < 0))
        border = fit.score_at(OWN_ABOVE)
        if border is None:
            return untrusted
        own = float(np.clip(np.count_nonzero(top >= border) - OWN_ABOVE, 0.0, 0.75 * first))
    return fit


def _depth(score: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.log1p(-np.minimum(np.asarray(score, np.float64), HIGHEST))
