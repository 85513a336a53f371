"""What an index holds, as it is handed out: items, faces, containers, the scanned plane of all templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.items import Box, Flaw, ItemAddress, ItemKind, LedgerClass
from dsr_desk.core.message import Message


@dataclass(frozen=True)
class IndexedItem:
    """An item as the index knows it. `row` is its number in this index; `path` is the container's place on disk."""

    row: int
    address: ItemAddress
    kind: ItemKind
    path: Path
    format: str
    hint: int | None
    group: str
    size: int
    width: int
    height: int
    orientation: int | None
    phash: bytes
    ledger_class: LedgerClass | None
    reason: Message | None


@dataclass(frozen=True)
class IndexedFace:
    """A face of an item; `row` is its number in this index, `number` counts from 0 within the photo.

    `frame` is the number of the picture of the photo's file that shows it (see `faces.frames`).
    """

    row: int
    item: int
    number: int
    box: Box
    score: float
    comparable: bool
    quality: tuple[Flaw, ...]
    frame: int = 0


@dataclass(frozen=True)
class ContainerState:
    """A container as it was read. `state` is waiting, reading, read or damaged; `problem` says why it is damaged."""

    row: int
    name: str
    path: Path
    format: str
    fingerprint: str
    state: str
    problem: Message | None
    entries: int


@dataclass(frozen=True)
class Coarse:
    """All coarse codes of an index in one array, in the order of `face_rows` (ascending).

    `codes` int8 (n, dimension), `scales` float32 (n,), `face_rows` int64 (n,); `blocks` and `starts` (int64) name the
    block that holds the fine codes and the position of its first face.
    """

    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    face_rows: NDArray[np.int64]
    blocks: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scales)

    @cached_property
    def largest_scale(self) -> NDArray[np.float32]:
        """Shape (1,); 0 without faces."""
        return np.array([self.scales.max(initial=0)], np.float32)
