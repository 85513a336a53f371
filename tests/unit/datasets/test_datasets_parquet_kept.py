"""Erasing from Parquet keeps how the file was written, says before what it cannot keep, and leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.parquet import ParquetTable
from dsr_desk.datasets.parquet_settings import changes_between

NAME = "Wilma Quastenfloss"
JPEG = b"\xff\xd8\xff\xe0 photo "


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "people.parquet"


def erase(path: Path, *positions: int) -> Path:
    """Erases items by position; returns the new file."""
    table = ParquetTable(path, path.name)
    entries = [entry for number, entry in enumerate(table.entries()) if number in positions]
    doomed = [Doomed(one.member, hashlib.sha256(one.read()).hexdigest(), 0, one.hint) for one in entries]
    work = path.parent / "work"
    assert table.rewrite(doomed, work).erased == tuple(doomed)
    return work / path.name


def told(path: Path) -> list[Message]:
    return list(ParquetTable(path, path.name).before_erasing(()))


def rows(count: int = 40) -> dict[str, Any]:
    names = [NAME if number == 7 else f"P{number} Nobody" for number in range(count)]
    return {"id": range(count), "name": names, "mail": [f"{name.split()[0]}@example.org" for name in names]}


def chunks(path: Path) -> list[dict[str, Any]]:
    """What the footer says of each column of the first row group, but for places, sizes and statistics."""
    with pq.ParquetFile(path) as file:
        group = file.metadata.row_group(0)
        found = []
        for at in range(group.num_columns):
            one = group.column(at)
            found.append(
                {
                    "path": one.path_in_schema,
                    "type": one.physical_type,
                    "codec": one.compression,
                    "encodings": sorted(one.encodings),
                    "statistics": one.is_stats_set,
                    "dictionary": one.has_dictionary_page,
                    "index": (one.has_offset_index, one.has_column_index),
                    "bloom": one.bloom_filter_offset is not None,
                }
            )
        return found


OPTIONS: dict[str, dict[str, Any]] = {
    "page index": {"write_page_index": True},
    "checksums": {"write_page_checksum": True},
    "pages of version 2": {"data_page_version": "2.0"},
    "sorting": {"sorting_columns": [pq.SortingColumn(0)]},
    "bloom filters": {"bloom_filter_options": {"name": {"ndv": 40}}},
    "no dictionary": {"use_dictionary": False},
    "some dictionaries": {"use_dictionary": ["name"]},
    "encodings": {
        "use_dictionary": False,
        "column_encoding": {"id": "DELTA_BINARY_PACKED", "name": "DELTA_BYTE_ARRAY"},
    },
    "no statistics": {"write_statistics": ["id"]},
    "codecs": {"compression": {"id": "gzip", "name": "brotli", "mail": "lz4"}},
    "no packing": {"compression": "none"},
    "no Arrow schema": {"store_schema": False},
    "old version": {"version": "1.0"},
    "row groups": {"row_group_size": 9},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_how_it_was_written_stays(options: dict[str, Any], place: Path) -> None:
    pq.write_table(pa.table(rows()), place, **options)
    assert told(place) == []
    new = erase(place, 7)
    assert chunks(new) == chunks(place)
    with pq.ParquetFile(place) as one, pq.ParquetFile(new) as other:
        assert other.schema.equals(one.schema)
        assert other.schema_arrow.equals(one.schema_arrow, check_metadata=True)
        assert other.metadata.format_version == one.metadata.format_version
        assert other.metadata.row_group(0).sorting_columns == one.metadata.row_group(0).sorting_columns
        groups = [one.metadata.row_group(at).num_rows for at in range(one.metadata.num_row_groups)]
        groups[0] -= 1
        assert [other.metadata.row_group(at).num_rows for at in range(other.metadata.num_row_groups)] == groups
    assert pq.read_table(new).to_pylist() == [row for row in pq.read_table(place).to_pylist() if row["name"] != NAME]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_no_byte_of_an_erased_row_stays(options: dict[str, Any], place: Path) -> None:
    table = pa.table(rows())
    if "column_encoding" not in options:
        table = table.set_column(1, "name", table["name"].dictionary_encode())
    pq.write_table(table, place, **{"compression": "none", **options})
    with pq.ParquetFile(erase(place, 7), page_checksum_verification=True) as file:
        assert NAME not in str(file.metadata.to_dict())
        assert NAME not in str(file.read().column("name").to_pylist())
    if options.get("compression", "none") == "none":
        assert b"Wilma" in place.read_bytes()
        assert b"Wilma" not in (place.parent / "work" / place.name).read_bytes()


def test_categories_that_no_row_uses_any_more_are_gone_and_the_order_of_the_others_stays(place: Path) -> None:
    kind = pa.dictionary(pa.int8(), pa.string(), ordered=True)
    values = pa.DictionaryArray.from_arrays(
        pa.array([2, 0, None, 1, 2], pa.int8()), pa.array(["zoe", NAME, "ada", "unused"]), ordered=True
    )
    pq.write_table(pa.table({"name": values.cast(kind)}), place, compression="none", row_group_size=2)
    new = erase(place, 2)
    (column,) = pq.read_table(new).columns
    assert column.type == kind
    assert column.to_pylist() == ["ada", "zoe", None, "ada"]
    assert b"Wilma" not in new.read_bytes()


TYPES: dict[str, pa.Array] = {
    "nanoseconds": pa.array([1_715_934_600_123_456_789, None, 1], pa.timestamp("ns")),
    "zoned": pa.array([dt.datetime(2024, 5, 17), None, None], pa.timestamp("us", "Europe/Warsaw")),
    "time": pa.array([1, None, 2], pa.time64("us")),
    "decimal": pa.array([1, None, 2], pa.decimal128(9, 2)),
    "half": pa.array([1.5, None, 2.5], pa.float16()),
    "small": pa.array([1, None, 2], pa.uint8()),
    "fixed": pa.array([b"abcd", None, b"efgh"], pa.binary(4)),
    "large": pa.array(["a", None, "b"], pa.large_string()),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int16())),
    "sized": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int16(), 2)),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int32())),
    "struct": pa.array([{"a": [{"b": "x"}]}, None, {"a": None}]),
    "nothing": pa.nulls(3),
    "extension": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"a" * 16, None, b"b" * 16], pa.binary(16))),
    "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}", None, "[1]"])),
}


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("options", [{}, {"store_schema": False}], ids=["with schema", "without"])
def test_types_stay_as_they_are_stored_and_as_they_are_read(name: str, options: dict[str, Any], place: Path) -> None:
    fields = [
        pa.field("who", pa.string(), nullable=False, metadata={"PARQUET:field_id": "7", "told": "x"}),
        pa.field("x", TYPES[name].type, metadata={"PARQUET:field_id": "8"}),
    ]
    names = pa.array(["Ada", NAME, "Bo"])
    pq.write_table(pa.Table.from_arrays([names, TYPES[name]], schema=pa.schema(fields)), place, **options)
    assert told(place) == []
    new = erase(place, 1)
    with pq.ParquetFile(place) as one, pq.ParquetFile(new) as other:
        assert other.schema.equals(one.schema)
        assert other.schema_arrow.equals(one.schema_arrow, check_metadata=True)
        assert other.read().equals(one.read().take([0, 2]))


@pytest.mark.parametrize("year", [2024, 9999])
def test_times_of_the_old_form_stay_in_that_form(year: int, place: Path) -> None:
    table = pa.table({"name": ["Ada", NAME], "ts": pa.array([dt.datetime(year, 5, 17, 1, 2, 3, 456789)] * 2)})
    pq.write_table(table, place, use_deprecated_int96_timestamps=True, store_schema=False)
    assert told(place) == []
    new = erase(place, 1)
    with pq.ParquetFile(new, coerce_int96_timestamp_unit="us") as file:
        assert file.schema.column(1).physical_type == "INT96"
        assert file.read().to_pylist() == table.slice(0, 1).to_pylist()


def test_a_type_that_cannot_be_kept_is_told_before(place: Path, tmp_path: Path) -> None:
    plain = pa.table({"name": ["Ada", NAME], "ts": pa.array([dt.datetime(2024, 5, 17)] * 2)})
    pq.write_table(plain, place, use_deprecated_int96_timestamps=True)
    table = ParquetTable(place, "people")
    assert told(place) == []
    with table.opened() as source, pq.ParquetFile(place) as old:
        settings = {**source.settings_to_write(), "use_deprecated_int96_timestamps": False}
        pq.write_table(old.read(), tmp_path / "other.parquet", **settings)
    with table.opened() as source, ParquetTable(tmp_path / "other.parquet", "x").opened() as other:
        (change,) = changes_between(source.metadata, other.metadata, source.settings, other.settings)
    assert change.code == "note.erase.parquet.type"
    assert change.values["column"] == "ts"


def test_of_a_nested_photo_the_value_goes_and_its_neighbours_stay(place: Path) -> None:
    inner = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    kind = pa.struct([("image", inner), ("id", pa.int32()), ("more", pa.list_(inner))])
    cells = [
        {
            "image": {"bytes": JPEG + b"%d" % n, "path": None},
            "id": n,
            "more": [None, {"bytes": JPEG + b"x%d" % n, "path": "b.jpg"}],
        }
        for n in range(3)
    ]
    pq.write_table(pa.table({"sample": pa.array(cells, kind)}), place)
    members = [entry.member for entry in ParquetTable(place, "x").entries()]
    assert members == ["sample.image", "b.jpg"] * 3
    new = erase(place, 2, 4, 5)
    cells[1]["image"] = None
    assert pq.read_table(new).column("sample").to_pylist() == cells[:2]


def test_settings_that_are_lost_are_told_by_name(place: Path, tmp_path: Path) -> None:
    full = {
        "write_page_index": True,
        "bloom_filter_options": {"name": {"ndv": 9}},
        "sorting_columns": [pq.SortingColumn(0)],
    }
    pq.write_table(pa.table(rows()), place, **full, data_page_version="2.0")
    poor = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    pq.write_table(pa.table(rows()), tmp_path / "other.parquet", **poor)
    with ParquetTable(place, "x").opened() as source, ParquetTable(tmp_path / "other.parquet", "x").opened() as other:
        (told,) = changes_between(source.metadata, other.metadata, source.settings, other.settings)
    words = ("codec", "encoding", "statistics", "page-index", "bloom", "pages", "sorting")
    assert told == message(
        "note.erase.parquet.settings", settings=tuple(message(f"parquet.setting.{one}") for one in words)
    )
