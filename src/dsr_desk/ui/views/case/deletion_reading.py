"""What the deletion page shows, read beside the window: plan, dry run, what the rules say, and the rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.deleting import PlanView, dry_run, show_plan
from dsr_desk.app.case.steps import Finding, finding
from dsr_desk.app.case.sweeping import stray_check
from dsr_desk.app.data.away import away_now
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Check, Outcome, Plan, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.core.findings import Gap
from dsr_desk.core.refusals import ActionNotOpen, Refusal
from dsr_desk.core.requests import CaseState
from dsr_desk.ui.models.actions import ActionRow, Rehearsed
from dsr_desk.ui.words import tr

Refused = Mapping[Kind, Refusal | None]
ASKED = (
    Kind.PLANNED, Kind.APPROVED, Kind.BEGUN, Kind.READ_BACK, Kind.PLAN_WITHDRAWN, Kind.SEARCHED, Kind.TREATED,
    Kind.SWEPT,
)  # fmt: skip


def refusals(desk: Desk, ref: str, plan: Plan | None) -> Refused:
    """What the rules say to each act of this step now. Reads what the indexes say of themselves."""
    found = {kind: refusal(desk, ref, kind) for kind in ASKED}
    if found[Kind.BEGUN] is None and plan is not None:
        found[Kind.BEGUN] = _begin(desk, ref, plan)
    return found


def _begin(desk: Desk, ref: str, plan: Plan) -> Refusal | None:
    """None as long as any action of the plan can begin."""
    refused: Refusal | None = None
    for action in plan.actions:
        refused = refusal(desk, ref, Kind.BEGUN, action=action.id)
        if refused is None or refused.code != ActionNotOpen.code:
            break
    return refused


@dataclass(frozen=True)
class RoundShown:
    """One pass of search, review, plan, deletion and reading back. Times are UTC; "" where it did not come to that."""

    number: int
    run: str
    operators: tuple[str, ...]
    read: str
    reader: str
    seen: Seen | None


def rounds_of(case: Case, names: Mapping[str, str]) -> list[RoundShown]:
    """All rounds of a case, oldest first. `names` are those of officers by key."""
    return [_round(one, names) for one in case.rounds]


def _round(one: Mapping[str, Any], names: Mapping[str, str]) -> RoundShown:
    actions, reads = one["actions"], one["read_backs"]
    begun = sorted(each["started"] for each in actions.values())
    who = {each["operator"] for each in actions.values() if each["operator"]}
    last = reads[-1] if reads else None
    return RoundShown(
        int(one["n"]),
        begun[0] if begun else "",
        tuple(sorted(names.get(key, tr("unknown")) for key in who)),
        last["time"] if last else "",
        names.get(last["officer"], tr("unknown")) if last else "",
        Seen[last["seen"].upper()] if last else None,
    )


@dataclass(frozen=True)
class DeletionShown:
    """What the page shows. `view` is None where this round has no plan; `mine` where the officer approved it.

    `strays` is None where no disk was swept; at `away` data was indexed, and nothing is there now.
    """

    state: CaseState
    view: PlanView | None = None
    rows: tuple[ActionRow, ...] = ()
    gaps: tuple[Gap, ...] = ()
    erase: int = 0
    refused: Refused = field(default_factory=dict)
    rounds: tuple[RoundShown, ...] = ()
    mine: bool = False
    begun: bool = False
    read: Finding | None = None
    strays: Check | None = None
    away: tuple[Path, ...] = ()


def look(desk: Desk, ref: str) -> DeletionShown:
    """Every container of a plan that has not begun is read, nothing is changed."""
    with desk.reading(ref) as case:
        state, planned, begun = case.state(desk.vault.roster), case.plan is not None, case.begun
        rounds = tuple(rounds_of(case, desk.vault.officer_names()))
        mine = desk.vault.officer_key in case.approvers
        read = finding(desk, case.read_back["seq"]) if case.read_back is not None and case.read else None
    view = show_plan(desk, ref) if planned else None
    refused = refusals(desk, ref, view.plan if view is not None else None)
    strays, away = stray_check(desk, ref), away_now(desk)
    if view is None:
        return DeletionShown(state, refused=refused, rounds=rounds, strays=strays, away=away)
    rows, gaps, erase = _acted(view) if begun else _rehearsed(desk, ref, view)
    return DeletionShown(state, view, rows, gaps, erase, refused, rounds, mine, begun, read, strays, away)


_Shown = tuple[tuple[ActionRow, ...], tuple[Gap, ...], int]


def _rehearsed(desk: Desk, ref: str, view: PlanView) -> _Shown:
    found = dry_run(desk, ref)
    counts = {one.action: Rehearsed(one.erase, one.mask, one.gone_already, one.size) for one in found.stores}
    outcomes = _outcomes(view)
    rows = tuple(ActionRow(action, counts.get(action.id), outcomes.get(action.id)) for action in view.plan.actions)
    return rows, found.gaps, found.erase + found.mask


def _acted(view: PlanView) -> _Shown:
    """The rows of a plan that has begun: nothing is rehearsed any more."""
    outcomes = _outcomes(view)
    return tuple(ActionRow(one, None, outcomes.get(one.id)) for one in view.plan.actions), view.plan.gaps, 0


def _outcomes(view: PlanView) -> dict[str, Outcome]:
    return {outcome.action: outcome for outcome in view.outcomes}
