"""The list of cases and their snapshots: made of folds, for display alone, and made anew at will."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from dsr_desk.core.case import Case
from dsr_desk.core.roster import Roster
from dsr_desk.storage.tables import Database

GROWS_BY = 20
"""A snapshot is written once the entries after it are more than one in so many."""

AT_LEAST = 200
"""Entries: below, a fold from the beginning is as fast."""


def summary_row(case: Case, roster: Roster) -> dict[str, Any]:
    """The row of `case_list` that follows from a case."""
    facts = case.facts[-1] if case.facts else {"due": "", "received": "", "law": ""}
    summary = {
        "state": case.state(roster).value,
        "about": case.about,
        "right": case.right.value,
        "law": facts["law"],
        "named": ((case.orders if case.is_order else case.facts) or [{"seq": 0}])[-1]["seq"],
        "received": facts["received"],
        "answered": case.answered,
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


class Listed(NamedTuple):
    """A case as the list keeps it; `ended` is "" while it is open, `summary` JSON of what `summary_row` says."""

    case_id: str
    ref: str
    head: int
    due: str
    ended: str
    summary: str


class CaseList:
    """The list in a vault's database; what writes takes part in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def id_of(self, ref: str) -> str | None:
        row = self._db.conn.execute("SELECT case_id FROM case_list WHERE ref = ?", [ref]).fetchone()
        return row[0] if row else None

    def about(self, ref: str) -> str:
        """What a case is about; "" where there is none of this reference."""
        query = "SELECT json_extract(summary, '$.about') FROM case_list WHERE ref = ?"
        row = self._db.conn.execute(query, [ref]).fetchone()
        return str(row[0]) if row else ""

    def refs(self) -> dict[str, str]:
        """References by the case's id, in their order."""
        return dict(self._db.conn.execute("SELECT case_id, ref FROM case_list ORDER BY ref").fetchall())

    def all(self) -> list[Listed]:
        """Open cases by due date first."""
        query = "SELECT case_id, ref, head, due, ended, summary FROM case_list ORDER BY ended <> '', due, ref"
        return [Listed._make(row) for row in self._db.conn.execute(query).fetchall()]

    def named(self) -> dict[str, dict[str, Any]]:
        """By case, the values that say of whom it is, or which order: read where they were signed, and kept nowhere."""
        query = (
            "SELECT c.case_id, v.name, v.value FROM case_list c CROSS JOIN field_values v "
            "ON v.seq = json_extract(c.summary, '$.named') AND v.name IN ('identifiers', 'authority', 'docket') "
            "WHERE v.value IS NOT NULL"
        )
        found: dict[str, dict[str, Any]] = {}
        for case, name, value in self._db.conn.execute(query).fetchall():
            found.setdefault(case, {})[name] = json.loads(value)
        return found

    def numbers(self) -> dict[str, int]:
        """The highest number by year."""
        found: dict[str, int] = {}
        for ref in self.refs().values():
            year, _, number = ref.partition("-")
            if number.isdecimal():
                found[year] = max(found.get(year, 0), int(number))
        return found

    def keep(self, case: Case, roster: Roster) -> None:
        row = summary_row(case, roster)
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        self._db.conn.execute(f"INSERT OR REPLACE INTO case_list ({names}) VALUES ({marks})", row)

    def keep_snapshot(self, case: Case) -> None:
        kept = [case.id, case.head, case.dump()]
        self._db.conn.execute("INSERT OR REPLACE INTO snapshots (case_id, head, state) VALUES (?, ?, ?)", kept)

    def snapshot(self, case: str) -> Case | None:
        """The state as it was last kept; None where none was, or where it is damaged."""
        row = self._db.conn.execute("SELECT state FROM snapshots WHERE case_id = ?", [case]).fetchone()
        if row is None:
            return None
        try:
            return Case.load(row[0])
        except ValueError:
            return None


def snapshot_is_due(case: Case, since: int) -> bool:
    """Whether so many entries came since the last one that the next opening would notice. `since` counts these.

    The more candidates there are, the more a snapshot costs and the less a few decisions matter beside it.
    """
    return since >= max(AT_LEAST, case.entries // GROWS_BY, len(case.items) // GROWS_BY)
