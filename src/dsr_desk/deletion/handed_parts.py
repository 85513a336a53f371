"""The items of an order's containers that lie elsewhere: listed for the machine that holds them, and carried out there.

An order's plan names its containers and how many items of each are meant. The list goes beside the plan; what was
approved binds it, since the plan holds a digest over the items of each such container.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState, Plan, PlannedItem
from dsr_desk.core.canonical import canonical_json, digest_of
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.datasets.container import Container
from dsr_desk.deletion.records import Records
from dsr_desk.deletion.removal import NOT_LOOKED, Parts
from dsr_desk.deletion.run import Stores, carry_out

MOST = 500_000
"""Items of one plan's file: it is opened in memory."""


@dataclass(frozen=True)
class ListedPart:
    """What goes of a container (`core.actions.part_id`): kind, member, SHA-256 (hex) and occurrence of each item."""

    part: str
    items: tuple[tuple[ItemKind, str, str, int], ...]

    @property
    def digest(self) -> str:
        return content_of((member, digest, occurrence) for _, member, digest, occurrence in self.items)


def listed_part(part: str, items: Iterable[PlannedItem]) -> ListedPart:
    addresses = ((item.kind, item.address) for item in items)
    return ListedPart(part, tuple((kind, at.member, at.digest, at.occurrence) for kind, at in addresses))


def content_of(items: Iterable[tuple[str, str, int]]) -> str:
    """SHA-256 (hex) over member, digest and occurrence of items, in whatever order they come."""
    each = sorted(hashlib.sha256(canonical_json([*item])).digest() for item in items)
    return hashlib.sha256(b"".join(each)).hexdigest()


def fit(actions: Iterable[Action], listed: Iterable[ListedPart]) -> bool:
    """Whether exactly what the actions of an approved plan name is listed."""
    wanted = {one.id: (one.items, one.content) for action in actions for one in action.containers}
    known = list(listed)
    return len(known) == len(wanted) and {one.part: (len(one.items), one.digest) for one in known} == wanted


def carried_out(
    plan: Plan,
    action: Action,
    listed: Mapping[str, ListedPart],
    containers: Mapping[str, Container],
    records: Records,
    operator: str,
    check: Callable[[], None],
) -> None:
    """Carries out an order's action where its containers are, one after the other; called again, it goes on.

    Only what is listed goes. `check` is called before each container and may raise Cancelled.
    """
    for number, one in enumerate(action.containers):
        check()
        container = containers.get(one.container)
        dataset = one.dataset_version.rpartition("@")[0]
        items = tuple(
            PlannedItem(ItemAddress(dataset, one.container, member, digest, occurrence), kind)
            for kind, member, digest, occurrence in listed[one.id].items
        )
        here = replace(
            action,
            id=f"{action.id}.{number}",
            kind=ActionKind.ERASE_ROWS if container is not None and container.tabular else ActionKind.ERASE_ITEMS,
            what=one.container,
            dataset_version=one.dataset_version,
            container=one.container,
            containers=(one,),
            items=items,
            count=one.items,
            unreached=None,
        )
        places = {(one.dataset_version, one.container): container} if container is not None else {}
        carry_out(plan, here, Stores(places, {}), records, operator, ())


def whole_outcomes(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Outcomes by action of the plan: those of an order's containers put together. They name no item."""
    own = {action.id for action in plan.actions}
    made = [one for one in outcomes if one.action in own]
    for action in plan.actions:
        parts = [one for one in outcomes if one.action.rpartition(".")[0] == action.id]
        if parts:
            made.append(_together(action, parts))
    return tuple(made)


def _together(action: Action, parts: Sequence[Outcome]) -> Outcome:
    counts: Parts = {key: value for one in parts for key, value in one.parts.items()}
    counts = {one.id: counts.get(one.id, {NOT_LOOKED: one.items}) for one in action.containers}
    states = {one.state for one in parts}
    whole = len(parts) == len(action.containers)
    return Outcome(
        action.id,
        states.pop() if whole and len(states) == 1 else OutcomeState.PARTLY,
        parts[0].officer,
        min(one.started for one in parts),
        ended=max(one.ended for one in parts),
        kept=sum(one.kept for one in parts),
        digest_before=digest_of([one.digest_before for one in parts]),
        digest_after=digest_of([one.digest_after for one in parts]),
        notes=tuple(dict.fromkeys(chain.from_iterable(one.notes for one in parts))),
        error=next((one.error for one in parts if one.error is not None), None),
        parts=counts,
    )


def answers(action: Action, outcome: Outcome) -> bool:
    """Whether an answer counts each item of each of an action's containers once, and names none."""
    if not action.containers:
        return not outcome.parts
    counted = {part: sum(seen.values()) for part, seen in outcome.parts.items()}
    named = {one.id: one.items for one in action.containers}
    good = all(count >= 0 for seen in outcome.parts.values() for count in seen.values())
    return good and not outcome.items and counted == named
