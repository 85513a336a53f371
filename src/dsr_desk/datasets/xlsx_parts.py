"""The parts of an Excel workbook: which sheets it has, its shared strings, which cell styles are dates.

A workbook is a zip of XML parts. Names of elements are taken without their namespaces, which differ between the two
forms of the standard (ECMA-376, transitional and strict).
"""

from __future__ import annotations

import bisect
import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.escape import unescape

from dsr_desk.core.message import message
from dsr_desk.datasets.container import MAX_ITEM_BYTES, ContainerDamaged
from dsr_desk.datasets.erasing import CHUNK

CONTENT_TYPES = "[Content_Types].xml"
BINARY_WORKBOOK = "xl/workbook.bin"
BLOCK_BYTES = 64 * 1024
UNPACKED = 4

Start = Callable[[str, Mapping[str, str]], None]


def local(tag: str) -> str:
    """A name without its prefix: `x:row` is `row`."""
    return tag.rpartition(":")[2]


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """By the name without its prefix; "" where there is none."""
    return next((value for key, value in attributes.items() if local(key) == name), "")


def damaged(name: str, part: str) -> ContainerDamaged:
    why = message("why.excel.part-of", part=part) if part else message("why.excel.part")
    return ContainerDamaged(name=name, why=why)


@dataclass(frozen=True)
class Element:
    """An element of a small part, with its place in bytes, and the text in it."""

    tag: str
    attributes: Mapping[str, str]
    start: int
    end: int
    text: str


def elements(data: bytes) -> list[Element]:
    """All elements of a part, each after those inside it. Raises ExpatError."""
    found: list[Element] = []
    waiting: list[tuple[str, Mapping[str, str], int, list[str]]] = []
    parser = expat.ParserCreate()
    closed: list[tuple[str, Mapping[str, str], int, list[str]]] = []

    def settle() -> None:
        # An element ends where the next thing begins.
        while closed:
            tag, attributes, start, texts = closed.pop(0)
            found.append(Element(local(tag), attributes, start, parser.CurrentByteIndex, "".join(texts)))

    def begin(tag: str, attributes: Mapping[str, str]) -> None:
        settle()
        waiting.append((tag, attributes, parser.CurrentByteIndex, []))

    def end(_: str) -> None:
        settle()
        closed.append(waiting.pop())

    def text(data: str) -> None:
        settle()
        for one in waiting:
            one[3].append(data)

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    parser.DefaultHandler = lambda _: settle()
    parser.Parse(data, True)
    found += [
        Element(local(tag), given, start, len(data.rstrip()), "".join(texts)) for tag, given, start, texts in closed
    ]
    return found


@dataclass(frozen=True)
class Sheet:
    """A worksheet as people see it, and the part that holds it."""

    name: str
    part: str


class Workbook:
    """An open workbook. Raises ContainerDamaged, with `name`, where a part cannot be read."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive = archive
        self.name = name
        self.parts = [info.filename for info in archive.infolist() if not info.filename.endswith("/")]
        links = self.relations("")
        self.main = next((target for kind, target in links.values() if kind == "officeDocument"), "xl/workbook.xml")
        self.links = self.relations(self.main)
        found = self.elements(self.main)
        properties = next((one.attributes for one in found if one.tag == "workbookPr"), {})
        self.from_1904 = properties.get("date1904", "") in ("1", "true")
        self.sheets = [sheet for one in found if one.tag == "sheet" and (sheet := self._sheet(one)) is not None]

    def small(self, part: str) -> bytes:
        """The content of a part that is read whole."""
        try:
            info = self.archive.getinfo(part)
            if info.file_size > MAX_ITEM_BYTES:
                raise damaged(self.name, part)
            with self.archive.open(info) as file:
                data = file.read(info.file_size + 1)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise damaged(self.name, part) from error
        if len(data) != info.file_size:
            raise damaged(self.name, part)
        return data

    def elements(self, part: str) -> list[Element]:
        try:
            return elements(self.small(part))
        except expat.ExpatError as error:
            raise damaged(self.name, part) from error

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part points at, by id: last word of the kind, and the part's name (or an address outside)."""
        beside = relations_of(part)
        if beside not in self.parts:
            return {}
        found = {}
        for one in self.elements(beside):
            if one.tag == "Relationship":
                target = one.attributes.get("Target", "")
                if one.attributes.get("TargetMode") != "External":
                    target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
                found[one.attributes.get("Id", "")] = (one.attributes.get("Type", "").rpartition("/")[2], target)
        return found

    def linked(self, kind: str) -> str:
        """The part of this kind that the workbook points at, "" where it has none."""
        return next((part for found, part in self.links.values() if found == kind and part in self.parts), "")

    def strings(self) -> Strings:
        part = self.linked("sharedStrings")
        strings = Strings(self.name)
        if part:
            with self.archive.open(part) as file:
                for one in string_items(file, self.name, part):
                    strings.add(one.text)
        return strings

    def formats(self) -> list[str]:
        """The number format of each cell style."""
        part = self.linked("styles")
        codes = dict(BUILTIN_FORMATS)
        styles: list[str] = []
        inside = ""
        for one in sorted(self.elements(part), key=lambda one: one.start) if part else ():
            if one.tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                inside = one.tag
            elif one.tag == "numFmt" and one.attributes.get("numFmtId", "").isdecimal() and inside != "dxfs":
                codes[int(one.attributes["numFmtId"])] = one.attributes.get("formatCode", "")
            elif one.tag == "xf" and inside == "cellXfs":
                number = one.attributes.get("numFmtId", "0")
                styles.append(codes.get(int(number), "General") if number.isdecimal() else "General")
        return styles

    def _sheet(self, one: Element) -> Sheet | None:
        kind, part = self.links.get(attribute(one.attributes, "id"), ("", ""))
        if not kind.lower().endswith(("worksheet", "macrosheet", "dialogsheet")):
            return None
        if part not in self.parts:
            raise damaged(self.name, part)
        return Sheet(one.attributes.get("name", ""), part)


class Strings:
    """Texts by number, kept packed: a workbook's shared strings may be larger than its sheets."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._blocks: list[bytes] = []
        self._firsts = array("q")
        self._open: list[str] = []
        self._weight = 0
        self._count = 0
        self._unpacked: dict[int, list[str]] = {}

    def add(self, text: str) -> None:
        self._open.append(text.replace("\0", " "))
        self._count += 1
        self._weight += len(text) + 1
        if self._weight >= BLOCK_BYTES:
            self._firsts.append(self._count - len(self._open))
            self._blocks.append(zlib.compress("\0".join(self._open).encode("utf-8", "surrogatepass"), 1))
            self._open, self._weight = [], 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < self._count:
            raise ContainerDamaged(name=self._name, why=message("why.excel.no-text", number=number))
        first = self._count - len(self._open)
        if number >= first:
            return self._open[number - first]
        block = bisect.bisect_right(self._firsts, number) - 1
        return self._unpack(block)[number - self._firsts[block]]

    def _unpack(self, block: int) -> list[str]:
        """The texts of a block; those of the blocks that were unpacked last are kept."""
        if block not in self._unpacked:
            if len(self._unpacked) == UNPACKED:
                del self._unpacked[next(iter(self._unpacked))]
            packed = zlib.decompress(self._blocks[block])
            self._unpacked[block] = packed.decode("utf-8", "surrogatepass").split("\0")
        return self._unpacked[block]


@dataclass(frozen=True)
class SharedString:
    """A shared string with its place in bytes; `tag` is the name of its element as it is written."""

    tag: str
    start: int
    end: int
    text: str


def string_items(file: IO[bytes], name: str, part: str) -> Iterator[SharedString]:
    """All shared strings; what stands above a text to say how it sounds is left out."""
    ready: list[SharedString] = []
    texts: list[str] = []
    stack: list[str] = []
    begun = -1
    ended: list[str] = []
    parser = expat.ParserCreate()

    def settle() -> None:
        if ended:
            ready.append(SharedString(ended.pop(), begun, parser.CurrentByteIndex, unescape("".join(texts))))
            texts.clear()

    def begin(tag: str, _: Mapping[str, str]) -> None:
        nonlocal begun
        settle()
        stack.append(local(tag))
        if stack[-1] == "si":
            begun = parser.CurrentByteIndex

    def end(tag: str) -> None:
        settle()
        if stack.pop() == "si":
            ended.append(tag)

    def text(data: str) -> None:
        settle()
        if stack[-1] == "t" and "rPh" not in stack:
            texts.append(data)

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    parser.DefaultHandler = lambda _: settle()
    fed = done = 0
    for chunk in parsed_chunks(file, parser, name, part):
        fed += len(chunk)
        if ready:
            done = fed
        if fed - done > MAX_ITEM_BYTES:
            raise damaged(name, part)
        yield from ready
        ready.clear()


def parsed_chunks(file: IO[bytes], parser: expat.XMLParserType, name: str, part: str) -> Iterator[bytes]:
    """Feeds a part to a parser piece by piece; a document type, which no workbook has, is refused."""

    def refuse(*_: object) -> None:
        raise damaged(name, part)

    parser.StartDoctypeDeclHandler = refuse
    try:
        while chunk := file.read(CHUNK // 4):
            parser.Parse(chunk, False)
            yield chunk
        parser.Parse(b"", True)
        yield b""
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, UnicodeError) as error:
        raise damaged(name, part) from error


def relations_of(part: str) -> str:
    folder, _, base = part.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def is_date(code: str) -> bool:
    return bool(is_date_format(code))


def is_duration(code: str) -> bool:
    return bool(is_timedelta_format(code))
