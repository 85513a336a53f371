"""What img2dataset writes: photos without their metadata, and a text that says how they were held."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.orientation import orientation_in
from dsr_desk.datasets.registry import open_source

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
    assert [one.format for one in open_source(tmp_path)] == ["parquet", "img2dataset"]


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
