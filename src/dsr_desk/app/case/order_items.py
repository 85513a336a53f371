"""What a run of an order reads and leaves alone: items of its containers, places of all that is not in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from dsr_desk.app.case.scope import items_of, show_scope
from dsr_desk.app.data.indexing import ancestors, list_indexes, opened
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ActionKind, Outcome, PlacedContainer, Plan, PlannedItem, part_id
from dsr_desk.core.errors import DeskError
from dsr_desk.datasets.whole_places import OtherPlaces

Read = Callable[[Action], Sequence[PlannedItem]]
Erased = Callable[[Action], Iterable[str]]


def order_items(desk: Desk, plan: Plan) -> tuple[Read, Erased]:
    """How a run reads the items of an action, and the ids of those that were taken out of the containers of one.

    One container's at a time: an order may cover millions.
    """
    ref = plan.case
    with desk.reading(ref) as case:
        round_ = case.round_of(plan.digest) or case.round
        view = show_scope(desk, ref, round_["plan"]["seq"] if round_["plan"] is not None else None)
    parts = {part_id(one.dataset_version, one.container): one for one in view.parts}

    def read(action: Action) -> Sequence[PlannedItem]:
        if not action.containers:
            return action.items
        own = [parts[one.id] for one in action.containers if one.id in parts]
        return [PlannedItem(item.address, item.kind) for part in own for item in items_of(desk, view, part)]

    def erased(action: Action) -> Iterator[str]:
        wanted = {one.id for one in action.containers if not one.whole}
        actions = list(round_["actions"].values())
        for known in actions if wanted else ():
            if known["outcome"] is None or known["kind"] not in _ERASE:
                continue
            for row in desk.vault.log.rows(known["outcome"]):
                if row.value is not None and row.word.partition(" ")[0] in _GONE:
                    yield row.value["id"]

    return read, erased


def gone_digests(desk: Desk, ref: str, action: Action, outcome: Outcome) -> Iterator[str]:
    """Contents (SHA-256, hex) that an action took away: of a whole container once all of it is gone."""
    view = show_scope(desk, ref)
    parts = {part_id(one.dataset_version, one.container): one for one in view.parts}
    gone = {one.item for one in outcome.items if one.seen.name.lower() in _GONE}
    for one in action.containers:
        part, seen = parts.get(one.id), outcome.parts.get(one.id, {})
        if part is None or (one.whole and not set(seen) <= set(_GONE)):
            continue
        for item in items_of(desk, view, part):
            if one.whole or item.address.id in gone:
                yield item.address.digest


_ERASE = (ActionKind.ERASE_ITEMS.value, ActionKind.ERASE_ROWS.value)
_GONE = ("gone", "gone_where_read")


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
