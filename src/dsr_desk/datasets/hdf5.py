"""HDF5 files: photos as pixels or as files in a dataset, and the datasets beside it as the record of each row."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.beside_rows import header_entries
from dsr_desk.datasets.container import ContainerEntry, Listed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.file_container import FileContainer
from dsr_desk.datasets.hdf5_accounts import Hdf5Accounts, items_in_attributes
from dsr_desk.datasets.hdf5_tables import (
    Hdf5Table,
    TableForm,
    contents_of,
    is_empty,
    items_of,
    names_in,
    others_of,
    pixels_of,
    rows_in_block,
    rows_of,
)
from dsr_desk.datasets.names import safe_name
from dsr_desk.datasets.nested import depth_of
from dsr_desk.datasets.rows import entries_of, rest_of_rows, touched


class Hdf5NotCopied(DeskError):
    code = "HDF5-NOT-COPIED"
    happened = "{name} {why}, so it cannot be written anew without some of its rows."
    means = "Nothing was erased from it."
    todo = "Choose whole rows, or hand the action to the team that keeps the file."


class Hdf5File(FileContainer):
    """Datasets of one group with as many rows are one table; a row's photos are items, its other values a record.

    Pixels are given as a PPM or PGM file around the stored bytes. Erasing writes a new file without the rows.
    """

    format: ClassVar[str] = "hdf5"
    magic: ClassVar[bytes] = b"\x89HDF\r\n\x1a\n"
    tabular: ClassVar[bool] = True

    def __init__(self, path: Path, name: str, owners: dict[str, str] | None = None) -> None:
        super().__init__(path, name)
        self._owners = dict(owners or {})

    def listing(self) -> Iterator[Listed]:
        accounts = Hdf5Accounts()
        with self._opened() as file:
            contents = contents_of(file, self._owners)
            number = 0
            for table in contents.tables:
                for row in rows_of(file, table):
                    group = f"row {number}" if table.photos else ""
                    yield from entries_of(items_of(table, row), number, group)
                    accounts.texts(row)
                    number += 1
            for name, why in contents.others:
                read = partial(self.refuse, why)
                yield ContainerEntry(
                    ItemKind.RECORD, safe_name(name.lstrip("/")), int(file[name].nbytes), read, problem=why
                )
            for number, item in enumerate(items_in_attributes(file)):
                yield from entries_of([item], number, "")
            yield from header_entries(names_in(file))
            yield from accounts.end(file, contents)

    def write_without(self, target: Path, changes: Changes) -> Collection[Message]:
        with self._opened() as file:
            _refuse_what_is_not_copied(file, self.name)
            gone, new = self._changed(file, changes)
            if any(rows and not table.alone for table, rows in gone):
                raise Hdf5NotCopied(name=self.name, why=message("why.hdf5.several-groups"))
            _refuse_values_by_row(file, self.name, {table.rows for table, rows in gone if rows})
            with h5py.File(target, "w", track_order=False) as out:
                less = {_place(file[name]): rows for table, rows in gone if rows for name in table.columns}
                _Copy(file, out, less).group(file, out)
                for column, row, form, data in new:
                    kept = row - sum(1 for one in gone for at in one[1] if column in one[0].columns and at < row)
                    made = out[column]
                    plain = np.frombuffer(data, np.uint8)
                    made[kept] = plain if form is TableForm.FILE else pixels_of(data, form).reshape(made.shape[1:])
        return []

    def rest(self, changes: Changes) -> Iterator[bytes]:
        """Groups, attributes, types and filters; datasets that are no tables; numbers beside photos."""
        with self._opened() as file:
            contents = contents_of(file, self._owners)
            in_tables = {name for table in contents.tables for name in table.columns}
            position = 0
            for table in contents.tables:
                rows = (row for row in rows_of(file, table))
                count = sum(len(items_of(table, row)) for row in rows_of(file, table))
                own = {at - position: new for at, new in changes.items() if position <= at < position + count}
                position += count
                yield from rest_of_rows(rows, partial(items_of, table), partial(others_of, table), own)
            yield repr(sorted(file.attrs)).encode()
            told: list[bytes] = []

            def look(name: str, found: Any) -> None:
                attributes = sorted((key, str(found.attrs[key])) for key in found.attrs)
                told.append(repr((name, type(found).__name__, attributes)).encode("utf-8", "surrogateescape"))
                if isinstance(found, h5py.Dataset):
                    told.append(repr((str(found.dtype), found.shape[1:], found.compression)).encode())
                    if found.name not in in_tables and not is_empty(found):
                        told.append(repr(found[()]).encode() if found.nbytes < 4096 else _whole(found))

            file.visititems(look)
            yield from told

    def _changed(
        self, file: h5py.File, changes: Changes
    ) -> tuple[list[tuple[Hdf5Table, set[int]]], list[tuple[str, int, TableForm, bytes]]]:
        """Rows that go, by table; photos that change: column, row, form, bytes."""
        gone: list[tuple[Hdf5Table, set[int]]] = []
        new: list[tuple[str, int, TableForm, bytes]] = []
        position = 0
        for table in contents_of(file, self._owners).tables:
            rows: set[int] = set()
            for number, row in enumerate(rows_of(file, table)):
                items = items_of(table, row)
                change = touched(items, changes, position)
                position += len(items)
                if change.goes:
                    rows.add(number)
                    continue
                for item, data in change.items:
                    if data is None or item.kind is ItemKind.RECORD:
                        raise Hdf5NotCopied(name=self.name, why=message("why.hdf5.in-step"))
                    new.append((item.column, number, table.photos[item.column], data))
            gone.append((table, rows))
        if any(at >= position for at in changes):
            raise Hdf5NotCopied(name=self.name, why=message("why.hdf5.attribute"))
        return gone, new

    def _at(self, path: Path) -> Hdf5File:
        return Hdf5File(path, self.name, self._owners)

    @contextmanager
    def _opened(self) -> Iterator[h5py.File]:
        """Read only and without the lock that the library takes otherwise."""
        try:
            with ExitStack() as stack:
                # The library looks for the real place of a file, which one in memory has not.
                held = depth_of(self.path) > 0
                at = stack.enter_context(self.path.open("rb")) if held else self.path
                yield stack.enter_context(h5py.File(at, "r") if held else h5py.File(at, "r", locking=False))
        except DeskError:
            raise
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise self.damaged("why.hdf5.unreadable") from error


class _Copy:
    """Copies a file object by object; links to the same object stay links, datasets lose the rows that go."""

    def __init__(self, file: h5py.File, out: h5py.File, gone: dict[Any, set[int]]) -> None:
        self._file, self._out, self._gone = file, out, gone
        self._known: dict[Any, str] = {}

    def group(self, group: h5py.Group, out: h5py.Group) -> None:
        _copy_attributes(group, out)
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                out[name] = link
                continue
            found = group[name]
            place = _place(found)
            known = self._known.setdefault(place, found.name)
            if known != found.name:
                out[name] = self._out[known]
            elif isinstance(found, h5py.Group):
                self.group(found, out.create_group(name))
            elif isinstance(found, h5py.Dataset) and place in self._gone:
                self._dataset(found, out, name, self._gone[place])
            else:
                group.copy(name, out)

    def _dataset(self, found: h5py.Dataset, out: h5py.Group, name: str, gone: set[int]) -> None:
        """With the type, filters and fill value of the old one."""
        shape = (found.shape[0] - len(gone), *found.shape[1:])
        most = tuple(None if old is None else new for old, new in zip(found.maxshape, shape, strict=True))
        settings = found.id.get_create_plist().copy()
        if found.chunks is not None:
            if not shape[0]:
                most = (None, *most[1:])
            ends = zip(found.chunks, most, strict=True)
            settings.set_chunk(tuple(chunk if end is None else min(chunk, end) for chunk, end in ends))
        limits = tuple(h5py.h5s.UNLIMITED if end is None else end for end in most)
        space = h5py.h5s.create_simple(shape, limits)
        made = h5py.Dataset(h5py.h5d.create(out.id, name.encode(), found.id.get_type(), space, settings))
        _copy_attributes(found, made)
        step = rows_in_block(self._file, [found.name])
        written = 0
        for start in range(0, found.shape[0], step):
            kept = [at for at in range(start, min(start + step, found.shape[0])) if at not in gone]
            block = found[start : start + step][[at - start for at in kept]] if kept else ()
            if h5py.check_vlen_dtype(found.dtype) is not None:
                # As a block, arrays of one length would be taken for rows of an array.
                for at, value in enumerate(block, start=written):
                    made[at] = value
            elif kept:
                made[written : written + len(kept)] = block
            written += len(kept)


def _place(found: Any) -> tuple[int, int]:
    """Tells an object from all others, whatever it is called."""
    info = h5py.h5o.get_info(found.id)
    return (info.fileno, info.addr)


def _copy_attributes(found: Any, made: Any) -> None:
    for name in found.attrs:
        stored = found.attrs.get_id(name)
        made.attrs.create(name, found.attrs[name], shape=stored.shape, dtype=stored.dtype)


def _refuse_what_is_not_copied(file: h5py.File, name: str) -> None:
    """References hold addresses in the old file; datasets may lie in other files."""

    def look(_: str, found: Any) -> None:
        kinds = [found.attrs.get_id(key).dtype for key in found.attrs]
        if isinstance(found, h5py.Dataset):
            kinds.append(found.dtype)
            if found.is_virtual or found.external:
                raise Hdf5NotCopied(name=name, why=message("why.hdf5.elsewhere"))
        if any(_refers(kind) for kind in kinds):
            raise Hdf5NotCopied(name=name, why=message("why.hdf5.references"))

    file.visititems(look)


def _refers(kind: Any) -> bool:
    if kind.names:
        return any(_refers(kind[name]) for name in kind.names)
    inner = h5py.check_vlen_dtype(kind)
    return h5py.check_ref_dtype(kind) is not None or (
        isinstance(inner, np.dtype) and h5py.check_ref_dtype(inner) is not None
    )


def _refuse_values_by_row(file: h5py.File, name: str, counts: Collection[int]) -> None:
    """An attribute with as many values as a table has rows tells of them, and would keep what is to go."""

    def look(_: str, found: Any) -> None:
        for key in found.attrs:
            shape = found.attrs.get_id(key).shape
            if shape and shape[0] in counts and shape[0] > 1:
                raise Hdf5NotCopied(name=name, why=message("why.hdf5.attribute-by-row"))

    look("", file)
    file.visititems(look)


def _whole(found: h5py.Dataset) -> bytes:
    digest = hashlib.sha256()
    step = rows_in_block(found.file, [found.name]) if found.shape else 1
    for start in range(0, len(found) if found.shape else 0, step):
        digest.update(repr(found[start : start + step].tolist()).encode("utf-8", "surrogateescape"))
    return digest.digest()
