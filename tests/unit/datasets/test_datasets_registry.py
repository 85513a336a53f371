"""From a path to its containers."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.registry import (
    UNKNOWN_FORMAT,
    LeftOut,
    SourceEmpty,
    SourceMissing,
    SourceNotUnderstood,
    SourceUnreadable,
    open_source,
    survey,
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
    summary = survey(root)
    assert summary.says.say() == "folder: one loose photo, one record beside them, 1 × WebDataset shard, 1 × CSV table"
    assert summary.not_understood == (LeftOut("README.md", UNKNOWN_FORMAT),)


def test_names_are_relative_to_the_base_that_is_given(tmp_path: Path) -> None:
    root = tmp_path / "x" / "y"
    root.mkdir(parents=True)
    (root / "a.jpg").write_bytes(JPEG)
    assert open_source(root)[0].name == "y"
    assert open_source(root, base=tmp_path)[0].name == "x/y"


def test_a_folder_without_loose_photos_gives_its_containers_alone(tmp_path: Path) -> None:
    write_tar(tmp_path / "s.tar", "1.jpg", "1.json")
    assert [one.format for one in open_source(tmp_path)] == ["webdataset"]


@pytest.mark.parametrize("look", [open_source, survey])
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


@pytest.mark.usefixtures("readers_in_process")
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


def test_what_is_not_understood_is_listed_completely(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    for number in range(30):
        (tmp_path / f"{number:02d}.bin").write_bytes(b"\0\1")
    assert len(survey(tmp_path).not_understood) == 30


def test_a_name_that_looks_like_a_name_with_a_reason_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "notes: old.bin").write_bytes(b"\0\1")
    (tmp_path / "data: x.gguf").write_bytes(b"GGUF\0\0\0\0")
    with pytest.raises(SourceNotUnderstood) as caught:
        survey(tmp_path)
    told = message("part.why", name="data: x.gguf", why=message("why.format.not-read", kind=message("kind.gguf")))
    assert caught.value.details["why"] == message("kind.folder-told", count=2, files=(told,))
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert LeftOut("notes: old.bin", UNKNOWN_FORMAT) in survey(tmp_path).not_understood


def test_a_file_says_what_it_is_and_how_much(tmp_path: Path) -> None:
    write_tar(tmp_path / "s.tar", "1.jpg", "1.json", "2.jpg")
    (tmp_path / "t.csv").write_text("name\nAda\n")
    assert survey(tmp_path / "s.tar").says.say() == "WebDataset shard, 10.2 kB"
    assert survey(tmp_path / "t.csv").says.say("de") == "CSV-Tabelle, 9 B"


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"GGUF\0\0\0\0", "kind.gguf"),
        (b"\x80\x04\x95", "kind.pickle"),
        (bytes.fromhex("0c00000000000000") + bytes.fromhex("6a19f3a8") + b"\x0a\x0a", ""),
        (b"PK\x03\x04 no directory", "zip"),
    ],
)
def test_a_format_that_is_known_and_not_read_is_named(tmp_path: Path, head: bytes, what: str) -> None:
    (tmp_path / "x.bin").write_bytes(head)
    (tmp_path / "a.jpg").write_bytes(JPEG)
    summary = survey(tmp_path)
    if what == "zip":
        assert message("survey.containers", number=1, format=message("format.zip")) in summary.says.values["parts"]
    else:
        why = message("why.format.not-read", kind=message(what)) if what else UNKNOWN_FORMAT
        assert summary.not_understood == (LeftOut("x.bin", why),)


def test_files_that_belong_to_a_container_are_no_strangers(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    with closing(sqlite3.connect(tmp_path / "p.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (name TEXT)")
        assert (tmp_path / "p.db-wal").exists()
        assert survey(tmp_path).not_understood == ()
