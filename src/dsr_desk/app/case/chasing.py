"""Tasks that others carry out: when each was asked, when to ask again, and the proof that came with the answer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dsr_desk.app.case.plans import plan_of, rounds_that_ran
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState
from dsr_desk.core.acts import Draft, Entry, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.refusals import ActionNotOpen


@dataclass(frozen=True)
class Proof:
    """A file that came with an answer. `digest` is SHA-256 (hex), `added` a UTC timestamp."""

    name: str
    digest: str
    added: str


@dataclass(frozen=True)
class TeamTask:
    """An action that others carry out. `asked` is the UTC time of the first asking, `reminders` counts the later ones.

    `due` is the day by which the first asking wants an answer, `chase_on` the day on which to ask again.
    """

    action: Action
    outcome: Outcome | None
    asked: str = ""
    due: date | None = None
    chase_on: date | None = None
    reminders: int = 0
    proofs: tuple[Proof, ...] = ()

    @property
    def waits(self) -> bool:
        return self.outcome is not None and self.outcome.state is OutcomeState.WAITING

    def is_late(self, today: date) -> bool:
        """Whether the day has passed by which an answer was wanted, whatever was asked since."""
        return self.waits and self.due is not None and self.due < today

    def is_due(self, today: date) -> bool:
        """Whether somebody has to be asked (again) today."""
        return self.waits and self.chase_on is not None and self.chase_on <= today


def tasks(desk: Desk, ref: str) -> list[TeamTask]:
    """All tasks of every round in the plans' order; none before there is a plan. Others answer for weeks."""
    with desk.reading(ref) as case:
        found = [
            TeamTask(action, next((one for one in ran.outcomes if one.action == action.id), None))
            for ran in rounds_that_ran(desk, ref)
            for action in ran.plan.actions
            if is_task(action)
        ]
        if case.plan is not None and not case.begun:
            found += [TeamTask(action, None) for action in plan_of(desk, case, case.plan).actions if is_task(action)]
        asked, first, proofs = dict(case.asked), _first_days(desk, case.id), _proofs(desk, case.id)
    return [_with_dates(replace(task, proofs=tuple(proofs[task.action.id])), asked, first) for task in found]


def is_task(action: Action) -> bool:
    """Whether other people carry it out: a hold only keeps, and a backup is overwritten by itself."""
    return not action.kind.runs_here and action.kind not in (ActionKind.HOLD, ActionKind.BACKUP)


def chase(
    desk: Desk, ref: str, actions: Sequence[str], chase_on: date, lists: Mapping[str, str] | None = None
) -> Change:
    """Records that these were asked today, and when to ask again. Raises ActionNotOpen.

    `lists` are digests of the lists that were handed out, by action.
    """
    if not actions:
        raise ActionNotOpen(case=ref, action="-")
    fields = {"lists": dict(lists)} if lists else {}
    return desk.act(Draft(Kind.ASKED, {"actions": list(actions), "again": chase_on.isoformat()}, fields), ref)


def lists_handed_out(desk: Desk, ref: str, action: str) -> set[str]:
    """Digests (SHA-256, hex) of the lists that went out with a task."""
    with desk.reading(ref) as case:
        entries = [entry for entry in _asked(desk, case.id) if "lists" in entry.act.fields]
        return {lists[action] for entry in entries if action in (lists := desk.values(entry.seq).get("lists", {}))}


def due_tasks(desk: Desk, today: date) -> dict[str, int]:
    """By case, how many tasks are to be asked for (again) today."""
    with desk.vault.turn():
        asked = sorted((one.ref, json.loads(one.summary)["ask"]) for one in desk.vault.cases.all())
    day = today.isoformat()
    return {ref: sum(one <= day for one in desk.case(ref).to_ask) for ref, first in asked if "" < first <= day}


def proof(desk: Desk, ref: str, digest: str) -> bytes | None:
    """The content of a proof file of a case; None where there is none, or where it was destroyed."""
    with desk.reading(ref) as case:
        for entry in _outcomes(desk, case.id):
            kept = desk.values(entry.seq).get("proof")
            if kept is not None and kept["digest"] == digest:
                return desk.vault.log.blob(kept)
    return None


def _with_dates(task: TeamTask, asked: dict[str, dict[str, str]], first: Mapping[str, str]) -> TeamTask:
    known = asked.get(task.action.id)
    if known is None:
        return task
    again, due = date.fromisoformat(known["again"]), date.fromisoformat(first[task.action.id])
    return replace(task, asked=known["asked"], due=due, chase_on=again, reminders=int(known["reminders"]))


def _first_days(desk: Desk, case: str) -> dict[str, str]:
    """By action, the day by which the first asking wanted an answer."""
    found: dict[str, str] = {}
    for entry in _asked(desk, case):
        for action in entry.act.open["actions"]:
            found.setdefault(action, entry.act.open["again"])
    return found


def _asked(desk: Desk, case: str) -> Iterator[Entry]:
    return desk.vault.log.entries(case, kinds=[Kind.ASKED])


def _proofs(desk: Desk, case: str) -> dict[str, list[Proof]]:
    """By action, the files that came with somebody's word."""
    found: dict[str, list[Proof]] = defaultdict(list)
    for entry in _outcomes(desk, case):
        values = desk.values(entry.seq)
        if "proof" in values:
            said = Proof(values["name"], values["proof"]["digest"], entry.act.time)
            found[entry.act.open["action"]].append(said)
    return found


def _outcomes(desk: Desk, case: str) -> list[Entry]:
    stored = desk.vault.log.stored(case, kinds=[Kind.OUTCOME])
    return [entry for entry, _, _ in stored if "proof" in entry.act.fields]
