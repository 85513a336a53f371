"""Words by which letters are understood, from `vocabulary/`: a file for each language, written for translators.

A phrase there is plain text: a blank stands for any blanks, `*` for any letters, `[x]` may be missing, `(a|b)` is a
choice, `…` stands for up to forty signs of the same clause. Accents may be missing in a letter, and case counts for
nothing. A phrase matches whole words; in languages without blanks between words (`spaced` is false) it matches
anywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_UNSPACED = frozenset({"ja", "zh"})
_SIGNS = {
    " ": r"\s{1,3}", "*": r"\w*", "[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|", "…": r"[^.;:!?\n]{0,40}",
    "'": "['’ʼ`´]", "-": "[-‐‑–]", "ß": "(?:ß|ss)", "ä": "(?:ä|ae|a)", "ö": "(?:ö|oe|o)", "ü": "(?:ü|ue|u)",
    "ł": "[łl]", "ı": "[ıi]", "ё": "[ёе]",
}  # fmt: skip


@cache
def vocabulary(language: str) -> Mapping[str, Any]:
    """All words of a language by section, as its file has them."""
    file = files("dsr_desk.intake").joinpath("vocabulary", f"{language}.json")
    words: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return words


LANGUAGES: tuple[str, ...] = tuple(
    sorted(
        file.name.removesuffix(".json")
        for file in files("dsr_desk.intake").joinpath("vocabulary").iterdir()
        if file.name.endswith(".json")
    )
)
"""ISO 639-1 codes of the languages that are understood."""


def phrases(language: str, *path: str) -> tuple[str, ...]:
    """The phrases of a section (`"labels", "phone"`), none where the language has no such section."""
    place: Any = vocabulary(language)
    for name in path:
        place = place.get(name, {}) if isinstance(place, dict) else {}
    return tuple(place) if isinstance(place, list) else ()


def pattern(*wanted: str, spaced: bool = True) -> re.Pattern[str]:
    """A pattern that matches any of the phrases, longest first; nothing where there are none."""
    return re.compile(source(wanted, spaced=spaced) or "(?!)", re.IGNORECASE)


def source(wanted: Iterable[str], *, spaced: bool = True) -> str:
    """The same as text of a regular expression without groups that count, "" where there are no phrases."""
    ordered = sorted(dict.fromkeys(wanted), key=len, reverse=True)
    alternatives = "|".join(_source(one, spaced) for one in ordered)
    return rf"(?<!\w)(?:{alternatives})" if spaced and alternatives else alternatives


@cache
def every(*path: str) -> re.Pattern[str]:
    """The phrases of a section in all languages as one pattern."""
    return re.compile(sources(*path) or "(?!)", re.IGNORECASE)


def sources(*path: str) -> str:
    """Text of the regular expression for the phrases of a section in all languages."""
    spaced = [phrase for code in LANGUAGES if code not in _UNSPACED for phrase in phrases(code, *path)]
    closed = [phrase for code in LANGUAGES if code in _UNSPACED for phrase in phrases(code, *path)]
    return "|".join(text for text in (source(spaced), source(closed, spaced=False)) if text)


@cache
def of_language(language: str, *path: str) -> re.Pattern[str]:
    """The phrases of a section in one language as one pattern."""
    return pattern(*phrases(language, *path), spaced=language not in _UNSPACED)


def _source(phrase: str, spaced: bool) -> str:
    whole = unicodedata.normalize("NFC", phrase)
    text = "".join(
        r"\s{0,3}" if sign == " " and (whole[place - 1] == "]" or whole[place + 1] == "[") else _sign(sign)
        for place, sign in enumerate(whole)
    )
    return f"{text}(?!\\w)" if spaced and (whole[-1].isalnum() or whole[-1] in ")]") else text


def _sign(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    bare = unicodedata.normalize("NFD", sign)[0]
    return f"[{sign}{bare}]" if bare != sign and bare.isalpha() and bare.isascii() else re.escape(sign)
