"""The surface that drawn heads live on: cylindrical coordinates, finer in front, and soft shapes to model with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]
"""float32 values, mostly one per point of the surface: shape (ROWS, COLUMNS), row 0 at the top."""

Part = tuple[slice, slice]
"""Rows and columns of a part of the surface, to index fields with."""

COLUMNS, ROWS = 352, 384
TOP, BOTTOM = 1.55, -1.95
WIDEST = np.float32(np.radians(118))

_U = np.linspace(-1, 1, COLUMNS, dtype=np.float32)
ANGLE: Field = np.broadcast_to((WIDEST * (0.55 * _U + 0.45 * _U**3)).astype(np.float32), (ROWS, COLUMNS))
"""Angle round the vertical axis in radians; 0 is the front, positive the viewer's right."""
HEIGHT: Field = np.broadcast_to(np.linspace(TOP, BOTTOM, ROWS, dtype=np.float32)[:, None], (ROWS, COLUMNS))
"""Height over the line of the eyes; half the width of a face is about 0.78."""

_TABLE = np.interp(np.linspace(-WIDEST, WIDEST, 4096), ANGLE[0], np.arange(COLUMNS), left=0, right=COLUMNS - 1).astype(
    np.float32
)


def column_of(angle: Field) -> Field:
    """Column, as a float, for angles in radians."""
    scale = np.float32(4095 / (2 * WIDEST))
    return np.asarray(_TABLE[np.clip((angle + WIDEST) * scale, 0, 4095).astype(np.int32)])


def row_of(height: Field) -> Field:
    """Row, as a float, for heights."""
    return np.clip((TOP - height) * np.float32((ROWS - 1) / (TOP - BOTTOM)), 0, ROWS - 1)


def rows_between(low: float, high: float) -> slice:
    """The rows whose height lies between two heights."""
    step = (TOP - BOTTOM) / (ROWS - 1)
    return slice(max(0, int((TOP - high) / step)), max(0, min(ROWS, int((TOP - low) / step) + 2)))


def part(low: float, high: float, left: float, right: float) -> Part:
    """The part of the surface between two heights and two angles."""
    first, last = np.searchsorted(ANGLE[0], (left, right))
    return rows_between(low, high), slice(int(first), int(last))


def smooth(low: float, high: float, value: Field) -> Field:
    """0 below `low`, 1 above `high`, a soft step between (also downwards where low > high)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


@dataclass(frozen=True)
class Spot:
    """A soft hill: where, how wide, how high, and how far it is turned (radians)."""

    x: float
    y: float
    wide: float
    tall: float
    high: float
    turn: float = 0.0


def hill(x: Field, y: Field, spot: Spot) -> Field:
    """A Gaussian hill over the given coordinates."""
    dx, dy = x - np.float32(spot.x), y - np.float32(spot.y)
    if spot.turn:
        cos, sin = np.float32(np.cos(spot.turn)), np.float32(np.sin(spot.turn))
        dx, dy = dx * cos + dy * sin, dy * cos - dx * sin
    return np.float32(spot.high) * np.exp(-((dx / np.float32(spot.wide)) ** 2 + (dy / np.float32(spot.tall)) ** 2) / 2)


def add_hill(field: Field, x: Field, spot: Spot) -> None:
    """Adds a hill in place, touching only the rows it reaches. Nothing is added behind the ears."""
    reach = 3 * max(spot.tall, spot.wide if spot.turn else 0)
    rows = rows_between(spot.y - reach, spot.y + reach)
    field[rows] += hill(x[rows], HEIGHT[rows], spot) * _FRONT[rows]


_FRONT: Field = smooth(1.75, 1.45, np.abs(ANGLE))


def noise(rng: np.random.Generator, rows: int, columns: int) -> Field:
    """Smooth noise over the surface with about so many waves down and across, from -1 to 1."""
    coarse = rng.uniform(-1, 1, (rows + 3, columns + 3)).astype(np.float32)
    at_row = np.linspace(0, rows, ROWS, dtype=np.float32)
    at_column = (_U + 1) / 2 * np.float32(columns)
    return _stretch(_stretch(coarse, at_row, 0), at_column, 1)


def _stretch(values: Field, at: Field, axis: int) -> Field:
    low = at.astype(np.int32)
    share = at - low
    share = share * share * (3 - 2 * share)
    share = share[:, None] if axis == 0 else share[None, :]
    return np.take(values, low, axis) * (1 - share) + np.take(values, low + 1, axis) * share
