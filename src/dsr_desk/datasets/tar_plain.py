"""The plainest members of tar archives, by the run: what nearly all members of nearly all shards are.

A plain member is an ordinary file under one header whose name and numbers are all that it says. Any other is left to
`tar_headers`, which knows all forms.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Generator
from hashlib import sha256
from typing import NamedTuple

from dsr_desk.datasets.container import MAX_ITEM_BYTES
from dsr_desk.datasets.hashed import HASHED_BYTES, HASHED_ITEMS, Hashed
from dsr_desk.datasets.sniff import TELLING_BYTES, named_like_photo, photo_kind
from dsr_desk.datasets.tar_headers import BLOCK

WINDOW = 1 << 18
"""Small enough to stay near the processor between reading and hashing."""
_FILE = (b"0", b"\0")
_EMPTY = (b"1", b"2", b"5")
"""Links and folders, which have no content."""
_USTAR, _GNU = b"ustar\0", b"ustar "
_EXTENSIONS = (b"x", b"L", b"K")
_UNUSUAL = re.compile(rb"\d+ (?:size|GNU\.sparse\.[^=]*)=")
"""What an extension says that changes where a member ends, or how it counts."""


class Plain(NamedTuple):
    """A member; `start` is where its header begins."""

    name: str
    start: int
    size: int


class TarWindow:
    """A part of a file that is read ahead; `size` is that of all of it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self._start, self._data = 0, b""

    def at(self, place: int, size: int) -> bytes:
        """So many bytes, fewer where the file ends. Raises OSError."""
        begin = place - self._start
        piece = self._data[begin : begin + size] if begin >= 0 else b""
        if len(piece) < size:
            self._data = b""  # before as much is read again
            self._start, self._data = place, self._read(place, max(size, WINDOW))
            piece = self._data[:size]
        return piece

    def _read(self, place: int, size: int) -> bytes:
        pieces = []
        while size and (piece := os.pread(self._descriptor, size, place)):
            pieces.append(piece)
            place, size = place + len(piece), size - len(piece)
        return b"".join(pieces)


def plain_members(window: TarWindow, at: int) -> Generator[Plain, None, int]:
    """Plain members from a place on that follow each other; returns where the first other thing is."""
    while (found := _plain(window.at(at, BLOCK), at)) is not None:
        yield found
        at += BLOCK + found.size + -found.size % BLOCK
    return at


def hashed_members(window: TarWindow, at: int) -> Generator[Hashed | Plain, None, int]:
    """As `plain_members`, with those that are photos by their names and first bytes hashed, without groups."""
    while True:
        many, at, other = _photos(window, at)
        if many:
            yield many
        if other is not None:
            yield other
            at += BLOCK + other.size + -other.size % BLOCK
        elif not many:
            return at


def _photos(window: TarWindow, at: int) -> tuple[Hashed, int, Plain | None]:
    """Photos from a place on that follow each other, where they end, and the other plain member there, if one is."""
    many, left = Hashed(), HASHED_BYTES
    try:
        for _ in range(HASHED_ITEMS):
            found = _plain(window.at(at, BLOCK), at)
            if found is None or left < 0:
                break
            digest = _digest_of(window, found)
            if digest is None:
                return many, at, found
            name, _, size = found
            many.add(name, "", size, at, digest)
            left -= size
            at += BLOCK + size + -size % BLOCK
    except OSError:
        if not many:
            raise
    return many, at, None


def _digest_of(window: TarWindow, found: Plain) -> bytes | None:
    """Of a photo that is one by its name and its first bytes and that the file holds to its end."""
    if not 0 < found.size <= MAX_ITEM_BYTES or not named_like_photo(found.name):
        return None
    data = window.at(found.start + BLOCK, min(found.size, WINDOW))
    if not photo_kind(data[:TELLING_BYTES]):
        return None
    digest, done = sha256(data), len(data)
    while done < found.size and (data := window.at(found.start + BLOCK + done, min(found.size - done, WINDOW))):
        digest.update(data)
        done += len(data)
    return digest.digest() if done == found.size else None


class Census:
    """Members counted by sizes alone, apart from how they are read: `count` of them before `at`.

    `all` says that nothing but zeros follows; else the rest is for a library to count. `only_photos` says that all of
    those members are called so by their first header.
    """

    def __init__(self, window: TarWindow) -> None:
        self.count = self.at = 0
        self.only_photos = True
        while True:
            place = self._member_at(window, self.at)
            if place is None:
                break
            self.count += 1
            self.at = place
        self.all = _is_end(window, self.at)

    def _member_at(self, window: TarWindow, at: int) -> int | None:
        """Where the member that begins there ends; None where that is not plain to see."""
        block = window.at(at, BLOCK)
        told = at
        while block[156:157] in _EXTENSIONS and _is_sound(block):
            size = _octal(block[124:136])
            if size is None or (block[156:157] == b"x" and _UNUSUAL.search(window.at(at + BLOCK, size))):
                return None
            at += BLOCK + size + -size % BLOCK
            block = window.at(at, BLOCK)
        kind, size = block[156:157], _octal(block[124:136])
        if kind not in (*_FILE, *_EMPTY) or not _is_sound(block) or size is None:
            return None
        if self.only_photos and (told != at or not named_like_photo(_text(block[:100]))):
            self.only_photos = False
        if kind == b"\0" and (told != at or b"/\0" in block[:101]):
            return None  # old writers call folders so
        end = at + BLOCK + (0 if kind in _EMPTY else size + -size % BLOCK)
        return end if end <= window.size else None


def _plain(block: bytes, at: int) -> Plain | None:
    if block[156:157] not in _FILE or not _is_sound(block):
        return None
    if block[257:263] == _USTAR:
        if block[345:346] != b"\0":
            return None
    elif block[257:263] != _GNU:
        return None
    name, size = _text(block[:100]), _octal(block[124:136])
    if size is None or not name.isprintable() or not name or name.endswith("/"):
        return None
    return Plain(name, at, size)


def _is_sound(block: bytes) -> bool:
    """Whether a header of nothing but ASCII says its own sum, in the reckoning of which that stands as spaces.

    The lower half of Adler's checksum is one more than the sum of the bytes, which of so many letters is under its
    modulus (65521), and is reckoned in a fraction of the time.
    """
    if len(block) < BLOCK or not block.isascii():
        return False
    said = block[148:156]
    return _octal(said) == (zlib.adler32(block) & 0xFFFF) - (zlib.adler32(said) & 0xFFFF) + 8 * ord(" ")


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii")


def _octal(field: bytes) -> int | None:
    digits = field.rstrip(b" \0")
    try:
        return int(digits, 8) if digits.isdigit() else None
    except ValueError:
        return None


def _is_end(window: TarWindow, at: int) -> bool:
    """Whether zeros follow up to the end of the file, two blocks of them at least."""
    start = at
    while piece := window.at(at, WINDOW):
        if piece.strip(b"\0"):
            return False
        at += len(piece)
    return at - start >= 2 * BLOCK
