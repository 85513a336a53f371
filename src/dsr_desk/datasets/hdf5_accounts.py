"""What a reader answers for in an HDF5 file: every link of every group, every attribute, columns that are not read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import h5py
import numpy as np

from dsr_desk.core.message import message
from dsr_desk.datasets.cells import ENCODED, SHORT, Answer
from dsr_desk.datasets.container import Listed
from dsr_desk.datasets.hdf5_tables import Contents, Hdf5Table, plain
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.rows import FoundInRow, RowItem, RowTally, found_in

_OF_LIBRARIES = frozenset(
    {"CLASS", "VERSION", "NAME", "FLAVOR", "PYTABLES_FORMAT_VERSION", "DIMENSION_LIST", "REFERENCE_LIST"}
    | {"IMAGE_SUBCLASS", "IMAGE_VERSION", "IMAGE_COLORMODEL", "INTERLACE_MODE", "pandas_type", "pandas_version"}
    | {"encoding", "errors", "keras_version", "backend", "_Netcdf4Dimid", "_NCProperties", "_Netcdf4Coordinates"}
)
"""Attributes that libraries write about their own ways."""


def attributes_of(file: h5py.File) -> Iterator[tuple[str, FoundInRow]]:
    """What the attributes of each object say, by the object's name; those of libraries say nothing."""
    for name, found in _objects(file):
        values = {key: plain(_value(found.attrs[key])) for key in found.attrs if key not in _OF_LIBRARIES}
        if values:
            yield name, found_in(values)


def items_in_attributes(file: h5py.File) -> Iterator[RowItem]:
    """Photos and texts in attributes; numbers there name nobody."""
    for name, found in attributes_of(file):
        texts = any(isinstance(value, str | list) and _has_text(value) for value in found.others.values())
        for item in found.items:
            if item.way or texts:
                yield replace(item, member=safe_name(f"{name.lstrip('/')}@{item.member}"))


class Hdf5Accounts:
    """Adds up while a file is listed."""

    def __init__(self) -> None:
        self._tally = RowTally()
        self._more = 0

    def texts(self, row: Mapping[str, Any]) -> None:
        """Looks into the long texts of a row for what is no text."""
        long = {name: text for name, text in row.items() if isinstance(text, str) and len(text) >= ENCODED}
        if not long:
            return
        found = found_in(long)
        for one in found.unread:
            self._not_read(one.place, one.kind, one.why, size=one.size)
        for item in found.items:
            if item.way:
                kind = message("kind.encoded")
                self._not_read(item.column, kind, message("why.photo-in-text"), size=len(item.data))

    def end(self, file: h5py.File, contents: Contents) -> Iterator[Listed]:
        """The last of a listing."""
        self._attributes(file)
        columns = {name: table for table in contents.tables for name in table.columns}
        listed = {name for name, _ in contents.others}
        own = self._more
        known: set[Any] = set()
        for name, found in _objects(file):
            own += len(found.attrs)
            if isinstance(found, h5py.Dataset):
                self._dataset(found, columns.get(name), listed=name in listed)
            elif isinstance(found, h5py.Group):
                own += found.id.get_num_objs()
                self._links(found, known)
                if found.name != "/":
                    self._tally.count(Answer.LABEL)
            else:
                self._tally.count(Answer.LABEL)
        if file.userblock_size:
            own += 1
            kind, why = message("kind.bytes"), message("why.hdf5.user-block")
            self._tally.not_read("", kind, why, size=file.userblock_size)
        yield from self._tally.end(own)

    def _not_read(self, place: str, kind: Any, why: Any, size: int = 0) -> None:
        """What lies inside of what was read."""
        self._more += 1
        self._tally.not_read(safe_name(place.lstrip("/")), kind, why, size=size)

    def _attributes(self, file: h5py.File) -> None:
        for _, found in _objects(file):
            self._tally.count(Answer.LABEL, sum(key in _OF_LIBRARIES for key in found.attrs))
        for name, one in attributes_of(file):
            told = {place: (kind, why, size) for place, kind, why, size in _unread(one)}
            answers = Counter(answer for place, answer in one.answers.items() if place not in told)
            for answer, count in answers.items():
                self._tally.count(answer, count)
            for place, (kind, why, size) in told.items():
                self._tally.not_read(safe_name(f"{name.lstrip('/')}@{place}"), kind, why, size=size)

    def _dataset(self, found: h5py.Dataset, table: Hdf5Table | None, *, listed: bool) -> None:
        name = str(found.name)
        if listed or (table is not None and name in table.photos):
            self._tally.count(Answer.ITEM)
        elif table is None:
            self._tally.count(Answer.LABEL)
        elif (size := _numbers_a_row(found)) > SHORT or size < 0:
            kind = "kind.embedding" if _is_float(found) else "kind.number-list"
            where = safe_name(name.lstrip("/"))
            self._tally.not_read(where, message(kind), message("why.cell.numbers"), size=int(found.nbytes))
        else:
            self._tally.count(Answer.TEXT)
        for field in found.dtype.names or ():
            if math.prod(found.dtype[field].shape) > SHORT:
                self._not_read(f"{name}.{field}", message("kind.number-list"), message("why.cell.numbers"))

    def _links(self, group: h5py.Group, known: set[Any]) -> None:
        """Links that are no objects of their own: further names, and what lies in other files."""
        for name in group:
            link = group.get(name, getlink=True)
            where = safe_name(f"{group.name}/{name}".lstrip("/"))
            if isinstance(link, h5py.ExternalLink):
                self._tally.not_read(where, message("kind.elsewhere"), message("why.cell.elsewhere"))
            elif isinstance(link, h5py.SoftLink):
                self._tally.count(Answer.LABEL)
            else:
                place = h5py.h5o.get_info(group[name].id).addr
                self._tally.count(Answer.LABEL, place in known)
                known.add(place)


def _objects(file: h5py.File) -> Iterator[tuple[str, Any]]:
    """All objects once, the file's root first."""
    yield "/", file["/"]
    names: list[str] = []
    file.visit(names.append)
    for name in names:
        yield f"/{name}", file[name]


def _unread(found: FoundInRow) -> Iterator[tuple[str, Any, Any, int]]:
    return ((one.place, one.kind, one.why, one.size) for one in found.unread)


def _has_text(value: Any) -> bool:
    return any(map(_has_text, value)) if isinstance(value, list) else isinstance(value, str) and bool(value.strip())


def _value(value: Any) -> Any:
    return None if isinstance(value, h5py.Empty) else value


def _numbers_a_row(found: h5py.Dataset) -> int:
    """How many numbers each row has; -1 where that differs from row to row."""
    if h5py.check_string_dtype(found.dtype) is not None or found.dtype.kind in "SU" or found.dtype.names:
        return 0
    if h5py.check_vlen_dtype(found.dtype) is not None:
        return -1
    return int(math.prod(found.shape[1:]) * math.prod(found.dtype.shape))


def _is_float(found: h5py.Dataset) -> bool:
    inner = h5py.check_vlen_dtype(found.dtype)
    return bool(np.dtype(inner if inner is not None else found.dtype.base).kind == "f")
