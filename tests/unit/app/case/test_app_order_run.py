"""An order carried out: what goes is what was looked up, whatever happened in between, and nothing beside it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest
from small_order import BEA, SmallOrder, at, make

from dsr_desk.app.case import deleting, scope
from dsr_desk.app.case.reaching import stores
from dsr_desk.app.case.run_records import DeskRecords
from dsr_desk.app.case.scoping import resolve
from dsr_desk.app.data import guard, indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.core.actions import ActionKind, OutcomeState, Seen
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.order_refusals import SampledOnce
from dsr_desk.core.policy import Policy
from dsr_desk.core.selectors import parse
from dsr_desk.deletion import removal
from dsr_desk.deletion import run as running
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, silent
from dsr_desk.search.index.about import IndexPurpose


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("orders") / "live"
    ref = make(folder)
    kept = folder.with_name("template")
    folder.rename(kept)
    return kept, ref


@pytest.fixture
def order(template: tuple[Path, str]) -> Iterator[SmallOrder]:
    kept, ref = template
    with at(kept.with_name("live"), kept, ref) as live:
        yield live


def actions(order: SmallOrder) -> dict[ActionKind, str]:
    return {one.kind: one.id for one in deleting.show_plan(order.desk, order.ref).plan.actions}


def names_in(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return archive.getnames()


def test_one_shard_goes_as_a_whole_and_of_the_other_one_photo(order: SmallOrder) -> None:
    order.scoped().run()
    assert not order.whole.exists()
    other = order.folder / "data" / "shard-1.tar"
    assert other.exists()
    assert "0004.png" not in names_in(other)
    found = deleting.show_plan(order.desk, order.ref)
    assert found.read_back is not None
    assert (found.read_back.seen, dict(found.read_back.totals)) == (Seen.GONE, {"gone": 5})
    assert order.desk.case(order.ref).left == 0


def test_its_index_knows_nothing_of_what_went_and_all_that_stays(order: SmallOrder) -> None:
    order.scoped().run()
    index = indexing.opened(order.desk, "shards")
    assert [one.name for one in index.containers()] == ["data/shard-1.tar"]
    assert index.about.items == 2


def test_what_went_is_known_again_when_it_comes_back(order: SmallOrder) -> None:
    kept = order.whole.read_bytes()
    order.scoped().run()
    order.whole.write_bytes(kept)
    indexing.refresh_index(order.desk, "shards", silent, CancelToken(), workers=1)
    (back,) = guard.compare(order.desk, "shards").came_back
    assert (back.case, back.contents) == (order.ref, 4)


def test_what_came_back_is_covered_again_when_it_is_read_back(order: SmallOrder) -> None:
    kept = order.whole.read_bytes()
    order.scoped().run()
    order.whole.write_bytes(kept)
    found = deleting.read_back(order.desk, order.ref)
    assert found.seen is Seen.STILL_THERE
    assert {one.name.code for one in found.checks if one.seen is Seen.STILL_THERE} >= {
        "check.order", "check.scope-again"
    }  # fmt: skip


def test_a_container_that_changed_since_is_not_planned_to_go(order: SmallOrder) -> None:
    order.scoped()
    with order.whole.open("ab") as file:
        file.write(bytes(10240))
    view = deleting.make_plan(order.desk, order.ref)
    (whole,) = [one for one in view.plan.actions if one.kind is ActionKind.REMOVE]
    assert whole.unreached is not None and whole.unreached.code == "ORDER-CHANGED-SINCE"  # noqa: PT018
    deleting.approve(order.desk, order.ref)
    done = {one.action: one.state for one in deleting.run(order.desk, order.ref)}
    assert done[whole.id] is OutcomeState.FAILED
    assert order.whole.exists()


def test_a_container_that_changed_after_the_plan_stays(order: SmallOrder) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    with order.whole.open("ab") as file:
        file.write(bytes(10240))
    done = {one.action: one for one in deleting.run(order.desk, order.ref)}
    failed = done[actions(order)[ActionKind.REMOVE]]
    assert (failed.state, failed.error and failed.error.code) == (OutcomeState.FAILED, "WHOLE-CHANGED")
    assert order.whole.exists()
    assert order.desk.case(order.ref).left == 4


def test_a_run_that_was_stopped_goes_on_and_does_all_once(order: SmallOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    token = CancelToken()

    def after_the_first(moment: Progress) -> None:
        if moment.done == 1:
            token.cancel()

    with pytest.raises(Cancelled):
        deleting.run(order.desk, order.ref, report=after_the_first, cancel=token)
    assert not order.whole.exists()
    monkeypatch.setattr(removal, "remove_whole", pytest.fail)
    order.again()
    assert order.desk.case(order.ref).left == 0


def test_what_is_registered_elsewhere_too_stays_though_the_order_names_it_here(order: SmallOrder) -> None:
    indexing.build_index(
        order.desk, [order.folder / "data"], order.folder / "again", DatasetVersion("again", "1", supplier="Else"),
        register=IndexPurpose(), engine=indexing.INVENTORY, workers=1, report=silent, cancel=CancelToken(),
    )  # fmt: skip
    order.scoped()
    scope.resolve_scope(order.desk, order.ref, parse('version = "shards@1" and container = "data/shard-0.tar"'))
    scope.draw(order.desk, order.ref, "scope", 4)
    scope.mark(order.desk, order.ref, {one.place: "belongs" for one in scope.drawn_items(order.desk, order.ref)})
    order.run()
    assert order.whole.exists()
    assert order.desk.case(order.ref).left == 4


def test_another_scope_voids_the_plan_and_needs_samples_of_its_own(order: SmallOrder) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    scope.resolve_scope(order.desk, order.ref, parse('supplier = "Bright"'))
    case = order.desk.case(order.ref)
    assert not case.reviewed
    assert [one.code for one in deleting.show_plan(order.desk, order.ref).changed] == ["basis.scope"]


def test_where_a_second_review_of_erasures_is_asked_for_two_officers_look_at_samples(order: SmallOrder) -> None:
    order.scoped()
    officers.set_policy(order.desk, Policy(second_review_erasure=True))
    with pytest.raises(SampledOnce):
        deleting.make_plan(order.desk, order.ref)
    order.desk.close()
    with Desk.open(order.folder / "vault", BEA) as bea:
        for of, fits in (("scope", "belongs"), ("rest", "not")):
            with pytest.raises(SampledOnce):
                deleting.make_plan(bea, order.ref)
            scope.draw(bea, order.ref, of, 2)
            newest = [one for one in scope.drawn_items(bea, order.ref) if one.of == of and not one.word]
            scope.mark(bea, order.ref, {one.place: fits for one in newest}, of)
        deleting.make_plan(bea, order.ref)


def test_a_broken_photo_may_be_a_copy_only_where_a_photo_is_as_large(order: SmallOrder) -> None:
    with tarfile.open(order.whole) as archive:
        large = archive.getmembers()[0].size
    loose = order.folder / "loose"
    loose.mkdir()
    for name, size in (("like.jpg", large), ("other.jpg", large + 100)):
        (loose / name).write_bytes(b"x" * size)
    indexing.build_index(
        order.desk, [loose], order.folder / "loose", DatasetVersion("loose", "1", supplier="Else"),
        register=IndexPurpose(), engine=indexing.INVENTORY, workers=1, report=silent, cancel=CancelToken(),
    )  # fmt: skip
    resolved = resolve(order.desk, parse('made from (supplier = "Bright")'))
    (part,) = [one for one in resolved.parts if one.dataset_version == "loose@1"]
    assert [one.member for one, _, _ in resolved.open_items(part)] == ["like.jpg"]


def test_a_plan_without_its_items_erases_nothing_and_says_so(order: SmallOrder) -> None:
    order.scoped()
    deleting.make_plan(order.desk, order.ref)
    deleting.approve(order.desk, order.ref)
    plan = deleting.show_plan(order.desk, order.ref).plan
    (mixed,) = plan.erasing
    bare = replace(stores(order.desk, plan), items_of=attrgetter("items"))
    before = (order.folder / "data" / "shard-1.tar").read_bytes()
    records = DeskRecords(order.desk, order.ref)
    done = running.carry_out(plan, mixed, bare, records, order.desk.vault.officer_key, [])
    assert (done.state, done.error and done.error.code) == (OutcomeState.FAILED, "DELETE-NOT-PLANNED")
    assert (order.folder / "data" / "shard-1.tar").read_bytes() == before
