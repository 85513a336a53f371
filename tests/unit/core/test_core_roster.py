"""Who is an officer and which policy holds: folded from the vault's own entries, what the rules forbid left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dsr_desk.core import refusals
from dsr_desk.core.acts import Act, Entry, Kind
from dsr_desk.core.policy import Policy
from dsr_desk.core.roster import OFFICER, POLICY, RECOVERY, Roster

ANN, BOB, CY, DEE, CODE = (name * 32 for name in ("a1", "b0", "c1", "d1", "e0"))
TWO = Policy(approvals=2)
LOOSER = replace(TWO, validator_not_operator=False)


class Log:
    """Entries of a vault one after the other, folded as they come. What a proposal calls a person is `name of …`."""

    def __init__(self) -> None:
        self.roster = Roster()
        self.seq = -1

    def write(
        self,
        kind: Kind,
        officer: str,
        said: Mapping[str, Any] | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        signatures: tuple[str, ...] = (),
    ) -> str:
        """The code of the refusal, "" where the act is taken."""
        self.seq += 1
        self.last = Act(kind, "v", "", officer, "2026-11-01T00:00:00Z", str(self.seq), "", said or {}, fields or {})
        entry = Entry(self.seq, 1, self.last, "", "", officer, dict.fromkeys(signatures, "00"))
        refused = self.roster.after(entry)
        return refused.code if refused is not None else ""

    def add(self, officer: str, key: str, *, proposal: str = "", name: str = "", **more: Any) -> str:
        said = {"key": key, "slot": "s", "proposal": proposal, **more}
        return self.write(Kind.OFFICER_ADDED, officer, said, fields={"name": name or key}, signatures=(key,))

    def remove(self, officer: str, key: str) -> str:
        return self.write(Kind.OFFICER_REMOVED, officer, {"key": key})

    def set_policy(self, officer: str, policy: Policy, proposal: str = "") -> str:
        return self.write(Kind.POLICY, officer, {"policy": policy.as_open(), "proposal": proposal})

    def propose(self, officer: str, what: str, *, name: str = "", policy: Policy | None = None) -> str:
        """The digest of the proposal."""
        said = {"what": what, **({"policy": policy.as_open()} if policy else {})}
        assert self.write(Kind.CHANGE_PROPOSED, officer, said, fields={"name": name} if name else {}) == ""
        return self.last.digest

    def approve(self, officer: str, proposal: str) -> str:
        return self.write(Kind.CHANGE_APPROVED, officer, {"proposal": proposal})


@pytest.fixture
def log() -> Log:
    """A vault with Ann, who created it, and the key of the recovery code."""
    log = Log()
    assert log.add(ANN, ANN, recovery=CODE) == ""
    return log


@pytest.fixture
def three(log: Log) -> Log:
    """Ann, Bob and Cy, and a policy that asks for two."""
    assert log.add(ANN, BOB) == ""
    assert log.add(ANN, CY) == ""
    assert log.set_policy(ANN, TWO) == ""
    return log


# Adding


def test_the_first_officer_signs_herself() -> None:
    log = Log()
    assert log.add(BOB, ANN) == refusals.NotAnOfficer.code
    assert log.roster.keys == []
    assert log.add(ANN, ANN, recovery=CODE) == ""
    assert (log.roster.keys, log.roster.recovery) == ([ANN], CODE)


def test_an_officer_adds_another_whose_key_signs_too(log: Log) -> None:
    said = {"key": BOB, "slot": "s", "proposal": ""}
    assert log.write(Kind.OFFICER_ADDED, ANN, said) == refusals.NotAnOfficer.code
    assert not log.roster.active(BOB)
    assert log.add(ANN, BOB) == ""
    assert log.roster.keys == [ANN, BOB]
    assert not log.roster.officers[BOB].recovered


def test_nobody_else_adds_an_officer(log: Log) -> None:
    assert log.add(BOB, CY) == refusals.NotAnOfficer.code
    assert log.add(CY, CY) == refusals.NotAnOfficer.code
    assert log.roster.keys == [ANN]


def test_nobody_comes_back_under_an_old_key(log: Log) -> None:
    log.add(ANN, BOB)
    log.remove(ANN, BOB)
    assert log.add(ANN, BOB) == refusals.OfficerKnown.code
    assert log.add(ANN, ANN) == refusals.OfficerKnown.code
    assert log.add(ANN, CODE) == refusals.OfficerKnown.code


def test_whoever_is_added_counts_from_the_next_place_on(log: Log) -> None:
    log.add(ANN, BOB)
    assert not log.roster.active(BOB, log.seq)
    assert log.roster.active(BOB, log.seq + 1)
    assert log.write(Kind.UNLOCKED, BOB) == ""


def test_who_adds_an_officer_cannot_bring_a_recovery_key(log: Log) -> None:
    assert log.add(ANN, BOB, recovery=DEE) == ""
    assert log.roster.recovery == CODE


# The recovery code


def test_the_recovery_key_adds_an_officer_who_is_marked(three: Log) -> None:
    assert three.add(CODE, DEE) == ""
    assert three.roster.officers[DEE].recovered


def test_the_recovery_key_does_nothing_but_add_an_officer_and_declare_an_epoch(log: Log) -> None:
    assert log.write(Kind.EPOCH, CODE) == ""
    assert log.write(Kind.UNLOCKED, CODE) == refusals.NotAnOfficer.code
    assert log.remove(CODE, ANN) == refusals.NotAnOfficer.code
    assert log.set_policy(CODE, TWO) == refusals.NotAnOfficer.code


def test_a_renewed_recovery_key_takes_the_place_of_the_old_one(log: Log) -> None:
    assert log.write(Kind.RECOVERY_KEY, ANN, {"key": DEE}) == ""
    assert log.add(CODE, BOB) == refusals.NotAnOfficer.code
    assert log.add(DEE, BOB) == ""


def test_a_vault_without_a_recovery_key_has_no_key_that_anybody_could_use() -> None:
    log = Log()
    log.add(ANN, ANN)
    assert log.write(Kind.EPOCH, "") == refusals.NotAnOfficer.code
    assert log.add("", BOB) == refusals.NotAnOfficer.code


def test_a_new_recovery_key_needs_the_approvals_that_a_new_officer_needs(three: Log) -> None:
    assert three.write(Kind.RECOVERY_KEY, ANN, {"key": DEE}) == refusals.ChangeNotApproved.code
    proposal = three.propose(ANN, RECOVERY)
    three.approve(BOB, proposal)
    said = {"key": DEE, "proposal": proposal}
    assert three.write(Kind.RECOVERY_KEY, ANN, said) == ""
    assert three.write(Kind.RECOVERY_KEY, ANN, said) == refusals.ChangeNotApproved.code, "once"


# Removing


def test_removal_counts_from_its_place_in_the_log(log: Log) -> None:
    log.add(ANN, BOB)
    before = log.seq + 1
    log.write(Kind.UNLOCKED, BOB)
    assert log.remove(ANN, BOB) == ""
    assert log.roster.active(BOB, before)
    assert not log.roster.active(BOB, log.seq)
    assert not log.roster.active(BOB)
    assert log.write(Kind.UNLOCKED, BOB) == refusals.NotAnOfficer.code
    assert log.roster.officers[BOB].removed == log.seq - 1


def test_nobody_takes_the_own_access_away(log: Log) -> None:
    log.add(ANN, BOB)
    assert log.remove(ANN, ANN) == refusals.OwnAccess.code
    assert log.roster.active(ANN)


def test_only_an_officer_is_removed_and_only_once(log: Log) -> None:
    log.add(ANN, BOB)
    log.add(ANN, CY)
    assert log.remove(ANN, DEE) == refusals.OfficerUnknown.code
    log.remove(ANN, CY)
    assert log.remove(ANN, CY) == refusals.OfficerUnknown.code


def test_as_many_officers_stay_as_the_policy_needs(three: Log) -> None:
    assert three.remove(ANN, CY) == ""
    assert three.remove(ANN, BOB) == refusals.LastOfficer.code
    assert three.roster.keys == [ANN, BOB]


# Policy


def test_without_a_word_the_default_policy_holds_and_a_new_one_from_the_next_place_on(log: Log) -> None:
    log.add(ANN, BOB)
    assert log.roster.policy == Policy()
    assert log.set_policy(ANN, TWO) == ""
    assert log.roster.policy == TWO
    assert log.roster.policy_at(log.seq) == Policy()
    assert log.roster.policy_at(log.seq + 1) == TWO


def test_a_stricter_policy_needs_nobody_else(three: Log) -> None:
    assert three.set_policy(BOB, replace(TWO, second_review_erasure=True)) == ""


def test_a_policy_that_nobody_could_fulfil_is_refused(three: Log) -> None:
    assert three.set_policy(ANN, Policy(approvals=4)) == refusals.PolicyImpossible.code
    assert three.roster.policy == TWO


def test_where_one_is_enough_one_may_ask_for_less(log: Log) -> None:
    assert log.set_policy(ANN, replace(Policy(), second_review_access=False)) == ""


def test_a_looser_policy_waits_for_the_approvals_of_the_policy_in_force(three: Log) -> None:
    assert three.set_policy(ANN, LOOSER) == refusals.ChangeNotApproved.code
    proposal = three.propose(ANN, POLICY, policy=LOOSER)
    assert three.set_policy(ANN, LOOSER, proposal) == refusals.ChangeNotApproved.code
    assert three.approve(BOB, proposal) == ""
    assert three.set_policy(ANN, LOOSER, proposal) == ""
    assert three.roster.policy == LOOSER


def test_an_approved_policy_is_no_leave_for_another_one(three: Log) -> None:
    proposal = three.propose(ANN, POLICY, policy=LOOSER)
    three.approve(BOB, proposal)
    assert three.set_policy(ANN, replace(LOOSER, approvals=1), proposal) == refusals.ChangeNotApproved.code


def test_an_approved_change_is_carried_out_once(three: Log) -> None:
    proposal = three.propose(ANN, POLICY, policy=LOOSER)
    three.approve(BOB, proposal)
    assert three.set_policy(ANN, LOOSER, proposal) == ""
    assert three.set_policy(ANN, TWO) == ""
    assert three.set_policy(ANN, LOOSER, proposal) == refusals.ChangeNotApproved.code


# Approvals of changes


def test_an_officer_is_added_with_the_approvals_of_the_policy(three: Log) -> None:
    assert three.add(ANN, DEE, name="name of Dee") == refusals.ChangeNotApproved.code
    proposal = three.propose(ANN, OFFICER, name="name of Dee")
    assert three.add(ANN, DEE, proposal=proposal, name="name of Dee") == refusals.ChangeNotApproved.code
    three.approve(CY, proposal)
    assert three.add(ANN, DEE, proposal=proposal, name="name of Dee") == ""
    assert three.add(ANN, "f1" * 32, proposal=proposal, name="name of Dee") == refusals.ChangeNotApproved.code, "once"


def test_approvals_are_for_the_person_who_was_proposed(three: Log) -> None:
    proposal = three.propose(ANN, OFFICER, name="name of Dee")
    three.approve(CY, proposal)
    assert three.add(ANN, DEE, proposal=proposal, name="name of Eve") == refusals.ChangeNotApproved.code
    assert not three.roster.active(DEE)


def test_one_change_is_no_leave_for_a_change_of_another_kind(three: Log) -> None:
    proposal = three.propose(ANN, POLICY, policy=LOOSER)
    three.approve(BOB, proposal)
    assert three.add(ANN, DEE, proposal=proposal) == refusals.ChangeNotApproved.code
    said = {"key": DEE, "proposal": proposal}
    assert three.write(Kind.RECOVERY_KEY, ANN, said) == refusals.ChangeNotApproved.code


def test_nobody_approves_twice_or_the_own_change(three: Log) -> None:
    three.set_policy(ANN, Policy(approvals=3))
    proposal = three.propose(ANN, OFFICER, name="name of Dee")
    assert three.approve(ANN, proposal) == refusals.ChangeUnknown.code
    assert three.approve(BOB, proposal) == ""
    assert three.approve(BOB, proposal) == refusals.ChangeUnknown.code
    assert three.add(ANN, DEE, proposal=proposal, name="name of Dee") == refusals.ChangeNotApproved.code


def test_what_was_never_proposed_or_was_carried_out_cannot_be_approved(three: Log) -> None:
    assert three.approve(BOB, "00" * 32) == refusals.ChangeUnknown.code
    proposal = three.propose(ANN, POLICY, policy=LOOSER)
    three.approve(BOB, proposal)
    three.set_policy(ANN, LOOSER, proposal)
    assert three.approve(CY, proposal) == refusals.ChangeUnknown.code


def test_who_is_no_officer_any_more_stands_behind_nothing(three: Log) -> None:
    proposal = three.propose(ANN, OFFICER, name="name of Dee")
    three.approve(CY, proposal)
    three.remove(ANN, CY)
    assert three.add(ANN, DEE, proposal=proposal, name="name of Dee") == refusals.ChangeNotApproved.code
    assert three.roster.stand_behind(three.roster.proposals[proposal]) == [ANN]


def test_who_is_no_officer_proposes_and_approves_nothing(three: Log) -> None:
    assert three.write(Kind.CHANGE_PROPOSED, DEE, {"what": OFFICER}) == refusals.NotAnOfficer.code
    proposal = three.propose(ANN, OFFICER, name="name of Dee")
    assert three.approve(DEE, proposal) == refusals.NotAnOfficer.code


# What the rules forbid


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.OFFICER_ADDED, {"key": BOB}),
        (Kind.OFFICER_REMOVED, {}),
        (Kind.POLICY, {"policy": {"approvals": 1}}),
        (Kind.POLICY, {}),
        (Kind.CHANGE_PROPOSED, {"what": POLICY}),
        (Kind.CHANGE_PROPOSED, {"what": POLICY, "policy": {"approvals": 0}}),
        (Kind.CHANGE_APPROVED, {}),
        (Kind.RECOVERY_KEY, {"key": 5}),
    ],
)
def test_a_signed_act_without_what_it_must_say_is_a_finding_and_changes_nothing(
    log: Log, kind: Kind, said: dict[str, Any]
) -> None:
    assert log.write(kind, ANN, said) == refusals.ActMalformed.code
    (found,) = log.roster.findings
    assert (found.code, found.values["seq"]) == ("log.forbidden", log.seq)
    assert (log.roster.keys, log.roster.policy, log.roster.recovery) == ([ANN], Policy(), CODE)
    assert log.roster.proposals == {}


def test_a_forbidden_act_is_a_finding_and_has_its_place_in_the_chain(log: Log) -> None:
    log.remove(ANN, ANN)
    assert log.roster.head == log.seq
    assert [one.values["code"] for one in log.roster.findings] == [refusals.OwnAccess.code]
