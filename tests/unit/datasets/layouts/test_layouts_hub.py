"""Folders with a Hugging Face card: the card counts what is left, and nothing else of it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from layout_samples import TABLE, doomed_in, erased_everywhere, left_over, photo, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

pytestmark = pytest.mark.usefixtures("readers_in_process")

HEAD = """---
license: cc0-1.0   # as it was
dataset_info:
- config_name: people
  features:
  - {name: name, dtype: string}
  splits:
  - name: train
    num_bytes: 1000
    num_examples: 6
  - name: test
    num_bytes: 90
    num_examples: 3
  download_size: 5000
  dataset_size: 1090
- config_name: other
  splits:
  - {name: train, num_bytes: 77, num_examples: 3}
configs:
- config_name: people
  data_files:
  - {split: train, path: data/train-*}
  - split: test
    path: ["data/test-*"]
- config_name: other
  data_files: more/*.parquet
---
# People

num_examples: 6
"""


def hub_folder(root: Path) -> None:
    for name in ("data/train-00000-of-00002", "data/train-00001-of-00002", "data/test-00000-of-00001", "more/x"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(TABLE, root / f"{name}.parquet")
    (root / "README.md").write_text(HEAD)


def numbers(root: Path) -> dict[tuple[str, str], int]:
    card = yaml.safe_load((root / "README.md").read_text().split("---")[1])
    infos = card["dataset_info"]
    return {(info["config_name"], split["name"]): split["num_examples"] for info in infos for split in info["splits"]}


def test_the_card_says_how_many_examples_each_split_has_now(tmp_path: Path) -> None:
    root = tmp_path / "people"
    hub_folder(root)
    container = next(one for one in survey(root).containers if one.name.endswith("data/train-00001-of-00002.parquet"))
    container.erase(doomed_in(container))
    assert numbers(root) == {("people", "train"): 5, ("people", "test"): 3, ("other", "train"): 3}
    erased_everywhere(root)
    assert numbers(root) == {("people", "train"): 4, ("people", "test"): 2, ("other", "train"): 2}
    assert not any(b"Wilma" in data for data in stored(tmp_path).values())
    assert not left_over(tmp_path)


def test_all_else_of_the_card_stays_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "people"
    hub_folder(root)
    erased_everywhere(root)
    before, after = HEAD.splitlines(), (root / "README.md").read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [old.split(":")[0].strip() for old, _ in changed] == [
        *("num_bytes", "num_examples", "num_bytes", "num_examples", "download_size", "dataset_size"),
        "- {name",
    ]
    assert after[-1] == "num_examples: 6"


def test_files_that_stay_are_the_very_same_files(tmp_path: Path) -> None:
    root = tmp_path / "people"
    hub_folder(root)
    stays = root / "more" / "x.parquet"
    before = stays.stat()
    container = next(one for one in survey(root).containers if "test" in one.name)
    container.erase(doomed_in(container))
    assert (stays.stat().st_ino, stays.stat().st_mtime_ns, stays.stat().st_nlink) == (
        before.st_ino,
        before.st_mtime_ns,
        1,
    )


def test_an_older_card_is_brought_in_line_too(tmp_path: Path) -> None:
    root = tmp_path / "people"
    (root / "data").mkdir(parents=True)
    pq.write_table(TABLE, root / "data" / "train-00000-of-00001.parquet")
    splits = {"train": {"name": "train", "num_bytes": 900, "num_examples": 3}}
    card = {"default": {"description": "é", "splits": splits, "download_size": 9000, "dataset_size": 900}}
    (root / "dataset_infos.json").write_text(json.dumps(card))
    erased_everywhere(root)
    found = json.loads((root / "dataset_infos.json").read_text())["default"]
    assert found["splits"]["train"]["num_examples"] == 2
    assert found["dataset_size"] == found["splits"]["train"]["num_bytes"] < 900


def test_a_card_that_was_wrong_before_is_told_of(tmp_path: Path) -> None:
    root = tmp_path / "people"
    (root / "data").mkdir(parents=True)
    pq.write_table(TABLE, root / "data" / "train-00000-of-00001.parquet")
    (root / "README.md").write_text("---\ndataset_info:\n  splits:\n  - name: train\n    num_examples: 7\n---\n")
    (done,) = erased_everywhere(root)
    assert done.notes == (message("note.layout.card-was-wrong", said=7, there=3),)
    assert "num_examples: 6\n" in (root / "README.md").read_text()


def test_a_card_without_numbers_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "people"
    (root / "data").mkdir(parents=True)
    pq.write_table(TABLE, root / "data" / "train.parquet")
    (root / "README.md").write_text("---\nconfigs:\n- config_name: default\n  data_files: data/*\n---\n")
    before = (root / "README.md").read_bytes()
    assert [done.kept for done in erased_everywhere(root)] == [2]
    assert (root / "README.md").read_bytes() == before


def test_a_file_whose_split_the_card_does_not_name_is_not_written_anew(tmp_path: Path) -> None:
    root = tmp_path / "people"
    hub_folder(root)
    pq.write_table(TABLE, root / "data" / "extra.parquet")
    before = stored(root)
    container = next(one for one in survey(root).containers if "extra" in one.name)
    with pytest.raises(PartOfLayout) as caught:
        container.erase(doomed_in(container))
    assert caught.value.details["why"] == message("why.layout.no-split")
    assert stored(root) == before


def test_a_photo_counts_once_with_its_row_in_the_table_beside(tmp_path: Path) -> None:
    root = tmp_path / "people"
    (root / "train").mkdir(parents=True)
    for number in range(3):
        (root / "train" / f"{number}.jpg").write_bytes(photo(number))
    (root / "train" / "metadata.csv").write_text("file_name,text\n0.jpg,Ada\n1.jpg,Wilma\n2.jpg,Zoe\n")
    (root / "README.md").write_text("---\ndataset_info:\n  splits:\n  - name: train\n    num_examples: 3\n---\n")
    for container in survey(root).containers:
        container.erase(doomed_in(container) + doomed_in(container, "1.jpg"))
    assert "num_examples: 2\n" in (root / "README.md").read_text()
    assert sorted(file.name for file in (root / "train").glob("*.jpg")) == ["0.jpg", "2.jpg"]
    assert (root / "train" / "metadata.csv").read_text() == "file_name,text\n0.jpg,Ada\n2.jpg,Zoe\n"


def test_the_library_of_the_format_loads_what_is_left(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the datasets library is not installed")
    root = tmp_path / "people"
    (root / "data").mkdir(parents=True)
    made = datasets.Dataset.from_dict(TABLE.to_pydict())
    made.to_parquet(root / "data" / "train-00000-of-00001.parquet")
    size = made.data.nbytes
    text = f"---\ndataset_info:\n  splits:\n  - name: train\n    num_bytes: {size}\n    num_examples: 3\n"
    (root / "README.md").write_text(f"{text}  dataset_size: {size}\n---\n")
    erased_everywhere(root)
    left = datasets.load_dataset(str(root), cache_dir=str(tmp_path / "cache"))["train"]
    assert left["name"][:] == ["Ada", "Zoe"]
    assert pa.table({"n": [left.num_rows]}).to_pydict() == {"n": [2]}
