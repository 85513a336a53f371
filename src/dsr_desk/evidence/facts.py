"""Statements as a code with its values, so that each edition says them in the language of its reader.

The wording stands in words.json under `fact.CODE`. A blank `{n_…}` holds a number, `{day_…}` a day, `{noun}` another
fact; `[one|many]` follows the number before it. What other rooms said in English is recognised by the same wording.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from dsr_desk.core.errors import DeskError

WORDS: dict[str, dict[str, str]] = json.loads(files("dsr_desk.evidence").joinpath("words.json").read_text("utf-8"))

_PREFIX = "fact."
_TOKEN = re.compile(r"\{(\w+)\}|\[([^|\]]*)\|([^|\]]*)\]")
_ANY = r"(?:(?!\. [A-Z]).)+?"
"""Goes over no end of a sentence."""
_SHAPES = {"n": r"[\d.,]+", "day": r"\w+ \d{1,2} \w+ \d{4}"}


@dataclass(frozen=True)
class Fact:
    """`values` fill the blanks; `says` is the English sentence that it was recognised by, if it was."""

    code: str
    values: tuple[tuple[str, str], ...] = ()
    says: str = ""

    @property
    def english(self) -> str:
        return self.says or fill(WORDS[_PREFIX + self.code]["en"], dict(self.values))

    def as_json(self) -> dict[str, Any]:
        return _spelled(self)


@lru_cache(1024)
def _spelled(one: Fact) -> dict[str, Any]:
    """Millions of lines say the same few facts."""
    return {"code": one.code, "values": dict(one.values), "says": one.english}


Saying = Fact | str
"""A fact, or what a person typed in words of their own."""


def fact(code: str, /, **values: object) -> Fact:
    return Fact(code, tuple((name, str(value)) for name, value in values.items()))


def english(said: Saying | Iterable[Fact]) -> str:
    if isinstance(said, str):
        return said
    return said.english if isinstance(said, Fact) else " ".join(one.english for one in said)


def fill(template: str, values: dict[str, str]) -> str:
    """The template with its blanks filled and the right one of each `[one|many]`."""
    last = ""

    def put(token: re.Match[str]) -> str:
        nonlocal last
        name, one, many = token.groups()
        if name is None:
            return str(one if last == "1" else many)
        if name.startswith("n_"):
            last = values[name]
        return values[name]

    return _TOKEN.sub(put, template)


def recognise(sentence: str) -> Fact | None:
    """The fact that a sentence of this program states, also one that an error states; None for other words."""
    for code, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return Fact(code, tuple(found.groupdict().items()), sentence)
    return _error(sentence)


def recognised(sentence: str) -> Fact:
    """As `recognise`; words that are not known are quoted as they are."""
    return recognise(sentence) or Fact("foreign", (("text", sentence),), sentence)


def sentences(text: str) -> tuple[Fact, ...]:
    """A text of several sentences of this program."""
    found: list[Fact] = []
    rest = text.strip()
    while rest:
        known = max(_beginnings(rest), key=lambda one: len(one.says), default=None)
        known = known or Fact("foreign", (("text", rest),), rest)
        found.append(known)
        rest = rest[len(known.says) :].strip()
    return tuple(found)


def _beginnings(text: str) -> Iterable[Fact]:
    """Facts that whole first sentences of a text state."""
    ends = [stop.end() for stop in re.finditer(r"[.!?](?= |$)", text)]
    for end in ends or [len(text)]:
        found = recognise(text[:end])
        if found is not None:
            yield found


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The most definite wording first."""
    known = {key.removeprefix(_PREFIX): said["en"] for key, said in WORDS.items() if key.startswith(_PREFIX)}
    known = {code: text for code, text in known.items() if _TOKEN.sub("", text).strip(" „“:")}
    by_length = sorted(known.items(), key=lambda one: -len(_TOKEN.sub("", one[1])))
    return [(code, re.compile(_pattern(text), re.DOTALL)) for code, text in by_length]


@cache
def _errors() -> list[tuple[str, re.Pattern[str]]]:
    found = [(kind.code, kind.happened) for kind in DeskError.registry.values() if kind.happened]
    found.sort(key=lambda one: -len(re.sub(r"\{[^}]*\}", "", one[1])))
    return [
        (code, re.compile("".join(".+" if part.startswith("{") else re.escape(part) for part in _parts(text))))
        for code, text in found
    ]


def _error(sentence: str) -> Fact | None:
    marked = re.fullmatch(r"(.+) \[([A-Z][A-Z0-9-]+)\]", sentence)
    if marked:
        return Fact("error", (("code", marked[2]),), sentence)
    code = next((code for code, pattern in _errors() if pattern.fullmatch(sentence)), None)
    return Fact("error", (("code", code),), sentence) if code else None


def _parts(template: str) -> list[str]:
    return re.split(r"(\{[^}]*\})", template)


def _pattern(template: str) -> str:
    found, at = [], 0
    for token in _TOKEN.finditer(template):
        found.append(re.escape(template[at : token.start()]))
        name, one, many = token.groups()
        if name is None:
            found.append(f"(?:{re.escape(one)}|{re.escape(many)})")
        else:
            found.append(f"(?P<{name}>{_SHAPES.get(name.partition('_')[0], _ANY)})")
        at = token.end()
    return "".join(found) + re.escape(template[at:])
