"""Rows taken by column say the same as rows taken one by one, and are counted the same."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import io
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.arrow_values import plain, same
from dsr_desk.datasets.columns import Columns
from dsr_desk.datasets.container import Accounts, ContainerEntry
from dsr_desk.datasets.rows import RowTally, entries_of, found_in


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 24), (9, 0, 90)).save(out, "JPEG")
    return out.getvalue()


JPEG = _photo()
LONG = "called twice about the invoice of last month, which had never come to the new address"

COLUMNS: dict[str, pa.Array] = {
    "text": pa.array(["Ada", "", None, "  ", 'ü "\\\n', "\u3000"]),
    "large text": pa.array([LONG, None, "x", LONG * 9, "a", "b"], pa.large_string()),
    "viewed text": pa.array(["Ada", None, LONG, "", "x", "y"], pa.string_view()),
    "photo in a text": pa.array(["x", None, base64.b64encode(JPEG).decode(), "", "y", "z"]),
    "numbers in a text": pa.array(["x", None, str([0.25] * 99), "1 2 3", "y", "z"]),
    "whole": pa.array([1, None, -(2**60), 0, 5, 6]),
    "positive": pa.array([1, None, 2**64 - 1, 0, 5, 6], pa.uint64()),
    "fraction": pa.array([0.5, None, float("nan"), -0.0, 1e300, float("inf")]),
    "short fraction": pa.array([0.5, None, 1.5, 2.0, 0.1, 7.0], pa.float32()),
    "yes": pa.array([True, None, False, True, False, True]),
    "decimal": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("0.00")] * 2),
    "day": pa.array([dt.date(1980, 1, 31), None, dt.date(9999, 12, 31)] * 2),
    "long day": pa.array([dt.date(1980, 1, 31), None, dt.date(1, 1, 1)] * 2, pa.date64()),
    "moment": pa.array([1_715_934_600_123_456_789, None, 0] * 2, pa.timestamp("ns")),
    "moment there": pa.array([dt.datetime(2024, 5, 17, 8), None, None] * 2, pa.timestamp("ms", "Europe/Warsaw")),
    "time": pa.array([dt.time(8, 30), None, dt.time(0, 0, 0, 1)] * 2, pa.time64("ns")),
    "span": pa.array([dt.timedelta(1, 2, 3), None, dt.timedelta(0)] * 2),
    "category": pa.array(["a", None, "b"] * 2).dictionary_encode(),
    "nothing": pa.nulls(6),
    "bytes": pa.array([JPEG, None, b"", b"Ada", bytes(range(256)), b"x"]),
    "fixed bytes": pa.array([b"abcd", None, b"\0\1\2\3"] * 2, pa.binary(4)),
    "list": pa.array([["Ada", None], None, [], ["Bo"], [""], [LONG]]),
    "embedding": pa.array([[0.5] * 99, None, [], [1.5], [0.0] * 17, [2.0]]),
    "sized list": pa.array([[1, 2], None, [3, 4]] * 2, pa.list_(pa.int8(), 2)),
    "pixels": pa.array([[[1] * 9] * 9, None, [], [[1]], [[]], [None]]),
    "struct": pa.array([{"a": {"image": JPEG, "at": 1}}, None, {"a": None}] * 2),
    "images": pa.array([[{"bytes": JPEG, "path": "a.jpg"}, None], None, []] * 2),
    "map": pa.array([[("Ada", JPEG)], None, []] * 2, pa.map_(pa.string(), pa.binary())),
    "map of numbers": pa.array([[("Ada", 1)], None, []] * 2, pa.map_(pa.string(), pa.int64())),
    "moments": pa.array([[1_715_934_600_123_456_789], None, []] * 2, pa.list_(pa.timestamp("ns"))),
}


def told(entry: ContainerEntry) -> tuple[object, ...]:
    return entry.kind, entry.member, entry.read(), entry.record, entry.group, entry.hint


def one_by_one(batch: pa.RecordBatch, columns: Columns) -> tuple[list[ContainerEntry], RowTally]:
    tally = RowTally(columns.leaves)
    entries: list[ContainerEntry] = []
    for number in range(batch.num_rows):
        found = found_in(columns.row(batch, number))
        tally.add(found)
        entries += entries_of(found.items, number, f"row {number}" if found.group else "")
    return entries, tally


@pytest.mark.parametrize("names", [[name] for name in COLUMNS] + [["text", "whole", "day"], [*COLUMNS]], ids=",".join)
def test_columns_say_what_rows_say(names: list[str]) -> None:
    batch = pa.RecordBatch.from_arrays([COLUMNS[name] for name in names], names=names)
    columns = Columns(batch.schema)
    tally = RowTally(columns.leaves)
    entries = list(columns.entries(batch, 0, tally))
    expected, counted = one_by_one(batch, columns)
    assert list(map(told, entries)) == list(map(told, expected))
    own = len(columns.leaves) * batch.num_rows
    ended = list(tally.end(own))
    assert ended == list(counted.end(own))
    accounts = ended[-1]
    assert isinstance(accounts, Accounts)
    assert accounts.answered == own
    by_row = [sum(entry.hint == number for entry in entries) for number in range(batch.num_rows)]
    assert columns.counts(batch).tolist() == by_row


def test_columns_of_one_name_are_told_apart() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["Ada"]), pa.array(["Bo"])], names=["name", "name"])
    columns = Columns(batch.schema)
    (entry,) = columns.entries(batch, 0, RowTally(columns.leaves))
    assert entry.record == {"name": "Ada", "name.2": "Bo"}


def test_the_turn_that_is_written_beside_a_photo_goes_with_it() -> None:
    columns = {"jpg": pa.array([JPEG]), "exif": pa.array(['{"Image Orientation": "Rotated 90 CW"}'])}
    batch = pa.RecordBatch.from_pydict(columns)
    both = Columns(batch.schema)
    entries = list(both.entries(batch, 0, RowTally(both.leaves)))
    assert [(entry.kind, entry.orientation) for entry in entries] == [(ItemKind.PHOTO, 6), (ItemKind.RECORD, None)]


@pytest.mark.parametrize("name", COLUMNS)
def test_values_are_the_same_as_themselves_and_not_as_others(name: str) -> None:
    array: Any = COLUMNS[name]
    assert same(array, pa.concat_arrays([array.slice(0, 2), array.slice(2)]))
    if array.null_count < len(array):
        others = pa.concat_arrays([array.slice(1), array.slice(0, 1)])
        assert not same(array, others)
    assert plain(pa.RecordBatch.from_arrays([array], names=["x"])).num_rows == len(array)
