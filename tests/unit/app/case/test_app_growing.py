"""The growing search: after a confirmed hit the search is made again with it, as it was made before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dsr_desk.app.case import growing, review, searching
from dsr_desk.app.case.growing import Grown, grow, may_grow
from dsr_desk.app.case.steps import confirmed_since_search
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from unit.app.by_hand import approve, candidate, plan
from unit.app.case.test_app_searching import HERS, OTHER, FakeIndex, FakeSearch, fake, open_case

__all__ = ["fake"]

NEW = candidate(3)


def searched(desk: Desk, **how: float) -> str:
    ref = open_case(desk)
    searching.search_case(desk, ref, **how)
    return ref


def test_a_confirmed_hit_is_searched_with_and_what_it_brings_is_proposed(desk: Desk, fake: FakeSearch) -> None:
    ref = searched(desk)
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    fake.found = (HERS, OTHER, NEW)
    assert grow(desk, ref) == Grown(confirmed=1, new=1)
    assert fake.asked[-1].confirmed == [(HERS.id, None)]
    assert NEW.id in {item.candidate.id for item in review.review_items(desk, ref)}
    assert not may_grow(desk, ref)
    assert grow(desk, ref) is None
    assert len(fake.asked) == 2


def test_it_is_the_same_search_in_the_same_indexes_down_to_as_many_strangers(
    desk: Desk, fake: FakeSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = searched(desk, expected_strangers=25.0)
    named: list[Sequence[str]] = []

    def open_indexes(_desk: Desk, names: Sequence[str]) -> tuple[list[FakeIndex], dict[str, DeskError]]:
        named.append(names)
        return fake.indexes, {}

    monkeypatch.setattr(searching, "open_indexes", open_indexes)
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    grow(desk, ref)
    assert fake.asked[-1].expected_strangers == 25.0
    assert named == [("portraits",)]


@pytest.mark.parametrize("verdict", [Verdict.DIFFERENT, Verdict.UNSURE])
def test_what_is_not_confirmed_brings_nothing(desk: Desk, fake: FakeSearch, verdict: Verdict) -> None:
    ref = searched(desk)
    review.decide(desk, ref, HERS.id, verdict)
    assert grow(desk, ref) is None
    assert len(fake.asked) == 1


def test_a_confirmation_that_was_taken_back_is_not_searched_with(desk: Desk, fake: FakeSearch) -> None:
    ref = searched(desk)
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    review.undo_last(desk, ref)
    assert confirmed_since_search(desk.case(ref)) == 0
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    review.decide(desk, ref, HERS.id, Verdict.DIFFERENT)
    assert grow(desk, ref) is None
    assert len(fake.asked) == 1


def test_nothing_is_searched_beside_an_approved_plan(desk: Desk, fake: FakeSearch) -> None:
    ref = searched(desk)
    review.decide(desk, ref, OTHER.id, Verdict.DIFFERENT)
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    plan(desk, ref, HERS)
    approve(desk, ref)
    assert not may_grow(desk, ref)
    assert grow(desk, ref) is None
    assert len(fake.asked) == 1


def test_what_lists_very_many_is_repeated_only_when_somebody_asks(
    desk: Desk, fake: FakeSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "MOST_CANDIDATES", 1)
    ref = searched(desk)
    review.decide(desk, ref, HERS.id, Verdict.SAME)
    assert grow(desk, ref) is None
    assert confirmed_since_search(desk.case(ref)) == len(fake.asked) == 1


def test_before_the_first_search_nothing_grows(desk: Desk, fake: FakeSearch) -> None:
    ref = open_case(desk)
    assert grow(desk, ref) is None
    assert fake.asked == []
