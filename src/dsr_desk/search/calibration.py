"""How many unrelated faces are expected at a score or above, from this reference's own scores against this index.

Strangers' scores have a smooth upper tail. The logarithm of its survival function is fitted as a quadratic of the
score over a band that begins below the subject's own faces, and continued upwards. Reference: the tail fit is an
ordinary least squares on order statistics with plotting positions (i - 0.5) / n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_FACES = 1000
"""Below this many faces no fit is trusted."""

VALIDATED_FACES = 13_000
"""The largest index on which predictions were compared with counted strangers."""

BAND = (0.97, 0.998)


@dataclass(frozen=True)
class Calibration:
    """log(expected / faces) = a + b x + c x^2 with x = score - centre, made never to rise with the score."""

    faces: int
    centre: float
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
        return float(self.faces * np.exp(min(0.0, self._log_share(score - self.centre))))

    def score_at(self, expected: float) -> float | None:
        """The score at or above which so many unrelated faces are expected; None where not to be trusted."""
        if not self.trusted:
            return None
        low, high = self.centre - 2.0, self.centre + 2.0
        for _ in range(60):
            middle = (low + high) / 2
            if (self.expected(middle) or 0.0) > expected:
                low = middle
            else:
                high = middle
        return high

    def _log_share(self, x: float) -> float:
        # Past its vertex an upward parabola would turn round; from there it goes on straight.
        if self.c > 0:
            x = min(x, -self.b / (2 * self.c))
        elif self.c < 0:
            x = max(x, -self.b / (2 * self.c))
        return self.a + self.b * x + self.c * x * x


def calibrate(scores: NDArray[np.float32]) -> Calibration:
    """Fits the tail of one reference's scores against all faces of an index."""
    count = len(scores)
    if count < LEAST_FACES:
        return Calibration(count, 0.0, 0.0, 0.0, 0.0, trusted=False)
    first, last = int(count * (1 - BAND[1])), int(count * (1 - BAND[0]))
    top = np.sort(np.partition(scores, count - last - 1)[count - last - 1 :].astype(np.float64))[::-1]
    band = top[first : last + 1]
    log_share = np.log((np.arange(first, last + 1) + 0.5) / count)
    centre = float(band.mean())
    spread = float(band.std())
    if spread < 1e-6:
        return Calibration(count, centre, 0.0, 0.0, 0.0, trusted=False)
    c, b, a = np.polyfit((band - centre) / spread, log_share, 2)
    b, c = b / spread, c / spread**2
    return Calibration(count, centre, float(a), float(b), float(c), trusted=bool(b < 0))
