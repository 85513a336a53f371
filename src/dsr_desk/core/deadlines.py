"""Clocks: when a request must be answered, with the arithmetic in sentences that an officer can check by hand.

Months follow Article 3 of Regulation (EEC, Euratom) 1182/71. Where a rule leaves room, the earlier day is taken.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message, term
from dsr_desk.core.requests import Law

MOST_MONTHS = 1_200
"""The longest time for which a closed case is kept: a hundred years."""


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
    ORDER = "first obligation of the order"


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
    rule: Message
    steps: tuple[Message, ...]
    holidays: tuple[tuple[date, str], ...] = ()
    warnings: tuple[Message, ...] = ()
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


_MONTHS = (Law.EU_GDPR, Law.UK_GDPR)
_DAYS = {
    Law.CCPA: (45, 90),
    Law.DROP: (45, 45),
    Law.VIRGINIA: (45, 90),
    Law.TEXAS: (45, 90),
    Law.COLORADO: (45, 90),
    Law.LGPD: (15, 15),
    Law.PIPEDA: (30, 60),
    Law.QUEBEC: (30, 30),
    Law.KOREA: (10, 10),
}
"""Calendar days, and those with an extension."""


def _said(code: str, day: date, **values: Value) -> Message:
    return message(code, day=day.isoformat(), **values)


def _rule(of: str) -> Message:
    return message(f"rule.{of}")


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _month_clock(
    law: Law, received: date, place: Place, extension_notified: date | None, stops: Sequence[Stop]
) -> Deadline:
    steps = [_said("clock.arrived", received)]
    warnings: list[Message] = []
    start, paused, still = received, 0, False
    if law is Law.UK_GDPR:
        place = place if place.country else Place("GB")
        start, paused, still = _uk_stops(received, stops, steps)
    elif stops:
        steps.append(message("clock.no-stop"))
        warnings.append(message("clock.stop.board"))
    off = free_days(place, start.year, start.year + 2)
    one = _month_end(start, 1, paused, off, steps)
    extended = extension_notified is not None and received <= extension_notified <= one.day
    if extension_notified is not None and extended:
        steps.append(_said("clock.extended.months", extension_notified))
        one = _month_end(start, 3, paused, off, steps)
    elif extension_notified is not None:
        early = extension_notified < received
        warnings.append(_said("clock.extended.early" if early else "clock.extended.months.late", extension_notified))
    if place.country:
        steps.append(message("clock.calendar", place=str(place)))
    if law is Law.UK_GDPR and not place.region:
        steps.append(message("clock.uk-common"))
    if not place.country:
        steps.append(message("clock.no-country"))
    steps.append(_said("clock.last", one.day))
    return Deadline(
        Duty.ANSWER,
        law,
        received,
        one.day,
        _rule(law.value),
        tuple(steps),
        one.holidays,
        tuple(warnings),
        stands_still=still,
        extended=extended,
    )


def _uk_stops(received: date, stops: Sequence[Stop], steps: list[Message]) -> tuple[date, int, bool]:
    """Start of the month, days added for clarification, and whether the clock stands still."""
    start, still = received, False
    paused: set[date] = set()
    for stop in stops:
        if stop.end is None:
            still = True
            steps.append(_said("clock.stands", stop.begin, reason=term(stop.reason)))
        elif stop.reason is StopReason.CLARIFICATION:
            days = (stop.end - stop.begin).days
            paused.update(stop.begin + timedelta(n) for n in range(days))
            steps.append(_said("clock.stood", stop.begin, end=stop.end.isoformat(), count=days))
        elif stop.end > start:
            start = stop.end
            steps.append(_said("clock.from-answer", stop.end, reason=term(stop.reason)))
    return start, len({day for day in paused if day >= start}), still


@dataclass(frozen=True)
class _End:
    day: date
    holidays: tuple[tuple[date, str], ...]


def _month_end(start: date, months: int, paused: int, off: dict[date, Message], steps: list[Message]) -> _End:
    day = add_months(start, months)
    if day.day == start.day:
        steps.append(_said("clock.months.same", day, count=months))
    else:
        steps.append(_said("clock.months.last", day, count=months, number=start.day))
    if paused:
        day += timedelta(paused)
        steps.append(_said("clock.standstill", day, count=paused))
    return _next_working_day(day, off, steps)


def _next_working_day(day: date, off: dict[date, Message], steps: list[Message]) -> _End:
    used: list[tuple[date, str]] = []
    first = day
    while not _works(day, off):
        if day in off:
            used.append((day, str(off[day])))
        steps.append(_said("clock.holiday", day, name=off[day]) if day in off else _said("clock.weekend", day))
        day += timedelta(1)
    if day != first:
        steps.append(_said("clock.moved", day))
    return _End(day, tuple(used))


def _works(day: date, off: dict[date, Message]) -> bool:
    return day not in off and day.weekday() < 5


def free_days(place: Place, first_year: int, last_year: int) -> dict[date, Message]:
    """Public holidays with their names, in English where no other is known, years inclusive; empty without a country.

    Raises PlaceUnknown.
    """
    if not place.country:
        return {}
    import holidays  # a due date alone needs it, and it is slow to load

    try:
        english, german = (
            holidays.country_holidays(
                place.country.upper(),
                subdiv=place.region or None,
                years=range(first_year, last_year + 1),
                language=language,
            )
            for language in ("en_US", "de")
        )
    except NotImplementedError as problem:
        raise PlaceUnknown(place=str(place)) from problem
    return {day: message("holiday", en=name, de=german.get(day, name)) for day, name in sorted(english.items())}


def _day_clock(law: Law, received: date, extension_notified: date | None) -> Deadline:
    (days, longest), extended, warnings = _DAYS[law], False, []
    due = received + timedelta(days)
    steps = [_said("clock.arrived", received), _said("clock.days", due, count=days)]
    if law is Law.CCPA:
        steps.append(message("clock.ccpa.identity"))
    if extension_notified is not None:
        if longest == days:
            warnings.append(message("clock.extended.unknown"))
        elif extension_notified < received:
            warnings.append(_said("clock.extended.early", extension_notified))
        elif extension_notified <= due:
            due, extended = received + timedelta(longest), True
            steps.append(_said("clock.extended.days", extension_notified, days=longest, end=due.isoformat()))
        else:
            warnings.append(_said("clock.extended.late", extension_notified))
    steps.append(message("clock.days.fixed"))
    rule = _rule(law.value)
    return Deadline(Duty.ANSWER, law, received, due, rule, tuple(steps), (), tuple(warnings), extended=extended)


def _beside(law: Law, received: date, place: Place, appeal_received: date | None) -> list[Deadline]:
    """Duties that stand beside the answer."""
    if law is Law.CCPA:
        return [_acknowledge(received, place), _log(received)]
    if law is Law.DROP:
        due = received + timedelta(45)
        looks = _said("clock.register", received, end=due.isoformat())
        return [Deadline(Duty.NEXT_LOOK, law, received, due, _rule("drop"), (looks,))]
    if law is Law.VIRGINIA and appeal_received is not None:
        begin = _said("clock.appeal", appeal_received)
        return [_counted(Duty.APPEAL, law, appeal_received, 60, "virginia.appeal", begin)]
    if law is Law.LGPD:
        says = _said("clock.at-once", received)
        return [Deadline(Duty.FIRST_ANSWER, law, received, received, _rule("lgpd.first"), (says,))]
    return []


def _acknowledge(received: date, place: Place) -> Deadline:
    off = free_days(place if place.country == "US" else Place("US", "CA"), received.year, received.year + 1)
    day, counted, used = received, 0, []
    while counted < 10:
        day += timedelta(1)
        if _works(day, off):
            counted += 1
        elif day in off and day.weekday() < 5:
            used.append((day, str(off[day])))
    steps = [_said("clock.arrived", received)]
    steps += [_said("clock.holiday", free, name=off[free]) for free, _ in used]
    steps.append(_said("clock.days.business", day, count=10))
    return Deadline(Duty.ACKNOWLEDGE, Law.CCPA, received, day, _rule("ccpa.acknowledge"), tuple(steps), tuple(used))


def _log(received: date) -> Deadline:
    due = add_months(received, 24)
    return Deadline(Duty.LOG, Law.CCPA, received, due, _rule("ccpa.log"), (_said("clock.log", due),))


def _bipa(last_contact: date, purpose_met: date | None) -> Deadline:
    end = add_months(last_contact, 36)
    steps = [_said("clock.contact", last_contact, end=end.isoformat())]
    due = end
    if purpose_met is not None:
        steps.append(_said("clock.purpose", purpose_met))
        due = min(end, purpose_met)
    steps.append(_said("clock.first", due))
    return Deadline(Duty.DESTRUCTION, Law.BIPA, last_contact, due, _rule("bipa"), tuple(steps))


def _order(ordered: date, photo_days: int) -> tuple[Deadline, ...]:
    """Obligations in the pattern of the public orders on face data; the order's own text goes before them."""
    if not 20 <= photo_days <= 45:
        raise ValueError("orders of the known pattern give 20 to 45 days for photos")
    pattern = ((Duty.PHOTOS, photo_days), (Duty.RECIPIENTS, 60), (Duty.EMBEDDINGS, 90), (Duty.WORK_PRODUCT, 90))
    begin = _said("clock.order", ordered)
    return tuple(_counted(duty, Law.ORDER, ordered, days, "order", begin) for duty, days in pattern)


def order_due(served: date, first: str) -> Deadline:
    """When the first obligation of an order is due (ISO day); the day of service where the order sets none."""
    begin = _said("clock.order", served)
    if not first:
        steps = (begin, message("clock.order.no-day"))
        return Deadline(Duty.ORDER, Law.ORDER, served, served, _rule("order"), steps)
    due = date.fromisoformat(first)
    return Deadline(Duty.ORDER, Law.ORDER, served, due, _rule("order"), (begin, _said("clock.order.first", due)))


def _counted(duty: Duty, law: Law, start: date, days: int, rule: str, begin: Message) -> Deadline:
    due = start + timedelta(days)
    return Deadline(duty, law, start, due, _rule(rule), (begin, _said("clock.days", due, count=days)))
