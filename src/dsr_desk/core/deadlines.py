"""Clocks: when a request must be answered, with the arithmetic in sentences that an officer can check by hand.

Months follow Article 3 of Regulation (EEC, Euratom) 1182/71. Where a rule leaves room, the earlier day is taken.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import holidays

from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import Law


class PlaceUnknown(DeskError):
    code = "CLOCK-PLACE-UNKNOWN"
    happened = "No calendar of public holidays is known for {place}."
    means = "The due date of this case cannot be computed with that place's holidays."
    todo = "Use a two-letter country code such as DE and its own code of the region such as BE, or leave both empty."


class ClockUnknown(DeskError):
    code = "CLOCK-LAW-UNKNOWN"
    happened = "No law was chosen for this request."
    means = "Without a law there is no due date."
    todo = "Choose the law in the case's request."


class Duty(StrEnum):
    """What is due."""

    ANSWER = "answer"
    ACKNOWLEDGE = "acknowledge"
    FIRST_ANSWER = "simplified answer"
    APPEAL = "answer to an appeal"
    NEXT_LOOK = "next look into the register"
    DESTRUCTION = "destruction"
    LOG = "end of keeping the log"
    RECIPIENTS = "data recipients identified and instructed"
    PHOTOS = "photos deleted"
    EMBEDDINGS = "embeddings deleted"
    WORK_PRODUCT = "affected models and algorithms deleted"


class StopReason(StrEnum):
    IDENTITY = "identity"
    FEE = "fee"
    CLARIFICATION = "clarification"


@dataclass(frozen=True)
class Stop:
    """Time in which the officer waits for the requester. `end` is the day the answer came, None while it is open."""

    reason: StopReason
    begin: date
    end: date | None = None


@dataclass(frozen=True)
class Place:
    """Whose public holidays count: country (ISO 3166-1, two letters) and region (ISO 3166-2 without the country)."""

    country: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"{self.country}-{self.region}" if self.region else self.country


@dataclass(frozen=True)
class Deadline:
    """One duty and the last day for it. `steps` show how `due` follows from `start`; `rule` names the source.

    `stands_still` is true while an open stop keeps the clock from running; `due` is then the day without that stop.
    `holidays` are the public holidays that changed the result.
    """

    duty: Duty
    law: Law
    start: date
    due: date
    rule: str
    steps: tuple[str, ...]
    holidays: tuple[tuple[date, str], ...] = ()
    warnings: tuple[str, ...] = ()
    stands_still: bool = False
    extended: bool = False

    def days_left(self, today: date) -> int:
        """Calendar days until the last day; negative once it has passed."""
        return (self.due - today).days


def answer_due(
    law: Law,
    received: date,
    place: Place = Place(),
    *,
    extension_notified: date | None = None,
    stops: Sequence[Stop] = (),
) -> Deadline:
    """The deadline for the answer itself (for BIPA and orders: the first thing that is due)."""
    return deadlines(law, received, place, extension_notified=extension_notified, stops=stops)[0]


def deadlines(
    law: Law,
    received: date,
    place: Place = Place(),
    *,
    extension_notified: date | None = None,
    stops: Sequence[Stop] = (),
    appeal_received: date | None = None,
    purpose_met: date | None = None,
    photo_days: int = 20,
) -> tuple[Deadline, ...]:
    """All that is due for one request, the main duty first.

    `extension_notified`: day on which the requester was told, with reasons, that it takes longer. `received` is the
    day of the order for Law.ORDER (`photo_days`: 20 to 45, as the order says) and the last contact for Law.BIPA.
    Raises ClockUnknown, PlaceUnknown.
    """
    if law in _MONTHS:
        return (_month_clock(law, received, place, extension_notified, stops),)
    if law in _DAYS:
        main = _day_clock(law, received, extension_notified)
        return (main, *_beside(law, received, place, appeal_received))
    if law is Law.BIPA:
        return (_bipa(received, purpose_met),)
    if law is Law.ORDER:
        return _order(received, photo_days)
    raise ClockUnknown


@dataclass(frozen=True)
class _Days:
    days: int
    extended: int
    rule: str


_MONTHS = {
    Law.EU_GDPR: "Article 12(3) GDPR with Article 3 of Regulation 1182/71",
    Law.UK_GDPR: "Articles 12(3) and 12A UK GDPR",
}
_DAYS = {
    Law.CCPA: _Days(45, 90, "California Civil Code 1798.130(a)(2)"),
    Law.DROP: _Days(45, 45, "California Civil Code 1798.99.86(c)"),
    Law.VIRGINIA: _Days(45, 90, "Code of Virginia 59.1-577(B)"),
    Law.TEXAS: _Days(45, 90, "Texas Business and Commerce Code 541.052"),
    Law.COLORADO: _Days(45, 90, "Colorado Revised Statutes 6-1-1306(2)"),
    Law.LGPD: _Days(15, 15, "Article 19 LGPD"),
    Law.PIPEDA: _Days(30, 60, "PIPEDA, Schedule 1, 4.9 and section 8"),
    Law.QUEBEC: _Days(30, 30, "Quebec Act P-39.1, section 32"),
    Law.KOREA: _Days(10, 10, "Korea, PIPA Enforcement Decree"),
}


# Not strftime: its words follow the machine's language, these sentences are English.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def say_day(day: date) -> str:
    """A day in words that no reader turns round: Tuesday 3 March 2026."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _month_clock(
    law: Law, received: date, place: Place, extension_notified: date | None, stops: Sequence[Stop]
) -> Deadline:
    steps = [f"The request arrived on {say_day(received)}; that day is not counted."]
    warnings: list[str] = []
    start, paused, still = received, 0, False
    if law is Law.UK_GDPR:
        place = place if place.country else Place("GB")
        start, paused, still = _uk_stops(received, stops, steps)
    elif stops:
        steps.append("Waiting for the requester is on record; the Regulation has no stop for it, so nothing is added.")
        warnings.append(
            "Where the identity was in reasonable doubt and was asked for without delay, the European Data Protection "
            "Board accepts that the clock waits; this date does not count on it."
        )
    off = free_days(place, start.year, start.year + 2)
    one = _month_end(start, 1, paused, off, steps)
    extended = False
    if extension_notified is not None:
        if extension_notified <= one.day:
            steps.append(
                f"The extension was notified on {say_day(extension_notified)}, within the first month: "
                "three months in total run from the original start."
            )
            one = _month_end(start, 3, paused, off, steps)
            extended = True
        else:
            warnings.append(
                f"The extension was notified on {say_day(extension_notified)}, after the first month had ended; "
                "it does not move the date."
            )
    if law is Law.UK_GDPR and not place.region:
        steps.append("Only holidays common to all parts of the United Kingdom were counted.")
    if not place.country:
        steps.append("No country is set, so no public holidays were counted, only Saturdays and Sundays.")
    steps.append(f"Last day: {say_day(one.day)}, until midnight.")
    return Deadline(
        Duty.ANSWER,
        law,
        received,
        one.day,
        _MONTHS[law],
        tuple(steps),
        one.holidays,
        tuple(warnings),
        stands_still=still,
        extended=extended,
    )


def _uk_stops(received: date, stops: Sequence[Stop], steps: list[str]) -> tuple[date, int, bool]:
    """Start of the month, days added for clarification, and whether the clock stands still."""
    start, still = received, False
    paused: set[date] = set()
    for stop in stops:
        if stop.end is None:
            still = True
            steps.append(f"Since {say_day(stop.begin)} the clock stands still: waiting for {stop.reason}.")
        elif stop.reason is StopReason.CLARIFICATION:
            days = (stop.end - stop.begin).days
            paused.update(stop.begin + timedelta(n) for n in range(days))
            steps.append(
                f"From {say_day(stop.begin)} to {say_day(stop.end)} the clock stood still for clarification: "
                f"{days} days are added."
            )
        elif stop.end > start:
            start = stop.end
            steps.append(f"What was asked for ({stop.reason}) came on {say_day(stop.end)}: the month runs from there.")
    return start, len({day for day in paused if day >= start}), still


@dataclass(frozen=True)
class _End:
    day: date
    holidays: tuple[tuple[date, str], ...]


def _month_end(start: date, months: int, paused: int, off: dict[date, str], steps: list[str]) -> _End:
    day = add_months(start, months)
    span = "month" if months == 1 else "months"
    if day.day == start.day:
        steps.append(f"{months} {span} later is the same day of the month: {say_day(day)}.")
    else:
        steps.append(
            f"{months} {span} later there is no day {start.day}, so the last day of that month counts: {say_day(day)}."
        )
    if paused:
        day += timedelta(paused)
        steps.append(f"{paused} days of standstill later: {say_day(day)}.")
    return _next_working_day(day, off, steps)


def _next_working_day(day: date, off: dict[date, str], steps: list[str]) -> _End:
    used: list[tuple[date, str]] = []
    first = day
    while (why := _not_working(day, off)) is not None:
        if day in off:
            used.append((day, off[day]))
        steps.append(f"{say_day(day)} is {why}.")
        day += timedelta(1)
    if day != first:
        steps.append(f"So the next working day counts: {say_day(day)}.")
    return _End(day, tuple(used))


def _not_working(day: date, off: dict[date, str]) -> str | None:
    if day in off:
        return f"a public holiday ({off[day]})"
    return "not a working day" if day.weekday() >= 5 else None


def free_days(place: Place, first_year: int, last_year: int) -> dict[date, str]:
    """Public holidays with their names, years inclusive; empty without a country. Raises PlaceUnknown."""
    if not place.country:
        return {}
    try:
        calendar = holidays.country_holidays(
            place.country.upper(),
            subdiv=place.region or None,
            years=range(first_year, last_year + 1),
            language="en_US",
        )
    except NotImplementedError as problem:
        raise PlaceUnknown(place=str(place)) from problem
    return dict(sorted(calendar.items()))


def _day_clock(law: Law, received: date, extension_notified: date | None) -> Deadline:
    rule = _DAYS[law]
    days, extended, warnings = rule.days, False, []
    due = received + timedelta(days)
    steps = [
        f"The request arrived on {say_day(received)}; that day is not counted.",
        f"{days} calendar days later: {say_day(due)}.",
    ]
    if law is Law.CCPA:
        steps.append("Checking who asks does not stop this clock.")
    if extension_notified is not None:
        if rule.extended == rule.days:
            warnings.append("This law knows no extension; the notice does not move the date.")
        elif extension_notified <= due:
            due, extended = received + timedelta(rule.extended), True
            steps.append(
                f"The extension was notified with reasons on {say_day(extension_notified)}, in time: "
                f"{rule.extended} calendar days from receipt end on {say_day(due)}."
            )
        else:
            warnings.append(f"The extension was notified on {say_day(extension_notified)}, too late to move the date.")
    steps.append("Weekends and public holidays do not move this date; it is the earliest reading.")
    return Deadline(Duty.ANSWER, law, received, due, rule.rule, tuple(steps), (), tuple(warnings), extended=extended)


def _beside(law: Law, received: date, place: Place, appeal_received: date | None) -> list[Deadline]:
    """Duties that stand beside the answer."""
    if law is Law.CCPA:
        return [_acknowledge(received, place), _log(received)]
    if law is Law.DROP:
        due = received + timedelta(45)
        looks = f"The register is read at least every 45 days; read on {say_day(received)}, next by {say_day(due)}."
        return [Deadline(Duty.NEXT_LOOK, law, received, due, "California Civil Code 1798.99.86(c)", (looks,))]
    if law is Law.VIRGINIA and appeal_received is not None:
        begin = f"The appeal arrived on {say_day(appeal_received)}."
        return [_counted(Duty.APPEAL, law, appeal_received, 60, "Code of Virginia 59.1-577(C)", begin)]
    if law is Law.LGPD:
        says = f"The simplified answer is due at once: on the day of receipt, {say_day(received)}."
        return [Deadline(Duty.FIRST_ANSWER, law, received, received, "Article 19, I LGPD", (says,))]
    return []


def _acknowledge(received: date, place: Place) -> Deadline:
    off = free_days(place if place.country == "US" else Place("US", "CA"), received.year, received.year + 1)
    day, counted, used = received, 0, []
    while counted < 10:
        day += timedelta(1)
        if _not_working(day, off) is None:
            counted += 1
        elif day in off and day.weekday() < 5:
            used.append((day, off[day]))
    steps = [f"The request arrived on {say_day(received)}; that day is not counted."]
    steps += [f"{say_day(free)} is a public holiday ({name})." for free, name in used]
    steps.append(f"10 business days later: {say_day(day)}.")
    rule = "California Code of Regulations, title 11, 7021(a)"
    return Deadline(Duty.ACKNOWLEDGE, Law.CCPA, received, day, rule, tuple(steps), tuple(used))


def _log(received: date) -> Deadline:
    due = add_months(received, 24)
    steps = (f"The log of this request is kept for 24 months, until {say_day(due)} at least.",)
    rule = "California Code of Regulations, title 11, 7101(a)"
    return Deadline(Duty.LOG, Law.CCPA, received, due, rule, steps)


def _bipa(last_contact: date, purpose_met: date | None) -> Deadline:
    end = add_months(last_contact, 36)
    steps = [f"Three years after the last contact on {say_day(last_contact)}: {say_day(end)}."]
    due = end
    if purpose_met is not None:
        steps.append(f"The purpose was met on {say_day(purpose_met)}.")
        due = min(end, purpose_met)
    steps.append(f"Whichever comes first: {say_day(due)}.")
    return Deadline(Duty.DESTRUCTION, Law.BIPA, last_contact, due, "740 ILCS 14/15(a)", tuple(steps))


def _order(ordered: date, photo_days: int) -> tuple[Deadline, ...]:
    """Obligations in the pattern of the public orders on face data; the order's own text goes before them."""
    if not 20 <= photo_days <= 45:
        raise ValueError("orders of the known pattern give 20 to 45 days for photos")
    pattern = ((Duty.PHOTOS, photo_days), (Duty.RECIPIENTS, 60), (Duty.EMBEDDINGS, 90), (Duty.WORK_PRODUCT, 90))
    begin = f"The order is of {say_day(ordered)}."
    return tuple(_counted(duty, Law.ORDER, ordered, days, "the order itself", begin) for duty, days in pattern)


def _counted(duty: Duty, law: Law, start: date, days: int, rule: str, begin: str) -> Deadline:
    due = start + timedelta(days)
    return Deadline(duty, law, start, due, rule, (begin, f"{days} calendar days later: {say_day(due)}."))
