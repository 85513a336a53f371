"""Templates as two planes of one-byte codes: a coarse one that is scanned, a fine one that makes it exact.

A unit vector v is kept as scale s = max|v| / 127, coarse c = round(v / s) and fine f = round((v / s - c) * 254), all
components in -127..127. The stored template is s * (c + f / 254), the truth of the index: scores are defined on it.
A component of it differs from v by at most s / 508, so a score against a unit vector differs by at most
s * sqrt(d) / 508 (Cauchy-Schwarz; under 0.0002 for any face seen), and the coarse plane alone by s * sqrt(d) / 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FINE_STEPS = 254


@dataclass(frozen=True)
class Codes:
    """`scales` float32 (n,), `coarse` and `fine` int8 (n, dimension)."""

    scales: NDArray[np.float32]
    coarse: NDArray[np.int8]
    fine: NDArray[np.int8]


def encode(templates: NDArray[np.float32]) -> Codes:
    """Codes of unit vectors, shape (n, dimension)."""
    values = templates.astype(np.float64)
    scales = (np.abs(values).max(axis=1, initial=0.0) / 127).astype(np.float32)
    scales[scales == 0] = np.float32(1)
    steps = values / scales[:, None].astype(np.float64)
    coarse = np.clip(np.rint(steps), -127, 127)
    fine = np.clip(np.rint((steps - coarse) * FINE_STEPS), -127, 127)
    return Codes(scales, coarse.astype(np.int8), fine.astype(np.int8))


def decode(codes: Codes) -> NDArray[np.float64]:
    """The stored templates, shape (n, dimension)."""
    steps: NDArray[np.float64] = codes.coarse.astype(np.float64) + codes.fine.astype(np.float64) / FINE_STEPS
    scales: NDArray[np.float64] = codes.scales.astype(np.float64)
    templates: NDArray[np.float64] = steps * scales.reshape(-1, 1)
    return templates


def coarse_error(scales: NDArray[np.float32], dimension: int) -> NDArray[np.float64]:
    """How far a coarse score can be from the exact one, for a query of length 1."""
    wide: NDArray[np.float64] = scales.astype(np.float64)
    return wide * float(np.sqrt(dimension) * (0.5 + 1e-6))
