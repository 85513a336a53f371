"""Where something that goes as a whole lies, what belongs to it there, and whether it may be removed at all."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.datasets import erasing, whole_disk
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import ContainerNotRead
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.layouts import owner
from dsr_desk.datasets.layouts.known import RULES, Finder
from dsr_desk.datasets.layouts.rules import DatasetLayout, PartOfLayout, inner_path
from dsr_desk.datasets.names import UNFINISHED, safe_name
from dsr_desk.datasets.whole_meant import kept_at
from dsr_desk.datasets.whole_tree import Tree

_LOCKS = ("-shm", "-lock", "lock.mdb")
"""What ends the names of files that change when somebody only reads."""


class WholeRefused(DeskError):
    code = "WHOLE-REFUSED"
    happened = "{name} is not removed as a whole: {why}."
    means = "Nothing was removed."
    todo = "Do what the reason asks for, name the place in another way, or erase its items one by one."


class WholeNotReached(DeskError):
    code = "WHOLE-NOT-REACHED"
    happened = "{name} cannot be reached: {why}."
    means = "Nothing was removed, and nothing is called gone: its disk may only be away."
    todo = "Mount the disk that it was planned on and run the deletion again."


@dataclass(frozen=True)
class WholeSet:
    """What goes by one removal: the file or folder at `root`, with the containers in it that are meant."""

    root: Path
    name: str
    containers: tuple[CelledContainer, ...]

    @property
    def is_folder(self) -> bool:
        return any(one.path != self.root or one.is_folder for one in self.containers)


class OtherPlaces:
    """Places of all else that is registered, at and below which nothing is touched. Looked up once, for many sets."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        found: set[str] = set()
        self.ids: set[tuple[int, int]] = set()
        parents: dict[Path, str] = {}
        for path in paths:
            if path.parent not in parents:
                parents[path.parent] = os.path.realpath(path.parent)
            found.add(os.path.join(parents[path.parent], path.name))  # noqa: PTH118 - a text for each of very many
            with suppress(OSError):
                state = path.stat()
                self.ids.add((state.st_dev, state.st_ino))
            if path.is_symlink():
                found.add(os.path.realpath(path))
        self._paths = sorted(found)
        self._known = found

    def __contains__(self, path: Path) -> bool:
        return str(path) in self._known

    def above(self, path: Path) -> bool:
        return any(str(one) in self._known for one in path.parents)

    def below(self, path: Path) -> Iterator[str]:
        """Paths below a folder, relative to it."""
        start = f"{path}/"
        for at in range(bisect_left(self._paths, start), len(self._paths)):
            if not self._paths[at].startswith(start):
                return
            yield self._paths[at][len(start) :]


class WholePlace:
    """A set where it lies. Making one looks at links and mounts, and raises WholeRefused, PartOfLayout."""

    def __init__(self, whole: WholeSet, others: OtherPlaces) -> None:
        self.whole, self.name, self._others = whole, whole.name, others
        if not whole.root.name or ".." in whole.root.parts:
            raise self.refusal("why.whole.no-place")
        self.parent = Path(os.path.realpath(whole.root.parent))
        self.root = self.parent / whole.root.name
        self.kept = kept_at(self.root)
        self._require_allowed()
        if whole.is_folder:
            self._require_whole_layouts()

    def refusal(self, code: str, **values: str) -> WholeRefused:
        return WholeRefused(name=self.name, why=message(code, **values))

    def _require_allowed(self) -> None:
        if self.root.is_symlink():
            raise self.refusal("why.whole.link", leads=safe_name(str(self.root.readlink())))
        if Path(os.path.realpath(Path.home())).is_relative_to(self.root):
            raise self.refusal("why.whole.no-place")
        if (mounted := whole_disk.mount_in(self.root)) is not None:
            raise self.refusal("why.whole.mounted", place=safe_name(str(mounted)))
        if self.root in self._others or self._is_others_file():
            raise self.refusal("why.whole.anothers")
        if self._others.above(self.root) and any(one.format == FolderOfPhotos.format for one in self.whole.containers):
            raise self.refusal("why.whole.anothers")

    def _is_others_file(self) -> bool:
        """By its inode, where names are spelled in several ways."""
        try:
            state = self.root.lstat()
        except OSError:
            return False
        single = state.st_nlink == 1 or self.whole.is_folder
        return single and (state.st_dev, state.st_ino) in self._others.ids

    def _require_whole_layouts(self) -> None:
        """What lies above a folder may say of it what is in it, and then goes with it or not at all."""
        for layout in Finder().around(self.parent):
            if RULES[layout.kind].tells_of(layout.root, inner_path(layout.root, self.root)):
                says = RULES[layout.kind].says
                raise PartOfLayout(name=self.name, layout=says, why=message("why.layout.folder-part"))

    @cached_property
    def _of_it_alone(self) -> dict[DatasetLayout, tuple[str, ...]]:
        """Layouts that tell of a file in files of its own, which go with it: nothing is to be brought in line then."""
        if self.whole.is_folder:
            return {}
        root = self.whole.root
        here = (layout for layout in Finder().around(root.parent) if layout.root == root.parent)
        told = {layout: RULES[layout.kind].of_one(root.name) for layout in here}
        return {layout: names for layout, names in told.items() if names}

    @cached_property
    def further(self) -> tuple[str, ...]:
        """Names of files that belong beside a file and are no containers, there or not."""
        known = {one.path for one in self.whole.containers}
        beside = [path for one in self.whole.containers if one.path == self.whole.root for path in one.belongings()]
        beside += [layout.root / name for layout, names in self._of_it_alone.items() for name in names]
        own = [path.name for path in beside if path not in known and self.parent / path.name not in self._others]
        return tuple(dict.fromkeys(own))

    @cached_property
    def leftovers(self) -> tuple[str, ...]:
        """Names under which runs that were killed may have left parts of it."""
        return tuple(f".{name}{UNFINISHED}" for name in (self.root.name, *self.further))

    @property
    def locks(self) -> tuple[str, ...]:
        """Of the further ones those that say nothing of whether it is as it was."""
        return tuple(name for name in self.further if name.endswith(_LOCKS))

    @property
    def own(self) -> tuple[str, ...]:
        """Names on which a plan rests; what is only beside it comes first, so that it goes first."""
        return (*(name for name in self.further if name not in self.locks), self.root.name)

    @cached_property
    def layouts(self) -> tuple[DatasetLayout, ...]:
        """Those that a file is a part of."""
        if self.whole.is_folder:
            return ()
        finder = Finder()
        found = [finder.of(path) for path in self.files]
        alone = self._of_it_alone
        return tuple(dict.fromkeys(layout for layouts in found for layout in layouts if layout not in alone))

    @property
    def files(self) -> tuple[Path, ...]:
        """Of a file, it and those that belong to it and are there, by the path that the container has."""
        paths = (self.whole.root.with_name(name) for name in (*self.own, *self.locks))
        return tuple(path for path in paths if os.path.lexists(path))

    @property
    def part(self) -> CelledContainer:
        """Of a file, its container."""
        return self.whole.containers[0]

    def tree(self, names: Iterable[str]) -> Tree:
        stays = frozenset(f"{self.root.name}/{inner}" for inner in self._others.below(self.root))
        return Tree(self.parent, tuple(names), stays, self._others.ids)

    def disk(self) -> str:
        """The file system that it lies on; where its folder went with it, the one that it lay on."""
        for folder in (self.parent, *self.parent.parents):
            try:
                return whole_disk.disk_of(folder)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise WholeNotReached(name=self.name, why=refused(error)) from error
        raise self.refusal("why.whole.no-place")

    def require_disk(self, expected: str) -> None:
        """Raises WholeNotReached where another disk lies there than when a set was in the state `expected`."""
        if self.disk() != expected.rpartition("-")[2]:
            raise WholeNotReached(name=self.name, why=message("why.whole.other-disk"))

    def require_there(self) -> None:
        """Raises ContainerNotRead."""
        if not os.path.lexists(self.root):
            raise ContainerNotRead(name=self.name, why=message("why.not-there"))

    def is_there(self) -> bool:
        """Anything of it, or of a run that removed it."""
        names = (*self.own, *self.locks, *self.leftovers, self.kept.name)
        return any(os.path.lexists(self.parent / name) for name in names)

    def work_around(self) -> tuple[Path, ...]:
        """Folders that killed runs left of layouts around a file, in which the old file may lie."""
        roots = [] if self.whole.is_folder else [layout.root for layout in Finder().around(self.parent)]
        places = (root.with_name(f".{root.name}{UNFINISHED}") for root in roots)
        return tuple(place for place in places if os.path.lexists(place))

    def clear_around(self) -> None:
        """Removes what killed runs left of layouts around a file. Raises DeskError."""
        if self.work_around():
            owner.clear_above(self.parent, self.name)

    def may_keep(self) -> tuple[Message, ...]:
        return whole_disk.may_keep(self.root if self.whole.is_folder else self.parent)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other run works on it meanwhile; what cannot be read no other run can work on. Raises ContainerInUse."""
        with ExitStack() as stack:
            with suppress(FileNotFoundError, PermissionError):
                stack.enter_context(erasing.alone(self.root, self.name))
            yield


def whole_of(container: CelledContainer) -> WholeSet:
    """A container by itself."""
    return WholeSet(container.path, container.name, (container,))


NOBODY = OtherPlaces()
