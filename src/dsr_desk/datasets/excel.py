"""Excel workbooks: a row of any sheet, hidden ones too, is one record; the pictures in them are photos.

What else they say (properties, charts, caches of pivots ...) are records too, which are found and not cut out.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff, xlsx_erasing
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.beside_rows import header_entries
from dsr_desk.datasets.container import ContainerEntry, Listed, Unread, record_entry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.text_tables import looks_like_data, unique_names
from dsr_desk.datasets.xlsx_parts import BINARY_WORKBOOK, CONTENT_TYPES, Sheet, Workbook
from dsr_desk.datasets.xlsx_rows import Around, Reading, RowReader, SheetRow, area_of, around_rows, column_letters
from dsr_desk.datasets.xlsx_texts import beside_rows, kind_of_part, parts_beside

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FIRST_ROWS = 20
"""Rows that are looked at to find the one that names the columns."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error)


class NotInPlace(DeskError):
    code = "EXCEL-NOT-IN-PLACE"
    happened = "{name}: {why}."
    means = "Nothing was erased from it."
    todo = (
        "Choose another treatment (erase the row, mask the face), or hand the action to the team that keeps the file."
    )


@dataclass
class SheetLine:
    """A row that says something: texts by column, and what hangs on its cells as (column, what, text)."""

    row: SheetRow
    texts: dict[int, str]
    notes: list[tuple[int, str, str]] = field(default_factory=list)
    reached: dict[int, str] = field(default_factory=dict)


class ExcelWorkbook(FileContainer):
    """A record's member is its sheet. Erased rows are emptied in place, so that formulas elsewhere still hold."""

    format: ClassVar[str] = "excel"
    tabular: ClassVar[bool] = True

    def __init__(self, path: Path, name: str, headers: Mapping[str, int] | None = None) -> None:
        super().__init__(path, name)
        self._headers = dict(headers or {})
        self._columns: dict[str, list[str]] = {}

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        return {CONTENT_TYPES, "xl/workbook.xml"} <= _parts_of(path, head)

    @classmethod
    def refusal(cls, path: Path, head: bytes) -> Message | None:
        """Workbooks in forms that are not read: binary, of before 2007, encrypted."""
        if BINARY_WORKBOOK in _parts_of(path, head):
            return message("kind.excel.binary")
        if not head.startswith(OLD_OFFICE):
            return None
        names = _streams_of(path, head)
        if "EncryptedPackage" in names:
            return message("kind.excel.encrypted")
        return message("kind.excel.old") if {"Workbook", "Book"} & names else None

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        with self._opened() as book:
            for info in xlsx_erasing.pictures(book):
                tally.item()
                yield self._picture(book, info)
            reading = Reading(book.strings(), book.formats(), book.from_1904)
            for sheet in book.sheets:
                member = safe_name(sheet.name)
                tally.item()
                for line, record in self._records(book, sheet, reading):
                    yield record_entry(_stored(sheet, line), line.row.number, record, member)
            for number, (part, text) in enumerate(self._said(book)):
                tally.item(part not in {sheet.part for sheet in book.sheets})
                yield record_entry(text.encode("utf-8", "surrogatepass"), number, {"text": text}, safe_name(part))
            for sheet in book.sheets:
                yield from header_entries([sheet.name, *self._columns.get(sheet.part, ())])
            yield from self._not_read(book, tally)
            yield tally.against(sum(not info.is_dir() for info in book.archive.infolist()))

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self._opened() as book:
            return xlsx_erasing.write(book, self._edits(book, changes), target)

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """All parts, as they shall be."""
        with self._opened() as book:
            yield from xlsx_erasing.parts(book, self._edits(book, changes))

    def _edits(self, book: Workbook, changes: Changes) -> xlsx_erasing.Edits:
        """What the changes come to in the parts of the workbook."""
        if not changes:
            return xlsx_erasing.Edits({}, {}, frozenset(), (), ())
        position = 0
        pictures: dict[str, bytes] = {}
        for info in xlsx_erasing.pictures(book):
            if position in changes:
                new = changes[position]
                if new is None:
                    raise NotInPlace(name=self.name, why=message("why.excel.picture"))
                pictures[info.filename] = new
            position += 1
        reading = Reading(book.strings(), book.formats(), book.from_1904)
        gone: dict[str, set[int]] = {}
        for sheet in book.sheets:
            for line, _ in self._records(book, sheet, reading):
                if position in changes:
                    if changes[position] is not None:
                        raise NotInPlace(name=self.name, why=message("why.excel.row"))
                    gone.setdefault(sheet.part, set()).add(line.row.number)
                position += 1
        if any(at >= position for at in changes):
            raise NotInPlace(name=self.name, why=message("why.excel.beside"))
        return xlsx_erasing.plan(book, gone, pictures, reading)

    def _said(self, book: Workbook) -> Iterator[tuple[str, str]]:
        """Parts with what they say outside the rows of sheets."""
        for sheet in book.sheets:
            with book.archive.open(sheet.part) as file:
                if text := beside_rows(around_rows(file, self.name, sheet.part)):
                    yield sheet.part, text
        yield from ((one.part, one.text) for one in parts_beside(book) if one.text)

    def _not_read(self, book: Workbook, tally: ReaderTally) -> Iterator[Unread]:
        """Parts without texts: structure, and what is not understood."""
        shown = {info.filename for info in xlsx_erasing.pictures(book)}
        others = [(one.part, one.kind) for one in parts_beside(book) if not one.text]
        others += [(part, kind_of_part(book, part)) for part in book.parts if "/media/" in part and part not in shown]
        for part, kind in others:
            if kind is None:
                tally.label()
            else:
                size = book.archive.getinfo(part).file_size
                yield tally.unread(safe_name(part), kind, message("why.not-read"), size=size)

    def _picture(self, book: Workbook, info: zipfile.ZipInfo) -> ContainerEntry:
        with book.archive.open(info) as file:
            head = file.read(sniff.HEAD_BYTES)
        return ContainerEntry(
            kind=ItemKind.PHOTO,
            member=safe_name(info.filename),
            size=info.file_size,
            read=partial(book.small, info.filename),
            problem=sniff.member_problem(ItemKind.PHOTO, head, info.file_size),
        )

    def _records(self, book: Workbook, sheet: Sheet, reading: Reading) -> Iterator[tuple[SheetLine, dict[str, str]]]:
        """The sheet's records with their fields: all that says something but the row that names the columns."""
        lines = self._lines(book, sheet, reading)
        first = list(islice(lines, FIRST_ROWS))
        if sheet.part not in self._headers:
            self._headers[sheet.part] = _header_row(first)
        header = self._headers[sheet.part]
        names: list[str] = []
        for line in chain(first, lines):
            if line.row.number == header:
                width = max(line.texts, default=0)
                names = unique_names([line.texts.get(column, "") for column in range(1, width + 1)])
                self._columns[sheet.part] = names
                if line.notes:
                    yield line, _fields(line, [])
            elif line.texts or line.notes:
                yield line, _fields(line, names)

    def _lines(self, book: Workbook, sheet: Sheet, reading: Reading) -> Iterator[SheetLine]:
        with book.archive.open(sheet.part) as file:
            around = around_rows(file, self.name, sheet.part)
        notes = xlsx_erasing.notes_of(book, sheet, around)
        reaching = _reaching_down(around)
        reached: dict[int, tuple[int, str]] = {}
        with book.archive.open(sheet.part) as file:
            for row in RowReader(self.name, sheet.part).rows(file):
                texts = {cell.column: text for cell in row.cells if (text := reading.text(cell))}
                written = _written_out(row) if texts else []
                line = SheetLine(row, texts, [*written, *notes.pop(row.number, [])])
                for column, (last, text) in reached.items():
                    if row.number <= last and column not in texts and texts:
                        line.reached[column] = text
                for column, last in reaching.get(row.number, ()):
                    reached[column] = (last, texts.get(column, ""))
                if line.texts or line.notes:
                    yield line
        for number, left in sorted(notes.items()):
            yield SheetLine(SheetRow(number, 0), {}, left)

    @contextmanager
    def _opened(self) -> Iterator[Workbook]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield Workbook(archive, self.name)
        except (*_BROKEN, ValueError, KeyError, IndexError, OverflowError) as error:
            raise self.damaged("why.excel.part") from error

    def _at(self, path: Path) -> ExcelWorkbook:
        """A workbook without some rows keeps the row that names its columns."""
        return ExcelWorkbook(path, self.name, self._headers)


def _parts_of(path: Path, head: bytes) -> set[str]:
    """Names in a zip archive; none in what is no archive, or a broken one."""
    if not head.startswith(b"PK\x03\x04"):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.NameToInfo)
    except (*_BROKEN, ValueError, IndexError):
        return set()


def _written_out(row: SheetRow) -> list[tuple[int, str, str]]:
    """Formulas with texts in them, such as a link with an address: the value that they show may hold less."""
    return [(cell.column, "formula", cell.says) for cell in row.cells if '"' in cell.says]


def _header_row(lines: list[SheetLine]) -> int:
    """Number of the row that names the columns: the first that fills two cells, if it holds no data; 0 for none."""
    widest = max((len(line.texts) for line in lines), default=0)
    for line in lines:
        if len(line.texts) >= min(2, widest):
            alone = widest == 1 and len(lines) == 1
            return 0 if alone or looks_like_data(list(line.texts.values())) else line.row.number
    return 0


def _reaching_down(around: Around) -> dict[int, list[tuple[int, int]]]:
    """Merged cells that reach into further rows: column and last row, by first row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for one in around.of("mergeCell"):
        area = area_of(one.attributes.get("ref", ""))
        if area is not None and area.bottom > area.top:
            found.setdefault(area.top, []).append((area.left, area.bottom))
    return found


def _fields(line: SheetLine, names: list[str]) -> dict[str, str]:
    def name(column: int) -> str:
        return names[column - 1] if column <= len(names) else f"column {column}"

    fields = {name(column): text for column, text in sorted({**line.reached, **line.texts}.items())}
    for column, what, text in line.notes:
        key = f"{name(column)} ({what})"
        fields[key] = f"{fields[key]}\n{text}" if key in fields else text
    return fields


def _stored(sheet: Sheet, line: SheetLine) -> bytes:
    """One spelling of a row, since its texts lie apart from it: sheet, cells by column, what hangs on them."""
    cells = [[column_letters(column), text] for column, text in sorted(line.texts.items())]
    notes = [[column_letters(column), what, text] for column, what, text in line.notes]
    return json.dumps([sheet.name, cells, notes], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _streams_of(path: Path, head: bytes) -> set[str]:
    """Names in the first sector of the directory of an old Office file."""
    shift = int.from_bytes(head[30:32], "little")
    if shift not in (9, 12) or len(head) < 512:
        return set()
    start = (int.from_bytes(head[48:52], "little") + 1) << shift
    with path.open("rb") as file:
        file.seek(start)
        sector = file.read(1 << 12)
    names = [
        sector[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0] for at in range(0, len(sector), 128)
    ]
    return set(names)
