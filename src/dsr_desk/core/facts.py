"""What is known of a request, version by version: what was asked, under which law, by whom, and where that was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, pseudonym
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.deadlines import Deadline, Place, Stop, StopReason, answer_due
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.requests import IDENTIFIER_FIELDS, Found, FoundKind, Law, Right


@dataclass(frozen=True)
class Facts:
    """One version of the facts. `received` is the day on which the request arrived, `place` whose holidays count.

    `extended` is the day on which the requester was told, with reasons, that it takes longer; in `stops` the office
    waits for the requester.
    """

    right: Right
    law: Law
    received: date
    identifiers: Identifiers
    place: Place = field(default_factory=Place)
    extended: date | None = None
    stops: tuple[Stop, ...] = ()

    @property
    def deadline(self) -> Deadline:
        """When the answer is due. Raises ClockUnknown, PlaceUnknown."""
        return answer_due(self.law, self.received, self.place, extension_notified=self.extended, stops=self.stops)


def facts_draft(
    kind: Kind,
    facts: Facts,
    found: Iterable[Found],
    *,
    key: bytes,
    typed_by: str,
    deadline: Deadline | None = None,
    why: str = "",
) -> Draft:
    """The act that says these facts: CONFIRMED where an officer stands for all of them, else PROPOSED.

    `found` is everything that was found before, with its place. What nobody found is noted as typed by an officer
    (public key), or is a mere assumption where `typed_by` is "". `key` is the case's; `deadline` goes before the law's
    own. `why` is what the officer said of a change of the clock. Raises ClockUnknown, PlaceUnknown.
    """
    deadline = deadline or facts.deadline
    identifiers = codec.plain(facts.identifiers)
    return Draft(
        kind,
        {
            "right": facts.right.value,
            "law": facts.law.value,
            "received": facts.received.isoformat(),
            "due": deadline.due.isoformat(),
            "identifiers": pseudonym(key, canonical_json(identifiers).decode()),
            "place": str(facts.place),
            "extended": facts.extended.isoformat() if facts.extended else "",
            "stops": [
                [one.reason.value, one.begin.isoformat(), one.end.isoformat() if one.end else ""] for one in facts.stops
            ],
        },
        {
            "found": codec.plain(tuple(_in_force(facts, tuple(found), typed_by))),
            "identifiers": identifiers,
            "deadline": codec.plain(deadline),
            **({"why": why} if why else {}),
        },
    )


def clock_of(said: Mapping[str, Any], place: Place) -> tuple[Place, date | None, tuple[Stop, ...]]:
    """Place, extension and stops that stand open in an act; `place` counts where an older act names none."""
    stops = tuple(
        Stop(StopReason(reason), date.fromisoformat(begin), date.fromisoformat(end) if end else None)
        for reason, begin, end in said.get("stops") or ()
    )
    extended = said.get("extended")
    return (
        Place(*said["place"].split("-", 1)) if said.get("place") is not None else place,
        date.fromisoformat(extended) if extended else None,
        stops,
    )


def _in_force(facts: Facts, found: tuple[Found, ...], typed_by: str) -> Iterator[Found]:
    """Where each value was found. A value that stands nowhere is the officer's own, or a mere assumption: left out."""
    said = [
        (FoundKind.RIGHT, facts.right.value),
        (FoundKind.LAW, facts.law.value),
        (FoundKind.RECEIVED, facts.received.isoformat()),
        *((kind, value) for kind, name in IDENTIFIER_FIELDS.items() for value in getattr(facts.identifiers, name)),
    ]
    for kind, value in said:
        known = list(dict.fromkeys(one for one in found if (one.kind, one.value) == (kind, value)))
        if not known and typed_by:
            known = [Found(kind, value, None, typed_by)]
        yield from known
    yield from dict.fromkeys(one for one in found if one.kind in _NOT_EDITED)


_NOT_EDITED = (FoundKind.HASH, FoundKind.REFERENCE)


def changed(
    identifiers: Identifiers, add: Iterable[tuple[FoundKind, str]], remove: Iterable[tuple[FoundKind, str]]
) -> Identifiers:
    """Identifiers with single values added and taken away. Raises KeyError for a kind that is no identifier's."""
    values = {name: list(getattr(identifiers, name)) for name in IDENTIFIER_FIELDS.values()}
    for kind, value in remove:
        name = IDENTIFIER_FIELDS[kind]
        values[name] = [one for one in values[name] if one != value]
    for kind, value in add:
        if value not in values[IDENTIFIER_FIELDS[kind]]:
            values[IDENTIFIER_FIELDS[kind]].append(value)
    return Identifiers(**{name: tuple(one) for name, one in values.items()})


def union(all_of: Iterable[Identifiers]) -> Identifiers:
    """Every value that any of them holds, once, in the order in which it came."""
    values: dict[str, dict[str, None]] = {name: {} for name in IDENTIFIER_FIELDS.values()}
    for one in all_of:
        for name, kept in values.items():
            kept.update(dict.fromkeys(getattr(one, name)))
    return Identifiers(**{name: tuple(kept) for name, kept in values.items()})
