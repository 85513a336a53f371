"""Removing containers as a whole, under an order: what goes, what became of it, what is there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from dsr_desk.core.actions import Action, ItemSeen, Outcome, OutcomeState, PlacedContainer, Plan, Seen
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.registry import placed
from dsr_desk.datasets.whole import Removed, remains, remove_whole
from dsr_desk.datasets.whole_places import OtherPlaces, WholeSet, whole_of
from dsr_desk.datasets.whole_tree import Named
from dsr_desk.deletion.records import Before, Records
from dsr_desk.storage.clock import now

Parts = Mapping[str, Mapping[str, int]]
"""By container (`core.actions.part_id`), how many items were seen how (codes of `Seen`)."""


def whole_set(action: Action) -> WholeSet:
    """What an action removes, whether it is there or not."""
    each = {one.path: one for one in action.containers}  # several versions may name the same place
    return WholeSet(Path(action.root), action.what, tuple(container_at(one) for one in each.values()))


def container_at(one: PlacedContainer) -> CelledContainer:
    return placed(one.format, Path(one.path), one.container)


def removed(plan: Plan, action: Action, others: OtherPlaces, records: Records, operator: str) -> Outcome:
    """Carries out a removal and reads back; called again, it goes on with what is left.

    A plan without `expected` never saw what lies there: nothing of it is removed.
    """
    begun = records.begun(plan, action)
    started = begun[1] if begun else now()
    outcome = Outcome(action.id, OutcomeState.STARTED, operator, started, digest_before=action.expected)
    records.open(plan, action, Before(digest=action.expected), started)
    done: Removed | None = None
    try:
        if action.unreached is not None or not action.expected:
            raise NotPlanned(what=action.what)
        done = remove_whole(whole_set(action), action.expected, others)
    except DeskError as error:
        outcome = replace(outcome, error=error.message)
    parts = seen_parts(action, others)
    notes = [note(one) for one in (*done.stays, *done.links)] + list(done.notes) if done is not None else []
    notes += [message("note.whole.absent")] if done is not None and not done.found and begun is None else []
    left = sum(count for counts in parts.values() for code, count in counts.items() if code != GONE)
    gone = sum(counts.get(GONE, 0) for counts in parts.values())
    state = OutcomeState.DONE if done is not None and done.done and not left else OutcomeState.PARTLY
    if state is OutcomeState.PARTLY and not gone:
        state = OutcomeState.FAILED
    ended = replace(outcome, state=state, ended=now(), notes=tuple(notes), parts=parts)
    records.close(plan, ended)
    return ended


class NotPlanned(DeskError):
    code = "DELETE-NOT-PLANNED"
    happened = "{what} could not be looked at when the plan was made."
    means = "Nobody approved that it goes as it is now, so nothing of it was removed."
    todo = "Make it reachable, resolve the scope again, and plan anew."


def note(named: Named) -> Message:
    """Files of which one thing is to be told, with the first of their names."""
    return message("note.whole", why=named.why, count=named.count, files=named.places)


def seen_parts(action: Action, others: OtherPlaces) -> dict[str, dict[str, int]]:
    """What is there now of each container of a removal, read from the disk.

    Of a folder as many items count as still there as files are; of a file all of its items.
    """
    found: dict[str, dict[str, int]] = {}
    for one in action.containers:
        counts: Counter[str] = Counter()
        try:
            left = remains(whole_of(container_at(one)), action.expected, others)
        except DeskError:
            counts[NOT_LOOKED] = one.items
        else:
            files = sum(each.count for each in left)
            still = (min(files, one.items) if Path(one.path).is_dir() else one.items) if files else 0
            counts[STILL_THERE], counts[GONE] = still, one.items - still
        found[one.id] = {code: count for code, count in counts.items() if count}
    return found


def counted(action: Action, seen: Iterable[ItemSeen]) -> dict[str, dict[str, int]]:
    """Items of the one container of an action by what was seen of them; nothing where no order asks for it."""
    counts = Counter(one.seen.name.lower() for one in seen)
    return {one.id: dict(counts) for one in action.containers}


def not_looked(action: Action) -> dict[str, dict[str, int]]:
    return {one.id: {NOT_LOOKED: one.items} for one in action.containers}


GONE, STILL_THERE, NOT_LOOKED = (seen.name.lower() for seen in (Seen.GONE, Seen.STILL_THERE, Seen.NOT_LOOKED))
