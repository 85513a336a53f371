"""Labelled values in a letter: "Phone: 087 123 4567", several in a line, or a label with its value below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dsr_desk.intake import words

KINDS = (
    *("e-mail", "user name", "account id", "date of birth", "given name", "family name", "phone", "name"),
    *("address", "street", "postcode", "city", "country", "account"),
)
"""Labels that are understood, by their sections in the vocabulary."""

_SEPARATOR = r"(?:\s{0,3}\*{0,2}\s{0,2}[:=：]\s{0,3}\*{0,2}\s{0,3}|\t+|\s{3,}|\s\|\s)"
_BEFORE = r"(?:(?:^|(?<=[,;|•·。、.،؛()]))[ \t]{0,4}[-*•#>·–・●■◆○▪◦※]{0,3}[ \t]{0,3}\*{0,2})"
_OTHER_LABEL = re.compile(r"^[ \t]{0,4}[-*•#]{0,3}[ \t]{0,3}[^\W\d_][\w /.'’&()-]{1,40}[:：](?!//)")
_ENDS = re.compile(r"[\s,;|*•·]+$")


@dataclass(frozen=True)
class LabelledValue:
    """A value behind its label; `begin` and `end` are its place in the line (an index of the lines)."""

    kind: str
    value: str
    line: int
    begin: int = 0
    end: int = 0


def fields_in(lines: Sequence[str]) -> Iterator[LabelledValue]:
    """The labelled values of the lines, in their order. A label alone in its line has its value in the next."""
    for number, line in enumerate(lines):
        matches = _outermost(line)
        for place, match in enumerate(matches):
            end = matches[place + 1].start() if place + 1 < len(matches) else len(line)
            value = _ENDS.sub("", line[match.end() : end])
            kind = _kind(match)
            if value.strip():
                yield LabelledValue(kind, value.strip(), number, match.end(), match.end() + len(value))
            elif below := _below(lines, number):
                yield LabelledValue(kind, lines[below].strip(), below, 0, len(lines[below]))
        if (
            not matches
            and (alone := _alone().fullmatch(line.strip(" \t*-•#>・●■◆○▪◦※")))
            and (below := _below(lines, number))
        ):
            yield LabelledValue(_kind(alone), lines[below].strip(), below, 0, len(lines[below]))


def is_labelled(line: str) -> bool:
    """Whether a line begins with a label, of whatever kind."""
    return bool(_OTHER_LABEL.match(line)) or bool(_outermost(line)) or bool(_alone().fullmatch(line.strip(" *")))


def _outermost(line: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    for match in _labelled().finditer(line[:2_000]):
        if not found or match.start() >= found[-1].end():
            found.append(match)
    return found


def _below(lines: Sequence[str], number: int) -> int:
    """The line with the value of a label that stands alone, 0 where there is none."""
    for place in range(number + 1, min(number + 3, len(lines))):
        if lines[place].strip():
            return 0 if is_labelled(lines[place]) else place
    return 0


def _kind(match: re.Match[str]) -> str:
    return KINDS[int(str(match.lastgroup)[1:])]


@cache
def _labelled() -> re.Pattern[str]:
    owners = f"{words.sources('wards')}|{words.sources('possessed')}"
    whose = rf"(?:\s{{1,2}}(?:(?:of|for|de|di|van|do|da|für)\s{{1,2}})?(?:{owners}))?"
    return re.compile(rf"{_BEFORE}(?:{_kinds()}){whose}{_SEPARATOR}", re.IGNORECASE)


@cache
def _alone() -> re.Pattern[str]:
    asked = r"(?:(?:what|wie|quel(?:le)?|cu[aá]l|qual|wat|jak|hoe)\b.{0,20}?\s)?"
    return re.compile(rf"{asked}(?:{_kinds()})\s{{0,3}}[:：?？]?\*{{0,2}}", re.IGNORECASE)


def _kinds() -> str:
    return "|".join(f"(?P<k{number}>{words.sources('labels', kind)})" for number, kind in enumerate(KINDS))
