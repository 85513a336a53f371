"""Delta tables, written and read by the library of the format."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from layout_samples import doomed_in, erased_everywhere, left_over, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

deltalake = pytest.importorskip("deltalake", reason="the deltalake library is not installed")
MORE = pa.table({"name": ["Bob", "Carl"], "mail": ["b@x.org", "c@x.org"]})
FIRST = pa.table({"name": ["Aaron Wilma", "Ada", "Zoe"], "mail": ["w@x.org", "a@x.org", "z@x.org"]})
"""The person comes first, so that the log names her."""

in_process = pytest.mark.usefixtures("readers_in_process")


def names_in(root: Path) -> list[str]:
    return sorted(deltalake.DeltaTable(str(root)).to_pyarrow_table()["name"].to_pylist())


def names_of(root: Path) -> list[str]:
    """All files that hold the person, wherever; tables, as checkpoints are too, unpacked."""
    said = stored(root)
    tables = {name: str(pq.read_table(root / name).to_pylist()).encode() for name in said if name.endswith(".parquet")}
    return [name for name, data in said.items() if b"Wilma" in data + tables.get(name, b"")]


def test_the_table_is_read_by_its_library_without_the_person(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    deltalake.write_deltalake(str(root), MORE, mode="append")
    assert any(name.startswith("_delta_log") for name in names_of(root))
    (done,) = erased_everywhere(root)
    assert names_in(root) == ["Ada", "Bob", "Carl", "Zoe"]
    assert names_of(tmp_path) == []
    assert message("note.layout.delta-history", count=2) in done.notes
    assert deltalake.DeltaTable(str(root)).version() == 2
    assert not left_over(tmp_path)
    deltalake.write_deltalake(str(root), MORE, mode="append")
    assert len(names_in(root)) == 6


@in_process
def test_the_log_says_of_a_file_what_is_in_it_now(tmp_path: Path) -> None:
    root = tmp_path / "people"
    table = FIRST.append_column("age", pa.array([1, 20, 3])).append_column("when", pa.array([1, 2, 3], pa.date32()))
    deltalake.write_deltalake(str(root), table)
    erased_everywhere(root)
    (add,) = pa.table(deltalake.DeltaTable(str(root)).get_add_actions()).to_pylist()
    assert (add["num_records"], add["min"]["name"], add["max"]["age"]) == (2, "Ada", 20)
    assert add["size_bytes"] == (root / add["path"]).stat().st_size


@in_process
def test_what_an_erasure_does_to_the_log_is_told_before(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    (container,) = survey(root).containers
    assert message("note.layout.delta-history", count=1) in container.before_erasing(doomed_in(container))
    assert len(names_in(root)) == 3


@in_process
def test_files_of_old_versions_are_searched_and_erased_too(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    deltalake.write_deltalake(str(root), MORE, mode="overwrite")
    assert len(survey(root).containers) == 2
    (done,) = erased_everywhere(root)
    assert done.kept == 2
    assert names_in(root) == ["Bob", "Carl"]
    assert names_of(root) == []


@in_process
def test_partitions_with_hostile_names_stay_what_they_were(tmp_path: Path) -> None:
    root = tmp_path / "people"
    table = FIRST.append_column("team", pa.array(["a b%/ü", "a b%/ü", "x"]))
    deltalake.write_deltalake(str(root), table, partition_by=["team"])
    erased_everywhere(root)
    left = deltalake.DeltaTable(str(root)).to_pyarrow_table().to_pylist()
    assert sorted((row["name"], row["team"]) for row in left) == [("Ada", "a b%/ü"), ("Zoe", "x")]
    assert names_of(root) == []


@in_process
def test_a_file_that_loses_all_its_rows_is_in_use_no_more(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST.slice(0, 1))
    deltalake.write_deltalake(str(root), MORE, mode="append")
    erased_everywhere(root)
    assert len(deltalake.DeltaTable(str(root)).file_uris()) == 1
    assert names_in(root) == ["Bob", "Carl"]
    assert names_of(root) == []


@in_process
def test_a_table_with_a_checkpoint_and_without_early_entries_is_understood(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST, partition_by=["mail"])
    deltalake.write_deltalake(str(root), MORE, mode="append")
    deltalake.DeltaTable(str(root)).create_checkpoint()
    (root / "_delta_log" / f"{0:020d}.json").unlink()
    deltalake.write_deltalake(str(root), MORE, mode="append")
    erased_everywhere(root)
    assert names_in(root) == sorted(["Ada", "Zoe", "Bob", "Carl", "Bob", "Carl"])
    assert names_of(root) == []


@in_process
def test_a_part_that_is_named_alone_is_erased_with_its_log(tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    (part,) = root.glob("*.parquet")
    (container,) = survey(part).containers
    container.erase(doomed_in(container))
    assert names_in(root) == ["Ada", "Zoe"]
    assert names_of(root) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"configuration": {"delta.appendOnly": "true"}}, "why.layout.delta-append-only"),
        ({"readerFeatures": ["v2Checkpoint"], "minReaderVersion": 3}, "why.layout.delta-features"),
        ({"deletionVector": {"storageType": "u"}}, "why.layout.delta-vectors"),
        ({"baseRowId": 7}, "why.layout.delta-features"),
        ({"path": None}, ""),
    ],
)
@in_process
def test_a_table_that_is_not_understood_is_left_whole(said: dict[str, object], why: str, tmp_path: Path) -> None:
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    entry = root / "_delta_log" / f"{0:020d}.json"
    lines = [json.loads(line) for line in entry.read_text().splitlines()]
    (key,) = {*said} - {"minReaderVersion"}
    of = {"configuration": "metaData", "readerFeatures": "protocol"}.get(key, "add")
    for line in lines:
        if of in line:
            line[of] |= said
    entry.write_text("\n".join(map(json.dumps, lines)))
    before = stored(root)
    (container,) = survey(root).containers
    if why:
        with pytest.raises(PartOfLayout) as caught:
            container.erase(doomed_in(container))
        assert caught.value.details["why"] == message(why)
        assert stored(root) == before


def test_without_the_library_the_table_is_searched_and_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers_in_process: None
) -> None:
    del readers_in_process
    root = tmp_path / "people"
    deltalake.write_deltalake(str(root), FIRST)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "deltalake" else find(name))
    (container,) = survey(root).containers
    doomed = doomed_in(container)
    assert len(doomed) == 1
    with pytest.raises(PartOfLayout) as caught:
        container.before_erasing(doomed)
    assert caught.value.details["why"] == message("why.layout.needs", library="deltalake")
