"""Registers: tables whose every change stands in the log with a digest, so that a change beside the program shows.

What is written to a register is named in the act that goes with it (`touches`): table and key of each group of rows.
The act's field `registers` holds the digest of each group as it is then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.storage.tables import Database

FIELD = "registers"
Touch = tuple[str, tuple[Any, ...]]
"""A table and the key of one of its groups."""


@dataclass(frozen=True)
class Register:
    """A table, and the columns whose values make one group of its rows."""

    table: str
    key: tuple[str, ...]


def touch(table: str, *key: Any) -> Touch:
    return table, key


def digests(db: Database, registers: Sequence[Register], touched: Iterable[Touch]) -> dict[str, str]:
    """Digest (hex) of each group as it is now, "" where it has no rows; by the group's name."""
    known = {one.table: one for one in registers}
    return {name_of(table, key): _digest(db, known[table], key) for table, key in touched}


def name_of(table: str, key: Sequence[Any]) -> str:
    plain = [one.hex() if isinstance(one, bytes) else one for one in key]
    return json.dumps([table, *plain], ensure_ascii=False, separators=(",", ":"))


def problems(db: Database, registers: Sequence[Register], recorded: Mapping[str, str]) -> Iterator[Message]:
    """What the registers hold otherwise than the log says. `recorded` is the newest digest of each group."""
    there: set[str] = set()
    for name, digest in recorded.items():
        if type(digest) is not str:
            yield message("register.missing", table=name)
    for register in registers:
        columns = ", ".join(register.key)
        for key in db.conn.execute(f"SELECT DISTINCT {columns} FROM {register.table}").fetchall():
            name = name_of(register.table, key)
            there.add(name)
            known = recorded.get(name, "")
            if not known:
                yield message("register.extra", table=register.table)
            elif known != _digest(db, register, key):
                yield message("register.changed", table=register.table)
    for name, digest in recorded.items():
        if digest and name not in there:
            yield message("register.missing", table=name.split('"')[1])


def _digest(db: Database, register: Register, key: Sequence[Any]) -> str:
    where = " AND ".join(f"{column} IS ?" for column in register.key)
    cursor = db.conn.execute(f"SELECT * FROM {register.table} WHERE {where}", list(key))
    names = [column[0] for column in cursor.description]
    order = sorted(range(len(names)), key=lambda at: names[at])
    rows = sorted(_spelled([(names[at], row[at]) for at in order]) for row in cursor)
    if not rows:
        return ""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(len(row).to_bytes(8, "big") + row)
    return digest.hexdigest()


def _spelled(row: Sequence[tuple[str, Any]]) -> bytes:
    plain = [[name, type(value).__name__, value.hex() if isinstance(value, bytes) else value] for name, value in row]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
