"""Who once got the data of a case, or a model made from it: instructed, reminded, answered, or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from dsr_desk.app.case.chasing import TeamTask, chase, tasks
from dsr_desk.app.case.plans import plan_of_action, rounds_that_ran
from dsr_desk.app.case.scope import items_of, show_scope
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, hit_versions
from dsr_desk.core.actions import Action, ActionKind, OutcomeState, part_id
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind, recipients_in
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import ActionNotOpen
from dsr_desk.deletion.instructions import Instruction, ListedItem, WrittenInstruction, write_instruction


class DueDayPast(DeskError):
    code = "DELETE-DUE-PAST"
    happened = "The day by which an answer is wanted has passed."
    means = "Nobody could keep it. Nothing was written or recorded."
    todo = "Give a later day."


def recipients(desk: Desk, ref: str) -> list[TeamTask]:
    """The tasks of a case's plans that tell somebody who got data or a model, oldest first."""
    return [one for one in tasks(desk, ref) if one.action.kind is ActionKind.TELL_RECIPIENT]


def instruct(
    desk: Desk, ref: str, out: Path, due: date, today: date, actions: Sequence[str] = ()
) -> dict[str, WrittenInstruction]:
    """Writes for each of these tasks (all that wait and were never asked, if none is named) a folder to hand over, and
    records that they are asked today to answer by `due`.

    A folder holds the letter in English and German, the list of what is meant by SHA-256, and the checker. Raises
    ActionNotOpen, DueDayPast, FileThere, and what the rules refuse.
    """
    if due < today:
        raise DueDayPast()
    known = {one.action.id: one for one in recipients(desk, ref) if one.waits}
    chosen = list(actions) or [ident for ident, one in known.items() if not one.asked]
    for ident in chosen:
        if ident not in known:
            raise ActionNotOpen(case=ref, action=ident)
    written = {}
    for ident in chosen:
        action = known[ident].action
        asked = Instruction(ref, ident, desk.vault.organisation, action.what, action.instruction, today, due)
        written[ident] = write_instruction(out / ident, asked, _items(desk, ref, action))
    if written:
        chase(desk, ref, list(written), due, {ident: one.list_digest for ident, one in written.items()})
    return written


def recipients_open(desk: Desk, ref: str, today: date) -> list[Message]:
    """What keeps a headline from saying that all recipients have answered, a sentence for each; and of which data and
    models nobody recorded who got them."""
    found = [_open(one, today) for one in recipients(desk, ref) if one.outcome is None or _waits(one)]
    registered = {version.id: version.data_recipients for version, _ in dataset_versions(desk)}
    versions = tuple(one for one in hit_versions(desk, ref) if recipients_in(registered.get(one, "")) is None)
    if versions:
        found.append(message("open.recipients.unrecorded", versions=versions))
    models = sum(one.passed_on_to is None for one in affected_by_case(desk, ref).models)
    if models:
        found.append(message("open.recipients.models", count=models))
    return found


def _waits(one: TeamTask) -> bool:
    return one.outcome is not None and one.outcome.state is not OutcomeState.DONE


def _open(one: TeamTask, today: date) -> Message:
    who, due = one.action.what, one.due.isoformat() if one.due else ""
    said = next((note for note in one.outcome.notes if note.code == "note.answer.left"), None) if one.outcome else None
    if said is not None:
        return message("open.recipient.left", recipient=who, says=said)
    if not one.asked:
        return message("open.recipient.not-told", recipient=who)
    if one.is_late(today):
        return message("open.recipient.late", recipient=who, due=due, reminders=one.reminders)
    return message("open.recipient.waiting", recipient=who, due=due)


def _items(desk: Desk, ref: str, action: Action) -> Iterator[ListedItem]:
    """What an action tells a recipient of, by content: a model's files, or all that goes of a dataset version."""
    if action.node:
        for digest in action.digests:
            kind, _, value = digest.partition(":")
            yield ListedItem(value if kind == "sha256" else "")
        return
    if desk.case(ref).is_order:
        yield from _of_scope(desk, ref, action)
        return
    for ran in rounds_that_ran(desk, ref):
        for other in ran.plan.actions:
            if other.dataset_version == action.dataset_version and other.kind in _ITEMS:
                for item in other.items:
                    yield ListedItem(item.address.digest if item.kind is ItemKind.PHOTO else "")


_ITEMS = (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS, ActionKind.TASK)


def _of_scope(desk: Desk, ref: str, action: Action) -> Iterator[ListedItem]:
    """The items of an order's scope as the action's plan rests on it, one after the other.

    Records are listed where the checker can compare them: files of their own, and lines of texts.
    """
    found = plan_of_action(desk, ref, action.id)
    planned = [one for action in found[0].actions for one in action.containers] if found is not None else []
    formats = {one.id: one.format for one in planned}
    with desk.reading(ref) as case:
        round_ = case.round_of(found[0].digest) if found is not None else None
        before = round_["plan"]["seq"] if round_ is not None and round_["plan"] is not None else None
        scope = show_scope(desk, ref, before)
    for part in scope.parts:
        if part.inside and part.dataset_version == action.dataset_version:
            compared = formats.get(part_id(part.dataset_version, part.container), "") in _BY_BYTES
            for item in items_of(desk, scope, part):
                listed = compared or item.kind is ItemKind.PHOTO
                yield ListedItem(item.address.digest if listed else "", item.size or None)


_BY_BYTES = ("folder", "tar", "webdataset", "zip", "7z", "csv", "jsonl")
"""Formats in which a record is told by the bytes of a file, or of a line."""
