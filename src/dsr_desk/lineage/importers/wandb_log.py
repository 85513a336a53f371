"""The log that the client of Weights & Biases keeps of a run (`run-ID.wandb`): its framing, and protobuf by numbers.

After seven bytes of its own it is framed as LevelDB frames its logs, with a CRC-32 over kind and data. Of the messages
only those fields are looked at that somebody asks for; all others are passed over by their length.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from struct import Struct

from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place, said

IDENT = b":W&B"
_START = IDENT + b"\xe1\xbe\x00"
BLOCK = 1 << 15
LARGEST_RECORD = 1 << 28
_HEADER = Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_VARINT, _EIGHT, _COUNTED, _FOUR = 0, 1, 2, 5

Fields = Mapping[int, list[int | bytes]]
"""A message: what stands under each number, in order. Groups of bytes may be text or messages."""


def records(path: Path, place: Place, draft: LineageDraft) -> Iterator[tuple[Place, bytes]]:
    """Each record with its place. A log that ends within one was cut: it is read up to there, with a warning.

    Raises ImportRefused where a record is damaged.
    """
    whole, begun, start, end = bytearray(), False, 0, len(_START)
    for at, kind, data in _pieces(path, place):
        if begun == (kind in (_FULL, _FIRST)):
            raise ImportRefused((place, _byte(at)), "damage.wandb-order")
        if not begun:
            whole, start = bytearray(), at
        whole += data
        if len(whole) > LARGEST_RECORD:
            raise ImportRefused((place, _byte(start)), "why.too-large", most=LARGEST_RECORD)
        begun, end = kind in (_FIRST, _MIDDLE), at + _HEADER.size + len(data)
        if not begun:
            yield (place, _byte(start)), bytes(whole)
    if begun or (end < path.stat().st_size and BLOCK - end % BLOCK >= _HEADER.size):
        draft.warn("note.lineage.wandb-cut", place=said(place), byte=start if begun else end)


def _pieces(path: Path, place: Place) -> Iterator[tuple[int, int, bytes]]:
    """Pieces of records, of which none goes over the end of a block: where, of what kind, with what in it."""
    with path.open("rb") as file:
        block = file.read(BLOCK)
        if not block.startswith(_START):
            raise ImportRefused(place, "damage.wandb-start")
        begin, at = 0, len(_START)
        while block:
            while len(block) - at >= _HEADER.size:
                check, length, kind = _HEADER.unpack_from(block, at)
                data = block[at + _HEADER.size : at + _HEADER.size + length]
                if len(data) < length and len(block) < BLOCK:
                    return
                if kind == 0 and not any(block[at:]) and not any(map(any, iter(lambda: file.read(BLOCK), b""))):
                    return
                if not _FULL <= kind <= _LAST or zlib.crc32(data, zlib.crc32(bytes((kind,)))) != check:
                    raise ImportRefused((place, _byte(begin + at)), "damage.wandb-checksum")
                yield begin + at, kind, data
                at += _HEADER.size + length
            begin, at = begin + BLOCK, 0
            block = file.read(BLOCK)


def _byte(number: int) -> Message:
    return message("place.byte", byte=number)


def fields(data: bytes, place: Place) -> Fields:
    """The fields of a message by their numbers. Raises ImportRefused where it is none."""
    found: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at, place)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value: int | bytes
            value, at = _varint(data, at, place)
        elif wire in (_COUNTED, _EIGHT, _FOUR):
            length = 4 if wire == _FOUR else 8
            if wire == _COUNTED:
                length, at = _varint(data, at, place)
            value = data[at : at + length]
            at += length
        else:
            raise ImportRefused(place, "damage.wandb-record")
        if at > len(data) or not number:
            raise ImportRefused(place, "damage.wandb-record")
        found.setdefault(number, []).append(value)
    return found


def _varint(data: bytes, at: int, place: Place) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ImportRefused(place, "damage.wandb-record")


def texts(message_: Fields, number: int, place: Place) -> list[str]:
    """All texts under a number. Raises ImportRefused where they are no UTF-8."""
    found = []
    for value in message_.get(number, ()):
        if not isinstance(value, bytes):
            raise ImportRefused(place, "damage.wandb-record")
        try:
            found.append(value.decode())
        except UnicodeDecodeError as error:
            raise ImportRefused(place, "damage.not-utf8") from error
    return found


def text(message_: Fields, number: int, place: Place) -> str:
    """The text under a number (the last one counts), "" where there is none."""
    return next(reversed(texts(message_, number, place)), "")


def inner(message_: Fields, number: int, place: Place) -> Iterator[Fields]:
    """The messages under a number."""
    for value in message_.get(number, ()):
        if not isinstance(value, bytes):
            raise ImportRefused(place, "damage.wandb-record")
        yield fields(value, place)


def integer(message_: Fields, number: int) -> int:
    """The number under a number, signed; 0 where there is none."""
    value = next(reversed(message_.get(number, [])), 0)
    if not isinstance(value, int):
        return 0
    return value - (1 << 64) if value >= 1 << 63 else value
