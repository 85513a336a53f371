"""Dates, figures, plurals and the words of the trade in the language of the windows."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from PySide6.QtCore import QCoreApplication

from dsr_desk.core import language as languages
from dsr_desk.core import message
from dsr_desk.ui.language import spoken


def tr(text: str) -> str:
    """A translated label for code that is no QObject."""
    return QCoreApplication.translate("", text)


def term(word: Enum) -> str:
    """What an enum's member is called."""
    return message.term(word).say(spoken())


def known(text: str) -> str:
    """A recorded fact; registers spell what nobody knows as "unknown"."""
    return tr("unknown") if text == "unknown" else text


def counted(n: int, one: str, many: str) -> str:
    """`many` with its %Ln filled and translated; `one` where the source language itself asks for the singular."""
    translated = QCoreApplication.translate("counted", many, None, n).replace("%Ln", figure(n))
    return one if n == 1 and translated == many.replace("%Ln", "1") else translated


def figure(value: float) -> str:
    """With thousands separators."""
    return languages.number(value, spoken())


def size(count: int) -> str:
    """Bytes for people: 1.2 GB."""
    return languages.size(count, spoken())


def day(value: date | str | None, *, weekday: bool = False) -> str:
    """2 December 2026, or "unknown"; a text is a day or a moment in ISO 8601, which falls on a day here."""
    if not value:
        return tr("unknown")
    try:
        there = datetime.fromisoformat(value).astimezone().date() if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return languages.day(there, spoken(), weekday=weekday)


def moment(stamp: str) -> str:
    """An RFC 3339 time stamp in the computer's own time zone."""
    try:
        value = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return stamp
    return f"{day(value.date())}, {value:%H:%M}"


def today_digits() -> str:
    """The day for a file's name: 2026-12-02."""
    return date.today().isoformat()


def duration(seconds: float) -> str:
    """2 h 10 min, 3 min, 12 s."""
    whole = round(seconds)
    if whole < 60:
        return tr("{n} s").format(n=whole)
    minutes = whole // 60
    if minutes < 60:
        return tr("{n} min").format(n=minutes)
    return tr("{h} h {m} min").format(h=minutes // 60, m=minutes % 60)


def days_left(n: int) -> str:
    """9 days left, due today, 2 days late."""
    if n < 0:
        return counted(-n, "1 day late", "%Ln days late")
    if n == 0:
        return tr("due today")
    return counted(n, "1 day left", "%Ln days left")
