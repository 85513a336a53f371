"""What the columns of a table of requests are, by their names or by the questions that a form asks there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from dsr_desk.intake.words import every, of_language

OF_REQUEST = ("right", "law", "received", "reference")
"""Columns that say something of the request and not of the person."""

NAMES = ("given name", "family name")
PERSON = ("e-mail", "phone", "name", *NAMES, "user name", "account id", "date of birth", "address")
TOLD = "told"
"""A column in which the person writes freely."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
"""Where the next word begins in a name like `emailAddress`."""


@cache
def _known() -> Mapping[str, re.Pattern[str]]:
    """Patterns of column names: what an identifier is called, the columns of the request, where the person lives."""
    person = {kind: every("labels", kind) for kind in PERSON}
    country = {"country": every("labels", "country")}
    return {**{kind: every("columns", kind) for kind in (*OF_REQUEST, TOLD)}, **person, **country}


def columns_in(header: Sequence[str]) -> dict[int, str]:
    """What each known column is; only a header with an identifier and a second known column counts."""
    known: dict[int, str] = {}
    for place, cell in enumerate(header):
        kind = _kind(_label(cell))
        if kind and kind not in known.values():
            known[place] = kind
    return known if set(known.values()) & set(PERSON) and len(known) >= 2 else {}


def day_first(header: Sequence[str], known: Mapping[int, str]) -> bool:
    """Whether most known columns are named in no English words: elsewhere the day stands before the month."""
    english = sum(_is_english(_label(header[place]), kind) for place, kind in known.items())
    return english * 2 < len(known)


def _label(cell: str) -> str:
    bare = re.sub(r"[_\s]+", " ", _HUMP.sub(" ", cell.strip().lstrip("\ufeff"))).rstrip(" :")
    return re.sub(r"\s?\(UTC\)$", "", bare)


def _kind(label: str) -> str:
    named = next((kind for kind, pattern in _known().items() if pattern.fullmatch(label)), "")
    return named or (_asked(label) if every("columns", "you").search(label) else "")


def _asked(question: str) -> str:
    """What a question to the person asks for, by the first words that tell; "" where it asks about somebody else."""
    if every("columns", "another").search(question):
        return ""
    found = [
        (match.start(), -len(match[0]), kind)
        for kind, pattern in _known().items()
        if kind != "received"
        for match in pattern.finditer(question)
    ]
    return min(found)[2] if found else ""


def _is_english(label: str, kind: str) -> bool:
    sections = ("columns", "labels")
    return any(of_language("en", section, kind).search(label) for section in sections)
