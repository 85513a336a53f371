"""The list of cases and their snapshots: made of folds, for display alone, and made anew at will."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from dsr_desk.core.case import Case
from dsr_desk.core.roster import Roster

GROWS_BY = 20
"""A snapshot is written once the entries after it are more than one in so many."""

AT_LEAST = 200
"""Entries: below, a fold from the beginning is as fast."""


def summary_row(case: Case, roster: Roster) -> dict[str, Any]:
    """The row of `case_list` that follows from a case."""
    facts = case.facts[-1] if case.facts else {"due": "", "received": "", "law": ""}
    summary = {
        "state": case.state(roster).value,
        "right": case.right.value,
        "law": facts["law"],
        "received": facts["received"],
        "channel": case.channel,
        "opened": case.opened[0],
        "photos": sum(1 for one in case.references if not one["destroyed"]),
        "searched": case.searched,
        "candidates": case.proposed,
        "undecided": len(case.undecided),
        "unsure": len(case.unsure),
        "round": case.number,
        "bundles": len(case.sealed),
        "ask": (case.to_ask or [""])[0],
    }
    return {
        "case_id": case.id,
        "ref": case.ref,
        "head": case.head,
        "due": facts["due"],
        "ended": case.ended["time"] if case.ended else "",
        "summary": json.dumps(summary, sort_keys=True, separators=(",", ":")),
    }


def keep_row(db: Database, case: Case, roster: Roster) -> None:
    row = summary_row(case, roster)
    names = ", ".join(row)
    db.conn.execute(f"INSERT OR REPLACE INTO case_list ({names}) VALUES (?, ?, ?, ?, ?, ?)", list(row.values()))


def keep_snapshot(db: Database, case: Case) -> None:
    db.conn.execute(
        "INSERT OR REPLACE INTO snapshots (case_id, head, state) VALUES (?, ?, ?)", [case.id, case.head, case.dump()]
    )


def snapshot(db: Database, case: str) -> Case | None:
    """The state as it was last kept; None where none was, or where it is damaged."""
    row = db.conn.execute("SELECT state FROM snapshots WHERE case_id = ?", [case]).fetchone()
    if row is None:
        return None
    try:
        return Case.load(row[0])
    except ValueError:
        return None


def snapshot_is_due(case: Case, since: int) -> bool:
    """Whether so many entries came since the last one that the next opening would notice. `since` counts these."""
    return since >= max(AT_LEAST, case.entries // GROWS_BY)
