"""Runs that stop, are killed or begin again, and what reading back finds in every round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import deleting, derived, ending, reaching, run_records
from dsr_desk.app.case.plans import bare_plan
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import ActionKind, OutcomeState, Seen, Treatment
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.codec import plain
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.core.lineage import AffectedModel, Certainty, DispositionKind, Node, NodeKind, PathStep, Planned, Role
from dsr_desk.core.message import message
from dsr_desk.core.refusals import BasisChanged, CandidateMissing, CaseOver, IdentityMissing, ReviewClosed
from dsr_desk.core.requests import CaseState, Right
from dsr_desk.datasets.container import ContainerEntry
from dsr_desk.datasets.erasing import stored_digest
from dsr_desk.datasets.registry import reopen
from dsr_desk.deletion.plan import SAME_BYTES, HoldReasonMissing
from dsr_desk.deletion.run import DispositionChanged
from dsr_desk.jobs.progress import Progress
from dsr_desk.storage.log_reading import LogDamaged
from unit.app.small_case import ADA, BEA, ROWS, Small, end


class Killed(BaseException):
    pass


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def kinds(small: Small) -> list[str]:
    """Kinds of all acts of the case."""
    return [entry.kind.value for entry in small.desk.vault.log.entries(small.desk.case(small.ref).id)]


def again(small: Small) -> Desk:
    """The vault opened anew, as after a kill."""
    small.desk.close()
    small.desk = Desk.open(small.folder / "vault", ADA)
    return small.desk


def holds(small: Small) -> bool:
    return small.desk.vault.problems() == []


@pytest.mark.parametrize(
    ("withdraw", "why"),
    [
        (lambda small: small.identify(verified=False), IdentityMissing),
        (lambda small: small.say(mail="wilma@example.org"), BasisChanged),
    ],
)
def test_what_is_withdrawn_during_a_run_stops_it_before_the_next_action(
    small: Small, withdraw: Callable[[Small], None], why: type[DeskError]
) -> None:
    small.approved()

    def between(progress: Progress) -> None:
        if progress.done == 1:
            withdraw(small)

    with pytest.raises(why):
        deleting.run(small.desk, small.ref, report=between)
    assert len(small.rows) == 2
    assert [one.action for one in deleting.show_plan(small.desk, small.ref).outcomes] == ["a01"]
    with pytest.raises(why):
        deleting.run(small.desk, small.ref)
    assert kinds(small).count("derived") == 1, "what was made until then is registered"
    found = deleting.read_back(small.desk, small.ref)
    assert found.count(Seen.GONE) == 2
    assert {check.name.code: check.seen for check in found.checks}["check.index"] is Seen.STILL_THERE
    assert holds(small)


def test_an_index_that_is_rebuilt_during_a_run_stops_it_before_the_next_action(small: Small) -> None:
    small.approved()

    def between(progress: Progress) -> None:
        if progress.done == 1:
            small.refresh()

    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref, report=between)
    assert [one.action for one in deleting.show_plan(small.desk, small.ref).outcomes] == ["a01"]


def test_an_outcome_tells_the_rules_of_no_index_but_its_own(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = deleting.show_plan(small.approved().desk, small.ref).plan
    own = indexing.generations(small.desk, small.ref)
    monkeypatch.setattr(run_records, "generations", lambda *_: {**own, "another": 7})
    records = run_records.DeskRecords(small.desk, small.ref)
    told = {action.kind: records._own_index(action) for action in plan.actions}
    assert told.pop(ActionKind.ERASE_INDEX) == own
    assert set(map(len, told.values())) == {0}


def test_a_run_that_stopped_goes_on_once_the_case_is_as_it_was_approved_or_in_a_new_round(small: Small) -> None:
    small.approved()
    with pytest.raises(IdentityMissing):
        deleting.run(small.desk, small.ref, report=lambda now: small.identify(verified=False) if now.done else None)
    small.identify()
    with pytest.raises(BasisChanged):
        deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    small.write([*small.rows, ROWS[0]])
    small.search()
    second = deleting.make_plan(small.desk, small.ref)
    assert second.round == 2
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    assert deleting.read_back(small.desk, small.ref).seen is Seen.GONE


@pytest.mark.parametrize("number", [1, 2, 3])
def test_killed_between_beginning_and_outcome_a_run_goes_on(
    small: Small, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.approved()
    close, count = run_records.DeskRecords.close, 0

    def killed_at_last(*given: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise Killed
        close(*given)

    with monkeypatch.context() as patch:
        patch.setattr(run_records.DeskRecords, "close", killed_at_last)
        with pytest.raises(Killed):
            deleting.run(small.desk, small.ref)
    desk = again(small)
    begun = [one.state for one in deleting.show_plan(desk, small.ref).outcomes]
    assert begun == [OutcomeState.DONE] * (number - 1) + [OutcomeState.STARTED]
    outcomes = deleting.run(desk, small.ref)
    assert [one.state for one in outcomes] == [OutcomeState.DONE, OutcomeState.DONE, OutcomeState.WAITING]
    assert deleting.show_plan(desk, small.ref).outcomes == outcomes
    assert deleting.read_back(desk, small.ref).seen is Seen.GONE
    assert holds(small)


def test_an_index_that_somebody_else_changed_after_a_kill_is_no_step_of_the_plan(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.approved()
    with monkeypatch.context() as patch:
        patch.setattr(run_records.DeskRecords, "add", killed)
        with pytest.raises(Killed):
            deleting.run(small.desk, small.ref)
    small.write([*small.rows, "A-8,Zoe,zoe@example.net"])
    with pytest.raises(BasisChanged):
        deleting.run(again(small), small.ref)


def test_an_index_that_somebody_else_changed_beside_the_plans_own_step_voids_the_plan(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the plan rewrote the index: a second change of it is not the plan's."""
    small.approved()
    close = run_records.DeskRecords.close

    def killed_at_the_index(records: Any, plan: Any, outcome: Any) -> None:
        if plan.action(outcome.action).kind is ActionKind.ERASE_INDEX:
            raise Killed
        close(records, plan, outcome)

    with monkeypatch.context() as patch:
        patch.setattr(run_records.DeskRecords, "close", killed_at_the_index)
        with pytest.raises(Killed):
            deleting.run(small.desk, small.ref)
    small.write([*small.rows, "A-8,Zoe,zoe@example.net"])
    with pytest.raises(BasisChanged):
        deleting.run(again(small), small.ref)


def test_killed_before_the_derived_version_was_registered_it_is_registered_once(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.approved()
    with monkeypatch.context() as patch:
        patch.setattr(derived, "register_version", killed)
        with pytest.raises(Killed):
            deleting.run(small.desk, small.ref)
    desk = again(small)
    for _ in range(2):
        deleting.run(desk, small.ref)
    made = [version for version, _ in indexing.dataset_versions(desk) if version.derived_from]
    assert [version.derived_from for version in made] == ["people@1"]
    assert {one.dataset_version for one in indexing.list_indexes(desk)} == {made[0].id}
    assert holds(small)


def test_a_plan_is_put_together_again_as_it_was_and_keeps_its_digest(small: Small) -> None:
    view = deleting.show_plan(small.planned().desk, small.ref)
    assert view.plan.digest == small.desk.case(small.ref).plan["plan"]  # type: ignore[index]
    assert deleting.show_plan(again(small), small.ref) == view
    assert {one.id for one in view.plan.actions} == {"a01", "a02", "a03"}


def forged_plan(small: Small, how: str) -> Draft:
    """Signed by an officer, allowed by its open part, and yet it would do something else than that says."""
    case, plan = small.desk.case(small.ref), deleting.show_plan(small.desk, small.ref).plan
    assert case.plan is not None
    act = small.desk.vault.log.entry(case.plan["seq"]).act
    rows = list(small.desk.vault.log.rows(case.plan["seq"]))
    said = {name: value for name, value in act.open.items() if name not in ("count", "root")}
    first, *others = plan.actions[0].items
    if how == "a stranger's row":
        first = replace(first, address=replace(first.address, digest=stored_digest(stranger(small))))
        rows[0] = replace(rows[0], value={**rows[0].value, "item": plain(first)})
    if how == "a mask that is called an erasure":
        first = replace(first, treatment=Treatment.MASK)
        rows[0] = replace(rows[0], value={**rows[0].value, "item": plain(first)})
    if how == "a row of no action":
        rows.append(replace(rows[0], value={**rows[0].value, "action": "a99"}))
    there = {"another container": "elsewhere.csv"}.get(how, plan.actions[0].container)
    version = {"another dataset": "customers@1"}.get(how, plan.actions[0].dataset_version)
    erasing = replace(plan.actions[0], container=there, dataset_version=version, items=(first, *others))
    actions = (erasing, *plan.actions[1:])
    if how == "another number of actions":
        said["actions"] = 1
    said["plan"] = "ab" * 32 if how == "another digest" else replace(plan, actions=actions).digest
    fields = {"plan": bare_plan(replace(plan, actions=actions))}
    return Draft(Kind.PLANNED, said, fields, rows, act.basis)


def stranger(small: Small) -> ContainerEntry:
    table = reopen("csv", small.table, "data/people.csv")
    return next(one for one in table.entries() if b"otto@" in one.read())


@pytest.mark.parametrize(
    "how",
    [
        "a stranger's row", "another digest", "another container", "another dataset", "another number of actions",
        "a mask that is called an erasure", "a row of no action",
    ],
)  # fmt: skip
def test_a_plan_that_is_not_what_its_open_part_says_is_never_run(small: Small, how: str) -> None:
    small.planned()
    small.desk.act(forged_plan(small, how), small.ref)
    for act in (deleting.show_plan, deleting.approve, deleting.run):
        with pytest.raises(LogDamaged):
            act(small.desk, small.ref)
    assert tuple(small.rows) == ROWS


def test_a_twin_that_was_rejected_stays_and_one_that_nobody_saw_goes_along(small: Small) -> None:
    small.write([*ROWS, ROWS[0]])
    small.identify()
    small.search()
    items = small.items()
    assert {"A-1", "A-1 again"} <= set(items)
    small.decide(Verdict.DIFFERENT, items["A-1 again"], items["A-4"])
    small.decide(Verdict.SAME, items["A-1"], items["A-3"])
    small.write([*ROWS, ROWS[0], ROWS[2]], indexed=False)

    plan = deleting.make_plan(small.desk, small.ref).plan

    reasons = {one.address.id: one.reason for one in plan.erasing[0].items}
    assert items["A-1 again"] not in reasons
    assert list(reasons.values()) == [None, None, SAME_BYTES]
    case = small.desk.case(small.ref)
    assert case.plan is not None
    words = [row.word for row in small.desk.vault.log.rows(case.plan["seq"])]
    assert sorted(words) == ["along-erase"] * 2 + ["erase"] * 4


def test_treating_an_item_is_an_act_and_a_new_plan_or_neither(small: Small) -> None:
    items = small.planned().items()
    held = deleting.WantedTreatment.HOLD
    with pytest.raises(HoldReasonMissing):
        deleting.treat(small.desk, small.ref, items["A-1"], held)
    with pytest.raises(CandidateMissing):
        deleting.treat(small.desk, small.ref, "0" * 32, held, reason="a claim")
    assert "treated" not in kinds(small)

    view = deleting.treat(small.desk, small.ref, items["A-1"], held, reason="a claim in court", until="2027-01-01")
    view = deleting.treat(small.desk, small.ref, items["A-3"], deleting.WantedTreatment.MASK, reason="shows a friend")
    hold, *_ = view.plan.actions
    assert (hold.kind, hold.ground, hold.until) == (ActionKind.HOLD, "a claim in court", "2027-01-01")
    assert [one.treatment for one in view.plan.erasing[0].items] == [Treatment.MASK]
    view = deleting.treat(small.desk, small.ref, items["A-1"], deleting.WantedTreatment.ERASE)
    assert {one.treatment for one in view.plan.erasing[0].items} == {Treatment.ERASE, Treatment.MASK}
    deleting.approve(small.desk, small.ref)
    with pytest.raises(ReviewClosed):
        deleting.treat(small.desk, small.ref, items["A-1"], held, reason="a claim")


def test_nothing_is_treated_in_a_case_that_has_ended(small: Small) -> None:
    end(small.planned())
    assert isinstance(refusal(small.desk, small.ref, Kind.TREATED), CaseOver)


def test_a_held_item_stays_and_is_said_to_be_held(small: Small) -> None:
    items = small.planned().items()
    deleting.treat(
        small.desk, small.ref, items["A-1"], deleting.WantedTreatment.HOLD, reason="a claim", until="2027-01-01"
    )
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    assert ROWS[0] in small.rows
    found = deleting.read_back(small.desk, small.ref)
    assert found.seen is Seen.HELD
    assert deleting.show_plan(small.desk, small.ref).read_back == found


def test_a_model_that_was_decided_anew_voids_its_own_action_and_no_other(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node("m", NodeKind.MODEL, "net", "1")
    path = ((PathStep(Node("d", NodeKind.DATASET, "people", "1")), PathStep(node, Role.TRAIN)),)
    model = AffectedModel(node, (Role.TRAIN,), Certainty.RECORDED, True, path)
    decided = SimpleNamespace(planned=Planned(DispositionKind.DESTROYED, "", "ml", "", "o", "2026-11-04"))
    monkeypatch.setattr(deleting, "affected_by_case", lambda *_: SimpleNamespace(models=[model]))
    monkeypatch.setattr(deleting, "dispositions", lambda *_: {"m": decided})

    def dispose(disposition: DispositionKind) -> None:
        said = {"model": small.desk.name(small.ref, "m"), "disposition": disposition.value, "deadline": ""}
        named = {"node": "m", "name": "net", "version": "1", "reason": "", "responsible": "ml"}
        small.desk.act(Draft(Kind.DISPOSITION, said, named), small.ref)

    dispose(DispositionKind.DESTROYED)
    small.approved()
    dispose(DispositionKind.RETRAINED)
    assert [one.code for one in deleting.show_plan(small.desk, small.ref).changed] == ["basis.dispositions"]

    outcomes = {one.action: one for one in deleting.run(small.desk, small.ref)}

    plan = deleting.show_plan(small.desk, small.ref).plan
    (void,) = [one.id for one in plan.actions if one.kind is ActionKind.DISPOSE_MODEL]
    assert outcomes[void].state is OutcomeState.FAILED
    assert outcomes[void].error == message(DispositionChanged.code, what=plan.action(void).what)
    assert OutcomeState.FAILED not in {one.state for action, one in outcomes.items() if action != void}
    assert len(small.rows) == 2


def test_what_the_plan_did_itself_is_no_difference(small: Small) -> None:
    small.deleted()
    assert deleting.show_plan(small.desk, small.ref).changed == ()
    deleting.read_back(small.desk, small.ref)
    assert deleting.show_plan(small.desk, small.ref).changed == ()
    assert len(deleting.run(small.desk, small.ref)) == 3


def test_identifiers_edited_after_the_run_are_looked_for_as_before(small: Small) -> None:
    small.deleted()
    small.write([*small.rows, "A-7,Someone,wilma@example.com"])
    small.say(mail="nobody@example.net")
    found = deleting.read_back(small.desk, small.ref)
    looked = {check.name.code: check.seen for check in found.checks}
    assert looked["check.identifiers"] is looked["check.again"] is Seen.STILL_THERE


def test_a_case_that_has_ended_can_still_be_read_back(small: Small) -> None:
    small.deleted()
    ending.end_case(small.desk, small.ref, CaseState.CLOSED, "the rest is not ours")
    assert deleting.read_back(small.desk, small.ref).seen is Seen.GONE
    assert deleting.show_plan(small.desk, small.ref).read_back is not None


def test_an_index_that_cannot_be_brought_up_to_date_is_a_gap_of_reading_back(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LogDamaged(what=message("log.key"))

    small.deleted()
    monkeypatch.setattr(reaching, "refresh_index", broken)
    found = deleting.read_back(small.desk, small.ref)
    searched = next(check for check in found.checks if check.name == message("check.again"))
    assert (searched.seen, found.seen) == (Seen.NOT_LOOKED, Seen.NOT_LOOKED)
    assert len(searched.not_looked) >= 1


def test_what_came_back_is_searched_decided_planned_and_erased_again(small: Small) -> None:
    small.deleted()
    small.write([*small.rows, ROWS[0]], indexed=False)
    first = deleting.read_back(small.desk, small.ref)
    assert first.seen is Seen.STILL_THERE
    assert first.headline[0] == message("headline.still_there")

    small.search()
    view = deleting.show_plan(small.desk, small.ref)
    assert (view.round, view.read_back, view.changed) == (1, first, ()), "until there is a plan, the last run counts"
    view = deleting.make_plan(small.desk, small.ref)
    assert view.round == 2
    assert [one.id for one in view.plan.actions] == ["a04", "a05", "a06"]
    assert [len(one.items) for one in view.plan.erasing] == [1], "what is gone is not planned again"
    assert (view.approvals, view.outcomes, view.read_back) == ((), (), None)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)

    second = deleting.read_back(small.desk, small.ref)
    assert second.seen is Seen.GONE
    assert second.count(Seen.GONE) == 2, "what went in the first round is looked for again"
    small.write([*small.rows, ROWS[2]], indexed=False)
    third = deleting.read_back(small.desk, small.ref)
    assert third.seen is Seen.STILL_THERE
    assert third.count(Seen.STILL_THERE) == 1
    assert holds(small)


def test_what_was_decided_otherwise_afterwards_is_not_said_to_be_still_there(small: Small) -> None:
    items = small.approved().items()
    deleting.run(small.desk, small.ref)
    small.write([*small.rows, ROWS[2]])
    assert deleting.read_back(small.desk, small.ref).seen is Seen.STILL_THERE
    small.decide(Verdict.DIFFERENT, items["A-3"])
    found = deleting.read_back(small.desk, small.ref)
    assert {check.name.code: check.seen for check in found.checks}["check.content"] is Seen.GONE
    assert found.count(Seen.STILL_THERE) == 0


def test_whoever_began_an_action_is_an_operator_also_when_another_ends_it(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.approved()
    with monkeypatch.context() as patch:
        patch.setattr(run_records.DeskRecords, "close", killed)
        with pytest.raises(Killed):
            deleting.run(small.desk, small.ref)
    ada = small.desk.vault.officer_key
    small.desk.switch_officer(BEA)
    deleting.run(small.desk, small.ref)
    assert small.desk.case(small.ref).operators == {ada, small.desk.vault.officer_key}


def test_an_access_case_never_erases(small: Small) -> None:
    small.say(right=Right.ACCESS)
    small.reviewed()
    for act in (deleting.make_plan, deleting.approve, deleting.run):
        with pytest.raises(DeskError):
            act(small.desk, small.ref)
    assert tuple(small.rows) == ROWS
