"""Named, ordered, transactional migrations of a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.storage.database import transaction
from dsr_desk.storage.tables import Database


class NewerFile(DeskError):
    code = "STORAGE-NEWER"
    happened = "{where} was written by a newer version of DSR Desk (it knows the step {step})."
    means = "It was not opened, so that nothing in it is damaged."
    todo = "Open it with the newer version."


@dataclass(frozen=True)
class Migration:
    """One step; `up` runs once inside a transaction. Names never change after a release."""

    name: str
    up: Callable[[Database], None]


def migrate(db: Database, migrations: Sequence[Migration], where: Path | str = ":memory:") -> list[str]:
    """Applies what is missing, in order; returns the names applied. Raises NewerFile for steps it does not know."""
    with transaction(db, where):
        db.conn.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        done = {row[0] for row in db.conn.execute("SELECT name FROM migrations")}
    unknown = sorted(done - {migration.name for migration in migrations})
    if unknown:
        raise NewerFile(where=where, step=unknown[0])
    applied = []
    for migration in migrations:
        if migration.name in done:
            continue
        with transaction(db, where):
            migration.up(db)
            db.conn.execute("INSERT INTO migrations VALUES (?)", [migration.name])
        applied.append(migration.name)
    return applied


def strangers(db: Database, migrations: Sequence[Migration]) -> list[Message]:
    """Tables, triggers and the like, and names of steps, that are not as these migrations make them."""
    new = Database(sqlcipher.connect(":memory:"))
    try:
        migrate(new, migrations)
        found = [message("vault.schema", name=name) for name in sorted({name for _, name, _ in _made(db) ^ _made(new)})]
        if set(_names(db)) != set(_names(new)):
            found.append(message("vault.schema", name="migrations"))
        return found
    finally:
        new.close()


def _made(db: Database) -> set[tuple[str, str, str]]:
    return {(row[0], str(row[1]), row[2]) for row in db.conn.execute("SELECT type, name, sql FROM sqlite_master")}


def _names(db: Database) -> list[object]:
    return [row[0] for row in db.conn.execute("SELECT name FROM migrations")]
