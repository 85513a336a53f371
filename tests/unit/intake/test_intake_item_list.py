"""Lists of items: every form in which they come is read, what is no entry is named by its line, nothing is guessed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from dsr_desk.intake.item_list import ItemList, ItemListColumn, ItemListUnreadable, read_list

DIGESTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(6)]
IDS = [one[:32] for one in DIGESTS]


def written(folder: Path, text: str | bytes, name: str = "list.txt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def entries(found: ItemList) -> tuple[set[str], set[str]]:
    """Ids and digests in hexadecimal digits."""
    ids, digests = (found.ids.tobytes(), 16), (found.digests.tobytes(), 32)
    return tuple({data[at : at + width].hex() for at in range(0, len(data), width)} for data, width in (ids, digests))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("\n".join(DIGESTS), ""),
        ("\r\n".join(one.upper() for one in DIGESTS) + "\r\n", ""),
        ("\r".join(DIGESTS), ""),
        ("\n\n".join(f'"sha256:{one}"' for one in DIGESTS), ""),
        ("sha256\n" + "\n".join(DIGESTS), "sha256"),
        ("\ufefffile,Digest\n" + "".join(f'"a, {one[:3]}.jpg",{one}\n' for one in DIGESTS), "Digest"),
        ("größe;Prüfsumme\n" + "".join(f"7;{one}\n" for one in DIGESTS), "Prüfsumme"),
        ("".join(f"{one}\tname\n" for one in DIGESTS), "1"),
        ("".join(f"{one}  a photo, or so.jpg\n" for one in DIGESTS), ""),
        ("".join(f"{one} *a.jpg\n" for one in DIGESTS[:-1]) + f"\\{DIGESTS[-1]}  back\\\\slash\n", ""),
        ("".join(json.dumps({"n": 1, "sha": one}) + "\n" for one in DIGESTS), "sha"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_each_form_is_read(tmp_path: Path, text: str, column: str, encoding: str) -> None:
    if encoding != "utf-8":
        text = text.removeprefix("\ufeff")
    path = written(tmp_path, text, encoding=encoding)
    found = read_list(path)
    assert entries(found) == (set(), set(DIGESTS))
    assert (found.column, found.neither, found.duplicates) == (column, 0, 0)
    assert found.file_digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_ids_and_digests_may_stand_in_one_column(tmp_path: Path) -> None:
    found = read_list(written(tmp_path, "\n".join([*IDS, *DIGESTS])))
    assert entries(found) == (set(IDS), set(DIGESTS))
    assert len(found) == 12


def test_what_is_no_entry_and_what_comes_twice_is_named_by_its_line(tmp_path: Path) -> None:
    lines = [DIGESTS[0], "rubbish", DIGESTS[1], "", DIGESTS[0].upper(), DIGESTS[1][:-1], IDS[2], IDS[2]]
    found = read_list(written(tmp_path, "\n".join(lines)))
    assert (found.neither, found.neither_lines) == (2, (2, 6))
    assert (found.duplicates, found.duplicate_lines) == (2, (5, 8))
    assert entries(found) == ({IDS[2]}, set(DIGESTS[:2]))
    assert [one.code for one in found.says] == ["item-list", "item-list.neither", "item-list.duplicates"]


def test_a_row_that_spans_lines_counts_by_its_last(tmp_path: Path) -> None:
    text = f'note,sha\n"two\nlines",{DIGESTS[0]}\nx,no\n'
    found = read_list(written(tmp_path, text), "sha")
    assert (found.neither_lines, found.lines) == ((4,), 4)


def test_no_column_is_guessed_where_several_may_be_meant(tmp_path: Path) -> None:
    path = written(tmp_path, "id,md5,sha256\n" + "".join(f"{i},{i},{d}\n" for i, d in zip(IDS, DIGESTS, strict=True)))
    with pytest.raises(ItemListColumn) as refused:
        read_list(path)
    assert refused.value.details["columns"] == ("id", "md5", "sha256")
    assert entries(read_list(path, "SHA256")) == (set(), set(DIGESTS))
    assert read_list(path, "id").column == "id"
    with pytest.raises(ItemListUnreadable) as missing:
        read_list(path, "digest")
    assert missing.value.why.code == "why.item-list.no-column"


def test_a_column_that_holds_an_entry_here_and_there_is_not_the_one(tmp_path: Path) -> None:
    rows = [f"{DIGESTS[0] if number == 3 else 'see there'},{one}" for number, one in enumerate(DIGESTS)]
    assert read_list(written(tmp_path, "note,sha\n" + "\n".join(rows))).column == "sha"


@pytest.mark.parametrize(
    "text", [b"", b"\n\n", b"hello\nworld\n", bytes(range(256)) * 20, b"\xff\xfe", b'{"a": 1}\n', b"{\n"]
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(ItemListUnreadable):
        read_list(written(tmp_path, text))


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ItemListUnreadable) as refused:
        read_list(tmp_path / "none")
    assert refused.value.why.code == "why.not-there"


def test_json_that_is_broken_in_one_line_costs_that_line(tmp_path: Path) -> None:
    text = "".join(json.dumps({"sha": one}) + "\n" for one in DIGESTS[:2]) + "{broken\n[1]\n"
    found = read_list(written(tmp_path, text))
    assert (found.neither_lines, len(found.digests)) == ((3, 4), 2)


def test_many_lines_come_in_pieces_and_none_is_lost(tmp_path: Path) -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(60_000)]
    found = read_list(written(tmp_path, "\n".join([*digests, "no", digests[0]])))
    assert len(found.digests) == 60_000
    assert (found.lines, found.neither_lines, found.duplicate_lines) == (60_002, (60_001,), (60_002,))
    assert bool((found.digests[1:] > found.digests[:-1]).all())


def test_what_is_kept_is_the_same_list_again(tmp_path: Path) -> None:
    found = read_list(written(tmp_path, "\n".join([*IDS, *DIGESTS, "rubbish", IDS[0]])))
    again = ItemList.restored(found.data)
    assert again == found
    assert again.data == found.data
    assert np.array_equal(again.ids, found.ids)
    assert np.array_equal(again.digests, found.digests)


def test_what_was_cut_or_put_in_another_order_is_no_list(tmp_path: Path) -> None:
    kept = read_list(written(tmp_path, "\n".join(DIGESTS))).data
    head, _, rest = kept.partition(b"\n")
    for wrong in (b"", b"{}\n", kept[:-1], kept + b"x", head + b"\n" + rest[32:] + rest[:32], b"[]" + kept):
        with pytest.raises(ValueError, match="list of items"):
            ItemList.restored(wrong)
