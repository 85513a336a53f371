"""Plans and outcomes of a case as its log holds them: read, compared with what was signed, and put together again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dsr_desk.app.allowed import changed_since_plan
from dsr_desk.app.case import told
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import (
    Action,
    ActionKind,
    Approval,
    ItemSeen,
    Outcome,
    OutcomeState,
    Plan,
    PlannedItem,
    ReadBack,
    Seen,
)
from dsr_desk.core.acts import Row, item_salt, pseudonym, salted_digest
from dsr_desk.core.case import Case
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import PlanMissing
from dsr_desk.deletion.approval import approval_of
from dsr_desk.deletion.rounds import Ran
from dsr_desk.storage.log_reading import LogDamaged, in_form

ALONG = "along-"
HOLD = "hold"


@dataclass(frozen=True)
class PlanView:
    """A plan of a case with who approved it and what came of it so far.

    `round` counts from 1. `changed` is what the plan rests on and is another now; empty for a plan of an earlier round.
    """

    plan: Plan
    approvals: tuple[Approval, ...]
    outcomes: tuple[Outcome, ...]
    read_back: ReadBack | None
    round: int = 1
    changed: tuple[Message, ...] = ()


def show_plan(desk: Desk, ref: str) -> PlanView:
    """The plan in force, or else the newest one that ran, whose outcomes still count. Raises PlanMissing."""
    with desk.reading(ref) as case:
        round_ = case.round if case.plan is not None else case.last_run
        if round_ is None or round_["plan"] is None:
            raise PlanMissing(case=ref)
        plan = plan_of(desk, case, round_["plan"])
        reads = round_["read_backs"]
        view = PlanView(
            plan,
            tuple(_approval(desk, one["seq"]) for one in round_["approvals"]),
            tuple(outcomes_of(desk, plan, round_["actions"])),
            read_back_of(desk, reads[-1]["seq"]) if reads else None,
            round_["n"],
        )
        changed = changed_since_plan(desk, ref) if case.plan is not None else []
    return replace(view, changed=tuple(changed))


def rounds_that_ran(desk: Desk, ref: str) -> list[Ran]:
    """Every plan of which anything was begun, with its outcomes, oldest first."""
    with desk.reading(ref) as case:
        return [ran for ran, _ in _ran(desk, case)]


def plan_of_action(desk: Desk, ref: str, action: str) -> tuple[Plan, Outcome | None] | None:
    """The plan to which an action belongs that was begun or answered, in any round; None where there is none."""
    with desk.reading(ref) as case:
        for ran, actions in _ran(desk, case):
            if action in actions:
                return ran.plan, next((one for one in ran.outcomes if one.action == action), None)
    return None


def plan_of(desk: Desk, case: Case, planned: Mapping[str, Any]) -> Plan:
    """The plan of an entry, by what the fold says of it. Raises LogDamaged where its parts are no whole."""
    seq = planned["seq"]
    values = desk.values(seq)
    if "plan" not in values:
        raise PlanMissing(case=case.ref)
    with in_form(seq):
        bare = restore(values["plan"], Plan)
    treated = {action.id: action for action in bare.actions}
    key = desk.key(case.ref)
    items: dict[str, list[PlannedItem]] = defaultdict(list)
    for row in desk.vault.log.rows(seq):
        with in_form(seq):
            action, item = row.value["action"], restore(row.value["item"], PlannedItem)
        word = row.word.removeprefix(ALONG)
        named = pseudonym(key, item.address.id) == row.item
        if not named or action not in treated or word != _word(treated[action], item) or not _at(treated[action], item):
            raise LogDamaged(what=message("log.plan", seq=seq))
        items[action].append(item)
    plan = replace(bare, actions=tuple(replace(one, items=tuple(items[one.id])) for one in bare.actions))
    if plan.digest != planned["plan"] or len(treated) != planned["actions"] or len(plan.actions) != len(treated):
        raise LogDamaged(what=message("log.plan", seq=seq))
    return plan


def bare_plan(plan: Plan) -> Any:
    """The plan without its items, which are rows: plain JSON."""
    return plain(replace(plan, actions=tuple(replace(action, items=()) for action in plan.actions)))


def plan_rows(plan: Plan, case: Case, key: bytes) -> Iterator[Row]:
    """A row for each item of each action; the word says what is done, and whether nobody decided on the item."""
    for action in plan.actions:
        for item in action.items:
            name = pseudonym(key, item.address.id)
            known = case.item(name)
            along = known is None or not known.verdict
            value = {"id": item.address.id, "action": action.id, "item": plain(item)}
            yield Row(name, (ALONG if along else "") + _word(action, item), value)


def outcomes_of(desk: Desk, plan: Plan, actions: Mapping[str, Mapping[str, Any]]) -> Iterator[Outcome]:
    """Of all actions that were begun, in the plan's order; what was begun and not ended is "started"."""
    for action in plan.actions:
        known = actions.get(action.id)
        if known is None:
            continue
        if known["outcome"] is None:
            yield Outcome(action.id, OutcomeState.STARTED, known["operator"], known["started"])
        else:
            yield outcome_of(desk, known["outcome"])


def outcome_of(desk: Desk, seq: int) -> Outcome:
    """The outcome that an entry holds."""
    act = desk.vault.log.entry(seq).act
    said, values = act.open, desk.values(seq)
    with in_form(seq):
        return Outcome(
            action=said["action"],
            state=OutcomeState(said["state"]),
            officer=values.get(told.INSIDE, {}).get("operator") or act.officer,
            started=said["started"],
            ended=said["ended"],
            items=_seen_rows(desk, seq),
            kept=said["kept"],
            digest_before=values.get("before_digest", ""),
            digest_after=values.get("after_digest", ""),
            notes=restore(values.get("notes", []), tuple[Message, ...]),
            # once what kept an action from being done was forgotten, only its code is left
            error=_said(values.get("error")) or (Message(said["error"]) if said["error"] else None),
            answered=said["by"] == "answer",
            parts=values.get("parts", {}),
        )


def read_back_of(desk: Desk, seq: int) -> ReadBack | None:
    """The reading back that an entry holds; None once it was forgotten."""
    values = desk.values(seq)
    with in_form(seq):
        return replace(restore(values["result"], ReadBack), items=_seen_rows(desk, seq)) if "result" in values else None


def seen_rows(items: tuple[ItemSeen, ...], key: bytes) -> list[Row]:
    """What was seen of each item, as rows of an act; of what is left of it a salted digest stands in the word."""
    return [
        Row(
            pseudonym(key, one.item),
            " ".join(filter(None, (one.seen.name.lower(), salted_digest(item_salt(key, one.item), one.digest_after)))),
            {"id": one.item, "says": plain(one.says), "digest_after": one.digest_after},
        )
        for one in items
    ]


def seen_counts(items: tuple[ItemSeen, ...]) -> dict[str, int]:
    """How many items were seen how, by code; none that is zero."""
    counts = {seen.name.lower(): sum(1 for one in items if one.seen is seen) for seen in Seen}
    return {code: count for code, count in counts.items() if count}


def _ran(desk: Desk, case: Case) -> Iterator[tuple[Ran, Mapping[str, Any]]]:
    for round_ in case.rounds:
        if round_["actions"] and round_["plan"] is not None:
            plan = plan_of(desk, case, round_["plan"])
            yield Ran(plan, tuple(outcomes_of(desk, plan, round_["actions"]))), round_["actions"]


def _seen_rows(desk: Desk, seq: int) -> tuple[ItemSeen, ...]:
    rows = (row for row in desk.vault.log.rows(seq) if row.value is not None)
    return tuple(
        ItemSeen(
            row.value["id"],
            Seen[row.word.partition(" ")[0].upper()],
            _said(row.value["says"]),
            row.value["digest_after"],
        )
        for row in rows
    )


def _said(value: Any) -> Message | None:
    return None if value is None else Message.from_json(value)


def _approval(desk: Desk, seq: int) -> Approval:
    entry, signature, _ = next(desk.vault.log.stored(after=seq - 1))
    return approval_of(entry, signature.hex())


def _at(action: Action, item: PlannedItem) -> bool:
    """Whether an item lies where the action erases: what was decided of one place is not done at another."""
    if not action.kind.runs_here or action.kind is ActionKind.ERASE_INDEX:
        return True
    address = item.address
    return address.container == action.container and action.dataset_version.startswith(f"{address.dataset}@")


def _word(action: Action, item: PlannedItem) -> str:
    return HOLD if action.kind is ActionKind.HOLD else item.treatment.value
