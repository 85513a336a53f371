"""Vault check goes on past what is damaged: a finding for each, no exception, and the other findings too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from storage_secrets import codes

from dsr_desk.app.case import ending
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Act, Draft, Entry, Kind, Row, row_leaf, rows_head
from dsr_desk.core.message import Message
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.storage import check
from dsr_desk.storage.log import EntrySigner
from dsr_desk.storage.signed_acts import value_text
from hand_made import ANN, BOB, REF, ByHand, quick


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two officers and a finished case."""
    quick(monkeypatch)
    desk, _ = Desk.create(folder, "Example Ltd", "Ann", ANN)
    desk.vault.add_officer("Bob", BOB)
    ByHand(desk).finish()
    yield desk
    desk.close()


def damage(desk: Desk, statement: str, *values: Any) -> None:
    db = desk.vault.db.conn
    db.execute("PRAGMA foreign_keys = off").fetchall()
    for name in ("entries_stay", "entries_are_fixed"):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    db.execute(statement, list(values))
    db.commit()


def found(desk: Desk) -> list[str]:
    return [code for code in codes(desk.vault.problems()) if code != "vault.schema"]


JUNK = ("", "{", "[]", "null", "7", '{"a":', "\ud7ff", "x" * 50_000, "[" * 5_000, 7, 1.5, b"", b"\xff\xfe")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_no_damaged_column_stops_the_check(desk: Desk, junk: object) -> None:
    for table, where in (
        ("entries", "kind = 'searched'"), ("field_values", "name = 'request'"), ("act_rows", "word = 'photo'"),
        ("blobs", "1"), ("case_keys", "1"), ("case_list", "1"), ("snapshots", "1"), ("settings", "1"),
    ):  # fmt: skip
        for _, column, *_ in desk.vault.db.conn.execute(f"PRAGMA table_info({table})").fetchall():
            if column in ("seq", "position", "head", "epoch", "key") or table == column:
                continue
            statement = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}"
            damage(desk, statement, junk)
    assert found(desk) != []


def test_the_check_tells_of_more_than_the_first_damage(desk: Desk) -> None:
    damage(desk, "UPDATE entries SET act = '{' WHERE kind = 'identity'")
    damage(desk, "UPDATE case_keys SET key = 'text'")
    damage(desk, "UPDATE settings SET value = 'Other Ltd' WHERE key = 'organisation'")
    assert {"log.columns", "log.chain", "log.extra", "register.changed"} <= set(found(desk))


def test_a_part_that_cannot_be_checked_to_its_end_is_told_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(check, "summary_row", broken)
    damage(desk, "UPDATE settings SET value = 'Other Ltd' WHERE key = 'organisation'")
    assert set(codes(checked(desk))) == {"check.stopped", "register.changed"}


@pytest.mark.parametrize("said", [{}, {"result": 7}, {"result": "verified", "photo": "yes"}])
def test_a_signed_act_without_what_it_must_say_is_a_finding(desk: Desk, said: dict[str, Any]) -> None:
    with desk.vault.transaction():
        for kind in Kind:
            if kind not in (Kind.UNLOCKED, Kind.ORGANISATION, Kind.CLOCK_CORRECTED):
                desk.vault.log.append(Draft(kind, dict(said)), desk.vault.signer, desk.case(REF).id)
                desk.vault.log.append(Draft(kind, dict(said)), desk.vault.signer)
    assert found(desk) != []


def test_a_file_and_a_key_belong_to_the_case_that_speaks_of_them(desk: Desk) -> None:
    damage(desk, "UPDATE blobs SET case_id = 'another' WHERE rowid = 1")
    assert found(desk) == ["log.extra"]


def test_what_nobody_forgot_must_be_there(desk: Desk) -> None:
    damage(desk, "UPDATE act_rows SET value = NULL, salt = NULL WHERE word = 'photo'")
    assert found(desk) == ["log.field"]


def test_what_was_destroyed_stays_destroyed(desk: Desk) -> None:
    desk.act(Draft(Kind.REOPENED, {}, {"reason": "she wrote again"}), REF)
    with desk.vault.transaction():
        photo = desk.vault.log.put_blob(desk.case(REF).id, b"a photo")
        desk.act(Draft(Kind.REFERENCE, {"reference": 1, "face": None}, {"photo": photo.as_value()}), REF)
        blob, entry = photo.blob, desk.case(REF).references[-1]["seq"]
        draft = Draft(Kind.FORGOTTEN, {"what": "references", "count": 1, "entries": [entry], "blobs": [blob]})
        desk.act(draft, REF)
        desk.vault.log.forget_blob(blob)
    assert found(desk) == []
    damage(desk, "UPDATE blobs SET content = 'x' WHERE id = ?", blob)
    assert {"log.extra", "log.blob"} == set(found(desk))


def test_a_file_that_no_forgotten_photo_speaks_of_is_not_destroyed_by_naming_it(desk: Desk) -> None:
    with desk.vault.transaction() as db:
        blob = db.conn.execute("SELECT id FROM blobs LIMIT 1").fetchone()[0]
        draft = Draft(Kind.FORGOTTEN, {"what": "references", "count": 1, "entries": [], "blobs": [blob]})
        desk.act(draft, REF)
        desk.vault.log.forget_blob(blob)
    assert found(desk) == ["log.extra"]


def test_the_check_says_how_far_it_is_and_can_be_ended(desk: Desk) -> None:
    steps: list[tuple[int, int]] = []
    desk.vault.problems(lambda done, total: steps.append((done, total)))
    assert steps[0][0] == 0
    assert steps[-1] == (desk.vault.log.size, desk.vault.log.size)

    def stop(_: int, __: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        desk.vault.problems(stop)


# Each change alone is told for what it is


VALUES: dict[str, tuple[str, set[str]]] = {
    "a field": ("UPDATE field_values SET value = '{}' WHERE name = 'request'", {"log.field"}),
    "a field's salt": ("UPDATE field_values SET salt = x'00' WHERE name = 'request'", {"log.field"}),
    "no field": ("DELETE FROM field_values WHERE name = 'request'", {"log.field"}),
    "no salt": ("UPDATE field_values SET salt = NULL WHERE name = 'request'", {"log.field"}),
    "a field of no act": ("INSERT INTO field_values VALUES (2, 'more', x'00', '1')", {"log.field"}),
    "a field of no entry": ("INSERT INTO field_values VALUES (999, 'more', x'00', '1')", {"log.extra"}),
    "a word": ("UPDATE act_rows SET word = 'text' WHERE word = 'photo' AND position = 1", {"log.rows"}),
    "a value": ("UPDATE act_rows SET value = '{}' WHERE word = 'photo' AND position = 1", {"log.rows"}),
    "no row": (
        "DELETE FROM act_rows WHERE word = 'photo' AND position = 2", {"log.rows", "log.forbidden", "cache.snapshot"}
    ),
    "another place of a row": ("UPDATE act_rows SET position = 7 WHERE word = 'photo' AND position = 2", {"log.rows"}),
    "a row of no act": ("INSERT INTO act_rows VALUES (2, 0, 'x', 'photo', '', NULL, NULL)", {"log.rows"}),
    "a row of no entry": ("INSERT INTO act_rows VALUES (999, 0, 'x', 'photo', '', NULL, NULL)", {"log.extra"}),
    "a file": ("UPDATE blobs SET content = x'00' WHERE rowid = 1", {"log.blob"}),
    "no file": ("DELETE FROM blobs WHERE rowid = 1", {"log.blob"}),
    "an emptied file": ("UPDATE blobs SET content = NULL WHERE rowid = 1", {"log.extra"}),
    "a file of nobody": ("INSERT INTO blobs SELECT 'more', case_id, content FROM blobs LIMIT 1", {"log.extra"}),
    "another key": ("UPDATE case_keys SET key = x'00'", {"log.extra", "log.rows"}),
    "no key": ("DELETE FROM case_keys", {"log.extra"}),
    "a forgotten key": ("UPDATE case_keys SET key = NULL", {"log.extra"}),
    "a key of no case": ("INSERT INTO case_keys VALUES ('more', x'00')", {"log.extra"}),
    "a case's row": ("UPDATE case_list SET due = '2020-01-01'", {"cache.case"}),
    "no case's row": ("DELETE FROM case_list", {"cache.case"}),
    "a row of no case": ("INSERT INTO case_list VALUES ('more', '2026-009', 1, '', '', '')", {"cache.case"}),
    "a snapshot": ("UPDATE snapshots SET state = '{}'", {"cache.snapshot"}),
    "a snapshot's place": ("UPDATE snapshots SET head = 2", {"cache.snapshot"}),
    "a snapshot of no case": ("INSERT INTO snapshots VALUES ('more', 5, '{}')", {"cache.snapshot"}),
    "a register's row": ("UPDATE settings SET value = 'x' WHERE key = 'organisation'", {"register.changed"}),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_change_of_what_lies_beside_the_entries_is_told_for_what_it_is(desk: Desk, name: str) -> None:
    statement, told = VALUES[name]
    damage(desk, statement)
    assert {code for code in codes(checked(desk)) if code != "cache.case" or code in told} == told


def test_what_was_forgotten_with_its_case_must_stay_away(desk: Desk) -> None:
    db = desk.vault.db.conn
    kept = {
        "fields": db.execute("SELECT value, salt, seq, name FROM field_values WHERE name = 'request'").fetchall(),
        "rows": db.execute("SELECT value, salt, seq, position FROM act_rows WHERE word = 'photo'").fetchall(),
    }
    key, case = db.execute("SELECT key, case_id FROM case_keys").fetchone()
    ending.forget_case(desk, REF)
    assert found(desk) == []
    db.execute("BEGIN")
    db.executemany("UPDATE field_values SET value = ?, salt = ? WHERE seq = ? AND name = ?", kept["fields"])
    assert set(codes(checked(desk))) == {"log.remembered"}
    db.execute("ROLLBACK")
    db.execute("BEGIN")
    db.executemany("UPDATE act_rows SET value = ?, salt = ? WHERE seq = ? AND position = ?", kept["rows"])
    assert set(codes(checked(desk))) == {"log.remembered"}
    db.execute("ROLLBACK")
    damage(desk, "UPDATE case_keys SET key = ? WHERE case_id = ?", key, case)
    assert found(desk) == ["log.extra"]


def checked(desk: Desk) -> list[Message]:
    """As `Vault.problems`, of what is not committed."""
    return list(check.problems(desk.vault.db, desk.vault.ring.vault_id, desk.vault.tables))


class Forger:
    """Writes one more entry, well signed by Ann, in which something is not as it must be."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.ann = desk, desk.vault.signer
        self.bob = desk.vault.ring.open_officer(BOB)
        self.case = desk.case(REF).id
        self.stranger = Ed25519PrivateKey.generate()

    def act(self, *, case: bool = True, **more: Any) -> Act:
        kind = Kind.SCORE_SHOWN if case else Kind.COLUMNS
        log = self.desk.vault.log
        newest = log.entry(log.size - 1).act
        act = Act(kind, log.vault, self.case if case else "", self.ann.public, newest.time, "00", "", {"item": "x"})
        return replace(act, **more)

    def entry(self, act: Act | None = None, **more: Any) -> Entry:
        log, act = self.desk.vault.log, act or self.act()
        before = log.head(act.case) if act.case else ""
        return replace(Entry(log.size, log.epoch, act, before, log.head(""), self.ann.public), **more)

    def put(self, entry: Entry, signer: EntrySigner | None = None, *, leaf: bytes | None = None) -> None:
        signature = bytes.fromhex((signer or self.ann).sign(entry.signed))
        damage(
            self.desk,
            "INSERT INTO entries (seq, epoch, case_id, kind, act, signatures, case_before, vault_before, writer, "
            "signature, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            entry.seq, entry.epoch, entry.case, entry.kind.value, entry.act.content.decode(),
            value_text(dict(entry.signatures)), entry.case_before, entry.vault_before, entry.writer, signature,
            leaf or entry.leaf,
        )  # fmt: skip

    def strange(self, act: Act) -> None:
        """Ann's act, written in by a key of nobody."""
        public = self.stranger.public_key().public_bytes_raw().hex()
        signed = {self.ann.public: self.ann.sign(act.signed)}
        self.put(self.entry(act, writer=public, signatures=signed), EntrySigner(self.stranger, public))

    def rows(self, rows: list[Row], **said: Any) -> None:
        log, head = self.desk.vault.log, rows_head(row_leaf(row.item, row.word, "") for row in rows)
        damage(self.desk, "PRAGMA foreign_keys = off")
        for position, row in enumerate(rows):
            damage(
                self.desk, "INSERT INTO act_rows VALUES (?, ?, ?, ?, '', NULL, NULL)", log.size, position, row.item,
                row.word,
            )  # fmt: skip
        self.put(self.entry(self.act(open={"item": "x", **head, **said})))


def _spaced(act: Act) -> Act:
    return Act.parse(act.content.decode().replace('"v":1', '"v": 1'))


ENTRIES: dict[str, tuple[Callable[[Forger], object], set[str]]] = {
    "nothing": (lambda it: it.put(it.entry()), set()),
    "nothing of the vault's own": (lambda it: it.put(it.entry(it.act(case=False))), set()),
    "a place": (lambda it: it.put(it.entry(seq=it.desk.vault.log.size + 1)), {"log.seq"}),
    "a place before the first": (lambda it: it.put(it.entry(seq=-1)), {"log.extra"}),
    "a leaf": (lambda it: it.put(it.entry(), leaf=b"x" * 32), {"log.leaf"}),
    "a spelling": (lambda it: it.put(it.entry(_spaced(it.act()))), {"log.leaf"}),
    "another vault": (lambda it: it.put(it.entry(it.act(vault="00"))), {"log.vault"}),
    "a signature": (lambda it: it.put(it.entry(), EntrySigner(it.stranger, "")), {"log.signature"}),
    "an officer who did not sign": (
        lambda it: it.put(it.entry(it.act(officer=it.bob.public_key.hex()))), {"log.signature"}
    ),
    "another's signature": (
        lambda it: it.put(it.entry(signatures={it.bob.public_key.hex(): "00" * 64})), {"log.signature"}
    ),
    "the case's chain": (lambda it: it.put(it.entry(case_before="00" * 32)), {"log.chain"}),
    "the vault's chain": (lambda it: it.put(it.entry(vault_before="00" * 32)), {"log.chain"}),
    "the vault's own chain": (lambda it: it.put(it.entry(it.act(case=False), vault_before="00")), {"log.chain"}),
    "the vault's entry in a case": (lambda it: it.put(it.entry(it.act(case=False), case_before="0")), {"log.chain"}),
    "an epoch": (lambda it: it.put(it.entry(epoch=2)), {"log.epoch"}),
    "an epoch left out": (lambda it: it.put(it.entry(it.act(case=False, kind=Kind.EPOCH), epoch=3)), {"log.epoch"}),
    "a time": (lambda it: it.put(it.entry(it.act(time="2020-01-01T00:00:00Z"))), {"log.time"}),
    "an act that stands there": (lambda it: [it.put(it.entry()), it.put(it.entry())], {"log.replayed"}),
    "a writer": (lambda it: it.strange(it.act()), {"log.officer"}),
    "a writer of the vault's own": (lambda it: it.strange(it.act(case=False)), {"log.officer"}),
    "as many rows": (lambda it: it.rows([Row("x", "y")]), set()),
    "more rows": (lambda it: it.rows([Row("x", "y")], count=2), {"log.rows"}),
    "other rows": (lambda it: it.rows([Row("x", "y")], root="00" * 32), {"log.rows"}),
    "what the rules forbid": (lambda it: it.put(it.entry(it.act(kind=Kind.PROPOSED))), {"log.forbidden"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_in_which_one_thing_is_wrong_is_told_for_that(desk: Desk, name: str) -> None:
    forge, told = ENTRIES[name]
    forge(Forger(desk))
    assert {code for code in found(desk) if not code.startswith("cache.")} == told


def test_a_row_is_about_the_item_whose_pseudonym_it_has(desk: Desk) -> None:
    with desk.vault.transaction():
        rows = [Row(desk.name(REF, "a"), "same", {"id": "b"})]
        desk.vault.log.append(Draft(Kind.SCORE_SHOWN, {"item": "x"}, {}, rows), desk.vault.signer, desk.case(REF).id)
    assert {code for code in found(desk) if not code.startswith("cache.")} == {"log.rows"}


def test_signatures_of_others_are_spelled_in_one_way(desk: Desk) -> None:
    """Officers' signatures lie beside the act: another spelling of them is another entry."""
    damage(desk, "UPDATE entries SET signatures = replace(signatures, '\":\"', '\": \"') WHERE signatures <> '{}'")
    assert "log.columns" in codes(checked(desk))
