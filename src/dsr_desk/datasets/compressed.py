"""One packed file that is a container once it is unpacked: `people.csv.gz`, `rows.jsonl.zst`, `photo.jpg.xz`.

Text tables are read as streams of any size. Other formats need their whole file, which is held in memory alone.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import nested, packing, sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import (
    MAX_ITEM_BYTES,
    Accounts,
    ContainerEntry,
    ContainerNotRead,
    ItemGone,
    Listed,
)
from dsr_desk.datasets.csv_table import CsvTable
from dsr_desk.datasets.erasing import CHUNK, Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.json_table import JsonDocument
from dsr_desk.datasets.jsonl import JsonLines
from dsr_desk.datasets.nested import HeldMember, PathInside
from dsr_desk.datasets.records import record_of

_STREAMED: tuple[type[FileContainer], ...] = (JsonLines, JsonDocument, CsvTable)
"""They read their file through `path.open` alone."""

_NOTHING = sha256_hex(b"")


class PackedPath(PathInside):
    """A packed file under the name of what is in it. Opened, it is unpacked; `last` was opened last."""

    last: IO[bytes] | None = None

    def open(self, mode: str = "r", *_: Any, **__: Any) -> IO[Any]:  # type: ignore[override]
        """For reading bytes, whatever `mode` says."""
        del mode
        self.last = packing.unpacking(super().open("rb"))
        return self.last


class CompressedFile(FileContainer):
    """Its items are those of what is packed in it, under the same names; a packed photo or text is one item."""

    format: ClassVar[str] = "compressed"
    _read: IO[bytes] | None = None

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if packing.method_of(head) is None:
            return False
        try:
            with packing.opened(path) as file:
                file.read(1)
        except EOFError:
            return False
        return True

    def listing(self) -> Iterator[Listed]:
        with self._held() as found:
            listed = found.reader.listing() if found.reader is not None else self._as_one(found)
            accounts = None
            for one in listed:
                if isinstance(one, Accounts):
                    accounts = one
                else:
                    yield one
            tally = ReaderTally()
            if hidden := self._hidden(found):
                yield tally.unread("", message("kind.hidden"), message("why.packed.hidden"), size=hidden)
            if accounts is not None:
                tally.within(accounts)
                tally.opened()
                yield tally.against(2 if hidden else 1)

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`."""
        with self._held() as found:
            if found.reader is not None:
                return found.reader.read(member, digest, occurrence, hint)
            if member == found.path.name and found.size <= MAX_ITEM_BYTES:
                data = found.path.read_bytes()
                if sha256_hex(data) == digest:
                    return data
        raise ItemGone(name=self.name)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        notes: Collection[Message] = ()
        with self._held() as found, packing.packed_like(self.path, target) as out:
            if found.reader is None:
                out.write(changes[0] or b"")
                return notes
            work = Path(tempfile.mkdtemp(prefix="unpacked-", dir=target.parent))
            try:
                done = found.reader.rewrite(nested.doomed_of(found.reader, changes), work)
                if len(done.files) != 1 or len(done.erased) != len(changes):
                    raise ItemGone(name=self.name)
                with (work / done.files[0]).open("rb") as fresh:
                    while chunk := fresh.read(CHUNK):
                        out.write(chunk)
                notes = done.notes
            finally:
                shutil.rmtree(work)
        return notes

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """What the reader of what is packed calls its rest."""
        with self._held() as found:
            if found.reader is not None:
                digest = found.reader.rest_digest(changes)
                yield b"" if digest == _NOTHING else digest.encode()

    def _as_one(self, found: HeldMember) -> Iterator[Listed]:
        """A photo, a text, or what nobody reads."""
        name, tally = found.path.name, ReaderTally()
        head = sniff.head_of(found.path)
        kind = sniff.kind_of(name, head)
        if not found.size:
            tally.label()
        elif kind is None:
            yield tally.unread("", found.kind, message("why.format.unknown"), size=found.size)
        else:
            tally.item()
            problem = sniff.member_problem(kind, head, found.size)
            record = None
            if kind is ItemKind.RECORD and problem is None:
                record = record_of(name, found.path.read_bytes())
            read = partial(self.refuse, problem) if found.size > MAX_ITEM_BYTES and problem else found.path.read_bytes
            yield ContainerEntry(kind, name, found.size, read, record=record, problem=problem)
        yield tally.against(1)

    @contextlib.contextmanager
    def _held(self) -> Iterator[HeldMember]:
        """What is packed, with its reader where it has one. Raises ContainerNotRead, ContainerDamaged."""
        try:
            with packing.opened(self.path) as file:
                path = nested.path_inside(self.path, str(self.path), self._called(), PackedPath)
                head = file.read(sniff.HEAD_BYTES)
                if b"\0" not in head and not sniff.photo_kind(head):
                    for format_ in _STREAMED:
                        if format_.recognises(path, head):
                            yield HeldMember(
                                format_(path, self.name), message("kind.of-format", format=format_.format), path, 0
                            )
                            return
                file.seek(0)
                self._read = file
                with nested.held(self.path, self._called(), iter(partial(file.read, CHUNK), b"")) as found:
                    yield found
        except nested.NotHeld as error:
            raise ContainerNotRead(name=self.name, why=error.why) from error
        except packing.NotUnpacked as error:
            raise self.damaged("why.not-unpacked") from error

    def _called(self) -> str:
        """The name of what is packed in it."""
        with self.path.open("rb") as file:
            method = packing.method_of(file.read(sniff.TELLING_BYTES))
        name = self.path.name
        return name[: -len(method.suffix)] if method and name.lower().endswith(method.suffix) else name

    def _hidden(self, found: HeldMember) -> int:
        """Bytes that are packed by nothing: mostly met while it was listed."""
        read = found.path.last if isinstance(found.path, PackedPath) else self._read
        if read is not None and packing.is_read(read):
            return packing.hidden_in(read)
        with packing.opened(self.path) as file:
            while file.read(CHUNK):
                pass
            return packing.hidden_in(file)
