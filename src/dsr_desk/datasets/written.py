"""What a cell wrote anew, as it crosses to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsr_desk.core.codec import prepare
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.erasing import ContainerNotRewritten, Rewritten


@dataclass(frozen=True)
class Written:
    """A `Rewritten` as it crosses: items by their positions in what was asked for."""

    kept: int
    erased: tuple[int, ...]
    missing: tuple[int, ...]
    files: tuple[str, ...]
    notes: tuple[Message, ...]


def crossing(done: Rewritten, doomed: Sequence[Doomed]) -> Written:
    at = {one: number for number, one in enumerate(doomed)}
    erased, missing = (tuple(at[one] for one in found) for found in (done.erased, done.missing))
    return Written(done.kept, erased, missing, done.files, done.notes)


def arrived(done: Written, doomed: Sequence[Doomed], name: str) -> Rewritten:
    """Raises ContainerNotRewritten where it speaks of what was not asked for."""
    within = all(0 <= at < len(doomed) for at in (*done.erased, *done.missing))
    if not within or len(set(done.files)) < len(done.files):
        raise ContainerNotRewritten(name=name, why=message("why.cell.unfit"))
    erased, missing = (tuple(doomed[at] for at in places) for places in (done.erased, done.missing))
    return Rewritten(done.kept, erased, missing, done.files, done.notes)


prepare(Written)
