"""Takes rows out of an Excel workbook at the level of its parts, and whatever else holds what stood in them.

A library that loads and saves workbooks drops what it does not know (charts, pictures, macros, forms), so only the
bytes that must go are cut; all other parts stay as they are. Rows are emptied in place: moving the rows below up would
break formulas, names and charts that point at them.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.erasing import CHUNK
from dsr_desk.datasets.xlsx_parts import CONTENT_TYPES, Element, Sheet, Workbook, attribute, relations_of, string_items
from dsr_desk.datasets.xlsx_rows import Around, Reading, RowReader, SheetRow, area_of, around_rows, column_letters
from dsr_desk.datasets.zip import carry_over

TELLING = 4
"""Texts of fewer letters are not looked for in other parts: they would be found everywhere."""

Cut = tuple[int, int, bytes]
"""From, to, and what takes the place of these bytes."""


@dataclass(frozen=True)
class Edits:
    """Cuts and new contents by part, parts that go, texts that must be nowhere any more, what is to be said."""

    cuts: Mapping[str, Sequence[Cut]]
    contents: Mapping[str, bytes]
    dropped: frozenset[str]
    telling: tuple[str, ...]
    notes: tuple[Message, ...]


def pictures(book: Workbook) -> Iterator[zipfile.ZipInfo]:
    """Parts that are photos, in the order of their names."""
    for part in sorted(book.parts):
        if "/media/" in part:
            with book.archive.open(part) as file:
                if sniff.photo_kind(file.read(sniff.HEAD_BYTES)):
                    yield book.archive.getinfo(part)


def notes_of(book: Workbook, sheet: Sheet, around: Around) -> dict[int, list[tuple[int, str, str]]]:
    """Links and comments on cells by row, as (column, what, text)."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    links = book.relations(sheet.part)
    hung = [(one, "link", links.get(attribute(one.attributes, "id"), ("", ""))[1]) for one in around.of("hyperlink")]
    for part, tag in _comment_parts(book, sheet):
        hung += [(one, "comment", one.text.strip()) for one in book.elements(part) if one.tag == tag]
    for one, what, text in hung:
        area = area_of(one.attributes.get("ref", ""))
        if area is not None and text:
            found.setdefault(area.top, []).append((area.left, what, text))
    return found


def plan(book: Workbook, gone: Mapping[str, Collection[int]], new: Mapping[str, bytes], reading: Reading) -> Edits:
    """`gone` are numbers of rows by sheet's part, `new` other contents of pictures."""
    cuts: dict[str, list[Cut]] = {}
    dropped: set[str] = set()
    used = bytearray(len(reading.strings))
    telling: dict[str, None] = {}
    with_formulas = False
    for sheet in book.sheets:
        doomed = gone.get(sheet.part, ())
        with book.archive.open(sheet.part) as file:
            for row in RowReader(book.name, sheet.part).rows(file):
                if row.number in doomed:
                    cuts.setdefault(sheet.part, []).append((row.start, row.end, _remains(book, sheet, row)))
                    with_formulas = with_formulas or any(cell.formula for cell in row.cells)
                    for cell in row.cells:
                        if cell.kind in ("inlineStr", "str") and (text := reading.text(cell)):
                            telling[text] = None
                else:
                    for cell in row.cells:
                        if cell.kind == "s" and cell.raw.isdecimal() and int(cell.raw) < len(used):
                            used[int(cell.raw)] = 1
        if doomed:
            for part, cut in _cuts_around(book, sheet, doomed):
                cuts.setdefault(part, []).append(cut)
    strings = book.linked("sharedStrings")
    if gone and strings:
        cuts[strings] = list(_unused(book, strings, used, telling))
    chain = book.linked("calcChain")
    if with_formulas and chain:
        dropped.add(chain)
        for part, cut in _mentions(book, chain):
            cuts.setdefault(part, []).append(cut)
    telling_texts = tuple(text for text in telling if len(text) >= TELLING)
    count = sum(len(numbers) for numbers in gone.values())
    notes = (message("note.excel.emptied", count=count),) if count else ()
    return Edits(cuts, new, frozenset(dropped), telling_texts, notes)


def write(book: Workbook, edits: Edits, target: Path) -> list[Message]:
    """Writes the workbook after the edits; returns what is to be said of it."""
    told: list[str] = []
    cells = {*(sheet.part for sheet in book.sheets), book.linked("sharedStrings")}
    with zipfile.ZipFile(target, "w", allowZip64=True) as out:
        out.comment = book.archive.comment
        for info in book.archive.infolist():
            if info.filename in edits.dropped:
                continue
            if info.filename in edits.contents:
                carry_over(book.archive, info, out, edits.contents[info.filename])
                continue
            with out.open(copy(info), "w", force_zip64=info.file_size >= 2**31) as sink:
                for piece in _pieces(book, info, edits):
                    sink.write(piece)
            if info.filename not in cells and _holds(book, info, edits):
                told.append(info.filename)
    notes = list(edits.notes)
    if told:
        notes.append(message("note.excel.texts-left", parts=tuple(told)))
    return notes


def parts(book: Workbook, edits: Edits) -> Iterator[bytes]:
    """Names and digests of all parts, as they are after the edits."""
    yield book.archive.comment
    for info in book.archive.infolist():
        if info.filename not in edits.dropped:
            part = hashlib.sha256()
            for piece in _pieces(book, info, edits):
                part.update(piece)
            yield repr((info.filename, part.hexdigest(), info.date_time)).encode("utf-8", "surrogatepass")


def _pieces(book: Workbook, info: zipfile.ZipInfo, edits: Edits) -> Iterator[bytes]:
    if info.filename in edits.contents:
        yield edits.contents[info.filename]
        return
    with book.archive.open(info) as source:
        at = 0
        for start, end, instead in sorted(edits.cuts.get(info.filename, ())):
            yield from _read(source, start - at)
            for _ in _read(source, end - start):
                pass
            yield instead
            at = end
        yield from iter(lambda: source.read(CHUNK), b"")


def _read(source: IO[bytes], count: int) -> Iterator[bytes]:
    while count > 0 and (chunk := source.read(min(count, CHUNK))):
        count -= len(chunk)
        yield chunk


def _holds(book: Workbook, info: zipfile.ZipInfo, edits: Edits) -> bool:
    """Whether a part holds one of the texts that went, however it is written in XML."""
    texts = {form.encode("utf-8", "surrogatepass") for text in edits.telling for form in (text, escape(text))}
    if not texts:
        return False
    longest = max(map(len, texts))
    before = b""
    for piece in _pieces(book, info, edits):
        window = before + piece
        if any(text in window for text in texts):
            return True
        before = window[-longest:]
    return False


def _remains(book: Workbook, sheet: Sheet, row: SheetRow) -> bytes:
    """What other rows need of an erased one: a formula that they share, without its value."""
    kept = [cell for cell in row.cells if cell.formula and _reaches_on(cell.reaches, row.number)]
    if not kept:
        return b""
    prefix = row.tag[: row.tag.rfind(":") + 1]
    cells = []
    for cell in kept:
        start, end = cell.formula or (0, 0)
        with book.archive.open(sheet.part) as file:
            for _ in _read(file, start):
                pass
            formula = b"".join(_read(file, end - start))
        place = f"{column_letters(cell.column)}{row.number}"
        cells.append(f'<{prefix}c r="{place}">'.encode() + formula + f"</{prefix}c>".encode())
    return f'<{prefix}row r="{row.number}">'.encode() + b"".join(cells) + f"</{prefix}row>".encode()


def _reaches_on(reference: str, number: int) -> bool:
    area = area_of(reference)
    return area is not None and (area.top, area.bottom) != (number, number)


def _cuts_around(book: Workbook, sheet: Sheet, doomed: Collection[int]) -> Iterator[tuple[str, Cut]]:
    """Links, comments and the shapes of comments that hang on cells of rows that go."""
    with book.archive.open(sheet.part) as file:
        around = around_rows(file, book.name, sheet.part)
    links = around.of("hyperlink")
    cut_links = [one for one in links if _within(one, doomed)]
    # An empty list of links is not allowed.
    whole = cut_links and len(cut_links) == len(links)
    for one in around.of("hyperlinks") if whole else cut_links:
        yield sheet.part, (one.start, one.end, b"")
    ids = {attribute(one.attributes, "id") for one in cut_links} - {
        attribute(one.attributes, "id") for one in around.elements if one not in cut_links
    }
    if ids - {""}:
        beside = relations_of(sheet.part)
        for one in book.elements(beside):
            if one.tag == "Relationship" and one.attributes.get("Id", "") in ids:
                yield beside, (one.start, one.end, b"")
    for part, tag in _comment_parts(book, sheet):
        for one in book.elements(part):
            if one.tag == tag and _within(one, doomed):
                yield part, (one.start, one.end, b"")
    for kind, part in book.relations(sheet.part).values():
        if kind == "vmlDrawing" and part in book.parts:
            yield from ((part, cut) for cut in _shapes(book.elements(part), doomed))


def _within(one: Element, doomed: Collection[int]) -> bool:
    area = area_of(one.attributes.get("ref", ""))
    return area is not None and all(number in doomed for number in range(area.top, area.bottom + 1))


def _shapes(found: Sequence[Element], doomed: Collection[int]) -> Iterator[Cut]:
    rows = [one for one in found if one.tag == "Row" and one.text.strip().isdecimal()]
    for shape in found:
        if shape.tag == "shape":
            inside = [int(one.text) + 1 for one in rows if shape.start <= one.start < shape.end]
            if inside and inside[0] in doomed:
                yield shape.start, shape.end, b""


def _comment_parts(book: Workbook, sheet: Sheet) -> list[tuple[str, str]]:
    """Parts that hold comments on this sheet, each with the name of its elements."""
    tags = {"comments": "comment", "threadedComment": "threadedComment"}
    return [
        (part, tags[kind]) for kind, part in book.relations(sheet.part).values() if kind in tags and part in book.parts
    ]


def _unused(book: Workbook, part: str, used: bytearray, telling: dict[str, None]) -> Iterator[Cut]:
    """Empties the strings that no cell names any more. They keep their numbers, which other sheets count on."""
    with book.archive.open(part) as file:
        for number, one in enumerate(string_items(file, book.name, part)):
            if not used[number] and one.text:
                telling[one.text] = None
                prefix = one.tag[: one.tag.rfind(":") + 1]
                yield one.start, one.end, f"<{prefix}si><{prefix}t/></{prefix}si>".encode()


def _mentions(book: Workbook, part: str) -> Iterator[tuple[str, Cut]]:
    """Where the order of calculation is declared and pointed at; programs work it out again."""
    beside = relations_of(book.main)
    targets = {id_ for id_, (_, target) in book.links.items() if target == part}
    for one in book.elements(beside):
        if one.tag == "Relationship" and one.attributes.get("Id") in targets:
            yield beside, (one.start, one.end, b"")
    for one in book.elements(CONTENT_TYPES):
        if one.tag == "Override" and one.attributes.get("PartName", "").lstrip("/") == part:
            yield CONTENT_TYPES, (one.start, one.end, b"")
