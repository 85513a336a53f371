"""Days of birth as they are written in letters of many languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from dsr_desk.core.message import Message, message
from dsr_desk.intake.decoding import valued
from dsr_desk.intake.months import month_of, months

_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{2,4})(?![\d/-]|\.\d)")
_EAST = re.compile(
    r"(?:(昭和|平成|令和|大正|[SHTR](?=\d))?\s?(\d{1,4}|元))\s?(?:年|년)\s?(\d{1,2})\s?(?:月|월)\s?(\d{1,2})\s?(?:日|일)"
)
_ERAS = {"大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "T": 1911, "S": 1925, "H": 1988, "R": 2018}
_ENGLISH = ("en", "")
_EARLIEST = 1900


def days_in(text: str, language: str = "", *, day_first: bool = False) -> Iterator[tuple[int, int, str]]:
    """Days in a text: where each begins and ends, and the day in ISO form where only one can be meant.

    `03/04/1992` in an English letter is 3 April or 4 March and stays as it is written. In other languages the day
    stands first, as it does everywhere where points part the numbers, and where the caller knows it (`day_first`).
    """
    doubtful = not day_first and language in _ENGLISH
    numbers = valued(text)
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, int, str]] = []
    for match in _EAST.finditer(numbers):
        era, year, month, day = match.groups()
        base = _ERAS.get(era or "", 0)
        real = _day(base + (1 if year == "元" else int(year)), int(month), int(day))
        found += [(*match.span(), real.isoformat())] if real else []
    for match in _named().finditer(numbers):
        if real := _named_day(match):
            found.append((*match.span(), real.isoformat()))
    for match in _NUMBERS.finditer(numbers):
        readings = _readings(match[1], match[2], match[3], match[4], doubtful=doubtful)
        if len(readings) == 1:
            found.append((*match.span(), readings[0].isoformat()))
        elif readings:
            found.append((*match.span(), " ".join(match[0].split())))
    for begin, end, day_ in sorted(found, key=lambda one: (one[0], -one[1])):
        if all(end <= other[0] or begin >= other[1] for other in taken):
            taken.append((begin, end))
            yield begin, end, day_


def two_readings(value: str) -> tuple[date, ...]:
    """The days that a date of birth which is not in ISO form may mean; fewer than two where it is clear."""
    match = _NUMBERS.fullmatch(valued(value))
    return tuple(_readings(match[1], match[2], match[3], match[4], doubtful=True)) if match else ()


def ask_which(value: str) -> Message | None:
    """The warning for a date of birth that may mean several days."""
    days = two_readings(value)
    if len(days) < 2:
        return None
    return message("note.intake.two-days", value=value, days=tuple(day.isoformat() for day in days))


def _readings(first: str, sign: str, second: str, third: str, *, doubtful: bool) -> list[date]:
    """The days that numbers may mean, the most usual reading first."""
    if len(first) >= 3:
        days = [_day(int(first), int(second), int(third))] if len(first) == 4 else []
        return [day for day in days if day]
    if len(third) == 3:
        return []
    years = [int(third)] if len(third) == 4 else [1900 + int(third), 2000 + int(third)]
    orders = [(int(second), int(first))]
    if sign != "." and doubtful:
        orders.append((int(first), int(second)))
    days = [_day(year, month, day) for year in years for month, day in orders]
    return list(dict.fromkeys(day for day in days if day))


def _day(year: int, month: int, day: int) -> date | None:
    """A day on which somebody can have been born who writes today."""
    try:
        real = date(year, month, day)
    except ValueError:
        return None
    return real if year >= _EARLIEST and real <= date.today() else None


@cache
def _named() -> re.Pattern[str]:
    joint = r"[\s.,]{0,3}(?:(?:de|del|d'|of|ב)\s{1,2})?"
    return re.compile(
        rf"(?<!\d)(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª|-?го|'?te|e)?{joint}(?P<month>{months()})\.?{joint}"
        rf"(?P<year>\d{{4}})|(?P<month2>{months()})\.?\s{{1,2}}(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}"
        rf"(?P<year2>\d{{4}})|(?P<year3>\d{{4}})[\s.,]{{1,2}}(?P<month3>{months()})\.?[\s.,]{{1,2}}(?P<day3>\d{{1,2}}))"
        rf"(?!\d)",
        re.IGNORECASE,
    )


def _named_day(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    for number in ("", "2", "3"):
        if month := groups[f"month{number}"]:
            known = month_of(month)
            return _day(int(groups[f"year{number}"]), known, int(groups[f"day{number}"])) if known else None
    return None
