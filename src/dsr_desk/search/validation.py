"""Compares expected strangers with counted ones on labelled photos: how far the number that officers see holds.

Each face is a reference once, all others are the index. At the score of the k-th best stranger exactly k strangers
are at that score or above; the prediction for that score is compared with k. An oracle that knew the true rate would
not be exact either, since k itself varies by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.search.calibration import KnownScores, calibrate
from dsr_desk.search.recall import Labelled

COUNTED = (1, 10, 100)


@dataclass(frozen=True)
class Agreement:
    """Predicted over counted strangers at `counted`, over `references`; shares within a factor of two and of four."""

    counted: int
    references: int
    median: float
    within_two: float
    within_four: float
    lowest: float
    highest: float


def validate_calibration(
    labelled: Labelled, known: KnownScores | None, counted: Sequence[int] = COUNTED, size: int | None = None
) -> list[Agreement]:
    """Agreement for each count. `size` limits the index to that many faces, drawn anew for each reference."""
    faces, owners = _first_faces(labelled)
    rng = np.random.default_rng(0)
    ratios: dict[int, list[float]] = {count: [] for count in counted}
    for reference in range(len(faces)):
        others = np.delete(np.arange(len(faces)), reference)
        if size is not None and size < len(others):
            others = rng.choice(others, size, replace=False)
        scores = faces[others] @ faces[reference]
        fit = calibrate(scores.astype(np.float32), known)
        strangers = np.sort(scores[owners[others] != owners[reference]])[::-1]
        for count, found in ratios.items():
            predicted = fit.expected(float(strangers[count - 1])) if count <= len(strangers) else None
            if predicted is not None:
                found.append(predicted / count)
    return [_agreement(count, np.array(found)) for count, found in ratios.items() if found]


def _first_faces(labelled: Labelled) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    found = [(photo.faces[0], photo.person) for photo in labelled.photos if len(photo.faces)]
    return np.stack([face for face, _ in found]), np.array([person for _, person in found])


def _agreement(count: int, ratios: NDArray[np.float64]) -> Agreement:
    factors = np.maximum(ratios, 1 / ratios)
    return Agreement(
        counted=count,
        references=len(ratios),
        median=round(float(np.median(ratios)), 3),
        within_two=round(float(np.mean(factors <= 2)), 4),
        within_four=round(float(np.mean(factors <= 4)), 4),
        lowest=round(float(ratios.min()), 4),
        highest=round(float(ratios.max()), 2),
    )
