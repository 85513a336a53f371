"""Writes items, faces and records of one container into an index, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsr_desk.core.canonical import spelled_text
from dsr_desk.core.codec import to_text
from dsr_desk.core.items import ItemKind, LedgerClass, address_of
from dsr_desk.core.message import Message
from dsr_desk.datasets.container import ContainerEntry
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
            self._fields(item, {self._column(name, kind_of(name, beside)): value for name, value in texts.items()})

    def record(self, entry: ContainerEntry, digest: str, fields: Mapping[str, str]) -> None:
        """Writes a record; one that could not be read has no fields and its problem as reason."""
        item = self._item(entry, digest, None)
        self._fields(item, {self._column(name): value for name, value in fields.items() if value})

    def _fields(self, item: int, numbers: Mapping[int, str]) -> None:
        """`numbers` has the values by the numbers of their columns."""
        row = [numbers.get(number) for number in range(max(numbers, default=-1) + 1)]
        self._records.append((item, spelled_text(row)))

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
