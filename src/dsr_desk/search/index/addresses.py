"""The index over items' addresses: built once behind a reading of many items, since it grows in no order.

Meanwhile items that are alike in all of their address but the occurrence have the same one; they are numbered when the
index is built, in the order of their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.core.items import ADDRESS, address_of
from dsr_desk.datasets.hashed import DIGEST
from dsr_desk.storage.tables import Database

AT_ONCE = 1_500_000
"""So many items are sorted at once, 48 bytes each."""

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


def in_order(db: Database, container: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Address and digest of every item, or of a container's, in the order of addresses.

    Items are read as they lie and sorted in memory, so many at once: looking each up by the index would read a page for
    each.
    """
    where, values = ("WHERE container = ?", [container]) if container is not None else ("", [])
    (count,) = db.conn.execute(f"SELECT count(*) FROM items {where}", values).fetchone()
    passes = count // AT_ONCE + 1
    parts = [256 * at // passes for at in range(passes + 1)]
    for first, end in pairwise(parts):
        yield from _sorted(
            db.conn.execute(f"SELECT address, digest FROM items NOT INDEXED {where}", values), first, end
        )


def _sorted(rows: Iterable[tuple[bytes, bytes]], first: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Those whose addresses begin with a byte from `first` on and before `end`, in their order."""
    parts = [bytearray() for _ in range(256)]
    unread: set[bytes] = set()
    for address, digest in rows:
        if first <= address[0] < end:
            parts[address[0]] += address + digest
            if not digest:
                unread.add(address)
                parts[address[0]] += bytes(DIGEST)
    while parts:
        part = np.frombuffer(parts.pop(0), np.uint8).reshape(-1, ADDRESS + DIGEST)
        high, low = np.ascontiguousarray(part[:, :ADDRESS]).view(">u8").T
        data = part[np.lexsort((low, high))].tobytes()
        for at in range(0, len(data), ADDRESS + DIGEST):
            address = data[at : at + ADDRESS]
            yield address, b"" if address in unread else data[at + ADDRESS : at + ADDRESS + DIGEST]
