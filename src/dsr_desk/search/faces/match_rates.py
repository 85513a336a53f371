"""How well templates tell people apart: true match rates at false match rates, with intervals, and by group.

Pairs of photos are not independent: whoever has an unlucky face has it in all his pairs. So intervals come from drawing
people anew, with all their pairs (bootstrap over subjects; ISO/IEC 19795-1, annex B). Terms are of that standard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.faces.engine_check import Share

RATES = (1e-3, 1e-4, 1e-5)
LEAST_FALSE_PAIRS = 10
"""Expected at a rate; fewer decide nothing."""

DRAWS = 200
KEPT = 0.01
"""The share of false pairs that is kept, from the highest score: all that rates up to 1e-3 ask about, and the draws."""

BLOCK = 256
SAMPLE = 200_000


@dataclass(frozen=True)
class GroupRates:
    """One group, at the threshold for all: how often two people are taken for one, and how often one is found.

    `false_matches` and `true_matches` are None where there are no such pairs.
    """

    group: str
    people: int
    photos: int
    false_pairs: int
    genuine_pairs: int
    false_matches: Share | None
    true_matches: Share | None


class Pairs:
    """All pairs of photos. Given are a template or None for each, and the number of its person.

    `faces`, shape (n, dimension), and `owners` are those in which one was found.
    """

    def __init__(self, faces: Sequence[NDArray[np.float64] | None], owners: Sequence[int]) -> None:
        self._rng = np.random.default_rng(0)
        self._people = max(owners, default=-1) + 1
        photos = np.bincount(owners, minlength=self._people)
        seen = [i for i, face in enumerate(faces) if face is not None]
        self.owners = np.array([owners[i] for i in seen], np.int64)
        self._shown = np.bincount(self.owners, minlength=self._people)
        self.genuine_of: NDArray[np.int64] = photos * (photos - 1) // 2
        self._photos = photos
        templates = [face for face in faces if face is not None]
        self.faces = np.stack(templates) if templates else np.zeros((0, 1))
        self._read(self.faces)

    @property
    def genuine_pairs(self) -> int:
        """Pairs of photos of one person, also those in which no face was found."""
        return int(self.genuine_of.sum())

    @property
    def false_pairs(self) -> int:
        """Pairs of photos of two people that could be compared."""
        return self._false_in(np.ones(self._people, np.int64))

    def measurable(self, rate: float) -> bool:
        return rate * self.false_pairs >= LEAST_FALSE_PAIRS

    def true_matches(self, rate: float) -> Share | None:
        """The share of genuine pairs above all but this share of false pairs; None where that cannot be measured."""
        if not self.measurable(rate) or not self.genuine_pairs:
            return None
        drawn = [self._true_matches_of(rate, times) for times in self._draws(np.arange(self._people))]
        return _share(self._true_matches_of(rate, np.ones(self._people, np.int64)), drawn, self._with_pairs())

    def threshold(self, rate: float) -> float:
        """The score that this share of false pairs exceeds."""
        return self._threshold(rate, np.ones(self._people, np.int64))

    def by_group(self, groups: Mapping[int, str], rate: float) -> tuple[GroupRates, ...]:
        """Within each group, at the threshold that has this false match rate over everybody."""
        threshold = self.threshold(rate)
        found = self._genuine_owner[self._genuine > threshold]
        matched = self._false > threshold
        rows = []
        for name in sorted(set(groups.values())):
            here = np.array([person for person, group in groups.items() if group == name], np.int64)
            inside = np.zeros(self._people, bool)
            inside[here] = True
            pairs = self._false_owners[matched & inside[self._false_owners].all(axis=1)]
            rows.append(self._group(name, here, pairs, found))
        return tuple(rows)

    def _group(
        self, name: str, here: NDArray[np.int64], matched: NDArray[np.int64], found: NDArray[np.int64]
    ) -> GroupRates:
        mask = np.zeros(self._people, np.int64)
        mask[here] = 1

        def false(times: NDArray[np.int64]) -> float:
            return float((times[matched[:, 0]] * times[matched[:, 1]]).sum()) / max(1, self._false_in(times))

        def true(times: NDArray[np.int64]) -> float:
            return float(times[found].sum()) / max(1, int((times * self.genuine_of).sum()))

        draws = list(self._draws(here))
        false_pairs, genuine = self._false_in(mask), int((mask * self.genuine_of).sum())
        with_pairs = int(np.count_nonzero(self.genuine_of[here]))
        return GroupRates(
            group=name,
            people=len(here),
            photos=int(self._photos[here].sum()),
            false_pairs=false_pairs,
            genuine_pairs=genuine,
            false_matches=_share(false(mask), [false(times) for times in draws], len(here)) if false_pairs else None,
            true_matches=_share(true(mask), [true(times) for times in draws], with_pairs) if genuine else None,
        )

    def _read(self, templates: NDArray[np.float64]) -> None:
        """The scores of all genuine pairs and the highest of the false ones."""
        owners, count = self.owners, len(templates)
        genuine: list[NDArray[np.float64]] = []
        owned: list[NDArray[np.int64]] = []
        false: list[NDArray[np.float64]] = []
        between: list[NDArray[np.int64]] = []
        floor = self._floor(templates)
        for start in range(0, count, BLOCK):
            rows = np.arange(start, min(count, start + BLOCK))
            scores = templates[rows] @ templates.T
            later = np.arange(count)[None] > rows[:, None]
            same = owners[rows][:, None] == owners[None]
            one, other = np.nonzero(later & same)
            genuine.append(scores[one, other])
            owned.append(owners[other])
            one, other = np.nonzero(later & ~same & (scores >= floor))
            false.append(scores[one, other])
            between.append(np.stack([owners[rows[one]], owners[other]], axis=1))
        self._genuine = np.concatenate(genuine) if genuine else np.zeros(0)
        self._genuine_owner = np.concatenate(owned) if owned else np.zeros(0, np.int64)
        highest = np.concatenate(false) if false else np.zeros(0)
        order = np.argsort(-highest)
        self._false = highest[order]
        self._false_owners = (np.concatenate(between) if between else np.zeros((0, 2), np.int64))[order]

    def _floor(self, templates: NDArray[np.float64]) -> float:
        """A score that about `KEPT` of the false pairs reach."""
        if len(templates) < 2:
            return -1.0
        one, other = self._rng.integers(0, len(templates), (2, SAMPLE))
        strangers = self.owners[one] != self.owners[other]
        scores = np.einsum("ij,ij->i", templates[one[strangers]], templates[other[strangers]])
        return float(np.quantile(scores, 1 - KEPT)) if len(scores) else -1.0

    def _draws(self, people: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """How often each person is drawn, each time as many as there are."""
        return [np.bincount(self._rng.choice(people, len(people)), minlength=self._people) for _ in range(DRAWS)]

    def _false_in(self, times: NDArray[np.int64]) -> int:
        shown = times * self._shown
        return int((shown.sum() ** 2 - (shown**2).sum()) // 2)

    def _threshold(self, rate: float, times: NDArray[np.int64]) -> float:
        weights = times[self._false_owners[:, 0]] * times[self._false_owners[:, 1]]
        beyond = int(np.searchsorted(np.cumsum(weights), rate * self._false_in(times), side="right"))
        return float(self._false[min(beyond, len(self._false) - 1)]) if len(self._false) else -1.0

    def _true_matches_of(self, rate: float, times: NDArray[np.int64]) -> float:
        found = times[self._genuine_owner[self._genuine > self._threshold(rate, times)]].sum()
        return float(found) / max(1, int((times * self.genuine_of).sum()))

    def _with_pairs(self) -> int:
        return int(np.count_nonzero(self.genuine_of))


def share_of_people(found: NDArray[np.int64], of: NDArray[np.int64]) -> Share | None:
    """The share of all that was found, with people drawn anew; `found` and `of` count by person. None of nothing."""
    if not of.sum():
        return None
    drawn = np.random.default_rng(0).integers(0, len(of), (DRAWS, len(of)))
    shares = found[drawn].sum(axis=1) / np.maximum(1, of[drawn].sum(axis=1))
    return _share(float(found.sum() / of.sum()), shares.tolist(), int(np.count_nonzero(of)))


def _share(value: float, drawn: Sequence[float], people: int) -> Share:
    """With its 95 % interval. Where all or nothing was found draws show no chance: three in `people` is the bound."""
    lowest, highest = (float(one) for one in np.quantile(drawn, (0.025, 0.975)))
    bound = min(1.0, 3 / max(1, people))
    lowest = 1 - bound if value == 1 else min(lowest, value)
    highest = bound if value == 0 else max(highest, value)
    return Share(*(round(one, 7) for one in (value, max(0.0, lowest), min(1.0, highest))))
