"""Plain and pasted text, and HTML saved as a file."""

from __future__ import annotations

import re
from pathlib import PurePath

from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.decoding import cleaned, decoded
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.markup import charset_of_html, text_of_html
from dsr_desk.intake.model import NO_HOUSE, Format, House, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.voices import LETTER, voiced

_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_text(text: str, name: str = "pasted.txt", house: House = NO_HOUSE) -> Intake:
    """A letter that was pasted or typed. Raises RequestEmpty."""
    if not text.strip():
        raise RequestEmpty(name=name)
    return _intake(cleaned(text), text.encode(errors="replace"), name, house)


def _intake(text: str, data: bytes, name: str, house: House) -> Intake:
    return make_intake(channel=Channel.TEXT, passages=voiced(LETTER, text), name=name, data=data, house=house)


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    raw = decoded(data, charset_of_html(data))
    if "\0" in raw[:10_000]:
        raise RequestUnreadable(name=name, why=message("why.letter.no-text"))
    text = cleaned(raw)
    if re.match(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html)\b", text, re.I | re.S):
        text = text_of_html(text)
    if not text.strip():
        raise RequestEmpty(name=name)
    return [_intake(text, data, name, house)]


def _recognises(name: str, head: bytes) -> bool:
    if head.startswith(_NO_TEXT):
        return False
    if PurePath(name).suffix.lower() in (".txt", ".md", ".html", ".htm", ".text"):
        return True
    return b"\0" not in head and sum(byte < 9 for byte in head) == 0 and bool(head.strip())


FORMAT = Format("text", _recognises, _read)
