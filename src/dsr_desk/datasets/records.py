"""Records as columns and texts, from the JSON and text files that lie beside photos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST_EXACT = 2**53


def record_of(name: str, data: bytes) -> dict[str, str]:
    """Fields of a `.json` or `.txt` file. JSON that does not parse is kept whole as the field "text"."""
    text = data.decode("utf-8-sig", errors="replace")
    if name.lower().endswith(".json"):
        try:
            return flatten(json.loads(text))
        except (ValueError, RecursionError):
            pass
    return {"text": text.strip()}


def flatten(value: Any) -> dict[str, str]:
    """Nested JSON as one level of texts: `{"owner": {"mail": "x"}}` becomes `{"owner.mail": "x"}`."""
    return dict(_leaves(value, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}.{position}" if path else str(position))
    elif value is not None:
        yield path or "value", _plain(value)


def _plain(value: Any) -> str:
    """Dates as ISO 8601. A whole number that a missing neighbour made a fraction (4711.0) is whole again."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_EXACT:
        return str(int(value))
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
