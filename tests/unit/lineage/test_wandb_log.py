from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.wandb_log import LARGEST_RECORD, fields, integer, records, text, texts
from wandb_made import BLOCK, HEADER, START, framed, said, varint


def read(data: bytes, tmp_path: Path) -> tuple[list[bytes], list[str]]:
    """The records of a log, and the codes of what was warned of."""
    path = tmp_path / "run.wandb"
    path.write_bytes(data)
    draft = LineageDraft()
    found = [record for _, record in records(path, "log", draft)]
    return found, [warning.code for warning in draft.warnings]


def refusal(data: bytes, tmp_path: Path) -> str:
    with pytest.raises(ImportRefused) as refused:
        read(data, tmp_path)
    return refused.value.why.code


@pytest.mark.parametrize(
    "sizes",
    [
        (1, 2, 3),
        (BLOCK,),
        (3 * BLOCK, 5),
        *((BLOCK - HEADER - len(START) - short, 10) for short in range(HEADER + 9)),
        (0, 0, 1),
    ],
)
def test_records_come_back_whole_wherever_a_block_ends(sizes: tuple[int, ...], tmp_path: Path) -> None:
    written = [bytes([number + 1]) * size for number, size in enumerate(sizes)]

    assert read(framed(written), tmp_path) == (written, [])


def test_a_log_that_was_cut_anywhere_is_read_up_to_there_and_that_is_said(tmp_path: Path) -> None:
    written = [b"a" * 40, b"b" * (2 * BLOCK), b"c" * 30]
    whole = framed(written)
    ends = [len(framed(written[:count])) for count in range(4)]

    for length in [*range(len(START), 60), BLOCK - 1, BLOCK, BLOCK + 3, ends[2] + 3, len(whole) - 1]:
        found, warned = read(whole[:length], tmp_path)
        assert found == written[: len(found)]
        assert sum(end <= length for end in ends) == len(found) + 1
        assert warned == ([] if length in ends else ["note.lineage.wandb-cut"])


def test_a_log_whose_end_was_never_written_is_cut_there(tmp_path: Path) -> None:
    found, warned = read(framed([b"a"]) + bytes(2 * BLOCK), tmp_path)

    assert (found, warned) == ([b"a"], ["note.lineage.wandb-cut"])


def test_what_was_changed_is_refused_with_its_place(tmp_path: Path) -> None:
    whole = framed([b"a" * 50, b"b" * 50])
    for place in range(len(START), len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        path = tmp_path / "run.wandb"
        path.write_bytes(changed)
        draft = LineageDraft()
        try:
            found = [record for _, record in records(path, "log", draft)]
        except ImportRefused:
            continue
        assert found == [b"a" * 50][: len(found)]
        assert [warning.code for warning in draft.warnings] == ["note.lineage.wandb-cut"]


def test_zeros_between_records_are_no_end(tmp_path: Path) -> None:
    first = framed([b"a"])
    hole = first + bytes(BLOCK - len(first)) + framed([b"b"])[len(START) :]

    assert refusal(hole, tmp_path) == "damage.wandb-checksum"


@pytest.mark.parametrize("data", [b"", b":W&B", b":W&B\xe1\xbe\x07" + bytes(20), b":SWL\xd6\xe1\x00"])
def test_another_version_is_not_guessed_at(data: bytes, tmp_path: Path) -> None:
    assert refusal(data, tmp_path) == "damage.wandb-start"


def test_the_middle_of_a_record_is_none(tmp_path: Path) -> None:
    long = framed([b"a" * BLOCK])
    second = long[:BLOCK] + framed([b"b"])[len(START) :]
    assert refusal(START + bytes(BLOCK - len(START)) + long[BLOCK:], tmp_path) == "damage.wandb-checksum"
    assert refusal(second, tmp_path) == "damage.wandb-order"


def test_a_record_without_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LARGEST_RECORD < 1 << 30
    monkeypatch.setattr("dsr_desk.lineage.importers.wandb_log.LARGEST_RECORD", 2 * BLOCK)
    assert refusal(framed([bytes(3 * BLOCK)]), tmp_path) == "why.too-large"


def test_numbers_and_texts_are_found_by_their_numbers() -> None:
    message = fields(said((1, -3), (2, "one"), (2, "two"), (300, "far"), (5, 1 << 40)), "here")

    assert integer(message, 1) == -3
    assert integer(message, 5) == 1 << 40
    assert integer(message, 9) == 0
    assert (text(message, 2, "here"), texts(message, 2, "here")) == ("two", ["one", "two"])
    assert (text(message, 300, "here"), text(message, 4, "here")) == ("far", "")


@pytest.mark.parametrize(
    "data",
    [
        varint(1 << 3 | 2) + varint(sys.maxsize),
        varint(1 << 3 | 2) + varint(5) + b"abc",
        varint(1 << 3 | 3),
        varint(1 << 3 | 7) + b"a",
        varint(1 << 3 | 1) + b"a",
        varint(0) + b"a",
        b"\xff" * 20,
        b"\x08",
        b"\x08\x80",
    ],
)
def test_lengths_and_kinds_that_cannot_be_are_refused(data: bytes) -> None:
    with pytest.raises(ImportRefused):
        fields(data, "here")


def test_text_that_is_none_is_refused() -> None:
    for message in (fields(said((1, b"\xff\xfe")), "here"), fields(said((1, 7)), "here")):
        with pytest.raises(ImportRefused):
            text(message, 1, "here")
