"""A letter written in Word (.docx): its text as it stands, with tables, text boxes, headers and notes; its photos.

What was deleted while changes were tracked is no text, nor is what is hidden or stands there to be written over.
python-docx opens the package; the walk through it is ours, since its paragraphs leave out text boxes and insertions.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from dsr_desk.core.message import Message, message
from dsr_desk.intake.contents import ContentUnreadable, DocumentContents, DocumentKind
from dsr_desk.intake.decoding import cleaned
from dsr_desk.intake.markup import row_of_cells
from dsr_desk.intake.model import AttachedPhoto, LetterPage, Passage
from dsr_desk.intake.pages import MOST_SHOWN, page_of
from dsr_desk.intake.photos import refuse_photo
from dsr_desk.intake.voices import LETTER

if TYPE_CHECKING:
    from docx.document import Document as Opened

MOST_UNPACKED = 200 << 20
MOST_PARTS = 5_000
MOST_PHOTOS = 50

# What the library and those below it are known to raise on packages that are damaged or made to harm.
MALFORMED = (
    *(ValueError, LookupError, AttributeError, TypeError, RuntimeError, OSError, EOFError, AssertionError),
    *(zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, RecursionError),
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMBEDDED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_GONE = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}delText", f"{_W}instrText", f"{_W}rPr", f"{_W}pPr", f"{_W}sdtPr", f"{_W}tblPr"}
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_BOXES = {"F0FE": "☒", "F0FD": "☒", "F053": "☒", "F052": "☒", "F0A8": "☐", "F06F": "☐", "F071": "☐", "F0A3": "☐"}
"""Ticked and empty boxes of Wingdings, as Word's symbols name them."""


def read_docx(data: bytes, name: str) -> DocumentContents:
    """Raises ContentUnreadable."""
    import docx  # loaded where a letter is written in Word: it takes long
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    try:
        refuse_bomb(data)
        opened = docx.Document(io.BytesIO(data))
        lines = [line for story in _stories(opened) for line in _lines(story)]
        pictures = list(_pictures(opened))
    except (*MALFORMED, PythonDocxError, OpcError) as problem:
        raise ContentUnreadable("why.docx.damaged") from problem
    text = cleaned("\n".join(lines)).strip("\n")
    photos: list[AttachedPhoto] = []
    pages: list[LetterPage] = []
    warnings: list[Message] = []
    for number, (suffix, picture) in enumerate(pictures, 1):
        called = f"{PurePath(name).stem or 'letter'}-{number}.{suffix}"
        why = refuse_photo(picture)
        if why:
            warnings.append(message("note.attached.no-reference", name=called, why=why))
        elif text.strip():
            photos.append(AttachedPhoto(called, picture))
        elif len(pages) < MOST_SHOWN:
            pages.append(page_of(picture, called))
    if pages:
        warnings.append(message("note.pdf.scans", name=name, count=len(pages)))
    return DocumentContents(
        (Passage(LETTER, text),) if text.strip() else (), tuple(photos), tuple(pages), tuple(warnings)
    )


def refuse_bomb(data: bytes) -> None:
    """Raises ContentUnreadable for an Office file that would fill memory, BadZipFile for what is none."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
            raise ContentUnreadable("why.docx.unpacked")


def _stories(opened: Opened) -> Iterator[Any]:
    """The elements that hold text: headers, the body, notes, footers."""
    from docx.oxml.parser import parse_xml

    by_end: dict[str, list[Any]] = {"header": [], "footnotes": [], "endnotes": [], "footer": []}
    for relation in opened.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in by_end and not relation.is_external:
            by_end[kind].append(parse_xml(relation.target_part.blob))
    yield from by_end["header"]
    yield opened.element.body
    for kind in ("footnotes", "endnotes", "footer"):
        yield from by_end[kind]


def _lines(block: Any) -> Iterator[str]:
    """Lines of all that a block holds: paragraphs, rows of tables, text boxes after the paragraph that holds them."""
    for child in block:
        if child.tag in _GONE or not isinstance(child.tag, str):
            continue
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tr":
            cells = ["\n".join(_lines(cell)) for cell in child.iter(f"{_W}tc") if _row(cell) is child]
            yield from row_of_cells(cells).split("\n")
        elif child.tag != f"{_W}sdt" or not _is_prompt(child):
            yield from _lines(child)


def _row(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tr"))


def _paragraph(paragraph: Any) -> Iterator[str]:
    boxes: list[Any] = []
    yield from "".join(_signs(paragraph, boxes)).split("\n")
    for box in boxes:
        yield from _lines(box)


def _signs(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _GONE or (tag == f"{_W}r" and _is_hidden(child)):
            continue
        if tag == f"{_W}sdt" and _is_prompt(child):
            continue
        if tag == f"{_W}txbxContent":
            boxes.append(child)
        elif tag == f"{_W}t":
            yield child.text or ""
        elif tag == f"{_W}sym":
            yield _BOXES.get((child.get(f"{_W}char") or "").upper(), "")
        elif tag == f"{_W}fldChar":
            yield _old_box(child)
        elif tag.startswith(_W) and tag[len(_W) :] in _SIGNS:
            yield _SIGNS[tag[len(_W) :]]
        else:
            yield from _signs(child, boxes)


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _is_hidden(run: Any) -> bool:
    return _is_on(run.find(f"{_W}rPr/{_W}vanish"))


def _is_prompt(control: Any) -> bool:
    """Whether a content control shows the words that ask to be written over."""
    return _is_on(control.find(f"{_W}sdtPr/{_W}showingPlcHdr"))


def _old_box(field: Any) -> str:
    box = field.find(f"{_W}ffData/{_W}checkBox")
    if box is None:
        return ""
    ticked = box.find(f"{_W}checked")
    return "[x] " if _is_on(ticked if ticked is not None else box.find(f"{_W}default")) else "[ ] "


def _pictures(opened: Opened) -> Iterator[tuple[str, bytes]]:
    """(suffix, bytes) of the pictures that the body shows, each once."""
    seen = set()
    for element in opened.element.body.iter():
        shown = element.get(_EMBEDDED) if isinstance(element.tag, str) else None
        if shown is None or shown in seen or any(above.tag in _GONE for above in element.iterancestors()):
            continue
        seen.add(shown)
        relation = opened.part.rels.get(shown)
        if relation is not None and not relation.is_external and len(seen) <= MOST_PHOTOS:
            part = relation.target_part
            if part.content_type.startswith("image/"):
                yield re.sub(r"[^a-z0-9]", "", PurePath(str(part.partname)).suffix.lower()) or "img", part.blob


def _recognises(name: str, head: bytes) -> bool:
    ends = PurePath(name).suffix.lower() in (".docx", ".docm", ".dotx")
    return head.startswith(b"PK\x03\x04") and (ends or b"word/" in head)


DOCUMENT = DocumentKind("docx", _recognises, read_docx)
