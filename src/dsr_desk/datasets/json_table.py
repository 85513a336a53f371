"""JSON documents: every object in a list is one record, read as a stream, however large the document is.

Records are found by hand, since no parser tells where their bytes lie, and all other bytes stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.message import Message, Value, message
from dsr_desk.datasets.container import MAX_ITEM_BYTES, ContainerDamaged, Listed, record_entry
from dsr_desk.datasets.erasing import CHUNK, Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.jsonl import BOM
from dsr_desk.datasets.records import flatten
from dsr_desk.datasets.registration import describes_a_dataset

_TOKEN = re.compile(rb'[\\"{}\[\],]')
DEEPEST = 2
"""Records are objects of a list that is the document itself, or the value of one of its fields."""


class _NoDocument(Exception):
    """Brackets that do not match, a record that is too large, no end; `why` goes into an error for people."""

    def __init__(self, code: str, **values: Value) -> None:
        super().__init__(code)
        self.why = message(code, **values)


@dataclass(frozen=True)
class Span:
    """Where a record lies in the file; `comma` and `follow` are the offsets of the commas around it, -1 for none."""

    start: int
    end: int
    comma: int
    follow: int


class JsonDocument(FileContainer):
    """A list of objects, or an object with such lists. Erasing keeps all other bytes as they are."""

    format: ClassVar[str] = "json"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A document in UTF-8 that holds at least one record."""
        if head.removeprefix(BOM).lstrip()[:1] not in (b"[", b"{") or describes_a_dataset(path):
            return False
        with path.open("rb") as file:
            try:
                return next(_spans(file), None) is not None
            except _NoDocument:
                return path.suffix.lower() == ".json"

    def listing(self) -> Iterator[Listed]:
        with self.path.open("rb") as file, self.path.open("rb") as source:
            for span in self._records(file):
                source.seek(span.start)
                raw = source.read(span.end - span.start)
                yield record_entry(raw, span.start, self._fields(raw))

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self.path.open("rb") as file, self.path.open("rb") as source, target.open("r+b") as out:
            for piece in self._pieces(file, source, changes):
                out.write(piece)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """All that stands around records, without blanks and commas: what an erasure may change."""
        del changes
        with self.path.open("rb") as file, self.path.open("rb") as source:
            done = 0
            for span in self._records(file):
                yield _bare(_between(source, done, span.start))
                done = span.end
            yield _bare(_between(source, done, self.path.stat().st_size))

    def _pieces(self, file: IO[bytes], source: IO[bytes], changes: Changes) -> Iterator[bytes]:
        """The document after the changes. A record takes the comma before it along, a list's first the one after."""
        done = 0
        taken = -1
        for position, span in enumerate(self._records(file)):
            new = changes.get(position, b"")
            if new is not None:
                yield from chunks(source, done, span.start)
                yield from [new] if new else chunks(source, span.start, span.end)
                done = span.end
            elif span.comma not in (-1, taken):
                yield from chunks(source, done, span.comma)
                done = span.end
            else:
                yield from chunks(source, done, span.start)
                taken = span.follow
                done = span.follow + 1 if span.follow >= 0 else span.end
        yield from chunks(source, done, self.path.stat().st_size)

    def _records(self, file: IO[bytes]) -> Iterator[Span]:
        try:
            yield from _spans(file)
        except _NoDocument as error:
            raise ContainerDamaged(name=self.name, why=error.why) from error

    def _fields(self, raw: bytes) -> dict[str, str]:
        try:
            return {name: text for name, text in flatten(json.loads(raw)).items() if text}
        except (ValueError, RecursionError) as error:
            raise self.damaged("why.json.record") from error


def _spans(file: IO[bytes]) -> Iterator[Span]:
    """Objects of lists down to `DEEPEST`. Raises _NoDocument."""
    stack: list[bytes] = []
    commas: list[int] = []
    start = -1
    ended = -1
    in_text = False
    for offset, token, escaped in _tokens(file):
        if ended >= 0:
            yield Span(start, ended, commas[-1], offset if token == b"," else -1)
            start = ended = -1
        if in_text:
            in_text = not (token == b'"' and not escaped)
        elif token == b'"':
            in_text = True
        elif token in b"{[":
            if token == b"{" and start < 0 and stack and stack[-1] == b"[" and len(stack) <= DEEPEST:
                start = offset
            stack.append(token)
            commas.append(-1)
        elif token in b"}]":
            if not stack or stack.pop() + token not in (b"{}", b"[]"):
                raise _NoDocument("why.json.brackets", byte=offset)
            commas.pop()
            if start >= 0 and token == b"}" and stack and stack[-1] == b"[" and len(stack) <= DEEPEST:
                if offset - start > MAX_ITEM_BYTES:
                    raise _NoDocument("why.json.record-size")
                ended = offset + 1
        elif token == b"," and stack:
            commas[-1] = offset
    if stack or in_text:
        raise _NoDocument("why.ends-early")


def _tokens(file: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Offset of each bracket, comma and quote; whether a quote is escaped."""
    base = 0
    escape_at = -2
    while chunk := file.read(CHUNK):
        for match in _TOKEN.finditer(chunk):
            offset = base + match.start()
            token = match.group()
            if token == b"\\":
                # A backslash that is itself escaped escapes nothing.
                escape_at = offset if escape_at != offset - 1 else -2
                continue
            yield offset, token, escape_at == offset - 1
        base += len(chunk)


def _between(source: IO[bytes], start: int, end: int) -> bytes:
    return b"".join(chunks(source, start, end))


def _bare(text: bytes) -> bytes:
    return b"".join(text.replace(b",", b" ").split())
