"""How many unrelated faces are expected at a score or above, from this reference's own scores against an index.

Templates are points on a sphere, and the number of strangers within a small distance d of a point grows like a power
of d. So the logarithm of the survival function of their scores is nearly straight in depth = -log(1 - score), since
1 - score is half the squared distance. A parabola in it is fitted by least squares to the order statistics of a band
that begins below the highest scores, and continued upwards; its curvature is drawn towards the one usual for faces.

Straight it is over one or two powers of ten, not over six. In a large index the band therefore moves up in steps, from
the best seventh of the scores to about the best three hundred, and what is continued is always short.

The subject's own faces stand among the highest and push the ranks of the strangers down. Where it is known how one
person's photos score among each other (`KnownScores`), their number is estimated and taken out of the ranks: at first
from all high scores, then, step by step, from what is found above the strangers that the last step expects there. Where
they would be a large part of the index, nothing is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.faces.known import QUARTILE, KnownScores
from dsr_desk.search.faces.search import positions_of

LEAST_FACES = 200
"""Below this many faces no fit is trusted."""

VALIDATED_ON_PHOTOS = 2_200
"""The largest index on which predictions were compared with counted strangers of labelled photos."""

VALIDATED_ON_MIXTURES = 3_000_000
"""The largest on which they were compared with counted strangers generated from such photos: `search.population`."""

BAND = (0.85, 0.992)
LEAST_RANKS = 8
LEAST_RANK, LEAST_RANK_UNKNOWN = 17, 170
"""Where the last band begins; further down where it is not known how one person's photos score."""

NEARER = 8
"""How many times nearer to the top each band begins than the one before, at least."""

MOST_FIRST = 850
"""Where the second band begins at the latest, so that few scores have to be sorted."""

SAMPLE = 65_536
MOST_POINTS = 500
USUAL_CURVATURE, OWN_CURVATURE = -0.03, 0.3
"""Curvature in units of the band's own spread, and the share that the fitted one has in the mean of the two."""

MOST_OWN = 0.18
"""Share of an index that the subject's own faces may be estimated to be."""

LEAST_EXPECTED = 1e-6
"""So far beyond the fitted band a smaller number would only pretend to be known."""

HIGHEST = 1.0 - 1e-6

LEAST_SHARE = 0.25
"""Of one person's photos, above a score from which their number is estimated."""


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
    def validated_on(self) -> str:
        """What predictions were tested on at this size: "photos", "mixtures", or "" for nothing."""
        if not self.trusted or self.faces > VALIDATED_ON_MIXTURES:
            return ""
        return "photos" if self.faces <= VALIDATED_ON_PHOTOS else "mixtures"

    def expected(self, score: float) -> float | None:
        """Unrelated faces expected at this score or above; None where the fit is not to be trusted."""
        return self._expected_at(float(depth_of(score))) if self.trusted else None

    def score_at(self, expected: float) -> float | None:
        """The lowest score at which no more unrelated faces are expected; None where not to be trusted."""
        if not self.trusted:
            return None
        lowest, highest = float(depth_of(-1.0)), float(depth_of(1.0))
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
    # Of a large index every so-many-th score describes the first band as well as all of them do.
    step = -(-count // SAMPLE)
    sample = np.ascontiguousarray(scores[::step])
    own = step * known.own_faces(sample) if known else 0.0
    if own > MOST_OWN * count:
        return untrusted
    tail = _Tail(_highest(sample, int(len(sample) * (1 - (1 - MOST_OWN) * BAND[0])) + 1), step, count, known)
    first, last = (1 - BAND[1]) * (count - own), (1 - BAND[0]) * (count - own)
    fit = tail.fit(first, last, own)
    least = LEAST_RANK if known else LEAST_RANK_UNKNOWN
    while fit.trusted and first > 2 * least:
        nearer_first = max(least, min(MOST_FIRST, first / NEARER))
        first, last = nearer_first, last * nearer_first / first
        if tail.step > 1:
            border = tail.scores[min(len(tail.scores) - 1, int((1.1 * last + own) / step) + 1)]
            top = scores[positions_of(scores >= np.float32(border))]
            tail = _Tail(_highest(top, len(top)), 1, count, known)
        own = tail.own_faces(fit, first, own)
        nearer = tail.fit(first, last, own)
        if not nearer.trusted:
            break
        fit = nearer
    return fit


@dataclass(frozen=True)
class _Tail:
    """The highest scores, float64, descending, of which each stands for `step` of the `count` faces of an index."""

    scores: NDArray[np.float64]
    step: int
    count: int
    known: KnownScores | None

    def fit(self, first: float, last: float, own: float) -> Calibration:
        """A parabola through the strangers of these ranks, where `own` faces are the subject's."""
        untrusted = Calibration(self.count, trusted=False)
        scores = self.scores[: int((last + own) / self.step) + 2]
        ranks = self.step * (np.arange(len(scores)) + 0.5)
        if self.known and own:
            ranks -= own * self.known.genuine_above(scores)
        # Among the subject's own faces the corrected ranks go up and down: the band begins behind them all.
        above = np.flatnonzero(ranks < max(1.0, first))
        begin = int(above[-1]) + 1 if len(above) else 0
        end = int(np.searchsorted(ranks[begin:], last)) + begin
        if end - begin < LEAST_RANKS:
            return untrusted
        points = slice(begin, end, max(1, (end - begin) // MOST_POINTS))
        depths = depth_of(scores[points])
        centre, spread = float(depths.mean()), float(depths.std())
        if spread < 1e-6:
            return untrusted
        z, shares = (depths - centre) / spread, np.log(ranks[points] / self.count)
        c = OWN_CURVATURE * float(np.polyfit(z, shares, 2)[0]) + (1 - OWN_CURVATURE) * USUAL_CURVATURE
        b, a = np.polyfit(z, shares - c * z * z, 1)
        return Calibration(self.count, bool(b < 0), centre, spread, float(a), float(b), c)

    def own_faces(self, fit: Calibration, rank: float, before: float) -> float:
        """How many faces are the subject's: what stands above `rank` beyond the strangers that `fit` expects there.

        `before` where so few of one person's photos score that high that nothing can be told.
        """
        if self.known is None:
            return 0.0
        score = max(self.known.genuine[QUARTILE], float(self.scores[min(len(self.scores) - 1, int(rank))]))
        share = float(self.known.genuine_above(np.array([score]))[0])
        if share < LEAST_SHARE:
            return before
        found = len(self.scores) - int(np.searchsorted(self.scores[::-1], score))
        return max(0.0, found - (fit.expected(score) or 0.0)) / share


def _highest(scores: NDArray[np.float32], most: int) -> NDArray[np.float64]:
    """The highest scores, descending."""
    most = min(most, len(scores))
    kept = np.partition(scores, len(scores) - most)[len(scores) - most :] if most < len(scores) else scores
    return np.sort(kept)[::-1].astype(np.float64)


def depth_of(score: float | NDArray[np.floating]) -> NDArray[np.float64]:
    """-log(1 - score)."""
    return -np.log1p(-np.minimum(np.asarray(score, np.float64), HIGHEST))
