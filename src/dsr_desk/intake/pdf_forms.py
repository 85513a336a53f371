"""What was entered in the fields of a PDF form and typed on its pages, and what of the printed text that leaves.

A form prints all that could be asked for. So of a box that is not ticked neither its value nor its printed words count,
and the rest of what is printed is the words of whoever made the form.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from dsr_desk.intake.decoding import cleaned

_BOXES = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_TYPED = (pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX)
_MOST_FIELDS = 2_000
_LONGEST = 20_000
_NAMELESS = re.compile(
    r"(?:text|field|feld|champ|campo|untitled|undefined|fill|check ?box|kontrollk|optionsfeld|group|gruppe|radio|button"
    r"|f\d|c\d|tf|cb|rb)[\s\d.]*(?:box|field|feld|button)?[\s\d.]*",
    re.IGNORECASE,
)
_BOX_SIGNS = re.compile(r"^[\s☐☑☒□■▢✓✔✗✘oO]*(?=\s|$)|^\s*[\[(]\s*[\])]\s*")
_LINE = 6.0
"""Points up and down from the middle of a field within which printed words stand on its line."""


@dataclass(frozen=True)
class FilledPage:
    """A page of a form: lines `label: value`, and what is printed but for words of boxes that are not ticked.

    `is_choice` tells that the page has boxes to tick, `fields` how many fields it has.
    """

    lines: tuple[str, ...]
    printed: str
    fields: int
    is_choice: bool


@dataclass(frozen=True)
class _Field:
    kind: int
    """0: typed on the page and in no field."""
    name: str
    value: str
    ticked: bool
    left: float
    bottom: float
    right: float
    top: float

    @property
    def is_box(self) -> bool:
        return self.kind in _BOXES

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


def filled_in(page: pdfium.PdfPage, form: Any, printed: str) -> FilledPage:
    """`form` is the document's form environment (None where it has none), `printed` the text of the page."""
    fields = sorted(_fields(page, form), key=lambda one: (-round(one.middle / _LINE), one.left))
    lines: list[str] = []
    words = page.get_textpage()
    try:
        for one in fields:
            if one.is_box:
                label = _label_of_box(one, fields, words, page.get_width())
                if one.ticked:
                    lines.append(_line(_named(one.name), one.value, label))
                elif label:
                    printed = printed.replace(label, " " * len(label), 1)
            elif one.value.strip():
                label = _named(one.name) or _before(one, words)
                lines.append(f"{label}: {one.value}" if label else one.value)
    finally:
        words.close()
    boxes = any(one.is_box for one in fields)
    return FilledPage(tuple(lines), printed, sum(one.kind > 0 for one in fields), boxes)


def _line(group: str, value: str, label: str) -> str:
    """A ticked box in words: what is printed beside it, else what it is called."""
    says = label or (value if value.lower() not in ("", "yes", "on", "ja", "oui", "1", "true", "x") else "")
    return f"{group}: {says}" if group and says and says.casefold() != group.casefold() else f"[x] {says or group}"


def _fields(page: pdfium.PdfPage, form: Any) -> Iterator[_Field]:
    for place in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        note = pdfium_c.FPDFPage_GetAnnot(page, place)
        if not note:
            continue
        try:
            if one := _field(note, form):
                yield one
        finally:
            pdfium_c.FPDFPage_CloseAnnot(note)


def _field(note: Any, form: Any) -> _Field | None:
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(note, box)
    edges = (min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top))
    sort = pdfium_c.FPDFAnnot_GetSubtype(note)
    if sort == pdfium_c.FPDF_ANNOT_FREETEXT:
        says = _words(lambda *room: pdfium_c.FPDFAnnot_GetStringValue(note, b"Contents", *room))
        return _Field(0, "", says, False, *edges) if says.strip() else None
    if sort != pdfium_c.FPDF_ANNOT_WIDGET or form is None:
        return None
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, note)
    if kind not in (*_BOXES, *_TYPED):
        return None

    def asked(function: Callable[..., int]) -> str:
        return _words(lambda *room: function(form, note, *room))

    name = asked(pdfium_c.FPDFAnnot_GetFormFieldAlternateName) or asked(pdfium_c.FPDFAnnot_GetFormFieldName)
    if kind in _BOXES:
        ticked = bool(pdfium_c.FPDFAnnot_IsChecked(form, note))
        return _Field(kind, name, asked(pdfium_c.FPDFAnnot_GetFormFieldExportValue), ticked, *edges)
    return _Field(kind, name, asked(pdfium_c.FPDFAnnot_GetFormFieldValue), False, *edges)


def _words(ask: Callable[[Any, int], int]) -> str:
    """What PDFium writes into a buffer, UTF-16 with a zero at its end; `ask` answers with its length in bytes."""
    length = min(ask(None, 0), 2 * _LONGEST)
    if length <= 2:
        return ""
    room = (ctypes.c_ushort * (length // 2 + 1))()
    ask(room, length)
    return cleaned(bytes(room)[: length - 2].decode("utf-16-le", errors="replace").rstrip("\0"))


def _named(name: str) -> str:
    """The name of a field as words; "" where it is one that a program gave."""
    last = re.sub(r"\[\d+\]", "", name.rpartition(".")[2])
    words = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", re.sub(r"^(?:txt|tf|fld|chk|cb|rb|ddl|cmb)(?=[A-Z_])", "", last))
    words = " ".join(re.sub(r"[_\s:]+", " ", words).split())
    return "" if _NAMELESS.fullmatch(words) or not any(sign.isalpha() for sign in words) else words


def _before(one: _Field, words: pdfium.PdfTextPage) -> str:
    """What is printed to the left of a field, else right above it."""
    beside = _printed(words, 0, one.middle - _LINE, one.left, one.middle + _LINE)
    above = beside or _printed(words, one.left - 2, one.top, one.right, one.top + 2 * _LINE)
    return above.rstrip(" :：").rpartition("  ")[2]


def _label_of_box(one: _Field, fields: list[_Field], words: pdfium.PdfTextPage, width: float) -> str:
    """What is printed to the right of a box, up to the next field on its line; else what stands to its left."""
    beside = [other for other in fields if other is not one and abs(other.middle - one.middle) <= _LINE]
    end = min((other.left for other in beside if other.left > one.left), default=width)
    after = _printed(words, one.right, one.middle - _LINE, end, one.middle + _LINE)
    if after or any(other.is_box and other.right < one.left for other in beside):
        return after
    begin = max((other.right for other in beside if other.right <= one.left), default=0.0)
    return _printed(words, begin, one.middle - _LINE, one.left, one.middle + _LINE)


def _printed(words: pdfium.PdfTextPage, left: float, bottom: float, right: float, top: float) -> str:
    if right <= left:
        return ""
    text = cleaned(str(words.get_text_bounded(left=left, bottom=bottom, right=right, top=top)))
    return " ".join(_BOX_SIGNS.sub("", text).split())
