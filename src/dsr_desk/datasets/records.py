"""Records as columns and texts, from the JSON and text files that lie beside photos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


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
        yield path or "value", value if isinstance(value, str) else json.dumps(value)
