"""SQLite databases: rows go from pages, indexes, full-text tables and logs alike."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.erasing import NotVerified
from dsr_desk.datasets.registry import open_source
from dsr_desk.datasets.sqlite_table import DatabaseInUse

SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, mail TEXT);
CREATE INDEX by_mail ON people (mail);
CREATE TABLE "odd ""name" (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE VIRTUAL TABLE notes USING fts5(body);
"""


def database(folder: Path, extra: str = "") -> Path:
    path = folder / "people.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(SCHEMA)
        db.executemany(
            "INSERT INTO people VALUES (?, ?, ?)",
            [(number, f"Person {number}", f"p{number}@example.org") for number in range(200)],
        )
        db.execute("""INSERT INTO "odd ""name" VALUES ('x', 1), ('x', 2)""")
        db.execute("INSERT INTO notes VALUES ('remarkable zanzibarian'), ('ordinary note')")
        db.executescript(extra)
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, text: str) -> list[Doomed]:
    return [
        Doomed("", hashlib.sha256(entry.read()).hexdigest())
        for entry in container.entries()
        if text in (entry.record or {}).values()
    ]


def test_every_table_with_rows_of_its_own_is_listed(tmp_path: Path) -> None:
    container = opened(database(tmp_path, "CREATE VIEW v AS SELECT name FROM people"))
    assert len(list(container.entries())) == 200 + 2 + 2


def test_an_erased_row_is_in_no_byte_of_the_new_file(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    assert b"p77@example.org" in path.read_bytes()
    done = container.erase([*doomed(container, "p77@example.org"), *doomed(container, "remarkable zanzibarian")])
    assert len(done.erased) == 2
    after = path.read_bytes()
    assert b"p77@example.org" not in after
    assert b"zanzibar" not in after
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM notes WHERE notes MATCH 'zanzibarian'").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM notes WHERE notes MATCH 'ordinary'").fetchone() == (1,)
        assert db.execute("SELECT id FROM people WHERE mail = 'p78@example.org'").fetchone() == (78,)


def test_a_table_without_rowids_loses_the_meant_row_alone(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    container.erase(doomed(container, "x")[:1])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute('SELECT * FROM "odd ""name"').fetchall() == [("x", 2)]


def test_rows_in_a_write_ahead_log_are_listed_and_erased(tmp_path: Path) -> None:
    path = database(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("INSERT INTO people VALUES (1000, 'Late', 'late@example.org')")
        container = opened(path)
        late = doomed(container, "Late")
        assert len(late) == 1
        with pytest.raises(DatabaseInUse):
            container.erase(late)
    container.erase(late)
    assert not doomed(container, "Late")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("SELECT count(*) FROM people").fetchone() == (200,)


def test_a_trigger_that_keeps_a_copy_makes_the_erasure_fail_instead_of_pass(tmp_path: Path) -> None:
    path = database(
        tmp_path,
        "CREATE TABLE log (was TEXT);"
        "CREATE TRIGGER keep AFTER DELETE ON people BEGIN INSERT INTO log VALUES (old.mail); END;",
    )
    container = opened(path)
    before = path.read_bytes()
    with pytest.raises(NotVerified):
        container.erase(doomed(container, "p77@example.org"))
    assert path.read_bytes() == before
