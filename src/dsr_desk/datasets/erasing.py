"""Erase items from one file: the new one is written into a folder beside the old, verified, then swapped in one step.

What reads and writes containers runs in a cell, which gets that folder to write to and nothing else; the swap is done
outside. A kill leaves either the old file with such a folder beside it, which the next run clears, or the new file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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


class ContainerNotRewritten(DeskError):
    code = "ERASE-NOT-FINISHED"
    happened = "{name} was not written anew: {why}."
    means = "The old one is in place. Nothing was erased from it."
    todo = "Run the deletion again. If it fails again, hand the action to the team that keeps the container."


class ContainerNotWritable(DeskError):
    code = "ERASE-NOT-WRITABLE"
    happened = "{name} cannot be rewritten: {why}."
    means = "Nothing was erased from it."
    todo = "Get the right to write to that folder, or hand the action to the team that has it."


class NotSettled(DeskError):
    code = "ERASE-NOT-SETTLED"
    happened = "{name} was being exchanged for the new one when a step failed: {why}."
    means = "The new one may be in place already, and a folder of the run may be left beside it."
    todo = "Check the disk and run the deletion again: it goes on, and reads back what is there."


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


@dataclass(frozen=True)
class Rewritten:
    """What a reader wrote anew. `files` are names in the work folder, in the order in which they are to be swapped."""

    kept: int
    erased: tuple[Doomed, ...]
    missing: tuple[Doomed, ...]
    files: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


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


def resolve(
    entries: Iterable[ContainerEntry],
    doomed: Collection[Doomed],
    stored: Callable[[ContainerEntry], str] = stored_digest,
) -> Resolution:
    """Find the doomed items again by member, digest and occurrence, in one pass.

    `stored` stands for what an entry holds: its digest, or less for one that has the name of no doomed item.
    """
    wanted = {(one.member, one.digest, one.occurrence): one for one in doomed}
    names = {(one.member, one.digest) for one in doomed}
    seen: dict[tuple[str, str], int] = {}
    changes: dict[int, bytes | None] = {}
    found: list[Doomed] = []
    after = Sequence()
    for position, entry in enumerate(entries):
        digest = stored(entry)
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


def rewrite(
    path: Path,
    name: str,
    beside: Collection[Path],
    *,
    write: Callable[[Path], Rewritten],
    left: Callable[[Path], Collection[str]],
    digest: Callable[[], str],
) -> Erased:
    """Erase from the file at `path`, and from those beside it; see `Container.erase`.

    `write` fills an empty folder with new files, verified; it may be called with nothing but that folder to write to.
    `left` names the files in the folder of a killed run that belong beside `path` as it is now. `digest` is that of
    the container.
    """
    places = {one.name: one for one in (path, *beside)}
    work = path.with_name(f".{path.name}{UNFINISHED}")
    exchanging = False
    try:
        with alone(path, name):
            _clear(work, places, left)
            before = {one: _state(one) for one in places.values() if one.exists()}
            work.mkdir(mode=0o700)
            try:
                with ThreadPoolExecutor(1) as meanwhile:
                    old = meanwhile.submit(digest)
                    done = write(work)
                digest_before = old.result()
                notes = [*done.notes, *_second_names(places[one] for one in done.files)]
                for one in done.files:
                    notes += _make_ready(work / one, places[one], name)
                if any(_state(one) != before[one] for one in (path, *(places[file] for file in done.files))):
                    raise ChangedMeanwhile(name=name)
                for one in done.files:
                    (work / one).replace(places[one])
                    exchanging = True
            finally:
                _clear(work, places, left)
            sync_folder(path.parent)
            digest_after = digest() if done.files else digest_before
            return Erased(done.kept, done.erased, done.missing, digest_before, digest_after, tuple(notes))
    except OSError as error:
        raise (NotSettled(name=name, why=refused(error)) if exchanging else refusal(error, path, name)) from error


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


def verify(
    name: str,
    entries: Iterable[ContainerEntry],
    resolution: Resolution,
    rest_before: str,
    rest_after: str,
    stored: Callable[[ContainerEntry], str] = stored_digest,
) -> None:
    """Raises NotVerified where a new container with these entries is not as the resolution says."""
    there = Sequence()
    for entry in entries:
        there.add(entry.member, stored(entry))
    if there.count != resolution.kept:
        raise NotVerified(name=name, why=message("why.erase.count", kept=resolution.kept, found=there.count))
    if there.digest != resolution.after:
        raise NotVerified(name=name, why=message("why.erase.item"))
    if rest_before != rest_after:
        raise NotVerified(name=name, why=message("why.erase.rest"))


def require_room(path: Path, work: Path, name: str, grows: int) -> None:
    """Raises ContainerDiskFull where the file at `path`, grown by so many bytes, has no room in the folder `work`."""
    needed = path.stat().st_size + grows + SPARE_BYTES
    free = shutil.disk_usage(work).free
    if free < needed:
        raise ContainerDiskFull(name=name, needed=needed, free=free)


def require_writable(path: Path, name: str) -> None:
    """Raises ContainerNotWritable where nothing can be put in the place of the file or into the folder at `path`."""
    folder = path if path.is_dir() else path.parent
    if os.access(folder, os.W_OK | os.X_OK):
        return
    read_only = os.statvfs(folder).f_flag & os.ST_RDONLY if hasattr(os, "statvfs") and folder.exists() else 0
    raise ContainerNotWritable(name=name, why=message("why.read-only" if read_only else "why.no-permission"))


def keep_looks(old: Path, new: Path) -> tuple[Message, ...]:
    """Gives owner, permissions, times and extended attributes of the old file, lists of access among them.

    Returns what could not be kept: others' owner without the right to give it, attributes that the system reserves.
    """
    state = old.stat()
    with contextlib.suppress(PermissionError):
        os.chown(new, state.st_uid, state.st_gid)
    shutil.copystat(old, new)
    now = new.stat()
    kept = {
        "owner": (now.st_uid, now.st_gid) == (state.st_uid, state.st_gid),
        "permissions": now.st_mode == state.st_mode,
        "attributes": _attributes(new) == _attributes(old),
        "holes": not _has_holes(state) or _has_holes(now),
    }
    return tuple(message(f"note.erase.lost.{what}") for what, same in kept.items() if not same)


def _attributes(path: Path) -> dict[str, bytes]:
    """Extended attributes by name; none where the system has none."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError:
        return {}


def _has_holes(state: os.stat_result) -> bool:
    """Whether a file takes less room than its bytes, by more than a file system rounds."""
    return hasattr(state, "st_blocks") and state.st_blocks * 512 + CHUNK // 4 < state.st_size


def _make_ready(fresh: Path, old: Path, name: str) -> tuple[Message, ...]:
    """On the disk, with the looks of the old one. Who wrote it may have been made to put something else there."""
    state = fresh.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1:
        raise NotVerified(name=name, why=message("why.file.not-ordinary"))
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    return keep_looks(old, fresh)


def _clear(work: Path, places: Mapping[str, Path], left: Callable[[Path], Collection[str]]) -> None:
    """Removes what a run left, but for what belongs beside files that it has swapped already: that goes there."""
    if not work.is_symlink() and work.is_dir() and any(work.iterdir()):
        with contextlib.suppress(DeskError):
            for one in left(work):
                (work / one).replace(places[one])
    discard(work)


def discard(work: Path) -> None:
    """Removes the folder of a run, or what stands in its place; nothing where there is none."""
    if not work.is_symlink() and work.is_dir():
        shutil.rmtree(work)
    else:
        work.unlink(missing_ok=True)


def _second_names(paths: Iterable[Path]) -> list[Message]:
    links = sum(path.stat().st_nlink - 1 for path in paths)
    return [message("note.erase.second-names", count=links)] if links else []


def _state(path: Path) -> tuple[Any, ...]:
    state = path.stat()
    return (state.st_ino, state.st_size, state.st_mtime_ns)


@contextlib.contextmanager
def alone(path: Path, name: str) -> Iterator[None]:
    """No other run works on this file or folder meanwhile. Raises ContainerInUse.

    The lock goes with the process, so a killed run leaves none behind.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ContainerInUse(name=name) from None
        if os.fstat(handle).st_ino != path.stat().st_ino:
            raise ContainerInUse(name=name)
        yield
    finally:
        os.close(handle)
