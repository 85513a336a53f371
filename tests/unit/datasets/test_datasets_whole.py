"""What goes as a whole goes with all that belongs to it, nothing else does, and what is left is named."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets import whole_disk, whole_tree
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace
from dsr_desk.datasets.container import ContainerNotRead
from dsr_desk.datasets.erasing import ContainerInUse, alone
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.whole import (
    Removed,
    WholeChanged,
    WholeNotSettled,
    WholeSight,
    look_whole,
    remains,
    remove_whole,
)
from dsr_desk.datasets.whole_disk import Mount
from dsr_desk.datasets.whole_meant import MeantFiles, kept_at
from dsr_desk.datasets.whole_places import NOBODY, OtherPlaces, WholeNotReached, WholeRefused, WholeSet, whole_of
from dsr_desk.jobs.progress import Cancelled, CancelToken
from unit.datasets.layouts.layout_samples import finished_before_kill, photo

pytestmark = pytest.mark.usefixtures("readers_in_process")


def container(path: Path, kind: str = "folder") -> CelledContainer:
    return CelledContainer(ContainerPlace(kind, path, path.name))


def whole(path: Path, kind: str = "folder") -> WholeSet:
    return whole_of(container(path, kind))


def seen(one: WholeSet, others: OtherPlaces = NOBODY) -> WholeSight:
    return look_whole([one], others)[0]


def removed(one: WholeSet, others: OtherPlaces = NOBODY) -> Removed:
    return remove_whole(one, seen(one, others).state, others)


def stored(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of photos, with one beside that is not meant."""
    root = tmp_path / "data" / "photos"
    for number in range(6):
        place = root / f"set{number % 2}" / f"{number}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(photo(number))
    (root / "set0" / "0.json").write_text('{"name": "Wilma"}')
    other = tmp_path / "data" / "photos-of-others"
    other.mkdir()
    (other / "1.jpg").write_bytes(photo(1))
    return root


def around(photos: Path) -> dict[str, bytes]:
    return {name: data for name, data in stored(photos.parent).items() if not name.startswith("photos/")}


# What goes, and what does not


def test_a_folder_goes_with_all_that_is_in_it_and_nothing_else_does(photos: Path) -> None:
    beside = around(photos)
    size = sum(map(len, stored(photos).values()))
    sight = seen(whole(photos))
    assert (sight.files, sight.size, sight.folders, sight.links, sight.staying) == (7, size, 3, (), ())
    state = seen(whole(photos)).state
    assert [one.count for one in remains(whole(photos), state)] == [7]
    done = remove_whole(whole(photos), state)
    assert (done.files, done.size, done.folders, done.stays, done.found) == (7, size, 3, (), True)
    assert done.done
    assert stored(photos.parent) == beside
    assert sorted(path.name for path in photos.parent.iterdir()) == ["photos-of-others"]
    assert remains(whole(photos), state) == ()


def test_a_look_changes_nothing(photos: Path) -> None:
    before, times = stored(photos), [path.lstat().st_mtime_ns for path in photos.rglob("*")]
    assert seen(whole(photos)) == seen(whole(photos))
    assert (stored(photos), [path.lstat().st_mtime_ns for path in photos.rglob("*")]) == (before, times)


def a_new_file(photos: Path) -> None:
    (photos / "set1" / "late.jpg").write_bytes(photo(9))


def another_content(photos: Path) -> None:
    (photos / "set1" / "1.jpg").write_bytes(photo(9))


def another_file_in_place(photos: Path) -> None:
    file = photos / "set1" / "1.jpg"
    state = file.stat()
    fresh = photos / "fresh"
    shutil.copyfile(file, fresh)
    os.utime(fresh, ns=(state.st_atime_ns, state.st_mtime_ns))
    fresh.replace(file)


def another_time(photos: Path) -> None:
    os.utime(photos / "set0" / "0.json", (5, 5))


def a_file_less(photos: Path) -> None:
    (photos / "set0" / "2.jpg").unlink()


def a_new_link(photos: Path) -> None:
    (photos / "set0" / "link").symlink_to("2.jpg")


@pytest.mark.parametrize(
    "change", [a_new_file, another_content, another_file_in_place, another_time, a_file_less, a_new_link]
)
def test_what_came_or_changed_after_the_plan_is_in_no_plan(photos: Path, change: Callable[[Path], None]) -> None:
    state = seen(whole(photos)).state
    change(photos)
    before = stored(photos.parent)
    with pytest.raises(WholeChanged):
        remove_whole(whole(photos), state)
    assert stored(photos.parent) == before


def test_what_comes_while_it_is_removed_stays_and_is_named(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    keep = MeantFiles.keep

    def meanwhile(self: MeantFiles, place: Path, plan: str) -> bool:
        a_new_file(photos)
        another_content(photos)
        return keep(self, place, plan)

    monkeypatch.setattr(MeantFiles, "keep", meanwhile)
    done = remove_whole(whole(photos), state)
    assert set(stored(photos)) == {"set1/late.jpg", "set1/1.jpg"}
    (stays,) = done.stays
    assert (stays.why, stays.count, set(stays.places)) == (
        whole_tree.CAME_LATER,
        2,
        {"photos/set1/late.jpg", "photos/set1/1.jpg"},
    )
    assert not done.done
    assert [one.count for one in remains(whole(photos), state)] == [2]
    assert not kept_at(photos).exists(), "nothing of what was meant is left"


def test_links_go_and_what_they_lead_to_stays_and_is_named(photos: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.jpg").write_bytes(photo(7))
    (photos / "folder").symlink_to(outside)
    (photos / "set0" / "file.jpg").symlink_to(outside / "x.jpg")
    (photos / "set0" / "inside.jpg").symlink_to("0.jpg")
    sight = seen(whole(photos))
    done = removed(whole(photos))
    for links in (sight.links, done.links):
        (named,) = links
        assert named.why == message("why.whole.leads-out")
        assert set(named.places) == {
            f"photos/folder → {outside}",
            f"photos/set0/file.jpg → {outside / 'x.jpg'}",
        }
    assert done.done
    assert stored(outside) == {"x.jpg": photo(7)}


def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(photos / "set1", outside)
    before = stored(outside)
    state = seen(whole(photos)).state
    keep = MeantFiles.keep

    def meanwhile(self: MeantFiles, place: Path, plan: str) -> bool:
        (photos / "set1").rename(tmp_path / "moved")
        (photos / "set1").symlink_to(outside)
        return keep(self, place, plan)

    monkeypatch.setattr(MeantFiles, "keep", meanwhile)
    done = remove_whole(whole(photos), state)
    assert stored(outside) == before
    assert [one.places for one in done.stays] == [("photos/set1",)]


def test_a_folder_that_becomes_a_link_while_it_is_opened_leads_nowhere(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for file in (photos / "set1").iterdir():
        os.link(file, outside / file.name)  # files that would be taken for the ones that are meant
    before = stored(outside)
    state = seen(whole(photos)).state
    opening, opened = os.open, []

    def meanwhile(path: Any, *args: Any, **where: Any) -> int:
        if path == "set1":
            opened.append(path)
            if len(opened) == 2:
                (photos / "set1").rename(tmp_path / "moved")
                (photos / "set1").symlink_to(outside)
        return opening(path, *args, **where)

    monkeypatch.setattr(os, "open", meanwhile)
    done = remove_whole(whole(photos), state)
    assert len(opened) >= 2
    assert stored(outside) == before
    assert not done.done


def test_names_that_are_no_text_go_too_and_are_safe_to_show(photos: Path) -> None:
    (photos / os.fsdecode(b"caf\xe9.bin")).write_bytes(b"\0")
    sight = seen(whole(photos))
    assert [one.places for one in sight.beside] == [("photos/caf\\xe9.bin",)]
    assert removed(whole(photos)).done
    assert not photos.exists()


def test_files_that_no_reader_lists_go_along_and_are_named(photos: Path) -> None:
    (photos / "set0" / "notes.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (photos / "set0" / "2").write_bytes(photo(2))  # a photo without a name of one
    (photos / "set0" / "lost.json").write_text("{}")
    (photos / "labels").mkdir()
    (photos / "images").mkdir()
    (photos / "images" / "a.tiff").write_bytes(b"II*\0")
    (photos / "labels" / "a.txt").write_text("0 1 2")
    (named,) = seen(whole(photos)).beside
    assert (named.count, set(named.places)) == (2, {"photos/set0/notes.doc", "photos/set0/lost.json"})


def test_of_very_many_all_are_counted_and_some_named(photos: Path) -> None:
    for number in range(50):
        (photos / f"{number}.bin").write_bytes(b"\0")
    (named,) = seen(whole(photos)).beside
    assert (named.count, len(named.places)) == (50, whole_tree.MOST_NAMED)


# OtherPlaces


def test_nothing_at_or_below_what_belongs_to_others_is_touched(photos: Path, tmp_path: Path) -> None:
    shard, below = photos / "set0" / "shard.tar", photos / "kept" / "deep"
    shard.write_bytes(b"tar")
    below.mkdir(parents=True)
    (below / "1.jpg").write_bytes(photo(1))
    linked = tmp_path / "by-another-way"
    linked.symlink_to(photos.parent)
    others = OtherPlaces([linked / "photos" / "set0" / "shard.tar", below])
    sight = seen(whole(photos), others)
    assert [(one.why, set(one.places)) for one in sight.staying] == [
        (whole_tree.STAYING, {"photos/set0/shard.tar", "photos/kept/deep"})
    ]
    done = removed(whole(photos), others)
    assert (done.files, done.done) == (7, True)
    assert stored(photos) == {"set0/shard.tar": b"tar", "kept/deep/1.jpg": photo(1)}
    assert remains(whole(photos), sight.state, others) == ()


def test_a_link_to_what_belongs_to_others_keeps_it(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "registered").symlink_to(photos / "set1" / "1.jpg")
    assert removed(whole(photos), OtherPlaces([tmp_path / "registered"])).done
    assert set(stored(photos)) == {"set1/1.jpg"}


def test_what_others_change_is_no_change_of_it(photos: Path) -> None:
    shard = photos / "shard.tar"
    shard.write_bytes(b"tar")
    others = OtherPlaces([shard])
    state = seen(whole(photos), others).state
    shard.unlink()
    assert remove_whole(whole(photos), state, others).done
    assert not photos.exists()


def test_a_place_of_others_is_refused(photos: Path, tmp_path: Path) -> None:
    before = stored(tmp_path)
    link = tmp_path / "same"
    link.symlink_to(photos)
    for others in (OtherPlaces([photos]), OtherPlaces([link]), OtherPlaces([photos.parent])):
        with pytest.raises(WholeRefused) as told:
            seen(whole(photos), others)
        assert told.value.why == message("why.whole.anothers")
        with pytest.raises(WholeRefused):
            remove_whole(whole(photos), "any", others)
    assert stored(tmp_path) == before


# Places


def test_no_root_mount_home_or_link_goes(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(photos)
    for place, code, home in (
        (Path("/"), "why.whole.no-place", "home"),
        (photos / ".." / "photos", "why.whole.no-place", "home"),
        (photos, "why.whole.no-place", "data/photos/set0"),
        (link, "why.whole.link", "home"),
    ):
        monkeypatch.setenv("HOME", str(tmp_path / home))
        with pytest.raises(WholeRefused) as told:
            seen(whole(place))
        assert told.value.why.code == code
    for mounted in (photos, photos / "set1"):
        monkeypatch.setattr(whole_disk, "mounts", lambda mounted=mounted: (Mount(mounted, "ext4", "/dev/sdb1"),))
        for act in (lambda: seen(whole(photos)), lambda: remove_whole(whole(photos), "any")):
            with pytest.raises(WholeRefused) as told:
                act()
            assert told.value.why == message("why.whole.mounted", place=str(mounted))
    assert stored(tmp_path) == before


def test_a_disk_that_is_away_is_never_called_gone(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    with monkeypatch.context() as patch:
        patch.setattr(whole_disk, "disk_of", lambda _: "another")
        for act in (lambda: remove_whole(whole(photos), state), lambda: remains(whole(photos), state)):
            with pytest.raises(WholeNotReached):
                act()
    assert len(stored(photos)) == 7
    shutil.rmtree(photos)
    done = remove_whole(whole(photos), state)
    assert (done.found, done.files, done.done) == (False, 0, True)
    with pytest.raises(ContainerNotRead):
        seen(whole(photos))


def test_two_runs_never_remove_at_once(photos: Path) -> None:
    state = seen(whole(photos)).state
    with alone(photos, "photos"), pytest.raises(ContainerInUse):
        remove_whole(whole(photos), state)
    assert len(stored(photos)) == 7


# Names of the same bytes


def test_further_names_inside_go_too_and_those_outside_are_named(photos: Path, tmp_path: Path) -> None:
    os.link(photos / "set0" / "0.jpg", photos / "set1" / "again.jpg")
    assert seen(whole(photos)).links == ()
    os.link(photos / "set0" / "2.jpg", tmp_path / "elsewhere.jpg")
    sight = seen(whole(photos))
    done = removed(whole(photos))
    for links in (sight.links, done.links):
        (named,) = links
        assert (named.why, named.count, named.places) == (message("why.whole.linked"), 1, ("photos/set0/2.jpg",))
    assert done.done
    assert (tmp_path / "elsewhere.jpg").read_bytes() == photo(2)


def test_names_in_several_sets_of_one_plan_are_resolved_together(photos: Path) -> None:
    second = photos.parent / "second"
    second.mkdir()
    os.link(photos / "set0" / "0.jpg", second / "0.jpg")
    both = look_whole([whole(photos), whole(second)])
    assert [one.links for one in both] == [(), ()]
    assert seen(whole(second)).links
    for one, sight in zip((whole(photos), whole(second)), both, strict=True):
        assert remove_whole(one, sight.state).done


def test_a_further_name_in_a_set_of_others_stays_and_the_one_here_goes(photos: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.jpg"
    os.link(photos / "set0" / "0.jpg", theirs)
    done = removed(whole(photos), OtherPlaces([theirs]))
    assert done.done
    assert [one.places for one in done.links] == [("photos/set0/0.jpg",)]
    assert (theirs.exists(), photos.exists()) == (True, False)


# What stands in the way


def test_what_cannot_be_removed_costs_itself_alone(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    unlink = os.unlink

    def refuse(path: Any, **where: Any) -> None:
        if path == "3.jpg":
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, **where)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        done = remove_whole(whole(photos), state)
    assert [(one.why, one.places) for one in done.stays] == [(message("why.no-permission"), ("photos/set1/3.jpg",))]
    assert (done.files, done.done) == (6, False)
    assert set(stored(photos)) == {"set1/3.jpg"}
    assert remains(whole(photos), state)
    again = remove_whole(whole(photos), state)
    assert (again.files, again.done, photos.exists(), kept_at(photos).exists()) == (1, True, False, False)


def test_a_folder_that_cannot_be_opened_is_named(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    opening = os.open

    def refuse(path: Any, *args: Any, **where: Any) -> int:
        if path == "set1":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opening(path, *args, **where)

    monkeypatch.setattr(os, "open", refuse)
    assert [one.places for one in seen(whole(photos)).closed] == [("photos/set1",)]
    with pytest.raises(WholeChanged):
        remove_whole(whole(photos), state)
    state = seen(whole(photos)).state
    done = remove_whole(whole(photos), state)
    assert [(one.why, one.places) for one in done.stays] == [(message("why.no-permission"), ("photos/set1",))]
    assert not done.done
    assert remains(whole(photos), state)
    others = OtherPlaces([photos / "set0"])
    (photos / "set0").mkdir()
    (left,) = remains(whole(photos), state, others)
    assert (left.why, left.places) == (message("why.no-permission"), ("photos/set1",))


def test_what_a_file_server_keeps_since_it_is_open_is_named_as_that(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = seen(whole(photos)).state
    unlink = os.unlink

    def kept(path: Any, **where: Any) -> None:
        if path == "3.jpg":
            os.rename(path, ".nfs0001", src_dir_fd=where["dir_fd"], dst_dir_fd=where["dir_fd"])
        else:
            unlink(path, **where)

    monkeypatch.setattr(os, "unlink", kept)
    done = remove_whole(whole(photos), state)
    assert [(one.why, one.places) for one in done.stays] == [
        (message("why.whole.held-open"), ("photos/set1/.nfs0001",))
    ]
    assert not done.done


@pytest.fixture
def fixed(photos: Path) -> Iterator[Path]:
    """A photo that is set to be immutable."""
    file = photos / "set0" / "4.jpg"
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+i", file], capture_output=True, check=False).returncode:
        pytest.skip("no file can be made immutable here")
    yield file
    subprocess.run([chattr, "-i", file], check=True)


def test_a_file_that_is_immutable_is_named_as_that(photos: Path, fixed: Path) -> None:
    done = removed(whole(photos))
    assert [(one.why, one.places) for one in done.stays] == [(message("why.whole.immutable"), ("photos/set0/4.jpg",))]
    assert fixed.exists()


def test_a_full_disk_keeps_nothing_from_going(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    opening = os.open

    def full(path: Any, flags: int, *args: Any, **where: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opening(path, flags, *args, **where)

    monkeypatch.setattr(os, "open", full)
    done = remove_whole(whole(photos), state)
    assert done.done
    assert message("note.whole.not-kept") in done.notes
    assert not photos.exists()


def test_a_disk_that_fails_after_files_went_is_no_reason_to_say_that_nothing_did(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = seen(whole(photos)).state
    with monkeypatch.context() as patch:
        patch.setattr(whole_tree, "_sync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
        with pytest.raises(WholeNotSettled) as told:
            remove_whole(whole(photos), state)
    assert told.value.why == message("why.disk-error")
    assert remove_whole(whole(photos), state).done


# Cut short


def test_killed_at_any_step_what_is_half_gone_is_not_called_gone_and_the_next_run_finishes(
    photos: Path, tmp_path: Path
) -> None:
    os.link(photos / "set0" / "0.jpg", photos / "set1" / "again.jpg")
    beside = around(photos)
    saved = tmp_path / "saved"
    step, finished = 0, False
    while not finished:
        step += 1
        shutil.copytree(photos, saved, dirs_exist_ok=True)
        state = seen(whole(photos)).state
        finished = finished_before_kill(lambda state=state: remove_whole(whole(photos), state), step)
        if not finished:
            assert bool(remains(whole(photos), state)) == photos.exists()
        done = remove_whole(whole(photos), state)
        assert done.done, step
        assert (photos.exists(), kept_at(photos).exists()) == (False, False), step
        assert around(photos) == beside, step
        shutil.copytree(saved, photos)
    assert step > 12


def test_what_came_after_a_kill_stays(photos: Path) -> None:
    state = seen(whole(photos)).state
    assert not finished_before_kill(lambda: remove_whole(whole(photos), state), 5)
    assert 0 < len(stored(photos)) < 7
    (photos / "set1").mkdir(exist_ok=True)
    a_new_file(photos)
    done = remove_whole(whole(photos), state)
    assert [(one.why, one.places) for one in done.stays] == [(whole_tree.CAME_LATER, ("photos/set1/late.jpg",))]
    assert set(stored(photos)) == {"set1/late.jpg"}


def test_what_one_plan_left_is_not_meant_by_another(photos: Path) -> None:
    state = seen(whole(photos)).state
    assert not finished_before_kill(lambda: remove_whole(whole(photos), state), 5)
    half = stored(photos)
    with pytest.raises(WholeChanged):
        remove_whole(whole(photos), f"{'1' if state[0] == '0' else '0'}{state[1:]}")
    assert stored(photos) == half
    assert removed(whole(photos)).done
    assert not kept_at(photos).exists()


def test_what_is_kept_of_what_is_meant_holds_only_whole(photos: Path) -> None:
    state = seen(whole(photos)).state
    kept_at(photos).write_bytes(b"dsr-desk whole 1\n" + f"{state}\n".encode() + bytes(32) + bytes(80))
    a_new_file(photos)
    with pytest.raises(WholeChanged):
        remove_whole(whole(photos), state)


def test_a_removal_that_is_cancelled_is_finished_by_the_next(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = seen(whole(photos)).state
    token = CancelToken()
    monkeypatch.setattr(whole_tree, "_BATCH", 1)
    with pytest.raises(Cancelled):
        remove_whole(whole(photos), state, token=token, report=lambda one: token.cancel() if one.done else None)
    assert 0 < len(stored(photos)) < 7
    assert remove_whole(whole(photos), state).done


# Files, and what belongs beside them


def test_a_database_goes_with_its_journals_and_what_a_killed_run_left(tmp_path: Path) -> None:
    place = tmp_path / "people.db"
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (name TEXT)")
    for suffix in ("-wal", "-shm"):
        Path(f"{place}{suffix}").write_bytes(b"" if suffix == "-wal" else b"x")
    (tmp_path / ".people.db.dsr-new").mkdir()
    (tmp_path / ".people.db.dsr-new" / "people.db").write_bytes(b"Wilma")
    (tmp_path / "people.db.txt").write_text("another file")
    one = whole(place, "sqlite")
    state = seen(one).state
    Path(f"{place}-shm").write_bytes(b"somebody only read")
    done = remove_whole(one, state)
    assert done.done
    assert [path.name for path in tmp_path.iterdir()] == ["people.db.txt"]


@pytest.mark.parametrize(
    ("kind", "name", "goes", "stays"),
    [
        ("webdataset", "a.tar", ["a.idx", "a.tar.idx"], ["b.idx", "a.txt"]),
        ("tfrecord", "a.tfrecord-00000-of-00002", ["a.tfrecord-00000-of-00002.idx"], ["a.idx", "a.index"]),
        ("recordio", "a.rec", ["a.idx", "a.lst"], ["a.jpg"]),
        ("img2dataset", "0.tar", ["0.parquet", "0_stats.json", "0.idx"], ["1.parquet", "1_stats.json"]),
        ("lmdb", "data.mdb", ["lock.mdb"], ["data.mdb-lock"]),
        ("lmdb", "a.mdb", ["a.mdb-lock"], ["lock.mdb"]),
        ("duckdb", "a.duckdb", ["a.duckdb.wal"], ["a.wal"]),
    ],
)
def test_what_belongs_beside_a_file_goes_and_is_named(
    tmp_path: Path, kind: str, name: str, goes: list[str], stays: list[str]
) -> None:
    for one in (name, *goes, *stays):
        (tmp_path / one).write_bytes(hashlib.sha256(one.encode()).digest())
    sight = seen(whole(tmp_path / name, kind))
    assert {place for named in sight.beside for place in named.places} >= {one for one in goes if "lock" not in one}
    assert sight.files == 1 + len(goes)
    assert removed(whole(tmp_path / name, kind)).done
    assert {path.name for path in tmp_path.iterdir()} == set(stays)


def test_what_belongs_beside_it_and_is_registered_by_itself_stays(tmp_path: Path) -> None:
    for name in ("0.tar", "0.parquet"):
        (tmp_path / name).write_bytes(b"data")
    assert removed(whole(tmp_path / "0.tar", "img2dataset"), OtherPlaces([tmp_path / "0.parquet"])).done
    assert stored(tmp_path) == {"0.parquet": b"data"}


def test_a_file_whose_companion_changed_is_not_as_planned(tmp_path: Path) -> None:
    for name in ("0.tar", "0.parquet"):
        (tmp_path / name).write_bytes(b"data")
    one = whole(tmp_path / "0.tar", "img2dataset")
    state = seen(one).state
    (tmp_path / "0.parquet").write_bytes(b"other rows")
    with pytest.raises(WholeChanged):
        remove_whole(one, state)
    assert len(stored(tmp_path)) == 2


def test_a_folder_below_files_that_tell_of_it_is_refused_before_approval(photos: Path) -> None:
    (photos.parent / "SHA256SUMS").write_text(f"{'0' * 64}  photos/set0/0.jpg\n")
    with pytest.raises(PartOfLayout) as told:
        seen(whole(photos))
    assert told.value.why == message("why.layout.folder-part")
    with pytest.raises(PartOfLayout):
        remove_whole(whole(photos), "any")
    assert len(stored(photos)) == 7


# What may hold the bytes


@pytest.mark.parametrize(
    ("kind", "device", "code"),
    [
        ("btrfs", "/dev/sda1", "note.whole.snapshots"),
        ("zfs", "pool/data", "note.whole.snapshots"),
        ("bcachefs", "/dev/sda1", "note.whole.snapshots"),
        ("overlay", "overlay", "note.whole.layered"),
        ("nfs4", "server:/data", "note.whole.served"),
        ("fuse.sshfs", "host:", "note.whole.served"),
        ("xfs", "/dev/mapper/vg-data", "note.whole.mapped"),
    ],
)
def test_a_disk_that_may_keep_earlier_states_is_named_and_never_said_to_be_empty(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, device: str, code: str
) -> None:
    table = tmp_path / "mountinfo"
    place = str(photos.parent).replace("/", "/").replace(" ", "\\040")
    table.write_text(
        f"21 1 8:1 / / rw shared:1 - ext4 /dev/vda rw\n22 21 8:2 / {place} rw,relatime shared:2 - {kind} {device} rw\n"
        "23 21 0:5 / /proc rw - proc proc rw\nnot a line\n"
    )
    monkeypatch.setattr(whole_disk, "MOUNTS", table)
    assert [one.code for one in seen(whole(photos)).snapshots] == [code]
    assert [one.code for one in removed(whole(photos)).notes] == [code]


def test_folders_of_snapshots_above_and_in_it_are_named(photos: Path) -> None:
    (photos.parent / ".snapshot").mkdir()
    (photos.parent / "@GMT-2026.01.02-03.04.05").mkdir()
    said = {str(one.values.get("place")) for one in seen(whole(photos)).snapshots}
    assert said >= {str(photos.parent / ".snapshot"), str(photos.parent / "@GMT-2026.01.02-03.04.05")}


def test_where_mounts_are_not_known_that_is_said(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_disk, "MOUNTS", photos / "nothing")
    assert message("note.whole.disk-unknown") in seen(whole(photos)).snapshots
