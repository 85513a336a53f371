"""What a plan rests on: each part alone makes another basis and is named; what the plan's own work changed does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import BEN, PLAN, World

from dsr_desk.core.acts import Kind, Row
from dsr_desk.core.basis import (
    PARTS,
    basis_of,
    differences,
    disposition_changed,
    dispositions_changed,
    parts_of,
    searched_indexes,
)
from dsr_desk.core.message import term
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import Right


def _withdrawn(world: World) -> None:
    world.identity("not-verified")


def _verified_anew(world: World) -> None:
    world.identity()


def _right(world: World) -> None:
    world.facts("objection", world.case.facts[-1]["identifiers"])


def _identifiers(world: World) -> None:
    world.facts(identifiers="2" * 32)


def _decided(world: World) -> None:
    world.decide(BEN, x="different")


def _undone(world: World) -> None:
    world.do(Kind.UNDONE, {"act": world.case.undoable[-1][0]})


def _settled(world: World) -> None:
    world.second(x="different").settle(x="different")


def _link(world: World) -> None:
    world.do(Kind.LINK, {"item": "x", "linked": "y", "refused": True})


def _masked(world: World) -> None:
    world.do(Kind.TREATED, {"item": "x", "as": "mask"})


def _stricter(world: World) -> None:
    world.policy(replace(Policy(), approver_not_decider=True))


def _index_anew(world: World) -> None:
    world.indexes["i1"] = 2


def _index_gone(world: World) -> None:
    world.indexes = {}


CHANGES: list[tuple[Callable[[World], None], list[str]]] = [
    (_withdrawn, ["basis.identity"]),
    (_verified_anew, ["basis.identity"]),
    (_right, ["basis.right"]),
    (_identifiers, ["basis.identifiers"]),
    (_decided, ["basis.decisions"]),
    (_undone, ["basis.decisions"]),
    (_settled, ["basis.decisions"]),
    (_link, ["basis.links"]),
    (_masked, ["basis.treatments"]),
    (_stricter, ["basis.policy"]),
    (_index_anew, ["basis.indexes"]),
    (_index_gone, ["basis.indexes"]),
]


def _scoped_anew(world: World) -> None:
    world.scope(hand.WHOLE, hand.MIXED, hand.UNKNOWN)


def _scoped_and_sampled_anew(world: World) -> None:
    world.scope(hand.WHOLE).sample().look()


def _another_sample(world: World) -> None:
    world.sample(n=1)


def _another_word_on_a_sample(world: World) -> None:
    world.look("rest", **{f"p{hand.places(world.newest_sample('rest'))[0]}": "unsure"})


def _checked_anew(world: World) -> None:
    world.identity(photo=False)


ORDER_CHANGES: list[tuple[Callable[[World], None], list[str]]] = [
    (_scoped_anew, ["basis.scope"]),
    (_scoped_and_sampled_anew, ["basis.scope"]),
    (_another_sample, ["basis.scope"]),
    (_another_word_on_a_sample, ["basis.scope"]),
    (_checked_anew, ["basis.identity"]),
    (_stricter, ["basis.policy"]),
    (_index_anew, ["basis.indexes"]),
    (_index_gone, ["basis.indexes"]),
]


def changed(world: World) -> list[str]:
    return [one.code for one in differences(world.case, world.roster.policy, world.indexes)]


def now(world: World) -> str:
    return basis_of(parts_of(world.case, world.roster.policy), world.indexes)


@pytest.mark.parametrize(("change", "codes"), CHANGES, ids=[change.__name__[1:] for change, _ in CHANGES])
def test_each_change_makes_another_basis_and_is_named(change: Callable[[World], None], codes: list[str]) -> None:
    world = hand.planned()
    assert changed(world) == []
    assert now(world) == world.basis
    change(world)
    assert changed(world) == codes
    assert now(world) != world.basis


@pytest.mark.parametrize(("change", "codes"), ORDER_CHANGES, ids=[change.__name__[1:] for change, _ in ORDER_CHANGES])
def test_each_change_of_an_order_makes_another_basis_and_is_named(
    change: Callable[[World], None], codes: list[str]
) -> None:
    world = hand.order_planned()
    assert changed(world) == []
    assert now(world) == world.basis
    change(world)
    assert changed(world) == codes
    assert now(world) != world.basis


def test_the_scope_is_part_of_an_orders_basis_alone() -> None:
    assert set(parts_of(hand.order_opened().case, Policy())) == {*PARTS, "dispositions"}
    assert set(parts_of(hand.planned().case, Policy())) == {*PARTS, "dispositions"} - {"scope"}


def test_words_on_samples_of_an_earlier_scope_are_no_part_of_the_basis() -> None:
    world = hand.order_sampled().scope(hand.WHOLE).sample().look().plan()
    first = world.case.samples[0]
    rows = [Row(f"i{at}", f"not {at}") for at in hand.places(first)]
    world.do(Kind.SAMPLED, {"sample": first["act"]}, rows=rows)
    assert changed(world) == []


def test_saying_the_same_of_a_sample_again_is_no_difference() -> None:
    assert changed(hand.order_planned().look(by=BEN)) == []


def test_an_order_rests_on_the_indexes_that_its_scopes_of_this_round_looked_at() -> None:
    world = hand.order_scoped()
    world.indexes = {"i2": 1}
    assert searched_indexes(world.scope(hand.WHOLE).case) == {"i1", "i2"}
    read = hand.order_read()
    read.indexes = {"i2": 1}
    assert searched_indexes(read.scope(hand.MIXED).case) == {"i2"}


def test_every_part_of_a_basis_has_a_change_that_touches_it() -> None:
    told = {code.removeprefix("basis.") for _, codes in (*CHANGES, *ORDER_CHANGES) for code in codes}
    assert told == {*PARTS, "indexes"}


def test_all_differences_are_told_at_once_in_their_order() -> None:
    world = hand.planned()
    for change, _ in reversed(CHANGES):
        if change not in (_verified_anew, _undone, _settled, _index_gone):
            change(world)
    assert changed(world) == [f"basis.{name}" for name in (*PARTS, "indexes") if name != "scope"]


def test_the_right_is_told_as_it_was_and_is() -> None:
    world = hand.planned().facts("access")
    (said,) = differences(world.case, world.roster.policy, world.indexes)
    assert dict(said.values) == {"before": term(Right.ERASURE), "after": term(Right.ACCESS)}
    assert said.say("de") == "Das Recht war Löschung und ist Auskunft."


def test_changed_decisions_are_counted() -> None:
    world = hand.planned().decide(x="different", y="different")
    (said,) = differences(world.case, world.roster.policy, world.indexes)
    assert said.values["count"] == 2


def test_a_decision_taken_back_to_what_it_was_is_no_difference() -> None:
    world = hand.planned().decide(x="different").decide(x="same")
    assert changed(world) == []


def test_deciding_the_same_again_is_no_difference() -> None:
    assert changed(hand.planned().decide(BEN, x="same")) == []


def test_a_search_that_finds_nothing_new_is_no_difference_and_something_new_is_to_be_decided() -> None:
    world = hand.planned().search("x", "y", "z")
    assert changed(world) == []
    assert changed(world.search("w")) == []
    assert changed(world.decide(w="different")) == ["basis.decisions"]


def test_without_a_plan_nothing_differs() -> None:
    world = hand.reviewed()
    world.facts("access")
    assert changed(world) == []
    assert dispositions_changed(world.case) is None


def test_an_index_that_was_not_searched_is_no_part_of_the_basis() -> None:
    world = hand.planned()
    world.indexes["i2"] = 9
    assert changed(world) == []
    assert searched_indexes(world.case) == {"i1"}


def test_indexes_of_earlier_rounds_are_no_part_of_a_later_basis() -> None:
    world = hand.read()
    world.indexes = {"i2": 1}
    world.search("w")
    assert searched_indexes(world.case) == {"i2"}


def test_what_the_plans_own_outcomes_changed_is_expected() -> None:
    world = hand.begun()
    world.indexes["i1"] = 2
    assert changed(world) == ["basis.indexes"]
    world.outcome(x="gone")
    assert changed(world) == []


def test_an_index_that_cannot_be_read_is_not_known_to_be_another_one() -> None:
    world = hand.begun()
    world.indexes["i1"] = -1
    assert changed(world) == []
    world.outcome(x="gone")
    world.indexes["i1"] = 1
    assert changed(world) == [], "what could not be read has not moved on"
    world.indexes["i1"] = 3
    assert changed(world) == ["basis.indexes"], "and once it can be read it must be the one that was planned with"


def test_an_index_that_was_destroyed_before_the_plan_is_no_difference_and_one_that_appears_is() -> None:
    world = hand.reviewed()
    world.indexes["i1"] = -1
    world.plan()
    del world.indexes["i1"]
    assert changed(world) == []
    world.indexes["i1"] = 1
    assert changed(world) == ["basis.indexes"]


def test_another_disposition_is_no_difference_and_voids_its_own_model() -> None:
    world = hand.reviewed()
    dispose(world, "m1", "retrained")
    dispose(world, "m2", "retrained")
    world.plan()
    dispose(world, "m1", "destroyed")
    assert changed(world) == []
    assert [disposition_changed(world.case, model) for model in ("m1", "m2", "m3")] == [True, False, False]
    said = dispositions_changed(world.case)
    assert said is not None
    assert (said.code, dict(said.values)) == ("basis.dispositions", {"count": 1})


def test_a_disposition_that_came_after_the_plan_voids_its_own_model() -> None:
    world = hand.planned()
    dispose(world, "m1", "retrained")
    assert disposition_changed(world.case, "m1")


def dispose(world: World, model: str, disposition: str) -> None:
    world.do(Kind.DISPOSITION, {"model": model, "disposition": disposition, "deadline": ""})


@pytest.mark.parametrize("said", [{"right": "access"}, {"decisions": "0" * 64}, {"policy": ""}])
def test_every_word_of_the_parts_is_in_the_digest(said: dict[str, Any]) -> None:
    world = hand.planned()
    parts = parts_of(world.case, world.roster.policy)
    assert basis_of({**parts, **said}, world.indexes) != basis_of(parts, world.indexes)


def test_the_identity_that_is_not_in_force_is_none() -> None:
    world = World().received().identity("not-verified")
    assert parts_of(world.case, world.roster.policy)["identity"] == ""


def test_a_plan_that_is_made_anew_rests_on_what_is_now() -> None:
    world = hand.planned().facts("objection")
    assert changed(world) == ["basis.right"]
    world.plan()
    assert world.newest_plan == PLAN
    assert changed(world) == []
