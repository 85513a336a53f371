"""When data was collected, as somebody wrote it down: the period that is meant for certain, or nothing.

A text counts as read only if all of it is understood. A single day or year says as well when data was published or
exported: what was collected earlier may be in it, so it ends a period and does not begin one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

NOTHING_SAID = frozenset(
    ("", "unknown", "not known", "n/a", "na", "?", "-", "–", "—", "tbd", "unbekannt", "nicht bekannt", "k. a.", "k.a.")
)
"""What people write, in small letters, where they know nothing."""


@dataclass(frozen=True)
class CollectedIn:
    """Days, both inside. `since` is False where only the end is said: a part may be older than `first`."""

    first: date
    last: date
    since: bool = True


def lies_between(collected: str, first: date, last: date) -> bool | None:
    """Whether all of what was collected then lies between two days; None where that is not known.

    False only where none of it can.
    """
    periods = list(periods_in(collected))
    if not periods:
        return None
    if all(first <= one.first and one.last <= last for one in periods):
        return True
    outside = (one.last < first or (one.since and one.first > last) for one in periods)
    return False if all(outside) else None


def periods_in(collected: str) -> Iterator[CollectedIn]:
    """All periods that a text says, none where a part of it is not understood."""
    text = " ".join(collected.casefold().split()).strip(" .")
    found = [_period(one) for one in re.split(r"\s*[;,]\s*", text)]
    if all(one is not None for one in found):
        yield from (one for one in found if one is not None)


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner", "february feb februar", "march mar märz mär mrz", "april apr", "may mai",
            "june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober okt",
            "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_ISO = r"\d{4}(?:-\d{2}(?:-\d{2}(?:t[\d:.]+(?:z|[+-]\d{2}:?\d{2})?)?)?)?"
_NAMED = rf"(?:\d{{1,2}}\.? )?(?:{'|'.join(_MONTHS)})\.?,? \d{{4}}"
_DOTTED = r"(?:\d{1,2}\.)?\d{1,2}\.\d{4}"
_DATE = rf"({_NAMED}|{_DOTTED}|{_ISO})"
_RANGE = re.compile(rf"(?:(?:from|von) )?{_DATE} ?(?:to|until|till|through|bis|[-–—/]) ?{_DATE}")
_BETWEEN = re.compile(rf"(?:between|zwischen) {_DATE} (?:and|und) {_DATE}")
_SINGLE = re.compile(rf"(?:in |im )?{_DATE}")
_UNTIL = re.compile(rf"(?:until|till|up to|bis) {_DATE}")
_SINCE = re.compile(rf"(?:since|from|seit|ab) {_DATE}")
_SHORT = re.compile(r"(\d{4})-(\d{2})")


def _period(text: str) -> CollectedIn | None:
    if found := _RANGE.fullmatch(text) or _BETWEEN.fullmatch(text):
        begin, end = _days(found[1]), _days(found[2])
        if begin is None or end is None or begin[0] > end[1]:
            return None
        return CollectedIn(begin[0], end[1])
    if found := _SINGLE.fullmatch(text):
        days = _days(found[1])
        return _perhaps_short(text, CollectedIn(*days, since=False)) if days else None
    if found := _UNTIL.fullmatch(text):
        days = _days(found[1])
        return CollectedIn(date.min, days[1]) if days else None
    if found := _SINCE.fullmatch(text):
        days = _days(found[1])
        return CollectedIn(days[0], date.max) if days else None
    return None


def _perhaps_short(text: str, month: CollectedIn) -> CollectedIn:
    """2010-12 is a month for machines, and two years and what lies between for many people: both are meant."""
    found = _SHORT.fullmatch(text)
    if found is None or int(found[2]) <= int(found[1]) % 100:
        return month
    year = int(found[1])
    return CollectedIn(date(year, 1, 1), date(year - year % 100 + int(found[2]), 12, 31), since=False)


def _days(text: str) -> tuple[date, date] | None:
    """First and last day of a day, a month or a year; None for what is none of them."""
    parts = re.findall(r"[^\W\d_]+|\d+", text.split("t")[0] if re.match(r"\d{4}-\d{2}-\d{2}t", text) else text)
    numbers = [int(one) for one in parts if one.isdecimal()]
    words = [one for one in parts if not one.isdecimal()]
    if words:
        month = _MONTHS.get(words[0])
        if month is None:
            return None
        year, day = numbers[-1], numbers[0] if len(numbers) > 1 else None
    elif "." in text:
        year, month, day = numbers[-1], numbers[-2], numbers[0] if len(numbers) > 2 else None
    else:
        year = numbers[0]
        month, day = (numbers[1] if len(numbers) > 1 else None), (numbers[2] if len(numbers) > 2 else None)
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return (date(year, month, day),) * 2
    except (ValueError, calendar.IllegalMonthError):
        return None
