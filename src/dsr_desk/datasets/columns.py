"""Batches of rows by column, as Arrow holds them: entries, counts and rows, in which plain columns are taken whole.

Columns of short texts, numbers and dates are taken as a whole. Rows that hold more (bytes, lists, mappings, texts in
which a photo may be packed) go through `rows.found_in` one by one, which says the same of plain rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsr_desk.datasets.arrow_values import Mask, bounded, is_list, mask, plain, plain_type, valid
from dsr_desk.datasets.cells import ENCODED, SHORT, SHORTEST_LIST, Answer
from dsr_desk.datasets.container import ContainerEntry, record_entry
from dsr_desk.datasets.fraction_lists import FractionLists, holds_fractions
from dsr_desk.datasets.odd_texts import LONG_RUN
from dsr_desk.datasets.records import orientation_in, plain_text
from dsr_desk.datasets.rows import FoundInRow, Row, RowItem, RowTally, entries_of, found_in, stored_row

LISTED_BYTES, LISTED_ROWS = 1024 * 1024, 4096
"""So much of it is turned into entries at once."""

EXIF = "exif"
"""The column in which img2dataset keeps how a photo was held."""

HUGGING_FACE = b"huggingface"

_PACKED = rf"[A-Za-z0-9+/_-]{{{ENCODED},}}|^[\s\[({{]*(?:[-+.0-9eEinfa]+[\s,;\[\](){{}}]+){{{SHORT}}}[-+.0-9]"
"""Texts in which a photo may be packed, or that are lists of numbers."""

_ODD = r"""^\s*b['"]|[\x00-\x08\x0e-\x1f\x7f\x{80}-\x{9f}]"""
"""Texts that may be bytes; so may any that has `LONG_RUN` letters. See `odd_texts`."""

_Texts = list[str | None]
"""Of a column: "" for a value that says nothing, None for an empty cell."""


@dataclass(frozen=True)
class TypedColumn:
    """A column of a table; `leaves` are its places, each with those around it (see `RowTally`)."""

    name: str
    type: pa.DataType
    leaves: tuple[tuple[str, ...], ...]

    @property
    def is_text(self) -> bool:
        return bool(pa.types.is_string(self.type) or pa.types.is_large_string(self.type))

    @property
    def holds_fractions(self) -> bool:
        return holds_fractions(self.type)

    @property
    def is_nested(self) -> bool:
        return not (self.is_text or self.holds_fractions or _is_scalar(self.type))


class Columns:
    """The columns of one schema."""

    def __init__(self, schema: pa.Schema) -> None:
        names = _told_apart(schema.names)
        fields = zip(names, schema, strict=True)
        types = [(name, plain_type(field.type)) for name, field in fields]
        self._columns = [TypedColumn(name, kind, tuple(_leaves(kind, (name,)))) for name, kind in types]
        self._heads = [f"{encode_basestring(name)}:" for name in names]
        self._order = sorted(range(len(names)), key=names.__getitem__)
        self._classes = {name: told for name, told in class_names(schema).items() if name in names}

    @cached_property
    def leaves(self) -> list[tuple[str, ...]]:
        return [leaf for column in self._columns for leaf in column.leaves]

    def entries(self, batch: pa.RecordBatch, first: int, tally: RowTally) -> Iterator[ContainerEntry]:
        """What the rows hold, the first of which has the number `first`; what they hold else goes into `tally`."""
        for piece in bounded(plain(batch), LISTED_BYTES, LISTED_ROWS):
            yield from self._entries(piece, first, tally)
            first += piece.num_rows

    def _entries(self, batch: pa.RecordBatch, first: int, tally: RowTally) -> Iterator[ContainerEntry]:
        complex_rows = self._complex(batch)
        lists = {
            at: FractionLists(column.name, array.to_pylist())
            for at, (column, array) in enumerate(zip(self._columns, batch.columns, strict=True))
            if column.holds_fractions
        }
        stored, texts = self._by_column(batch, lists)
        self._count(texts, lists, complex_rows, tally)
        records = self._records(stored, texts, lists.values()) if texts else iter([(b"", None)] * batch.num_rows)
        rows = self._rows(batch, np.flatnonzero(complex_rows).tolist())
        for at, (is_complex, (data, record)) in enumerate(zip(complex_rows.tolist(), records, strict=True)):
            if is_complex:
                row = next(rows)
                found = found_in(row)
                tally.add(found)
                items = self._with_classes(found.items, row)
                number = first + at
                exif = row.get(EXIF)
                orientation = orientation_in(exif) if isinstance(exif, str) else None
                yield from entries_of(items, number, f"row {number}" if found.group else "", orientation)
            elif record is not None:
                yield record_entry(data, first + at, record)

    def only(self, is_one: Callable[[TypedColumn], bool]) -> int | None:
        """The place of the one column that is so, where all others hold single values that are no class's number."""
        found = [at for at, column in enumerate(self._columns) if is_one(column)]
        simple = all(
            not (column.is_nested or column.holds_fractions)
            for at, column in enumerate(self._columns)
            if at not in found
        )
        return found[0] if len(found) == 1 and simple and not self._classes else None

    def are_plain(self, batch: pa.RecordBatch, *, but: int) -> bool:
        """Whether no row has to be looked at for any column but one."""
        return not self._complex(batch, but=but).any()

    def beside(
        self, batch: pa.RecordBatch, at: int, tally: RowTally
    ) -> Iterator[tuple[bytes, dict[str, str] | None, bool]]:
        """What each row of plain columns says beside the column at a place: stored, as texts, and whether in words."""
        stored, texts = self._by_column(batch, {})
        for number, told in enumerate(texts):
            if number != at:
                say = len(told) - told.count(None) - told.count("")
                tally.count(Answer.TEXT, say)
                tally.count(Answer.LABEL, len(told) - say)
        words = [told for told, column in zip(texts, self._columns, strict=True) if column.is_text]
        by_row = zip(*words, strict=True) if words else repeat(())
        for (data, record), said in zip(self._records(stored, texts, ()), by_row, strict=False):
            yield data, record or None, any(said)

    def counts(self, batch: pa.RecordBatch) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How many items each row holds."""
        batch = plain(batch)
        says = np.zeros(batch.num_rows, np.bool_)
        for array in batch.columns:
            says |= valid(array)
        counts = says.astype(np.int64)
        done = 0
        for piece in bounded(batch, LISTED_BYTES, LISTED_ROWS):
            places = np.flatnonzero(self._complex(piece, counted=True)).tolist()
            for at, row in zip(places, self._rows(piece, places), strict=True):
                counts[done + at] = len(found_in(row).items)
            done += piece.num_rows
        return counts

    def found(self, batch: pa.RecordBatch, at: int) -> tuple[dict[str, Any], FoundInRow]:
        """The row at a place of a batch, and what it holds."""
        row = self.row(batch, at)
        return row, found_in(row)

    def row(self, batch: pa.RecordBatch, at: int) -> dict[str, Any]:
        """The row at a place of a batch, by the names of its columns."""
        return next(self._rows(plain(batch.slice(at, 1)), [0]))

    def _rows(self, batch: pa.RecordBatch, places: Sequence[int]) -> Iterator[dict[str, Any]]:
        """The rows at some places of a batch; those with bytes are in memory one at a time."""
        names = [column.name for column in self._columns]
        few = len(places) * 4 < batch.num_rows
        apart = [few or _holds_bytes(column.type) for column in self._columns]
        whole = [
            None if alone or not places else array.to_pylist()
            for alone, array in zip(apart, batch.columns, strict=True)
        ]
        for at in places:
            values = (
                array[at].as_py() if told is None else told[at]
                for array, told in zip(batch.columns, whole, strict=True)
            )
            yield dict(zip(names, values, strict=True))

    def _complex(self, batch: pa.RecordBatch, *, counted: bool = False, but: int | None = None) -> Mask:
        """Rows that have to be looked at one by one; lists of fractions, which hold no items, not to be `counted`.

        A column may be left out (`but`).
        """
        rows = np.zeros(batch.num_rows, np.bool_)
        for at, (column, array) in enumerate(zip(self._columns, batch.columns, strict=True)):
            if at == but:
                continue
            if column.is_text:
                length = pc.binary_length(array)
                if len(array) and (pc.max(length).as_py() or 0) >= SHORTEST_LIST:
                    rows |= mask(pc.match_substring_regex(array, f"{_PACKED}|{_ODD}"))
                    rows |= mask(pc.greater_equal(length, LONG_RUN))
            elif column.is_nested or (counted and column.holds_fractions and array.flatten().null_count):
                rows |= valid(array)
            elif counted and column.holds_fractions:
                rows |= pc.list_value_length(array).to_numpy(zero_copy_only=False) == 0
        return rows

    def _count(
        self, texts: Sequence[_Texts], lists: Mapping[int, FractionLists], complex_rows: Mask, tally: RowTally
    ) -> None:
        """Accounts for the rows that are taken by column."""
        apart = np.flatnonzero(complex_rows).tolist()
        total = len(complex_rows) - len(apart)
        for number, (column, told) in enumerate(zip(self._columns, texts, strict=True)):
            if number in lists:
                lists[number].count(apart, tally)
                continue
            say = len(told) - told.count(None) - told.count("") - sum(bool(told[at]) for at in apart)
            tally.count(Answer.TEXT, say)
            tally.count(Answer.LABEL, total * len(column.leaves) - say)

    def _by_column(
        self, batch: pa.RecordBatch, lists: Mapping[int, FractionLists]
    ) -> tuple[list[list[str]], list[_Texts]]:
        """The values of each column as they are stored and as texts."""
        spelt = [
            ([self._heads[number] + value for value in lists[number].stored], lists[number].says)
            if number in lists
            else self._spelt(number, array)
            for number, array in enumerate(batch.columns)
        ]
        return [stored for stored, _ in spelt], [told for _, told in spelt]

    def _records(
        self, stored: Sequence[list[str]], texts: Sequence[_Texts], lists: Collection[FractionLists]
    ) -> Iterator[tuple[bytes, dict[str, str] | None]]:
        """Each row as stored and as texts, None where it says nothing; without sense for complex rows."""
        names = [*(column.name for column in self._columns), *map(_called, self._classes)]
        texts = [*texts, *(self._named(name, texts) for name in self._classes)]
        by_row = zip(*(stored[number] for number in self._order), strict=True)
        for at, (pieces, told) in enumerate(zip(by_row, zip(*texts, strict=True), strict=True)):
            record = {name: text for name, text in zip(names, told, strict=True) if text}
            for one in lists:
                record |= one.fields(at)
            if record or any(text is not None for text in told):
                yield ("{" + ",".join(pieces) + "}").encode("utf-8", "surrogateescape"), record
            else:
                yield b"", None

    def _named(self, name: str, texts: Sequence[_Texts]) -> _Texts:
        """What the numbers of a column of classes stand for."""
        numbers = texts[next(at for at, column in enumerate(self._columns) if column.name == name)]
        return [None if number is None else self._classes[name].get(number, "") for number in numbers]

    def _with_classes(self, items: list[RowItem], row: Row) -> list[RowItem]:
        """The items of a row, whose record says what the numbers of its classes stand for."""
        told = {_called(name): names.get(str(row[name]), "") for name, names in self._classes.items()}
        told = {name: text for name, text in told.items() if text}
        if not told:
            return items
        without_record = all(item.record is None for item in items)
        return [
            replace(item, record={**(item.record or {}), **told}) if without_record or item.record is not None else item
            for item in items
        ]

    def _spelt(self, number: int, array: pa.Array) -> tuple[list[str], _Texts]:
        column, head = self._columns[number], self._heads[number]
        null = f"{head}null"
        if column.is_nested:
            return [null] * len(array), [None] * len(array)
        if pa.types.is_date(column.type):
            days = array.cast(pa.date32()).cast(pa.string()).to_pylist()
            return [null if day is None else f'{head}"{day}"' for day in days], days
        values = array.to_pylist()
        if column.is_text:
            stored = [null if value is None else head + encode_basestring(value) for value in values]
            return stored, ["" if value is not None and value.isspace() else value for value in values]
        if pa.types.is_integer(column.type):
            texts = [None if value is None else str(value) for value in values]
            return [null if text is None else head + text for text in texts], texts
        if pa.types.is_floating(column.type):
            stored = [null if value is None else head + spelt_float(value) for value in values]
            return stored, [None if value is None else plain_text(value) for value in values]
        if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
            stored = [null if value is None else f'{head}"{value}"' for value in values]
            return stored, [None if value is None else value.isoformat() for value in values]
        stored = [null if value is None else head + stored_row(value).decode() for value in values]
        return stored, [None if value is None else plain_text(value) for value in values]


def class_names(schema: pa.Schema) -> dict[str, dict[str, str]]:
    """What numbers stand for in columns of classes, as Hugging Face writes it into the metadata of a table."""
    try:
        features = json.loads((schema.metadata or {})[HUGGING_FACE])["info"]["features"]
        return {
            name: {str(number): str(text) for number, text in enumerate(feature["names"])}
            for name, feature in features.items()
            if isinstance(feature, dict) and isinstance(feature.get("names"), list)
        }
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return {}


def _called(name: str) -> str:
    """The field with the name of a class beside its number."""
    return f"{name}.name"


def _leaves(kind: pa.DataType, around: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places of a value as `rows.found_in` calls them, each with those around it, the innermost first."""
    if isinstance(kind, pa.BaseExtensionType):
        yield from _leaves(kind.storage_type, around)
    elif pa.types.is_map(kind):
        yield from _leaves(kind.key_type, (f"{around[0]}.key", *around))
        yield from _leaves(kind.item_type, (f"{around[0]}.value", *around))
    elif pa.types.is_struct(kind) and kind.num_fields:
        for at in range(kind.num_fields):
            field = kind.field(at)
            yield from _leaves(field.type, (f"{around[0]}.{field.name}", *around))
    elif is_list(kind):
        yield from _leaves(kind.value_type, around)
    else:
        yield around


def spelt_float(value: float) -> str:
    """As JSON has it."""
    return repr(value) if isfinite(value) else stored_row(value).decode()


def _told_apart(names: Sequence[str]) -> list[str]:
    """Columns may be called alike; each gets a name of its own."""
    taken: dict[str, int] = {}
    told = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        told.append(name if taken[name] == 1 else f"{name}.{taken[name]}")
    return told


def _inner(kind: pa.DataType) -> list[pa.DataType]:
    return [kind.field(at).type for at in range(kind.num_fields)] if pa.types.is_nested(kind) else []


def _holds_bytes(kind: pa.DataType) -> bool:
    is_bytes = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(is_bytes) or any(map(_holds_bytes, _inner(kind)))


def _is_scalar(kind: pa.DataType) -> bool:
    """A type that `plain` leaves and whose values are no bytes and hold nothing."""
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_temporal(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    )
