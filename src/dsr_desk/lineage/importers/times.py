"""Times as others write them. An odd one costs that one field, and a warning says what became of it.

ISO 8601 and RFC 3339 are read without a word. A year, a month or a week is its last day: nothing may seem older than
it is.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import LineageDraft, Place, said
from dsr_desk.lineage.importers.trifles import SHOWN, shown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = (
    (1e11, 1, "time.seconds"), (1e14, 1e3, "time.milliseconds"), (1e17, 1e6, "time.microseconds"),
    (1e20, 1e9, "time.nanoseconds"),
)  # fmt: skip
"""Below which number, parts of a second: each ends where the next begins, so that all say years 1973 to 5138."""
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_COMPACT = re.compile(r"((?:19|20)\d{6})(\d{6})?")
_NUMBER = re.compile(r"\d{9,20}(\.\d*)?")
_ZONE = re.compile(r"(.*\d)\s*\[?([A-Za-z][\w/+-]*)\]?")
_DAY_LAST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+(.*))?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(.*))?")
_MONTH_NAMED = re.compile(r"(?:(\d{1,2})\.?\s+)?([^\W\d]{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january januar jan", "february februar feb", "march märz mar", "april apr", "may mai", "june juni jun",
            "july juli jul", "august aug", "september sep sept", "october oktober oct okt", "november nov",
            "december dezember dec dez",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_LETTER = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{4}.*")


def when(value: object, place: Place, draft: LineageDraft) -> str:
    """A time as UTC with `Z` and seconds; "" for None, for an empty text, and for what is no time (with a warning).

    Without a zone, or with the name of one, it is taken as UTC. A number counts in the unit in which it is of our days,
    and that is said.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    text = _text(value)
    if len(text) <= SHOWN:
        if (moment := _iso(text)) is not None:
            return _kept(moment, text, place, draft)
        if _NUMBER.fullmatch(text):
            for most, parts, unit in _UNITS:
                if float(text) < most and (moment := _moment(float(text), parts)) is not None:
                    return _kept(moment, text, place, draft, "note.lineage.time-number", unit=message(unit))
        if (moment := _read(text)) is not None:
            return _kept(moment, text, place, draft, "note.lineage.time-read")
    draft.warn("note.lineage.time-odd", place=said(place), text=shown(text))
    return ""


def since_1970(value: object, place: Place, draft: LineageDraft) -> str:
    """As `when`, for a field in which a system keeps milliseconds since 1970; 0 is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        moment = _moment(value, 1e3)
        if value == 0 or (moment is not None and value > _UNITS[0][0] / 100):
            return _spelled(moment) if value and moment is not None else ""
    return when(value, place, draft)


def _text(value: object) -> str:
    """A value as it is written, as far as it can be a time."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else shown(value)


def _kept(
    moment: datetime, text: str, place: Place, draft: LineageDraft, note: str = "", **values: Message
) -> str:  # fmt: skip
    """What programs write for "none" is none: the first day of their calendars, and the last."""
    if moment.year <= 1 or moment.year >= 9999 or moment.date() == _EPOCH.date():
        draft.warn("note.lineage.time-none", place=said(place), text=shown(text))
        return ""
    time = _spelled(moment)
    if note:
        draft.warn(note, place=said(place), text=shown(text), time=time, **values)
    return time


def _iso(text: str) -> datetime | None:
    if partial := _PARTIAL.fullmatch(text):
        return _last_day(int(partial[1]), int(partial[2] or 12))
    if week := _WEEK.fullmatch(text):
        text = f"{week[1]}-W{week[2]}-7"
    if compact := _COMPACT.fullmatch(text):
        text = f"{compact[1]}T{compact[2]}" if compact[2] else compact[1]
    elif text.isdigit():
        return None
    try:
        return _in_utc(datetime.fromisoformat(_six_digits(text)))
    except (ValueError, OverflowError):
        return None


def _read(text: str) -> datetime | None:
    """What is no ISO time and can be read in one way only."""
    if text.startswith("0000"):
        return datetime.min.replace(tzinfo=UTC)
    text = re.sub(r"\s+([+-]\d{2}:?\d{2})\b", r"\1", text)
    if (whole := _iso(text)) is not None:
        return whole
    if zoned := _ZONE.fullmatch(text):
        return _iso(zoned[1]) or _read(zoned[1])
    if parts := _DAY_LAST.fullmatch(text):
        return _of_parts(parts[1], parts[2], parts[3], parts[4])
    if parts := _DAY_FIRST.fullmatch(text):
        return _of_parts(parts[3], parts[2], parts[1], parts[4])
    if (parts := _MONTH_NAMED.fullmatch(text)) and (month := _MONTHS.get(parts[2].casefold())):
        day = parts[1] or parts[3]
        return _of_parts(parts[4], str(month), day, None) if day else _last_day(int(parts[4]), month)
    if _LETTER.fullmatch(text):
        try:
            return _in_utc(parsedate_to_datetime(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return None


def _of_parts(year: str, month: str, day: str, time: str | None) -> datetime | None:
    date_ = f"{int(year):04}-{int(month):02}-{int(day):02}"
    return _iso(f"{date_}T{time.strip()}") if time else _iso(date_)


def _last_day(year: int, month: int) -> datetime | None:
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return None
    return datetime(year, month, monthrange(year, month)[1], tzinfo=UTC)


def _moment(value: float, parts: float) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=int(value // parts))
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _spelled(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.year:04}{moment.strftime('-%m-%dT%H:%M:%SZ')}"


def _six_digits(text: str) -> str:
    """Nanoseconds cut to microseconds, which is as far as datetime reads."""
    return re.sub(r"([.,]\d{6})\d+", r"\1", text, count=1)
