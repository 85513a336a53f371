"""Carries an index as one file, takes one in, and destroys one.

An export is a zip, stored and sorted with fixed dates, of the folder's three files; the key in it is encrypted anew
for whom it is meant.
"""

from __future__ import annotations

import errno
import lzma
import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.search.index.about import ABOUT, About
from dsr_desk.search.index.finish import write_setting
from dsr_desk.search.index.folder import DATABASE, LOCK, Index, IndexMissing, open_database, read_index_key
from dsr_desk.search.index.keyfile import KEY, PASSPHRASE_KEY, Secret, seal_key, write_key
from dsr_desk.storage.clock import now
from dsr_desk.storage.database import transaction
from dsr_desk.storage.files import disk_errors, sync_folder
from dsr_desk.storage.locks import FileLock

EPOCH = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20
LARGEST_SMALL_FILE = 1 << 20

_BROKEN = (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, LookupError, zlib.error, lzma.LZMAError)
"""What reading a damaged export may raise."""


class ExportNotReadable(DeskError):
    code = "INDEX-EXPORT-UNREADABLE"
    happened = "{where} is not an exported index, or it is damaged."
    means = "Nothing was taken in."
    todo = "Copy the file again and compare its SHA-256 with the one that the export printed."


class TargetExists(DeskError):
    code = "INDEX-TARGET-EXISTS"
    happened = "{where} is there already."
    means = "Nothing was overwritten."
    todo = "Choose another name, or destroy the old one first."


@dataclass(frozen=True)
class ExportedIndex:
    """`digest` is the file's SHA-256 (hex), to be compared where it arrives."""

    path: Path
    digest: str
    size: int
    about: About


@dataclass(frozen=True)
class Destroyed:
    """What was destroyed, and what that does not reach; what was exported stands in the vault's log."""

    index: str
    files: tuple[str, ...]
    time: str
    says: tuple[Message, ...]


def export_index(
    folder: Path, secret: Secret, to: Path, recipients: Sequence[str] = (), passphrase: str = ""
) -> ExportedIndex:
    """Writes the index as one file for other vaults' public keys or for a passphrase.

    Raises what opening raises, RecipientUnusable, TargetExists, InUse, DiskFull.
    """
    if to.exists():
        raise TargetExists(where=to)
    key = read_index_key(folder, secret)
    with Index.with_key(folder, key) as index:
        about = index.about
    lock = FileLock(folder / LOCK, folder)
    temporary = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        name, sealed = seal_key(key, recipients, passphrase)
        with closing(open_database(folder, secret)) as db:
            db.conn.execute("PRAGMA wal_checkpoint(truncate)")
            with disk_errors(to):
                digest = _write_zip(temporary, folder, name, sealed)
                temporary.rename(to)
                sync_folder(to.parent)
    finally:
        temporary.unlink(missing_ok=True)
        lock.release()
    return ExportedIndex(to, digest, to.stat().st_size, about)


def claim_index(file: Path, to: Path, secret: Secret, recipients: Sequence[str] = ()) -> About:
    """Unpacks an export into the index folder `to` and opens it once.

    With `recipients` (the claiming vault's public key) the key is addressed to them from then on. A claimed index is
    searched here but updated where it was built. Raises ExportNotReadable, TargetExists, and what opening raises.
    """
    if to.exists():
        raise TargetExists(where=to)
    if not file.is_file():
        raise IndexMissing(where=file)
    temporary = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        with disk_errors(to):
            temporary.mkdir(parents=True)
            _unpack(file, temporary)
        key = read_index_key(temporary, secret)
        if recipients:
            write_key(temporary, key, recipients)
        with Index.with_key(temporary, key) as index:
            about = index.about
            with transaction(index.db, temporary):
                write_setting(index.db, "claimed", now())
            index.db.conn.execute("PRAGMA wal_checkpoint(truncate)")
        with disk_errors(to):
            temporary.rename(to)
            sync_folder(to.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return about


def destroy_index(folder: Path) -> Destroyed:
    """Overwrites and removes the key first, then the rest: without its key the database cannot be read.

    Safe to call again after it was interrupted. Raises IndexMissing, InUse.
    """
    if not folder.is_dir() or not any((folder / name).exists() for name in (DATABASE, KEY, PASSPHRASE_KEY, ABOUT)):
        raise IndexMissing(where=folder)
    lock = FileLock(folder / LOCK, folder)
    removed = []
    try:
        with disk_errors(folder):
            for name in (KEY, PASSPHRASE_KEY):
                if (folder / name).exists():
                    _overwrite(folder / name)
                    (folder / name).unlink()
                    removed.append(name)
            sync_folder(folder)
            for path in sorted(folder.iterdir()):
                if path.name != LOCK:
                    path.unlink()
                    removed.append(path.name)
    finally:
        lock.release()
    (folder / LOCK).unlink(missing_ok=True)
    folder.rmdir()
    sync_folder(folder.parent)
    return Destroyed(folder.name, tuple(removed), now(), (message("destroyed.key"), message("destroyed.copies")))


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _write_zip(path: Path, folder: Path, key_name: str, key: bytes) -> str:
    with path.open("wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(zipfile.ZipInfo(ABOUT, EPOCH), (folder / ABOUT).read_bytes())
            archive.writestr(zipfile.ZipInfo(key_name, EPOCH), key)
            database = zipfile.ZipInfo(DATABASE, EPOCH)
            with (folder / DATABASE).open("rb") as source, archive.open(database, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, CHUNK)
        raw.flush()
        os.fsync(raw.fileno())
    with path.open("rb") as written:
        return file_digest(written, "sha256").hexdigest()


def _unpack(file: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = {info.filename: info.file_size for info in archive.infolist()}
            small = set(names) - {DATABASE}
            if small not in ({ABOUT, KEY}, {ABOUT, PASSPHRASE_KEY}) or DATABASE not in names:
                raise ExportNotReadable(where=file)
            if any(names[name] > LARGEST_SMALL_FILE for name in small):
                raise ExportNotReadable(where=file)
            for name in names:
                with archive.open(name) as source, (folder / name).open("xb") as target:
                    shutil.copyfileobj(source, target, CHUNK)
                    target.flush()
                    os.fsync(target.fileno())
    except _BROKEN as error:
        raise ExportNotReadable(where=file) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise ExportNotReadable(where=file) from error  # a place in the file that there is none of
