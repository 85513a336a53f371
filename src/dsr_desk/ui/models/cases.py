"""The list of cases as a table."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QObject

from dsr_desk.app.cases import CaseLine
from dsr_desk.ui import names, words
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


class CasesModel(RowsModel[CaseLine]):
    """`today` decides how many days are left."""

    def __init__(self, parent: QObject | None = None) -> None:
        self._today = date.today()
        self._notes: dict[str, str] = {}

        super().__init__(
            (
                Column(tr("Reference"), self._reference, 220),
                Column(tr("Right and law"), _right, 190),
                Column(tr("Due"), self._due, 200),
                Column(tr("State"), self._state),
                Column(tr("Next step"), _next, 210),
            ),
            lambda case: case.ref,
            parent,
        )

    def show_cases(self, cases: list[CaseLine], notes: dict[str, str], today: date) -> None:
        """`notes` say by case how far its review is."""
        self._today, self._notes = today, notes
        self.show_rows(cases)

    def _reference(self, case: CaseLine) -> Cell:
        arrived = tr("Received {day} {how}").format(day=words.day(case.received), how=names.channel_name(case.channel))
        return Cell(case.ref, arrived, strong=True)

    def _due(self, case: CaseLine) -> Cell:
        if case.state.is_end:
            return Cell(chip=names.state_name(case.state), icon="done", tone=Tone.OK)
        left = case.days_left(self._today)
        note = f"{words.day(case.due)}, {words.weekday(case.due)}"
        return Cell(chip=words.days_left(left), note=note, tone=names.urgency(left))

    def _state(self, case: CaseLine) -> Cell:
        return Cell(names.state_name(case.state), self._notes.get(case.ref, ""))


def _right(case: CaseLine) -> Cell:
    return Cell(names.right_name(case.right), names.law_name(case.law))


def _next(case: CaseLine) -> Cell:
    return Cell(names.next_step(case.state)[0], action=True)
