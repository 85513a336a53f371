"""The list of cases as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dsr_desk.app.case.case_lines import CaseLine
from dsr_desk.app.case.duties import DutiesOpen
from dsr_desk.app.case.steps import Step
from dsr_desk.core.message import message
from dsr_desk.core.requests import CaseState
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


class CasesModel(RowsModel[CaseLine]):
    """`today` decides how many days are left."""

    def __init__(self) -> None:
        self._today = date.today()
        self._notes: dict[str, str] = {}
        self._duties: Mapping[str, DutiesOpen] = {}

        super().__init__(
            (
                TableColumn(tr("Reference"), lambda case: Cell(case.ref, strong=True), 90),
                TableColumn(tr("Person or order"), _name, 200),
                TableColumn(tr("Right and law"), _law, 150),
                TableColumn(tr("Due"), self._due, 186),
                TableColumn(tr("State"), self._state),
                TableColumn(tr("Next step"), _next, 186),
            ),
            lambda case: case.ref,
        )

    def show_cases(
        self, cases: list[CaseLine], notes: dict[str, str], today: date, duties: Mapping[str, DutiesOpen]
    ) -> None:
        """`notes` say by case how far its review is, `duties` what is open of orders that were looked at."""
        self._today, self._notes, self._duties = today, notes, duties
        self.show_rows(cases)

    def _due(self, case: CaseLine) -> Cell:
        open_ = self._duties.get(case.ref)
        if open_ is not None and open_.first is not None:
            left, day = (date.fromisoformat(open_.first.day) - self._today).days, words.day(open_.first.day)
            note = tr("{day}: {what}").format(day=day, what=say(open_.first.what))
            return Cell(chip=words.days_left(left), note=note, tone=urgency(left))
        if case.is_order and not case.state.is_end:
            return Cell(note=tr("nothing open is due") if open_ is not None else "")
        if case.state.is_end:
            return Cell(chip=words.term(case.state), icon="done", tone=Tone.OK)
        left = case.days_left(self._today)
        if case.answered is not None:
            when = tr("answered {day}").format(day=words.day(case.answered))
            late = words.counted(-left, "1 day late", "%Ln days late") if left < 0 else ""
            tone = Tone.WARN if late else Tone.OK
            return Cell(chip=late or tr("answered in time"), icon="done", note=when, tone=tone)
        note = words.day(case.due, weekday=True)
        return Cell(chip=words.days_left(left), note=note, tone=urgency(left))

    def _state(self, case: CaseLine) -> Cell:
        return Cell(words.term(case.state), self._notes.get(case.ref, ""))


def urgency(days_left: int) -> Tone:
    """How a due date is marked: late or within 3 days, within a fortnight, later."""
    if days_left <= 3:
        return Tone.DANGER
    return Tone.WARN if days_left <= 14 else Tone.OK


def next_step(state: CaseState) -> Step:
    """Where what comes next is done."""
    return _STEPS.get(state, Step.EVIDENCE)


_STEPS = {
    CaseState.NEW: Step.REQUEST,
    CaseState.IDENTIFIED: Step.SEARCH,
    CaseState.SEARCHED: Step.REVIEW,
    CaseState.REVIEWED: Step.DELETION,
    CaseState.PLANNED: Step.DELETION,
    CaseState.APPROVED: Step.DELETION,
    CaseState.DELETED: Step.DELETION,
    CaseState.READ_BACK: Step.EVIDENCE,
}


_OF_ORDER = (Step.REQUEST, Step.SEARCH, Step.REVIEW)


def _name(case: CaseLine) -> Cell:
    """Of whom it is, or which order; nothing is known of a case that was forgotten, or that came with photos alone."""
    arrived = tr("Received {day} {how}").format(day=words.day(case.received), how=words.term(case.channel))
    name = ", ".join(case.names) if case.is_order else next(iter(case.names), "")
    return Cell(name or tr("no name known"), arrived, strong=bool(name))


def _law(case: CaseLine) -> Cell:
    """Of an order nobody asked for a right."""
    return Cell(words.term(case.law)) if case.is_order else Cell(words.term(case.right), words.term(case.law))


def _next(case: CaseLine) -> Cell:
    state = case.state.value if case.state in _STEPS else "end"
    of_order = case.is_order and next_step(case.state) in _OF_ORDER
    return Cell(say(message(f"next.order.{state}" if of_order else f"next.{state}")), action=True)
