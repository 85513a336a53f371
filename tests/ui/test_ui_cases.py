"""The list of cases names the person, and is narrowed by words, standing, state and right."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from dsr_desk.app.case import case_list, cases, ending
from dsr_desk.app.case.case_lines import CaseLine, list_cases
from dsr_desk.app.case.case_list import CasesNow, CaseStanding, CasesWanted, narrowed
from dsr_desk.app.case.drafts import RequestDraft
from dsr_desk.app.case.duties import DatedDuty, DutiesOpen
from dsr_desk.app.desk import Desk
from dsr_desk.core.message import message
from dsr_desk.core.requests import CaseState, Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.storage.case_list import Listed
from dsr_desk.ui.views.case.cases import CasesPage
from ui.conftest import Visitor

LONG_AGO = date.today() - timedelta(days=400)


def open_for(desk: Desk, name: str, right: Right = Right.ACCESS, received: date | None = None) -> str:
    found = (Found(FoundKind.NAME, name), Found(FoundKind.EMAIL, f"{name.split()[0].lower()}@example.org"))
    request = Request(Channel.FORM, found, right, Law.EU_GDPR, received or date.today())
    case, _ = cases.open_case(desk, RequestDraft(request, request, b"", (), ()), confirmed=True, without_photo=True)
    return case.ref


@pytest.fixture
def page(visitor: Visitor) -> CasesPage:
    for name in ("Zoë Ångström", "Ben Archer"):
        open_for(visitor.desk, name)
    open_for(visitor.desk, "Cara Late", Right.ERASURE, LONG_AGO)
    ended = open_for(visitor.desk, "Dan Done")
    ending.end_case(visitor.desk, ended, CaseState.WITHDRAWN, "withdrawn", letter=True)
    shown = visitor.show("cases")
    visitor.session.tell()
    visitor.settle()
    assert isinstance(shown, CasesPage)
    return shown


def names(page: CasesPage) -> list[str]:
    return [row.names[0] for row in page.model.rows]


def test_the_list_names_the_person(page: CasesPage) -> None:
    assert {"Zoë Ångström", "Ben Archer", "Cara Late", "Dan Done"} <= set(names(page))
    assert "Ben Archer" in page.model.sentence(page.model.rows[page.model.row_of("2026-003")])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("angstrom", "Zoë Ångström"),
        ("ZOE", "Zoë Ångström"),
        ("ben@exam", "Ben Archer"),
        ("archer 2026-003", "Ben Archer"),
    ],
)
def test_words_find_a_case_without_case_and_accents(page: CasesPage, words: str, found: str) -> None:
    page.filter.words.setText(words)
    assert names(page) == [found]
    page.filter.all.click()
    assert len(names(page)) > 3


def test_filters_narrow_by_standing_state_and_right(page: CasesPage) -> None:
    page.filter.standing.choose(CaseStanding.LATE)
    assert names(page) == ["Cara Late"]
    page.filter.standing.choose(CaseStanding.ENDED)
    assert names(page) == ["Dan Done"]
    page.filter.show_all()
    page.filter.state.choose(CaseState.WITHDRAWN)
    assert names(page) == ["Dan Done"]
    page.filter.show_all()
    page.filter.right.choose(Right.ACCESS)
    assert set(names(page)) == {"Zoë Ångström", "Ben Archer", "Dan Done"}
    page.filter.words.setText("nobody")
    assert page._none_fits.isVisible()


def test_what_is_chosen_stays_chosen_while_it_fits(page: CasesPage) -> None:
    page.table.choose(page.model.row_of("2026-003"))
    page.filter.words.setText("e")
    assert page.table.current().ref == "2026-003"


def test_a_forgotten_case_has_no_name_any_more(page: CasesPage, visitor: Visitor) -> None:
    ref = next(row.ref for row in page.model.rows if row.names[0] == "Dan Done")
    ending.forget_case(visitor.desk, ref)
    visitor.session.tell()
    visitor.settle()
    row = page.model.rows[page.model.row_of(ref)]
    assert row.names == ()
    assert "no name known" in page.model.sentence(row)
    assert "Dan Done" not in str(visitor.desk.vault.cases.all())


@pytest.mark.usefixtures("page")
def test_names_stand_in_no_cache(visitor: Visitor) -> None:
    kept = visitor.desk.vault.db.conn.execute("SELECT summary FROM case_list").fetchall()
    assert "Ben Archer" not in str(kept)
    assert visitor.desk.vault.problems() == []


def test_the_list_is_read_beside_the_window(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def read(desk: Desk) -> list[CaseLine]:
        threads.append(threading.current_thread())
        return list_cases(desk)

    monkeypatch.setattr(case_list, "list_cases", read)
    visitor.show("cases").forget()
    visitor.settle()
    assert threads
    assert threading.main_thread() not in threads


def test_orders_are_named_by_authority_and_docket() -> None:
    order = _line({"authority": "Example Authority", "docket": "C-4/27"}, about="scope")
    person = _line({"identifiers": {"names": ["Ann"], "emails": ["a@example.org"]}})
    assert order.names == ("Example Authority", "C-4/27")
    assert person.names == ("Ann", "a@example.org")
    now = _now(order, person)
    assert narrowed(now, CasesWanted("c-4")) == [order]
    assert narrowed(now, CasesWanted(orders_only=True)) == [order]
    assert narrowed(now, CasesWanted(right=Right.ERASURE)) == [person]


def test_an_order_is_late_by_the_duties_that_are_open_and_not_by_its_first_day() -> None:
    order, person = _line({"docket": "C-4/27"}, about="scope"), _line({})
    today = date(2026, 3, 1)
    done = DutiesOpen((DatedDuty("2026-04-01", message("duty.read-again", count=30), ""),), today)
    missed = DutiesOpen((DatedDuty("2026-02-28", message("duty.read-again", count=30), ""),), today)
    late = CasesWanted(standing=CaseStanding.LATE)
    now = _now(order, today=today)
    assert (now.late, now.with_duties({order.ref: done}).late, now.with_duties({order.ref: missed}).late) == (0, 0, 1)
    assert narrowed(now.with_duties({order.ref: missed}), late) == [order]
    assert narrowed(_now(person, today=today), late) == [person]


@pytest.mark.parametrize(("state", "answered", "late"), [("new", "", 1), ("new", "2026-02-05", 0), ("refused", "", 0)])
def test_a_person_who_was_answered_or_whose_case_ended_is_not_late(state: str, answered: str, late: int) -> None:
    summary = f'{{"state": "{state}", "about": "person", "right": "erasure", "answered": "{answered}"}}'
    ended = "2026-02-20T00:00:00Z" if state == "refused" else ""
    line = CaseLine(Listed("id", "2026-009", 1, "2026-02-01", ended, summary), {})
    assert _now(line, today=date(2026, 3, 1)).late == late
    assert _now(line, today=date(2026, 2, 1)).late == 0


def _now(*cases: CaseLine, today: date = date(2026, 1, 1)) -> CasesNow:
    return CasesNow(today, cases, {}, (), False, {})


def _line(named: dict[str, object], about: str = "person") -> CaseLine:
    summary = f'{{"state": "new", "about": "{about}", "right": "erasure"}}'
    return CaseLine(Listed("id", "2026-009", 1, "2026-02-01", "", summary), named)


def test_thousands_of_cases_are_narrowed() -> None:
    many = [_line({"identifiers": {"names": [f"Person {n}"]}}) for n in range(5000)]
    assert len(narrowed(_now(*many), CasesWanted("person 4999"))) == 1
