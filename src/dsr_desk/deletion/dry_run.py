"""What a plan would do, without doing it: counts per store, and what it cannot remove and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic

from dsr_desk.core.actions import Action, ActionKind, Plan, Treatment
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import message, quoted
from dsr_desk.datasets.whole import WholeChanged, look_whole
from dsr_desk.deletion.look import look
from dsr_desk.deletion.plan import UNKNOWN, doomed, unreached_gap
from dsr_desk.deletion.reach import NotHere, require_reached
from dsr_desk.deletion.removal import NotPlanned, whole_set
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.staying import held


@dataclass(frozen=True)
class StoreCount:
    """One store as it would be treated. `gone_already` are items that are not there as they were indexed.

    `size` are bytes of files that would be removed, `read` bytes that a rewriting reads and writes anew.
    """

    action: str
    kind: ActionKind
    store: str
    dataset_version: str
    erase: int = 0
    mask: int = 0
    gone_already: int = 0
    stay: int = 0
    size: int = 0
    read: int = 0


@dataclass(frozen=True)
class DryRun:
    """Counts by action, and what stays in spite of the plan. `seconds` is how long looking took."""

    stores: tuple[StoreCount, ...]
    gaps: tuple[Gap, ...]
    seconds: float = 0.0

    @property
    def erase(self) -> int:
        """Items that would go from containers here."""
        return sum(one.erase for one in self.stores if one.kind is not ActionKind.ERASE_INDEX)

    @property
    def rewriting(self) -> float:
        """Seconds that rewriting may take, 0 where nothing is rewritten: a run reads three times and writes once."""
        return 4 * self.seconds if any(one.read for one in self.stores) else 0.0

    @property
    def mask(self) -> int:
        return sum(one.mask for one in self.stores)


def dry_run(plan: Plan, stores: Stores) -> DryRun:
    """Reads every container of the plan; changes nothing."""
    began = monotonic()
    counts: list[StoreCount] = []
    before = {unreached_gap(action) for action in plan.actions if action.unreached is not None}
    gaps: list[Gap] = [gap for gap in plan.gaps if gap not in before]
    for action in plan.actions:
        if action.kind in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
            counts += _container(replace(action, items=tuple(stores.items_of(action))), stores, gaps)
        elif action.kind is ActionKind.REMOVE:
            counts += _removal(action, stores, gaps)
        elif action.kind is ActionKind.ERASE_INDEX and action.containers:
            counts += _entries(action, stores, gaps)
        elif action.kind is ActionKind.ERASE_INDEX:
            counts += _index(action, stores, gaps)
        else:
            gaps += _elsewhere(action)
    return DryRun(tuple(counts), tuple(gaps), monotonic() - began)


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
    size = container.path.stat().st_size if container.path.is_file() else action.size
    return [_count(action, erase=erased, mask=masks, gone_already=missing, stay=there.items - erased, read=size)]


def _removal(action: Action, stores: Stores, gaps: list[Gap]) -> list[StoreCount]:
    """What a removal would take: files are counted, and not read."""
    try:
        if action.unreached is not None:
            raise NotPlanned(what=action.what)
        (sight,) = look_whole([whole_set(action)], stores.others)
    except DeskError as error:
        gaps.append(unreached_gap(replace(action, unreached=action.unreached or error.message)))
        return []
    if sight.state != action.expected:
        gaps.append(unreached_gap(replace(action, unreached=WholeChanged(name=action.what).message)))
        return []
    return [_count(action, erase=action.count, size=sight.size)]


def _entries(action: Action, stores: Stores, gaps: list[Gap]) -> list[StoreCount]:
    index = stores.indexes.get(action.index)
    place = message("gap.index", name=action.what)
    if index is None:
        gaps.append(Gap(place, message("why.not-open"), action.total))
        return []
    try:
        whole = index.count_in([one.container for one in action.containers if one.whole])
    except DeskError as error:
        gaps.append(Gap(place, error.message, action.total))
        return []
    return [_count(action, erase=whole + sum(one.items for one in action.containers if not one.whole))]


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
