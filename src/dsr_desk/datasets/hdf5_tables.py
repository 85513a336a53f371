"""What the datasets of an HDF5 file are: columns of photos, texts and numbers that run side by side."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any

import h5py
import numpy as np

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.rows import RowItem, record_in, texts_of

LOOKED_AT = 32
BLOCK_BYTES = 1024 * 1024
SMALLEST_SIDE = 16
"""Planes of bytes that are smaller are no photos."""


class TableForm(StrEnum):
    """How a column holds photos: as files, or as pixels (rows, columns, colours; colours first; grey)."""

    FILE = "file"
    COLOUR = "colour"
    PLANES = "planes"
    GREY = "grey"


@dataclass(frozen=True)
class Hdf5Table:
    """Datasets with as many rows. `photos` are those that hold photos, `names` is one with file names ("" for none).

    `alone` is False where datasets of other groups have as many rows and it is not known to which table they belong.
    """

    rows: int
    columns: tuple[str, ...]
    photos: dict[str, TableForm]
    names: str
    alone: bool = True


@dataclass(frozen=True)
class Contents:
    """`others` are datasets that are no part of a table, with the reason."""

    tables: tuple[Hdf5Table, ...]
    others: tuple[tuple[str, Message], ...]


Grouped = dict[tuple[str, int], list[h5py.Dataset]]
"""Datasets by group and number of rows."""


def contents_of(file: h5py.File, owners: dict[str, str]) -> Contents:
    """Tables in the order of their groups, then what holds neither photos nor texts.

    `owners` remembers the group to whose table each dataset belongs: without some rows, another one may have as many.
    """
    grouped: Grouped = {}
    others: list[tuple[str, Message]] = []

    def look(_: str, found: Any) -> None:
        if not isinstance(found, h5py.Dataset) or is_empty(found):
            return
        why = _why_not(found)
        if why:
            others.append((found.name, why))
        else:
            grouped.setdefault((found.parent.name, found.shape[0]), []).append(found)

    file.visititems(look)
    forms = {one.name: _form_of(one) for datasets in grouped.values() for one in datasets}
    joined = _joined(grouped, forms, owners)
    tables = []
    for (group, rows), datasets in sorted(joined.items(), key=lambda one: one[0]):
        photos = {one.name: form for one in datasets if (form := forms[one.name]) is not None}
        texts = [one for one in datasets if one.name not in photos and _holds_texts(one)]
        if photos or texts:
            names = next((one.name for one in texts if one.ndim == 1 and _holds_file_names(one)), "")
            alone = not any(count == rows and other != group for other, count in joined)
            tables.append(Hdf5Table(rows, tuple(one.name for one in datasets), photos, names, alone))
        else:
            others += [(one.name, message("why.hdf5.numbers-alone")) for one in datasets]
    return Contents(tuple(tables), tuple(sorted(others, key=lambda other: other[0])))


def names_in(file: h5py.File) -> list[str]:
    """What groups, datasets and fields of rows are called."""
    found: dict[str, None] = {}

    def look(path: str, one: Any) -> None:
        fields = one.dtype.names if isinstance(one, h5py.Dataset) else None
        found.update(dict.fromkeys([path.rpartition("/")[2], *(fields or ())]))

    file.visititems(look)
    return list(found)


def _joined(grouped: Grouped, forms: dict[str, TableForm | None], owners: dict[str, str]) -> Grouped:
    """Groups without photos belong to the one group with photos that has as many rows, where there is one."""
    with_photos: dict[int, list[str]] = {}
    for (group, rows), datasets in grouped.items():
        if any(forms[one.name] for one in datasets):
            with_photos.setdefault(rows, []).append(group)
    joined: Grouped = {}
    for (group, rows), datasets in grouped.items():
        fitting = with_photos.get(rows, [])
        owner = fitting[0] if len(fitting) == 1 else group
        for one in datasets:
            joined.setdefault((owners.setdefault(one.name, owner), rows), []).append(one)
    return joined


def rows_of(file: h5py.File, table: Hdf5Table) -> Iterator[dict[str, Any]]:
    """The values of each row, a block of rows at a time; photos as files, arrays of numbers as digests."""
    step = rows_in_block(file, table.columns)
    for start in range(0, table.rows, step):
        blocks = {name: file[name][start : start + step] for name in table.columns}
        for at in range(min(step, table.rows - start)):
            yield {name: _value(blocks[name][at], table.photos.get(name)) for name in table.columns}


def items_of(table: Hdf5Table, row: dict[str, Any]) -> list[RowItem]:
    name = row.get(table.names)
    others = others_of(table, row)
    record = record_in(others, texts_alone=bool(table.photos))
    beside = texts_of(others) if table.photos and not record else None
    items = [
        RowItem(ItemKind.PHOTO, column, safe_name(str(name or column.lstrip("/"))), row[column], beside)
        for column in table.photos
        if row[column]
    ]
    group = next(iter(table.photos), table.columns[0]).rpartition("/")[0].lstrip("/")
    if group and record:
        # Files often hold one group a person.
        record = [replace(item, record={"group": group, **(item.record or {})}) for item in record]
    return items + record


def others_of(table: Hdf5Table, row: dict[str, Any]) -> dict[str, Any]:
    """The columns without photos, by their own names, or with their groups where two are called alike."""
    own = Counter(name.rpartition("/")[2] for name in table.columns)
    return {
        leaf if own[leaf := name.rpartition("/")[2]] == 1 else name.lstrip("/"): value
        for name, value in row.items()
        if name not in table.photos
    }


def rows_in_block(file: h5py.File, columns: Sequence[str]) -> int:
    """How many rows are read at once; texts and files of any length count as what the first of them takes."""
    weight = 1
    for name in columns:
        found = file[name]
        first = found[0] if len(found) else b""
        size = len(first) if isinstance(first, bytes | str | np.ndarray) else 8
        weight += max(size, found.dtype.itemsize * math.prod(found.shape[1:]))
    return max(1, BLOCK_BYTES // weight)


def pixels_of(data: bytes, form: TableForm) -> np.ndarray[Any, Any]:
    """The array that a PPM or PGM made by `_as_file` was made from."""
    kind, size, _, raw = data.split(b"\n", 3)
    across, down = (int(number) for number in size.split())
    plain = np.frombuffer(raw, np.uint8).reshape((down, across, 3) if kind == b"P6" else (down, across))
    return plain.transpose(2, 0, 1) if form is TableForm.PLANES else plain


def is_empty(found: h5py.Dataset) -> bool:
    return bool(found.shape) and found.shape[0] == 0


def _why_not(found: h5py.Dataset) -> Message | None:
    """Why a dataset is no column, None where it may be one."""
    if found.shape is None or not found.shape or h5py.check_ref_dtype(found.dtype) is not None:
        return message("why.hdf5.single")
    if found.dtype.kind == "f" and found.ndim == 4 and 3 in (found.shape[1], found.shape[3]):
        return message("why.hdf5.pixels-as", type=found.dtype.name)
    if found.dtype == np.uint8 and found.ndim == 4 and not _form_by_shape(found.shape):
        return message("why.hdf5.pixel-order")
    return None


def _form_of(found: h5py.Dataset) -> TableForm | None:
    if found.dtype == np.uint8 and found.ndim in (3, 4):
        return _form_by_shape(found.shape)
    if found.ndim == 1 and found.dtype.kind in "OSV" and found.dtype.names is None:
        for value in islice((found[at] for at in range(len(found))), LOOKED_AT):
            if sniff.photo_kind(_bytes(value)):
                return TableForm.FILE
    return None


def _form_by_shape(shape: tuple[int, ...]) -> TableForm | None:
    if len(shape) == 3 and min(shape[1:]) >= SMALLEST_SIDE:
        return TableForm.GREY
    if len(shape) == 4 and min(shape[1:3]) >= SMALLEST_SIDE and shape[3] in (1, 3):
        return TableForm.COLOUR
    if len(shape) == 4 and min(shape[2:]) >= SMALLEST_SIDE and shape[1] == 3:
        return TableForm.PLANES
    return None


def _holds_texts(found: h5py.Dataset) -> bool:
    kinds = [found.dtype[name] for name in found.dtype.names] if found.dtype.names else [found.dtype]
    return any(h5py.check_string_dtype(kind) is not None or kind.kind == "S" for kind in kinds)


def _holds_file_names(found: h5py.Dataset) -> bool:
    return any(sniff.named_like_photo(str(row_value(found[at]))) for at in range(min(1, len(found))))


def _value(value: Any, form: TableForm | None) -> Any:
    if form is None:
        return row_value(value)
    return _bytes(value) if form is TableForm.FILE else _as_file(value, form)


def _as_file(pixels: np.ndarray[Any, Any], form: TableForm) -> bytes:
    """Pixels as PPM or PGM: a few words before the very bytes that are stored."""
    if form is TableForm.PLANES:
        pixels = pixels.transpose(1, 2, 0)
    grey = pixels.ndim == 2 or pixels.shape[2] == 1
    head = f"{'P5' if grey else 'P6'}\n{pixels.shape[1]} {pixels.shape[0]}\n255\n"
    return head.encode() + np.ascontiguousarray(pixels).tobytes()


def _bytes(value: Any) -> bytes:
    if isinstance(value, np.ndarray | np.void):
        return bytes(value.tobytes())
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def plain(value: Any) -> Any:
    """A value of its own as texts, numbers, lists and arrays."""
    return value if isinstance(value, np.ndarray) and value.dtype.kind not in "OSUV" else row_value(value)


def row_value(value: Any) -> Any:
    """A value as texts, numbers and lists; arrays of numbers, which name nobody, as a digest."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, np.void):
        names = value.dtype.names or ()
        return {name: row_value(value[name]) for name in names} if names else bytes(value.tobytes())
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "OSU":
            return [row_value(one) for one in value.ravel().tolist()]
        return hashlib.sha256(np.ascontiguousarray(value).tobytes()).digest()
    return value.item() if isinstance(value, np.generic) else value
