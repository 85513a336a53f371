"""JSON lines: one object a line is one record. Erasing keeps every other line byte for byte."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.core.message import Message
from dsr_desk.datasets.container import MAX_ITEM_BYTES, Listed, record_entry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.records import flatten

BOM = b"\xef\xbb\xbf"


class JsonLines(FileContainer):
    """A line that is no object is no record and stays; a last line that is cut off is damage."""

    format: ClassVar[str] = "jsonl"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """The first line that is not blank is a whole object, and another one follows or nothing does."""
        text = head.removeprefix(BOM).lstrip()
        if not text.startswith(b"{"):
            return False
        with path.open("rb") as file:
            first = next((line for line in iter(lambda: file.readline(MAX_ITEM_BYTES), b"") if _text(line)), b"")
            following = next((line for line in iter(lambda: file.readline(MAX_ITEM_BYTES), b"") if _text(line)), b"")
        named = path.suffix.lower() in {".jsonl", ".ndjson", ".jsonlines"}
        return isinstance(_parsed(first), dict) and (named if not following else _text(following).startswith(b"{"))

    def listing(self) -> Iterator[Listed]:
        with self.path.open("rb") as file:
            for offset, line, record in self._lines(file):
                if record is not None:
                    texts = {name: text for name, text in flatten(record).items() if text}
                    yield record_entry(_raw(line), offset, texts)

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self.path.open("rb") as file:
            file.seek(hint)
            return "", _raw(file.readline(MAX_ITEM_BYTES))

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with self.path.open("rb") as file, target.open("r+b") as out:
            for _, line, record in self._lines(file):
                if record is None:
                    out.write(line)
                    continue
                new = changes.get(position, _raw(line))
                position += 1
                if new is not None:
                    out.write(line.replace(_raw(line), new) if new != _raw(line) else line)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        del changes
        with self.path.open("rb") as file:
            yield from (line for _, line, record in self._lines(file) if record is None)

    def _lines(self, file: IO[bytes]) -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
        offset = 0
        while line := file.readline(MAX_ITEM_BYTES):
            parsed = _parsed(line) if _text(line) else None
            if parsed is None and _text(line):
                raise self.damaged("why.jsonl.line", byte=offset)
            yield offset, line, parsed if isinstance(parsed, dict) else None
            offset += len(line)


def _text(line: bytes) -> bytes:
    return line.removeprefix(BOM).strip()


def _raw(line: bytes) -> bytes:
    """The stored bytes of a record: its line without what ends it."""
    return line.removeprefix(BOM).rstrip(b"\r\n")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(_text(line))
    except (ValueError, RecursionError):
        return None
