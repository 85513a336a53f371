"""Of items that are alike some go and some stay: what is left is counted, and one too many is still there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    VERSION,
    FakeIndex,
    KeptRecords,
    containers_of,
    hit,
    scope_of,
    stores_of,
)

from dsr_desk.core.actions import OutcomeState, Plan, Seen
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import message
from dsr_desk.deletion.dry_run import dry_run
from dsr_desk.deletion.plan import make_plan
from dsr_desk.deletion.read_back import ReadBackFound, ReadBackScope, read_back
from dsr_desk.deletion.run import Stores, run
from dsr_desk.deletion.staying import Staying

ROW = "Ada,ada@example.org,1\n"
REJECTED = message("why.rejected")


@pytest.fixture
def root(root: Path) -> Path:
    """A table in which one row stands three times."""
    (root / "people.csv").write_text("name,mail,phone\n" + 3 * ROW + "Bo,bo@example.org,2\n")
    return root


def rows_of(root: Path) -> list[str]:
    return (root / "people.csv").read_text().splitlines(keepends=True)[1:]


def address(root: Path, occurrence: int) -> ItemAddress:
    shown = hit(containers_of(root)[VERSION, "data/people.csv"], "", row="ada@")
    return replace(shown.address, occurrence=occurrence)


def planned(root: Path, *rejected: int) -> tuple[Plan, Stores]:
    """All rows that are alike are to go, but the rejected ones."""
    shown = hit(containers_of(root)[VERSION, "data/people.csv"], "", row="ada@")
    decided = {address(root, number): REJECTED for number in rejected}
    first = min({0, 1, 2} - set(rejected))
    candidate = replace(shown.candidate, address=address(root, first))
    chosen = replace(shown, candidate=candidate, decision=replace(shown.decision, address=address(root, first)))
    plan = make_plan(CASE, MADE, [chosen], scope_of(root, rejected={one.id for one in decided}))
    return plan, replace(stores_of(root), staying=Staying(decided))


def looked(plan: Plan, stores: Stores, records: KeptRecords, *found: ItemAddress) -> dict[str, Seen]:
    again = ReadBackFound(tuple((one, message("left.near")) for one in found), 4)
    result = read_back(plan, stores, records, OFFICER_KEY, ReadBackScope(search_again=lambda: again))
    return {"all": result.seen, **{one.name.code: one.seen for one in result.checks}}


@pytest.mark.parametrize("rejected", [0, 1, 2])
def test_of_rows_that_are_alike_those_that_were_to_go_are_gone_though_a_rejected_one_is_left(
    root: Path, rejected: int
) -> None:
    plan, stores = planned(root, rejected)
    assert len(plan.actions[0].items) == 2
    records = KeptRecords()
    outcomes = run(plan, stores, records, OFFICER_KEY)
    assert rows_of(root) == [ROW, "Bo,bo@example.org,2\n"]
    assert (outcomes[0].state, outcomes[0].count(Seen.GONE)) == (OutcomeState.DONE, 2)
    assert looked(plan, stores, records, address(root, 0))["all"] is Seen.GONE
    assert looked(plan, stores, records, address(root, 0), address(root, 1))["check.again"] is Seen.STILL_THERE


def test_one_more_than_those_that_stay_is_still_there(root: Path) -> None:
    plan, stores = planned(root, 1)
    records = KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    with (root / "people.csv").open("a") as file:
        file.write(ROW)
    found = looked(plan, stores, records)
    assert (found["all"], found["check.content"]) == (Seen.STILL_THERE, Seen.STILL_THERE)
    result = read_back(plan, stores, records, OFFICER_KEY, ReadBackScope())
    assert result.count(Seen.STILL_THERE) == 2
    (content,) = (one for one in result.checks if one.name.code == "check.content")
    assert (len(content.remaining), len(result.excepted)) == (1, 1)


def test_a_row_that_stays_at_one_place_excuses_none_at_another(root: Path) -> None:
    plan, stores = planned(root, 1)
    records = KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    (root / "copy.csv").write_text("name,mail,phone\n" + ROW)
    stores = replace(stores, containers=containers_of(root))
    assert looked(plan, stores, records)["check.content"] is Seen.STILL_THERE


def test_what_was_decided_to_stay_is_not_taken_where_the_others_went_already(root: Path) -> None:
    """Somebody removed the two that were to go: the one that is left is not theirs to take."""
    plan, stores = planned(root, 1)
    (root / "people.csv").write_text("name,mail,phone\n" + ROW + "Bo,bo@example.org,2\n")
    assert [one.erase for one in dry_run(plan, stores).stores if one.store == "data/people.csv"] == [0]
    outcome = run(plan, stores, KeptRecords(), OFFICER_KEY)[0]
    assert rows_of(root) == [ROW, "Bo,bo@example.org,2\n"]
    assert {(one.seen, one.says) for one in outcome.items} == {(Seen.STILL_THERE, message("seen.fewer-alike"))}


def test_where_fewer_are_there_than_were_decided_on_nothing_that_is_left_is_called_gone(root: Path) -> None:
    """A row was decided to stay that lies there no more: which of the others are hers, nobody can tell."""
    plan, stores = planned(root, 1)
    stale = replace(address(root, 0), occurrence=7)
    stores = replace(stores, staying=Staying({**stores.staying.reasons, stale: REJECTED}))
    records = KeptRecords()
    outcome = run(plan, stores, records, OFFICER_KEY)[0]
    assert rows_of(root).count(ROW) == 2
    assert outcome.count(Seen.STILL_THERE) == 2
    assert looked(plan, stores, records)["all"] is Seen.STILL_THERE
    (root / "people.csv").write_text("name,mail,phone\n")
    assert read_back(plan, stores, records, OFFICER_KEY, ReadBackScope()).count(Seen.GONE) == 2


class Renumbered(FakeIndex):
    """An index that has read the data again: the row that is left is now the first of its kind."""

    def __init__(self, *known: str) -> None:
        super().__init__()
        self.known = known

    def remaining(self, items: object) -> list[str]:
        assert isinstance(items, list)
        return [one for one in items if one in self.known and one not in self.forgotten]


def test_an_index_that_counted_anew_keeps_what_stays(root: Path) -> None:
    """The first of three was to go; the one that stays has its id now."""
    plan, stores = planned(root, 1)
    records = KeptRecords()
    run(plan, replace(stores, indexes={}), records, OFFICER_KEY)
    index = Renumbered(address(root, 0).id)
    stores = replace(stores, indexes={"faces": index})
    outcomes = run(plan, stores, records, OFFICER_KEY)
    assert not index.forgotten, "a search must find the row that is there"
    assert outcomes[1].state is OutcomeState.DONE
    assert looked(plan, stores, records)["check.index"] is Seen.GONE
    index.known = (address(root, 0).id, address(root, 1).id)
    assert looked(plan, stores, records)["check.index"] is Seen.STILL_THERE, "one too many"
