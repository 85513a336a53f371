"""What a plan does with one item: erase it, mask the person's face in it, or hold it on a legal ground."""

from __future__ import annotations

from enum import StrEnum

from dsr_desk.app.deleting import PlanView, make_plan, show_plan
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import ActionKind, Plan, Treatment
from dsr_desk.deletion.plan import Choice, Hold


class Wanted(StrEnum):
    ERASE = "erase"
    MASK = "mask"
    HOLD = "hold"


def treat(desk: Desk, ref: str, item: str, wanted: Wanted, *, reason: str = "", until: str = "") -> PlanView:
    """A new plan in which this item (id) is treated so; what was chosen for others stays.

    `reason` is why a face is masked or the legal ground of a hold, `until` the hold's end (a date). Approvals of the
    earlier plan no longer count. Raises what `make_plan` raises.
    """
    choices, holds = _chosen(show_plan(desk, ref).plan)
    choices.pop(item, None)
    holds.pop(item, None)
    if wanted is Wanted.MASK:
        choices[item] = Choice(Treatment.MASK, reason)
    elif wanted is Wanted.HOLD:
        holds[item] = Hold(reason, until)
    return make_plan(desk, ref, choices=choices, holds=holds)


def _chosen(plan: Plan) -> tuple[dict[str, Choice], dict[str, Hold]]:
    choices: dict[str, Choice] = {}
    holds: dict[str, Hold] = {}
    for action in plan.actions:
        for item in action.items:
            if action.kind is ActionKind.HOLD:
                holds[item.address.id] = Hold(action.ground, action.until)
            elif item.treatment is Treatment.MASK:
                choices[item.address.id] = Choice(Treatment.MASK, item.reason, item.boxes)
    return choices, holds
