"""The verifier in a bundle folds a case by a small copy of the rules: it comes to the same as the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import acts_by_hand as hand
import pytest
from acts_by_hand import World
from hypothesis import given
from hypothesis import strategies as st
from order_steps import order_steps, order_worlds
from test_core_case import _filled, officers, steps
from test_core_rules import ACTS, ALLOWED
from tries_by_hand import Refused, Try

from dsr_desk.core.acts import Entry, Kind, Row
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.core.case import left_of
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import Fold

LEFT_TO_THE_PROGRAM = {
    # what a window or a command is spared, and what changes nothing that a bundle says
    "not_there_yet", "an_end", "has_ended", "not_forgotten", "forgets_own", "has_ended_if_whole", "known_items",
    "undoable", "undo_open", "anything_decided", "tasks_wait", "something_due", "second_review_of_access",
    "second_review_of_erasure", "sampled_twice",
}  # fmt: skip
"""Guards that the program alone asks when it verifies (`evidence.verifying.rules`)."""


class Small:
    """The small copy, fed with the entries of a world."""

    def __init__(self) -> None:
        self.roster = check_bundle.Roster()
        self.rows: dict[int, list[Row]] = {}
        self.too_many = 0
        self.fold = Fold(self.roster, lambda seq: ((row.item, row.word) for row in self.rows[seq]))

    def take(self, entry: Entry, rows: list[Row]) -> None:
        """Raises Refused."""
        act = entry.act
        said = {
            "kind": act.kind.value, "officer": act.officer, "time": act.time, "basis": act.basis,
            "open": {**act.open, **({"count": len(rows)} if rows else {})}, "digest": act.digest, "fields": {},
        }  # fmt: skip
        self.rows[entry.seq] = rows
        if entry.case:
            count = len(rows) + self.too_many
            told = {"told": {"actions": [{"items": count}]}} if act.kind is Kind.PLANNED else {}
            self.fold.take(entry.seq, said, told)
        else:
            envelope = {"act": act.digest, "writer": entry.writer, "signatures": dict(entry.signatures)}
            self.roster.take(entry.seq, said, envelope, "")

    def allows(self, entry: Entry, rows: list[Row]) -> bool:
        try:
            self.take(entry, rows)
        except check_bundle.Refused as refused:
            return refused.said.code not in ("entry.forbidden", "entry.stranger")
        return True


def folded(world: World) -> Small:
    """What the world allowed, taken by the small copy."""
    small, forbidden = Small(), {seq for seq, _, _ in world.case.forbidden}
    for entry, rows in world.log:
        if entry.seq not in forbidden:
            small.take(entry, rows)
    return small


def tried(world: World, one: Try) -> Entry:
    said = one.said(world)
    return world.entry(one.kind, said, one.by, world.case.id, one.basis(world))


def state(small: Small) -> dict[str, Any]:
    fold = small.fold
    return {
        "right": fold.right,
        "identified": fold.identified,
        "rounds": [
            {
                "plan": one["plan"] and one["plan"]["plan"],
                "approvals": [each["officer"] for each in one["approvals"]],
                "actions": {name: (each["state"], each["by"]) for name, each in one["actions"].items()},
                "reads": [each["seq"] for each in one["reads"]],
                "validated": [each["officer"] for each in one["validated"]],
            }
            for one in fold.rounds
        ],
        "items": {
            name: (item.round, item.words[-1][:2] if item.words else None, item.seen)
            for name, item in fold.items.items()
        },
        "second": {name: item.second[-1][:2] for name, item in fold.items.items() if item.second},
        "strays": {name: (one["how"], one["gone"], one["explained"]) for name, one in fold.strays.items()},
        "orders": [one["act"] for one in fold.orders],
        "scopes": [(one["act"], one["round"], one["items"], one["rest"]) for one in fold.scopes],
        "parts": {name: (one, check_bundle.left_of(one)) for name, one in fold.containers.items()},
        "earlier": [one["containers"] for one in fold.rounds],
        "samples": [(one["act"], one["words"], one["by"]) for one in fold.samples],
        "sampled": fold.sampled(),
        "met": {name: (one["act"], one["how"], one["times"]) for name, one in fold.met.items()},
        "scope": fold.parts().get("scope"),
    }


def state_of(world: World) -> dict[str, Any]:
    case = world.case
    return {
        "right": case.right.value,
        "identified": case.identified,
        "rounds": [
            {
                "plan": one["plan"] and one["plan"]["plan"],
                "approvals": [each["officer"] for each in one["approvals"]],
                "actions": {name: (each["state"], each["by"]) for name, each in one["actions"].items()},
                "reads": [each["seq"] for each in one["read_backs"]],
                "validated": [each["officer"] for each in one["validated"]],
            }
            for one in case.rounds
        ],
        "items": {
            key: (item[2], tuple(item[3][-1][:2]) if item[3] else None, item[5]) for key, item in case.items.items()
        },
        "second": {key: tuple(item[4][-1][:2]) for key, item in case.items.items() if item[4]},
        "strays": {
            key: (one["how"], one["gone"] is not None, one["explained"]["as"] if one["explained"] else "")
            for key, one in case.strays.items()
        },
        "orders": [one["act"] for one in case.orders],
        "scopes": [(one["act"], one["round"], one["items"], one["rest"]) for one in case.scopes],
        "parts": {name: (one, left_of(one)) for name, one in case.parts.items()},
        "earlier": [one["parts"] for one in case.rounds],
        "samples": [(one["act"], one["words"], one["by"]) for one in case.samples],
        "sampled": case.sampled,
        "met": {name: (one["act"], one["how"], one["times"]) for name, one in case.met.items()},
        "scope": parts_of(case, world.roster.policy).get("scope"),
    }


@pytest.mark.parametrize(("one", "world"), ALLOWED, ids=[one.kind.value for one, _ in ALLOWED])
def test_what_the_program_allows_the_verifier_allows(one: Try, world: Any) -> None:
    made = world()
    small = folded(made)
    assert state(small) == state_of(made)
    assert small.allows(tried(made, one), one.rows or [])


@pytest.mark.parametrize(
    "case",
    [one for one in ACTS if one.guard not in LEFT_TO_THE_PROGRAM],
    ids=lambda one: f"{one.tried.kind}-{one.guard}",
)
def test_what_the_program_forbids_the_verifier_refuses(case: Refused) -> None:
    world = case.world()
    assert not folded(world).allows(tried(world, case.tried), case.tried.rows or [])


@given(st.lists(st.tuples(steps, officers), max_size=25))
def test_after_any_acts_that_were_allowed_the_verifier_sees_the_same_case(acts: list[Any]) -> None:
    _comes_to_the_same(World().received(), acts)


@given(order_worlds, st.lists(st.tuples(order_steps, officers), max_size=20))
def test_after_any_acts_of_an_order_that_were_allowed_the_verifier_sees_the_same_case(
    world: Callable[[], World], acts: list[Any]
) -> None:
    _comes_to_the_same(world(), acts)


def _comes_to_the_same(world: World, acts: list[Any]) -> None:
    for (kind, said, rows), by in acts:
        open_, made, basis = _filled(world, kind, said, rows)
        world.fold(kind, open_, by=by, rows=made, basis=basis)
    assert state(folded(world)) == state_of(world)


def test_a_plan_that_says_of_itself_what_is_not_so_is_refused() -> None:
    world = hand.reviewed()
    said, _ = world.planned()
    parts = {**said["parts"], "links": "0" * 64}
    forged = {**said, "parts": parts}
    entry = world.entry(Kind.PLANNED, forged, hand.ANN, world.case.id, basis_of(parts, said["indexes"]))
    assert not folded(world).allows(entry, hand.as_rows({"x": "erase"}))


def test_a_plan_that_tells_another_number_of_items_than_it_has_rows_is_refused() -> None:
    world = hand.reviewed()
    said, basis = world.planned()
    small = folded(world)
    small.too_many = 1
    entry = world.entry(Kind.PLANNED, said, hand.ANN, world.case.id, basis)
    assert not small.allows(entry, hand.as_rows({"x": "erase"}))


@pytest.mark.parametrize(("now", "allowed"), [(1, True), (-1, True), (2, False), (None, False)])
def test_a_plan_stands_where_an_index_cannot_be_read_and_falls_where_it_is_another_one(
    now: int | None, allowed: bool
) -> None:
    """Begun, and begun again after an outcome that could not read the index either."""
    for away in (False, True):
        world = hand.approved()
        if away:
            world = world.begin()
            world.indexes["i1"] = -1
            world.outcome("failed", x="not_looked")
        world.indexes = {} if now is None else {"i1": now}
        begin = Try(Kind.BEGUN, World.begun, basis=lambda world: world.basis)
        assert folded(world).allows(tried(world, begin), []) is allowed


def test_another_plan_than_the_one_in_force_is_not_withdrawn() -> None:
    world = hand.planned()
    entry = world.entry(Kind.PLAN_WITHDRAWN, {"plan": hand.OTHER_PLAN}, hand.ANN, world.case.id)
    assert not folded(world).allows(entry, [])


def test_a_search_that_only_looks_again_proposes_nothing_whatever_rows_it_brings() -> None:
    world = hand.run()
    world.fold(Kind.SEARCHED, hand.searched(purpose="read-back"), rows=[Row("new", "photo")])
    assert state(folded(world)) == state_of(world)
    assert "new" not in world.case.items
