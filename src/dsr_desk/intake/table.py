"""A table of requests: one row a request, the columns known by their names in the languages of letters.

Files of comma-separated values are read here; sheets (`sheets`) and lists in JSON (`entries`) become tables too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right, together
from dsr_desk.intake.birthdays import days_in
from dsr_desk.intake.columns import NAMES, TOLD, columns_in, day_first
from dsr_desk.intake.dates import believed, column_days, day_of, received_found, said_moment, sent_found
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.identifiers import identifiers_in, settled
from dsr_desk.intake.languages import language_of
from dsr_desk.intake.laws import STATES_WITH_CLOCK, LawSaid, law_of_fields, laws_in, place_named
from dsr_desk.intake.making import asked_back
from dsr_desk.intake.model import (
    NO_PHOTO,
    Format,
    House,
    Intake,
    Passage,
    RequestEmpty,
    RequestUnreadable,
    Voice,
    missing,
)
from dsr_desk.intake.names import words_of, written_name
from dsr_desk.intake.rights import rights_in, rights_named
from dsr_desk.intake.values import values_of

MOST_ROWS = 20_000
_TITLES = 10
"""Rows among which the one with the names of the columns is looked for."""

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
    at = next((place for place, (_, row) in enumerate(filled[:_TITLES]) if columns_in(row)), None)
    if at is None:
        raise RequestUnreadable(name=name, why=message("why.table.columns"))
    header, below = filled[at][1], filled[at + 1 :]
    if not below:
        raise RequestEmpty(name=name)
    columns = columns_in(header)
    digest = sha256_hex(data)
    first = day_first(header, columns)
    days = _days(columns, [row for _, row in below], house, of_day_first=first)
    return [
        _intake(header, columns, row, number, name, digest, day, house, of_day_first=first)
        for (number, row), day in zip(below, days, strict=True)
    ]


def knows(header: list[str]) -> bool:
    """Whether these names are those of a table of requests."""
    return bool(columns_in(header))


def _days(columns: dict[int, str], rows: list[list[str]], house: House, *, of_day_first: bool) -> list[date | None]:
    """The day of receipt in each row, in the order of day and month that the table keeps."""
    place = next((one for one, kind in columns.items() if kind == "received"), None)
    if place is None:
        return [None] * len(rows)
    cells = [_in_zone(row[place], house) if place < len(row) else "" for row in rows]
    return column_days(cells, [cell for row in rows for cell in row], day_first=of_day_first)


def _in_zone(cell: str, house: House) -> str:
    """A moment of a known zone as the day on which it was in the house; any other cell as it is."""
    moment = said_moment(cell)
    return day_of(moment, house).isoformat() if moment is not None and moment.tzinfo is not None else cell


def _intake(
    header: list[str],
    columns: dict[int, str],
    row: list[str],
    number: int,
    name: str,
    digest: str,
    day: date | None,
    house: House,
    *,
    of_day_first: bool,
) -> Intake:
    cells = {
        kind: (row[place].strip(), message("where.cell", row=number, column=header[place].strip()))
        for place, kind in columns.items()
        if place < len(row) and row[place].strip()
    }
    if other := _other_half(cells):
        cells[other] = cells.pop("name")
    found: list[Found] = []
    warnings: list[Message] = []
    for kind, (value, where) in cells.items():
        if kind in _KINDS:
            found += [Found(_KINDS[kind], one, where) for one in _values(kind, value, day_first=of_day_first)]
    if halves := [cells[kind] for kind in NAMES if kind in cells]:
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
    told = [Passage(where, value, Voice.WRITER) for kind, (value, where) in cells.items() if kind == TOLD]
    declined: tuple[Right, ...] = ()
    if told:
        language = language_of(told[0].text)
        found = settled([*found, *identifiers_in(told, house, language=language, known=found)])
        if not asked:
            asked, declined, said = rights_in(told)
            found += said
    law = LawSaid(Law.UNKNOWN, ())
    if "law" in cells:
        law = law_of_fields(cells["law"][0], home, cells["law"][1])
    elif state := STATES_WITH_CLOCK.get(home):
        law = LawSaid(state, (Found(FoundKind.LAW, state, lives),))
    elif told:
        law = laws_in(told, house)
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
        declined=declined,
        text="\n".join(f"{key.strip()}: {value}" for key, value in zip(header, row, strict=False)),
    )
    return Intake(request, (), (NO_PHOTO, *warnings, *missing(right, law.law, received)))


def _other_half(cells: dict[str, tuple[str, Message]]) -> str:
    """Which half of a name the column called "name" holds beside one of the other: `Nom;Prénom`, `Cognome;Nome`."""
    known = [kind for kind in NAMES if kind in cells]
    if "name" not in cells or len(known) != 1 or words_of(cells[known[0]][0]) <= words_of(cells["name"][0]):
        return ""
    return "family name" if known[0] == "given name" else "given name"


def _values(kind: str, value: str, *, day_first: bool) -> list[str]:
    """What a cell holds: several addresses or numbers, one of anything else."""
    if kind in ("e-mail", "phone"):
        return [one for _, one in values_of(kind, value, "", form=True)] or [value]
    if kind == "name":
        return [written_name(value) or value]
    if kind == "date of birth":
        return [next((day for _, _, day in days_in(value, day_first=day_first)), value)]
    return [value]


def _delimiter(text: str) -> str:
    line = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    return max(",;\t", key=line.count)


def _recognises(name: str, head: bytes) -> bool:
    text = decode(head).lstrip("\ufeff\r\n ")
    line = text.partition("\n")[0].strip("\r")
    if PurePath(name).suffix.lower() in (".csv", ".tsv"):
        return b"\0" not in head
    cells = line.split(_delimiter(text))
    return len(cells) >= 2 and len(columns_in([cell.strip('"') for cell in cells])) * 2 >= len(cells)


FORMAT = Format("table", _recognises, _read)
