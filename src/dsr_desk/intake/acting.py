"""Letters that somebody writes for another: lawyers, agents, parents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from dsr_desk.intake import words
from dsr_desk.intake.layout import closing, is_greeting
from dsr_desk.intake.names import is_organisation, leading_name, written_name

_NUMBER = re.compile(r"\s{0,2}(?:id|no|nr|number|nummer|ref|#|n[°º])\b", re.IGNORECASE)
_EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_EASTERN_NAME = re.compile(
    r"([\u3400-\u9fff々ヶ]{2,6}|[\u3400-\u9fff々ヶ]{1,4} ?[ぁ-んァ-ヶー]{2,5})"
    r"(?=の代理|を代理|様|さん|氏|、|（|\(|に代わ|$)"
)
_NEXT = 160
"""Signs behind "my client" within which the client's name is looked for."""


def acts_for_another(text: str) -> bool:
    """Whether the writer of a text says that it is written for somebody else."""
    return any(
        not _NUMBER.match(text, match.end()) and not _of_self().match(text, match.start())
        for match in words.every("behalf").finditer(_without_self(text))
    )


def _without_self(text: str) -> str:
    return _of_self().sub(lambda match: " " * len(match[0]), text)


@cache
def _of_self() -> re.Pattern[str]:
    return words.every("self")


def wards_in(lines: Iterable[str]) -> list[tuple[int, str]]:
    """Names of those for whom somebody writes, each with the index of its line."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if is_greeting(line):
            continue
        if number and closing(line) is not None:
            break
        for match in words.every("wards").finditer(line):
            behind = line[match.end() : match.end() + _NEXT].lstrip(" ,:–—-(")
            if name := _name_in(behind):
                found.append((number, name))
    return list(dict.fromkeys(found))


def _name_in(text: str) -> str:
    """The name that a text begins with, after up to three words like "Ms" or "our client"."""
    if _EASTERN.match(text):
        east = _EASTERN_NAME.match(text)
        return east[1] if east else ""
    rest = text
    for _ in range(4):
        name = leading_name(rest, least=2)
        if name and not is_organisation(name):
            return written_name(name)
        first, _, rest = rest.partition(" ")
        if not first or (first[-1:] in ".;:!?" and len(first) > 4):
            return ""
        rest = rest.lstrip(" ,")
    return ""
