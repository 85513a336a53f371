"""Who may confirm the outcome of a deletion, and which reading back is confirmed."""

from __future__ import annotations

import pytest

from dsr_desk.app.case import deleting
from dsr_desk.app.proof import log as evidence_log
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import NothingToConfirm, OwnWork
from unit.app.small_case import ADA, BEA, CEM, Small


def test_nothing_is_confirmed_that_was_not_read_back(small: Small) -> None:
    small.deleted()
    small.desk.switch_officer(BEA)
    with pytest.raises(NothingToConfirm):
        deleting.confirm_outcome(small.desk, small.ref)
    assert deleting.confirmed_by(small.desk, small.ref) == ""


def test_the_newest_reading_back_is_confirmed_by_somebody_who_ran_nothing(small: Small) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    with pytest.raises(OwnWork):
        deleting.confirm_outcome(small.desk, small.ref)
    assert deleting.confirmed_by(small.desk, small.ref) == ""
    for secret in (BEA, CEM):
        small.desk.switch_officer(secret)
        deleting.confirm_outcome(small.desk, small.ref)
    assert deleting.confirmed_by(small.desk, small.ref) == "Bea, Cem"
    old = small.desk.case(small.ref).read_back
    assert old is not None

    deleting.read_back(small.desk, small.ref)

    assert deleting.confirmed_by(small.desk, small.ref) == ""
    with pytest.raises(NothingToConfirm):
        small.desk.act(Draft(Kind.VALIDATED, {"read_back": old["act"]}), small.ref)


def test_whoever_ran_an_earlier_round_is_an_operator_still(small: Small) -> None:
    small.approved()
    small.desk.switch_officer(BEA)
    deleting.run(small.desk, small.ref)
    small.write([*small.rows, "A-5,Wilma,wilma@example.com"])
    deleting.read_back(small.desk, small.ref)
    small.desk.switch_officer(ADA)
    small.search()
    small.decide_open()
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    small.desk.switch_officer(BEA)
    with pytest.raises(OwnWork):
        deleting.confirm_outcome(small.desk, small.ref)
    small.desk.switch_officer(CEM)
    deleting.confirm_outcome(small.desk, small.ref)


def test_the_operator_confirms_where_the_policy_lets_her(small: Small) -> None:
    officers.set_policy(small.desk, Policy(validator_not_operator=False))
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    deleting.confirm_outcome(small.desk, small.ref)
    assert deleting.confirmed_by(small.desk, small.ref) == "Ada"
    with small.desk.reading(small.ref) as case:
        assert evidence_log.confirmed_by(small.desk, case) == "", "evidence names nobody who confirmed the own work"
