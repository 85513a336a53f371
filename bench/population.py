"""Strangers in any number: templates drawn from a distribution that was fitted to those of labelled photos.

The photos are put into groups of alike faces (k-means). A drawn template is a group's mean plus a normal deviation with
the group's covariance, shrunk towards that of all groups, times the root of a gamma variable of mean 1, brought to
length 1. Groups stand for looks that people share, the gamma variable for faces that are more or less typical of
theirs; without both, close strangers are far too rare (a single normal distribution has a tenth of the pairs that
photos have at a share of 1e-4). Nobody drawn is anybody's look-alike by kinship, and nobody is drawn twice under two
names: the very closest strangers of real people are closer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

GROUPS = 16
SHRINK = 40
"""So many faces of its own weigh as much in a group's covariance as that of all groups."""

SHAPE = 25.0
"""Of the gamma variable: with it, shares of close pairs agree with those between photos from 1e-2 to 1e-5."""

ROUNDS = 30
DRAWN_AT_ONCE = 50_000


class Population:
    """Fitted to `faces`, unit vectors, shape (n, dimension)."""

    def __init__(self, faces: NDArray[np.float64], seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._mean = faces.mean(axis=0)
        centred = faces - self._mean
        count = min(GROUPS, len(faces))
        groups, self._centres = self._group(centred, count)
        around = centred - self._centres[groups]
        pooled = np.cov(around.T)
        self._spreads = []
        sizes = np.bincount(groups, minlength=count)
        for group, size in enumerate(sizes):
            weight = size / (size + SHRINK) if size > 1 else 0.0
            own = np.cov(around[groups == group].T) if weight else pooled
            jitter = 1e-9 * np.eye(faces.shape[1])
            self._spreads.append(np.linalg.cholesky(weight * own + (1 - weight) * pooled + jitter).astype(np.float32))
        self._shares = sizes / len(faces)

    def draw(self, count: int) -> Iterator[NDArray[np.float32]]:
        """`count` templates in parts."""
        for start in range(0, count, DRAWN_AT_ONCE):
            yield self._draw(min(DRAWN_AT_ONCE, count - start))

    def _draw(self, count: int) -> NDArray[np.float32]:
        rng = self._rng
        parts = []
        for group, number in enumerate(rng.multinomial(count, self._shares)):
            deviations = rng.standard_normal((number, len(self._mean)), np.float32) @ self._spreads[group].T
            deviations *= np.sqrt(rng.gamma(SHAPE, 1 / SHAPE, (number, 1))).astype(np.float32)
            parts.append(deviations + (self._mean + self._centres[group]).astype(np.float32))
        drawn = np.concatenate(parts)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return drawn

    def _group(self, faces: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The group of each face, and the groups' means."""
        centres = faces[self._rng.choice(len(faces), count, replace=False)]
        lengths = (faces**2).sum(axis=1)[:, None]
        for _ in range(ROUNDS):
            distances = lengths - 2 * faces @ centres.T + (centres**2).sum(axis=1)
            groups = distances.argmin(axis=1)
            means = [faces[groups == one].mean(axis=0) for one in range(count) if np.any(groups == one)]
            kept = [centres[one] for one in range(count) if not np.any(groups == one)]
            centres = np.array([*means, *kept])
        distances = lengths - 2 * faces @ centres.T + (centres**2).sum(axis=1)
        return distances.argmin(axis=1), centres
