"""SQLite databases: rows go from pages, indexes, full-text tables and logs alike, and nothing else changes."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from contracts.container_samples import photo
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets import sqlite_opening
from dsr_desk.datasets.container import Accounts, Container, ContainerNotRead, Doomed, Unread
from dsr_desk.datasets.in_place import DatabaseInUse
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source
from dsr_desk.datasets.sqlite_erasing import RowsNotErased
from dsr_desk.datasets.sqlite_rows import NotByRow
from dsr_desk.datasets.sqlite_table import SqliteDatabase

SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, mail TEXT);
CREATE INDEX by_mail ON people (mail);
CREATE TABLE "odd ""name" (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE VIRTUAL TABLE notes USING fts5(body);
"""

pytestmark = pytest.mark.usefixtures("readers_in_process")


def database(folder: Path, extra: str = "", before: str = "") -> Path:
    path = folder / "people.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(before)
        db.executescript(SCHEMA)
        db.executemany(
            "INSERT INTO people VALUES (?, ?, ?)",
            [(number, f"Person {number}", f"p{number}@example.org") for number in range(200)],
        )
        db.execute("""INSERT INTO "odd ""name" VALUES ('x', 1), ('x', 2)""")
        db.execute("INSERT INTO notes VALUES ('remarkable zanzibarian'), ('ordinary note')")
        db.executescript(extra)
    return path


def made(path: Path, *statements: str, **pragmas: object) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for name, value in pragmas.items():
            db.execute(f"PRAGMA {name} = {value}").fetchall()
        for one in statements:
            db.execute(one)
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, text: str, *, hinted: bool = True) -> list[Doomed]:
    return [
        Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest(), hint=entry.hint if hinted else None)
        for entry in container.entries()
        if any(text in value for value in (entry.record or {}).values())
    ]


def asked(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(question).fetchall()


def bytes_beside(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name))


@contextmanager
def another_program(path: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has said these to the database and keeps it open."""
    code = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for one in sys.argv[2:]: db.execute(one).fetchmany(1)\n"
        "print(flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(path), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        program.stdout.readline()
        try:
            yield program
        finally:
            program.communicate()


def unread_in(container: Container) -> dict[str, str]:
    return {one.place: one.kind.code for one in container.listing() if isinstance(one, Unread)}


def test_every_table_with_rows_of_its_own_is_listed(tmp_path: Path) -> None:
    container = opened(database(tmp_path, "CREATE VIEW v AS SELECT name FROM people"))
    assert len(list(container.entries())) == 200 + 2 + 2


def test_an_erased_row_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    assert b"p77@example.org" in path.read_bytes()
    done = container.erase([*doomed(container, "p77@example.org"), *doomed(container, "remarkable zanzibarian")])
    assert (len(done.erased), done.kept) == (2, 202)
    after = path.read_bytes()
    assert b"p77@example.org" not in after
    assert b"zanzibar" not in after
    assert asked(path, "SELECT count(*) FROM notes WHERE notes MATCH 'zanzibarian'") == [(0,)]
    assert asked(path, "SELECT count(*) FROM notes WHERE notes MATCH 'ordinary'") == [(1,)]
    assert asked(path, "SELECT id FROM people WHERE mail = 'p78@example.org'") == [(78,)]
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_without_rowids_loses_the_meant_row_alone(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    container.erase(doomed(container, "x")[:1])
    assert asked(path, 'SELECT * FROM "odd ""name"') == [("x", 2)]


@pytest.mark.parametrize("hinted", [True, False])
def test_rows_keep_their_numbers_so_that_others_point_at_the_same_people(tmp_path: Path, *, hinted: bool) -> None:
    path = made(tmp_path / "people.db", "CREATE TABLE u (name TEXT, bio TEXT)", "CREATE TABLE refs (who INT, was TEXT)")
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO u VALUES (?, ?)", [(f"Person {n}", f"word{n} text") for n in range(50)])
        db.execute("DELETE FROM u WHERE rowid = 3")
        db.execute("INSERT INTO refs SELECT rowid, name FROM u")
        db.execute("CREATE VIRTUAL TABLE f USING fts5(name, bio, content='u')")
        db.execute("INSERT INTO f (f) VALUES ('rebuild')")
    container = opened(path)
    done = container.erase(doomed(container, "word20 ", hinted=hinted))
    assert (len(done.erased), done.kept) == (1, 48 + 49)
    assert [note.code for note in done.notes] == ["note.erase.text-index"]
    joined = "SELECT was FROM refs JOIN u ON u.rowid = who WHERE was <> name"
    assert asked(path, joined) == []
    assert asked(path, "SELECT rowid FROM f WHERE f MATCH 'word40'") == [(41,)]
    assert asked(path, "SELECT rowid FROM f WHERE f MATCH 'word20'") == []
    assert b"word20" not in path.read_bytes()


@pytest.mark.parametrize("module", ["fts5", "fts4"])
def test_a_full_text_index_that_triggers_keep_in_step_loses_the_words_and_is_not_made_anew(
    tmp_path: Path, module: str
) -> None:
    forget = "INSERT INTO f (f, rowid, bio) VALUES ('delete', old.rowid, old.bio)"
    if module == "fts4":
        forget = "DELETE FROM f WHERE docid = old.rowid"
    path = made(
        tmp_path / "people.db",
        "CREATE TABLE u (bio TEXT)",
        f"CREATE VIRTUAL TABLE f USING {module}(bio, content='u')",
        f"CREATE TRIGGER leave BEFORE DELETE ON u BEGIN {forget}; END",
        "INSERT INTO u VALUES ('plain words here'), ('remarkable zanzibarian'), ('other plain words')",
        "INSERT INTO f (f) VALUES ('rebuild')",
    )
    container = opened(path)
    done = container.erase(doomed(container, "zanzibarian"))
    assert done.notes == ()
    assert asked(path, "SELECT rowid FROM f WHERE f MATCH 'plain'") == [(1,), (3,)]
    assert b"zanzibar" not in path.read_bytes()


def test_an_index_that_keeps_words_alone_is_named_and_loses_the_words_too(tmp_path: Path) -> None:
    path = made(
        tmp_path / "people.db",
        "CREATE TABLE u (bio TEXT)",
        "CREATE VIRTUAL TABLE f USING fts5(bio, content='')",
        "INSERT INTO u VALUES ('plain words'), ('remarkable zanzibarian')",
        "INSERT INTO f (rowid, bio) SELECT rowid, bio FROM u",
    )
    container = opened(path)
    assert unread_in(container) == {"f": "kind.words-alone"}
    assert container.erase(doomed(container, "zanzibarian")).notes == ()
    assert asked(path, "SELECT rowid FROM f WHERE f MATCH 'zanzibarian'") == []
    assert asked(path, "SELECT rowid FROM f WHERE f MATCH 'plain'") == [(1,)]
    assert b"zanzibar" not in path.read_bytes()


def test_what_rows_left_behind_in_unused_bytes_goes_with_the_row(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    rows = random.Random(3)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = OFF").fetchall()
        db.execute("CREATE TABLE u (name TEXT, bio TEXT)")
        db.execute("CREATE INDEX by_name ON u (name)")
        db.execute("PRAGMA synchronous = OFF")
        for number in range(300):
            db.execute("INSERT INTO u VALUES (?, ?)", (f"Person {number}", "x " * rows.choice((5, 450, 3000))))
            if number % 3 == 0:
                db.execute("UPDATE u SET bio = 'zanzibarian before ' || bio WHERE rowid = 7")
                db.execute("UPDATE u SET bio = ? WHERE rowid = 7", ("x " * rows.choice((5, 450, 3000)),))
    assert b"zanzibarian" in path.read_bytes()
    container = opened(path)
    assert unread_in(container).get("") == "kind.unused-bytes"
    container.erase(doomed(container, "Person 6"[:8])[:1])
    assert b"zanzibarian" not in path.read_bytes()
    assert unread_in(opened(path)) == {}
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    "before", [{"auto_vacuum": 1}, {"auto_vacuum": 2}, {"page_size": 512}, {"encoding": "'UTF-16'"}]
)
@pytest.mark.parametrize("logged", [True, False])
def test_a_database_stays_as_it_was_made(tmp_path: Path, before: dict[str, object], *, logged: bool) -> None:
    mode = {"journal_mode": "WAL"} if logged else {}
    path = made(
        tmp_path / "people.db",
        "CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, up TEXT AS (upper(name))) STRICT",
        "CREATE INDEX by_up ON u (up) WHERE id > 2",
        "INSERT INTO u (name) SELECT 'Person ' || value FROM json_each('[1,2,3,4,5,6,7,8]')",
        "INSERT INTO u (name) VALUES (replace(hex(zeroblob(7000)), '00', 'zz '))",
        "ANALYZE",
        "PRAGMA user_version = 7",
        **before,
        **mode,
    )
    questions = [f"PRAGMA {one}" for one in ("auto_vacuum", "page_size", "encoding", "journal_mode", "user_version")]
    questions += ["SELECT * FROM sqlite_sequence", "SELECT * FROM sqlite_stat1", "SELECT type, sql FROM sqlite_master"]
    said = [asked(path, one) for one in questions]
    rows = asked(path, "SELECT * FROM u WHERE id NOT IN (4, 9) ORDER BY id")
    container = opened(path)
    container.erase([*doomed(container, "Person 4"), *doomed(container, "zz zz")])
    assert [asked(path, one) for one in questions] == said
    assert asked(path, "SELECT * FROM u ORDER BY id") == rows
    assert "Person 4".encode("utf-16-le" if "encoding" in before else "utf-8") not in bytes_beside(path)


def test_rows_in_a_write_ahead_log_are_listed_and_erased(tmp_path: Path) -> None:
    path = database(tmp_path)
    late = "INSERT INTO people VALUES (1000, 'Late', 'late@example.org')"
    with another_program(path, "PRAGMA journal_mode = WAL", late):
        container = opened(path)
        assert len(doomed(container, "Late")) == 1
        shutil.copytree(tmp_path, tmp_path / "copy")
    (copy,) = open_source(tmp_path / "copy" / "people.db")
    done = copy.erase(doomed(copy, "Late"))
    assert len(done.erased) == 1
    assert b"late@example.org" not in bytes_beside(copy.path)
    assert asked(copy.path, "PRAGMA journal_mode") == [("wal",)]
    assert asked(copy.path, "SELECT count(*) FROM people") == [(200,)]


def test_the_log_is_taken_into_the_file_before_its_unused_bytes_are_cleared(tmp_path: Path) -> None:
    path = made(tmp_path / "people.db", "CREATE TABLE u (name TEXT)", "INSERT INTO u VALUES ('x')", journal_mode="WAL")
    with sqlite_opening.to_change(path) as alone:
        alone.db.execute("DELETE FROM u")
        alone.db.execute("COMMIT")
        assert path.with_name("people.db-wal").stat().st_size
        alone.clear()
        assert not path.with_name("people.db-wal").stat().st_size


@pytest.mark.parametrize("said", ["PRAGMA journal_mode = WAL", "BEGIN IMMEDIATE", "BEGIN"])
def test_a_database_that_another_program_reads_or_writes_is_refused_as_it_is(
    tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr_desk.datasets.sqlite_opening.PATIENCE", 0.0)
    path = database(tmp_path)
    container = opened(path)
    late = doomed(container, "p77@example.org")
    before = path.read_bytes()
    with another_program(path, said, "SELECT name FROM people"):
        before = path.read_bytes()
        with pytest.raises(DatabaseInUse):
            container.erase(late)
        assert path.read_bytes() == before
    assert len(container.erase(late).erased) == 1
    assert not list(tmp_path.glob(".*"))


def test_a_trigger_that_keeps_a_copy_makes_the_erasure_fail_instead_of_pass(tmp_path: Path) -> None:
    path = database(
        tmp_path,
        "CREATE TABLE log (was TEXT);"
        "CREATE TRIGGER keep AFTER DELETE ON people BEGIN INSERT INTO log VALUES (old.mail); END;",
    )
    container = opened(path)
    with pytest.raises(RowsNotErased) as caught:
        container.erase(doomed(container, "p77@example.org"))
    assert caught.value.why.values["files"] == ("log",)
    assert asked(path, "SELECT count(*) FROM people") == [(200,)]
    assert asked(path, "SELECT count(*) FROM log") == [(0,)]


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ("CREATE TRIGGER no BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'no'); END;", "why.sqlite.refused"),
        ("CREATE TRIGGER no BEFORE DELETE ON people BEGIN SELECT RAISE(IGNORE); END;", "why.sqlite.others"),
        (
            "CREATE TABLE post (who INT REFERENCES people (id) ON DELETE CASCADE, said TEXT);"
            "INSERT INTO post VALUES (77, 'hello'), (78, 'hello');",
            "why.sqlite.references",
        ),
    ],
)
def test_rules_of_the_database_that_speak_against_it_are_named_and_nothing_changes(
    tmp_path: Path, extra: str, why: str
) -> None:
    path = database(tmp_path, extra)
    container = opened(path)
    tables = [asked(path, f"SELECT rowid, * FROM {one}") for one in ("people", "notes")]
    with pytest.raises(RowsNotErased) as caught:
        container.erase(doomed(container, "p77@example.org"))
    assert caught.value.why.code == why
    assert [asked(path, f"SELECT rowid, * FROM {one}") for one in ("people", "notes")] == tables


def test_photos_in_any_column_are_items_and_go_or_are_masked_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, face BLOB NOT NULL, tag TEXT)")
        db.executemany("INSERT INTO p (face, tag) VALUES (?, ?)", [(photo(n), f"tag {n}") for n in range(4)])
        db.execute("INSERT INTO p (face, tag) VALUES (?, NULL)", (photo(9),))
    container = opened(path)
    photos = [one for one in container.entries() if one.kind is ItemKind.PHOTO]
    assert [one.member for one in photos] == ["face"] * 5
    gone, masked, alone = (Doomed("face", hashlib.sha256(photo(n)).hexdigest()) for n in (1, 2, 9))
    masked = Doomed(masked.member, masked.digest, replacement=photo(77))
    done = container.erase([gone, masked, alone])
    assert (len(done.erased), done.kept) == (3, 7)
    assert asked(path, "SELECT * FROM p WHERE id IN (2, 3, 5) ORDER BY id") == [
        (2, b"", "tag 1"),
        (3, photo(77), "tag 2"),
    ]
    assert photo(1) not in path.read_bytes()


def test_a_row_whose_key_is_what_it_says_does_not_lose_its_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE p (name TEXT PRIMARY KEY, face BLOB) WITHOUT ROWID")
        db.execute("INSERT INTO p VALUES ('Person 1', ?)", (photo(1),))
    container = opened(path)
    record = next(one for one in container.entries() if one.kind is ItemKind.RECORD)
    with pytest.raises(NotByRow):
        container.erase([Doomed("", hashlib.sha256(record.read()).hexdigest())])


def test_what_nobody_reads_is_named_and_the_accounts_agree(tmp_path: Path) -> None:
    path = made(
        tmp_path / "people.db",
        "CREATE TABLE u (name TEXT, face BLOB, seen REAL)",
        "INSERT INTO u VALUES ('Person 1', randomblob(512), 1.5), (NULL, NULL, NULL)",
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING nosuch(a)')",
        "CREATE TABLE v_rows (a TEXT)",
        "INSERT INTO v_rows VALUES ('Person 2')",
    )
    container = opened(path)
    assert unread_in(container) == {"v": "kind.virtual-table", "face": "kind.bytes"}
    (accounts,) = [one for one in container.listing() if isinstance(one, Accounts)]
    # Two names of tables and four of columns beside the values.
    assert accounts == Accounts(own=8 + 6, items=0, texts=3, labels=3 + 6, unread=2)
    with pytest.raises(RowsNotErased):
        container.erase(doomed(container, "Person 2"))


def test_a_database_that_does_not_begin_as_one_is_named_as_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    path.write_bytes(random.Random(1).randbytes(8192))
    with pytest.raises(SourceNotUnderstood) as caught:
        open_source(path)
    assert caught.value.why.code == "why.sqlite.encrypted"


def test_pages_that_another_program_adds_to_are_left_as_they_are(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    late = doomed(container, "p77@example.org")
    data = bytearray(path.read_bytes())
    data[20] = 8
    path.write_bytes(data)
    with pytest.raises(RowsNotErased) as caught:
        container.erase(late)
    assert caught.value.why.code == "why.sqlite.reserved"
    assert path.read_bytes() == data


def test_a_copy_that_lies_in_another_container_keeps_its_numbers_too(tmp_path: Path) -> None:
    path = made(
        tmp_path / "people.db",
        "CREATE TABLE u (name TEXT)",
        "INSERT INTO u VALUES ('Person 1'), ('Person 2'), ('Person 3')",
    )
    work = tmp_path / "work"
    work.mkdir()
    wanted = doomed(opened(path), "Person 2")
    done = SqliteDatabase(path, "people.db").rewrite(wanted, work)
    assert done.files == ("people.db",)
    assert asked(work / "people.db", "SELECT rowid, * FROM u") == [(1, "Person 1"), (3, "Person 3")]
    assert asked(path, "SELECT count(*) FROM u") == [(3,)]


def test_a_journal_that_another_program_left_is_told_as_its_own_matter(tmp_path: Path) -> None:
    path = database(tmp_path)
    leave = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1'); db.execute('BEGIN')\n"
        'db.execute("UPDATE people SET name = hex(randomblob(2000))")\n'
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", leave, str(path)], check=True)
    assert path.with_name("people.db-journal").stat().st_size
    container = opened(path)
    with pytest.raises(ContainerNotRead) as caught:
        list(container.entries())
    assert caught.value.why.code == "why.sqlite.interrupted"
