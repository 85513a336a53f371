"""What a run of an order reads and leaves alone: items of its containers, places of all that is not in scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsr_desk.app.case.plans import outcome_of
from dsr_desk.app.case.scope import ScopeItem, ScopePart, items_of, show_scope
from dsr_desk.app.data.indexing import ancestors, list_indexes, opened
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, PlacedContainer, Plan, PlannedItem, part_id
from dsr_desk.core.case_parts import GONE
from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.whole_places import OtherPlaces


class OrderItems:
    """The items of a plan's containers, read from the scope that it rests on: one container's at a time.

    An order may cover millions in thousands of containers, so the scope is looked up once.
    """

    def __init__(self, desk: Desk, plan: Plan) -> None:
        self._desk = desk
        with desk.reading(plan.case) as case:
            self._round = case.round_of(plan.digest) or case.round
            planned = self._round["plan"]
            self._view = show_scope(desk, plan.case, planned["seq"] if planned is not None else None)
        self._parts = {part_id(one.dataset_version, one.container): one for one in self._view.parts}

    def planned(self, action: Action) -> Sequence[PlannedItem]:
        """The items of an action."""
        if not action.containers:
            return action.items
        own = [self._parts[one.id] for one in action.containers if one.id in self._parts]
        return [PlannedItem(item.address, item.kind) for part in own for item in self._items(part)]

    def erased(self, action: Action) -> Iterator[str]:
        """Ids of what was taken out of those containers of an action that stay."""
        wanted = {one.id for one in action.containers if not one.whole}
        actions = list(self._round["actions"].values())
        for part in wanted & self._gone_elsewhere(actions):
            yield from (item.address.id for item in self._items(self._parts[part]))
        for known in actions if wanted else ():
            if known["outcome"] is None or known["kind"] not in _ERASE:
                continue
            for row in self._desk.vault.log.rows(known["outcome"]):
                if row.value is not None and row.word.partition(" ")[0] in GONE:
                    yield row.value["id"]

    def _gone_elsewhere(self, actions: Iterable[Mapping[str, Any]]) -> set[str]:
        """Containers of which another machine took all that was planned: its answer counts items and names none."""
        outcomes = [outcome_of(self._desk, one["outcome"]) for one in actions if one["outcome"] is not None]
        parts = [part for one in outcomes if one.answered for part in one.parts.items()]
        return {name for name, seen in parts if set(seen) <= set(GONE)}

    def gone(self, action: Action, outcome: Outcome) -> Iterator[str]:
        """Contents (SHA-256, hex) that an action took away: of a whole container once all of it is gone."""
        gone = {one.item for one in outcome.items if one.seen.name.lower() in GONE}
        for one in action.containers:
            part, seen = self._parts.get(one.id), outcome.parts.get(one.id, {})
            if part is None or (one.whole and not set(seen) <= set(GONE)):
                continue
            for item in self._items(part):
                if one.whole or item.address.id in gone:
                    yield item.address.digest

    def _items(self, part: ScopePart) -> Iterator[ScopeItem]:
        return items_of(self._desk, self._view, part)


_ERASE = (ActionKind.ERASE_ITEMS.value, ActionKind.ERASE_ROWS.value)


def others_than(desk: Desk, containers: Sequence[PlacedContainer]) -> OtherPlaces:
    """Places of all that the vault knows and that is none of these: what goes as a whole leaves it there."""
    own = {(one.id, one.path) for one in containers}
    paths = {Path(desk.vault.folder)}
    for known in list_indexes(desk):
        if known.destroyed is not None:
            continue
        paths.add(known.path)
        try:
            index = opened(desk, known.name)
            line = [index.version.id, *ancestors(desk, index.version.id)]
            ids = {one.path: {part_id(version, one.name) for version in line} for one in index.containers()}
        except DeskError:
            ids = {place: set() for place in known.places}
        paths.update(path for path, names in ids.items() if not any((name, str(path)) in own for name in names))
    return OtherPlaces(paths)
