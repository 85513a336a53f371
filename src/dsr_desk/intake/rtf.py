"""A letter as RTF: its text and its photos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from striprtf.striprtf import rtf_to_text

from dsr_desk.intake.contents import ContentUnreadable, DocumentContents, DocumentKind
from dsr_desk.intake.decoding import cleaned
from dsr_desk.intake.model import AttachedPhoto, Passage
from dsr_desk.intake.photos import refuse_photo
from dsr_desk.intake.voices import LETTER

MOST_BYTES = 50 << 20
MOST_PHOTOS = 50

_PAGE = re.compile(rb"\\ansicpg(\d{2,5})")
_HIDDEN = re.compile(r"\{[^{}]*\\(?:v|deleted)(?![a-z0-9])[^{}]*\}")
_PICTURE = re.compile(rb"\\(jpeg|png)blip(?![a-z])")
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)


def rtf_text(data: bytes) -> str:
    """The text of an RTF, without what is hidden or deleted in it. Raises ContentUnreadable."""
    page = _PAGE.search(data[:4096])
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    try:
        written = _HIDDEN.sub("", data.decode(encoding, errors="replace"))
        text: str = rtf_to_text(written, encoding=encoding, errors="replace")  # type: ignore[no-untyped-call]
        return cleaned(text)
    except _MALFORMED as problem:
        raise ContentUnreadable("why.rtf.damaged") from problem


def read_rtf(data: bytes, name: str) -> DocumentContents:
    """Raises ContentUnreadable."""
    if len(data) > MOST_BYTES:
        raise ContentUnreadable("why.rtf.large")
    text = rtf_text(data)
    photos = []
    for number, (suffix, picture) in enumerate(_pictures(data), 1):
        if number <= MOST_PHOTOS and not refuse_photo(picture):
            photos.append(AttachedPhoto(f"{PurePath(name).stem or 'letter'}-{number}.{suffix}", picture))
    return DocumentContents((Passage(LETTER, text),) if text.strip() else (), tuple(photos))


def _pictures(data: bytes) -> Iterator[tuple[str, bytes]]:
    for mark in _PICTURE.finditer(data):
        group = data[mark.end() : data.find(b"}", mark.end()) % (len(data) + 1)]
        digits = re.search(rb"(?<![a-z\d\\-])[\da-f\s]{400,}", group, re.IGNORECASE)
        try:
            yield ("jpg" if mark[1] == b"jpeg" else "png"), bytes.fromhex(digits[0].decode() if digits else "")
        except ValueError:
            continue


DOCUMENT = DocumentKind("rtf", lambda _name, head: head.startswith(b"{\\rtf"), read_rtf)
