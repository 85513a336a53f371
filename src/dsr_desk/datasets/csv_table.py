"""CSV and TSV tables: one row is one record. Erasing keeps every other row byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets import sniff
from dsr_desk.datasets.row_file import FileRow, RowFile
from dsr_desk.datasets.rows import Row
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
FIRST_ROWS = 20
"""Rows among which the one is that names the columns."""


class NoHeader(DeskError):
    code = "TABLE-NO-HEADER"
    happened = "The first line of {name} holds data, not the names of its columns."
    means = "Without names it is not known which column holds an e-mail and which a name, so it was not searched."
    todo = "Add a first line with a name for each column, then add the table again."


class CsvTable(RowFile):
    """A table in delimited text. A row names the columns; titles and comments above it are records too."""

    format: ClassVar[str] = "csv"
    tabular: ClassVar[bool] = True

    def __init__(self, path: Path, name: str, header: bytes | None = None) -> None:
        super().__init__(path, name)
        self._known_header = header

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
        cells = self._dialect.fields(self._header)
        if looks_like_data(cells) and not self._is_by_user(cells):
            raise NoHeader(name=self.name)
        return unique_names(cells)

    def rows(self, file: IO[bytes]) -> Iterator[FileRow]:
        header_seen = False
        for row in rows_of(file, self._dialect):
            is_header = not header_seen and row.raw == self._header
            header_seen = header_seen or is_header
            values = None if is_header or self._is_blank(row) else self.values_of(row.raw)
            yield FileRow(row.offset, row.raw, row.ending, values)

    def row_at(self, file: IO[bytes], offset: int) -> FileRow | None:
        raw = row_at(file, self._dialect, offset)
        return None if raw is None else FileRow(offset, raw, b"", self.values_of(raw))

    def values_of(self, raw: bytes) -> Row:
        fields = self._dialect.fields(raw)
        named = zip(_names(self.columns, len(fields)), fields, strict=False)
        return {name: text for name, text in named if text and not text.isspace()}

    def texts_of(self, values: Row) -> Row:
        return values

    def spelt(self, row: FileRow, values: Row) -> bytes:
        count = len(self._dialect.fields(row.raw))
        return self._dialect.spelt(row.raw, [values.get(name) or "" for name in _names(self.columns, count)[:count]])

    @property
    def header(self) -> Collection[str]:
        return self.columns if self._header else ()

    @property
    def newline(self) -> bytes:
        return self._dialect.newline

    @property
    def first(self) -> int:
        return len(self._dialect.bom)

    @cached_property
    def _dialect(self) -> Dialect:
        with self.path.open("rb") as file:
            dialect = dialect_of(file.read(SAMPLE_BYTES))
        if dialect is None:
            raise self.damaged("why.csv.encoding")
        return dialect

    @cached_property
    def _header(self) -> bytes:
        """The row that names the columns: of the first rows, one that fills two cells where any does."""
        if self._known_header is not None:
            return self._known_header
        with self.path.open("rb") as file:
            rows = [row.raw for row in islice(rows_of(file, self._dialect), FIRST_ROWS) if not self._is_blank(row)]
        filled = [[cell for cell in self._dialect.fields(row) if cell.strip()] for row in rows]
        least = min(2, max(map(len, filled), default=0))
        for at, row in enumerate(rows):
            comment = self._dialect.decode(row).startswith("#") and (
                at + 1 == len(rows) or len(filled[at]) != len(filled[at + 1])
            )
            if len(filled[at]) >= least and not comment:
                return row
        return b""

    def _is_by_user(self, cells: list[str]) -> bool:
        """Whether a row with addresses names columns all the same: no first row below has an address in these."""
        addressed = {at for at, cell in enumerate(cells) if "@" in cell}
        others = [cell for at, cell in enumerate(cells) if at not in addressed]
        if not addressed or (others and looks_like_data(others)):
            return False
        with self.path.open("rb") as file:
            below = [row.raw for row in islice(rows_of(file, self._dialect), FIRST_ROWS) if row.raw != self._header]
        rows = [self._dialect.fields(row) for row in below if row]
        return bool(rows) and not any("@" in cell for row in rows for at, cell in enumerate(row) if at in addressed)

    def _is_blank(self, row: TextRow) -> bool:
        text = self._dialect.decode(row.raw).strip()
        return not text or (row.offset == len(self._dialect.bom) and text.lower().startswith("sep=") and len(text) == 5)

    def _at(self, path: Path) -> CsvTable:
        return CsvTable(path, self.name, self._header)


def _names(columns: list[str], count: int) -> list[str]:
    """Names of so many fields: a row may have more than there are columns."""
    if count <= len(columns):
        return columns
    return [*columns, *(f"column {number}" for number in range(len(columns) + 1, count + 1))]


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
