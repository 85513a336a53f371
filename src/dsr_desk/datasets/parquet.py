"""Parquet files: photos in columns at any depth, or rows of a table. One row group is in memory at a time."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.arrow_metadata import metadata_in
from dsr_desk.datasets.arrow_values import rows_at_once
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.columnar import CellNotNullable, ColumnarFile, ColumnSource, Group, Target
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.erasing import NotVerified, Resolution
from dsr_desk.datasets.parquet_settings import Settings, changes_between, types_changed

__all__ = ["CellNotNullable", "ParquetTable"]

STREAM = 1024 * 1024
FOOTER_ENDS = b"\0" + bytes(4) + b"PAR1"
"""The end of a file: of its footer, whose length and the mark follow."""

SIGNATURE = 28
"""Bytes of the nonce and the tag behind a footer that is signed, in the encryption of the Parquet format."""

TRIED = 256
"""So many rows are written in memory to see what becomes of types and settings."""


class ParquetTable(ColumnarFile):
    """Types, row groups, encodings and all that the footer tells stay as they were where pyarrow can write them so."""

    format: ClassVar[str] = "parquet"
    magic: ClassVar[bytes] = b"PAR1"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        return head.startswith(cls.magic) and not _has_signed_footer(path)

    @classmethod
    def refusal(cls, path: Path, head: bytes) -> Message | None:
        encrypted = head.startswith(b"PARE") or (head.startswith(cls.magic) and _has_signed_footer(path))
        return message("kind.parquet-encrypted") if encrypted else None

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`: what a few rows are like when they are written anew."""
        del doomed
        with self.opened() as source:
            out = io.BytesIO()
            with pq.ParquetWriter(out, source.schema, **source.settings_to_write()) as writer:
                for group in source.groups():
                    batch = next(group.batches(), None)
                    if batch is not None:
                        writer.write_table(pa.Table.from_batches([batch.slice(0, TRIED)], source.schema))
                        break
            out.seek(0)
            with pq.ParquetFile(out) as tried:
                then = Settings.of(tried.metadata, out)
                told = list(changes_between(source.metadata, tried.metadata, source.settings, then))
                return [*told, message("note.erase.parquet.chunk-metadata")] if source.said_of_chunks else told

    def verify(self, fresh: Path, resolution: Resolution) -> None:
        super().verify(fresh, resolution)
        told = set(self.before_erasing(()))
        with pq.ParquetFile(self.path) as old, pq.ParquetFile(fresh) as new:
            if not told.issuperset(types_changed(old.metadata, new.metadata)):
                raise NotVerified(name=self.name, why=message("why.erase.rest"))

    @contextmanager
    def opened(self) -> Iterator[_ParquetSource]:
        try:
            with self._file(self._int96) as file:
                yield _ParquetSource(self.path, file)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise self.damaged("why.parquet.unreadable") from error

    @contextmanager
    def writing(self, target: Path, source: ColumnSource) -> Iterator[Target]:
        assert isinstance(source, _ParquetSource)
        with pq.ParquetWriter(target, source.schema, **source.settings_to_write()) as writer:
            if apart := source.said_apart:
                writer.add_key_value_metadata(apart)
            yield _ParquetTarget(writer)

    def _file(self, int96: str) -> pq.ParquetFile:
        return pq.ParquetFile(self.path, pre_buffer=False, buffer_size=STREAM, coerce_int96_timestamp_unit=int96)

    @cached_property
    def _int96(self) -> str:
        """The unit in which times of the old form are read: nanoseconds, or where those do not reach, microseconds."""
        with self._file("ns") as exact, self._file("us") as wide:
            leaves = [exact.schema.column(at) for at in range(len(exact.schema))]
            old = {leaf.path.partition(".")[0] for leaf in leaves if leaf.physical_type == "INT96"}
            for name in old:
                for group in range(exact.num_row_groups):
                    one, other = (file.read_row_group(group, [name], use_threads=False) for file in (exact, wide))
                    if not pa.types.is_timestamp(one.schema.field(0).type):
                        continue
                    if not pc.cast(one.column(0), pa.timestamp("us"), safe=False).equals(other.column(0)):
                        return "us"
        return "ns"


def _has_signed_footer(path: Path) -> bool:
    """Whether columns are encrypted and the footer is not: then it is signed, behind the zero that ends it else.

    pyarrow ends its process where it is asked for such a column.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - len(FOOTER_ENDS)))
        end = file.read()
    if len(end) < len(FOOTER_ENDS) or end[0] == 0:
        return False
    try:
        footer = int(pq.read_metadata(path).serialized_size)
    except (pa.ArrowException, OSError):
        return False
    return int.from_bytes(end[1:5], "little") - footer == SIGNATURE


class _ParquetSource:
    """See `columnar.Source`."""

    def __init__(self, path: Path, file: pq.ParquetFile) -> None:
        self._path = path
        self._file = file
        self.schema: pa.Schema = file.schema_arrow
        self.metadata: pq.FileMetaData = file.metadata

    @cached_property
    def said(self) -> list[Said]:
        """Of the file, its columns, and chunks of columns; what row groups say alike once."""
        schema = self.schema.with_metadata(self.metadata.metadata)
        return [*metadata_in(schema), *self.said_of_chunks]

    @property
    def said_apart(self) -> dict[bytes, bytes]:
        """What of the file's metadata does not come with its schema, and would not be written with it."""
        with_schema = {b"ARROW:schema", *(self.schema.metadata or {})}
        return {key: value for key, value in (self.metadata.metadata or {}).items() if key not in with_schema}

    @cached_property
    def said_of_chunks(self) -> list[Said]:
        groups = map(self.metadata.row_group, range(self.metadata.num_row_groups))
        chunks = (group.column(at) for group in groups for at in range(group.num_columns))
        said = ((chunk.path_in_schema, key, value) for chunk in chunks for key, value in (chunk.metadata or {}).items())
        return list(
            dict.fromkeys((f"{path}.{key.decode('utf-8', 'backslashreplace')}", text) for path, key, text in said)
        )

    @property
    def own(self) -> int:
        return int(self.metadata.num_rows * self.metadata.num_columns)

    def groups(self) -> Iterator[Group]:
        for at in range(self.metadata.num_row_groups):
            yield Group(self.metadata.row_group(at).num_rows, partial(self._batches, at))

    @cached_property
    def settings(self) -> Settings:
        with self._path.open("rb") as file:
            return Settings.of(self.metadata, file)

    def settings_to_write(self) -> dict[str, object]:
        groups = [self.metadata.row_group(at).num_rows for at in range(self.metadata.num_row_groups)]
        return self.settings.to_write(self._file.schema, rows=max(groups, default=0))

    def _batches(self, at: int) -> Iterator[pa.RecordBatch]:
        group = self.metadata.row_group(at)
        rows = rows_at_once(group.total_byte_size, group.num_rows)
        yield from self._file.iter_batches(batch_size=rows, row_groups=[at], use_threads=False)


class _ParquetTarget:
    """See `columnar.Target`."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table, row_group_size=table.num_rows)
