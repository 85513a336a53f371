"""Where the members of a zip archive lie, by its central directory and their own headers: every byte of the file.

Python's library reads what members hold; it gives no spans, and is silent on bytes between them. The records are those
of PKWARE's APPNOTE, sections 4.3.7 to 4.3.16.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

_END, _END64, _LOCATOR, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_DESCRIPTOR = b"PK\x07\x08"
_END_SIZE, _LOCATOR_SIZE, _CENTRAL_SIZE, _LOCAL_SIZE = 22, 20, 46, 30
_MOST_COMMENT = 0xFFFF
_FULL = 0xFFFFFFFF
_ZIP64 = 1
_KNOWN_EXTRAS = frozenset(
    {_ZIP64, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0x7075, 0x9901, 0xA220, 0xCAFE, 0xD935}
)
"""Sizes, times, owners by number, padding, names in Unicode, ciphers: nothing beside what the directory says."""


class BrokenZip(Exception):
    """`code` says what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A member: `record` is its record in the directory, `start` to `end` its header, content and descriptor.

    `attributes` counts comments and fields of a kind that is not known.
    """

    record: bytes
    start: int
    end: int
    attributes: int


@dataclass(frozen=True)
class ZipLayout:
    """`count` is the directory's own count of its `entries`, which are in its order; `tail` is all behind them.

    Places that the archive names are `shift` less than places in the file, where something stands before it. `hidden`
    are spans that belong to nothing and are not zeros.
    """

    entries: list[ZipEntry]
    count: int
    directory: int
    tail: bytes
    shift: int
    hidden: list[tuple[int, int]]
    comment: bytes


def layout_of(file: IO[bytes]) -> ZipLayout:
    """Raises BrokenZip."""
    try:
        return _layout(file)
    except (struct.error, IndexError, OverflowError, ValueError) as error:
        raise BrokenZip("why.zip.unreadable") from error


def moved(layout: ZipLayout, records: Iterable[tuple[bytes, int]], directory: int) -> Iterator[bytes]:
    """The directory of the records, each with its member's new place, and its end, as they stand at `directory`.

    Raises BrokenZip where a place is too high for the archive's form.
    """
    count = size = 0
    for record, place in records:
        spelt = _with_place(record, place - layout.shift)
        count, size = count + 1, size + len(spelt)
        yield spelt
    tail = bytearray(layout.tail)
    end = tail.rindex(_END, 0, len(tail) - len(layout.comment) - _END_SIZE + 4)
    is_64 = tail.startswith(_END64)
    if is_64:
        struct.pack_into("<QQQQ", tail, 24, count, count, size, directory - layout.shift)
        struct.pack_into("<Q", tail, end - _LOCATOR_SIZE + 8, directory + size - layout.shift)
    for at, form, value, full in (
        (8, "<H", count, 0xFFFF),
        (10, "<H", count, 0xFFFF),
        (12, "<I", size, _FULL),
        (16, "<I", directory - layout.shift, _FULL),
    ):
        old = struct.unpack_from(form, tail, end + at)[0]
        if old == full and is_64:
            continue
        if value > full:
            if at > 10:
                raise BrokenZip("why.zip.grown")
            value &= full  # as writers without the larger form count
        struct.pack_into(form, tail, end + at, value)
    yield bytes(tail)


def record_of(file: IO[bytes]) -> tuple[bytes, int]:
    """Of an archive of one member: its record, and where its content ends."""
    (entry,) = layout_of(file).entries
    return entry.record, entry.end


def _layout(file: IO[bytes]) -> ZipLayout:
    length = file.seek(0, 2)
    file.seek(max(0, length - _MOST_COMMENT - _END_SIZE))
    last = file.read()
    at = last.rfind(_END)
    if at < 0:
        raise BrokenZip("why.zip.unreadable")
    end = length - len(last) + at
    total, size, offset, comment_size = struct.unpack_from("<HIIH", last, at + 10)
    comment = last[at + _END_SIZE : at + _END_SIZE + comment_size]
    behind = end + _END_SIZE + len(comment)
    first = end
    if at >= _LOCATOR_SIZE and last[at - _LOCATOR_SIZE : at - _LOCATOR_SIZE + 4] == _LOCATOR:
        # The larger record stands right before its locator, whatever stands before the archive.
        first = _larger(file, end)
        file.seek(first)
        total, size, offset = struct.unpack_from("<QQQ", file.read(56), 32)
    directory = first - size
    shift = directory - offset
    if directory < 0 or shift < 0:
        raise BrokenZip("why.zip.unreadable")
    file.seek(directory)
    records = list(_records(file.read(size)))
    entries = _entries(file, records, shift)
    count = len(records) if total == len(records) & 0xFFFF and first == end else total
    file.seek(first)
    tail = file.read(behind - first)
    hidden = list(_hidden(file, entries, directory, behind, length))
    return ZipLayout(entries, count, directory, tail, shift, hidden, comment)


def _larger(file: IO[bytes], end: int) -> int:
    """Where the record of a large archive begins; it may be longer than usual."""
    reach = min(end, 1 << 16)
    file.seek(end - reach)
    at = file.read(reach - _LOCATOR_SIZE).rfind(_END64)
    if at < 0:
        raise BrokenZip("why.zip.unreadable")
    return end - reach + at


def _records(directory: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(directory):
        if directory[at : at + 4] != _CENTRAL:
            raise BrokenZip("why.zip.unreadable")
        record = directory[at : at + _CENTRAL_SIZE + sum(struct.unpack_from("<HHH", directory, at + 28))]
        at += len(record)
        yield record


def _entries(file: IO[bytes], records: list[bytes], shift: int) -> list[ZipEntry]:
    found = []
    for record in records:
        flags = struct.unpack_from("<H", record, 8)[0]
        crc, packed, size = struct.unpack_from("<III", record, 16)
        place = struct.unpack_from("<I", record, 42)[0]
        larger = _larger_values(record)
        size = next(larger) if size == _FULL else size
        packed = next(larger) if packed == _FULL else packed
        place = next(larger) if place == _FULL else place
        start = place + shift
        file.seek(start)
        local = file.read(_LOCAL_SIZE)
        if local[:4] != _LOCAL:
            raise BrokenZip("why.zip.unreadable")
        end = start + _LOCAL_SIZE + sum(struct.unpack_from("<HH", local, 26)) + packed
        if flags & 8:
            file.seek(end)
            end += _descriptor(file.read(24), crc, packed, size)
        found.append(ZipEntry(record, start, end, _attributes(record)))
    return found


def _larger_values(record: bytes) -> Iterator[int]:
    for kind, data in _extras(record):
        if kind == _ZIP64:
            yield from (value[0] for value in struct.iter_unpack("<Q", data[: len(data) // 8 * 8]))
    raise BrokenZip("why.zip.unreadable")


def without_sizes(extra: bytes) -> bytes:
    """The extra fields of a member without the one that holds sizes too large for its record."""
    fields = _fields(extra)
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in fields if kind != _ZIP64)


def _extras(record: bytes) -> Iterator[tuple[int, bytes]]:
    name, extra = struct.unpack_from("<HH", record, 28)
    yield from _fields(record[_CENTRAL_SIZE + name : _CENTRAL_SIZE + name + extra])


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _attributes(record: bytes) -> int:
    has_comment: bool = struct.unpack_from("<H", record, 32)[0] > 0
    return has_comment + sum(kind not in _KNOWN_EXTRAS for kind, _ in _extras(record))


def _descriptor(data: bytes, crc: int, packed: int, size: int) -> int:
    """How long what follows the content is that repeats its digest and sizes; 0 where nothing does."""
    for start in (_DESCRIPTOR, b""):
        for form in ("<III", "<IQQ"):
            if form == "<III" and max(packed, size) > _FULL:
                continue
            said = start + struct.pack(form, crc, packed, size)
            if data.startswith(said):
                return len(said)
    return 0


def _hidden(
    file: IO[bytes], entries: list[ZipEntry], directory: int, behind: int, length: int
) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in (*sorted((one.start, one.end) for one in entries), (directory, behind), (length, length)):
        if start < at:
            raise BrokenZip("why.zip.overlap")
        if start > at and _is_filled(file, at, start):
            yield at, start
        at = end


def _is_filled(file: IO[bytes], start: int, end: int) -> bool:
    file.seek(start)
    while start < end and (piece := file.read(min(1 << 20, end - start))):
        if piece.strip(b"\0"):
            return True
        start += len(piece)
    return False


def _with_place(record: bytes, place: int) -> bytes:
    spelt = bytearray(record)
    packed, size, old = *struct.unpack_from("<II", record, 20), struct.unpack_from("<I", record, 42)[0]
    if old != _FULL:
        if place >= _FULL:
            raise BrokenZip("why.zip.grown")
        struct.pack_into("<I", spelt, 42, place)
        return bytes(spelt)
    at = _CENTRAL_SIZE + struct.unpack_from("<H", record, 28)[0]
    for kind, data in _extras(record):
        if kind == _ZIP64:
            struct.pack_into("<Q", spelt, at + 4 + 8 * ((size == _FULL) + (packed == _FULL)), place)
        at += 4 + len(data)
    return bytes(spelt)
