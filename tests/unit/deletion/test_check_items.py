"""The checker that recipients run on their own disks: what it finds, what it names as not read, what it answers."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.message import message, quoted
from dsr_desk.deletion import check_items
from dsr_desk.deletion.instructions import (
    AnswerUnreadable,
    Instruction,
    ListedItem,
    WrittenInstruction,
    answer_in,
    checker,
    write_instruction,
)
from dsr_desk.storage.files import FileThere

PHOTO, OTHER, THIRD = b"a photo that was passed on", b"somebody else", b"another photo that was passed on"
ASKED = Instruction(
    "2026-001", "a07", "Larkfield", "Acme", (quoted("Please erase them."),), date(2026, 11, 30), date(2026, 12, 31)
)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def handed(tmp_path: Path) -> WrittenInstruction:
    items = [ListedItem(digest(PHOTO), len(PHOTO)), ListedItem(digest(THIRD), len(THIRD)), ListedItem("")]
    return write_instruction(tmp_path / "handed", ASKED, items)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    found = tmp_path / "disk"
    (found / "photos").mkdir(parents=True)
    (found / "photos" / "other.jpg").write_bytes(OTHER)
    return found


def looked(handed: WrittenInstruction, *folders: Path, code: int) -> dict[str, Any]:
    said = check_items.main([*map(str, folders), "--name", "Bo Recipient", "--list", str(handed.folder / "items.csv")])
    assert said == code
    answer: dict[str, Any] = json.loads((handed.folder / "answer.json").read_text(encoding="utf-8"))
    return answer


def tar_of(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("in/it.jpg")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/it.jpg", data)
    return out.getvalue()


def test_nothing_left_is_said_with_what_was_looked_at(handed: WrittenInstruction, disk: Path) -> None:
    answer = looked(handed, disk, code=0)
    assert (answer["left"], answer["items"], answer["files"], answer["not_read"]) == (0, 2, 1, 0)
    assert answer["instruction"] == {"case": "2026-001", "action": "a07", "due": "2026-12-31"}
    assert answer["list"] == handed.list_digest == digest((handed.folder / "items.csv").read_bytes())
    assert answer["signed"]["name"] == "Bo Recipient"
    assert answer["looked_in"] == [str(disk)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("renamed.bin", PHOTO),
        ("backup.zip", zip_of(PHOTO)),
        ("no-suffix", zip_of(PHOTO)),
        ("backup.tar", tar_of(PHOTO)),
        ("backup.tgz", gzip.compress(tar_of(PHOTO))),
        ("backup.txz", lzma.compress(tar_of(PHOTO))),
        ("photo.gz", gzip.compress(PHOTO)),
        ("photo.bz2", bz2.compress(PHOTO)),
    ],
)
def test_a_copy_is_found_under_any_name_and_in_archives(
    handed: WrittenInstruction, disk: Path, name: str, data: bytes
) -> None:
    (disk / name).write_bytes(data)
    answer = looked(handed, disk, code=1)
    assert answer["left"] == 1
    assert [one["sha256"] for one in answer["left_at"]] == [digest(PHOTO)]
    assert answer["left_at"][0]["path"].startswith(str(disk / name))


def test_what_was_not_read_is_named_and_is_no_all_clear(handed: WrittenInstruction, disk: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "copy.jpg").write_bytes(PHOTO)
    (disk / "way").symlink_to(elsewhere)
    (disk / "one.jpg").symlink_to(elsewhere / "copy.jpg")
    os.mkfifo(disk / "pipe")
    (disk / "broken.zip").write_bytes(zip_of(PHOTO)[:60])
    (disk / "nested.zip").write_bytes(zip_of(zip_of(PHOTO)))
    (disk / "table.parquet").write_bytes(b"PAR1 and so on PAR1")

    answer = looked(handed, disk, code=3)

    named = {Path(one["path"].partition("!/")[0]).name for one in answer["not_read_at"]}
    assert named == {"way", "one.jpg", "pipe", "broken.zip", "nested.zip"}
    assert answer["not_read"] == 5
    assert answer["not_looked_into"] == {"Parquet file": 1}
    assert answer["left"] == 0


def test_a_kind_that_is_not_looked_into_alone_is_no_all_clear(handed: WrittenInstruction, disk: Path) -> None:
    (disk / "data.sqlite").write_bytes(b"SQLite format 3\x00")
    assert looked(handed, disk, code=3)["not_looked_into"] == {"SQLite database": 1}


def test_without_sizes_everything_is_compared(tmp_path: Path, disk: Path) -> None:
    handed = write_instruction(tmp_path / "handed", ASKED, [ListedItem(digest(PHOTO)), ListedItem(digest(THIRD), 3)])
    (disk / "copy").write_bytes(PHOTO)
    assert looked(handed, disk, code=1)["left"] == 1


def test_it_is_called_with_a_name_and_folders_that_are_there(handed: WrittenInstruction, disk: Path) -> None:
    listed = ["--list", str(handed.folder / "items.csv")]
    assert check_items.main([str(disk / "nowhere"), "--name", "Bo", *listed]) == 2
    assert check_items.main([str(disk), "--name", " ", *listed]) == 2
    (handed.folder / "items.csv").write_text("sha256,bytes\nabc,1\n")
    assert check_items.main([str(disk), "--name", "Bo", *listed]) == 2
    assert not (handed.folder / "answer.json").exists()


def test_the_file_that_is_handed_out_runs_alone(handed: WrittenInstruction, disk: Path) -> None:
    (disk / "copy").write_bytes(PHOTO)
    script = handed.folder / "check_items.py"
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(disk), "--name", "Bo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert "1 of 2 items of the list are still there" in run.stdout
    found = answer_in((handed.folder / "answer.json").read_bytes())
    assert found is not None
    assert (found.action, found.left, found.ours, found.list_digest) == ("a07", 1, True, handed.list_digest)
    assert [one.code for one in found.notes] == ["note.answer.left"]


def test_the_letter_is_dated_says_until_when_and_what_is_not_in_the_list(handed: WrittenInstruction) -> None:
    english, german = ((handed.folder / name).read_text(encoding="utf-8") for name in ("letter.txt", "brief.txt"))
    assert english.startswith("To Acme, 30 November 2026. From Larkfield.\n\nPlease erase them.\n\n")
    assert "items.csv lists 2 items" in english
    assert "1 item is a record, such as" in english
    assert english.rstrip().endswith("Please answer by 31 December 2026.")
    assert german.rstrip().endswith("Bitte antworten Sie bis 31. Dezember 2026.")
    assert (handed.items, handed.left_out) == (2, 1)
    assert (handed.folder / "check_items.py").read_bytes() == checker()


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path, handed: WrittenInstruction) -> None:
    with pytest.raises(FileThere):
        write_instruction(handed.folder, ASKED, [])

    def broken() -> Any:
        yield ListedItem(digest(PHOTO))
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        write_instruction(tmp_path / "half", ASKED, broken())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["handed"]


def test_only_an_answer_is_an_answer_and_a_damaged_one_is_refused(handed: WrittenInstruction, disk: Path) -> None:
    answer = looked(handed, disk, code=0)
    for other in (b"", b"We deleted it.", b"{}", b"[1]", b"{not json", b'{"a": 1}', b"\xff\xfe{"):
        assert answer_in(other) is None
    wrong: list[tuple[str, Any]] = [
        ("left", -1), ("left", 3), ("left", True), ("places", 2), ("items", "2"), ("list", 7), ("files", 1.5),
        ("instruction", []), ("signed", {"name": " ", "day": "2026-11-30"}), ("signed", {"name": "B", "day": "soon"}),
        ("not_looked_into", {"x": -1}), ("dsr-desk-answer", 2), ("not_read", None),
    ]  # fmt: skip
    for name, value in wrong:
        with pytest.raises(AnswerUnreadable):
            answer_in(json.dumps({**answer, name: value}).encode())
    for damaged in (json.dumps({**answer, "left": 3, "places": 3}), json.dumps(answer)[:-20]):
        with pytest.raises(AnswerUnreadable):
            answer_in(damaged.encode())


def test_the_notes_say_what_was_not_read(handed: WrittenInstruction, disk: Path) -> None:
    os.mkfifo(disk / "pipe")
    (disk / "a.mp4").write_bytes(b"video")
    looked(handed, disk, code=3)
    found = answer_in((handed.folder / "answer.json").read_bytes())
    assert found is not None
    assert found.notes[1] == message("note.answer.unread", count=1, closed=1)


def test_rows_of_tables_are_found_wherever_their_file_lies(disk: Path, tmp_path: Path) -> None:
    plain, quoted_, line = b"A-1,Wilma", b'A-2,"first\nsecond"', b'{"account": "A-3"}'
    items = [ListedItem(digest(one), len(one)) for one in (plain, quoted_, line)]
    handed = write_instruction(tmp_path / "rows", ASKED, items)
    (disk / "people.csv").write_bytes(b"account,name\r\n" + plain + b"\r\n" + quoted_)
    with zipfile.ZipFile(disk / "old.zip", "w") as archive:
        archive.writestr("more.jsonl", b'{"account": "A-9"}\n' + line + b"\n")
    answer = looked(handed, disk, code=1)
    assert answer["left"] == 3
    places = {Path(one["path"]).name for one in answer["left_at"]}
    assert places == {"people.csv, line 2", "people.csv, line 4", "more.jsonl, line 2"}
    (disk / "people.csv").write_bytes(b"account,name\n\nA-4,Bo\n")
    (disk / "old.zip").unlink()
    assert looked(handed, disk, code=3)["left"] == 0, "cells of tables are not looked into, and that is said"
