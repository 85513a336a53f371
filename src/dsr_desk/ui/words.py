"""Dates, figures and plurals as the user's language writes them."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def tr(text: str) -> str:
    """A translated sentence for code that is no QObject; lupdate files these under the empty context."""
    return QCoreApplication.translate("", text)


def counted(n: int, one: str, many: str) -> str:
    """`many` with its %Ln filled and translated; `one` where the source language itself asks for the singular."""
    translated = QCoreApplication.translate("counted", many, None, n)
    if n == 1 and translated == many.replace("%Ln", figure(1)):
        return one
    return translated


def figure(value: int) -> str:
    """With thousands separators."""
    return QLocale().toString(value)


def size(count: int) -> str:
    """Bytes for people: 1.2 GB."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def day(value: date | None) -> str:
    """2 Dec 2026, or "unknown"."""
    if value is None:
        return tr("unknown")
    return QLocale().toString(QDate(value.year, value.month, value.day), tr("d MMM yyyy"))


def weekday(value: date) -> str:
    return QLocale().toString(QDate(value.year, value.month, value.day), "dddd")


def moment(stamp: str) -> str:
    """An RFC 3339 time stamp in the computer's own time zone."""
    try:
        value = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return stamp
    return f"{day(value.date())} {value:%H:%M}"


def stamp(value: str) -> str:
    """A day or a moment in ISO 8601, as the user writes them."""
    return moment(value) if "T" in value else day(date.fromisoformat(value))


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
        return counted(-n, tr("1 day late"), "%Ln days late")
    if n == 0:
        return tr("due today")
    return counted(n, tr("1 day left"), "%Ln days left")
