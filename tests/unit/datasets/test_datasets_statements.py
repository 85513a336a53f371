"""Statements for a database elsewhere: they erase the rows that they name and no others, whatever a key says."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dsr_desk.core.actions import SqlDialect
from dsr_desk.datasets.statements import NameUnfit, Statements, written

HOSTILE = "x'); DROP TABLE people; --"
ROWS = ((("1",), 1), (("2",), 1))


def statements(**changed: object) -> Statements:
    made = Statements("0" * 64, "a3", SqlDialect.POSTGRESQL, "shop.people", ("id",), ROWS)
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def socket() -> Iterator[Path]:
    """A PostgreSQL of its own, which listens on a socket in a folder and nowhere else."""
    at = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = {name: shutil.which(name, path=os.pathsep.join(map(str, at))) for name in ("initdb", "pg_ctl", "psql")}
    if None in programs.values():
        pytest.skip("postgresql is not installed")
    # It does not run as root, and others must not look into the folders of tests.
    with_user = os.geteuid() == 0
    if with_user and subprocess.run(["getent", "passwd", "postgres"], capture_output=True, check=False).returncode:
        pytest.skip("postgresql's own user is not there")
    folder = Path(tempfile.mkdtemp())
    if with_user:
        shutil.chown(folder, "postgres")

    def run(name: str, *arguments: str) -> None:
        user = ["runuser", "-u", "postgres", "--"] if with_user else []
        subprocess.run([*user, str(programs[name]), *arguments], check=True, capture_output=True, cwd=folder)

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-A", "trust", "-U", "tester", "--no-sync")
        options = f"-k {folder} -h '' -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def asked(socket: Path, text: str) -> str:
    command = ["psql", "-h", str(socket), "-U", "tester", "-d", "postgres", "-XAtq", "-v", "ON_ERROR_STOP=1"]
    return subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout


SCHEMA = f"""
DROP SCHEMA IF EXISTS shop CASCADE;
CREATE SCHEMA shop;
CREATE TABLE shop.people (id INT, "the ""mail" TEXT, note TEXT, PRIMARY KEY (id, "the ""mail"));
INSERT INTO shop.people VALUES (1, 'a', 'n'), (1, '{HOSTILE.replace("'", "''")}', 'n'), (2, 'c', 'n'), (3, 'd', 'n');
"""


def test_what_is_committed_is_gone_and_nothing_else(socket: Path) -> None:
    asked(socket, SCHEMA)
    said = asked(socket, written(statements(rows=((("2",), 1), (("3",), 1)))) + "COMMIT;")
    assert said.split() == ["1", "1", "0", "0"]
    assert asked(socket, "SELECT id FROM shop.people ORDER BY id").split() == ["1", "1"]


def test_without_a_word_nothing_is_committed(socket: Path) -> None:
    asked(socket, SCHEMA)
    assert asked(socket, written(statements(rows=((("2",), 1),)))).split() == ["1", "0"]
    assert asked(socket, "SELECT count(*) FROM shop.people").strip() == "4"


def test_a_key_of_several_columns_is_never_part_of_a_statement(socket: Path) -> None:
    asked(socket, SCHEMA)
    made = statements(keys=("id", 'the "mail'), rows=((("1", HOSTILE), 1),))
    assert asked(socket, written(made) + "COMMIT;").split() == ["1", "0"]
    assert asked(socket, 'SELECT "the ""mail" FROM shop.people ORDER BY 1').split() == ["a", "c", "d"]


def test_columns_may_be_emptied_and_the_row_stays(socket: Path) -> None:
    asked(socket, SCHEMA)
    assert asked(socket, written(statements(rows=((("2",), 1),), empty=("note",))) + "COMMIT;").split() == ["1", "0"]
    assert asked(socket, "SELECT id FROM shop.people WHERE note IS NULL").split() == ["2"]


def test_the_same_is_written_as_mysql_spells_it() -> None:
    text = written(statements(dialect=SqlDialect.MYSQL, keys=("id", "ma`il"), rows=((("1", "o'x\\"), 2),)))
    lines = [line for line in text.splitlines() if line and not line.startswith("--")]
    assert lines == [
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');",
        "SET NAMES utf8mb4;",
        "START TRANSACTION;",
        "PREPARE dsr_count FROM 'SELECT count(*) AS found FROM `shop`.`people` WHERE `id` = ? AND `ma``il` = ?';",
        "PREPARE dsr_erase FROM 'DELETE FROM `shop`.`people` WHERE `id` = ? AND `ma``il` = ?';",
        "PREPARE dsr_left FROM 'SELECT count(*) AS found FROM `shop`.`people` WHERE `id` = ? AND `ma``il` = ?';",
        *(
            line
            for name in ("dsr_count", "dsr_erase", "dsr_left")
            for line in ("SET @dsr_1 = '1', @dsr_2 = 'o''x\\';", f"EXECUTE {name} USING @dsr_1, @dsr_2;")
        ),
    ]
    assert text.count("\n-- 2\n") == 2


def test_a_key_with_line_breaks_writes_no_line_of_its_own() -> None:
    hostile = "1\nCOMMIT;\n--"
    text = written(statements(rows=(((hostile,), 1),)))
    assert text.count(f"'{hostile}'") == 3


@pytest.mark.parametrize("name", ["", "a\nb", "a\0"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(NameUnfit):
        written(statements(table=name))
    with pytest.raises(NameUnfit):
        written(statements(keys=(name,)))


def test_what_is_left_out_stands_in_the_file() -> None:
    assert "3 rows of the plan have no such key" in written(statements(left_out=3))
