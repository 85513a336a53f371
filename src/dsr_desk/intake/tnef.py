"""What Outlook packs into winmail.dat (MS-OXTNEF): text and attachments of a message.

Ours, since the one library that reads it has not been kept since 2021 and reads on where the bytes do not fit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dsr_desk.intake.contents import ContentUnreadable
from dsr_desk.intake.outlook import (
    BODY,
    CODE_PAGE,
    DATA,
    FILE,
    LONG_FILE,
    SUBJECT,
    OutlookItem,
    Properties,
    item,
    moment,
)

SIGNATURE = b"\x78\x9f\x3e\x22"
DEEPEST = 5
MOST_ATTRIBUTES = 20_000

_SUBJECT, _BODY, _PROPERTIES, _PAGE = 0x8004, 0x800C, 0x9003, 0x9007
_RENDER, _TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LENGTHS = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8,
            0x0040: 8, 0x0048: 16}  # fmt: skip
_OBJECT, _STRING8, _STRING, _BINARY, _MULTIPLE = 0x000D, 0x001E, 0x001F, 0x0102, 0x1000
_MESSAGE_ID = bytes.fromhex("0703020000000000c000000000000046")
"""The interface that begins an attached message: winmail.dat in winmail.dat."""


class _Broken(Exception):
    """The bytes end or do not fit before they should."""


@dataclass
class _Read:
    own: dict[int, bytes | str | int | datetime] = field(default_factory=dict)
    files: list[dict[int, bytes | str | int | datetime]] = field(default_factory=list)
    is_whole: bool = True


def read_tnef(data: bytes, depth: int = 0) -> OutlookItem:
    """The message, as far as it can be read (`OutlookItem.is_whole`). Raises ContentUnreadable where nothing can be."""
    if not data.startswith(SIGNATURE) or depth > DEEPEST:
        raise ContentUnreadable("why.tnef.damaged")
    read = _Read()
    try:
        for kind, value in _attributes(data):
            _take(kind, value, read)
    except (_Broken, struct.error):
        read.is_whole = False
    files: list[Properties] = []
    items: list[OutlookItem] = []
    for one in read.files:
        held = one.get(DATA)
        if isinstance(held, bytes) and held.startswith(_MESSAGE_ID + SIGNATURE):
            try:
                items.append(read_tnef(held[16:], depth + 1))
            except ContentUnreadable:
                read.is_whole = False
        else:
            files.append(one)
    if not read.own and not read.files:
        raise ContentUnreadable("why.tnef.damaged")
    return item(read.own, (), files, items, is_whole=read.is_whole)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of each attribute. Raises _Broken where lengths or check sums do not fit."""
    place = 6
    for _ in range(MOST_ATTRIBUTES):
        if place >= len(data):
            return
        _, kind, length = struct.unpack_from("<BII", data, place)
        value = data[place + 9 : place + 9 + length]
        (check,) = struct.unpack_from("<H", data, place + 9 + length)
        if len(value) != length or sum(value) & 0xFFFF != check:
            raise _Broken
        yield kind & 0xFFFF, value
        place += length + 11
    raise _Broken


def _take(kind: int, value: bytes, read: _Read) -> None:
    if kind == _RENDER:
        read.files.append({})
    elif kind in (_TITLE, _FILE_DATA, _FILE_PROPERTIES):
        if not read.files:
            raise _Broken
        file = read.files[-1]
        if kind == _TITLE:
            file.setdefault(FILE, value)
        elif kind == _FILE_DATA:
            file[DATA] = value
        else:
            file.update({key: one for key, one in _properties(value).items() if key in (LONG_FILE, FILE, DATA)})
    elif kind == _SUBJECT:
        read.own.setdefault(SUBJECT, value)
    elif kind == _BODY:
        read.own[BODY] = value
    elif kind == _PROPERTIES:
        read.own.update(_properties(value))
    elif kind == _PAGE and len(value) >= 4:
        read.own[CODE_PAGE] = int.from_bytes(value[:4], "little")


class _Bytes:
    """Bytes read from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, length: int) -> bytes:
        taken = self._data[self._place : self._place + length]
        if len(taken) != length:
            raise _Broken
        self._place += length
        return taken

    def number(self, length: int = 4) -> int:
        return int.from_bytes(self.take(length), "little")

    def padded(self, length: int) -> bytes:
        value = self.take(length)
        self._place = min(self._place + -length % 4, len(self._data))
        return value


def _properties(data: bytes) -> dict[int, bytes | str | int | datetime]:
    stream = _Bytes(data)
    kept: dict[int, bytes | str | int | datetime] = {}
    for _ in range(stream.number()):
        kind, number = stream.number(2), stream.number(2)
        if number >= 0x8000:
            _skip_name(stream)
        values = _values(stream, kind)
        if values and not kind & _MULTIPLE:
            kept[number] = values[0]
    return kept


def _skip_name(stream: _Bytes) -> None:
    """Properties beyond 0x8000 have a name of their own: a set, and a number or words in it."""
    stream.take(16)
    if stream.number() == 0:
        stream.take(4)
    else:
        stream.padded(stream.number())


def _values(stream: _Bytes, kind: int) -> list[bytes | str | int | datetime]:
    single = kind & ~_MULTIPLE
    varies = single in (_STRING8, _STRING, _BINARY, _OBJECT)
    count = stream.number() if varies or kind & _MULTIPLE else 1
    if count > MOST_ATTRIBUTES:
        raise _Broken
    values: list[bytes | str | int | datetime] = []
    for _ in range(count):
        if varies:
            raw = stream.padded(stream.number())
            values.append(raw.decode("utf-16-le", errors="replace") if single == _STRING else raw)
        elif single in _LENGTHS:
            length = _LENGTHS[single]
            number = int.from_bytes(stream.padded(length), "little")
            when = moment(number) if single == 0x0040 else number
            values.append(number if when is None else when)
        else:
            raise _Broken
    return values
