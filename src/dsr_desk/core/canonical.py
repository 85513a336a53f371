"""One way to turn a value into bytes and a digest, so that signatures and ids agree on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from json import encoder, scanner
from typing import Any


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Floats are refused: they have no one spelling."""
    _refuse_floats(value)
    return spelled(value)


def spelled(value: Any) -> bytes:
    """As `canonical_json`, for what is known to hold no floats and no other keys than text."""
    return _encode(value).encode()


def spelled_text(value: Any) -> str:
    """The same as text."""
    return _encode(value)


def _encoder() -> Callable[[Any], str]:
    """One encoder for all calls where the standard library has it in C: it is made anew for each call otherwise."""
    slow = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    make, text = getattr(encoder, "c_make_encoder", None), getattr(encoder, "c_encode_basestring", None)
    if make is None or text is None:
        return slow.encode
    pieces = make(None, slow.default, text, None, ":", ",", True, False, False)
    return lambda value: "".join(pieces(value, 0))


_encode = _encoder()
quoted = encoder.encode_basestring
"""A text as JSON spells it, non-ASCII letters as they are."""


def scanned(text: str) -> Any:
    """The value of a JSON text that has nothing before and after it, and no floats. Raises ValueError."""
    try:
        value, end = _scan(text, 0)
    except (StopIteration, RecursionError) as error:
        raise ValueError("this is no JSON") from error
    if end != len(text):
        raise ValueError("this is more than one JSON value")
    return value


def value_of(text: str) -> Any:
    """The value of a JSON text that has nothing before and after it. Raises ValueError."""
    try:
        value, end = _scan_any(text, 0)
    except (StopIteration, RecursionError) as error:
        raise ValueError("this is no JSON") from error
    if end != len(text):
        raise ValueError("this is more than one JSON value")
    return value


def _refuse(number: str) -> Any:
    raise ValueError(f"there is no number like {number} here")


_make: Callable[[Any], Callable[[str, int], tuple[Any, int]]] = scanner.make_scanner
_scan_any = _make(json.JSONDecoder())
_scan = _make(json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse))


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 (hex) over the canonical JSON of a value."""
    return sha256_hex(canonical_json(value))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON holds no floats")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError("canonical JSON has string keys")
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
