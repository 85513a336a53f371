"""Datasets before they are indexed: what lies at a path, and what is known of it and registered.

What is known was said by the officer, or else read from the files that describe the dataset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from dsr_desk.app.data.indexing import ancestors, dataset_versions, list_indexes, register_version, version_code
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import FACTS, IDENTITY, DatasetVersion
from dsr_desk.core.message import Message
from dsr_desk.datasets.looking import Sight, look
from dsr_desk.datasets.registration import Described, facts_beside, read_facts
from dsr_desk.datasets.registry import LeftOut, format_of
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search.records.columns import ColumnKind, guess_kind

__all__ = ["FACTS", "ColumnKind"]

UNKNOWN = "unknown"

SHOWN_VALUES = 3
SHOWN_LENGTH = 80


class FactsMissing(DeskError):
    code = "REGISTER-NO-FILE"
    happened = "{path} cannot be read."
    means = "What it says of the dataset is not known, so the dataset was not registered."
    todo = "Check the path, or leave the file out; what nobody says stays unknown."


class DatasetNotRegistered(DeskError):
    code = "REGISTER-NO-DATASET"
    happened = "No dataset version called {name} is registered in this vault."
    means = "Nothing was changed."
    todo = "List the registered dataset versions with `dataset list`, or register it first."


@dataclass(frozen=True)
class FactTaken:
    """One fact that was read from a file, by the name of its field."""

    field: str
    value: str
    file: str
    format: Message


@dataclass(frozen=True)
class Column:
    """A column with its guessed kind. `samples` are values to be shown to an officer: never logged and never stored."""

    name: str
    kind: ColumnKind
    samples: tuple[str, ...]


@dataclass(frozen=True)
class SampledTable:
    """Columns that several containers of one format may have in common, named by their paths in the dataset."""

    containers: tuple[str, ...]
    title: Message
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class SourcePart:
    """All containers of one format, counted; `size` in bytes. `complete` is False where at least so many were seen.

    `reasons` says why some of the items are unreadable, with how many, the most frequent first.
    """

    title: Message
    containers: int
    size: int
    photos: int
    records: int
    unreadable: int
    complete: bool
    reasons: tuple[tuple[Message, int], ...] = ()


@dataclass(frozen=True)
class SourceView:
    """What lies at a path, before it is indexed.

    `format` is the file's, or "folder". `says` is one line. `problems` are (container, why) of containers that broke
    off while they were looked at; `not_understood` is what is not read at all. `described` are the files that describe
    the dataset, `found` what they say of it, the first file first.
    """

    path: Path
    format: str
    says: Message
    parts: tuple[SourcePart, ...]
    tables: tuple[SampledTable, ...]
    problems: tuple[tuple[str, Message], ...]
    not_understood: tuple[LeftOut, ...]
    described: tuple[Path, ...]
    found: tuple[FactTaken, ...]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def photos(self) -> int:
        return sum(part.photos for part in self.parts)

    @property
    def records(self) -> int:
        return sum(part.records for part in self.parts)

    @property
    def complete(self) -> bool:
        return all(part.complete for part in self.parts)


def look_at(path: Path, cancel: CancelToken | None = None) -> SourceView:
    """Looks at a file or folder and writes nothing. Counts the first 10,000 items, so it takes seconds, not hours.

    Raises SourceMissing, SourceUnreadable, SourceEmpty, SourceNotUnderstood, Cancelled.
    """
    looked = look(path, (cancel or CancelToken()).check)
    described = _beside(path)
    describing = {one.path for one in described}
    return SourceView(
        path=path,
        format=looked.format,
        says=looked.says,
        parts=tuple(_parts(looked.sights)),
        tables=tuple(_tables(looked.sights)),
        problems=tuple((sight.container.name, sight.problem) for sight in looked.sights if sight.problem),
        not_understood=tuple(one for one in looked.not_understood if path / one.name not in describing),
        described=tuple(one.path for one in described),
        found=tuple(_taken(one, field, value) for one in described for field, value in one.facts.items()),
    )


def register_dataset(desk: Desk, version: DatasetVersion) -> Change:
    """Registers a dataset version without an index: a search then names it as not searched."""
    with desk.vault.transaction():
        touches = register_version(desk, version)
        said = {"dataset": version_code(version.id), "event": "registered"}
        return desk.act(Draft(Kind.DATASET, said), touches=touches, subject=version.id)


def registered_dataset(desk: Desk, version_id: str) -> DatasetVersion:
    """As it is registered now, by id (name@version). Raises DatasetNotRegistered."""
    row = desk.vault.datasets.get(version_id)
    if row is None:
        raise DatasetNotRegistered(name=version_id)
    return codec.from_text(row.facts, DatasetVersion)


def without_index(desk: Desk) -> list[str]:
    """Ids of registered dataset versions that have no index here; one that an indexed version came from needs none."""
    indexed = {index.dataset_version for index in list_indexes(desk) if index.destroyed is None}
    covered = indexed.union(*(ancestors(desk, version) for version in indexed))
    return [version.id for version, _ in dataset_versions(desk) if version.id not in covered]


def correct_dataset(desk: Desk, version_id: str, said: Mapping[str, str]) -> Change:
    """Changes facts (by the names in `FACTS`) of a registered dataset version; blank means unknown again.

    Name and version stay, since items are addressed by them. The act says openly which fields were corrected, not
    what they say. Raises DatasetNotRegistered.
    """
    with desk.vault.transaction():
        before = registered_dataset(desk, version_id)
        after = replace(before, **{field: said[field].strip() or UNKNOWN for field in FACTS if field in said})
        changed = [field for field in FACTS if getattr(before, field) != getattr(after, field)]
        touches = [desk.vault.datasets.change(version_id, facts=codec.to_text(after))]
        draft = Draft(Kind.DATASET, {"dataset": version_code(version_id), "event": "corrected", "fields": changed})
        return desk.act(draft, touches=touches, subject=version_id)


def dataset_version(
    sources: Sequence[Path], files: Sequence[Path], said: Mapping[str, str], *, name: str
) -> tuple[DatasetVersion, tuple[FactTaken, ...]]:
    """A dataset version from what was `said` (by field name), then from `files` in order, then from what lies beside
    the sources; what none of them says is unknown. `name` stands in where nobody names the dataset.

    Name and version make the ids of its items, so a file that only lies beside never gives them. Returns what was
    taken from files too. Raises FactsMissing, FactsNotUnderstood.
    """
    facts = {field: value for field, value in said.items() if value and value != UNKNOWN}
    taken: list[FactTaken] = []
    named = [_read(file) for file in files]
    beside = [one for source in sources for one in _beside(source)]
    for described in (*named, *beside):
        for field, value in described.facts.items():
            if field not in facts and (described in named or field not in IDENTITY):
                facts[field] = value
                taken.append(_taken(described, field, value))
    return DatasetVersion(**{"name": name, "version": "1", **facts}), tuple(taken)


def _read(file: Path) -> Described:
    try:
        return read_facts(file)
    except OSError as error:
        raise FactsMissing(path=file) from error


def _beside(source: Path) -> list[Described]:
    """None where the source cannot be read: building the index says so."""
    try:
        return facts_beside(source)
    except OSError:
        return []


def _taken(described: Described, field: str, value: str) -> FactTaken:
    return FactTaken(field, value, described.path.name, described.format)


def _parts(sights: Iterable[Sight]) -> Iterable[SourcePart]:
    for _, same in groupby(sorted(sights, key=_format), key=_format):
        seen = list(same)
        unreadable: Counter[Message] = Counter()
        for sight in seen:
            unreadable.update(sight.unreadable)
        yield SourcePart(
            title=format_of(seen[0].container),
            containers=len(seen),
            size=sum(sight.size for sight in seen),
            photos=sum(sight.photos for sight in seen),
            records=sum(sight.records for sight in seen),
            unreadable=unreadable.total(),
            complete=all(sight.complete for sight in seen),
            reasons=tuple(unreadable.most_common()),
        )


def _tables(sights: Iterable[Sight]) -> Iterable[SampledTable]:
    """Containers of one format with the same columns are shown as one: the shards of a dataset."""
    alike: dict[tuple[Message, tuple[str, ...]], list[Sight]] = {}
    for sight in sights:
        if sight.columns:
            alike.setdefault((format_of(sight.container), tuple(sight.columns)), []).append(sight)
    for (title, names), seen in alike.items():
        columns = []
        for name in names:
            values = [value for sight in seen for value in sight.columns[name]]
            columns.append(Column(name, guess_kind(name, values), _samples(values)))
        yield SampledTable(tuple(sight.container.name for sight in seen), title, tuple(columns))


def _format(sight: Sight) -> str:
    return sight.container.format


def _samples(values: Iterable[str]) -> tuple[str, ...]:
    """The first few different ones, in one line each."""
    filled = (" ".join(value.split()) for value in values)
    shown = (value if len(value) <= SHOWN_LENGTH else value[: SHOWN_LENGTH - 1] + "…" for value in filled if value)
    return tuple(dict.fromkeys(shown))[:SHOWN_VALUES]
