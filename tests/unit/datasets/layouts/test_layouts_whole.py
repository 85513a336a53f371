"""A part of a layout goes with what its layout says of it; a directory in which all is meant goes as one."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from layout_samples import TABLE, finished_before_kill, laid_out, left_over, photo, stored
from test_layouts_hub import hub_folder, numbers
from test_layouts_mds import mds, samples_by_the_index

from dsr_desk.core.message import message
from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.layouts import owner, tree
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.names import UNFINISHED
from dsr_desk.datasets.registry import survey
from dsr_desk.datasets.whole import Removed, WholeChanged, look_whole, remains, remove_whole
from dsr_desk.datasets.whole_places import NOBODY, OtherPlaces, WholeSet, whole_of
from dsr_desk.datasets.whole_sets import whole_sets

pytestmark = pytest.mark.usefixtures("readers_in_process")

WILMA = pa.table({"name": ["Wilma"], "mail": ["w@x.org"], "land": ["DE"]})
OTHERS = pa.table({"name": ["Ada", "Zoe"], "mail": ["a@x.org", "z@x.org"], "land": ["FR", "FR"]})


def containers(root: Path) -> dict[str, CelledContainer]:
    return {one.path.relative_to(root).as_posix(): one for one in survey(root).containers}


def removed(one: WholeSet, others: OtherPlaces = NOBODY) -> Removed:
    return remove_whole(one, look_whole([one], others)[0].state, others)


def part_removed(root: Path, name: str) -> Removed:
    return removed(whole_of(containers(root)[name]))


def naming(root: Path) -> list[str]:
    """Files in which the person is still to be found, tables unpacked, and paths that are called after her."""
    said = {}
    for name, data in stored(root).items():
        unpacked = str(pq.read_table(root / name, partitioning=None).to_pylist()) if name.endswith(".parquet") else ""
        said[name] = data + unpacked.encode() + name.encode()
    return [name for name, data in said.items() if b"Wilma" in data or b"w@x.org" in data or b"land=DE" in data]


# Parts, one by one


def test_a_file_of_a_delta_table_goes_with_what_the_log_says_of_it(tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake", reason="the deltalake library is not installed")
    root = tmp_path / "people"
    for rows in (WILMA, OTHERS):
        deltalake.write_deltalake(str(root), rows, partition_by=["land"], mode="append")
    assert any(name.startswith("_delta_log") for name in naming(root))
    (name,) = (name for name in containers(root) if name.startswith("land=DE/"))
    (sight,) = look_whole([whole_of(containers(root)[name])])
    assert message("note.layout.delta-history", count=2) in sight.notes
    done = part_removed(root, name)
    assert (done.files, done.done) == (1, True)
    assert message("note.layout.delta-history", count=2) in done.notes
    table = deltalake.DeltaTable(str(root)).to_pyarrow_table()
    assert sorted(table["name"].to_pylist()) == ["Ada", "Zoe"]
    assert naming(root) == []
    assert not (root / "land=DE").exists()
    assert not left_over(tmp_path)


def test_a_file_of_an_iceberg_table_goes_with_what_its_metadata_say_of_it(tmp_path: Path) -> None:
    pytest.importorskip("pyiceberg", reason="the pyiceberg library is not installed")
    pytest.importorskip("fastavro", reason="the fastavro library is not installed")
    from test_layouts_iceberg import Lake
    from test_layouts_iceberg import naming as naming_in

    lake = Lake(tmp_path)
    lake.make(WILMA, OTHERS)
    (name,) = (
        name for name, one in containers(lake.root).items() if "Wilma" in str([row.record for row in one.entries()])
    )
    assert part_removed(lake.root, name).done
    assert lake.names == ["Ada", "Zoe"]
    assert naming_in(tmp_path) == []
    assert not left_over(tmp_path)


def test_the_card_of_a_hub_folder_counts_what_is_left(tmp_path: Path) -> None:
    root = tmp_path / "people"
    hub_folder(root)
    assert part_removed(root, "data/train-00001-of-00002.parquet").done
    assert numbers(root) == {("people", "train"): 3, ("people", "test"): 3, ("other", "train"): 3}
    assert part_removed(root, "more/x.parquet").done
    assert numbers(root) == {("people", "train"): 3, ("people", "test"): 3, ("other", "train"): 0}
    assert not (root / "more").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_the_index_of_mds_names_no_shard_that_is_gone(tmp_path: Path, packed: bool) -> None:
    root = tmp_path / "people"
    mds(root, packed=packed)
    suffix = ".zstd" if packed else ""
    assert part_removed(root, f"shard.00000.mds{suffix}").done
    assert samples_by_the_index(root) == ["Ada", "Wilma", "Zoe"]
    assert "shard.00000" not in (root / "index.json").read_text()


def test_a_shard_of_a_saved_dataset_goes_and_the_rest_is_loaded(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the datasets library is not installed")
    root = tmp_path / "people"
    datasets.Dataset.from_dict(TABLE.to_pydict()).save_to_disk(str(root), num_shards=3)
    name = next(name for name in containers(root) if "00001-of" in name)
    assert part_removed(root, name).done
    assert datasets.load_from_disk(str(root))["name"][:] == ["Ada", "Zoe"]
    assert "00001-of" not in (root / "state.json").read_text()


def test_lines_of_checksums_and_checksums_beside_go(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a.parquet", "b.parquet"):
        pq.write_table(TABLE, root / name)
        digest = hashlib.sha256((root / name).read_bytes()).hexdigest()
        with (root / "SHA256SUMS").open("a") as sums:
            sums.write(f"{digest}  {name}\n")
        (root / f"{name}.sha256").write_text(f"{digest}  {name}\n")
        (root / f".{name}.crc").write_bytes(struct.pack(">4si", b"crc\0", 512))
    kept = (root / "SHA256SUMS").read_text().splitlines()[1]
    assert part_removed(root, "a.parquet").done
    assert sorted(path.name for path in root.iterdir()) == [
        ".b.parquet.crc",
        "SHA256SUMS",
        "b.parquet",
        "b.parquet.sha256",
    ]
    assert (root / "SHA256SUMS").read_text().splitlines() == [kept]
    assert part_removed(root, "b.parquet").done
    assert list(root.iterdir()) == []


def test_a_summary_of_parquet_files_names_no_file_that_is_gone(tmp_path: Path) -> None:
    root = tmp_path / "set"
    collected: list[pq.FileMetaData] = []
    pq.write_to_dataset(pa.concat_tables([WILMA, OTHERS]), root, partition_cols=["land"], metadata_collector=collected)
    schema = OTHERS.drop_columns("land").schema
    pq.write_metadata(schema, root / "_metadata", metadata_collector=collected)
    (mine,) = (name for name in containers(root) if name.startswith("land=DE/"))
    assert part_removed(root, mine).done
    assert naming(root) == []
    assert pq.read_metadata(root / "_metadata").num_rows == 2
    (other,) = containers(root)
    assert part_removed(root, other).done
    assert not (root / "_metadata").exists()


def test_a_shard_of_a_crawler_goes_with_its_counts(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for shard in ("00000", "00001"):
        with tarfile.open(root / f"{shard}.tar", "w") as archive:
            said = json.dumps({"key": "0", "status": "success", "caption": "Wilma"}).encode()
            for member, data in (("0.jpg", photo(1)), ("0.json", said)):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        pq.write_table(pa.table({"key": ["0"], "caption": ["Wilma"], "status": ["success"]}), root / f"{shard}.parquet")
        (root / f"{shard}_stats.json").write_text(json.dumps({"count": 1, "successes": 1}))
    one = containers(root)["00000.tar"]
    assert one.format == "img2dataset"
    assert removed(whole_of(one), OtherPlaces([root / "00001.tar"])).done
    assert sorted(stored(root)) == ["00001.parquet", "00001.tar", "00001_stats.json"]


def test_what_is_kept_beside_of_one_file_alone_goes_without_the_folder_being_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a.parquet", "b.parquet"):
        pq.write_table(TABLE, root / name)
        (root / f".{name}.crc").write_bytes(struct.pack(">4si", b"crc\0", 512))
    monkeypatch.delattr(tree, "rewrite")
    assert part_removed(root, "a.parquet").done
    assert sorted(stored(root)) == [".b.parquet.crc", "b.parquet"]


def a_tensorflow_dataset(root: Path) -> str:
    splits = [{"name": "train", "numBytes": "9", "shardLengths": ["3"]}]
    part = laid_out(root, "people-train.parquet-00000-of-00001", ["features.json"])
    (root / "dataset_info.json").write_text(json.dumps({"splits": splits}))
    return part.name


def a_hudi_table(root: Path) -> str:
    laid_out(root, "part.parquet", [".hoodie/x"])
    return "part.parquet"


@pytest.mark.parametrize(
    ("make", "why"),
    [(a_tensorflow_dataset, "why.layout.tensorflow-shard"), (a_hudi_table, "why.layout.hudi")],
)
def test_a_part_that_its_layout_keeps_is_refused_before_approval(
    tmp_path: Path, make: Callable[[Path], str], why: str
) -> None:
    root = tmp_path / "set"
    name = make(root)
    before = stored(root)
    one = whole_of(containers(root)[name])
    with pytest.raises(PartOfLayout) as caught:
        look_whole([one])
    assert caught.value.why == message(why)
    assert stored(root) == before


def test_a_part_that_changed_after_the_plan_stays(tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root)
    one = whole_of(containers(root)["shard.00000.mds"])
    (sight,) = look_whole([one])
    with (root / "shard.00000.mds").open("ab") as file:
        file.write(b"later")
    before = stored(root)
    with pytest.raises(WholeChanged):
        remove_whole(one, sight.state)
    assert stored(root) == before


def test_killed_at_any_step_a_part_is_there_or_gone_and_the_next_run_finishes(tmp_path: Path) -> None:
    step, finished = 0, False
    while not finished:
        step += 1
        root = tmp_path / str(step) / "people"
        mds(root)
        one = whole_of(containers(root)["shard.00000.mds"])
        (sight,) = look_whole([one])
        finished = finished_before_kill(lambda one=one, sight=sight: remove_whole(one, sight.state), step)
        there = (root / "shard.00000.mds").exists()
        assert samples_by_the_index(root) == ["Ada", "Wilma", "Zoe"] * (2 if there else 1), step
        if not finished:
            assert bool(remains(one, sight.state)) == (there or bool(left_over(tmp_path))), step
        done = remove_whole(one, sight.state)
        assert (done.done, remains(one, sight.state)) == (True, ()), step
        assert samples_by_the_index(root) == ["Ada", "Wilma", "Zoe"], step
        assert not left_over(tmp_path), step
    assert step > 10


def test_a_cell_that_names_other_files_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "people"
    mds(root)
    one = whole_of(containers(root)["shard.00000.mds"])
    (sight,) = look_whole([one])
    before = stored(root)
    rewrite = tree.rewrite

    def takes_more(*args: object, write: Callable[[Path], object], **named: object) -> object:
        def more(work: Path) -> object:
            done = write(work)
            (work / "tree" / "shard.00001.mds").unlink()
            return done

        return rewrite(*args, write=more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(owner.tree, "rewrite", takes_more)
    with pytest.raises(Exception, match="ERASE-NOT-VERIFIED"):
        remove_whole(one, sight.state)
    assert stored(root) == before


# Directories


def test_a_table_of_which_all_is_meant_goes_as_one(tmp_path: Path) -> None:
    lake, other = tmp_path / "lake", tmp_path / "lake" / "other.parquet"
    mds(lake / "people")
    pq.write_table(TABLE, other)
    found = containers(lake)
    meant = [one for name, one in found.items() if name.startswith("people/")]
    (one,) = whole_sets(meant, OtherPlaces([other]))
    assert (one.root, one.name, set(one.containers)) == (lake / "people", "lake/people", set(meant))
    (sight,) = look_whole([one], OtherPlaces([other]))
    assert [named.places for named in sight.beside] == [("people/index.json",)]
    assert removed(one, OtherPlaces([other])).done
    assert [path.name for path in lake.iterdir()] == ["other.parquet"]


def test_a_table_of_which_a_part_is_registered_by_others_or_not_at_all_goes_part_by_part(tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root)
    first, second = containers(root).values()
    for others in (OtherPlaces([second.path]), NOBODY):
        assert [one.root for one in whole_sets([first], others)] == [first.path]
    assert [one.root for one in whole_sets([first, second], OtherPlaces([root / "x" / "theirs.csv"]))] == [
        first.path,
        second.path,
    ]
    assert [one.root for one in whole_sets([first, second])] == [root]


def test_a_table_with_photos_that_are_not_meant_goes_part_by_part(tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root)
    (root / "photo.jpg").write_bytes(photo(1))
    parts = [one for one in survey(root).containers if one.format == "mds"]
    assert len(whole_sets(parts)) == 2


def test_a_folder_of_photos_goes_with_the_containers_in_it_that_are_meant(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    (root / "1.jpg").write_bytes(photo(1))
    for name in ("a.parquet", "b.parquet"):
        pq.write_table(TABLE, root / name)
    found = containers(root)
    others = OtherPlaces([root / "b.parquet"])
    (one,) = whole_sets([found["."], found["a.parquet"]], others)
    assert (one.root, one.name, len(one.containers)) == (root, "set", 2)
    (sight,) = look_whole([one], others)
    assert (sight.files, sight.beside) == (2, ())
    assert removed(one, others).done
    assert [path.name for path in root.iterdir()] == ["b.parquet"]


def test_an_outer_directory_goes_before_an_inner_one_and_each_container_once(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    mds(root / "data")
    name = "data/shard.00000.mds"
    (root / "manifest-sha256.txt").write_text(f"{'0' * 64}  {name}\n")
    found = list(containers(root).values())
    (one,) = whole_sets(found)
    assert (one.root, len(one.containers)) == (root, 2)


def test_a_lance_dataset_is_a_directory(tmp_path: Path) -> None:
    lance = pytest.importorskip("lance", reason="the lance library is not installed")
    root = tmp_path / "sets" / "people.lance"
    lance.write_dataset(TABLE, str(root))
    (tmp_path / "sets" / "other.txt").write_text("x")
    (container,) = survey(tmp_path / "sets").containers
    (one,) = whole_sets([container])
    assert removed(one).done
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["other.txt"]


def test_what_a_killed_run_left_of_a_layout_is_no_reason_to_call_it_gone(tmp_path: Path) -> None:
    root = tmp_path / "people"
    mds(root)
    one = whole_of(containers(root)["shard.00000.mds"])
    (sight,) = look_whole([one])
    (root / "shard.00000.mds").unlink()
    work = tmp_path / f".people{UNFINISHED}"
    (work / "tree").mkdir(parents=True)
    (work / "tree" / "shard.00000.mds").write_bytes(b"Wilma")
    assert [named.places for named in remains(one, sight.state)] == [(work.name,)]
