"""Registers: what is changed beside the program shows, whatever the types of keys and values."""

from __future__ import annotations

import json

import pytest
from storage_secrets import codes, put

from dsr_desk.storage import registers
from dsr_desk.storage.registers import Register, digests, name_of, touch
from dsr_desk.storage.tables import Database
from dsr_desk.storage.vault import Vault

REGISTER = Register("things", ("kind", "part"))


@pytest.fixture
def db() -> Database:
    db = Database(memory=True)
    db.conn.execute("CREATE TABLE things (kind TEXT, part INTEGER, value)")
    for kind, part, value in (("a", 1, "x"), ("a", 1, "y"), ("a", 2, None), ("b", 1, b"\x00")):
        db.conn.execute("INSERT INTO things VALUES (?, ?, ?)", [kind, part, value])
    return db


@pytest.fixture
def recorded(db: Database) -> dict[str, str]:
    """The digests as an act recorded them."""
    return digests(db, [REGISTER], [touch("things", "a", 1), touch("things", "a", 2), touch("things", "b", 1)])


def found(db: Database, recorded: dict[str, str]) -> list[str]:
    return codes(list(registers.problems(db, [REGISTER], recorded)))


def test_what_was_recorded_is_whole(db: Database, recorded: dict[str, str]) -> None:
    assert found(db, recorded) == []
    assert len(set(recorded.values())) == 3


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE things SET value = 'z' WHERE value = 'x'", "register.changed"),
        ("UPDATE things SET value = 0 WHERE value IS NULL", "register.changed"),
        ("UPDATE things SET value = CAST(value AS BLOB) WHERE value = 'x'", "register.changed"),
        ("INSERT INTO things VALUES ('a', 1, 'x')", "register.changed"),
        ("DELETE FROM things WHERE value = 'y'", "register.changed"),
        ("INSERT INTO things VALUES ('c', 1, 'x')", "register.extra"),
        ("INSERT INTO things VALUES (NULL, NULL, NULL)", "register.extra"),
        ("INSERT INTO things VALUES (x'00ff', 1.5, 'x')", "register.extra"),
        ("DELETE FROM things WHERE kind = 'b'", "register.missing"),
    ],
)
def test_every_change_beside_the_program_is_found(
    db: Database, recorded: dict[str, str], statement: str, code: str
) -> None:
    db.conn.execute(statement)
    assert found(db, recorded) == [code]


def test_rows_that_changed_their_groups_are_found(db: Database, recorded: dict[str, str]) -> None:
    db.conn.execute("UPDATE things SET part = 3 - part WHERE kind = 'a'")
    assert found(db, recorded) == ["register.changed", "register.changed"]


def test_the_order_of_rows_is_no_change(db: Database, recorded: dict[str, str]) -> None:
    db.conn.execute("DELETE FROM things WHERE value = 'x'")
    db.conn.execute("INSERT INTO things VALUES ('a', 1, 'x')")
    assert found(db, recorded) == []


def test_a_group_that_was_removed_with_an_act_may_be_gone(db: Database, recorded: dict[str, str]) -> None:
    db.conn.execute("DELETE FROM things WHERE kind = 'b'")
    recorded |= digests(db, [REGISTER], [touch("things", "b", 1)])
    assert recorded[name_of("things", ("b", 1))] == ""
    assert found(db, recorded) == []


def test_what_is_no_digest_is_a_finding(db: Database, recorded: dict[str, str]) -> None:
    for odd in (7, None, 0, []):
        assert "register.missing" in found(db, {**recorded, name_of("things", ("c", 1)): odd})  # type: ignore[dict-item]


def test_a_value_of_another_type_is_a_change(db: Database) -> None:
    """The bytes AB and the text "ab" are written alike."""
    told = set()
    for value in (b"\xab", "ab"):
        db.conn.execute("UPDATE things SET value = ? WHERE kind = 'b'", [value])
        told |= set(digests(db, [REGISTER], [touch("things", "b", 1)]).values())
    assert len(told) == 2


def test_a_digest_is_part_of_the_act_that_made_it(vault: Vault) -> None:
    put(vault, country="DE")
    entry = list(vault.log.entries())[-1]
    (name,) = vault.log.values(entry)[registers.FIELD]
    assert json.loads(name) == ["settings", "country"]
    vault.db.conn.execute("UPDATE settings SET value = 'FR' WHERE key = 'country'")
    vault.db.conn.commit()
    assert codes(vault.problems()) == ["register.changed"]
