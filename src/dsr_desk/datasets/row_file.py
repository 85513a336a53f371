"""Files of rows, one after the other: what of a row are items, and a file without some of them.

A row without photos is a record by its stored bytes. One with photos in it (base64, mostly) is those and a record by
the bytes that would be left without them, so that the record stays the same when they go.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message
from dsr_desk.datasets.beside_rows import header_entries, named_by_keys
from dsr_desk.datasets.cells import SHORT, Answer, is_text_alone
from dsr_desk.datasets.container import Listed, record_entry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.lines import lines_in, lines_of
from dsr_desk.datasets.records import flatten
from dsr_desk.datasets.rows import (
    IMAGE,
    FoundInRow,
    Row,
    RowItem,
    RowTally,
    Touched,
    after,
    entries_of,
    found_in,
    touched,
)

_NOT_LOOKED = object()


@dataclass
class FileRow:
    """`raw` is the row without the `ending` that separates it from the next, `offset` is in bytes.

    `values` is None for what is no record (a header, a blank line).
    """

    offset: int
    raw: bytes
    ending: bytes
    values: Row | None
    _found: Any = field(default=_NOT_LOOKED, init=False, repr=False)

    @property
    def found(self) -> FoundInRow | None:
        """What it holds beside texts; None where it is texts alone."""
        if self._found is _NOT_LOOKED:
            more = self.values is not None and any(map(_holds_more, self.values.values()))
            self._found = found_in(self.values or {}) if more else None
        found: FoundInRow | None = self._found
        return found


def _holds_more(value: Any) -> bool:
    """Whether a value may hold more than texts and a few numbers. Cheap, since every row is asked."""
    if type(value) is str:
        return not is_text_alone(value)
    if isinstance(value, list):
        return len(value) > SHORT or any(isinstance(one, list) or _holds_more(one) for one in value)
    if isinstance(value, Mapping):
        return value.keys() == IMAGE or any(map(_holds_more, value.values()))
    return False


class RowFile(FileContainer):
    """A format says how rows are cut, what they hold and how values are spelt as a row."""

    @abstractmethod
    def rows(self, file: IO[bytes]) -> Iterator[FileRow]:
        """All rows of the open file."""

    @abstractmethod
    def row_at(self, file: IO[bytes], offset: int) -> FileRow | None:
        """The row that begins there, as `rows` gives it, whether it is a record or not."""

    @abstractmethod
    def values_of(self, raw: bytes) -> Row | None:
        """What a row that is neither header nor blank holds; None where that is no record."""

    @abstractmethod
    def spelt(self, row: FileRow, values: Row) -> bytes:
        """A row as it is written with other values; the same values give the same bytes."""

    def texts_of(self, values: Row) -> Mapping[str, str]:
        """The fields of a row that holds texts and a few numbers."""
        return {name: text for name, text in flatten(values).items() if text} | self._named_by_keys(values)

    def label(self, row: FileRow, changes: Changes) -> bytes:
        """A row that is no record, as it shall be after changes."""
        del changes
        return row.raw

    @property
    def header(self) -> Collection[str]:
        """Names of columns, where these are the same for all rows."""
        return ()

    @property
    def newline(self) -> bytes:
        """What ends a line."""
        return b"\n"

    @property
    def first(self) -> int:
        """Where the first row begins."""
        return 0

    def listing(self) -> Iterator[Listed]:
        tally = RowTally()
        unread: Counter[Any] = Counter()
        number = 0
        with self.path.open("rb") as file:
            newline = self.newline
            for row in self.rows(file):
                several = newline in row.raw
                count = lines_of(row.raw + row.ending, newline) if several or not row.raw else 1
                if row.values is None:
                    tally.count(Answer.LABEL, count)
                    continue
                tally.count(Answer.ITEM, count)
                number += 1
                if row.found is None:
                    yield record_entry(row.raw, row.offset, self.texts_of(row.values))
                    continue
                for one in row.found.unread:
                    unread["cells"] += one.count
                    tally.not_read(one.place, one.kind, one.why, one.count, one.size)
                items = self.items_in(row)
                yield from entries_of(items, row.offset, f"row {number}" if len(items) > 1 else "")
            yield from header_entries(self.header)
            file.seek(self.first)
            # A line that was read may hold cells that were not.
            yield from tally.end(lines_in(file, self.newline) + unread["cells"])

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self.path.open("rb") as file:
            row = self.row_at(file, hint)
        return None if row is None else ("", row.raw)

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`. The row that a hint points at is looked through first."""
        if member and hint is not None:
            with self.path.open("rb") as file:
                row = self.row_at(file, hint)
            for item in self.items_in(row) if row is not None else ():
                if item.member == member and sha256_hex(item.data) == digest:
                    return item.data
        return super().read(member, digest, occurrence, hint)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with self.path.open("rb") as file, target.open("r+b") as out:
            out.write(file.read(self.first))
            for row in self.rows(file):
                items = self.items_in(row)
                change = touched(items, changes, position)
                position += len(items)
                if not items:
                    out.write(self.label(row, changes) + row.ending)
                elif not change.goes:
                    out.write(self.changed(row, change) + row.ending)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Lines that are no records, and numbers beside photos."""
        position = 0
        with self.path.open("rb") as file:
            yield file.read(self.first)
            for row in self.rows(file):
                items = self.items_in(row)
                change = touched(items, changes, position)
                position += len(items)
                if not items:
                    yield self.label(row, changes) + row.ending
                elif not change.goes:
                    yield from self._beside_photos(row, change)

    def items_in(self, row: FileRow) -> list[RowItem]:
        """Photos, then what else the row says; nothing where it is no record."""
        if row.values is None:
            return []
        found = row.found
        if found is None or not found.photos:
            texts = self.texts_of(row.values) if found is None else _texts_in(found) | self._named_by_keys(row.values)
            return [RowItem(ItemKind.RECORD, "", "", row.raw, texts)]
        named = self._named_by_keys(row.values)
        return [
            item
            if item.way
            else RowItem(ItemKind.RECORD, "", "", self._without_photos(row), {**(item.record or {}), **named})
            for item in found.items
        ]

    def _named_by_keys(self, values: Row) -> dict[str, str]:
        return {} if self.header else named_by_keys(values)

    def changed(self, row: FileRow, change: Touched) -> bytes:
        """The row's bytes after a change that leaves it."""
        if not change.items or row.values is None:
            return row.raw
        new = change.items[0][1]
        if row.found is None or not row.found.photos:
            return row.raw if new is None else new
        return self.spelt(row, after(row.values, row.found, change))

    def _beside_photos(self, row: FileRow, change: Touched) -> Iterator[bytes]:
        """What a row that is no record but photos alone holds beside them, after a change."""
        if row.found is None or not row.found.photos:
            return
        raw = self.changed(row, change)
        new = replace(row, raw=raw, values=self.values_of(raw)) if change.items else row
        if all(item.way for item in self.items_in(new)):
            yield self._without_photos(new)

    def _without_photos(self, row: FileRow) -> bytes:
        assert row.found is not None
        return self.spelt(row, row.found.others)


def _texts_in(found: FoundInRow) -> dict[str, str]:
    return dict(found.items[0].record or {}) if found.items else {}
