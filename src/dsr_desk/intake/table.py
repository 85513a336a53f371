"""A table of requests: one row a request, the columns known by their names in English, German or Polish."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.model import NO_PHOTO, Format, House, Intake, RequestEmpty, RequestUnreadable, missing
from dsr_desk.intake.words import LABELS, LAWS, RIGHTS

MOST_ROWS = 20_000

_COLUMNS: dict[FoundKind, re.Pattern[str]] = {
    **LABELS,
    FoundKind.RIGHT: re.compile(r"right|request(?: type)?|type|recht|anliegen|prawo|żądanie", re.IGNORECASE),
    FoundKind.LAW: re.compile(r"law|regime|regulation|gesetz|ustawa", re.IGNORECASE),
    FoundKind.RECEIVED: re.compile(r"received|date|eingang|datum|data", re.IGNORECASE),
    FoundKind.REFERENCE: re.compile(r"reference|ref|request id|ticket|aktenzeichen|numer sprawy", re.IGNORECASE),
}
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _read(data: bytes, name: str, _house: House) -> list[Intake]:
    text = decode(data)
    try:
        listed = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as problem:
        raise RequestUnreadable(name=name, why=message("why.table.malformed")) from problem
    rows = [(number, row) for number, row in enumerate(listed, start=1) if any(cell.strip() for cell in row)]
    header = rows[0][1] if rows else []
    columns = _columns(header)
    if not columns:
        raise RequestUnreadable(name=name, why=message("why.table.columns"))
    if len(rows) < 2:
        raise RequestEmpty(name=name)
    if len(rows) > MOST_ROWS:
        raise RequestUnreadable(name=name, why=message("why.table.rows", most=MOST_ROWS))
    digest = sha256_hex(data)
    return [_intake(header, columns, row, number, name, digest) for number, row in rows[1:]]


def _intake(
    header: list[str], columns: dict[int, FoundKind], row: list[str], number: int, name: str, digest: str
) -> Intake:
    right, law, received = Right.UNKNOWN, Law.UNKNOWN, None
    found: list[Found] = []
    for place, kind in columns.items():
        value = row[place].strip() if place < len(row) else ""
        where = message("where.cell", row=number, column=header[place].strip())
        if not value:
            continue
        if kind is FoundKind.RIGHT:
            right = _right(value)
            value = right.value if right is not Right.UNKNOWN else ""
        elif kind is FoundKind.LAW:
            law = next((one for one, pattern in LAWS.items() if pattern.search(value)), Law.UNKNOWN)
            value = law.value if law is not Law.UNKNOWN else ""
        elif kind is FoundKind.RECEIVED:
            received = _day(value)
            value = received.isoformat() if received else ""
        if value:
            found.append(Found(kind, value, where))
    request = Request(
        channel=Channel.TABLE,
        found=tuple(found),
        right=right,
        law=law,
        received=received,
        source=PurePath(name).name,
        digest=digest,
        text="\n".join(f"{key.strip()}: {value}" for key, value in zip(header, row, strict=False)),
    )
    return Intake(request, (), (NO_PHOTO, *missing(right, law, received)))


def _columns(header: list[str]) -> dict[int, FoundKind]:
    """Place of each known column; only a header with an identifier and a second known column counts."""
    known: dict[int, FoundKind] = {}
    for place, cell in enumerate(header):
        label = re.sub(r"[_\s]+", " ", cell.strip().lstrip("\ufeff"))
        for kind, pattern in _COLUMNS.items():
            if pattern.fullmatch(label) and kind not in known.values():
                known[place] = kind
                break
    identifiers = [kind for kind in known.values() if kind in LABELS]
    return known if identifiers and len(known) >= 2 else {}


def _right(text: str) -> Right:
    named = [right for right in Right if right is not Right.UNKNOWN and text.casefold() == right.value]
    spoken = [right for right, pattern in RIGHTS.items() if pattern.search(text)]
    return next(iter([*named, *spoken]), Right.UNKNOWN)


def _day(text: str) -> date | None:
    """A day in year-month-day or in day.month.year; an American or British slash could be either and is not taken."""
    match = _DAY.match(text)
    if match is None:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _delimiter(text: str) -> str:
    line = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    return max(",;\t", key=line.count)


def _recognises(name: str, head: bytes) -> bool:
    text = decode(head).lstrip("\ufeff\r\n ")
    line = text.partition("\n")[0].strip("\r")
    if PurePath(name).suffix.lower() in (".csv", ".tsv"):
        return b"\0" not in head
    cells = line.split(_delimiter(text))
    return len(cells) >= 2 and len(_columns([cell.strip('"') for cell in cells])) * 2 >= len(cells)


FORMAT = Format("table", _recognises, _read)
