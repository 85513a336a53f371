"""All request formats, and the one way to read a file as a request."""

from __future__ import annotations

from pathlib import Path

from dsr_desk.core.message import message, refused
from dsr_desk.intake import drp, eml, opendsr, pdf, table, text
from dsr_desk.intake.model import (
    MAX_BYTES,
    Format,
    Intake,
    RequestEmpty,
    RequestFormatUnknown,
    RequestsSeveral,
    RequestTooLarge,
    RequestUnreadable,
)
from dsr_desk.intake.photos import looks_like_picture

FORMATS: tuple[Format, ...] = (pdf.FORMAT, opendsr.FORMAT, drp.FORMAT, eml.FORMAT, table.FORMAT, text.FORMAT)
"""In the order in which they are asked; plain text is last since it takes nearly anything."""

_HEAD = 65_536
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": message("why.letter.outlook"),
    b"PK\x03\x04": message("why.letter.office"),
    b"{\\rtf": message("why.letter.rtf"),
}


def read_request(path: Path) -> Intake:
    """One request from a file. Raises the errors of `read_requests`, and RequestsSeveral for a list of requests."""
    intakes = read_requests(path)
    if len(intakes) != 1:
        raise RequestsSeveral(name=path.name, count=len(intakes))
    return intakes[0]


def read_requests(path: Path) -> list[Intake]:
    """All requests in a file, at least one.

    Raises RequestUnreadable, RequestFormatUnknown, RequestTooLarge, RequestEmpty.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RequestTooLarge(name=path.name, limit=MAX_BYTES >> 20)
        data = path.read_bytes()
    except OSError as problem:
        raise RequestUnreadable(name=path.name, why=refused(problem)) from problem
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> list[Intake]:
    """As `read_requests`, for bytes that were dropped or pasted; `name` is a file name."""
    if not data.strip():
        raise RequestEmpty(name=name)
    if looks_like_picture(data):
        raise RequestFormatUnknown(name=name, why=message("why.letter.photo"))
    for start, why in _FOREIGN.items():
        if data.startswith(start):
            raise RequestFormatUnknown(name=name, why=why)
    for one in FORMATS:
        if one.recognises(name, data[:_HEAD]):
            return one.read(data, name)
    raise RequestFormatUnknown(name=name, why=message("why.letter.unknown"))
