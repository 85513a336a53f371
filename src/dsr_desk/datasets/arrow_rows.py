"""Rows of Arrow batches and single values as batches of their own, whatever their types.

Arrow itself has no way for views and runs.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsr_desk.datasets.arrow_values import is_list


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


def fits(value: Any, field: pa.Field) -> bool:
    """Whether the field allows the empty cells of a value."""
    if value is None:
        return bool(field.nullable)
    kind = field.type
    if pa.types.is_struct(kind):
        return all(fits(value[inner.name], inner) for inner in map(kind.field, range(kind.num_fields)))
    if pa.types.is_map(kind):
        return all(fits(one, kind.item_field) for _, one in value)
    if is_list(kind):
        return all(fits(one, kind.value_field) for one in value)
    return True


def array_of(value: Any, kind: pa.DataType) -> pa.Array:
    """One value as a column of one row."""
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, pa.array([value], kind.storage_type))
    return pa.array([value], kind)
