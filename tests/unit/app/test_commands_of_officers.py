"""What commands say where several officers act: who still must, what counts, and what can no longer be done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dsr_desk.app.case import deleting, ending
from dsr_desk.app.case.case_lines import list_cases
from dsr_desk.app.case.ending import forget_case
from dsr_desk.app.vault import officers
from dsr_desk.cli.main import main
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import CaseState, Right
from unit.app.small_case import ADA, BEA, Small

_SECRETS = {"ada": ADA, "bea": BEA}


class Commands:
    """Runs commands on the closed vault, as one of the officers."""

    def __init__(self, small: Small, folder: Path) -> None:
        self.small, self.ref, self._folder = small, small.ref, folder
        for name, secret in _SECRETS.items():
            (folder / name).write_text(secret, encoding="utf-8")

    def run(self, *words: str, by: str = "ada", vault: bool = True) -> Result:
        where = ("--vault", str(self.small.folder / "vault")) if vault else ()
        return CliRunner().invoke(main, [*words, *where, "--passphrase-file", str(self._folder / by)])

    def json(self, *words: str, by: str = "ada", vault: bool = True) -> Any:
        done = self.run(*words, "--json", by=by, vault=vault)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture
def commands(small: Small, tmp_path: Path) -> Commands:
    return Commands(small, tmp_path)


def test_a_plan_with_one_of_two_approvals_is_not_approved_in_any_word(commands: Commands) -> None:
    officers.set_policy(commands.small.desk, Policy(approvals=2))
    commands.small.planned().desk.close()

    said = commands.run("case", "approve", commands.ref).output
    assert said == (
        "You approved and signed the plan of case 2026-001: 1 of 2 approvals; "
        "1 officer more must approve it before it runs.\n"
    )
    assert "Approved by Ada, 1 of 2 approvals." in commands.run("delete", "show", commands.ref).output
    shown = commands.json("delete", "show", commands.ref)
    assert (shown["approved"], shown["approved_by"], shown["needed"]) == (False, ["Ada"], 2)

    made = commands.json("case", "approve", commands.ref, by="bea")
    assert (made["approvals"], made["needed"]) == (2, 2)
    assert commands.json("delete", "show", commands.ref)["approved"]


def test_an_approval_is_not_shown_as_in_force_once_its_basis_has_changed(commands: Commands) -> None:
    commands.small.approved().identify(verified=False)
    assert [one.state for one in list_cases(commands.small.desk)] == [CaseState.PLANNED]
    commands.small.desk.close()
    shown = commands.json("delete", "show", commands.ref)
    assert (shown["approved"], shown["approved_by"]) == (False, ["Ada"])
    assert "approved" not in commands.run("case", "list").output
    assert "Approved by Ada, which no longer counts." in commands.run("delete", "show", commands.ref).output


def test_the_approval_of_an_officer_who_was_removed_does_not_count_in_the_list(commands: Commands) -> None:
    small = commands.small.planned()
    small.desk.switch_officer(BEA)
    deleting.approve(small.desk, small.ref)
    assert [one.state for one in list_cases(small.desk)] == [CaseState.APPROVED]
    small.desk.switch_officer(ADA)
    officers.remove_officer(small.desk, "Bea")
    assert [one.state for one in list_cases(small.desk)] == [CaseState.PLANNED]
    assert small.desk.vault.problems() == []


def test_what_ran_and_was_read_back_is_said_to_have_run(commands: Commands) -> None:
    deleting.read_back(commands.small.deleted().desk, commands.ref)
    commands.small.desk.close()
    for words in (("case", "approve"), ("delete", "withdraw")):
        refused = commands.run(*words, commands.ref)
        assert (refused.exit_code, "[DELETE-HAS-RUN]" in refused.stderr) == (3, True)


def test_evidence_of_an_access_case_is_not_ready_before_the_second_review(commands: Commands) -> None:
    commands.small.say(right=Right.ACCESS)
    commands.small.reviewed().desk.close()
    evidence = commands.json("case", "show", commands.ref)["steps"][-1]
    assert (evidence["says"]["code"], evidence["stage"]) == ("step.evidence.second", "open")


def test_a_forgotten_case_says_so(commands: Commands) -> None:
    ending.end_case(commands.small.desk, commands.ref, CaseState.REFUSED, "not ours")
    forget_case(commands.small.desk, commands.ref)
    commands.small.desk.close()
    said = commands.run("case", "show", commands.ref).output
    assert "what it held is destroyed" in said
    assert "Known by" not in said
    assert commands.json("case", "show", commands.ref)["forgotten"]
    assert "[CASE-FORGOTTEN]" in commands.run("case", "reopen", commands.ref, "--reason", "again").stderr


def test_who_approves_elsewhere_sees_whom_it_is_about_and_what_has_changed(commands: Commands, tmp_path: Path) -> None:
    commands.small.planned().desk.close()
    packet, answer = str(tmp_path / "a.packet"), str(tmp_path / "a.answer")
    commands.run("case", "hand-over", commands.ref, "--officer", "Bea", "--for", "approval", "--to", packet)
    shown = commands.run("packet", "show", packet, by="bea", vault=False).output
    assert "Known by: Wilma Quastenfloss, wilma@example.com" in shown
    commands.run("packet", "approve", packet, "--to", answer, by="bea", vault=False)
    commands.run("case", "confirm", commands.ref, "--add", "name=Wilma Q.")

    refused = commands.run("case", "take-in", commands.ref, answer)
    assert "The person's identifiers were changed." in refused.stderr
    assert "[DELETE-BASIS-CHANGED]" in refused.stderr


def test_a_checkpoint_backup_and_restore_say_what_they_took(commands: Commands, tmp_path: Path) -> None:
    small, backup = commands.small.approved(), tmp_path / "backup"
    small.desk.close()
    commands.run("vault", "backup", str(backup))
    commands.run("delete", "run", commands.ref, "--yes")
    mark = str(tmp_path / "mark.json")
    assert commands.json("vault", "checkpoint", "--to", mark, "--always")["always"]

    new = str(tmp_path / "new")
    restored = commands.json("vault", "restore", str(backup), "--to", new, "--checkpoint", mark, vault=False)
    (one,) = restored["erased_after_backup"]
    assert (one["case"], len(one["items"])) == (commands.ref, len(set(one["items"])))
    shown = CliRunner().invoke(
        main, ["case", "show", commands.ref, "--json", "--vault", new, "--passphrase-file", str(tmp_path / "ada")]
    )
    assert json.loads(shown.stdout)["stale"][0]["code"] == "restore.erasures"
