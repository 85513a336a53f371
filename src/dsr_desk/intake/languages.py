"""In which language a letter is written."""

from __future__ import annotations

import re
from functools import cache

from dsr_desk.intake.words import LANGUAGES, of_language, phrases, vocabulary

FEWEST = 3
"""Common words, or letters of its own, that a text needs for its language to be told."""


def language_of(text: str) -> str:
    """ISO 639-1 code of the language with the most common words and letters of its own, "" where none is found."""
    head = text[:20_000]
    counts = {code: len(of_language(code, "language").findall(head)) + _letters(code, head) for code in LANGUAGES}
    best = max(counts, key=lambda code: counts[code])
    if counts[best] < FEWEST:
        counts = {code: len(_labels(code).findall(head)) for code in LANGUAGES}
        best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= FEWEST else ""


@cache
def _labels(code: str) -> re.Pattern[str]:
    """Labels at the beginning of lines: all that a form has of its language."""
    known = "|".join(of_language(code, "labels", kind).pattern for kind in vocabulary(code)["labels"])
    return re.compile(rf"^\s{{0,3}}(?:{known})\s{{0,3}}[:：]", re.IGNORECASE | re.MULTILINE)


def _letters(code: str, text: str) -> int:
    lowered = text.lower()
    return sum(lowered.count(letter) for letter in phrases(code, "letters"))
