"""The clock of a case: extended in time and with reasons, standing still where a law lets it, ended by an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dsr_desk.app.case import case_lines, cases, clock, drafts, duties, ending
from dsr_desk.app.desk import Desk
from dsr_desk.core.deadlines import Place, StopReason
from dsr_desk.core.refusals import AnswerDayImpossible, CaseOver
from dsr_desk.core.requests import CaseState, Channel, Found, FoundKind, Law, Request, Right

ARRIVED = date(2026, 11, 3)
TODAY = date(2026, 11, 30)


def opened(desk: Desk, law: Law = Law.EU_GDPR) -> str:
    found = (Found(FoundKind.EMAIL, "ada@example.org"),)
    request = Request(Channel.FORM, found, right=Right.ERASURE, law=law, received=ARRIVED)
    draft = replace(drafts.understand(None, []), read=request, request=request)
    view, _ = cases.open_case(desk, draft, confirmed=True, without_photo=True, place=Place("DE", "BE"), today=ARRIVED)
    return view.ref


def due(desk: Desk, ref: str) -> date:
    return cases.show_case(desk, ref).due


def test_an_extension_with_reasons_told_in_time_gives_three_months_in_all(desk: Desk) -> None:
    ref = opened(desk)
    assert due(desk, ref) == date(2026, 12, 3)
    clock.extend(desk, ref, date(2026, 11, 20), "Photos of 40 datasets have to be looked through", TODAY)
    assert due(desk, ref) == date(2027, 2, 3)
    assert cases.show_case(desk, ref).deadline.extended


@pytest.mark.parametrize(
    ("told", "today"),
    [
        (date(2026, 12, 4), date(2026, 12, 10)),
        (date(2026, 11, 2), TODAY),
        (date(2026, 12, 1), TODAY),
    ],
    ids=["after the first due day", "before the request", "in the future"],
)
def test_what_was_told_at_another_time_extends_nothing(desk: Desk, told: date, today: date) -> None:
    ref = opened(desk)
    with pytest.raises(clock.ExtensionRefused):
        clock.extend(desk, ref, told, "it takes longer", today)
    assert due(desk, ref) == date(2026, 12, 3)


def test_a_law_without_an_extension_gives_none(desk: Desk) -> None:
    ref = opened(desk, Law.LGPD)
    with pytest.raises(clock.ExtensionRefused):
        clock.extend(desk, ref, date(2026, 11, 4), "it takes longer", TODAY)


@pytest.mark.parametrize("act", ["extend", "pause"])
def test_nothing_of_the_clock_changes_without_a_reason(desk: Desk, act: str) -> None:
    ref = opened(desk, Law.UK_GDPR)
    acts: dict[str, Callable[[], object]] = {
        "extend": lambda: clock.extend(desk, ref, date(2026, 11, 20), " ", TODAY),
        "pause": lambda: clock.pause(desk, ref, StopReason.IDENTITY, date(2026, 11, 5), " "),
    }
    with pytest.raises(clock.ClockUnexplained):
        acts[act]()


def test_a_clock_that_stands_still_runs_on_from_the_answer(desk: Desk) -> None:
    ref = opened(desk, Law.UK_GDPR)
    before = due(desk, ref)
    clock.pause(desk, ref, StopReason.IDENTITY, date(2026, 11, 5), "asked for a proof of identity", TODAY)
    assert cases.show_case(desk, ref).deadline.stands_still
    clock.resume(desk, ref, date(2026, 11, 25), TODAY)
    after = cases.show_case(desk, ref)
    assert not after.deadline.stands_still
    assert after.due > before
    assert [(one.begin.day, one.end and one.end.day) for one in after.stops] == [(5, 25)]


def test_a_law_that_knows_no_standstill_lets_the_clock_run(desk: Desk) -> None:
    ref = opened(desk)
    with pytest.raises(clock.StopRefused):
        clock.pause(desk, ref, StopReason.CLARIFICATION, date(2026, 11, 5), "asked which photos")
    assert due(desk, ref) == date(2026, 12, 3)


def test_a_clock_stands_still_once_and_runs_on_once(desk: Desk) -> None:
    ref = opened(desk, Law.UK_GDPR)
    with pytest.raises(clock.StopImpossible):
        clock.resume(desk, ref, date(2026, 11, 9), TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.pause(desk, ref, StopReason.FEE, date(2026, 11, 2), "a fee", TODAY)
    clock.pause(desk, ref, StopReason.FEE, date(2026, 11, 5), "a fee", TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.pause(desk, ref, StopReason.FEE, date(2026, 11, 6), "a fee again", TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.resume(desk, ref, date(2026, 11, 4), TODAY)


def test_a_clock_stands_still_from_the_day_on_which_the_request_arrived(desk: Desk) -> None:
    ref = opened(desk, Law.UK_GDPR)
    clock.pause(desk, ref, StopReason.IDENTITY, ARRIVED, "asked for a proof of identity", TODAY)
    clock.resume(desk, ref, ARRIVED, TODAY)
    assert not cases.show_case(desk, ref).deadline.stands_still


def test_no_day_is_left_out_of_the_clock_twice(desk: Desk) -> None:
    ref = opened(desk, Law.UK_GDPR)
    clock.pause(desk, ref, StopReason.CLARIFICATION, date(2026, 11, 5), "asked which photos", TODAY)
    clock.resume(desk, ref, date(2026, 11, 9), TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.resume(desk, ref, date(2026, 11, 20), TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.pause(desk, ref, StopReason.CLARIFICATION, date(2026, 11, 8), "asked again", TODAY)
    clock.pause(desk, ref, StopReason.CLARIFICATION, date(2026, 11, 9), "asked again", TODAY)
    assert len(cases.show_case(desk, ref).stops) == 2


def test_nobody_waits_or_has_waited_in_the_future(desk: Desk) -> None:
    ref, tomorrow = opened(desk, Law.UK_GDPR), TODAY + timedelta(1)
    with pytest.raises(clock.StopImpossible):
        clock.pause(desk, ref, StopReason.IDENTITY, tomorrow, "asked for a proof of identity", TODAY)
    clock.pause(desk, ref, StopReason.IDENTITY, TODAY, "asked for a proof of identity", TODAY)
    before = cases.show_case(desk, ref).due
    with pytest.raises(clock.StopImpossible):
        clock.resume(desk, ref, tomorrow, TODAY)
    assert cases.show_case(desk, ref).due == before


def test_the_future_begins_after_today_where_no_day_is_given(desk: Desk) -> None:
    ref, soon = opened(desk, Law.UK_GDPR), date.today() + timedelta(2)
    with pytest.raises(clock.ExtensionRefused):
        clock.extend(desk, ref, soon, "forty datasets")
    with pytest.raises(clock.StopImpossible):
        clock.pause(desk, ref, StopReason.FEE, soon, "a fee")
    with pytest.raises(AnswerDayImpossible):
        clock.answered(desk, ref, soon, "by letter")
    clock.pause(desk, ref, StopReason.FEE, ARRIVED, "a fee", TODAY)
    with pytest.raises(clock.StopImpossible):
        clock.resume(desk, ref, soon)


def test_other_corrections_leave_extension_and_standstill_as_they_are(desk: Desk) -> None:
    ref = opened(desk, Law.UK_GDPR)
    clock.pause(desk, ref, StopReason.FEE, date(2026, 11, 5), "a fee", TODAY)
    clock.extend(desk, ref, date(2026, 11, 20), "forty datasets", TODAY)
    view = cases.show_case(desk, ref)
    cases.edit_request(
        desk, ref, right=Right.ACCESS, law=view.law, received=view.received, identifiers=view.identifiers
    )
    after = cases.show_case(desk, ref)
    assert (after.right, after.extended, after.stops) == (Right.ACCESS, view.extended, view.stops)


def test_whoever_was_answered_in_time_is_not_late_while_the_case_stays_open(desk: Desk) -> None:
    ref = opened(desk)
    clock.answered(desk, ref, date(2026, 12, 1), "by letter", date(2026, 12, 1))
    months_later = date(2027, 6, 1)
    (line,) = case_lines.list_cases(desk)
    waits = opened(desk)
    listed = duties.urgent_first(case_lines.list_cases(desk), {}, months_later)
    assert [one.ref for one in listed] == [waits, ref]
    view = cases.show_case(desk, ref)
    assert line.days_left(months_later) == view.days_left(months_later) == 2
    said = clock.answer_said(view)
    assert said is not None
    assert said.code == "answered.in-time"


def test_an_answer_that_came_late_is_said_to_be_late_by_so_many_days(desk: Desk) -> None:
    ref = opened(desk)
    clock.answered(desk, ref, date(2026, 12, 8), "", date(2026, 12, 9))
    said = clock.answer_said(cases.show_case(desk, ref))
    assert said is not None
    assert (said.code, said.values["count"]) == ("answered.late", 5)


def test_an_answer_on_the_last_day_is_in_time_and_none_is_neither(desk: Desk) -> None:
    ref = opened(desk)
    assert clock.answer_said(cases.show_case(desk, ref)) is None
    clock.answered(desk, ref, due(desk, ref), "", due(desk, ref))
    said = clock.answer_said(cases.show_case(desk, ref))
    assert said is not None
    assert said.code == "answered.in-time"


@pytest.mark.parametrize("day", [date(2026, 11, 2), date(2026, 12, 1)], ids=["before the request", "in the future"])
def test_nobody_is_answered_before_she_asked_or_tomorrow(desk: Desk, day: date) -> None:
    ref = opened(desk)
    with pytest.raises(AnswerDayImpossible):
        clock.answered(desk, ref, day, "", TODAY)
    assert cases.show_case(desk, ref).answered is None


def test_the_answer_can_be_recorded_and_taken_back_when_the_case_has_ended(desk: Desk) -> None:
    ref = opened(desk)
    ending.end_case(desk, ref, CaseState.WITHDRAWN, "she wrote that she withdraws")
    clock.answered(desk, ref, date(2026, 11, 20), "by letter", TODAY)
    assert cases.show_case(desk, ref).answered == date(2026, 11, 20)
    clock.answered(desk, ref, None, "it came back", TODAY)
    assert cases.show_case(desk, ref).answered is None
    with pytest.raises(CaseOver):
        clock.extend(desk, ref, date(2026, 11, 20), "it takes longer", TODAY)
