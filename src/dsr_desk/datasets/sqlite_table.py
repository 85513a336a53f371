"""SQLite databases: every row of every table is one record. Erased rows leave nothing in free pages or indexes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.datasets.container import Doomed, Listed, record_entry
from dsr_desk.datasets.erasing import Changes, Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.rows import stored_row, texts_of

NAMELESS = "rowid"
ALONE = "PRAGMA locking_mode = EXCLUSIVE"
"""No other program, and no shared memory beside the file."""


class DatabaseInUse(DeskError):
    code = "SQLITE-IN-USE"
    happened = "{name} is open in another program."
    means = "Rewriting it now could lose what that program writes. Nothing was erased from it."
    todo = "Close the program that uses it, then run the deletion again."


class NotByRow(DeskError):
    code = "SQLITE-NOT-BY-ROW"
    happened = "Rows of {name} cannot be changed one by one."
    means = "Nothing was erased from it."
    todo = "Choose to erase the row, or hand the action to the team that keeps the database."


@dataclass(frozen=True)
class SqliteTable:
    """A table with rows of its own. `key` are the columns that name a row: the rowid, or a primary key without one."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    virtual: bool


class SqliteDatabase(FileContainer):
    """Tables in the order of their names, rows in the order of their keys. Views and hidden tables are left out."""

    format: ClassVar[str] = "sqlite"
    magic: ClassVar[bytes] = b"SQLite format 3\0"
    tabular: ClassVar[bool] = True

    def listing(self) -> Iterator[Listed]:
        with self._opened() as db:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise self.damaged("why.sqlite.check")
            number = 0
            for table in self._tables(db):
                for row in db.execute(_select(table)):
                    values = dict(zip(table.columns, row[len(table.key) :], strict=True))
                    yield record_entry(stored_row([table.name, values]), number, texts_of(values))
                    number += 1

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        """See `FileContainer.rewrite`."""
        if any(one.replacement is not None for one in doomed):
            raise NotByRow(name=self.name)
        return super().rewrite(doomed, work)

    def companions(self) -> Collection[Path]:
        return [self._beside(suffix) for suffix in ("-wal", "-shm", "-journal")]

    def unsettled(self) -> Collection[Path]:
        """The file and its write-ahead log, where rows still stand in that."""
        return [self.path, self._beside("-wal")] if self._waits() else []

    def settle(self) -> None:
        """Brings the write-ahead log into the file. Raises DatabaseInUse where another program has it open."""
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=0)) as db:
                db.execute(ALONE)
                if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    raise DatabaseInUse(name=self.name)
        except sqlite3.OperationalError as error:
            raise DatabaseInUse(name=self.name) from error

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self._opened() as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
            # What is sorted or packed goes through a file, which must lie where an erasure may write.
            new.execute(f"PRAGMA temp_store_directory = {_quoted(str(target.parent))}")
            old.backup(new)
            new.execute("PRAGMA journal_mode = OFF")
            new.execute("PRAGMA secure_delete = ON")
            new.execute("PRAGMA foreign_keys = OFF")
            new.execute("BEGIN")
            touched = self._delete(new, changes)
            new.execute("COMMIT")
            for table in touched:
                if table.virtual:
                    with suppress(sqlite3.Error):
                        new.execute(f"INSERT INTO {_quoted(table.name)}({_quoted(table.name)}) VALUES ('rebuild')")
            new.execute("VACUUM")
            if self._logs():
                new.execute("PRAGMA journal_mode = WAL")
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """The schema, views and triggers included."""
        del changes
        with self._opened() as db:
            rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        yield json.dumps(rows, ensure_ascii=False, default=str).encode()

    def _delete(self, db: sqlite3.Connection, changes: Changes) -> list[SqliteTable]:
        """Deletes by position, table by table; keys are read before anything is deleted."""
        number = 0
        touched: list[tuple[SqliteTable, list[tuple[Any, ...]]]] = []
        for table in self._tables(db):
            keys = []
            for row in db.execute(_select(table)):
                if number in changes:
                    keys.append(row[: len(table.key)])
                number += 1
            if keys:
                touched.append((table, keys))
        for table, keys in touched:
            where = " AND ".join(f"{_quoted(column)} IS ?" for column in table.key)
            db.executemany(f"DELETE FROM {_quoted(table.name)} WHERE {where}", keys)
        virtual = [table for table in self._tables(db) if table.virtual]
        return [table for table, _ in touched] + virtual

    def _tables(self, db: sqlite3.Connection) -> list[SqliteTable]:
        listed = db.execute("PRAGMA table_list").fetchall()
        found = []
        for schema, name, kind, _, without_rowid, _ in listed:
            if schema != "main" or kind not in ("table", "virtual") or name.startswith("sqlite_"):
                continue
            info = db.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
            columns = tuple(column for _, column, *_ in info)
            primary = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
            key = primary if without_rowid else (_rowid_name(columns),)
            table = SqliteTable(name, columns, key, kind == "virtual")
            if columns and _readable(db, table):
                found.append(table)
        return sorted(found, key=lambda table: table.name)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def _waits(self) -> bool:
        """Whether rows stand in the write-ahead log alone."""
        log = self._beside("-wal")
        return log.exists() and log.stat().st_size > 0

    def _logs(self) -> bool:
        """Whether the file says of itself that it is written with a write-ahead log."""
        with self.path.open("rb") as file:
            return file.read(20)[18:] == b"\2\2"

    def _read_only(self) -> tuple[str, str]:
        """How it is opened so that nothing is written beside it, and the first thing to say to it.

        Where another program has it open (there is shared memory), as that one expects. Otherwise a log is read
        without shared memory, and a file without one as a file that nobody writes to.
        """
        if not self._logs() or self._beside("-shm").exists():
            return "mode=ro", "PRAGMA temp_store = MEMORY"
        return ("mode=ro&vfs=unix-none", ALONE) if self._waits() else ("mode=ro&immutable=1", ALONE)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Read only. Text that is no UTF-8 is kept as it is, byte by byte."""
        how, first = self._read_only()
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self.path))}?{how}", uri=True, isolation_level=None)) as db:
                db.execute(first)
                db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
                yield db
        except (sqlite3.DatabaseError, UnicodeError) as error:
            raise self.damaged("why.sqlite.table") from error


def _select(table: SqliteTable) -> str:
    keys = ", ".join(_quoted(column) for column in table.key)
    columns = ", ".join(_quoted(column) for column in table.columns)
    return f"SELECT {keys}, {columns} FROM {_quoted(table.name)} ORDER BY {keys}"


def _readable(db: sqlite3.Connection, table: SqliteTable) -> bool:
    """A virtual table whose module is not here, or that has no rows of its own, cannot be listed."""
    if not table.virtual:
        return True
    try:
        db.execute(_select(table) + " LIMIT 1").fetchone()
    except sqlite3.Error:
        return False
    return True


def _rowid_name(columns: tuple[str, ...]) -> str:
    taken = {column.lower() for column in columns}
    return next((name for name in (NAMELESS, "_rowid_", "oid") if name not in taken), NAMELESS)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
