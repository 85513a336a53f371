"""Rows of an Excel sheet as a stream, each with its cells as texts and its place in bytes.

By hand, since no library tells where the bytes of a row lie, and an erasure cuts those alone.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO
from xml.parsers import expat

from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from dsr_desk.datasets.container import MAX_ITEM_BYTES
from dsr_desk.datasets.erasing import CHUNK
from dsr_desk.datasets.xlsx_parts import (
    Element,
    Strings,
    damaged,
    elements,
    is_date,
    is_duration,
    local,
    parsed_chunks,
)

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")
_ROWS = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?/>|</(?:\w+:)?sheetData\s*>")
_ROWS_BEGIN = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_PADDED = re.compile(r"0{2,}")


@dataclass
class SheetCell:
    """A cell as it is stored. `kind` is its type, `raw` its value or the number of a shared string.

    `formula` is the place in bytes of its formula, `says` what stands in it, `reaches` the range that shares it (""
    where no other cell does).
    """

    column: int
    kind: str
    style: int
    raw: str = ""
    inline: str = ""
    formula: tuple[int, int] | None = None
    says: str = ""
    reaches: str = ""


@dataclass
class SheetRow:
    """A row of the sheet, counted from 1; `start` to `end` are its bytes in the part."""

    number: int
    start: int
    end: int = 0
    tag: str = "row"
    cells: list[SheetCell] = field(default_factory=list)


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, first and last row and column included; all counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


def column_letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def area_of(reference: str) -> Area | None:
    """`B2:C9` or `B2`; None for what is neither."""
    first, _, last = reference.partition(":")
    begin, end = _CELL.fullmatch(first.strip()), _CELL.fullmatch((last or first).strip())
    if begin is None or end is None:
        return None
    return Area(int(begin[2]), column_index_from_string(begin[1]), int(end[2]), column_index_from_string(end[1]))


@dataclass(frozen=True)
class Around:
    """A sheet without its rows: columns, merged cells, links. Small where the sheet is large."""

    elements: tuple[Element, ...]

    def of(self, tag: str) -> list[Element]:
        return [one for one in self.elements if one.tag == tag]


def around_rows(file: IO[bytes], name: str, part: str) -> Around:
    """Elements around the rows, with their places in the whole part. Raises ContainerDamaged."""
    head, tail, window = b"", b"", b""
    tail_at = fed = 0
    begun = ended = False
    try:
        while chunk := file.read(CHUNK // 4):
            fed += len(chunk)
            if ended:
                tail += chunk
            else:
                window += chunk
                if not begun and (match := _ROWS_BEGIN.search(window)):
                    begun, head, window = True, window[: match.start()], window[match.start() :]
                if begun and (match := _ROWS.search(window)):
                    ended, tail = True, window[match.end() :]
                    tail_at = fed - len(tail)
                elif begun:
                    window = window[-64:]
            if len(tail) + len(window) > MAX_ITEM_BYTES:
                raise damaged(name, part)
        found = elements(head + tail if ended else window)
    except (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError) as error:
        raise damaged(name, part) from error
    moved = tail_at - len(head) if ended else 0
    return Around(tuple(_moved(one, moved) if one.start >= len(head) else one for one in found))


def _moved(one: Element, by: int) -> Element:
    return replace(one, start=one.start + by, end=one.end + by)


class RowReader:
    """Feeds a sheet to a parser and collects rows. Rows without numbers are counted on, as the standard has it."""

    def __init__(self, name: str, part: str) -> None:
        self._name, self._part = name, part
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.DefaultHandler = lambda _: self._settle()
        self._stack: list[str] = []
        self._texts: list[str] = []
        self._ready: list[SheetRow] = []
        self._row: SheetRow | None = None
        self._ended: SheetRow | None = None
        self._formula = -1
        self._last = 0

    def rows(self, file: IO[bytes]) -> Iterator[SheetRow]:
        """Raises ContainerDamaged where the part is no whole XML, or a row is too large to be one."""
        fed = done = 0
        for chunk in parsed_chunks(file, self._parser, self._name, self._part):
            fed += len(chunk)
            if self._ready or self._row is None:
                done = fed
            if fed - done > MAX_ITEM_BYTES:
                raise damaged(self._name, self._part)
            yield from self._ready
            self._ready.clear()

    def _settle(self) -> None:
        at = self._parser.CurrentByteIndex
        if self._ended is not None:
            self._ended.end = at
            self._ready.append(self._ended)
            self._ended = None
        if self._formula >= 0 and self._row is not None and self._row.cells:
            cell = self._row.cells[-1]
            if cell.formula is not None and cell.formula[1] < 0:
                cell.formula = (cell.formula[0], at)
                self._formula = -1

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._settle()
        name = local(tag)
        self._stack.append(name)
        if name == "row" and self._stack[-2:-1] == ["sheetData"]:
            number = attributes.get("r", "")
            self._last = int(number) if number.isdecimal() else self._last + 1
            self._row = SheetRow(self._last, self._parser.CurrentByteIndex, tag=tag)
        elif name == "c" and self._row is not None:
            self._row.cells.append(self._cell(self._row, attributes))
        elif name == "f" and self._row is not None and self._row.cells:
            cell = self._row.cells[-1]
            cell.formula, cell.reaches = (self._parser.CurrentByteIndex, -1), attributes.get("ref", "")
        if name in ("v", "f", "c"):
            self._texts.clear()

    def _end(self, _: str) -> None:
        self._settle()
        name = self._stack.pop()
        if self._row is None:
            return
        if name == "row":
            self._ended, self._row = self._row, None
        elif self._row.cells:
            cell = self._row.cells[-1]
            if name == "v":
                cell.raw = "".join(self._texts)
            elif name == "is":
                cell.inline = unescape("".join(self._texts))
            elif name == "f":
                cell.says = "".join(self._texts)
                self._formula = 0

    def _text(self, data: str) -> None:
        self._settle()
        if self._row is not None and self._stack[-1] in ("v", "t", "f") and "rPh" not in self._stack:
            self._texts.append(data)

    def _cell(self, row: SheetRow, attributes: Mapping[str, str]) -> SheetCell:
        match = _CELL.fullmatch(attributes.get("r", ""))
        before = row.cells[-1].column if row.cells else 0
        style = attributes.get("s", "0")
        return SheetCell(
            column=column_index_from_string(match[1]) if match else before + 1,
            kind=attributes.get("t", "n"),
            style=int(style) if style.isdecimal() else 0,
        )


@dataclass(frozen=True)
class Reading:
    """How the cells of a workbook become texts."""

    strings: Strings
    formats: Sequence[str]
    from_1904: bool

    def text(self, cell: SheetCell) -> str:
        """What a cell says: dates as ISO 8601, whole numbers without a fraction, "" for errors and empty cells."""
        if cell.kind == "s":
            return self.strings[int(cell.raw)] if cell.raw.isdecimal() else ""
        if cell.kind == "inlineStr":
            return cell.inline
        if cell.kind == "b":
            return {"1": "true", "0": "false"}.get(cell.raw, "")
        if cell.kind == "e":
            return ""
        return self._number(cell) if cell.kind == "n" else unescape(cell.raw)

    def _number(self, cell: SheetCell) -> str:
        try:
            value = float(cell.raw)
        except ValueError:
            return cell.raw
        code = self.formats[cell.style] if cell.style < len(self.formats) else "General"
        if is_date(code):
            return self._moment(value, code) or _plain(cell.raw, value)
        plain = _plain(cell.raw, value)
        # A postcode or a telephone number that is kept as a number is shown with its zeros.
        return plain.zfill(len(code)) if _PADDED.fullmatch(code) and plain.isdecimal() else plain

    def _moment(self, value: float, code: str) -> str:
        epoch = CALENDAR_MAC_1904 if self.from_1904 else CALENDAR_WINDOWS_1900
        try:
            found = from_excel(value, epoch, timedelta=is_duration(code))
        except (ValueError, OverflowError):
            return ""
        if isinstance(found, dt.datetime) and found.time() == dt.time():
            return found.date().isoformat()
        return found.isoformat() if isinstance(found, dt.date | dt.time) else str(found or "")


def _plain(raw: str, value: float) -> str:
    if raw.lstrip("-").isdecimal():
        return raw
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
