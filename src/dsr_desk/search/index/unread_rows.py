"""What no search sees of an index's data, as rows: places, and their sums a container, kind and reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dsr_desk.core.codec import from_text, to_text
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Unread
from dsr_desk.storage.tables import Database

SOURCES = 0
"""In place of a container: files below the sources that are none."""


@dataclass
class _Sum:
    count: int = 0
    size: int = 0
    places: list[tuple[str, int, int]] = field(default_factory=list)


def write_unread(db: Database, container: int, places: Iterable[Unread]) -> None:
    """Adds to what is not read of a container, inside the caller's transaction."""
    sums: dict[tuple[Message, Message], _Sum] = defaultdict(_Sum)
    for one in places:
        found = sums[one.kind, one.why]
        found.count += one.count
        found.size += one.size
        found.places.append((one.place, one.count, one.size))
    query = (
        "INSERT INTO unread_kinds (container, kind, why, count, size) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
        "(container, kind, why) DO UPDATE SET count = count + excluded.count, size = size + excluded.size RETURNING id"
    )
    for (kind, why), found in sums.items():
        values = [container, to_text(kind), to_text(why), found.count, found.size]
        (row,) = db.conn.execute(query, values).fetchone()
        query_of_place = "INSERT INTO unread (what, place, count, size) VALUES (?, ?, ?, ?)"
        db.conn.executemany(query_of_place, ((row, *place) for place in found.places))


def forget_unread(db: Database, container: int) -> None:
    """Takes out what is not read of a container, inside the caller's transaction."""
    mine = "SELECT id FROM unread_kinds WHERE container = ?"
    db.conn.execute(f"DELETE FROM unread WHERE what IN ({mine})", [container])
    db.conn.execute("DELETE FROM unread_kinds WHERE container = ?", [container])


def counts_by_kind(db: Database) -> dict[str, int]:
    """How many places are not read, parts of photos among them, by code of their kind."""
    found: dict[str, int] = defaultdict(int)
    found.update(db.conn.execute("SELECT kind, count(*) FROM partly GROUP BY kind"))
    older = "SELECT count(*) FROM items WHERE record = 0 AND looked = 0 AND width > 0"
    found["partly.older"] = int(db.conn.execute(older).fetchone()[0])
    for kind, count in db.conn.execute("SELECT kind, sum(count) FROM unread_kinds GROUP BY kind"):
        found[from_text(kind, Message).code] += int(count)
    return {code: count for code, count in sorted(found.items()) if count}


def left_out(db: Database) -> dict[str, Message]:
    """Files below the sources that no reader understood, by name, with the reason."""
    query = (
        "SELECT u.place, k.why FROM unread u JOIN unread_kinds k ON k.id = u.what WHERE k.container = ? "
        "ORDER BY u.place"
    )
    return {place: from_text(why, Message) for place, why in db.conn.execute(query, [SOURCES])}


def as_unread(name: str, why: Message) -> Unread:
    """A file that no reader took."""
    kind = why.values.get("kind")
    if isinstance(kind, Message):
        return Unread(name, kind, why)
    return Unread(name, message("kind.unknown" if why.code == "why.format.unknown" else "kind.unopened"), why)
