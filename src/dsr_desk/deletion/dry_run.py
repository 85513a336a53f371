"""What a plan would do, without doing it: counts per store, and what it cannot remove and why."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.actions import Action, ActionKind, Plan, Treatment
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import NotSearched
from dsr_desk.datasets.container import Container
from dsr_desk.deletion.look import look
from dsr_desk.deletion.run import Stores


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
    """Counts by action, and in words what stays in spite of the plan."""

    stores: tuple[StoreCount, ...]
    cannot: tuple[NotSearched, ...]

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
    cannot: list[NotSearched] = list(plan.cannot)
    for action in plan.actions:
        if action.kind in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
            counts += _container(action, stores.containers.get((action.dataset_version, action.container)), cannot)
        elif action.kind is ActionKind.ERASE_INDEX:
            counts += _index(action, stores, cannot)
        else:
            cannot += _elsewhere(action)
    return DryRun(tuple(counts), tuple(cannot))


def _container(action: Action, container: Container | None, cannot: list[NotSearched]) -> list[StoreCount]:
    if container is None or not container.path.exists():
        cannot.append(NotSearched(action.what, "it is not where it was", len(action.items)))
        return []
    try:
        there = look(container, action.items)
    except DeskError as error:
        cannot.append(NotSearched(action.what, error.what_happened, len(action.items)))
        return []
    found = [one for one in action.items if there.alike[one.address.member, one.address.digest]]
    missing = len(action.items) - len(found)
    if missing:
        cannot.append(NotSearched(action.what, "not there as they were indexed", missing))
    masks = sum(1 for one in found if one.treatment is Treatment.MASK)
    erased = len(found) - masks
    return [
        StoreCount(
            action.id,
            action.kind,
            action.what,
            action.dataset_version,
            erase=erased,
            mask=masks,
            gone_already=missing,
            stay=there.items - erased,
        )
    ]


def _index(action: Action, stores: Stores, cannot: list[NotSearched]) -> list[StoreCount]:
    index = stores.indexes.get(action.index)
    if index is None:
        cannot.append(NotSearched(f"index {action.what}", "it is not open here", len(action.items)))
        return []
    held = len(index.remaining([one.address.id for one in action.items]))
    return [
        StoreCount(
            action.id,
            action.kind,
            action.what,
            action.dataset_version,
            erase=held,
            gone_already=len(action.items) - held,
        )
    ]


def _elsewhere(action: Action) -> list[NotSearched]:
    count = len(action.items) or None
    if action.kind is ActionKind.HOLD:
        end = f" until {action.until}" if action.until else ""
        return [NotSearched(action.what, f"held{end}: {action.ground}", count)]
    if action.kind is ActionKind.BACKUP:
        return [NotSearched(f"backup {action.what}", f"overwritten on {action.until or 'an unknown date'}")]
    if action.kind is ActionKind.TASK:
        return [NotSearched(action.what, f"lies elsewhere; a task for {action.responsible or 'another team'}", count)]
    return []
