"""Lists of several people: each is read apart, and no case keeps what is another's."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import FoundKind, Law, Right
from dsr_desk.intake.extracts import FORM
from dsr_desk.intake.model import House
from dsr_desk.intake.registry import parse, read_bytes

TWO = (
    b"name,e-mail,request,received\n"
    b"Jane Roe,jane@example.org,delete,2026-03-03\n"
    b"John Doe,john@example.org,access,2026-03-04\n"
)


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def exported(*entries: dict[str, Any]) -> bytes:
    return json.dumps(list(entries)).encode()


JANE = {
    "type": "ERASURE",
    "createdAt": "2026-03-03T23:30:00Z",
    "email": "jane@example.org",
    "firstName": "Jane",
    "lastName": "Roe",
}
JOHN = {
    "type": "ACCESS",
    "createdAt": "2026-03-04T09:00:00Z",
    "email": "john@example.org",
    "firstName": "John",
    "lastName": "Doe",
}


@pytest.mark.parametrize(("data", "name"), [(TWO, "list.csv"), (exported(JANE, JOHN), "list.json")])
def test_no_case_of_a_list_keeps_what_is_another_persons(data: bytes, name: str) -> None:
    jane, john = read_bytes(data, name)
    assert b"jane@example.org" in jane.letter
    assert b"john" not in jane.letter.lower()
    assert b"jane" not in john.letter.lower()


def test_an_extract_says_of_which_file_it_is_and_is_the_same_each_time() -> None:
    jane, john = read_bytes(TWO, "list.csv")
    said = json.loads(john.letter)
    assert said["form"] == FORM
    assert said["extract_of"] == {"name": "list.csv", "sha256": sha256_hex(TWO)}
    assert (said["person"], said["people"]) == (2, 2)
    assert jane.request.digest == sha256_hex(jane.letter) != john.request.digest
    assert [one.letter for one in read_bytes(TWO, "list.csv")] == [jane.letter, john.letter]


def test_a_file_of_one_person_is_kept_as_it_came() -> None:
    (jane,) = read_bytes(exported(JANE), "one.json")
    assert jane.letter == exported(JANE)


def test_people_of_an_export_are_each_a_request_with_their_day_in_the_house() -> None:
    jane, john = parse(exported(JANE, JOHN), "list.json", House(zone="Europe/Berlin"))
    assert (jane.request.right, jane.request.received) == (Right.ERASURE, date(2026, 3, 4))
    assert (john.request.right, john.request.identifiers.names) == (Right.ACCESS, ("John Doe",))
    assert jane.request.identifiers.emails == ("jane@example.org",)


def test_whoever_works_on_a_request_is_not_the_person_of_it() -> None:
    worker = {"name": "Tobias Brandt", "email": "tobias@house.example"}
    (one,) = parse(exported({**JANE, "assignee": worker, "agent": worker}), "one.json")
    values = {found.value for found in one.request.found}
    assert not values & set(worker.values())


def test_several_entries_of_which_no_key_is_known_are_refused_and_never_one_letter() -> None:
    with pytest.raises(DeskError) as caught:
        parse(exported({"a": "jane@example.org please delete"}, {"a": "john@example.org"}), "list.json")
    assert caught.value.code == "REQUEST-UNREADABLE"


def test_entries_that_stand_one_on_a_line_are_a_list() -> None:
    lines = b"\n".join(json.dumps(one).encode() for one in (JANE, JOHN))
    assert [one.request.identifiers.emails for one in parse(lines, "list.jsonl")] == [
        ("jane@example.org",),
        ("john@example.org",),
    ]


def test_a_workbook_is_read_below_its_title_with_days_and_numbers_as_cells() -> None:
    rows = [
        ["Requests of spring"],
        [],
        ["Vorname", "Nachname", "E-Mail", "Kundennummer", "Art", "Rechtsgrundlage", "Eingang"],
        ["Anja", "Richter", "anja@example.de", 99812.0, "Löschung", "DSGVO", datetime(2026, 3, 3)],
    ]
    (one,) = parse(workbook(("Liste", rows)), "list.xlsx")
    assert (one.request.right, one.request.law, one.request.received) == (Right.ERASURE, Law.EU_GDPR, date(2026, 3, 3))
    assert one.request.identifiers.names == ("Anja Richter",)
    assert one.request.identifiers.account_ids == ("99812",)
    assert str(one.request.where(FoundKind.EMAIL)) == "row 4, column E-Mail"


def test_sheets_that_were_not_read_are_named() -> None:
    known = [["name", "e-mail", "request"], ["Jane Roe", "jane@example.org", "delete"]]
    (one,) = parse(workbook(("One", known), ("Notes", [["call back on Monday"]])), "list.xlsx")
    (said,) = [warning for warning in one.warnings if warning.code == "note.table.sheets"]
    assert "Notes" in str(said)


@pytest.mark.parametrize("rows", [[["notes"], ["x"]], [["name", "e-mail", "request"]]])
def test_a_workbook_without_requests_is_refused_in_words(rows: list[list[Any]]) -> None:
    with pytest.raises(DeskError) as caught:
        parse(workbook(("One", rows)), "list.xlsx")
    assert caught.value.what_to_do


def test_several_addresses_in_a_cell_are_all_the_persons() -> None:
    (one,) = parse(b"name,e-mail,request\nJane Roe,jane@example.org; j.roe@example.net,delete\n", "list.csv")
    assert one.request.identifiers.emails == ("jane@example.org", "j.roe@example.net")


@pytest.mark.parametrize("row", ["Roux;Paul", "Paul Roux;Paul"])
def test_a_name_beside_a_first_name_is_the_familys_unless_it_holds_both(row: str) -> None:
    (one,) = parse(f"Nom;Prénom;Courriel;Type de demande\n{row};paul@example.fr;Effacement\n".encode(), "liste.csv")
    assert "Paul Roux" in one.request.identifiers.names
    assert "Roux" not in one.request.identifiers.names


def test_of_one_object_in_unknown_words_what_is_said_of_workers_is_not_read() -> None:
    ticket = {"note": "Please delete my photos: jane@example.org", "owner": {"mail": "tobias@house.example"}}
    (one,) = parse(json.dumps(ticket).encode(), "ticket.json")
    assert one.request.right is Right.ERASURE
    assert "tobias@house.example" not in {found.value for found in one.request.found}
