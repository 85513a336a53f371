"""The journal only grows, and shows what was changed."""

from __future__ import annotations

import json

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.core import merkle
from dsr_desk.core.canonical import canonical_json
from dsr_desk.storage.journal import Journal, refuse_free_text
from dsr_desk.storage.vault import Vault

COLUMNS = ("epoch", "time", "kind", "case_ref", "officer", "body", "salt", "leaf", "signature")


@pytest.fixture
def entries(vault: Vault) -> Vault:
    """A vault with a journal of five entries, the third of a case."""
    with vault.transaction():
        vault.journal.append("case-opened", {"right": "erasure", "photos": 2}, "2026-001")
        for number in range(3):
            vault.journal.append("searched", {"faces": number, "complete": True}, "2026-002")
    return vault


def unlock_triggers(vault: Vault) -> None:
    vault.db.conn.execute("DROP TRIGGER journal_keeps_entries")
    vault.db.conn.execute("DROP TRIGGER journal_is_fixed")


def test_entries_are_numbered_timed_and_signed_by_who_acted(entries: Vault) -> None:
    assert [entry.seq for entry in entries.journal.entries()] == [0, 1, 2, 3, 4]
    assert {entry.officer for entry in entries.journal.entries()} == {entries.officer_key}
    assert all(entry.time.endswith("Z") for entry in entries.journal.entries())
    assert entries.journal.problems() == []


def test_a_case_is_read_apart_from_the_others(entries: Vault) -> None:
    (entry,) = entries.journal.entries("2026-001")
    assert (entry.kind, entry.body) == ("case-opened", {"right": "erasure", "photos": 2})


def test_a_leaf_is_the_salted_canonical_entry(entries: Vault) -> None:
    entry = list(entries.journal.entries())[1]
    told = {
        "seq": 1,
        "epoch": 1,
        "time": entry.time,
        "kind": "case-opened",
        "case": "2026-001",
        "officer": entry.officer,
        "body": {"right": "erasure", "photos": 2},
    }
    assert entry.leaf == merkle.leaf_hash(entry.salt + canonical_json(told)) == list(entries.journal.leaves())[1]
    assert len(entry.salt) == 32


def test_equal_entries_have_different_leaves(vault: Vault) -> None:
    with vault.transaction():
        vault.journal.append("searched", {}, "2026-001")
        vault.journal.append("searched", {}, "2026-001")
    assert len(set(vault.journal.leaves())) == len(list(vault.journal.leaves()))


@pytest.mark.parametrize("statement", ["DELETE FROM journal", "UPDATE journal SET kind = 'x'"])
def test_the_database_itself_refuses_to_take_anything_back(entries: Vault, statement: str) -> None:
    with pytest.raises(sqlcipher.IntegrityError, match="only grows"):
        entries.db.conn.execute(statement)


@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_byte_of_an_entry_is_found(entries: Vault, column: str) -> None:
    unlock_triggers(entries)
    value = entries.db.conn.execute(f"SELECT {column} FROM journal WHERE seq = 2").fetchone()[0]
    if isinstance(value, bytes):
        versions: list[object] = [value[:n] + bytes([value[n] ^ 1]) + value[n + 1 :] for n in range(len(value))]
    elif isinstance(value, str):
        versions = [value[:n] + chr(ord(value[n]) ^ 1) + value[n + 1 :] for n in range(len(value))] + [value + " "]
    else:
        versions = [value + 1, str(value) + "x", None]
    unseen = []
    for version in versions:
        if version is None:
            continue
        entries.db.conn.execute(f"UPDATE journal SET {column} = ? WHERE seq = 2", [version])
        if [problem for problem in entries.journal.problems() if problem.startswith("Entry 2 ")] == []:
            unseen.append(version)
    assert unseen == []


def test_a_removed_entry_is_found(entries: Vault) -> None:
    unlock_triggers(entries)
    entries.db.conn.execute("DELETE FROM journal WHERE seq = 2")
    assert entries.journal.problems() == ["Entry 2 is missing."]


def test_entries_that_changed_places_are_found(entries: Vault) -> None:
    unlock_triggers(entries)
    entries.db.conn.execute("UPDATE journal SET seq = CASE seq WHEN 2 THEN -1 ELSE seq END")
    entries.db.conn.execute("UPDATE journal SET seq = 2 WHERE seq = 3")
    entries.db.conn.execute("UPDATE journal SET seq = 3 WHERE seq = -1")
    problems = entries.journal.problems()
    assert [problem.split(" ")[1] for problem in problems] == ["2", "3"]


def test_an_entry_rewritten_by_who_holds_the_data_key_but_no_officers_key_is_found(entries: Vault) -> None:
    stranger = Ed25519PrivateKey.generate()
    forged = Journal(entries.db, stranger.sign, entries.officer_key)
    with entries.transaction():
        seq = forged.append("case-ended", {}, "2026-001")
    assert entries.journal.problems() == [f"Entry {seq} has a signature that does not hold."]


def test_a_signature_of_nobody_known_is_found(entries: Vault) -> None:
    stranger = Ed25519PrivateKey.generate()
    forged = Journal(entries.db, stranger.sign, stranger.public_key().public_bytes_raw().hex())
    with entries.transaction():
        seq = forged.append("case-ended", {}, "2026-001")
    assert entries.journal.problems() == [f"Entry {seq} is signed with a key that belongs to no officer."]


def test_an_entry_of_a_step_that_failed_is_not_there(vault: Vault) -> None:
    before = list(vault.journal.leaves())
    with pytest.raises(RuntimeError):
        _append_and_fail(vault)
    assert list(vault.journal.leaves()) == before


def _append_and_fail(vault: Vault) -> None:
    with vault.transaction():
        vault.journal.append("searched")
        raise RuntimeError


def test_a_new_epoch_is_an_entry_of_its_own_and_later_ones_belong_to_it(vault: Vault) -> None:
    with vault.transaction():
        vault.journal.begin_epoch({"vault": vault.ring.vault_id})
        vault.journal.append("unlocked")
    assert [(entry.epoch, entry.kind) for entry in vault.journal.entries()] == [
        (1, "vault-created"),
        (2, "epoch"),
        (2, "unlocked"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Ann Example"},
        {"mail": "ann@example.org"},
        {"note": "see the letter"},
        {"name": "Zoë"},
        {"deep": [{"er": "two words"}]},
        {"a name": 1},
        {"line": "a\nb"},
        {"long": "x" * 129},
    ],
)
def test_free_text_never_gets_in(vault: Vault, body: dict[str, object]) -> None:
    before = list(vault.journal.leaves())
    with pytest.raises(ValueError, match="no free text"):
        vault.journal.append("note", body)
    assert list(vault.journal.leaves()) == before


@pytest.mark.parametrize(("kind", "case"), [("a note", ""), ("note", "Ann Example")])
def test_free_text_gets_in_by_no_other_column(vault: Vault, kind: str, case: str) -> None:
    with pytest.raises(ValueError, match="no free text"):
        vault.journal.append(kind, {}, case)


def test_codes_ids_digests_dates_and_numbers_get_in() -> None:
    body = {"case": "2026-001", "digest": "ab" * 32, "time": "2026-01-01T00:00:00Z", "n": 3, "ok": True, "none": None}
    refuse_free_text(body)
    assert json.loads(canonical_json(body)) == body
