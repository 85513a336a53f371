"""What all readers of one file have in common: reading by address, writing anew, fingerprint. They run in cells."""

from __future__ import annotations

import hashlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import (
    ContainerDamaged,
    ContainerEntry,
    Doomed,
    ItemGone,
    ItemUnreadable,
    Listed,
    items_of,
)
from dsr_desk.datasets.erasing import Changes, Resolution, Rewritten
from dsr_desk.datasets.hashed import Hashed


class FileContainer(ABC):
    """A format says what its items are and writes a file without some of them; the rest is here."""

    format: ClassVar[str]
    tabular: ClassVar[bool] = False
    magic: ClassVar[bytes]
    """What every file of the format begins with, where that alone tells."""
    needs: ClassVar[str] = ""
    """The library without which the format is named and not read; "" where the program always has what it takes."""
    indexes: ClassVar[tuple[str, ...]] = ()
    """What ends the names of files in which programs keep where each record begins."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Extensions in the place of which such a name may stand."""
    in_place: ClassVar[bool] = False
    """Whether it is a database, which keeps its file and erases in its own transaction (`datasets.in_place`)."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Whether the file with these first bytes is of this format. Raises OSError."""
        return head.startswith(cls.magic)

    @classmethod
    def refusal(cls, path: Path, head: bytes) -> Message | None:
        """What a file of this format is that is not read all the same, and why; None otherwise. Raises OSError."""
        if not cls.needs or not cls.recognises(path, head) or cls.is_installed():
            return None
        return message(f"kind.{cls.format}-without-library")

    @classmethod
    def is_installed(cls) -> bool:
        """Whether the library is there that the format needs."""
        return not cls.needs or importlib.util.find_spec(cls.needs) is not None

    @abstractmethod
    def listing(self) -> Iterator[Listed]:
        """See `Container.listing`."""

    def inventory(self) -> Iterator[Listed | Hashed]:
        """The same as the listing, where some items were hashed as they were read."""
        return self.listing()

    def entries(self) -> Iterator[ContainerEntry]:
        """See `Container.entries`."""
        return items_of(self.listing())

    def is_list(self) -> bool:
        """Whether it holds things side by side, and still does with one of them left. Raises DeskError."""
        return len(list(islice(self.entries(), 2))) > 1

    @abstractmethod
    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """Fill the empty file `target` with this container after `changes`; returns notes for `Erased`."""

    def companions(self) -> Collection[Path]:
        """Files beside this one that belong to it and are no containers of their own, there or not."""
        return ()

    def beside(self) -> Collection[Path]:
        """Files that may be read or written anew with this one, there or not. Known without a look at any."""
        return self.companions()

    def belongings(self) -> Collection[Path]:
        """Files beside this one that go where it goes as a whole, there or not. Known without a look at any."""
        named = (self.path.with_name(self.path.name + suffix) for suffix in self.indexes)
        stems = (self.path.with_suffix(suffix) for suffix in self.indexes if self.path.suffix in self.suffixes)
        return tuple(dict.fromkeys((*self.beside(), *named, *stems)))

    def journals(self) -> Collection[Path]:
        """Of a format that is erased in place: what it writes beside this file meanwhile."""
        return ()

    def erase_here(self, doomed: Collection[Doomed]) -> Rewritten:
        """Of a format that is erased in place: all of it or nothing, in this file, verified before it holds."""
        raise NotImplementedError

    def finish(self) -> None:
        """Of a format that is erased in place: completes or undoes what was cut short."""
        raise NotImplementedError

    def rest(self, changes: Changes) -> Iterator[bytes]:  # noqa: ARG002
        """All that is no item, as it shall be after `changes`; nothing where a format holds items alone."""
        return iter(())

    def rest_digest(self, changes: Changes) -> str:
        digest = hashlib.sha256()
        for piece in self.rest(changes):
            digest.update(piece)
        return digest.hexdigest()

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        """Member and bytes of the item that a hint points at, None where it points at none."""
        del hint
        return None

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`."""
        there = self.read_at(hint) if hint is not None else None
        if there is not None and there[0] == member and sha256_hex(there[1]) == digest:
            return there[1]
        for entry in self.entries():
            if entry.member != member or entry.problem:
                continue
            data = entry.read()
            if sha256_hex(data) == digest:
                if occurrence == 0:
                    return data
                occurrence -= 1
        raise ItemGone(name=self.name)

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`. Whether there is room and leave to write is asked elsewhere."""
        del doomed
        return ()

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        """Writes this container without (or with changed) items into the empty folder `work`, and verifies that."""
        resolution = self.resolved(doomed)
        if not resolution.changes:
            return Rewritten(resolution.kept, (), resolution.missing)
        grows = sum(len(new) for new in resolution.changes.values() if new is not None)
        erasing.require_room(self.path, work, self.name, grows)
        fresh = work / self.path.name
        fresh.touch(mode=0o600, exist_ok=False)
        notes = tuple(self.write_without(fresh, resolution.changes))
        self.verify(fresh, resolution)
        return Rewritten(resolution.kept, resolution.found, resolution.missing, (fresh.name,), notes)

    def resolved(self, doomed: Collection[Doomed]) -> Resolution:
        """What the doomed items turned out to be in this file as it is now."""
        return erasing.resolve(self.entries(), doomed)

    def verify(self, fresh: Path, resolution: Resolution) -> None:
        """Raises NotVerified where the new file is not this one after the changes of the resolution."""
        there = self._at(fresh)
        rests = self.rest_digest(resolution.changes), there.rest_digest({})
        erasing.verify(self.name, there.entries(), resolution, *rests)

    def left(self, work: Path) -> Collection[str]:  # noqa: ARG002
        """Names of files in `work`, where a run was killed, that belong beside this file as it is now."""
        return ()

    def digest(self) -> str:
        """See `Container.digest`."""
        return erasing.file_digest(self.path)

    def fingerprint(self) -> str:
        """See `Container.fingerprint`."""
        return state_of(self.path)

    def damaged(self, code: str, **values: Value) -> ContainerDamaged:
        """The error for what stands in the way of reading on."""
        return ContainerDamaged(name=self.name, why=message(code, **values))

    def refuse(self, why: Message) -> bytes:
        """Stands in for the bytes of an item that is listed and cannot be read. Raises ItemUnreadable."""
        raise ItemUnreadable(name=self.name, why=why)

    def _at(self, path: Path) -> FileContainer:
        return type(self)(path, self.name)


class NothingTakenOut(FileContainer):
    """A format from which no item is taken here: it says so before anybody approves, and its keepers do it."""

    refused_as: ClassVar[type[DeskError]]
    """Its values are the container's name alone."""

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:  # noqa: ARG002
        """See `FileContainer.before_erasing`. Raises `refused_as`."""
        raise self.refused_as(name=self.name)

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:  # noqa: ARG002
        """Raises `refused_as`."""
        raise self.refused_as(name=self.name)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:  # noqa: ARG002
        """Raises `refused_as`."""
        raise self.refused_as(name=self.name)


def state_of(path: Path) -> str:
    """Size, time and inode: a rewritten file keeps its time but is another inode."""
    state = path.stat()
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ino}"
