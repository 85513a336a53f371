"""A letter as PDF: its text, and the photos that lie in it. Scripts and links in it are never run or followed."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePath

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.model import AttachedPhoto, Format, House, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.photos import MOST_PIXELS, bare_name, refuse_photo
from dsr_desk.intake.voices import voiced

MOST_PAGES = 200
MOST_PHOTOS = 50
SMALLEST_PHOTO = 120


class PdfUnreadable(Exception):
    """Not for users: `why` goes into the sentence of the caller."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.why = message(code)


@dataclass(frozen=True)
class PdfPages:
    """Texts as (page number from 1, text), photos, and warnings."""

    texts: tuple[tuple[int, str], ...]
    photos: tuple[AttachedPhoto, ...]
    warnings: tuple[Message, ...]


def read_pages(data: bytes, name: str) -> PdfPages:
    """Text and embedded photos of a PDF. Raises PdfUnreadable."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        protected = problem.err_code == pdfium_c.FPDF_ERR_PASSWORD
        raise PdfUnreadable("why.pdf.password" if protected else "why.pdf.damaged") from problem
    with closing(document):
        count = len(document)
        if count == 0:
            raise PdfUnreadable("why.pdf.no-pages")
        warnings = [message("note.pdf.most", name=name, read=MOST_PAGES, pages=count)] if count > MOST_PAGES else []
        texts: list[tuple[int, str]] = []
        photos: list[AttachedPhoto] = []
        scans = 0
        for number in range(min(count, MOST_PAGES)):
            try:
                with closing(document[number]) as page:
                    text = _text(page)
                    found, covering = _photos(page, f"{PurePath(bare_name(name, 'letter')).stem}-{number + 1}")
            except (pdfium.PdfiumError, ValueError, OSError, MemoryError):
                warnings.append(message("note.pdf.page", name=name, page=number + 1))
                continue
            scans += covering and not text.strip()
            photos += [one for one in found if len(photos) < MOST_PHOTOS]
            if text.strip():
                texts.append((number + 1, text))
    if scans:
        warnings.append(message("note.pdf.scans", name=name, count=scans))
    return PdfPages(tuple(texts), tuple(dict.fromkeys(photos)), tuple(warnings))


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
        return str(words.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n")


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


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        pages = read_pages(data, name)
    except PdfUnreadable as problem:
        raise RequestUnreadable(name=name, why=problem.why) from problem
    if not pages.texts and not pages.photos and not pages.warnings:
        raise RequestEmpty(name=name)
    return [
        make_intake(
            channel=Channel.PDF,
            passages=[one for number, text in pages.texts for one in voiced(message("where.page", page=number), text)],
            house=house,
            name=name,
            data=data,
            photos=pages.photos,
            warnings=pages.warnings,
        )
    ]


def _recognises(_name: str, head: bytes) -> bool:
    return b"%PDF-" in head[:1024]


FORMAT = Format("pdf", _recognises, _read)
