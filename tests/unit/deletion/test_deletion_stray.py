"""A sweep of disks finds what was decided on wherever it lies, and names whatever it did not enter or read."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deletion_samples import picture
from PIL import Image

from dsr_desk.core.message import message
from dsr_desk.core.strays import StrayBy
from dsr_desk.datasets import swept
from dsr_desk.datasets.registry import open_source
from dsr_desk.deletion import stray, stray_walk
from dsr_desk.deletion.stray import sweep
from dsr_desk.deletion.stray_found import Home, Stray, StraySweep
from dsr_desk.deletion.wanted import Digests, Looks, Wanted
from dsr_desk.faces.outside import Eyes
from dsr_desk.jobs.cell import CellFailed
from dsr_desk.jobs.progress import CancelToken, Progress

PHOTO = picture(3)
OTHER = picture(8)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


WANTED = Wanted(items=Digests([sha(PHOTO)]))


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def tarred(**members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def parquet(data: bytes) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2], "image": [{"bytes": OTHER, "path": "a"}, {"bytes": data, "path": "b"}]}), out)
    return out.getvalue()


def database(data: bytes, place: Path) -> bytes:
    with sqlite3.connect(place) as db:
        db.execute("CREATE TABLE faces (id INTEGER PRIMARY KEY, image BLOB)")
        db.execute("INSERT INTO faces (image) VALUES (?)", [data])
    db.close()
    return place.read_bytes()


def hows(done: StraySweep) -> dict[str, str]:
    return {Path(one.place).name: one.how.value for one in done.found}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


# Where it lies


def test_a_copy_is_found_by_its_bytes_whatever_it_is_called(root: Path) -> None:
    (root / "deep").mkdir()
    for name in ("photo.jpg", "holiday.txt", "no suffix", "deep/.hidden"):
        (root / name).write_bytes(PHOTO)
    (root / "other.jpg").write_bytes(OTHER)
    done = sweep([root], WANTED)
    assert hows(done) == dict.fromkeys(("photo.jpg", "holiday.txt", "no suffix", ".hidden"), "bytes")
    assert (done.files, done.complete, done.not_looked) == (5, True, [])


CONTAINERS: dict[str, Callable[[Path], bytes]] = {
    "zip": lambda _: zipped(a_jpg=PHOTO, b_jpg=OTHER),
    "zip in tar in zip": lambda _: zipped(inner_zip=tarred(deep_zip=zipped(a_jpg=PHOTO))),
    "tar.gz": lambda _: gzip.compress(tarred(a_jpg=PHOTO)),
    "parquet": lambda _: parquet(PHOTO),
    "sqlite": lambda place: database(PHOTO, place),
    "parquet in zip": lambda _: zipped(rows_parquet=parquet(PHOTO)),
}


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("name", ["backup", "notes.doc"])
def test_a_copy_inside_a_container_is_found_whatever_the_container_is_called(
    root: Path, tmp_path: Path, make: Callable[[Path], bytes], name: str
) -> None:
    (root / name).write_bytes(make(tmp_path / "made"))
    (found,) = sweep([root], WANTED).found
    assert (found.how, found.count, len(found.inside)) == (StrayBy.INSIDE, 1, 1)
    assert found.place == str(root / name)


def test_a_row_is_found_in_another_table(root: Path) -> None:
    table = root.parent / "people.csv"
    table.write_text("name,mail\nAda,ada@example.org\nBo,bo@example.org\n")
    (entry, _) = open_source(table)[0].entries()
    (root / "export").write_text("name,mail\nCy,cy@example.org\nAda,ada@example.org\n")
    (root / "other.csv").write_text("name,mail\nAda,ada@example.org\n")
    (root / "odd.bin").write_bytes(b"\0\nAda,ada@example.org\n")
    wanted = Wanted(items=Digests([sha(entry.read())]), rows=True)
    done = sweep([root], wanted)
    assert hows(done) == {"export": "inside", "other.csv": "inside"}
    assert {one.inside for one in done.found if one.place.endswith("export")} == {("line 3",)}


def test_a_copy_that_was_encoded_anew_is_found_by_its_look_also_inside(root: Path) -> None:
    again = io.BytesIO()
    with Image.open(io.BytesIO(PHOTO)) as photo:
        photo.resize((80, 80)).save(again, "PNG")
    (root / "again.png").write_bytes(again.getvalue())
    (root / "other.png").write_bytes(OTHER)
    (root / "old.zip").write_bytes(zipped(again_png=again.getvalue(), other_jpg=OTHER))
    with Eyes() as eyes:
        wanted = Wanted(looks=Looks([eyes.hash_of(PHOTO)]))
    done = sweep([root], wanted)
    assert hows(done) == {"again.png": "look", "old.zip": "look-inside"}
    assert not any(one.how.is_a_copy for one in done.found)


def test_several_copies_in_one_container_are_one_finding_with_their_number(root: Path) -> None:
    (root / "b.zip").write_bytes(zipped(a_jpg=PHOTO, b_jpg=PHOTO, c_jpg=OTHER))
    (found,) = sweep([root], WANTED).found
    assert (found.count, sorted(found.inside)) == (2, ["a.jpg", "b.jpg"])


def test_each_name_of_a_file_with_several_is_found(root: Path) -> None:
    for name, data in (("one.jpg", PHOTO), ("a.zip", zipped(a_jpg=PHOTO))):
        (root / name).write_bytes(data)
        os.link(root / name, root / f"z {name}")
    assert hows(sweep([root], WANTED)) == {
        "one.jpg": "bytes", "z one.jpg": "bytes", "a.zip": "inside", "z a.zip": "inside",
    }  # fmt: skip


def test_very_many_copies_in_a_folder_are_one_finding_of_the_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stray, "MOST_IN_FOLDER", 3)
    (root / "few").mkdir()
    for number in range(5):
        (root / f"{number}.jpg").write_bytes(PHOTO)
    (root / "few" / "one.jpg").write_bytes(PHOTO)
    found = {one.place: one for one in sweep([root], WANTED).found}
    assert found[str(root)].count == 5
    assert found[str(root / "few" / "one.jpg")].count == 1
    assert len(found) == 2


def test_what_lies_where_the_vault_knows_it_is_counted_and_is_no_finding(root: Path) -> None:
    (root / "known").mkdir()
    (root / "known" / "a.jpg").write_bytes(PHOTO)
    (root / "shard.tar").write_bytes(tarred(a_jpg=PHOTO))
    (root / "known" / "stray.zip").write_bytes(zipped(a_jpg=PHOTO))
    (root / "stray.jpg").write_bytes(PHOTO)
    home = Home(frozenset({str(root / "shard.tar")}), (str(root / "known"),))
    done = sweep([root], WANTED, home=home)
    assert hows(done) == {"stray.zip": "inside", "stray.jpg": "bytes"}
    assert done.registered == 1


# What is not entered, or changes


def test_links_are_not_followed_and_one_that_leads_out_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.jpg").write_bytes(PHOTO)
    (root / "real.jpg").write_bytes(PHOTO)
    (root / "loop").symlink_to(root)
    (root / "again.jpg").symlink_to(root / "real.jpg")
    (root / "nowhere").symlink_to(root / "gone")
    (root / "out.jpg").symlink_to(tmp_path / "outside.jpg")
    done = sweep([root], WANTED)
    assert hows(done) == {"real.jpg": "bytes"}
    assert [(gap.why.code, gap.what.values["places"]) for gap in done.not_looked] == [
        ("why.folder.link-out", (str(root / "out.jpg"),))
    ]


def test_a_folder_and_a_file_that_may_not_be_read_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "closed").mkdir()
    (root / "secret.jpg").write_bytes(PHOTO)
    (root / "open.jpg").write_bytes(PHOTO)
    scandir, open_ = os.scandir, os.open

    def may_list(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "no")
        return scandir(path)

    def may_open(path: Any, *more: Any, **others: Any) -> int:
        if str(path).endswith("secret.jpg"):
            raise PermissionError(13, "no")
        return open_(path, *more, **others)

    monkeypatch.setattr(stray_walk.os, "scandir", may_list)
    monkeypatch.setattr(stray_walk.os, "open", may_open)
    done = sweep([root], WANTED)
    assert hows(done) == {"open.jpg": "bytes"}
    assert not done.complete
    (gap,) = done.not_looked
    assert (gap.why.code, gap.count) == ("why.no-permission", 2)
    assert set(gap.what.values["places"]) == {str(root / "closed"), str(root / "secret.jpg")}


def test_a_file_that_vanishes_and_one_that_grows_are_named_and_the_others_found(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("goes.jpg", "grows.log", "stays.jpg"):
        (root / name).write_bytes(PHOTO)
    fstat = os.fstat
    listed = stray_walk._listed

    def and_then_it_goes(*args: Any) -> Iterator[Any]:
        for folder in listed(*args):
            (root / "goes.jpg").unlink(missing_ok=True)
            yield folder

    def growing(descriptor: int) -> os.stat_result:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == "grows.log":
            with (root / "grows.log").open("ab") as file:
                file.write(b"more")
        return fstat(descriptor)

    monkeypatch.setattr(stray_walk, "_listed", and_then_it_goes)
    monkeypatch.setattr(stray_walk.os, "fstat", growing)
    done = sweep([root], WANTED)
    assert hows(done)["stays.jpg"] == "bytes"
    assert {gap.why.code for gap in done.not_looked if gap.kind is None} == {"why.not-there", "why.sweep.changed"}


def test_a_root_without_a_file_says_nothing_of_copies(root: Path) -> None:
    done = sweep([root], WANTED)
    assert [gap.why.code for gap in done.not_looked] == ["why.sweep.empty"]
    assert not done.complete


def test_a_root_that_is_not_there_is_named(root: Path) -> None:
    (root / "a.jpg").write_bytes(OTHER)
    assert not sweep([root, root / "none"], WANTED).complete


def test_roots_that_lie_in_each_other_are_swept_once(root: Path) -> None:
    (root / "in").mkdir()
    (root / "in" / "a.jpg").write_bytes(PHOTO)
    (root.parent / "name").symlink_to(root)
    done = sweep([root / "in", root, root.parent / "name"], WANTED)
    assert (done.roots, done.files, len(done.found)) == ((str(root),), 1, 1)


def test_other_file_systems_are_named_where_they_are_not_to_be_entered(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "mounted").mkdir()
    (root / "mounted" / "a.jpg").write_bytes(PHOTO)
    (root / "b.jpg").write_bytes(PHOTO)
    device = os.lstat(root).st_dev
    monkeypatch.setattr(
        stray_walk.os, "lstat",
        lambda path: os.stat_result((*(found := Path(path).stat())[:2], device + 1, *found[3:])),
    )  # fmt: skip
    done = sweep([root], WANTED, one_filesystem=True)
    assert hows(done) == {"b.jpg": "bytes"}
    assert [gap.why.code for gap in done.not_looked] == ["why.sweep.other-filesystem"]


def test_what_the_system_only_shows_is_not_entered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "proc").mkdir()
    (root / "proc" / "a.jpg").write_bytes(PHOTO)
    (root / "b.jpg").write_bytes(PHOTO)
    monkeypatch.setattr(stray_walk, "_pseudo_places", lambda: frozenset({str(root / "proc")}))
    assert hows(sweep([root], WANTED)) == {"b.jpg": "bytes"}


def test_a_cancelled_sweep_tells_what_it_found_and_that_there_is_more(root: Path) -> None:
    for name in "abc":
        (root / name).mkdir()
        (root / name / "x.jpg").write_bytes(PHOTO)
    token = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.done:
            token.cancel()

    done = sweep([root], WANTED, token=token, report=stop)
    assert len(done.found) == 1
    assert [gap.why.code for gap in done.not_looked] == ["why.sweep.cancelled"]


def test_what_no_reader_understands_and_damaged_archives_are_named(root: Path) -> None:
    (root / "odd.bin").write_bytes(b"\1\2\3" * 50)
    (root / "half.zip").write_bytes(zipped(a_jpg=PHOTO)[:-30])
    (root / "in.zip").write_bytes(zipped(a_bin=b"\1\2\3" * 50))
    done = sweep([root], WANTED)
    assert done.found == []
    assert sum(gap.count or 0 for gap in done.not_looked if gap.kind is not None) == 2
    assert not done.complete


def test_files_that_share_a_cell_that_fails_are_each_read_in_one_of_their_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (root / f"{name}.zip").write_bytes(zipped(a_jpg=PHOTO))
    asked = swept._asked

    def failing(files: list[Any], *, with_photos: bool) -> Iterator[Any]:
        if len(files) > 1:
            yield from list(asked([one for one in files if one[1].path.name == "a.zip"], with_photos=with_photos))
        if len(files) > 1 or files[0][1].path.name == "b.zip":
            raise CellFailed(why=message("why.cell.none"))
        yield from asked(files, with_photos=with_photos)

    monkeypatch.setattr(swept, "_asked", failing)
    done = sweep([root], WANTED)
    assert hows(done) == {"a.zip": "inside", "c.zip": "inside"}
    assert [one.count for one in done.found] == [1, 1]
    assert [gap.what.values["places"] for gap in done.not_looked] == [(str(root / "b.zip"),)]


# Whether it is gone


def later(root: Path, earlier: StraySweep, wanted: Wanted = WANTED, **more: Any) -> list[Stray]:
    return sweep([root], wanted, earlier=earlier.found, **more).gone


def keep(root: Path) -> None:
    """Something that keeps the root from being empty."""
    (root / "other.jpg").write_bytes(OTHER)


def test_what_was_removed_or_replaced_is_gone(root: Path) -> None:
    keep(root)
    (root / "a.jpg").write_bytes(PHOTO)
    (root / "b.jpg").write_bytes(PHOTO)
    (root / "c.zip").write_bytes(zipped(a_jpg=PHOTO, b_jpg=OTHER))
    found = sweep([root], WANTED)
    (root / "a.jpg").unlink()
    (root / "b.jpg").write_bytes(OTHER)
    (root / "c.zip").write_bytes(zipped(b_jpg=OTHER))
    assert {Path(one.place).name for one in later(root, found)} == {"a.jpg", "b.jpg", "c.zip"}


def test_what_is_still_there_is_not_gone_also_where_less_is_looked_for(root: Path) -> None:
    (root / "a.jpg").write_bytes(PHOTO)
    found = sweep([root], WANTED)
    assert later(root, found) == []
    assert later(root, found, Wanted(items=Digests([sha(OTHER)]))) == []
    os.utime(root / "a.jpg", (1, 1))
    assert later(root, found, Wanted(items=Digests([sha(OTHER)]))) == []


def test_what_was_not_looked_at_is_not_gone(root: Path, tmp_path: Path) -> None:
    (root / "a.zip").write_bytes(zipped(a_jpg=PHOTO))
    found = sweep([root], WANTED)
    (tmp_path / "elsewhere").mkdir()
    keep(tmp_path / "elsewhere")
    assert later(tmp_path / "elsewhere", found) == []
    (root / "a.zip").unlink()
    assert later(tmp_path / "elsewhere", found) == []
    (root / "a.zip").write_bytes(zipped(a_jpg=PHOTO)[:-20])
    assert later(root, found) == []
    (root / "a.zip").write_bytes(zipped(a_bin=b"\1\2" * 99))
    assert later(root, found) == []


def test_what_lay_on_a_disk_that_is_not_mounted_any_more_is_not_gone(root: Path) -> None:
    keep(root)
    (root / "a.jpg").write_bytes(PHOTO)
    found = sweep([root], WANTED)
    (one,) = found.found
    (root / "a.jpg").unlink()
    found.found = [Stray(one.place, one.how, one.digest, one.file, one.device + 1)]
    assert later(root, found) == []


def test_a_cancelled_sweep_says_of_nothing_that_lies_there_that_it_is_gone(root: Path) -> None:
    (root / "a.jpg").write_bytes(PHOTO)
    found = sweep([root], WANTED)
    (root / "a.jpg").write_bytes(OTHER)
    token = CancelToken()
    token.cancel()
    assert later(root, found, token=token) == []


def test_a_folder_of_very_many_is_gone_once_nothing_is_left_in_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stray, "MOST_IN_FOLDER", 1)
    keep(root)
    for name in "abc":
        (root / f"{name}.jpg").write_bytes(PHOTO)
    found = sweep([root], WANTED)
    assert [one.count for one in found.found] == [3]
    (root / "a.jpg").unlink()
    less = sweep([root], WANTED, earlier=found.found)
    assert ([one.count for one in less.found], len(less.gone)) == ([2], 1)
    for name in "bc":
        (root / f"{name}.jpg").unlink()
    assert later(root, less, Wanted(items=Digests([sha(OTHER + b".")]))) == []
    assert len(later(root, less)) == 1
