"""TFRecord files: photos and texts in the features of each record.

A record is its length (8 bytes), a checksum of that, its data and a checksum of that; checksums are CRC-32C, turned
and moved by a constant. Read by hand: the library that reads it is TensorFlow, which is larger than all of this.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar

import google_crc32c

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import gzipped, sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerDamaged, ContainerEntry, Listed
from dsr_desk.datasets.erasing import Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.rows import Row, RowItem, Touched, entries_of, record_in, stored_row, touched
from dsr_desk.datasets.tf_example import features_of, parsed, spelt, values_of

HEAD = struct.Struct("<QI")
MOST_ITEMS = 1024
"""Items of one record that a hint tells apart."""

NAME = "filename"
_ABOUT_A_PHOTO = frozenset({NAME, "format", "colorspace", "sha256", "md5", "key", "source_id"})


@dataclass(frozen=True)
class TfRecord:
    """`start` to `end` are the record's bytes with lengths and checksums; `data` is None where it is too large."""

    number: int
    start: int
    end: int
    data: bytes | None

    @property
    def example(self) -> Any | None:
        return parsed(self.data) if self.data is not None else None


class TfRecordFile(FileContainer):
    """A record goes when all of its items go; otherwise the features of an item that goes are emptied."""

    format: ClassVar[str] = "tfrecord"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        head = gzipped.unpacked_head(path, head, HEAD.size)
        if len(head) < HEAD.size:
            return False
        length, check = HEAD.unpack_from(head)
        return bool(0 < length < 2**40 and masked_crc(head[:8]) == check)

    def listing(self) -> Iterator[Listed]:
        with gzipped.opened(self.path) as file:
            for record in self._records(file):
                yield from self._entries(record)

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with gzipped.opened(self.path) as file:
            try:
                file.seek(hint // MOST_ITEMS)
                record = self._record(file, 0, hint // MOST_ITEMS)
                found = list(self._entries(record)) if record is not None else []
            except (ContainerDamaged, OSError, OverflowError, *gzipped.BROKEN):
                return None
        place = hint % MOST_ITEMS
        return (found[place].member, found[place].read()) if place < len(found) and not found[place].problem else None

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with gzipped.opened(self.path) as file, gzipped.packed_like(self.path, target) as out:
            for record in self._records(file):
                items = _items(record)
                change = touched(items, changes, position)
                position += max(1, len(items))
                if change.goes:
                    continue
                kept = _changed(record, change) if change.items else record.data
                if kept is not None:
                    out.write(_framed(kept))
                else:
                    for chunk in chunks(file, record.start, record.end):
                        out.write(chunk)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Records that are no item, and numbers beside photos."""
        position = 0
        with gzipped.opened(self.path) as file:
            for record in self._records(file):
                items = _items(record)
                goes = touched(items, changes, position).goes
                position += max(1, len(items))
                if not items:
                    yield hashlib.sha256(record.data or str(record.end - record.start).encode()).digest()
                elif not goes and all(item.kind is ItemKind.PHOTO for item in items):
                    yield _beside_photos(record)

    def _entries(self, record: TfRecord) -> Iterator[ContainerEntry]:
        """A record without items is listed with the reason, and counts as one."""
        items = _items(record)
        if items:
            group = f"record {record.number}" if record.example is not None else ""
            for place, entry in enumerate(entries_of(items, record.start * MOST_ITEMS, group)):
                yield replace(entry, hint=record.start * MOST_ITEMS + place)
            return
        problem = TOO_LARGE if record.data is None else message("why.tfrecord.no-example")
        size = record.end - record.start
        yield ContainerEntry(
            ItemKind.RECORD, "", size, partial(self.refuse, problem), record.start * MOST_ITEMS, problem=problem
        )

    def _records(self, file: IO[bytes]) -> Iterator[TfRecord]:
        number = start = 0
        while True:
            file.seek(start)
            try:
                record = self._record(file, number, start)
            except gzipped.BROKEN as error:
                raise self.damaged("why.not-unpacked") from error
            if record is None:
                return
            yield record
            number, start = number + 1, record.end

    def _record(self, file: IO[bytes], number: int, start: int) -> TfRecord | None:
        """The record that begins where the file stands, None at its end."""
        head = file.read(HEAD.size)
        if not head:
            return None
        length, check = HEAD.unpack(head) if len(head) == HEAD.size else (0, -1)
        if masked_crc(head[:8]) != check:
            raise self.damaged("why.tfrecord.length", number=number + 1, byte=start)
        end = start + HEAD.size + length + 4
        if length > MAX_ITEM_BYTES:
            file.seek(end - 4)
            if len(file.read(4)) < 4:
                raise self.damaged("why.tfrecord.cut", number=number + 1, byte=start)
            return TfRecord(number, start, end, None)
        data, tail = file.read(length), file.read(4)
        if len(data) < length or len(tail) < 4:
            raise self.damaged("why.tfrecord.cut", number=number + 1, byte=start)
        if masked_crc(data) != int.from_bytes(tail, "little"):
            raise self.damaged("why.tfrecord.checksum", number=number + 1, byte=start)
        return TfRecord(number, start, end, data)


def masked_crc(data: bytes) -> int:
    """CRC-32C (Castagnoli), turned and moved as TFRecord stores it."""
    crc = int(google_crc32c.value(data))
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _items(record: TfRecord) -> list[RowItem]:
    """Photos by the names of their features, then the rest as a record."""
    if record.data is not None and sniff.photo_kind(record.data):
        return [RowItem(ItemKind.PHOTO, "", str(record.number), record.data)]
    example = record.example
    if example is None:
        return []
    photos = list(_photos(example))
    names = [_name_beside(example, name) for name, _, _ in photos]
    items = [
        RowItem(ItemKind.PHOTO, f"{name}\0{at}", named or name, data)
        for (name, at, data), named in zip(photos, names, strict=True)
    ]
    others = _others(example)
    telling = {name: value for name, value in others.items() if not photos or _leaf(name) not in _ABOUT_A_PHOTO}
    return items + record_in(others, texts_alone=bool(photos), telling=telling)


def _photos(example: Any) -> Iterator[tuple[str, int, bytes]]:
    """Name of the feature, place in its list, bytes."""
    for name, feature in features_of(example):
        for at, value in enumerate(values_of(feature)):
            if isinstance(value, bytes) and sniff.photo_kind(value):
                yield name, at, value


def _name_beside(example: Any, name: str) -> str:
    """The file name that stands beside a photo: `image/filename` for `image/encoded`, or `filename` alone."""
    parent = name.rpartition("/")[0]
    for beside in (f"{parent}/{NAME}", f"image/{NAME}", NAME):
        if beside in example.features.feature:
            for value in values_of(example.features.feature[beside]):
                if isinstance(value, bytes) and value:
                    return safe_name(value.decode("utf-8", "surrogateescape"))
    return ""


def _others(example: Any) -> Row:
    """All values that are no photo: texts where bytes are text, one value where a list has one."""
    found: dict[str, Any] = {}
    for name, feature in features_of(example):
        values = [_plain(value) for value in values_of(feature) if value != b"" and not _is_photo(value)]
        if values:
            # Under its whole name, a caption of an image would be taken for the name of one.
            short = name.removeprefix("image/")
            found[short if short not in found else name] = values[0] if len(values) == 1 else values
    return found


def _beside_photos(record: TfRecord) -> bytes:
    """What a record without texts holds beside its photos and their names; b"" for nothing."""
    others = _others(record.example) if record.example is not None else {}
    left = {name: value for name, value in others.items() if _leaf(name) != NAME}
    return stored_row(left) if left else b""


def _is_photo(value: Any) -> bool:
    return isinstance(value, bytes) and bool(sniff.photo_kind(value))


def _plain(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    return value if "\0" in text else text


def _leaf(name: str) -> str:
    return PurePosixPath(name).name


def _changed(record: TfRecord, change: Touched) -> bytes:
    """The record's data after changes to some of its items."""
    example = record.example
    if example is None:
        return change.items[0][1] or b""
    for item, new in change.items:
        for name, feature in list(features_of(example)):
            if item.kind is ItemKind.PHOTO:
                wanted, _, at = item.column.partition("\0")
                if name == wanted:
                    feature.bytes_list.value[int(at)] = new or b""
            elif _leaf(name) != NAME and not any(map(_is_photo, values_of(feature))):
                feature.Clear()
    return spelt(example)


def _framed(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))
