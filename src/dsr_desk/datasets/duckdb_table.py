"""DuckDB databases, read with the duckdb library where that is installed.

DuckDB keeps what was deleted in free blocks, so rows are deleted in a copy, from which what is left is copied once
more, by DuckDB itself: that file never held them. Tables, order of rows, constraints, indexes, sequences, views and
macros are compared before it takes the old one's place.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import beside_rows, rows
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import ContainerNotRead, Doomed, Listed
from dsr_desk.datasets.erasing import Changes, Rewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.in_place import DatabaseInUse
from dsr_desk.datasets.rows import FoundInRow, Row, RowItem

MAGIC, MAGIC_AT = b"DUCK", 8
"""A checksum comes first."""

BATCH_ROWS = 64

_SETTINGS = {
    "threads": "1",
    "memory_limit": "1GB",
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

_FIXED = (
    "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() WHERE database_name = $1",
    "SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE database_name = $1 AND NOT internal",
    "SELECT schema_name, index_name, sql FROM duckdb_indexes() WHERE database_name = $1",
    "SELECT schema_name, sequence_name, sql, last_value FROM duckdb_sequences() WHERE database_name = $1",
    "SELECT schema_name, function_name, parameters, macro_definition FROM duckdb_functions()"
    " WHERE database_name = $1 AND NOT internal",
    "SELECT schema_name, type_name, logical_type, labels FROM duckdb_types() WHERE database_name = $1 AND NOT internal",
    "SELECT schema_name, table_name, column_name, data_type, column_default, comment FROM duckdb_columns()"
    " WHERE database_name = $1 AND NOT internal",
    "SELECT schema_name, table_name, constraint_type, constraint_text FROM duckdb_constraints()"
    " WHERE database_name = $1",
)
"""All that is no row."""

_LOCK = struct.Struct("hhqqi4x")
"""Of `fcntl`: type, from where, start, length, process."""


class DuckDbRefused(DeskError):
    code = "DUCKDB-ROLLED-BACK"
    happened = "The rows of {name} were not erased: {why}."
    means = "The copy was thrown away. The database is as it was before, so nothing was erased from it."
    todo = "Decide on the rows that refer to them too, or hand the action to the team that keeps the database."


@dataclass(frozen=True)
class DuckTable:
    schema: str
    name: str
    columns: tuple[str, ...]

    def at(self, database: str) -> str:
        return ".".join(map(quoted, (database, self.schema, self.name)))


class DuckDatabase(FileContainer):
    """Tables in the order of their names, rows in the order in which DuckDB keeps them."""

    format: ClassVar[str] = "duckdb"
    needs: ClassVar[str] = "duckdb"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        del path
        return _is_duck(head)

    def companions(self) -> Collection[Path]:
        return [self._log]

    def listing(self) -> Iterator[Listed]:
        with self._opened() as db:
            tally = rows.RowTally()
            own = number = 0
            for table in _tables(db, "old"):
                own += _count(db, table, "old") * len(table.columns)
                for row in _rows(db, table, "old"):
                    found = rows.found_in(row)
                    _tell(tally, table, found)
                    group = f"row {number}" if found.group else ""
                    yield from rows.entries_of(_items(table, found), number, group)
                    number += 1
            for table in _tables(db, "old"):
                own += 1 + len(table.columns)
                yield from beside_rows.column_entries([table.name, *table.columns], tally)
            yield from tally.end(own)

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`."""
        del doomed
        self._require_closed()
        return [message("note.erase.duckdb")]

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        """See `FileContainer.rewrite`. Nobody else has it open, at the beginning and at the end."""
        # A process loses its locks on a file when it closes any handle of it, so this one is closed last.
        with self.path.open("rb") as file, self._opened():
            self._require_closed()
            _require_alone(file.fileno(), self.name)
            done = super().rewrite(doomed, work)
            _require_alone(file.fileno(), self.name)
        return done

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        stage = target.with_name("stage")
        target.unlink()
        with self._opened() as db:
            as_it_is = _options(db)
            db.execute(f"ATTACH {_text(stage)} AS stage ({as_it_is})")
            db.execute("COPY FROM DATABASE old TO stage")
            self._change(db, changes)
            db.execute(f"ATTACH {_text(target)} AS new ({as_it_is})")
            db.execute("COPY FROM DATABASE stage TO new")
            db.execute("DETACH stage")
            db.execute("CHECKPOINT new")
        stage.unlink()
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Schemas, constraints, indexes, sequences, views, macros, types and comments."""
        del changes
        with self._opened() as db:
            for question in _FIXED:
                told = sorted(map(repr, db.execute(question, ["old"]).fetchall()))
                yield json.dumps(told, ensure_ascii=False).encode()

    def _change(self, db: Any, changes: Changes) -> None:
        position = 0
        doomed: dict[DuckTable, list[int]] = {}
        for table in _tables(db, "old"):
            for number, row in enumerate(_rows(db.cursor(), table, "old")):
                found = rows.found_in(row)
                change = rows.touched(found.items, changes, position)
                position += len(found.items)
                if change.goes:
                    doomed.setdefault(table, []).append(number)
                elif change.items:
                    self._replace(db, table, number, row, rows.after(row, found, change))
        self._delete(db, doomed)

    def _replace(self, db: Any, table: DuckTable, number: int, row: Row, new: Mapping[str, Any]) -> None:
        changed = {column: value for column, value in new.items() if value is not row[column]}
        values = ", ".join(f"{quoted(column)} = ?" for column in changed)
        try:
            db.execute(f"UPDATE {table.at('stage')} SET {values} WHERE rowid = ?", [*changed.values(), number])
        except _duckdb().ConstraintException as error:
            raise DuckDbRefused(name=self.name, why=message("why.duckdb.empty")) from error

    def _delete(self, db: Any, doomed: dict[DuckTable, list[int]]) -> None:
        """Rows that refer to others go before these."""
        while doomed:
            left = {}
            for table, numbers in doomed.items():
                try:
                    db.execute(f"DELETE FROM {table.at('stage')} WHERE rowid IN (SELECT unnest(?))", [numbers])
                except _duckdb().ConstraintException:
                    left[table] = numbers
            if len(left) == len(doomed):
                names = tuple(sorted(table.name for table in left))
                raise DuckDbRefused(name=self.name, why=message("why.duckdb.references", files=names))
            doomed = left

    @property
    def _log(self) -> Path:
        return self.path.with_name(f"{self.path.name}.wal")

    def _require_closed(self) -> None:
        """Raises DuckDbRefused where rows wait in the log beside the file."""
        if self._log.exists() and self._log.stat().st_size:
            raise DuckDbRefused(name=self.name, why=message("why.duckdb.log"))

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Read only, as `old`."""
        duckdb = _duckdb()
        try:
            with closing(duckdb.connect(config=_SETTINGS)) as db:
                db.execute(f"ATTACH {_text(self.path)} AS old (READ_ONLY)")
                yield db
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise ContainerNotRead(name=self.name, why=message("why.duckdb.busy")) from error
            raise self.damaged("why.duckdb.unreadable") from error
        except (duckdb.Error, RuntimeError, UnicodeError) as error:
            raise self.damaged("why.duckdb.unreadable") from error


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _is_duck(head: bytes) -> bool:
    return head[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC


def _duckdb() -> Any:
    return importlib.import_module("duckdb")


def _tables(db: Any, database: str) -> list[DuckTable]:
    columns: dict[tuple[str, str], list[str]] = {}
    listed = db.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() SEMI JOIN duckdb_tables()"
        " USING (database_name, schema_name, table_name)"
        " WHERE database_name = $1 AND NOT internal ORDER BY schema_name, table_name, column_index",
        [database],
    )
    for schema, table, column in listed.fetchall():
        columns.setdefault((schema, table), []).append(column)
    return [DuckTable(schema, name, tuple(found)) for (schema, name), found in columns.items()]


def _count(db: Any, table: DuckTable, database: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table.at(database)}").fetchone()[0])


def _rows(db: Any, table: DuckTable, database: str) -> Iterator[dict[str, Any]]:
    """In the order in which DuckDB keeps them."""
    columns = ", ".join(map(quoted, table.columns))
    found = db.execute(f"SELECT {columns} FROM {table.at(database)}")
    while batch := found.fetchmany(BATCH_ROWS):
        for row in batch:
            yield dict(zip(table.columns, row, strict=True))


def _tell(tally: rows.RowTally, table: DuckTable, found: FoundInRow) -> None:
    """Counts each column of a row once, whatever is nested in it, by what of it was read least."""
    for one in found.unread:
        if one.inside:
            tally.inside(one)
    for column in table.columns:
        answers = [answer for place, answer in found.answers.items() if _is_in(place, column)]
        answer = max(answers, default=Answer.LABEL)
        if answer is Answer.UNREAD:
            one = next(one for one in found.unread if _is_in(one.place, column))
            tally.not_read(one.place, one.kind, one.why, size=one.size)
        else:
            tally.count(answer)


def _is_in(place: str, column: str) -> bool:
    return place == column or place.startswith(f"{column}.")


def _items(table: DuckTable, found: FoundInRow) -> list[RowItem]:
    """A record is told by its table too, so that rows of two tables are not alike."""
    return [
        replace(item, data=rows.stored_row([table.schema, table.name, found.others])) if not item.way else item
        for item in found.items
    ]


def _options(db: Any) -> str:
    """So that the programs which open the old file open the new one."""
    told = db.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'old'").fetchone()[0] or {}
    block = db.execute("SELECT block_size FROM pragma_database_size() WHERE database_name = 'old'").fetchone()[0]
    version = str(told.get("storage_version", "")).rstrip("+")
    return f"BLOCK_SIZE {block}" + (f", STORAGE_VERSION '{version}'" if version.startswith("v") else "")


def _require_alone(handle: int, name: str) -> None:
    """Raises DatabaseInUse where another process has the file open: DuckDB locks what it opens, to read too."""
    asked = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    if _LOCK.unpack(fcntl.fcntl(handle, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK:
        raise DatabaseInUse(name=name)
