"""What files that hold rows by column have in common: listing, erasing by batches, and comparing old with new.

Memory: one group of rows (a row group, a batch, a stripe) while writing, a few megabytes while listing and comparing.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pyarrow as pa

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import beside_rows, erasing
from dsr_desk.datasets.arrow_rows import array_of, fits, rows_that
from dsr_desk.datasets.arrow_values import plain_type, same
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.categories import Categories, holds_categories
from dsr_desk.datasets.columns import Columns, class_names
from dsr_desk.datasets.container import ContainerEntry, Doomed, Listed, items_of
from dsr_desk.datasets.erasing import Changes, NotVerified, Resolution
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.hashed import Hashed
from dsr_desk.datasets.photo_column import Entries, Entry, PhotoColumn
from dsr_desk.datasets.rows import FoundInRow, RowTally, after, entries_of, stored_row, touched


class CellNotNullable(DeskError):
    code = "PARQUET-NOT-NULLABLE"
    happened = "{name} allows no empty cell where an item is to go while the rest of its row stays."
    means = "Nothing was erased from it."
    todo = "Plan the erasure of the whole row, or hand the action to the team that keeps the file."


@dataclass(frozen=True)
class Group:
    """Rows that are stored together; `batches` reads them in pieces."""

    rows: int
    batches: Callable[[], Iterator[pa.RecordBatch]]


class ColumnSource(Protocol):
    """An open file. `own` is how many places it has by its own count: rows times columns that hold values.

    `said` are its metadata that are free for any use; where these come with groups, once all were read.
    """

    schema: pa.Schema

    @property
    def said(self) -> Sequence[Said]: ...

    @property
    def own(self) -> int: ...

    def groups(self) -> Iterator[Group]: ...


class Target(Protocol):
    """A file that is being written."""

    def write(self, table: pa.Table) -> None:
        """Write rows that were a group; a table without rows is no group."""
        ...


Rows = Mapping[int, tuple[int, int]]
"""Where items are that were found by their rows: by position the row's number, and the position of its first item."""


@dataclass(frozen=True)
class _Changed:
    """What becomes of a row of a batch: `values` by column where it stays."""

    goes: bool
    values: Mapping[int, Any]
    expected: Mapping[str, Any]


class ColumnarFile(FileContainer):
    """A row's photos are items of their own, what else it says is one record; a row goes when all of its items go."""

    tabular: ClassVar[bool] = True

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        self._rows: Rows = {}

    @abstractmethod
    def opened(self) -> AbstractContextManager[ColumnSource]:
        """The file for reading. Raises ContainerDamaged, also while it is read."""

    @abstractmethod
    def writing(self, target: Path, source: ColumnSource) -> AbstractContextManager[Target]:
        """A file that is written as the source is."""

    def listing(self) -> Iterator[Listed]:
        return self._listing(lambda schema: Columns(schema).entries)

    def inventory(self) -> Iterator[Listed | Hashed]:
        """See `FileContainer.inventory`."""
        if beside_rows.said_by_folders(self.path, self.name):
            return self.listing()
        return self._listing(lambda schema: PhotoColumn(schema).entries)

    def _listing(self, reading: Callable[[pa.Schema], Entries[Entry]]) -> Iterator[Entry | Listed]:
        with self.opened() as source:
            said = beside_rows.said_by_folders(self.path, self.name)
            tally, entries_of, number = RowTally(Columns(source.schema).leaves), reading(source.schema), 0
            for batch in _batches(source):
                for one in entries_of(batch, number, tally):
                    yield beside_rows.with_folders(one, said) if said and isinstance(one, ContainerEntry) else one
                number += batch.num_rows
            yield from self._beside(source, tally)
            yield from tally.end(source.own + len(source.schema.names) + len(source.said))

    def _beside(self, source: ColumnSource, tally: RowTally) -> Iterator[Listed]:
        """What it says beside its rows: items behind those of the rows."""
        yield from beside_rows.column_entries(source.schema.names, tally)
        yield from beside_rows.metadata_entries(source.said, tally)

    def _count_beside(self, source: ColumnSource) -> int:
        return sum(1 for _ in items_of(self._beside(source, RowTally())))

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`."""
        for entry in self.entries_at(hint) if hint is not None else ():
            data = entry.read()
            if entry.member == member and not entry.problem and sha256_hex(data) == digest:
                return data
        return super().read(member, digest, occurrence, None)

    def entries_at(self, row: int) -> list[ContainerEntry]:
        """What the row with this number holds; nothing where there is no such row."""
        with self.opened() as source:
            found = _row_at(source, row)
        return list(entries_of(found.items, row, "")) if found else []

    def resolved(self, doomed: Collection[Doomed]) -> Resolution:
        """By the rows that hints point at; all rows are read where one of them is not as it was."""
        with self.opened() as source:
            found, self._rows = _by_hint(source, doomed) or (None, {})
            if found is not None:
                return replace(found, kept=found.kept + self._count_beside(source))
        return super().resolved(doomed)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self.opened() as source, self.writing(target, source) as out:
            categories = self._categories(source, changes)
            for table in self._after(source, changes):
                if table.num_rows:
                    out.write(categories.of(table))
            names = sum(len(told) for told in class_names(source.schema).values())
        return [message("note.erase.class-names", count=names)] if names else []

    def _after(self, source: ColumnSource, changes: Changes) -> Iterator[pa.Table]:
        """Each group of rows after the changes."""
        change = _Changing(self.name, source.schema, changes, self._rows)
        for group in source.groups():
            pieces = [one for batch in group.batches() for one in change.without(batch)]
            yield pa.Table.from_batches(pieces, source.schema)

    def _categories(self, source: ColumnSource, changes: Changes) -> Categories:
        """What columns of categories still use after the changes: the others would tell of erased rows."""
        if any(holds_categories(field.type) for field in source.schema):
            why = message("why.columns.inner-categories")
            raise erasing.ContainerNotRewritten(name=self.name, why=why)
        categories = Categories(source.schema)
        if categories.columns:
            for table in self._after(source, changes):
                categories.use(table)
        return categories

    def verify(self, fresh: Path, resolution: Resolution) -> None:
        """Compares the new file with this one, value by value."""
        there = self._at(fresh)
        assert isinstance(there, ColumnarFile)
        with self.opened() as old, there.opened() as new:
            kept, alike = self._compared(old, new, resolution.changes)
            if kept != resolution.kept:
                raise NotVerified(name=self.name, why=message("why.erase.count", kept=resolution.kept, found=kept))
            if not alike:
                raise NotVerified(name=self.name, why=message("why.erase.item"))
            if not old.schema.equals(new.schema, check_metadata=True):
                raise NotVerified(name=self.name, why=message("why.erase.rest"))

    def _compared(self, old: ColumnSource, new: ColumnSource, changes: Changes) -> tuple[int, bool]:
        """How many items the new file holds, and whether its rows are those of the old one after the changes."""
        columns = Columns(new.schema)
        change = _Changing(self.name, old.schema, changes, self._rows)
        rows = _Rows(new, columns)
        alike = old.schema.equals(new.schema)
        if alike:
            for batch in _batches(old):
                expected, partly = change.expected(batch)
                alike = alike and rows.are(expected, partly)
        alike = rows.no_more() and alike
        return rows.items + self._count_beside(new), alike


class _Changing:
    """Goes through a file's batches with the changes to its items, which are told by position."""

    def __init__(self, name: str, schema: pa.Schema, changes: Changes, rows: Rows) -> None:
        self._name = name
        self._schema = schema
        self._columns = Columns(schema)
        self._changes = changes
        self._positions = sorted(changes)
        self._known = sorted({rows[position] for position in changes}) if rows.keys() >= changes.keys() else None
        self._before = self._number = 0

    def without(self, batch: pa.RecordBatch) -> list[pa.RecordBatch]:
        """The batch after the changes, in pieces."""
        changed = self._changed(batch)
        if not changed:
            return [batch]
        pieces, done = [], 0
        for at, change in sorted(changed.items()):
            pieces.append(batch.slice(done, at - done))
            if not change.goes:
                pieces.append(self._with_values(batch.slice(at, 1), change.values))
            done = at + 1
        pieces.append(batch.slice(done))
        return [piece for piece in pieces if piece.num_rows]

    def expected(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, Mapping[str, Any]]]:
        """The rows that stay as they were, old values in those that change in part; and these by their place."""
        changed = self._changed(batch)
        if not changed:
            return batch, {}
        stays = np.ones(batch.num_rows, np.bool_)
        stays[[at for at, change in changed.items() if change.goes]] = False
        places = np.cumsum(stays) - 1
        partly = {int(places[at]): change.expected for at, change in changed.items() if not change.goes}
        return rows_that(batch, stays), partly

    def _changed(self, batch: pa.RecordBatch) -> dict[int, _Changed]:
        """By the rows' places in the batch."""
        start, self._number = self._number, self._number + batch.num_rows
        if self._known is not None:
            first, last = (bisect_left(self._known, (number, 0)) for number in (start, self._number))
            here = [(number - start, position) for number, position in self._known[first:last]]
        else:
            here = self._counted(batch)
        return {at: self._row(batch, at, position) for at, position in here}

    def _counted(self, batch: pa.RecordBatch) -> list[tuple[int, int]]:
        """Rows with changes, found by counting what all rows hold, and the position of the first item of each."""
        first = bisect_left(self._positions, self._before)
        if first == len(self._positions):
            return []
        counts = self._columns.counts(batch)
        ends = self._before + np.cumsum(counts)
        self._before = int(ends[-1]) if len(ends) else self._before
        last = bisect_left(self._positions, self._before)
        rows = np.unique(np.searchsorted(ends, self._positions[first:last], side="right")).tolist()
        return [(at, int(ends[at] - counts[at])) for at in rows]

    def _row(self, batch: pa.RecordBatch, at: int, position: int) -> _Changed:
        row, found = self._columns.found(batch, at)
        change = touched(found.items, self._changes, position)
        if change.goes:
            return _Changed(True, {}, {})
        new = after(row, found, change)
        values = {number: new[name] for number, name in enumerate(row) if new[name] is not row[name]}
        return _Changed(False, values, new)

    def _with_values(self, row: pa.RecordBatch, values: Mapping[int, Any]) -> pa.RecordBatch:
        arrays = list(row.columns)
        for number, value in values.items():
            field = self._schema.field(number)
            if not fits(value, field):
                raise CellNotNullable(name=self._name)
            if value is not None:
                self._require_exact(arrays[number])
            arrays[number] = array_of(value, field.type)
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _require_exact(self, cell: pa.Array) -> None:
        """Raises ContainerNotRewritten where a value that stays in part has digits that Python's times have not."""
        kind = plain_type(cell.type)
        if kind != cell.type and not pa.types.is_dictionary(cell.type) and not isinstance(cell, pa.ExtensionArray):
            try:
                cell.cast(kind, safe=True)
            except pa.ArrowException as error:
                why = message("why.columns.nanoseconds")
                raise erasing.ContainerNotRewritten(name=self._name, why=why) from error


class _Rows:
    """The rows of a new file, taken off as they are compared; `items` counts what they hold."""

    def __init__(self, source: ColumnSource, columns: Columns) -> None:
        self._batches = self._counted(source)
        self._columns = columns
        self._left: pa.RecordBatch | None = None
        self.items = 0

    def are(self, expected: pa.RecordBatch, partly: Mapping[int, Mapping[str, Any]]) -> bool:
        """Whether the next rows are these, and those at some places such rows."""
        done = 0
        while done < expected.num_rows:
            if self._left is None or not self._left.num_rows:
                self._left = next(self._batches, None)
                if self._left is None:
                    return False
            count = min(expected.num_rows - done, self._left.num_rows)
            here, self._left = self._left.slice(0, count), self._left.slice(count)
            inside = {at - done: row for at, row in partly.items() if done <= at < done + count}
            if not self._alike(expected.slice(done, count), here, inside):
                return False
            done += count
        return True

    def no_more(self) -> bool:
        more = bool(self._left is not None and self._left.num_rows)
        return not sum(batch.num_rows for batch in self._batches) and not more

    def _counted(self, source: ColumnSource) -> Iterator[pa.RecordBatch]:
        for batch in _batches(source):
            self.items += int(self._columns.counts(batch).sum())
            yield batch

    def _alike(self, old: pa.RecordBatch, new: pa.RecordBatch, partly: Mapping[int, Mapping[str, Any]]) -> bool:
        for at, row in partly.items():
            if stored_row(self._columns.row(new, at)) != stored_row(row):
                return False
        if partly:
            whole = np.ones(old.num_rows, np.bool_)
            whole[list(partly)] = False
            old, new = rows_that(old, whole), rows_that(new, whole)
        return all(map(same, old.columns, new.columns))


def _batches(source: ColumnSource) -> Iterator[pa.RecordBatch]:
    for group in source.groups():
        yield from group.batches()


def _row_at(source: ColumnSource, number: int) -> FoundInRow | None:
    """What the row with this number holds; groups before it are not read."""
    start = 0
    for group in source.groups():
        if start <= number < start + group.rows:
            for batch in group.batches():
                if number < start + batch.num_rows:
                    return Columns(source.schema).found(batch, number - start)[1]
                start += batch.num_rows
        start += group.rows
    return None


def _by_hint(source: ColumnSource, doomed: Collection[Doomed]) -> tuple[Resolution, Rows] | None:
    """Each doomed item in the row that its hint points at; None where one is not there."""
    wanted: dict[int, list[Doomed]] = {}
    for one in doomed:
        if one.hint is None:
            return None
        wanted.setdefault(one.hint, []).append(one)
    columns = Columns(source.schema)
    changes: dict[int, bytes | None] = {}
    known: dict[int, tuple[int, int]] = {}
    number = position = 0
    rows = sorted(wanted)
    for batch in _batches(source):
        counts = columns.counts(batch)
        for row in rows[bisect_left(rows, number) : bisect_left(rows, number + batch.num_rows)]:
            places = _places(columns.found(batch, row - number)[1], wanted[row])
            if places is None:
                return None
            first = position + int(counts[: row - number].sum())
            changes |= {first + place: one.replacement for place, one in zip(places, wanted[row], strict=True)}
            known |= {first + place: (row, first) for place in places}
        number, position = number + batch.num_rows, position + int(counts.sum())
    if len(changes) != len(doomed):
        return None
    kept = position - sum(new is None for new in changes.values())
    return Resolution(changes, tuple(doomed), (), kept, ""), known


def _places(found: FoundInRow, doomed: Sequence[Doomed]) -> list[int] | None:
    """Which items of a row these are; None where one is none of them."""
    entries = [(entry.member, erasing.stored_digest(entry)) for entry in entries_of(found.items, 0, "")]
    places = []
    for one in doomed:
        fitting = [at for at, entry in enumerate(entries) if entry == (one.member, one.digest) and at not in places]
        if not fitting:
            return None
        places.append(fitting[0])
    return places
