"""By which keys items are found: sorted runs of pairs in packed blocks, since a table of them would grow too slowly.

A key is 40 bits of a digest (`records.identifiers`, `records.names`), a pair says that an item is found by it. Pairs
wait in memory until a run is full and are then written in order. With so short a key a look-up can bring an item too
many, never one too few: whoever looks up compares the values.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsr_desk.storage.tables import Database

KEY_BYTES = 5
BLOCK = 1024
RUN = 8_000_000
"""Most pairs of a run. Runs that are shorter than what is written next are joined with it, so there are few."""

TABLES = (
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, pairs INTEGER NOT NULL)",
    # keys: differences to `first`, uint32, or uint64 where one of them needs it; items: uint32. In the order of keys.
    """CREATE TABLE pairs (
        id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first INTEGER NOT NULL,
        keys BLOB NOT NULL, items BLOB NOT NULL)""",
    "CREATE INDEX pairs_of_run ON pairs (run, first)",
)

Keys = NDArray[np.uint64]
Rows = NDArray[np.uint32]


def key_of_digest(digest: bytes) -> int:
    """The key of what has this digest."""
    return int.from_bytes(digest[:KEY_BYTES])


def keys_of_digests(digests: bytes) -> Keys:
    """The keys of digests of 32 bytes that follow each other."""
    keys = np.zeros((len(digests) // 32, 8), np.uint8)
    keys[:, -KEY_BYTES:] = np.frombuffer(digests, np.uint8).reshape(-1, 32)[:, :KEY_BYTES]
    return keys.view(">u8")[:, 0].astype(np.uint64)


class Pending:
    """Pairs that are not written yet."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._items = array("I")

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, item: int, keys: Collection[int]) -> None:
        self._keys.extend(keys)
        self._items.extend([item] * len(keys))

    def add_many(self, items: NDArray[np.int64], keys: Keys) -> None:
        """Pairs at the same places of two arrays."""
        self._keys.frombytes(keys.tobytes())
        self._items.frombytes(items.astype(np.uint32).tobytes())

    def write(self, db: Database) -> None:
        """Writes them as a run inside the caller's transaction, joined with runs that are no longer."""
        if not self._keys:
            return
        parts = [(np.frombuffer(self._keys, np.uint64), np.frombuffer(self._items, np.uint32))]
        total = len(self)
        for run, pairs in db.conn.execute("SELECT id, pairs FROM runs ORDER BY pairs").fetchall():
            if pairs > total or total + pairs > RUN:
                break
            parts.append(read_run(db, run))
            db.conn.execute("DELETE FROM pairs WHERE run = ?", [run])
            db.conn.execute("DELETE FROM runs WHERE id = ?", [run])
            total += pairs
        _write_run(db, *(parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))))
        self._keys, self._items = array("Q"), array("I")


class Postings:
    """Looks keys up. Where each block begins is kept in memory: 16 bytes for 1024 pairs."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        stored = self._conn.execute("SELECT run, first, id FROM pairs ORDER BY run, first, id").fetchall()
        table = np.array(stored, np.int64).reshape(-1, 3)
        ends = np.flatnonzero(np.diff(table[:, 0])) + 1
        self._runs = [_Run(part[:, 1].astype(np.uint64), part[:, 2]) for part in np.split(table, ends) if len(part)]

    def rows(self, keys: Iterable[int]) -> Rows:
        """Items that any of these keys finds, ascending, each once."""
        found = [rows for _, rows in self.matches(keys)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)

    def matches(self, wanted: Iterable[int]) -> Iterator[tuple[int, Rows]]:
        """Each of these keys that finds something, with its items; a key can come more than once.

        Blocks are read in their order and once, so any number of keys takes one pass at most.
        """
        ordered = np.unique(np.fromiter(wanted, np.uint64))
        for run in self._runs:
            place, keys, items = -1, np.empty(0, np.uint64), np.empty(0, np.uint32)
            # A key lies from the last block that begins before it to the last one that begins at or before it.
            low = np.maximum(np.searchsorted(run.firsts, ordered, side="left").astype(np.int64) - 1, 0)
            high = np.searchsorted(run.firsts, ordered, side="right")
            for key, first, end in zip(ordered, low.tolist(), high.tolist(), strict=True):
                for there in range(first, end):
                    if there != place:
                        place = there
                        keys, items = _read_block(self._conn.execute(_BLOCK, [int(run.blocks[there])]).fetchone())
                    begin, stop = np.searchsorted(keys, key, side="left"), np.searchsorted(keys, key, side="right")
                    if begin < stop:
                        yield int(key), items[begin:stop]


@dataclass(frozen=True)
class _Run:
    """Where the blocks of a run begin: their first keys, and their rows in `pairs`."""

    firsts: Keys
    blocks: NDArray[np.int64]


def forget_items(db: Database, items: NDArray[np.bool_]) -> Keys:
    """Takes out all pairs of items whose number is True here, in one pass; returns the keys that lost some, ascending.

    Numbers beyond the array are kept. Inside the caller's transaction.
    """
    lost: list[Keys] = []
    for block, run in db.conn.execute("SELECT id, run FROM pairs ORDER BY id").fetchall():
        keys, there = _read_block(db.conn.execute(_BLOCK, [block]).fetchone())
        gone = items[np.minimum(there, len(items) - 1)] & (there < len(items))
        if not gone.any():
            continue
        lost.append(np.unique(keys[gone]))
        if gone.all():
            db.conn.execute("DELETE FROM pairs WHERE id = ?", [block])
        else:
            values = (*_packed(keys[~gone]), there[~gone].tobytes(), block)
            db.conn.execute("UPDATE pairs SET first = ?, keys = ?, items = ? WHERE id = ?", values)
        db.conn.execute("UPDATE runs SET pairs = pairs - ? WHERE id = ?", [int(gone.sum()), run])
    db.conn.execute("DELETE FROM runs WHERE pairs = 0")
    return np.unique(np.concatenate(lost)) if lost else np.empty(0, np.uint64)


_BLOCK = "SELECT first, keys, items FROM pairs WHERE id = ?"


def _read_block(stored: tuple[int, bytes, bytes]) -> tuple[Keys, Rows]:
    first, keys, items = stored
    rows = np.frombuffer(items, np.uint32)
    width = np.uint32 if len(keys) == len(items) else np.uint64
    return np.frombuffer(keys, width).astype(np.uint64) + np.uint64(first), rows


def _packed(keys: Keys) -> tuple[int, bytes]:
    differences = keys - keys[0]
    return int(keys[0]), (differences.astype(np.uint32) if differences[-1] < 2**32 else differences).tobytes()


def read_run(db: Database, run: int) -> tuple[Keys, Rows]:
    """Keys and items of a run, in the order of keys."""
    stored = db.conn.execute("SELECT first, keys, items FROM pairs WHERE run = ? ORDER BY first, id", [run])
    keys, items = zip(*(_read_block(row) for row in stored), strict=True)
    return np.concatenate(keys), np.concatenate(items)


def _write_run(db: Database, keys: Keys, items: Rows) -> None:
    order = np.lexsort((items, keys))
    keys, items = keys[order], items[order]
    run = db.conn.execute("INSERT INTO runs (pairs) VALUES (?)", [len(keys)]).lastrowid
    query = "INSERT INTO pairs (run, first, keys, items) VALUES (?, ?, ?, ?)"
    for start in range(0, len(keys), BLOCK):
        values = (run, *_packed(keys[start : start + BLOCK]), items[start : start + BLOCK].tobytes())
        db.conn.execute(query, values)
