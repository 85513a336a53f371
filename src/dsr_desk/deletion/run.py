"""Carry out an approved plan. What is destroyed was written down before; what is reported was read back after.

Whether it may begin is asked of the records before every action: a refusal ends the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Protocol

from dsr_desk.core.actions import (
    Action,
    ActionKind,
    ItemSeen,
    Outcome,
    OutcomeState,
    Plan,
    PlannedItem,
    Seen,
    Treatment,
)
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.case_parts import GONE
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.refusals import Refusal
from dsr_desk.datasets.container import Container, Doomed, Erased, ItemGone, ItemUnreadable
from dsr_desk.datasets.whole_places import OtherPlaces
from dsr_desk.deletion.look import Look, look, seen_items
from dsr_desk.deletion.mask import CannotMask, mask
from dsr_desk.deletion.plan import Place
from dsr_desk.deletion.reach import NotHere, require_reached
from dsr_desk.deletion.records import Before, Records
from dsr_desk.deletion.removal import NotPlanned, counted, not_looked, removed
from dsr_desk.deletion.staying import Staying
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.storage.clock import now


class IndexEntries(Protocol):
    """What an index offers to a deletion: forget items with their faces, thumbnails, records and embeddings."""

    def erase(self, items: Sequence[str]) -> None:
        """Erases all that the index holds of these item ids; safe to call again."""
        ...

    def remaining(self, items: Sequence[str]) -> Collection[str]:
        """Those of these item ids that the index still knows, looked up anew."""
        ...

    def erase_places(self, containers: Sequence[str], items: Iterable[str]) -> None:
        """Erases all that the index holds of these containers (names), and of these item ids."""
        ...

    def count_in(self, containers: Sequence[str]) -> int:
        """How many items the index knows in these containers, looked up anew."""
        ...


class DispositionChanged(DeskError):
    code = "DELETE-DISPOSITION-CHANGED"
    happened = "It was decided anew what shall become of {what} after the plan was made."
    means = "This action of the plan is void and was not handed out; the others stand."
    todo = "Make the plan anew after the next search, so that it says what is decided now."


def as_planned(_: Action) -> bool:
    """Nothing that an action says was decided anew."""
    return True


@dataclass(frozen=True)
class Stores:
    """What lies here: containers by dataset version and name, indexes by name; and why others are out of reach."""

    containers: Mapping[Place, Container]
    indexes: Mapping[str, IndexEntries]
    unreached: Mapping[Place, Message] = field(default_factory=dict)
    harmless: Mapping[str, Collection[Message]] = field(default_factory=dict)
    """By dataset version, kinds of content of which an officer declared that they hold no personal data."""

    staying: Staying = field(default_factory=Staying)
    """Items that were decided to be somebody else's or are held."""

    others: OtherPlaces = field(default_factory=OtherPlaces)
    """Places of all that is registered: what is removed as a whole leaves the others there."""

    items_of: Callable[[Action], Sequence[PlannedItem]] = attrgetter("items")
    """The items of an action: those of an order are read from its scope, one container's at a time."""

    erased: Callable[[Action], Iterable[str]] = attrgetter("items")
    """Of an order, the ids of what was taken out of those of an action's containers that stay."""


def run(
    plan: Plan,
    stores: Stores,
    records: Records,
    operator: str,
    *,
    holds: Callable[[Action], bool] = as_planned,
    token: CancelToken | None = None,
    report: Report = silent,
) -> tuple[Outcome, ...]:
    """Outcomes of all actions, in order; called again, it goes on with what is not done.

    `operator` is the key of who runs it; `holds` says whether an action for other people is still what was decided. An
    action that fails says so in its outcome and the next one is tried. Raises Cancelled between two actions, and
    whatever `records` raises, before anything is destroyed.
    """
    outcomes: list[Outcome] = []
    for number, action in enumerate(plan.actions):
        if token is not None:
            token.check()
        report(Progress(message("phase.erase"), number, len(plan.actions)))
        outcomes.append(carry_out(plan, action, stores, records, operator, outcomes, holds))
    report(Progress(message("phase.erase"), len(plan.actions), len(plan.actions)))
    return tuple(outcomes)


def carry_out(
    plan: Plan,
    action: Action,
    stores: Stores,
    records: Records,
    operator: str,
    earlier: Sequence[Outcome],
    holds: Callable[[Action], bool] = as_planned,
) -> Outcome:
    """One action of a plan that was approved; what is done or waits for others is left as it is."""
    done = records.outcome(plan, action)
    if done is not None and done.state in (OutcomeState.DONE, OutcomeState.WAITING):
        return done
    if done is not None and done.answered and action.containers:
        return done  # what another machine did of an order is gone on with there
    if action.kind in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS):
        return _erase(plan, replace(action, items=tuple(stores.items_of(action))), stores, records, operator)
    if action.kind is ActionKind.REMOVE:
        return removed(plan, action, stores.others, records, operator)
    begun = now()
    records.open(plan, action, Before(), begun)
    started = Outcome(action.id, OutcomeState.STARTED, operator, begun)
    if action.kind is ActionKind.ERASE_INDEX and action.containers:
        outcome = _erase_containers(action, stores, started, earlier)
    elif action.kind is ActionKind.ERASE_INDEX:
        outcome = _erase_entries(plan, action, stores, started, earlier)
    elif action.kind is ActionKind.HOLD:
        seen = tuple(ItemSeen(item.address.id, Seen.HELD, quoted(action.ground)) for item in action.items)
        outcome = replace(started, state=OutcomeState.DONE, ended=now(), items=seen)
    elif not holds(action):
        outcome = _ended(_failed(started, action, DispositionChanged(what=action.what)))
    else:
        seen = tuple(ItemSeen(item.address.id, Seen.NOT_LOOKED, message("why.elsewhere")) for item in action.items)
        outcome = replace(started, state=OutcomeState.WAITING, ended=now(), items=seen)
    records.close(plan, outcome)
    return outcome


def _erase(plan: Plan, action: Action, stores: Stores, records: Records, operator: str) -> Outcome:
    container = stores.containers.get((action.dataset_version, action.container))
    begun = records.begun(plan, action)
    problems: dict[str, Message] = {}
    outcome = Outcome(action.id, OutcomeState.STARTED, operator, begun[1] if begun else now())
    before = begun[0] if begun else Before()
    doomed: list[Doomed] = []
    failed: DeskError | None = None
    try:
        if container is None:
            raise NotHere(what=action.what)
        if action.count and len(action.items) < action.count:
            raise NotPlanned(what=action.what)  # of an order the items lie in the vault that planned it
        require_reached(container, may_be_empty=bool(before.digest))
        there = look(container, action.items, with_looks=not action.containers)
        doomed, masked = _doomed(container, [*stores.staying.going(action.items, there.alike)], there, before, problems)
        before = _before(action.items, there, before, masked, container.digest())
    except DeskError as error:
        failed = error
    records.open(plan, action, before, outcome.started)
    if container is None or failed is not None:
        return _closed(plan, _failed(outcome, action, failed or NotHere(what=action.what)), records)
    try:
        done = container.erase(doomed)
        outcome = replace(outcome, digest_before=before.digest, digest_after=done.digest_after, notes=done.notes)
        problems |= _refused(done, action.items)
    except DeskError as error:
        outcome = replace(outcome, error=error.message)
    return _closed(plan, _read_back(outcome, action, container, before, problems, stores), records)


def _refused(done: Erased, items: Sequence[PlannedItem]) -> dict[str, Message]:
    """Why single items could not be erased though they are there, by id."""
    reasons = {(one.member, one.digest, one.occurrence): why for one, why in done.refused}
    keys = {(one.address.member, one.address.digest, one.address.occurrence): one.address.id for one in items}
    return {keys[key]: why for key, why in reasons.items()}


def _doomed(
    container: Container, items: Sequence[PlannedItem], there: Look, before: Before, problems: dict[str, Message]
) -> tuple[list[Doomed], dict[str, str]]:
    """What is to go now, and digests of the photos that take a masked one's place.

    Where an earlier run was killed after it had swapped, fewer items alike are there than when it began: those that
    are left were not meant.
    """
    doomed: list[Doomed] = []
    masked: dict[str, str] = {}
    for item in items:
        address = item.address
        count = there.alike[address.member, address.digest]
        if not count or count < before.alike.get(address.id, count):
            continue
        replacement = None
        if item.treatment is Treatment.MASK:
            try:
                stored = container.read(address.member, address.digest, address.occurrence)
                replacement = mask(stored, item.boxes, there.orientations.get(address.digest))
            except (CannotMask, ItemGone, ItemUnreadable) as error:
                problems[address.id] = error.message
                continue
            masked[address.id] = sha256_hex(replacement)
        hints = there.hints.get((address.member, address.digest), ())
        hint = hints[address.occurrence] if address.occurrence < len(hints) else None
        doomed.append(Doomed(address.member, address.digest, address.occurrence, hint, replacement))
    return doomed, masked


def _before(
    items: Sequence[PlannedItem], there: Look, earlier: Before, masked: Mapping[str, str], digest: str
) -> Before:
    alike = {item.address.id: there.alike[item.address.member, item.address.digest] for item in items}
    looks = {
        item.address.id: there.looks[item.address.digest]
        for item in items
        if there.looks.get(item.address.digest) and item.treatment is Treatment.ERASE
    }
    return Before(
        digest=earlier.digest or digest,
        alike={key: max(count, earlier.alike.get(key, 0)) for key, count in alike.items()},
        masked={**earlier.masked, **masked},
        looks={**looks, **earlier.looks},
    )


def _read_back(
    outcome: Outcome,
    action: Action,
    container: Container,
    before: Before,
    problems: Mapping[str, Message],
    stores: Stores,
) -> Outcome:
    try:
        after = look(container, action.items, harmless=stores.harmless.get(action.dataset_version, ()))
    except DeskError as error:
        return _failed(outcome, action, error)
    seen = seen_items(action.items, after, before, problems, stores.staying)
    return replace(outcome, items=seen, kept=after.items, parts=counted(action, seen))


def _failed(outcome: Outcome, action: Action, error: DeskError) -> Outcome:
    seen = tuple(ItemSeen(item.address.id, Seen.NOT_LOOKED, error.message) for item in action.items)
    notes = (*outcome.notes, error.message) if outcome.error else outcome.notes
    parts = counted(action, seen) if action.items else not_looked(action)
    return replace(outcome, items=seen, error=outcome.error or error.message, notes=notes, parts=parts)


def _erase_entries(plan: Plan, action: Action, stores: Stores, outcome: Outcome, earlier: Sequence[Outcome]) -> Outcome:
    """Entries go only for items that are gone or masked: what is still there must be found by the next search."""
    erased_here = {item.address.id for one in plan.erasing for item in one.items}
    settled = {item.item for one in earlier for item in one.items if item.seen.erased}
    ids = [item.address.id for item in action.items]
    due = [item for item in ids if item in settled or item not in erased_here]
    index = stores.indexes.get(action.index)
    try:
        if index is None:
            raise NotHere(what=action.what)
        doomed = stores.staying.entries(action.items, index.remaining)
        index.erase([item for item in due if item in doomed])
        left = stores.staying.entries(action.items, index.remaining)
    except Refusal:
        raise
    except DeskError as error:
        return _ended(_failed(outcome, action, error))
    seen = tuple(
        ItemSeen(item, Seen.GONE)
        if item not in left
        else ItemSeen(item, Seen.STILL_THERE, None if item in due else message("seen.kept"))
        for item in ids
    )
    return _ended(replace(outcome, items=seen))


def _erase_containers(action: Action, stores: Stores, outcome: Outcome, earlier: Sequence[Outcome]) -> Outcome:
    """Entries of an order: of containers that are gone all, of others those of items that are."""
    gone = {part for one in earlier for part, seen in one.parts.items() if set(seen) <= set(GONE)}
    whole = [one.container for one in action.containers if one.id in gone and one.whole]
    index = stores.indexes.get(action.index)
    try:
        if index is None:
            raise NotHere(what=action.what)
        index.erase_places(whole, stores.erased(action))
        left = index.count_in([one.container for one in action.containers if one.whole])
    except Refusal:
        raise
    except DeskError as error:
        return replace(_failed(outcome, action, error), state=OutcomeState.FAILED, ended=now())
    waits = [one for one in action.containers if one.id not in gone]
    state = OutcomeState.PARTLY if left or waits else OutcomeState.DONE
    return replace(outcome, state=state, ended=now(), kept=left)


def _ended(outcome: Outcome) -> Outcome:
    """Closed by what was seen: done only if all that was planned is gone or masked."""
    good = sum(1 for item in outcome.items if item.seen.erased)
    state = OutcomeState.PARTLY if good else OutcomeState.FAILED
    if good == len(outcome.items) and not outcome.error:
        state = OutcomeState.DONE
    return replace(outcome, state=state, ended=now())


def _closed(plan: Plan, outcome: Outcome, records: Records) -> Outcome:
    ended = _ended(outcome)
    records.close(plan, ended)
    return ended
