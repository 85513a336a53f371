"""The clock of a case in the window: what happened is recorded on its day, and the due date follows."""

from __future__ import annotations

from datetime import date, timedelta

from dsr_desk.app.case import cases
from dsr_desk.app.case.cases import CaseView
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.clock_dialog import ClockDialog, Happened
from dsr_desk.ui.views.case.request import RequestPage
from ui.conftest import Visitor


def happened(visitor: Visitor, what: Happened, day: date, says: str = "") -> RequestPage:
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    page.happened.click()
    dialog = visitor.dialog(ClockDialog)
    dialog.what.choose(what)
    dialog.what.activated.emit(dialog.what.currentIndex())
    dialog.day.day = day
    dialog.says.setText(says)
    dialog.act.click()
    visitor.settle()
    return page


def shown(visitor: Visitor) -> CaseView:
    return cases.show_case(visitor.desk, visitor.office.case)


def test_an_answer_in_time_ends_the_clock_on_the_page_and_in_the_list(visitor: Visitor) -> None:
    received = shown(visitor).received
    page = happened(visitor, Happened.ANSWERED, received + timedelta(2), "by letter")
    assert page.due.text.startswith("Answered in time")
    listed = visitor.show("cases")
    assert isinstance(listed, CasesPage)
    assert shown(visitor).answered == received + timedelta(2)
    page = happened(visitor, Happened.NOT_ANSWERED, received, "")
    assert shown(visitor).answered is None
    assert "left" in page.due.text or "late" in page.due.text


def test_an_extension_waits_for_its_reasons_and_moves_the_due_day(visitor: Visitor) -> None:
    before = shown(visitor)
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    page.happened.click()
    dialog = visitor.dialog(ClockDialog)
    dialog.what.choose(Happened.EXTENDED)
    dialog.what.activated.emit(dialog.what.currentIndex())
    assert not dialog.act.isEnabled()
    dialog.reject()
    happened(visitor, Happened.EXTENDED, before.received + timedelta(1), "forty datasets")
    assert shown(visitor).due > before.due


def test_what_the_law_refuses_stays_in_the_dialog_with_its_reason(visitor: Visitor) -> None:
    before = shown(visitor)
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    page.happened.click()
    dialog = visitor.dialog(ClockDialog)
    dialog.day.day = before.received - timedelta(9)
    dialog.act.click()
    assert dialog.isVisible()
    assert "CASE-ANSWER-DAY" in dialog.problem.text
    dialog.reject()
    assert shown(visitor).answered is None
