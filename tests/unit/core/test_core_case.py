"""The fold: what a case is after each act, and that a snapshot of it is the same case."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import ANN, BEN, CLEO, OTHER_PLAN, PLAN, World, as_rows, facts, searched
from hypothesis import given
from hypothesis import strategies as st
from order_steps import order_steps, order_worlds

from dsr_desk.core import rules
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.acts import Kind, Row
from dsr_desk.core.basis import parts_of
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.case import Case
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import CaseState, Right

# Request, person, references


def test_a_case_is_what_its_first_act_says() -> None:
    case = World().received().case
    assert (case.ref, case.faces, case.opened[1]) == ("2026-001", False, ANN)


def test_facts_have_versions_and_the_last_one_counts() -> None:
    world = World().received().facts("access", kind=Kind.PROPOSED)
    assert [one["right"] for one in world.case.facts] == ["erasure", "access"]
    assert world.case.right is Right.ACCESS
    assert [one["kind"] for one in world.case.facts] == ["confirmed", "proposed"]


def test_before_anything_is_known_the_right_is_unknown() -> None:
    assert Case("c1").right is Right.UNKNOWN


def test_the_newest_identity_check_is_in_force() -> None:
    world = World().received()
    assert not world.case.identified
    assert world.identity().case.identified
    assert not world.identity("not-verified").case.identified
    assert len(world.case.identities) == 2


def test_a_case_that_searches_faces_needs_to_know_that_the_photo_shows_the_person() -> None:
    world = World().received().identity(photo=False)
    assert world.case.identified
    world.do(Kind.REFERENCE, {"reference": 1, "face": 0})
    assert not world.case.identified
    assert world.identity().case.identified


def test_references_are_numbered_and_are_forgotten_by_an_act() -> None:
    world = hand.opened()
    world.do(Kind.REFERENCE, {"reference": 1, "face": None})
    assert [(one["n"], one["face"], one["destroyed"]) for one in world.case.references] == [(1, None, "")]
    world.do(Kind.FORGOTTEN, {"what": "references", "count": 1, "entries": [], "blobs": []})
    assert world.case.references[0]["destroyed"] != ""
    assert [one["what"] for one in world.case.forgotten] == ["references"]


# Search and review


def test_what_a_search_proposes_is_to_be_decided() -> None:
    world = hand.found()
    assert world.case.undecided == {"x", "y", "z"}
    assert world.item("y").place[1] == 1
    assert not world.case.reviewed


def test_a_case_is_reviewed_when_every_candidate_has_a_verdict_and_none_is_unsure() -> None:
    world = hand.found().decide(x="same", y="unsure", z="different")
    assert (world.case.undecided, world.case.unsure, world.case.reviewed) == (set(), {"y"}, False)
    assert world.decide(y="different").case.reviewed
    assert world.case.unsure == set()


def test_a_case_that_was_not_searched_is_not_reviewed() -> None:
    assert not hand.opened().case.reviewed


def test_a_narrower_search_removes_no_candidate_and_a_wider_one_adds() -> None:
    world = hand.reviewed().search("x")
    assert {item.key for item in world.case.candidates()} == {"x", "y", "z"}
    assert world.case.reviewed
    assert not world.search("w").case.reviewed
    assert hand.found().search("x").case.undecided == {"x", "y", "z"}


def test_a_search_that_proposes_something_again_points_to_the_newest_row() -> None:
    world = hand.found()
    before = world.item("z").place
    world.search("z")
    assert world.item("z").place == (world.seq - 1, 0) != before


def test_the_last_word_counts_and_earlier_ones_stay() -> None:
    world = hand.reviewed().decide(BEN, x="different")
    assert [word.says for word in world.item("x").words] == ["same", "different"]
    assert world.item("x").word == world.item("x").words[-1]
    assert {item.key for item in world.case.hits()} == {"y"}


def test_undoing_takes_every_word_of_that_act_back() -> None:
    world = hand.found().decide(x="same").decide(x="different", y="same")
    world.do(Kind.UNDONE, {"act": world.case.undoable[-1][0]})
    assert world.item("x").verdict == "same"
    assert world.item("y").verdict == ""
    assert world.case.undecided == {"y", "z"}
    assert len(world.case.undoable) == 1


def test_a_second_word_is_told_apart_from_the_first() -> None:
    world = hand.reviewed().second(x="same", y="different")
    assert (world.item("x").agreed, world.item("y").disputed) == (True, True)
    assert world.item("y").verdict == "same"
    assert world.case.second_review(only_same=True) == (0, 1)
    assert world.case.second_review(only_same=False) == (1, 1)


def test_a_changed_first_word_needs_a_second_again() -> None:
    world = hand.reviewed().second(x="same").decide(x="different")
    assert world.item("x").disputed


def test_who_confirms_herself_confirms_nothing() -> None:
    world = hand.reviewed().second(x="same").decide(BEN, x="same")
    assert not world.item("x").agreed


def test_a_third_officers_word_counts() -> None:
    world = hand.reviewed().second(x="different").settle(x="different")
    assert world.item("x").verdict == "different"
    assert world.item("x").agreed
    assert world.item("x").words[-1].settled


def test_a_common_word_settles_too() -> None:
    world = hand.reviewed().second(x="different").second(x="same")
    assert world.item("x").agreed


def test_an_undone_second_word_is_gone() -> None:
    world = hand.reviewed().second(x="different")
    world.do(Kind.UNDONE, {"act": world.case.undoable[-1][0]}, by=BEN)
    assert world.item("x").second is None


@pytest.mark.parametrize(("taken", "by"), [(0, ANN), (1, BEN)])
def test_a_third_officers_word_falls_with_what_it_settled(taken: int, by: str) -> None:
    """Otherwise one officer's word would stand against another's, and count as agreed."""
    world = hand.found().decide(x="same").second(x="different").settle(x="same")
    world.do(Kind.UNDONE, {"act": world.case.undoable[taken][0]}, by=by)
    assert world.item("x").agreed is False
    assert world.item("x").verdict == ("" if taken == 0 else "same")
    assert ("x" in world.case.undecided) is (taken == 0)


def test_a_third_officers_word_is_in_force_again_when_what_replaced_it_is_undone() -> None:
    world = hand.found().decide(x="same").second(x="different").settle(x="same").decide(x="unsure")
    world.do(Kind.UNDONE, {"act": world.case.undoable[-1][0]})
    assert world.item("x").agreed


def test_only_the_plan_in_force_moves_on_what_it_rests_on() -> None:
    """What is still read or done of an earlier round may not make good what somebody else changed."""
    world = hand.read()
    earlier = world.newest_plan
    world.search("w").decide(w="same").plan("7" * 64).approve()
    moved = {"i1": 9}
    world.do(Kind.READ_BACK, {"plan": earlier, "seen": "gone", "items": {}, "indexes": moved})
    world.do(Kind.DERIVED, {"plan": earlier, "dataset": "d", "derived_from": "c", "removed": 1, "indexes": moved})
    assert world.case.plan is not None
    assert world.case.plan["indexes"] == {"i1": 1}


def test_before_anything_has_begun_nothing_is_the_plans_own_work() -> None:
    world = hand.read().search("w").decide(w="same").plan("7" * 64).approve()
    world.do(Kind.READ_BACK, {"plan": "7" * 64, "seen": "gone", "items": {}, "indexes": {"i1": 9}})
    assert world.case.plan is not None
    assert world.case.plan["indexes"] == {"i1": 1}


def test_a_refused_link_is_refused_until_it_is_accepted() -> None:
    world = hand.found()
    world.do(Kind.LINK, {"item": "x", "linked": "y", "refused": True})
    world.do(Kind.LINK, {"item": "x", "linked": "y", "refused": True})
    assert world.case.links == [["x", "y"]]
    world.do(Kind.LINK, {"item": "x", "linked": "y", "refused": False})
    assert world.case.links == []


def test_the_newest_treatment_counts_and_erasing_is_none() -> None:
    world = hand.reviewed()
    world.do(Kind.TREATED, {"item": "x", "as": "mask"})
    world.do(Kind.TREATED, {"item": "x", "as": "hold"})
    assert world.case.treatments["x"]["as"] == "hold"
    world.do(Kind.TREATED, {"item": "x", "as": "erase"})
    assert world.case.treatments == {}


def test_dispositions_and_observations_of_a_model_stand_side_by_side_and_can_be_undone() -> None:
    world = hand.opened()
    first = world.do(Kind.DISPOSITION, {"model": "m1", "disposition": "retrained", "deadline": "2026-12-01"})
    world.do(Kind.DISPOSITION, {"model": "m1", "disposition": "destroyed", "deadline": ""})
    seen = world.do(Kind.OBSERVED, {"model": "m1", "disposition": "destroyed", "seen": "2026-11-03"})
    model = world.case.dispositions["m1"]
    assert [one["disposition"] for one in model["planned"]] == ["retrained", "destroyed"]
    assert [one["seen"] for one in model["observed"]] == ["2026-11-03"]
    world.do(Kind.UNDONE, {"act": first})
    world.do(Kind.UNDONE, {"act": seen})
    model = world.case.dispositions["m1"]
    assert ([one["disposition"] for one in model["planned"]], model["observed"]) == (["destroyed"], [])


# Plan and run


def test_a_newer_plan_replaces_the_one_before_and_its_approvals() -> None:
    world = hand.approved().plan(OTHER_PLAN)
    assert world.case.plan is not None
    assert world.case.plan["plan"] == OTHER_PLAN
    assert world.case.approvers == []
    assert [(one["plan"], one["end"]) for one in world.case.round["former"]] == [(PLAN, "replaced")]


def test_a_withdrawn_plan_is_no_longer_in_force_and_stays_visible() -> None:
    world = hand.approved()
    world.do(Kind.PLAN_WITHDRAWN, {"plan": PLAN})
    assert (world.case.plan, world.case.approvers) == (None, [])
    assert [one["end"] for one in world.case.round["former"]] == ["withdrawn"]
    assert world.case.round_of(PLAN) is world.case.round


def test_who_approves_twice_counts_once() -> None:
    world = hand.approved().approve(BEN).approve(CLEO)
    assert world.case.approvers == [BEN, CLEO]


def test_approving_binds_the_dispositions_of_then() -> None:
    world = hand.reviewed()
    world.do(Kind.DISPOSITION, {"model": "m1", "disposition": "retrained", "deadline": ""})
    world.plan().approve()
    world.do(Kind.DISPOSITION, {"model": "m1", "disposition": "destroyed", "deadline": ""})
    assert [one["approved"] for one in world.case.dispositions["m1"]["planned"]] == [True, False]


def test_an_action_is_begun_and_ends() -> None:
    world = hand.begun()
    action = world.case.action("a01")
    assert action is not None
    assert (action["state"], action["outcome"], action["operator"]) == ("started", None, ANN)
    world.outcome(x="gone", y="still_there")
    action = world.case.action("a01")
    assert action is not None
    assert (action["state"], action["outcome"], world.case.operators) == ("done", world.seq - 1, {ANN})
    assert (world.item("x").seen, world.item("y").seen) == ("gone", "still_there")


def test_what_is_gone_is_due_no_longer_and_stays_a_hit() -> None:
    world = hand.run()
    assert {item.key for item in world.case.hits()} == {"x", "y"}
    assert {item.key for item in world.case.due()} == {"y"}


def test_an_entry_that_left_an_index_says_nothing_of_the_item() -> None:
    world = hand.begun()
    said = {**world.ended(), "kind": ActionKind.ERASE_INDEX.value}
    world.do(Kind.OUTCOME, said, rows=as_rows({"x": "gone"}))
    assert world.item("x").seen == ""
    assert {item.key for item in world.case.due()} == {"x", "y"}


def test_what_comes_up_again_is_due_again() -> None:
    world = hand.read().search("x")
    assert {item.key for item in world.case.due()} == {"x", "y"}


def test_what_a_plans_own_work_changed_is_expected() -> None:
    world = hand.begun()
    world.indexes["i1"] = 5
    world.outcome(x="gone")
    assert world.case.plan is not None
    assert world.case.plan["indexes"] == {"i1": 5}
    said = {"plan": PLAN, "dataset": "d", "derived_from": "c", "removed": 1, "indexes": {"i1": 6, "i9": 1}}
    world.do(Kind.DERIVED, said)
    assert world.case.plan["indexes"] == {"i1": 6}


def test_a_round_is_read_back_until_something_else_happens_in_it() -> None:
    world = hand.read()
    assert world.case.read
    assert world.begin("a02").case.read is False


def test_what_was_begun_or_ended_after_the_newest_reading_back_is_unread() -> None:
    world = hand.read()
    assert world.case.unread == 0
    assert world.begin("a02").case.unread == 1
    assert world.read_back().case.unread == 0
    assert world.outcome(action="a02").case.unread == 1
    assert hand.run().case.unread == 1


def test_a_search_after_a_run_begins_the_next_round_and_the_one_before_stays() -> None:
    world = hand.read().search("w", "y")
    assert world.case.number == 2
    assert [bool(one["read_backs"]) for one in world.case.rounds] == [True, False]
    assert world.case.undecided == {"w"}
    assert world.case.plan is None
    assert world.case.round_of(PLAN) is world.case.rounds[0]
    assert world.case.read_back is world.case.rounds[0]["read_backs"][-1]


def test_looking_again_after_a_deletion_begins_no_round_and_proposes_nothing() -> None:
    world = hand.read().search("w", purpose="read-back")
    assert world.case.number == 1
    assert world.case.item("w") is None
    assert world.case.searches[-1]["purpose"] == "read-back"
    world.do(Kind.SEARCHED, searched(purpose="read-back"), rows=as_rows({"w": "photo"}))
    assert world.case.item("w") is None


def test_a_late_outcome_belongs_to_the_round_of_its_plan() -> None:
    world = hand.approved()
    world.do(Kind.HANDED_OVER, {**world.about(), "key": "k1"}, basis=world.basis)
    world.begin().outcome(x="gone").read_back().search("w")
    world.do(Kind.OUTCOME, {**world.ended(action="a02", by="answer"), "plan": PLAN}, rows=[])
    assert "a02" in world.case.rounds[0]["actions"]
    assert not world.case.begun


def test_tasks_are_asked_for_and_reminders_counted() -> None:
    world = hand.begun().outcome("waiting")
    for day in ("2026-12-01", "2026-12-08", "2026-12-15"):
        world.do(Kind.ASKED, {"actions": ["a01"], "again": day})
    asked = world.case.asked["a01"]
    assert (asked["again"], asked["reminders"]) == ("2026-12-15", 2)


def test_a_confirmed_outcome_names_what_was_read_back() -> None:
    world = hand.read()
    assert world.case.read_back is not None
    world.do(Kind.VALIDATED, {"read_back": world.case.read_back["act"]}, by=BEN)
    assert [one["officer"] for one in world.case.round["validated"]] == [BEN]


def test_bundles_and_ends_are_kept_in_order() -> None:
    world = hand.read()
    world.do(Kind.SEALED, {"edition": "requester", "bundle": "b1", "evidence": "e1"})
    world.close("refused")
    assert world.case.ended is not None
    assert world.case.ended["state"] == "refused"
    world.do(Kind.REOPENED)
    assert world.case.ended is None
    assert [one["state"] for one in world.case.ends] == ["refused", ""]
    assert [one["bundle"] for one in world.case.sealed] == ["b1"]


# Where it stands


@pytest.mark.parametrize(
    ("world", "state"),
    [
        (lambda: World().received(), CaseState.NEW),
        (hand.opened, CaseState.IDENTIFIED),
        (hand.found, CaseState.SEARCHED),
        (hand.reviewed, CaseState.REVIEWED),
        (hand.planned, CaseState.PLANNED),
        (hand.approved, CaseState.APPROVED),
        (lambda: hand.approved(Policy(approvals=2)), CaseState.PLANNED),
        (hand.begun, CaseState.DELETED),
        (hand.run, CaseState.DELETED),
        (hand.read, CaseState.READ_BACK),
        (lambda: hand.read().search("w"), CaseState.SEARCHED),
        (lambda: hand.read().close(CaseState.PARTLY_GRANTED.value), CaseState.PARTLY_GRANTED),
    ],
)
def test_the_state_follows_from_the_acts(world: Callable[[], World], state: CaseState) -> None:
    made = world()
    assert made.case.state(made.roster) is state


def test_the_chain_names_the_newest_entry_forbidden_ones_included() -> None:
    world = hand.opened()
    assert world.fold(Kind.CLOSED, {"state": "approved", "open": {}}) is not None
    assert world.last is not None
    assert (world.case.head, world.case.leaf) == (world.last.seq, world.last.leaf.hex())
    assert [one.code for one in world.case.findings] == ["log.forbidden"]
    assert world.case.findings[0].values["seq"] == world.last.seq


def test_decisions_are_digested_anew_only_after_one_changed() -> None:
    world = hand.reviewed()
    digests: list[Any] = []

    def counted(value: Any) -> str:
        digests.append(value)
        return digest_of(value)

    first = world.case.decisions_digest(counted)
    assert world.case.decisions_digest(counted) == first
    assert len(digests) == 1
    assert world.decide(x="different").case.decisions_digest(counted) != first
    assert world.decide(x="same").case.decisions_digest(counted) == first


def test_how_many_were_decided_since_is_counted_by_item() -> None:
    world = hand.reviewed()
    since = world.case.head
    world.decide(x="different").decide(x="same", y="different")
    assert world.case.decided_since(since) == 2


# Snapshots

WORLDS = [
    hand.opened, hand.found, hand.reviewed, hand.planned, hand.approved, hand.begun, hand.run, hand.read,
    lambda: hand.reviewed().second(x="different").settle(x="same"), lambda: hand.read().search("w"),
    lambda: hand.read().close(), hand.order_opened, hand.order_drawn, hand.order_approved,
    lambda: hand.order_read().met().scope(hand.WHOLE),
]  # fmt: skip


def seen_of(world: World, case: Case) -> tuple[Any, ...]:
    """What anybody can ask of a case."""
    return (
        case.dump(), case.ref, case.number, case.right, case.identified, case.ended, case.plan, case.begun, case.read,
        case.searched, case.reviewed, case.approvers, case.operators, case.read_back, case.state(world.roster),
        [item.key for item in case.candidates()], [item.key for item in case.due()],
        case.second_review(only_same=True), case.second_review(only_same=False), case.decisions_digest(digest_of),
        parts_of(case, world.roster.policy), [str(one) for one in case.findings], case.left, case.sampled,
        case.samples_open, case.scoped_by,
    )  # fmt: skip


@pytest.mark.parametrize("world", WORLDS)
def test_a_snapshot_is_the_same_case(world: Callable[[], World]) -> None:
    made = world()
    assert seen_of(made, Case.load(made.case.dump())) == seen_of(made, made.case)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"id": "c1"}'])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"state|Expecting"):
        Case.load(text)


def test_a_snapshot_holds_every_part_of_the_state() -> None:
    case = Case("c1")
    derived = {"undecided", "unsure"}
    kept = {name for name in vars(case) if not name.startswith("_")}
    assert kept == set(json.loads(case.dump()))
    assert derived <= kept


ITEMS = ("x", "y", "z", "w", "v")
words = st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(["same", "different", "unsure"]), max_size=4)
officers = st.sampled_from([ANN, BEN, CLEO])


def _step(kind: Kind, said: dict[str, Any], rows: list[Row] | None = None) -> tuple[Kind, dict[str, Any], Any]:
    return kind, said, rows


steps = st.one_of(
    st.sampled_from(["verified", "not-verified"]).map(
        lambda result: _step(Kind.IDENTITY, {"result": result, "photo": True, "acting": False})
    ),
    st.sampled_from(["erasure", "access"]).map(lambda right: _step(Kind.CONFIRMED, facts(right))),
    st.lists(st.sampled_from(ITEMS), unique=True, max_size=4).map(
        lambda items: _step(Kind.SEARCHED, hand.searched(), [Row(item, "photo") for item in items])
    ),
    words.map(lambda said: _step(Kind.DECIDED, {}, hand.as_rows(said))),
    words.map(lambda said: _step(Kind.SECOND_REVIEW, {"how": "program"}, hand.as_rows(said))),
    words.map(lambda said: _step(Kind.SETTLED, {}, hand.as_rows(said))),
    st.sampled_from([Kind.UNDONE, Kind.PLANNED, Kind.APPROVED, Kind.BEGUN, Kind.OUTCOME, Kind.READ_BACK]).map(
        lambda kind: _step(kind, {})
    ),
    st.tuples(st.sampled_from(ITEMS), st.sampled_from(["erase", "mask", "hold"])).map(
        lambda one: _step(Kind.TREATED, {"item": one[0], "as": one[1]})
    ),
    st.sampled_from(["retrained", "destroyed"]).map(
        lambda disposition: _step(Kind.DISPOSITION, {"model": "m1", "disposition": disposition, "deadline": ""})
    ),
    st.dictionaries(st.sampled_from("st"), st.sampled_from(["bytes", "look", "gone"])).map(
        lambda found: _step(
            Kind.SWEPT,
            {"roots": 1, "files": 9, "found": {}, "unread": 0, "wanted": {}, "models": False, "complete": True},
            hand.as_rows(found),
        )
    ),
    st.tuples(st.sampled_from("st"), st.sampled_from(["is-other", "erased-by-hand", "to-plan"])).map(
        lambda one: _step(Kind.EXPLAINED, {"finding": one[0], "as": one[1]})
    ),
    st.just(_step(Kind.CLOSED, {"state": "closed", "open": {}})),
    st.just(_step(Kind.REOPENED, {})),
)


def _filled(world: World, kind: Kind, said: dict[str, Any], rows: Any) -> tuple[dict[str, Any], Any, str]:
    """What an act says that depends on where the case stands."""
    match kind:
        case Kind.UNDONE:
            return {"act": world.case.undoable[-1][0] if world.case.undoable else ""}, None, ""
        case Kind.PLANNED:
            plan, basis = world.planned(f"{world.seq:064x}")
            return plan, [Row(item.key, "erase") for item in world.case.due()], basis
        case Kind.APPROVED:
            return world.about(), None, world.basis
        case Kind.BEGUN:
            return world.begun(), None, world.basis
        case Kind.OUTCOME:
            return world.ended() | said, [Row(item.key, "gone") for item in list(world.case.due())[:1]], ""
        case Kind.READ_BACK:
            read = {"plan": world.newest_plan, "seen": "gone", "items": {}, "indexes": dict(world.indexes)}
            return read | said, [], ""
        case Kind.SCOPE:
            scope = world.scoped(*said["parts"])
            return scope, hand.rows_of_scope(scope), ""
        case Kind.SAMPLE:
            return world.sampling(said["of"], said["n"]), None, ""
        case Kind.SAMPLED:
            own = [one for one in world.case.samples if one["of"] == said["of"]]
            drawn = hand.places(own[-1]) if own else []
            spoken = [Row(f"i{at}", f"{said['words'].get(at, hand.FITS[said['of']])} {at}") for at in drawn]
            return {"sample": own[-1]["act"] if own else "0" * 64}, spoken, ""
    return said, rows, ""


@given(st.lists(st.tuples(steps, officers), max_size=25), st.integers(0, 25))
def test_after_any_acts_a_snapshot_goes_on_as_the_case_itself(
    acts: list[tuple[tuple[Kind, dict[str, Any], Any], str]], at: int
) -> None:
    _goes_on(World().received(), acts, at)


@given(order_worlds, st.lists(st.tuples(order_steps, officers), max_size=20), st.integers(0, 20))
def test_after_any_acts_of_an_order_a_snapshot_goes_on_as_the_case_itself(
    world: Callable[[], World], acts: list[tuple[tuple[Kind, dict[str, Any], Any], str]], at: int
) -> None:
    _goes_on(world(), acts, at)


def _goes_on(world: World, acts: list[tuple[tuple[Kind, dict[str, Any], Any], str]], at: int) -> None:
    later: Case | None = None
    for number, ((kind, said, rows), by) in enumerate(acts):
        if number == at:
            later = Case.load(world.case.dump())
        open_, made, basis = _filled(world, kind, said, rows)
        world.fold(kind, open_, by=by, rows=made, basis=basis)
        if later is not None:
            assert world.last is not None
            rules.after(later, world.last, world.roster, lambda made=made: made or ())
    loaded = Case.load(world.case.dump())
    assert seen_of(world, loaded) == seen_of(world, world.case)
    if later is not None:
        assert seen_of(world, later) == seen_of(world, world.case)
    assert_is_as_a_plain_count_says(world)


def assert_is_as_a_plain_count_says(world: World) -> None:
    case = world.case
    now = [item for item in case.candidates() if item.round == case.number]
    assert case.undecided == {item.key for item in now if not item.verdict}
    assert case.unsure == {item.key for item in now if item.verdict == "unsure"}
    if case.begun:
        assert case.approvers
