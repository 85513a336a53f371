"""All request formats, and the one way to read a file as a request: in a cell (`jobs.cell`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import message, refused
from dsr_desk.intake import docx, drp, eml, entries, opendsr, pages, pdf, rtf, sheets, table, text
from dsr_desk.intake.extracts import extract_of
from dsr_desk.intake.model import (
    MAX_BYTES,
    NO_HOUSE,
    AttachedPhoto,
    Format,
    House,
    Intake,
    RequestEmpty,
    RequestFormatUnknown,
    RequestPersonUnknown,
    RequestsSeveral,
    RequestTooLarge,
    RequestUnreadable,
)
from dsr_desk.intake.photos import bare_name
from dsr_desk.jobs.cell import CellFailed, Limits, ask, load

FORMATS: tuple[Format, ...] = (
    pages.DOCUMENT.as_format(),
    pdf.DOCUMENT.as_format(),
    docx.DOCUMENT.as_format(),
    sheets.FORMAT,
    rtf.DOCUMENT.as_format(),
    eml.MSG,
    eml.TNEF,
    eml.SEALED,
    opendsr.FORMAT,
    drp.FORMAT,
    entries.FORMAT,
    eml.FORMAT,
    table.FORMAT,
    text.FORMAT,
)
"""In the order in which they are asked; plain text is last since it takes nearly anything."""

_HEAD = 65_536
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": message("why.letter.outlook"),
    b"PK\x03\x04": message("why.letter.office"),
}


_LIMITS = Limits(answer=512 << 20)
_READY = "dsr_desk.intake.ready"


def read_request(path: Path, house: House = NO_HOUSE, person: int = 0) -> Intake:
    """One request from a file: that of `person`, counted from 1, or its only one (0).

    Raises the errors of `read_requests`, RequestsSeveral for a list where none is chosen, RequestPersonUnknown.
    """
    intakes = read_requests(path, house)
    if person:
        if person > len(intakes):
            raise RequestPersonUnknown(name=path.name, person=person, count=len(intakes))
        return intakes[person - 1]
    if len(intakes) != 1:
        several = RequestsSeveral(name=path.name, count=len(intakes))
        several.intakes = tuple(intakes)
        raise several
    return intakes[0]


def read_requests(path: Path, house: House = NO_HOUSE) -> list[Intake]:
    """All requests in a file, at least one.

    Raises RequestUnreadable, RequestFormatUnknown, RequestTooLarge, RequestEmpty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise RequestUnreadable(name=path.name, why=refused(problem)) from problem
    return read_bytes(data, path.name, house)


def read_bytes(data: bytes, name: str, house: House = NO_HOUSE) -> list[Intake]:
    """As `read_requests`, for bytes that were dropped or pasted; `name` is a file name."""
    if len(data) > MAX_BYTES:
        raise RequestTooLarge(name=name, limit=MAX_BYTES >> 20)
    try:
        load(_READY)
        intakes: list[Intake] = ask(list[Intake], parse, data, name, house, limits=_LIMITS)
    except CellFailed as failed:
        raise RequestUnreadable(name=name, why=failed.why) from failed
    if not intakes:
        raise RequestEmpty(name=name)
    source = PurePath(name).name
    if len(intakes) == 1:
        return [_as_read(intakes[0], source, data)]
    digest = sha256_hex(data)
    count = len(intakes)
    return [
        _as_read(one, source, extract_of(one.request.text, source, digest, number, count))
        for number, one in enumerate(intakes, start=1)
    ]


def _as_read(intake: Intake, source: str, letter: bytes) -> Intake:
    """What no letter says of itself is not taken from whoever parsed it: which file it is, and words of an officer.

    Of a file of several people `letter` is what is hers of it: no case keeps another person's data.
    """
    found = tuple(replace(one, typed_by="") for one in intake.request.found)
    request = replace(intake.request, found=found, source=source, digest=sha256_hex(letter), confirmed_by="")
    photos = tuple(
        AttachedPhoto(bare_name(one.name, f"photo-{number}"), one.data) for number, one in enumerate(intake.photos, 1)
    )
    return replace(intake, request=request, photos=photos, letter=letter)


def parse(data: bytes, name: str, house: House = NO_HOUSE) -> list[Intake]:
    """Inside the cell. Raises RequestUnreadable, RequestFormatUnknown, RequestEmpty."""
    if not data.strip():
        raise RequestEmpty(name=name)
    for one in FORMATS:
        if one.recognises(name, data[:_HEAD]):
            return one.read(data, name, house)
    for start, why in _FOREIGN.items():
        if data.startswith(start):
            raise RequestFormatUnknown(name=name, why=why)
    raise RequestFormatUnknown(name=name, why=message("why.letter.unknown"))
