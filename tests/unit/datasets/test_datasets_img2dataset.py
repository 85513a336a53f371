"""What img2dataset writes: photos without their metadata, and a text that says how they were held."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Container, ContainerDamaged, Doomed
from dsr_desk.datasets.records import orientation_in
from dsr_desk.datasets.registry import open_source, survey
from dsr_desk.datasets.webdataset import WebDatasetShard

JPEG = b"\xff\xd8\xff\xe0 photo"
TURNED = json.dumps({"Image Orientation": "Rotated 90 CW", "Image Make": "x"})


def shard(folder: Path, exif: dict[str, str]) -> Path:
    path = folder / "00000.tar"
    with tarfile.open(path, "w") as archive:
        for key, text in exif.items():
            meta = json.dumps({"key": key, "status": "success", "url": "u", "exif": text}).encode()
            for name, data in ((f"{key}.jpg", JPEG), (f"{key}.txt", b"caption"), (f"{key}.json", meta)):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


def orientations(path: Path) -> dict[str, int | None]:
    (container,) = open_source(path)
    assert container.format == "img2dataset"
    return {entry.member: entry.orientation for entry in container.entries() if entry.kind is ItemKind.PHOTO}


def test_the_orientation_is_taken_from_the_samples_json(tmp_path: Path) -> None:
    path = shard(tmp_path, {"000000000": TURNED, "000000001": "{}"})
    assert orientations(path) == {"000000000.jpg": 6, "000000001.jpg": None}


def test_the_parquet_file_beside_the_shard_comes_first(tmp_path: Path) -> None:
    path = shard(tmp_path, {"000000000": "{}", "000000001": "{}"})
    table = pa.table({"key": ["000000000", "000000001"], "exif": [None, TURNED], "url": ["u", "v"]})
    pq.write_table(table, path.with_suffix(".parquet"))
    assert orientations(path) == {"000000000.jpg": None, "000000001.jpg": 6}


def with_table(path: Path) -> Path:
    """A shard of two samples, and a table of these and one more that could not be fetched."""
    table = pa.table(
        {
            "key": ["000000000", "000000001", "000000002"],
            "caption": ["Ada Example", "Bo Sample", "Cy Trial"],
            "url": [f"https://{name}.example.org/1.jpg" for name in ("ada", "bo", "cy")],
            "status": ["success", "success", "failed_to_download"],
            "exif": [TURNED, "{}", None],
        }
    )
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=2)
    path.with_name("00000_stats.json").write_text('{"count": 3, "status_dict": {"success": 2}}')
    return path


def doomed(container: Container, *members: str) -> list[Doomed]:
    return [
        Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), hint=one.hint)
        for one in container.entries()
        if one.member in members
    ]


def test_a_row_of_the_table_beside_is_a_record_of_its_sample(tmp_path: Path) -> None:
    with_table(shard(tmp_path, {"000000000": "{}", "000000001": "{}"}))
    found = survey(tmp_path)
    assert [(one.format, one.name) for one in found.containers] == [("img2dataset", f"{tmp_path.name}/00000.tar")]
    assert found.not_understood == ()
    (container,) = found.containers
    rows = {entry.member: entry for entry in container.entries() if "/" in entry.member}
    assert list(rows) == [f"00000.parquet/00000000{number}" for number in range(3)]
    first = rows["00000.parquet/000000000"]
    assert first.record is not None
    assert first.record["caption"] == "Ada Example"
    assert {entry.member for entry in container.entries() if entry.group == first.group} == {
        "000000000.jpg", "000000000.txt", "000000000.json", "00000.parquet/000000000"
    }  # fmt: skip
    for entry in rows.values():
        digest = hashlib.sha256(entry.read()).hexdigest()
        for hint in (entry.hint, None):
            assert container.read(entry.member, digest, 0, hint) == entry.read()


def test_a_sample_is_erased_from_shard_and_table(tmp_path: Path) -> None:
    path = with_table(shard(tmp_path, {"000000000": "{}", "000000001": "{}"}))
    (container,) = open_source(path)
    before, looks = container.digest(), container.fingerprint()
    all_of_ada = doomed(
        container,
        "000000000.jpg",
        "000000000.txt",
        "000000000.json",
        "00000.parquet/000000000",
        "00000.parquet/000000002",
    )
    done = container.erase(all_of_ada)
    assert (len(done.erased), done.missing, done.kept) == (5, (), 4)
    assert (done.digest_before, done.digest_after) == (before, container.digest())
    assert container.fingerprint() != looks
    (again,) = open_source(path)
    assert [entry.member for entry in again.entries()] == [
        "000000001.jpg", "000000001.txt", "000000001.json", "00000.parquet/000000001"
    ]  # fmt: skip
    assert pq.read_table(path.with_suffix(".parquet")).column("caption").to_pylist() == ["Bo Sample"]
    once_more = again.erase(all_of_ada)
    assert (once_more.erased, set(once_more.missing)) == ((), set(all_of_ada))


@pytest.mark.usefixtures("readers_in_process")
def test_a_run_that_ended_between_shard_and_table_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_table(shard(tmp_path, {"000000000": "{}", "000000001": "{}"}))
    (container,) = open_source(path)
    ada = doomed(container, "000000000.jpg", "00000.parquet/000000000")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(WebDatasetShard, "write_without", stop)
        with pytest.raises(KeyboardInterrupt):
            container.erase(ada)
    (again,) = open_source(path)
    done = again.erase(ada)
    assert {one.member for one in done.erased} | {one.member for one in done.missing} == {one.member for one in ada}
    assert not doomed(open_source(path)[0], "000000000.jpg", "00000.parquet/000000000")


def test_a_table_beside_that_is_damaged_or_another_one_is_not_passed_over(tmp_path: Path) -> None:
    path = with_table(shard(tmp_path, {"000000000": "{}"}))
    table = path.with_suffix(".parquet")
    table.write_bytes(table.read_bytes()[:-20])
    with pytest.raises(ContainerDamaged):
        list(open_source(path)[0].entries())
    pq.write_table(pa.table({"name": ["Ada"]}), table)
    assert [one.format for one in open_source(tmp_path)] == ["parquet", "img2dataset"]


def test_loose_files_of_img2dataset_are_turned_by_the_json_beside_them(tmp_path: Path) -> None:
    for number, exif in enumerate((TURNED, {"Image Orientation": "Rotated 180"}, "{}")):
        (tmp_path / f"{number}.jpg").write_bytes(JPEG)
        (tmp_path / f"{number}.json").write_text(json.dumps({"key": str(number), "status": "success", "exif": exif}))
    (tmp_path / "other.jpg").write_bytes(JPEG)
    (tmp_path / "other.json").write_text(json.dumps({"exif": TURNED}))
    assert {entry.member: entry.orientation for entry in open_source(tmp_path)[0].entries()} == {
        "0.jpg": 6, "0.json": None, "1.jpg": 3, "1.json": None, "2.jpg": None, "2.json": None,
        "other.jpg": None, "other.json": None,
    }  # fmt: skip


def test_the_column_of_a_parquet_of_img2dataset_turns_its_photos(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"jpg": [JPEG], "exif": [TURNED], "key": ["0"], "status": ["success"]}), tmp_path / "0.parquet"
    )
    photo, record = open_source(tmp_path / "0.parquet")[0].entries()
    assert (photo.orientation, record.orientation) == (6, None)
    assert photo.group == record.group


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        (None, None),
        ("", None),
        ("no json: Image Orientation", None),
        ("{}", None),
        ('{"Image Orientation": "Horizontal (normal)"}', 1),
        ('{"Image Orientation": "Rotated 90 CCW"}', 8),
        ('{"Image Orientation": "3"}', 3),
        ('{"Image Orientation": "sideways"}', None),
    ],
)
def test_an_orientation_in_words_becomes_its_number(text: str | None, turn: int | None) -> None:
    assert orientation_in(text) == turn
