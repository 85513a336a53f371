"""From a path to its containers."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from dsr_desk.datasets import sniff
from dsr_desk.datasets.registry import (
    SourceEmpty,
    SourceMissing,
    SourceNotUnderstood,
    SourceUnreadable,
    describe,
    open_source,
)

JPEG = b"\xff\xd8\xff\xe0 not a whole photo"


def write_tar(path: Path, *members: str) -> None:
    with tarfile.open(path, "w") as archive:
        for member in members:
            info = tarfile.TarInfo(member)
            info.size = len(JPEG)
            archive.addfile(info, io.BytesIO(JPEG))


def test_a_folder_gives_its_loose_photos_and_each_container_in_it(tmp_path: Path) -> None:
    root = tmp_path / "mix"
    (root / "deep").mkdir(parents=True)
    (root / "a.jpg").write_bytes(JPEG)
    (root / "a.json").write_text("{}")
    (root / "deep" / "t.csv").write_text("name\nAda\n")
    write_tar(root / "s.tar", "1.jpg", "1.json")
    (root / "README.md").write_text("hello")
    found = open_source(root)
    assert [(one.format, one.name) for one in found] == [
        ("folder", "mix"),
        ("webdataset", "mix/s.tar"),
        ("csv", "mix/deep/t.csv"),
    ]
    summary = describe(root)
    assert summary.says == "folder: 1 photos, 1 records beside them, 1 × csv, 1 × webdataset"
    assert summary.not_understood == ("README.md",)


def test_names_are_relative_to_the_base_that_is_given(tmp_path: Path) -> None:
    root = tmp_path / "x" / "y"
    root.mkdir(parents=True)
    (root / "a.jpg").write_bytes(JPEG)
    assert open_source(root)[0].name == "y"
    assert open_source(root, base=tmp_path)[0].name == "x/y"


def test_a_folder_without_loose_photos_gives_its_containers_alone(tmp_path: Path) -> None:
    write_tar(tmp_path / "s.tar", "1.jpg", "1.json")
    assert [one.format for one in open_source(tmp_path)] == ["webdataset"]


@pytest.mark.parametrize("look", [open_source, describe])
def test_a_path_with_nothing_to_read_is_an_error_that_says_which(tmp_path: Path, look: object) -> None:
    assert callable(look)
    (tmp_path / "empty").mkdir()
    (tmp_path / "void.csv").touch()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "letter.odt").write_bytes(b"letter")
    for name, error in (
        ("nowhere", SourceMissing),
        ("empty", SourceEmpty),
        ("void.csv", SourceEmpty),
        ("texts", SourceNotUnderstood),
        ("texts/letter.odt", SourceNotUnderstood),
    ):
        with pytest.raises(error):
            look(tmp_path / name)


def test_a_source_that_may_not_be_read_is_reported_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("name\nAda\n")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sniff, "head_of", refuse)
    with pytest.raises(SourceUnreadable) as caught:
        open_source(tmp_path / "t.csv")
    assert "permission denied" in caught.value.what_happened


def test_what_is_not_understood_is_listed_shortly(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    for number in range(30):
        (tmp_path / f"{number:02d}.bin").write_bytes(b"\0\1")
    assert describe(tmp_path).not_understood[-2:] == ("19.bin", "and 10 more")
