"""CSV and TSV tables: one row is one record. Erasing keeps every other row byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import Listed, record_entry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.text_tables import (
    SAMPLE_BYTES,
    Dialect,
    TextRow,
    dialect_of,
    looks_like_data,
    row_at,
    rows_of,
    unique_names,
)

_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv"})
_MAYBE = frozenset({"", ".txt", ".dat", ".data"})


class NoHeader(DeskError):
    code = "TABLE-NO-HEADER"
    happened = "The first line of {name} holds data, not the names of its columns."
    means = "Without names it is not known which column holds an e-mail and which a name, so it was not searched."
    todo = "Add a first line with a name for each column, then add the table again."


class CsvTable(FileContainer):
    """A table in delimited text. The first row that is not blank names the columns."""

    format: ClassVar[str] = "csv"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        suffix = path.suffix.lower()
        dialect = None if sniff.photo_kind(head) else dialect_of(head)
        if dialect is None or not head.strip() or _is_other_text(head):
            return False
        return suffix in _SUFFIXES or (suffix in _MAYBE and _is_regular(dialect, head))

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns, made unique. Raises NoHeader."""
        with self.path.open("rb") as file:
            header = next((row for row in rows_of(file, self._dialect) if not self._is_preamble(row)), None)
        cells = self._dialect.fields(header.raw) if header else []
        if looks_like_data(cells):
            raise NoHeader(name=self.name)
        return unique_names(cells)

    def listing(self) -> Iterator[Listed]:
        columns = self.columns
        with self.path.open("rb") as file:
            for row, is_record in self._rows(file):
                if is_record:
                    yield record_entry(row.raw, row.offset, _record(columns, self._dialect.fields(row.raw)))

    def read_at(self, hint: int) -> tuple[str, bytes] | None:
        with self.path.open("rb") as file:
            raw = row_at(file, self._dialect, hint)
        return None if raw is None else ("", raw)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with self.path.open("rb") as file, target.open("r+b") as out:
            out.write(self._dialect.bom)
            for row, is_record in self._rows(file):
                raw: bytes | None = row.raw
                if is_record:
                    raw = changes.get(position, row.raw)
                    position += 1
                if raw is not None:
                    out.write(raw + row.ending)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        del changes
        yield self._dialect.bom
        with self.path.open("rb") as file:
            yield from (row.raw + row.ending for row, is_record in self._rows(file) if not is_record)

    @cached_property
    def _dialect(self) -> Dialect:
        with self.path.open("rb") as file:
            dialect = dialect_of(file.read(SAMPLE_BYTES))
        if dialect is None:
            raise self.damaged("why.csv.encoding")
        return dialect

    def _rows(self, file: IO[bytes]) -> Iterator[tuple[TextRow, bool]]:
        """Rows, and whether each is a record: neither blank, nor the header, nor what stands before it."""
        header_seen = False
        for row in rows_of(file, self._dialect):
            preamble = self._is_preamble(row)
            yield row, header_seen and not preamble
            header_seen = header_seen or not preamble

    def _is_preamble(self, row: TextRow) -> bool:
        text = self._dialect.decode(row.raw).strip()
        return not text or (row.offset == len(self._dialect.bom) and text.lower().startswith("sep=") and len(text) == 5)


def _record(columns: list[str], fields: list[str]) -> dict[str, str]:
    extra = [f"column {number}" for number in range(len(columns) + 1, len(fields) + 1)]
    return {name: value for name, value in zip([*columns, *extra], fields, strict=False) if value}


def _is_other_text(head: bytes) -> bool:
    """JSON, XML and the like, whatever they are called."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<")


def _is_regular(dialect: Dialect, head: bytes) -> bool:
    """Whether at least three whole rows fall into the same number of columns, under a header."""
    rows = dialect.decode(head[len(dialect.bom) :]).splitlines()
    widths = [len(dialect.fields(row.encode(dialect.encoding))) for row in rows[:-1] if row.strip()]
    if len(widths) < 3 or widths[0] < 2 or set(widths) != {widths[0]}:
        return False
    return not looks_like_data(dialect.fields(rows[0].encode(dialect.encoding)))
