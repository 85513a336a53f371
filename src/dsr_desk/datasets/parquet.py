"""Parquet files: photos as bytes in a column, or rows of a table. One row group is in memory at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import Listed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.records import orientation_in
from dsr_desk.datasets.rows import Row, RowItem, entries_of, record_in, rest_of_rows, touched

BATCH_ROWS = 64
LOOKED_AT = 32


class CellNotNullable(DeskError):
    code = "PARQUET-NOT-NULLABLE"
    happened = "{name} allows no empty cell where an item is to go while the rest of its row stays."
    means = "Nothing was erased from it."
    todo = "Plan the erasure of the whole row, or hand the action to the team that keeps the file."


class ParquetTable(FileContainer):
    """A row's photos are items of their own, its other columns one record; a row goes when all of its items go."""

    format: ClassVar[str] = "parquet"
    magic: ClassVar[bytes] = b"PAR1"
    tabular: ClassVar[bool] = True

    def listing(self) -> Iterator[Listed]:
        with self._opened() as file:
            for number, row in self._rows(file):
                group = f"row {number}" if self.photo_columns else ""
                yield from entries_of(self._items(row), number, group, orientation_in(row.get("exif")))

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with self._opened() as file:
            settings = _settings_of(file.metadata)
            with pq.ParquetWriter(target, file.schema_arrow, **settings) as out:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, use_threads=False)
                    table, position = self._without(table, changes, position)
                    if table.num_rows:
                        out.write_table(table, row_group_size=table.num_rows)
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Schema, metadata, and what rows with photos hold beside items."""
        with self._opened() as file:
            yield file.schema_arrow.serialize().to_pybytes()
            yield from rest_of_rows((row for _, row in self._rows(file)), self._items, self._others, changes)

    @cached_property
    def photo_columns(self) -> Mapping[str, bool]:
        """Columns that hold photos, and whether each is a struct of bytes and path."""
        with self._opened() as file:
            first = next(file.iter_batches(batch_size=LOOKED_AT, use_threads=False), None)
            found: dict[str, bool] = {}
            for field in file.schema_arrow:
                if _is_binary(field.type) and first is not None and _holds_photo(first.column(field.name)):
                    found[field.name] = False
                elif pa.types.is_struct(field.type) and _is_image_struct(field.type):
                    found[field.name] = True
            return found

    def _rows(self, file: pq.ParquetFile) -> Iterator[tuple[int, dict[str, Any]]]:
        number = 0
        for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for row in _rows_of(batch, one_by_one=bool(self.photo_columns)):
                yield number, row
                number += 1

    def _items(self, row: Row) -> list[RowItem]:
        items = []
        for column, is_struct in self.photo_columns.items():
            cell = row[column]
            data = cell.get("bytes") if is_struct and cell else cell
            if isinstance(data, bytes):
                path = cell.get("path") if is_struct else None
                items.append(RowItem(ItemKind.PHOTO, column, safe_name(path or column), data))
        return items + record_in(self._others(row), texts_alone=bool(self.photo_columns))

    def _others(self, row: Row) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self.photo_columns}

    def _without(self, table: pa.Table, changes: Changes, position: int) -> tuple[pa.Table, int]:
        """The table after the changes to its items, the first of which is at `position`; and the position after it."""
        stay: list[bool] = []
        cells: dict[str, dict[int, Any]] = {}
        for number in range(table.num_rows):
            row = table.slice(number, 1).to_pylist()[0]
            items = self._items(row)
            change = touched(items, changes, position)
            position += len(items)
            stay.append(not change.goes)
            if not change.goes:
                for item, new in change.items:
                    self._note_cells(cells, number, item, new, row)
        for column, new_cells in cells.items():
            table = self._with_cells(table, column, new_cells)
        return table.filter(pa.array(stay, pa.bool_())), position

    def _note_cells(
        self, cells: dict[str, dict[int, Any]], number: int, item: RowItem, new: bytes | None, row: Row
    ) -> None:
        if item.kind is ItemKind.RECORD:
            for column in self._others(row):
                cells.setdefault(column, {})[number] = None
        elif new is not None and self.photo_columns[item.column]:
            cells.setdefault(item.column, {})[number] = {**row[item.column], "bytes": new}
        else:
            cells.setdefault(item.column, {})[number] = new

    def _with_cells(self, table: pa.Table, column: str, new_cells: Mapping[int, Any]) -> pa.Table:
        at = table.schema.get_field_index(column)
        field = table.schema.field(at)
        if not field.nullable and any(value is None for value in new_cells.values()):
            raise CellNotNullable(name=self.name)
        values = table.column(at).to_pylist()
        for number, value in new_cells.items():
            values[number] = value
        return table.set_column(at, field, pa.array(values, field.type))

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(self.path, pre_buffer=False) as file:
                yield file
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise self.damaged("why.parquet.unreadable") from error


def _settings_of(metadata: pq.FileMetaData) -> dict[str, Any]:
    """Version and compression, as the file has them."""
    settings: dict[str, Any] = {"version": "1.0" if metadata.format_version == "1.0" else "2.6"}
    if metadata.num_row_groups:
        group = metadata.row_group(0)
        columns = [group.column(number) for number in range(group.num_columns)]
        codecs = {column.path_in_schema: column.compression for column in columns}
        settings["compression"] = {
            path: "none" if codec == "UNCOMPRESSED" else codec.lower() for path, codec in codecs.items()
        }
    return settings


def _in_nanoseconds(kind: pa.DataType) -> bool:
    timed = pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind)
    return bool(timed and kind.unit == "ns")


def _in_microseconds(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.time64("us") if pa.types.is_time64(kind) else pa.duration("us")


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_image_struct(kind: pa.StructType) -> bool:
    names = {kind.field(number).name: kind.field(number).type for number in range(kind.num_fields)}
    return set(names) == {"bytes", "path"} and _is_binary(names["bytes"])


def _holds_photo(cells: pa.Array) -> bool:
    return any(cell.is_valid and sniff.photo_kind(cell.as_py()) for cell in cells)


def _rows_of(batch: pa.RecordBatch, *, one_by_one: bool) -> Iterator[dict[str, Any]]:
    """Photos are turned into Python's bytes one row at a time, to have few of them in memory twice.

    Nanoseconds, which Python's own times do not have, are cut off.
    """
    for at, field in enumerate(batch.schema):
        if _in_nanoseconds(field.type):
            column = batch.column(at).cast(_in_microseconds(field.type), safe=False)
            batch = batch.set_column(at, field.name, column)
    if not one_by_one:
        yield from batch.to_pylist()
        return
    for number in range(batch.num_rows):
        yield batch.slice(number, 1).to_pylist()[0]
