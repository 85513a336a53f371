"""One way to turn the dataclasses of `core` into plain JSON values and back."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Set as AbstractSet
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgpack

from dsr_desk.core.message import Message, Value

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Dicts, lists, text and numbers for a dataclass; enums and dates as text, bytes as base85."""
    return _stored().unstructure(value)


def restore(value: Any, kind: type[T]) -> T:
    """The dataclass again. Raises where the value does not fit the class."""
    return _stored().structure(value, kind)


def to_text(value: Any) -> str:
    """JSON text for a column of a database."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def from_text(text: str, kind: type[T]) -> T:
    return restore(json.loads(text), kind)


MOST_VALUES = 16_000_000
"""In one packed value: a lineage graph of a million nodes."""

MOST_BYTES = 64 << 20
"""Of all but large bytes in one packed value."""

_LARGE = 1 << 14
_ASIDE = 1
_INDEX = 3
"""Bytes; fewer than any time of msgpack has, so that a bound on them leaves no other extension."""

_LENGTH = struct.Struct(">Q")
_CODE = re.compile(r"[A-Za-z0-9 ._-]{1,80}")
_beside: ContextVar[list[bytes] | None] = ContextVar("_beside", default=None)


def packed(value: Any) -> bytes:
    """A value of dataclasses, collections, text, numbers, days, paths and bytes, as it crosses from another process.

    Large bytes come first, as they are; then the rest, in which their numbers stand.
    """
    beside: list[bytes] = []
    before = _beside.set(beside)
    try:
        plain = _crossing().unstructure(value)
    finally:
        _beside.reset(before)
    rest = msgpack.packb(plain, unicode_errors="surrogatepass")
    head = [_LENGTH.pack(len(beside)), *(_LENGTH.pack(len(one)) for one in beside)]
    return b"".join((*head, *beside, rest))


def unpacked(data: bytes, kind: Any) -> Any:
    """The value again, checked to be a `kind`. Raises, anything, where it is none: the data may be from anywhere.

    So memory is bounded by the number of values too: a byte of data can claim to be an object of sixty.
    """
    beside, at = _large_of(data)
    if len(data) - at > MOST_BYTES:
        raise ValueError("too much")
    left = MOST_VALUES

    def counted(many: Any) -> Any:
        nonlocal left
        left -= len(many) + 1
        if left < 0:
            raise ValueError("too many values")
        return many

    def taken(code: int, index: bytes) -> bytes:
        if code != _ASIDE:
            raise ValueError("no such value")
        return beside[int.from_bytes(index, "big")]

    plain = msgpack.unpackb(
        memoryview(data)[at:],
        strict_map_key=False,
        unicode_errors="surrogatepass",
        use_list=False,
        list_hook=counted,
        object_pairs_hook=lambda pairs: dict(counted(pairs)),
        ext_hook=taken,
        max_ext_len=_INDEX,
        max_array_len=MOST_VALUES,
        max_map_len=MOST_VALUES,
    )
    return _crossing().structure(plain, kind)


def prepare(*kinds: Any) -> None:
    """Makes ready how values of these kinds cross, before processes are forked: each would do it anew, in 3 ms."""
    converter = _crossing()
    for kind in kinds:
        converter.get_unstructure_hook(kind)


def _large_of(data: bytes) -> tuple[list[bytes], int]:
    """The large bytes, and where the rest begins."""
    (count,) = _LENGTH.unpack_from(data)
    at = _LENGTH.size * (1 + count)
    if at > len(data):
        raise ValueError("not whole")
    beside = []
    for (length,) in _LENGTH.iter_unpack(data[_LENGTH.size : at]):
        if length > len(data) - at:
            raise ValueError("not whole")
        beside.append(data[at : at + length])
        at += length
    return beside, at


def _put_aside(data: bytes) -> Any:
    beside = _beside.get()
    if beside is None or len(data) < _LARGE:
        return data
    beside.append(data)
    return msgpack.ExtType(_ASIDE, (len(beside) - 1).to_bytes(_INDEX, "big"))


def _spelled(said: Message) -> dict[str, Any]:
    """Code and values alone: what another process says of its own is shown to nobody."""
    return {"code": said.code, "values": {name: _value_spelled(value) for name, value in said.values.items()}}


def _value_spelled(value: Value) -> Any:
    if isinstance(value, Message):
        return _spelled(value)
    return [_value_spelled(one) for one in value] if isinstance(value, tuple) else value


def _said(data: Any) -> Message:
    if not isinstance(data, dict) or data.keys() != {"code", "values"} or not _CODE.fullmatch(data["code"]):
        raise ValueError("no message")
    if not all(_CODE.fullmatch(name) for name in data["values"]):
        raise ValueError("no message")
    return Message(data["code"], {name: _value_said(value) for name, value in data["values"].items()})


def _value_said(value: Any) -> Value:
    if isinstance(value, dict):
        return _said(value)
    if isinstance(value, tuple):
        return tuple(map(_value_said, value))
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError("no message")


def _own_bytes(data: Any) -> bytes:
    if not isinstance(data, bytes):
        raise TypeError("no bytes")
    return data


# Both are made when they are first asked: a command that shows its help converts nothing, and cattrs is slow to load.
@cache
def _stored() -> Converter:
    from cattrs.preconf.json import make_converter

    converter = make_converter()
    converter.register_unstructure_hook(Message, Message.as_json)
    converter.register_structure_hook(Message, lambda data, _kind: Message.from_json(data))
    return converter


@cache
def _crossing() -> Converter:
    from cattrs import Converter

    converter = Converter(detailed_validation=False, unstruct_collection_overrides={AbstractSet: list})
    for kind, write, read in (
        (Message, _spelled, _said),
        (bytes, _put_aside, _own_bytes),
        (datetime, datetime.isoformat, datetime.fromisoformat),
        (date, date.isoformat, date.fromisoformat),
        (Path, str, Path),
    ):
        converter.register_unstructure_hook(kind, write)
        converter.register_structure_hook(kind, lambda data, _kind, read=read: read(data))
    return converter
