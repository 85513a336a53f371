"""Avro files: rows in blocks. Blocks without changes are copied byte for byte. Read with fastavro, if that is there."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.datasets import beside_rows
from dsr_desk.datasets.beside_rows import Said
from dsr_desk.datasets.cells import Answer
from dsr_desk.datasets.columnar import CellNotNullable
from dsr_desk.datasets.container import Listed
from dsr_desk.datasets.erasing import Changes, chunks
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.rows import FoundInRow, RowTally, after, entries_of, found_in, rest_of_rows, touched

MAGIC = b"Obj\x01"
SYNC = 16
VALUE = "value"
"""What a row is called that is no record."""

_NESTED = frozenset({"record", "array", "map", "union"})


@dataclass(frozen=True)
class _Block:
    """`start` to `end` are its bytes in the file."""

    start: int
    end: int
    rows: list[Any]


class AvroTable(FileContainer):
    """A row's photos are items of their own, what else it says is one record; a row goes when all of its items go."""

    format: ClassVar[str] = "avro"
    needs: ClassVar[str] = "fastavro"
    magic: ClassVar[bytes] = MAGIC
    tabular: ClassVar[bool] = True

    def listing(self) -> Iterator[Listed]:
        with self.path.open("rb") as file, self._read(file) as source:
            tally = RowTally(source.leaves)
            number = 0
            for block in source.blocks():
                for value in block.rows:
                    found = found_in(source.row(value))
                    tally.add(source.answered(found))
                    yield from entries_of(found.items, number, f"row {number}" if found.group else "")
                    number += 1
            yield from beside_rows.column_entries(source.columns, tally)
            yield from beside_rows.metadata_entries(source.said, tally)
            file.seek(0)
            beside = len(source.columns) + len(source.said)
            yield from tally.end(source.counted() * len(source.leaves) + beside)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        position = 0
        with (
            self.path.open("rb") as file,
            self.path.open("rb") as raw,
            self._read(file) as source,
            target.open("r+b") as out,
        ):
            out.write(source.header)
            for block in source.blocks():
                kept, position, changed = self._kept(source, block, changes, position)
                if changed:
                    out.write(self._packed(source, kept) if kept else b"")
                else:
                    out.writelines(chunks(raw, block.start, block.end))
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """The header, and what rows with photos alone hold beside them."""
        with self.path.open("rb") as file, self._read(file) as source:
            yield source.header
            rows = (source.row(value) for block in source.blocks() for value in block.rows)
            yield from rest_of_rows(rows, lambda row: found_in(row).items, lambda row: found_in(row).others, changes)

    def _kept(self, source: _Avro, block: _Block, changes: Changes, position: int) -> tuple[list[Any], int, bool]:
        """The rows of a block after the changes, the position after it, and whether any was changed."""
        kept: list[Any] = []
        changed = False
        for value in block.rows:
            row = source.row(value)
            found = found_in(row)
            change = touched(found.items, changes, position)
            position += len(found.items)
            if change.items:
                changed = True
                if not change.goes:
                    kept.append(source.value(after(row, found, change)))
            else:
                kept.append(value)
        return kept, position, changed

    def _packed(self, source: _Avro, rows: list[Any]) -> bytes:
        try:
            return source.packed(rows)
        except (TypeError, ValueError, AttributeError) as error:
            raise CellNotNullable(name=self.name) from error

    @contextmanager
    def _read(self, file: IO[bytes]) -> Iterator[_Avro]:
        try:
            yield _Avro(file)
        except _Recursive as error:
            raise self.damaged("why.avro.recursive") from error
        except (DeskError, OSError):
            raise
        except Exception as error:  # whatever the library raises for what it cannot read
            raise self.damaged("why.avro.unreadable") from error


class _Recursive(Exception):
    """A schema that refers to itself."""


class _Avro:
    """An open file."""

    def __init__(self, file: IO[bytes]) -> None:
        fastavro = importlib.import_module("fastavro")
        self._file = file
        self._blocks = fastavro.block_reader(file, return_record_name=True, return_record_name_override=True)
        self._write: Callable[..., None] = fastavro.writer
        self._codec = self._blocks.metadata.get("avro.codec", "null")
        self.schema = self._blocks.writer_schema
        self.start = file.tell()
        file.seek(0)
        self.header = file.read(self.start)
        self._schemas = _Schemas(self.schema)
        leaves = list(self._schemas.leaves(self.schema))
        self.leaves = list(dict.fromkeys(leaf for leaf, _ in leaves))
        self._optional = {leaf for leaf, optional in leaves if optional}
        self._is_record = _kind(self.schema) == "record"

    @property
    def columns(self) -> list[str]:
        return [field["name"] for field in self.schema["fields"]] if self._is_record else []

    @property
    def said(self) -> list[Said]:
        return [(key, value.encode("utf-8", "surrogateescape")) for key, value in self._blocks.metadata.items()]

    def blocks(self) -> Iterator[_Block]:
        """Blocks from the first on."""
        self._file.seek(self.start)
        for block in self._blocks:
            yield _Block(block.offset, block.offset + block.size, list(block))

    def counted(self) -> int:
        """Rows, as the heads of the blocks count them."""
        fastavro = importlib.import_module("fastavro")
        return sum(block.num_records for block in fastavro.block_reader(self._file))

    def row(self, value: Any) -> dict[str, Any]:
        """A row by column, maps as pairs."""
        plain = self._schemas.with_maps(value, self.schema, list)
        return plain if self._is_record else {VALUE: plain}

    def value(self, row: Mapping[str, Any]) -> Any:
        """The row as it is written."""
        return self._schemas.with_maps(row if self._is_record else row[VALUE], self.schema, dict)

    def answered(self, found: FoundInRow) -> FoundInRow:
        """With labels for what the other kinds of value hold that a place may have."""
        said = found.answers
        lacking = {leaf[0]: Answer.LABEL for leaf in self._optional if not any(place in said for place in leaf)}
        return FoundInRow(found.items, {**said, **lacking}, found.unread, found.others, found.photos)

    def packed(self, rows: list[Any]) -> bytes:
        """Rows as blocks of this file."""
        out = io.BytesIO()
        self._write(out, self.schema, [], codec=self._codec, sync_marker=self.header[-SYNC:])
        start = out.tell()
        out.seek(0)
        out.truncate()
        self._write(out, self.schema, rows, codec=self._codec, sync_marker=self.header[-SYNC:])
        return out.getvalue()[start:]


class _Schemas:
    """A schema and the types that are named in it."""

    def __init__(self, schema: Any) -> None:
        self._named: dict[str, Any] = {}
        self._has_maps = self._note(schema)

    def leaves(
        self, schema: Any, around: tuple[str, ...] = (), inside: tuple[str, ...] = (), *, optional: bool = False
    ) -> Iterator[tuple[tuple[str, ...], bool]]:
        """Places of a value (see `RowTally`), and whether other kinds of value may stand there instead.

        Raises _Recursive for a type inside itself.
        """
        schema = self._of(schema)
        kind = _kind(schema)
        if kind == "record":
            if schema["name"] in inside:
                raise _Recursive
            inside = (*inside, schema["name"])
            for field in schema["fields"]:
                outer = f"{around[0]}.{field['name']}" if around else field["name"]
                yield from self.leaves(field["type"], (outer, *around), inside, optional=optional)
            return
        around = around or (VALUE,)
        if kind == "union":
            nested = [one for one in schema if _kind(self._of(one)) in _NESTED]
            if not nested:
                yield around, optional
            for one in nested:
                yield from self.leaves(one, around, inside, optional=optional or len(nested) > 1)
        elif kind == "array":
            yield from self.leaves(schema["items"], around, inside, optional=optional)
        elif kind == "map":
            yield (f"{around[0]}.key", *around), optional
            yield from self.leaves(schema["values"], (f"{around[0]}.value", *around), inside, optional=optional)
        else:
            yield around, optional

    def with_maps(self, value: Any, schema: Any, form: type[list[Any]] | type[dict[Any, Any]]) -> Any:
        """The value with its maps as mappings or as lists of pairs."""
        if not self._has_maps or value is None:
            return value
        schema = self._of(schema)
        kind = _kind(schema)
        if kind == "union":
            return self.with_maps(value, self._fitting(value, schema), form)
        if kind == "record":
            if isinstance(value, tuple):
                return (value[0], self.with_maps(value[1], schema, form))
            return {one["name"]: self.with_maps(value[one["name"]], one["type"], form) for one in schema["fields"]}
        if kind == "array":
            return [self.with_maps(one, schema["items"], form) for one in value]
        if kind == "map":
            pairs = value.items() if isinstance(value, dict) else value
            return form((key, self.with_maps(one, schema["values"], form)) for key, one in pairs)
        return value

    def _fitting(self, value: Any, choice: list[Any]) -> Any:
        """The type of a choice that a value is of; for what is not nested any will do."""
        for one in map(self._of, choice):
            kind = _kind(one)
            if kind == "record" and isinstance(value, tuple) and value[0] == one["name"]:
                return one
            if (
                kind == "record"
                and isinstance(value, dict)
                and value.keys() == {each["name"] for each in one["fields"]}
            ):
                return one
            if kind == "map" and (isinstance(value, dict) or _are_pairs(value)):
                return one
            if kind == "array" and isinstance(value, list) and not _are_pairs(value):
                return one
        return "null"

    def _of(self, schema: Any) -> Any:
        """What a name stands for; a type that is written as the type of nothing else."""
        if isinstance(schema, str):
            return self._named.get(schema, schema)
        return self._of(schema["type"]) if isinstance(schema, dict) and not isinstance(schema["type"], str) else schema

    def _note(self, schema: Any) -> bool:
        """Notes named types; whether there is a map."""
        if isinstance(schema, list):
            return max(map(self._note, schema), default=False)
        if not isinstance(schema, dict):
            return False
        if "name" in schema:
            self._named[schema["name"]] = schema
        inner = [one["type"] for one in schema.get("fields", ())]
        inner += [schema[word] for word in ("items", "values") if word in schema]
        inner += [] if isinstance(schema["type"], str) else [schema["type"]]
        return max(map(self._note, inner), default=False) or schema["type"] == "map"


def _has_fields(value: Any, record: dict[str, Any]) -> bool:
    return isinstance(value, dict) and value.keys() == {field["name"] for field in record["fields"]}


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, tuple) and len(one) == 2 for one in value)


def _kind(schema: Any) -> str:
    """The word for a type; "union" for a choice of several."""
    return "union" if isinstance(schema, list) else str(schema["type"] if isinstance(schema, dict) else schema)
