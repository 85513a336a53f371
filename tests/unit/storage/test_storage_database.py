"""Encrypted databases and their migrations."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.storage.database import DatabaseDamaged, DiskFailed, database_errors, open_encrypted, transaction
from dsr_desk.storage.files import DiskFull, NotWritable
from dsr_desk.storage.migrations import Migration, NewerFile, migrate
from dsr_desk.storage.tables import Database

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a database.db"


def filled(path: Path, rows: int = 1) -> None:
    db = open_encrypted(path, KEY)
    db.conn.execute("CREATE TABLE notes (text TEXT)")
    with transaction(db, path):
        for _ in range(rows):
            db.conn.execute("INSERT INTO notes VALUES (?)", ["a word that nobody else writes" * 40])
    db.close()


def delete_and_fail(db: Database, path: Path) -> None:
    with transaction(db, path):
        db.conn.execute("DELETE FROM notes")
        raise RuntimeError


def test_nothing_on_the_disk_can_be_read_without_the_key(path: Path) -> None:
    filled(path)
    stored = path.read_bytes()
    assert b"nobody else" not in stored
    assert b"SQLite" not in stored
    assert b"notes" not in stored


def test_what_waits_in_the_write_ahead_log_is_encrypted_and_private_too(path: Path) -> None:
    db = open_encrypted(path, KEY)
    db.conn.execute("CREATE TABLE notes (text TEXT)")
    with transaction(db, path):
        db.conn.execute("INSERT INTO notes VALUES ('a word that nobody else writes')")
    files = [path, path.with_name(path.name + "-wal")]
    for file in files:
        assert b"nobody else" not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    db.close()


def test_a_wrong_key_opens_nothing_and_says_nothing_to_the_terminal(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    filled(path)
    before = path.read_bytes()
    with pytest.raises(DatabaseDamaged):
        open_encrypted(path, bytes(32))
    assert path.read_bytes() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("place", [0, 20, 1000])
def test_a_changed_byte_of_the_first_page_is_damage(path: Path, place: int) -> None:
    filled(path)
    stored = bytearray(path.read_bytes())
    stored[place] ^= 1
    path.write_bytes(stored)
    with pytest.raises(DatabaseDamaged):
        open_encrypted(path, KEY)


def test_damage_further_in_is_found_when_it_is_read(path: Path) -> None:
    filled(path, rows=50)
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)
    db = open_encrypted(path, KEY)
    with pytest.raises(DatabaseDamaged), transaction(db, path):
        db.conn.execute("SELECT sum(length(text)) FROM notes").fetchall()
    db.close()


def test_a_key_of_another_length_is_a_mistake_of_the_program(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        open_encrypted(path, b"short")


def test_references_are_kept_whole_and_deleted_content_is_overwritten(path: Path) -> None:
    db = open_encrypted(path, KEY)
    assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.conn.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert db.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_sorting_spills_nothing_into_files_in_the_clear(path: Path) -> None:
    db = open_encrypted(path, KEY)
    assert db.conn.execute("PRAGMA temp_store").fetchone() == (2,)
    db.close()


def test_read_only_neither_makes_nor_changes_a_file(path: Path) -> None:
    with pytest.raises(NotWritable):
        open_encrypted(path, KEY, read_only=True)
    assert not path.exists()
    filled(path)
    db = open_encrypted(path, KEY, read_only=True)
    with pytest.raises(NotWritable), transaction(db, path):
        db.conn.execute("INSERT INTO notes VALUES ('x')")
    db.close()


def test_a_transaction_that_fails_leaves_nothing_behind(path: Path) -> None:
    filled(path)
    db = open_encrypted(path, KEY)
    with pytest.raises(RuntimeError):
        delete_and_fail(db, path)
    assert db.table("notes").count == 1
    db.close()


def test_an_inner_transaction_that_fails_leaves_the_outer_one_alone(path: Path) -> None:
    filled(path)
    db = open_encrypted(path, KEY)
    with transaction(db, path):
        db.conn.execute("INSERT INTO notes VALUES ('kept')")
        with pytest.raises(RuntimeError):
            delete_and_fail(db, path)
    assert db.table("notes").count == 2
    db.close()


def test_a_disk_that_fills_up_loses_the_last_step_alone(path: Path) -> None:
    filled(path)
    db = open_encrypted(path, KEY)
    pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
    db.conn.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    with pytest.raises(DiskFull), transaction(db, path):
        db.conn.execute("INSERT INTO notes VALUES (?)", ["x" * 100_000])
    assert db.table("notes").count == 1
    with transaction(db, path):
        db.conn.execute("INSERT INTO notes VALUES ('small')")
    db.close()


def test_a_disk_that_fails_is_not_called_damage() -> None:
    error = sqlcipher.OperationalError("disk I/O error")
    error.sqlite_errorcode = 10 | 3 << 8
    with pytest.raises(DiskFailed), database_errors("the vault"):
        raise error


def test_other_mistakes_with_the_database_stay_what_they_are(path: Path) -> None:
    db = open_encrypted(path, KEY)
    with pytest.raises(sqlcipher.OperationalError, match="no such table"), transaction(db, path):
        db.conn.execute("SELECT * FROM nowhere")
    db.close()


def step(name: str, statement: str) -> Migration:
    def up(db: Database) -> None:
        db.conn.execute(statement)

    return Migration(name, up)


FIRST, SECOND = step("a-001", "CREATE TABLE one (x)"), step("a-002", "ALTER TABLE one ADD COLUMN y")


@pytest.fixture
def open_db(path: Path, request: pytest.FixtureRequest) -> Callable[[], Database]:
    def opened() -> Database:
        db = open_encrypted(path, KEY)
        request.addfinalizer(db.close)
        return db

    return opened


def test_steps_run_once_and_in_order(open_db: Callable[[], Database]) -> None:
    db = open_db()
    assert migrate(db, [FIRST]) == ["a-001"]
    assert migrate(db, [FIRST, SECOND]) == ["a-002"]
    assert migrate(db, [FIRST, SECOND]) == []
    assert db.table("one").columns_dict.keys() == {"x", "y"}


def test_a_step_that_fails_is_undone_and_may_run_again(open_db: Callable[[], Database]) -> None:
    def half(db: Database) -> None:
        db.conn.execute("ALTER TABLE one ADD COLUMN y")
        raise RuntimeError

    db = open_db()
    with pytest.raises(RuntimeError):
        migrate(db, [FIRST, Migration("a-002", half)])
    assert db.table("one").columns_dict.keys() == {"x"}
    assert migrate(db, [FIRST, SECOND]) == ["a-002"]


def test_a_file_of_a_newer_version_is_refused_before_anything_is_changed(open_db: Callable[[], Database]) -> None:
    db = open_db()
    migrate(db, [FIRST, SECOND])
    with pytest.raises(NewerFile, match="a-002"):
        migrate(db, [FIRST, step("a-001b", "DROP TABLE one")], "The vault")
    assert db.table("one").exists()


def test_a_full_disk_during_a_step_is_told_as_such(open_db: Callable[[], Database]) -> None:
    db = open_db()
    migrate(db, [FIRST])
    db.conn.execute("PRAGMA max_page_count = 3").fetchall()
    with pytest.raises(DiskFull):
        migrate(db, [FIRST, step("a-002", "INSERT INTO one VALUES (zeroblob(100000))")], "The vault")
