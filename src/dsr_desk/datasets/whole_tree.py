"""Files that go as a whole: walked and removed by handles of their folders, so that no link leads anywhere else.

What goes is what was seen: of every file a short digest of its name, size, time and inode is kept, 8 bytes each, beside
the place while files are removed. A run that goes on after a kill knows by it what was meant; what came or changed
since stays, and is named.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from array import array
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.whole_meant import MeantFiles, key_of, sorted_keys
from dsr_desk.jobs.progress import CancelToken

MOST_NAMED = 20
"""So many files of one kind are named; all are counted."""

_BATCH = 10_000
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_GET_FLAGS, _FIXED = 0x80086601, 0x10 | 0x20
"""FS_IOC_GETFLAGS of ioctl_iflags(2), and its flags of files that are immutable or may only grow."""

_HIDDEN = (".nfs", ".fuse_hidden")
"""What begins the names under which file systems of others keep what is removed while it is open."""

CAME_LATER = message("why.whole.came-later")
HELD_OPEN = message("why.whole.held-open")
STAYING = message("why.whole.staying")
STILL_THERE = message("why.erase.still-there")


@dataclass(frozen=True)
class Named:
    """Files or folders of which one thing is to be told: so many, the first of them by their paths."""

    why: Message
    count: int
    places: tuple[str, ...]


class ToldPlaces:
    """Counts places by what is to be told of them."""

    def __init__(self) -> None:
        self._found: dict[Message, tuple[int, list[str]]] = {}

    def add(self, why: Message, place: str, count: int = 1) -> None:
        before, places = self._found.get(why, (0, []))
        if len(places) < MOST_NAMED:
            places.append(safe_name(place))
        self._found[why] = before + count, places

    def named(self) -> tuple[Named, ...]:
        return tuple(Named(why, count, tuple(places)) for why, (count, places) in self._found.items())


@dataclass(frozen=True)
class Tree:
    """What goes together: names in one folder, each a file or a folder with all that is in it.

    `parent` leads through no link. `stays` are paths below it at and below which nothing is touched. By `ids`, devices
    and inodes, these are known however their names are spelled; of a file with several names one may go.
    """

    parent: Path
    tops: tuple[str, ...]
    stays: Collection[str] = ()
    ids: Collection[tuple[int, int]] = ()

    @cached_property
    def guarded(self) -> bool:
        """Whether anything may stay."""
        return bool(self.stays or self.ids)

    def staying(self, inner: str, state: os.stat_result) -> bool:
        if inner in self.stays:
            return True
        single = stat.S_ISDIR(state.st_mode) or state.st_nlink == 1
        return single and (state.st_dev, state.st_ino) in self.ids

    @contextmanager
    def opened(self) -> Iterator[int]:
        """A handle of the folder. Raises OSError."""
        handle = os.open(self.parent, _OPEN)
        try:
            yield handle
        finally:
            os.close(handle)


@dataclass
class Scan:
    """What lies in a tree. `keys` are those of its files, `linked` inodes of those with several names."""

    files: int = 0
    size: int = 0
    folders: int = 0
    keys: bytearray = field(default_factory=bytearray)
    stays: ToldPlaces = field(default_factory=ToldPlaces)
    closed: ToldPlaces = field(default_factory=ToldPlaces)
    linked: array[int] = field(default_factory=lambda: array("Q"))
    links: array[int] = field(default_factory=lambda: array("L"))

    @property
    def digest(self) -> str:
        """Changes with every name, size, time and inode of the files, in whatever order they are listed."""
        whole = hashlib.sha256(sorted_keys(self.keys).tobytes())
        for closed in self.closed.named():
            whole.update(repr(closed.places).encode("utf-8", "surrogatepass"))
        return whole.hexdigest()


Each = Callable[[str, os.stat_result], None]
"""Is told of every file by its path below the parent."""


def scan(tree: Tree, each: Each | None = None, token: CancelToken | None = None) -> Scan:
    """Walks a tree and changes nothing; where even its folder is gone, nothing is there. Raises OSError, Cancelled."""
    scanning = _Scanning(tree, each, token)
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(tree.opened())
        except FileNotFoundError:
            return scanning.found
        for top in tree.tops:
            with suppress(FileNotFoundError):
                scanning.one(handle, top, top, os.stat(top, dir_fd=handle, follow_symlinks=False))
    return scanning.found


class _Scanning:
    def __init__(self, tree: Tree, each: Each | None, token: CancelToken | None) -> None:
        self.found = Scan()
        self._tree, self._each, self._token = tree, each, token

    def one(self, handle: int, name: str, inner: str, state: os.stat_result) -> None:
        if stat.S_ISDIR(state.st_mode):
            self._folder(handle, name, inner, state)
        else:
            self._file(inner, state)

    def _file(self, inner: str, state: os.stat_result) -> None:
        found = self.found
        if self._tree.guarded and self._tree.staying(inner, state):
            found.stays.add(STAYING, inner)
            return
        found.files += 1
        found.size += state.st_size
        found.keys += key_of(inner, state)
        if state.st_nlink > 1:
            found.linked.append(_identity(state))
            found.links.append(state.st_nlink)
        if self._each is not None:
            self._each(inner, state)

    def _folder(self, handle: int, name: str, inner: str, state: os.stat_result) -> None:
        if self._tree.staying(inner, state):
            self.found.stays.add(STAYING, inner)
            return
        self.found.folders += 1
        try:
            below = os.open(name, _OPEN, dir_fd=handle)
        except OSError as error:
            self.found.closed.add(refused(error), inner)
            return
        try:
            self._in(below, f"{inner}/")
        finally:
            os.close(below)

    def _in(self, handle: int, inner: str) -> None:
        if self._token is not None:
            self._token.check()
        folders = []
        with os.scandir(handle) as listing:
            for child in listing:
                try:
                    state = child.stat(follow_symlinks=False)
                except OSError as error:
                    self.found.closed.add(refused(error), inner + child.name)
                    continue
                if stat.S_ISDIR(state.st_mode):
                    folders.append((child.name, state))
                else:
                    self._file(inner + child.name, state)
        for name, state in folders:
            self._folder(handle, name, inner + name, state)


def _identity(state: os.stat_result) -> int:
    """Of an inode on whatever device, as one number."""
    return (state.st_ino ^ (state.st_dev << 48)) & 0xFFFFFFFFFFFFFFFF


def linked_outside(scans: Collection[Scan]) -> set[int]:
    """Identities of the files of some trees that have names outside all of them."""
    if not any(len(one.linked) for one in scans):
        return set()
    inodes = np.concatenate([np.frombuffer(one.linked, np.uint64) for one in scans if len(one.linked)])
    links = np.concatenate([np.asarray(one.links, np.uint64) for one in scans if len(one.links)])
    unique, first, inside = np.unique(inodes, return_index=True, return_counts=True)
    return {int(one) for one in unique[links[first] > inside]}


def is_linked_outside(state: os.stat_result, outside: Collection[int]) -> bool:
    return state.st_nlink > 1 and _identity(state) in outside


# Removing


@dataclass
class Gone:
    """What a removal did: files and folders that went, and what is still there, of that what was meant to go."""

    files: int = 0
    size: int = 0
    folders: int = 0
    stays: ToldPlaces = field(default_factory=ToldPlaces)
    meant_stays: bool = False


Moved = Callable[[int], None]
"""Is told how many files went so far."""


def remove(tree: Tree, meant: MeantFiles, each: Each, moved: Moved, token: CancelToken | None = None) -> Gone:
    """Removes what is meant, and folders that are empty then; all that stays is told. Lasts once it returns.

    `each` is told of every link, and of every file with several names, before it goes.

    Raises Cancelled between two steps; OSError where the folder of all cannot be opened.
    """
    removal = _Removal(tree, meant, each, moved, token)
    with tree.opened() as handle:
        for top in tree.tops:
            with suppress(FileNotFoundError):
                state = os.stat(top, dir_fd=handle, follow_symlinks=False)
                if stat.S_ISDIR(state.st_mode):
                    removal.folder(handle, top, top, state)
                else:
                    removal.some(handle, [(top, top, state)])
        _sync(handle)
    return removal.gone


Found = tuple[str, str, os.stat_result]
"""A name in a folder, its path below the parent, what it is."""


class _Removal:
    def __init__(self, tree: Tree, meant: MeantFiles, each: Each, moved: Moved, token: CancelToken | None) -> None:
        self.gone = Gone()
        self._tree, self._meant, self._each, self._moved, self._token = tree, meant, each, moved, token

    def folder(self, handle: int, name: str, inner: str, state: os.stat_result) -> bool:
        """Removes what is meant in a folder, then the folder; whether it is gone."""
        if self._tree.staying(inner, state):
            return False
        try:
            below = os.open(name, _OPEN, dir_fd=handle)
        except OSError as error:
            self._refused(inner, error)
            return False
        try:
            # Some file systems skip names while others are removed: those are met in the next pass.
            while (went := self._in(below, f"{inner}/")) is None:
                pass
            if not went:
                _sync(below)
                return False
        finally:
            os.close(below)
        try:
            os.rmdir(name, dir_fd=handle)
        except OSError as error:
            self._refused(inner, error)
            return False
        self.gone.folders += 1
        return True

    def _in(self, handle: int, inner: str) -> bool | None:
        """Whether a folder is empty now; None where it has to be gone through again."""
        clean, before = True, (self.gone.files, self.gone.folders)
        with os.scandir(handle) as listing:
            while batch := list(islice(listing, _BATCH)):
                if self._token is not None:
                    self._token.check()
                files: list[Found] = []
                folders: list[Found] = []
                # Of many names in no order, the disk is gone over once if their inodes are taken in order.
                for child in sorted(batch, key=os.DirEntry.inode) if len(batch) == _BATCH else batch:
                    path = inner + child.name
                    try:
                        state = child.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    except OSError as error:
                        self._refused(path, error)
                        clean = False
                        continue
                    (folders if stat.S_ISDIR(state.st_mode) else files).append((child.name, path, state))
                clean = self.some(handle, files) and clean
                for name, path, state in folders:
                    clean = self.folder(handle, name, path, state) and clean
        if not clean or not _has_more(handle):
            return clean
        if before != (self.gone.files, self.gone.folders):
            return None
        self.gone.stays.add(STILL_THERE, inner)
        return False

    def some(self, handle: int, files: list[Found]) -> bool:
        """Removes those files of a folder that are meant; whether that is all of them."""
        keys = bytearray()
        for _, inner, state in files:
            keys += key_of(inner, state)
        clean, guarded = True, self._tree.guarded
        for (name, inner, state), meant in zip(files, self._meant.knows(keys), strict=True):
            if guarded and self._tree.staying(inner, state):
                clean = False
                continue
            if not meant:
                self.gone.stays.add(HELD_OPEN if name.startswith(_HIDDEN) else CAME_LATER, inner)
                clean = False
                continue
            if state.st_nlink > 1 or not stat.S_ISREG(state.st_mode):
                self._each(inner, state)
            try:
                os.unlink(name, dir_fd=handle)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._refused(inner, error, handle, name)
                clean = False
                continue
            self.gone.files += 1
            self.gone.size += state.st_size
        self._moved(self.gone.files)
        return clean

    def _refused(self, inner: str, error: OSError, handle: int = -1, name: str = "") -> None:
        fixed = error.errno == errno.EPERM and name and _is_fixed(handle, name)
        self.gone.stays.add(message("why.whole.immutable") if fixed else refused(error), inner)
        self.gone.meant_stays = True


def _has_more(handle: int) -> bool:
    with os.scandir(handle) as listing:
        return next(listing, None) is not None


def _is_fixed(folder: int, name: str) -> bool:
    """Whether a file is set to be immutable or to grow only."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return False
    try:
        return bool(int.from_bytes(fcntl.ioctl(handle, _GET_FLAGS, bytes(8)), "little") & _FIXED)
    except OSError:
        return False
    finally:
        os.close(handle)


def _sync(handle: int) -> None:
    """Some network file systems cannot."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
