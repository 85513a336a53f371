"""The folder of a vault: what lies in it, and how a new one is filled so that an interruption leaves no trap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import copy_whole, disk_errors, sync_folder
from dsr_desk.storage.locks import FileLock

KEYS, DATABASE, LOCK = "keys.json", "vault.db", "lock"
WAL = f"{DATABASE}-wal"
UNFINISHED = "unfinished"
"""Lies in a vault's folder while it is being created or copied: what is there then was never in use."""

_CONTENT = (KEYS, DATABASE, WAL, f"{DATABASE}-shm", f"{DATABASE}-journal")


class VaultMissing(DeskError):
    code = "VAULT-MISSING"
    happened = "There is no vault at {where}."
    means = "Nothing was opened."
    todo = "Check the folder, or create a vault there."


class VaultExists(DeskError):
    code = "VAULT-EXISTS"
    happened = "There is something at {where} already."
    means = "It was not touched, and no vault was created."
    todo = "Choose an empty or new folder, or open the vault that is there."


class VaultUnfinished(DeskError):
    code = "VAULT-UNFINISHED"
    happened = "Creating or copying the vault at {where} was interrupted."
    means = "What is there was never in use, and no case is in it."
    todo = "Create the vault, or take the backup, again with the same folder."


class VaultIncomplete(DeskError):
    code = "VAULT-INCOMPLETE"
    happened = "The vault at {where} has no {what}."
    means = "It cannot be opened without that file. Nothing was changed."
    todo = "Bring the file back from where it was moved, or restore the newest backup."


def require_some(folder: Path) -> None:
    """Raises VaultMissing where nothing of a vault is."""
    if not any((folder / name).is_file() for name in (KEYS, DATABASE, UNFINISHED)):
        raise VaultMissing(where=folder)


def require_whole(folder: Path) -> None:
    """Raises VaultUnfinished or VaultIncomplete, so that no empty database takes the place of a lost one."""
    if (folder / UNFINISHED).exists():
        raise VaultUnfinished(where=folder)
    for name in (KEYS, DATABASE):
        if not (folder / name).is_file() or (folder / name).stat().st_size == 0:
            raise VaultIncomplete(where=folder, what=name)


def sweep(folder: Path) -> None:
    """Removes key files that a kill left half written. Called under the lock."""
    for path in folder.glob(f".{KEYS}.*.part"):
        path.unlink()


@contextmanager
def filling(folder: Path) -> Iterator[FileLock]:
    """Locks a new or empty folder and fills it; what an interruption leaves is marked and may be filled again."""
    if _in_use(folder):
        raise VaultExists(where=folder)
    made = not folder.exists()
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, folder)
    if _in_use(folder):
        lock.release()
        raise VaultExists(where=folder)
    try:
        with disk_errors(folder):
            (folder / UNFINISHED).touch(0o600)
            sync_folder(folder)
        _empty(folder)
        yield lock
        with disk_errors(folder):
            (folder / UNFINISHED).unlink()
            sync_folder(folder)
    except BaseException:
        _empty(folder)
        (folder / UNFINISHED).unlink(missing_ok=True)
        lock.release()
        (folder / LOCK).unlink(missing_ok=True)
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _in_use(folder: Path) -> bool:
    """Whether a folder, or what stands in its place, must not be filled."""
    if not folder.exists():
        return False
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    return UNFINISHED not in names and bool(names - {LOCK})


def _empty(folder: Path) -> None:
    for name in _CONTENT:
        (folder / name).unlink(missing_ok=True)
    sweep(folder)


def copy_restored(backup: Path, to: Path, secret: str) -> None:
    """Copies a backup, or the folder of a vault, to a new folder and marks it: opening it declares an epoch.

    Raises VaultMissing, VaultIncomplete, VaultUnfinished, VaultExists, InUse, WrongPassphrase; nothing is left then.
    """
    require_some(backup)
    require_whole(backup)
    held = FileLock(backup / LOCK, backup) if (backup / LOCK).exists() else None
    try:
        with filling(to) as lock:
            for name in (DATABASE, WAL):
                if (backup / name).exists():
                    copy_whole(backup / name, to / name)
            from dsr_desk.storage.keys import KeyRing  # the welcome screen looks at folders and has no keys

            ring = KeyRing.unlock(backup / KEYS, secret)[0].copy(to / KEYS)
            ring.mark_backup(now())
            ring.save()
        lock.release()
    finally:
        if held is not None:
            held.release()


def give_up(folder: Path) -> None:
    """Removes a copy that was not taken into use."""
    _empty(folder)
    (folder / LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
