"""JSON documents: what stands in a list is one record, read as a stream, however large the document is.

Records are found by hand, since no parser tells where their bytes lie, and all other bytes stay as they are.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.container import MAX_ITEM_BYTES, ContainerDamaged, Listed
from dsr_desk.datasets.erasing import CHUNK, Changes, chunks
from dsr_desk.datasets.json_around import Frame, Loose, Span
from dsr_desk.datasets.jsonl import ALONE, BOM
from dsr_desk.datasets.registration import describes_a_dataset
from dsr_desk.datasets.row_file import FileRow, RowFile
from dsr_desk.datasets.rows import Row, RowTally, entries_of, touched

_TOKEN = re.compile(rb'[\\"{}\[\],]')
MOST_AROUND = 16 * 1024 * 1024
"""More around the elements of a document's lists is not read."""


class _NoDocument(Exception):
    """Brackets that do not match, a record that is too large, no end; `why` goes into an error for people."""

    def __init__(self, code: str, **values: Value) -> None:
        super().__init__(code)
        self.why = message(code, **values)


class NotTakenOut(DeskError):
    code = "JSON-NOT-TAKEN-OUT"
    happened = "{name}: a list or a mapping in it may tell of many people, and its values are not told apart."
    means = "Nothing was erased from it."
    todo = "Hand the action to the team that keeps the file."


@dataclass
class JsonRow(FileRow):
    """A record with the places of its parts. Its bytes are those of an element, or tell what is `loose`."""

    spans: tuple[Span, ...] = ()
    loose: Loose | None = None


class JsonDocument(RowFile):
    """Elements of its outermost lists are records, and so is what stands around them. Other bytes are kept."""

    format: ClassVar[str] = "json"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """A document in UTF-8 that holds at least one record."""
        if head.removeprefix(BOM).lstrip()[:1] not in (b"[", b"{") or describes_a_dataset(path):
            return False
        with path.open("rb") as file:
            try:
                return next(cls(path, path.name).rows(file), None) is not None
            except DeskError:
                return path.suffix.lower() == ".json"

    def listing(self) -> Iterator[Listed]:
        tally = RowTally()
        number = cells = inside = 0
        frame = Frame(MOST_AROUND)
        with self.path.open("rb") as file:
            for number, row in enumerate(self._rows(file, frame)):
                size = sum(span.end - span.start for span in row.spans)
                inside += size
                tally.count(Answer.ITEM, size)
                if row.found is not None:
                    for one in row.found.unread:
                        cells += one.count
                        tally.not_read(one.place, one.kind, one.why, one.count, one.size)
                items = self.items_in(row)
                yield from entries_of(items, row.offset, f"row {number}" if len(items) > 1 else "")
            own = _length(file)
        if frame.too_large:
            tally.not_read("", message("kind.json.around"), message("why.json.around"), size=own - inside)
        tally.count(Answer.LABEL, frame.seen - frame.inside)
        # Bytes that were read may hold values that were not.
        yield from tally.end(own + cells + frame.too_large)

    def is_list(self) -> bool:
        """See `FileContainer.is_list`. A document that is one object is not, unless lists of things are in it."""
        with self.path.open("rb") as file:
            return any(not span.alone for row in self.rows(file) for span in row.spans)

    def rows(self, file: IO[bytes]) -> Iterator[JsonRow]:
        return self._rows(file, Frame(MOST_AROUND))

    def row_at(self, file: IO[bytes], offset: int) -> FileRow | None:
        """Where a record ends is known from what is before it."""
        del file, offset
        return None

    def values_of(self, raw: bytes) -> Row:
        try:
            parsed = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise self.damaged("why.json.record") from error
        return parsed if isinstance(parsed, dict) else {ALONE: parsed}

    def spelt(self, row: FileRow, values: Row) -> bytes:
        whole = values[ALONE] if values.keys() == {ALONE} and row.raw.lstrip()[:1] == b"[" else values
        return spelt_json(whole, plain=row.raw.isascii())

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        cuts = self._cuts(changes)
        with self.path.open("rb") as source, target.open("r+b") as out:
            done = 0
            taken = -1
            for span, new in cuts:
                if new is not None:
                    start, end = span.start, span.end
                elif span.comma not in (-1, taken) and span.comma >= done:
                    # A record takes the comma before it along, the first of a list the one after it.
                    start, end = span.comma, span.end
                else:
                    start, end, taken = span.start, max(span.end, span.follow + 1), span.follow
                for piece in chunks(source, done, start):
                    out.write(piece)
                out.write(new or b"")
                done = end
            for piece in chunks(source, done, sys.maxsize):
                out.write(piece)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """All that stands around records, without blanks and commas: what an erasure may change."""
        frame = Frame(MOST_AROUND)
        position = 0
        gone: list[Span] = []
        with self.path.open("rb") as file:
            for row in self._rows(file, frame):
                items = self.items_in(row)
                change = touched(items, changes, position)
                position += len(items)
                gone += row.spans
                if not change.goes:
                    yield from self._beside_photos(row, change)
        with self.path.open("rb") as source:
            done = 0
            nothing = _bare(_between(source, 0, 16)) == b"{}" and not gone
            for span in sorted(gone, key=lambda one: one.start):
                yield _bare(_between(source, done, span.start))
                done = span.end
            yield b"" if nothing else _bare(_between(source, done, sys.maxsize))

    def _cuts(self, changes: Changes) -> list[tuple[Span, bytes | None]]:
        """Places that change in the order of the file: with their new bytes, or None for what goes."""
        cuts: list[tuple[Span, bytes | None]] = []
        position = 0
        with self.path.open("rb") as file:
            for row in self.rows(file):
                items = self.items_in(row)
                change = touched(items, changes, position)
                position += len(items)
                if not change.items:
                    continue
                if row.loose is not None and row.loose.of_many:
                    raise NotTakenOut(name=self.name)
                if change.goes:
                    # A document that is a record itself stays one, without anything in it.
                    whole = b"{}" if row.raw.lstrip()[:1] == b"{" and row.spans[0].alone else None
                    cuts += [(span, whole) for span in row.spans]
                else:
                    cuts += self._changed_parts(row, self.changed(row, change))
        return sorted(cuts, key=lambda cut: cut[0].start)

    def _changed_parts(self, row: JsonRow, new: bytes) -> list[tuple[Span, bytes | None]]:
        if row.loose is None:
            return [(span, new) for span in row.spans]
        plain = row.raw.isascii()
        return [
            (span, spelt_json(value if span.key is None else {span.key: value}, bare=span.key is not None, plain=plain))
            for span, value in row.loose.parts_with(self.values_of(new))
        ]

    def _rows(self, file: IO[bytes], frame: Frame) -> Iterator[JsonRow]:
        done = 0
        with self.path.open("rb") as source:
            try:
                for span in _spans(file):
                    frame.add(_between(source, done, span.start), done, before_element=True)
                    raw = _between(source, span.start, span.end)
                    yield JsonRow(span.start, raw, b"", self.values_of(raw), (span,))
                    done = span.end
                frame.add(_between(source, done, sys.maxsize), done, before_element=False)
                for one in () if frame.too_large else frame.records():
                    raw = spelt_json(one.values, plain=False)
                    frame.inside += sum(span.end - span.start for span in one.spans)
                    yield JsonRow(one.spans[0].start, raw, b"", one.values, one.spans, one)
            except _NoDocument as error:
                raise ContainerDamaged(name=self.name, why=error.why) from error
            except (ValueError, RecursionError) as error:
                raise self.damaged("why.json.record") from error


def _spans(file: IO[bytes]) -> Iterator[Span]:
    """Objects and lists in lists that lie in no other list. Raises _NoDocument."""
    stack: list[bytes] = []
    commas: list[int] = []
    lists = 0
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
            if start < 0 and lists == 1 and stack[-1] == b"[":
                start = offset
            stack.append(token)
            lists += token == b"["
            commas.append(-1)
        elif token in b"}]":
            if not stack or stack.pop() + token not in (b"{}", b"[]"):
                raise _NoDocument("why.json.brackets", byte=offset)
            lists -= token == b"]"
            commas.pop()
            if start >= 0 and lists == 1 and stack[-1] == b"[":
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


def _length(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)


def spelt_json(value: Any, *, plain: bool, bare: bool = False) -> bytes:
    """`plain` in ASCII, `bare` without the braces around it."""
    text = json.dumps(value, ensure_ascii=plain)
    return (text[1:-1] if bare else text).encode("utf-8", "surrogatepass")


def _between(source: IO[bytes], start: int, end: int) -> bytes:
    return b"".join(chunks(source, start, end))


def _bare(text: bytes) -> bytes:
    return b"".join(text.replace(b",", b" ").split())
