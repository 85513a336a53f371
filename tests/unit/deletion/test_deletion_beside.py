"""Others beside a run: another plan on the same containers, a file that was changed, removed or cannot be."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    VERSION,
    KeptRecords,
    containers_of,
    hit,
    picture,
    plan_of,
    scope_of,
    stores_of,
    write_dataset,
)
from PIL import Image

from dsr_desk.core.actions import Outcome, OutcomeState, Plan, Seen
from dsr_desk.core.message import message
from dsr_desk.deletion.plan import make_plan
from dsr_desk.deletion.run import Stores, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data")


def carry_out(plan: Plan, stores: Stores, records: KeptRecords) -> tuple[Outcome, ...]:
    return run(plan, stores, records, OFFICER_KEY)


@pytest.mark.usefixtures("readers_in_process")
def test_two_plans_at_once_on_the_same_containers_take_what_each_was_to_and_nothing_else(root: Path) -> None:
    """Each in a process of its own, as two vaults would be; whoever finds a container in use tries again."""
    (root / "p1.json").write_text('{"name": "Bo"}')
    places = containers_of(root)
    bos = [
        hit(places[VERSION, "data"], "p1.jpg"),
        hit(places[VERSION, "data/s-000.tar"], "0002.jpg"),
        hit(places[VERSION, "data/people.csv"], "", row="bo@"),
    ]
    plans = [plan_of(root), make_plan(CASE, MADE, bos, scope_of(root))]
    children = [_in_a_process(lambda plan=plan: _until_done(plan, root)) for plan in plans]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    left = {container.name: len(list(container.entries())) for container in containers_of(root).values()}
    assert left == {"data": 2, "data/s-000.tar": 2, "data/people.csv": 1}
    assert sorted(file.name for file in root.iterdir()) == ["p2.jpg", "p3.jpg", "people.csv", "s-000.tar"]


def _until_done(plan: Plan, root: Path) -> None:
    records = KeptRecords()
    for _ in range(300):
        outcomes = carry_out(plan, stores_of(root), records)
        if all(one.state is OutcomeState.DONE for one in outcomes):
            return
        assert {one.error.code for one in outcomes if one.error} <= {"ERASE-IN-USE", "ERASE-CHANGED-MEANWHILE"}
    raise AssertionError("never done")


def _in_a_process(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def test_a_photo_that_looks_the_same_and_has_other_bytes_is_named_and_stays(root: Path) -> None:
    """Nobody decided on these bytes: the next search proposes them."""
    plan = plan_of(root)
    before = (root / "p0.jpg").read_bytes()
    Image.open(io.BytesIO(before)).save(root / "p0.jpg", quality=60)
    assert (root / "p0.jpg").read_bytes() != before
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    photo, record = outcome.items
    assert (photo.seen, photo.says) == (Seen.STILL_THERE, message("seen.other-bytes"))
    assert record.seen is Seen.GONE, "what goes along is what was approved"
    assert (outcome.state, (root / "p0.jpg").exists()) == (OutcomeState.PARTLY, True)


def test_a_folder_that_is_empty_before_anything_was_erased_is_a_disk_that_is_away(root: Path) -> None:
    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    kept = root.rename(root.parent / "disk")
    root.mkdir()
    outcome = carry_out(plan, stores, records)[0]
    assert (outcome.state, outcome.error) == (OutcomeState.FAILED, message("DELETE-STORE-EMPTY", what="data"))
    assert {one.seen for one in outcome.items} == {Seen.NOT_LOOKED}
    root.rmdir()
    kept.rename(root)
    assert carry_out(plan, stores, records)[0].state is OutcomeState.DONE


def test_a_photo_twice_in_one_archive_goes_twice(root: Path) -> None:
    path = root / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("a.jpg", "b.jpg", "a.jpg"):
            archive.writestr(name, picture(40))
        archive.writestr("c.jpg", picture(41))
    twice = hit(containers_of(root)[VERSION, "data/twice.zip"], "a.jpg")
    plan = make_plan(CASE, MADE, [twice], scope_of(root))
    assert len(plan.actions[0].items) == 3
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    assert (outcome.state, outcome.kept) == (OutcomeState.DONE, 1)
    assert zipfile.ZipFile(path).namelist() == ["c.jpg"]


def test_a_file_that_cannot_be_removed_costs_itself_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = containers_of(root)
    hits = [hit(places[VERSION, "data"], name) for name in ("p1.jpg", "p2.jpg")]
    plan = make_plan(CASE, MADE, hits, scope_of(root))
    unlink = Path.unlink

    def guarded(path: Path, *more: bool) -> None:
        if path.name == "p1.jpg":
            raise PermissionError(1, "Operation not permitted")
        unlink(path, *more)

    monkeypatch.setattr(Path, "unlink", guarded)
    outcome = carry_out(plan, stores_of(root), KeptRecords())[0]
    seen = {one.item: (one.seen, one.says.code if one.says else "") for one in outcome.items}
    first, second = (one.address.id for one in plan.actions[0].items)
    assert seen == {first: (Seen.STILL_THERE, "ERASE-NOT-WRITABLE"), second: (Seen.GONE, "")}
    assert outcome.state is OutcomeState.PARTLY
