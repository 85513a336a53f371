"""TFRecord files: photos and texts in the features of each record.

A record is its length (8 bytes), a checksum of that, its data and a checksum of that; checksums are CRC-32C, turned
and moved by a constant. Read by hand: the library that reads it is TensorFlow, which is larger than all of this.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar

import google_crc32c

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import packing, sniff
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import MAX_ITEM_BYTES, TOO_LARGE, ContainerDamaged, ContainerEntry, Listed
from dsr_desk.datasets.erasing import Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import INSIDE, safe_name
from dsr_desk.datasets.rows import (
    FoundInRow,
    Row,
    RowItem,
    RowTally,
    Touched,
    after,
    entries_of,
    found_in,
    stored_row,
    touched,
)
from dsr_desk.datasets.tf_example import count_of, features_of, parsed, spelt, values_of

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
    indexes: ClassVar[tuple[str, ...]] = (".idx", ".index")
    suffixes: ClassVar[tuple[str, ...]] = (".tfrecord", ".tfrecords", ".tfrec")
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        head = packing.unpacked_head(path, head, HEAD.size)
        if len(head) < HEAD.size:
            return False
        length, check = HEAD.unpack_from(head)
        return bool(0 < length < 2**40 and masked_crc(head[:8]) == check)

    def listing(self) -> Iterator[Listed]:
        tally = RowTally()
        own = 0
        with packing.opened(self.path) as file:
            for record in self._records(file):
                content = content_of(record)
                if content.found is None or record.example is None:
                    own += 1
                    tally.count(Answer.ITEM)
                else:
                    own += count_of(record.example)
                    tally.add(content.found)
                yield from self._entries(record, content)
        yield from tally.end(own)

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with packing.opened(self.path) as file:
            try:
                file.seek(hint // MOST_ITEMS)
                record = self._record(file, 0, hint // MOST_ITEMS)
                found = list(self._entries(record, content_of(record))) if record is not None else []
            except (ContainerDamaged, OSError, OverflowError, *packing.BROKEN):
                return None
        place = hint % MOST_ITEMS
        return (found[place].member, found[place].read()) if place < len(found) and not found[place].problem else None

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with packing.opened(self.path) as file, packing.packed_like(self.path, target) as out:
            for record in self._records(file):
                content = content_of(record)
                change = touched(content.items, changes, position)
                position += max(1, len(content.items))
                if change.goes:
                    continue
                kept = _changed(record, content, change) if change.items else record.data
                if kept is not None:
                    out.write(_framed(kept))
                else:
                    for chunk in chunks(file, record.start, record.end):
                        out.write(chunk)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Records that are no item, and numbers beside photos."""
        position = 0
        with packing.opened(self.path) as file:
            for record in self._records(file):
                content = content_of(record)
                goes = touched(content.items, changes, position).goes
                position += max(1, len(content.items))
                if not content.items:
                    yield hashlib.sha256(record.data or str(record.end - record.start).encode()).digest()
                elif not goes and content.found is not None and all(item.way for item in content.items):
                    others = content.found.others.items()
                    left = {name: value for name, value in others if _leaf(name) != NAME and not _is_empty(value)}
                    yield stored_row(left) if left else b""

    def _entries(self, record: TfRecord, content: RecordContent) -> Iterator[ContainerEntry]:
        """A record without items is listed with the reason, and counts as one."""
        if content.items:
            group = f"record {record.number}" if record.example is not None else ""
            for place, entry in enumerate(entries_of(content.items, record.start * MOST_ITEMS, group)):
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
            except packing.BROKEN as error:
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


@dataclass(frozen=True)
class RecordContent:
    """What a record holds: photos, then the rest as a record. `features` are the features' names by those of the row;
    `found` is None where the record is no Example."""

    items: list[RowItem]
    row: Row
    features: Mapping[str, str]
    found: FoundInRow | None


def content_of(record: TfRecord) -> RecordContent:
    """What a record holds; nothing where it is not known."""
    if record.data is not None and sniff.photo_kind(record.data):
        return RecordContent([RowItem(ItemKind.PHOTO, "", str(record.number), record.data)], {}, {}, None)
    example = record.example
    if example is None:
        return RecordContent([], {}, {}, None)
    row: dict[str, Any] = {}
    features: dict[str, str] = {}
    for name, feature in features_of(example):
        values = [_plain(value) for value in values_of(feature)]
        # Under its whole name, a caption of an image would be taken for the name of one.
        short = name.removeprefix("image/")
        short = short if short not in row else name
        row[short] = values[0] if len(values) == 1 else values
        features[short] = name
    found = found_in(row)
    return RecordContent(_named(example, found, features), row, features, found)


def _named(example: Any, found: FoundInRow, features: Mapping[str, str]) -> list[RowItem]:
    """The items of a row: photos by their file names. What tells of a photo alone (its format) is no record."""
    others = {name: value for name, value in found.others.items() if not _is_empty(value)}
    alone = found.photos and not any(
        _has_text(value) for name, value in others.items() if _leaf(name) not in _ABOUT_A_PHOTO
    )
    beside = next((item.record for item in found.items if item.record), None)
    items = []
    for item in found.items:
        if item.way:
            feature = features[item.column]
            if INSIDE in item.member:
                items.append(item)
                continue
            member = _name_beside(example, feature) or feature
            items.append(replace(item, member=member, record=beside if alone else None))
        elif not alone:
            items.append(replace(item, data=stored_row(others)))
    return items


def _name_beside(example: Any, name: str) -> str:
    """The file name that stands beside a photo: `image/filename` for `image/encoded`, or `filename` alone."""
    parent = name.rpartition("/")[0]
    for beside in (f"{parent}/{NAME}", f"image/{NAME}", NAME):
        if beside in example.features.feature:
            for value in values_of(example.features.feature[beside]):
                if isinstance(value, bytes) and value:
                    return safe_name(value.decode("utf-8", "surrogateescape"))
    return ""


def _is_empty(value: Any) -> bool:
    return all(map(_is_empty, value)) if isinstance(value, list) else value in (None, "", b"")


def _has_text(value: Any) -> bool:
    return any(map(_has_text, value)) if isinstance(value, list) else isinstance(value, str) and bool(value)


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


def _changed(record: TfRecord, content: RecordContent, change: Touched) -> bytes:
    """The record's data after changes to some of its items. The name of a photo stays, since it is called by it."""
    example = record.example
    if example is None or content.found is None:
        return change.items[0][1] or b""
    new = after(content.row, content.found, change)
    for name, feature in content.features.items():
        if new[name] is not content.row[name] and _leaf(name) != NAME:
            _set(dict(features_of(example))[feature], new[name])
    return spelt(example)


def _set(feature: Any, value: Any) -> None:
    if value is None and len(feature.bytes_list.value) != 1:
        feature.Clear()
        return
    for at, one in enumerate(value if isinstance(value, list) else [value]):
        data = one.encode("utf-8", "surrogateescape") if isinstance(one, str) else one
        feature.bytes_list.value[at] = data or b""


def _framed(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))
