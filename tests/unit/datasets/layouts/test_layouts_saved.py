"""Folders of `save_to_disk`, written and loaded by the datasets library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from layout_samples import TABLE, doomed_in, erased_everywhere, left_over, stored

from dsr_desk.core.message import message
from dsr_desk.datasets.layouts.rules import PartOfLayout
from dsr_desk.datasets.registry import survey

datasets = pytest.importorskip("datasets", reason="the datasets library is not installed")

pytestmark = pytest.mark.usefixtures("readers_in_process")


def saved(root: Path) -> None:
    split = datasets.Dataset.from_dict(TABLE.to_pydict())
    size = split.data.nbytes
    split.info.splits = datasets.SplitDict.from_split_dict(
        {"train": {"name": "train", "num_examples": 3, "num_bytes": size}}
    )
    datasets.DatasetDict({"train": split, "test": split}).save_to_disk(str(root), num_shards={"train": 2, "test": 1})


def test_the_dataset_is_loaded_without_the_person(tmp_path: Path) -> None:
    root = tmp_path / "people"
    saved(root)
    before = json.loads((root / "train" / "state.json").read_text())
    assert len(survey(root).containers) == 3
    assert {done.kept for done in erased_everywhere(root)} == {1, 2}
    loaded = datasets.load_from_disk(str(root))
    assert {name: split["name"][:] for name, split in loaded.items()} == {
        "train": ["Ada", "Zoe"],
        "test": ["Ada", "Zoe"],
    }
    assert loaded["train"].info.splits["train"].num_examples == 2
    after = json.loads((root / "train" / "state.json").read_text())
    assert after["_fingerprint"] != before["_fingerprint"]
    assert after | {"_fingerprint": ""} == before | {"_fingerprint": ""}
    assert not any(b"Wilma" in data for data in stored(tmp_path).values())
    assert not left_over(tmp_path)


def test_a_dataset_whose_rows_are_taken_by_number_is_left_whole(tmp_path: Path) -> None:
    root = tmp_path / "people"
    saved(root)
    state = root / "test" / "state.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "_indices_data_files": [{"filename": "x.arrow"}]}))
    container = next(one for one in survey(root).containers if "/test/" in one.name)
    before = stored(root)
    with pytest.raises(PartOfLayout) as caught:
        container.erase(doomed_in(container))
    assert caught.value.details["why"] == message("why.layout.saved")
    assert stored(root) == before
