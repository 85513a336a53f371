"""Columns of categories (Arrow's dictionaries): their values are stored apart from the rows, also those no row uses."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


class Categories:
    """Collects the values that rows use, then spells tables with those alone, in the order in which they stood."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self.columns = [at for at, field in enumerate(schema) if pa.types.is_dictionary(field.type)]
        self._known: dict[int, dict[Any, None]] = {at: {} for at in self.columns}
        self._used: dict[int, set[Any]] = {at: set() for at in self.columns}

    def use(self, table: pa.Table) -> None:
        """Adds what these rows use."""
        for at in self.columns:
            for chunk in table.column(at).chunks:
                self._known[at].update(dict.fromkeys(chunk.dictionary.to_pylist()))
                self._used[at].update(pc.unique(chunk.dictionary_decode()).to_pylist())

    def of(self, table: pa.Table) -> pa.Table:
        """The same rows with the used values alone."""
        for at in self.columns:
            field = self._schema.field(at)
            chunks = [self._spelt(chunk, at) for chunk in table.column(at).chunks]
            table = table.set_column(at, field, pa.chunked_array(chunks, field.type))
        return table

    def _spelt(self, chunk: pa.DictionaryArray, at: int) -> pa.DictionaryArray:
        kind, values = self._schema.field(at).type, self._left[at]
        places = pc.index_in(chunk.dictionary_decode(), value_set=values).cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(places, values, ordered=kind.ordered)

    @cached_property
    def _left(self) -> dict[int, pa.Array]:
        """The values that stay, by column. Asked for once all rows were seen."""
        return {
            at: pa.array(
                [value for value in known if value in self._used[at] and value is not None],
                self._schema.field(at).type.value_type,
            )
            for at, known in self._known.items()
        }


def holds_categories(kind: pa.DataType) -> bool:
    """Whether a type has categories inside."""
    inner = [kind.field(at).type for at in range(kind.num_fields)] if pa.types.is_nested(kind) else []
    return any(pa.types.is_dictionary(one) or holds_categories(one) for one in inner)
