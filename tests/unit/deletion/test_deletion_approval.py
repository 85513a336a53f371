"""Approvals as a machine without a vault checks them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import OFFICER, OFFICER_KEY, OTHER, approved, plan_of, write_dataset

from dsr_desk.core.actions import Approval, Plan
from dsr_desk.core.acts import Act, Kind
from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.refusals import NotApproved
from dsr_desk.deletion.approval import ApprovalInvalid, require_approved

OTHER_KEY = OTHER.public_key().public_bytes_raw().hex()


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_of(write_dataset(tmp_path / "data"))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_officers_act_over_this_plan_is_an_approval_wherever_it_was_signed(plan: Plan, elsewhere: bool) -> None:
    given = approved(plan, elsewhere=elsewhere)
    assert (given[0].officer, given[0].plan) == (OFFICER_KEY, plan.digest)
    require_approved(plan, [from_text(to_text(one), Approval) for one in given], [OFFICER_KEY])


def test_too_few_officers_are_no_approval_and_one_counts_once(plan: Plan) -> None:
    with pytest.raises(NotApproved):
        require_approved(plan, [], [OFFICER_KEY])
    with pytest.raises(NotApproved):
        require_approved(plan, approved(plan) * 2, [OFFICER_KEY], needed=2)
    with pytest.raises(NotApproved):
        require_approved(plan, [], [OFFICER_KEY], needed=0)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_approval_that_was_changed_or_belongs_elsewhere_is_refused(plan: Plan, elsewhere: bool) -> None:
    (good,) = approved(plan, elsewhere=elsewhere)
    other = replace(plan, actions=plan.actions[:1])
    act = Act.parse(good.act)
    later = replace(act, time="2026-03-02T00:00:00Z").content.decode()
    spaced = good.act.replace(",", ", ", 1)
    forged = [
        approved(other, elsewhere=elsewhere)[0],
        replace(approved(other, elsewhere=elsewhere)[0], plan=plan.digest),
        approved(plan, elsewhere=elsewhere, kind=Kind.PLANNED)[0],
        replace(good, time="2026-03-02T00:00:00Z"),
        replace(good, act=later, time="2026-03-02T00:00:00Z"),
        replace(good, act=spaced),
        replace(good, officer=OTHER_KEY),
        replace(good, signature="00" * 64),
        replace(good, signature="no signature"),
        replace(good, act="{}"),
        replace(good, envelope='{"act":"","writer":""}'),
        replace(good, envelope="[]"),
    ]
    for one in forged:
        with pytest.raises(ApprovalInvalid):
            require_approved(plan, [one], [OFFICER_KEY, OTHER_KEY])
    with pytest.raises(ApprovalInvalid):
        require_approved(plan, [good], [OTHER_KEY])


def test_an_act_in_another_spelling_is_no_approval_however_well_it_is_signed(plan: Plan) -> None:
    (good,) = approved(plan, elsewhere=True)
    spaced = Act.parse(good.act.replace(",", ", ", 1))
    signed = replace(good, act=spaced.content.decode(), signature=OFFICER.sign(spaced.signed).hex())
    with pytest.raises(ApprovalInvalid, match="it is no approval"):
        require_approved(plan, [signed], [OFFICER_KEY])


def test_the_entry_of_another_writer_is_no_signature_of_the_officer(plan: Plan) -> None:
    """Whoever wrote the act into the log signs the entry: that is not the officer's own word."""
    (good,) = approved(plan)
    envelope = good.envelope.replace(OFFICER_KEY, OTHER_KEY)
    with pytest.raises(ApprovalInvalid):
        require_approved(plan, [replace(good, envelope=envelope)], [OFFICER_KEY, OTHER_KEY])
