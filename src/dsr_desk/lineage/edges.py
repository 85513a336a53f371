"""Edges of the graph as parallel arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.lineage import Certainty, Role

ROLES = tuple(Role)
CERTAINTIES = (Certainty.RECORDED, Certainty.INFERRED, Certainty.UNKNOWN)
ROLE_CODE = {role: code for code, role in enumerate(ROLES)}
CERTAINTY_CODE = {certainty: code for code, certainty in enumerate(CERTAINTIES)}
NO_NOTE = -1

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
EdgeRow = tuple[int, int, int, int, int, int]
"""Values of one edge in the order of the columns of EdgeTable."""


@dataclass(frozen=True)
class EdgeTable:
    """Edges as parallel arrays; `origin` and `target` are positions in a list of nodes.

    `role` and `certainty` are positions in ROLES and CERTAINTIES, `source` in the list of source digests, `note` in the
    list of what is noted of edges, NO_NOTE where nothing is.
    """

    origin: Indices
    target: Indices
    role: NDArray[np.uint8]
    certainty: NDArray[np.uint8]
    source: NDArray[np.int32]
    note: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[EdgeRow]) -> EdgeTable:
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
        return cls(
            table[:, 0], table[:, 1], table[:, 2].astype(np.uint8), table[:, 3].astype(np.uint8),
            table[:, 4].astype(np.int32), table[:, 5].astype(np.int32),
        )  # fmt: skip

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        return tuple(getattr(self, field.name) for field in fields(self))

    def and_also(self, other: EdgeTable) -> EdgeTable:
        return EdgeTable(*(np.concatenate(pair) for pair in zip(self.columns(), other.columns(), strict=True)))

    def only(self, which: Indices | Mask) -> EdgeTable:
        return EdgeTable(*(column[which] for column in self.columns()))  # type: ignore[arg-type]

    def has_role(self, *roles: Role) -> Mask:
        """Which edges have one of these roles."""
        wanted = np.array([role in roles for role in ROLES])
        return np.asarray(wanted[self.role])

    def surest(self) -> EdgeTable:
        """Sorted by origin, without loops, and of edges that are said twice the surest."""
        order = np.lexsort((self.certainty, self.role, self.target, self.origin))
        key = np.stack([self.origin[order], self.target[order], self.role[order].astype(np.int64)])
        fresh = np.ones(order.size, dtype=bool)
        fresh[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        fresh &= key[0] != key[1]
        return self.only(order[fresh])


def mask_of(size: int, seats: Iterable[int] = ()) -> Mask:
    """Which of so many nodes these are."""
    chosen = np.zeros(size, dtype=bool)
    chosen[seats if isinstance(seats, np.ndarray) else list(seats)] = True
    return chosen
