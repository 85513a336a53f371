"""A table of requests: one row a request, the columns known by their names in the languages of letters.

Files of comma-separated values are read here; sheets (`sheets`) and lists in JSON (`entries`) become tables too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right, together
from dsr_desk.intake.birthdays import days_in
from dsr_desk.intake.dates import believed, column_days, day_of, received_found, said_moment, sent_found
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.laws import STATES_WITH_CLOCK, LawSaid, law_of_fields, place_named
from dsr_desk.intake.making import asked_back
from dsr_desk.intake.model import NO_PHOTO, Format, House, Intake, RequestEmpty, RequestUnreadable, missing
from dsr_desk.intake.names import words_of, written_name
from dsr_desk.intake.rights import rights_named
from dsr_desk.intake.values import values_of
from dsr_desk.intake.words import every

MOST_ROWS = 20_000
_TITLES = 10
"""Rows among which the one with the names of the columns is looked for."""

_OWN = ("right", "law", "received", "reference")
"""Columns that say something of the request and not of the person."""

_KINDS = {
    "name": FoundKind.NAME,
    "e-mail": FoundKind.EMAIL,
    "phone": FoundKind.PHONE,
    "user name": FoundKind.USER_NAME,
    "account id": FoundKind.ACCOUNT_ID,
    "date of birth": FoundKind.DATE_OF_BIRTH,
    "address": FoundKind.ADDRESS,
    "reference": FoundKind.REFERENCE,
}
_NAMES = ("given name", "family name")
_PERSON = ("e-mail", "phone", "name", *_NAMES, "user name", "account id", "date of birth", "address")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
"""Where the next word begins in a name like `emailAddress`."""


@cache
def _columns_known() -> dict[str, re.Pattern[str]]:
    """Patterns of column names: what an identifier is called, the columns of the request, where the person lives."""
    known = {kind: every("labels", kind) for kind in _PERSON}
    return {**{kind: every("columns", kind) for kind in _OWN}, **known, "country": every("labels", "country")}


Row = tuple[int, list[str]]
"""A row's number in its file, from 1, and its cells."""


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    text = decode(data)
    try:
        listed = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as problem:
        raise RequestUnreadable(name=name, why=message("why.table.malformed")) from problem
    return requests_in(list(enumerate(listed, start=1)), name, data, house)


def requests_in(rows: Sequence[Row], name: str, data: bytes, house: House) -> list[Intake]:
    """A request from each row below the one that names the columns; a title may stand above that.

    Raises RequestUnreadable where no row names known columns, RequestEmpty where none is below it.
    """
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if len(filled) > MOST_ROWS:
        raise RequestUnreadable(name=name, why=message("why.table.rows", most=MOST_ROWS))
    at = next((place for place, (_, row) in enumerate(filled[:_TITLES]) if _columns(row)), None)
    if at is None:
        raise RequestUnreadable(name=name, why=message("why.table.columns"))
    header, below = filled[at][1], filled[at + 1 :]
    if not below:
        raise RequestEmpty(name=name)
    columns = _columns(header)
    digest = sha256_hex(data)
    days = _days(columns, [row for _, row in below], house)
    return [
        _intake(header, columns, row, number, name, digest, day) for (number, row), day in zip(below, days, strict=True)
    ]


def knows(header: list[str]) -> bool:
    """Whether these names are those of a table of requests."""
    return bool(_columns(header))


def _days(columns: dict[int, str], rows: list[list[str]], house: House) -> list[date | None]:
    """The day of receipt in each row, in the order of day and month that the table keeps."""
    place = next((one for one, kind in columns.items() if kind == "received"), None)
    if place is None:
        return [None] * len(rows)
    cells = [_in_zone(row[place], house) if place < len(row) else "" for row in rows]
    return column_days(cells, [cell for row in rows for cell in row])


def _in_zone(cell: str, house: House) -> str:
    """A moment of a known zone as the day on which it was in the house; any other cell as it is."""
    moment = said_moment(cell)
    return day_of(moment, house).isoformat() if moment is not None and moment.tzinfo is not None else cell


def _intake(
    header: list[str], columns: dict[int, str], row: list[str], number: int, name: str, digest: str, day: date | None
) -> Intake:
    cells = {
        kind: (row[place].strip(), message("where.cell", row=number, column=header[place].strip()))
        for place, kind in columns.items()
        if place < len(row) and row[place].strip()
    }
    if _is_family(cells):
        cells["family name"] = cells.pop("name")
    found: list[Found] = []
    warnings: list[Message] = []
    for kind, (value, where) in cells.items():
        if kind in _KINDS:
            found += [Found(_KINDS[kind], one, where) for one in _values(kind, value)]
    if halves := [cells[kind] for kind in _NAMES if kind in cells]:
        place = together(where for _, where in halves)
        found.append(Found(FoundKind.NAME, " ".join(value for value, _ in halves), place))
    value, where = cells.get("country", ("", message("where.letter")))
    home = place_named(value)
    found += [Found(FoundKind.PLACE, home, where)] if home else []
    lives = where
    asked: tuple[Right, ...] = ()
    if "right" in cells:
        value, where = cells["right"]
        asked = rights_named(value)
        found += [Found(FoundKind.RIGHT, one, where) for one in asked]
    law = LawSaid(Law.UNKNOWN, ())
    if "law" in cells:
        law = law_of_fields(cells["law"][0], home, cells["law"][1])
    elif state := STATES_WITH_CLOCK.get(home):
        law = LawSaid(state, (Found(FoundKind.LAW, state, lives),))
    found += law.found
    warnings += law.warnings
    received = None
    if "received" in cells:
        value, where = cells["received"]
        why = believed(day) if day else message("note.intake.day-column", words=value)
        warnings += [why] if why else []
        found += [received_found(day, where) if why is None else sent_found(day, where)] if day else []
        received = day if why is None else None
    warnings += asked_back(found)
    right = asked[0] if asked else Right.UNKNOWN
    if len(asked) > 1:
        warnings.append(message("note.intake.other-rights", rights=tuple(term(one) for one in asked[1:])))
    request = Request(
        channel=Channel.TABLE,
        found=tuple(found),
        right=right,
        law=law.law,
        received=received,
        source=PurePath(name).name,
        digest=digest,
        asked=asked,
        text="\n".join(f"{key.strip()}: {value}" for key, value in zip(header, row, strict=False)),
    )
    return Intake(request, (), (NO_PHOTO, *warnings, *missing(right, law.law, received)))


def _is_family(cells: dict[str, tuple[str, Message]]) -> bool:
    """Whether the column that is called "name" holds the family's, as beside a column of first names: `Nom;Prénom`."""
    if "family name" in cells or not {"name", "given name"} <= cells.keys():
        return False
    return not words_of(cells["given name"][0]) <= words_of(cells["name"][0])


def _values(kind: str, value: str) -> list[str]:
    """What a cell holds: several addresses or numbers, one of anything else."""
    if kind in ("e-mail", "phone"):
        return [one for _, one in values_of(kind, value, "", form=True)] or [value]
    if kind == "name":
        return [written_name(value) or value]
    return [next((day for _, _, day in days_in(value, "")), value) if kind == "date of birth" else value]


def _columns(header: list[str]) -> dict[int, str]:
    """What each known column is; only a header with an identifier and a second known column counts."""
    known: dict[int, str] = {}
    for place, cell in enumerate(header):
        label = re.sub(r"[_\s]+", " ", _HUMP.sub(" ", cell.strip().lstrip("\ufeff"))).rstrip(" :")
        for kind, pattern in _columns_known().items():
            if pattern.fullmatch(label) and kind not in known.values():
                known[place] = kind
                break
    return known if set(known.values()) & set(_PERSON) and len(known) >= 2 else {}


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
