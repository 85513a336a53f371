"""Arrow files and streams, Feather files of both versions: rows in batches, as Hugging Face and pandas store them."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from pyarrow import feather, ipc

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.arrow_metadata import metadata_in
from dsr_desk.datasets.arrow_rows import copied
from dsr_desk.datasets.arrow_values import bounded
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.columnar import ColumnarFile, ColumnSource, Group, Target
from dsr_desk.datasets.columns import Columns
from dsr_desk.datasets.container import Doomed

FILE, STREAM, FEATHER = b"ARROW1", b"\xff\xff\xff\xff", b"FEA1"
LARGEST_SCHEMA = 64 * 1024 * 1024
PACKED = ((b"\x04\x22\x4d\x18", "lz4"), (b"\x28\xb5\x2f\xfd", "zstd"))
"""What a buffer begins with behind its length, where batches are packed."""

LOOKED_AT = 64 * 1024
HEAD = 8


class ArrowTable(ColumnarFile):
    """Batches stay as they were divided, and packed as they were."""

    format: ClassVar[str] = "arrow"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        if head.startswith(STREAM):
            if not 0 < int.from_bytes(head[4:8], "little") <= LARGEST_SCHEMA:
                return False
            try:
                with pa.OSFile(str(path)) as file:
                    return bool(ipc.open_stream(file).schema.names)
            except (pa.ArrowException, OSError, ValueError):
                return False
        return head.startswith((FILE, FEATHER))

    def before_erasing(self, doomed: Collection[Doomed]) -> Collection[Message]:
        """See `Container.before_erasing`."""
        del doomed
        with self.opened() as source:
            for _ in source.groups():
                if source.said_of_batches:
                    return [message("note.erase.arrow.batch-metadata")]
        return []

    @contextmanager
    def opened(self) -> Iterator[_File | _Stream | _Feather]:
        try:
            with self.path.open("rb") as raw:
                head = raw.read(HEAD)
            with pa.OSFile(str(self.path)) as file, warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                yield _source_of(head, str(self.path), file)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise self.damaged("why.arrow.unreadable") from error

    @contextmanager
    def writing(self, target: Path, source: ColumnSource) -> Iterator[Target]:
        assert isinstance(source, _File | _Stream | _Feather)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            with source.writing(target) as out:
                yield out


def _source_of(head: bytes, path: str, file: pa.OSFile) -> _File | _Stream | _Feather:
    if head.startswith(FEATHER):
        return _Feather(path)
    return _File(path, file) if head.startswith(FILE) else _Stream(path, file)


class _File:
    """An Arrow file: its footer counts its batches."""

    def __init__(self, path: str, file: pa.OSFile) -> None:
        self._path = path
        self._reader = ipc.open_file(file)
        self.schema: pa.Schema = self._reader.schema
        self.said_of_batches: list[Said] = []

    @property
    def said(self) -> list[Said]:
        footer = metadata_in(pa.schema([], self._reader.metadata or {}))
        return [*metadata_in(self.schema), *footer, *self.said_of_batches]

    @property
    def own(self) -> int:
        return int(self._reader.count_rows()) * len(Columns(self.schema).leaves)

    def groups(self) -> Iterator[Group]:
        self.said_of_batches = []
        for at in range(self._reader.num_record_batches):
            found, said = self._reader.get_batch_with_custom_metadata(at)
            self.said_of_batches += _said_of_batch(said)
            batch = _whole(found)
            yield Group(batch.num_rows, partial(bounded, batch))

    @contextmanager
    def writing(self, target: Path) -> Iterator[Target]:
        options, metadata = _options(self._path, HEAD), self._reader.metadata
        with ipc.new_file(str(target), self.schema, options=options, metadata=metadata) as writer:
            yield _Target(writer)


class _Stream:
    """An Arrow stream: what counts its rows is another passage through it."""

    def __init__(self, path: str, file: pa.OSFile) -> None:
        self._path = path
        self._file = file
        self.schema: pa.Schema = ipc.open_stream(file).schema
        self.said_of_batches: list[Said] = []

    @property
    def said(self) -> list[Said]:
        return [*metadata_in(self.schema), *self.said_of_batches]

    @property
    def own(self) -> int:
        with pa.OSFile(self._path) as file:
            rows = sum(int(batch.num_rows) for batch in ipc.open_stream(file, options=_ONE_COLUMN))
        return rows * len(Columns(self.schema).leaves)

    def groups(self) -> Iterator[Group]:
        self._file.seek(0)
        self.said_of_batches = []
        for found, said in ipc.open_stream(self._file).iter_batches_with_custom_metadata():
            self.said_of_batches += _said_of_batch(said)
            batch = _whole(found)
            yield Group(batch.num_rows, partial(bounded, batch))

    @contextmanager
    def writing(self, target: Path) -> Iterator[Target]:
        with ipc.new_stream(str(target), self.schema, options=_options(self._path, 0)) as writer:
            yield _Target(writer)


class _Feather:
    """A Feather file of the first version, which is read as a whole."""

    def __init__(self, path: str) -> None:
        self._table = feather.read_table(path, use_threads=False)
        self._path = path
        self.schema: pa.Schema = self._table.schema
        self.said_of_batches: list[Said] = []

    @property
    def said(self) -> list[Said]:
        return metadata_in(self.schema)

    @property
    def own(self) -> int:
        first = feather.read_table(self._path, columns=[0], use_threads=False)
        return int(first.num_rows) * len(self.schema.names)

    def groups(self) -> Iterator[Group]:
        yield Group(self._table.num_rows, self._batches)

    @contextmanager
    def writing(self, target: Path) -> Iterator[Target]:
        out = _FeatherTarget(target, self.schema)
        yield out
        out.end()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self._table.to_batches():
            yield from bounded(batch)


class _Target:
    """See `columnar.Target`."""

    def __init__(self, writer: ipc.RecordBatchFileWriter) -> None:
        self._writer = writer

    def write(self, table: pa.Table) -> None:
        for batch in table.combine_chunks().to_batches():
            self._writer.write_batch(copied(batch))


class _FeatherTarget:
    """See `columnar.Target`."""

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        self._target = target
        self._tables = [schema.empty_table()]

    def write(self, table: pa.Table) -> None:
        self._tables.append(table)

    def end(self) -> None:
        feather.write_feather(pa.concat_tables(self._tables).combine_chunks(), str(self._target), version=1)


def _said_of_batch(said: Mapping[bytes, bytes] | None) -> list[Said]:
    return metadata_in(pa.schema([], dict(said or {})))


def _whole(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, whose offsets and texts are as stored until they are looked at. Raises ArrowInvalid."""
    batch.validate(full=True)
    return batch


_ONE_COLUMN = ipc.IpcReadOptions(included_fields=[0], use_threads=False)


def _options(path: str, start: int) -> ipc.IpcWriteOptions:
    """As the messages that begin at `start` were written."""
    codec = None
    with pa.OSFile(path) as file:
        file.seek(start)
        messages = ipc.MessageReader.open_stream(file)
        version = None
        while (message := _next(messages)) is not None:
            version = message.metadata_version
            body = message.body.slice(0, min(LOOKED_AT, message.body.size)).to_pybytes() if message.body else b""
            codec = next(
                (name for at in range(8, len(body), 8) for mark, name in PACKED if body[at : at + 4] == mark), None
            )
            if codec or message.type == "record batch":
                break
    return ipc.IpcWriteOptions(metadata_version=version or ipc.MetadataVersion.V5, compression=codec, use_threads=False)


def _next(messages: ipc.MessageReader) -> Any:
    try:
        return messages.read_next_message()
    except (StopIteration, EOFError):
        return None
