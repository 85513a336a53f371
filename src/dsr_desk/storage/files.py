"""Files that are written whole or not at all, and the places where databases may lie."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message, refused

_NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "9p", "vboxsf", "davfs", "glusterfs", "ceph"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.davfs2"),
    }
)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class DiskFull(DeskError):
    code = "STORAGE-DISK-FULL"
    happened = "The disk that holds {where} is full."
    means = "The last step was not written. Everything before it is kept."
    todo = "Free some space and do the last step again."


class NetworkDisk(DeskError):
    code = "STORAGE-NETWORK-DISK"
    happened = "{where} lies on a network file system ({kind})."
    means = "Locks are not reliable there: two programs could write at once and damage the file. Nothing was opened."
    todo = "Keep vaults and indexes on a disk of this computer. Backups may lie on the network."


class NotWritable(DeskError):
    code = "STORAGE-NOT-WRITABLE"
    happened = "{where} cannot be written: {why}."
    means = "Nothing was changed."
    todo = "Choose a folder that you may write to, or ask for the permission."


class FileThere(DeskError):
    code = "STORAGE-FILE-THERE"
    happened = "There is a file at {where} already."
    means = "It was not touched, and nothing was written."
    todo = "Give another name, or move the file away."


@contextmanager
def disk_errors(where: Path | str) -> Iterator[None]:
    """Turns a full disk or a missing permission into an error that a person understands."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(where=where) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise NotWritable(where=where, why=refused(error)) from error
        raise


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Writes beside, fsyncs, renames, fsyncs the folder: after a power cut the file is the old or the new one."""
    with writing_whole(path, mode) as file:
        file.write(data)


@contextmanager
def writing_whole(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """As `write_whole`, for what is written piece by piece; nothing is left where the block raises.

    Raises NotWritable for a device or a pipe: a file would come in its place.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise NotWritable(where=path, why=message("why.no-file"))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with disk_errors(path):
        try:
            descriptor = os.open(temporary, _NEW, mode)
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def require_free(path: Path) -> None:
    """Raises FileThere. A name that a person chose is never written over; one that the program chooses is numbered."""
    if path.exists() or path.is_symlink():
        raise FileThere(where=path)


def free_name(path: Path) -> Path:
    """The path, or the first of `name-2.ext`, `name-3.ext` … at which nothing stands."""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def copy_whole(source: Path, target: Path, mode: int = 0o600) -> None:
    """Copies to a new file and fsyncs it; the caller syncs the folder."""
    with disk_errors(target), source.open("rb") as file, os.fdopen(os.open(target, _NEW, mode), "wb") as new:
        shutil.copyfileobj(file, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())


def sync_folder(folder: Path) -> None:
    """Makes renames and removals in a folder last through a power cut.

    Windows does so by itself; some network file systems, on which backups may lie, cannot.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def refuse_network_disk(path: Path) -> None:
    """Raises NetworkDisk if the path lies on a network file system (known on Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    target = path.resolve()
    best, kind = "", ""
    for line in Path("/proc/mounts").read_text(errors="replace").splitlines():
        fields = line.split(" ")
        mount = fields[1].replace("\\040", " ")
        if (target.is_relative_to(mount)) and len(mount) >= len(best):
            best, kind = mount, fields[2]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise NetworkDisk(where=path, kind=kind)
