"""Which data an order is about, said by what is registered of it: a small language, and its canonical text.

    selector   dataset = "faces"              all versions of a dataset, by its name
               version = "faces@3"            one version
               supplier = "…"  source = "…"   as they are registered, whole
               collected between 2014-01-01 and 2019-12-31
               container = "…"                one container, by its name in the dataset
               prefix = "photos/2014/"        items whose place in their container begins so
               column NAME = "VALUE"          items whose record says so; NAME in quotes where it is not one word
               items in list "NAME"           items of a list that is kept beside, by id or by SHA-256
               model = "NAME@V"               what a model was trained on, by lineage
               made from (SELECTOR)           that, what lineage records as derived of it, photos of the same content,
                                   and records that lie beside such photos alone
    joined by  not, and, or (in this order), parentheses

Texts stand in quotes as JSON has them. Names are compared whole, without regard to capitals and spaces around them;
containers and prefixes letter by letter, since two files may differ in capitals alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message

DEEPEST = 40
"""So many selectors may stand inside one another."""

LONGEST = 100_000
"""Characters of a selector."""


class SelectorMalformed(DeskError):
    code = "SELECTOR-MALFORMED"
    happened = "The selector cannot be read at character {at}: {why}."
    means = "Which data is meant is not known, so none was looked for."
    todo = "Write it as dsr-desk scope --help shows it, with texts in straight quotes, and try again."


class Called(StrEnum):
    """What a selector may call by its name."""

    DATASET = "dataset"
    VERSION = "version"
    SUPPLIER = "supplier"
    SOURCE = "source"
    CONTAINER = "container"
    PREFIX = "prefix"
    MODEL = "model"


@dataclass(frozen=True)
class NamedBy:
    """`dataset = "…"` and its like."""

    called: Called
    text: str


@dataclass(frozen=True)
class CollectedBetween:
    """Both days are inside."""

    first: date
    last: date


@dataclass(frozen=True)
class ColumnIs:
    column: str
    value: str


@dataclass(frozen=True)
class InList:
    name: str


@dataclass(frozen=True)
class MadeFrom:
    """The data that `origin` selects, and what came of it."""

    origin: Selector


@dataclass(frozen=True)
class Not:
    inner: Selector


@dataclass(frozen=True)
class AllOf:
    """At least two."""

    inner: tuple[Selector, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least two."""

    inner: tuple[Selector, ...]


Selector = NamedBy | CollectedBetween | ColumnIs | InList | MadeFrom | Not | AllOf | AnyOf


def plain_name(text: str) -> str:
    """A name as it is compared with others: composed (NFC), without capitals and without spaces around it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


def composed(text: str) -> str:
    """A place as it is compared with others: systems write the same letters in two ways."""
    return unicodedata.normalize("NFC", text)


def said(selector: Selector) -> str:
    """The canonical text: `parse` makes the same selector of it."""
    match selector:
        case NamedBy(called, text):
            return f"{called} = {_quoted(text)}"
        case CollectedBetween(first, last):
            return f"collected between {first.isoformat()} and {last.isoformat()}"
        case ColumnIs(column, value):
            return f"column {column if _WORD.fullmatch(column) else _quoted(column)} = {_quoted(value)}"
        case InList(name):
            return f"items in list {_quoted(name)}"
        case MadeFrom(origin):
            return f"made from ({said(origin)})"
        case Not(inner):
            return f"not {_inside(inner, (AllOf, AnyOf))}"
        case AllOf(inner):
            return " and ".join(_inside(one, (AllOf, AnyOf)) for one in inner)
        case AnyOf(inner):
            return " or ".join(_inside(one, (AnyOf,)) for one in inner)


def selectors_in(selector: Selector) -> Iterator[Selector]:
    """The selector and all that stand in it, outer ones first."""
    yield selector
    match selector:
        case MadeFrom(inner) | Not(inner):
            yield from selectors_in(inner)
        case AllOf(parts) | AnyOf(parts):
            for one in parts:
                yield from selectors_in(one)
        case _:
            return


def lists_in(selector: Selector) -> tuple[str, ...]:
    """Names of the lists that it asks for, each once."""
    return tuple(dict.fromkeys(one.name for one in selectors_in(selector) if isinstance(one, InList)))


def parse(text: str) -> Selector:
    """Raises SelectorMalformed, which says where."""
    if len(text) > LONGEST:
        raise SelectorMalformed(at=LONGEST, why=message("selector.too-long", most=LONGEST))
    return _Reader(text).whole()


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SPACE = re.compile(r"\s*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXTS = json.JSONDecoder()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _inside(selector: Selector, bound: tuple[type[Selector], ...]) -> str:
    return f"({said(selector)})" if isinstance(selector, bound) else said(selector)


class _Reader:
    """Reads from left to right; `_at` is behind what was read and the space after it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._at = 0
        self._skip(0)

    def whole(self) -> Selector:
        found = self._any_of()
        if self._at < len(self._text):
            raise self._wrong("selector.more")
        return found

    def _any_of(self) -> Selector:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong("selector.deep", most=DEEPEST)
        found = [self._all_of()]
        while self._taken("or"):
            found.append(self._all_of())
        self._depth -= 1
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _all_of(self) -> Selector:
        found = [self._one()]
        while self._taken("and"):
            found.append(self._one())
        return found[0] if len(found) == 1 else AllOf(tuple(found))

    def _one(self) -> Selector:
        if self._text.startswith("(", self._at):
            return self._in_parentheses()
        begin = self._at
        word = self._word()
        if word == "not":
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._wrong("selector.deep", most=DEEPEST)
            inner = self._one()
            self._depth -= 1
            return Not(inner)
        if word in set(Called):
            self._require("=")
            return NamedBy(Called(word), self._string())
        if word == "collected":
            return self._collected()
        if word == "column":
            column = self._string() if self._text.startswith('"', self._at) else self._word(as_it_is=True)
            self._require("=")
            return ColumnIs(column, self._string())
        if word == "items":
            self._require("in")
            self._require("list")
            return InList(self._string())
        if word == "made":
            self._require("from")
            return MadeFrom(self._in_parentheses())
        self._at = begin
        raise self._wrong("selector.unknown")

    def _collected(self) -> CollectedBetween:
        self._require("between")
        first = self._day()
        self._require("and")
        begin = self._at
        last = self._day()
        if last < first:
            self._at = begin
            raise self._wrong("selector.backwards")
        return CollectedBetween(first, last)

    def _in_parentheses(self) -> Selector:
        self._require("(")
        found = self._any_of()
        self._require(")")
        return found

    def _word(self, *, as_it_is: bool = False) -> str:
        found = _WORD.match(self._text, self._at)
        if found is None:
            raise self._wrong("selector.word")
        self._skip(found.end())
        return found.group() if as_it_is else found.group().lower()

    def _taken(self, word: str) -> bool:
        found = _WORD.match(self._text, self._at)
        if found is None or found.group().lower() != word:
            return False
        self._skip(found.end())
        return True

    def _require(self, word: str) -> None:
        if word.isalpha():
            there = self._taken(word)
        else:
            there = self._text.startswith(word, self._at)
            if there:
                self._skip(self._at + len(word))
        if not there:
            raise self._wrong("selector.expected", word=word)

    def _string(self) -> str:
        if not self._text.startswith('"', self._at):
            raise self._wrong("selector.quotes")
        try:
            text, end = _TEXTS.raw_decode(self._text, self._at)
        except ValueError:
            raise self._wrong("selector.unended") from None
        self._skip(end)
        return str(text)

    def _day(self) -> date:
        found = _DAY.match(self._text, self._at)
        try:
            day = date.fromisoformat(found.group()) if found else None
        except ValueError:
            day = None
        if found is None or day is None:
            raise self._wrong("selector.day")
        self._skip(found.end())
        return day

    def _skip(self, at: int) -> None:
        found = _SPACE.match(self._text, at)
        self._at = found.end() if found else at

    def _wrong(self, code: str, **values: str | int) -> SelectorMalformed:
        return SelectorMalformed(at=self._at + 1, why=Message(code, values))
