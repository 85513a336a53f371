"""A policy: its form in acts, and what asks for less than another one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from dsr_desk.core.policy import Policy

STRICT = Policy(3, True, True, True, True)
SWITCHES = [one.name for one in fields(Policy) if one.name != "approvals"]


@pytest.mark.parametrize("policy", [Policy(), STRICT])
def test_a_policy_comes_back_from_an_act_as_it_was(policy: Policy) -> None:
    assert Policy.from_open(policy.as_open()) == policy


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"approvals": 0},
        {"approvals": True},
        {"approvals": "2"},
        {"second_review_access": 1},
        {"unknown": True},
    ],
)
def test_what_is_no_policy_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no policy"):
        Policy.from_open({**(Policy().as_open() if said else {}), **said})


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_turned_off_is_looser_and_turned_on_is_not(name: str) -> None:
    off = replace(STRICT, **{name: False})
    assert off.is_looser_than(STRICT)
    assert not STRICT.is_looser_than(off)


def test_fewer_approvals_are_looser_and_the_same_policy_is_not() -> None:
    assert replace(STRICT, approvals=2).is_looser_than(STRICT)
    assert not STRICT.is_looser_than(replace(STRICT, approvals=2))
    assert not STRICT.is_looser_than(STRICT)


def test_one_part_that_asks_for_less_makes_a_policy_looser_whatever_the_others_ask() -> None:
    assert Policy(5, True, True, False, True).is_looser_than(Policy())


def test_by_default_another_officer_confirms_and_what_is_handed_out_is_reviewed_twice() -> None:
    assert Policy() == Policy(1, False, True, True, False)
