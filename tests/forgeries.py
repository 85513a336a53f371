"""Forgeries of a vault's tables, made from its schema: each a name with the statements that carry it out.

The forger has the key of the database and knows SQL.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from dsr_desk.storage.tables import Database

Statement = tuple[str, list[Any]]
Forgery = tuple[str, list[Statement]]
"""What it is called, and the statements with their values."""

TRIGGERS = ("entries_stay", "entries_are_fixed")
"""What keeps entries as they are, and a forger drops."""


def some(forgeries: Iterator[Forgery], most: int, *, anywhere: bool) -> Iterator[Forgery]:
    """About so many, evenly spread: from another one on each time, or always the same."""
    known = list(forgeries)
    step = max(1, len(known) // most)
    return itertools.islice(known, random.randrange(step) if anywhere else step // 2, None, step)


def keyed(db: Database, table: str) -> list[tuple[str, dict[str, Any]]]:
    """Condition that names one row, and the row, of each row of a table; the values of the condition are its last."""
    columns = [row[1] for row in db.conn.execute(f"PRAGMA table_info({table})").fetchall()]
    return [
        (" AND ".join(f"{name} IS ?" for name in columns), dict(zip(columns, row, strict=True)))
        for row in db.conn.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    ]


def changes(db: Database, table: str) -> Iterator[Forgery]:
    """Each value another one."""
    for where, row in keyed(db, table):
        for name, value in row.items():
            for other in (one for one in others_than(value) if one != value):
                statement = f"UPDATE {table} SET {name} = ? WHERE {where}"
                yield f"{table}.{name}: {value!r:.30} -> {other!r:.30}", [(statement, [other, *row.values()])]


def others_than(value: Any) -> list[Any]:
    if value is None:
        return ["x", b"x", 1]
    if isinstance(value, int):
        return [value + 1, -1, None, "x", value + 0.5]
    if isinstance(value, bytes):
        return [value + b"x", bytes([value[0] ^ 1]) + value[1:] if value else b"y", b"", None, value.hex()]
    text = str(value)
    flipped = chr(ord(text[-1]) ^ 1) if text else "x"
    return [text + " ", text[:-1] + flipped, "", None, text.encode(), "{", '{"a":1}']


def borrowed(db: Database, table: str) -> Iterator[Forgery]:
    """Each value that of another row: an entry, a value, a blob or a key of another case."""
    rows = keyed(db, table)
    for number, (where, row) in enumerate(rows):
        for name, value in row.items():
            other = next((two[name] for _, two in (*rows[number + 1 :], *rows[:number]) if two[name] != value), value)
            if other != value:
                statement = f"UPDATE {table} SET {name} = ? WHERE {where}"
                yield f"{table}.{name} of row {number} from another row", [(statement, [other, *row.values()])]


def deletions(db: Database, table: str) -> Iterator[Forgery]:
    if table == "snapshots":
        return  # without one, the case is read from its entries
    rows = keyed(db, table)
    if rows:
        yield f"{table}: all deleted", [(f"DELETE FROM {table}", [])]
    if table == "entries":
        rows.pop()  # who cuts the end off is found out by a checkpoint alone
    for number, (where, row) in enumerate(rows):
        yield f"{table}: row {number} deleted", [(f"DELETE FROM {table} WHERE {where}", list(row.values()))]


def insertions(db: Database, table: str) -> Iterator[Forgery]:
    """Copies of rows under another key: a key of an integer is a free one, and the next, and one before the first."""
    info = db.conn.execute(f"PRAGMA table_info({table})").fetchall()
    unique = {row[1] for row in info if row[5]}
    for index in db.conn.execute(f"PRAGMA index_list({table})").fetchall():
        if index[2]:
            unique |= {row[2] for row in db.conn.execute(f"PRAGMA index_info({index[1]})").fetchall()}
    for number, (_, row) in enumerate(keyed(db, table)):
        for key in unique or set(row):
            value = row[key]
            for other in (10_000, -1) if isinstance(value, int) else (f"{value}x", "another"):
                new = {**row, key: other.encode() if isinstance(value, bytes) else other}
                names = ", ".join(new)
                marks = ", ".join("?" * len(new))
                statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
                yield f"{table}: row {number} again with {key} = {other!r:.30}", [(statement, list(new.values()))]


def exchanges(db: Database, table: str) -> Iterator[Forgery]:
    """One value of two rows exchanged, where it differs."""
    rows = keyed(db, table)
    columns = list(rows[0][1]) if rows and len(rows[0][1]) > 1 else []
    for (first, one), (second, two) in itertools.pairwise(rows):
        for name in columns:
            after = [{**one, name: two[name]}, {**two, name: one[name]}]
            if one in after or two in after:
                continue
            between = {**two, name: -1 if isinstance(two[name], int) else "between"}
            yield (
                f"{table}.{name} exchanged",
                [
                    (f"UPDATE {table} SET {name} = ? WHERE {second}", [between[name], *two.values()]),
                    (f"UPDATE {table} SET {name} = ? WHERE {first}", [two[name], *one.values()]),
                    (f"UPDATE {table} SET {name} = ? WHERE {second}", [one[name], *between.values()]),
                ],
            )


def carry_out(db: Database, statements: list[Statement]) -> int:
    """Commits them with the triggers dropped; how many rows they changed."""
    db.conn.execute("PRAGMA foreign_keys = off").fetchall()
    for name in TRIGGERS:
        db.conn.execute(f"DROP TRIGGER {name}")
    changed = sum(db.conn.execute(statement, values).rowcount for statement, values in statements)
    db.conn.commit()
    return changed
