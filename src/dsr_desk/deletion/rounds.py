"""All that a case ever deleted, as one plan to look for: what went in an earlier round must still be gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from dsr_desk.core.actions import Action, Outcome, Plan, PlannedItem, Seen


@dataclass(frozen=True)
class Ran:
    """A plan that ran, as far as it came."""

    plan: Plan
    outcomes: tuple[Outcome, ...]


def over_all(rounds: Sequence[Ran], same: Collection[str] = (), otherwise: Collection[str] = ()) -> Plan:
    """The newest plan with everything else that earlier ones (oldest first) were to take away.

    The newest plan's word on an item counts. `same` are ids of items that are decided to be the person's now,
    `otherwise` of those that are decided not to be: these are not looked for. Needs at least one round.
    """
    newest = rounds[-1].plan
    actions = tuple(replace(action, items=_without(action, otherwise)) for action in newest.actions)
    known = {*otherwise, *(item.address.id for action in newest.actions for item in action.items)}
    earlier: list[Action] = []
    for ran in reversed(rounds[:-1]):
        kept = _to_look_for(ran, known, same)
        known.update(item.address.id for action in kept for item in action.items)
        earlier = [*kept, *earlier]
    return replace(newest, actions=(*earlier, *actions))


def _to_look_for(ran: Ran, known: Collection[str], same: Collection[str]) -> list[Action]:
    """Its actions with those of their items that no later plan names.

    What only went along and did not go is no longer meant: it would go along again if it still should.
    """
    stayed = {one.action: {item.item for item in one.items if item.seen is Seen.STILL_THERE} for one in ran.outcomes}
    kept = []
    for action in ran.plan.actions:
        left = stayed.get(action.id)
        items = tuple(
            item
            for item in _without(action, known)
            if item.address.id in same or (left is not None and item.address.id not in left)
        )
        if items:
            kept.append(replace(action, items=items))
    return kept


def _without(action: Action, items: Collection[str]) -> tuple[PlannedItem, ...]:
    return tuple(item for item in action.items if item.address.id not in items)
