"""What a look at a path shows, before anything is indexed."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets import looking
from dsr_desk.datasets.looking import look
from dsr_desk.datasets.registry import UNKNOWN_FORMAT, LeftOut

JPEG = b"\xff\xd8\xff\xe0 not a whole photo"


def write_shard(path: Path, keys: int) -> Path:
    with tarfile.open(path, "w") as archive:
        for number in range(keys):
            for name, data in ((f"{number}.jpg", JPEG), (f"{number}.json", json.dumps({"owner": f"Person {number}"}))):
                info = tarfile.TarInfo(name)
                content = data if isinstance(data, bytes) else data.encode()
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def test_a_folder_shows_each_of_its_containers(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    (tmp_path / "b.jpg").touch()
    write_shard(tmp_path / "s.tar", 3)
    (tmp_path / "t.csv").write_text("name,mail\nAda Example,ada@example.org\nBo Example,\n")
    (tmp_path / "notes.odt").write_bytes(b"letter")
    looked = look(tmp_path)
    assert looked.format == "folder"
    assert looked.not_understood == (LeftOut("notes.odt", UNKNOWN_FORMAT),)
    loose, shard, table = looked.sights
    assert (loose.photos, loose.records, loose.unreadable) == (2, 0, {message("why.photo.empty"): 1})
    assert (shard.photos, shard.records, shard.size) == (3, 3, (tmp_path / "s.tar").stat().st_size)
    assert shard.columns == {"owner": ("Person 0", "Person 1", "Person 2")}
    assert table.columns == {"name": ("Ada Example", "Bo Example"), "mail": ("ada@example.org",)}
    assert all(sight.complete and not sight.problem for sight in looked.sights)


def test_more_items_than_are_counted_are_said_to_be_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_ITEMS", 60)
    (few,) = look(write_shard(tmp_path / "few.tar", 30)).sights
    (many,) = look(write_shard(tmp_path / "many.tar", 31)).sights
    assert (few.photos + few.records, few.complete) == (60, True)
    assert (many.photos + many.records, many.complete) == (60, False)


def test_of_many_containers_each_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_ITEMS", 2)
    monkeypatch.setattr(looking, "FEWEST_ITEMS", 4)
    for number in range(3):
        write_shard(tmp_path / f"{number}.tar", 5)
    assert [(one.photos + one.records, one.complete) for one in look(tmp_path).sights] == [(4, False)] * 3


def test_large_items_are_not_all_read_for_a_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_BYTES", 100)
    (sight,) = look(write_shard(tmp_path / "s.tar", 100)).sights
    assert (sight.photos + sight.records, sight.complete) == (looking.FEWEST_ITEMS, False)


def test_damage_is_told_with_what_was_seen_before_it(tmp_path: Path) -> None:
    path = write_shard(tmp_path / "s.tar", 5)
    path.write_bytes(path.read_bytes()[:-11000])
    (sight,) = look(path).sights
    assert sight.photos + sight.records > 0
    assert (sight.complete, bool(sight.problem)) == (False, True)


def test_a_table_without_a_header_says_why_it_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text("ada@example.org\nbo@example.org\n")
    (sight,) = look(tmp_path / "bare.csv").sights
    assert sight.columns == {}
    assert sight.problem == message("TABLE-NO-HEADER", name="bare.csv")


@pytest.mark.usefixtures("readers_in_process")
def test_columns_and_values_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_COLUMNS", 3)
    monkeypatch.setattr(looking, "MOST_VALUES", 2)
    rows = [{f"field {row} {column}": "x" for column in range(4)} | {"same": str(row)} for row in range(5)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({"same": "0", **row}) + "\n" for row in rows))
    (sight,) = look(tmp_path / "t.jsonl").sights
    assert len(sight.columns) == 3
    assert sight.columns["same"] == ("0", "1")


def test_a_look_can_be_stopped(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        look(write_shard(tmp_path / "s.tar", 2), stop)
