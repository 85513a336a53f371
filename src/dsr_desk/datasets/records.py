"""What the JSON and text files beside photos say: records as columns and texts, and how a photo was held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message
from dsr_desk.datasets.container import ContainerEntry
from dsr_desk.datasets.names import safe_name

MOST_EXACT = 2**53

TAG = "Image Orientation"
SAMPLE_FIELDS = frozenset({"key", "status"})
"""What img2dataset writes of every sample."""

_WORDS = {
    "horizontal (normal)": 1,
    "mirrored horizontal": 2,
    "rotated 180": 3,
    "mirrored vertical": 4,
    "mirrored horizontal then rotated 90 ccw": 5,
    "rotated 90 cw": 6,
    "mirrored horizontal then rotated 90 cw": 7,
    "rotated 90 ccw": 8,
}


def record_of(name: str, data: bytes) -> dict[str, str]:
    """Fields of a `.json` or `.txt` file. JSON that does not parse is kept whole as the field "text"."""
    text = data.decode("utf-8-sig", errors="replace")
    if name.lower().endswith(".json"):
        try:
            return flatten(json.loads(text))
        except (ValueError, RecursionError):
            pass
    return {"text": text.strip()}


def member_entry(
    kind: ItemKind, name: str, size: int, read: Callable[[], bytes], hint: int, group: str, problem: Message | None
) -> ContainerEntry:
    """A member of an archive as its container lists it; a record is read for its fields."""
    record = record_of(name, read()) if kind is ItemKind.RECORD and not problem else None
    return ContainerEntry(kind, safe_name(name), size, read, hint, group, record, problem)


def flatten(value: Any) -> dict[str, str]:
    """Nested JSON as one level of texts: `{"owner": {"mail": "x"}}` becomes `{"owner.mail": "x"}`."""
    return dict(leaves(value, ""))


def leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The texts of a value that is called `path`, with their names; empty values have none."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value, start=1):
            yield from leaves(inner, f"{path}.{position}" if path else str(position))
    elif value is not None:
        yield path or "value", plain_text(value)


def plain_text(value: Any) -> str:
    """Dates as ISO 8601. A whole number that a missing neighbour made a fraction (4711.0) is whole again."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_EXACT:
        return str(int(value))
    if isinstance(value, bool) or (isinstance(value, float) and not isfinite(value)):
        return json.dumps(value)
    if isinstance(value, int | float):
        return repr(value)
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def orientation_in(exif: str | None) -> int | None:
    """EXIF orientation (1 to 8) from a JSON object of tag names and texts; None where it says nothing."""
    if not exif or TAG not in exif:
        return None
    try:
        text = str(json.loads(exif).get(TAG, "")).strip().lower()
    except (ValueError, AttributeError):
        return None
    if text.isdecimal() and 1 <= int(text) <= 8:
        return int(text)
    return _WORDS.get(text)


def orientation_beside(sidecar: bytes) -> int | None:
    """From the JSON that img2dataset writes beside a photo; None where it is another's, or the photo was upright."""
    if TAG.encode() not in sidecar:
        return None
    try:
        document = json.loads(sidecar)
    except ValueError:
        return None
    if not isinstance(document, dict) or not document.keys() >= SAMPLE_FIELDS:
        return None
    exif = document.get("exif")
    turn = orientation_in(exif if isinstance(exif, str) else json.dumps(exif))
    return turn if turn != 1 else None
