"""Tasks that others carry out: when each was asked, when to ask again, and the proof that came with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dsr_desk.app.deleting import PlanMissing, PlanView, show_plan
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.clock import now


class TaskNotOpen(DeskError):
    code = "TASK-NOT-OPEN"
    happened = "The plan of case {case} has no open task {action}."
    means = "There is nobody to ask. Nothing was recorded."
    todo = "Run the plan first; then see which tasks wait for others."


@dataclass(frozen=True)
class Proof:
    """A file that came with an answer. `digest` is SHA-256 (hex), `added` a UTC timestamp."""

    name: str
    digest: str
    added: str


@dataclass(frozen=True)
class Task:
    """An action that others carry out. `asked` is the UTC time of the first asking, `reminders` counts the later ones.

    `chase_on` is the day on which to ask again.
    """

    action: Action
    outcome: Outcome | None
    asked: str = ""
    chase_on: date | None = None
    reminders: int = 0
    proofs: tuple[Proof, ...] = ()

    @property
    def waits(self) -> bool:
        return self.outcome is not None and self.outcome.state is OutcomeState.WAITING

    def is_due(self, today: date) -> bool:
        """Whether somebody has to be asked (again) today."""
        return self.waits and self.chase_on is not None and self.chase_on <= today


def tasks(desk: Desk, ref: str) -> list[Task]:
    """All tasks of a case's plan in its order; none before there is a plan."""
    try:
        planned = show_plan(desk, ref)
    except PlanMissing:
        return []
    return [_task(desk, planned, action) for action in planned.plan.actions if is_task(action)]


def is_task(action: Action) -> bool:
    """Whether other people carry it out: a hold only keeps, and a backup is overwritten by itself."""
    return not action.kind.runs_here and action.kind not in (ActionKind.HOLD, ActionKind.BACKUP)


def chase(desk: Desk, ref: str, actions: Sequence[str], chase_on: date) -> Change:
    """Records that these were asked today, and when to ask again. Raises TaskNotOpen."""
    open_tasks = {one.action.id: one for one in tasks(desk, ref) if one.waits}
    missing = next((action for action in actions if action not in open_tasks), None)
    if missing is not None or not actions:
        raise TaskNotOpen(case=ref, action=missing or "")
    plan = show_plan(desk, ref).plan.digest
    with desk.vault.transaction() as db:
        for action in actions:
            before = open_tasks[action]
            db.table("deletion_tasks").upsert(
                {
                    "plan": plan,
                    "action": action,
                    "asked": before.asked or now(),
                    "chase_on": chase_on.isoformat(),
                    "reminders": before.reminders + bool(before.asked),
                },
                pk=("plan", "action"),
            )
        body = {"plan": plan, "actions": list(actions), "again": chase_on.isoformat()}
        return desk.record("task-asked", [Topic.DELETION, Topic.CASES], case=ref, body=body)


def due_tasks(desk: Desk, today: date) -> dict[str, int]:
    """By case, how many tasks are to be asked for (again) today."""
    rows = desk.vault.db.conn.execute(
        "SELECT DISTINCT p.case_ref FROM deletion_tasks t JOIN deletion_plans p ON p.digest = t.plan "
        "WHERE t.chase_on <= ?",
        [today.isoformat()],
    )
    found = {ref: sum(one.is_due(today) for one in tasks(desk, ref)) for (ref,) in rows.fetchall()}
    return {ref: count for ref, count in found.items() if count}


def proof(desk: Desk, digest: str) -> bytes | None:
    """The content of a proof file."""
    row = desk.vault.db.conn.execute("SELECT content FROM deletion_proofs WHERE digest = ?", [digest]).fetchone()
    return row[0] if row else None


def _task(desk: Desk, planned: PlanView, action: Action) -> Task:
    key = [planned.plan.digest, action.id]
    one = desk.vault.db.conn.execute
    dates = one("SELECT asked, chase_on, reminders FROM deletion_tasks WHERE plan = ? AND action = ?", key).fetchone()
    proofs = one("SELECT name, digest, added FROM deletion_proofs WHERE plan = ? AND action = ? ORDER BY id", key)
    asked, chase_on, reminders = dates or ("", None, 0)
    return Task(
        action,
        next((outcome for outcome in planned.outcomes if outcome.action == action.id), None),
        asked,
        date.fromisoformat(chase_on) if chase_on else None,
        reminders,
        tuple(Proof(*row) for row in proofs),
    )
