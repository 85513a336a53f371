"""Shards of MDS, the format of MosaicML's streaming datasets: samples of typed columns, with their offsets before them.

A shard is the number of its samples, their offsets and the end, the description of the columns as JSON, and the
samples. Those are the sizes of the columns that have no fixed one, then the columns. Numbers are unsigned, of 32 bits.
The index of the shards is a layout (`layouts.mds`).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import MAX_ITEM_BYTES, Listed
from dsr_desk.datasets.erasing import Changes, ContainerNotRewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.rows import FoundInRow, RowItem, RowTally, after, entries_of, found_in, rest_of_rows, touched

WORD = struct.Struct("<I")
MOST_ABOUT = 16 * 1024 * 1024
_NUMBERS = {f"{kind}{bits}" for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64)} - {"float8"}
_PIXELS = {"L": b"P5", "RGB": b"P6"}
"""Modes of Pillow whose pixels are those of a PNM file."""


@dataclass(frozen=True)
class MdsColumn:
    """`size` is in bytes, None where each sample says its own."""

    name: str
    encoding: str
    size: int | None


@dataclass(frozen=True)
class Head:
    """What stands before the samples. `offsets` are those of the samples and the end."""

    offsets: Sequence[int]
    about: bytes
    columns: tuple[MdsColumn, ...]

    @property
    def samples(self) -> int:
        return len(self.offsets) - 1


class MdsShard(FileContainer):
    """A sample is a row: its photos are items, its other columns one record; it goes when all of its items go."""

    format: ClassVar[str] = "mds"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if len(head) < 2 * WORD.size:
            return False
        (samples,), (first,) = WORD.unpack_from(head), WORD.unpack_from(head, WORD.size)
        about = first - WORD.size * (samples + 2)
        if not 0 < about <= MOST_ABOUT or first > path.stat().st_size:
            return False
        with path.open("rb") as file:
            return head_of(file) is not None

    def listing(self) -> Iterator[Listed]:
        tally = RowTally()
        with self.path.open("rb") as file:
            head = self._head(file)
            for number, sample in self._samples(file, head):
                found = found_in(self._row(head, sample))
                self._count(tally, head, found)
                yield from entries_of(found.items, number, f"sample {number}" if found.group else "")
        yield from tally.end(head.samples * len(head.columns))

    def read(self, member: str, digest: str, occurrence: int = 0, hint: int | None = None) -> bytes:
        """See `Container.read`. The sample that a hint points at is looked through first."""
        with self.path.open("rb") as file:
            head = self._head(file)
            if hint is not None and 0 <= hint < head.samples:
                for item in found_in(self._row(head, self._sample(file, head, hint))).items:
                    if item.member == member and sha256_hex(item.data) == digest:
                        return item.data
        return super().read(member, digest, occurrence, hint)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """In two passes, since the offsets stand before the samples."""
        with self.path.open("rb") as file, target.open("r+b") as out:
            head = self._head(file)
            sizes = [len(sample) for sample in self._after(file, head, changes)]
            begin = WORD.size * (len(sizes) + 2) + len(head.about)
            offsets = np.cumsum([begin, *sizes], dtype=np.uint64)
            if offsets[-1] >= 2**32:
                raise self.damaged("why.mds.size")
            out.write(WORD.pack(len(sizes)) + offsets.astype("<u4").tobytes() + head.about)
            for sample in self._after(file, head, changes):
                out.write(sample)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """The description of the columns, and numbers beside photos."""
        with self.path.open("rb") as file:
            head = self._head(file)
            yield head.about
            rows = (self._row(head, sample) for _, sample in self._samples(file, head))
            yield from rest_of_rows(rows, lambda row: found_in(row).items, _telling, changes)

    def _after(self, file: IO[bytes], head: Head, changes: Changes) -> Iterator[bytes]:
        """The samples after the changes."""
        position = 0
        for _, sample in self._samples(file, head):
            row = self._row(head, sample)
            found = found_in(row)
            change = touched(found.items, changes, position)
            position += len(found.items)
            if change.goes:
                continue
            if not change.items:
                yield sample
                continue
            self._require_spelt(head, change.items)
            yield self._spelt(head, self._values(head, sample), row, after(row, found, change))

    def _count(self, tally: RowTally, head: Head, found: FoundInRow) -> None:
        for one in found.unread:
            if one.inside:
                tally.inside(one)
        for column in head.columns:
            places = {
                place: answer
                for place, answer in found.answers.items()
                if place == column.name or place.startswith(f"{column.name}.")
            }
            answer = max(places.values(), default=Answer.LABEL)
            if answer is not Answer.UNREAD:
                tally.count(answer)
                continue
            told = next(one for one in found.unread if places.get(one.place) is Answer.UNREAD)
            tally.not_read(column.name, told.kind, told.why, size=told.size)

    # Samples

    def _head(self, file: IO[bytes]) -> Head:
        file.seek(0)
        head = head_of(file)
        if head is None:
            raise self.damaged("why.mds.head")
        return head

    def _samples(self, file: IO[bytes], head: Head) -> Iterator[tuple[int, bytes]]:
        for number in range(head.samples):
            yield number, self._sample(file, head, number)
        file.seek(0, 2)
        if file.tell() != head.offsets[-1]:
            raise self.damaged("why.mds.size")

    def _sample(self, file: IO[bytes], head: Head, number: int) -> bytes:
        start, end = head.offsets[number], head.offsets[number + 1]
        if not head.offsets[0] <= start <= end or end - start > MAX_ITEM_BYTES:
            raise self.damaged("why.mds.sample", number=number + 1)
        file.seek(start)
        data = file.read(end - start)
        if len(data) < end - start:
            raise self.damaged("why.mds.sample", number=number + 1)
        return data

    def _values(self, head: Head, sample: bytes) -> list[bytes]:
        """The columns of a sample as they are stored."""
        own = [column for column in head.columns if column.size is None]
        place = WORD.size * len(own)
        if len(sample) < place:
            raise self.damaged("why.mds.columns")
        sizes = iter(struct.unpack_from(f"<{len(own)}I", sample))
        values = []
        for column in head.columns:
            size = next(sizes) if column.size is None else column.size
            values.append(sample[place : place + size])
            place += size
        if place != len(sample):
            raise self.damaged("why.mds.columns")
        return values

    def _row(self, head: Head, sample: bytes) -> dict[str, Any]:
        stored = self._values(head, sample)
        return {column.name: _read(column.encoding, data) for column, data in zip(head.columns, stored, strict=True)}

    def _require_spelt(self, head: Head, items: Collection[tuple[RowItem, bytes | None]]) -> None:
        """Pixels that stay cannot take the place of others, nor be empty: their readers would fail."""
        encodings = {column.name: column.encoding for column in head.columns}
        if any(item.way and encodings[item.column] in ("pil", "jpeg", "png") for item, new in items if new is None):
            raise ContainerNotRewritten(name=self.name, why=message("why.mds.no-empty-photo"))
        if any(item.way and encodings[item.column] == "pil" for item, _ in items):
            raise ContainerNotRewritten(name=self.name, why=message("why.mds.pixels"))

    def _spelt(self, head: Head, stored: Sequence[bytes], row: Mapping[str, Any], new: Mapping[str, Any]) -> bytes:
        values = []
        for column, data in zip(head.columns, stored, strict=True):
            value = new.get(column.name)
            values.append(data if value == row[column.name] else _written(column, value))
        sizes = (len(data) for column, data in zip(head.columns, values, strict=True) if column.size is None)
        return b"".join([*map(WORD.pack, sizes), *values])


def _telling(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row holds beside photos; no sample can be without a value, so an empty one says nothing."""
    return {name: value for name, value in found_in(row).others.items() if value}


def head_of(file: IO[bytes]) -> Head | None:
    """What stands before the samples of a shard that is open at its beginning; None where it is no shard."""
    start = file.read(WORD.size)
    if len(start) < WORD.size:
        return None
    (samples,) = WORD.unpack(start)
    packed = file.read(WORD.size * (samples + 1))
    if len(packed) < WORD.size * (samples + 1):
        return None
    offsets = np.frombuffer(packed, "<u4").tolist()
    size = offsets[0] - WORD.size * (samples + 2)
    if not 0 < size <= MOST_ABOUT:
        return None
    about = file.read(size)
    try:
        said = json.loads(about)
        told = zip(said["column_names"], said["column_encodings"], said["column_sizes"], strict=True)
        columns = tuple(MdsColumn(str(name), str(encoding), size) for name, encoding, size in told)
    except (ValueError, KeyError, TypeError):
        return None
    if not all(column.size is None or isinstance(column.size, int) for column in columns):
        return None
    return Head(offsets, about, columns)


def _read(encoding: str, data: bytes) -> Any:
    """A value as its encoding means it; bytes where that is not known here."""
    try:
        if encoding in ("str", "str_int", "str_float", "str_decimal"):
            return data.decode("utf-8")
        if encoding == "json":
            return json.loads(data)
        if encoding == "int":
            return int.from_bytes(data, "little", signed=True)
        if encoding in _NUMBERS:
            return np.frombuffer(data, np.dtype(encoding).newbyteorder("<"))[0].item()
    except (ValueError, IndexError):
        return data
    return _as_pnm(data) if encoding == "pil" else data


def _as_pnm(data: bytes) -> bytes:
    """Bare pixels with the head of a file that says how they lie."""
    if len(data) < 3 * WORD.size:
        return data
    width, height, length = struct.unpack_from("<3I", data)
    mode = data[12 : 12 + length].decode("ascii", "replace")
    pixels = data[12 + length :]
    if mode not in _PIXELS or len(pixels) != width * height * (3 if mode == "RGB" else 1):
        return data
    return b"%s %d %d 255\n" % (_PIXELS[mode], width, height) + pixels


def _written(column: MdsColumn, value: Any) -> bytes:
    """Another value, or for None an empty one: zero where the size is fixed."""
    if isinstance(value, bytes):
        return value
    if column.encoding == "json":
        return json.dumps(value).encode()
    if isinstance(value, str):
        return value.encode()
    return b"\0" * (column.size or 0) if value is None or column.encoding not in ("str_int", "str_float") else b"0"
