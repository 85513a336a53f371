"""All ordinary files below several roots, folder by folder; what cannot be entered is named, links are not followed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES
from dsr_desk.jobs.progress import CancelToken

_CHUNK = 1 << 20
_LONGEST = 16 << 20
"""Bytes of a line."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

AT_ONCE = 64
"""Files that are handed out together."""

_PSEUDO = frozenset({
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "pstore", "bpf",
    "mqueue", "hugetlbfs", "configfs", "fusectl", "binfmt_misc", "autofs", "rpc_pipefs", "efivarfs", "nsfs",
})  # fmt: skip
"""File systems that hold no data: what they show is made as it is read."""

NotEntered = Callable[[str, Message], None]
"""Told of a place that was not entered or read, and why."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A file as it lay there when its folder was listed. `links` counts its names."""

    path: str
    size: int
    device: int
    inode: int
    links: int


@dataclass(frozen=True)
class Folder:
    """Some of the files of a folder; with the last of them, `folders` names the folders in it, otherwise None."""

    path: str
    files: tuple[Lying, ...]
    folders: frozenset[str] | None = None


def separate(roots: Sequence[Path]) -> list[str]:
    """The roots as they really lie, without those that lie below others."""
    real = sorted({os.path.realpath(root) for root in roots}, key=len)
    kept: list[str] = []
    for root in real:
        if not any(is_below(root, other) for other in kept):
            kept.append(root)
    return sorted(kept)


def is_below(path: str, root: str) -> bool:
    """Whether the path is the root or lies below it."""
    return path == root or path.startswith(root if root.endswith("/") else f"{root}/")


def walk(roots: Sequence[str], not_entered: NotEntered, *, one_filesystem: bool = False) -> Iterator[Folder]:
    """`roots` come from `separate`. Each folder is listed once; what vanishes meanwhile is named too."""
    pseudo = _pseudo_places()
    for root in roots:
        try:
            found = os.lstat(root)
        except OSError as error:
            not_entered(root, refused(error))
            continue
        if not stat.S_ISDIR(found.st_mode):
            if stat.S_ISREG(found.st_mode):
                yield Folder(os.path.dirname(root), (_lying(root, found),))  # noqa: PTH120 - one way for all of them
            else:
                not_entered(root, message("why.file.not-ordinary"))
            continue
        device = found.st_dev if one_filesystem else None
        folders = [root]
        while folders:
            yield from _listed(folders.pop(), roots, device, pseudo, not_entered, folders)


def _listed(
    folder: str,
    roots: Sequence[str],
    device: int | None,
    pseudo: frozenset[str],
    not_entered: NotEntered,
    further: list[str],
) -> Iterator[Folder]:
    files: list[Lying] = []
    names: set[str] = set()
    try:
        with os.scandir(folder) as listing:
            for child in listing:
                try:
                    found = child.stat(follow_symlinks=False)
                except OSError as error:
                    not_entered(child.path, refused(error))
                    continue
                if stat.S_ISLNK(found.st_mode):
                    if _leads_out(child.path, roots):
                        not_entered(child.path, message("why.folder.link-out"))
                elif stat.S_ISDIR(found.st_mode):
                    names.add(child.name)
                    if device is not None and found.st_dev != device:
                        not_entered(child.path, message("why.sweep.other-filesystem"))
                    elif child.path in pseudo:
                        not_entered(child.path, message("why.sweep.pseudo"))
                    else:
                        further.append(child.path)
                elif stat.S_ISREG(found.st_mode):
                    files.append(_lying(child.path, found))
                if len(files) == AT_ONCE:
                    yield Folder(folder, tuple(files))
                    files.clear()
    except OSError as error:
        not_entered(folder, refused(error))
        yield Folder(folder, tuple(files))
        return
    yield Folder(folder, tuple(files), frozenset(names))


def _lying(path: str, found: os.stat_result) -> Lying:
    return Lying(path, found.st_size, found.st_dev, found.st_ino, found.st_nlink)


def _leads_out(link: str, roots: Sequence[str]) -> bool:
    """Whether it leads to something that is not met at its own place; what leads to nothing leads nowhere."""
    leads = os.path.realpath(link)
    return os.path.lexists(leads) and not any(is_below(leads, root) for root in roots)


def _pseudo_places() -> frozenset[str]:
    """Where the system shows what is no data; none where it does not say."""
    found = set()
    with suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123
        for line in lines:
            before, _, after = line.partition(" - ")
            if after.split(" ", 1)[0] in _PSEUDO:
                found.add(before.split(" ")[4].replace("\\040", " "))
    return frozenset(found)


def lines_of(path: str) -> Iterator[tuple[int, bytes]]:
    """Lines of a text with their numbers, without what ends them; none of what is no text. Raises OSError."""
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            if b"\0" in line or len(line) == _LONGEST:
                return
            yield number, line.rstrip(b"\r\n")


@dataclass(frozen=True)
class FileRead:
    """A file as it was read: `head` are its first bytes, `data` all of them where they were to be kept.

    `changed`: it was written to meanwhile, so digests are of what was there.
    """

    size: int
    sha256: str
    md5: str
    head: bytes
    data: bytes
    changed: bool


def read(lying: Lying, keep: Callable[[bytes], bool], token: CancelToken, *, with_md5: bool) -> FileRead:
    """`keep` is asked with the first bytes. Raises OSError, Cancelled."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    kept = bytearray()
    head, size, keeps = b"", 0, False
    descriptor = os.open(lying.path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise FileNotFoundError(errno.ENOENT, "another thing lies there now")
        while chunk := file.read(_CHUNK):
            token.check()
            if not size:
                head = chunk[: sniff.HEAD_BYTES]
                keeps = keep(head)
            size += len(chunk)
            sha256.update(chunk)
            if with_md5:
                md5.update(chunk)
            if keeps and size <= MAX_ITEM_BYTES:
                kept += chunk
            if size > before.st_size:
                break  # it grows, perhaps for ever
        after = os.fstat(descriptor)
    changed = (before.st_size, before.st_mtime_ns, size) != (after.st_size, after.st_mtime_ns, before.st_size)
    data = bytes(kept) if size <= MAX_ITEM_BYTES else b""
    return FileRead(size, sha256.hexdigest(), md5.hexdigest(), head, data, changed)
