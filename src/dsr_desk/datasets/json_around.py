"""What a JSON document says around the elements of its lists: fields of the document, and mappings of names to things.

A mapping of objects (`{"tom.jpg": {...}, "ann.jpg": {...}}`) is read entry by entry. Any other object that holds no
list of objects is one record; one that does gives its own plain fields as a record beside those of its lists.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ELEMENT = b"\0"
"""Stands for the elements that were cut out of a list."""

KEY, VALUE = "key", "value"
"""What the name of a value is called in its record, and what a value that is no object is."""

MOST_FIELDS = 100
"""An object with more fields is a mapping of names to values."""

_STRUCTURE = re.compile(rb"[\s,:]+")
_PLAIN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"\0]+', re.DOTALL)


@dataclass(frozen=True)
class Span:
    """Where a record, or a part of one, lies in the file; the commas around it, -1 for none; the field's name."""

    start: int
    end: int
    comma: int
    follow: int
    key: str | None = None
    alone: bool = False
    """Whether it is the whole document."""


@dataclass(frozen=True)
class Loose:
    """A record outside lists: where its parts lie, what they hold, and whether it may tell of many people.

    It is one value as a `whole`, whose fields are its values where it is `spread`; or fields of an object.
    """

    spans: tuple[Span, ...]
    values: dict[str, Any]
    of_many: bool = False
    whole: bool = False
    spread: bool = False

    def parts_with(self, values: Mapping[str, Any]) -> list[tuple[Span, Any]]:
        """What its places hold with other values."""
        if not self.whole:
            return [(span, values.get(str(span.key))) for span in self.spans]
        own = {name: value for name, value in values.items() if name != KEY or self.spans[0].key is None}
        return [(self.spans[0], own if self.spread else values.get(VALUE))]


class Frame:
    """A document without the elements of its lists, small where the document is large."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._text = bytearray()
        self._origins: list[tuple[int, int]] = []
        self.seen = 0
        """Bytes of the file that stand around elements."""
        self.inside = 0
        """Bytes of them that are records."""

    @property
    def too_large(self) -> bool:
        return len(self._text) > self._most

    def add(self, text: bytes, origin: int, *, before_element: bool) -> None:
        """What stands from `origin` in the file up to an element or the end; between elements it says nothing."""
        self.seen += len(text)
        between = self._text.endswith(ELEMENT) and not text.strip(b" \t\r\n,")
        if self.too_large or (between and before_element):
            return
        self._origins.append((len(self._text), origin))
        self._text += text + (ELEMENT if before_element else b"")

    def records(self) -> Iterator[Loose]:
        """Raises ValueError, RecursionError for what is no JSON."""
        node = _Scanner(bytes(self._text), self._origins).document()
        yield from (one for one in _records(node) if _says_text(one.values))


@dataclass
class _Node:
    """A value. `kind` is "{", "[", "" for a plain one, or ELEMENT; `span` is that of its field or its place in a list.

    `own` is where the value itself lies.
    """

    kind: str
    span: Span
    own: tuple[int, int]
    value: Any = None
    inner: list[_Node] = field(default_factory=list)

    @property
    def with_elements(self) -> bool:
        return (
            self.kind == "\0" or (self.kind == "[" and not self.inner) or any(one.with_elements for one in self.inner)
        )

    @property
    def content(self) -> Any:
        if self.kind == "{":
            return {str(one.span.key): one.content for one in self.inner}
        return [one.content for one in self.inner] if self.kind == "[" else self.value


def _records(node: _Node) -> Iterator[Loose]:
    """What an erasure takes out must not change how the rest is read: an empty list counts as one of objects."""
    plain = [one for one in node.inner if one.kind == "" or (one.kind == "[" and not one.with_elements)]
    nested = [one for one in node.inner if one not in plain and one.kind != "\0"]
    if node.kind == "":
        yield _whole(node)
    elif node.kind == "[":
        yield from map(_whole, plain)
        for one in nested:
            yield from _records(one)
    elif plain and not node.with_elements:
        yield _whole(node)
    else:
        if plain:
            values = {str(one.span.key): one.content for one in plain}
            of_many = any(isinstance(value, list) and len(value) > 1 for value in values.values())
            yield Loose(tuple(one.span for one in plain), values, of_many or len(plain) > MOST_FIELDS)
        for one in nested:
            yield from _records(one)


def _whole(node: _Node) -> Loose:
    """A value with its name, which may be a person's."""
    content = node.content
    named = {} if node.span.key is None else {KEY: node.span.key}
    spread = isinstance(content, dict) and not (named and KEY in content)
    values = {**named, **content} if spread else {**named, VALUE: content}
    return Loose((node.span,), values, _of_many(values), whole=True, spread=spread)


def _says_text(value: Any) -> bool:
    """Whether there is any text; numbers that stand outside records name nobody."""
    if isinstance(value, dict):
        key = value.get(KEY, "")
        named = isinstance(key, str) and not key.isidentifier() and _says_text(key)
        return named or any(_says_text(inner) for name, inner in value.items() if name != KEY)
    if isinstance(value, list):
        return any(map(_says_text, value))
    return isinstance(value, str) and bool(value.strip())


def _of_many(values: dict[str, Any]) -> bool:
    """Whether nothing but lists stands in an object, lists run side by side, or it has very many fields."""
    lengths = [len(value) for value in values.values() if isinstance(value, list) and len(value) > 1]
    lists_alone = len(lengths) == len(values) - (KEY in values)
    return (bool(lengths) and lists_alone) or len(lengths) > len(set(lengths)) or len(values) > MOST_FIELDS


class _Scanner:
    """Reads a frame, remembering where in the file each value lies."""

    def __init__(self, text: bytes, origins: list[tuple[int, int]]) -> None:
        self._text = text
        self._at = 0
        self._here = [here for here, _ in origins]
        self._there = [there for _, there in origins]

    def document(self) -> _Node:
        self._skip()
        node = self._value(None, -1, self._at)
        self._skip()
        if self._at < len(self._text):
            raise ValueError("more than one document")
        node.span = replace(node.span, alone=True)
        return node

    def _value(self, key: str | None, comma: int, start: int) -> _Node:
        """The value that begins here; its field began at `start`."""
        begin = self._at
        kind = self._text[begin : begin + 1]
        if kind == ELEMENT:
            self._at += 1
            return _Node("\0", Span(-1, -1, -1, -1), (-1, -1))
        if kind in (b"{", b"["):
            self._at += 1
            inner = self._inner(kind)
            return self._node(kind.decode(), key, comma, start, begin, None, inner)
        match = _PLAIN.match(self._text, begin)
        if match is None:
            raise ValueError("no JSON")
        self._at = match.end()
        return self._node("", key, comma, start, begin, json.loads(match.group()), [])

    def _inner(self, kind: bytes) -> list[_Node]:
        found: list[_Node] = []
        closing = b"}" if kind == b"{" else b"]"
        comma = self._skip()
        while (here := self._text[self._at : self._at + 1]) != closing:
            start = self._at
            key = None
            if kind == b"{":
                match = _PLAIN.match(self._text, start)
                if match is None or here != b'"':
                    raise ValueError("no JSON")
                key = json.loads(match.group())
                self._at = match.end()
                self._skip()
            found.append(self._value(key, comma, start))
            comma = self._skip()
            found[-1].span = replace(found[-1].span, follow=comma)
        self._at += 1
        return found

    def _node(
        self, kind: str, key: str | None, comma: int, start: int, begin: int, value: Any, inner: list[_Node]
    ) -> _Node:
        end = self._origin(self._at - 1) + 1
        return _Node(kind, Span(self._origin(start), end, comma, -1, key), (self._origin(begin), end), value, inner)

    def _skip(self) -> int:
        """Over blanks, colons and commas; where in the file the comma among them is, -1 for none."""
        match = _STRUCTURE.match(self._text, self._at)
        if match is None:
            return -1
        self._at = match.end()
        at = match.group().find(b",")
        return -1 if at < 0 else self._origin(match.start() + at)

    def _origin(self, place: int) -> int:
        at = bisect_right(self._here, place) - 1
        return self._there[at] + place - self._here[at]
