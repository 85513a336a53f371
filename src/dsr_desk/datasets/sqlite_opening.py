"""How a SQLite file is opened: to read without a trace beside it, or alone, to change it in its own transaction."""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dsr_desk.datasets.sqlite_pages import clear_unused

PATIENCE = 5.0
"""Seconds to wait for another program's short transaction to end."""

_ALONE = "PRAGMA locking_mode = EXCLUSIVE"
"""No other program, and no shared memory beside the file."""

_LOGGED = b"\2\2"

_OPEN_FILES = Path("/proc/self/fd")

CHANGING = (
    _ALONE,
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
)
"""Said first to a database that is to be changed. Foreign keys are compared, so they must not take rows along."""


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def logs(path: Path) -> bool:
    """Whether the file says of itself that it is written with a write-ahead log."""
    with path.open("rb") as file:
        return file.read(20)[18:] == _LOGGED


def waits(path: Path) -> bool:
    """Whether rows may stand in the write-ahead log alone."""
    log = beside(path, "-wal")
    return log.exists() and log.stat().st_size > 0


@contextmanager
def to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """One state of the database, read only."""
    if path.parent == _OPEN_FILES:
        with _in_memory(path) as db:
            yield db
        return
    how, first = _read_only(path)
    with closing(
        sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None, timeout=PATIENCE)
    ) as db:
        db.execute(first)
        db.text_factory = _kept
        db.execute("BEGIN")
        yield db


@contextmanager
def _in_memory(path: Path) -> Iterator[sqlite3.Connection]:
    """A file that lies in no folder, which SQLite cannot open; nobody else has it."""
    data = bytearray(path.read_bytes())
    data[18:20] = b"\1\1"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.deserialize(bytes(data))
        del data
        db.text_factory = _kept
        db.execute("BEGIN")
        yield db


@dataclass(frozen=True)
class Alone:
    """A database that nobody else reads or writes. `clear` is the last that is asked, after a commit."""

    db: sqlite3.Connection
    clear: Callable[[], None]


@contextmanager
def to_change(path: Path) -> Iterator[Alone]:
    """A transaction is open; what is not committed is rolled back.

    Raises sqlite3.OperationalError where another program reads or writes, or has a database with a log open.
    """
    with_log = logs(path)
    # A process loses its locks on a file when it closes any handle of it, so this one is closed after the database.
    with ExitStack() as held, closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)) as db:
        for one in CHANGING:
            db.execute(one).fetchall()
        if not with_log:
            # The journal is emptied, not removed: who erases may write to the files that are there and to no others.
            db.execute("PRAGMA journal_mode = TRUNCATE").fetchall()
        db.execute("BEGIN EXCLUSIVE")
        db.text_factory = _kept
        try:
            yield Alone(db, lambda: _clear(db, path, held))
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def _clear(db: sqlite3.Connection, path: Path, held: ExitStack) -> None:
    """What stands in the log goes into the file, and what lies in its unused bytes goes."""
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise sqlite3.OperationalError("the log was not taken into the file")
    file = held.enter_context(path.open("r+b"))
    clear_unused(held.enter_context(mmap.mmap(file.fileno(), 0)))


def _kept(raw: bytes) -> str:
    """Text that is no UTF-8 stays as it is, byte by byte."""
    return raw.decode("utf-8", "surrogateescape")


def _read_only(path: Path) -> tuple[str, str]:
    """How it is opened so that nothing is written beside it, and the first thing to say to it.

    Where another program has it open (there is shared memory), as that one expects. Otherwise a log is read without
    shared memory, and a file without one as a file that nobody writes to.
    """
    if not logs(path) or beside(path, "-shm").exists():
        return "mode=ro", "PRAGMA temp_store = MEMORY"
    return ("mode=ro&vfs=unix-none", _ALONE) if waits(path) else ("mode=ro&immutable=1", _ALONE)
