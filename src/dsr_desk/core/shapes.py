"""What must stand open in an act of each kind: a signed act that lacks it is malformed and changes nothing.

Whatever a fold keeps or compares is checked here, down to the last element, so that nothing that anybody signs can
raise later or leave a state that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from dsr_desk.core.actions import ActionKind, OutcomeState, Treatment
from dsr_desk.core.acts import FORM, RULES, Act, Kind
from dsr_desk.core.deadlines import MOST_MONTHS, StopReason
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.orders import Demand, Met
from dsr_desk.core.requests import Channel, IdentityResult, Law, Right

Check = Callable[[Any], bool]
Shape = Mapping[str, Check]

LARGEST = 2**53
"""Numbers above are none that anybody counts to, and not every reader of JSON reads them."""

MISSING = object()


def text(value: Any) -> bool:
    return type(value) is str


def flag(value: Any) -> bool:
    return type(value) is bool


def number(value: Any) -> bool:
    return type(value) is int and 0 <= value < LARGEST


def _months(value: Any) -> bool:
    return number(value) and value <= MOST_MONTHS


def _table(value: Any) -> bool:
    return type(value) is dict


def _face(value: Any) -> bool:
    return value is None or number(value)


def _day(value: Any) -> bool:
    try:
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _each(check: Check) -> Check:
    return lambda value: type(value) is list and all(check(one) for one in value)


def _counts(value: Any) -> bool:
    return type(value) is dict and all(number(one) for one in value.values())


def _generations(value: Any) -> bool:
    """By index; -1 where it cannot be read."""
    return type(value) is dict and all(type(one) is int and -1 <= one < LARGEST for one in value.values())


def _part_counts(value: Any) -> bool:
    """By container, how many items were seen how."""
    return type(value) is dict and all(_counts(one) for one in value.values())


def _obligations(value: Any) -> bool:
    """Each with an id of its own."""
    shape = {"id": text, "about": _codes(Demand), "due": _day_or_none, "every": number, "sworn": flag}
    each = _each(lambda one: type(one) is dict and all(check(one.get(name)) for name, check in shape.items()))
    return each(value) and len({one["id"] for one in value}) == len(value)


def _day_or_none(value: Any) -> bool:
    return value == "" or _day(value)


def _stops(value: Any) -> bool:
    """Each why, from when, and until when, if it has an end."""

    def stop(one: Any) -> bool:
        return (
            type(one) is list and len(one) == 3 and _codes(StopReason)(one[0]) and _day(one[1]) and _day_or_none(one[2])
        )

    return type(value) is list and all(map(stop, value))


_HOW_PARTS = ("whole", "mixed", "not-known", "not-searched")


def _parts(value: Any) -> bool:
    """Containers, each once: name, how far it is in scope, items and bytes in scope, items in all, places not read, and
    items that are neither known to be in nor out."""

    def part(one: Any) -> bool:
        fits = type(one) is list and len(one) == 7 and text(one[0]) and one[1] in _HOW_PARTS
        return fits and all(number(n) for n in one[2:]) and one[2] + one[6] <= one[4]

    return type(value) is list and all(map(part, value)) and len({one[0] for one in value}) == len(value)


def _seed(value: Any) -> bool:
    return type(value) is str and len(value) == 64 and all(one in "0123456789abcdef" for one in value)


def _one_of(kinds: Iterable[str]) -> Check:
    known = frozenset(str(kind) for kind in kinds)
    return lambda value: type(value) is str and value in known


def _maybe(check: Check) -> Check:
    return lambda value: value is MISSING or check(value)


def _codes(kind: type[StrEnum]) -> Check:
    return _one_of(one.value for one in kind)


_FACTS: Shape = {
    "right": _codes(Right), "law": _codes(Law), "received": _day, "due": _day, "identifiers": text,
    "place": _maybe(text), "extended": _maybe(_day_or_none), "stops": _maybe(_stops),
}  # fmt: skip
_ROWS: Shape = {"count": number, "root": text}
_SEEN_ROWS: Shape = {"count": _maybe(number), "root": _maybe(text)}
_INDEXES: Shape = {"indexes": _generations}
_PLAN: Shape = {"plan": text, "planned": _maybe(text)}
_ACTION: Shape = {"action": text, "kind": _codes(ActionKind)}
_STATED: Shape = {
    "law": _codes(Law), "field": text, "state": _one_of(("stated", "not-applicable", "not-yet-known")),
}  # fmt: skip

SHAPES: Mapping[Kind, Shape] = {
    Kind.RECEIVED: {
        "ref": text, "channel": _codes(Channel), "faces": flag, "about": _maybe(_one_of(("person", "scope"))),
    },
    Kind.PROPOSED: _FACTS,
    Kind.CONFIRMED: _FACTS,
    Kind.IDENTITY: {"result": _codes(IdentityResult), "photo": flag},
    Kind.REFERENCE: {"reference": number, "face": _face},
    Kind.SEARCHED: {
        "purpose": _one_of(("search", "read-back")), "complete": flag, "facts": text, "references": _each(number),
        "expected": text, **_INDEXES, **_SEEN_ROWS,
    },
    Kind.DECIDED: _ROWS,
    Kind.SECOND_REVIEW: {"how": _one_of(("program", "packet")), "head": _maybe(number), **_ROWS},
    Kind.SETTLED: _ROWS,
    Kind.UNDONE: {"act": text},
    Kind.LINK: {"item": text, "linked": text, "refused": flag},
    Kind.SCORE_SHOWN: {"item": text},
    Kind.PACKET: {"to": text, "what": _one_of(("review", "approval")), "items": number},
    Kind.TREATED: {"item": text, "as": _one_of((*Treatment, "hold"))},
    Kind.DISPOSITION: {"model": text, "disposition": _codes(DispositionKind), "deadline": text},
    Kind.OBSERVED: {"model": text, "disposition": _codes(DispositionKind), "seen": text},
    Kind.PLANNED: {"parts": _table, "actions": number, **_PLAN, **_INDEXES, **_ROWS},
    Kind.APPROVED: {**_PLAN, **_INDEXES},
    Kind.PLAN_WITHDRAWN: _PLAN,
    Kind.BEGUN: {**_ACTION, **_PLAN, **_INDEXES},
    Kind.OUTCOME: {
        "state": _codes(OutcomeState), "by": _one_of(("here", "answer", "declared")), "seen": _maybe(_counts),
        "parts": _maybe(_part_counts), **_ACTION, **_PLAN, **_SEEN_ROWS,
    },
    Kind.DERIVED: {"dataset": text, "derived_from": text, **_PLAN, **_INDEXES},
    Kind.HANDED_OVER: {"key": text, **_PLAN, **_INDEXES},
    Kind.ASKED: {"actions": _each(text), "again": _day},
    Kind.READ_BACK: {"seen": text, "items": _counts, "parts": _maybe(_part_counts), **_PLAN, **_SEEN_ROWS},
    Kind.VALIDATED: {"read_back": text},
    Kind.STATED: _STATED,
    Kind.SWORN: {"form": _one_of(("within-us", "outside-us"))},
    Kind.SEALED: {"edition": text, "bundle": text, "evidence": text},
    Kind.SWEPT: {
        "roots": number, "files": number, "found": _counts, "unread": number, "wanted": _counts, "models": flag,
        "complete": flag, **_ROWS,
    },
    Kind.EXPLAINED: {"finding": text, "as": _one_of(("is-other", "erased-by-hand", "to-plan", "stays-by-law"))},
    Kind.ANSWERED: {"day": _day_or_none},
    Kind.CLOSED: {"state": text},
    Kind.FORGOTTEN: {
        "what": _one_of(("references", "letter", "case")), "count": number, "entries": _each(number),
        "blobs": _each(text), "scanned": _maybe(_counts),
    },
    Kind.KEPT: {"months": _months},
    Kind.ORDER: {"served": _day, "profile": text, "obligations": _obligations},
    Kind.SCOPE: {"parts": _parts, "items": number, "size": number, "rest": number, **_INDEXES, **_ROWS},
    Kind.SAMPLE: {
        "scope": text, "of": _one_of(("scope", "rest")), "seed": _seed, "n": number, "population": number,
    },
    Kind.SAMPLED: {"sample": text, **_ROWS},
    Kind.MET: {"obligation": text, "how": _codes(Met), "proof": text},
    Kind.OFFICER_ADDED: {"key": text, "slot": text, "proposal": text, "recovery": _maybe(text)},
    Kind.OFFICER_REMOVED: {"key": text},
    Kind.BACKUP: {"until": _maybe(_day)},
    Kind.BACKUP_DESTROYED: {"backup": text},
    Kind.RETENTION: {"months": _months},
    Kind.RECOVERY_KEY: {"key": text, "proposal": _maybe(text)},
    Kind.CHANGE_PROPOSED: {"what": _one_of(("officer", "policy", "recovery"))},
    Kind.CHANGE_APPROVED: {"proposal": text},
    Kind.POLICY: {"policy": _table, "proposal": _maybe(text)},
    Kind.AUTHORITY: {"event": _one_of(("added", "removed")), "certificate": text},
    Kind.STATED_GENERALLY: _STATED,
    Kind.HARMLESS: {"dataset": text, "kind": text, "event": _one_of(("declared", "taken-back"))},
}  # fmt: skip

_ANYWHERE: Shape = {"indexes": _maybe(_generations)}


def well_formed(kind: Kind, open_: Mapping[str, Any]) -> bool:
    """Whether all that must stand open is there, each of its kind."""
    for shape in (SHAPES.get(kind, {}), _ANYWHERE):
        for name, check in shape.items():
            if not check(open_.get(name, MISSING)):
                return False
    return True


def is_known_form(act: Act) -> bool:
    """Whether the act is of the one form and of the one set of rules that there are, and says what it must."""
    return (act.v, act.rules) == (FORM, RULES) and well_formed(act.kind, act.open)
