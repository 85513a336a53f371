"""Clocks, checked against dates worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.deadlines import (
    ClockUnknown,
    Duty,
    Place,
    PlaceUnknown,
    Stop,
    StopReason,
    answer_due,
    deadlines,
)
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.language import day as day_in_words
from dsr_desk.core.message import message
from dsr_desk.core.requests import Law

DAYS = st.dates(date(2019, 1, 1), date(2035, 12, 31))
LAWS_WITH_CLOCK = [law for law in Law if law is not Law.UNKNOWN]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 3, 3), date(2026, 4, 3)),
        (date(2026, 1, 30), date(2026, 3, 2)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 4, 17), date(2026, 5, 18)),
    ],
)
def test_a_month_ends_on_the_same_day_of_the_next_month_or_its_last(received: date, due: date) -> None:
    assert answer_due(Law.EU_GDPR, received).due == due


def test_a_public_holiday_and_the_weekend_after_it_move_the_day() -> None:
    clock = answer_due(Law.EU_GDPR, date(2026, 3, 3), Place("DE", "BE"))
    assert clock.due == date(2026, 4, 7)
    assert clock.holidays == ((date(2026, 4, 3), "Good Friday"), (date(2026, 4, 6), "Easter Monday"))
    friday = message("clock.holiday", day="2026-04-03", name=message("holiday", en="Good Friday", de="Karfreitag"))
    assert friday in clock.steps
    assert friday.say("en") == "Friday, 3 April 2026 is a public holiday (Good Friday)."
    assert friday.say("de") == "Freitag, 3. April 2026 ist ein gesetzlicher Feiertag (Karfreitag)."


def test_holidays_of_one_region_do_not_count_in_another() -> None:
    received = date(2026, 5, 4)
    assert answer_due(Law.EU_GDPR, received, Place("DE", "BY")).due == date(2026, 6, 5)
    assert answer_due(Law.EU_GDPR, received, Place("DE", "BE")).due == date(2026, 6, 4)


def test_without_a_country_the_steps_say_that_holidays_were_not_counted() -> None:
    clock = answer_due(Law.EU_GDPR, date(2026, 3, 3))
    assert message("clock.no-country") in clock.steps


def test_an_extension_notified_in_time_gives_three_months_from_the_original_start() -> None:
    clock = answer_due(Law.UK_GDPR, date(2026, 1, 31), extension_notified=date(2026, 2, 20))
    assert clock.due == date(2026, 4, 30)
    assert clock.extended


def test_an_extension_notified_too_late_does_not_move_the_date() -> None:
    clock = answer_due(Law.EU_GDPR, date(2026, 3, 3), extension_notified=date(2026, 4, 4))
    assert clock.due == date(2026, 4, 3)
    assert not clock.extended
    assert clock.warnings == (message("clock.extended.months.late", day="2026-04-04"),)


def test_the_uk_clock_stops_for_clarification_and_adds_the_days() -> None:
    stop = Stop(StopReason.CLARIFICATION, date(2026, 3, 10), date(2026, 3, 15))
    clock = answer_due(Law.UK_GDPR, date(2026, 3, 2), stops=[stop])
    assert clock.due == date(2026, 4, 7)
    assert not clock.stands_still


def test_the_uk_month_runs_from_the_day_the_identity_was_shown() -> None:
    stop = Stop(StopReason.IDENTITY, date(2026, 3, 3), date(2026, 3, 12))
    assert answer_due(Law.UK_GDPR, date(2026, 3, 2), stops=[stop]).due == date(2026, 4, 13)


def test_overlapping_stops_are_not_added_twice() -> None:
    stop = Stop(StopReason.CLARIFICATION, date(2026, 3, 10), date(2026, 3, 15))
    once = answer_due(Law.UK_GDPR, date(2026, 3, 2), stops=[stop])
    assert answer_due(Law.UK_GDPR, date(2026, 3, 2), stops=[stop, stop]).due == once.due


def test_an_open_stop_leaves_the_date_and_says_that_the_clock_stands_still() -> None:
    clock = answer_due(Law.UK_GDPR, date(2026, 3, 2), stops=[Stop(StopReason.IDENTITY, date(2026, 3, 3))])
    assert clock.due == date(2026, 4, 2)
    assert clock.stands_still


def test_a_stop_does_not_move_the_date_of_the_eu() -> None:
    stop = Stop(StopReason.IDENTITY, date(2026, 3, 4), date(2026, 3, 20))
    clock = answer_due(Law.EU_GDPR, date(2026, 3, 3), stops=[stop])
    assert clock.due == date(2026, 4, 3)
    assert clock.warnings == (message("clock.stop.board"),)
    assert message("clock.no-stop") in clock.steps


def test_california_asks_for_an_acknowledgement_in_ten_business_days_and_an_answer_in_45_days() -> None:
    answer, acknowledge, log = deadlines(Law.CCPA, date(2026, 6, 26))
    assert (answer.duty, answer.due) == (Duty.ANSWER, date(2026, 8, 10))
    assert (acknowledge.duty, acknowledge.due) == (Duty.ACKNOWLEDGE, date(2026, 7, 13))
    assert "Independence Day" in acknowledge.holidays[0][1]
    assert (log.duty, log.due) == (Duty.LOG, date(2028, 6, 26))


def test_california_gives_90_days_in_all_after_a_reasoned_notice() -> None:
    clock = answer_due(Law.CCPA, date(2026, 6, 26), extension_notified=date(2026, 8, 1))
    assert clock.due == date(2026, 6, 26) + timedelta(90)


@pytest.mark.parametrize(
    ("law", "days"),
    [
        (Law.DROP, 45),
        (Law.VIRGINIA, 45),
        (Law.TEXAS, 45),
        (Law.COLORADO, 45),
        (Law.LGPD, 15),
        (Law.PIPEDA, 30),
        (Law.QUEBEC, 30),
        (Law.KOREA, 10),
    ],
)
def test_laws_that_count_days_count_calendar_days(law: Law, days: int) -> None:
    assert answer_due(law, date(2026, 3, 2)).due == date(2026, 3, 2) + timedelta(days)


@pytest.mark.parametrize("law", [Law.EU_GDPR, Law.UK_GDPR, Law.CCPA])
def test_nobody_is_told_of_an_extension_before_she_asked(law: Law) -> None:
    received, day = date(2026, 3, 2), date(2026, 3, 1)
    clock = answer_due(law, received, extension_notified=day)
    assert (clock.due, clock.extended) == (answer_due(law, received).due, False)
    assert clock.warnings == (message("clock.extended.early", day="2026-03-01"),)
    assert answer_due(law, received, extension_notified=received).extended


def test_a_law_without_extension_says_so() -> None:
    clock = answer_due(Law.KOREA, date(2026, 3, 2), extension_notified=date(2026, 3, 3))
    assert clock.due == date(2026, 3, 12)
    assert clock.warnings == (message("clock.extended.unknown"),)


def test_virginia_has_60_days_for_an_appeal() -> None:
    _, appeal = deadlines(Law.VIRGINIA, date(2026, 3, 2), appeal_received=date(2026, 5, 1))
    assert (appeal.duty, appeal.due) == (Duty.APPEAL, date(2026, 6, 30))


def test_brazil_asks_for_a_simplified_answer_at_once() -> None:
    assert deadlines(Law.LGPD, date(2026, 3, 2))[1].due == date(2026, 3, 2)


def test_illinois_takes_the_purpose_or_three_years_whichever_is_first() -> None:
    assert answer_due(Law.BIPA, date(2024, 2, 29)).due == date(2027, 2, 28)
    assert deadlines(Law.BIPA, date(2024, 2, 29), purpose_met=date(2025, 1, 1))[0].due == date(2025, 1, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_of_a_month_can_be_followed_by_hand_in_each_language(language: str) -> None:
    clock = answer_due(Law.EU_GDPR, date(2026, 1, 31), Place("DE", "BE"))
    said = [step.say(language) for step in clock.steps if step.code != "clock.calendar"]
    days = [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 2, 28),
        date(2026, 3, 1),
        date(2026, 3, 2),
        date(2026, 3, 2),
    ]
    assert len(said) == len(days)
    assert all(day_in_words(day, language, weekday=True) in step for day, step in zip(days, said, strict=True))


def test_the_rule_is_named_in_each_language() -> None:
    rule = answer_due(Law.EU_GDPR, date(2026, 3, 3)).rule
    assert rule.say("en") == "Article 12(3) GDPR with Article 3 of Regulation 1182/71"
    assert rule.say("de") == "Artikel 12 Absatz 3 DSGVO mit Artikel 3 der Verordnung 1182/71"


def test_an_order_has_its_dated_obligations() -> None:
    due = {clock.duty: clock.due for clock in deadlines(Law.ORDER, date(2026, 1, 1), photo_days=45)}
    assert due == {
        Duty.PHOTOS: date(2026, 2, 15),
        Duty.RECIPIENTS: date(2026, 3, 2),
        Duty.EMBEDDINGS: date(2026, 4, 1),
        Duty.WORK_PRODUCT: date(2026, 4, 1),
    }


def test_no_law_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ClockUnknown):
        answer_due(Law.UNKNOWN, date(2026, 3, 3))


@pytest.mark.parametrize("place", [Place("XX"), Place("DE", "ZZ")])
def test_an_unknown_place_is_an_error_that_names_it(place: Place) -> None:
    with pytest.raises(PlaceUnknown, match=str(place)):
        answer_due(Law.EU_GDPR, date(2026, 3, 3), place)


@given(received=DAYS, law=st.sampled_from(LAWS_WITH_CLOCK))
def test_every_clock_shows_its_arithmetic_and_ends_with_the_day(received: date, law: Law) -> None:
    for clock in deadlines(law, received):
        assert clock.due >= received
        assert clock.steps
        assert any(clock.due.isoformat() in step.values.values() for step in clock.steps)
        assert clock.days_left(clock.due) == 0


@given(received=DAYS)
def test_a_month_never_ends_on_a_day_off_and_never_later_than_five_days_after(received: date) -> None:
    clock = answer_due(Law.EU_GDPR, received, Place("PL"))
    assert clock.due.weekday() < 5
    assert timedelta(28) <= clock.due - received <= timedelta(31 + 5)


@given(received=DAYS)
def test_an_extension_always_gives_more_time(received: date) -> None:
    plain = answer_due(Law.EU_GDPR, received)
    assert answer_due(Law.EU_GDPR, received, extension_notified=received).due > plain.due


def test_a_clock_says_whose_public_holidays_it_counts() -> None:
    bavarian = answer_due(Law.EU_GDPR, date(2026, 5, 4), Place("DE", "BY"))
    assert message("clock.calendar", place="DE-BY") in bavarian.steps
    assert message("clock.calendar", place="GB") in answer_due(Law.UK_GDPR, date(2026, 5, 4)).steps
