from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from dsr_desk.app.case import ending, orders
from dsr_desk.app.case.orders import OrderContent
from dsr_desk.app.proof import order_drafts
from dsr_desk.core.orders import Demand, Met, Obligation
from dsr_desk.core.requests import CaseState
from dsr_desk.ui import words
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.order.draft import DraftDialog
from dsr_desk.ui.views.order.order import OrderPage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from ui.conftest import Visitor


def in_days(count: int) -> str:
    return (date.today() + timedelta(count)).isoformat()


def ordered(visitor: Visitor, *days: int) -> str:
    """An order with a statement due so many days from today, each."""
    due = tuple(Obligation(f"o{n:02}", Demand.STATEMENT, in_days(one)) for n, one in enumerate(days, start=1))
    today = date.today()
    case, _ = orders.open_order(visitor.desk, OrderContent("The authority", "D-1", today, due), today=today)
    visitor.session.tell()
    return case.ref


def note(page: CasesPage, ref: str) -> str:
    return page.model._notes[ref]


def test_the_list_says_of_an_order_what_is_late_and_what_comes_next(visitor: Visitor) -> None:
    ref = ordered(visitor, -2, -1, 0, 40)
    page = visitor.show("cases")
    assert isinstance(page, CasesPage)
    said = note(page, ref)
    assert said.startswith("2 late · 1 due today · next ")
    due = page.model._due(page.model.rows[page.model.row_of(ref)])
    assert (due.chip, words.day(in_days(-2)) in due.note) == ("2 days late", True)
    assert words.day(in_days(40)) in said
    assert note(page, visitor.office.case) == "2 reference photos"
    assert visitor.errors == []


def test_an_order_of_which_a_duty_is_late_stands_first_and_the_chosen_row_stays(visitor: Visitor) -> None:
    late, later = ordered(visitor, 300, -400), ordered(visitor, 950)
    page = visitor.show("cases")
    assert isinstance(page, CasesPage)
    assert [row.ref for row in page.model.rows] == [late, visitor.office.case, later]
    page.table.choose(page.model.row_of(later))
    first = orders.show_order(visitor.desk, late).content.obligations
    orders.declare(visitor.desk, late, next(one.id for one in first if one.due == in_days(-400)), Met.DECLARED, "sent")
    page._look_at_duties(date.today())
    visitor.settle()
    assert page.table.current().ref == later
    assert note(page, late).startswith("next ")
    assert "late" not in note(page, late)


def test_the_orders_own_page_names_what_is_due_until_it_is_done(visitor: Visitor) -> None:
    ref = ordered(visitor, -3, 0, 40)
    visitor.session.open_case(ref, "request")
    visitor.settle()
    page = visitor.workspace.stack.currentWidget()
    assert isinstance(page, OrderPage)
    assert page.reminder.isVisible()
    lines = page.reminder.text.splitlines()
    assert ["3 days late" in lines[0], "due today" in lines[1], len(lines)] == [True, True, 2]
    assert "3 days late" in page.due.text
    first, *rest = orders.show_order(visitor.desk, ref).content.obligations
    orders.declare(visitor.desk, ref, first.id, Met.DECLARED, "sent")
    visitor.session.tell()
    visitor.settle()
    assert "due today" in page.due.text, "the next open duty"
    for one in rest:
        orders.declare(visitor.desk, ref, one.id, Met.DECLARED, "sent")
    visitor.session.tell()
    visitor.settle()
    assert not page.reminder.isVisible()
    assert page.due.text == "nothing open is due"
    visitor.session.open_case(visitor.office.case, "request")
    visitor.settle()
    assert visitor.errors == []


def test_of_many_duties_a_few_are_named_and_the_others_counted(visitor: Visitor) -> None:
    ref = ordered(visitor, *range(-9, 0))
    visitor.session.open_case(ref, "request")
    visitor.settle()
    page = visitor.workspace.stack.currentWidget()
    assert isinstance(page, OrderPage)
    assert page.reminder.text.splitlines()[-1] == "3 more duties are due"


def test_an_order_that_has_ended_stands_before_others_while_a_duty_of_it_is_due(visitor: Visitor) -> None:
    ref = ordered(visitor, -3)
    orders.record_authenticity(visitor.desk, ref, "called the authority back")
    ending.end_case(visitor.desk, ref, CaseState.PARTLY_GRANTED, "what is open is said in the evidence")
    visitor.session.tell()
    page = visitor.show("cases")
    assert isinstance(page, CasesPage)
    assert [row.ref for row in page.model.rows] == [ref, visitor.office.case]
    assert note(page, ref) == "1 late"
    (one,) = orders.show_order(visitor.desk, ref).content.obligations
    orders.declare(visitor.desk, ref, one.id, Met.DECLARED, "sent")
    visitor.session.tell()
    visitor.settle()
    assert [row.ref for row in page.model.rows] == [visitor.office.case, ref]
    assert note(page, ref) == ""


def drafting(visitor: Visitor) -> tuple[str, DraftDialog]:
    """The draft of a statement is shown from the evidence of its order."""
    ref = ordered(visitor, 10, 40)
    visitor.session.open_case(ref, "evidence")
    visitor.settle()
    page = visitor.workspace.stack.currentWidget()
    assert isinstance(page, EvidencePage)
    assert [one.accessibleName() for one in page.drafts] == ["Draft: Statement"] * 2
    page.drafts[0].click()
    visitor.settle()
    return ref, visitor.dialog(DraftDialog)


def test_a_draft_is_shown_and_saved_as_the_command_writes_it_and_over_no_file(visitor: Visitor, tmp_path: Path) -> None:
    ref, dialog = drafting(visitor)
    assert dialog.text_shown.toPlainText().count("[…]") > 3
    assert dialog.blanks.text().endswith("blanks to fill in")
    there = tmp_path / "there.txt"
    there.write_text("somebody's own words", encoding="utf-8")
    dialog.save(there)
    assert dialog.isVisible()
    assert "(FILE-THERE)" in dialog.problem.text or "there.txt" in dialog.problem.text
    assert there.read_text(encoding="utf-8") == "somebody's own words"
    dialog.save(tmp_path / "draft.txt")
    assert not dialog.isVisible()
    of_command = order_drafts.write_drafts(visitor.desk, ref, tmp_path / "command.txt", obligation="o01")
    assert (tmp_path / "draft.txt").read_bytes() == of_command.read_bytes()
    assert visitor.errors == []


def test_a_draft_is_drawn_up_in_the_language_that_is_chosen(visitor: Visitor, tmp_path: Path) -> None:
    _, dialog = drafting(visitor)
    dialog.language.choose("de")
    dialog.language.activated.emit(dialog.language.currentIndex())
    assert not dialog.act.isEnabled()
    visitor.settle()
    assert dialog.text_shown.toPlainText().startswith("ENTWURF: ")
    dialog.save(tmp_path / "german.txt")
    assert (tmp_path / "german.txt").read_text(encoding="utf-8").startswith("ENTWURF: ")
