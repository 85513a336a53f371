"""dsr-desk case read: what is understood of a letter, without a vault; case new --person: one of several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dsr_desk.app.case import drafts
from dsr_desk.cli.main import main
from dsr_desk.core.errors import DeskError

LETTER = """From: Jane Roe <jane@example.org>
To: Privacy <privacy@house.example>
Date: Tue, 03 Nov 2026 10:00:00 +0100
Content-Type: text/plain

I do not want you to delete my photos, only send me a copy of my data under the GDPR.
User name: jroe

On 2 Nov 2026, Tobias Brandt <dpo@house.example> wrote:
> Call me on +49 30 23125 099.
"""
SEVERAL = "name,e-mail,request,law\nJane Roe,jane@example.org,delete,GDPR\nJohn Doe,john@example.org,access,GDPR\n"


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """What is read is harmless."""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.eml"
    path.write_text(LETTER)
    return path


@pytest.fixture
def several(tmp_path: Path) -> Path:
    path = tmp_path / "requests.csv"
    path.write_text(SEVERAL)
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["case", "read", *words])


def people(path: Path, *options: str) -> list[dict[str, Any]]:
    result = run(str(path), "--json", *options)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)["people"]
    return found


def test_a_letter_is_told_with_everything_that_an_officer_would_be_asked(letter: Path) -> None:
    (one,) = people(letter)
    assert one["right"] == "access"
    assert (one["asked"], one["declined"]) == (["access"], ["erasure"])
    assert one["law"] == "eu-gdpr"
    assert {day["day"] for day in one["dates"]} == {"2026-11-03"}
    assert one["names"] == ["Jane Roe"]
    assert one["identifiers"]["emails"] == ["jane@example.org"]
    assert one["identifiers"]["user_names"] == ["jroe"]
    assert {"kind", "value", "where"} <= set(one["read_from"][0])
    assert ("dpo@house.example", "house") in {(other["value"], other["whose"]) for other in one["others"]}
    assert "note.intake.no-photo" in {warning["code"] for warning in one["warnings"]}
    assert all(warning["text"] for warning in one["warnings"])


def test_what_nobody_said_is_unknown_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Hello\n")
    (one,) = people(path)
    assert (one["right"], one["asked"], one["law"], one["received"]) == ("unknown", [], "unknown", None)
    assert {"note.intake.no-right", "note.intake.no-law", "note.intake.no-day"} <= {
        warning["code"] for warning in one["warnings"]
    }


def test_the_lines_name_what_is_to_be_asked_and_what_is_not_hers(letter: Path) -> None:
    said = run(str(letter)).output
    assert "Right: access (declined: erasure)" in said
    assert "Not hers (house): dpo@house.example" in said
    assert "user name: jroe" in said


def test_an_address_that_is_said_to_be_ours_is_no_ones(letter: Path) -> None:
    (one,) = people(letter, "--own-domain", "example.org")
    assert "jane@example.org" not in one["identifiers"]["emails"]


def test_all_people_of_a_list_are_told_and_one_is_opened_by_its_number(several: Path) -> None:
    assert [one["names"] for one in people(several)] == [["Jane Roe"], ["John Doe"]]
    assert "--person N" in run(str(several)).output
    assert drafts.understand(several, [], person=2).request.identifiers.names == ("John Doe",)


def test_a_list_without_a_choice_and_a_number_beyond_it_are_errors_with_a_way_on(several: Path) -> None:
    for person, code in ((0, "REQUEST-SEVERAL"), (3, "REQUEST-PERSON-UNKNOWN")):
        with pytest.raises(DeskError) as caught:
            drafts.understand(several, [], person=person)
        assert caught.value.code == code
        assert "case read" in caught.value.what_to_do


def test_what_cannot_be_read_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "letter.zip"
    path.write_bytes(b"PK\x03\x04....")
    result = run(str(path))
    assert result.exit_code != 0
    assert "ZIP" in result.output
