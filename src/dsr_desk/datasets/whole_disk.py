"""What a disk may keep of files that are removed: earlier states, lower layers, copies of a server. As far as it shows.

Whether one of them still holds the bytes is not known from here and never said to be so or not. The table of mounts is
that of proc_pid_mountinfo(5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.names import safe_name

MOUNTS = Path("/proc/self/mountinfo")

_KEEPS_STATES = frozenset({"btrfs", "zfs", "bcachefs", "nilfs2", "apfs", "f2fs"})
_LAYERED = frozenset({"overlay", "aufs", "unionfs", "fuse.mergerfs", "fuse.unionfs", "fuse-overlayfs"})
_SERVED = re.compile(
    r"nfs4?|cifs|smb\d?|smbfs|afs|9p|virtiofs|vboxsf|davfs|ceph|gluster\w*|lustre|beegfs|gpfs|orangefs|fuse(?:blk)?"
    r"|fuse\..+"
)
_MAPPED = ("/dev/mapper/", "/dev/dm-", "/dev/md")
_FOLDERS = (".snapshot", ".snapshots", ".zfs/snapshot", "~snapshot", ".ckpt", ".timeshift", "timeshift/snapshots")
_PREVIOUS = re.compile(r"@GMT-\d{4}\..+")
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """One line of the table: where it is mounted, what kind of file system from which device."""

    place: Path
    kind: str
    device: str


def mounts() -> tuple[Mount, ...]:
    """None where the system has no such table."""
    try:
        lines = MOUNTS.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ()
    return tuple(found for line in lines if (found := _mount(line)) is not None)


def _mount(line: str) -> Mount | None:
    before, dash, after = line.partition(" - ")
    fields, kinds = before.split(" "), after.split(" ")
    if not dash or len(fields) < 5 or len(kinds) < 2:
        return None
    return Mount(Path(_plain(fields[4])), kinds[0], _plain(kinds[1]))


def _plain(escaped: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), escaped)


def may_keep(place: Path) -> tuple[Message, ...]:
    """What may still hold the bytes of files that are removed at a place, which leads through no link."""
    told = []
    holding = [one for one in mounts() if place.is_relative_to(one.place)]
    if not holding:
        told.append(message("note.whole.disk-unknown"))
    else:
        # Of mounts at one place the last one is seen.
        mount = max(reversed(holding), key=lambda one: len(one.place.parts))
        if mount.kind in _KEEPS_STATES:
            told.append(message("note.whole.snapshots", system=mount.kind))
        if mount.kind in _LAYERED:
            told.append(message("note.whole.layered", system=mount.kind))
        if _SERVED.fullmatch(mount.kind):
            told.append(message("note.whole.served", system=mount.kind))
        if mount.device.startswith(_MAPPED):
            told.append(message("note.whole.mapped", device=mount.device))
    told += [message("note.whole.snapshot-folder", place=safe_name(str(one))) for one in _snapshot_folders(place)]
    return tuple(told)


def _snapshot_folders(place: Path) -> Iterator[Path]:
    """In the place and above it. Some are listed by no folder and are there when they are asked for."""
    for folder in (place, *place.parents):
        for name in _FOLDERS:
            if os.path.lexists(folder / name):
                yield folder / name
        try:
            with os.scandir(folder) as listing:
                yield from (folder / child.name for child in listing if _PREVIOUS.fullmatch(child.name))
        except OSError:
            continue


def mount_in(place: Path) -> Path | None:
    """A place at or below this one where something is mounted, None where there is none."""
    if os.path.ismount(place):
        return place
    return next((one.place for one in mounts() if one.place.is_relative_to(place)), None)


def disk_of(folder: Path) -> str:
    """Tells one file system from another, as far as the system does, also once it is mounted anew. Raises OSError."""
    return f"{os.statvfs(folder).f_fsid:x}"
