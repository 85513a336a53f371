"""No law and no day is assumed when a case is opened, and what is doubtful is opened only knowingly."""

from __future__ import annotations

from datetime import date

import pytest

from dsr_desk.app.case import case_lines, cases, drafts
from dsr_desk.app.desk import Desk
from dsr_desk.core.deadlines import Place
from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, OriginCheck, Request, Right, Whose
from dsr_desk.intake.drp import FAILED_SIGNATURE
from dsr_desk.intake.model import NO_DAY, NO_LAW, NO_RIGHT

DAY = date(2026, 4, 1)


def draft(
    law: Law = Law.EU_GDPR, received: date | None = DAY, checks: tuple[OriginCheck, ...] = ()
) -> drafts.RequestDraft:
    found = (Found(FoundKind.EMAIL, "ada@example.org"), Found(FoundKind.EMAIL, "help@us.example", whose=Whose.HOUSE))
    read = Request(Channel.EMAIL, found, Right.ERASURE, law, received, checks=checks)
    return drafts.RequestDraft(read, read, b"", (), (NO_LAW, NO_DAY, NO_RIGHT))


def opened(desk: Desk, given: drafts.RequestDraft, place: Place | None = None, **knowingly: bool) -> cases.CaseView:
    view, _ = cases.open_case(desk, given, without_photo=True, confirmed=True, place=place, **knowingly)
    return view


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (draft(law=Law.UNKNOWN), drafts.LawUnsaid),
        (draft(received=None), drafts.DayUnsaid),
        (draft(law=Law.ORDER), drafts.RequestIsOrder),
    ],
)
def test_nothing_is_assumed(desk: Desk, given: drafts.RequestDraft, error: type[Exception]) -> None:
    with pytest.raises(error):
        opened(desk, given)
    assert case_lines.list_cases(desk) == []


def test_what_an_officer_says_of_law_and_day_is_noted_as_hers(desk: Desk) -> None:
    said = drafts.correct(draft(law=Law.UNKNOWN, received=None), law=Law.CCPA, received=DAY)
    view = opened(desk, said)
    assert (view.law, view.received) == (Law.CCPA, DAY)
    assert view.request.typed_by(FoundKind.LAW) == desk.vault.officer_key
    assert view.request.typed_by(FoundKind.RECEIVED) == desk.vault.officer_key


def test_what_an_officer_answered_is_not_asked_again() -> None:
    assert drafts.correct(draft(), law=Law.CCPA, received=DAY).warnings == (NO_RIGHT,)


def test_a_request_whose_signature_fails_is_opened_only_knowingly(desk: Desk) -> None:
    doubtful = draft(checks=(OriginCheck(message(FAILED_SIGNATURE, agent="AGENT-1"), False),))
    with pytest.raises(drafts.SignatureFails):
        opened(desk, doubtful)
    view = opened(desk, doubtful, although_signature_fails=True)
    assert view.request.checks == doubtful.read.checks


def test_holidays_are_those_of_the_case_and_not_always_those_of_the_office(desk: Desk) -> None:
    assert opened(desk, draft(law=Law.UK_GDPR)).due == date(2026, 5, 1)
    assert opened(desk, draft(), Place("DE", "BE")).due == date(2026, 5, 4)
    assert opened(desk, draft(), Place("GB", "ENG")).due == date(2026, 5, 1)


def test_what_is_others_is_said_and_not_searched(desk: Desk) -> None:
    given = draft()
    assert opened(desk, given).identifiers.emails == ("ada@example.org",)
    assert [str(one) for one in drafts.left_out(given)] == [
        "Not searched for, because it is not the person's: help@us.example."
    ]
