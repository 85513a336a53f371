"""Sheets of OpenDocument: the content of an .ods file, or a flat .fods. A row is a record; an erased one is emptied.

The content lies as a part in a zip, whose reader has the pictures and all other parts, and writes it anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.beside_rows import header_entries
from dsr_desk.datasets.container import MAX_ITEM_BYTES, Listed, record_entry
from dsr_desk.datasets.erasing import CHUNK, Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.text_tables import looks_like_data, unique_names

SHEETS = b"<office:spreadsheet"
_ROOT = re.compile(rb"<office:document(?:-content)?[\s>]")
_ROW = re.compile(rb"<table:table-row[\s/>]")
_MOST_REPEATED = 1024
"""A cell that is repeated more often fills the sheet up to its end."""

_FRAME = ("table:number-columns-repeated", "table:number-columns-spanned", "table:number-rows-spanned")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_VALUES = ("office:date-value", "office:time-value", "office:boolean-value", "office:string-value")
_SAID = frozenset({"table:condition", "table:expression", "table:base-cell-address", "dc:creator", "svg:title"})


class SheetNotCut(DeskError):
    code = "ODS-NOT-CUT"
    happened = "{name}: what stands outside the rows of its sheets is not cut out."
    means = "Nothing was erased from it."
    todo = "Choose the rows alone, or hand the action to the team that keeps the file."


@dataclass
class OdsCell:
    """`frame` are the attributes that say which cells it covers."""

    column: int
    tag: str
    frame: str
    value: str = ""
    texts: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.value or "\n".join(text for text in self.texts if text)


@dataclass
class OdsRow:
    """The `number`th row of the file; `start` to `end` are its bytes; `repeated` so many rows look alike."""

    number: int
    sheet: str
    start: int
    end: int = 0
    repeated: str = ""
    cells: list[OdsCell] = field(default_factory=list)

    @property
    def says(self) -> list[tuple[int, str, str]]:
        """What its cells say: column, what hangs on it ("" for the cell), text."""
        found = [(cell.column, "", cell.text) for cell in self.cells if cell.text]
        return found + [(cell.column, what, text) for cell in self.cells for what, text in cell.notes if text]

    @property
    def cells_that_say(self) -> dict[int, str]:
        return {cell.column: cell.text for cell in self.cells if cell.text}

    @property
    def stored(self) -> bytes:
        return json.dumps([self.sheet, self.says], ensure_ascii=False).encode("utf-8", "surrogatepass")

    @property
    def remains(self) -> bytes:
        """The row without anything in it, covering the same cells."""
        repeated = f" table:number-rows-repeated={quoteattr(self.repeated)}" if self.repeated else ""
        cells = "".join(f"<{cell.tag}{cell.frame}/>" for cell in self.cells) or "<table:table-cell/>"
        return f"<table:table-row{repeated}>{cells}</table:table-row>".encode()


class OdsContent(FileContainer):
    """A record's member is its sheet. What is said outside rows is one record more, which is not cut out."""

    format: ClassVar[str] = "ods"
    tabular: ClassVar[bool] = True

    def __init__(self, path: Path, name: str, headers: Mapping[str, int] | None = None) -> None:
        super().__init__(path, name)
        self._known_headers = headers

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if not _ROOT.search(head):
            return False
        before = b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if SHEETS in before + chunk:
                    return True
                before = chunk[-len(SHEETS) :]
        return False

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        reader = _Reader(self)
        for row, texts in self._rows(reader):
            if texts is None:
                tally.label()
            else:
                tally.item()
                yield record_entry(row.stored, row.number, texts, safe_name(row.sheet))
        if around := "\n".join(reader.around):
            tally.item()
            yield record_entry(around.encode("utf-8", "surrogatepass"), 0, {"text": around})
        for sheet, names in reader.names.items():
            yield from header_entries([sheet, *names])
        # Rows of a table inside a cell are read with that cell.
        tally.label(reader.nested)
        yield tally.against(self._count() + bool(around))

    def is_list(self) -> bool:
        """See `FileContainer.is_list`. Sheets have rows."""
        return True

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self.path.open("rb") as source, target.open("r+b") as out:
            done = gone = 0
            for row in self._doomed(changes):
                for piece in chunks(source, done, row.start):
                    out.write(piece)
                out.write(row.remains)
                done, gone = row.end, gone + 1
            for piece in chunks(source, done, source.seek(0, 2)):
                out.write(piece)
        return (message("note.excel.emptied", count=gone),) if gone else ()

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """All but the rows that are records, and what is left of those that go."""
        doomed = {row.start for row in self._doomed(changes)}
        with self.path.open("rb") as source:
            done = 0
            for row, texts in self._rows(_Reader(self)):
                if texts is not None:
                    yield from chunks(source, done, row.start)
                    yield row.remains if row.start in doomed else b""
                    done = row.end
            yield from chunks(source, done, source.seek(0, 2))

    def _doomed(self, changes: Changes) -> Iterator[OdsRow]:
        position = 0
        for row, texts in self._rows(_Reader(self)):
            if texts is not None:
                if position in changes:
                    if changes[position] is not None:
                        raise SheetNotCut(name=self.name)
                    yield row
                position += 1
        if any(at >= position for at in changes):
            raise SheetNotCut(name=self.name)

    def _rows(self, reader: _Reader) -> Iterator[tuple[OdsRow, dict[str, str] | None]]:
        """Every row with its fields; None for what is no record: blank, or naming the columns."""
        names = reader.names
        for row in reader.rows():
            says = row.says
            if self._headers.get(row.sheet) == row.number:
                cells = row.cells_that_say
                names[row.sheet] = unique_names([cells.get(at, "") for at in range(1, max(cells) + 1)])
                says = [one for one in says if one[1]]
            yield row, _fields(says, names.get(row.sheet, [])) if says else None

    @cached_property
    def _headers(self) -> Mapping[str, int]:
        """Numbers of the rows that name the columns: of each sheet the first that fills two cells, if it is no data."""
        if self._known_headers is not None:
            return self._known_headers
        found: dict[str, int] = {}
        for row in _Reader(self).rows():
            cells = row.cells_that_say
            if row.sheet not in found and len(cells) > 1:
                found[row.sheet] = -1 if looks_like_data(list(cells.values())) else row.number
        return found

    def _at(self, path: Path) -> OdsContent:
        """Rows keep their numbers, and those that name columns are not looked for anew."""
        return OdsContent(path, self.name, self._headers)

    def _count(self) -> int:
        """How many rows are written in the file."""
        count, before = 0, b""
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                window = before + chunk
                found = list(_ROW.finditer(window))
                count += len(found)
                # What a match has used is not looked at again.
                before = window[max(len(window) - 17, found[-1].end() if found else 0) :]
        return count


class _Reader:
    """Goes through the content once."""

    def __init__(self, container: OdsContent) -> None:
        self._container = container
        self.around: dict[str, None] = {}
        self.names: dict[str, list[str]] = {}
        """Of the columns of each sheet, none before the row was read that says them."""
        self.nested = 0
        self._number = 0
        self._stack: list[str] = []
        self._sheet = ""
        self._row: OdsRow | None = None
        self._ended: OdsRow | None = None
        self._ready: list[OdsRow] = []
        self._column = 0
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.DefaultHandler = lambda _: self._settle()
        self._parser.StartDoctypeDeclHandler = self._refuse

    def rows(self) -> Iterator[OdsRow]:
        """Raises ContainerDamaged where it is no whole XML, or a row is too large to be one."""
        with self._container.path.open("rb") as file:
            yield from self._parsed(file)

    def _parsed(self, file: IO[bytes]) -> Iterator[OdsRow]:
        fed = done = 0
        try:
            while chunk := file.read(CHUNK // 4):
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                done = fed if self._ready or self._row is None else done
                if fed - done > MAX_ITEM_BYTES:
                    raise self._container.damaged("why.ods.content")
                yield from self._ready
                self._ready.clear()
            self._parser.Parse(b"", True)
        except (expat.ExpatError, UnicodeError) as error:
            raise self._container.damaged("why.ods.content") from error
        yield from self._ready

    def _refuse(self, *_: object) -> None:
        raise self._container.damaged("why.ods.content")

    def _settle(self) -> None:
        if self._ended is not None:
            self._ended.end = self._parser.CurrentByteIndex
            self._ready.append(self._ended)
            self._ended = None

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._settle()
        self._stack.append(tag)
        if tag == "table:table":
            self._sheet = attributes.get("table:name", "")
            self.names.setdefault(self._sheet, [])
        elif tag == "table:table-row" and self._row is None:
            repeated = attributes.get("table:number-rows-repeated", "")
            self._row = OdsRow(self._number, self._sheet, self._parser.CurrentByteIndex, repeated=repeated)
            self._column = 0
            self._number += 1
        elif tag == "table:table-row":
            self.nested += 1
        elif self._row is None:
            self._say(value for key, value in attributes.items() if key in _SAID and '"' in value)
        elif tag in _CELLS:
            self._cell(tag, attributes)
        elif tag == "text:a" and self._row.cells:
            self._row.cells[-1].notes.append(("link", attributes.get("xlink:href", "")))
        elif tag == "text:s" or tag == "text:tab":
            self._texts.append(" ")
        if tag == "text:p":
            self._texts.clear()

    def _cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        assert self._row is not None
        frame = "".join(f" {name}={quoteattr(attributes[name])}" for name in _FRAME if name in attributes)
        value = next((attributes[name] for name in _VALUES if name in attributes), "")
        number = attributes.get("office:value", "")
        value = value.removesuffix("T00:00:00") or (number.removesuffix(".0") if number else "")
        cell = OdsCell(self._column + 1, tag, frame, value)
        if '"' in attributes.get("table:formula", ""):
            cell.notes.append(("formula", attributes["table:formula"]))
        repeated = attributes.get("table:number-columns-repeated", "1")
        self._column += min(int(repeated), _MOST_REPEATED) if repeated.isdecimal() else 1
        self._row.cells.append(cell)

    def _end(self, tag: str) -> None:
        self._settle()
        self._stack.pop()
        text = "".join(self._texts).strip()
        if self._row is None:
            if tag in ("text:p", "dc:creator", "text:span"):
                self._say([text])
        elif tag == "table:table-row" and "table:table-row" not in self._stack:
            self._ended, self._row = self._row, None
        elif tag in ("text:p", "dc:creator") and self._row.cells:
            if "office:annotation" in self._stack:
                self._row.cells[-1].notes.append(("comment", text))
            else:
                self._row.cells[-1].texts.append(text)
        if tag in ("text:p", "dc:creator"):
            self._texts.clear()

    def _say(self, texts: Iterable[str]) -> None:
        for text in texts:
            if any(map(str.isalpha, text)):
                self.around[text] = None

    def _text(self, data: str) -> None:
        self._settle()
        if self._row is not None or any(tag in self._stack for tag in ("text:p", "dc:creator")):
            self._texts.append(data)


def _fields(says: list[tuple[int, str, str]], names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, what, text in says:
        name = names[column - 1] if column <= len(names) else f"column {column}"
        key = f"{name} ({what})" if what else name
        found[key] = f"{found[key]}\n{text}" if key in found else text
    return found
