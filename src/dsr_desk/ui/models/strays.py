"""What sweeps of disks found: where, a copy of what, by what it was found, and what was said of it."""

from __future__ import annotations

from dsr_desk.app.case.sweeping import StrayFinding
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import term, tr


class StraysModel(RowsModel[StrayFinding]):
    def __init__(self) -> None:
        super().__init__(
            (
                TableColumn(tr("Where"), _where),
                TableColumn(tr("What is there"), _what, 280),
                TableColumn(tr("Found by"), lambda one: Cell(term(one.how), words.moment(one.found)), 190),
                TableColumn(tr("State"), _state, 210),
            ),
            lambda one: one.id,
        )


def in_order(found: list[StrayFinding]) -> list[StrayFinding]:
    """What nothing explains first, copies before what only resembles one; what is gone last."""
    return sorted(found, key=lambda one: (one.gone, not one.open, not one.how.is_a_copy))


def _where(one: StrayFinding) -> Cell:
    """The name first: what a narrow column leaves out is the folder."""
    if one.stray is None:
        return Cell(tr("forgotten"))
    outside, sign, within = one.stray.shown.partition(" › ")
    folder, _, name = outside.rpartition("/")
    return Cell(f"{name}{sign}{within}", folder)


def _what(one: StrayFinding) -> Cell:
    return Cell(note=say(one.stray.says) if one.stray is not None else "")


def _state(one: StrayFinding) -> Cell:
    if one.gone:
        return Cell(chip=tr("gone"), icon="done", tone=Tone.OK)
    if one.explained is None:
        return Cell(chip=tr("not explained"), tone=Tone.DANGER if one.how.is_a_copy else Tone.WARN)
    by = tr("{who}: {text}").format(who=one.officer, text=one.reason)
    return Cell(chip=term(one.explained), note=by, tone=Tone.WARN if one.open else Tone.INFO)
