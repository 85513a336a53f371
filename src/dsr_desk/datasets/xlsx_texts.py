"""What a workbook says outside the rows of its sheets: properties, charts, drawings, caches of pivots, old values.

These texts are records, so that a search finds them. None is cut out: what a chart or a cache shows is worked out from
cells, and whoever opens the workbook without those rows and saves it renews it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers.expat import ExpatError

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.xlsx_parts import CONTENT_TYPES, Element, Workbook, elements, relations_of
from dsr_desk.datasets.xlsx_rows import Around

MOST_TEXT_BYTES = 32 * 1024 * 1024

_STRUCTURE = re.compile(
    r"(?:.*/)?(?:styles|theme\d*|calcChain|sharedStrings|table\d+|tableSingleCells\d*|pivotTable\d+|ctrlProp\d+"
    r"|printerSettings\d+|metadata|style\d+|colors\d+|featurePropertyBag)\.(?:xml|bin)",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"openpyxl|xlsxwriter|microsoft.*|libreoffice.*|apache poi|sheet ?js|pandas|worksheets?|named ranges|none|user",
    re.IGNORECASE,
)
_PROPERTIES = frozenset(
    {"creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category", "contentStatus"}
    | {"Manager", "Company", "HyperlinkBase", "lpwstr"}
)
_SHOWN = frozenset({"t", "v", "p", "textbox", "font", "div"})
"""Elements of charts and drawings that hold what people see; the others are measures."""

_WRITTEN = frozenset({"v", "displayName", "userId", "userName", "refreshedBy", "descr", "title", "url", "author"})
"""Attributes that hold what people wrote; `v` is a value in the cache of a pivot."""

_MARGINS = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})
_RULES = frozenset({"formula", "formula1", "formula2"})
_SAYS = re.compile(r"[^\W\d_]{2}|\d{5}|@")
_NAMED_BY_PROGRAMS = re.compile(r"(?:picture|image|chart|shape|text ?box|bild|grafik|diagramm)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True)
class PartSaid:
    """A part outside the sheets: what it says, or what it is that is not read (`kind`); neither for structure."""

    part: str
    text: str = ""
    kind: Message | None = None


def parts_beside(book: Workbook) -> Iterator[PartSaid]:
    """Every part that is no sheet and lies not among the media."""
    sheets = {sheet.part for sheet in book.sheets}
    links_of_sheets = {relations_of(part) for part in sheets}
    for part in book.parts:
        if part in sheets or "/media/" in part:
            continue
        if part == CONTENT_TYPES or part in links_of_sheets or _STRUCTURE.fullmatch(part):
            yield PartSaid(part)
        elif not part.lower().endswith((".xml", ".rels", ".vml")):
            yield PartSaid(part, kind=kind_of_part(book, part))
        elif book.archive.getinfo(part).file_size > MOST_TEXT_BYTES:
            yield PartSaid(part, kind=message("kind.excel.part"))
        else:
            yield _read(part, book.small(part))


def beside_rows(around: Around) -> str:
    """Headers and footers of a sheet, and texts in its rules (choices in a cell, conditions of a colour)."""
    return _joined(
        one.text for one in around.elements if one.tag in _MARGINS or (one.tag in _RULES and '"' in one.text)
    )


def kind_of_part(book: Workbook, part: str) -> Message:
    """What a part is that is not read."""
    if part.endswith("vbaProject.bin"):
        return message("kind.excel.macros")
    with book.archive.open(part) as file:
        return sniff.unread_kind(file.read(sniff.HEAD_BYTES)) or message("kind.excel.part")


def _read(part: str, data: bytes) -> PartSaid:
    try:
        return PartSaid(part, _joined(_texts(part, elements(data))))
    except ExpatError:
        return PartSaid(part, kind=message("kind.excel.part"))


def _texts(part: str, found: list[Element]) -> Iterator[str]:
    folder = part.rpartition("/")[0]
    comments = part.rpartition("/")[2].lower().startswith(("comment", "threadedcomment"))
    done = 0
    for one in found:
        if part.endswith(".rels"):
            yield one.attributes.get("Target", "") if one.attributes.get("TargetMode") == "External" else ""
            continue
        yield from (value for key, value in one.attributes.items() if key in _WRITTEN)
        if folder == "docProps":
            yield one.text if one.tag in _PROPERTIES and not _PROGRAMS.fullmatch(one.text.strip()) else ""
        elif part.endswith("workbook.xml"):
            yield one.text if '"' in one.text and one.tag == "definedName" else ""
        elif comments:
            yield one.text if one.tag == "author" and not _PROGRAMS.fullmatch(one.text.strip()) else ""
        elif folder.endswith(("charts", "drawings", "diagrams")):
            yield one.text if one.tag in _SHOWN else ""
        elif one.start >= done:
            # An element's text holds those of the elements inside it, which came before.
            yield one.text
            done = one.end


def _joined(texts: Iterable[str]) -> str:
    said = dict.fromkeys(text.strip() for text in texts)
    return "\n".join(text for text in said if _SAYS.search(text) and not _NAMED_BY_PROGRAMS.fullmatch(text))
