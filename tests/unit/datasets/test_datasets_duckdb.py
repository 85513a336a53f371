"""DuckDB databases: rows go from blocks and indexes alike, and all that is no row stays."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from contracts.container_samples import photo
from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Accounts, Container, ContainerNotRead, Doomed
from dsr_desk.datasets.duckdb_table import DuckDatabase, DuckDbRefused
from dsr_desk.datasets.in_place import DatabaseInUse
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source

duckdb = pytest.importorskip("duckdb")

pytestmark = pytest.mark.usefixtures("readers_in_process")

SCHEMA = """
CREATE SEQUENCE numbers START 5;
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE people (id INTEGER PRIMARY KEY DEFAULT nextval('numbers'), name VARCHAR NOT NULL, m mood, tags VARCHAR[],
    face BLOB, seen STRUCT(day TIMESTAMP, eye VARCHAR), loud VARCHAR GENERATED ALWAYS AS (upper(name)),
    CHECK (length(name) > 0));
CREATE TABLE post (who INTEGER REFERENCES people (id), said VARCHAR UNIQUE);
CREATE SCHEMA more;
CREATE TABLE more.rates (what VARCHAR, rate DECIMAL(10, 2));
INSERT INTO people (name, m, tags, seen)
    SELECT 'Person ' || i, 'glad', ['tag' || i], {'day': TIMESTAMP '2024-05-17 10:00:00', 'eye': 'x' || i}
    FROM range(80) t(i);
INSERT INTO post SELECT id, 'said ' || id FROM people WHERE id % 2 = 0;
INSERT INTO more.rates VALUES ('one', 1.5);
CREATE INDEX by_name ON people (name);
CREATE VIEW names AS SELECT name FROM people;
CREATE MACRO twice(x) AS x * 2;
COMMENT ON TABLE people IS 'the people';
"""


def database(folder: Path, *extra: str) -> Path:
    path = folder / "people.duckdb"
    with closing(duckdb.connect(str(path))) as db:
        db.execute(SCHEMA)
        for one in extra:
            db.execute(one)
    return path


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, text: str) -> list[Doomed]:
    return [
        Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest())
        for entry in container.entries()
        if entry.kind is ItemKind.RECORD and text in (entry.record or {}).values()
    ]


def asked(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(duckdb.connect(str(path), read_only=True)) as db:
        found: list[tuple[object, ...]] = db.execute(question).fetchall()
        return found


def test_erased_rows_are_in_no_byte_and_all_else_is_as_it_was(tmp_path: Path) -> None:
    path = database(tmp_path)
    told = (
        "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY ALL",
        "SELECT sequence_name, last_value FROM duckdb_sequences()",
        "SELECT index_name, sql FROM duckdb_indexes()",
        "SELECT view_name FROM duckdb_views() WHERE NOT internal",
        "SELECT tags FROM duckdb_databases() WHERE database_name = 'people'",
        "SELECT twice(4)",
        "FROM more.rates",
    )
    before = [asked(path, one) for one in told]
    people = asked(path, "SELECT * FROM people WHERE name NOT IN ('Person 20', 'Person 41')")
    container = opened(path)
    assert b"Person 20" in path.read_bytes()
    done = container.erase(
        [*doomed(container, "Person 20"), *doomed(container, "Person 41"), *doomed(container, "said 46")]
    )
    assert len(done.erased) == 3
    assert [asked(path, one) for one in told] == before
    assert asked(path, "SELECT * FROM people") == people
    assert asked(path, "SELECT count(*) FROM post") == [(39,)]
    for text in (b"Person 20\0", b"tag41", b"x41", b"said 46"):
        assert text not in path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_a_row_that_others_refer_to_goes_with_them_or_not_at_all(tmp_path: Path) -> None:
    path = database(tmp_path)
    container = opened(path)
    before = path.read_bytes()
    with pytest.raises(DuckDbRefused) as caught:
        container.erase(doomed(container, "Person 1"))
    assert caught.value.why.values["files"] == ("people",)
    assert path.read_bytes() == before
    assert len(container.erase([*doomed(container, "Person 1"), *doomed(container, "said 6")]).erased) == 2


def test_photos_go_and_are_masked_in_their_columns(tmp_path: Path) -> None:
    path = database(tmp_path)
    with closing(duckdb.connect(str(path))) as db:
        for number in (7, 9):
            db.execute("UPDATE people SET face = ? WHERE id = ?", [photo(number), number + 5])
    container = opened(path)
    gone, masked = (Doomed("face", hashlib.sha256(photo(number)).hexdigest()) for number in (7, 9))
    container.erase([gone, Doomed(masked.member, masked.digest, replacement=photo(77))])
    assert asked(path, "SELECT id, face FROM people WHERE id IN (12, 14)") == [(12, None), (14, photo(77))]


def test_every_cell_is_accounted_for(tmp_path: Path) -> None:
    (accounts,) = [one for one in opened(database(tmp_path)).listing() if isinstance(one, Accounts)]
    assert accounts.own == accounts.answered


@pytest.mark.parametrize("read_only", [True, False])
def test_a_database_that_another_program_has_open_is_refused(tmp_path: Path, *, read_only: bool) -> None:
    path = database(tmp_path)
    container = opened(path)
    late = doomed(container, "Person 0")
    code = "import duckdb, sys; db = duckdb.connect(sys.argv[1], read_only=bool(int(sys.argv[2]))); print(flush=True)"
    command = [sys.executable, "-c", f"{code}; sys.stdin.read()", str(path), str(int(read_only))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        before = path.read_bytes()
        with pytest.raises((DatabaseInUse, ContainerNotRead)):
            container.erase(late)
        assert path.read_bytes() == before
        program.communicate()
    assert len(container.erase(late).erased) == 1


def test_a_database_whose_log_holds_rows_is_left_to_its_program(tmp_path: Path) -> None:
    path = database(tmp_path)
    code = (
        "import duckdb, os, sys\n"
        "db = duckdb.connect(sys.argv[1]); db.execute(\"SET wal_autocheckpoint = '1TB'\")\n"
        "db.execute(\"INSERT INTO people (name) VALUES ('Late')\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    container = opened(path)
    late = doomed(container, "Late")
    assert len(late) == 1
    with pytest.raises(DuckDbRefused) as caught:
        container.erase(late)
    assert caught.value.why.code == "why.duckdb.log"


def test_without_the_library_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database(tmp_path)
    monkeypatch.setattr(DuckDatabase, "is_installed", lambda: False)
    with pytest.raises(SourceNotUnderstood) as caught:
        open_source(path)
    assert caught.value.why.code == "kind.duckdb-without-library"
