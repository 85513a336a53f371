"""Words around a value that tell whether it is the writer's own."""

from __future__ import annotations

import re
from functools import cache

from dsr_desk.intake import words

_REACH = 110
_SENTENCE = re.compile(r"[.!?;。！？](?=\s|$)|[。！？]")
_VALUE = re.compile(r"[^\s<>()]+@[^\s<>()]+|\+?\d[\d ()/-]{4,}\d")
_AFTERWARDS = re.compile(
    r"\s{0,2}(?:\)|,)?\s{0,2}(?:is|was|are|ist|war|est|es|è|é) (?:your|ihre?|votre|vostr|uw|su|seu)", re.I
)


def said_of(line: str, begin: int, end: int, language: str) -> bool | None:
    """Whether the words before a value say that it is the writer's (True) or another's (False); None: neither."""
    before = line[max(0, begin - _REACH) : begin]
    if ends := list(_SENTENCE.finditer(before)):
        before = before[ends[-1].end() :]
    before = _VALUE.sub("@", before)
    hers, others = _last("hers", before, language), _last("others", before, language)
    if _AFTERWARDS.match(line, end):
        return False
    if hers == others == (-1, 0):
        return None
    return hers > others


def _last(section: str, text: str, language: str) -> tuple[int, int]:
    """Where the last such words end, and where they begin: of two that end together the nearer ones count."""
    found = (match for one in _patterns(section, language) for match in one.finditer(text))
    return max(((match.end(), match.start()) for match in found), default=(-1, 0))


@cache
def _patterns(section: str, language: str) -> tuple[re.Pattern[str], ...]:
    codes = dict.fromkeys((language, "en")) if language else dict.fromkeys(words.LANGUAGES)
    return tuple(words.of_language(code, section) for code in codes if code)
