"""Commands on what is kept: the letter, how long, what is due, backups, and what becomes of a letter with photos."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from unit.app.conftest import PASSPHRASE
from unit.app.photos_by_hand import docx, mail, open_case, picture

Command = Callable[..., Result]
PHOTO = picture(1)
LETTER = mail(("me.jpg", PHOTO), ("form.docx", docx(PHOTO)))
REF = "2026-001"


@pytest.fixture
def command(desk: Desk, tmp_path: Path) -> Command:
    """Runs a command on a closed vault with one case, whose letter holds the photo in a file of an office."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    assert open_case(desk, LETTER, PHOTO)[-3:] == REF[-3:]
    vault = str(desk.vault.folder)
    desk.close()
    return lambda *words: CliRunner().invoke(main, [*words, "--vault", vault, "--passphrase-file", str(secret)])


@pytest.fixture
def ref(command: Command) -> str:
    return str(answer(command("case", "list", "--json"))[0]["case"])


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_case_whose_letter_holds_the_photos_is_not_closed_before_it_is_said_what_becomes_of_them(
    command: Command, ref: str, tmp_path: Path
) -> None:
    refused = command("case", "close", ref, "--reason", "the rest is not ours")
    assert refused.exit_code == 3
    assert "[CASE-LETTER-HOLDS-PHOTOS]" in refused.stderr
    assert answer(command("case", "letter", ref, "--to", str(tmp_path / "a.eml"), "--json"))["whole"] is True
    assert (tmp_path / "a.eml").read_bytes() == LETTER

    said = answer(command("case", "close", ref, "--reason", "the rest is not ours", "--letter", "destroy", "--json"))
    assert [one["code"] for one in said["photos"]] == [
        "references.destroyed", "references.looked", "references.template", "references.letter.no-period"
    ]  # fmt: skip
    assert said["photos"][1]["values"]["count"] == 0
    left = answer(command("case", "letter", ref, "--to", str(tmp_path / "b.eml"), "--json"))
    assert left["missing"] == ["me.jpg", "form.docx"]


def test_a_letter_that_is_kept_is_never_called_destroyed(command: Command, ref: str) -> None:
    said = command("case", "close", ref, "--reason", "the rest is not ours", "--letter", "keep").output
    assert "A copy was found in the letter" in said
    assert "Nobody has set how long it is kept." in said


def test_how_long_cases_are_kept_is_shown_and_set_and_a_case_may_differ(command: Command, ref: str) -> None:
    assert answer(command("vault", "retention", "--json")) == {"months": None, "rule": ""}
    assert command("vault", "retention", "--rule", "x").exit_code == 2
    assert "[VAULT-RETENTION-RULE]" in command("vault", "retention", "--months", "6").stderr
    set_ = answer(command("vault", "retention", "--months", "36", "--rule", "limitation of claims", "--json"))
    assert set_ == {"months": 36, "rule": "limitation of claims"}
    assert "for 120 months" in command("case", "keep", ref, "--months", "120", "--rule", "a dispute").output
    assert answer(command("vault", "forget-due", "--json")) == []


def test_what_is_due_is_listed_and_forgotten_only_where_that_was_said(
    command: Command, ref: str, tmp_path: Path
) -> None:
    command("vault", "backup", str(tmp_path / "copy"), "--keep-until", "2027-03-01")
    command("case", "close", ref, "--reason", "the rest is not ours", "--letter", "keep")
    command("vault", "retention", "--months", "0", "--rule", "limitation of claims")
    assert answer(command("vault", "info", "--json"))["to_forget"] == [ref]
    (due,) = answer(command("vault", "forget-due", "--json"))
    assert (due["case"], due["stopped_by"], due["forgotten"]) == (ref, [], False)
    asked = command("vault", "forget-due", "--run")
    assert asked.exit_code != 0
    assert answer(command("vault", "forget-due", "--json"))[0]["forgotten"] is False
    (done,) = answer(command("vault", "forget-due", "--run", "--yes", "--json"))
    assert done["forgotten"] is True
    assert [one["code"] for one in done["backups"]] == ["backup.until"]
    assert answer(command("vault", "forget-due", "--json")) == []
    assert answer(command("vault", "check", "--json"))["ok"] is True


def test_backups_are_listed_and_noted_as_destroyed_once(command: Command, tmp_path: Path) -> None:
    assert "No backup was made." in command("vault", "backups").output
    command("vault", "backup", str(tmp_path / "copy"))
    (made,) = answer(command("vault", "backups", "--json"))
    assert (Path(made["where"]), made["until"], made["destroyed"]) == (tmp_path / "copy", "", "")
    assert "when it is overwritten is not known" in command("vault", "backups").output
    assert answer(command("vault", "backup-destroyed", str(made["seq"]), "--json"))["destroyed"] is True
    assert "destroyed, noted on" in command("vault", "backups").output
    assert "[VAULT-BACKUP-UNKNOWN]" in command("vault", "backup-destroyed", str(made["seq"])).stderr
