"""A folder written anew beside the old one and put in its place in one step.

The new folder first holds a link to every file of the old one. Who writes it anew, in a cell that may write to it and
only read the old one, puts files in the place of links. Then what is still a link becomes the very file that it names,
and the two folders change places by one call to the kernel. A kill leaves either the old folder in its place or the
new one, with the other beside it under the name of something unfinished, which the next run clears.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import Erased
from dsr_desk.datasets.erasing import ChangedMeanwhile, NotVerified, Rewritten, alone, discard, keep_looks
from dsr_desk.datasets.names import UNFINISHED, is_unfinished
from dsr_desk.storage.files import sync_folder

_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of renameat2(2)."""

_NO_LINKS = (errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.EXDEV, errno.ENOSYS)


@dataclass(frozen=True)
class KeptFile:
    """A file, folder or link: what it is, on which device, how large, when changed, how often named; where it leads.

    Compared without the number of names, which linking changes.
    """

    mode: int
    device: int
    inode: int
    size: int = 0
    changed: int = 0
    links: int = field(default=1, compare=False)
    leads: str = ""


def clear(root: Path, name: str) -> None:
    """Removes what a run that was killed left beside the folder at `root`. Raises DeskError."""
    work = root.with_name(f".{root.name}{UNFINISHED}")
    if os.path.lexists(work):
        try:
            with alone(root, name):
                discard(work)
        except OSError as error:
            raise erasing.refusal(error, root, name) from error


def hindrance(root: Path) -> Message | None:
    """Why the folder cannot be exchanged for a new one, None where it can as far as that shows beforehand."""
    if sys.platform != "linux":
        return message("why.tree.system")
    try:
        if root.stat().st_dev != root.parent.stat().st_dev or root == root.parent:
            return message("why.tree.mounted")
    except OSError:
        return message("why.no-permission")
    return None if os.access(root.parent, os.W_OK | os.X_OK) else message("why.tree.closed")


def rewrite(
    root: Path,
    name: str,
    *,
    write: Callable[[Path], Rewritten],
    may_change: Callable[[str], bool],
    digest: Callable[[], str],
) -> Erased:
    """Erase from the folder at `root`; see `Container.erase`.

    `write` gets a folder to write to, in which `tree` is the new folder, and returns what it changed there, with paths
    relative to that. `may_change` says which files these may be. `digest` is that of the container.
    """
    work = root.with_name(f".{root.name}{UNFINISHED}")
    try:
        with alone(root, name):
            discard(work)
            digest_before = digest()
            before = _all_in(root)
            _require_ordinary(before, name)
            tree = work / "tree"
            try:
                tree.mkdir(mode=0o700, parents=True)
                _link(root, tree, before)
                done = write(work)
                if done.files:
                    _settle(root, tree, before, done.files, name, may_change)
                    _swap(root, tree, before, name)
            finally:
                discard(work)
            sync_folder(root.parent)
            notes = [*done.notes, *_second_names(done.files, before)]
            digest_after = digest() if done.files else digest_before
            return Erased(done.kept, done.erased, done.missing, digest_before, digest_after, tuple(notes))
    except OSError as error:
        raise erasing.refusal(error, root, name) from error


def _all_in(root: Path) -> dict[str, KeptFile]:
    """Everything below a folder by its path, folders before what is in them. Links are not followed."""
    found: dict[str, KeptFile] = {}

    def enter(folder: str, below: str) -> None:
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda child: child.name)
        for child in children:
            if is_unfinished(child.name):
                continue
            state = child.stat(follow_symlinks=False)
            inner = f"{below}{child.name}"
            if stat.S_ISDIR(state.st_mode):
                # The time of a folder changes with what is in it, which is compared by itself.
                found[inner] = KeptFile(state.st_mode, state.st_dev, state.st_ino)
                enter(child.path, f"{inner}/")
            else:
                leads = str(Path(child.path).readlink()) if child.is_symlink() else ""
                what = state.st_mode, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_nlink
                found[inner] = KeptFile(*what, leads)

    enter(str(root), "")
    return found


def _require_ordinary(there: Mapping[str, KeptFile], name: str) -> None:
    devices = {kept.device for kept in there.values()}
    ordinary = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    if len(devices) > 1 or not all(any(is_(kept.mode) for is_ in ordinary) for kept in there.values()):
        raise NotVerified(name=name, why=message("why.file.not-ordinary"))


def _link(root: Path, tree: Path, there: Mapping[str, KeptFile]) -> None:
    for inner, kept in there.items():
        if stat.S_ISDIR(kept.mode):
            (tree / inner).mkdir(mode=0o700)
        else:
            (tree / inner).symlink_to(kept.leads or root / inner)


def _settle(
    root: Path,
    tree: Path,
    before: Mapping[str, KeptFile],
    changed: Collection[str],
    name: str,
    may_change: Callable[[str], bool],
) -> None:
    """Makes of the tree what takes the folder's place. Who wrote it may have been made to put something else there."""
    there = _all_in(tree)
    for inner in {*before, *there}:
        old, new = before.get(inner), there.get(inner)
        stays = old is not None and new is not None and _stays(root / inner, old, new)
        if not stays and not (inner in changed and may_change(inner)) and not _is_folder_of(inner, changed, old, new):
            raise NotVerified(name=name, why=message("why.tree.other-file", file=inner))
    for inner, new in there.items():
        place = tree / inner
        if stat.S_ISREG(new.mode):
            if place.lstat().st_nlink != 1:
                raise NotVerified(name=name, why=message("why.file.not-ordinary"))
            _sync(place)
            _look_like(place, root / inner, root)
        elif stat.S_ISLNK(new.mode) and not before[inner].leads:
            _be_the_file(place, root / inner)
    for inner in reversed([inner for inner, new in there.items() if stat.S_ISDIR(new.mode)]):
        sync_folder(tree / inner)
        _look_like(tree / inner, root / inner, root)
    sync_folder(tree)
    keep_looks(root, tree)


def _stays(place: Path, old: KeptFile, new: KeptFile) -> bool:
    if stat.S_ISDIR(old.mode):
        return stat.S_ISDIR(new.mode)
    return stat.S_ISLNK(new.mode) and new.leads == (old.leads or str(place))


def _is_folder_of(inner: str, changed: Collection[str], old: KeptFile | None, new: KeptFile | None) -> bool:
    """Whether it is a folder that came or went with a changed file."""
    folder = all(kept is None or stat.S_ISDIR(kept.mode) for kept in (old, new))
    return folder and any(one.startswith(f"{inner}/") for one in changed)


def _look_like(new: Path, old: Path, root: Path) -> None:
    """Owner, permissions, times and attributes of what it replaces; something new has the folder's owner."""
    if old.exists():
        keep_looks(old, new)
        return
    state = root.stat()
    with contextlib.suppress(PermissionError):
        os.chown(new, state.st_uid, state.st_gid)
    new.chmod(state.st_mode & (0o777 if new.is_dir() else 0o666))


def _be_the_file(place: Path, file: Path) -> None:
    """The link that stands for a file becomes another name of it, or a copy where the disk has no second names."""
    place.unlink()
    try:
        os.link(file, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(file, place)
        _sync(place)
        keep_looks(file, place)


def _swap(root: Path, tree: Path, before: Mapping[str, KeptFile], name: str) -> None:
    """Exchanges the folders; takes that back where another program wrote to the old one meanwhile."""
    if _all_in(root) != before:
        raise ChangedMeanwhile(name=name)
    _exchange(tree, root)
    if _all_in(tree) != before:
        _exchange(tree, root)
        raise ChangedMeanwhile(name=name)


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _sync(place: Path) -> None:
    with place.open("rb") as file:
        os.fsync(file.fileno())


def _second_names(changed: Collection[str], before: Mapping[str, KeptFile]) -> Iterator[Message]:
    """Files that were written anew and have other names still: these hold what was erased."""
    links = sum(before[inner].links - 1 for inner in changed if inner in before)
    if links > 0:
        yield message("note.erase.second-names", count=links)
