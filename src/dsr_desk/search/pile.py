"""The faces of one index that are to be reviewed, for one or several queries of the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.calibration import Calibration, calibrate
from dsr_desk.search.face_search import Found, reaching, scan
from dsr_desk.search.index import Index

CONSERVATIVE_SCORE = 0.90
"""Where no expectation can be trusted, every face at this score or above is listed: of the genuine pairs of labelled
photos that the built-in networks were measured on, fewer than one in a hundred lies below it."""


@dataclass(frozen=True)
class PiledFace:
    """A face to be reviewed: its row in the index, exact score, and expected strangers (None where not trusted)."""

    row: int
    score: float
    expected_strangers: float | None


@dataclass(frozen=True)
class FacePile:
    """All faces of an index below the chosen number of expected strangers.

    `threshold` is the lowest score listed; `trusted` and `validated` say what stands behind the expectation.
    """

    faces: tuple[PiledFace, ...]
    compared: int
    threshold: float
    trusted: bool
    validated: bool


def pile_of(index: Index, queries: Sequence[NDArray[np.float64]], expected_strangers: float) -> FacePile:
    """Faces that any of the queries brings; a face that several bring keeps what speaks most for it."""
    best: dict[int, PiledFace] = {}
    threshold, trusted, validated = 1.0, True, True
    for query in queries:
        scores = scan(index.coarse, query)
        calibration = calibrate(scores)
        lowest = calibration.score_at(expected_strangers)
        lowest = CONSERVATIVE_SCORE if lowest is None else lowest
        found = reaching(index, query, lowest, scores)
        for face in _piled(index, found, calibration):
            known = best.get(face.row)
            if known is None or _rank(face) < _rank(known):
                best[face.row] = face
        threshold = min(threshold, lowest)
        trusted = trusted and calibration.trusted
        validated = validated and calibration.validated
    faces = tuple(sorted(best.values(), key=_rank))
    return FacePile(faces, len(index.coarse), threshold, trusted, validated)


def _piled(index: Index, found: Found, calibration: Calibration) -> list[PiledFace]:
    rows = index.coarse.face_rows[found.positions]
    return [
        PiledFace(int(row), float(score), calibration.expected(float(score)))
        for row, score in zip(rows, found.scores, strict=True)
    ]


def _rank(face: PiledFace) -> tuple[float, float]:
    return (face.expected_strangers if face.expected_strangers is not None else 0.0, -face.score)
