"""Lists of hashes: DROP's ZIP and CSV files, and plain lists."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import planted_formats as planted
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.message import message
from dsr_desk.intake import deletion_list
from dsr_desk.intake.deletion_list import ListUnreadable, parts, read_list


def coded(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def hexadecimal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_drop_archive_is_read_by_type_and_without_what_was_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "20261101_4821_DROP.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "20261101_4821_Email.csv", f"ID,Hash\nAAAAAAAAAAA1,{coded('a@x.org')}\nB2,{coded('b@x.org')}\n"
        )
        archive.writestr("20261101_4821_NDZ.csv", "ID,Hash\n")
        archive.writestr("20261101_4821_Removed.csv", f"ID,Hash,ListType\nB2,{coded('b@x.org')},Email\n")
    read = read_list(path)
    assert [(file.kind, [row.id for row in file.rows]) for file in read.files] == [
        ("Email", ["AAAAAAAAAAA1"]),
        ("NDZ", []),
    ]
    assert read.files[0].rows[0].hash == hexadecimal("a@x.org")
    assert read.removed == 1


def test_a_text_with_a_hash_on_each_line_is_numbered_by_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "hashes.txt"
    path.write_text(f"{hexadecimal('a').upper()}\n{hashlib.md5(b'b').hexdigest()}\n")
    (file,) = read_list(path).files
    assert [(row.id, row.hash) for row in file.rows] == [
        ("1", hexadecimal("a")),
        ("2", hashlib.md5(b"b").hexdigest()),
    ]


def test_the_column_of_hashes_of_any_table_is_found_and_rows_without_one_are_counted(tmp_path: Path) -> None:
    lines = [f"{number};{hexadecimal(str(number))}" for number in range(20)]
    path = tmp_path / "suppression.csv"
    path.write_text("\n".join(["customer;sha256_of_mail", *lines, "21;unknown"]))
    (file,) = read_list(path).files
    assert (len(file.rows), file.unreadable, file.rows[0].id) == (20, 1, "2")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"name,mail\nAda,ada@x.org\n", "why.list.no-hashes"),
        (b"PK\x03\x04 broken", "why.list.zip"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(ListUnreadable) as caught:
        read_list(path)
    assert caught.value.why == message(why)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListUnreadable):
        read_list(tmp_path / "none.zip")


@pytest.mark.usefixtures("real_cells")
@pytest.mark.parametrize("does", [planted.crash_within_a_stream, planted.crash_after_a_piece])
def test_a_list_that_ends_its_cell_is_refused_whole(
    does: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before is not taken for all of it: rows that are missing would be answered with “not found”."""
    (tmp_path / "list.txt").write_text(hexadecimal("a@x.org"))
    monkeypatch.setattr(deletion_list, "parts", does)
    with pytest.raises(ListUnreadable) as refused:
        read_list(tmp_path / "list.txt")
    assert refused.value.why.code == "why.cell.ended"


def test_a_list_of_many_rows_comes_in_pieces_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = [hexadecimal(str(number)) for number in range(45_000)]
    (tmp_path / "list.txt").write_text("\n".join(hashes))
    (file,) = read_list(tmp_path / "list.txt").files
    assert [row.hash for row in file.rows] == hashes
    pieces = list(parts((tmp_path / "list.txt").read_bytes(), "list.txt"))
    assert [len(one.rows) for one in pieces] == [20_000, 20_000, 5_000]
    monkeypatch.setattr(deletion_list, "LARGEST", 1000)
    with pytest.raises(ListUnreadable) as refused:
        read_list(tmp_path / "list.txt")
    assert refused.value.why.code == "why.too-large"


@given(data=st.binary(max_size=300), zipped=st.booleans(), name=st.sampled_from(["a.csv", "20261101_4821_Email.csv"]))
def test_no_bytes_break_the_reading_of_a_list(data: bytes, zipped: bool, name: str) -> None:
    if zipped:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, data)
        data = packed.getvalue()[: len(data) + 90]
    with suppress(ListUnreadable):
        list(parts(data, name))
