"""What a plan would do, without doing it: counts per store, and what it cannot remove and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsr_desk.core.actions import Action, ActionKind, Plan, Treatment
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import message, quoted
from dsr_desk.deletion.look import look
from dsr_desk.deletion.plan import UNKNOWN, doomed, unreached_gap
from dsr_desk.deletion.reach import NotHere, require_reached
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.staying import held


@dataclass(frozen=True)
class StoreCount:
    """One store as it would be treated. `gone_already` are items that are not there as they were indexed."""

    action: str
    kind: ActionKind
    store: str
    dataset_version: str
    erase: int = 0
    mask: int = 0
    gone_already: int = 0
    stay: int = 0


@dataclass(frozen=True)
class DryRun:
    """Counts by action, and what stays in spite of the plan."""

    stores: tuple[StoreCount, ...]
    gaps: tuple[Gap, ...]

    @property
    def erase(self) -> int:
        """Items that would go from containers here."""
        return sum(one.erase for one in self.stores if one.kind is not ActionKind.ERASE_INDEX)

    @property
    def mask(self) -> int:
        return sum(one.mask for one in self.stores)


def dry_run(plan: Plan, stores: Stores) -> DryRun:
    """Reads every container of the plan; changes nothing."""
    counts: list[StoreCount] = []
    before = {unreached_gap(action) for action in plan.actions if action.unreached is not None}
    gaps: list[Gap] = [gap for gap in plan.gaps if gap not in before]
    for action in plan.actions:
        if action.kind in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
            counts += _container(action, stores, gaps)
        elif action.kind is ActionKind.ERASE_INDEX:
            counts += _index(action, stores, gaps)
        else:
            gaps += _elsewhere(action)
    return DryRun(tuple(counts), tuple(gaps))


def _container(action: Action, stores: Stores, gaps: list[Gap]) -> list[StoreCount]:
    container = stores.containers.get((action.dataset_version, action.container))
    try:
        if container is None:
            raise NotHere(what=action.what)
        require_reached(container)
        there = look(container, action.items)
        container.before_erasing([doomed(one) for one in action.items])
    except DeskError as error:
        gaps.append(unreached_gap(replace(action, unreached=error.message)))
        return []
    found = list(stores.staying.going(action.items, there.alike))
    missing = len(action.items) - len(found)
    if missing:
        gaps.append(Gap(quoted(action.what), message("why.not-as-indexed"), missing))
    masks = sum(1 for one in found if one.treatment is Treatment.MASK)
    erased = len(found) - masks
    return [_count(action, erase=erased, mask=masks, gone_already=missing, stay=there.items - erased)]


def _index(action: Action, stores: Stores, gaps: list[Gap]) -> list[StoreCount]:
    index = stores.indexes.get(action.index)
    if index is None:
        gaps.append(Gap(message("gap.index", name=action.what), message("why.not-open"), len(action.items)))
        return []
    try:
        left = len(stores.staying.entries(action.items, index.remaining))
    except DeskError as error:
        gaps.append(Gap(message("gap.index", name=action.what), error.message, len(action.items)))
        return []
    return [_count(action, erase=left, gone_already=len(action.items) - left)]


def _count(action: Action, **counts: int) -> StoreCount:
    return StoreCount(action.id, action.kind, action.what, action.dataset_version, **counts)


def _elsewhere(action: Action) -> list[Gap]:
    count = len(action.items) or None
    if action.kind is ActionKind.HOLD:
        return [Gap(quoted(action.what), held(action), count)]
    if action.kind is ActionKind.BACKUP:
        code = "why.overwritten" if action.until else "why.overwritten.unknown"
        return [Gap(message("gap.backup", name=action.what), message(code, day=action.until))]
    if action.kind is ActionKind.TASK:
        code = "why.elsewhere.others" if action.responsible in UNKNOWN else "why.elsewhere.task"
        return [Gap(quoted(action.what), message(code, responsible=action.responsible), count)]
    return []
