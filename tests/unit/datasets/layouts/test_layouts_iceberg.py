"""Iceberg tables, written and read by the library of the format."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from layout_samples import doomed_in, erased_everywhere, finished_before_kill, left_over, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

pytest.importorskip("pyiceberg", reason="the pyiceberg library is not installed")
fastavro = pytest.importorskip("fastavro", reason="the fastavro library is not installed")
FIRST = pa.table({"name": ["Aaron Wilma", "Ada", "Zoe"], "mail": ["w@x.org", "a@x.org", "z@x.org"]})
"""The person comes first, so that the metadata name her."""
MORE = pa.table({"name": ["Bob", "Carl"], "mail": ["b@x.org", "c@x.org"]})
WILMA = "w@x.org"

in_process = pytest.mark.usefixtures("readers_in_process")


class Lake:
    """A catalog of its own, which knows the table by the absolute place of its metadata file."""

    def __init__(self, folder: Path) -> None:
        from pyiceberg.catalog.memory import InMemoryCatalog

        self.catalog = InMemoryCatalog("lake", warehouse=folder.as_uri())
        self.catalog.create_namespace("db")
        self.root = folder / "db" / "people"

    def make(self, *rows: pa.Table, schema: Any = None, spec: Any = None, version: int = 2) -> Any:
        more = {} if spec is None else {"partition_spec": spec}
        table = self.catalog.create_table(
            "db.people", schema or rows[0].schema, properties={"format-version": str(version)}, **more
        )
        for one in rows:
            table.append(one)
        return table

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As its library reads them through the catalog."""
        found: list[dict[str, Any]] = self.catalog.load_table("db.people").scan().to_arrow().to_pylist()
        return sorted(found, key=lambda row: row["name"])

    @property
    def names(self) -> list[str]:
        return [row["name"] for row in self.rows]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def naming(place: Path) -> list[str]:
    """All files that hold the person, wherever, manifests unpacked."""
    found = []
    for name, data in stored(place).items():
        said = data
        if name.endswith(".avro"):
            with (place / name).open("rb") as file:
                said += str(list(fastavro.reader(file))).encode()
        if b"Wilma" in said or WILMA.encode() in said:
            found.append(name)
    return found


def only(root: Path) -> Any:
    (container,) = survey(root).containers
    return container


def why_not(root: Path) -> Any:
    """Why nothing is erased, before and at the erasure alike; nothing changed."""
    before = stored(root)
    container = next(one for one in survey(root).containers if doomed_in(one))
    told = []
    for ask in (container.before_erasing, container.erase):
        with pytest.raises(PartOfLayout) as caught:
            ask(doomed_in(container))
        told.append(caught.value.details["why"])
    assert told[0] == told[1]
    assert stored(root) == before
    return told[0]


def test_the_table_is_read_through_its_catalog_without_the_person(lake: Lake, tmp_path: Path) -> None:
    lake.make(FIRST, MORE)
    assert any(name.endswith(".avro") for name in naming(lake.root))
    before = lake.rows
    (done,) = erased_everywhere(lake.root)
    assert lake.rows == [row for row in before if row["mail"] != WILMA]
    assert naming(tmp_path) == []
    assert message("note.layout.iceberg-history", count=2) in done.notes
    assert not left_over(tmp_path)
    lake.catalog.load_table("db.people").append(MORE)
    assert len(lake.names) == 6


@in_process
def test_one_snapshot_is_left_and_says_what_is_there(lake: Lake) -> None:
    from pyiceberg.expressions import EqualTo

    table = lake.make(FIRST, MORE)
    table.delete(EqualTo("name", "Carl"))
    (lake.root / "metadata" / "one.puffin").write_bytes(b"PFA1 Wilma")
    snapshot = {"snapshot-id": table.current_snapshot().snapshot_id, "blob-metadata": []}
    place = f"{table.metadata.location}/metadata/one.puffin"
    sizes = {"file-size-in-bytes": 10, "file-footer-size-in-bytes": 4}
    with_metadata(table, lake.root, statistics=[snapshot | sizes | {"statistics-path": place}])
    erased_everywhere(lake.root)
    table = lake.catalog.load_table("db.people")
    assert table.metadata.statistics == []
    (snapshot,) = table.snapshots()
    assert snapshot.summary["total-records"] == "3"
    files = table.inspect.files().to_pylist()
    assert sum(file["record_count"] for file in files) == 3
    there = {file["file_path"].rpartition("/")[2]: file["file_size_in_bytes"] for file in files}
    assert there == {name: (lake.root / "data" / name).stat().st_size for name in there}
    first = next(file for file in files if file["record_count"] == 2)
    assert first["readable_metrics"]["name"]["lower_bound"] == "Ada"
    left = {file.name for file in (lake.root / "metadata").iterdir()}
    assert left == {
        table.metadata_location.rpartition("/")[2],
        snapshot.manifest_list.rpartition("/")[2],
        *(manifest.manifest_path.rpartition("/")[2] for manifest in snapshot.manifests(table.io)),
    }
    # Rows of files that older snapshots alone used are found by themselves.
    assert naming(lake.root) == []


@in_process
def test_what_an_erasure_does_to_the_metadata_is_told_before(lake: Lake) -> None:
    table = lake.make(FIRST)
    container = only(lake.root)
    told = container.before_erasing(doomed_in(container))
    assert message("note.layout.iceberg-history", count=1) in told
    assert message("note.layout.iceberg-catalog", file=table.metadata_location) in told
    assert len(lake.names) == 3


@in_process
def test_partitions_keep_what_they_say_of_others(lake: Lake) -> None:
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.transforms import IdentityTransform
    from pyiceberg.types import NestedField, StringType

    schema = Schema(*(NestedField(at, name, StringType()) for at, name in enumerate(("name", "mail", "team"), 1)))
    spec = PartitionSpec(PartitionField(3, 1000, IdentityTransform(), "team"))
    lake.make(FIRST.append_column("team", pa.array(["a b%/ü", "a b%/ü", "x"])), schema=schema, spec=spec)
    erased_everywhere(lake.root)
    assert [(row["name"], row["team"]) for row in lake.rows] == [("Ada", "a b%/ü"), ("Zoe", "x")]
    assert len(lake.catalog.load_table("db.people").scan("team == 'x'").to_arrow()) == 1
    assert naming(lake.root) == []


@in_process
def test_a_file_that_loses_all_its_rows_is_in_use_no_more(lake: Lake) -> None:
    lake.make(FIRST.slice(0, 1), MORE)
    erased_everywhere(lake.root)
    assert len(list(lake.catalog.load_table("db.people").scan().plan_files())) == 1
    assert lake.names == ["Bob", "Carl"]
    assert naming(lake.root) == []


@in_process
def test_a_table_may_lose_its_only_row(lake: Lake) -> None:
    lake.make(FIRST.slice(0, 1))
    erased_everywhere(lake.root)
    assert lake.rows == []
    lake.catalog.load_table("db.people").append(MORE)
    assert lake.names == ["Bob", "Carl"]


@in_process
def test_a_table_of_the_first_version_with_columns_renamed_and_dropped_is_understood(lake: Lake) -> None:
    table = lake.make(FIRST, version=1)
    with table.update_schema() as change:
        change.rename_column("mail", "address")
        change.add_column("age", __import__("pyiceberg.types").types.LongType())
    table.append(pa.table({"name": ["Bob"], "address": ["b@x.org"], "age": [7]}))
    erased_everywhere(lake.root)
    assert [(row["name"], row["address"], row["age"]) for row in lake.rows] == [
        ("Ada", "a@x.org", None),
        ("Bob", "b@x.org", 7),
        ("Zoe", "z@x.org", None),
    ]
    files = lake.catalog.load_table("db.people").inspect.files().to_pylist()
    assert {file["readable_metrics"]["address"]["lower_bound"] for file in files} == {"a@x.org", "b@x.org"}
    assert naming(lake.root) == []


@in_process
def test_files_of_old_snapshots_are_searched_and_erased_too(lake: Lake) -> None:
    table = lake.make(FIRST)
    table.overwrite(MORE)
    assert len(survey(lake.root).containers) == 2
    (done,) = erased_everywhere(lake.root)
    assert done.kept == 2
    assert lake.names == ["Bob", "Carl"]
    assert naming(lake.root) == []


@in_process
def test_a_table_that_was_moved_is_mended_and_says_where_it_believes_to_lie(lake: Lake, tmp_path: Path) -> None:
    lake.make(FIRST, MORE)
    (tmp_path / "copies").mkdir()
    moved = Path(shutil.copytree(lake.root, tmp_path / "copies" / "people"))
    container = next(one for one in survey(moved).containers if doomed_in(one))
    elsewhere = message("note.layout.iceberg-elsewhere", location=lake.root.as_uri())
    assert elsewhere in container.before_erasing(doomed_in(container))
    before = stored(lake.root)
    container.erase(doomed_in(container))
    assert stored(lake.root) == before
    assert naming(moved) == []
    # Laid where it believes to lie, it is the table without the person.
    shutil.rmtree(lake.root)
    shutil.move(moved, lake.root)
    assert lake.names == ["Ada", "Bob", "Carl", "Zoe"]


@in_process
def test_a_table_kept_without_a_catalog_keeps_its_hint(lake: Lake) -> None:
    from pyiceberg.table import StaticTable

    table = lake.make(FIRST)
    folder = lake.root / "metadata"
    newest = folder / table.metadata_location.rpartition("/")[2]
    newest.rename(folder / "v1.metadata.json")
    (folder / "version-hint.text").write_text("1")
    (folder / ".v1.metadata.json.crc").write_bytes(b"crc\0")
    for other in folder.glob("0*.metadata.json"):
        other.unlink()
    erased_everywhere(lake.root)
    assert {"v1.metadata.json", "version-hint.text"} <= {file.name for file in folder.iterdir()}
    assert not (folder / ".v1.metadata.json.crc").exists(), "of the old metadata"
    assert StaticTable.from_metadata(str(lake.root)).scan().to_arrow()["name"].to_pylist() == ["Ada", "Zoe"]


@pytest.mark.parametrize("every", [15, pytest.param(1, marks=pytest.mark.long)])
@in_process
def test_killed_at_any_step_the_table_is_the_old_or_the_new_one_and_the_next_run_goes_on(
    every: int, tmp_path: Path
) -> None:
    ends = Counter[str]()
    for step in range(1, 400, every):
        place = tmp_path / str(step)
        place.mkdir()
        lake = Lake(place)
        lake.make(FIRST)
        container = only(lake.root)
        doomed = doomed_in(container)
        finished = finished_before_kill(lambda: container.erase(doomed), step)  # noqa: B023
        there = {("Aaron Wilma", "Ada", "Zoe"): "before", ("Ada", "Zoe"): "after"}[tuple(lake.names)]
        ends["finished" if finished else there] += 1
        container.erase(doomed)
        assert lake.names == ["Ada", "Zoe"]
        assert naming(place) == []
        assert not left_over(place)
        if finished:
            break
    assert ends["finished"] == 1
    assert ends["before"] > 1
    assert ends["after"] > 1 or every > 1


def with_tag(table: Any, root: Path) -> None:
    del root
    with table.manage_snapshots() as change:
        change.create_tag(table.current_snapshot().snapshot_id, "kept")


def with_second_newest(table: Any, root: Path) -> None:
    newest = root / "metadata" / table.metadata_location.rpartition("/")[2]
    shutil.copy(newest, newest.with_name(f"{newest.name.partition('-')[0]}-aa.metadata.json"))


def with_other_hint(table: Any, root: Path) -> None:
    del table
    (root / "metadata" / "version-hint.text").write_text("0")


def with_metadata(table: Any, root: Path, **said: Any) -> None:
    place = root / "metadata" / table.metadata_location.rpartition("/")[2]
    place.write_text(json.dumps(json.loads(place.read_text()) | said))


def of_a_later_version(table: Any, root: Path) -> None:
    with_metadata(table, root, **{"format-version": 4})


def with_files_outside(table: Any, root: Path) -> None:
    with_metadata(table, root, location=f"{root.as_uri()}/inside")


def with_deletes(table: Any, root: Path) -> None:
    """As an engine that deletes rows by position leaves it."""
    from pyiceberg.manifest import (
        DataFile,
        DataFileContent,
        FileFormat,
        ManifestContent,
        ManifestEntry,
        ManifestEntryStatus,
        ManifestWriterV2,
        write_manifest_list,
    )
    from pyiceberg.typedef import Record

    class Deletes(ManifestWriterV2):  # type: ignore[misc]
        def content(self) -> Any:
            return ManifestContent.DELETES

    snapshot = table.current_snapshot()
    where = f"{table.metadata.location}/metadata"
    deletes = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=f"{table.metadata.location}/data/deletes.parquet",
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=1,
        file_size_in_bytes=1,
    )
    out = table.io.new_output(f"{where}/d-m0.avro")
    entry = {"status": ManifestEntryStatus.ADDED, "snapshot_id": snapshot.snapshot_id, "sequence_number": 1}
    with Deletes(table.spec(), table.schema(), out, snapshot.snapshot_id, "null") as writer:
        writer.add(ManifestEntry.from_args(**entry, file_sequence_number=1, data_file=deletes))
    held = [*snapshot.manifests(table.io), writer.to_manifest_file()]
    lists = table.io.new_output(f"{where}/snap-d.avro")
    with write_manifest_list(2, lists, snapshot.snapshot_id, None, 1, "null") as listed:
        listed.add_manifests(held)
    newest = root / "metadata" / table.metadata_location.rpartition("/")[2]
    (said,) = json.loads(newest.read_text())["snapshots"]
    with_metadata(table, root, snapshots=[said | {"manifest-list": f"{where}/snap-d.avro"}])


def damaged(table: Any, root: Path) -> None:
    del table
    next((root / "metadata").glob("*-m0.avro")).write_bytes(b"Obj\x01 no more")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (with_tag, message("why.layout.iceberg-refs")),
        (with_second_newest, message("why.layout.iceberg-pointer")),
        (with_other_hint, message("why.layout.iceberg-pointer")),
        (of_a_later_version, message("why.layout.iceberg-version", version=4)),
        (with_files_outside, message("why.layout.iceberg-outside")),
        (with_deletes, message("why.layout.iceberg-deletes")),
        (damaged, message("why.layout.iceberg-metadata")),
    ],
)
@in_process
def test_a_table_that_is_not_understood_is_left_whole(change: Any, why: Any, lake: Lake) -> None:
    change(lake.make(FIRST), lake.root)
    assert why_not(lake.root) == why


@in_process
def test_without_the_library_the_table_is_searched_and_handed_over(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.make(FIRST)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pyiceberg" else find(name))
    assert why_not(lake.root) == message("why.layout.needs", library="pyiceberg")
