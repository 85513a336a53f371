"""Whatever is large in the vault is found, in every table and column, with the case and entry that it is of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.storage.large_values import count_values, large_values, speaks_of
from hand_made import ANN, REF, ByHand, fill_registers, quick

LARGE = "large " * 200


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    quick(monkeypatch)
    made, _ = Desk.create(tmp_path / "vault", "Test organisation", "Ann", ANN)
    with made:
        ByHand(made).finish()
        fill_registers(made)
        yield made


def columns(desk: Desk) -> list[tuple[str, str]]:
    run = desk.vault.db.conn.execute
    tables = [row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [(table, row[1], row[2]) for table in tables for row in run(f'PRAGMA table_info("{table}")')]
    return [(table, name) for table, name, kind in found if kind != "INTEGER"]


def test_a_large_value_of_any_column_of_any_table_is_found(desk: Desk) -> None:
    run = desk.vault.db.conn.execute
    for table, column in columns(desk):
        filled = run(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        if not filled:
            continue
        run("SAVEPOINT one")
        run("DROP TRIGGER IF EXISTS entries_are_fixed")
        run("PRAGMA defer_foreign_keys = on")
        place = f'(SELECT min("{column}") FROM "{table}")'
        run(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" IS {place}', [LARGE])
        found = [one for one in large_values(desk.vault, len(LARGE)) if one.content == LARGE]
        assert table in {one.table for one in found}, (table, column)
        run("ROLLBACK TO one")
        run("RELEASE one")


def test_a_value_names_the_case_and_the_entry_that_it_is_of(desk: Desk) -> None:
    case = desk.case(REF)
    with desk.vault.transaction() as db:
        stored = desk.vault.log.put_blob(case.id, LARGE.encode())
        db.conn.execute("UPDATE field_values SET value = ? WHERE seq = ? AND name = 'request'", [LARGE, case.opened[2]])
    written = (LARGE, LARGE.encode())
    found = {one.table: one for one in large_values(desk.vault, len(LARGE)) if one.content in written}
    assert (found["field_values"].case, found["field_values"].entry) == (case.id, case.opened[2])
    assert (found["blobs"].case, found["blobs"].entry, found["blobs"].key) == (case.id, None, stored.blob)
    assert all(one.content not in written for one in large_values(desk.vault, len(LARGE) + 1))


def test_who_speaks_of_a_file_is_found_in_its_own_case_alone(desk: Desk) -> None:
    (blob,) = desk.vault.db.conn.execute("SELECT id FROM blobs WHERE content IS NOT NULL LIMIT 1").fetchone()
    case = desk.case(REF).id
    assert speaks_of(desk.vault, case, blob) is not None
    assert speaks_of(desk.vault, "another", blob) is None
    assert speaks_of(desk.vault, case, "00" * 16) is None


def test_files_and_values_are_counted_as_long_as_they_are_there(desk: Desk) -> None:
    before = count_values(desk.vault)
    with desk.vault.transaction():
        stored = desk.vault.log.put_blob(desk.case(REF).id, b"a file")
    assert count_values(desk.vault) == {**before, "files": before["files"] + 1}
    with desk.vault.transaction():
        desk.vault.log.forget_blob(stored.blob)
    assert count_values(desk.vault) == before
