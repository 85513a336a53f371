"""What all containers that are one file have in common: reading by address, erasing, fingerprint."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, Value, message
from dsr_desk.datasets import erasing
from dsr_desk.datasets.container import (
    ContainerDamaged,
    ContainerEntry,
    Doomed,
    Erased,
    ItemGone,
    ItemUnreadable,
)
from dsr_desk.datasets.erasing import Changes


class FileContainer(ABC):
    """A format says what its items are and writes a file without some of them; the rest is here."""

    format: ClassVar[str]
    tabular: ClassVar[bool] = False
    magic: ClassVar[bytes]
    """What every file of the format begins with, where that alone tells."""

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
        del path, head
        return None

    @abstractmethod
    def entries(self) -> Iterator[ContainerEntry]:
        """See `Container.entries`."""

    @abstractmethod
    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """Fill the empty file `target` with this container after `changes`; returns notes for `Erased`."""

    def companions(self) -> Collection[Path]:
        """Files beside this one that belong to it and are rewritten with it, there or not."""
        return ()

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

    def erase(self, doomed: Collection[Doomed]) -> Erased:
        """See `Container.erase`."""
        return erasing.rewrite_file(
            self.path,
            self.name,
            doomed,
            entries=lambda path: self._at(path).entries(),
            rest=lambda path, changes: self._at(path).rest_digest(changes),
            write=self.write_without,
        )

    def digest(self) -> str:
        """See `Container.digest`."""
        return erasing.file_digest(self.path)

    def fingerprint(self) -> str:
        """Size, time and inode: a rewritten file keeps its time but is another inode."""
        state = self.path.stat()
        return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ino}"

    def damaged(self, code: str, **values: Value) -> ContainerDamaged:
        """The error for what stands in the way of reading on."""
        return ContainerDamaged(name=self.name, why=message(code, **values))

    def refuse(self, why: Message) -> bytes:
        """Stands in for the bytes of an item that is listed and cannot be read. Raises ItemUnreadable."""
        raise ItemUnreadable(name=self.name, why=why)

    def _at(self, path: Path) -> FileContainer:
        return type(self)(path, self.name)
