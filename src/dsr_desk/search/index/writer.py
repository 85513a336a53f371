"""Writes items, faces and records of one container into an index, inside the caller's transaction."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import repeat

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
from dsr_desk.search.index.photo_texts import kind_of, texts_of
from dsr_desk.search.index.unread_rows import forget_unread
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.storage.tables import Database

_INSERT_ITEM = (
    "INSERT OR IGNORE INTO items (address, container, member, digest, occurrence, record, hint, sample, size, width, "
    "height, orientation, phash, ledger, reason, looked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)

_INSERT_LISTED = (
    "INSERT INTO items (id, address, container, member, digest, occurrence, record, hint, sample, size, width, height, "
    f"phash, ledger, looked) VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, 0, 0, x'', '{LedgerClass.LISTED}', 1)"
)
_INSERT_APART = (
    "INSERT INTO items (id, address, container, member, digest, occurrence, record, hint, sample, size, width, height, "
    "phash, ledger, orientation, reason, looked) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)


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

    def block(self, block: Block) -> None:
        """Writes items of which nothing is known but what a listing says. Where none of the container is read again,
        their addresses are not told apart before `addresses.settle_addresses`."""
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
            return
        count, first = len(block), self._next_item()
        members, groups = block.members.split(SEPARATOR), block.groups.split(SEPARATOR)
        digests = [block.digests[at : at + DIGEST] for at in range(0, DIGEST * count, DIGEST)]
        apart = {one.place: one for one in block.apart}
        for place in (place for place, one in apart.items() if one.why is not None):
            digests[place] = b""
        beginning = f"{spelled_text([self._dataset, self._name])[:-1]},"
        addresses = [
            sha256(f'{beginning}{quoted(member)},"{digest.hex()}",0]'.encode()).digest()[:ADDRESS]
            for member, digest in zip(members, digests, strict=True)
        ]
        hints = [None if hint == NO_HINT else hint for hint in array("q", block.hints)]
        numbers, own = range(first, first + count), repeat(self._container, count)
        rows = zip(numbers, addresses, own, members, digests, hints, groups, array("q", block.sizes), strict=True)
        if apart or any(block.kinds):
            more = map(_with_apart, rows, block.kinds, map(apart.get, range(count)))
            self._conn.executemany(_INSERT_APART, more)
        else:
            self._conn.executemany(_INSERT_LISTED, rows)
        for place, member in enumerate(members):
            said = apart.get(place)
            beside = (said and said.record) or {}
            if block.kinds[place]:
                self._fields(first + place, {self._column(name): value for name, value in beside.items() if value})
            elif texts := texts_of(self._name, member, {}, beside):
                self._texts(first + place, texts, beside)
        self.written += count

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
