"""SQLCipher databases through sqlite-utils."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlite_utils import Database

from dsr_desk.core.errors import DeskError
from dsr_desk.storage.files import DiskFull


class DatabaseDamaged(DeskError):
    code = "STORAGE-DAMAGED"
    happened = "{where} cannot be read: it is damaged, or its key does not fit."
    means = "Nothing was changed in it."
    todo = "Check the disk, then restore the newest backup or build it again from the data."


def open_encrypted(path: Path, key: bytes, *, read_only: bool = False) -> Database:
    """Opens or creates a SQLCipher database with a raw key of 32 bytes.

    Foreign keys are on, deleted content is overwritten, the journal is a write-ahead log. Raises DatabaseDamaged
    where the first page does not decrypt.
    """
    if len(key) != 32:
        raise ValueError("a raw SQLCipher key has 32 bytes")
    mode = "ro" if read_only else "rwc"
    connection = sqlcipher.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA foreign_keys = on")
        connection.execute("PRAGMA secure_delete = on")
        if not read_only:
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("PRAGMA synchronous = full")
    except sqlcipher.DatabaseError as error:
        connection.close()
        raise DatabaseDamaged(where=path) from error
    return Database(connection)


@contextmanager
def transaction(db: Database, where: Path | str) -> Iterator[Database]:
    """All or nothing; nests. A full disk and a damaged file become errors that a person understands."""
    try:
        with db.atomic():
            yield db
    except sqlcipher.OperationalError as error:
        if "full" in str(error):
            raise DiskFull(where=where) from error
        raise
    except sqlcipher.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise DatabaseDamaged(where=where) from error
        raise
