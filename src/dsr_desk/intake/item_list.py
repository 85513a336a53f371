"""Lists of items by their ids or by the SHA-256 of their content: tables, checksum files, JSON lines, one on a line.

The file is read line by line in a cell (`jobs.cell`), which may be one of millions of lines. What is kept of it is
small and sorted: `ItemList.data`, a line of JSON with what is known of the file, the ids (16 bytes each), then the
digests (32 bytes each).
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core import codec
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, refused
from dsr_desk.core.selectors import plain_name
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, stream

ID_BYTES, DIGEST_BYTES = 16, 32
SHOWN_LINES = 100
"""So many lines that are neither, or that came before, are named by their numbers; all are counted."""

MOST_ENTRIES = 50_000_000
_SAMPLED = 1000
_PIECE = 50_000
_HALF = 0.5
"""A column of which half of the sampled values are ids or digests is a column of them."""

_VALUE = re.compile(r"(?:sha256:)?([0-9a-f]{64}|[0-9a-f]{32})", re.IGNORECASE)
_CHECKSUM = re.compile(r"\\?([0-9a-f]{64}) [ *].+", re.IGNORECASE)

Bytes = NDArray[np.bytes_]


class ItemListUnreadable(DeskError):
    code = "ITEM-LIST-UNREADABLE"
    happened = "{name} cannot be read as a list of items: {why}."
    means = "None of its items was looked up."
    todo = "Give a CSV, TSV, JSON lines or text with an item's id (32 hexadecimal digits) or SHA-256 (64) on each line."


class ItemListColumn(DeskError):
    code = "ITEM-LIST-COLUMN"
    happened = "Several columns of {name} hold what may be ids or digests: {columns}."
    means = "Which of them says what is meant is not known, so none was taken."
    todo = "Say which column it is, by its name."


@dataclass(frozen=True)
class ItemList:
    """`file_digest` is the SHA-256 (hex) of the file, `column` the column that was read, "" where there is but one.

    `ids` and `digests` are sorted and each there once (arrays of S16 and S32). `duplicates` and `neither` count
    lines, the first of which are named in `duplicate_lines` and `neither_lines`.
    """

    name: str
    column: str
    file_digest: str
    lines: int
    duplicates: int
    duplicate_lines: tuple[int, ...]
    neither: int
    neither_lines: tuple[int, ...]
    ids: Bytes = field(repr=False, compare=False)
    digests: Bytes = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids) + len(self.digests)

    @cached_property
    def data(self) -> bytes:
        """What is kept: the same for the same file."""
        head = {**codec.plain(self._head()), "ids": len(self.ids), "digests": len(self.digests)}
        line = json.dumps(head, ensure_ascii=True, sort_keys=True).encode()
        return b"\n".join((line, b"".join((self.ids.tobytes(), self.digests.tobytes()))))

    @classmethod
    def restored(cls, data: bytes) -> ItemList:
        """The list again from its `data`. Raises ValueError for what is none."""
        line, _, rest = data.partition(b"\n")
        try:
            head = json.loads(line)
            ids, digests = int(head.pop("ids")), int(head.pop("digests"))
            known = codec.restore(head, _Head)
        except Exception as error:
            raise ValueError("no list of items") from error
        if min(ids, digests) < 0 or len(rest) != ids * ID_BYTES + digests * DIGEST_BYTES:
            raise ValueError("a list of items that was cut")
        cut = ids * ID_BYTES
        found = _array(rest[:cut], ID_BYTES), _array(rest[cut:], DIGEST_BYTES)
        if any(len(one) > 1 and not bool((one[1:] > one[:-1]).all()) for one in found):
            raise ValueError("a list of items that is not in order")
        return cls(**vars(known), ids=found[0], digests=found[1])

    def _head(self) -> _Head:
        return _Head(
            self.name, self.column, self.file_digest, self.lines, self.duplicates, self.duplicate_lines, self.neither,
            self.neither_lines,
        )  # fmt: skip

    @property
    def says(self) -> tuple[Message, ...]:
        """What was understood, and what was not."""
        code = "item-list.column" if self.column else "item-list"
        said = [message(code, name=self.name, column=self.column, ids=len(self.ids), digests=len(self.digests))]
        for what, count, lines in (
            ("neither", self.neither, self.neither_lines),
            ("duplicates", self.duplicates, self.duplicate_lines),
        ):
            if count:
                said.append(message(f"item-list.{what}", count=count, lines=tuple(map(str, lines))))
        return tuple(said)


@dataclass(frozen=True)
class _Head:
    name: str
    column: str
    file_digest: str
    lines: int
    duplicates: int
    duplicate_lines: tuple[int, ...]
    neither: int
    neither_lines: tuple[int, ...]


@dataclass(frozen=True)
class ListPiece:
    """Some lines of a list: ids and digests one behind the other, and the line of each (uint32). The last has a digest.

    `neither_lines` are the first few.
    """

    ids: bytes
    id_lines: bytes
    digests: bytes
    digest_lines: bytes
    neither: int
    neither_lines: tuple[int, ...]
    lines: int
    column: str = ""
    file_digest: str = ""


def read_list(path: Path, column: str = "") -> ItemList:
    """Reads a list; `column` says which one, where several may be meant. Raises ItemListUnreadable, ItemListColumn."""
    try:
        with path.open("rb"):
            pass
    except OSError as problem:
        raise ItemListUnreadable(name=path.name, why=refused(problem)) from problem
    ids, id_lines, digests, digest_lines = bytearray(), bytearray(), bytearray(), bytearray()
    neither, lines = 0, 0
    named: list[int] = []
    last: ListPiece | None = None
    path = path.absolute()
    try:
        for piece in stream(ListPiece, pieces, path, column, grants=Grants(read=(path,)), limits=Limits(seconds=300)):
            ids += piece.ids
            id_lines += piece.id_lines
            digests += piece.digests
            digest_lines += piece.digest_lines
            neither += piece.neither
            named += piece.neither_lines[: SHOWN_LINES - len(named)]
            lines, last = piece.lines, piece
            if len(ids) // ID_BYTES + len(digests) // DIGEST_BYTES > MOST_ENTRIES:
                raise ItemListUnreadable(name=path.name, why=message("why.item-list.long", most=MOST_ENTRIES))
    except CellFailed as failed:
        raise ItemListUnreadable(name=path.name, why=failed.why) from failed
    if last is None or not (ids or digests):
        raise ItemListUnreadable(name=path.name, why=message("why.item-list.none"))
    known_ids, again = _sorted(ids, id_lines, ID_BYTES)
    known_digests, more = _sorted(digests, digest_lines, DIGEST_BYTES)
    twice = sorted((*again, *more))
    return ItemList(
        path.name, last.column, last.file_digest, lines, len(twice), tuple(twice[:SHOWN_LINES]), neither, tuple(named),
        known_ids, known_digests,
    )  # fmt: skip


def _sorted(values: bytearray, lines: bytearray, width: int) -> tuple[Bytes, list[int]]:
    """Each value once, in order, and the lines of those that had come before."""
    array_ = _array(values, width)
    order = np.argsort(array_, kind="stable")
    array_ = array_[order]
    again = np.zeros(len(array_), np.bool_)
    again[1:] = array_[1:] == array_[:-1]
    return array_[~again], np.frombuffer(lines, np.uint32)[order][again].tolist()


def _array(values: bytes | bytearray, width: int) -> Bytes:
    return np.frombuffer(values, f"S{width}")


# Inside the cell


def pieces(path: Path, column: str) -> Iterator[ListPiece]:
    """A list in pieces of so many lines. Raises ItemListUnreadable, ItemListColumn."""
    with path.open("rb") as raw:
        file = _Digested(raw)
        rows = _rows_of(BufferedReader(file, 1 << 20), path.name)
        first = list(islice(rows, _SAMPLED))
        place, called = _column_of(first, column, path.name)
        piece = _Piece()
        for number, row in chain(first, rows):
            piece.add(number, row[place].strip() if place < len(row) else "", is_head=number == first[0][0])
            if piece.count >= _PIECE:
                yield piece.taken()
                piece = _Piece(piece.lines)
        yield piece.taken(called, file.digest.hexdigest())


class _Digested(RawIOBase):
    """A file of which the digest is computed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        return len(data)


class _Piece:
    def __init__(self, lines: int = 0) -> None:
        self._ids, self._digests = bytearray(), bytearray()
        self._id_lines, self._digest_lines = array("I"), array("I")
        self._neither: list[int] = []
        self.count = 0
        self.lines = lines

    def add(self, line: int, value: str, *, is_head: bool) -> None:
        self.count += 1
        self.lines = line
        found = _VALUE.fullmatch(value)
        if found is None:
            if not is_head:
                self._neither.append(line)
            return
        taken = bytes.fromhex(found[1])
        wide = len(taken) == DIGEST_BYTES
        (self._digests if wide else self._ids).extend(taken)
        (self._digest_lines if wide else self._id_lines).append(line)

    def taken(self, column: str = "", file_digest: str = "") -> ListPiece:
        return ListPiece(
            bytes(self._ids), self._id_lines.tobytes(), bytes(self._digests), self._digest_lines.tobytes(),
            len(self._neither), tuple(self._neither[:SHOWN_LINES]), self.lines, column, file_digest,
        )  # fmt: skip


Numbered = tuple[int, list[str]]
"""A line's number, from 1, and its cells; a row of a table that is longer than a line counts by its last."""


def _rows_of(file: BufferedReader, name: str) -> Iterator[Numbered]:
    """Rows that hold something."""
    text = _text(file)
    begin = list(islice(text, 50))
    lines = chain(begin, text)
    filled = [line.strip() for line in begin if line.strip()]
    if filled and filled[0].startswith("{"):
        return _json_rows(lines)
    if filled and all(map(_CHECKSUM.fullmatch, filled)):
        return ((at, [line.strip().lstrip("\\")[:64]]) for at, line in enumerate(lines, start=1) if line.strip())
    delimiter = max("\t;,|", key=filled[0].count) if filled else ","
    return _table_rows(lines, delimiter, name)


def _text(file: BufferedReader) -> Iterator[str]:
    """Lines of text. Ids and digests are ASCII in every encoding, so bytes that are no UTF-8 are of no account."""
    begin = file.peek(4)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextIOWrapper(file, "utf-16", "replace", newline="")
    encoding = "utf-8-sig" if begin.startswith(codecs.BOM_UTF8) else "utf-8"
    return TextIOWrapper(file, encoding, "surrogateescape", newline="")


def _table_rows(lines: Iterable[str], delimiter: str, name: str) -> Iterator[Numbered]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as problem:
        why = message("why.item-list.malformed", line=reader.line_num)
        raise ItemListUnreadable(name=name, why=why) from problem


def _json_rows(lines: Iterator[str]) -> Iterator[Numbered]:
    """The keys of the first objects as a head, then the values of each line by these; [] for what is no object."""
    numbered = enumerate(lines, start=1)
    begin = [(at, _object_in(line)) for at, line in islice(numbered, _SAMPLED) if line.strip()]
    keys = list(dict.fromkeys(key for _, found in begin for key in found))
    yield 0, keys
    rest = ((at, _object_in(line)) for at, line in numbered if line.strip())
    for at, found in chain(begin, rest):
        yield at, [value if isinstance(value := found.get(key), str) else "" for key in keys]


def _object_in(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _column_of(rows: Sequence[Numbered], wanted: str, name: str) -> tuple[int, str]:
    """The place of the column that holds ids or digests, and its name. Raises ItemListUnreadable, ItemListColumn."""
    width = max((len(row) for _, row in rows), default=0)
    head = [_shown(cell) for cell in rows[0][1]] if rows else []
    body = rows
    if any(_VALUE.fullmatch(cell.strip()) for cell in head):
        head = []
    else:
        body = rows[1:]
    names = [*head, *(str(place + 1) for place in range(len(head), width))]
    if wanted:
        places = [place for place, one in enumerate(names) if plain_name(one) == plain_name(wanted)]
        if not places:
            raise ItemListUnreadable(name=name, why=message("why.item-list.no-column", column=wanted))
    else:
        places = [place for place in range(width) if _holds_values(body, place, alone=width == 1)]
    if not places:
        raise ItemListUnreadable(name=name, why=message("why.item-list.none"))
    if len(places) > 1:
        raise ItemListColumn(name=name, columns=tuple(names[place] for place in places))
    return places[0], names[places[0]] if head or width > 1 else ""


def _holds_values(rows: Sequence[Numbered], place: int, *, alone: bool) -> bool:
    cells = [row[place].strip() for _, row in rows if place < len(row) and row[place].strip()]
    found = sum(1 for cell in cells if _VALUE.fullmatch(cell))
    return found > 0 and (alone or found >= _HALF * len(cells))


def _shown(cell: str) -> str:
    """A column's name; bytes that are no UTF-8 are taken for Windows-1252."""
    return (
        cell.strip().encode("utf-8", "surrogateescape").decode("utf-8" if cell.isprintable() else "cp1252", "replace")
    )
