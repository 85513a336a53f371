"""Stray copies in the fold: what is found stays open until it is gone, or explained by something that holds."""

from __future__ import annotations

import acts_by_hand as hand
import pytest
from acts_by_hand import BEN, World

from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.core.shapes import SHAPES
from dsr_desk.core.strays import Explained, StrayBy, open_strays


def explained(world: World, how: str) -> World:
    world.do(Kind.EXPLAINED, {"finding": "s", "as": how}, by=BEN)
    return world


def test_a_sweep_is_kept_with_who_made_it_and_what_it_looked_at() -> None:
    (made,) = hand.opened().sweep(s="bytes").case.sweeps
    assert (made["roots"], made["files"], made["complete"]) == (1, 9, True)
    assert made["officer"] == hand.ANN


def test_what_is_found_is_open_until_a_later_sweep_says_that_it_is_gone() -> None:
    world = hand.opened().sweep(s="bytes", t="look")
    assert open_strays(world.case) == {"s": StrayBy.BYTES, "t": StrayBy.LOOK}
    assert open_strays(world.sweep(s="gone").case) == {"t": StrayBy.LOOK}


def test_a_sweep_that_did_not_look_there_takes_no_finding_away() -> None:
    assert open_strays(hand.opened().sweep(s="inside").sweep().case) == {"s": StrayBy.INSIDE}


@pytest.mark.parametrize(("how", "open_"), [(one, one is Explained.TO_PLAN) for one in Explained])
def test_what_an_officer_says_settles_a_finding_unless_something_is_still_to_be_done(
    how: Explained, open_: bool
) -> None:
    assert bool(open_strays(explained(hand.opened().sweep(s="bytes"), how.value).case)) is open_


@pytest.mark.parametrize(
    ("how", "open_"), [("is-other", False), ("stays-by-law", False), ("erased-by-hand", True), ("to-plan", True)]
)
def test_what_was_said_to_be_erased_and_is_found_again_is_open_again(how: str, open_: bool) -> None:
    world = explained(hand.opened().sweep(s="bytes"), how).sweep(s="bytes")
    assert bool(open_strays(world.case)) is open_


def test_what_comes_back_after_it_was_gone_is_explained_by_nothing() -> None:
    world = explained(hand.opened().sweep(s="bytes"), "is-other").sweep(s="gone").sweep(s="bytes")
    assert open_strays(world.case) == {"s": StrayBy.BYTES}


def test_a_snapshot_keeps_sweeps_and_findings() -> None:
    case = explained(hand.opened().sweep(s="bytes", t="look"), "stays-by-law").case
    again = Case.load(case.dump())
    assert (again.sweeps, again.strays) == (case.sweeps, case.strays)


def test_what_can_be_said_of_a_finding_is_what_the_form_of_the_act_allows() -> None:
    fits = SHAPES[Kind.EXPLAINED]["as"]
    assert all(fits(one.value) for one in Explained)
    assert not fits("gone")


def test_only_what_holds_what_was_looked_for_is_a_copy() -> None:
    assert [one for one in StrayBy if not one.is_a_copy] == [
        StrayBy.LOOK, StrayBy.LOOK_INSIDE, StrayBy.SAME_SHAPES, StrayBy.UNKNOWN_MODEL,
    ]  # fmt: skip
