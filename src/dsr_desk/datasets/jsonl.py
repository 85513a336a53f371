"""JSON lines: what stands in one line is one record. Erasing keeps every other line byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.datasets.container import MAX_ITEM_BYTES
from dsr_desk.datasets.row_file import FileRow, RowFile
from dsr_desk.datasets.rows import Row

BOM = b"\xef\xbb\xbf"
ALONE = "value"
"""The field of a line that is no object."""


class JsonLines(RowFile):
    """A line that says nothing (`null`, `[]`) is no record and stays; a last line that is cut off is damage."""

    format: ClassVar[str] = "jsonl"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """The first line that is not blank is a whole object, and another line is whole too or nothing follows."""
        if not head.removeprefix(BOM).lstrip().startswith(b"{"):
            return False
        with path.open("rb") as file:
            lines = (line for line in iter(lambda: file.readline(MAX_ITEM_BYTES), b"") if _text(line))
            first, following = next(lines, b""), next(lines, b"")
        named = path.suffix.lower() in {".jsonl", ".ndjson", ".jsonlines"}
        more = _text(following).startswith(b"{") or (following and _parsed(following) is not None)
        return isinstance(_parsed(first), dict) and bool(more if following else named)

    def rows(self, file: IO[bytes]) -> Iterator[FileRow]:
        offset = self.first
        file.seek(offset)
        while line := file.readline(MAX_ITEM_BYTES):
            raw = line.rstrip(b"\r\n")
            try:
                values = self.values_of(raw) if raw.strip() else None
            except (ValueError, RecursionError) as error:
                raise self.damaged("why.jsonl.line", byte=offset) from error
            yield FileRow(offset, raw, line[len(raw) :], values)
            offset += len(line)

    def row_at(self, file: IO[bytes], offset: int) -> FileRow | None:
        file.seek(offset)
        raw = file.readline(MAX_ITEM_BYTES).rstrip(b"\r\n")
        try:
            return FileRow(offset, raw, b"", self.values_of(raw))
        except (ValueError, RecursionError):
            return None

    def values_of(self, raw: bytes) -> Row | None:
        """What is no object is the value of a field of its own. Raises ValueError, RecursionError."""
        parsed = json.loads(raw)
        return parsed if isinstance(parsed, dict) else {ALONE: parsed} if parsed not in (None, []) else None

    def spelt(self, row: FileRow, values: Row) -> bytes:
        whole = values[ALONE] if values.keys() == {ALONE} and not _is_object(row.raw) else values
        return json.dumps(whole, ensure_ascii=row.raw.isascii()).encode("utf-8", "surrogatepass")

    @property
    def first(self) -> int:
        with self.path.open("rb") as file:
            return len(BOM) if file.read(len(BOM)) == BOM else 0


def _text(line: bytes) -> bytes:
    return line.removeprefix(BOM).strip()


def _is_object(raw: bytes) -> bool:
    return raw.lstrip()[:1] == b"{"


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(_text(line))
    except (ValueError, RecursionError):
        return None
