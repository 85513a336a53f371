"""Rows of a SQLite database are erased inside one transaction, and all else is compared before that is committed.

Its own triggers fire, as they do for every program that deletes a row. Whatever they, or a full-text index, or a
reference from another table make of it: where anything but the rows that were meant differs, all of it is rolled back.
"""

from __future__ import annotations

import hashlib
import marshal
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.sqlite_schema import Schema, SqliteTable, TextIndex, quoted

Key = tuple[Any, ...]
RowChanges = Mapping[SqliteTable, Mapping[Key, Mapping[str, Any] | None]]
"""By table and key: None where the row goes, else the columns that take other values."""

_SPELLING = 2
"""Of `marshal`: values alone, whoever else holds them."""


class RowsNotErased(DeskError):
    code = "SQLITE-ROLLED-BACK"
    happened = "The rows of {name} were not erased: {why}."
    means = "Everything was rolled back. The database is as it was before, so nothing was erased from it."
    todo = "Decide on the rows that are named too, or hand the action to the team that keeps the database."


@dataclass(frozen=True)
class _State:
    """All that must be the same afterwards. `references` are rows that point at nothing; `whole` are indexes."""

    rows: Mapping[str, str]
    fixed: tuple[Any, ...]
    references: frozenset[Any]
    whole: frozenset[str]


def erase_rows(db: sqlite3.Connection, name: str, schema: Schema, changes: RowChanges) -> list[Message]:
    """Changes rows inside the transaction that is open, and compares; returns notes. Raises RowsNotErased.

    `name` is the database's.
    """
    with _refusals(name):
        simple = _is_simple(db, schema)
        before = _state(db, schema, changes, rows_too=not simple)
        words = _words_of(db, schema, changes)
        count = db.total_changes
        for table, rows in changes.items():
            _change(db, table, rows)
        if simple and db.total_changes - count != sum(map(len, changes.values())):
            raise RowsNotErased(name=name, why=message("why.sqlite.others", files=tuple(one.name for one in changes)))
        notes = _renew_indexes(db, name, schema, changes, before.whole)
        notes += _forget_words(db, words)
        notes += _forget_samples(db, changes)
        after = _state(db, schema, {}, rows_too=not simple)
        _require_same(name, before, after)
        if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise RowsNotErased(name=name, why=message("why.sqlite.check"))
    return notes


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """What SQLite itself does not do: a trigger that forbids it, a collation or function that only its program has."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.OperationalError) as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY):
            raise
        said = error.sqlite_errorname
        raise RowsNotErased(name=name, why=message("why.sqlite.refused", error=said)) from error


def _change(db: sqlite3.Connection, table: SqliteTable, rows: Mapping[Key, Mapping[str, Any] | None]) -> None:
    gone = [key for key, new in rows.items() if new is None]
    db.executemany(f"DELETE FROM {quoted(table.name)} WHERE {table.where}", gone)
    for key, new in rows.items():
        if new is not None:
            values = ", ".join(f"{quoted(column)} = ?" for column in new)
            db.execute(f"UPDATE {quoted(table.name)} SET {values} WHERE {table.where}", (*new.values(), *key))


def _is_simple(db: sqlite3.Connection, schema: Schema) -> bool:
    """Whether nothing in the database writes to a table but who asks it to: then its own count says what changed."""
    triggers = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()[0]
    virtual = db.execute("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'").fetchone()
    return not triggers and not virtual[0] and not schema.missing


def _state(db: sqlite3.Connection, schema: Schema, changes: RowChanges, *, rows_too: bool) -> _State:
    """As it is, or as it shall be after changes: how many rows, or, with `rows_too`, which."""
    rows = {
        table.name: _digest(db, table, changes.get(table, {}))
        if rows_too
        else _count(db, table, changes.get(table, {}))
        for table in schema.tables
    }
    listed = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    for one in ("user_version", "application_id", "encoding", "page_size", "auto_vacuum"):
        listed += db.execute(f"PRAGMA {one}").fetchall()
    for counters in ("sqlite_sequence", "sqlite_stat1"):
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (counters,)).fetchone():
            listed += db.execute(f"SELECT * FROM {counters} ORDER BY 1, 2").fetchall()
    whole = frozenset(one.name for one in schema.text_indexes if _is_whole(db, one))
    return _State(rows, tuple(listed), _references(db), whole)


def _count(db: sqlite3.Connection, table: SqliteTable, rows: Mapping[Key, Mapping[str, Any] | None]) -> str:
    count: int = db.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()[0]
    return str(count - sum(1 for new in rows.values() if new is None))


def _digest(db: sqlite3.Connection, table: SqliteTable, rows: Mapping[Key, Mapping[str, Any] | None]) -> str:
    """Over keys and values of all rows of a table as they shall be after changes."""
    digest = hashlib.sha256()
    width = len(table.key)
    text_factory, db.text_factory = db.text_factory, bytes
    expected = {tuple(map(_raw, key)): new for key, new in rows.items()}
    try:
        for row in db.execute(table.select):
            if expected and row[:width] in expected:
                new = expected[row[:width]]
                if new is None:
                    continue
                values = zip(table.columns, row[width:], strict=True)
                row = (*row[:width], *(_raw(new.get(column, value)) for column, value in values))
            digest.update(marshal.dumps(row, _SPELLING))
    finally:
        db.text_factory = text_factory
    return digest.hexdigest()


def _raw(value: Any) -> Any:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _references(db: sqlite3.Connection) -> frozenset[Any]:
    """Rows that refer to rows that are not there; where SQLite cannot say, what it says instead."""
    try:
        return frozenset(db.execute("PRAGMA foreign_key_check").fetchall())
    except sqlite3.OperationalError as error:
        return frozenset([error.sqlite_errorname])


def _require_same(name: str, before: _State, after: _State) -> None:
    dangling = {str(row[0]) if isinstance(row, tuple) else row for row in after.references - before.references}
    if dangling:
        raise RowsNotErased(name=name, why=message("why.sqlite.references", files=tuple(sorted(dangling))))
    changed = tuple(table for table, digest in before.rows.items() if after.rows.get(table) != digest)
    if changed:
        raise RowsNotErased(name=name, why=message("why.sqlite.others", files=changed))
    if before.fixed != after.fixed:
        raise RowsNotErased(name=name, why=message("why.erase.rest"))
    if broken := before.whole - after.whole:
        raise RowsNotErased(name=name, why=message("why.sqlite.text-index", files=tuple(sorted(broken))))


def _renew_indexes(
    db: sqlite3.Connection, name: str, schema: Schema, changes: RowChanges, whole: Collection[str]
) -> list[Message]:
    """Full-text indexes lose the words of rows that went. What was merely marked as gone is written anew."""
    touched = {table.name.lower() for table in changes}
    rebuilt = []
    for index in schema.text_indexes:
        views = index.content and not any(table.name.lower() == index.content.lower() for table in schema.tables)
        if not (views or index.name.lower() in touched or (index.content or "").lower() in touched):
            continue
        if index.content and not (index.name in whole and _is_whole(db, index)):
            _command(db, index, "rebuild")
            rebuilt.append(index.name)
            if not _is_whole(db, index):
                raise RowsNotErased(name=name, why=message("why.sqlite.text-index", files=(index.name,)))
        _command(db, index, "optimize")
    return [message("note.erase.text-index", files=tuple(rebuilt))] if rebuilt else []


def _is_whole(db: sqlite3.Connection, index: TextIndex) -> bool:
    """Whether a full-text index says itself that it is consistent, with the table that it indexes too."""
    try:
        if index.module == "fts5":
            table = quoted(index.name)
            db.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")
        else:
            _command(db, index, "integrity-check")
    except sqlite3.DatabaseError:
        return False
    return True


def _command(db: sqlite3.Connection, index: TextIndex, command: str) -> None:
    table = quoted(index.name)
    db.execute(f"INSERT INTO {table}({table}) VALUES (?)", (command,))


_Words = list[tuple[TextIndex, int, dict[str, Any]]]
"""An index that keeps words alone, the number of a row, and its texts by column."""


def _words_of(db: sqlite3.Connection, schema: Schema, changes: RowChanges) -> _Words:
    """Rows that go and whose texts an index without rows of its own knows under their number."""
    alone = [index for index in schema.text_indexes if index.content == "" and index.module == "fts5"]
    found: _Words = []
    for index in alone:
        columns = [row[1] for row in db.execute(f"PRAGMA main.table_info({quoted(index.name)})")]
        for table, rows in changes.items():
            for key in rows if len(table.key) == 1 else ():
                texts = _texts(db, table, key, columns) if isinstance(key[0], int) else {}
                if texts and _knows(db, index, key[0], texts):
                    found.append((index, key[0], texts))
    return found


def _texts(db: sqlite3.Connection, table: SqliteTable, key: Key, columns: Sequence[str]) -> dict[str, Any]:
    shared = [column for column in columns if column in table.columns]
    if not shared:
        return {}
    wanted = ", ".join(map(quoted, shared))
    row = db.execute(f"SELECT {wanted} FROM {quoted(table.name)} WHERE {table.where}", key).fetchone()
    return {column: value for column, value in zip(shared, row, strict=True) if isinstance(value, str)}


def _knows(db: sqlite3.Connection, index: TextIndex, number: int, texts: Mapping[str, str]) -> bool:
    table = quoted(index.name)
    for column, text in texts.items():
        phrase = f"{quoted(column)} : {quoted(text)}"
        with suppress(sqlite3.OperationalError):
            if db.execute(f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?", (phrase, number)).fetchone():
                return True
    return False


def _forget_words(db: sqlite3.Connection, words: _Words) -> list[Message]:
    """Takes texts out of indexes that keep words alone; where one still finds them, that is said."""
    left = set()
    for index, number, texts in words:
        table, columns = quoted(index.name), ", ".join(map(quoted, texts))
        marks = ", ".join("?" * len(texts))
        db.execute(
            f"INSERT INTO {table}({table}, rowid, {columns}) VALUES ('delete', ?, {marks})", (number, *texts.values())
        )
        _command(db, index, "optimize")
        if _knows(db, index, number, texts):
            left.add(index.name)
    return [message("note.erase.words-left", files=tuple(sorted(left)))] if left else []


def _forget_samples(db: sqlite3.Connection, changes: RowChanges) -> list[Message]:
    """Statistics that hold values of rows, of the tables that lose some."""
    for samples in ("sqlite_stat3", "sqlite_stat4"):
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (samples,)).fetchone():
            for table in changes:
                if db.execute(f"DELETE FROM {samples} WHERE tbl = ? COLLATE NOCASE", (table.name,)).rowcount > 0:
                    return [message("note.erase.samples")]
    return []
