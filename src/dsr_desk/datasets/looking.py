"""Looks at a path before anything is indexed: what it is, how much, what its columns hold, what is not understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, refused
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace
from dsr_desk.datasets.registry import LeftOut, survey
from dsr_desk.jobs.cell import CellFailed

MOST_ITEMS = 10_000
MOST_BYTES = 256 * 1024 * 1024
"""A look counts this many items, of this many bytes, and then says "more than"."""

FEWEST_ITEMS = 50
"""However many containers share a look, this much of each is looked at."""

MOST_COLUMNS = 500
MOST_VALUES = 200


@dataclass(frozen=True)
class Sight:
    """What was seen of one container.

    `unreadable` counts, by reason, photos and records that are listed and cannot be read. `complete` is False where
    only the first items were counted. `problem` says why nothing more could be seen. `columns` holds
    up to `MOST_VALUES` values of each column of its records, as they are stored: personal data.
    """

    container: CelledContainer
    size: int
    photos: int
    records: int
    unreadable: Mapping[Message, int]
    complete: bool
    problem: Message | None
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Looked:
    """`format` is "folder" for a folder; the rest as in `registry.Survey`."""

    format: str
    says: Message
    sights: tuple[Sight, ...]
    not_understood: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Sampled:
    """A `Sight` as it comes from a cell; `weight` are the bytes of the items that were counted."""

    photos: int
    records: int
    weight: int
    unreadable: tuple[tuple[Message, int], ...]
    complete: bool
    problem: Message | None
    columns: Mapping[str, tuple[str, ...]]


def look(path: Path, check: Callable[[], None] = lambda: None) -> Looked:
    """Raises as `open_source` does. `check` is called between two containers and may raise to stop."""
    found = survey(path)
    share = max(FEWEST_ITEMS, MOST_ITEMS // len(found.containers))
    sights = []
    for container in found.containers:
        check()
        sights.append(_sight(container, share, MOST_BYTES // len(found.containers)))
    return Looked(found.format, found.says, tuple(sights), found.not_understood)


def seen(place: ContainerPlace, most: int, most_bytes: int) -> Sampled:
    """Runs in a cell."""
    kinds: Counter[ItemKind] = Counter()
    columns: dict[str, list[str]] = {}
    unreadable: Counter[Message] = Counter()
    weight = 0
    problem: Message | None = None
    complete = True
    try:
        for entry in islice(place.reader().entries(), most + 1):
            if kinds.total() == most or (weight > most_bytes and kinds.total() >= FEWEST_ITEMS):
                complete = False
                break
            kinds[entry.kind] += 1
            weight += entry.size
            if entry.problem:
                unreadable[entry.problem] += 1
            for name, value in (entry.record or {}).items():
                if name in columns or len(columns) < MOST_COLUMNS:
                    values = columns.setdefault(name, [])
                    if len(values) < MOST_VALUES:
                        values.append(value)
    except DeskError as error:
        problem, complete = error.why, False
    except OSError as error:
        problem, complete = refused(error), False
    return Sampled(
        photos=kinds[ItemKind.PHOTO],
        records=kinds[ItemKind.RECORD],
        weight=weight,
        unreadable=tuple(unreadable.items()),
        complete=complete,
        problem=problem,
        columns={name: tuple(values) for name, values in columns.items()},
    )


def _sight(container: CelledContainer, most: int, most_bytes: int) -> Sight:
    try:
        found: Sampled = container.ask(Sampled, seen, most, most_bytes)
    except CellFailed as failed:
        found = Sampled(0, 0, 0, (), False, failed.why, {})
    return Sight(
        container=container,
        size=_size(container, found.weight),
        photos=found.photos,
        records=found.records,
        unreadable=dict(found.unreadable),
        complete=found.complete,
        problem=found.problem,
        columns=found.columns,
    )


def _size(container: CelledContainer, seen: int) -> int:
    """Bytes of the file; of a folder's loose files, of those that were seen."""
    try:
        return container.path.stat().st_size if container.path.is_file() else seen
    except OSError:
        return seen


prepare(Sampled)
