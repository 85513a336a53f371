"""Names of months in the languages of letters: the one table behind all days that are written in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from dsr_desk.intake import words


def month_of(name: str) -> int | None:
    """The number of a month by its name, accents or not; None where it means another month in another language."""
    return _numbers().get(_plain(name))


@cache
def months() -> str:
    """Text of the regular expression for the names of all months, without groups."""
    return words.source(
        name for code in words.LANGUAGES for names in words.vocabulary(code).get("months", ()) for name in names
    )


@cache
def _numbers() -> Mapping[str, int]:
    numbers: dict[str, int] = {}
    doubtful: set[str] = set()
    for code in words.LANGUAGES:
        for number, spellings in enumerate(words.vocabulary(code).get("months", ()), start=1):
            for name in map(_plain, spellings):
                if numbers.setdefault(name, number) != number:
                    doubtful.add(name)
    return {name: number for name, number in numbers.items() if name not in doubtful}


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFD", name.casefold().replace("ß", "ss").replace("ł", "l").replace("ı", "i"))
    return "".join(sign for sign in text if not unicodedata.combining(sign)).strip(" .")
