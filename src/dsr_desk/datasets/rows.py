"""Rows of typed values: what of them are items, how they are spelt, and which of their values can name a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import ContainerEntry
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.records import flatten

Row = Mapping[str, Any]
"""Values by column: texts, numbers, dates, bytes, and lists and mappings of them."""


@dataclass(frozen=True)
class RowItem:
    """What a row holds: a photo in a column, or (column "") all other columns as a record."""

    kind: ItemKind
    column: str
    member: str
    data: bytes
    record: Mapping[str, str] | None = None


def record_in(others: Row, *, texts_alone: bool, telling: Row | None = None) -> list[RowItem]:
    """The record that a row's columns without photos make; none where they say nothing.

    `texts_alone` says that, beside photos, numbers do not count: a bare class label names nobody. `telling` are the
    columns that count, where not all do.
    """
    if not _says_something(list((others if telling is None else telling).values()), texts_alone=texts_alone):
        return []
    return [RowItem(ItemKind.RECORD, "", "", stored_row(others), texts_of(others))]


def entries_of(
    items: Sequence[RowItem], hint: int, group: str, orientation: int | None = None
) -> Iterator[ContainerEntry]:
    """The items of a row as a container lists them."""
    for item in items:
        is_photo = item.kind is ItemKind.PHOTO
        yield ContainerEntry(
            kind=item.kind,
            member=item.member,
            size=len(item.data),
            read=partial(bytes, item.data),
            hint=hint,
            group=group,
            record=item.record,
            problem=sniff.photo_problem(len(item.data), is_photo=_is_photo(item.data)) if is_photo else None,
            orientation=orientation if is_photo else None,
        )


def stored_row(row: Any) -> bytes:
    """One spelling of a row that is not stored in one piece: JSON with sorted keys, bytes as hex."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_spelt)
    return text.encode("utf-8", "surrogateescape")


def texts_of(row: Row) -> dict[str, str]:
    """What can name a person: texts, numbers and dates; no embeddings and no bytes."""
    return {
        name: text for name, text in flatten({name: row[name] for name in row if _can_name(row[name])}).items() if text
    }


@dataclass(frozen=True)
class Touched:
    """What becomes of a row: `goes` as a whole, or some of its items take other bytes (None: are emptied)."""

    goes: bool
    items: tuple[tuple[RowItem, bytes | None], ...]


def touched(items: Sequence[RowItem], changes: Changes, position: int) -> Touched:
    """A row goes when all of its items go. Its first item is at `position`."""
    found = [(item, changes[position + at]) for at, item in enumerate(items) if position + at in changes]
    goes = bool(items) and len(found) == len(items) and all(new is None for _, new in found)
    return Touched(goes, tuple(found))


def rest_of_rows(
    rows: Iterable[Row], items_of: Callable[[Row], Sequence[RowItem]], others_of: Callable[[Row], Row], changes: Changes
) -> Iterator[bytes]:
    """What the rows that stay hold beside items, spelt."""
    position = 0
    for row in rows:
        items = items_of(row)
        goes = touched(items, changes, position).goes
        position += len(items)
        in_record = any(item.kind is ItemKind.RECORD for item in items)
        others = others_of(row)
        if not goes and not in_record and any(value is not None for value in others.values()):
            yield stored_row(others)


def _is_photo(data: bytes) -> bool:
    return bool(sniff.photo_kind(data))


def _spelt(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _says_something(value: Any, *, texts_alone: bool) -> bool:
    """Whether there is anything but empty cells, or (beside photos) any text."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return any(_says_something(inner, texts_alone=texts_alone) for inner in value)
    return bool(value) and isinstance(value, str) if texts_alone else value is not None


def _can_name(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not isinstance(value[0], float | int | bytes)
    return not isinstance(value, bytes)
