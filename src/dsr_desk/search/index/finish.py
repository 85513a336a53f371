"""The last step of a build: blocks packed, inventory committed to, statement signed, index marked as finished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import dsr_desk
from dsr_desk.core import merkle
from dsr_desk.core.codec import from_text, restore
from dsr_desk.core.items import ADDRESS, DatasetVersion, LedgerClass
from dsr_desk.faces.card import ModelCard
from dsr_desk.search.index.about import ABOUT, About, IndexPurpose, IndexSigner, about_bytes, digest_of_about
from dsr_desk.search.index.addresses import in_order, settle_addresses
from dsr_desk.search.index.folder import read_setting
from dsr_desk.search.index.unread_rows import SOURCES, counts_by_kind
from dsr_desk.search.records.names import NAME_ENGINE
from dsr_desk.search.records.scripts import japanese_installed
from dsr_desk.storage.clock import now
from dsr_desk.storage.database import transaction
from dsr_desk.storage.files import write_whole
from dsr_desk.storage.tables import Database

BLOCK_FACES = 4096
_HMAC_BLOCK = 64


def finish(db: Database, folder: Path, signer: IndexSigner | None, *, complete: bool) -> About:
    """Brings everything beside the items up to date; the index opens once this is through."""
    with transaction(db, folder):
        settle_addresses(db, from_text(read_setting(db, "version"), DatasetVersion).name)
        pack_blocks(db)
    about = _about(db, signer, complete=complete)
    data = about_bytes(about, signer)
    # Until the last transaction the index counts as unfinished, so about.json and its digest never disagree unseen.
    write_whole(folder / ABOUT, data)
    with transaction(db, folder):
        write_setting(db, "generation", str(about.generation))
        write_setting(db, "about", digest_of_about(data))
        write_setting(db, "state", "finished")
    db.conn.execute("PRAGMA wal_checkpoint(truncate)")
    return about


def write_setting(db: Database, key: str, value: str) -> None:
    db.conn.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [key, value])


def name_settings(db: Database, *, new: bool) -> dict[str, str]:
    """How names are read in this index: stays what it began with, and less where a dictionary is not here any more."""
    japanese = (new or read_setting(db, "japanese") == "yes") and japanese_installed()
    return {"japanese": "yes" if japanese else "no", **({"names": str(NAME_ENGINE)} if new else {})}


def inventory_leaves(db: Database) -> Iterator[bytes]:
    """Leaf hash of every item, in the order of addresses: what the inventory's root is over.

    A leaf is `salt ‖ address ‖ digest`, with the salt an HMAC of the address under the index's own secret, since
    rows of a table can be guessed.
    """
    secret = bytes.fromhex(read_setting(db, "salt")).ljust(_HMAC_BLOCK, b"\0")
    # HMAC as RFC 2104 writes it, with what is the same for all items reckoned once: the library's takes twice as long.
    inner, outer = (bytes(byte ^ pad for byte in secret) for pad in (0x36, 0x5C))
    for items in in_order(db):
        salts = [sha256(outer + sha256(inner + item[:ADDRESS]).digest()).digest() for item in items]
        yield from [merkle.leaf_hash(salt + item) for salt, item in zip(salts, items, strict=True)]


def pack_blocks(db: Database) -> None:
    """Joins the small blocks that batches left behind, so that opening reads few and long ones."""
    group: list[tuple[int, int, int, int]] = []
    query = "SELECT id, container, first_face, count FROM blocks ORDER BY first_face"
    for row in db.conn.execute(query).fetchall():
        joins = group and row[1] == group[0][1] and row[2] == group[-1][2] + group[-1][3]
        if group and (not joins or sum(one[3] for one in group) + row[3] > BLOCK_FACES):
            _join(db, group)
            group = []
        group.append(row)
    _join(db, group)


def _join(db: Database, group: list[tuple[int, int, int, int]]) -> None:
    if len(group) < 2:
        return
    parts: list[list[bytes]] = [[], [], []]
    for block, *_ in group:
        scales, coarse = db.conn.execute("SELECT scales, coarse FROM blocks WHERE id = ?", [block]).fetchone()
        fine = db.conn.execute("SELECT codes FROM fine WHERE block = ?", [block]).fetchone()[0]
        for part, data in zip(parts, (scales, coarse, fine), strict=True):
            part.append(data)
        db.conn.execute("DELETE FROM fine WHERE block = ?", [block])
        db.conn.execute("DELETE FROM blocks WHERE id = ?", [block])
    first, count = group[0], sum(one[3] for one in group)
    db.conn.execute(
        "INSERT INTO blocks (id, container, first_face, count, scales, coarse) VALUES (?, ?, ?, ?, ?, ?)",
        [first[0], first[1], first[2], count, b"".join(parts[0]), b"".join(parts[1])],
    )
    db.conn.execute("INSERT INTO fine VALUES (?, ?)", [first[0], b"".join(parts[2])])


def _about(db: Database, signer: IndexSigner | None, *, complete: bool) -> About:
    version = from_text(read_setting(db, "version"), DatasetVersion)
    engine = json.loads(read_setting(db, "engine"))
    ledger = {str(kind): 0 for kind in LedgerClass}
    ledger |= dict(db.conn.execute("SELECT ledger, count(*) FROM items WHERE record = 0 GROUP BY ledger"))
    records = _count(db, "SELECT count(*) FROM items WHERE record = 1")
    return About(
        index=read_setting(db, "index"),
        generation=int(read_setting(db, "generation")) + 1,
        dataset=version.name,
        version=version.version,
        engine=engine["name"],
        engine_digest=engine["digest"],
        dimension=engine["dimension"],
        photos=sum(ledger.values()),
        records=records,
        faces=_count(db, "SELECT count(*) FROM faces"),
        ledger=ledger,
        containers=dict(db.conn.execute("SELECT state, count(*) FROM containers GROUP BY state")),
        left_out=_count(db, f"SELECT coalesce(sum(count), 0) FROM unread_kinds WHERE container = {SOURCES}"),
        items=sum(ledger.values()) + records,
        inventory=merkle.root(inventory_leaves(db)).hex(),
        complete=complete,
        built=now(),
        program=dsr_desk.__version__,
        register=from_text(read_setting(db, "register"), IndexPurpose),
        writer=signer.public_key if signer else "",
        unread=counts_by_kind(db),
        poor_faces=_count(db, _POOR_FACES),
        engine_card=restore(engine["card"], ModelCard) if engine.get("card") else None,
        names=int(read_setting(db, "names") or 1),
        japanese=read_setting(db, "japanese") == "yes",
        engine_checked=json.dumps(engine["check"]) if engine.get("check") else "",
    )


_POOR_FACES = (
    "SELECT count(*) FROM faces f JOIN items i ON i.id = f.item "
    f"WHERE f.comparable = 0 AND i.ledger = '{LedgerClass.FACES}'"
)


def _count(db: Database, query: str) -> int:
    return int(db.conn.execute(query).fetchone()[0])
