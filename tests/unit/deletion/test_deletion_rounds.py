"""What an earlier round took away must still be gone in a later one."""

from __future__ import annotations

from dsr_desk.core.actions import Action, ActionKind, ItemSeen, Outcome, OutcomeState, Plan, PlannedItem, Seen
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.deletion.rounds import Ran, over_all


def item(name: str) -> PlannedItem:
    return PlannedItem(ItemAddress("faces", "data", name, name * 2), ItemKind.PHOTO)


def ran(action: str, **seen: Seen) -> Ran:
    items = tuple(item(name) for name in seen)
    plan = Plan("2026-001", action, (Action(action, ActionKind.ERASE_ITEMS, "data", items=items),))
    looked = tuple(ItemSeen(item(name).address.id, one) for name, one in seen.items())
    return Ran(plan, (Outcome(action, OutcomeState.DONE, "o", "t", "t", looked),))


def names(plan: Plan) -> dict[str, list[str]]:
    return {action.id: [one.address.member for one in action.items] for action in plan.actions}


def test_one_round_is_looked_for_whole() -> None:
    first = ran("a01", one=Seen.GONE, two=Seen.STILL_THERE)
    assert over_all([first]) == first.plan


def test_what_went_in_an_earlier_round_is_looked_for_again() -> None:
    first, second = ran("a01", one=Seen.GONE, two=Seen.MASKED), ran("a02", three=Seen.GONE)
    assert names(over_all([first, second])) == {"a01": ["one", "two"], "a02": ["three"]}


def test_what_only_went_along_and_did_not_go_is_for_the_later_plan_to_say() -> None:
    first = ran("a01", one=Seen.GONE, two=Seen.STILL_THERE, three=Seen.NOT_LOOKED, four=Seen.HELD)
    later = [first, ran("a02", five=Seen.GONE)]
    assert names(over_all(later))["a01"] == ["one", "three", "four"]
    assert names(over_all(later, [item("two").address.id]))["a01"] == ["one", "two", "three", "four"]


def test_what_an_earlier_plan_never_began_is_looked_for_as_long_as_it_is_hers() -> None:
    stopped = Ran(ran("a01", one=Seen.GONE, two=Seen.GONE).plan, ())
    later = [stopped, ran("a02", three=Seen.GONE)]
    assert names(over_all(later)) == {"a02": ["three"]}
    assert names(over_all(later, [item("one").address.id])) == {"a01": ["one"], "a02": ["three"]}


def test_the_newest_plan_that_names_an_item_counts() -> None:
    first, second = ran("a01", one=Seen.GONE, two=Seen.GONE), ran("a02", one=Seen.GONE)
    third = ran("a03", one=Seen.STILL_THERE)
    assert names(over_all([first, second, third])) == {"a01": ["two"], "a03": ["one"]}


def test_what_was_decided_otherwise_since_is_not_looked_for() -> None:
    first, second = ran("a01", one=Seen.GONE, two=Seen.GONE), ran("a02", three=Seen.GONE)
    otherwise = [item("two").address.id, item("three").address.id]
    assert names(over_all([first, second], otherwise=otherwise)) == {"a01": ["one"], "a02": []}
