"""Compares expected strangers with counted ones: how far the number that officers see holds.

At the score of the k-th best stranger exactly k strangers are at that score or above; the prediction for that score is
compared with k. An oracle that knew the true rate would not be exact either, since k itself varies by chance: at 10 it
is within a factor of two for 96 % of references, at 1 for 47 %.

Two kinds. *Photos*: each labelled face is a reference once, all others are the index, or a part of them drawn anew.
*Mixtures*, for larger indexes: labelled faces with strangers drawn from a distribution (`search.population`) that was
fitted to one half of the people, references from the other half, so that nobody drawn is like the reference by
construction. All drawn are strangers: that is the known truth. What is assumed is that the scores of a real crowd thin
out as those of the drawn one do.

In both, how one person's photos score among each other is taken from the half of the people to which the reference does
not belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.population import Population
from dsr_desk.core.message import quoted
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.faces.calibration import calibrate
from dsr_desk.search.faces.known import GENUINE_SHARES, KnownScores, measured
from dsr_desk.search.faces.recall import Labelled

COUNTED = (1, 10, 100)
SMALL = (250, 500, 1000)
MIXTURES = (20_000, 200_000, 3_000_000)
OWN = (0, 30)
"""Photos of the reference's person in a mixture beside those that are labelled."""

CLOSE = (1e-2, 1e-3, 1e-4)

REFERENCES = 200
MOST_SCORES = 240_000_000
"""Held at a time, four bytes each."""


@dataclass(frozen=True)
class Agreement:
    """Predicted over counted strangers at `counted`, over `references`; shares within a factor of two and of four.

    `faces` is the size of the index, `kind` "photos" or "mixtures", `own` the photos of the reference's person that
    were added. `untrusted` counts references for which nothing was predicted.
    """

    counted: int
    references: int
    median: float
    within_two: float
    within_four: float
    lowest: float
    highest: float
    faces: int = 0
    kind: str = "photos"
    own: int = 0
    untrusted: int = 0


@dataclass(frozen=True)
class Closeness:
    """How well drawn strangers stand for real ones, at one score.

    Of pairs of two people's photos the share `photos` reach it, of pairs of a photo and a drawn stranger `drawn`.
    """

    photos: float
    drawn: float


@dataclass(frozen=True)
class CalibrationReport:
    """All that was compared."""

    agreements: tuple[Agreement, ...]
    closeness: tuple[Closeness, ...]


@dataclass
class _Ratios:
    counted: Sequence[int]
    found: dict[int, list[float]] = field(default_factory=dict)
    untrusted: int = 0

    def add(self, scores: NDArray[np.float32], strangers: NDArray[np.float32], known: KnownScores | None) -> None:
        fit = calibrate(scores, known)
        self.untrusted += not fit.trusted
        most = min(len(strangers), max(self.counted))
        best = np.sort(np.partition(strangers, len(strangers) - most)[len(strangers) - most :])[::-1]
        for count in self.counted:
            predicted = fit.expected(float(best[count - 1])) if count <= most else None
            if predicted is not None:
                self.found.setdefault(count, []).append(predicted / count)

    def rows(self, faces: int, kind: str, own: int = 0) -> list[Agreement]:
        return [_agreement(count, np.array(one), faces, kind, own, self.untrusted) for count, one in self.found.items()]


class Validation:
    """Labelled faces, their people in two halves, and each half's own scores."""

    def __init__(self, labelled: Labelled, seed: int = 0) -> None:
        found = [(photo.faces[0], photo.person) for photo in labelled.photos if len(photo.faces)]
        self.faces = np.stack([face for face, _ in found])
        self.owners = np.array([person for _, person in found])
        self._rng = np.random.default_rng(seed)
        people = self._rng.permutation(np.unique(self.owners))
        self.first_half = np.isin(self.owners, people[: len(people) // 2])
        self._of_half = {half: self._known(self.first_half == half) for half in (True, False)}

    def on_photos(self, counted: Sequence[int] = COUNTED, size: int | None = None) -> list[Agreement]:
        """Agreement for each count. `size` limits the index to that many faces, drawn anew for each reference."""
        ratios = _Ratios(counted)
        everybody = np.arange(len(self.faces))
        for reference in everybody.tolist():
            others = np.delete(everybody, reference)
            if size is not None and size < len(others):
                others = self._rng.choice(others, size, replace=False)
            scores = (self.faces[others] @ self.faces[reference]).astype(np.float32)
            strangers = scores[self.owners[others] != self.owners[reference]]
            ratios.add(scores, strangers, self._known_for(reference))
        return ratios.rows(min(size or len(everybody), len(everybody) - 1), "photos")

    def on_mixtures(
        self,
        size: int,
        owns: Sequence[int] = OWN,
        counted: Sequence[int] = COUNTED,
        cancel: CancelToken | None = None,
    ) -> list[Agreement]:
        """Agreement in an index of `size` faces, most of them drawn, for each of `owns`. Raises Cancelled."""
        cancel = cancel or CancelToken()
        ratios = {own: _Ratios(counted) for own in owns}
        for half in (True, False):
            here = np.flatnonzero(self.first_half == half)
            count = max(1, min(REFERENCES // 2, len(here), MOST_SCORES // size))
            references = self._rng.choice(here, count, replace=False)
            queries = self.faces[references].astype(np.float32)
            labelled = queries @ self.faces[here].astype(np.float32).T
            drawn = np.empty((count, max(0, size - len(here) + 1)), np.float32)
            start = 0
            for part in Population(self.faces[self.first_half != half]).draw(drawn.shape[1]):
                cancel.check()
                drawn[:, start : start + len(part)] = queries @ part.T
                start += len(part)
            for number, reference in enumerate(references.tolist()):
                cancel.check()
                stranger = self.owners[here] != self.owners[reference]
                strangers = np.concatenate([labelled[number][stranger], drawn[number]])
                also = labelled[number][~stranger & (here != reference)]
                for own, found in ratios.items():
                    scores = np.concatenate([strangers, also, self._own_scores(own, half)])
                    found.add(scores, strangers, self._known_for(reference))
        return [row for own, found in ratios.items() for row in found.rows(size, "mixtures", own)]

    def closeness(self, drawn: int = 20_000) -> list[Closeness]:
        """Pairs across the halves that reach the scores which the shares `CLOSE` of photos reach."""
        here, there = self.faces[self.first_half], self.faces[~self.first_half]
        pairs = (here @ there.T).ravel()
        scores = [
            float(np.partition(pairs, -rank)[-rank]) for rank in (max(1, round(one * len(pairs))) for one in CLOSE)
        ]
        strangers = np.concatenate(list(Population(here).draw(drawn)))
        with_drawn = there.astype(np.float32) @ strangers.T
        return [
            Closeness(share, float(np.mean(with_drawn >= score))) for share, score in zip(CLOSE, scores, strict=True)
        ]

    def known_of(self, first: bool) -> KnownScores | None:
        """How one person's photos score in the first or the other half."""
        return self._of_half[first]

    def _known_for(self, reference: int) -> KnownScores | None:
        return self._of_half[not self.first_half[reference]]

    def _own_scores(self, count: int, half: bool) -> NDArray[np.float32]:
        """Scores as photos of one person of this half have."""
        known = self._of_half[half]
        if known is None:
            return np.empty(0, np.float32)
        return np.interp(self._rng.random(count), GENUINE_SHARES, known.genuine).astype(np.float32)

    def _known(self, half: NDArray[np.bool_]) -> KnownScores | None:
        """How photos of one person score in this half; None where nobody has enough."""
        return measured(self.faces[half], self.owners[half])


def validate_calibration(
    labelled: Labelled, *, report: Report = silent, cancel: CancelToken | None = None
) -> CalibrationReport:
    """Small parts of the photos, all of them, and mixtures up to three million faces. Raises Cancelled."""
    validation = Validation(labelled)
    rows: list[Agreement] = []
    sizes = [*(size for size in SMALL if size < len(validation.faces)), None]
    total = len(sizes) + len(MIXTURES)
    for done, size in enumerate(sizes):
        report(Progress(quoted("comparing"), done, total))
        rows += validation.on_photos(size=size)
    for done, mixed in enumerate(MIXTURES, start=len(sizes)):
        report(Progress(quoted("comparing"), done, total))
        rows += validation.on_mixtures(mixed, cancel=cancel)
    return CalibrationReport(tuple(rows), tuple(validation.closeness()))


def _agreement(count: int, ratios: NDArray[np.float64], faces: int, kind: str, own: int, untrusted: int) -> Agreement:
    factors = np.maximum(ratios, 1 / ratios)
    return Agreement(
        counted=count,
        references=len(ratios),
        median=round(float(np.median(ratios)), 3),
        within_two=round(float(np.mean(factors <= 2)), 4),
        within_four=round(float(np.mean(factors <= 4)), 4),
        lowest=round(float(ratios.min()), 4),
        highest=round(float(ratios.max()), 2),
        faces=faces,
        kind=kind,
        own=own,
        untrusted=untrusted,
    )
