"""What erasing rows of a SQLite database costs beside DELETE and VACUUM by hand: time and memory."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

from bench.columns import most_memory
from bench.search import BenchRow
from dsr_desk.datasets import erasing, rows
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.sqlite_rows import hint_of
from dsr_desk.datasets.sqlite_schema import SqliteTable
from dsr_desk.datasets.sqlite_table import SqliteDatabase

ERASED = 3
A_ROW = 1000
"""Bytes of the text of a row, about."""

TIMES_BY_HAND = 1 / 1.5
"""Erasing is to take at most one and a half times what it takes by hand."""

PEOPLE = SqliteTable("people", ("id", "name", "mail", "bio"), ("rowid",))


def databases_rows(megabytes: int, folder: Path | None = None) -> list[BenchRow]:
    """A database of so many megabytes, from which three rows are erased. `folder` needs room for four of it."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = Path(made) / "people.db"
        count = megabytes * 1_000_000 // (A_ROW + 100)
        _write(path, count)
        (ours, our_memory), (theirs, their_memory) = _alone(_erase, path, count), _alone(_by_hand, path, count)
        return [
            BenchRow(
                f"erase {ERASED} rows of a SQLite database of {megabytes} MB, compared", "sqlite3: DELETE, VACUUM",
                ours, theirs, "s", TIMES_BY_HAND,
            ),
            BenchRow("most memory while erasing", "sqlite3: DELETE, VACUUM", our_memory, their_memory, "MB"),
        ]  # fmt: skip


def _alone(work: Callable[[Path, int], None], path: Path, count: int) -> tuple[float, float]:
    """Seconds and megabytes that a function takes on a copy, in a process of its own."""
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    erasing.sync(copy)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, copy, count).result()


def _measured(work: Callable[[Path, int], None], path: Path, count: int) -> tuple[float, float]:
    before = most_memory()
    start = time.perf_counter()
    work(path, count)
    spent = time.perf_counter() - start
    return round(spent, 2), max(1.0, round((most_memory() - before) / 1024, 1))


def _erase(path: Path, count: int) -> None:
    """As it is done in the program, but for the cell: the file is hashed before and after."""
    database = SqliteDatabase(path, path.name)
    erasing.file_digest(path)
    done = database.erase_here([_doomed(path, number) for number in _meant(count)])
    erasing.file_digest(path)
    if len(done.erased) != ERASED:
        raise RuntimeError("rows were not found again")


def _doomed(path: Path, number: int) -> Doomed:
    """As looking at the database before told it."""
    with closing(sqlite3.connect(path)) as db:
        row = db.execute("SELECT * FROM people WHERE id = ?", (number,)).fetchone()
    stored = rows.stored_row([PEOPLE.name, dict(zip(PEOPLE.columns, row, strict=True))])
    return Doomed("", hashlib.sha256(stored).hexdigest(), hint=hint_of((PEOPLE,), PEOPLE, (number,)))


def _by_hand(path: Path, count: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executemany("DELETE FROM people WHERE id = ?", [(number,) for number in _meant(count)])
        db.execute("VACUUM")


def _meant(count: int) -> tuple[int, ...]:
    return (0, count // 2, count - 1)


def _write(path: Path, count: int) -> None:
    chance = random.Random(1)
    words = [f"word{chance.randrange(10_000)}" for _ in range(1000)]
    text = " ".join(words)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, bio TEXT)")
        db.execute("CREATE INDEX by_mail ON people (mail)")
        db.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?)",
            (
                (
                    number,
                    f"Person {number}",
                    f"p{number}@example.org",
                    text[(at := chance.randrange(6000)) : at + A_ROW],
                )
                for number in range(count)
            ),
        )
