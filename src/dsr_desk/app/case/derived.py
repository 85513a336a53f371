"""The dataset versions that a deletion made: registered once each, and described by their indexes."""

from __future__ import annotations

from contextlib import suppress

from dsr_desk.app.case.plans import outcomes_of
from dsr_desk.app.data.indexing import (
    RegisteredIndex,
    dataset_versions,
    generations,
    keep_index,
    list_indexes,
    opened,
    register_version,
    secret_of,
    signer_of,
)
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Outcome, Plan
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.case import Case
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.deletion.derive import Derived, derived_versions
from dsr_desk.search.index.erase import describe_as


def register_derived(desk: Desk, ref: str, plan: Plan) -> None:
    """Registers what the plan's outcomes made and is not registered yet, also after a kill in between."""
    with desk.reading(ref) as case:
        new = _not_derived(desk, case, plan)
    if not new:
        return
    versions = {version.id: version for version, _ in dataset_versions(desk)}
    for derived in derived_versions(plan, new, versions):
        if derived.removed or derived.changed or _anything_left(desk, derived.version.derived_from):
            _register(desk, ref, plan, derived)


def _anything_left(desk: Desk, version: str) -> bool:
    """Whether an index still knows anything of a dataset version: of one that went whole nothing is derived."""
    return any(
        opened(desk, one.name).about.items
        for one in list_indexes(desk)
        if one.dataset_version == version and _opens(desk, one)
    )


def _not_derived(desk: Desk, case: Case, plan: Plan) -> list[Outcome]:
    """Outcomes that are newer than the version that was derived from their data."""
    round_ = case.round_of(plan.digest)
    actions = round_["actions"] if round_ is not None else {}
    if not actions:
        return []
    derived = {
        entry.act.open["derived_from"]: entry.seq
        for entry, _, _ in desk.vault.log.stored(case.id, kinds=[Kind.DERIVED])
        if entry.act.open["plan"] == plan.digest
    }
    newest = {
        action.id: actions[action.id]
        for action in plan.actions
        if action.id in actions
        and (actions[action.id]["outcome"] or -1) > derived.get(desk.name(case.ref, action.dataset_version), -1)
    }
    return [one for one in outcomes_of(desk, plan, newest) if one.digest_before != one.digest_after]


def _register(desk: Desk, ref: str, plan: Plan, derived: Derived) -> None:
    """Indexes are rewritten before anything is written of it: done twice, they say the same."""
    before, own = derived.version.derived_from, set()
    with desk.reading(ref) as case:
        rests_on = dict(case.plan["indexes"]) if case.plan is not None else {}
    described = []
    for known in (one for one in list_indexes(desk) if one.dataset_version == before and _opens(desk, one)):
        desk.release(known.name)
        key = desk.name(ref, known.id)
        is_own = _is_own(desk, ref, known, rests_on.get(key), derived.version)
        with suppress(DeskError):
            describe_as(known.path, secret_of(desk), derived.version, signer_of(desk))
            described.append(known)
            own |= {key} if is_own else set()
    with desk.vault.transaction():
        touches = register_version(desk, derived.version)
        for known in described:
            touches += keep_index(desk, known.path, opened(desk, known.name))
        said = {
            "plan": plan.digest,
            "dataset": desk.name(ref, derived.version.id),
            "derived_from": desk.name(ref, before),
            "removed": derived.count,
            "indexes": {key: now_at for key, now_at in generations(desk, ref).items() if key in own},
        }
        desk.act(Draft(Kind.DERIVED, said), ref, touches=touches)


def _opens(desk: Desk, known: RegisteredIndex) -> bool:
    """An index that is away, damaged or in use goes on describing the version that it described."""
    if not known.present:
        return False
    with suppress(DeskError):
        opened(desk, known.name)
        return True
    return False


def _is_own(desk: Desk, ref: str, known: RegisteredIndex, planned: int | None, version: DatasetVersion) -> bool:
    """Whether an index is as the plan expects it, or was described so already by a run that was killed then.

    What somebody else changed in it meanwhile stays a change.
    """
    now_at = generations(desk, ref).get(desk.name(ref, known.id), -1)
    if planned is None or now_at == planned:
        return planned is not None
    if now_at != planned + 1:
        return False
    found = opened(desk, known.name).version.id == version.id
    desk.release(known.name)
    return found
