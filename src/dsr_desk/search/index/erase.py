"""Takes single items out of an index: faces, templates, thumbnails, records and everything they are found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.search.index.about import ABOUT, About, IndexSigner, read_about
from dsr_desk.search.index.finish import finish, write_setting
from dsr_desk.search.index.folder import IN_CLAUSE, LOCK, Index, IndexDamaged, open_database, read_setting
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.search.index.lookup import forget
from dsr_desk.storage.database import transaction
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.tables import Database


def erase_items(folder: Path, secret: Secret, items: Iterable[str], signer: IndexSigner | None = None) -> About:
    """Erases all that the index holds of these item ids, overwrites it on disk, and makes a new generation.

    Ids that the index does not know are passed over, so it is safe to call again after a kill. Raises what opening
    an index raises, and InUse.
    """
    with rewriting(folder, secret) as db:
        with transaction(db, folder):
            write_setting(db, "state", "building")
            query = "SELECT id, container FROM items WHERE address = ?"
            found = [row for item in items for row in db.conn.execute(query, [bytes.fromhex(item)])]
            erase_rows(db, [row for row, _ in found])
            _count_again(db, {container for _, container in found})
        return finish_again(db, folder, signer)


def erase_containers(
    folder: Path, secret: Secret, containers: Iterable[str], items: Iterable[str], signer: IndexSigner | None = None
) -> About:
    """As `erase_items`, of all items of these containers (names) and of single ones beside them.

    A container of which all is erased is forgotten itself, with what was not read of it.
    """
    with rewriting(folder, secret) as db:
        with transaction(db, folder):
            write_setting(db, "state", "building")
            touched = set()
            for row in _container_rows(db, containers):
                _erase_all_of(db, row)
            query = "SELECT id, container FROM items WHERE address = ?"
            more = iter(items)
            while part := list(islice(more, _AT_ONCE)):
                found = [row for item in part for row in db.conn.execute(query, [bytes.fromhex(item)])]
                erase_rows(db, [row for row, _ in found])
                touched |= {container for _, container in found}
            _count_again(db, touched)
        return finish_again(db, folder, signer)


def items_in(index: Index, containers: Iterable[str]) -> int:
    """How many items the index knows in these containers (names)."""
    query = "SELECT count(*) FROM items WHERE container IN (SELECT id FROM containers WHERE name = ?)"
    return sum(int(index.db.conn.execute(query, [name]).fetchone()[0]) for name in containers)


def _container_rows(db: Database, containers: Iterable[str]) -> list[int]:
    query = "SELECT id FROM containers WHERE name = ?"
    return [row[0] for name in containers for row in db.conn.execute(query, [name])]


def _erase_all_of(db: Database, container: int) -> None:
    """All that the index holds of a container. Blocks hold faces of one container alone, so they go whole."""
    query = "SELECT id FROM items WHERE container = ? LIMIT ?"
    db.conn.execute("DELETE FROM fine WHERE block IN (SELECT id FROM blocks WHERE container = ?)", [container])
    db.conn.execute("DELETE FROM blocks WHERE container = ?", [container])
    while rows := [row[0] for row in db.conn.execute(query, [container, _AT_ONCE])]:
        erase_rows(db, rows, with_templates=False)
    for statement in (
        "DELETE FROM unread WHERE what IN (SELECT id FROM unread_kinds WHERE container = ?)",
        "DELETE FROM unread_kinds WHERE container = ?",
        "DELETE FROM columns WHERE container = ?",
        "DELETE FROM containers WHERE id = ?",
    ):
        db.conn.execute(statement, [container])


_AT_ONCE = 20_000


def describe_as(folder: Path, secret: Secret, version: DatasetVersion, signer: IndexSigner | None = None) -> About:
    """Lets an index describe another version of its dataset, such as the one that an erasure made.

    Item ids hold the dataset's name and not its version, so the name must be the same. Raises as `erase_items` does.
    """
    with rewriting(folder, secret) as db:
        if from_text(read_setting(db, "version"), DatasetVersion).name != version.name:
            raise ValueError("an index keeps the name of its dataset")
        with transaction(db, folder):
            write_setting(db, "state", "building")
            write_setting(db, "version", to_text(version))
        return finish_again(db, folder, signer)


def remaining_items(index: Index, items: Iterable[str]) -> set[str]:
    """Those of these item ids that the index still knows."""
    wanted = [bytes.fromhex(one) for one in items]
    return {address.hex() for (address,) in index.rows_in("SELECT address FROM items WHERE address IN ({})", wanted)}


def erase_rows(db: Database, rows: list[int], *, with_templates: bool = True) -> None:
    """Erases items by row, inside the caller's transaction; templates too, unless they are gone already."""
    forget(db, rows)
    for start in range(0, len(rows), IN_CLAUSE):
        part = rows[start : start + IN_CLAUSE]
        marks = ",".join("?" * len(part))
        faces = [row[0] for row in db.conn.execute(f"SELECT id FROM faces WHERE item IN ({marks})", part)]
        if with_templates:
            _erase_templates(db, faces)
        for statement in (
            f"DELETE FROM thumbnails WHERE face IN (SELECT id FROM faces WHERE item IN ({marks}))",
            f"DELETE FROM records WHERE item IN ({marks})",
            f"DELETE FROM faces WHERE item IN ({marks})",
            f"DELETE FROM partly WHERE item IN ({marks})",
            f"DELETE FROM looks WHERE item IN ({marks})",
            f"DELETE FROM items WHERE id IN ({marks})",
        ):
            db.conn.execute(statement, part)


def _count_again(db: Database, containers: set[int]) -> None:
    """Of what was read to its end; where a build goes on, it counts on what it has written."""
    own = "(SELECT count(*) FROM items WHERE container = containers.id)"
    for container in containers:
        db.conn.execute(f"UPDATE containers SET entries = {own} WHERE id = ? AND state = 'read'", [container])


def _erase_templates(db: Database, faces: list[int]) -> None:
    """Cuts faces out of their blocks; what is left of a block is written again as unbroken runs of faces."""
    holding = "SELECT id, container, first_face, count FROM blocks WHERE first_face <= ? AND first_face + count > ?"
    doomed = set(faces)
    while doomed:
        face = next(iter(doomed))
        block = db.conn.execute(holding, [face, face]).fetchone()
        if block is None:
            raise ValueError("a face without a template")
        block_id, container, first, count = block
        here = [first + i for i in range(count) if first + i in doomed]
        planes = _planes(db, block_id, count)
        db.conn.execute("DELETE FROM fine WHERE block = ?", [block_id])
        db.conn.execute("DELETE FROM blocks WHERE id = ?", [block_id])
        for start, end in _runs(first, count, here):
            part = [plane[start - first : end - first].tobytes() for plane in planes]
            query = "INSERT INTO blocks (container, first_face, count, scales, coarse) VALUES (?, ?, ?, ?, ?)"
            new = db.conn.execute(query, [container, start, end - start, part[0], part[1]]).lastrowid
            db.conn.execute("INSERT INTO fine VALUES (?, ?)", [new, part[2]])
        doomed.difference_update(here)


def _planes(db: Database, block: int, count: int) -> list[Any]:
    """Scales (n,), coarse and fine codes (n, dimension) of a block."""
    scales, coarse = db.conn.execute("SELECT scales, coarse FROM blocks WHERE id = ?", [block]).fetchone()
    fine = db.conn.execute("SELECT codes FROM fine WHERE block = ?", [block]).fetchone()[0]
    return [
        np.frombuffer(scales, np.float32),
        np.frombuffer(coarse, np.int8).reshape(count, -1),
        np.frombuffer(fine, np.int8).reshape(count, -1),
    ]


def _runs(first: int, count: int, without: list[int]) -> Iterator[tuple[int, int]]:
    """Unbroken runs [start, end) of the numbers from `first` on that are not in `without` (ascending)."""
    start = first
    for gap in [*without, first + count]:
        if gap > start:
            yield start, gap
        start = gap + 1


@contextmanager
def rewriting(folder: Path, secret: Secret) -> Iterator[Database]:
    """The database of an index that nobody else may write meanwhile. Raises what opening an index raises, and InUse."""
    lock = FileLock(folder / LOCK, folder)
    try:
        db = open_database(folder, secret)
        try:
            yield db
        finally:
            db.close()
    finally:
        lock.release()


def finish_again(db: Database, folder: Path, signer: IndexSigner | None) -> About:
    """Makes a new generation of an index, as complete as it was and is. Raises IndexDamaged."""
    waiting = db.conn.execute("SELECT 1 FROM containers WHERE state IN ('waiting', 'reading')").fetchone()
    try:
        complete = read_about((folder / ABOUT).read_bytes()).complete and waiting is None
    except (OSError, ValueError) as error:
        raise IndexDamaged(where=folder, why=message("why.index.about")) from error
    return finish(db, folder, signer, complete=complete)
