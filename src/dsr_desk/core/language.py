"""Numbers, days, sizes and lists as a language writes them, by Babel (CLDR)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their own names, as everybody finds them."""

_LOCALES = {"en": "en_GB", "de": "de_DE"}
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_UNITS = ("kB", "MB", "GB", "TB", "PB")


@cache
def locale_of(language: str) -> Locale:
    """English for a language that nobody wrote."""
    return Locale.parse(_LOCALES.get(language, _LOCALES["en"]))


@cache
def plural_categories(language: str) -> tuple[str, ...]:
    """The forms that the language has for a number, in the order in which the catalogue lists them."""
    tags = {*locale_of(language).plural_form.tags, "other"}
    return tuple(one for one in _CATEGORIES if one in tags)


def plural(count: float, language: str) -> int:
    """Which of the forms fits the number."""
    return plural_categories(language).index(locale_of(language).plural_form(count))


def number(value: float, language: str, decimals: int | None = None) -> str:
    """With separators of thousands; with so many decimals, or with those that are there, up to three."""
    locale = locale_of(language)
    if decimals is None:
        return str(format_decimal(value, locale=locale))
    return str(format_decimal(value, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=locale))


def day(value: date, language: str, *, weekday: bool = False) -> str:
    """29 November 2026, with the day of the week where it is asked for."""
    return str(format_date(value, "full" if weekday else "long", locale=locale_of(language)))


def moment(value: datetime, language: str) -> str:
    """29 November 2026, 14:05 UTC."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date(), language)}, {format_time(utc, 'HH:mm', locale=locale_of(language))} UTC"


def size(count: int, language: str) -> str:
    """Bytes for people: 1.2 GB."""
    value, unit = float(count), "B"
    for larger in _UNITS:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{number(value, language, 0 if unit == 'B' or value >= 100 else 1)} {unit}"


def listed(parts: Sequence[str], language: str) -> str:
    """a, b and c."""
    return str(format_list(list(parts), locale=locale_of(language)))


def visible(text: str) -> str:
    """A name in one line, with marks that turn the direction of what follows written out, as `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: " " if found[0].isspace() else f"\\u{ord(found[0]):04x}", text)


_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
