"""What keeps a deletion from being planned, approved, begun or said to be done: each guard by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import deleting, review
from dsr_desk.app.data.indexing import generations
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import message, term
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import (
    ActionNotOpen,
    ApproverDecided,
    ApproverNew,
    BasisChanged,
    CaseOver,
    IdentityMissing,
    NotApproved,
    NotDecidedSame,
    NothingToDelete,
    NotRun,
    PlanMissing,
    PlanRun,
    PlanUnderWay,
    Refusal,
    ReviewOpen,
    RightUnknown,
    SearchAgain,
    SecondReviewOpen,
)
from dsr_desk.core.requests import Right
from unit.app.small_case import (
    BEA,
    CEM,
    ROWS,
    Small,
    ask_for_access,
    be_unsure,
    decide_otherwise,
    demand_two_approvals,
    demand_two_reviews,
    edit_identifiers,
    end,
    find_more,
    rebuild_the_index,
    reject_all,
    withdraw_identity,
)  # fmt: skip


def draft_of(small: Small, kind: Kind) -> Draft:
    """The newest act of a kind once more, as an officer could sign it again."""
    *_, (entry, _, _) = small.desk.vault.log.stored(small.desk.case(small.ref).id, kinds=[kind])
    said = {name: value for name, value in entry.act.open.items() if name not in ("count", "root")}
    rows = list(small.desk.vault.log.rows(entry.seq)) if "root" in entry.act.open else None
    return Draft(kind, said, small.desk.values(entry.seq), rows, entry.act.basis)


def act(small: Small, kind: Kind, said: dict[str, Any], basis: str = "") -> None:
    small.desk.act(Draft(kind, said, {}, None, basis), small.ref)


Change = Callable[[Small], None]


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (end, CaseOver),
        (ask_for_access, RightUnknown),
        (withdraw_identity, IdentityMissing),
        (find_more, ReviewOpen),
        (be_unsure, ReviewOpen),
        (demand_two_reviews, SecondReviewOpen),
        (reject_all, NothingToDelete),
    ],
)
def test_no_plan_is_made(small: Small, meanwhile: Change, why: type[Refusal]) -> None:
    small.reviewed()
    assert refusal(small.desk, small.ref, Kind.PLANNED) is None
    meanwhile(small)
    assert isinstance(refusal(small.desk, small.ref, Kind.PLANNED), why)
    with pytest.raises(why):
        deleting.make_plan(small.desk, small.ref)
    with pytest.raises(PlanMissing):
        deleting.show_plan(small.desk, small.ref)


def test_no_plan_is_made_beside_a_run_or_without_a_new_search(small: Small) -> None:
    small.deleted()
    with pytest.raises(PlanUnderWay):
        deleting.make_plan(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    with pytest.raises(SearchAgain):
        deleting.make_plan(small.desk, small.ref)


def test_a_plan_of_what_was_so_before_cannot_be_written_again(small: Small) -> None:
    draft = draft_of(small.planned(), Kind.PLANNED)
    small.desk.act(draft, small.ref)
    decide_otherwise(small)
    with pytest.raises(BasisChanged):
        small.desk.act(draft_of(small, Kind.PLANNED), small.ref)


def test_a_plan_names_the_indexes_that_were_searched(small: Small) -> None:
    draft = draft_of(small.planned(), Kind.PLANNED)
    draft.open["indexes"] = {}
    with pytest.raises(BasisChanged):
        small.desk.act(draft, small.ref)


def test_what_is_decided_while_a_plan_is_drawn_up_is_refused(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.reviewed()
    draw = deleting.planning.make_plan

    def slowly(*given: Any, **more: Any) -> Any:
        decide_otherwise(small)
        return draw(*given, **more)

    monkeypatch.setattr(deleting.planning, "make_plan", slowly)
    with pytest.raises(BasisChanged):
        deleting.make_plan(small.desk, small.ref)


@pytest.mark.parametrize("word", ["erase", "along-erase"])
def test_a_plan_holds_nothing_that_was_decided_otherwise(small: Small, word: str) -> None:
    draft = draft_of(small.planned(), Kind.PLANNED)
    stranger = small.desk.name(small.ref, small.items()["A-4"])
    draft.rows = [Row(stranger, word, {"id": small.items()["A-4"]})]
    with pytest.raises(NotDecidedSame):
        small.desk.act(draft, small.ref)


def test_what_nobody_decided_is_in_a_plan_as_going_along_alone(small: Small) -> None:
    draft = draft_of(small.planned(), Kind.PLANNED)
    unknown = small.desk.name(small.ref, "0" * 32)
    draft.rows = [Row(unknown, "along-erase")]
    small.desk.act(draft, small.ref)
    draft = draft_of(small, Kind.PLANNED)
    draft.rows = [Row(unknown, "erase")]
    with pytest.raises(NotDecidedSame):
        small.desk.act(draft, small.ref)


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (end, CaseOver),
        (ask_for_access, RightUnknown),
        (withdraw_identity, IdentityMissing),
        (find_more, ReviewOpen),
        (demand_two_reviews, SecondReviewOpen),
        (decide_otherwise, BasisChanged),
        (edit_identifiers, BasisChanged),
        (rebuild_the_index, BasisChanged),
        (demand_two_approvals, BasisChanged),
    ],
)
def test_no_plan_is_approved_once_what_it_rests_on_is_another(
    small: Small, meanwhile: Change, why: type[Refusal]
) -> None:
    small.planned()
    meanwhile(small)
    with pytest.raises(why):
        deleting.approve(small.desk, small.ref)
    assert deleting.show_plan(small.desk, small.ref).approvals == ()


def test_only_the_plan_in_force_is_approved(small: Small) -> None:
    small.reviewed()
    with pytest.raises(PlanMissing):
        deleting.approve(small.desk, small.ref)
    old = deleting.make_plan(small.desk, small.ref).plan.digest
    decide_otherwise(small)
    new = deleting.make_plan(small.desk, small.ref).plan.digest
    with pytest.raises(PlanMissing):
        deleting.approve(small.desk, small.ref, old)
    assert deleting.approve(small.desk, small.ref, new).plan == new


def test_what_has_begun_is_not_approved_again(small: Small) -> None:
    small.deleted()
    with pytest.raises(PlanUnderWay):
        deleting.approve(small.desk, small.ref)


def test_an_officer_who_came_after_the_plan_does_not_approve_it(small: Small) -> None:
    small.planned()
    officers.add_officer(small.desk, "Dan", "dan's own long words")
    small.desk.switch_officer("dan's own long words")
    with pytest.raises(ApproverNew):
        deleting.approve(small.desk, small.ref)
    small.desk.switch_officer(BEA)
    deleting.approve(small.desk, small.ref)


def test_the_approver_did_not_decide_where_the_policy_says_so(small: Small) -> None:
    officers.set_policy(small.desk, Policy(approver_not_decider=True))
    small.planned()
    with pytest.raises(ApproverDecided):
        deleting.approve(small.desk, small.ref)
    small.desk.switch_officer(BEA)
    deleting.approve(small.desk, small.ref)


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (end, CaseOver),
        (ask_for_access, RightUnknown),
        (withdraw_identity, IdentityMissing),
        (edit_identifiers, BasisChanged),
        (rebuild_the_index, BasisChanged),
        (demand_two_approvals, NotApproved),
    ],
)
def test_nothing_is_erased_once_what_was_approved_is_another(
    small: Small, meanwhile: Change, why: type[Refusal]
) -> None:
    small.approved()
    meanwhile(small)
    before = small.table.read_bytes()
    with pytest.raises(why):
        deleting.run(small.desk, small.ref)
    assert small.table.read_bytes() == before
    assert deleting.show_plan(small.desk, small.ref).outcomes == ()


def test_nothing_is_erased_without_a_plan_and_its_approvals(small: Small) -> None:
    small.reviewed()
    with pytest.raises(PlanMissing):
        deleting.run(small.desk, small.ref)
    assert isinstance(refusal(small.desk, small.ref, Kind.BEGUN), PlanMissing)
    deleting.make_plan(small.desk, small.ref)
    with pytest.raises(NotApproved):
        deleting.run(small.desk, small.ref)
    assert tuple(small.rows) == ROWS


def test_two_approvals_are_those_of_two_officers_who_are_still_there(small: Small) -> None:
    demand_two_approvals(small)
    small.planned()
    for _ in range(2):
        deleting.approve(small.desk, small.ref)
    with pytest.raises(NotApproved):
        deleting.run(small.desk, small.ref)
    small.desk.switch_officer(BEA)
    deleting.approve(small.desk, small.ref)
    small.desk.switch_officer(CEM)
    officers.remove_officer(small.desk, "Bea")
    with pytest.raises(NotApproved):
        deleting.run(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    assert len(small.rows) == 2


def test_an_action_begins_under_the_plan_in_force_and_only_once(small: Small) -> None:
    begun = draft_of(small.deleted(), Kind.BEGUN)
    begun.open.update(action="a01", indexes=generations(small.desk, small.ref))
    with pytest.raises(ActionNotOpen):
        small.desk.act(begun, small.ref)
    begun.open.update(action="a09", plan="ab" * 32)
    with pytest.raises(PlanMissing):
        small.desk.act(begun, small.ref)


def test_a_plan_that_has_begun_is_not_withdrawn(small: Small) -> None:
    small.reviewed()
    with pytest.raises(PlanMissing):
        deleting.withdraw_plan(small.desk, small.ref)
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    with pytest.raises(PlanUnderWay):
        deleting.withdraw_plan(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    with pytest.raises(PlanRun):
        deleting.withdraw_plan(small.desk, small.ref)


def test_nothing_is_withdrawn_in_a_case_that_has_ended(small: Small) -> None:
    end(small.approved())
    with pytest.raises(CaseOver):
        deleting.withdraw_plan(small.desk, small.ref)


def test_an_outcome_belongs_to_an_action_that_was_begun(small: Small) -> None:
    outcome = draft_of(small.deleted(), Kind.OUTCOME)
    outcome.rows = []
    with pytest.raises(ActionNotOpen):
        small.desk.act(outcome, small.ref)
    outcome = draft_of(small, Kind.OUTCOME)
    outcome.open["plan"] = "ab" * 32
    with pytest.raises(PlanMissing):
        small.desk.act(outcome, small.ref)


@pytest.mark.parametrize("by", ["answer", "declared"])
def test_nobody_answers_for_what_was_not_handed_over_and_does_not_wait(small: Small, by: str) -> None:
    outcome = draft_of(small.deleted(), Kind.OUTCOME)
    outcome.open.update(by=by, action="a01")
    outcome.rows = []
    with pytest.raises(ActionNotOpen):
        small.desk.act(outcome, small.ref)


def test_nothing_is_derived_or_read_back_before_a_run(small: Small) -> None:
    small.approved()
    with pytest.raises(NotRun):
        act(small, Kind.DERIVED, {"plan": "", "dataset": "", "removed": 0})
    with pytest.raises(NotRun):
        deleting.read_back(small.desk, small.ref)
    assert isinstance(refusal(small.desk, small.ref, Kind.READ_BACK), NotRun)


def test_deciding_under_an_approved_plan_withdraws_it_or_changes_nothing(small: Small) -> None:
    items = small.approved().items()
    with pytest.raises(review.CandidateMissing):
        deleting.withdraw_and_decide(small.desk, small.ref, ["0" * 32], Verdict.DIFFERENT)
    assert len(deleting.show_plan(small.desk, small.ref).approvals) == 1

    deleting.withdraw_and_decide(small.desk, small.ref, [items["A-3"]], Verdict.DIFFERENT, "her sister")

    with pytest.raises(PlanMissing):
        deleting.show_plan(small.desk, small.ref)
    view = deleting.make_plan(small.desk, small.ref)
    assert [one.address.id for one in view.plan.erasing[0].items] == [items["A-1"]]


def test_a_plan_says_what_was_changed_since_it_was_made(small: Small) -> None:
    small.planned()
    assert deleting.show_plan(small.desk, small.ref).changed == ()
    ask_for_access(small)
    decide_otherwise(small)
    rebuild_the_index(small)
    changed = deleting.show_plan(small.desk, small.ref).changed
    assert [one.code for one in changed] == ["basis.right", "basis.decisions", "basis.indexes"]
    assert changed[0] == message("basis.right", before=term(Right.ERASURE), after=term(Right.ACCESS))


def test_the_digest_of_a_plan_cannot_be_tried_out_by_who_has_the_data(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands open in acts; the same plan of the same second has another one each time."""
    small.reviewed()
    monkeypatch.setattr(deleting, "now", lambda: "2026-11-05T10:00:00Z")
    first = deleting.make_plan(small.desk, small.ref).plan
    second = deleting.make_plan(small.desk, small.ref).plan
    assert replace(first, nonce="") == replace(second, nonce="")
    assert first.digest != second.digest
    assert len(first.nonce) == 32
