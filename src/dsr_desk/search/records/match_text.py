"""Free text that mentions what the subject is known by, through an index of trigrams."""

from __future__ import annotations

from collections.abc import Iterable

from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.identifiers import folded

SHORTEST = 4
_WITHOUT_BLANKS = "\u0e00"
"""From here on letters are of scripts that mostly write no blanks between words."""


def text_rows(index: Index, texts: Iterable[str]) -> set[int]:
    """Rows of records whose free text holds all trigrams of a text; the caller looks at the text itself."""
    rows: set[int] = set()
    for text in texts:
        trigrams = _trigrams(folded(text))
        if len(text) < SHORTEST or not trigrams:
            continue
        query = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in trigrams)
        rows.update(row for (row,) in index.rows("SELECT rowid FROM free_text WHERE free_text MATCH ?", [query]))
    return rows


def mentions(text: str, wanted: str) -> bool:
    """Whether a folded text holds `wanted` as words of its own. Where words are not parted, anywhere."""
    if len(wanted) < SHORTEST:
        return False
    start = text.find(wanted)
    while start >= 0:
        around = (text[start - 1 : start] if start else "", text[start + len(wanted) : start + len(wanted) + 1])
        if not any(char.isalnum() and char < _WITHOUT_BLANKS for char in around):
            return True
        start = text.find(wanted, start + 1)
    return False


def _trigrams(text: str) -> list[str]:
    return list(dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2)))[:60]
