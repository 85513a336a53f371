"""A second officer's word on a deletion: whoever ran nothing of it confirms what was read back."""

from __future__ import annotations

from typing import Any

from dsr_desk.app.cases import show_case
from dsr_desk.app.desk import Desk
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now


class NothingToConfirm(DeskError):
    code = "VALIDATE-NOTHING"
    happened = "The deletion of case {case} was not read back."
    means = "There is no outcome that anybody could confirm. Nothing was recorded."
    todo = "Run the deletion and read back first."


class OwnWork(DeskError):
    code = "VALIDATE-OWN-WORK"
    happened = "You carried out a part of the deletion of case {case}."
    means = "The outcome is confirmed by somebody other than the operator, so nothing was recorded."
    todo = "Ask an officer who ran nothing of it to look at what was read back and to confirm it."


def confirm_outcome(desk: Desk, ref: str) -> Change:
    """The officer confirms the latest reading back, having looked at it. Raises NothingToConfirm, OwnWork."""
    show_case(desk, ref)
    with desk.vault.transaction() as db:
        found = _latest(desk, ref)
        if found is None:
            raise NothingToConfirm(case=ref)
        if desk.vault.officer_key in _operators(desk, found["plan"]):
            raise OwnWork(case=ref)
        row = {"read_back": found["id"], "officer": desk.vault.officer_key, "time": now()}
        db.table("confirmations").upsert(row, pk="read_back")
        return desk.record("outcome-confirmed", [Topic.EVIDENCE, Topic.CASES], case=ref, body={"plan": found["plan"]})


def confirmed_by(desk: Desk, ref: str) -> str:
    """Who confirmed the latest reading back (a name); "" where nobody did."""
    found = _latest(desk, ref)
    if found is None:
        return ""
    row = desk.vault.db.conn.execute("SELECT officer FROM confirmations WHERE read_back = ?", [found["id"]]).fetchone()
    return desk.vault.officer_names().get(row[0], "") if row else ""


def _latest(desk: Desk, ref: str) -> dict[str, Any] | None:
    query = (
        "SELECT r.id, r.plan FROM deletion_read_backs r JOIN deletion_plans p ON p.digest = r.plan "
        "WHERE p.case_ref = ? ORDER BY r.id DESC LIMIT 1"
    )
    return next(desk.vault.db.query(query, [ref]), None)


def _operators(desk: Desk, plan: str) -> set[str]:
    rows = desk.vault.db.conn.execute("SELECT DISTINCT officer FROM deletion_actions WHERE plan = ?", [plan])
    return {row[0] for row in rows}
