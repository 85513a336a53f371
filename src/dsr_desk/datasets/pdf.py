"""PDF files: pictures are photos, what is written on a page is its record, attachments are containers inside.

A file is written anew as a whole, so no earlier revision of it keeps what is erased. A picture that is erased leaves a
grey point; what is written is not taken out.
"""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Name, PdfImage
from PIL import Image

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import nested
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import Accounts, ContainerEntry, Doomed, Listed, Unread
from dsr_desk.datasets.erasing import CHUNK, Changes, ContainerNotRewritten
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.office import TextInDocument

MOST_PIXELS = 100_000_000
MOST_BEHIND = 1024
"""Bytes that may follow the end of a file unnamed."""

_WRITTEN = "document"
"""What is written anywhere but on pages: notes, forms, titles, who made it."""

_EOF = b"%%EOF"
_DEEPEST = 12
_LABELS = frozenset((
    "/ID", "/CreationDate", "/ModDate", "/M", "/Producer", "/DA", "/Lang", "/CharSet", "/Ordering", "/Registry",
    "/Cert", "/Panose", "/CheckSum", "/NM",
))  # fmt: skip
_INLINE = re.compile(rb"\bBI\s(?:(?!\bID\s)[^\x00]){0,400}\bID\s")
_STRIPS = 3
"""So many pictures of one width on one page, each much wider than high, are one picture in strips."""

_OTHER_CONTENT = frozenset(("/3D", "/U3D", "/PRC", "/Sound", "/RichMedia", "/Movie", "/PS"))
_LOOKS = (
    "/SMask",
    "/Mask",
    "/Decode",
    "/DecodeParms",
    "/Metadata",
    "/OPI",
    "/Alternates",
    "/ImageMask",
    "/Interpolate",
)
_BROKEN = (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError)
"""What the library raises on bytes that are no PDF, or that were made to break it."""

Place = tuple[int, int]
"""Number and generation of an object."""


@dataclass(frozen=True)
class _Picture:
    page: int
    address: str
    at: Place
    image: Any


@dataclass(frozen=True)
class _Known:
    """Objects of which it is known what they are: pictures and texts of pages, attachments, what pages draw."""

    pictures: Mapping[Place, _Picture]
    pages: Mapping[Place, str]
    attached: Mapping[Place, tuple[str, bytes]]
    drawings: Collection[Place]
    used: Collection[Place]


class PdfDocument(FileContainer):
    """See above."""

    format: ClassVar[str] = "pdf"
    magic: ClassVar[bytes] = b"%PDF-"

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        with self._opened() as pdf:
            pictures = {one.at: one for one in _pictures(pdf)}
            shown = defaultdict(list)
            for one in pictures.values():
                shown[one.page].append(one)
            attached = dict(_attachments(pdf))
            texts = self._texts(len(pdf.pages))
            pages: dict[Place, str] = {}
            for number, page in enumerate(pdf.pages, start=1):
                pages[page.obj.objgen] = texts.get(number, "")
                if text := texts.get(number, ""):
                    yield _record(f"page {number}", text)
                for one in shown[number]:
                    yield from self._picture(one, tally)
            said: list[str] = []
            drawings = {part.objgen for page in pdf.pages for part in _drawing(page)}
            known = _Known(pictures, pages, attached, drawings, _used(pdf))
            for each in pdf.objects:
                yield from self._object(each, known, said, tally)
            for number in _in_strips(pictures.values()):
                tally.within(Accounts(1, unread=1))
                yield Unread(f"page {number}", message("kind.pdf-strips"), message("why.pdf.strips"))
            if said:
                yield _record(_WRITTEN, "\n".join(dict.fromkeys(said)))
            yield from self._earlier(pdf, tally)
            yield tally.against(len(pdf.objects))

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `FileContainer.before_erasing`. Raises TextInDocument."""
        with self._opened() as pdf:
            names = {one.address for one in _pictures(pdf)}
            if any(one.member not in names for one in doomed):
                raise TextInDocument(name=self.name)
            signed = any(_kind(each, "/Type") == "/Sig" for each in pdf.objects)
        notes = [message("note.erase.grey-point"), message("note.erase.pdf")]
        return [*notes, message("note.erase.signature")] if signed else notes

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        """See `FileContainer.write_without`."""
        by_position = [one.member for one in self.entries()]
        doomed = {by_position[position]: new for position, new in changes.items()}
        with self._opened() as pdf:
            if pdf.is_encrypted:
                raise ContainerNotRewritten(name=self.name, why=message("why.encrypted"))
            pictures = {one.address: one for one in _pictures(pdf)}
            for member, new in doomed.items():
                if member not in pictures:
                    raise TextInDocument(name=self.name)
                self._write(pictures[member].image, new)
            with target.open("r+b") as out:
                pdf.save(out, fix_metadata_version=False, linearize=pdf.is_linearized)
        return ()

    def rest(self, changes: Changes) -> Iterator[bytes]:  # noqa: ARG002 - all that is no item stays
        with self._opened() as pdf:
            for page in pdf.pages:
                yield repr([float(edge) for edge in page.mediabox]).encode()
                yield b"".join(part.read_bytes() for part in _drawing(page))
            for _, (name, data) in sorted(_attachments(pdf).items()):
                yield name.encode() + data

    def _write(self, image: Any, new: bytes | None) -> None:
        """A JPEG in a picture's place, or a grey point."""
        for key in _LOOKS:
            if key in image:
                del image[key]
        image.Width = image.Height = 1
        image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 8
        if new is None:
            image.write(b"\x80")
            return
        with Image.open(io.BytesIO(new)) as picture:
            if picture.format != "JPEG" or picture.mode not in ("L", "RGB"):
                raise ContainerNotRewritten(name=self.name, why=message("why.pdf.jpeg"))
            image.Width, image.Height = picture.size
            image.ColorSpace = Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB
        image.write(new, filter=Name.DCTDecode)

    def _picture(self, one: _Picture, tally: ReaderTally) -> Iterator[Listed]:
        why = None
        data = b""
        try:
            width, height = int(one.image.get("/Width", 0)), int(one.image.get("/Height", 0))
            if width == height == 1:
                tally.label()
                return
            if width * height > MOST_PIXELS:
                why = message("why.photo.too-large", megapixels=round(width * height / 1e6))
            else:
                data = _stored(one.image)
        except _BROKEN:
            why = message("why.pdf.picture")
        if why is not None:
            yield tally.unread(one.address, message("kind.pdf-picture"), why)
            return
        tally.item()
        yield ContainerEntry(ItemKind.PHOTO, one.address, len(data), partial(bytes, data))

    def _object(self, each: Any, known: _Known, said: list[str], tally: ReaderTally) -> Iterator[Listed]:
        """What one object of the file is: pictures of pages and texts of pages are listed already."""
        at, place = each.objgen, f"object {each.objgen[0]}"
        kinds = {_kind(each, "/Subtype"), _kind(each, "/Type")}
        if at in known.pictures:
            return
        if at in known.pages:
            tally.item() if known.pages[at] else tally.label()
        elif at not in known.used and (isinstance(each, pikepdf.Stream) or any(_strings(each))):
            yield tally.unread(place, message("kind.pdf-unused"), message("why.pdf.orphan"))
        elif at in known.attached:
            name, data = known.attached[at]
            yield from nested.listing(self.path, tally, safe_name(name), [data])
        elif "/Image" in kinds:
            yield tally.unread(place, message("kind.pdf-picture"), message("why.pdf.orphan"))
        elif kinds & _OTHER_CONTENT:
            yield tally.unread(place, message("kind.pdf-other"), message("why.format.unknown"))
        elif (at in known.drawings or "/Form" in kinds) and _INLINE.search(each.read_bytes()):
            yield tally.unread(place, message("kind.pdf-inline"), message("why.pdf.inline"))
        elif found := list(_strings(each)):
            said += found
            tally.text()
        else:
            tally.label()

    def _texts(self, pages: int) -> dict[int, str]:
        """What is written on pages, by their numbers from 1 on."""
        found: dict[int, str] = {}
        with suppress(pdfium.PdfiumError), self.path.open("rb") as file, closing(pdfium.PdfDocument(file)) as document:
            for number in range(min(pages, len(document))):
                page = document[number]
                with suppress(pdfium.PdfiumError), closing(page), closing(page.get_textpage()) as text:
                    found[number + 1] = text.get_text_bounded().strip()
        return found

    def _earlier(self, pdf: pikepdf.Pdf, tally: ReaderTally) -> Iterator[Unread]:
        """Earlier revisions, whose objects nobody sees, and what follows the end of the file."""
        ends, behind, before = 0, 0, b""
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                joined = before + chunk
                last = joined.rfind(_EOF)
                ends += joined.count(_EOF) - before.count(_EOF)
                behind = len(joined) - last - len(_EOF) if last >= 0 else behind + len(chunk)
                before = joined[-len(_EOF) + 1 :]
        earlier = ends - 1 - pdf.is_linearized
        if earlier > 0:
            tally.within(Accounts(earlier, unread=earlier))
            yield Unread("", message("kind.pdf-revision"), message("why.pdf.revision"), earlier)
        if behind > MOST_BEHIND:
            tally.within(Accounts(1, unread=1))
            yield Unread("", message("kind.hidden"), message("why.pdf.behind"), size=behind)

    @contextmanager
    def _opened(self) -> Iterator[pikepdf.Pdf]:
        try:
            with self.path.open("rb") as file, pikepdf.open(file, attempt_recovery=False) as pdf:
                yield pdf
        except pikepdf.PasswordError as error:
            raise self.damaged("why.encrypted") from error
        except _BROKEN as error:
            raise self.damaged("why.pdf.damaged") from error


def _record(member: str, text: str) -> ContainerEntry:
    data = text.encode("utf-8", "surrogatepass")
    return ContainerEntry(ItemKind.RECORD, member, len(data), partial(bytes, data), record={"text": text})


def _pictures(pdf: pikepdf.Pdf) -> Iterator[_Picture]:
    """Each once, at the first page that shows it, also inside of what pages draw, of patterns and of notes."""
    seen: set[Place] = set()
    for number, page in enumerate(pdf.pages, start=1):
        for path, image in _of_page(page, seen):
            yield _Picture(number, f"page {number} image {safe_name(path)}", image.objgen, image)


def _of_page(page: pikepdf.Page, seen: set[Place]) -> Iterator[tuple[str, Any]]:
    if "/Thumb" in page.obj and _new(page.obj.Thumb, seen):
        yield "Thumb", page.obj.Thumb
    yield from _of_resources(page.resources, "", seen, 0)
    for number, note in enumerate(page.obj.get("/Annots", []), start=1):
        for look in _streams(note.get("/AP", {}), 0):
            if _new(look, seen):
                yield from _of_resources(look.get("/Resources", {}), f"note {number}/", seen, 0)


def _of_resources(resources: Any, path: str, seen: set[Place], depth: int) -> Iterator[tuple[str, Any]]:
    if depth == _DEEPEST:
        return
    for group in ("/XObject", "/Pattern"):
        for name, one in sorted(dict(resources.get(group, {}).items()).items()):
            if not isinstance(one, pikepdf.Stream) or not _new(one, seen):
                continue
            here = f"{path}{name.lstrip('/')}"
            if _kind(one, "/Subtype") == "/Image":
                yield here, one
            else:
                yield from _of_resources(one.get("/Resources", {}), f"{here}/", seen, depth + 1)


def _streams(value: Any, depth: int) -> Iterator[Any]:
    if isinstance(value, pikepdf.Stream):
        yield value
    elif isinstance(value, pikepdf.Dictionary) and depth < _DEEPEST:
        for _, inner in sorted(value.items()):
            yield from _streams(inner, depth + 1)


def _new(one: Any, seen: set[Place]) -> bool:
    if one.objgen in seen:
        return False
    seen.add(one.objgen)
    return True


def _stored(image: Any) -> bytes:
    """A JPEG as it lies, others in the format that the library takes for their pixels."""
    if image.get("/Filter") == Name.JPXDecode:
        return bytes(image.read_raw_bytes())
    out = io.BytesIO()
    PdfImage(image).extract_to(stream=out)
    return out.getvalue()


def _used(pdf: pikepdf.Pdf) -> set[Place]:
    """Objects to which anything leads: others are left over from earlier revisions, and go when the file is written."""
    found: set[Place] = set()
    waiting: list[Any] = [pdf.trailer]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Object) and one.is_indirect:
            if one.objgen in found:
                continue
            found.add(one.objgen)
        if isinstance(one, pikepdf.Stream):
            waiting += [one.stream_dict[key] for key in list(one.stream_dict.keys())]
        elif isinstance(one, pikepdf.Dictionary):
            waiting += [one[key] for key in list(one.keys())]
        elif isinstance(one, pikepdf.Array):
            waiting += list(one)
    return found


def _drawing(page: pikepdf.Page) -> list[Any]:
    """The streams that say what is drawn on a page."""
    contents = page.obj.get("/Contents")
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def _in_strips(pictures: Iterable[_Picture]) -> Iterator[int]:
    """Numbers of pages on which one picture is cut into several: a face may be cut too."""
    widths: Counter[tuple[int, int]] = Counter()
    for one in pictures:
        with suppress(*_BROKEN):
            width, height = int(one.image.Width), int(one.image.Height)
            if 2 * height < width:
                widths[one.page, width] += 1
    yield from dict.fromkeys(page for (page, _), count in widths.items() if count >= _STRIPS)


def _attachments(pdf: pikepdf.Pdf) -> dict[Place, tuple[str, bytes]]:
    """By the object of their content."""
    found: dict[Place, tuple[str, bytes]] = {}
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and isinstance(each.get("/EF"), pikepdf.Dictionary):
            name = str(each.get("/UF", each.get("/F", "attachment")))
            for _, content in sorted(each.EF.items()):
                if isinstance(content, pikepdf.Stream):
                    found[content.objgen] = name, content.read_bytes()
    return found


def _kind(each: Any, key: str) -> str:
    return str(each.get(key, "")) if isinstance(each, pikepdf.Dictionary | pikepdf.Stream) else ""


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    """Texts that stand in an object itself; and in a stream of XML, such as metadata and forms."""
    if isinstance(value, pikepdf.String):
        text = str(value).strip()
        if any(map(str.isalpha, text)) and all(char.isprintable() or char.isspace() for char in text):
            yield text
    elif isinstance(value, pikepdf.Stream):
        yield from _strings_of(value.stream_dict, depth)
        if _kind(value, "/Type") == "/Metadata" or _kind(value, "/Subtype") == "/XML":
            with suppress(*_BROKEN):
                yield value.read_bytes().decode("utf-8", "replace")
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Array):
        yield from _strings_of(value, depth)


def _strings_of(value: Any, depth: int) -> Iterator[str]:
    if depth == _DEEPEST:
        return
    inner = (
        ((key, value[key]) for key in list(value.keys())) if isinstance(value, pikepdf.Dictionary) else enumerate(value)
    )
    for key, one in inner:
        # An object of its own has its turn.
        if key not in _LABELS and not (isinstance(one, pikepdf.Object) and one.is_indirect):
            yield from _strings(one, depth + 1)
