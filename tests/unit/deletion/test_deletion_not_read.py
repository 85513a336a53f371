"""A container of which a part is not read cannot hold anything that is called gone without that being said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import OFFICER_KEY, VERSION, KeptRecords, plan_of, stores_of

from dsr_desk.core.actions import OutcomeState, Plan, ReadBack, Seen
from dsr_desk.core.findings import Gap, places_not_read
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Accounts, Listed, Unread
from dsr_desk.deletion.read_back import ReadBackFound, ReadBackScope, read_back
from dsr_desk.deletion.run import Stores, run

VIDEO, LABELS = message("kind.video"), message("kind.numpy")
WHY = message("why.format.not-read", kind=VIDEO)
SHARD = "data/s-000.tar"


def again() -> ReadBackFound:
    return ReadBackFound((), 10)


@pytest.fixture
def plan(root: Path) -> Plan:
    return plan_of(root)


@pytest.fixture
def stores(root: Path, monkeypatch: pytest.MonkeyPatch) -> Stores:
    """The shard holds a video and class numbers that its reader does not read."""
    found = stores_of(root)
    shard = found.containers[VERSION, SHARD]
    listing = shard.listing

    def listed(first: int = 0) -> Iterator[Listed]:
        for one in listing(first):
            if isinstance(one, Accounts):
                yield Unread("clip.mp4", VIDEO, WHY, 1)
                yield Unread("x.npy", LABELS, WHY, 3)
            yield one

    monkeypatch.setattr(shard, "listing", listed)
    return found


def looked(plan: Plan, stores: Stores, records: KeptRecords) -> ReadBack:
    return read_back(plan, stores, records, OFFICER_KEY, ReadBackScope(search_again=again))


def test_what_lay_beside_unread_places_is_gone_where_it_was_read_and_the_rest_is_gone(
    plan: Plan, stores: Stores
) -> None:
    records = KeptRecords()
    outcomes = run(plan, stores, records, OFFICER_KEY)
    by_container = {action.container: one for action, one in zip(plan.actions, outcomes, strict=True)}
    assert {one.seen for one in by_container[SHARD].items} == {Seen.GONE_WHERE_READ}
    assert {one.seen for name, of in by_container.items() if name != SHARD for one in of.items} == {Seen.GONE}
    assert by_container[SHARD].state is OutcomeState.DONE, "no run does it again"
    result = looked(plan, stores, records)
    in_shard = {item.address.id for action in plan.erasing if action.container == SHARD for item in action.items}
    assert {one.item for one in result.items if one.seen is Seen.GONE_WHERE_READ} == in_shard
    assert result.seen is Seen.GONE_WHERE_READ


def test_the_headline_says_how_many_places_of_which_containers_were_not_read(plan: Plan, stores: Stores) -> None:
    records = KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    result = looked(plan, stores, records)
    assert result.headline[0] == message("headline.gone_where_read", count=4)
    assert result.headline[-1] == message("headline.not-whole", containers=(SHARD,))
    assert result.headline[0].say() == "Gone where it was read; 4 places were not read."
    assert result.headline[0].say("de") == "Nicht mehr da, wo gelesen wurde; 4 Stellen wurden nicht gelesen."
    assert places_not_read(result.not_read) == 4
    assert {gap.kind for gap in result.not_read} == {VIDEO, LABELS}
    assert [gap.places for gap in result.not_read] == [(f"{SHARD} › clip.mp4",), (f"{SHARD} › x.npy",)]


def test_what_an_officer_declared_to_hold_no_personal_data_is_not_counted(plan: Plan, stores: Stores) -> None:
    records = KeptRecords()
    stores = replace(stores, harmless={VERSION: {LABELS}})
    run(plan, stores, records, OFFICER_KEY)
    result = looked(plan, stores, records)
    assert result.headline[0] == message("headline.gone_where_read", count=1)
    whole = replace(stores, harmless={VERSION: {LABELS, VIDEO}})
    result = looked(plan, whole, records)
    assert result.seen is Seen.GONE
    assert not result.not_read
    elsewhere = replace(stores, harmless={"another@1": {LABELS, VIDEO}})
    assert looked(plan, elsewhere, records).headline[0] == message("headline.gone_where_read", count=4)


def test_a_place_that_could_not_be_looked_at_weighs_more_than_one_that_is_not_read(plan: Plan, stores: Stores) -> None:
    records = KeptRecords()
    run(plan, stores, records, OFFICER_KEY)
    blind = Gap(message("gap.index", name="x"), message("why.elsewhere"))
    partly = Gap(message("gap.faces"), WHY, 2, LABELS)
    scope = ReadBackScope(search_again=lambda: ReadBackFound((), 10, (blind, partly)))
    result = read_back(plan, stores, records, OFFICER_KEY, scope)
    assert result.seen is Seen.NOT_LOOKED
    assert result.headline[0] == message("headline.not_looked")
    assert result.headline[-1] == message("headline.not-whole", containers=(SHARD,))
