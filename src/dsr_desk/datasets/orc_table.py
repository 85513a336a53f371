"""ORC files: rows in stripes, read and written one stripe at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pyarrow import orc

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.arrow_metadata import metadata_in
from dsr_desk.datasets.arrow_values import bounded
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.columnar import ColumnarFile, ColumnSource, Group, Target
from dsr_desk.datasets.columns import Columns
from dsr_desk.datasets.container import Doomed

STRIPE = 64 * 1024 * 1024


class OrcTable(ColumnarFile):
    """Compression, version and row index stay; what Arrow does not know of ORC is told before."""

    format: ClassVar[str] = "orc"
    magic: ClassVar[bytes] = b"ORC"

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`."""
        del doomed
        with self.opened() as source:
            told = [message("note.erase.orc.types")]
            names = sorted(name.decode("utf-8", "replace") for name in source.file.metadata or {})
            if names:
                told.append(message("note.erase.orc.metadata", names=tuple(names)))
            return told

    @contextmanager
    def opened(self) -> Iterator[_OrcSource]:
        try:
            with pa.OSFile(str(self.path)) as file:
                yield _OrcSource(orc.ORCFile(file))
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise self.damaged("why.orc.unreadable") from error

    @contextmanager
    def writing(self, target: Path, source: ColumnSource) -> Iterator[Target]:
        assert isinstance(source, _OrcSource)
        file = source.file
        with orc.ORCWriter(
            str(target),
            file_version=file.file_version,
            stripe_size=STRIPE,
            compression=file.compression.lower(),
            compression_block_size=file.compression_size or STRIPE // 1024,
            row_index_stride=file.row_index_stride,
        ) as writer:
            yield _OrcTarget(writer, source.schema)


class _OrcSource:
    """See `columnar.Source`."""

    def __init__(self, file: orc.ORCFile) -> None:
        self.file = file
        self.schema: pa.Schema = file.schema.remove_metadata()

    @property
    def said(self) -> list[Said]:
        return metadata_in(pa.schema([], self.file.metadata or {}))

    @property
    def own(self) -> int:
        return int(self.file.nrows) * len(Columns(self.schema).leaves)

    def groups(self) -> Iterator[Group]:
        for at in range(self.file.nstripes):
            stripe = self.file.read_stripe(at)
            yield Group(stripe.num_rows, partial(_batches, stripe, self.schema))


class _OrcTarget:
    """See `columnar.Target`."""

    def __init__(self, writer: orc.ORCWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._writer.write(schema.empty_table())

    def write(self, table: pa.Table) -> None:
        self._writer.write(table)


def _batches(stripe: pa.RecordBatch, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    yield from bounded(pa.RecordBatch.from_arrays(stripe.columns, schema=schema))
