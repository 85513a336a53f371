"""Dates of birth and addresses: they confirm a record that something else found and never propose one."""

from __future__ import annotations

import re
import unicodedata

from dsr_desk.search.records.identifiers import folded
from dsr_desk.search.records.names import skeleton

EARLIEST = 1850
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_MONTHS = (
    "jan jän ene sty", "feb fév fev lut", "mar mär mrz mrs", "apr avr abr kwi", "may mai maj", "jun cze juin",
    "jul juil lip", "aug aoû ago sie", "sep wrz", "oct okt paź", "nov lis", "dec dez déc dic gru",
)  # fmt: skip
_BY_NAME = {start: number for number, starts in enumerate(_MONTHS, start=1) for start in starts.split()}
_WRITTEN_OUT = {"str": "strasse", "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ul": "ulica"}


def dates_in(value: str) -> frozenset[str]:
    """The dates that a value may mean, as 1980-01-31; more than one where day and month, or the century, are open."""
    parts = _PARTS.findall(unicodedata.normalize("NFKC", value).split("T")[0])
    if len(parts) == 1 and len(parts[0]) == 8 and parts[0].isdigit():
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    named = [_BY_NAME.get(part.casefold()[:4], _BY_NAME.get(part.casefold()[:3])) for part in parts]
    months = [number for number in named if number]
    numbers = [int(part) for part in parts if part.isdecimal()]
    if months and len(numbers) >= 2:
        day, year = (numbers[1], numbers[0]) if numbers[0] > 31 else (numbers[0], numbers[1])
        readings = [(year, months[0], day)]
    elif len(numbers) < 3:
        return frozenset()
    elif len(parts[0]) == 4:
        readings = [(numbers[0], numbers[1], numbers[2])]
    else:
        first, second, year = numbers[:3]
        readings = [(year, second, first), (year, first, second)]
    years = [
        (full, month, day)
        for year, month, day in readings
        for full in ([year] if year > 99 else [1900 + year, 2000 + year])
    ]
    real = (one for one in years if 1 <= one[1] <= 12 and 1 <= one[2] <= 31 and one[0] >= EARLIEST)
    return frozenset(f"{year}-{month:02}-{day:02}" for year, month, day in real)


def address_words(value: str) -> frozenset[str]:
    """Words in Latin letters and numbers of an address, common short forms written out."""
    words = (skeleton(part) for part in _PARTS.findall(folded(value)))
    written = (_WRITTEN_OUT.get(word, word) for word in words if word)
    return frozenset(word[:-3] + "strasse" if word.endswith("str") and len(word) > 3 else word for word in written)


def same_address(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether all of the shorter stands in the longer: a house number or post code and a word at least."""
    short, long = sorted((one, other), key=len)
    return short <= long and any(map(str.isdigit, short)) and any(word.isalpha() and len(word) > 2 for word in short)
