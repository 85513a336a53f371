"""Erase inside a database that is open to other programs: it keeps its file, its own journal makes it whole or undone.

What changes it runs in a cell, which may write to the file and to journals that are laid out for it beforehand, and
makes no others. A folder beside says that this is under way: where a run was killed, the next look at the database
lets the database itself roll back, clears what it leaves, and takes the folder away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import refused
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import Erased
from dsr_desk.datasets.erasing import ContainerDiskFull, ContainerInUse, ContainerNotRewritten, NotSettled, Rewritten
from dsr_desk.datasets.names import UNFINISHED
from dsr_desk.storage.files import sync_folder

Files = tuple[Path, ...]


class DatabaseInUse(DeskError):
    code = "DATABASE-IN-USE"
    happened = "{name} is open in another program."
    means = "An open program could go on reading what is erased. Nothing was erased from it."
    todo = "Close the program that uses it, then run the deletion again."


@dataclass(frozen=True)
class Database:
    """A file, the journals that its format writes beside it, and what is done to it in cells that may write to `Files`.

    `finish` rolls back or completes what was cut short, and leaves nothing of what was erased in unused bytes.
    """

    path: Path
    name: str
    journals: Callable[[], Collection[Path]]
    change: Callable[[Files], Rewritten]
    finish: Callable[[Files], None]
    digest: Callable[[], str]


def erase(database: Database) -> Erased:
    """See `Container.erase`. Raises DatabaseInUse and the like, with nothing changed."""
    path, changed = database.path, False
    try:
        with erasing.alone(path, database.name):
            _finished(database)
            free = shutil.disk_usage(path.parent).free
            if free < erasing.SPARE_BYTES:
                raise ContainerDiskFull(name=database.name, needed=erasing.SPARE_BYTES, free=free)
            digest_before = database.digest()
            try:
                done = database.change(_laid_out(database))
            except BaseException as error:
                with suppress(DeskError, OSError):
                    if _is_clean(database, error):
                        _cleared(database)
                    else:
                        _finished(database)
                raise
            changed = True
            _cleared(database)
            digest_after = database.digest() if done.erased else digest_before
            return Erased(done.kept, done.erased, done.missing, digest_before, digest_after, done.notes)
    except OSError as error:
        if changed:
            raise NotSettled(name=database.name, why=refused(error)) from error
        raise erasing.refusal(error, path, database.name) from error


def go_on(database: Database) -> None:
    """Brings a database in order in which a run was killed; where that cannot be now, it stays as it is."""
    if _marker(database).exists():
        with suppress(ContainerInUse, DeskError, OSError), erasing.alone(database.path, database.name):
            _finished(database)


def _is_clean(database: Database, error: BaseException) -> bool:
    """Whether a change was refused and rolled back by who began it, not cut short."""
    if isinstance(error, DatabaseInUse):
        return True
    refused = isinstance(error, DeskError) and not isinstance(error, ContainerNotRewritten)
    return refused and not any(one.exists() and one.stat().st_size for one in database.journals())


def _finished(database: Database) -> None:
    if _marker(database).exists():
        database.finish(_laid_out(database))
        _cleared(database)


def _laid_out(database: Database) -> Files:
    """The folder that says it, and empty journals with the looks of the file where there are none."""
    marker, journals = _marker(database), tuple(database.journals())
    new = not marker.is_dir()
    marker.mkdir(mode=0o700, exist_ok=True)
    for journal in journals:
        if not journal.exists():
            (marker / journal.name).touch(mode=0o600)
            journal.touch(mode=0o600, exist_ok=False)
            _look_alike(database.path, journal)
            new = True
    if new:
        sync_folder(database.path.parent)
    return (database.path, *journals)


def _cleared(database: Database) -> None:
    """Takes away what was laid out and is empty."""
    marker = _marker(database)
    for journal in database.journals():
        if (marker / journal.name).exists() and journal.exists() and not journal.stat().st_size:
            journal.unlink()
    shutil.rmtree(marker)


def _look_alike(path: Path, journal: Path) -> None:
    """Who may use the database may roll it back."""
    state = path.stat()
    with suppress(PermissionError):
        os.chown(journal, state.st_uid, state.st_gid)
    journal.chmod(state.st_mode & 0o777)


def _marker(database: Database) -> Path:
    return database.path.with_name(f".{database.path.name}{UNFINISHED}")
