"""Values as Arrow holds them: in types that Python has, compared, and in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BATCH_BYTES, BATCH_ROWS = 16 * 1024 * 1024, 65_536
"""So much of a table is read, counted and compared at once."""

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in types that Python has: nanoseconds are cut off, categories are what they stand for."""
    for at, field in enumerate(batch.schema):
        kind = plain_type(field.type)
        if kind != field.type:
            array = batch.column(at)
            if isinstance(array, pa.ExtensionArray):
                array = array.storage
            batch = batch.set_column(at, field.name, array.cast(kind, safe=False))
    return batch


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type that holds the same in what Python has."""
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_map(kind):
        return pa.map_(plain_type(kind.key_type), plain_type(kind.item_type))
    if pa.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        return pa.struct([field.with_type(plain_type(field.type)) for field in fields])
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(plain_type(kind.value_type)), kind.list_size)
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(plain_type(kind.value_type)))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(plain_type(kind.value_type)))
    return kind


def is_list(kind: pa.DataType) -> bool:
    """Whether its values are lists, of any length or of one; those of list views are not."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def same(one: pa.Array, other: pa.Array) -> bool:
    """Whether two arrays of one type hold the same values; what is no number is the same as itself."""
    if one.equals(other):
        return True
    kind = one.type
    if len(one) != len(other):
        return False
    if isinstance(kind, pa.BaseExtensionType):
        return same(one.storage, other.storage)
    if pa.types.is_dictionary(kind):
        return same(one.dictionary_decode(), other.dictionary_decode())
    if valid(one).tolist() != valid(other).tolist():
        return False
    one, other = one.drop_null(), other.drop_null()
    if pa.types.is_floating(kind):
        bits = {16: pa.uint16(), 32: pa.uint32(), 64: pa.uint64()}[kind.bit_width]
        return bool(one.view(bits).equals(other.view(bits)))
    if pa.types.is_struct(kind):
        return all(map(same, one.flatten(), other.flatten()))
    if pa.types.is_map(kind):
        return one.to_pylist() == other.to_pylist() or repr(one.to_pylist()) == repr(other.to_pylist())
    if is_list(kind):
        alike = pc.list_value_length(one).equals(pc.list_value_length(other))
        return bool(alike) and same(one.flatten(), other.flatten())
    return False


def bounded(batch: pa.RecordBatch, size: int = BATCH_BYTES, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of no more than so many bytes and rows, or one row."""
    step = max(1, min(rows, size * batch.num_rows // max(1, batch.nbytes)))
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def rows_at_once(size: int, rows: int) -> int:
    """How many rows of a table with so many bytes and rows are read at once."""
    return max(1, min(BATCH_ROWS, BATCH_BYTES * rows // max(1, size)))


def valid(array: pa.Array) -> Mask:
    if array.null_count == 0:
        return np.ones(len(array), np.bool_)
    return mask(array.is_valid())


def mask(array: pa.Array) -> Mask:
    """True where an array of booleans says so, and not where it says nothing."""
    found: Mask = array.fill_null(False).to_numpy(zero_copy_only=False)
    return found
