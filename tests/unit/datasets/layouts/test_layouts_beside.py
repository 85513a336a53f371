"""What lies beside files of data and tells of them is in line with them after an erasure."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tarfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from layout_samples import TABLE, doomed_in, erased_everywhere, left_over, photo, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey
from dsr_desk.datasets.tfrecord import masked_crc

pytestmark = pytest.mark.usefixtures("readers_in_process")


def digest(path: Path, method: str = "sha256") -> str:
    return hashlib.new(method, path.read_bytes()).hexdigest()


def people(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("name;mail\nAda;a@x.org\nWilma;w@x.org\nZoe;z@x.org\n")


def test_checksums_are_those_of_the_files_as_they_are(tmp_path: Path) -> None:
    root = tmp_path / "set"
    people(root, "a.csv", "sub/b c.csv")
    (root / "other.bin").write_bytes(b"x")
    lines = [f"{digest(root / name)}  ./{name}\n" for name in ("a.csv", "sub/b c.csv", "other.bin")]
    (root / "SHA256SUMS").write_text("".join(lines))
    (root / "a.csv.md5").write_text(digest(root / "a.csv", "md5").upper())
    (root / "sub" / "MD5SUMS").write_text(f"MD5 (b c.csv) = {digest(root / 'sub' / 'b c.csv', 'md5')}\n")
    found = survey(root)
    assert {one.name for one in found.not_understood} == {"SHA256SUMS", "a.csv.md5", "other.bin", "sub/MD5SUMS"}
    assert [done.kept for done in erased_everywhere(root)] == [2, 2]
    renewed = (root / "SHA256SUMS").read_text()
    assert renewed == "".join(f"{digest(root / name)}  ./{name}\n" for name in ("a.csv", "sub/b c.csv", "other.bin"))
    assert renewed.splitlines()[2] == lines[2].strip()
    assert (root / "a.csv.md5").read_text() == digest(root / "a.csv", "md5").upper()
    assert digest(root / "sub" / "b c.csv", "md5") in (root / "sub" / "MD5SUMS").read_text()
    assert not left_over(tmp_path)


def test_the_line_of_a_photo_that_is_gone_goes(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for number in range(3):
        (root / f"{number}.jpg").write_bytes(photo(number))
    (root / "checksums.txt").write_text("".join(f"{digest(root / f'{n}.jpg', 'md5')} *{n}.jpg\n" for n in range(3)))
    kept = [(root / f"{number}.jpg").stat().st_ino for number in (0, 2)]
    (container,) = survey(root).containers
    done = container.erase(doomed_in(container, "1.jpg"))
    assert (done.kept, len(done.erased)) == (2, 1)
    assert [line.split("*")[1] for line in (root / "checksums.txt").read_text().splitlines()] == ["0.jpg", "2.jpg"]
    assert [(root / f"{number}.jpg").stat().st_ino for number in (0, 2)] == kept
    again = container.erase([Doomed("1.jpg", "0" * 64)])
    assert len(again.missing) == 1


def test_a_bag_stays_valid(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    people(root, "data/a.csv", "data/b.csv")
    size = sum((root / "data" / name).stat().st_size for name in ("a.csv", "b.csv"))
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    (root / "bag-info.txt").write_text(f"Payload-Oxum: {size}.2\n")
    payload = "".join(f"{digest(root / name)}  {name}\n" for name in ("data/a.csv", "data/b.csv"))
    (root / "manifest-sha256.txt").write_text(payload)
    tags = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")
    (root / "tagmanifest-sha256.txt").write_text("".join(f"{digest(root / name)}  {name}\n" for name in tags))
    erased_everywhere(root)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in (root / manifest).read_text().splitlines():
            said, name = line.split("  ")
            assert said == digest(root / name)
    size = sum((root / "data" / name).stat().st_size for name in ("a.csv", "b.csv"))
    assert (root / "bag-info.txt").read_text() == f"Payload-Oxum: {size}.2\n"


def test_a_checksum_that_cannot_be_made_leaves_all_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "set"
    people(root, "a.csv")
    (root / "checksums.txt").write_text(f"{'0' * 36}  a.csv\n")
    before = stored(root)
    (container,) = survey(root).containers
    with pytest.raises(PartOfLayout) as caught:
        container.before_erasing(doomed_in(container))
    assert caught.value.details["why"] == message("why.layout.checksums")
    assert stored(root) == before


def test_what_spark_compares_is_made_anew(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()

    def sums(path: Path) -> bytes:
        data = path.read_bytes()
        pieces = (data[at : at + 512] for at in range(0, len(data), 512))
        return struct.pack(">4si", b"crc\0", 512) + b"".join(struct.pack(">I", zlib.crc32(one)) for one in pieces)

    for name in ("part-0.parquet", "part-1.parquet"):
        pq.write_table(TABLE, root / name)
        (root / f".{name}.crc").write_bytes(sums(root / name) if name != "part-1.parquet" else b"other")
    erased_everywhere(root)
    assert (root / ".part-0.parquet.crc").read_bytes() == sums(root / "part-0.parquet")
    assert not (root / ".part-1.parquet.crc").exists()


def test_a_summary_of_parquet_files_names_nobody_who_is_gone(tmp_path: Path) -> None:
    root = tmp_path / "set"
    collected: list[pq.FileMetaData] = []
    table = TABLE.append_column("year", pa.array(["x", "x", "y"]))
    pq.write_to_dataset(table, root, partition_cols=["year"], metadata_collector=collected)
    pq.write_metadata(TABLE.schema, root / "_common_metadata")
    pq.write_metadata(TABLE.schema, root / "_metadata", metadata_collector=collected)
    assert b"Wilma" in (root / "_metadata").read_bytes()
    erased_everywhere(root)
    assert not any(b"Wilma" in data for data in stored(root).values())
    summary = pq.read_metadata(root / "_metadata")
    assert summary.num_rows == 2
    rows = pa.concat_tables([pq.read_table(root / path, partitioning=None) for path in _paths_in(summary)])
    assert sorted(rows["name"].to_pylist()) == ["Ada", "Zoe"]


def _paths_in(summary: pq.FileMetaData) -> list[str]:
    return [summary.row_group(number).column(0).file_path for number in range(summary.num_row_groups)]


def test_counts_of_a_crawler_are_those_of_what_is_left(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    with tarfile.open(root / "00000.tar", "w") as archive:
        for number, name in enumerate(("Ada", "Wilma", "Zoe")):
            said = json.dumps({"key": f"{number:09d}", "status": "success", "caption": name}).encode()
            for member, data in ((f"{number:09d}.jpg", photo(number)), (f"{number:09d}.json", said)):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    told = {"count": 4, "successes": 3, "failed_to_download": 1, "failed_to_resize": 0, "status_dict": {"success": 3}}
    (root / "00000_stats.json").write_text(json.dumps(told, indent=4))
    (container,) = survey(root).containers
    container.erase(doomed_in(container))
    left = json.loads((root / "00000_stats.json").read_text())
    assert (left["count"], left["successes"], left["status_dict"]) == (3, 2, {"success": 2})
    assert left["failed_to_download"] == 1


def test_a_tensorflow_dataset_counts_the_records_of_each_shard(tmp_path: Path) -> None:
    def framed(data: bytes) -> bytes:
        length = struct.pack("<Q", len(data))
        sums = (struct.pack("<I", masked_crc(part)) for part in (length, data))
        return length + next(sums) + data + next(sums)

    root = tmp_path / "set"
    root.mkdir()
    for number in range(2):
        records = [framed(photo(shade)) for shade in range(3)]
        (root / f"people-train.tfrecord-0000{number}-of-00002").write_bytes(b"".join(records))
    size = sum(file.stat().st_size for file in root.iterdir())
    splits = [{"name": "train", "numBytes": str(size), "shardLengths": ["3", "3"]}]
    (root / "dataset_info.json").write_text(json.dumps({"name": "people", "splits": splits}, indent=2))
    (root / "features.json").write_text("{}")
    container = survey(root).containers[1]
    container.erase([Doomed("2", hashlib.sha256(photo(2)).hexdigest())])
    (split,) = json.loads((root / "dataset_info.json").read_text())["splits"]
    assert split["shardLengths"] == ["3", "2"]
    left = sum(file.stat().st_size for file in root.glob("*.tfrecord*"))
    assert split["numBytes"] == str(left)
