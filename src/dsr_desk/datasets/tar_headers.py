"""Where the members of a tar archive lie, by its headers alone: old, ustar, GNU and pax forms.

Python's library tells what a member is called and holds; it gives no spans of bytes, and takes a broken header for the
end. Here every byte of the file belongs to one header, or to what lies between and behind.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

BLOCK = 512
MOST_EXTENSION = 16 << 20
"""No sensible name or table of attributes is longer."""

_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL, _SPARSE = b"L", b"K", b"xX", b"g", b"S"
HARD_LINK, SYMBOLIC_LINK, FOLDER = b"1", b"2", b"5"
_FILES = b"\x007S0"
_EMPTY = HARD_LINK + SYMBOLIC_LINK + b"345" + b"6"
"""Links, devices, folders and pipes have no content, whatever their size says."""
_ORDINARY = frozenset(
    {"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "charset", "hdrcharset"}
    | {"SCHILY.dev", "SCHILY.ino", "SCHILY.nlink", "SCHILY.devminor", "SCHILY.devmajor", "LIBARCHIVE.creationtime"}
)


class BrokenHeader(Exception):
    """`code` says what is wrong with the header at `byte`."""

    def __init__(self, code: str, byte: int) -> None:
        super().__init__(code)
        self.code, self.byte = code, byte


@dataclass(frozen=True, slots=True)
class TarHeader:
    """A member, or a header for all members that follow (`is_global`).

    `start` to `data` are its header blocks, which `blocks` holds, `data` to `end` its content and padding; the content
    has `stored` bytes. `size` is that of the file, more where it is `sparse`. `attributes` counts what the header says
    of it beside what every archive says: extended attributes, comments.
    """

    name: str
    link: str
    type: bytes
    start: int
    data: int
    stored: int
    size: int
    end: int
    blocks: bytes
    sparse: bool = False
    attributes: int = 0

    @property
    def is_global(self) -> bool:
        return self.type == _GLOBAL

    @property
    def is_file(self) -> bool:
        return self.type not in _EMPTY and not self.is_global

    @property
    def is_known(self) -> bool:
        """Whether its type says how its content is to be read."""
        return self.type in _FILES or self.type in _EMPTY or self.is_global


@dataclass(frozen=True, slots=True)
class TarGap:
    """Bytes behind an end mark that are no header: `hidden` of them are not zero blocks."""

    start: int
    end: int
    hidden: int


def headers(file: IO[bytes], at: int = 0) -> Iterator[TarHeader | TarGap]:
    """All members of all archives in the file from a place on, with what lies between them. Raises BrokenHeader.

    An archive may follow the end mark of another (`tar --ignore-zeros` reads it). The file may be moved meanwhile.
    """
    while True:
        at = yield from _members(file, at)
        gap = _gap(file, at)
        if gap.end == at:
            raise BrokenHeader("why.tar.no-end-mark", at)
        yield gap
        at = gap.end
        if not _header_follows(file, at):
            return


def is_header(block: bytes) -> bool:
    digits = block[148:156].partition(b"\0")[0].strip(b" ")
    if len(block) < BLOCK or not digits or digits.strip(b"01234567"):
        return False
    said = int(digits, 8)
    rest = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    return said == rest or said == rest - 256 * sum(byte > 127 for byte in block)  # as old writers sum, with signs


def _members(file: IO[bytes], at: int) -> Generator[TarHeader, None, int]:
    """Members up to what is no header; returns where that is."""
    base: dict[str, str] = {}
    while True:
        file.seek(at)
        block = file.read(BLOCK)
        if not block or not block.strip(b"\0"):
            return at
        if not is_header(block):
            raise BrokenHeader("why.tar.cut" if len(block) < BLOCK else "why.tar.no-header", at)
        if block[156:157] == _GLOBAL:
            body, end = _extension(file, at, block)
            own = _pax(body, at)
            base |= own
            yield TarHeader("", "", _GLOBAL, at, at + BLOCK, len(body), len(body), end, block, False, _attributes(own))
        else:
            member = _member(file, at, block, base)
            yield member
            end = member.end
        if end <= at:
            raise BrokenHeader("why.tar.size", at)
        at = end


def _member(file: IO[bytes], start: int, block: bytes, base: Mapping[str, str]) -> TarHeader:
    at, blocks = start, b""
    long_name = long_link = ""
    own: dict[str, str] = {}
    while (kind := block[156:157]) in _PAX or kind in (_LONG_NAME, _LONG_LINK):
        body, end = _extension(file, at, block)
        blocks += block + body + b"\0" * (end - at - BLOCK - len(body))
        if kind == _LONG_NAME:
            long_name = _text(body)
        elif kind == _LONG_LINK:
            long_link = _text(body)
        else:
            own |= _pax(body, at)
        at = end
        file.seek(at)
        block = file.read(BLOCK)
        if not is_header(block):
            raise BrokenHeader("why.tar.header", at)
    said = {**base, **own}
    blocks += block
    name, link = _ustar_name(block), _text(block[157:257])
    stored = _size(own["size"], start) if "size" in own else _number(block[124:136])
    data = at + BLOCK
    size, sparse = stored, False
    if kind == _SPARSE:
        sparse, size = True, _number(block[483:495])
        more = block[482]
        while more:
            file.seek(data)
            block = file.read(BLOCK)
            if len(block) < BLOCK:
                raise BrokenHeader("why.tar.cut", data)
            blocks, data, more = blocks + block, data + BLOCK, block[504]
    elif any(key.startswith("GNU.sparse.") for key in own):
        sparse = True
        size = _size(own.get("GNU.sparse.realsize") or own.get("GNU.sparse.size") or str(stored), start)
    if kind in _EMPTY:
        stored = size = 0
    if stored < 0 or size < 0:
        raise BrokenHeader("why.tar.size", start)
    name = own.get("GNU.sparse.name") or said.get("path") or long_name or name
    link = said.get("linkpath") or long_link or link
    kind = FOLDER if kind == b"\0" and name.endswith("/") else kind
    end = data + stored + -stored % BLOCK
    return TarHeader(name.rstrip("/"), link, kind, start, data, stored, size, end, blocks, sparse, _attributes(own))


def _extension(file: IO[bytes], at: int, block: bytes) -> tuple[bytes, int]:
    """The content of a header that tells of the next one, and where it ends."""
    size = _number(block[124:136])
    if not 0 <= size <= MOST_EXTENSION:
        raise BrokenHeader("why.tar.size", at)
    body = file.read(size)
    if len(body) < size:
        raise BrokenHeader("why.tar.cut", at)
    return body, at + BLOCK + size + -size % BLOCK


def _gap(file: IO[bytes], at: int) -> TarGap:
    """What follows the last member of an archive, up to the next one or the end of the file."""
    start, hidden = at, 0
    file.seek(at)
    while piece := file.read(128 * BLOCK):
        for place in range(0, len(piece), BLOCK) if piece.strip(b"\0") else ():
            block = piece[place : place + BLOCK]
            if is_header(block):
                return TarGap(start, at + place, hidden)
            hidden += len(block) if block.strip(b"\0") else 0
        at += len(piece)
    return TarGap(start, at, hidden)


def _header_follows(file: IO[bytes], at: int) -> bool:
    file.seek(at)
    return bool(file.read(1))


def _pax(body: bytes, at: int) -> dict[str, str]:
    """Records of the form "length key=value\\n"."""
    found: dict[str, str] = {}
    left = body
    while left.strip(b"\0"):
        length, blank, _ = left.partition(b" ")
        size = int(length) if length.isdigit() and len(length) < 9 else 0
        record = left[len(length) + 1 : size]
        if not blank or size <= len(length) + 1 or size > len(left) or not record.endswith(b"\n"):
            raise BrokenHeader("why.tar.header", at)
        key, _, value = record[:-1].partition(b"=")
        found[key.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
        left = left[size:]
    return found


def _attributes(said: Mapping[str, str]) -> int:
    """What a header tells that is neither structure nor the hash by which git names a version."""
    return sum(
        key not in _ORDINARY and not key.startswith("GNU.sparse.") and not (key == "comment" and _is_hash(value))
        for key, value in said.items()
    )


def _is_hash(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def _ustar_name(block: bytes) -> str:
    name = _text(block[:100])
    if block[257:263] != b"ustar\0" or block[156:157] in (_SPARSE, _LONG_NAME, _LONG_LINK):
        return name
    prefix = _text(block[345:500])
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """Octal digits, or a binary number with the first bit set; -1 for what is neither."""
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0xFF else 0)
    try:
        return int(field.partition(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        return -1


def _size(text: str, at: int) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise BrokenHeader("why.tar.size", at)
    return int(text)
