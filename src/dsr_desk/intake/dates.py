"""Days in letters: how they are written, and on which one a request first came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind
from dsr_desk.intake.decoding import valued
from dsr_desk.intake.model import House
from dsr_desk.intake.months import month_of, months

OLDEST = timedelta(days=3 * 365)
"""A request that came in before this is more likely a clock that was wrong: the day is asked."""

AHEAD = timedelta(days=1)
"""It may be tomorrow elsewhere."""

_YEAR_FIRST = r"(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?!\d)\s?日?"
_NUMBERS = r"(?P<a>\d{1,2})\s?(?P<sign>[./-])\s?(?P<b>\d{1,2})\s?(?P=sign)\s?(?P<z>\d{4}|\d{2})(?!\d)"


@cache
def _written() -> re.Pattern[str]:
    month = months()
    named = (
        rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|re|º|°|\.|-?го|-?é)?\s?(?:de |of |d['’])?\s?(?P<m2>{month})(?!\w)\.?,?\s?"
        rf"(?:de |del |do |of |r\. )?\s?(?P<y2>\d{{4}})"
        rf"|(?<!\w)(?P<m3>{month})(?!\w)\.?\s?(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s?|\s)(?P<y3>\d{{4}})"
    )
    return re.compile(rf"(?<![\d.])(?:{_YEAR_FIRST}|{_NUMBERS}|{named})", re.IGNORECASE)


def days_in(text: str) -> list[tuple[int, int, tuple[date, ...]]]:
    """Days written in a text: begin, end, and all days that each can mean (3/4 is April and March)."""
    found = []
    for match in _written().finditer(valued(text)):
        if match["y"]:
            days = _days([(match["y"], match["m"], match["d"])])
        elif match["sign"]:
            first, second, year = match["a"], match["b"], _whole_year(match["z"])
            days = _days(
                [(year, second, first)] if match["sign"] == "." else [(year, second, first), (year, first, second)]
            )
        else:
            month = month_of(match["m2"] or match["m3"])
            days = _days([(match["y2"] or match["y3"], month, match["d2"] or match["d3"])] if month else [])
        if days:
            found.append((match.start(), match.end(), days))
    return found


def readings(text: str) -> tuple[date, ...]:
    """All days that a written date can mean, day before month first; none where it is no date."""
    return next((days for _, _, days in days_in(text)), ())


def _whole_year(year: str) -> str:
    """Of two figures: the year that is past."""
    if len(year) == 4:
        return year
    return f"20{year}" if int(year) <= date.today().year % 100 else f"19{year}"


def _days(written: Iterable[tuple[str | int, str | int, str | int]]) -> tuple[date, ...]:
    found = []
    for year, month, day in written:
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def column_days(cells: Sequence[str], beside: Sequence[str] = (), *, day_first: bool = False) -> list[date | None]:
    """The day of each cell of a column, None where it is none or can mean two.

    Whether the month stands before the day is told by the whole column, then by the other cells of the table
    (`beside`) that hold days, then by the language of the table (`day_first`).
    """
    month_first = _month_first(cells)
    if month_first is None:
        month_first = _month_first(beside)
    if month_first is None and day_first and not _contrary((*cells, *beside)):
        month_first = False
    return [_in_order(cell, month_first) for cell in cells]


def _month_first(cells: Iterable[str]) -> bool | None:
    orders = _orders(cells)
    return orders.pop() if len(orders) == 1 else None


def _contrary(cells: Iterable[str]) -> bool:
    """Whether some cells have the month first and some the day."""
    return len(_orders(cells)) == 2


def _orders(cells: Iterable[str]) -> set[bool]:
    orders: set[bool] = set()
    for cell in cells:
        match = re.match(rf"\s*{_NUMBERS}", valued(cell))
        if match is None or match["sign"] == ".":
            continue
        if int(match["a"]) > 12 >= int(match["b"]):
            orders.add(False)
        elif int(match["b"]) > 12 >= int(match["a"]):
            orders.add(True)
    return orders


def _in_order(cell: str, month_first: bool | None) -> date | None:
    days = readings(cell)
    if len(days) < 2:
        return days[0] if days else None
    return None if month_first is None else days[1 if month_first else 0]


def believed(day: date) -> Message | None:
    """None where a request can have come in on this day; else why it is not believed."""
    if day > date.today() + AHEAD:
        return message("note.intake.day-ahead", day=day.isoformat())
    if day < date.today() - OLDEST:
        return message("note.intake.day-old", day=day.isoformat())
    return None


def day_of(moment: datetime, house: House, *, of_house: bool = False) -> date:
    """The day of a moment in the house's zone.

    Where nobody said the zone, a clock of the house (`of_house`) has it; another's moment is read in the zone of this
    computer. A moment without offset is a day already.
    """
    if moment.tzinfo is None:
        return moment.date()
    if house.zone:
        try:
            return moment.astimezone(ZoneInfo(house.zone)).date()
        except (KeyError, ValueError, OSError):
            pass
    return (moment if of_house else moment.astimezone()).date()


def said_moment(text: str) -> datetime | None:
    """A moment in ISO form; one without offset has none."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def sent_found(day: date, where: Message) -> Found:
    return Found(FoundKind.SENT, day.isoformat(), where)


def received_found(day: date, where: Message) -> Found:
    return Found(FoundKind.RECEIVED, day.isoformat(), where)


def only_sent(day: date, where: Message) -> tuple[date | None, list[Found], list[Message]]:
    """What is proposed where only the day of sending is known: that day, said to be one, unless it is not believed."""
    if (why := believed(day)) is not None:
        return None, [sent_found(day, where)], [why]
    place = message("where.sent-only", place=where)
    warned = [message("note.intake.only-sent", day=day.isoformat())]
    return day, [sent_found(day, where), received_found(day, place)], warned


def aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
