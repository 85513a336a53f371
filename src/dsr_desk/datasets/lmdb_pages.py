"""The pages of an LMDB file, read without the library: it maps the file and dies with the process where it is damaged.

Reading here takes no lock and writes nothing. A file is pages of one size; pages 0 and 1 say in turn where the tree of
keys begins. Layout: `mdb.c` of LMDB 0.9, data version 1, little-endian with 64-bit page numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from dsr_desk.core.message import Value, message
from dsr_desk.datasets.container import ContainerDamaged

MAGIC = struct.pack("<I", 0xBEEFC0DE)
VERSION = 1
MANY_VALUES = 0x04
"""Flag of a tree: several values a key."""

_BRANCH, _LEAF, _OVERFLOW, _META, _FIXED = 0x01, 0x02, 0x04, 0x08, 0x20
_BIG, _TREE, _SEVERAL = 0x01, 0x02, 0x04
_HEADER = struct.Struct("<QHHHH")
_RUN = struct.Struct("<QHHI")
_META_HEAD = struct.Struct("<IIQQ")
_TREE_INFO = struct.Struct("<IHHQQQQQ")
_NODE = struct.Struct("<HHHH")
_SLOTS = 4096
_SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
_DEEPEST = 32


@dataclass(frozen=True)
class PageNode:
    """A key and where its value lies. `is_tree` says that it is a named database, `hint` finds the node again."""

    key: bytes
    start: int
    size: int
    is_tree: bool
    hint: int


@dataclass(frozen=True)
class Meta:
    """What one of the first two pages says: size of the map, flags and root of the main tree, keys in it."""

    page_size: int
    map_size: int
    flags: int
    entries: int
    root: int
    last_page: int
    turn: int
    free: int
    """Root of the tree that tells which pages are free."""


class Pages:
    """An LMDB file that is open for reading. Raises ContainerDamaged, with `name`, wherever it is no whole tree."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._bytes = file.seek(0, 2)
        self.meta = self._newest()
        self._size = self.meta.page_size
        if (self.meta.last_page + 1) * self._size > self._bytes:
            raise self._damaged("why.ends-early")
        self._used = bytearray(self.meta.last_page + 1)

    def nodes(self) -> Iterator[PageNode]:
        """All keys of the main tree in its order."""
        count, before = 0, b""
        for node in self._below(self.meta.root, _DEEPEST) if self.meta.root <= self.meta.last_page else ():
            if count and not self.meta.flags and node.key <= before:
                raise self._damaged("why.lmdb.order", page=node.hint // _SLOTS)
            yield node
            count, before = count + 1, node.key
        if count != self.meta.entries:
            raise self._damaged("why.lmdb.keys", said=self.meta.entries, found=count)

    def unused(self) -> Iterator[int]:
        """Numbers of pages that hold bytes and belong to no tree, once all nodes were gone through."""
        if self.meta.free <= self.meta.last_page:
            for _ in self._below(self.meta.free, _DEEPEST):
                pass
        for number in range(2, self.meta.last_page + 1):
            if not self._used[number] and any(self._page(number)):
                yield number

    def node_at(self, hint: int) -> PageNode | None:
        """The node that a hint points at, None where it points at none."""
        number, slot = divmod(hint, _SLOTS)
        if hint < 0 or number > self.meta.last_page:
            return None
        page = self._page(number)
        flags, slots = self._slots(page, number)
        return self._leaf(page, number, slot, slots[slot]) if flags & _LEAF and slot < len(slots) else None

    def value(self, node: PageNode) -> bytes:
        self._file.seek(node.start)
        data = self._file.read(node.size)
        if len(data) != node.size:
            raise self._damaged("why.ends-early")
        return data

    def _newest(self) -> Meta:
        first = self._meta(0)
        others = [self._meta(first.page_size)] if first else [self._meta(size) for size in _SIZES]
        found = [meta for meta in (first, *others) if meta is not None]
        if not found:
            raise self._damaged("why.lmdb.no-start")
        return max(found, key=lambda meta: meta.turn)

    def _meta(self, offset: int) -> Meta | None:
        self._file.seek(offset)
        page = self._file.read(16 + _META_HEAD.size + 2 * _TREE_INFO.size + 16)
        if len(page) < 16 + _META_HEAD.size + 2 * _TREE_INFO.size + 16 or page[16:20] != MAGIC:
            return None
        _, version, _, map_size = _META_HEAD.unpack_from(page, 16)
        size, _, _, _, _, _, _, free = _TREE_INFO.unpack_from(page, 16 + _META_HEAD.size)
        _, flags, _, _, _, _, entries, root = _TREE_INFO.unpack_from(page, 16 + _META_HEAD.size + _TREE_INFO.size)
        last, turn = struct.unpack_from("<QQ", page, 16 + _META_HEAD.size + 2 * _TREE_INFO.size)
        if version != VERSION or size not in _SIZES or not _HEADER.unpack_from(page)[2] & _META:
            return None
        return Meta(size, map_size, flags, entries, root, last, turn, free)

    def _below(self, number: int, deeper: int) -> Iterator[PageNode]:
        if not deeper:
            raise self._damaged("why.lmdb.no-end")
        page = self._page(number)
        self._used[number] = 1
        flags, slots = self._slots(page, number)
        for slot, at in enumerate(slots):
            if flags & _LEAF:
                yield self._leaf(page, number, slot, at)
            else:
                low, high, highest, _ = _NODE.unpack_from(page, at)
                yield from self._below(low | high << 16 | highest << 32, deeper - 1)

    def _leaf(self, page: bytes, number: int, slot: int, at: int) -> PageNode:
        low, high, flags, key_size = _NODE.unpack_from(page, at)
        size, begin = low | high << 16, at + _NODE.size + key_size
        stored = 8 if flags & _BIG else size
        if flags & _SEVERAL or begin + stored > self._size:
            raise self._damaged("why.lmdb.key", page=number)
        start = number * self._size + begin
        if flags & _BIG:
            start = self._run(int.from_bytes(page[begin : begin + 8], "little"), size)
        return PageNode(page[at + _NODE.size : begin], start, size, bool(flags & _TREE), number * _SLOTS + slot)

    def _run(self, number: int, size: int) -> int:
        """Where a value begins that has pages of its own."""
        if number <= self.meta.last_page:
            self._file.seek(number * self._size)
            head = self._file.read(_RUN.size)
            there, _, flags, pages = _RUN.unpack(head) if len(head) == _RUN.size else (-1, 0, 0, 0)
            fits = size + _RUN.size <= pages * self._size and number + pages - 1 <= self.meta.last_page
            if there == number and flags & _OVERFLOW and fits:
                self._used[number : number + pages] = b"\1" * pages
                return number * self._size + _RUN.size
        raise self._damaged("why.lmdb.value", page=number)

    def _page(self, number: int) -> bytes:
        if number > self.meta.last_page:
            raise self._damaged("why.lmdb.no-page", page=number)
        self._file.seek(number * self._size)
        return self._file.read(self._size)

    def _slots(self, page: bytes, number: int) -> tuple[int, list[int]]:
        """Flags of a page and the places of its nodes, all of them inside the page."""
        there, _, flags, lower, upper = _HEADER.unpack_from(page)
        kind = flags & (_BRANCH | _LEAF | _OVERFLOW | _META | _FIXED)
        if there != number or kind not in (_BRANCH, _LEAF) or not _HEADER.size <= lower <= upper <= self._size:
            raise self._damaged("why.lmdb.page", page=number)
        slots = list(struct.unpack_from(f"<{(lower - _HEADER.size) // 2}H", page, _HEADER.size))
        if any(not upper <= at <= self._size - _NODE.size for at in slots):
            raise self._damaged("why.lmdb.page", page=number)
        return flags, slots

    def _damaged(self, code: str, **values: Value) -> ContainerDamaged:
        return ContainerDamaged(name=self._name, why=message(code, **values))
