"""A letter as PDF: its text, what was entered in its fields, its photos; pages without text as pictures.

Scripts and links in it are never run or followed.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import PurePath

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.contents import ContentUnreadable, DocumentContents, DocumentKind
from dsr_desk.intake.decoding import cleaned
from dsr_desk.intake.model import AttachedPhoto, LetterPage, Passage, Voice
from dsr_desk.intake.pages import MOST_SHOWN, TALLEST, WIDEST, shown
from dsr_desk.intake.pdf_forms import FilledPage, filled_in
from dsr_desk.intake.photos import MOST_PIXELS, bare_name, refuse_photo

MOST_PAGES = 200
MOST_PHOTOS = 50
SMALLEST_PHOTO = 120
_SHARPEST = 200 / 72
"""Pixels a point at most: 200 an inch."""

_XFA = (pdfium_c.FORMTYPE_XFA_FULL, pdfium_c.FORMTYPE_XFA_FOREGROUND)
_ENTRY = re.compile(r"\s*\S+(?: \S+){0,2}\s*[:：]\s*[^\s,/|]+(?: [^\s,/|]+){0,5}\s*|.*(?:[\[(][xX][\])]|[☒☑✓✔]).*")
"""A printed line that is one answer, or has a tick: `Law: GDPR`; not one that lists what can be asked for."""


class PdfUnreadable(ContentUnreadable):
    """Not for users, as ContentUnreadable is."""


def read_pdf(data: bytes, name: str) -> DocumentContents:
    """Texts, photos and pages without text. Raises PdfUnreadable."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        protected = problem.err_code == pdfium_c.FPDF_ERR_PASSWORD
        raise PdfUnreadable("why.pdf.password" if protected else "why.pdf.damaged") from problem
    with closing(document):
        if len(document) == 0:
            raise PdfUnreadable("why.pdf.no-pages")
        return _Reading(document, bare_name(name, "letter")).contents()


class _Reading:
    """One document while its pages are read."""

    def __init__(self, document: pdfium.PdfDocument, name: str) -> None:
        self._document = document
        self._name = name
        self._passages: list[Passage] = []
        self._photos: list[AttachedPhoto] = []
        self._pages: list[LetterPage] = []
        self._warnings: list[Message] = []
        self._scans = 0

    def contents(self) -> DocumentContents:
        count = len(self._document)
        if count > MOST_PAGES:
            self._warnings.append(message("note.pdf.most", name=self._name, read=MOST_PAGES, pages=count))
        if self._document.get_formtype() in _XFA:
            self._warnings.append(message("note.pdf.xfa", name=self._name))
        if self._document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            self._document.init_forms()
        for number in range(1, min(count, MOST_PAGES) + 1):
            try:
                with closing(self._document[number - 1]) as page:
                    self._read(page, number)
            except (pdfium.PdfiumError, ValueError, OSError, MemoryError):
                self._warnings.append(message("note.pdf.page", name=self._name, page=number))
        if self._scans:
            self._warnings.append(message("note.pdf.scans", name=self._name, count=self._scans))
        if self._scans > MOST_SHOWN:
            self._warnings.append(message("note.page.most", name=self._name, shown=MOST_SHOWN, pages=self._scans))
        photos = tuple(dict.fromkeys(self._photos))[:MOST_PHOTOS]
        return DocumentContents(tuple(self._passages), photos, tuple(self._pages), tuple(self._warnings))

    def _read(self, page: pdfium.PdfPage, number: int) -> None:
        filled = filled_in(page, self._document.formenv, _text(page))
        photos, covered = _photos(page, f"{PurePath(self._name).stem}-{number}")
        self._photos += photos
        where = message("where.page", page=number)
        for text, voice in _voices(filled):
            if text.strip():
                self._passages.append(Passage(where, text, voice))
        if filled.lines:
            fields = message("where.page.fields", page=number) if filled.fields else where
            self._passages.append(Passage(fields, "\n".join(filled.lines), Voice.FORM))
        if not filled.printed.strip() and not filled.lines and (covered or _is_drawn(page)):
            self._scans += 1
            if len(self._pages) < MOST_SHOWN:
                place = message("where.file.page", file=self._name, page=number)
                self._pages.append(shown(_drawn(page), place))


def _voices(filled: FilledPage) -> list[tuple[str, Voice]]:
    """What is printed, and whose words that is: in a form with boxes only lines `label: value` are entries."""
    if not filled.fields:
        return [(filled.printed, Voice.WRITER)]
    lines = [line for line in filled.printed.split("\n") if not line.rstrip().endswith((":", "："))]
    if not filled.is_choice:
        return [("\n".join(lines), Voice.WRITER)]
    entries = [line for line in lines if _ENTRY.fullmatch(line)]
    return [
        ("\n".join(line for line in lines if line not in entries), Voice.HOUSE),
        ("\n".join(entries), Voice.FORM),
    ]


def _is_drawn(page: pdfium.PdfPage) -> bool:
    """Whether there is anything on a page: words drawn as lines, as some printers do, or handwriting."""
    return any(True for _ in page.get_objects(max_depth=1)) or pdfium_c.FPDFPage_GetAnnotCount(page) > 0


def _drawn(page: pdfium.PdfPage) -> Image.Image:
    width, height = page.get_size()
    scale = min(WIDEST / max(width, 1), TALLEST / max(height, 1), _SHARPEST)
    drawn: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
    return drawn.convert("RGB")


def pictures_in(data: bytes) -> Iterator[bytes]:
    """Every picture of every page, whatever its size. Raises PdfUnreadable, also for a page that cannot be read."""
    try:
        with closing(pdfium.PdfDocument(data)) as document:
            for page in document:
                with closing(page):
                    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=15):
                        yield _picture(image)[0]
    except (pdfium.PdfiumError, ValueError, OSError, MemoryError) as problem:
        raise PdfUnreadable("why.pdf.damaged") from problem


def _text(page: pdfium.PdfPage) -> str:
    with closing(page.get_textpage()) as words:
        # Where a word is broken at the end of a line, PDFium gives one of two signs for its hyphen.
        return cleaned(re.sub("[\x02\ufffe]\r?\n?", "", str(words.get_text_bounded())))


def _photos(page: pdfium.PdfPage, stem: str) -> tuple[list[AttachedPhoto], bool]:
    """Photos on a page, and whether one picture covers the page, as in a scan."""
    width, height = page.get_size()
    photos: list[AttachedPhoto] = []
    covered = False
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > 0.8 * width * height:
            covered = True
            continue
        across, down = image.get_px_size()
        if min(across, down) < SMALLEST_PHOTO or across * down > MOST_PIXELS:
            continue
        data, suffix = _picture(image)
        if not refuse_photo(data):
            photos.append(AttachedPhoto(f"{stem}-{len(photos) + 1}.{suffix}", data))
    return photos, covered


def _picture(image: pdfium.PdfImage) -> tuple[bytes, str]:
    """The JPEG as it lies in the file, else the decoded picture as PNG."""
    if image.get_filters() == ["DCTDecode"]:
        raw = image.get_data(decode_simple=False)
        return ctypes.string_at(raw, len(raw)) if isinstance(raw, ctypes.Array) else bytes(raw), "jpg"
    out = io.BytesIO()
    image.get_bitmap(render=False).to_pil().convert("RGB").save(out, "PNG")
    return out.getvalue(), "png"


def _recognises(_name: str, head: bytes) -> bool:
    return b"%PDF-" in head[:1024]


DOCUMENT = DocumentKind("pdf", _recognises, read_pdf, Channel.PDF)
