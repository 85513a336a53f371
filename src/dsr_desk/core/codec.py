"""One way to turn the dataclasses of `core` into plain JSON values and back."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from cattrs.preconf.json import make_converter

from dsr_desk.core.message import Message

_converter = make_converter()
_converter.register_unstructure_hook(Message, Message.as_json)
_converter.register_structure_hook(Message, lambda data, _kind: Message.from_json(data))

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Dicts, lists, text and numbers for a dataclass; enums and dates as text, bytes as base85."""
    return _converter.unstructure(value)


def restore(value: Any, kind: type[T]) -> T:
    """The dataclass again. Raises where the value does not fit the class."""
    return _converter.structure(value, kind)


def to_text(value: Any) -> str:
    """JSON text for a column of a database."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def from_text(text: str, kind: type[T]) -> T:
    return restore(json.loads(text), kind)
