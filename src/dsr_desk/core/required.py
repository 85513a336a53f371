"""What a document must hold, by law and kind of document, and where each of these fields stands in a case.

The table is data: `required.json` beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from dsr_desk.core.errors import for_others
from dsr_desk.core.guards import HANDS_OUT
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Law, Right


class Document(StrEnum):
    """Kinds of documents that leave the house."""

    REQUESTER = "requester"
    REGULATOR = "regulator"
    ORDER = "order"
    LETTER = "letter"


class FieldState(StrEnum):
    """Where a field stands. KNOWN follows from acts and records; the next three an officer states; EMPTY is none."""

    KNOWN = "known"
    STATED = "stated"
    NOT_APPLICABLE = "not-applicable"
    NOT_YET_KNOWN = "not-yet-known"
    EMPTY = "empty"


STATEABLE = (FieldState.STATED, FieldState.NOT_APPLICABLE, FieldState.NOT_YET_KNOWN)
"""What an officer may state a field to be: its text, or a reason for the lack of one."""


@dataclass(frozen=True)
class AskedField:
    """A field that a document must hold. `source` names the place in the law, "" where no article asks for it."""

    field: str
    source: str


@dataclass(frozen=True)
class Filled:
    """A field as it stands. `says` are its sentences, none where it is empty; `entries` the places in the log on which
    they rest; `known` whether part of it follows from acts and records, which no statement replaces.
    """

    field: str
    source: str
    state: FieldState
    says: tuple[Message, ...] = ()
    entries: tuple[int, ...] = ()
    known: bool = False

    def as_json(self) -> dict[str, Any]:
        """How it stands in required.json of a bundle. Raises ValueError where it is empty."""
        if self.state is FieldState.EMPTY or not self.says:
            raise ValueError("no document leaves the house with a field that is empty")
        return {
            "field": self.field,
            "source": self.source,
            "state": self.state.value,
            "says": [for_others(one).as_json() for one in self.says],
            "entries": list(self.entries),
        }


def field_name(field: str) -> Message:
    """What a field is called."""
    return message(f"required.field.{field}")


def document_of(law: Law, document: Document) -> Document:
    """An order has one kind of document, whoever reads it; letters stay letters."""
    return Document.ORDER if law is Law.ORDER and document is not Document.LETTER else document


def asked_fields(law: Law, right: Right, document: Document) -> tuple[AskedField, ...]:
    """What a document must hold, in the order in which it is shown."""
    kind = "access" if right in HANDS_OUT else "change"
    return tuple(
        AskedField(one["field"], one["source"])
        for one in _table()[law.value]
        if document.value in one["in"] and one.get("for", kind) == kind
    )


def fields_of(law: Law) -> tuple[str, ...]:
    """Every field that any document asks for under a law, once."""
    return tuple(dict.fromkeys(one["field"] for one in _table()[law.value]))


def fields_for_all(law: Law) -> tuple[str, ...]:
    """Those that can be stated for every case at once: the others only the acts of each case say."""
    return tuple(field for field in fields_of(law) if field not in _OF_ONE_CASE)


_OF_ONE_CASE = ("outcome", "photo", "identity")


@cache
def _table() -> Mapping[str, list[dict[str, str]]]:
    found: Mapping[str, list[dict[str, str]]] = json.loads(
        files("dsr_desk.core").joinpath("required.json").read_text(encoding="utf-8")
    )
    return found
