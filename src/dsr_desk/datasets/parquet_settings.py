"""How a Parquet file was written, read from its footer and its first pages, so that it is written so again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow.parquet as pq

from dsr_desk.core.message import Message, message

DICTIONARIES = frozenset({"PLAIN_DICTIONARY", "RLE_DICTIONARY"})
ENCODINGS = ("DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT")
FALSE_POSITIVES = 0.05
"""Of a bloom filter: how a file was given it is not written down."""

DATA_PAGE_2 = 3
OWN = "parquet-cpp-arrow"
"""What pyarrow calls itself as the writer of a file."""


@dataclass(frozen=True)
class Settings:
    """`columns` is what is kept for each leaf column, by its path; `pages` are (version 2, checksums)."""

    version: str
    columns: dict[str, ColumnSettings]
    pages: tuple[bool, bool]
    sorting: tuple[Any, ...]
    has_arrow_schema: bool

    @classmethod
    def of(cls, metadata: pq.FileMetaData, file: IO[bytes]) -> Settings:
        """By its first row group. `file` is the whole file."""
        version = "1.0" if metadata.format_version == "1.0" else "2.6"
        has_schema = b"ARROW:schema" in (metadata.metadata or {})
        if not metadata.num_row_groups:
            return cls(version, {}, (False, False), (), has_schema)
        group = metadata.row_group(0)
        chunks = [group.column(at) for at in range(group.num_columns)]
        columns = {chunk.path_in_schema: ColumnSettings.of(chunk) for chunk in chunks}
        pages = _pages(file, chunks[0].data_page_offset) if chunks else (False, False)
        return cls(version, columns, pages, tuple(group.sorting_columns or ()), has_schema)

    def to_write(self, schema: pq.ParquetSchema, *, rows: int) -> dict[str, Any]:
        """Arguments of `pyarrow.parquet.ParquetWriter`; `rows` is how many a row group has."""
        leaves = [schema.column(at) for at in range(len(schema))]
        paths = {path: one for path, one in self.columns.items() if one.encoding}
        blooms = {
            path: {"ndv": max(1, rows), "fpp": FALSE_POSITIVES} for path, one in self.columns.items() if one.bloom
        }
        settings: dict[str, Any] = {
            "version": self.version,
            "compression": {path: one.codec for path, one in self.columns.items()} or "none",
            "use_dictionary": [path for path, one in self.columns.items() if one.dictionary],
            "write_statistics": [path for path, one in self.columns.items() if one.statistics],
            "write_page_index": any(one.page_index for one in self.columns.values()),
            "write_page_checksum": self.pages[1],
            "data_page_version": "2.0" if self.pages[0] else "1.0",
            "store_schema": self.has_arrow_schema,
            "use_deprecated_int96_timestamps": any(leaf.physical_type == "INT96" for leaf in leaves),
            "store_decimal_as_integer": any(_is_integer_decimal(leaf) for leaf in leaves),
            "write_time_adjusted_to_utc": any(_is_time_in_utc(leaf) for leaf in leaves),
            "use_compliant_nested_type": not any(re.search(r"\.list\.item(\.|$)", leaf.path) for leaf in leaves),
            "sorting_columns": self.sorting or None,
        }
        if paths:
            settings["column_encoding"] = {path: one.encoding for path, one in paths.items()}
        if blooms:
            settings["bloom_filter_options"] = blooms
        return settings


@dataclass(frozen=True)
class ColumnSettings:
    """`encoding` is that of values outside a dictionary, "" where it is the plain one."""

    codec: str
    dictionary: bool
    encoding: str
    statistics: bool
    page_index: bool
    bloom: bool

    @classmethod
    def of(cls, chunk: pq.ColumnChunkMetaData) -> ColumnSettings:
        codec = "none" if chunk.compression == "UNCOMPRESSED" else chunk.compression.lower()
        dictionary = bool(DICTIONARIES.intersection(chunk.encodings)) or chunk.has_dictionary_page
        encoding = "" if dictionary else next((one for one in ENCODINGS if one in chunk.encodings), "")
        index = bool(chunk.has_offset_index or chunk.has_column_index)
        bloom = chunk.bloom_filter_offset is not None
        return cls(codec, dictionary, encoding, bool(chunk.is_stats_set), index, bloom)

    def differs(self, new: ColumnSettings, word: str) -> bool:
        """Whether another has not what this one has of what a word names."""
        if word == "codec":
            return self.codec != new.codec
        if word == "encoding":
            return (self.dictionary, self.encoding) != (new.dictionary, new.encoding)
        if word == "statistics":
            return self.statistics and not new.statistics
        if word == "page-index":
            return self.page_index and not new.page_index
        return self.bloom and not new.bloom


def changes_between(old: pq.FileMetaData, new: pq.FileMetaData, before: Settings, then: Settings) -> Iterator[Message]:
    """What a file that was written anew has else than the old one, beside rows."""
    yield from types_changed(old, new)
    lost = list(_lost(before, then))
    if lost:
        yield message("note.erase.parquet.settings", settings=tuple(lost))
    if len({_settings_of(old, at) for at in range(old.num_row_groups)}) > 1:
        yield message("note.erase.parquet.uneven")
    if not (old.created_by or "").startswith(OWN):
        yield message("note.erase.parquet.writer", before=old.created_by or "", after=new.created_by or "")


def types_changed(old: pq.FileMetaData, new: pq.FileMetaData) -> Iterator[Message]:
    """Columns whose stored type is another one."""
    if old.schema.equals(new.schema):
        return
    for at in range(max(len(old.schema), len(new.schema))):
        one, other = (_type_at(schema, at) for schema in (old.schema, new.schema))
        if one != other:
            (column, before), (_, after) = one, other
            yield message("note.erase.parquet.type", column=column, before=before, after=after)


def _type_at(schema: pq.ParquetSchema, at: int) -> tuple[str, str]:
    if at >= len(schema):
        return "", ""
    leaf = schema.column(at)
    levels = f"{leaf.max_definition_level}/{leaf.max_repetition_level}"
    return leaf.path, f"{leaf.physical_type} {leaf.logical_type} {leaf.converted_type} {leaf.length} {levels}"


def _lost(before: Settings, then: Settings) -> Iterator[Message]:
    """Kinds of settings that some column had and has not any more."""
    pairs = [(one, then.columns.get(path)) for path, one in before.columns.items()]
    yield from (
        message(f"parquet.setting.{word}")
        for word in ("codec", "encoding", "statistics", "page-index", "bloom")
        if any(new is None or one.differs(new, word) for one, new in pairs)
    )
    if before.pages != then.pages:
        yield message("parquet.setting.pages")
    if before.sorting != then.sorting:
        yield message("parquet.setting.sorting")


def _settings_of(metadata: pq.FileMetaData, at: int) -> tuple[ColumnSettings, ...]:
    group = metadata.row_group(at)
    return tuple(ColumnSettings.of(group.column(column)) for column in range(group.num_columns))


def _is_integer_decimal(leaf: pq.ColumnSchema) -> bool:
    return leaf.physical_type in ("INT32", "INT64") and leaf.logical_type.type == "DECIMAL"


def _is_time_in_utc(leaf: pq.ColumnSchema) -> bool:
    return leaf.logical_type.type == "TIME" and '"isAdjustedToUTC": true' in (leaf.logical_type.to_json() or "")


def _pages(file: IO[bytes], offset: int) -> tuple[bool, bool]:
    """Whether the page there is a data page of version 2 and whether it has a checksum: the first fields of its
    header, in Thrift's compact form."""
    file.seek(offset)
    head = iter(file.read(32))
    version, checksum = False, False
    number = 0
    for field in head:
        number += field >> 4
        if field & 15 != 5 or not field >> 4:
            break
        value = shift = 0
        for byte in head:
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if number == 1:
            version = value >> 1 == DATA_PAGE_2
        if number == 4:
            checksum = True
    return version, checksum
