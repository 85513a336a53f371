"""Unused bytes of a SQLite file are made zero, where VACUUM would give rows other numbers.

What a row leaves when it is deleted or moved lies in free pages, in gaps and free blocks of pages that are in use, and
behind the end of long values. None of these bytes is read by SQLite, so clearing them may be cut short at any moment.
The format: SQLite, "Database File Format", sections 1.3 to 1.8.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LEAF_TABLE, LEAF_INDEX, INNER_TABLE, INNER_INDEX = 13, 10, 5, 2
HEADER = 100
"""Bytes at the beginning of the file."""

LOCK_BYTE = 0x40000000
"""SQLite locks here and keeps nothing on the page."""

_HELD = 8192
"""Pages that are in memory at once."""


class PageHeader(NamedTuple):
    """Bytes a page, bytes of it in use, the first page of the free list, whether some pages hold back pointers."""

    page: int
    usable: int
    free: int
    pointers: bool


def header_of(head: bytes) -> PageHeader:
    """From the first 100 bytes of a file."""
    size, reserved = struct.unpack_from(">H2xB", head, 16)
    page = 65536 if size == 1 else size
    free, root = struct.unpack_from(">I", head, 32)[0], struct.unpack_from(">I", head, 52)[0]
    return PageHeader(page, page - reserved, free, root != 0)


def clear_unused(data: mmap.mmap) -> int:
    """Makes them zero in the file and brings that to the disk; returns how many bytes were not. Raises OSError.

    For a file that nobody else may read or write meanwhile and that has no journal and no log.
    """
    header = header_of(data[:HEADER])
    # What another program adds to each page is made of all its bytes.
    cleared = _Pages(data).clear() if header.page == header.usable else 0
    if cleared:
        data.flush()
    return cleared


def unused_bytes(path: Path) -> int:
    """How many of them are not zero. Raises OSError."""
    with path.open("rb") as file:
        if path.stat().st_size < HEADER:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return sum(_told(data, start, end) for start, end in _Pages(data).ranges())


class _Pages:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._header = header_of(data[:HEADER])
        self._count = len(data) // self._header.page

    def clear(self) -> int:
        return sum(self._zero(start, end) for start, end in self.ranges())

    def ranges(self) -> Iterator[tuple[int, int]]:
        """All that is unused."""
        free = bytearray(self._count + 1)
        yield from self._free(free)
        for number in range(1, self._count + 1):
            if number % _HELD == 0 and hasattr(mmap, "MADV_DONTNEED"):
                self._data.madvise(mmap.MADV_DONTNEED)
            if not free[number] and not self._is_no_tree(number):
                yield from self._unused(number)

    def _free(self, seen: bytearray) -> Iterator[tuple[int, int]]:
        """What is unused of the pages in the free list, which are noted in `seen`."""
        trunk, usable = self._header.free, self._header.usable
        while 0 < trunk <= self._count and not seen[trunk]:
            seen[trunk] = 1
            start = self._start(trunk)
            following, leaves = struct.unpack_from(">II", self._data, start)
            leaves = min(leaves, usable // 4 - 2)
            for leaf in struct.unpack_from(f">{leaves}I", self._data, start + 8):
                if 0 < leaf <= self._count and not seen[leaf]:
                    seen[leaf] = 1
                    yield self._start(leaf), self._start(leaf) + usable
            yield start + 8 + 4 * leaves, start + usable
            trunk = following

    def _unused(self, number: int) -> Iterator[tuple[int, int]]:
        """What is unused of a page of a tree, and behind the end of the long values that begin on it."""
        data, start, usable = self._data, self._start(number), self._header.usable
        at = start + (HEADER if number == 1 else 0)
        kind = data[at]
        if kind not in (LEAF_TABLE, LEAF_INDEX, INNER_TABLE, INNER_INDEX):
            return
        free, cells, content = struct.unpack_from(">HHH", data, at + 1)
        pointers = at + (12 if kind in (INNER_TABLE, INNER_INDEX) else 8)
        used, content = pointers + 2 * cells, start + (content or 65536)
        if not used <= content <= start + usable:
            return
        yield used, content
        while content <= start + free <= start + usable - 4:
            following, size = struct.unpack_from(">HH", data, start + free)
            if size < 4 or free + size > usable or (following and following <= free):
                return
            yield start + free + 4, start + free + size
            free = following
        if kind == INNER_TABLE:
            return
        most, skipped = self._most(kind), 4 if kind == INNER_INDEX else 0
        short = 0x80 + (most >> 7)
        for offset in struct.unpack_from(f">{cells}H", data, pointers):
            cell = start + offset + skipped
            # The length of a value has its lowest seven bits in its last byte; most values are short.
            if cell + 1 < len(data) and (first := data[cell]) >= 0x80 and (first >= short or data[cell + 1] >= 0x80):
                yield from self._behind(kind, cell)

    def _behind(self, kind: int, cell: int) -> Iterator[tuple[int, int]]:
        """What is unused of the last page of a value that is too long for its cell."""
        data, usable = self._data, self._header.usable
        payload, at = self._varint(cell)
        if payload <= (most := self._most(kind)):
            return
        if kind == LEAF_TABLE:
            at = self._varint(at)[1]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (payload - least) % (usable - 4)
        local = local if local <= most else least
        pages, last = divmod(payload - local, usable - 4)
        pages, last = (pages, usable - 4) if last == 0 else (pages + 1, last)
        pointer = at + local
        for _ in range(pages):
            if pointer + 4 > len(data):
                return
            page = struct.unpack_from(">I", data, pointer)[0]
            if not 0 < page <= self._count:
                return
            pointer = self._start(page)
        if struct.unpack_from(">I", data, pointer)[0] == 0:
            yield pointer + 4 + last, pointer + usable

    def _most(self, kind: int) -> int:
        """The longest value that lies in its cell as a whole."""
        usable = self._header.usable
        return usable - 35 if kind == LEAF_TABLE else (usable - 12) * 64 // 255 - 23

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for number, byte in enumerate(self._data[at : at + 9]):
            if number == 8:
                return value << 8 | byte, at + 9
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at + number + 1
        return value, at

    def _is_no_tree(self, number: int) -> bool:
        """Whether a page holds back pointers, or is the one that SQLite locks."""
        page, usable = self._header.page, self._header.usable
        lock = LOCK_BYTE // page + 1
        if number == lock:
            return True
        if not self._header.pointers:
            return False
        each = usable // 5 + 1
        first = (number - 2) // each * each + 2
        return number == (first + 1 if first == lock else first)

    def _start(self, number: int) -> int:
        return (number - 1) * self._header.page

    def _zero(self, start: int, end: int) -> int:
        told = _told(self._data, start, end)
        if told:
            self._data[start:end] = bytes(end - start)
        return told


def _told(data: mmap.mmap, start: int, end: int) -> int:
    """How many of these bytes are not zero."""
    piece = data[start:end]
    return len(piece) - piece.count(0)
