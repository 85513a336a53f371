"""Rows of a SQLite table as items, and what of a row is written when it stays without some of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import cells, rows
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.rows import FoundInRow, Row, RowItem
from dsr_desk.datasets.sqlite_erasing import Key
from dsr_desk.datasets.sqlite_schema import SqliteTable, quoted

_NUMBER_BITS = 48


class NotByRow(DeskError):
    code = "SQLITE-NOT-BY-ROW"
    happened = "A row of {name} cannot lose what it says and keep its photo: what it says is its key."
    means = "Nothing was erased from it."
    todo = "Choose to erase the photo too, or hand the action to the team that keeps the database."


def hint_of(tables: Sequence[SqliteTable], table: SqliteTable, key: Key) -> int | None:
    """The table's place among all and the row's number; None for a row without one, or with one that is too large."""
    number = key[0]
    return (
        tables.index(table) << _NUMBER_BITS | number if table.has_numbers and 0 <= number < 1 << _NUMBER_BITS else None
    )


def row_at(db: sqlite3.Connection, tables: Sequence[SqliteTable], hint: int) -> tuple[SqliteTable, Key, Row] | None:
    """What `hint_of` was asked of, where it is still there."""
    at, number = hint >> _NUMBER_BITS, hint & (1 << _NUMBER_BITS) - 1
    if not 0 <= at < len(tables) or not tables[at].has_numbers:
        return None
    row = db.execute(tables[at].select_one, (number,)).fetchone()
    return (tables[at], row[:1], dict(zip(tables[at].columns, row[1:], strict=True))) if row else None


def count_telling(db: sqlite3.Connection, table: SqliteTable) -> int:
    """Rows that hold anything."""
    told = " OR ".join(f"{quoted(column)} IS NOT NULL" for column in table.columns)
    return int(db.execute(f"SELECT count(*) FROM {quoted(table.name)} WHERE {told}").fetchone()[0])


def count_of(db: sqlite3.Connection, table: SqliteTable) -> int:
    """Rows, as the database counts them."""
    return int(db.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()[0])


def rows_of(db: sqlite3.Connection, table: SqliteTable) -> Iterator[tuple[Key, dict[str, Any]]]:
    width = len(table.key)
    for row in db.execute(table.select):
        yield row[:width], dict(zip(table.columns, row[width:], strict=True))


def items_in(table: SqliteTable, found: FoundInRow) -> list[RowItem]:
    """The items of a row. A record is told by its table too, so that rows of two tables are not alike."""
    return [
        replace(item, data=rows.stored_row([table.name, found.others])) if not item.way else item
        for item in found.items
    ]


def items_of(table: SqliteTable, row: Row) -> list[RowItem]:
    """The items of a row, a plain record without its texts: several times as fast, for who looks for a few rows."""
    if _is_record(row):
        return [RowItem(ItemKind.RECORD, "", "", rows.stored_row([table.name, row]))]
    return items_in(table, rows.found_in(row))


def _is_record(row: Row) -> bool:
    return all(map(_is_plain, row.values())) and any(value is not None for value in row.values())


def _is_plain(value: Any) -> bool:
    """Whether nothing but a text or a number can be in it: no photo is written in a few letters, or with blanks."""
    if isinstance(value, str):
        return len(value) < cells.ENCODED or not _has_long_word(value)
    return not isinstance(value, bytes)


def _has_long_word(text: str) -> bool:
    at = 0
    while len(text) - at >= cells.ENCODED:
        blank = text.rfind(" ", at, at + cells.ENCODED)
        if blank < 0:
            return True
        at = blank + 1
    return False


class Meant:
    """Finds the rows of doomed items again while it is shown all rows, in the order in which they are listed.

    `rows` are by table and key the row as it is and, by the position of an item in it, its new bytes or None.
    """

    def __init__(self, doomed: Collection[Doomed]) -> None:
        self._wanted = {(one.member, one.digest, one.occurrence): one for one in doomed}
        self._names = {(one.member, one.digest) for one in doomed}
        self._at: Changes = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._position = 0
        self.kept = 0
        self.found: list[Doomed] = []
        self.rows: dict[SqliteTable, dict[Key, tuple[Row, dict[int, bytes | None]]]] = {}

    @classmethod
    def at(cls, changes: Changes) -> Meant:
        """For items that are known by their positions."""
        meant = cls(())
        meant._at = changes
        return meant

    @classmethod
    def by_hints(
        cls, db: sqlite3.Connection, tables: Sequence[SqliteTable], doomed: Collection[Doomed]
    ) -> Meant | None:
        """Where each item is still where it was seen last; None where a look at all rows is needed.

        Rows that hold anything are counted as kept, without a look at what.
        """
        meant = cls(doomed)
        for one in doomed:
            there = row_at(db, tables, one.hint) if one.hint is not None else None
            if there is None:
                return None
            table, key, row = there
            new = meant.rows.setdefault(table, {}).setdefault(key, (row, {}))[1]
            names = [(item.member, sha256_hex(item.data)) for item in items_of(table, row)]
            places = [at for at, name in enumerate(names) if name == (one.member, one.digest) and at not in new]
            if not places:
                return None
            new[places[0]] = one.replacement
            meant.found.append(one)
        gone = sum(1 for of_table in meant.rows.values() for _, new in of_table.values() if None in new.values())
        meant.kept = sum(count_telling(db, table) for table in tables) - gone
        meant._wanted.clear()
        return meant

    @property
    def missing(self) -> Collection[Doomed]:
        return self._wanted.values()

    def look_through(self, db: sqlite3.Connection, tables: Sequence[SqliteTable]) -> None:
        for table in tables:
            for key, row in rows_of(db, table):
                self._look(table, key, row)

    def _look(self, table: SqliteTable, key: Key, row: Row) -> None:
        items = items_of(table, row)
        new: dict[int, bytes | None] = {}
        for at, item in enumerate(items):
            if self._position + at in self._at:
                new[at] = self._at[self._position + at]
            elif self._is_meant(item):
                new[at] = self.found[-1].replacement
        self._position += len(items)
        self.kept += len(items) - sum(1 for replacement in new.values() if replacement is None)
        if new:
            self.rows.setdefault(table, {})[key] = (row, new)

    def _is_meant(self, item: RowItem) -> bool:
        if not self._names:
            return False
        name = (item.member, sha256_hex(item.data))
        if name not in self._names:
            return False
        occurrence = self._seen.get(name, 0)
        self._seen[name] = occurrence + 1
        one = self._wanted.pop((*name, occurrence), None)
        if one is not None:
            self.found.append(one)
        return one is not None


def values_after(
    db: sqlite3.Connection, name: str, table: SqliteTable, row: Row, new: Mapping[int, bytes | None]
) -> dict[str, Any] | None:
    """The columns of a row that take other values, None where it goes as a whole. `name` is the database's.

    Where a column allows no empty value, it takes one of length none. Raises NotByRow.
    """
    found = rows.found_in(row)
    change = rows.touched(found.items, new, 0)
    if change.goes:
        return None
    if any(not item.way and replacement is not None for item, replacement in change.items):
        raise NotByRow(name=name)
    changed = {column: value for column, value in rows.after(row, found, change).items() if value is not row[column]}
    for _, column, _, not_null, _, in_key in db.execute(f"PRAGMA main.table_info({quoted(table.name)})").fetchall():
        if column not in changed:
            continue
        if in_key:
            if isinstance(row[column], str | bytes):
                raise NotByRow(name=name)
            del changed[column]
        elif changed[column] is None and not_null:
            changed[column] = type(row[column])()
    return changed
