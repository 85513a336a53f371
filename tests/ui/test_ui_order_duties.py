from __future__ import annotations

from datetime import date, timedelta

from dsr_desk.app.case import ending, orders
from dsr_desk.app.case.orders import OrderContent
from dsr_desk.core.orders import Demand, Met, Obligation
from dsr_desk.core.requests import CaseState
from dsr_desk.ui import words
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.order.order import OrderPage
from ui.conftest import Visitor

TODAY = date.today()


def in_days(count: int) -> str:
    return (TODAY + timedelta(count)).isoformat()


def ordered(visitor: Visitor, *days: int) -> str:
    """An order with a statement due so many days from today, each."""
    due = tuple(Obligation(f"o{n:02}", Demand.STATEMENT, in_days(one)) for n, one in enumerate(days, start=1))
    case, _ = orders.open_order(visitor.desk, OrderContent("The authority", "D-1", TODAY, due), today=TODAY)
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
    page._look_at_duties(TODAY)
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
    for one in orders.show_order(visitor.desk, ref).content.obligations:
        orders.declare(visitor.desk, ref, one.id, Met.DECLARED, "sent")
    visitor.session.tell()
    visitor.settle()
    assert not page.reminder.isVisible()
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
