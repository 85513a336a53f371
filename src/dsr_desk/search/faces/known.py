"""How an engine's templates of one person score among each other, measured on labelled photos.

A reference that is the mean of several photos scores higher with the person's other photos, and above all hardly ever
very low. So the scores are known by the number of photos that a reference was made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.sampling import beta_share
from dsr_desk.faces.facts import NAMES
from dsr_desk.search.index.about import About

GENUINE_SHARES = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0)
QUARTILE, MEDIAN = 4, 5
SEVERAL = (2, 4, 8)
"""Numbers of photos in a reference for which scores are measured beside those of a single one."""

LEFT = 3
"""Photos of a person that are compared with such a reference, at least."""

LEAST_PEOPLE = 10
"""People with enough photos, below which nothing is said of such references."""

DRAWS = 12
LEAST_PAIRS = 100
CONFIDENCE = 0.9
MOST_SPREAD = 0.9


@dataclass(frozen=True)
class Shared:
    """A share of one person's photos, from 0 to 1, and the bounds between which it lies for nine people in ten."""

    value: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class KnownScores:
    """`genuine` holds scores, ascending, below which the shares `GENUINE_SHARES` of all genuine pairs lie.

    `several` holds the same for references of several photos, by their number, ascending. `spread` says how much
    people differ: the part of the variance of "below a score" that lies between references, 0 (none) to 1.
    """

    genuine: tuple[float, ...]
    several: tuple[tuple[int, tuple[float, ...]], ...] = ()
    spread: float = 0.25

    def of_references(self, count: int) -> KnownScores:
        """For the mean of so many photos; of the largest number that was measured and is not above it."""
        fitting = [scores for number, scores in self.several if number <= count]
        return replace(self, genuine=fitting[-1], several=()) if fitting else replace(self, several=())

    def genuine_above(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of genuine pairs at or above each score."""
        return 1 - np.interp(scores, self.genuine, GENUINE_SHARES, left=0.0, right=1.0)

    def own_faces(self, scores: NDArray[np.float32]) -> float:
        """About how many of these scores are the subject's own, from those above the lower quartile."""
        return float(np.count_nonzero(scores >= self.genuine[QUARTILE])) / (1 - GENUINE_SHARES[QUARTILE])

    def below(self, score: float) -> Shared:
        """The share of a person's photos that score lower. How it differs between people is taken to be a beta law."""
        share = float(1 - self.genuine_above(np.array([score]))[0])
        share = min(max(share, GENUINE_SHARES[1] / 10), 1 - GENUINE_SHARES[1] / 10)
        weight = (1 - self.spread) / max(self.spread, 1e-3)
        bounds = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
        lowest, highest = (beta_share(share * weight, (1 - share) * weight, at) for at in bounds)
        return Shared(share, min(lowest, share), max(highest, share))


BUILT_IN = KnownScores(
    genuine=(0.8332, 0.9130, 0.9297, 0.9368, 0.9476, 0.9574, 0.9667, 0.9740, 0.9982),
    several=(
        (2, (0.8485, 0.9345, 0.9470, 0.9523, 0.9602, 0.9680, 0.9745, 0.9797, 0.9933)),
        (4, (0.8547, 0.9429, 0.9553, 0.9596, 0.9669, 0.9731, 0.9787, 0.9826, 0.9930)),
        (8, (0.8653, 0.9482, 0.9594, 0.9638, 0.9699, 0.9758, 0.9807, 0.9839, 0.9923)),
    ),
    spread=0.231,
)
"""Of 2,130 labelled photos of 729 people (Labeled Faces in the Wild), chip and mirror image averaged."""

_BUILT_IN = frozenset(NAMES)


def known_scores(about: About) -> KnownScores | None:
    """How the scores of an index's engine spread within a person; None where nobody measured it."""
    if about.engine in _BUILT_IN:
        return BUILT_IN
    check = about.engine_check
    return KnownScores(check.genuine, check.several, check.spread) if check and check.genuine else None


def measured(faces: NDArray[np.float64], owners: NDArray[np.int64], seed: int = 0) -> KnownScores | None:
    """From labelled templates, shape (n, dimension), and whose each is; None where there are too few pairs."""
    of_person = [faces[owners == one] for one in np.unique(owners)]
    of_person = [one for one in of_person if len(one) > 1]
    pairs = [(one @ one.T)[np.triu_indices(len(one), 1)] for one in of_person]
    if sum(map(len, pairs)) < LEAST_PAIRS:
        return None
    rng = np.random.default_rng(seed)
    several = []
    for count in SEVERAL:
        many = [one for one in of_person if len(one) >= count + LEFT]
        if len(many) >= LEAST_PEOPLE:
            several.append((count, _quantiles(np.concatenate([*_drawn(many, count, rng)]))))
    genuine = np.concatenate(pairs)
    return KnownScores(_quantiles(genuine), tuple(several), _spread(of_person, float(np.quantile(genuine, 0.1))))


def _drawn(people: list[NDArray[np.float64]], count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Scores of the other photos of each person with means of `count`, drawn several times."""
    for one in people:
        for _ in range(DRAWS):
            order = rng.permutation(len(one))
            mean = one[order[:count]].mean(axis=0)
            yield one[order[count:]] @ (mean / np.linalg.norm(mean))


def _quantiles(scores: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(one), 4) for one in np.quantile(scores, GENUINE_SHARES))


def _spread(people: list[NDArray[np.float64]], score: float) -> float:
    """Of the variance of "below the score", the part between references: from pairs of photos of one reference."""
    together = alone = pairs = total = 0.0
    for one in people:
        low = (one @ one.T < score) & ~np.eye(len(one), dtype=bool)
        found, others = low.sum(axis=1).astype(float), len(one) - 1
        total, alone = total + others * len(one), alone + float(found.sum())
        pairs, together = pairs + others * (others - 1) * len(one), together + float((found * (found - 1)).sum())
    if not pairs or not total:
        return KnownScores.spread
    share = alone / total
    if not 0 < share < 1:
        return KnownScores.spread
    return round(min(MOST_SPREAD, max(0.0, (together / pairs - share**2) / (share - share**2))), 3)
