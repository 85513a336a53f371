"""MXNet RecordIO: photos as records of a `.rec`, with their offsets in a `.idx` and their labels in a `.lst` beside.

A record is the magic number, a length whose upper three bits say whether it is whole or a part, the data, and zeros up
to a multiple of four. Data that holds the magic number is cut there. The data begins with a header: flag, label, id.
Read by hand: MXNet, the only library that reads it, is kept no more.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.cells import opaque
from dsr_desk.datasets.container import MAX_ITEM_BYTES, ContainerDamaged, ContainerEntry, Doomed, Listed
from dsr_desk.datasets.erasing import Changes, Rewritten
from dsr_desk.datasets.file_container import FileContainer

MAGIC = 0xCED7230A
MAGIC_BYTES = struct.pack("<I", MAGIC)
_HEADER = struct.Struct("<IfQQ")
_WHOLE, _START, _MIDDLE, _END = 0, 1, 2, 3
_LONGEST_KEY = 20
"""Digits of the largest number of 64 bits."""

MOST_LABELS = 16
"""More numbers in a header are no classes and no points of a face, and may be an embedding."""


@dataclass(frozen=True)
class RecordIoRecord:
    """`key` is the id in the record's header, `header` that with its labels, `data` what follows: a photo, mostly."""

    start: int
    end: int
    key: int
    header: bytes
    data: bytes

    @property
    def numbers(self) -> int:
        """Labels beside the one in the header."""
        return (len(self.header) - _HEADER.size) // 4

    @property
    def is_photo(self) -> bool:
        return bool(sniff.photo_kind(self.data))


class RecordFile(FileContainer):
    """Members are named by the ids of their records; records without a photo (label ranges) stay as they are.

    `.idx` and `.lst` are rewritten with the `.rec`: prepared before it is swapped, put in place after.
    """

    format: ClassVar[str] = "recordio"
    magic: ClassVar[bytes] = MAGIC_BYTES

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        paths = self._paths()
        with self.path.open("rb") as file:
            for record in self._records(file):
                place = str(record.key)
                if record.numbers > MOST_LABELS:
                    size = 4 * record.numbers
                    yield tally.unread(place, message("kind.embedding"), message("why.cell.numbers"), size=size)
                else:
                    tally.label()
                if record.is_photo:
                    tally.item()
                    yield ContainerEntry(
                        kind=ItemKind.PHOTO,
                        member=place,
                        size=len(record.data),
                        read=partial(bytes, record.data),
                        hint=record.start,
                        record={"path": paths[record.key]} if record.key in paths else None,
                    )
                elif record.data:
                    found = opaque(record.data)
                    assert found.kind is not None
                    assert found.why is not None
                    yield tally.unread(place, found.kind, found.why, size=found.size)
                else:
                    tally.label()
            # Each record has a header and data.
            yield tally.against(2 * self._count(file))

    def _count(self, file: IO[bytes]) -> int:
        """How many records the lengths in the file tell of."""
        count = at = 0
        while True:
            file.seek(at)
            head = file.read(8)
            if len(head) < 8:
                return count
            length = struct.unpack("<II", head)[1]
            count += length >> 29 in (_WHOLE, _START)
            size = length & (1 << 29) - 1
            at += 8 + size + -size % 4

    def _paths(self) -> dict[int, str]:
        """The paths of photos by key, as the list beside says them; they may name a person."""
        if not self._list.exists():
            return {}
        found = {}
        with self._list.open("rb") as file:
            for line in file:
                told = line.rstrip(b"\r\n").split(b"\t")
                if len(told) > 2 and told[0].strip().isdigit() and len(told[0]) <= _LONGEST_KEY:
                    found[int(told[0])] = told[-1].decode("utf-8", "surrogateescape")
        return found

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self.path.open("rb") as file:
            try:
                record = self._record(file, hint)
            except ContainerDamaged:
                return None
        return (str(record.key), record.data) if record is not None and record.is_photo else None

    def rewrite(self, doomed: Collection[Doomed], work: Path) -> Rewritten:
        """See `FileContainer.rewrite`: the `.rec` is swapped first, then what tells of it."""
        done = super().rewrite(doomed, work)
        beside = tuple(path.name for path in self.companions() if (work / path.name).exists())
        return replace(done, files=(*done.files, *beside))

    def left(self, work: Path) -> Collection[str]:
        """A prepared file goes beside the `.rec` that is already the one it was prepared for."""
        waiting = [path for path in self.companions() if (work / path.name).exists()]
        if not waiting:
            return ()
        with self.path.open("rb") as file:
            records = [(record.start, record.key) for record in self._records(file)]
        return [path.name for path in waiting if self._fits(path, work / path.name, records)]

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        moved: dict[int, int] = {}
        gone: set[int] = set()
        position = 0
        with self.path.open("rb") as file, target.open("r+b") as out:
            for record in self._records(file):
                new: bytes | None = None
                if record.is_photo:
                    goes = position in changes and changes[position] is None
                    new = changes.get(position)
                    position += 1
                    if goes:
                        gone.add(record.key)
                        continue
                moved[record.start] = out.tell()
                if new is not None:
                    out.write(_packed(record.header + new))
                else:
                    file.seek(record.start)
                    out.write(file.read(record.end - record.start))
        self._prepare_companions(target.parent, moved, gone)
        beside = tuple(path.suffix for path in (self._index, self._list) if path.exists())
        return [message("note.recordio.keys-gone", suffixes=beside)] if gone and beside else []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Records that hold no photo."""
        del changes
        with self.path.open("rb") as file:
            yield from (record.header + record.data for record in self._records(file) if not record.is_photo)

    def companions(self) -> Collection[Path]:
        return (self._index, self._list)

    @property
    def _index(self) -> Path:
        return self.path.with_suffix(".idx")

    @property
    def _list(self) -> Path:
        return self.path.with_suffix(".lst")

    def _prepare_companions(self, work: Path, moved: dict[int, int], gone: set[int]) -> None:
        """`moved` maps old offsets of records that stay to new ones."""
        if self._index.exists():
            lines = []
            for line in self._index.read_text().splitlines():
                key, _, offset = line.partition("\t")
                if int(offset or -1) in moved:
                    lines.append(f"{key}\t{moved[int(offset)]}\n")
            (work / self._index.name).write_bytes("".join(lines).encode())
        if self._list.exists():
            names = {str(key).encode() for key in gone}
            kept = [
                line
                for line in self._list.read_bytes().splitlines(keepends=True)
                if line.partition(b"\t")[0].strip() not in names
            ]
            (work / self._list.name).write_bytes(b"".join(kept))

    def _fits(self, path: Path, fresh: Path, records: list[tuple[int, int]]) -> bool:
        """The prepared index points at every record; the prepared list names no key that is gone."""
        prepared = fresh.read_bytes().splitlines()
        if path == self._index:
            return {int(line.partition(b"\t")[2] or -1) for line in prepared} == {start for start, _ in records}
        dropped = {line.partition(b"\t")[0].strip() for line in path.read_bytes().splitlines()} - {
            line.partition(b"\t")[0].strip() for line in prepared
        }
        return not dropped & {str(key).encode() for _, key in records}

    def _records(self, file: IO[bytes]) -> Iterator[RecordIoRecord]:
        offset = 0
        while (record := self._record(file, offset)) is not None:
            yield record
            offset = record.end

    def _record(self, file: IO[bytes], start: int) -> RecordIoRecord | None:
        """The record at an offset, None at the end of the file."""
        file.seek(start)
        parts: list[bytes] = []
        while True:
            head = file.read(8)
            if not head and not parts:
                return None
            magic, length = struct.unpack("<II", head) if len(head) == 8 else (0, 0)
            part, length = length >> 29, length & (1 << 29) - 1
            data = file.read(length) if magic == MAGIC and length <= MAX_ITEM_BYTES else b""
            padding = file.read(-length % 4)
            whole = len(data) == length and len(padding) == -length % 4
            if magic != MAGIC or not whole or (part in (_WHOLE, _START)) != (not parts) or len(parts) > MAX_ITEM_BYTES:
                raise self.damaged("why.recordio.no-record", byte=start)
            parts.append(data)
            if part in (_WHOLE, _END):
                return self._opened(start, file.tell(), MAGIC_BYTES.join(parts))

    def _opened(self, start: int, end: int, data: bytes) -> RecordIoRecord:
        if len(data) < _HEADER.size:
            raise self.damaged("why.recordio.no-header", byte=start)
        flag, _, key, _ = _HEADER.unpack_from(data)
        split = _HEADER.size + 4 * flag
        return RecordIoRecord(start, end, key, data[:split], data[split:])


def _packed(data: bytes) -> bytes:
    """A record as it is stored: cut where the magic number stands on a multiple of four."""
    cuts = [at for at in range(0, len(data) - 3, 4) if data.startswith(MAGIC_BYTES, at)]
    parts = [data[begin:end] for begin, end in zip([0, *(at + 4 for at in cuts)], [*cuts, len(data)], strict=True)]
    out = []
    for number, part in enumerate(parts):
        kind = _WHOLE if len(parts) == 1 else _START if number == 0 else _END if number == len(parts) - 1 else _MIDDLE
        out.append(struct.pack("<II", MAGIC, kind << 29 | len(part)) + part + b"\0" * (-len(part) % 4))
    return b"".join(out)
