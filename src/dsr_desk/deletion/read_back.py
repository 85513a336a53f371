"""Look at the data after a deletion: are the items gone, their bytes, their look-alikes, their identifiers?"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from dsr_desk.core.findings import NotSearched
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.lineage import Fate
from dsr_desk.datasets.container import Container, Entry, ItemUnreadable
from dsr_desk.deletion.identifiers import Mentions
from dsr_desk.deletion.look import describes_another, leftovers, look, seen_items
from dsr_desk.deletion.plan import Place
from dsr_desk.deletion.records import Before, Records
from dsr_desk.deletion.run import Stores
from dsr_desk.faces.decode import decode
from dsr_desk.faces.phash import bits_apart, perceptual_hash
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.clock import now

NEAR_BITS = 6
"""Of 64: photos whose perceptual hashes differ in no more look alike."""


@dataclass(frozen=True)
class Found:
    """What a look of another room found: the same references searched again, say.

    `as_indexed` counts indexes that could not be brought up to date and of whose data the plan removes nothing.
    """

    remaining: tuple[Remaining, ...]
    looked_at: int
    not_looked: tuple[NotSearched, ...] = ()
    as_indexed: int = 0


@dataclass(frozen=True)
class Scope:
    """What is looked at beside the stores of the plan.

    `excepted` are ids of items that were rejected or are held, with the reason; they may be found again.
    `mentions` tells whether a record names the subject, None where nothing is known that could.
    `search_again` runs the same references against the same indexes; None leaves the search unrepeated, and the
    result says so. `model_files` are places of model files by lineage node.
    """

    excepted: Mapping[str, str] = field(default_factory=dict)
    mentions: Mentions | None = None
    search_again: Callable[[], Found] | None = None
    model_files: Mapping[str, Sequence[Path]] = field(default_factory=dict)


@dataclass
class _Sweep:
    """What one pass over all containers of the scope finds."""

    content: list[Remaining] = field(default_factory=list)
    near: list[Remaining] = field(default_factory=list)
    mentioned: list[Remaining] = field(default_factory=list)
    excepted: list[Remaining] = field(default_factory=list)
    not_looked: list[NotSearched] = field(default_factory=list)
    items: int = 0
    photos: int = 0
    records: int = 0


def read_back(
    plan: Plan,
    stores: Stores,
    records: Records,
    operator: str,
    scope: Scope,
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
    scope = replace(scope, excepted={**scope.excepted, **_masked(plan, items)})
    sweep = _sweep(plan, stores.containers, looks, scope, token, report)
    checks = [_content_check(sweep)]
    if looks:
        checks.append(_check("near-duplicates", sweep.near, sweep.photos, sweep.not_looked, "photo(s) that look alike"))
    if scope.mentions is not None:
        checks.append(
            _check("identifiers", sweep.mentioned, sweep.records, sweep.not_looked, "record(s) that name the person")
        )
    checks += [_index_check(plan, stores), _again_check(scope), _leftover_check(stores)]
    checks += _model_checks(plan, scope)
    report(Progress("read back", sweep.items, sweep.items))
    return ReadBack(plan.digest, now(), operator, items, tuple(checks), tuple(sweep.excepted))


def _masked(plan: Plan, items: Sequence[ItemSeen]) -> dict[str, str]:
    """Photos that took a masked one's place are other items: they may be found again, for what else they show."""
    addresses = {item.address.id: item.address for action in plan.actions for item in action.items}
    return {
        replace(addresses[one.item], digest=one.digest_after, occurrence=0).id: f"masked: {one.says}"
        for one in items
        if one.digest_after
    }


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
    """`elsewhere` is what another machine answered, for what does not lie here."""
    ids = [item.address.id for item in action.items]
    if action.kind is ActionKind.HOLD:
        return [ItemSeen(item, Seen.HELD, action.ground) for item in ids]
    if action.kind is ActionKind.ERASE_INDEX:
        return []
    if action.kind not in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
        answered = elsewhere.items if elsewhere is not None and elsewhere.state is not OutcomeState.WAITING else ()
        return answered or [ItemSeen(item, Seen.NOT_LOOKED, "it lies elsewhere") for item in ids]
    container = stores.containers.get((action.dataset_version, action.container))
    if container is None or not container.path.exists():
        return [ItemSeen(item, Seen.NOT_LOOKED, "its container is not here") for item in ids]
    try:
        after = look(container, action.items)
    except DeskError as error:
        return [ItemSeen(item, Seen.NOT_LOOKED, error.what_happened) for item in ids]
    return seen_items(action.items, after, before or Before(), {})


def _sweep(
    plan: Plan,
    containers: Mapping[Place, Container],
    looks: Mapping[str, bytes],
    scope: Scope,
    token: CancelToken | None,
    report: Report,
) -> _Sweep:
    erased: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in (item for action in plan.erasing for item in action.items):
        erased[item.address.digest].add((item.address.container, item.address.member))
    sweep = _Sweep()
    if not containers:
        sweep.not_looked.append(NotSearched("the containers of all indexes", "none of them lies on this computer"))
    for dataset, container in _each_once(containers):
        try:
            for entry, address, data in _opened(container, dataset, sweep):
                if token is not None:
                    token.check()
                _look_at(entry, address, data, erased, looks, scope, sweep)
                if sweep.items % 500 == 0:
                    report(Progress("read back", sweep.items))
        except DeskError as error:
            if error.code == "JOB-CANCELLED":
                raise
            sweep.not_looked.append(NotSearched(container.name, error.what_happened))
        except OSError as error:
            sweep.not_looked.append(NotSearched(container.name, (error.strerror or "it cannot be read").lower()))
    return sweep


def _each_once(containers: Mapping[Place, Container]) -> list[tuple[str, Container]]:
    """With the name of its dataset: plans of several rounds call one container by several versions of it."""
    found = {
        (version.rpartition("@")[0], name, container.path): container
        for (version, name), container in containers.items()
    }
    return [(dataset, container) for (dataset, _, _), container in found.items()]


def _opened(container: Container, dataset: str, sweep: _Sweep) -> Iterator[tuple[Entry, ItemAddress, bytes]]:
    seen: Counter[tuple[str, str]] = Counter()
    unreadable = 0
    for entry in container.entries():
        sweep.items += 1
        try:
            # A file that is no photo, or a broken one, has bytes all the same: they are compared.
            data = entry.read()
        except ItemUnreadable:
            unreadable += 1
            continue
        unreadable += entry.kind is ItemKind.RECORD and entry.record is None
        digest = hashlib.sha256(data).hexdigest()
        address = ItemAddress(dataset, container.name, entry.member, digest, seen[entry.member, digest])
        seen[entry.member, digest] += 1
        yield entry, address, data
    if unreadable:
        sweep.not_looked.append(NotSearched(container.name, "items that cannot be read", unreadable))


def _look_at(
    entry: Entry,
    address: ItemAddress,
    data: bytes,
    erased: Mapping[str, Collection[tuple[str, str]]],
    looks: Mapping[str, bytes],
    scope: Scope,
    sweep: _Sweep,
) -> None:
    """`erased` holds container and member of what had each digest."""
    why = scope.excepted.get(address.id)
    into: list[tuple[list[Remaining], str]] = []
    there = {member for container, member in erased.get(address.digest, ()) if container == address.container}
    if address.digest in erased and not describes_another(entry, there):
        into.append((sweep.content, "holds the bytes of an item that was to be erased"))
    if entry.kind is ItemKind.PHOTO:
        sweep.photos += 1
        if looks and address.digest not in erased and _looks_like(data, entry, looks.values()):
            into.append((sweep.near, "looks like a photo that was erased"))
    else:
        sweep.records += 1
        kind = scope.mentions(entry.record) if scope.mentions and entry.record else ""
        if kind:
            into.append((sweep.mentioned, f"still holds the person's {kind}"))
    for found, says in into:
        if why is None:
            found.append(Remaining(address.place, says, address.id))
        else:
            sweep.excepted.append(Remaining(address.place, f"{says}; it stays: {why}", address.id))


def _looks_like(data: bytes, entry: Entry, looks: Collection[bytes]) -> bool:
    pixels = decode(data, entry.orientation).pixels
    if pixels is None:
        return False
    own = perceptual_hash(pixels)
    return bool(own) and any(bits_apart(own, one) <= NEAR_BITS for one in looks)


def _content_check(sweep: _Sweep) -> Check:
    return _check(
        "content hash", sweep.content, sweep.items, sweep.not_looked, "item(s) with the bytes of an erased one"
    )


def _check(
    name: str, remaining: Sequence[Remaining], looked_at: int, not_looked: Sequence[NotSearched], noun: str
) -> Check:
    if remaining:
        says = f"{len(remaining)} {noun} found among {looked_at}."
        return Check(name, Seen.STILL_THERE, says, looked_at, tuple(remaining), tuple(not_looked))
    if not_looked:
        says = f"No {noun} among {looked_at}, but not everything could be read."
        return Check(name, Seen.NOT_LOOKED, says, looked_at, (), tuple(not_looked))
    return Check(name, Seen.GONE, f"No {noun} among {looked_at}.", looked_at)


def _index_check(plan: Plan, stores: Stores) -> Check:
    remaining: list[Remaining] = []
    not_looked: list[NotSearched] = []
    looked_at = 0
    for action in plan.actions:
        if action.kind is not ActionKind.ERASE_INDEX:
            continue
        index = stores.indexes.get(action.index)
        if index is None:
            not_looked.append(NotSearched(f"index {action.what}", "it is not open here", len(action.items)))
            continue
        looked_at += len(action.items)
        left = index.remaining([item.address.id for item in action.items])
        remaining += [Remaining(f"index {action.what}", "the index still knows the item", item) for item in left]
    return _check("index entries", remaining, looked_at, not_looked, "entry or entries of erased items")


def _again_check(scope: Scope) -> Check:
    if scope.search_again is None:
        return Check("search again", Seen.NOT_LOOKED, "The same references were not searched again.")
    try:
        found = scope.search_again()
    except DeskError as error:
        if error.code == "JOB-CANCELLED":
            raise
        return Check("search again", Seen.NOT_LOOKED, f"The search could not be repeated: {error.what_happened}")
    remaining = [one for one in found.remaining if one.item not in scope.excepted]
    check = _check("search again", remaining, found.looked_at, found.not_looked, "candidate(s) that nobody rejected")
    if not found.as_indexed:
        return check
    says = f"{found.as_indexed} index(es) were searched as they are: their data lies elsewhere, and nothing of it goes."
    return replace(check, says=f"{check.says} {says}")


def _leftover_check(stores: Stores) -> Check:
    here = [container for _, container in _each_once(stores.containers)]
    count = leftovers(here)
    left = [Remaining("beside a container", "an unfinished file of a run that was killed")] * count
    return _check("unfinished files", left, len(here), (), "unfinished file(s) beside containers")


def _model_checks(plan: Plan, scope: Scope) -> list[Check]:
    """Only of models that are declared destroyed and whose files' places are known."""
    checks = []
    for action in plan.actions:
        if action.kind is not ActionKind.DISPOSE_MODEL or action.fate != Fate.DESTROYED.value:
            continue
        places = scope.model_files.get(action.node, ())
        if places:
            left = [
                Remaining(action.what, "its file is still at its place") for place in places if _holds(place, action)
            ]
            checks.append(_check(f"model file {action.what}", left, len(places), (), "file(s) of the model"))
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


def masked_or_held(plan: Plan) -> Mapping[str, str]:
    """Items of the plan that stay, with the reason: what may be found again after the deletion."""
    held = {item.address.id: f"held: {one.ground}" for one in plan.actions for item in one.items if one.ground}
    masks = {
        item.address.id: f"masked: {item.reason}"
        for one in plan.erasing
        for item in one.items
        if item.treatment is Treatment.MASK
    }
    return {**held, **masks}
