"""Which data an order covers: whole containers, items, and what is not known, compared with a filter by hand."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dsr_desk.app.case import scope_holdings
from dsr_desk.app.case.scoping import (
    MIXED,
    NOT_KNOWN,
    NOT_SEARCHED,
    WHOLE,
    ItemList,
    PartOfScope,
    Resolved,
    ScopeListMissing,
    ScopeStale,
    resolve,
)
from dsr_desk.app.data import columns, indexing
from dsr_desk.app.desk import Desk
from dsr_desk.core.items import ColumnKind, DatasetVersion
from dsr_desk.core.message import Message
from dsr_desk.core.selectors import (
    AllOf,
    AnyOf,
    Called,
    CollectedBetween,
    ColumnIs,
    InList,
    MadeFrom,
    NamedBy,
    Not,
    Selector,
    parse,
    plain_name,
)
from dsr_desk.jobs.progress import Cancelled, CancelToken
from dsr_desk.search.index.erase import describe_as
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.streaming import item_rows, items_of_container
from quick_keys import make_keys_quick
from unit.app import scope_world as world

OUT, OPEN, IN = -1, 0, 1
S0, S1, PHOTOS, TABLE, GAMMA = "alpha/s0.tar", "alpha/s1.tar", "beta", "beta/people.csv", "gamma"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    """Built once: these tests write nothing in it, or take it back."""
    folder = tmp_path_factory.mktemp("orders")
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        with world.make(folder) as desk:
            yield desk, folder


@pytest.fixture
def desk(made: tuple[Desk, Path]) -> Desk:
    return made[0]


def scoped(desk: Desk, text: str, **lists: ItemList) -> Resolved:
    return resolve(desk, parse(text), lists)


def hows(found: Resolved) -> dict[str, tuple[str, int, int]]:
    """How each container is in scope, with its items and those not known; dataset versions without an index too."""
    return {one.container or one.dataset_version: (one.how, one.items, one.not_known) for one in found.parts}


def codes(said: tuple[Message, ...]) -> list[str]:
    return [one.code for one in said]


def listed(*digests: str, ids: tuple[str, ...] = ()) -> ItemList:
    arrays = [
        np.frombuffer(b"".join(sorted(map(bytes.fromhex, some))), f"S{width}")
        for some, width in ((ids, 16), (digests, 32))
    ]
    return ItemList("list", "", "", 0, 0, (), 0, (), *arrays)


def digest(number: int) -> str:
    return sha256(world.PHOTOS[number]).hexdigest()


# Facts


def test_a_supplier_is_taken_by_its_whole_name_and_near_names_are_questions(desk: Desk) -> None:
    found = scoped(desk, 'supplier = " brightwater PICTURES"')
    assert hows(found) == {
        S0: (WHOLE, 3, 0),
        S1: (WHOLE, 3, 0),
        PHOTOS: (NOT_KNOWN, 0, 4),
        TABLE: (NOT_KNOWN, 0, 4),
        "delta@1": (NOT_SEARCHED, 0, 0),
    }
    near = found.near[0]
    assert (near.code, near.values["other"], near.values["versions"]) == (
        "scope.near", "Brightwater Pictures Ltd", ("gamma@1",),
    )  # fmt: skip
    assert [one.name for one in found.not_indexed] == ["delta@1"]
    assert found.not_indexed[0].certain


def test_what_nobody_knows_is_neither_in_nor_out_and_says_which_fact_is_missing(desk: Desk) -> None:
    for text in ('supplier = "Brightwater Pictures"', 'not supplier = "Brightwater Pictures"', 'not source = "x"'):
        part = next(one for one in scoped(desk, text).parts if one.container == PHOTOS)
        assert (part.how, part.items, part.size, part.not_known, part.of) == (NOT_KNOWN, 0, 0, 4, 4)
        facts = part.why.values["facts"]
        assert isinstance(facts, tuple)
        assert {one.code for one in facts if isinstance(one, Message)} <= {"scope.open.supplier", "scope.open.source"}
    both = 'supplier = "Brightwater Pictures" and collected between 2015-01-01 and 2016-12-31'
    assert hows(scoped(desk, both))[PHOTOS] == (NOT_KNOWN, 0, 4)
    assert PHOTOS not in hows(scoped(desk, f'{both} and dataset = "alpha"'))


def test_a_period_that_overlaps_is_not_known(desk: Desk) -> None:
    inside = hows(scoped(desk, "collected between 2015-01-01 and 2016-12-31"))
    assert (inside[S0][0], inside[PHOTOS][0], inside[GAMMA][0]) == (WHOLE, NOT_KNOWN, NOT_KNOWN)
    found = scoped(desk, "collected between 2016-01-01 and 2019-12-31")
    assert hows(found)[S0] == (NOT_KNOWN, 0, 3)
    assert not found.not_indexed[0].certain
    assert S0 not in hows(scoped(desk, "collected between 2017-01-01 and 2019-12-31"))


def test_a_container_is_named_letter_by_letter(desk: Desk) -> None:
    assert hows(scoped(desk, f'container = "{S0}" and dataset = "alpha"')) == {S0: (WHOLE, 3, 0)}
    for near in ("s0.tar", S0.upper()):
        found = scoped(desk, f'container = "{near}" and dataset = "alpha"')
        assert hows(found) == {}
        assert codes(found.near) == ["scope.near"]
        assert codes(found.unmatched) == ["scope.unmatched"]


# Items


def test_a_container_goes_as_a_whole_only_if_all_of_it_is_known_to_be_in_scope(desk: Desk) -> None:
    every = scoped(desk, 'prefix = "x/" or prefix = "y/"')
    assert hows(every)[S0] == (WHOLE, 3, 0)
    assert hows(every)[S1] == (MIXED, 3, 0), "a member of it was not read, and may be anybody's"
    part = next(one for one in every.parts if one.container == S1)
    assert part.unread == 1
    assert hows(scoped(desk, 'prefix = "x/0"'))[S0] == (MIXED, 1, 0)


def test_a_container_that_changed_or_is_away_does_not_go_as_a_whole_by_its_items(
    desk: Desk, made: tuple[Desk, Path]
) -> None:
    shard = made[1] / "alpha" / "s0.tar"
    aside = shard.with_suffix(".aside")
    by_items, as_such = 'prefix = "x/"', 'dataset = "alpha"'
    shutil.copy2(shard, aside)
    shard.rename(shard.with_suffix(".kept"))
    try:
        assert _part(scoped(desk, by_items), S0).fit == "out-of-reach"
        assert _part(scoped(desk, by_items), S0).how == MIXED
        aside.rename(shard)
        assert _part(scoped(desk, by_items), S0).fit == "changed"
        assert _part(scoped(desk, by_items), S0).how == MIXED
        assert (_part(scoped(desk, as_such), S0).how, _part(scoped(desk, as_such), S0).fit) == (WHOLE, "changed")
    finally:
        shard.with_suffix(".kept").replace(shard)
    assert _part(scoped(desk, by_items), S0).how == WHOLE


def test_a_prefix_is_compared_letter_by_letter_and_near_ones_are_questions(desk: Desk) -> None:
    found = scoped(desk, 'prefix = "photos/in/"')
    assert hows(found)[PHOTOS] == (MIXED, 2, 0)
    near = [one for one in found.near if one.code == "scope.near.value"]
    assert [(one.values["other"], one.values["count"]) for one in near] == [("photos/In/", 1)]


def test_a_column_is_read_where_an_officer_confirmed_it(desk: Desk) -> None:
    text = 'column SUPPLIER = "Brightwater Pictures"'
    found = scoped(desk, text)
    assert hows(found) == {TABLE: (MIXED, 2, 0), "delta@1": (NOT_SEARCHED, 0, 0)}
    near = [one.values["other"] for one in found.near if one.code == "scope.near.value"]
    assert near == ["brightwater pictures ltd"]
    assert codes(scoped(desk, 'column nothing = "x"').unmatched) == ["scope.unmatched"]


def test_a_list_is_of_ids_or_of_contents_wherever_they_lie(desk: Desk) -> None:
    one = listed(digest(0), digest(4), "ab" * 32)
    found = scoped(desk, 'items in list "a"', a=one)
    assert hows(found) == {
        S0: (MIXED, 1, 0), S1: (MIXED, 1, 0), PHOTOS: (MIXED, 1, 0), "delta@1": (NOT_SEARCHED, 0, 0),
    }  # fmt: skip
    unmet = found.unmatched[0]
    assert (unmet.code, unmet.values["count"], unmet.values["total"]) == ("scope.unmatched.list", 1, 3)
    address = next(iter(found.items(_part(found, PHOTOS))))[0]
    by_id = scoped(desk, 'items in list "a"', a=listed(ids=(address.id, "cd" * 16)))
    assert hows(by_id) == {PHOTOS: (MIXED, 1, 0), "delta@1": (NOT_SEARCHED, 0, 0)}
    assert by_id.unmatched[0].values["count"] == 1


def test_entries_count_as_met_where_another_selector_leaves_them_out(desk: Desk) -> None:
    found = scoped(desk, 'items in list "a" and dataset = "gamma"', a=listed(digest(0), digest(8)))
    assert hows(found) == {GAMMA: (MIXED, 1, 0)}
    assert found.unmatched == ()


def test_a_list_that_was_not_given_is_refused(desk: Desk) -> None:
    with pytest.raises(ScopeListMissing):
        scoped(desk, 'items in list "a"', b=listed(digest(0)))


# What was made from it


def test_copies_are_found_by_content_and_descendants_by_lineage(desk: Desk) -> None:
    found = scoped(desk, f'made from (container = "{S0}" and dataset = "alpha")')
    assert hows(found) == {
        S0: (WHOLE, 3, 0),
        PHOTOS: (MIXED, 2, 0),
        GAMMA: (NOT_KNOWN, 0, 2),
        "delta@1": (NOT_SEARCHED, 0, 0),
        "crops elsewhere@1": (NOT_SEARCHED, 0, 0),
    }
    whole = scoped(desk, 'made from (dataset = "alpha")')
    part = _part(whole, GAMMA)
    assert (part.how, part.why.code, part.why.values["origin"]) == (WHOLE, "scope.why.made", "alpha@1")


def test_what_was_made_from_a_scope_and_left_out_of_it_is_a_question(desk: Desk) -> None:
    said = {one.code: one for one in scoped(desk, 'dataset = "alpha"').near}
    assert said["scope.near.derived"].values["version"] == "gamma@1"
    assert said["scope.near.elsewhere"].values["name"] == "crops elsewhere@1"
    assert "scope.near.derived" not in codes(scoped(desk, 'dataset = "alpha" or dataset = "gamma"').near)


def test_of_an_origin_that_is_not_known_nothing_is_known(desk: Desk) -> None:
    found = scoped(desk, 'made from (supplier = "Brightwater Pictures" and dataset = "beta")')
    assert hows(found)[S0] == (NOT_KNOWN, 0, 2)
    assert hows(found)[PHOTOS] == (NOT_KNOWN, 0, 4)
    assert GAMMA not in hows(found)


# Models


def test_a_model_selects_what_it_was_trained_on(desk: Desk) -> None:
    assert hows(scoped(desk, 'model = "trained@1"')) == {S0: (WHOLE, 3, 0), S1: (WHOLE, 3, 0)}
    measured = scoped(desk, 'model = "measured@1"')
    assert hows(measured) == {PHOTOS: (WHOLE, 4, 0), TABLE: (WHOLE, 4, 0)}
    assert "scope.near.measured" in codes(measured.near)
    perhaps = hows(scoped(desk, 'model = "perhaps@1"'))
    assert (perhaps[PHOTOS][0], perhaps[GAMMA][0]) == (NOT_KNOWN, WHOLE)


@pytest.mark.parametrize("model", ["silent@1", "nobody knows it"])
def test_a_model_of_which_no_training_is_recorded_may_have_seen_everything(desk: Desk, model: str) -> None:
    found = scoped(desk, f'model = "{model}"')
    assert {one.how for one in found.parts} == {NOT_KNOWN, NOT_SEARCHED}
    assert {one.dataset_version for one in found.parts} == {"alpha@1", "beta@1", "gamma@1", "delta@1"}
    assert codes(found.unmatched) == ["scope.unmatched"]


# As a stream


def test_items_come_in_the_order_of_the_index_and_sum_up(desk: Desk) -> None:
    found = scoped(desk, 'prefix = "photos/in" or column supplier = "Somebody Else" or dataset = "alpha"')
    for part in found.parts:
        if part.container:
            inside, open_, staying = (list(read(part)) for read in (found.items, found.open_items, found.staying))
            assert (len(inside), len(open_)) == (part.items, part.not_known)
            assert sum(size for *_, size in inside) == part.size
            everything = list(items_of_container(indexing.opened(desk, part.index), part.container))
            assert [one for one in everything if one in inside] == inside
            assert sorted(map(_id, everything)) == sorted(map(_id, (*inside, *open_, *staying)))
            assert all(type(address)(**_fields(address)).id == address.id for address, *_ in everything)


def test_items_of_an_index_that_changed_meanwhile_are_refused(desk: Desk) -> None:
    found = scoped(desk, 'column supplier = "Brightwater Pictures"')
    part = _part(found, TABLE)
    stream = found.items(part)
    next(stream)
    columns.correct_column(desk, "beta", "account", ColumnKind.USER_NAME)
    with pytest.raises(ScopeStale):
        list(found.items(part))
    assert hows(scoped(desk, 'column supplier = "Brightwater Pictures"'))[TABLE] == (MIXED, 2, 0)


def test_no_container_is_sorted_to_be_read(desk: Desk) -> None:
    index = indexing.opened(desk, "beta")
    asked: list[str] = []
    index.db.conn.set_trace_callback(asked.append)
    list(item_rows(index, 1, fields=True))
    index.db.conn.set_trace_callback(None)
    plan = [row[-1] for row in index.rows(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert any("items_of_container" in line for line in plan)
    assert not any("TEMP B-TREE" in line for line in plan), plan


def test_resolving_stops_when_it_is_told_to(desk: Desk) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        resolve(desk, parse('prefix = "x"'), cancel=token)


# By hand


@dataclass(frozen=True)
class Known:
    """An item as these tests know it."""

    version: DatasetVersion
    container: str
    member: str
    digest: str
    values: tuple[str, ...]


def everything() -> list[Known]:
    found = [
        Known(world.ALPHA, S0 if n < 3 else S1, f"{'x' if n < 3 else 'y'}/{n}.png", digest(n), ()) for n in range(6)
    ]
    places = (("in", 0), ("in", 1), ("In", 6), ("other", 7))
    found += [Known(world.BETA, PHOTOS, f"photos/{place}/{n}.png", digest(n), ()) for place, n in places]
    found += [
        Known(world.BETA, TABLE, "", f"row {n}", (line.split(",")[1],))
        for n, line in enumerate(world.TABLE.splitlines()[1:])
    ]
    return found + [Known(world.GAMMA, GAMMA, f"{n}.png", digest(n), ()) for n in (8, 9)]


LISTS = {"a": (digest(0), digest(4), digest(8)), "b": (digest(7),)}
PERIODS = {
    (2015, 2016): {"alpha": IN}, (2017, 2017): {"alpha": OUT}, (2016, 2018): {"alpha": OPEN},
    (2000, 2030): {"alpha": IN, "gamma": IN},
}  # fmt: skip


def by_hand(selector: Selector, item: Known) -> int:
    """What a selector says of an item, one after the other and without any index."""
    version = item.version
    match selector:
        case Not(inner):
            return -by_hand(inner, item)
        case AllOf(inner):
            return min(by_hand(one, item) for one in inner)
        case AnyOf(inner):
            return max(by_hand(one, item) for one in inner)
        case MadeFrom(origin):
            return max(by_hand(origin, one) for one in everything() if one.digest == item.digest)
        case InList(name):
            return IN if item.digest in LISTS[name] else OUT
        case ColumnIs(_, value):
            return IN if plain_name(value) in map(plain_name, item.values) else OUT
        case CollectedBetween(first, last):
            words = PERIODS[first.year, last.year]
            return words.get(version.name, OPEN)
        case NamedBy(Called.PREFIX, text):
            return IN if item.member.startswith(text) else OUT
        case NamedBy(called, text):
            facts: dict[Called, str] = {
                Called.DATASET: version.name, Called.VERSION: version.id, Called.CONTAINER: item.container,
                Called.SUPPLIER: version.supplier,
            }  # fmt: skip
            return OPEN if facts[called] == "unknown" else IN if facts[called] == text else OUT
    raise AssertionError(selector)


def period(years: tuple[int, int]) -> Selector:
    return parse(f"collected between {years[0]}-01-01 and {years[1]}-12-31")


IN_BETA = st.sampled_from(('prefix = "photos/in"', 'container = "beta"', 'supplier = "x" and dataset = "beta"')).map(
    parse
)
ATOMS = st.one_of(
    st.sampled_from(
        (
            'dataset = "alpha"', 'dataset = "beta"', 'version = "gamma@1"', 'supplier = "Brightwater Pictures"',
            f'container = "{S0}"', 'container = "beta"', 'prefix = "x/0"', 'prefix = "photos/"', 'prefix = ""',
            'column supplier = "Brightwater Pictures"', 'column supplier = "Somebody Else"',
            'items in list "a"', 'items in list "b"',
        )
    ).map(parse),
    st.sampled_from(sorted(PERIODS)).map(period),
    st.builds(MadeFrom, IN_BETA),
)  # fmt: skip


def joined(inner: st.SearchStrategy[Selector]) -> st.SearchStrategy[Selector]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, several), st.builds(AnyOf, several), st.builds(Not, inner))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.recursive(ATOMS, joined, max_leaves=6))
@example(parse('supplier = "Brightwater Pictures" or not supplier = "Brightwater Pictures"'))
def test_whole_mixed_and_not_known_are_what_a_filter_by_hand_finds(desk: Desk, selector: Selector) -> None:
    found = resolve(desk, selector, {name: listed(*some) for name, some in LISTS.items()})
    counts: dict[tuple[str, str], Counter[int]] = {}
    for item in everything():
        counts.setdefault((item.version.id, item.container), Counter())[by_hand(selector, item)] += 1
    parts = {(one.dataset_version, one.container): one for one in found.parts if one.container}
    for place, words in counts.items():
        part = parts.pop(place, None)
        if part is None:
            assert words[IN] == words[OPEN] == 0, place
            continue
        assert (part.items, part.not_known, part.of) == (words[IN], words[OPEN], words.total()), place
        assert part.inside == bool(words[IN])
        assert part.how != WHOLE or words[IN] == words.total()
        assert len(list(found.items(part))) == words[IN]
    assert not parts


# Indexes


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Desk, Path]]:
    """A vault with one folder of two photos, whose index is built by the test."""
    (tmp_path / "photos").mkdir()
    for number in (0, 1):
        (tmp_path / "photos" / f"{number}.png").write_bytes(world.PHOTOS[number])
    desk, _ = Desk.create(tmp_path / "vault", "Org", "Ada", world.PASSPHRASE)
    with desk:
        yield desk, tmp_path


def test_two_indexes_of_one_container_count_once(alone: tuple[Desk, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, folder = alone
    for name in ("one", "two"):
        world.build(desk, folder / "photos", folder / "indexes" / name, world.ALPHA)
    (part,) = scoped(desk, 'dataset = "alpha"').parts
    assert (part.items, {part.index, *part.also}) == (2, {"one", "two"})
    (folder / "photos" / "2.png").write_bytes(world.PHOTOS[2])
    indexing.refresh_index(desk, "one", lambda _: None, CancelToken(), workers=1)
    (part,) = scoped(desk, 'dataset = "alpha"').parts
    assert (part.items, part.index, part.also, part.fit) == (3, "one", ("two",), "as-indexed")
    (folder / "photos" / "3.png").write_bytes(world.PHOTOS[3])
    (part,) = scoped(desk, 'dataset = "alpha"').parts
    assert (part.how, part.items, part.why.code) == (NOT_KNOWN, 0, "scope.conflict.contents")

    def elsewhere(index: Any) -> Any:
        sums = real(index)
        return sums if index.name == "one" else [_moved(one) for one in sums]

    real = scope_holdings.container_sums
    monkeypatch.setattr(scope_holdings, "container_sums", elsewhere)
    (part,) = scoped(desk, 'dataset = "alpha"').parts
    assert (part.how, part.why.code) == (NOT_KNOWN, "scope.conflict.places")


def test_an_index_that_is_gone_is_named(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    (part,) = scoped(desk, 'prefix = "0"').parts
    assert (part.how, part.items) == (MIXED, 1)
    (folder / "indexes" / "one.dsrindex").rename(folder / "away")
    desk.release("one")
    assert _whys(scoped(desk, 'prefix = "0"')) == ["INDEX-MISSING"]
    (folder / "away").rename(folder / "indexes" / "one.dsrindex")
    indexing.destroy_index(desk, "one")
    assert _whys(scoped(desk, 'dataset = "alpha"')) == ["scope.away.destroyed"]
    assert scoped(desk, 'dataset = "beta"').parts == ()
    world.build(desk, folder / "photos", folder / "indexes" / "new", world.ALPHA)
    assert [one.how for one in scoped(desk, 'dataset = "alpha"').parts] == [WHOLE]


def test_what_could_not_be_read_has_no_content_to_compare(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    world.tar(folder / "photos" / "s.tar", {"a.png": world.PHOTOS[0], "b.png": world.PHOTOS[1], "empty.png": b""})
    data = (folder / "photos" / "s.tar").read_bytes()
    (folder / "photos" / "s.tar").write_bytes(data[:25_000])  # ends inside b.png
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    found = scoped(desk, 'items in list "a"', a=listed(digest(0), digest(1), sha256(b"").hexdigest()))
    part = _part(found, "photos/s.tar")
    assert (part.how, part.items, part.unread > 0) == (MIXED, 1, True)
    nothing = scoped(desk, 'items in list "a"', a=listed(digest(5)))
    assert hows(nothing)["photos/s.tar"][:2] == (NOT_KNOWN, 0)
    assert "photos" not in hows(nothing)
    assert any(gap.what.code == "gap.container.rest" for gap in nothing.gaps)


def test_a_photo_that_could_not_be_read_may_be_any(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    (folder / "photos" / "odd.jpg").write_bytes(b"")
    (folder / "photos" / "other.jpg").write_bytes(b"this is no photo, and not as large as one of the origin")
    world.tar(folder / "photos" / "s.tar", {"a.png": world.PHOTOS[0]})
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    sizes = {address.member: (address.digest, size) for address, _, size in items_of_container(_index(desk), "photos")}
    assert sizes["odd.jpg"][0] == ""
    for text in ('items in list "a"', 'made from (items in list "a")'):
        assert hows(scoped(desk, text, a=listed(digest(0))))["photos"] == (MIXED, 1, 2), text
    assert hows(scoped(desk, 'made from (container = "photos/s.tar")'))["photos"] == (MIXED, 1, 1)
    assert hows(scoped(desk, 'items in list "a"', a=listed(ids=("ab" * 16,)))) == {}


def test_files_of_no_bytes_are_no_copies_of_each_other(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    for place in ("one", "two"):
        world.tar(folder / "photos" / f"{place}.tar", {"a.png": world.PHOTOS[3], "empty.png": b""})
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    found = scoped(desk, 'made from (container = "photos/one.tar")')
    assert _part(found, "photos/two.tar").items == 1


def test_what_lies_beside_selected_photos_alone_goes_with_them(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    note = b'{"name": "Wilma"}'
    world.tar(
        folder / "s.tar", {"a.png": world.PHOTOS[0], "a.json": note, "b.png": world.PHOTOS[2], "b.json": b'{"x": 1}'}
    )
    (folder / "photos" / "copies").mkdir()
    copy = {
        "c.1.png": world.PHOTOS[0],
        "c.2.png": world.PHOTOS[3],
        "c.json": b'{"y": 2}',
        "d.png": world.PHOTOS[0],
        "d.json": note,
    }
    world.tar(folder / "photos" / "copies" / "t.tar", copy)
    (folder / "s.tar").rename(folder / "photos" / "s.tar")
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    found = scoped(desk, 'made from (items in list "a")', a=listed(digest(0)))
    taken = {part.container: {one[0].member for one in found.items(part)} for part in found.parts}
    assert taken["photos/s.tar"] == {"a.png", "a.json"}
    assert taken["photos/copies/t.tar"] == {"c.1.png", "d.png", "d.json"}, "c.json is about another photo too"
    assert taken["photos"] == {"0.png"}


def test_a_row_of_the_same_content_is_not_known_to_be_a_copy(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    for name in ("one", "two"):
        (folder / "photos" / f"{name}.csv").write_text("label,size\ncat,3\n", encoding="utf-8")
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    found = hows(scoped(desk, 'made from (container = "photos/one.csv")'))
    assert found == {"photos/one.csv": (WHOLE, 1, 0), "photos/two.csv": (NOT_KNOWN, 0, 1)}


def test_a_column_that_nobody_confirmed_says_nothing(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    (folder / "photos" / "people.csv").write_text(world.TABLE, encoding="utf-8")
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    for text in ('column supplier = "Somebody Else"', 'not column supplier = "Somebody Else"'):
        found = scoped(desk, text)
        part = _part(found, "photos/people.csv")
        assert (part.how, part.items, part.not_known, found.unmatched) == (NOT_KNOWN, 0, 4, ())
        assert part.why.values["facts"] == (Message("scope.open.column", {"column": "supplier"}),)
    columns.confirm_columns(desk, "one")
    assert _part(scoped(desk, 'column supplier = "Somebody Else"'), "photos/people.csv").items == 1


def test_what_is_left_after_an_erasure_is_the_version_that_it_was(alone: tuple[Desk, Path]) -> None:
    desk, folder = alone
    world.build(desk, folder / "photos", folder / "indexes" / "one", world.ALPHA)
    later = replace(world.ALPHA, version="1-later", derived_from="alpha@1")
    desk.release("one")
    describe_as(folder / "indexes" / "one.dsrindex", indexing.secret_of(desk), later, indexing.signer_of(desk))
    indexing.register_index(desk, folder / "indexes" / "one.dsrindex")
    for text in ('version = "alpha@1"', 'dataset = "alpha"', 'version = "alpha@1-later"'):
        (part,) = scoped(desk, text).parts
        assert (part.dataset_version, part.how, part.items) == ("alpha@1-later", WHOLE, 2)


def _part(found: Resolved, container: str) -> PartOfScope:
    return next(one for one in found.parts if one.container == container)


def _whys(found: Resolved) -> list[str]:
    (missing,) = found.not_indexed
    whys = missing.why.values["whys"]
    assert isinstance(whys, tuple)
    return [one.code for one in whys if isinstance(one, Message)]


def _index(desk: Desk) -> Index:
    return indexing.opened(desk, "one")


def _id(item: Any) -> str:
    return str(item[0].id)


def _fields(address: Any) -> dict[str, Any]:
    return {name: getattr(address, name) for name in ("dataset", "container", "member", "digest", "occurrence")}


def _moved(one: Any) -> Any:
    return type(one)(one.row, one.name, one.path / "other", *(getattr(one, name) for name in one.__slots__[3:]))
