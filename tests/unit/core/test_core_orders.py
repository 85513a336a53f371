"""Orders: what they oblige to, and what no order's case ever comes to, whatever is signed in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import BEN, MIXED, UNKNOWN, WHOLE, World, obligation
from hypothesis import given
from hypothesis import strategies as st
from order_steps import order_steps, order_worlds
from test_core_case import _filled, officers

from dsr_desk.core import refusals
from dsr_desk.core.acts import Kind, Row, refuse_free_text
from dsr_desk.core.basis import differences
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.case import Case, left_of
from dsr_desk.core.message import message
from dsr_desk.core.order_guards import SAMPLE_WORDS
from dsr_desk.core.orders import (
    Demand,
    Met,
    Obligation,
    ObligationWrong,
    ProfileMissing,
    due_days,
    first_due,
    profile,
    profiles,
    typed,
)
from dsr_desk.core.requests import CaseState, Law
from dsr_desk.core.shapes import SHAPES

SERVED = date(2026, 11, 1)
LINES = [(code, number) for code, one in profiles().items() for number in range(len(one.lines))]

# Profiles


@pytest.mark.parametrize("code", profiles())
def test_every_profile_says_where_it_was_read_and_proposes_something(code: str) -> None:
    found = profile(code)
    assert found.code == code
    assert found.matter.strip()
    assert found.source.strip()
    assert found.lines


@pytest.mark.parametrize(("code", "number"), LINES)
def test_every_line_says_what_it_is_about_and_days_only_where_there_are_some(code: str, number: int) -> None:
    line = profile(code).lines[number]
    assert isinstance(line.about, Demand)
    assert line.days is None or 0 < line.days <= 3660
    assert 0 <= line.every <= 3660
    assert line.text.strip()


@pytest.mark.parametrize("code", profiles())
def test_the_obligations_of_a_profile_are_numbered_and_due_from_service_on(code: str) -> None:
    made = profile(code).obligations(SERVED)
    assert [one.id for one in made] == [f"o{number:02d}" for number in range(1, len(made) + 1)]
    assert all(one.source == profile(code).source for one in made)
    for one, line in zip(made, profile(code).lines, strict=True):
        days = line.days if line.days is not None else line.every or None
        assert one.due == ("" if days is None else date.fromordinal(SERVED.toordinal() + days).isoformat())
        assert (one.about, one.every, one.sworn, one.text) == (line.about, line.every, line.sworn, line.text)


@pytest.mark.parametrize("code", profiles())
def test_what_a_profile_proposes_can_stand_in_an_act(code: str) -> None:
    said = [one.as_open() for one in profile(code).obligations(SERVED)]
    refuse_free_text(said)
    assert SHAPES[Kind.ORDER]["obligations"](said)
    hand.order_opened().order(*said)


def test_days_stand_where_they_could_be_confirmed_alone() -> None:
    days = {code: [(line.about.value, line.days) for line in one.lines] for code, one in profiles().items()}
    assert days["everalbum"][:3] == [("data", 30), ("embeddings", 90), ("models", 90)]
    assert days["ww-kurbo"][:2] == [("data", 30), ("models", 90)]
    for code in ("ring", "rite-aid", "alexa", "work-product", "betterhelp", "certification", "gdpr-58"):
        assert [day for _, day in days[code]] == [None] * len(days[code])


def test_what_repeats_begins_after_one_period_where_no_first_day_is_known() -> None:
    (review,) = [one for one in profile("kochava").obligations(SERVED) if one.every]
    assert (review.every, review.due) == (91, "2027-01-31")
    assert typed("report:every=30", SERVED, 1).due == "2026-12-01"
    assert typed("report=5:every=30", SERVED, 1).due == "2026-11-06"


def test_a_profile_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ProfileMissing) as refused:
        profile("nobody")
    assert "everalbum" in str(refused.value.message.values["known"])


@pytest.mark.parametrize("about", Demand)
def test_every_kind_of_obligation_has_a_name(about: Demand) -> None:
    assert Obligation("o01", about).name == message(f"obligation.{about.value}")
    assert all(Obligation("o01", about).name.say(language) for language in ("en", "de"))


# Typed by hand


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("models", Obligation("o03", Demand.MODELS)),
        (" models ", Obligation("o03", Demand.MODELS)),
        ("models=90", Obligation("o03", Demand.MODELS, "2027-01-30")),
        ("data=0", Obligation("o03", Demand.DATA, "2026-11-01")),
        ("statement=2026-09-01:sworn", Obligation("o03", Demand.STATEMENT, "2026-09-01", sworn=True)),
        ("report=365:sworn:every=365", Obligation("o03", Demand.REPORT, "2027-11-01", 365, sworn=True)),
        ("report=365:every=365:sworn", Obligation("o03", Demand.REPORT, "2027-11-01", 365, sworn=True)),
    ],
)
def test_an_obligation_is_typed_as_what_and_when(said: str, made: Obligation) -> None:
    assert typed(said, SERVED, 3) == made


@pytest.mark.parametrize(
    "said",
    [
        "", "=", "photos", "models=soon", "models=-1", "models=9.5", "models=2026-13-01", "models=99999999999",
        "models=99999999", "models=90:", "models=90:sworn=yes", "models=90:often", "report=90:every",
        "report=90:every=0", "report=90:every=-1", "report=90:every=x", "report=90:every=3661", "data models",
    ],
)  # fmt: skip
def test_what_is_no_obligation_is_refused_with_what_there_is(said: str) -> None:
    with pytest.raises(ObligationWrong) as refused:
        typed(said, SERVED, 1)
    assert refused.value.message.values == {"said": said, "about": ", ".join(Demand)}


def test_what_stands_open_of_an_obligation_holds_no_text() -> None:
    made = Obligation("o01", Demand.DATA, "2026-12-01", 0, True, "Photos of Ms Miller", "her lawyer")
    assert made.as_open() == {"id": "o01", "about": "data", "due": "2026-12-01", "every": 0, "sworn": True}


# Days


def test_the_first_day_is_the_earliest_that_stands() -> None:
    made = [
        Obligation("a", Demand.DATA, "2026-12-02"),
        Obligation("b", Demand.REPORT),
        Obligation("c", Demand.DATA, "2026-12-01"),
    ]
    assert first_due(made) == "2026-12-01"
    assert first_due(made[1:2]) == ""
    assert first_due([]) == ""


@pytest.mark.parametrize(
    ("due", "every", "until", "days"),
    [
        ("", 30, "2027-01-01", []),
        ("2026-12-01", 0, "2026-11-30", []),
        ("2026-12-01", 30, "2026-11-30", []),
        ("2026-12-01", 0, "2026-12-01", ["2026-12-01"]),
        ("2026-12-01", 0, "2030-12-01", ["2026-12-01"]),
        ("2026-12-01", 30, "2026-12-30", ["2026-12-01"]),
        ("2026-12-01", 30, "2026-12-31", ["2026-12-01", "2026-12-31"]),
        ("2026-12-01", 30, "2027-02-01", ["2026-12-01", "2026-12-31", "2027-01-30"]),
    ],
)
def test_what_repeats_is_due_each_time_up_to_the_day_that_is_asked_for(
    due: str, every: int, until: str, days: list[str]
) -> None:
    assert due_days(due, every, until) == days


# What an order's case is


def test_an_order_is_about_data_and_a_request_about_a_person() -> None:
    assert World().received_order().case.is_order
    assert not World().received().case.is_order
    assert World().received_order().case.facts[-1]["law"] == Law.ORDER.value


def test_versions_of_what_the_order_says_stay_and_the_last_one_counts() -> None:
    world = hand.order_opened()
    assert world.case.order is not None
    assert world.case.order["served"] == "2026-11-01"
    world.order(obligation("o07"))
    assert [len(one["obligations"]) for one in world.case.orders] == [2, 1]
    assert world.case.order == world.case.orders[-1]


@pytest.mark.parametrize(
    ("world", "state"),
    [
        (lambda: World().received_order(), CaseState.NEW),
        (hand.order_opened, CaseState.IDENTIFIED),
        (hand.order_scoped, CaseState.SEARCHED),
        (hand.order_drawn, CaseState.SEARCHED),
        (hand.order_sampled, CaseState.REVIEWED),
        (hand.order_planned, CaseState.PLANNED),
        (hand.order_approved, CaseState.APPROVED),
        (hand.order_run, CaseState.DELETED),
        (hand.order_read, CaseState.READ_BACK),
        (lambda: hand.order_read().scope(WHOLE), CaseState.SEARCHED),
    ],
)
def test_the_state_of_an_order_follows_from_its_acts(world: Callable[[], World], state: CaseState) -> None:
    made = world()
    assert made.case.state(made.roster) is state


def test_what_is_in_the_scope_is_counted_by_container() -> None:
    case = hand.order_scoped().case
    assert case.scope is not None
    assert (case.scope["items"], case.scope["size"], case.scope["rest"]) == (5, 50, 4)
    names = ("how", "items", "of", "unread", "not_known")
    assert {name: tuple(one[which] for which in names) for name, one in case.parts.items()} == {
        "c1": ("whole", 3, 3, 0, 0), "c2": ("mixed", 2, 6, 1, 1), "c3": ("not-known", 0, 5, 0, 5),
    }  # fmt: skip


def test_what_nobody_knows_counts_nowhere_and_is_told() -> None:
    case = hand.order_opened().scope(WHOLE, UNKNOWN).case
    assert case.left == 3
    assert (case.scope or {})["rest"] == 0, "what is not known is no part of what was looked at as staying"
    assert case.parts["c3"]["of"] == 5


def test_what_is_left_of_an_order_is_what_was_not_read_as_gone_or_held() -> None:
    assert hand.order_scoped().case.left == 5
    assert hand.order_run().case.left == 2
    assert hand.order_read().read_back(parts={"c2": {"gone_where_read": 1, "masked": 1}}).case.left == 0
    assert hand.order_read().read_back(parts={"c2": {"held": 1, "not_looked": 1}}).case.left == 1


def test_a_reading_back_that_finds_something_there_again_counts_it_again() -> None:
    assert hand.order_read().read_back(parts={"c1": {"gone": 1, "still_there": 2}}).case.left == 4


def test_what_is_seen_of_containers_that_are_in_no_scope_changes_nothing() -> None:
    world = hand.order_run()
    before = dict(world.case.parts)
    world.read_back(parts={"c9": {"gone": 3}})
    assert world.case.parts == before


def test_more_gone_than_there_was_is_not_less_than_nothing_left() -> None:
    assert hand.order_read().read_back(parts={"c1": {"gone": 99}, "c2": {"still_there": 2}}).case.left == 2


# Nothing is planned before every drawn item was looked at and fits


def planned(world: World) -> str:
    """Code of what forbids a plan now, "" where nothing does."""
    said, basis = world.planned()
    return world.refusal(Kind.PLANNED, said, rows=[], basis=basis)


def test_a_plan_needs_every_drawn_item_looked_at() -> None:
    world = hand.order_drawn()
    sample = world.newest_sample()
    first, second = hand.places(sample)
    assert planned(world.look("rest")) == "ORDER-NOT-SAMPLED"
    world.do(Kind.SAMPLED, {"sample": sample["act"]}, rows=[Row("i", f"belongs {first}")])
    assert planned(world) == "ORDER-NOT-SAMPLED"
    assert world.case.samples_open == {"open": 1, "wrong": 0}
    world.do(Kind.SAMPLED, {"sample": sample["act"]}, rows=[Row("i", f"belongs {second}")])
    assert planned(world) == ""


@pytest.mark.parametrize("of", ["scope", "rest"])
@pytest.mark.parametrize("word", SAMPLE_WORDS)
def test_a_plan_needs_every_drawn_item_to_fit(of: str, word: str) -> None:
    world = hand.order_sampled()
    place = hand.places(world.newest_sample(of))[0]
    world.look(of, **{f"p{place}": word})
    fits = word == hand.FITS[of]
    assert planned(world) == ("" if fits else "ORDER-NOT-SAMPLED")
    assert world.case.samples_open == {"open": 0, "wrong": 0 if fits else 1}


def test_one_sample_that_fits_does_not_outweigh_another_that_does_not() -> None:
    world = hand.order_sampled().look(p0="not", p1="not", p2="not", p3="not", p4="not")
    assert planned(world.sample(n=1).look()) == "ORDER-NOT-SAMPLED"


def test_a_sample_that_was_drawn_is_looked_at() -> None:
    assert planned(hand.order_sampled().sample(n=1)) == "ORDER-NOT-SAMPLED"


def test_what_stays_in_mixed_containers_is_sampled_too() -> None:
    assert planned(hand.order_scoped().sample().look()) == "ORDER-NOT-DRAWN"
    assert planned(hand.order_scoped().sample("rest").look("rest")) == "ORDER-NOT-DRAWN"
    assert planned(hand.order_opened().scope(WHOLE, UNKNOWN).sample().look()) == ""


def test_another_scope_needs_other_samples() -> None:
    world = hand.order_planned().scope(WHOLE, MIXED, UNKNOWN)
    assert planned(world) == "ORDER-NOT-DRAWN"
    assert world.refusal(Kind.APPROVED, world.about(), by=BEN, basis=world.basis) == "ORDER-NOT-DRAWN"
    world.sample().sample("rest").look().look("rest")
    assert [one.code for one in differences(world.case, world.roster.policy, world.indexes)] == ["basis.scope"]
    assert world.refusal(Kind.APPROVED, world.about(), by=BEN, basis=world.basis) == refusals.BasisChanged.code
    assert planned(world) == ""


def test_words_on_an_earlier_scopes_samples_make_no_plan() -> None:
    world = hand.order_drawn().scope(WHOLE, MIXED)
    world.look().look("rest")
    assert not world.case.sampled
    assert planned(world) == "ORDER-NOT-DRAWN"


def test_nothing_in_the_scope_needs_no_sample_and_makes_no_plan() -> None:
    assert planned(hand.order_opened().scope(UNKNOWN)) == "ORDER-NOTHING-IN-SCOPE"


def test_who_looked_at_a_sample_is_kept() -> None:
    world = hand.order_drawn().look().look(by=BEN)
    assert world.newest_sample()["by"] == sorted([hand.ANN, BEN])
    assert world.case.scoped_by == {hand.ANN, BEN}
    assert world.scope(WHOLE, by=BEN).case.scoped_by == {BEN}


# No scope takes back what ran


def narrower(*parts: hand.Part) -> World:
    return hand.order_read().scope(*parts)


@pytest.mark.parametrize(
    "parts",
    [
        (), (WHOLE,), (UNKNOWN,), (("c2", "not-known", 0, 0, 6, 1, 6),), (("c2", "not-searched", 0, 0, 6, 1, 6),),
        (("c2", "mixed", 0, 0, 6, 1, 0),), (("c2", "mixed", 1, 10, 6, 1, 5),),
    ],
)  # fmt: skip
def test_a_container_that_is_still_there_is_not_narrowed_away(parts: tuple[hand.Part, ...]) -> None:
    world = narrower(*parts)
    assert left_of(world.case.parts["c2"]) == 2
    assert left_of(world.scope(*parts).case.parts["c2"]) == 2, "nor by two scopes"


def test_a_container_of_a_run_that_nothing_was_seen_of_is_not_narrowed_away() -> None:
    world = hand.order_approved().begin().outcome("failed").read_back("not_looked").scope(UNKNOWN)
    assert world.case.left == 5


def test_before_anything_ran_a_narrower_scope_is_what_counts() -> None:
    world = hand.order_sampled().scope(WHOLE)
    assert (set(world.case.parts), world.case.left) == ({"c1"}, 3)


def test_a_wider_scope_of_a_later_round_that_is_narrowed_before_it_ran_leaves_what_was_left() -> None:
    world = narrower(("c2", "whole", 9, 90, 9, 0, 0), ("c4", "whole", 1, 10, 1, 0, 0)).scope(MIXED)
    assert {name: left_of(one) for name, one in world.case.parts.items()} == {"c1": 0, "c2": 2, "c3": 0}


def test_what_earlier_rounds_took_away_is_added_up_once() -> None:
    world = hand.order_read()
    world.read_back(parts={"c1": {"gone": 3}, "c2": {"gone": 1, "still_there": 1}})
    for _ in range(2):
        world.scope(("c2", "mixed", 1, 10, 5, 1, 0))
        assert [(world.case.parts[name]["gone"], world.case.parts[name]["before"]) for name in ("c1", "c2")] == [
            (0, 0), (1, 1),
        ]  # fmt: skip
        assert world.case.parts["c1"]["seen"] == {"gone": 3}
    world.sample(n=1).sample("rest").look().look("rest").plan(hand.OTHER_PLAN).approve().begin("a02")
    world.outcome(action="a02", parts={"c2": {"gone": 1}}).read_back(parts={"c2": {"gone": 1}})
    assert world.case.left == 0
    assert world.scope(("c2", "mixed", 0, 0, 4, 1, 0)).case.parts["c2"]["gone"] == 2


def test_what_is_found_again_after_it_was_gone_is_to_be_done_again() -> None:
    world = hand.order_read().scope(WHOLE)
    assert left_of(world.case.parts["c1"]) == 3
    assert world.case.parts["c1"]["gone"] == 3


def test_an_answer_that_comes_late_counts_for_the_scope_after_it_too() -> None:
    world = hand.order_approved().begin().outcome("waiting").read_back("still_there", parts={"c2": {"still_there": 2}})
    world.scope(MIXED)
    world.do(Kind.OUTCOME, {**world.ended(by="declared"), "plan": hand.PLAN, "parts": {"c2": {"gone": 2}}}, rows=[])
    assert left_of(world.scope(WHOLE).case.parts["c2"]) == 0


@given(order_worlds, st.lists(st.tuples(order_steps, officers), max_size=20))
def test_whatever_is_signed_nothing_is_planned_unseen_and_nothing_that_ran_is_forgotten(
    world_of: Callable[[], World], acts: list[Any]
) -> None:
    world = world_of()
    for (kind, said, rows), by in acts:
        ran = {name: left_of(one) for name, one in world.case.parts.items()} if world.case.begun else {}
        open_, made, basis = _filled(world, kind, said, rows)
        refused = world.fold(kind, open_, by=by, rows=made, basis=basis)
        case = world.case
        assert (case.items, case.searches, case.references) == ({}, [], [])
        assert case.is_order
        assert {one["law"] for one in case.facts} == {Law.ORDER.value}
        if refused is None and kind in (Kind.PLANNED, Kind.APPROVED):
            assert case.sampled
            assert case.samples_open == {"open": 0, "wrong": 0}
        if refused is None and kind is Kind.SCOPE:
            assert all(left_of(case.parts[name]) >= left for name, left in ran.items())
            assert not case.sampled or not case.scope or not case.scope["items"]
        assert case.left >= 0
        assert set(case.met) <= {one["id"] for one in (case.order or {"obligations": []})["obligations"]}


# What it never does


@pytest.mark.parametrize("law", [law for law in Law if law is not Law.ORDER])
@pytest.mark.parametrize("kind", [Kind.PROPOSED, Kind.CONFIRMED])
def test_an_order_never_changes_its_law(kind: Kind, law: Law) -> None:
    world = hand.order_opened()
    assert world.fold(kind, hand.facts(law=law.value)) is not None
    assert world.case.facts[-1]["law"] == Law.ORDER.value


@pytest.mark.parametrize("world", [hand.order_opened, hand.order_sampled, hand.order_approved, hand.order_read])
def test_nobody_is_searched_compared_or_decided_on_in_an_order(world: Callable[[], World]) -> None:
    made = world()
    for kind, said, rows in (
        (Kind.SEARCHED, hand.searched(), [Row("x", "photo")]),
        (Kind.SEARCHED, hand.searched(purpose="read-back"), None),
        (Kind.REFERENCE, {"reference": 1, "face": 0}, None),
        (Kind.DECIDED, {}, [Row("i0", "same")]),
        (Kind.SECOND_REVIEW, {"how": "program"}, [Row("i0", "same")]),
        (Kind.SETTLED, {}, [Row("i0", "same")]),
        (Kind.LINK, {"item": "i0", "linked": "i1", "refused": True}, None),
        (Kind.TREATED, {"item": "i0", "as": "hold"}, None),
    ):
        assert made.fold(kind, said, rows=rows, by=BEN) is not None
    assert (made.case.items, made.case.searches, made.case.references, made.case.faces) == ({}, [], [], False)


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.SCOPE, Kind.SAMPLE, Kind.SAMPLED])
def test_what_was_approved_is_not_moved_under_the_approval(kind: Kind) -> None:
    for world in (hand.order_approved(), hand.order_approved().begin(), hand.order_run()):
        assert world.refusal(kind) in (refusals.ReviewClosed.code, refusals.PlanUnderWay.code)


# Words on obligations


def test_the_last_word_on_an_obligation_counts() -> None:
    world = hand.order_opened().met().met(how="taken-back")
    assert {name: one["how"] for name, one in world.case.met.items()} == {"o01": Met.TAKEN_BACK.value}


def test_the_words_on_what_repeats_count_since_the_last_one_was_taken_back() -> None:
    def times(world: World) -> int:
        return len(world.case.met["o01"]["times"])

    world = hand.order_opened().met().met()
    assert times(world) == 2
    assert world.case.met["o01"]["times"] == sorted(world.case.met["o01"]["times"])
    assert times(world.met(how="taken-back")) == 0
    assert times(world.met(how="not-applicable")) == 0
    assert times(world.met()) == 1
    assert times(world.met(how="not-applicable")) == 1


def test_a_word_stays_on_an_obligation_that_stays_and_on_no_other() -> None:
    world = hand.order_opened().met("o01").met("o02")
    world.order(obligation("o02", "statement", due="", sworn=True), obligation("o03", "models"))
    assert set(world.case.met) == {"o02"}
    for change in ({"about": "models"}, {"sworn": False}, {"due": "2027-01-01"}, {"every": 30}):
        again = hand.order_opened().met("o02")
        again.order(obligation("o02", **{"about": "statement", "due": "", "sworn": True} | change))
        assert again.case.met == {}


# Form


def _spoiled(good: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {name: value for name, value in (good | more).items() if value is not ...}


ONE = obligation()
BAD_OBLIGATIONS: list[Any] = [
    {}, [[]], [{**ONE, "about": "faces"}], [{**ONE, "due": "soon"}], [{**ONE, "due": None}], [{**ONE, "every": -1}],
    [{**ONE, "every": True}], [{**ONE, "sworn": 1}], [{**ONE, "id": 1}], [ONE, ONE], [ONE, {**ONE, "about": "models"}],
    *([_spoiled(ONE, **{name: ...})] for name in ONE),
]  # fmt: skip
BAD_PARTS: list[Any] = [
    {}, [{}], [["c1", "whole", 3, 30, 3, 0]], [["c1", "whole", 3, 30, 3, 0, 0, 0]], [[1, "whole", 3, 30, 3, 0, 0]],
    [["c1", "all", 3, 30, 3, 0, 0]], [["c1", [], 3, 30, 3, 0, 0]], [["c1", "whole", -3, 30, 3, 0, 0]],
    [["c1", "whole", True, 30, 3, 0, 0]], [["c1", "mixed", 4, 30, 3, 0, 0]], [["c1", "mixed", 2, 30, 3, 0, 2]],
    [["c1", "whole", 3, 30, 3, 0, None]], [["c1", "whole", 3, 30, 3, 0, 0], ["c1", "mixed", 1, 30, 3, 0, 0]],
    [["c1", "whole", 3, 30, 2**53, 0, 0]],
]  # fmt: skip


def malformed(world: World, kind: Kind, said: dict[str, Any], rows: list[Row] | None = None, basis: str = "") -> bool:
    before = canonical_json({**_plain(world.case)})
    refused = world.fold(kind, said, rows=rows, basis=basis)
    assert refused is None or canonical_json({**_plain(world.case)}) == before
    return refused is not None and refused.code == refusals.ActMalformed.code


def _plain(case: Case) -> dict[str, Any]:
    names = ("orders", "scopes", "parts", "samples", "met", "rounds", "about")
    return {name: getattr(case, name) for name in names}


@pytest.mark.parametrize("said", BAD_OBLIGATIONS, ids=str)
def test_obligations_that_say_nonsense_are_malformed(said: Any) -> None:
    assert malformed(hand.order_opened(), Kind.ORDER, {**hand.ordered(), "obligations": said})


@pytest.mark.parametrize("said", BAD_PARTS, ids=str)
def test_containers_that_say_nonsense_are_malformed(said: Any) -> None:
    world = hand.order_opened()
    assert malformed(world, Kind.SCOPE, {**world.scoped(WHOLE), "parts": said}, [Row(f"i{n}", "") for n in range(3)])


@pytest.mark.parametrize("said", ["7" * 63, "7" * 65, "G" * 64, "A" * 64, "", "٧" * 64, None, 7])
def test_a_seed_is_32_bytes_in_one_spelling(said: Any) -> None:
    world = hand.order_scoped()
    assert malformed(world, Kind.SAMPLE, {**world.sampling(), "seed": said})


@pytest.mark.parametrize("said", ["persons", "", None, 1, ["scope"]])
def test_a_case_is_about_a_person_or_about_a_scope(said: Any) -> None:
    world = World()
    assert malformed(world, Kind.RECEIVED, {"ref": "2026-001", "channel": "pdf", "faces": False, "about": said})


@pytest.mark.parametrize("said", [[], {"c1": 3}, {"c1": {"gone": -1}}, {"c1": {"gone": True}}, {"c1": None}, None])
def test_what_was_seen_of_containers_is_counted(said: Any) -> None:
    world = hand.order_approved().begin()
    assert malformed(world, Kind.OUTCOME, {**world.ended(), "parts": said}, [])
    read = hand.order_run()
    back = {"plan": read.newest_plan, "seen": "gone", "items": {}, "indexes": {"i1": 1}, "parts": said}
    assert malformed(read, Kind.READ_BACK, back, [])


# Snapshots


@pytest.mark.parametrize("name", ["about", "orders", "scopes", "parts", "samples", "met"])
def test_a_snapshot_keeps_all_of_an_order(name: str) -> None:
    case = hand.order_read().met().scope(WHOLE).sample().look().case
    again = Case.load(case.dump())
    assert getattr(case, name) == getattr(again, name) != getattr(Case("c1"), name)
    assert again.rounds[-1]["parts"] == case.rounds[-1]["parts"] != {}
