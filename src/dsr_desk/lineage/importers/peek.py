"""The first look at a file, by which its format is known: its content decides, not its name."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from dsr_desk.core.message import message
from dsr_desk.jobs.git import History
from dsr_desk.lineage.importers.draft import WHOLE, ImportRefused
from dsr_desk.lineage.importers.reading import values

SQLITE_MAGIC = b"SQLite format 3\x00"
BROKEN_DATABASE = (sqlite3.Error, UnicodeDecodeError)
"""The latter where SQLite's own complaint quotes a damaged name."""


NO_HISTORY = History()


def sha256_of(path: Path) -> str:
    """Hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Peek:
    """A file or folder that someone wants to import. Everything is read on demand and at most once.

    `history` is the past of a repository, as git gave it before; a cell starts no program.
    """

    def __init__(self, path: Path, history: History = NO_HISTORY) -> None:
        self.path = path
        self.history = history
        self._digests: dict[Path, str] = {}

    @cached_property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    @property
    def sha256(self) -> str:
        """Of a file's bytes, in hex: tells a document from every other where nothing in it does."""
        return self.sha256_of(self.path)

    def sha256_of(self, path: Path) -> str:
        """The same of a file in the folder, read once: weights are large."""
        if path not in self._digests:
            self._digests[path] = sha256_of(path)
        return self._digests[path]

    @cached_property
    def head(self) -> bytes:
        """The first 64 KB, b"" for a folder."""
        if self.is_folder:
            return b""
        with self.path.open("rb") as file:
            return file.read(1 << 16)

    @cached_property
    def text_head(self) -> str:
        return self.head.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").lstrip()

    @cached_property
    def tables(self) -> frozenset[str]:
        """Names of the tables of an SQLite file, in lower case; none for other files. Raises ImportRefused."""
        if not self.head.startswith(SQLITE_MAGIC):
            return frozenset()
        try:
            with read_only(self.path) as db:
                rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        except BROKEN_DATABASE as error:
            raise _damaged(self.path) from error
        return frozenset(str(row[0]).lower() for row in rows)

    @cached_property
    def is_json(self) -> bool:
        return self.text_head[:1] in ("{", "[")

    @cached_property
    def first_value(self) -> Any:
        """The JSON document, or the first event where there are several. Raises ImportRefused for broken JSON."""
        if not self.is_json:
            return None
        return next((value for _, value in values(self.path)), None)

    @property
    def first_object(self) -> dict[str, Any]:
        """`first_value` where it is an object; empty for anything else."""
        return self.first_value if isinstance(self.first_value, dict) else {}


def the_file(peek: Peek) -> list[Path]:
    """`files` of formats that are one file, with the log that a running database keeps beside it."""
    return [peek.path, *(path for path in beside(peek.path) if path.name.endswith("-wal"))]


def beside(path: Path) -> list[Path]:
    """What a database needs that was not closed: SQLite looks for it where the file lies itself, not where a link to it
    does."""
    real = path.resolve()
    found = [real.with_name(real.name + end) for end in ("-wal", "-journal")]
    return [one for one in found if one.is_file() and one.stat().st_size]


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """An SQLite file of somebody else's: nothing is written beside it and nothing in it is run."""
    # With a log beside it SQLite would make a file for readers there; it makes none where it is told that it is alone.
    alone = os.name == "posix"
    way = "&immutable=1" if not beside(path) else "&vfs=unix-none" if alone else ""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{way}", uri=True)
    try:
        if alone:
            db.execute("PRAGMA locking_mode = exclusive")
        db.execute("PRAGMA temp_store = memory")
        db.execute("PRAGMA trusted_schema = off")
        db.execute("PRAGMA cell_size_check = on")
        yield db
    finally:
        db.close()


@contextmanager
def sound_database(path: Path) -> Iterator[sqlite3.Connection]:
    """As `read_only`. Raises ImportRefused where the database is damaged, at whatever moment that shows."""
    with read_only(path) as db:
        try:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise ImportRefused(WHOLE, "damage.database")
            yield db
        except BROKEN_DATABASE as error:
            raise _damaged(path) from error


def _damaged(path: Path) -> ImportRefused:
    """With a journal beside it the file holds half a change, which SQLite takes back only where it may write."""
    unfinished = any(one.name.endswith("-journal") for one in beside(path))
    return ImportRefused(WHOLE, "damage.database-unfinished" if unfinished else "damage.database")


def checked_tables(db: sqlite3.Connection, wanted: dict[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Columns of the tables that an importer reads. Raises ImportRefused where a table or a column is missing."""
    found = {}
    for table, needed in wanted.items():
        kind = db.execute("SELECT type FROM sqlite_master WHERE lower(name) = ?", [table.lower()]).fetchone()
        if kind is None or kind[0] != "table":
            raise ImportRefused(message("place.table", table=table), "damage.no-table")
        columns = frozenset(row[1] for row in db.execute(f'PRAGMA table_info("{table}")'))
        missing = sorted(set(needed) - columns)
        if missing:
            raise ImportRefused(message("place.table", table=table), "damage.no-column", column=missing[0])
        found[table] = columns
    return found
