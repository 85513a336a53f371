"""Unused bytes of SQLite files: all of them are cleared, and no row is another one afterwards."""

from __future__ import annotations

import mmap
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dsr_desk.datasets.sqlite_pages import clear_unused, unused_bytes

TABLES = ("SELECT rowid, * FROM t", "SELECT * FROM w", "SELECT rowid, * FROM f")


def cleared(path: Path) -> int:
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        return clear_unused(data)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_written_and_deleted_nothing_unused_is_left_and_nothing_used_is_lost(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for name, values in (("page_size", (512, 1024, 4096, 65536)), ("auto_vacuum", (0, 1, 2))):
            db.execute(f"PRAGMA {name} = {chance.choice(values)}")
        db.execute(f"PRAGMA encoding = '{chance.choice(('UTF-8', 'UTF-16'))}'")
        db.execute("PRAGMA secure_delete = OFF").fetchall()
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE t (a TEXT, b BLOB)")
        db.execute("CREATE INDEX i ON t (a)")
        db.execute("CREATE TABLE w (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID")
        db.execute("CREATE VIRTUAL TABLE f USING fts5(x)")

        def text() -> str:
            return "".join(chance.choices("abcdef ", k=chance.choice((3, 20, 200, 3000, 9000))))

        some = "WHERE rowid = (SELECT rowid FROM t LIMIT 1 OFFSET ?)"
        for number in range(150):
            at = chance.randrange(max(1, number // 3))
            how = chance.randrange(6)
            if how < 3:
                db.execute("INSERT INTO t VALUES (?, ?)", (text(), chance.randbytes(chance.choice((3, 400, 5000)))))
            elif how == 3:
                db.execute("INSERT OR REPLACE INTO w VALUES (?, ?)", (text(), text()))
            elif how == 4:
                db.execute(f"DELETE FROM t {some}", (at,))
                db.execute("INSERT INTO f VALUES (?)", (text(),))
            else:
                db.execute(f"UPDATE t SET a = ? {some}", (text(), at))
        before = [db.execute(one).fetchall() for one in TABLES]
    assert unused_bytes(path) > 0
    cleared(path)
    assert unused_bytes(path) == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert [db.execute(one).fetchall() for one in TABLES] == before
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.execute("INSERT INTO f (f) VALUES ('integrity-check')")
        for table in "twf":
            db.execute(f"DELETE FROM {table}")
        db.execute("INSERT INTO f (f) VALUES ('optimize')")
    cleared(path)
    data = path.read_bytes()
    for row in before[0]:
        spelt = (str(row[1])[:20].encode(), str(row[1])[:20].encode("utf-16-le"))
        assert len(spelt[0]) < 20 or not any(one in data for one in spelt)


def test_pages_with_bytes_of_another_program_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA secure_delete = OFF").fetchall()
        db.execute("CREATE TABLE t (a TEXT)")
        db.executemany("INSERT INTO t VALUES (?)", [(f"row {number}",) for number in range(99)])
        db.execute("DELETE FROM t WHERE rowid % 2")
    data = bytearray(path.read_bytes())
    data[20] = 8
    path.write_bytes(data)
    assert cleared(path) == 0
    assert path.read_bytes() == data
