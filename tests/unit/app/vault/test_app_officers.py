"""Officers, the policy and changes that wait: by one officer, by several, by command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.app.vault.keeping import check_vault
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import ChangeNotApproved, ChangeUnknown, LastOfficer, OwnAccess, PolicyImpossible
from dsr_desk.storage.keys import WrongPassphrase
from dsr_desk.storage.vault import OfficerExists
from unit.app.conftest import PASSPHRASE

BO, CY, DEE = "Bo opens with this", "Cy opens with this", "Dee opens with this"
TWO = Policy(approvals=2)
POLICY_CODES = [
    "policy.approvals",
    "policy.approver_not_decider.no",
    "policy.validator_not_operator.yes",
    "policy.second_review_access.yes",
    "policy.second_review_erasure.no",
]


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Ada (who sits there), Bo and Cy; two of them approve."""
    officers.add_officer(desk, "Bo", BO)
    officers.add_officer(desk, "Cy", CY)
    officers.set_policy(desk, TWO)
    return desk


def names(desk: Desk) -> list[str]:
    return [one.name for one in officers.officers(desk) if one.removed is None]


def test_where_one_is_enough_an_officer_adds_another_at_once(desk: Desk) -> None:
    assert officers.propose_officer(desk, "Bo") is None
    officers.add_officer(desk, "Bo", BO)

    assert names(desk) == ["Ada", "Bo"]
    assert officers.proposals(desk) == []
    assert check_vault(desk) == []


def test_a_name_tells_officers_apart(three: Desk) -> None:
    with pytest.raises(OfficerExists):
        officers.add_officer(three, "Bo", DEE)
    assert officers.proposals(three) == []


def test_a_new_officer_waits_until_as_many_as_the_policy_says_stand_behind_it(three: Desk) -> None:
    with pytest.raises(ChangeNotApproved) as refused:
        officers.add_officer(three, "Dee", DEE)
    assert refused.value.details == {"have": 1, "needed": 2}
    (waiting,) = officers.proposals(three)
    assert (waiting.name, waiting.behind, waiting.yours, waiting.enough) == ("Dee", ("Ada",), True, False)
    assert [one.code for one in waiting.says] == ["change.officer", "change.waits"]
    assert names(three) == ["Ada", "Bo", "Cy"]

    three.switch_officer(BO)
    officers.approve_change(three, waiting.digest)
    three.switch_officer(PASSPHRASE)
    officers.add_officer(three, "Dee", DEE)
    assert names(three) == ["Ada", "Bo", "Cy", "Dee"]
    assert officers.proposals(three) == []
    assert check_vault(three) == []


def test_asking_twice_proposes_once(three: Desk) -> None:
    for _ in range(2):
        waiting = officers.propose_officer(three, "Dee")
        assert waiting is not None
        assert waiting.behind == ("Ada",)
    assert len(officers.proposals(three)) == 1


def test_another_officer_who_asks_for_the_same_stands_behind_it_and_carries_it_out(three: Desk) -> None:
    officers.propose_officer(three, "Dee")
    three.switch_officer(BO)
    officers.add_officer(three, "Dee", DEE)

    assert "Dee" in names(three)
    assert check_vault(three) == []


def test_approvals_for_one_person_add_nobody_else(three: Desk) -> None:
    officers.propose_officer(three, "Dee")
    three.switch_officer(BO)
    (waiting,) = officers.proposals(three)
    officers.approve_change(three, waiting.digest)
    with pytest.raises(ChangeNotApproved):
        three.vault.add_officer("Mallory", DEE, proposal=waiting.digest)

    assert names(three) == ["Ada", "Bo", "Cy"]
    three.switch_officer(CY)
    with pytest.raises(WrongPassphrase):
        three.switch_officer(DEE)


def test_a_stricter_policy_holds_at_once_and_a_looser_one_waits(three: Desk) -> None:
    strict = replace(TWO, second_review_erasure=True)
    officers.set_policy(three, strict)
    assert officers.policy(three) == strict
    with pytest.raises(ChangeNotApproved):
        officers.set_policy(three, TWO)
    assert officers.policy(three) == strict
    (waiting,) = officers.proposals(three)
    assert (waiting.policy, waiting.what) == (TWO, "policy")
    assert [one.code for one in waiting.says] == ["change.policy", *POLICY_CODES, "change.waits"]
    assert all(one.say("de") for one in waiting.says)

    three.switch_officer(CY)
    officers.set_policy(three, TWO)
    assert officers.policy(three) == TWO


def test_a_policy_that_nobody_could_fulfil_is_refused_and_not_proposed(three: Desk) -> None:
    with pytest.raises(PolicyImpossible):
        officers.set_policy(three, Policy(approvals=4))
    assert officers.proposals(three) == []


def test_the_same_policy_again_is_no_change(three: Desk) -> None:
    before = three.vault.log.size
    officers.set_policy(three, TWO)
    assert three.vault.log.size == before


def test_a_new_recovery_code_waits_too_since_it_can_add_officers(three: Desk) -> None:
    folder = three.vault.folder
    with pytest.raises(ChangeNotApproved):
        officers.renew_recovery_code(three)
    three.switch_officer(BO)
    code = officers.renew_recovery_code(three)
    three.close()
    Desk.open(folder, code).close()


def test_whom_the_recovery_code_adds_is_marked_and_needs_no_approvals(desk: Desk) -> None:
    folder, code = desk.vault.folder, officers.renew_recovery_code(desk)
    officers.add_officer(desk, "Bo", BO)
    officers.set_policy(desk, TWO)
    desk.close()
    with Desk.open(folder, code) as again:
        officers.add_officer(again, "Dee", DEE)
        assert {one.name: one.recovered for one in officers.officers(again)} == {"Ada": False, "Bo": False, "Dee": True}
        assert check_vault(again) == []


def test_a_change_is_named_by_its_first_digits_and_nobody_approves_the_own_one(three: Desk) -> None:
    officers.propose_officer(three, "Dee")
    (waiting,) = officers.proposals(three)
    for digest in (waiting.digest, waiting.digest[:3], "00" * 32, ""):
        with pytest.raises(ChangeUnknown):
            officers.approve_change(three, digest)
    three.switch_officer(BO)
    with pytest.raises(ChangeUnknown):
        officers.approve_change(three, waiting.digest[:3])
    assert officers.approve_change(three, waiting.digest[:10]).subject == waiting.digest


def test_an_officer_who_lost_access_opens_nothing_and_stands_behind_nothing(three: Desk) -> None:
    folder = three.vault.folder
    three.switch_officer(CY)
    officers.propose_officer(three, "Dee")
    three.switch_officer(BO)
    (waiting,) = officers.proposals(three)
    officers.approve_change(three, waiting.digest)
    officers.remove_officer(three, "Cy")
    assert officers.proposals(three)[0].behind == ("Bo",)
    with pytest.raises(ChangeNotApproved):
        officers.add_officer(three, "Dee", DEE)
    three.close()
    with pytest.raises(WrongPassphrase):
        Desk.open(folder, CY)


def test_nobody_takes_the_own_access_away_and_enough_officers_stay(three: Desk) -> None:
    with pytest.raises(OwnAccess):
        officers.remove_officer(three, "Ada")
    officers.remove_officer(three, "Cy")
    with pytest.raises(LastOfficer):
        officers.remove_officer(three, "Bo")
    assert names(three) == ["Ada", "Bo"]


def test_a_policy_that_was_written_past_the_program_is_found_and_does_not_hold(three: Desk) -> None:
    with three.vault.transaction():
        three.vault.write(Draft(Kind.POLICY, {"policy": Policy().as_open(), "proposal": ""}))
    folder = three.vault.folder
    three.close()
    with Desk.open(folder, PASSPHRASE) as again:
        assert officers.policy(again) == TWO
        assert [one.code for one in check_vault(again)] == ["log.forbidden"]


def test_officers_and_policy_by_command(desk: Desk, tmp_path: Path) -> None:
    folder = desk.vault.folder
    desk.close()
    secrets = {}
    for name, text in (("Ada", PASSPHRASE), ("Bo", BO), ("Dee", DEE)):
        secrets[name] = tmp_path / f"{name}.txt"
        secrets[name].write_text(text)

    def says(officer: str, *words: object) -> Any:
        opening = ("--vault", folder, "--passphrase-file", secrets[officer], "--json")
        done = CliRunner().invoke(main, [str(word) for word in ("vault", *words, *opening)])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert says("Ada", "policy") == {**Policy().as_open(), "waits": None}
    said = says("Ada", "officer", "add", "Bo", "--new-passphrase-file", secrets["Bo"])
    assert said == {"officer": "Bo", "waits": None}
    assert says("Ada", "policy", "--approvals", 2, "--no-second-review-access")["approvals"] == 2
    waits = says("Ada", "officer", "add", "Dee")["waits"]
    assert (waits["name"], waits["behind"], waits["needed"], waits["missing"]) == ("Dee", ["Ada"], 2, 1)
    (listed,) = says("Bo", "changes")
    assert (listed["digest"], listed["yours"]) == (waits["digest"], False)
    assert says("Bo", "approve-change", waits["digest"][:12])["missing"] == 0
    says("Ada", "officer", "add", "Dee", "--new-passphrase-file", secrets["Dee"])
    assert [one["name"] for one in says("Dee", "officer", "list")] == ["Ada", "Bo", "Dee"]
    assert says("Bo", "policy", "--no-validator-not-operator")["waits"]["policy"]["validator_not_operator"] is False
    assert says("Dee", "policy", "--no-validator-not-operator")["waits"] is None
    assert says("Ada", "policy")["validator_not_operator"] is False
    assert says("Ada", "officer", "remove", "Bo") == {"removed": "Bo"}
    assert says("Ada", "check") == {"ok": True, "problems": [], "against": None}
