"""What costs only a field: it is left out or kept as it is, and a warning names place, value and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.core.message import Value, message
from dsr_desk.lineage.importers.draft import LineageDraft, Place, said

SHOWN = 60
"""Characters of a value that a warning shows."""

KEPT = "became.kept"
LEFT_OUT = "became.left-out"
NOTHING = "became.nothing"


def shown(value: object) -> str:
    """The beginning of a value, fit to stand in a sentence; of a list or an object only that it is one."""
    if value is None:
        return "…"
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = hex(value) if isinstance(value, int) and abs(value) >= 1 << 64 else str(value)
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: SHOWN + 1])
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"


def trifle(
    draft: LineageDraft, place: Place, value: object, why: str, became: str = LEFT_OUT, **values: Value
) -> None:  # fmt: skip
    """Says what was wrong at a place (`why`, a code with its `values`) and what became of it (a code)."""
    draft.warn(
        "note.lineage.trifle", place=said(place), text=shown(value), why=message(why, **values), became=message(became)
    )


def plain_text(value: object, place: Place, draft: LineageDraft) -> str:
    """Text without blanks around it, a number as text; "" for None, and for anything else with a warning."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1 << 64:
        return str(value)
    trifle(draft, place, value, "damage.text")
    return ""


def entries(
    thing: Mapping[str, Any], field: str, place: str, draft: LineageDraft
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects under a field (one alone, or a list) with their places; what is none is left out with a warning."""
    path = f"{place}.{field}" if place else field
    value = thing.get(field)
    listed = value if isinstance(value, list) else [] if value is None else [value]
    for i, item in enumerate(listed):
        where = f"{path}[{i}]"
        if isinstance(item, dict):
            yield where, item
        elif item is not None:
            trifle(draft, where, item, "damage.object")


def part(thing: Mapping[str, Any], field: str, place: str, draft: LineageDraft) -> Mapping[str, Any]:
    """The object under a field; an empty one where there is none, with a warning where something else stands there."""
    value = thing.get(field)
    if isinstance(value, dict):
        return value
    if value is not None:
        trifle(draft, f"{place}.{field}" if place else field, value, "damage.object")
    return {}
