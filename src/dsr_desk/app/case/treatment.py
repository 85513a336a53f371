"""What a plan does with one item: erase it, mask the person's face in it, or hold it on a legal ground."""

from __future__ import annotations

from enum import StrEnum

from dsr_desk.app.case.deleting import PlanView, make_plan
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind


class WantedTreatment(StrEnum):
    ERASE = "erase"
    MASK = "mask"
    HOLD = "hold"


def treat(desk: Desk, ref: str, item: str, wanted: WantedTreatment, *, reason: str = "", until: str = "") -> PlanView:
    """A new plan in which this item (id) is treated so; what was chosen for others stays.

    `reason` is why a face is masked or the legal ground of a hold, `until` the hold's end (a date). Choice and plan
    are written together or not at all. Raises what `make_plan` raises.
    """
    said = {"item": desk.name(ref, item), "as": wanted.value}
    return make_plan(
        desk, ref, treated=Draft(Kind.TREATED, said, {"id": item, "reason": reason, "until": until, "boxes": []})
    )
