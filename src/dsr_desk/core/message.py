"""A sentence as a code with values: what is kept and signed is the code, so that a wording can change.

No code reads a sentence back: whoever needs to know what it says looks at `code` and `values`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Union

from dsr_desk.core import language as languages
from dsr_desk.core.catalogue import form_of

Value = Union[str, int, float, bool, None, "Message", tuple["Value", ...]]


@dataclass(frozen=True)
class Message:
    """`values` are names, numbers, codes, days (ISO 8601), other messages, and tuples of these; never a sentence.

    `english` is what the program that wrote it said. It is used where this program knows no such code.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    english: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.values.items()))))

    def say(self, language: str = "en") -> str:
        """The sentence in that language. Says a code that nobody knows as it was said, or as it is spelled."""
        form = form_of(self.code, language)
        if form is None:
            return self.english or self.code
        blanks = _Blanks(self.values, language)
        if isinstance(form, tuple):
            form = form[_plural_of(self.values.get("count"), language)]
        return form.format_map(blanks)

    def __str__(self) -> str:
        return self.say()

    def __format__(self, _way: str) -> str:
        return self.say()

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "values": {k: _plain(v) for k, v in self.values.items()}, "says": self.say()}

    @classmethod
    def from_json(cls, data: Any) -> Message:
        """Raises ValueError for what no message is spelled as."""
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("code"), str)
            or not isinstance(data.get("values"), dict)
        ):
            raise ValueError("no message")
        says = data.get("says", "")
        if not isinstance(says, str):
            raise ValueError("no message")
        return cls(data["code"], {str(name): _restored(value) for name, value in data["values"].items()}, says)


def message(code: str, /, **values: Value) -> Message:
    return Message(code, values)


def quoted(text: str) -> Message:
    """Words of somebody else: a person's, a file's, another program's. They are shown as they are."""
    return Message("quoted", {"text": text})


def term(word: Any) -> Message:
    """A word of the trade, by the enum that holds it: `Right.ERASURE` is `right.erasure` in the catalogue."""
    return Message(f"{type(word).__name__.lower()}.{word.value}")


_REFUSALS = {
    errno.EACCES: "why.no-permission",
    errno.EPERM: "why.no-permission",
    errno.EROFS: "why.read-only",
    errno.ENOENT: "why.not-there",
    errno.ENOSPC: "why.disk-full",
    errno.EIO: "why.disk-error",
}


def refused(error: OSError) -> Message:
    """Why the system refused; what is not usual, in the system's own words for its number.

    What the error itself says may have come from a library that quotes what it read.
    """
    code = _REFUSALS.get(error.errno or 0)
    if code is None and error.errno is not None and error.errno in errno.errorcode:
        return quoted(os.strerror(error.errno).lower())
    return message(code or "why.refused")


def said_all(messages: Iterable[Message], language: str = "en") -> str:
    """Several sentences, one after the other."""
    return " ".join(one.say(language) for one in messages)


def without_names(said: Message) -> Message:
    """The sentence with the number of files in place of their names, and without names of containers and places.

    All of them are what somebody called a thing inside the house, perhaps after a person.
    """
    values = {name: _unnamed(name, value) for name, value in said.values.items()}
    return Message(said.code, values, said.english if values == said.values else "")


def _unnamed(name: str, value: Value) -> Value:
    if name == "files" and isinstance(value, tuple):
        return len(value)
    if name == "containers" and isinstance(value, tuple):
        return message("name.withheld.many", count=len(value))
    if name in _NAMES_OF_PLACES and isinstance(value, str):
        return message("name.withheld")
    return without_names(value) if isinstance(value, Message) else value


_NAMES_OF_PLACES = ("container", "member", "path", "place")


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return value.as_json()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _restored(value: Any) -> Value:
    if isinstance(value, dict):
        return Message.from_json(value)
    if isinstance(value, list | tuple):
        return tuple(_restored(one) for one in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ValueError("no message")


class _Blanks(dict[str, "_Said"]):
    """The values by name; an old message may lack one that a newer wording asks for."""

    def __init__(self, values: Mapping[str, Value], language: str) -> None:
        super().__init__({name: _Said(value, language) for name, value in values.items()})
        self._language = language

    def __missing__(self, _name: str) -> _Said:
        return _Said("?", self._language)


class _Said:
    """A value in a sentence; the format after the colon says how it is written."""

    def __init__(self, value: Value, language: str) -> None:
        self._value, self._language = value, language

    def __format__(self, way: str) -> str:
        value, language = self._value, self._language
        if isinstance(value, Message):
            return value.say(language)
        if isinstance(value, tuple):
            return _listed(value, way, language)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value, way, language)
        if isinstance(value, str) and way in _DAYS:
            return _day(value, way, language)
        return "" if value is None else languages.visible(str(value))


_DAYS = ("day", "weekday", "moment", "exact")
_LARGEST = 10**18
"""Beyond it, and for what is no number (NaN), a figure is written as it is: it came from elsewhere."""
_BETWEEN = {"commas": ", ", "semicolons": "; ", "sentences": " "}


def _day(value: str, way: str, language: str) -> str:
    try:
        if way == "moment":
            return languages.moment(datetime.fromisoformat(value), language)
        if way == "exact":
            return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return languages.day(date.fromisoformat(value[:10]), language, weekday=way == "weekday")
    except (ValueError, OverflowError):
        return languages.visible(value)


def _number(value: float, way: str, language: str) -> str:
    if way == "plain" or not -_LARGEST < value < _LARGEST:
        return str(value)
    if "|" in way:
        return way.split("|")[languages.plural(value, language)]
    if way == "size":
        return languages.size(int(value), language)
    return languages.number(value, language, int(way[1:]) if way.startswith(".") else None)


def _plural_of(count: Value, language: str) -> int:
    if isinstance(count, int | float) and -_LARGEST < count < _LARGEST:
        return languages.plural(count, language)
    return -1


def _listed(values: tuple[Value, ...], way: str, language: str) -> str:
    said = [format(_Said(one, language)) for one in values]
    if way.startswith("first "):
        shown = int(way.removeprefix("first "))
        if len(said) > shown:
            return Message("list.more", {"names": ", ".join(said[:shown]), "count": len(said) - shown}).say(language)
    return _BETWEEN[way].join(said) if way in _BETWEEN else languages.listed(said, language)
