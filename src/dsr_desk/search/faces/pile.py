"""The faces that are to be reviewed, for one or several queries of the same person.

An index with enough faces is calibrated alone, smaller ones of the same search together. Where no expectation can be
trusted, the line is drawn by the scores' own spread (see `few`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.faces.calibration import Calibration, calibrate
from dsr_desk.search.faces.few import line_of_few
from dsr_desk.search.faces.known import MEDIAN, KnownScores, Shared, known_scores
from dsr_desk.search.faces.search import reaching, scan
from dsr_desk.search.index.folder import Index

ALONE = 1000
"""An index with fewer faces is calibrated together with the other small ones of the same search."""


@dataclass(frozen=True)
class FaceQuery:
    """What is compared: a unit vector, the mean of so many references."""

    vector: NDArray[np.float64]
    references: int


@dataclass(frozen=True)
class PiledFace:
    """A face to be reviewed: its row in the index, exact score, and expected strangers (None where not trusted)."""

    row: int
    score: float
    expected_strangers: float | None


@dataclass(frozen=True)
class FacePile:
    """The faces of one index that are to be reviewed, best first.

    `lowest` is the score down to which the first query (the references alone) lists faces. `compared` faces were
    compared; `together` is how many were calibrated together, `validated_on` as in `Calibration`. `untrusted_line` is
    the score that decided where no expectation is trusted: None where one is, -1 where everything is listed.
    `missed` is the share of the person's photos that no query lists, None where it is not known how one person's
    photos score; `expected` the strangers among the listed faces, `near` those that score as high as half of the
    person's photos do with the references: both None where no expectation is trusted, or that is not known.
    """

    faces: tuple[PiledFace, ...]
    lowest: float
    compared: int
    together: int
    trusted: bool
    validated_on: str
    untrusted_line: float | None = None
    missed: Shared | None = None
    expected: float | None = None
    near: float | None = None


def piles_of(indexes: Sequence[Index], queries: Sequence[FaceQuery], expected_strangers: float) -> dict[str, FacePile]:
    """Piles by index name of indexes that are calibrated together, `expected_strangers` over all of them.

    A face that several queries bring keeps what speaks most for it.
    """
    best: dict[str, dict[int, PiledFace]] = {index.name: {} for index in indexes}
    total = sum(len(index.coarse) for index in indexes)
    known = known_scores(indexes[0].about)
    rules = []
    for query in queries:
        scores = {index.name: scan(index.coarse, query.vector) for index in indexes}
        together = np.concatenate(list(scores.values()))
        rule = _rule(together, known.of_references(query.references) if known else None, expected_strangers)
        rules.append(rule)
        for index in indexes:
            _collect(index, query.vector, scores[index.name], rule, best[index.name])
    trusted = all(rule.calibration.trusted for rule in rules)
    missed = [rule.missed for rule in rules if rule.missed is not None]
    return {
        index.name: FacePile(
            faces=tuple(sorted(best[index.name].values(), key=_rank)),
            lowest=rules[0].lowest,
            compared=len(index.coarse),
            together=total,
            trusted=trusted,
            validated_on=rules[0].calibration.validated_on if known else "",
            untrusted_line=min((rule.lowest for rule in rules if not rule.calibration.trusted), default=None),
            missed=min(missed, key=lambda one: one.value, default=None),
            expected=len(rules) * expected_strangers * len(index.coarse) / max(1, total) if trusted else None,
            near=rules[0].near,
        )
        for index in indexes
    }


def groups_of(indexes: Sequence[Index]) -> list[list[Index]]:
    """Indexes that are calibrated together: each large one alone, and the small ones of one engine."""
    small: dict[str, list[Index]] = {}
    groups = []
    for index in indexes:
        if len(index.coarse) >= ALONE:
            groups.append([index])
        elif len(index.coarse):
            small.setdefault(index.about.engine_digest, []).append(index)
    return [*small.values(), *groups]


@dataclass(frozen=True)
class _Rule:
    """Every face at `lowest` or above is listed; `missed` and `near` as in `FacePile`."""

    calibration: Calibration
    lowest: float
    missed: Shared | None
    near: float | None


def _rule(scores: NDArray[np.float32], known: KnownScores | None, expected_strangers: float) -> _Rule:
    calibration = calibrate(scores, known)
    lowest = calibration.score_at(expected_strangers)
    if lowest is None:
        lowest = line_of_few(scores, expected_strangers)
    if known is None:
        return _Rule(calibration, lowest, None, None)
    return _Rule(calibration, lowest, known.below(lowest), calibration.expected(known.genuine[MEDIAN]))


def _collect(
    index: Index, query: NDArray[np.float64], scores: NDArray[np.float32], rule: _Rule, best: dict[int, PiledFace]
) -> None:
    found = reaching(index, query, rule.lowest, scores)
    for row, score in zip(index.coarse.face_rows[found.positions].tolist(), found.scores.tolist(), strict=True):
        face = PiledFace(row, score, rule.calibration.expected(score))
        if row not in best or _rank(face) < _rank(best[row]):
            best[row] = face


def _rank(face: PiledFace) -> tuple[float, float]:
    return (face.expected_strangers if face.expected_strangers is not None else 0.0, -face.score)
