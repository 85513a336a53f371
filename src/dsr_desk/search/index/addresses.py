"""The index over items' addresses: built once behind a reading of many items, since it grows in no order.

Meanwhile items that are alike in all of their address but the occurrence have the same one; they are numbered when the
index is built, in the order of their rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise

import numpy as np
import sqlcipher3.dbapi2 as sqlcipher
from numpy.typing import NDArray

from dsr_desk.core.items import ADDRESS, address_of
from dsr_desk.datasets.hashed import DIGEST
from dsr_desk.storage.tables import Database

AT_ONCE = 1_500_000
"""So many items are sorted at once, 48 bytes each."""

TOGETHER = 4096
WIDTH = ADDRESS + DIGEST

UNIQUE = "CREATE UNIQUE INDEX IF NOT EXISTS items_by_address ON items (address)"


def prepare_addresses(db: Database, dataset: str) -> None:
    """Drops the index, but where items are read again, which are found by it. Inside the caller's transaction."""
    if db.conn.execute("SELECT 1 FROM items WHERE stale = 1 LIMIT 1").fetchone() is None:
        db.conn.execute("DROP INDEX IF EXISTS items_by_address")
    else:
        settle_addresses(db, dataset)


def settle_addresses(db: Database, dataset: str) -> None:
    """Builds the index where it is not there. Inside the caller's transaction."""
    try:
        db.conn.execute(UNIQUE)
        return
    except sqlcipher.IntegrityError:
        db.conn.execute("CREATE INDEX items_alike ON items (address)")
    alike = "SELECT address FROM items INDEXED BY items_alike GROUP BY address HAVING count(*) > 1"
    query = (
        "SELECT i.id, c.name, i.member, i.digest FROM items i JOIN containers c ON c.id = i.container "
        "WHERE i.address = ? ORDER BY i.id"
    )
    for (address,) in db.conn.execute(alike).fetchall():
        occurrence = 0
        for row, container, member, digest in db.conn.execute(query, [address]).fetchall()[1:]:
            fresh = address
            while fresh == address or _is_taken(db, fresh):
                occurrence += 1
                fresh = address_of(dataset, container, member, digest.hex(), occurrence)
            db.conn.execute("UPDATE items SET address = ?, occurrence = ? WHERE id = ?", [fresh, occurrence, row])
    db.conn.execute("DROP INDEX items_alike")
    db.conn.execute(UNIQUE)


def _is_taken(db: Database, address: bytes) -> bool:
    return db.conn.execute("SELECT 1 FROM items WHERE address = ?", [address]).fetchone() is not None


def in_order(db: Database) -> Iterator[list[bytes]]:
    """Address and digest of every item, the digest b"" where it was not read, joined, in the order of addresses.

    They come many at once. Items are read as they lie and sorted in memory, so many at a time: looking each up by the
    index would read a page for each.
    """
    (count,) = db.conn.execute("SELECT count(*) FROM items").fetchone()
    passes = count // AT_ONCE + 1
    parts = [256 * at // passes for at in range(passes + 1)]
    for first, end in pairwise(parts):
        yield from _sorted(db.conn.execute("SELECT address, digest FROM items NOT INDEXED"), first, end)


def _sorted(rows: sqlcipher.Cursor, first: int, end: int) -> Iterator[list[bytes]]:
    """Those whose addresses begin with a byte from `first` on and before `end`."""
    parts: list[NDArray[np.uint8]] = []
    unread: set[bytes] = set()
    while many := rows.fetchmany(TOGETHER):
        data = b"".join(chain.from_iterable(many))
        if len(data) < WIDTH * len(many):
            unread.update(address for address, digest in many if not digest and first <= address[0] < end)
            data = b"".join([address + (digest or bytes(DIGEST)) for address, digest in many])
        part = np.frombuffer(data, np.uint8).reshape(-1, WIDTH)
        parts.append(part if end - first == 256 else part[(part[:, 0] >= first) & (part[:, 0] < end)])
    table = np.concatenate(parts) if parts else np.empty((0, WIDTH), np.uint8)
    parts.clear()
    high, low = np.ascontiguousarray(table[:, :ADDRESS]).view(">u8").T
    order = np.lexsort((low, high))
    for start in range(0, len(order), TOGETHER):
        data = table[order[start : start + TOGETHER]].tobytes()
        ordered = [data[at : at + WIDTH] for at in range(0, len(data), WIDTH)]
        if unread:
            ordered = [one[:ADDRESS] if one[:ADDRESS] in unread else one for one in ordered]
        yield ordered
