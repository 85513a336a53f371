"""Encoding, delimiter and rows of delimited text, found from the content. Rows keep their stored bytes.

Rows are cut by hand: the standard reader gives values and no bytes, and an erasure keeps those of all other rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import MAX_ITEM_BYTES

SAMPLE_BYTES = 1024 * 1024
MAX_ROW_BYTES = 1024 * 1024
"""A quote that opens and does not close within this much is taken for a stray one: its line is a row of its own."""

DELIMITERS = (",", ";", "\t", "|")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# Bytes that are letters of Central Europe in Windows-1250 and signs in Windows-1252, when they stand in a word.
_CENTRAL = re.compile(
    rb"[A-Za-z\xc0-\xff][\xa3\xa5\xaf\xb3\xb9\xbc\xbe\xbf\x8c\x8d\x8f\x9c\x9d\x9f]|\xb3[a-z]|[\xa3\x8c\xaf][a-z]|[\x9a\x9e]"
)
# Bytes that are common letters in Windows-1252 and rare ones in Windows-1250: à, å, ã, õ, À, Å.
_WESTERN = re.compile(rb"[\xe0\xe5\xe3\xf5\xc0\xc5]")

csv.field_size_limit(MAX_ITEM_BYTES)


_QUOTED = re.compile('"[^"]*"')


@dataclass(frozen=True)
class Dialect:
    """How a table is written. `bom` is what stands before the first row, `newline` what ends each.

    `page` is the Windows code page of rows that are not in `encoding`.
    """

    encoding: str
    bom: bytes
    newline: bytes
    delimiter: str
    page: str

    @property
    def width(self) -> int:
        """Bytes of a character that is in ASCII."""
        return len(self.newline)

    def decode(self, raw: bytes) -> str:
        """Text of a row; never raises."""
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError:
            return raw.decode(self.page, errors="replace")

    def fields(self, raw: bytes) -> list[str]:
        """The fields of one row, without quotes. A stray line end in a field without quotes counts as a blank."""
        text = self.decode(raw)
        try:
            return next(csv.reader([text], delimiter=self.delimiter), [])
        except csv.Error:
            blank = text.replace("\r", " ").replace("\n", " ")
            return next(csv.reader([blank], delimiter=self.delimiter), [])

    def spelt(self, old: bytes, fields: Sequence[str]) -> bytes:
        """A row with these fields, in the encoding of the row whose place it takes."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator="").writerow(fields)
        try:
            old.decode(self.encoding)
            return out.getvalue().encode(self.encoding)
        except UnicodeDecodeError:
            return out.getvalue().encode(self.page, errors="replace")


@dataclass(frozen=True)
class TextRow:
    """`raw` is the row without the `ending` that separates it from the next; `offset` is in bytes."""

    offset: int
    raw: bytes
    ending: bytes


def dialect_of(sample: bytes) -> Dialect | None:
    """How a text begins that starts with these bytes; None where they are no text."""
    encoding, bom = _encoding_of(sample)
    if not encoding:
        return None
    text = sample[len(bom) :].decode(encoding, errors="ignore")
    end = _line_end_of(text)
    return Dialect(encoding, bom, end.encode(encoding), _delimiter_of(text, end), windows_page(sample))


def _line_end_of(text: str) -> str:
    """A lone carriage return only where that ends the rows: those inside quoted fields say nothing."""
    outside = _QUOTED.sub("", text)
    counted = outside if "\n" in outside or "\r" in outside else text
    return "\n" if "\r\n" in counted or counted.count("\n") >= counted.count("\r") else "\r"


def rows_of(file: IO[bytes], dialect: Dialect) -> Iterator[TextRow]:
    """All rows of an open file, the header and blank ones included. A quoted field may hold line ends."""
    offset = len(dialect.bom)
    while True:
        row, offset = _next_row(file, dialect, offset)
        if row is None:
            return
        yield row


def row_at(file: IO[bytes], dialect: Dialect, offset: int) -> bytes | None:
    """The row that starts at `offset`, without its ending."""
    row, _ = _next_row(file, dialect, offset)
    return row.raw if row else None


def looks_like_data(cells: list[str]) -> bool:
    """Whether a first row is no header: it is empty, or a cell is an address, a number, a date, a link or a photo."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return True
    if [cell for cell in filled if cell.isdecimal()] == filled and _counts_up(filled):
        return False
    return any(_is_value(cell) for cell in filled)


def unique_names(cells: list[str]) -> list[str]:
    """Names of columns from a header's cells: the blank ones are numbered, those that are alike too."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = base = cell.strip() or f"column {number}"
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    return names


def windows_page(raw: bytes) -> str:
    """Windows-1250 or Windows-1252, whichever these bytes are likelier to be."""
    central = 2 * len(_CENTRAL.findall(raw))
    return "cp1250" if central > len(_WESTERN.findall(raw)) else "cp1252"


def _next_row(file: IO[bytes], dialect: Dialect, offset: int) -> tuple[TextRow | None, int]:
    file.seek(offset)
    first = _line(file, dialect)
    if not first:
        return None, offset
    raw, quoted = first, _open_quote(dialect.decode(first), dialect.delimiter, quoted=False)
    while quoted and len(raw) <= MAX_ROW_BYTES:
        line = _line(file, dialect)
        if not line:
            break
        raw += line
        quoted = _open_quote(dialect.decode(line), dialect.delimiter, quoted=True)
    if quoted:
        raw = first
    ending = _ending(raw, dialect)
    return TextRow(offset, raw[: len(raw) - len(ending)], ending), offset + len(raw)


def _line(file: IO[bytes], dialect: Dialect) -> bytes:
    if dialect.newline == b"\n":
        return file.readline(MAX_ITEM_BYTES)
    start, line = file.tell(), b""
    while len(line) < MAX_ITEM_BYTES and (chunk := file.read(8192)):
        searched_from = max(0, len(line) - len(line) % dialect.width)
        line += chunk
        at = line.find(dialect.newline, searched_from)
        while at >= 0 and at % dialect.width:
            at = line.find(dialect.newline, at + 1)
        if at >= 0:
            line = line[: at + dialect.width]
            break
    file.seek(start + len(line))
    return line


def _ending(raw: bytes, dialect: Dialect) -> bytes:
    if not raw.endswith(dialect.newline):
        return b""
    carriage = "\r".encode(dialect.encoding)
    pair = carriage + dialect.newline
    return pair if dialect.newline != carriage and raw.endswith(pair) else dialect.newline


def _open_quote(text: str, delimiter: str, *, quoted: bool) -> bool:
    """Whether a line ends inside a quoted field, given whether it begins inside one."""
    if '"' not in text:
        return quoted
    at, length = 0, len(text)
    while at < length:
        if not quoted and text[at] == '"':
            quoted = True
            at += 1
        if quoted:
            close = text.find('"', at)
            if close < 0:
                return True
            if text[close + 1 : close + 2] == '"':
                at = close + 2
                continue
            quoted = False
            at = close + 1
        following = text.find(delimiter, at)
        if following < 0:
            return False
        at = following + 1
    return quoted


def _encoding_of(sample: bytes) -> tuple[str, bytes]:
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding, bom
    zeros = sample.count(b"\0")
    if zeros:
        if sample[1::2].count(b"\0") * 4 > len(sample):
            return "utf-16-le", b""
        if sample[::2].count(b"\0") * 4 > len(sample):
            return "utf-16-be", b""
        return "", b""
    return "utf-8", b""


def _delimiter_of(text: str, newline: str) -> str:
    """The one that splits the most of the first rows into equally many fields, then into the most fields."""
    first = text.partition(newline)[0].strip().lower()
    if first.startswith("sep=") and len(first) == 5:
        return first[-1]
    lines = text.split(newline)[:101]
    whole = lines[:-1] if len(lines) > 1 else lines
    whole = [line.replace("\r", " ").replace("\n", " ") + "\n" for line in whole]
    best, best_rank = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(whole, delimiter=delimiter) if row)
        if not widths:
            continue
        width, rows = widths.most_common(1)[0]
        rank = (rows / widths.total(), width)
        if width > 1 and rank > best_rank:
            best, best_rank = delimiter, rank
    return best


def _counts_up(cells: list[str]) -> bool:
    """Column numbers as pandas writes them where a table had no names: 0, 1, 2 ..."""
    return [int(cell) for cell in cells] in (list(range(len(cells))), list(range(1, len(cells) + 1)))


_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[a-z]+://\S+|[-+(]?\d[\d\s./:()+,-]*|\d{4}-\d\d-\d\d[T ].*", re.IGNORECASE)


def _is_value(cell: str) -> bool:
    return len(cell) > 120 or bool(_VALUE.fullmatch(cell)) or sniff.named_like_photo(cell)
