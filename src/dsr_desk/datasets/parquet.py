"""Parquet files: photos as bytes in a column, or rows of a table. One row group is in memory at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import ContainerDamaged, Entry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.orientation import orientation_in
from dsr_desk.datasets.records import flatten

MAGIC = b"PAR1"
BATCH_ROWS = 64
LOOKED_AT = 32


class CellNotNullable(DeskError):
    code = "PARQUET-NOT-NULLABLE"
    happened = "{name} allows no empty cell where an item is to go while the rest of its row stays."
    means = "Nothing was erased from it."
    todo = "Plan the erasure of the whole row, or hand the action to the team that keeps the file."


@dataclass(frozen=True)
class Item:
    """What a row holds: a photo in a column, or (column "") all other columns as a record."""

    kind: ItemKind
    column: str
    member: str
    data: bytes
    record: Mapping[str, str] | None = None


class ParquetTable(FileContainer):
    """A row's photos are items of their own, its other columns one record; a row goes when all of its items go."""

    format: ClassVar[str] = "parquet"
    title: ClassVar[str] = "Parquet file"
    tabular: ClassVar[bool] = True

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        del path
        return head.startswith(MAGIC)

    def entries(self) -> Iterator[Entry]:
        with self._opened() as file:
            for number, row in self._rows(file):
                for item in self._items(row):
                    problem = sniff.photo_problem(item.data, len(item.data)) if item.kind is ItemKind.PHOTO else ""
                    yield Entry(
                        kind=item.kind,
                        member=item.member,
                        size=len(item.data),
                        read=partial(bytes, item.data),
                        hint=number,
                        group=f"row {number}" if self.photo_columns else "",
                        record=item.record,
                        problem=problem,
                        orientation=orientation_in(row.get("exif")) if item.kind is ItemKind.PHOTO else None,
                    )

    def write_without(self, target: Path, changes: Changes) -> Collection[str]:
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

    def rest_digest(self, changes: Changes) -> str:
        """Schema, metadata, and what rows with photos hold beside items."""
        position = 0
        with self._opened() as file:
            digest = hashlib.sha256(file.schema_arrow.serialize().to_pybytes())
            for _, row in self._rows(file):
                items = self._items(row)
                gone = [changes.get(position + number, b"") is None for number in range(len(items))]
                position += len(items)
                others = self._others(row)
                in_record = any(item.kind is ItemKind.RECORD for item in items)
                if not (items and all(gone)) and not in_record and any(one is not None for one in others.values()):
                    digest.update(_stored(others))
        return digest.hexdigest()

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

    def _items(self, row: Mapping[str, Any]) -> list[Item]:
        items = []
        for column, is_struct in self.photo_columns.items():
            cell = row[column]
            data = cell.get("bytes") if is_struct and cell else cell
            if isinstance(data, bytes):
                path = cell.get("path") if is_struct else None
                items.append(Item(ItemKind.PHOTO, column, safe_name(path or column), data))
        others = self._others(row)
        if _says_something(list(others.values()), texts_alone=bool(self.photo_columns)):
            texts = {name: text for name, text in flatten(_texts_of(others)).items() if text}
            items.append(Item(ItemKind.RECORD, "", "", _stored(others), texts))
        return items

    def _others(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self.photo_columns}

    def _without(self, table: pa.Table, changes: Changes, position: int) -> tuple[pa.Table, int]:
        """The table after the changes to its items, the first of which is at `position`; and the position after it."""
        stay: list[bool] = []
        cells: dict[str, dict[int, Any]] = {}
        for number in range(table.num_rows):
            row = table.slice(number, 1).to_pylist()[0]
            items = self._items(row)
            touched = [(item, changes[position + at]) for at, item in enumerate(items) if position + at in changes]
            position += len(items)
            stay.append(len(touched) < len(items) or any(new is not None for _, new in touched) or not items)
            if stay[-1]:
                for item, new in touched:
                    self._note_cells(cells, number, item, new, row)
        for column, new_cells in cells.items():
            table = self._with_cells(table, column, new_cells)
        return table.filter(pa.array(stay, pa.bool_())), position

    def _note_cells(
        self, cells: dict[str, dict[int, Any]], number: int, item: Item, new: bytes | None, row: Mapping[str, Any]
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
            raise ContainerDamaged(name=self.name, why="its footer or a column cannot be read") from error


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


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_image_struct(kind: pa.StructType) -> bool:
    names = {kind.field(number).name: kind.field(number).type for number in range(kind.num_fields)}
    return set(names) == {"bytes", "path"} and _is_binary(names["bytes"])


def _holds_photo(cells: pa.Array) -> bool:
    return any(cell.is_valid and sniff.photo_kind(cell.as_py()[: sniff.HEAD_BYTES]) for cell in cells)


def _rows_of(batch: pa.RecordBatch, *, one_by_one: bool) -> Iterator[dict[str, Any]]:
    """Photos are turned into Python's bytes one row at a time, to have few of them in memory twice."""
    if not one_by_one:
        yield from batch.to_pylist()
        return
    for number in range(batch.num_rows):
        yield batch.slice(number, 1).to_pylist()[0]


def _stored(row: Mapping[str, Any]) -> bytes:
    """One spelling of a row, since columns are not stored by rows: JSON with sorted keys, bytes as hex."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_spelt).encode(
        "utf-8", "surrogatepass"
    )


def _spelt(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _texts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What can name a person: texts, numbers and dates; no embeddings and no bytes."""
    return {name: value for name, value in row.items() if _can_name(value)}


def _says_something(value: Any, *, texts_alone: bool) -> bool:
    """Whether there is anything but empty cells, or (beside photos) any text: a bare class label names nobody."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return any(_says_something(inner, texts_alone=texts_alone) for inner in value)
    return bool(value) and isinstance(value, str) if texts_alone else value is not None


def _can_name(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not isinstance(value[0], float | int | bytes)
    return not isinstance(value, bytes)
