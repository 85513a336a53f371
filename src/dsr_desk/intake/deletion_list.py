"""Lists of people who want to be deleted, by hashes of what they are known by: California's DROP, and plain lists.

DROP gives a ZIP of CSV files `DATE_BROKER_TYPE.csv` with the columns ID and Hash, and `DATE_BROKER_Removed.csv` with
requests that were taken back. Any other table with a column of hashes is taken too, and a text with one on each line.
They are read in a cell (`jobs.cell`), and rows come out of it by the thousand.
"""

from __future__ import annotations

import csv
import io
import lzma
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.hashes import hash_in
from dsr_desk.core.message import message, refused
from dsr_desk.intake.decoding import decode
from dsr_desk.jobs.cell import CellFailed, Limits, stream

LARGEST = 1 << 30
"""Most bytes of all files of a list together, unpacked."""

_PIECE = 20_000

ENOUGH = 0.9
"""Share of a column's values that must be hashes."""

_DROP_NAME = re.compile(r"(\d{8}_\d{4})_(NDZ|Email|Phone|MAID|NameVIN|CTVID|Removed)(?:_[A-Za-z0-9]{1,10})?\.csv")
REMOVED = "Removed"


_BROKEN_ZIP = (
    zipfile.BadZipFile, EOFError, RuntimeError, ValueError, LookupError, OSError, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What reading a damaged zip may raise."""


class ListUnreadable(DeskError):
    code = "LIST-UNREADABLE"
    happened = "{name} cannot be read as a list of hashes: {why}."
    means = "Nothing was looked up."
    todo = "Give the ZIP or CSV as it was downloaded, or a text with one MD5, SHA-1 or SHA-256 on each line."


@dataclass(frozen=True)
class ListedPerson:
    """One row of a list. `id` is the list's own number for it, `hash` small hexadecimal digits."""

    id: str
    hash: str


@dataclass(frozen=True)
class ListFile:
    """One file of a list; `kind` is DROP's type of list (NDZ, Email, Phone, MAID, NameVIN, CTVID), "" where unknown.

    `unreadable` counts rows without a hash.
    """

    name: str
    kind: str
    rows: tuple[ListedPerson, ...]
    unreadable: int = 0


@dataclass(frozen=True)
class DeletionList:
    """`digest` is the SHA-256 (hex) of the file; `removed` counts rows that were left out as they were taken back."""

    name: str
    digest: str
    files: tuple[ListFile, ...]
    removed: int = 0


def read_list(path: Path) -> DeletionList:
    """Raises ListUnreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(min(LARGEST, os.fstat(file.fileno()).st_size) + 1)
    except OSError as problem:
        raise ListUnreadable(name=path.name, why=refused(problem)) from problem
    if len(data) > LARGEST:
        raise ListUnreadable(name=path.name, why=message("why.too-large", most=LARGEST))
    limits = Limits(seconds=300, memory=(2 << 30) + 24 * len(data))
    found: dict[str, ListFile] = {}
    rows: dict[str, list[ListedPerson]] = {}
    try:
        for piece in stream(ListFile, parts, data, path.name, limits=limits):
            rows.setdefault(piece.name, []).extend(piece.rows)
            found[piece.name] = replace(piece, rows=())
    except CellFailed as failed:
        raise ListUnreadable(name=path.name, why=failed.why) from failed
    files = [replace(file, rows=tuple(rows[name])) for name, file in found.items()]
    return _without_removed(path.name, sha256_hex(data), files)


def parts(data: bytes, name: str) -> Iterator[ListFile]:
    """Inside the cell: the files of a list, each in pieces of so many rows. Raises ListUnreadable."""
    contents = _unzipped(data, name) if data.startswith(b"PK\x03\x04") else {name: data}
    for one, content in sorted(contents.items()):
        file = _file(one, content)
        for at in range(0, max(1, len(file.rows)), _PIECE):
            yield replace(file, rows=file.rows[at : at + _PIECE])


def _without_removed(name: str, digest: str, files: Sequence[ListFile]) -> DeletionList:
    taken_back = {row.id for file in files if file.kind == REMOVED for row in file.rows}
    lists = [file for file in files if file.kind != REMOVED]
    if not lists:
        raise ListUnreadable(name=name, why=message("why.list.none"))
    kept = tuple(
        ListFile(file.name, file.kind, tuple(row for row in file.rows if row.id not in taken_back), file.unreadable)
        for file in lists
    )
    removed = sum(len(file.rows) for file in lists) - sum(len(file.rows) for file in kept)
    return DeletionList(name, digest, kept, removed)


def _unzipped(data: bytes, name: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                base = PurePosixPath(info.filename.replace("\\", "/")).name
                if info.is_dir() or not base.lower().endswith((".csv", ".txt", ".tsv")):
                    continue
                if base in found:
                    raise ListUnreadable(name=name, why=message("why.list.twice", file=base))
                with archive.open(info) as file:
                    found[base] = file.read(left + 1)
                left -= len(found[base])
                if left < 0:
                    raise ListUnreadable(name=name, why=message("why.list.unpacked", most=LARGEST))
    except _BROKEN_ZIP as problem:
        raise ListUnreadable(name=name, why=message("why.list.zip")) from problem
    return found


def _file(name: str, data: bytes) -> ListFile:
    drop = _DROP_NAME.fullmatch(name)
    text = decode(data)
    rows = list(_rows(text, name))
    if not rows:
        return ListFile(name, drop[2] if drop else "", ())
    header = [cell.strip().casefold() for cell in rows[0]]
    hashes = header.index("hash") if "hash" in header else _column_of_hashes(rows, name)
    ids = header.index("id") if "id" in header else None
    body = rows[1:] if "hash" in header or not hash_in(_cell(rows[0], hashes)) else rows
    first = len(rows) - len(body) + 1
    listed = [
        ListedPerson(_cell(row, ids) if ids is not None else str(number), found)
        for number, row in enumerate(body, start=first)
        if (found := hash_in(_cell(row, hashes)))
    ]
    return ListFile(name, drop[2] if drop else "", tuple(listed), len(body) - len(listed))


def _rows(text: str, name: str) -> Iterator[list[str]]:
    start = text.lstrip("\ufeff\r\n ")
    delimiter = max(",;\t", key=start.partition("\n")[0].count)
    try:
        yield from (row for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if any(row))
    except csv.Error as problem:
        raise ListUnreadable(name=name, why=message("why.table.malformed")) from problem


def _column_of_hashes(rows: list[list[str]], name: str) -> int:
    counts = Counter(place for row in rows for place, cell in enumerate(row) if hash_in(cell))
    with suppress(IndexError):
        place, count = counts.most_common(1)[0]
        if count >= ENOUGH * max(1, len(rows) - 1):
            return place
    raise ListUnreadable(name=name, why=message("why.list.no-hashes"))


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
