"""Stray copies: what sweeps of disks found in a case, what officers said of it, and what later sweeps found gone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dsr_desk.core import refusals
from dsr_desk.core.acts import Draft, Entry
from dsr_desk.core.case import Case, Rows
from dsr_desk.core.guards import Standing
from dsr_desk.core.message import Message, message


class StrayBy(StrEnum):
    """By what a sweep found something, from the surest on. The last four are of model files."""

    BYTES = "bytes"
    INSIDE = "inside"
    LOOK = "look"
    LOOK_INSIDE = "look-inside"
    MODEL = "model"
    MODEL_INSIDE = "model-inside"
    SAME_TENSORS = "same-tensors"
    SAME_SHAPES = "same-shapes"
    UNKNOWN_MODEL = "unknown-model"

    @property
    def is_a_copy(self) -> bool:
        """Whether it holds what is looked for for sure; what only resembles it, somebody has to look at."""
        return self in _COPIES


_COPIES = frozenset({StrayBy.BYTES, StrayBy.INSIDE, StrayBy.MODEL, StrayBy.MODEL_INSIDE, StrayBy.SAME_TENSORS})

GONE = "gone"
"""What a sweep says of an earlier finding that it looked for and that is not there any more."""


class Explained(StrEnum):
    """What an officer says of a finding."""

    IS_OTHER = "is-other"
    ERASED_BY_HAND = "erased-by-hand"
    TO_PLAN = "to-plan"
    STAYS_BY_LAW = "stays-by-law"

    @property
    def settles(self) -> bool:
        """False of what is still to be done."""
        return self is not Explained.TO_PLAN

    @property
    def outlasts_a_sweep(self) -> bool:
        """Whether it still explains what a later sweep finds again."""
        return self in (Explained.IS_OTHER, Explained.STAYS_BY_LAW)


def open_strays(case: Case) -> dict[str, StrayBy]:
    """Findings, by pseudonym, that are not gone and that nothing said explains."""
    return {key: StrayBy(one["how"]) for key, one in case.strays.items() if is_open(one)}


def is_open(stray: dict[str, Any]) -> bool:
    said = stray["explained"]
    return stray["gone"] is None and (said is None or not Explained(said["as"]).settles)


# What forbids the two acts


def words_of_a_sweep(case: Case, draft: Draft, standing: Standing, rows: Rows) -> Message | None:
    """Each finding once, with how it was found; gone is what was found before."""
    seen = set()
    for row in rows():
        fits = row.word in _FOUND or (row.word == GONE and row.item in case.strays)
        if not fits or row.item in seen:
            return message(refusals.FindingUnknown.code, case=case.ref, finding=row.item)
        seen.add(row.item)
    return None


_FOUND = frozenset(found.value for found in StrayBy)


def known_finding(case: Case, draft: Draft, standing: Standing) -> Message | None:
    """What is explained was found, and is not gone."""
    key = draft.open.get("finding")
    if key is None or (key in case.strays and case.strays[key]["gone"] is None):
        return None
    return message(refusals.FindingUnknown.code, case=case.ref, finding=str(key))


# What the two acts change


def sweep(case: Case, entry: Entry, rows: Rows) -> None:
    said, act = entry.act.open, entry.act
    kept = {name: said[name] for name in ("roots", "files", "found", "unread", "wanted", "models", "complete")}
    signed = {"act": act.digest, "seq": entry.seq, "officer": act.officer, "time": act.time}
    case.sweeps.append({**signed, **kept})
    for row in rows():
        known = case.strays.get(row.item)
        if row.word == GONE:
            if known is not None:
                known["gone"] = entry.seq
            continue
        explained = known["explained"] if known is not None and known["gone"] is None else None
        if explained is not None and not Explained(explained["as"]).outlasts_a_sweep:
            explained = None
        case.strays[row.item] = {"how": row.word, "seq": entry.seq, "gone": None, "explained": explained}


def explain(case: Case, entry: Entry, rows: Rows) -> None:
    said, act = entry.act.open, entry.act
    signed = {"act": act.digest, "seq": entry.seq, "officer": act.officer, "time": act.time}
    case.strays[said["finding"]]["explained"] = {**signed, "as": said["as"]}
