"""What was typed or dropped and is no act yet, kept in the vault until it is one or is discarded.

Nobody is asked and nothing is signed: a draft says nothing. It is encrypted like all of the vault, and destroyed with
its case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.storage.clock import now
from dsr_desk.storage.drafts import TYPED


@dataclass(frozen=True)
class Typed:
    """What the fields of a form hold. `place` names the form, `title` is what it is called in the window.

    `officer` is the name of who typed last, `kept` a UTC timestamp, `case` a reference, "" where it is of none.
    """

    place: str
    title: str
    case: str
    officer: str
    kept: str
    values: Mapping[str, Any]


def typed_before(desk: Desk) -> list[Typed]:
    """Of every form, the newest first. Takes no turn: a job may have it for long."""
    names, refs, found = desk.vault.officer_names(), desk.vault.cases.refs(), []
    for row in desk.vault.drafts.typed():
        said = json.loads(row.content)
        case, who = refs.get(row.case_id, ""), names.get(row.officer, "")
        found.append(Typed(row.place, said["title"], case, who, row.kept, said["values"]))
    return found


def typed_now(desk: Desk, place: str, title: str, case: str, values: Mapping[str, Any]) -> Typed:
    """By the officer who acts."""
    return Typed(place, title, case, desk.vault.officer_name, now(), values)


def keep_typed(desk: Desk, typed: Typed) -> None:
    """Replaces what was kept of the same form. Raises CaseMissing."""
    text = json.dumps({"title": typed.title, "values": dict(typed.values)}, ensure_ascii=False)
    keep_part(desk, typed.place, TYPED, text.encode(), typed.case)


def keep_part(desk: Desk, place: str, part: str, content: bytes, case: str = "") -> None:
    """Something that was dropped on a form, a letter with its photos for instance. Nothing of a forgotten case is kept.

    Raises CaseMissing.
    """
    vault = desk.vault
    with vault.transaction():
        of = desk.case(case) if case else None
        if of is None or not of.is_forgotten:
            vault.drafts.keep(place, of.id if of is not None else "", vault.officer_key, now(), {part: content})


def kept_part(desk: Desk, place: str, part: str) -> bytes | None:
    """None where nothing is kept."""
    with desk.vault.turn():
        return desk.vault.drafts.part(place, part)


def drop(desk: Desk, place: str) -> None:
    """All that is kept of a form goes: it became an act, or is discarded."""
    with desk.vault.transaction():
        desk.vault.drafts.drop(place)
