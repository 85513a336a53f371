"""What lies in an opaque S/MIME part: a signed message as it is, one that is encrypted not at all.

The signature is not checked and nothing is claimed of it. Only the outermost layers of the structure (RFC 5652) are
walked, in BER as senders write it, since the libraries kept here give the content only where they check the signer.
"""

from __future__ import annotations

import zlib

from dsr_desk.intake.contents import ContentUnreadable

SIGNED = "1.2.840.113549.1.7.2"
_DATA = "1.2.840.113549.1.7.1"
_ENCRYPTED = ("1.2.840.113549.1.7.3", "1.2.840.113549.1.7.6", "1.2.840.113549.1.9.16.1.23")
_COMPRESSED = "1.2.840.113549.1.9.16.1.9"
_SEQUENCE, _SET, _OBJECT_ID, _OCTETS, _TAGGED = 0x30, 0x31, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x24
DEEPEST = 10
MOST_UNPACKED = 50 << 20


def content_of(data: bytes) -> bytes:
    """The message inside the outermost layer. Raises ContentUnreadable, also where it is encrypted."""
    try:
        kind, content = _layer(data)
    except (IndexError, ValueError) as problem:
        raise ContentUnreadable("why.smime.damaged") from problem
    if kind in _ENCRYPTED:
        raise ContentUnreadable("why.smime.encrypted")
    if content is None:
        raise ContentUnreadable("why.smime.damaged")
    return content


def looks_sealed(data: bytes) -> bool:
    """Whether the bytes begin as one of these layers do."""
    try:
        kind = _kind(_Reader(data[:64]))
    except (IndexError, ValueError):
        return False
    return kind in (SIGNED, _COMPRESSED, *_ENCRYPTED)


def _layer(data: bytes) -> tuple[str, bytes | None]:
    reader = _Reader(data)
    kind = _kind(reader)
    if kind in _ENCRYPTED:
        return kind, None
    if kind not in (SIGNED, _COMPRESSED):
        raise ValueError(kind)
    reader.enter(_TAGGED)
    reader.enter(_SEQUENCE)
    reader.skip()  # version
    reader.skip()  # algorithms
    reader.enter(_SEQUENCE)
    inner = reader.object_id()
    if inner != _DATA or not reader.enter(_TAGGED):
        return kind, None
    content = reader.octets()
    if kind == _COMPRESSED:
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(content, MOST_UNPACKED)
        except zlib.error as problem:
            raise ValueError(kind) from problem
        if unpacking.unconsumed_tail:
            raise ValueError(kind)
    return kind, content


def _kind(reader: _Reader) -> str:
    reader.enter(_SEQUENCE)
    return reader.object_id()


class _Reader:
    """BER from the front: lengths may be left open, octets may come in pieces. Raises IndexError, ValueError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def enter(self, tag: int) -> bool:
        """Goes inside; False, and stays, where there is another tag than one of a choice (context-specific)."""
        if self._data[self._place] != tag:
            if tag == _TAGGED:
                return False
            raise ValueError(tag)
        self._head()
        return True

    def object_id(self) -> str:
        if self._data[self._place] != _OBJECT_ID:
            raise ValueError(self._place)
        length = self._head()
        if length is None or length > 64:
            raise ValueError(length)
        raw = self._take(length)
        arcs = [min(raw[0] // 40, 2), raw[0] - 40 * min(raw[0] // 40, 2)]
        value = 0
        for byte in raw[1:]:
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                arcs.append(value)
                value = 0
        return ".".join(map(str, arcs))

    def octets(self, depth: int = 0) -> bytes:
        tag = self._data[self._place]
        length = self._head()
        if tag == _OCTETS and length is not None:
            return self._take(length)
        if tag != _CONSTRUCTED or depth > DEEPEST:
            raise ValueError(tag)
        pieces, end = [], None if length is None else self._place + length
        while not self._at_end(end):
            pieces.append(self.octets(depth + 1))
        return b"".join(pieces)

    def skip(self, depth: int = 0) -> None:
        length = self._head()
        if length is not None:
            self._take(length)
            return
        if depth > DEEPEST:
            raise ValueError(depth)
        while not self._at_end(None):
            self.skip(depth + 1)

    def _at_end(self, end: int | None) -> bool:
        if end is not None:
            return self._place >= end
        if self._data[self._place : self._place + 2] == b"\0\0":
            self._place += 2
            return True
        return False

    def _head(self) -> int | None:
        """Past tag and length; the length, None where it is left open."""
        self._place += 1
        first = self._data[self._place]
        self._place += 1
        if first == 0x80:
            return None
        if first < 0x80:
            return first
        return int.from_bytes(self._take(first & 0x7F), "big")

    def _take(self, length: int) -> bytes:
        taken = self._data[self._place : self._place + length]
        if len(taken) != length:
            raise ValueError(length)
        self._place += length
        return taken
