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


QUESTIONS = {
    "en": "What is your full name?,What is your email address?,Which right do you want to exercise?,Submit Date (UTC)",
    "de": "Wie lautet Ihr Name?,Wie lautet Ihre E-Mail-Adresse?,Welches Recht möchten Sie ausüben?,Eingegangen am",
    "es": "¿Cuál es su nombre completo?,¿Cuál es su correo electrónico?,¿Qué derecho desea ejercer?,Fecha de solicitud",
}


@pytest.mark.parametrize("header", QUESTIONS.values(), ids=QUESTIONS)
def test_columns_are_known_by_the_questions_that_a_form_asks(header: str) -> None:
    (one,) = parse(f"#,{header}\n1,Aylin Kaya,aylin@example.com,GDPR Art. 17,2026-11-03\n".encode(), "answers.csv")
    request = one.request
    assert request.identifiers.names == ("Aylin Kaya",)
    assert request.identifiers.emails == ("aylin@example.com",)
    assert (request.right, request.received) == (Right.ERASURE, date(2026, 11, 3))


def test_a_question_about_somebody_else_is_no_column_of_the_person() -> None:
    header = "Your name,Your phone,What is the e-mail of your agent?,What is the name of your lawyer?"
    row = "Jane Roe,+44 7700 900123,agent@agents.example,Carla Reed"
    (one,) = parse(f"{header}\n{row}\n".encode(), "answers.csv")
    assert {found.value for found in one.request.found} == {"Jane Roe", "+44 7700 900123"}


def test_what_the_person_wrote_freely_is_read_beside_the_fields_and_notes_of_workers_are_not() -> None:
    ticket = {
        "created_at": "2026-11-05T08:00:00Z",
        "requester": {"name": "Lena Fuchs", "email": "lena@example.de"},
        "assignee": {"name": "Frank Meier", "email": "frank@house.example"},
        "description": "Bitte löschen Sie alle Fotos von mir nach DSGVO. Benutzername: lenaf",
        "internal_note": "Frank Meier: send her access instead, CCPA",
    }
    (one,) = parse(json.dumps({"ticket": ticket}).encode(), "ticket.json")
    request = one.request
    assert (request.asked, request.law) == ((Right.ERASURE,), Law.EU_GDPR)
    assert request.identifiers.user_names == ("lenaf",)
    assert request.identifiers.names == ("Lena Fuchs",)
    assert request.identifiers.emails == ("lena@example.de",)


def test_what_the_person_does_not_want_is_kept_from_a_description_too() -> None:
    rows = "name,e-mail,description\nJane Roe,jane@example.org,I want a copy of my data. Do not delete my photos.\n"
    (one,) = parse(rows.encode(), "tickets.csv")
    assert (one.request.asked, one.request.declined) == ((Right.ACCESS,), (Right.ERASURE,))


@pytest.mark.parametrize(
    ("header", "days"),
    [
        ("Nom;Courriel;Date de naissance;Date de réception", (date(2026, 11, 3), "1990-02-05")),
        ("Cognome;Email;Data di nascita;Data ricezione", (date(2026, 11, 3), "1990-02-05")),
        ("Name;E-mail;Date of birth;Received", (None, "05/02/1990")),
    ],
)
def test_the_day_stands_first_in_tables_that_are_not_english(header: str, days: tuple[date | None, str]) -> None:
    (one,) = parse(f"{header}\nRoux;roux@example.fr;05/02/1990;03/11/2026\n".encode(), "liste.csv")
    assert (one.request.received, *one.request.identifiers.dates_of_birth) == days


def test_where_a_table_has_both_orders_the_day_is_asked_in_any_language() -> None:
    rows = "Roux;roux@example.fr;03/11/2026\nDuval;duval@example.fr;11/23/2026\nPetit;petit@example.fr;23/11/2026\n"
    first, *_ = parse(f"Nom;Courriel;Date de réception\n{rows}".encode(), "liste.csv")
    assert first.request.received is None


def test_an_envelope_around_a_list_is_opened() -> None:
    assert len(parse(json.dumps({"requests": {"nodes": [JANE, JOHN]}}).encode(), "export.json")) == 2
