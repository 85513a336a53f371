"""Look at the data after a deletion: are the items gone, their bytes, their look-alikes, their identifiers?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsr_desk.core.actions import (
    Action,
    ActionKind,
    Check,
    ItemSeen,
    Outcome,
    OutcomeState,
    Plan,
    ReadBack,
    Remaining,
    Seen,
    Treatment,
)
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap, places_not_read
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.datasets.container import Container
from dsr_desk.deletion.identifiers import Mentions
from dsr_desk.deletion.look import leftovers, look, seen_items
from dsr_desk.deletion.reach import NotHere, require_reached
from dsr_desk.deletion.records import Before, Records
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.staying import Staying
from dsr_desk.deletion.sweep import each_once, swept
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.clock import now


@dataclass(frozen=True)
class ReadBackFound:
    """What a look of another room found: the same references searched again, say.

    `remaining` is what was found, with what is said of it; what stays on purpose may be among it. `as_indexed` counts
    indexes that could not be brought up to date and of whose data the plan removes nothing.
    """

    remaining: tuple[tuple[ItemAddress, Message], ...]
    looked_at: int
    not_looked: tuple[Gap, ...] = ()
    as_indexed: int = 0


@dataclass(frozen=True)
class ReadBackScope:
    """What is looked at beside the stores of the plan.

    `mentions` tells whether a record names the subject, None where nothing is known that could.
    `search_again` runs the same references against the same indexes; None leaves the search unrepeated, and the
    result says so. `model_files` are places of model files by lineage node. `further` are looks that others
    took: sweeps of disks.
    """

    mentions: Mentions | None = None
    search_again: Callable[[], ReadBackFound] | None = None
    model_files: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    further: Sequence[Check] = ()


def read_back(
    plan: Plan,
    stores: Stores,
    records: Records,
    operator: str,
    scope: ReadBackScope,
    *,
    token: CancelToken | None = None,
    report: Report = silent,
) -> ReadBack:
    """Reads all containers of the stores, not only those that held items; all counts come from here."""
    befores = {action.id: begun[0] for action in plan.actions if (begun := records.begun(plan, action))}
    items = _items(plan, stores, befores, records)
    planned = {item.address.id for action in plan.actions for item in action.items}
    looks = {
        key: bytes.fromhex(value)
        for before in befores.values()
        for key, value in before.looks.items()
        if value and key in planned
    }
    excepted = Staying({**stores.staying.reasons, **_masked(plan, items)})
    sweep = swept(plan, stores, looks, excepted, scope.mentions, token=token, report=report)
    checks = [_check("content", sweep.content, sweep.items, sweep.not_looked)]
    if looks:
        checks.append(_check("near", sweep.near, sweep.photos, sweep.not_looked))
    if scope.mentions is not None:
        checks.append(_check("identifiers", sweep.mentioned, sweep.records + sweep.photos, sweep.not_looked))
    checks += [_index_check(plan, stores), _again_check(scope, excepted), _leftover_check(stores)]
    checks += [*_model_checks(plan, scope), *scope.further]
    report(Progress(message("phase.read-back"), sweep.items, sweep.items))
    return ReadBack(plan.digest, now(), operator, items, tuple(checks), tuple(sweep.excepted))


def _masked(plan: Plan, items: Sequence[ItemSeen]) -> dict[ItemAddress, Message]:
    """Masked photos, as they were and as they are: they may be found again, for what else they show."""
    masks = [item for one in plan.erasing for item in one.items if item.treatment is Treatment.MASK]
    after = {one.item: one for one in items if one.digest_after}
    as_they_are = {
        replace(item.address, digest=one.digest_after): _kept_masked(one.says)
        for item in masks
        if (one := after.get(item.address.id))
    }
    return {**{item.address: _kept_masked(item.reason) for item in masks}, **as_they_are}


def _items(plan: Plan, stores: Stores, befores: Mapping[str, Before], records: Records) -> tuple[ItemSeen, ...]:
    """Of each item the weakest that was seen at any action."""
    weakest: dict[str, ItemSeen] = {}
    for action in plan.actions:
        elsewhere = records.outcome(plan, action)
        for one in _seen_of(action, stores, befores.get(action.id), elsewhere):
            known = weakest.get(one.item)
            if known is None or one.seen.weakness > known.seen.weakness:
                weakest[one.item] = one
    return tuple(weakest.values())


def _seen_of(action: Action, stores: Stores, before: Before | None, elsewhere: Outcome | None) -> Sequence[ItemSeen]:
    """`elsewhere` is how the action ended; what another machine answered counts for what cannot be reached here."""
    ids = [item.address.id for item in action.items]
    if action.kind is ActionKind.HOLD:
        return [ItemSeen(item, Seen.HELD, quoted(action.ground)) for item in ids]
    if action.kind is ActionKind.ERASE_INDEX:
        return []
    if action.kind not in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
        answered = elsewhere.items if elsewhere is not None and elsewhere.state is not OutcomeState.WAITING else ()
        return answered or [ItemSeen(item, Seen.NOT_LOOKED, message("why.elsewhere")) for item in ids]
    known = before or Before()
    try:
        harmless = stores.harmless.get(action.dataset_version, ())
        after = look(_reached(action, stores, elsewhere), action.items, harmless=harmless)
        found = seen_items(action.items, after, known, {}, stores.staying)
        if action.unreached is not None and not known.digest:
            found = tuple(_as_never_reached(one) for one in found)
    except DeskError as error:
        found = tuple(ItemSeen(item, Seen.NOT_LOOKED, error.message) for item in ids)
    by_others = elsewhere is not None and elsewhere.answered and all(one.seen is not Seen.STILL_THERE for one in found)
    return elsewhere.items if elsewhere is not None and by_others else found


def _as_never_reached(one: ItemSeen) -> ItemSeen:
    """What was never reached is not gone because something else lies in its place."""
    return replace(one, seen=Seen.NOT_LOOKED, says=message("seen.never-reached")) if one.seen.erased else one


def _reached(action: Action, stores: Stores, outcome: Outcome | None) -> Container:
    """Where an action erases. A folder may be empty if the erasure left it so. Raises as `require_reached` does."""
    container = stores.containers.get((action.dataset_version, action.container))
    if container is None:
        raise NotHere(what=action.what)
    require_reached(container, may_be_empty=outcome is not None and bool(outcome.digest_after) and not outcome.kept)
    return container


def _check(what: str, remaining: Sequence[Remaining], looked_at: int, not_looked: Sequence[Gap], **names: str) -> Check:
    """`what` is the check as in the catalogue: its name, what it looks for, and how many of these it found."""
    name = message(f"check.{what}", **names)
    if remaining:
        says = message(f"check.{what}.found", count=len(remaining), total=looked_at)
        return Check(name, Seen.STILL_THERE, says, looked_at, tuple(remaining), tuple(not_looked))
    nouns, seen = message(f"check.{what}.nouns"), Seen.GONE
    says = message("check.none", nouns=nouns, total=looked_at)
    if any(gap.kind is None for gap in not_looked):
        says, seen = message("check.none.partly", nouns=nouns, total=looked_at), Seen.NOT_LOOKED
    elif not_looked:
        count = places_not_read(not_looked)
        says, seen = message("check.none.where-read", nouns=nouns, total=looked_at, count=count), Seen.GONE_WHERE_READ
    return Check(name, seen, says, looked_at, (), tuple(not_looked))


def _index_check(plan: Plan, stores: Stores) -> Check:
    remaining: list[Remaining] = []
    not_looked: list[Gap] = []
    looked_at = 0
    for action in plan.actions:
        if action.kind is not ActionKind.ERASE_INDEX:
            continue
        place, index = message("gap.index", name=action.what), stores.indexes.get(action.index)
        if index is None:
            not_looked.append(Gap(place, message("why.not-open"), len(action.items)))
            continue
        try:
            left = stores.staying.entries(action.items, index.remaining)
        except DeskError as error:
            not_looked.append(Gap(place, error.why, len(action.items)))
            continue
        looked_at += len(action.items)
        remaining += [Remaining(place, message("left.index"), item) for item in sorted(left)]
    return _check("index", remaining, looked_at, not_looked)


def _again_check(scope: ReadBackScope, excepted: Staying) -> Check:
    name = message("check.again")
    if scope.search_again is None:
        return Check(name, Seen.NOT_LOOKED, message("check.again.none"))
    try:
        found = scope.search_again()
    except DeskError as error:
        if error.code == "JOB-CANCELLED":
            raise
        return Check(name, Seen.NOT_LOOKED, message("check.again.failed", why=error.message))
    says = dict(found.remaining)
    remaining = [
        Remaining(quoted(address.place), says[address], address.id)
        for address, why in excepted.sorted_out(says)
        if why is None
    ]
    check = _check("again", remaining, found.looked_at, found.not_looked)
    if not found.as_indexed:
        return check
    return replace(check, says=message("check.again.as-indexed", says=check.says, count=found.as_indexed))


def _leftover_check(stores: Stores) -> Check:
    here = [container for _, container, _ in each_once(stores.containers)]
    count = leftovers(here)
    left = [Remaining(message("place.beside"), message("left.unfinished"))] * count
    return _check("leftovers", left, len(here), ())


def _model_checks(plan: Plan, scope: ReadBackScope) -> list[Check]:
    """Only of models that are declared destroyed and whose files' places are known."""
    checks = []
    for action in plan.actions:
        if action.kind is not ActionKind.DISPOSE_MODEL or action.disposition != DispositionKind.DESTROYED.value:
            continue
        places = scope.model_files.get(action.node, ())
        if places:
            left = [Remaining(quoted(action.what), message("left.model")) for place in places if _holds(place, action)]
            checks.append(_check("model", left, len(places), (), name=action.what))
    return checks


def _holds(place: Path, action: Action) -> bool:
    """Whether the file is there; where its digest is recorded, another file in its place does not count."""
    if not place.is_file():
        return place.exists()
    known = {digest.partition(":")[2] for digest in action.digests if digest.startswith("sha256:")}
    if not known:
        return True
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in known


def _kept_masked(reason: Message | None) -> Message:
    return message("why.masked", reason=reason)
