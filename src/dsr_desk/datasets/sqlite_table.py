"""SQLite databases: every row of every table is one record, and photos in its columns are items of their own.

A database that others may have open is not written anew: its rows go in its own transaction (`sqlite_erasing`), and
what they leave in unused bytes is cleared (`sqlite_pages`). See docs/decisions/0010-a-database-erases-its-own-rows.md.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import beside_rows, erasing, rows, sniff, sqlite_opening
from dsr_desk.datasets.container import ContainerNotRead, Doomed, Listed
from dsr_desk.datasets.erasing import Changes, ContainerNotRewritten, Rewritten
from dsr_desk.datasets.file_container import FileContainer, state_of
from dsr_desk.datasets.in_place import DatabaseInUse
from dsr_desk.datasets.sqlite_erasing import RowsNotErased, erase_rows
from dsr_desk.datasets.sqlite_pages import HEADER, header_of, unused_bytes
from dsr_desk.datasets.sqlite_rows import Meant, count_of, hint_of, items_in, items_of, row_at, rows_of, values_after
from dsr_desk.datasets.sqlite_schema import Schema, schema_of

_SUFFIXES = frozenset({".db", ".db3", ".sqlite", ".sqlite3", ".sqlitedb"})
_SHORTEST_PAGE = 512

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_INTERRUPTED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})


class SqliteDatabase(FileContainer):
    """Tables in the order of their names, rows in the order of their keys; rowids stay as they are."""

    format: ClassVar[str] = "sqlite"
    magic: ClassVar[bytes] = b"SQLite format 3\0"
    tabular: ClassVar[bool] = True
    in_place: ClassVar[bool] = True

    @classmethod
    def refusal(cls, path: Path, head: bytes) -> Message | None:
        """A database file without SQLite's first bytes: encrypted, or another program's."""
        size = path.stat().st_size
        if path.suffix.lower() not in _SUFFIXES or not size or size % _SHORTEST_PAGE or sniff.unread_kind(head):
            return None
        return message("why.sqlite.encrypted")

    def listing(self) -> Iterator[Listed]:
        unused = unused_bytes(self.path)
        with self._to_read() as db:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise self.damaged("why.sqlite.check")
            schema = schema_of(db)
            tally = rows.RowTally()
            own = number = 0
            for table in schema.tables:
                own += count_of(db, table) * len(table.columns)
                for key, row in rows_of(db, table):
                    found = rows.found_in(row)
                    tally.add(found)
                    group = f"row {number}" if found.group else ""
                    for entry in rows.entries_of(items_in(table, found), 0, group):
                        yield replace(entry, hint=hint_of(schema.tables, table, key))
                    number += 1
            for table in schema.tables:
                own += 1 + len(table.columns)
                yield from beside_rows.column_entries([table.name, *table.columns], tally)
            for place, kind, why in schema.unread:
                own += 1
                tally.not_read(place, kind, why)
            if unused:
                own += 1
                tally.not_read("", message("kind.unused-bytes"), message("why.sqlite.unused-bytes"), size=unused)
            yield from tally.end(own)

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`."""
        if hint is not None:
            with self._to_read() as db:
                there = row_at(db, schema_of(db).tables, hint)
                for item in items_of(there[0], there[2]) if there else ():
                    if item.member == member and sha256_hex(item.data) == digest:
                        return item.data
        return super().read(member, digest, occurrence, hint)

    def companions(self) -> Collection[Path]:
        return [sqlite_opening.beside(self.path, suffix) for suffix in ("-wal", "-shm", "-journal")]

    def journals(self) -> Collection[Path]:
        """See `FileContainer.journals`."""
        suffixes = ("-journal", "-wal") if sqlite_opening.logs(self.path) else ("-journal",)
        return [sqlite_opening.beside(self.path, suffix) for suffix in suffixes]

    def fingerprint(self) -> str:
        """See `Container.fingerprint`. Rows may stand in the log alone."""
        log = sqlite_opening.beside(self.path, "-wal")
        return state_of(self.path) + (f"-{state_of(log)}" if sqlite_opening.waits(self.path) else "")

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`."""
        del doomed
        self._require_plain()
        with self._to_read() as db:
            names = tuple(index.name for index in schema_of(db).text_indexes)
        return [message("note.erase.may-renew", files=names)] if names else []

    def erase_here(self, doomed: Collection[Doomed]) -> Rewritten:
        """See `FileContainer.erase_here`."""
        self._require_plain()
        with self._to_change() as alone:
            schema = schema_of(alone.db)
            meant = Meant.by_hints(alone.db, schema.tables, doomed)
            if meant is None:
                meant = Meant(doomed)
                meant.look_through(alone.db, schema.tables)
            notes: list[Message] = []
            if meant.found:
                notes = self._erase(alone.db, schema, meant)
                alone.db.execute("COMMIT")
                alone.clear()
            beside = sum(len(beside_rows.column_items([table.name, *table.columns])) for table in schema.tables)
        return Rewritten(meant.kept + beside, tuple(meant.found), tuple(meant.missing), notes=tuple(notes))

    def finish(self) -> None:
        """See `FileContainer.finish`. SQLite rolls back what was not committed when it opens the file."""
        with self._to_change() as alone:
            alone.db.execute("COMMIT")
            alone.clear()

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """A copy in which the rows that stay have the same numbers."""
        self._require_plain()
        with self._to_read() as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
            old.backup(new)
        copy = SqliteDatabase(target, self.name)
        with copy._to_change() as alone:
            schema = schema_of(alone.db)
            meant = Meant.at(changes)
            meant.look_through(alone.db, schema.tables)
            notes = copy._erase(alone.db, schema, meant)
            alone.db.execute("COMMIT")
            alone.clear()
        return notes

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """The schema, views and triggers included."""
        del changes
        with self._to_read() as db:
            listed = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        yield json.dumps(listed, ensure_ascii=False, default=str).encode()

    def _erase(self, db: sqlite3.Connection, schema: Schema, meant: Meant) -> list[Message]:
        """Inside the open transaction."""
        if any(schema.is_kept_by_another(table.name) for table in meant.rows):
            raise RowsNotErased(name=self.name, why=message("why.sqlite.module"))
        changes = {
            table: {key: values_after(db, self.name, table, row, new) for key, (row, new) in of_table.items()}
            for table, of_table in meant.rows.items()
        }
        return erase_rows(db, self.name, schema, changes)

    def _require_plain(self) -> None:
        """Raises RowsNotErased where another program keeps something of its own on each page."""
        head = sniff.head_of(self.path, HEADER)
        if len(head) == HEADER and header_of(head).usable != header_of(head).page:
            raise RowsNotErased(name=self.name, why=message("why.sqlite.reserved"))

    @contextmanager
    def _to_read(self) -> Iterator[sqlite3.Connection]:
        with self._understood(), sqlite_opening.to_read(self.path) as db:
            yield db

    @contextmanager
    def _to_change(self) -> Iterator[sqlite_opening.Alone]:
        with self._understood(changing=True), sqlite_opening.to_change(self.path) as alone:
            yield alone

    @contextmanager
    def _understood(self, *, changing: bool = False) -> Iterator[None]:
        """What SQLite says, as an officer is told it."""
        try:
            yield
        except UnicodeError as error:
            raise self.damaged("why.sqlite.table") from error
        except sqlite3.DatabaseError as error:
            raise self._told(error, changing=changing) from error

    def _told(self, error: sqlite3.DatabaseError, *, changing: bool) -> DeskError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _BUSY and changing:
            return DatabaseInUse(name=self.name)
        if code == sqlite3.SQLITE_FULL:
            return erasing.refusal(OSError(errno.ENOSPC, str(error)), self.path, self.name)
        if code == sqlite3.SQLITE_IOERR and changing:
            said = message("why.sqlite.refused", error=error.sqlite_errorname)
            return ContainerNotRewritten(name=self.name, why=said)
        if code in _BUSY or (code in _INTERRUPTED and not changing):
            why = "why.sqlite.busy" if code in _BUSY else "why.sqlite.interrupted"
            return ContainerNotRead(name=self.name, why=message(why))
        return self.damaged("why.sqlite.table")
