"""Others beside a run: another plan on the same containers, a file that was changed, removed or cannot be."""

from __future__ import annotations

import io
import os
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_samples import (
    CASE,
    MADE,
    OFFICER_KEY,
    VERSION,
    KeptRecords,
    carry_out,
    containers_of,
    digests,
    hit,
    picture,
    plan_of,
    scope_of,
    stores_of,
)
from PIL import Image

from dsr_desk.core.actions import OutcomeState, Plan, Seen
from dsr_desk.core.codec import plain, restore
from dsr_desk.core.message import message, quoted
from dsr_desk.datasets import erasing
from dsr_desk.deletion.plan import make_plan
from dsr_desk.deletion.read_back import ReadBackFound, ReadBackScope, read_back


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


def _in_the_folder(root: Path) -> None:
    Image.open(root / "p0.jpg").save(root / "p0.jpg", quality=60)


def _in_the_archive(root: Path) -> None:
    with tarfile.open(root / "s-000.tar") as archive:
        members = [(one, archive.extractfile(one).read()) for one in archive]  # type: ignore[union-attr]
    with tarfile.open(root / "s-000.tar", "w") as archive:
        for one, data in members:
            if one.name == "0001.jpg":
                out = io.BytesIO()
                Image.open(io.BytesIO(data)).save(out, "JPEG", quality=60)
                data = out.getvalue()
            one.size = len(data)
            archive.addfile(one, io.BytesIO(data))


@pytest.mark.parametrize(
    ("change", "number", "member"),
    [(_in_the_folder, 0, "p0.jpg"), (_in_the_archive, 1, "0001.jpg")],
    ids=["folder", "archive"],
)
def test_a_photo_that_looks_the_same_and_has_other_bytes_is_named_and_stays(
    root: Path, change: Callable[[Path], None], number: int, member: str
) -> None:
    """Nobody decided on these bytes: the next search proposes them."""
    plan, stores = plan_of(root), stores_of(root)
    container = stores.containers[VERSION, plan.actions[number].container]
    before = set(digests(container))
    change(root)
    (new,) = set(digests(container)) - before
    outcome = carry_out(plan, stores, KeptRecords())[number]
    photo, record = outcome.items
    assert (photo.seen, photo.says) == (Seen.STILL_THERE, message("seen.other-bytes"))
    assert record.seen is Seen.GONE, "what goes along is what was approved"
    assert (outcome.state, new in digests(container)) == (OutcomeState.PARTLY, True)
    assert member in [one.member for one in container.entries()]


def test_whoever_waited_for_a_container_that_was_replaced_meanwhile_does_not_write_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be on the file that the other run has put away."""
    path, flock = root / "people.csv", erasing.fcntl.flock
    after = path.read_text().replace("Bo,bo@example.org,\n", "")

    def other_run_first(handle: int, how: int) -> None:
        if path.read_text() != after and os.path.samestat(os.fstat(handle), path.stat()):
            (root / "new").write_text(after)
            (root / "new").replace(path)
        flock(handle, how)

    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    with monkeypatch.context() as patch:
        patch.setattr(erasing.fcntl, "flock", other_run_first)
        outcome = carry_out(plan, stores, records)[2]
    assert (outcome.error and outcome.error.code, path.read_text()) == ("ERASE-IN-USE", after)
    assert carry_out(plan, stores, records)[2].state is OutcomeState.DONE
    assert path.read_text() == "name,mail,phone\nCy,cy@example.org,\n"


@pytest.mark.usefixtures("readers_in_process")
def test_a_step_that_fails_after_the_exchange_is_not_said_to_have_erased_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    plan, stores, records = plan_of(root), stores_of(root), KeptRecords()
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "sync_folder", fail)
        outcome = carry_out(plan, stores, records)[2]
    assert (outcome.error and outcome.error.code, outcome.state) == ("ERASE-NOT-SETTLED", OutcomeState.PARTLY)
    assert {one.seen for one in outcome.items} == {Seen.GONE}
    assert carry_out(plan, stores, records)[2].state is OutcomeState.DONE


def test_a_picture_is_a_strangers_only_if_it_is_for_all_items_of_the_same_bytes(root: Path) -> None:
    pages = [Image.open(io.BytesIO(picture(number))).convert("RGB") for number in (50, 51)]
    shown = []
    for name, strangers in (("one.tif", (0,)), ("two.tif", ())):
        pages[0].save(root / name, save_all=True, append_images=pages[1:])
        found = hit(containers_of(root)[VERSION, "data"], name)
        shown.append(replace(found, candidate=replace(found.candidate, strangers=strangers)))
    pages[0].save(root / "still.png")
    plan, stores, records = make_plan(CASE, MADE, shown, scope_of(root)), stores_of(root), KeptRecords()
    carry_out(plan, stores, records)
    found = read_back(plan, stores, records, OFFICER_KEY, ReadBackScope())
    (near,) = (one for one in found.checks if one.name.code == "check.near")
    assert [one.place for one in near.remaining] == [quoted("data › still.png")]


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


def test_what_looks_like_a_picture_of_somebody_else_in_an_erased_file_is_no_rest_of_it(root: Path) -> None:
    """Of the three pictures of the file the second shows her, and a copy of that one is found."""
    pages = [Image.open(io.BytesIO(picture(number))).convert("RGB") for number in (50, 51, 52)]
    pages[0].save(root / "pages.tif", save_all=True, append_images=pages[1:])
    shown = hit(containers_of(root)[VERSION, "data"], "pages.tif")
    shown = replace(shown, candidate=replace(shown.candidate, strangers=(0, 2)))
    pages[0].save(root / "stranger.png")
    plan, stores, records = make_plan(CASE, MADE, [shown], scope_of(root)), stores_of(root), KeptRecords()
    carry_out(plan, stores, records)
    scope = ReadBackScope(search_again=lambda: ReadBackFound((), 9))
    assert read_back(plan, stores, records, OFFICER_KEY, scope).seen is Seen.GONE
    pages[1].resize((90, 90)).save(root / "hers.png")
    found = read_back(plan, stores, records, OFFICER_KEY, scope)
    (near,) = (one for one in found.checks if one.name.code == "check.near")
    assert [one.place for one in near.remaining] == [quoted("data › hers.png")]


def test_a_plan_of_photos_of_one_picture_keeps_the_digest_that_it_had(root: Path) -> None:
    plan = plan_of(root)
    said = plain(plan)
    assert all(item.pop("strangers") == [] for action in said["actions"] for item in action["items"])
    assert restore(said, Plan).digest == plan.digest


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
