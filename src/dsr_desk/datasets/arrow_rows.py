"""Rows of Arrow batches as batches of their own, whatever their types: Arrow itself has no way for views and runs."""

from __future__ import annotations

import contextlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def rows_that(batch: pa.RecordBatch, stay: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    """The rows that stay, copied: nothing of the others is in their buffers.

    Raises ArrowException and ValueError where a type is read and not written by Python's values.
    """
    at = pa.array(np.flatnonzero(stay))
    return pa.RecordBatch.from_arrays([_taken(column, at) for column in batch.columns], schema=batch.schema)


def copied(batch: pa.RecordBatch) -> pa.RecordBatch:
    """See `rows_that`: rows that were cut off a batch stay in its buffers, which are written as they are."""
    return rows_that(batch, np.ones(batch.num_rows, np.bool_))


def _taken(column: pa.Array, at: pa.Array) -> pa.Array:
    if not _is_view(column.type):
        with contextlib.suppress(pa.ArrowNotImplementedError):
            return column.take(at)
    return pa.array([column[number].as_py() for number in at.to_pylist()], column.type)


def _is_view(kind: pa.DataType) -> bool:
    """Whether lists of this type, or of one inside, point at values that Arrow leaves as they are."""
    if isinstance(kind, pa.BaseExtensionType):
        return _is_view(kind.storage_type)
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return True
    return pa.types.is_nested(kind) and any(_is_view(kind.field(at).type) for at in range(kind.num_fields))
