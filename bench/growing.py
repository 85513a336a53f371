"""How much of a person a growing search finds among a crowd, and how well the misses that it tells agree with the true.

Labelled people in two halves, as in `bench.validation`: people of one half are searched for by one photo among the
others of their half and a crowd drawn from a distribution that was fitted to the other half; how one person's photos
score comes from the other half too. After each round every photo of the person that was listed is confirmed. With `own`
a person's photos are drawn as well: around the mean of the labelled ones, with deviations as people of the other half
have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.population import Population
from bench.validation import Validation
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search.faces.calibration import calibrate
from dsr_desk.search.faces.few import line_of_few
from dsr_desk.search.faces.known import KnownScores, Shared
from dsr_desk.search.faces.recall import Labelled
from dsr_desk.search.faces.search import average

STRANGERS = 10.0
ROUNDS = 2
FEWEST = 9
"""Photos of a person who is searched for, the reference among them."""

MOST_PEOPLE = 24
FEWEST_DEVIATIONS = 6
CROWD_SEED = 1


@dataclass(frozen=True)
class GrowthRow:
    """After `round` searches of each of `people`, `own` photos each (their median), among `faces`.

    `found` is the share of their photos that was listed, `strangers` how many others were listed in the mean. `missed`
    is the share that the search said to be below the line; for the share `inside` of the people the true number of
    missed photos was within the bounds said.
    """

    faces: int
    own: int
    people: int
    round: int
    found: float
    strangers: float
    missed: float
    inside: float


@dataclass
class _Sought:
    reference: NDArray[np.float64]
    photos: NDArray[np.float64]
    others: NDArray[np.float64]
    found: NDArray[np.bool_]
    said: Shared | None = None
    strangers: int = 0

    def queries(self) -> list[tuple[NDArray[np.float64], int]]:
        alone = (average([self.reference]), 1)
        confirmed = self.photos[self.found]
        return [alone, (average([self.reference, *confirmed]), 1 + len(confirmed))] if len(confirmed) else [alone]


def growing_rows(
    labelled: Labelled, faces: int, own: int = 0, people: int = MOST_PEOPLE, cancel: CancelToken | None = None
) -> list[GrowthRow]:
    """One row a round. `own` photos of each person are drawn, none if 0. Raises Cancelled."""
    validation, cancel = Validation(labelled), cancel or CancelToken()
    rounds: list[list[_Sought]] = [[] for _ in range(ROUNDS)]
    for half in (True, False):
        sought = _people(validation, half, own, people // 2)
        known = validation.known_of(not half)
        for number in range(ROUNDS):
            _search(sought, validation.faces[validation.first_half != half], known, faces, cancel)
            rounds[number] += [_Sought(**vars(one) | {"found": one.found.copy()}) for one in sought]
    return [_row(faces, number, done) for number, done in enumerate(rounds, start=1) if done]


def _people(validation: Validation, half: bool, own: int, most: int) -> list[_Sought]:
    here = validation.first_half == half
    faces, owners = validation.faces[here], validation.owners[here]
    deviations = _deviations(validation.faces[~here], validation.owners[~here])
    found: list[_Sought] = []
    for one in np.unique(owners).tolist():
        mine = faces[owners == one]
        if len(mine) < FEWEST or len(found) == most:
            continue
        photos = mine[1:]
        if own:
            drawn = mine.mean(axis=0) + deviations[np.random.default_rng(one).integers(0, len(deviations), own)]
            photos = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        found.append(_Sought(mine[0], photos, faces[owners != one], np.zeros(len(photos), bool)))
    return found


def _deviations(faces: NDArray[np.float64], owners: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of photos from the mean of their person, as wide as those of a person with very many photos."""
    parts = []
    for one in np.unique(owners):
        mine = faces[owners == one]
        if len(mine) >= FEWEST_DEVIATIONS:
            parts.append((mine - mine.mean(axis=0)) * np.sqrt(len(mine) / (len(mine) - 1)))
    return np.concatenate(parts)


def _search(
    sought: Sequence[_Sought], fitted: NDArray[np.float64], known: KnownScores | None, faces: int, cancel: CancelToken
) -> None:
    """One round for everybody: the crowd is drawn once, the same in each round."""
    asked = [(one, vector, count) for one in sought for vector, count in one.queries()]
    if not asked:
        return
    matrix = np.stack([vector for _, vector, _ in asked]).astype(np.float32)
    drawn = np.empty((len(asked), faces), np.float32)
    start = 0
    for part in Population(fitted, CROWD_SEED).draw(faces):
        cancel.check()
        drawn[:, start : start + len(part)] = matrix @ part.T
        start += len(part)
    new = {id(one): one.found.copy() for one in sought}
    listed: dict[int, set[int]] = {id(one): set() for one in sought}
    for (one, vector, count), crowd in zip(asked, drawn, strict=True):
        scores = known.of_references(count) if known else None
        strangers = np.concatenate([crowd, (one.others @ vector).astype(np.float32)])
        own = one.photos @ vector
        everything = np.concatenate([strangers, own.astype(np.float32)])
        line = calibrate(everything, scores).score_at(STRANGERS)
        line = line_of_few(everything, STRANGERS) if line is None else line
        new[id(one)] |= own >= line
        listed[id(one)] |= set(np.flatnonzero(strangers >= line).tolist())
        said = scores.below(line) if scores else None
        if said is not None and (count == 1 or one.said is None or said.value < one.said.value):
            one.said = said
    for one in sought:
        one.found, one.strangers = new[id(one)], len(listed[id(one)])


def _row(faces: int, number: int, done: Sequence[_Sought]) -> GrowthRow:
    inside = [
        np.floor(one.said.lowest * len(one.found)) <= (~one.found).sum() <= np.ceil(one.said.highest * len(one.found))
        for one in done
        if one.said is not None
    ]
    return GrowthRow(
        faces=faces,
        own=int(np.median([len(one.photos) for one in done])),
        people=len(done),
        round=number,
        found=round(float(np.mean(np.concatenate([one.found for one in done]))), 4),
        strangers=round(float(np.mean([one.strangers for one in done])), 1),
        missed=round(float(np.mean([one.said.value for one in done if one.said is not None])), 4),
        inside=round(float(np.mean(inside)), 3),
    )
