"""SQLCipher databases through sqlite-utils."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.storage.files import DiskFull, NotWritable, disk_errors
from dsr_desk.storage.tables import Database

_IOERR, _READONLY, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 10, 8, 11, 13, 14, 26


class DatabaseDamaged(DeskError):
    code = "STORAGE-DAMAGED"
    happened = "{where} cannot be read: it is damaged, or its key does not fit."
    means = "Nothing was changed in it."
    todo = "Check the disk, then restore the newest backup or build it again from the data."


class DiskFailed(DeskError):
    code = "STORAGE-DISK-FAILED"
    happened = "The disk that holds {where} did not do what it was asked."
    means = "The last step was not written. Everything before it is kept."
    todo = "Check the disk, its cable and its health, make a backup elsewhere, then do the last step again."


class SharedDatabase(Database):
    """A database that threads share over one connection.

    Transactions and `query`, which opens a savepoint of its own, take turns: what one thread reads could otherwise
    commit or roll back what another has half written.
    """

    def __init__(self, connection: sqlcipher.Connection) -> None:
        super().__init__(connection)
        self.turn = threading.RLock()

    @contextmanager
    def atomic(self) -> Iterator[Database]:
        with self.turn, super().atomic():
            yield self

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """Rows as dicts; all of them are read before the turn ends."""
        with self.turn:
            rows = list(super().query(sql, params))
        return (row for row in rows)


@contextmanager
def database_errors(where: Path | str) -> Iterator[None]:
    """Turns a full or failing disk, a missing permission and a damaged file into what a person understands."""
    try:
        yield
    except sqlcipher.Error as error:
        primary = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if primary == _FULL:
            raise DiskFull(where=where) from error
        if primary == _IOERR:
            raise DiskFailed(where=where) from error
        if primary in (_CORRUPT, _NOTADB):
            raise DatabaseDamaged(where=where) from error
        if primary in (_READONLY, _CANTOPEN):
            raise NotWritable(
                where=where, why=message("why.read-only" if primary == _READONLY else "why.refused")
            ) from error
        raise


def open_encrypted(path: Path, key: bytes, *, read_only: bool = False) -> SharedDatabase:
    """Opens or creates a SQLCipher database with a raw key of 32 bytes.

    Foreign keys are on, deleted content is overwritten, the journal is a write-ahead log, what does not fit into
    memory while sorting is not written in the clear. Raises DatabaseDamaged where the first page does not decrypt.
    """
    if len(key) != 32:
        raise ValueError("a raw SQLCipher key has 32 bytes")
    mode = "ro" if read_only else "rwc"
    if not read_only and not path.exists():
        with disk_errors(path):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with database_errors(path):
        connection = sqlcipher.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False)
        try:
            connection.execute("PRAGMA cipher_log_level = none").fetchall()  # it would write to the terminal
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("PRAGMA foreign_keys = on").fetchall()
            connection.execute("PRAGMA secure_delete = on").fetchall()
            connection.execute("PRAGMA temp_store = memory").fetchall()
            if not read_only:
                connection.execute("PRAGMA journal_mode = wal").fetchall()
                connection.execute("PRAGMA synchronous = full").fetchall()
        except BaseException:
            connection.close()
            raise
    return SharedDatabase(connection)


@contextmanager
def transaction(db: Database, where: Path | str) -> Iterator[Database]:
    """All or nothing; nests. A full disk and a damaged file become errors that a person understands."""
    with database_errors(where), db.atomic():
        yield db
