"""Erase items from one file: the new one is written beside the old, verified, then swapped in one step.

A kill leaves either the old file with an unfinished one beside it, which the next run throws away, or the new file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.container import ContainerEntry, Doomed, Erased, ItemUnreadable
from dsr_desk.datasets.names import UNFINISHED
from dsr_desk.storage.files import sync_folder

SPARE_BYTES = 1024 * 1024
CHUNK = 1024 * 1024

Changes = Mapping[int, bytes | None]
"""What happens to the items of a container, by position in `entries()`: None goes, bytes take its place."""


class ContainerDiskFull(DeskError):
    code = "ERASE-DISK-FULL"
    happened = "There is not enough room beside {name} to write it anew: {needed} bytes are needed, {free} are free."
    means = "Nothing was erased and nothing was lost."
    todo = "Make room on that disk and run the deletion again; it goes on with what is left."


class NotVerified(DeskError):
    code = "ERASE-NOT-VERIFIED"
    happened = "The new {name} did not hold exactly what it should: {why}."
    means = "It was thrown away. The old one is in place, so nothing was erased from it."
    todo = "Check the disk and the container, then run the deletion again."


class ChangedMeanwhile(DeskError):
    code = "ERASE-CHANGED-MEANWHILE"
    happened = "{name} was changed by another program while it was being rewritten."
    means = "The new one was thrown away and the other program's change is in place. Nothing was erased from it."
    todo = "Stop what writes to it and run the deletion again."


class ContainerInUse(DeskError):
    code = "ERASE-IN-USE"
    happened = "{name} is being rewritten by another run of this program."
    means = "Nothing was erased by this run."
    todo = "Wait for the other run, then read back."


class ContainerNotWritable(DeskError):
    code = "ERASE-NOT-WRITABLE"
    happened = "{name} cannot be rewritten: {why}."
    means = "Nothing was erased from it."
    todo = "Get the right to write to that folder, or hand the action to the team that has it."


@dataclass(frozen=True)
class Resolution:
    """What the doomed items turned out to be in a container as it is now.

    `after` is the digest of the sequence of items that the container must hold once it is rewritten.
    """

    changes: dict[int, bytes | None]
    found: tuple[Doomed, ...]
    missing: tuple[Doomed, ...]
    kept: int
    after: str


class Sequence:
    """Digest and count over items in order, so that two containers are compared without holding their lists."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, member: str, digest: str) -> None:
        self._hash.update(f"{len(member)}:{member}{digest}\n".encode())
        self.count += 1

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def stored_digest(entry: ContainerEntry) -> str:
    """SHA-256 of an entry's stored bytes; for one that cannot be read, a word that no digest can equal."""
    if not entry.problem:
        with contextlib.suppress(ItemUnreadable):
            return sha256_hex(entry.read())
    return f"unreadable {entry.size}"


def resolve(entries: Iterable[ContainerEntry], doomed: Collection[Doomed]) -> Resolution:
    """Find the doomed items again by member, digest and occurrence, in one pass."""
    wanted = {(one.member, one.digest, one.occurrence): one for one in doomed}
    names = {(one.member, one.digest) for one in doomed}
    seen: dict[tuple[str, str], int] = {}
    changes: dict[int, bytes | None] = {}
    found: list[Doomed] = []
    after = Sequence()
    for position, entry in enumerate(entries):
        digest = stored_digest(entry)
        key = (entry.member, digest)
        one = None
        if key in names:
            occurrence = seen.get(key, 0)
            seen[key] = occurrence + 1
            one = wanted.pop((*key, occurrence), None)
        if one is None:
            after.add(*key)
            continue
        found.append(one)
        changes[position] = one.replacement
        if one.replacement is not None:
            after.add(entry.member, sha256_hex(one.replacement))
    return Resolution(changes, tuple(found), tuple(wanted.values()), after.count, after.digest)


def rewrite_file(
    path: Path,
    name: str,
    doomed: Collection[Doomed],
    entries: Callable[[Path], Iterator[ContainerEntry]],
    rest: Callable[[Path, Changes], str],
    write: Callable[[Path, Changes], Collection[Message]],
) -> Erased:
    """Erase from the file at `path`; see `Container.erase`.

    `entries` lists the items of the file at a path, `rest` digests all that is no item there (as it would be after
    the changes), `write` fills the empty file at a path with the container after the changes and returns notes.
    """
    try:
        with _alone(path, name):
            fresh = path.with_name(f".{path.name}{UNFINISHED}")
            fresh.unlink(missing_ok=True)
            before = _state(path)
            resolution = resolve(entries(path), doomed)
            digest_before = file_digest(path)
            if not resolution.changes:
                return Erased(resolution.kept, (), resolution.missing, digest_before, digest_before)
            notes = _second_names(path)
            _require_room(path, name, sum(len(new) for new in resolution.changes.values() if new is not None))
            try:
                fresh.touch(mode=0o600, exist_ok=False)
                notes += tuple(write(fresh, resolution.changes))
                digest_after = sync(fresh)
                _verify(fresh, name, resolution, entries, rest(path, resolution.changes), rest(fresh, {}))
                keep_looks(path, fresh)
                if _state(path) != before:
                    raise ChangedMeanwhile(name=name)
                fresh.replace(path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise
            sync_folder(path.parent)
            return Erased(resolution.kept, resolution.found, resolution.missing, digest_before, digest_after, notes)
    except OSError as error:
        raise refusal(error, path, name) from error


def refusal(error: OSError, path: Path, name: str) -> DeskError:
    """The error that an officer is shown for an error of the system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ContainerDiskFull(name=name, needed=path.stat().st_size, free=shutil.disk_usage(path.parent).free)
    return ContainerNotWritable(name=name, why=refused(error))


def chunks(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    """The bytes between two places, as far as they are there."""
    file.seek(start)
    left = end - start
    while left > 0 and (chunk := file.read(min(left, CHUNK))):
        left -= len(chunk)
        yield chunk


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> str:
    """Bring a file to the disk; returns its SHA-256, read again."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(
    fresh: Path,
    name: str,
    resolution: Resolution,
    entries: Callable[[Path], Iterator[ContainerEntry]],
    rest_before: str,
    rest_after: str,
) -> None:
    there = Sequence()
    for entry in entries(fresh):
        there.add(entry.member, stored_digest(entry))
    if there.count != resolution.kept:
        raise NotVerified(name=name, why=message("why.erase.count", kept=resolution.kept, found=there.count))
    if there.digest != resolution.after:
        raise NotVerified(name=name, why=message("why.erase.item"))
    if rest_before != rest_after:
        raise NotVerified(name=name, why=message("why.erase.rest"))


def _require_room(path: Path, name: str, grows: int) -> None:
    needed = path.stat().st_size + grows + SPARE_BYTES
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise ContainerDiskFull(name=name, needed=needed, free=free)


def keep_looks(old: Path, new: Path) -> None:
    """Owner, permissions, times and extended attributes of the old file."""
    state = old.stat()
    with contextlib.suppress(PermissionError):
        os.chown(new, state.st_uid, state.st_gid)
    shutil.copystat(old, new)


def _second_names(path: Path) -> tuple[Message, ...]:
    links = path.stat().st_nlink - 1
    return (message("note.erase.second-names", count=links),) if links else ()


def _state(path: Path) -> tuple[Any, ...]:
    state = path.stat()
    return (state.st_ino, state.st_size, state.st_mtime_ns)


@contextlib.contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    """The lock goes with the process, so a killed run leaves none behind."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ContainerInUse(name=name) from None
        if os.fstat(file.fileno()).st_ino != path.stat().st_ino:
            raise ContainerInUse(name=name)
        yield
