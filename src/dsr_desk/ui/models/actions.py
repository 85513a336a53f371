"""The actions of a deletion plan: what each would do, and what was read back of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState, Seen
from dsr_desk.ui import words
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class Rehearsed:
    """Counts of the dry run for one action."""

    erase: int = 0
    mask: int = 0
    gone_already: int = 0


@dataclass(frozen=True)
class ActionRow:
    action: Action
    rehearsed: Rehearsed | None
    outcome: Outcome | None


class ActionsModel(RowsModel[ActionRow]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("What"), _what),
                Column(tr("Where"), _where, 260),
                Column(tr("Dry run"), _dry_run, 200),
                Column(tr("Afterwards"), _afterwards, 230),
            ),
            lambda row: row.action.id,
            parent,
        )


def kind_name(kind: ActionKind) -> str:
    return {
        ActionKind.ERASE_ITEMS: tr("Erase photos"),
        ActionKind.ERASE_ROWS: tr("Erase records"),
        ActionKind.ERASE_INDEX: tr("Erase from the index"),
        ActionKind.TASK: tr("Ask another team"),
        ActionKind.TELL_RECIPIENT: tr("Tell a data recipient"),
        ActionKind.DISPOSE_MODEL: tr("Model"),
        ActionKind.PURGE_OUTPUTS: tr("Purge kept outputs"),
        ActionKind.BACKUP: tr("Backup"),
        ActionKind.HOLD: tr("Hold"),
    }[kind]


def seen_name(seen: Seen) -> str:
    return {
        Seen.GONE: tr("gone"),
        Seen.MASKED: tr("masked"),
        Seen.HELD: tr("held"),
        Seen.NOT_LOOKED: tr("could not look"),
        Seen.STILL_THERE: tr("still there"),
    }[seen]


def seen_tone(seen: Seen) -> Tone:
    if seen is Seen.STILL_THERE:
        return Tone.DANGER
    return Tone.OK if seen in (Seen.GONE, Seen.MASKED) else Tone.WARN


def _what(row: ActionRow) -> Cell:
    note = {
        ActionKind.HOLD: row.action.ground,
        ActionKind.DISPOSE_MODEL: row.action.fate,
    }.get(row.action.kind, row.action.dataset_version.replace("@", " "))
    if row.action.until:
        note = " · ".join(part for part in (note, tr("until {day}").format(day=row.action.until)) if part)
    return Cell(kind_name(row.action.kind), note, strong=True)


def _where(row: ActionRow) -> Cell:
    return Cell(row.action.what, row.action.responsible)


def _dry_run(row: ActionRow) -> Cell:
    if not row.action.kind.runs_here:
        return Cell(tr("by other people"), tr("a letter is ready") if row.action.instruction else "")
    found = row.rehearsed
    if found is None and row.outcome is not None:
        return Cell(words.counted(len(row.action.items), tr("1 planned"), "%Ln planned"))
    if found is None:
        return Cell(chip=tr("not reachable"), tone=Tone.WARN)
    text = words.counted(found.erase, tr("1 to erase"), "%Ln to erase")
    more = [words.counted(found.mask, tr("1 to mask"), "%Ln to mask")] if found.mask else []
    more += [words.counted(found.gone_already, tr("1 gone already"), "%Ln gone already")] if found.gone_already else []
    return Cell(text, ", ".join(more))


def _afterwards(row: ActionRow) -> Cell:
    outcome = row.outcome
    if outcome is None:
        return Cell("–")
    chip, tone = {
        OutcomeState.STARTED: (tr("begun, not ended"), Tone.WARN),
        OutcomeState.DONE: (tr("done"), Tone.OK),
        OutcomeState.PARTLY: (tr("partly"), Tone.WARN),
        OutcomeState.FAILED: (tr("failed"), Tone.DANGER),
        OutcomeState.WAITING: (tr("waits for others"), Tone.INFO),
    }[outcome.state]
    seen = ", ".join(f"{words.figure(outcome.count(one))} {seen_name(one)}" for one in Seen if outcome.count(one))
    note = ", ".join(part for part in (seen, outcome.error, *outcome.notes[:1]) if part)
    return Cell(chip=chip, tone=tone, note=note)
