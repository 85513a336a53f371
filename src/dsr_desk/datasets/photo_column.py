"""Batches of rows with one column of photos, hashed where they lie: as Hugging Face stores photos, with their names.

It says the same as `Columns.entries`, which is asked wherever a row holds anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dsr_desk.datasets import sniff
from dsr_desk.datasets.arrow_values import bounded, plain
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.columns import EXIF, LISTED_BYTES, LISTED_ROWS, Columns, TypedColumn
from dsr_desk.datasets.container import ContainerEntry, record_entry
from dsr_desk.datasets.hashed import Hashed
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.rows import IMAGE, RowTally

Said = ContainerEntry | Hashed
Entry = TypeVar("Entry", bound=ContainerEntry | Hashed)
Entries = Callable[[pa.RecordBatch, int, RowTally], Iterator[Entry]]
"""What reads a batch: its rows, the number of the first of them, and the accounts that it keeps."""


class PhotoColumn:
    """The entries of batches of one schema."""

    def __init__(self, schema: pa.Schema) -> None:
        self._all = Columns(schema)
        self._at = self._all.only(_is_image) if EXIF not in schema.names else None

    def entries(self, batch: pa.RecordBatch, first: int, tally: RowTally) -> Iterator[Said]:
        """See `Columns.entries`."""
        for piece in bounded(plain(batch), LISTED_BYTES, LISTED_ROWS) if self._at is not None else [batch]:
            photos = None if self._at is None else _photos(piece.column(self._at))
            if photos is None or self._at is None or not self._all.are_plain(piece, but=self._at):
                yield from self._all.entries(piece, first, tally)
            else:
                yield from self._hashed(piece, self._at, photos, first, tally)
            first += piece.num_rows

    def _hashed(
        self, batch: pa.RecordBatch, column: int, photos: list[tuple[str, memoryview]], first: int, tally: RowTally
    ) -> Iterator[Said]:
        tally.count(Answer.ITEM, batch.num_rows)
        tally.count(Answer.TEXT, batch.num_rows)
        numbers = list(range(first, first + batch.num_rows))
        many = Hashed(
            [safe_name(name) for name, _ in photos],
            [f"row {number}" for number in numbers],
            [len(data) for _, data in photos],
            numbers,
            [sha256(data).digest() for _, data in photos],
        )
        if batch.num_columns == 1:
            yield many
            return
        at = 0
        for place, (stored, record, says_text) in enumerate(self._all.beside(batch, column, tally)):
            many.records.append(None if says_text else record)
            if says_text:
                yield many.part(at, place + 1)
                yield replace(record_entry(stored, numbers[place], record), group=many.groups[place])
                at = place + 1
        if at < len(many):
            yield many.part(at, len(many))


def _is_image(column: TypedColumn) -> bool:
    kind = column.type
    if not pa.types.is_struct(kind) or {kind.field(at).name for at in range(kind.num_fields)} != IMAGE:
        return False
    path = kind.field("path").type
    return bool(kind.num_fields == len(IMAGE) and kind.field("bytes").type == pa.binary() and path == pa.string())


def _photos(images: pa.StructArray) -> list[tuple[str, memoryview]] | None:
    """Name and bytes of each; None where one has no name or is no photo by its first bytes."""
    data, names = images.field("bytes"), images.field("path").to_pylist()
    if images.null_count or data.null_count or not all(names) or not len(data):
        return None
    _, offsets, values = data.buffers()
    ends = np.frombuffer(offsets, np.int32)[data.offset : data.offset + len(data) + 1].tolist()
    whole = memoryview(values) if values is not None else memoryview(b"")
    found = [whole[start:end] for start, end in pairwise(ends)]
    if not all(sniff.photo_kind(bytes(one[: sniff.TELLING_BYTES])) for one in found):
        return None
    return list(zip(names, found, strict=True))
