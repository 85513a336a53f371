"""The faces that are to be reviewed, for one or several queries of the same person.

An index with enough faces is calibrated alone, smaller ones of the same search together. Where no expectation can be
trusted, every face is listed whose score one person's photos would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.faces.calibration import Calibration, KnownScores, calibrate
from dsr_desk.search.faces.search import reaching, scan
from dsr_desk.search.index.folder import Index

ALONE = 1000
"""An index with fewer faces is calibrated together with the other small ones of the same search."""

BUILT_IN = KnownScores(
    genuine=(0.834, 0.913, 0.930, 0.937, 0.948, 0.957, 0.967, 0.974, 0.998),
    conservative=0.90,
)
"""Of 1,450 genuine pairs of LFW photos, chip and mirror image averaged; below the conservative score lie 0.5 %."""

KNOWN = {"standard": BUILT_IN, "thorough": BUILT_IN}


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
    compared; `together` is how many were calibrated together, `validated_on` as in `Calibration`. `conservative` is
    the score that decided where no expectation is trusted: None where one is, -1 where everything is listed because
    it is not known what the engine's scores mean.
    """

    faces: tuple[PiledFace, ...]
    lowest: float
    compared: int
    together: int
    trusted: bool
    validated_on: str
    conservative: float | None = None


def piles_of(
    indexes: Sequence[Index], queries: Sequence[NDArray[np.float64]], expected_strangers: float
) -> dict[str, FacePile]:
    """Piles by index name of indexes that are calibrated together, `expected_strangers` over all of them.

    A face that several queries bring keeps what speaks most for it.
    """
    best: dict[str, dict[int, PiledFace]] = {index.name: {} for index in indexes}
    total = sum(len(index.coarse) for index in indexes)
    known = KNOWN.get(indexes[0].about.engine)
    rules = []
    for query in queries:
        scores = {index.name: scan(index.coarse, query) for index in indexes}
        together = np.concatenate(list(scores.values()))
        rule = _rule(together, known, expected_strangers)
        rules.append(rule)
        for index in indexes:
            _collect(index, query, scores[index.name], rule, best[index.name])
    return {
        index.name: FacePile(
            faces=tuple(sorted(best[index.name].values(), key=_rank)),
            lowest=rules[0].lowest,
            compared=len(index.coarse),
            together=total,
            trusted=all(rule.calibration.trusted for rule in rules),
            validated_on=rules[0].calibration.validated_on if known else "",
            conservative=min((rule.lowest for rule in rules if not rule.calibration.trusted), default=None),
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
    """Every face at `lowest` or above is listed."""

    calibration: Calibration
    lowest: float


def _rule(scores: NDArray[np.float32], known: KnownScores | None, expected_strangers: float) -> _Rule:
    calibration = calibrate(scores, known)
    lowest = calibration.score_at(expected_strangers)
    if lowest is None:
        lowest = known.conservative if known else -1.0
    return _Rule(calibration, lowest)


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
