"""Writes items, faces and records of one container into an index, inside the caller's transaction."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import repeat
from typing import NamedTuple

import numpy as np

from dsr_desk.core.canonical import quoted, spelled_text
from dsr_desk.core.codec import to_text
from dsr_desk.core.items import ADDRESS, ItemKind, LedgerClass, address_of
from dsr_desk.core.message import Message
from dsr_desk.datasets.container import ContainerEntry
from dsr_desk.datasets.hashed import DIGEST, NO_HINT, SEPARATOR, Apart, Block
from dsr_desk.faces.photo import FoundFace, PhotoResult
from dsr_desk.search.index.codes import encode
from dsr_desk.search.index.lookup import forget
from dsr_desk.search.index.photo_texts import kind_of, say_nothing, texts_of
from dsr_desk.search.index.unread_rows import forget_unread
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.storage.tables import Database

_INSERT_ITEM = (
    "INSERT OR IGNORE INTO items (address, container, member, digest, occurrence, record, hint, sample, size, width, "
    "height, orientation, phash, ledger, reason, looked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)

# One statement for many rows: the columns that cost most are cut from joined bytes, the others stand in one JSON text.
_INSERT_LISTED = (
    "INSERT INTO items (id, address, container, member, digest, occurrence, record, hint, sample, size, width, height, "
    f"phash, ledger, looked) SELECT ?1 + key, substr(?2, 1 + {ADDRESS} * key, {ADDRESS}), ?3, value ->> 0, "
    f"substr(?4, 1 + {DIGEST} * key, {DIGEST}), 0, 0, value ->> 1, value ->> 2, value ->> 3, 0, 0, x'', "
    f"'{LedgerClass.LISTED}', 1 FROM json_each(?5)"
)
_INSERT_APART = (
    "INSERT INTO items (id, address, container, member, digest, occurrence, record, hint, sample, size, width, height, "
    "phash, ledger, orientation, reason, looked) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)


class NamedInBlock(NamedTuple):
    """Items with the rows from `first` on that are found by the names of their files alone."""

    first: int
    members: list[str]


class ContainerWriter:
    """Faces and records wait in memory until `flush`, which is called before each commit. `written` counts entries."""

    def __init__(self, db: Database, dataset: str, container: int, name: str) -> None:
        self._conn = db.conn
        self._dataset = dataset
        self._container = container
        self._name = name
        query = "SELECT name, number FROM columns WHERE container = ?"
        self._columns: dict[str, int] = dict(self._conn.execute(query, [container]))
        self._waiting: list[FoundFace] = []
        self._records: list[tuple[int, str]] = []
        self._next_face: int = self._conn.execute("SELECT coalesce(max(id), 0) + 1 FROM faces").fetchone()[0]
        self.written = 0
        query = "SELECT 1 FROM items WHERE container = ? AND stale = 1 LIMIT 1"
        self._any_stale = self._conn.execute(query, [container]).fetchone() is not None
        self._claimed: set[int] = set()
        self._occurrences: dict[tuple[str, str], int] = {}

    def known(self, member: str, digest: str) -> int | None:
        """The row of a stale item with this member and digest, each row once; None where there is none."""
        if not self._any_stale:
            return None
        occurrence = 0
        query = "SELECT id, stale FROM items WHERE address = ?"
        while True:
            address = address_of(self._dataset, self._name, member, digest, occurrence)
            found = self._conn.execute(query, [address]).fetchone()
            if found is None:
                return None
            row, stale = found
            if stale and row not in self._claimed:
                self._claimed.add(row)
                return int(row)
            occurrence += 1

    def keep(self, entry: ContainerEntry, row: int) -> None:
        """An item that was read before is still there, perhaps at another place of its container."""
        self._claimed.discard(row)
        self.written += 1
        query = "UPDATE items SET stale = 0, hint = ?, sample = ?, orientation = ? WHERE id = ?"
        self._conn.execute(query, [entry.hint, entry.group, entry.orientation, row])

    def stale_rows(self) -> list[int]:
        """Items that were not seen again."""
        query = "SELECT id FROM items WHERE container = ? AND stale = 1"
        return [row for (row,) in self._conn.execute(query, [self._container])]

    def photo(self, entry: ContainerEntry, digest: str, result: PhotoResult) -> None:
        """Writes a photo with its faces. `digest` is "" where its bytes could not be read."""
        item = self._item(entry, digest, result)
        for number, face in enumerate(result.faces):
            row = self._next_face + len(self._waiting)
            box, words = face.box, " ".join(face.quality)
            place = [box.left, box.top, box.right, box.bottom]
            values = [*place, round(face.score, 4), face.comparable, words, face.frame]
            query = "INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            self._conn.execute(query, [row, item, number, *values])
            if face.thumbnail is not None:
                self._conn.execute("INSERT INTO thumbnails VALUES (?, ?)", [row, face.thumbnail])
            self._waiting.append(face)
        partly = [(item, f"partly.{one.kind}", to_text(one.why)) for one in result.partly]
        self._conn.executemany("INSERT INTO partly VALUES (?, ?, ?)", partly)
        self._conn.executemany("INSERT INTO looks VALUES (?, ?)", [(item, look) for look in result.looks])
        beside = entry.record or {}
        texts = texts_of(self._name, entry.member, result.texts, beside)
        if texts:
            self._texts(item, texts, beside)

    def record(self, entry: ContainerEntry, digest: str, fields: Mapping[str, str]) -> None:
        """Writes a record; one that could not be read has no fields and its problem as reason."""
        item = self._item(entry, digest, None)
        self._fields(item, {self._column(name): value for name, value in fields.items() if value})

    def _texts(self, item: int, texts: Mapping[str, str], beside: Mapping[str, str]) -> None:
        self._fields(item, {self._column(name, kind_of(name, beside)): value for name, value in texts.items()})

    def _fields(self, item: int, numbers: Mapping[int, str]) -> None:
        """`numbers` has the values by the numbers of their columns."""
        row = [numbers.get(number) for number in range(max(numbers, default=-1) + 1)]
        self._records.append((item, spelled_text(row)))

    def block(self, block: Block) -> NamedInBlock | None:
        """Writes items of which nothing is known but what a listing says; returns those that have nothing to be found
        by but the names of their files, where all of them have no more.

        Where none of the container is read again, their addresses are not told apart before
        `addresses.settle_addresses`.
        """
        if self._any_stale:
            for entry, digest in _entries(block):
                row = self.known(entry.member, digest)
                if row is not None:
                    self.keep(entry, row)
                elif entry.kind is ItemKind.RECORD:
                    self.record(entry, digest, entry.record or {})
                else:
                    ledger = LedgerClass.LISTED if digest else LedgerClass.UNREADABLE
                    self.photo(entry, digest, without_pixels(ledger, entry.problem))
            return None
        first, members = self._next_item(), block.members.split(SEPARATOR)
        self.written += len(block)
        if block.apart or any(block.kinds):
            self._write_apart(first, members, block)
            return None
        groups, sizes = block.groups.split(SEPARATOR), array("q", block.sizes)
        said = spelled_text(list(zip(members, _hints(block), groups, sizes, strict=True)))
        addresses = b"".join(self._addresses(members, block.digests))
        self._conn.execute(_INSERT_LISTED, [first, addresses, self._container, block.digests, said])
        if say_nothing(self._name, block.members):
            return NamedInBlock(first, members)
        for row, member in enumerate(members, first):
            if texts := texts_of(self._name, member, {}, {}):
                self._texts(row, texts, {})
        return None

    def _write_apart(self, first: int, members: list[str], block: Block) -> None:
        """Items of which some are records, could not be read, or say something beside their columns."""
        count = len(block)
        digests = [block.digests[at : at + DIGEST] for at in range(0, DIGEST * count, DIGEST)]
        addresses = self._addresses(members, block.digests)
        apart = {one.place: one for one in block.apart}
        for place in (place for place, one in apart.items() if one.why is not None):
            digests[place] = b""
            addresses[place] = address_of(self._dataset, self._name, members[place], "", 0)
        numbers, own = range(first, first + count), repeat(self._container, count)
        groups, sizes = block.groups.split(SEPARATOR), array("q", block.sizes)
        rows = zip(numbers, addresses, own, members, digests, _hints(block), groups, sizes, strict=True)
        self._conn.executemany(_INSERT_APART, map(_with_apart, rows, block.kinds, map(apart.get, range(count))))
        for place, member in enumerate(members):
            said = apart.get(place)
            beside = (said and said.record) or {}
            if block.kinds[place]:
                self._fields(first + place, {self._column(name): value for name, value in beside.items() if value})
            elif texts := texts_of(self._name, member, {}, beside):
                self._texts(first + place, texts, beside)

    def _addresses(self, members: list[str], digests: bytes) -> list[bytes]:
        """What `address_of` gives of items that no other is like."""
        beginning = f"{spelled_text([self._dataset, self._name])[:-1]},"
        own = digests.hex()
        return [
            sha256(f'{beginning}{quoted(member)},"{own[at : at + 2 * DIGEST]}",0]'.encode()).digest()[:ADDRESS]
            for at, member in zip(range(0, len(own), 2 * DIGEST), members, strict=True)
        ]

    def _next_item(self) -> int:
        """A row number that was never used."""
        found = self._conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'items'").fetchone()
        return int(found[0]) + 1 if found else 1

    def flush(self) -> None:
        """Writes the records and the templates of the faces that came since the last call, these as one block."""
        self._conn.executemany("INSERT INTO records VALUES (?, ?)", self._records)
        self._records.clear()
        if not self._waiting:
            return
        codes = encode(np.stack([face.template for face in self._waiting]))
        values = [self._container, self._next_face, len(self._waiting), codes.scales.tobytes(), codes.coarse.tobytes()]
        query = "INSERT INTO blocks (container, first_face, count, scales, coarse) VALUES (?, ?, ?, ?, ?)"
        block = self._conn.execute(query, values).lastrowid
        self._conn.execute("INSERT INTO fine VALUES (?, ?)", [block, codes.fine.tobytes()])
        self._next_face += len(self._waiting)
        self._waiting.clear()

    def _item(self, entry: ContainerEntry, digest: str, result: PhotoResult | None) -> int:
        first = (entry.member, digest)
        occurrence = self._occurrences.get(first, 0)
        known: tuple[object, ...] = (None, None, None, None, None, to_text(entry.problem) if entry.problem else None)
        if result is not None:
            why = to_text(result.reason) if result.reason else None
            known = (result.width, result.height, entry.orientation, result.phash, str(result.ledger_class), why)
        known = (entry.kind is ItemKind.RECORD, entry.hint, entry.group, entry.size, *known)
        while True:
            address = address_of(self._dataset, self._name, entry.member, digest, occurrence)
            values = (address, self._container, entry.member, bytes.fromhex(digest), occurrence, *known)
            inserted = self._conn.execute(_INSERT_ITEM, values)
            if inserted.rowcount and inserted.lastrowid is not None:
                break
            occurrence += 1
        self.written += 1
        if occurrence:
            self._occurrences[first] = occurrence + 1
        return inserted.lastrowid

    def _column(self, name: str, kind: ColumnKind | None = None) -> int:
        """The number of a column; where it is new, of this kind, or of one that is guessed from its values."""
        number = self._columns.get(name)
        if number is None:
            number = self._columns[name] = len(self._columns)
            query = "INSERT INTO columns (container, number, name, kind) VALUES (?, ?, ?, ?)"
            self._conn.execute(query, [self._container, number, name, kind or ""])
        return number


def _hints(block: Block) -> list[int | None]:
    return [None if hint == NO_HINT else hint for hint in array("q", block.hints)]


Columns = tuple[int, bytes, int, str, bytes, int | None, str, int]


def _with_apart(columns: Columns, is_record: int, said: Apart | None) -> tuple[object, ...]:
    """The row of an item; a photo without a digest could not be read."""
    row, address, container, member, digest, hint, sample, size = columns
    reason = to_text(said.why) if said is not None and said.why is not None else None
    known: tuple[object, ...] = (None, None, None, None, None)
    if not is_record:
        ledger = LedgerClass.LISTED if digest else LedgerClass.UNREADABLE
        known = (0, 0, b"", str(ledger), said.orientation if said is not None else None)
    return (row, address, container, member, digest, is_record, hint, sample, size, *known, reason)


def _entries(block: Block) -> Iterator[tuple[ContainerEntry, str]]:
    """The items one by one, each with its digest, "" where it was not read."""
    apart = {one.place: one for one in block.apart}
    hints, sizes = array("q", block.hints), array("q", block.sizes)
    columns = zip(block.members.split(SEPARATOR), block.groups.split(SEPARATOR), block.kinds, strict=True)
    for at, (member, group, is_record) in enumerate(columns):
        said = apart.get(at, Apart(at))
        kind = ItemKind.RECORD if is_record else ItemKind.PHOTO
        hint = None if hints[at] == NO_HINT else hints[at]
        entry = ContainerEntry(kind, member, sizes[at], bytes, hint, group, said.record, said.why, said.orientation)
        yield entry, "" if said.why is not None else block.digests[DIGEST * at : DIGEST * (at + 1)].hex()


def without_pixels(ledger_class: LedgerClass, reason: Message | None) -> PhotoResult:
    """The result for a photo that no worker could look at."""
    return PhotoResult(ledger_class, reason, 0, 0, b"", ())


def remove_container(db: Database, container: int) -> None:
    """Takes everything that was read from a container out of the index, itself included."""
    forget(db, [row for (row,) in db.conn.execute("SELECT id FROM items WHERE container = ?", [container])])
    forget_unread(db, container)
    mine = "SELECT id FROM items WHERE container = ?"
    faces = f"SELECT id FROM faces WHERE item IN ({mine})"
    for statement in (
        f"DELETE FROM thumbnails WHERE face IN ({faces})",
        f"DELETE FROM records WHERE item IN ({mine})",
        f"DELETE FROM faces WHERE item IN ({mine})",
        f"DELETE FROM partly WHERE item IN ({mine})",
        f"DELETE FROM looks WHERE item IN ({mine})",
        "DELETE FROM fine WHERE block IN (SELECT id FROM blocks WHERE container = ?)",
        "DELETE FROM blocks WHERE container = ?",
        "DELETE FROM columns WHERE container = ?",
        "DELETE FROM items WHERE container = ?",
        "DELETE FROM containers WHERE id = ?",
    ):
        db.conn.execute(statement, [container])
