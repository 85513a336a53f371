"""Whether an act is allowed now, and what to say where it is not: the same answer for a button and for a command."""

from __future__ import annotations

from typing import Any

from dsr_desk.app.data.indexing import generations
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.basis import differences, dispositions_changed
from dsr_desk.core.errors import error_of
from dsr_desk.core.message import Message
from dsr_desk.core.refusals import Refusal

RESTS_ON_INDEXES = frozenset({Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER})
"""Acts whose basis holds the generations of the indexes."""


def refusal(desk: Desk, ref: str, kind: Kind, **said: Any) -> Refusal | None:
    """The refusal that the act would meet now; None where it is allowed. `said` is what is open in it, if known."""
    if kind in RESTS_ON_INDEXES:
        said["indexes"] = generations(desk, ref)
    refused = desk.refusal(ref, Draft(kind, said))
    if refused is None:
        return None
    error = error_of(refused)
    if not isinstance(error, Refusal):
        raise TypeError(f"{error.code} is no refusal")
    return error


def changed_since_plan(desk: Desk, ref: str) -> list[Message]:
    """What the plan in force rests on and is another now; the dispositions, which void their own actions only, last."""
    with desk.reading(ref) as case:
        found = differences(case, desk.vault.policy, generations(desk, ref))
        models = dispositions_changed(case)
    return [*found, models] if models is not None else found
