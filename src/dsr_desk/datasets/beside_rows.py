"""What a table says beside its rows and may name a person: names of columns, free metadata. Read, never written anew.

A table with a column for each user has people in its header; programs write authors, orders and notes into metadata.
Both are records of the file. What erases rows leaves them, so that an erasure says beforehand that they stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.cells import Answer, seen
from dsr_desk.datasets.container import ContainerEntry, Doomed, Listed, record_entry
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.rows import RowItem, RowTally

COLUMNS, METADATA = "(columns)", "(metadata)"
"""What such records are called, the second with the key behind it."""

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""Stands in the name of a folder for an empty cell."""

Said = tuple[str, bytes]
"""A key of metadata and its value. Keys may repeat."""

_TECHNICAL = re.compile(
    r"(?:.*\.)?(?:ARROW:schema|ARROW:extension:.*|PARQUET:.*|huggingface|geo|avro\.(?:schema|codec)|parquet\.avro\..*"
    r"|iceberg\..*|writer\.(?:model|date|time).*|org\.apache\.(?:spark|arrow|parquet|hive)\..*|orc\..*|field_id|content_defined_chunking"
    r"|lance[-:.].*|write\.lance.*|dremio\..*|presto.*|trino.*|duckdb.*|polars.*|r|com\.github\..*|pandas)"
)
"""Keys under which programs describe columns, types and themselves."""

_NUMBER = re.compile(r"(?:\d[\s()/+.-]*){5,}")


class BesideRows(DeskError):
    code = "ERASE-BESIDE-ROWS"
    happened = "What was found in {name} is in names of its columns or in metadata beside its rows."
    means = "These are not written anew here. Nothing was erased."
    todo = "Hand the action to the team that keeps the file: it renames the column or takes the value out."


@lru_cache(maxsize=4096)
def may_name(column: str) -> bool:
    """Whether the name of a column may be a person's: an address, a number that is one's own, or words like a name's.

    What joins words in fields of programs (`first_name`, `firstName`) is none of that.
    """
    if "@" in column or _NUMBER.search(column):
        return True
    words = column.split()
    return len(words) > 1 and all(word[0].isupper() or not word[0].isascii() for word in words)


def column_items(names: Iterable[str]) -> list[RowItem]:
    """The record of a header, of those names that may be a person's; none where there are none."""
    telling = [name for name in names if may_name(name)]
    if not telling:
        return []
    data = json.dumps(telling, ensure_ascii=False).encode("utf-8", "surrogateescape")
    texts = {f"{COLUMNS}.{number}": name for number, name in enumerate(telling, start=1)}
    return [RowItem(ItemKind.RECORD, "", COLUMNS, data, texts)]


def header_entries(names: Iterable[str]) -> Iterator[ContainerEntry]:
    """As a container lists it behind its rows whose header is a place of its own."""
    return map(_entry, column_items(names))


def column_entries(names: Sequence[str], tally: RowTally) -> Iterator[Listed]:
    """The same where each name is a place."""
    telling = sum(map(may_name, names))
    tally.count(Answer.TEXT, telling)
    tally.count(Answer.LABEL, len(names) - telling)
    yield from header_entries(names)


def named_by_keys(values: Mapping[str, Any]) -> dict[str, str]:
    """Texts of a row whose keys are its own: what of them may be a person's name."""
    return {f"{key}.key": key for key in values if may_name(key)}


def metadata_entries(said: Iterable[Said], tally: RowTally) -> Iterator[Listed]:
    """The same for metadata, one record and one place for each key."""
    for key, value in said:
        if _TECHNICAL.fullmatch(key):
            tally.count(Answer.LABEL)
            continue
        place = f"{METADATA} {safe_name(key)}"
        text = _text(value)
        found = seen(value if text is None else text)
        if found.changed is not None or found.kind is not None:
            tally.not_read(place, message("kind.metadata"), message("why.metadata.opaque"), size=len(value))
            continue
        texts = {key: text} if found.answer is Answer.TEXT and text else {}
        texts |= {f"{key}.key": key} if may_name(key) else {}
        tally.count(Answer.TEXT if texts else Answer.LABEL)
        if texts:
            yield _entry(RowItem(ItemKind.RECORD, "", place, value, texts))


def said_by_folders(path: Path, name: str) -> dict[str, str]:
    """What names of folders say of all rows of a file, as `country=DE` does; the columns are not in the file then."""
    parts = [*path.parts[:-1], *name.split("/")[:-1]]
    pairs = (part.partition("=") for part in parts)
    return {key: unquote(value) for key, _, value in pairs if key.isidentifier() and value not in ("", NO_VALUE)}


def with_folders(entry: ContainerEntry, said: Mapping[str, str]) -> ContainerEntry:
    return replace(entry, record={**said, **(entry.record or {})})


def told_of_folders(path: Path, name: str) -> tuple[Message, ...]:
    """What an erasure leaves of a person in names of folders."""
    columns = tuple(key for key, value in said_by_folders(path, name).items() if may_name(value))
    return (message("note.erase.folder-says", columns=columns),) if columns else ()


def stays(doomed: Doomed) -> bool:
    """Whether an item is no row, so that what erases rows leaves it."""
    return doomed.member == COLUMNS or doomed.member.startswith(f"{METADATA} ")


def parted(doomed: Collection[Doomed], name: str) -> tuple[tuple[Doomed, ...], tuple[Doomed, ...]]:
    """Those that can be erased and those that stay. Raises BesideRows where there are none but the second."""
    rows = tuple(one for one in doomed if not stays(one))
    others = tuple(one for one in doomed if stays(one))
    if others and not rows:
        raise BesideRows(name=name)
    return rows, others


def told_before(others: Sequence[Doomed]) -> tuple[Message, ...]:
    return (message("note.erase.beside-rows", count=len(others)),) if others else ()


def _entry(item: RowItem) -> ContainerEntry:
    return record_entry(item.data, None, item.record, item.member)


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
