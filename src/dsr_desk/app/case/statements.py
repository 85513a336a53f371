"""Statements for a database elsewhere, of which a dataset is an export, and the answer of those who run them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dsr_desk.app.case.handing_over import HandedOver, hand_over
from dsr_desk.app.case.plans import show_plan
from dsr_desk.app.case.reaching import stores
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, ItemSeen, Outcome, OutcomeState, Plan, Seen, SqlDialect, Treatment
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.core.refusals import ActionNotOpen
from dsr_desk.datasets.statements import Key, Statements, written
from dsr_desk.deletion import export
from dsr_desk.deletion.records import Before
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import require_free, write_whole


class NoSuchRows(DeskError):
    code = "STATEMENTS-NO-ROWS"
    happened = "The plan of case {case} has no rows in {container} that lie there now and have the columns {columns}."
    means = "Nothing says which rows of the database are meant. No file was written."
    todo = "Name the container and its key columns as the plan shows them, before the plan is run there."


def write_statements(
    desk: Desk,
    ref: str,
    to: Path,
    *,
    action: str,
    container: str,
    table: str,
    keys: Sequence[str],
    dialect: str,
    empty: Sequence[str] = (),
) -> tuple[HandedOver, Path, Statements]:
    """Writes the approved plan to a file, as `hand_over` does, and beside it the statements for task `action`.

    `container` is the export of `table` in which the plan's rows lie; their values in its columns `keys` name the rows
    of the database. Raises ActionNotOpen, NoSuchRows, NameUnfit, FileThere, and what the rules refuse.
    """
    plan = show_plan(desk, ref).plan
    if action not in {one.id for one in export.answerable(plan)}:
        raise ActionNotOpen(case=ref, action=action)
    beside = to.with_name(f"{to.name}.sql")
    require_free(beside)
    found, left_out = _keys(desk, plan, container, keys)
    if not found:
        raise NoSuchRows(case=ref, container=container, columns=tuple(keys))
    rows = tuple(sorted(found.items()))
    made = Statements(plan.digest, action, SqlDialect(dialect), table, tuple(keys), rows, tuple(empty), left_out)
    text = written(made).encode()
    handed_over = hand_over(desk, ref, to, by_hand=True)
    write_whole(beside, text)
    return handed_over, beside, made


def answer_statements(
    file: Path, passphrase: str, answer: Path, *, action: str, erased: int, left: int, operator: str
) -> Outcome:
    """Signs, without a vault, what those who ran the statements counted. `file` is the plan that came with them.

    It is their word: what it says counts as declared. Raises PlanLocked, NotAPlan, ActionNotOpen.
    """
    exported = export.open_plan(file.read_bytes(), passphrase.strip())
    task = next((one for one in export.answerable(exported.plan) if one.id == action), None)
    if task is None:
        raise ActionNotOpen(case=exported.plan.case, action=action)
    records = export.FileRecords(file.with_name(f"{file.name}.progress"), exported.plan)
    begun = now()
    outcome = Outcome(
        task.id,
        OutcomeState.DONE if left == 0 else OutcomeState.PARTLY,
        operator,
        begun,
        ended=begun,
        items=tuple(ItemSeen(item.address.id, Seen.NOT_LOOKED, message("seen.declared")) for item in task.items),
        notes=(message("note.statements", erased=erased, left=left),),
    )
    records.open(exported.plan, task, Before(), begun)
    records.close(exported.plan, outcome)
    write_whole(answer, export.answer(exported, records, operator))
    return outcome


def _keys(desk: Desk, plan: Plan, name: str, keys: Sequence[str]) -> tuple[Counter[Key], int]:
    """How many of the plan's rows in a container have which key, and how many have none."""
    found: Counter[Key] = Counter()
    left_out = 0
    containers = stores(desk, plan).containers
    for action in plan.actions:
        container = containers.get((action.dataset_version, name))
        wanted = _rows_of(action, name)
        if container is None or not wanted:
            continue
        for entry in container.entries():
            record = entry.record
            if record is None or entry.problem or sha256_hex(entry.read()) not in wanted:
                continue
            key = tuple(record.get(column, "") for column in keys)
            if all(key):
                found[key] += 1
            else:
                left_out += 1
    return found, left_out


def _rows_of(action: Action, name: str) -> set[str]:
    """Digests of an action's rows that go from a container."""
    return {
        item.address.digest
        for item in action.items
        if action.what == name and item.kind is ItemKind.RECORD and item.treatment is Treatment.ERASE
    }
