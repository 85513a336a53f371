"""Commands on a case: what is confirmed, shown, ended and opened again, and refusals as they are."""

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

LETTER = """My name is Wilma Quastenfloss. Under Article 17 GDPR delete my data.
E-mail: wilma@example.com
"""
Command = Callable[..., Result]
REF = "2026-001"


@pytest.fixture
def command(desk: Desk, tmp_path: Path) -> Command:
    """Runs a command on a closed vault with one case in it."""
    letter, secret = tmp_path / "letter.txt", tmp_path / "passphrase"
    letter.write_text(LETTER, encoding="utf-8")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    vault = str(desk.vault.folder)
    desk.close()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--vault", vault, "--passphrase-file", str(secret)])

    opened = run("case", "new", "--request", str(letter), "--without-photo", "--received", "2026-11-02")
    assert opened.exit_code == 0, opened.output
    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_confirming_keeps_what_is_not_given_and_says_who_typed_the_rest(command: Command) -> None:
    said = answer(
        command(
            "case", "confirm", REF, "--law", "uk-gdpr", "--add", "name=Wilma Smith", "--add", "user-name=wilma7",
            "--remove", "e-mail=wilma@example.com", "--json",
        )
    )  # fmt: skip
    shown = answer(command("case", "show", REF, "--json"))

    assert said["version"] == len(shown["facts"])
    assert (shown["right"], shown["law"], shown["received"]) == ("erasure", "uk-gdpr", "2026-11-02")
    assert "Wilma Smith" in shown["identifiers"]["names"]
    assert shown["identifiers"]["user_names"] == ["wilma7"]
    assert shown["identifiers"]["emails"] == []
    newest = {one["value"]: one for one in shown["facts"][-1]["found"]}
    assert (newest["Wilma Smith"]["where"], newest["Wilma Smith"]["typed_by"]) == (None, "Ada")
    assert newest["erasure"]["where"]
    first = {one["value"]: one for one in shown["facts"][0]["found"]}
    assert first["wilma@example.com"]["where"]
    assert [one["kind"] for one in shown["facts"]] == ["proposed", *["confirmed"] * (len(shown["facts"]) - 1)]


def test_a_name_more_confirms_nothing_of_what_the_letter_says(desk: Desk, tmp_path: Path) -> None:
    letter, secret = tmp_path / "letter.txt", tmp_path / "passphrase"
    letter.write_text(LETTER, encoding="utf-8")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    opens = ("--vault", str(desk.vault.folder), "--passphrase-file", str(secret))
    desk.close()
    said = ("--without-photo", "--received", "2026-11-02", "--add", "name=Wilma Smith")
    for words in (("new", "--request", str(letter), *said), ("identify", REF, "--method", "video call")):
        done = CliRunner().invoke(main, ["case", *words, *opens])
        assert done.exit_code == 0, done.output
    assert "CASE-NOT-CONFIRMED" in CliRunner().invoke(main, ["case", "search", REF, *opens]).stderr
    shown = CliRunner().invoke(main, ["case", "show", REF, *opens]).output
    assert "Request, version 2: corrected in part and not confirmed, by Ada" in shown


@pytest.mark.parametrize("given", ["nonsense", "name=", "colour=blue"])
def test_what_is_no_identifier_is_not_confirmed(command: Command, given: str) -> None:
    before = answer(command("case", "show", REF, "--json"))["facts"]
    assert command("case", "confirm", REF, "--add", given).exit_code == 2
    assert answer(command("case", "show", REF, "--json"))["facts"] == before


def test_a_case_is_shown_with_round_facts_identity_and_steps(command: Command) -> None:
    before = command("case", "show", REF).output
    assert "Identity: not checked" in before
    assert "✓" not in before

    command("case", "identify", REF, "--method", "video call")
    after = command("case", "show", REF).output
    assert "round 1" in after
    assert "Request, version" in after
    assert "Identity: verified by Ada" in after
    assert "… Request: Identity verified, and nobody has confirmed what was read" in after
    command("case", "confirm", REF)
    confirmed = command("case", "show", REF).output
    assert "✓ Request: Identity verified  (Ada, " in confirmed
    assert ("Next: request" in before, "Next: request" in after, "Next: search" in confirmed) == (True, True, True)


def test_an_end_says_what_is_left_open_and_reopening_needs_a_reason(command: Command) -> None:
    assert "CASE-REASON-MISSING" in command("case", "close", REF, "--as", "refused").stderr
    unexplained = command("case", "close", REF).stderr
    assert "CASE-OPEN-REASON" in unexplained
    assert "No evidence was sealed" in unexplained
    ended = answer(command("case", "close", REF, "--as", "refused", "--reason", "not all is ours", "--json"))
    assert (ended["state"], ended["open"]) == ("refused", {"answer": 1, "bundle": 1})

    refused = command("case", "confirm", REF, "--right", "access")
    assert "CASE-OVER" in refused.stderr
    assert "refused" in refused.stderr
    assert "CASE-REOPEN-REASON" in command("case", "reopen", REF, "--reason", " ").stderr
    assert "open again: new" in command("case", "reopen", REF, "--reason", "she wrote again").output
    assert "CASE-NOT-OVER" in command("case", "reopen", REF, "--reason", "once more").stderr


def test_cases_are_listed_with_their_state(command: Command) -> None:
    (listed,) = answer(command("case", "list", "--json"))
    shown = answer(command("case", "show", REF, "--json"))

    assert {name: listed[name] for name in ("case", "state", "right", "law", "received", "due", "round", "closed")} == {
        name: shown[name] for name in ("case", "state", "right", "law", "received", "due", "round", "closed")
    }
    assert REF in command("case", "list").output


def test_what_was_only_read_is_searched_once_it_is_confirmed(command: Command) -> None:
    assert command("case", "identify", REF, "--method", "video call").exit_code == 0
    refused = command("case", "search", REF)
    assert "CASE-NOT-CONFIRMED" in refused.output
    assert command("case", "confirm", REF).exit_code == 0
    assert "CASE-NOT-CONFIRMED" not in command("case", "search", REF).output


@pytest.mark.parametrize(
    "words", [("--confirm",), ("--right", "erasure", "--law", "eu-gdpr")], ids=["looked at", "stated by herself"]
)
def test_whoever_looked_or_states_the_request_herself_confirms_it(
    command: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    letter = tmp_path / "letter.txt"
    opened = command(
        "case", "new", "--request", str(letter), "--without-photo", "--received", "2026-11-02", *words, "--json"
    )
    ref = answer(opened)["case"]
    assert answer(command("case", "show", ref, "--json"))["facts"][-1]["kind"] == "confirmed"


def test_the_clock_is_extended_and_ended_by_command(command: Command) -> None:
    told = answer(command("case", "extend", REF, "--told", "2026-11-20", "--reason", "forty datasets", "--json"))
    assert (told["extended"], told["due"]) == (True, "2027-02-02")
    assert (
        "CLOCK-NO-STOP" in command("case", "pause", REF, "--for", "fee", "--from", "2026-11-04", "--reason", "x").output
    )
    ended = answer(command("case", "answered", REF, "--on", "2026-11-20", "--how", "by letter", "--json"))
    assert ended["answered"] == "2026-11-20"
    assert "answered 2026-11-20" in command("case", "list").output
    assert answer(command("case", "answered", REF, "--undo", "--json"))["answered"] is None
