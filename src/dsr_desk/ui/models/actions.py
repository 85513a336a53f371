"""The actions of a deletion plan: what each would do, and what was read back of it."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.actions import Action, ActionKind, Outcome, OutcomeState, Seen
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import term, tr


@dataclass(frozen=True)
class Rehearsed:
    """Counts of the dry run for one action."""

    erase: int = 0
    mask: int = 0
    gone_already: int = 0
    size: int = 0
    """Bytes of the files that go as a whole."""


@dataclass(frozen=True)
class ActionRow:
    action: Action
    rehearsed: Rehearsed | None
    outcome: Outcome | None


class ActionsModel(RowsModel[ActionRow]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("What"), _what),
                TableColumn(tr("Where"), lambda row: Cell(row.action.what, words.known(row.action.responsible)), 260),
                TableColumn(tr("Dry run"), _dry_run, 200),
                TableColumn(tr("Afterwards"), _afterwards, 230),
            ),
            lambda row: row.action.id,
        )


def seen_tone(seen: Seen) -> Tone:
    if seen is Seen.STILL_THERE:
        return Tone.DANGER
    return Tone.OK if seen in (Seen.GONE, Seen.MASKED) else Tone.WARN


OUTCOME_TONES = {
    OutcomeState.STARTED: Tone.WARN,
    OutcomeState.DONE: Tone.OK,
    OutcomeState.PARTLY: Tone.WARN,
    OutcomeState.FAILED: Tone.DANGER,
    OutcomeState.WAITING: Tone.INFO,
}


def _what(row: ActionRow) -> Cell:
    action = row.action
    note = action.ground if action.kind is ActionKind.HOLD else action.dataset_version.replace("@", " ")
    if action.kind is ActionKind.DISPOSE_MODEL:
        note = term(DispositionKind(action.disposition)) if action.disposition else ""
    until = tr("until {day}").format(day=words.day(action.until)) if action.until else ""
    return Cell(term(action.kind), " · ".join(filter(None, (note, until))), strong=True)


def _dry_run(row: ActionRow) -> Cell:
    if not row.action.kind.runs_here:
        return Cell(tr("by other people"), tr("a letter is ready") if row.action.instruction else "")
    found = row.rehearsed
    if found is None and row.outcome is not None:
        return Cell(words.counted(row.action.total, "1 planned", "%Ln planned"))
    if found is None:
        why = say(row.action.unreached) if row.action.unreached is not None else ""
        return Cell(chip=tr("not reachable"), note=why, tone=Tone.WARN)
    text = words.counted(found.erase, "1 to erase", "%Ln to erase")
    text = f"{text}, {words.size(found.size)}" if found.size else text
    more = [words.counted(found.mask, "1 to mask", "%Ln to mask")] if found.mask else []
    more += [words.counted(found.gone_already, "1 gone already", "%Ln gone already")] if found.gone_already else []
    more += [tr("changes beside that: {what}").format(what=say(one)) for one in row.action.changes]
    return Cell(text, ", ".join(more))


def _afterwards(row: ActionRow) -> Cell:
    outcome = row.outcome
    if outcome is None:
        return Cell("–")
    seen = ", ".join(f"{words.figure(outcome.count(one))} {term(one)}" for one in Seen if outcome.count(one))
    told = [outcome.error] if outcome.error is not None else []
    note = ", ".join(filter(None, (seen, *map(say, (*told, *outcome.notes[:1])))))
    return Cell(chip=term(outcome.state), tone=OUTCOME_TONES[outcome.state], note=note)
