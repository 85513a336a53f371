"""The dataset versions that an erasure makes: models trained afterwards are not affected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dsr_desk.core.actions import ActionKind, Outcome, Plan, Seen
from dsr_desk.core.items import DatasetVersion, ItemAddress


@dataclass(frozen=True)
class Derived:
    """A version that came of an erasure, and what tells it from the one before.

    `changed` pairs the address that was masked with the SHA-256 of the photo that took its place. Of an order items
    are counted alone (`more`).
    """

    version: DatasetVersion
    removed: tuple[ItemAddress, ...]
    changed: tuple[tuple[ItemAddress, str], ...]
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.removed) + self.more


def label_of(plan_digest: str) -> str:
    """What the versions that a plan makes are labelled with. Reports of other cases show it: it names no case."""
    return f"erased-{plan_digest[:8]}"


def derived_versions(
    plan: Plan, outcomes: Sequence[Outcome], versions: Mapping[str, DatasetVersion]
) -> tuple[Derived, ...]:
    """One for each dataset version that lost or changed an item, from what was read back, here or where it lies.

    `versions` is by id.
    """
    by_action = {outcome.action: outcome for outcome in outcomes}
    if any(action.containers for action in plan.actions):
        return tuple(_of_order(plan, by_action, versions))
    changes: dict[str, tuple[list[ItemAddress], list[tuple[ItemAddress, str]]]] = {}
    for action in (*plan.erasing, *(one for one in plan.actions if one.kind is ActionKind.TASK)):
        outcome = by_action.get(action.id)
        if outcome is None or outcome.digest_before == outcome.digest_after:
            continue
        addresses = {item.address.id: item.address for item in action.items}
        removed, changed = changes.setdefault(action.dataset_version, ([], []))
        for seen in outcome.items:
            if seen.seen in (Seen.GONE, Seen.GONE_WHERE_READ) and seen.says is None:
                removed.append(addresses[seen.item])
            elif seen.seen is Seen.MASKED:
                changed.append((addresses[seen.item], seen.digest_after))
    return tuple(
        Derived(_next(version_id, label_of(plan.digest), versions), tuple(removed), tuple(changed))
        for version_id, (removed, changed) in changes.items()
        if removed or changed
    )


def _of_order(plan: Plan, outcomes: Mapping[str, Outcome], versions: Mapping[str, DatasetVersion]) -> Iterator[Derived]:
    counts: dict[str, int] = {}
    for action in plan.actions:
        outcome = outcomes.get(action.id)
        for one in action.containers if outcome is not None and action.kind is not ActionKind.ERASE_INDEX else ():
            seen = outcome.parts.get(one.id, {}) if outcome is not None else {}
            gone = sum(seen.get(each.name.lower(), 0) for each in (Seen.GONE, Seen.GONE_WHERE_READ))
            counts[one.dataset_version] = counts.get(one.dataset_version, 0) + gone
    for version, gone in counts.items():
        if gone:
            yield Derived(_next(version, label_of(plan.digest), versions), (), (), gone)


def _next(version_id: str, suffix: str, versions: Mapping[str, DatasetVersion]) -> DatasetVersion:
    old = versions.get(version_id) or DatasetVersion(*version_id.rpartition("@")[::2])
    label = base = f"{old.version}-{suffix}"
    number = 1
    while f"{old.name}@{label}" in versions:
        number += 1
        label = f"{base}-{number}"
    return replace(old, version=label, derived_from=old.id)
