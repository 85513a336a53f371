"""The log only grows, is read as it was signed, and shows what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from storage_secrets import ANN, codes

from dsr_desk.core import merkle
from dsr_desk.core.acts import Act, Draft, Entry, Kind, Row, field_digest, refuse_free_text
from dsr_desk.core.refusals import forbidden
from dsr_desk.storage import log as log_module
from dsr_desk.storage import log_reading, proof
from dsr_desk.storage.log import EntrySigner, Log
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.signed_acts import NotAsSigned, SignedAct, sign
from dsr_desk.storage.vault import Vault

COLUMNS = (
    "epoch", "case_id", "kind", "act", "signatures", "case_before", "vault_before", "writer", "signature", "leaf",
)  # fmt: skip


@pytest.fixture
def filled(vault: Vault) -> Vault:
    """A vault whose log holds acts of a case beside its own, with fields, rows and a stored file."""
    with vault.transaction():
        case = vault.log.new_case()
        letter = vault.log.put_blob(case, b"Dear all").as_value()
        vault.write(Draft(Kind.RECEIVED, {"ref": "2026-001"}, {"letter": letter, "request": {"text": "x"}}), case)
        vault.write(Draft(Kind.DECIDED, {}, {}, [Row("a", "same", {"n": 1}), Row("b", "unsure")]), case)
        vault.write(Draft(Kind.SEALING, {"regulators": 2}), case)
        vault.record(Draft(Kind.COLUMNS))
    return vault


def case_of(vault: Vault) -> str:
    return next(entry.case for entry in vault.log.entries() if entry.case)


def unlock_triggers(vault: Vault) -> None:
    vault.db.conn.execute("DROP TRIGGER entries_stay")
    vault.db.conn.execute("DROP TRIGGER entries_are_fixed")


def found(vault: Vault, case: str | None = None) -> list[str]:
    """Codes of what does not hold, with the place in the log."""
    return [f"{one.code} {one.values['seq']}" for read in proof.verify(vault.log, case) for one in read.found]


def test_entries_are_numbered_timed_and_signed_by_who_acted(filled: Vault) -> None:
    entries = list(filled.log.entries())
    assert [entry.seq for entry in entries] == [0, 1, 2, 3, 4, 5]
    assert {entry.writer for entry in entries} == {entry.act.officer for entry in entries} == {filled.officer_key}
    assert all(entry.act.time.endswith("Z") for entry in entries)
    assert found(filled) == []


def test_a_case_is_read_apart_from_the_others(filled: Vault) -> None:
    case = case_of(filled)
    assert [entry.seq for entry in filled.log.entries(case)] == [2, 3, 4]
    assert [entry.seq for entry in filled.log.entries("")] == [0, 1, 5]
    assert [entry.seq for entry in filled.log.entries(case, after=3)] == [4]
    assert found(filled, case) == found(filled, "") == []


def test_the_newest_entry_of_some_kinds_is_found_in_a_case_the_vault_or_all(filled: Vault) -> None:
    log, case = filled.log, case_of(filled)
    assert log.newest(Kind.RECEIVED, Kind.COLUMNS) == log.newest(Kind.COLUMNS, case="") == 5
    assert log.newest(Kind.RECEIVED, Kind.COLUMNS, case=case) == 2
    assert log.newest(Kind.COLUMNS, case=case) is log.newest(Kind.BACKUP) is None


def test_what_was_written_after_a_place_is_told_by_its_kinds(filled: Vault) -> None:
    assert filled.log.since(2) == (5, {Kind.DECIDED, Kind.SEALING, Kind.COLUMNS})
    assert filled.log.since(4) == (5, {Kind.COLUMNS})
    assert filled.log.since(5) == (5, frozenset())


def test_entries_before_a_place_are_counted_by_case(filled: Vault) -> None:
    case = case_of(filled)
    assert [filled.log.count(case, before) for before in (2, 3, 9)] == [0, 1, 3]
    assert [filled.log.count("", before) for before in (2, 5, 6)] == [2, 2, 3]


def test_forgetting_a_case_destroys_what_was_counted_and_leaves_digests_of_registers(filled: Vault) -> None:
    log, case = filled.log, case_of(filled)
    with filled.transaction():
        touched = filled.put_settings({"organisation": "Other Ltd"})
        filled.write(Draft(Kind.SEALED), case, touches=touched)
    assert log.values_of(case) == 2 + 1 + 1
    with filled.transaction():
        log.forget_case(case)
    assert log.values_of(case) == 0
    assert log.case_key(case) is None
    assert log.values(2) == {}
    assert list(log.values(6)) == ["registers"]


def test_a_stored_file_belongs_to_its_case(filled: Vault) -> None:
    blob = filled.log.values(2)["letter"]["blob"]
    assert filled.log.blob_content(blob) == filled.log.blob_content(blob, case_of(filled)) == (True, b"Dear all")
    assert filled.log.blob_content(blob, "another") == filled.log.blob_content("no blob") == (False, None)


def test_an_entry_is_a_leaf_over_the_digest_of_its_act(filled: Vault) -> None:
    entry = filled.log.entry(3)
    again = Entry(**{name: getattr(entry, name) for name in entry.__dataclass_fields__})
    assert again.leaf == merkle.leaf_hash(again.envelope) == list(filled.log.leaves())[3]
    assert entry.act.digest.encode() in again.envelope


def test_the_two_chains_name_the_entry_before_in_the_case_and_in_the_vault(filled: Vault) -> None:
    leaves = [leaf.hex() for leaf in filled.log.leaves()]
    entries = list(filled.log.entries())
    assert [entry.case_before for entry in entries] == ["", "", "", leaves[2], leaves[3], ""]
    assert [entry.vault_before for entry in entries] == ["", leaves[0], leaves[1], leaves[1], leaves[1], leaves[1]]


def test_equal_acts_have_different_leaves(vault: Vault) -> None:
    with vault.transaction():
        for _ in range(3):
            vault.record(Draft(Kind.COLUMNS))
    assert len(set(vault.log.leaves())) == len(list(vault.log.leaves()))


def test_fields_are_read_as_they_were_signed(filled: Vault) -> None:
    assert filled.log.values(2)["request"] == {"text": "x"}
    assert filled.log.blob(filled.log.values(2)["letter"]) == b"Dear all"
    filled.db.conn.execute("UPDATE field_values SET value = replace(value, 'x', 'y') WHERE seq = 2")
    with pytest.raises(LogDamaged):
        filled.log.values(2)


def test_rows_are_read_as_they_were_signed(filled: Vault) -> None:
    rows = [Row("a", "same", {"n": 1}), Row("b", "unsure")]
    assert list(filled.log.rows(3)) == [filled.log.row(3, 0), filled.log.row(3, 1)] == rows
    filled.db.conn.execute("""UPDATE act_rows SET value = '{"n":2}' WHERE seq = 3 AND position = 0""")
    for read in (lambda: list(filled.log.rows(3)), lambda: filled.log.row(3, 0)):
        with pytest.raises(LogDamaged):
            read()


def test_a_stored_file_is_read_as_it_was_kept(filled: Vault) -> None:
    letter = filled.log.values(2)["letter"]
    filled.db.conn.execute("UPDATE blobs SET content = ?", [b"Dear none"])
    with pytest.raises(LogDamaged):
        filled.log.blob(letter)
    assert found(filled) == ["log.blob 2"]


@pytest.mark.parametrize("place", [6, -1, 99])
def test_an_entry_or_a_row_that_is_not_there_is_no_empty_one(filled: Vault, place: int) -> None:
    with pytest.raises(LogDamaged):
        filled.log.entry(place)
    with pytest.raises(LogDamaged):
        filled.log.row(3, place)


def test_more_rows_than_a_page_are_one_act(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "PAGE", 7)
    monkeypatch.setattr(log_reading, "PAGE", 7)
    monkeypatch.setattr(proof, "_PAGE", 3)
    rows = [Row(f"i{number}", "same", {"n": number}) for number in range(60)]
    with vault.transaction():
        case = vault.log.new_case()
        entry = vault.write(Draft(Kind.DECIDED, {}, {}, iter(rows)), case)
        for _ in range(10):
            vault.record(Draft(Kind.COLUMNS))
    assert entry.act.open["count"] == 60
    assert list(vault.log.rows(entry.seq)) == rows
    assert found(vault) == []
    reads = {read.seq: [row.item for row in read.rows()] for read in proof.verify(vault.log)}
    assert reads[entry.seq] == [row.item for row in rows]
    vault.db.conn.execute("DELETE FROM act_rows WHERE position = 41")
    assert found(vault) == [f"log.rows {entry.seq}"]


@pytest.mark.parametrize("statement", ["DELETE FROM entries", "UPDATE entries SET kind = 'x'"])
def test_the_database_itself_refuses_to_take_anything_back(filled: Vault, statement: str) -> None:
    with pytest.raises(sqlcipher.IntegrityError, match="only grows"):
        filled.db.conn.execute(statement)


@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_byte_of_an_entry_is_found(filled: Vault, column: str) -> None:
    unlock_triggers(filled)
    value = filled.db.conn.execute(f"SELECT {column} FROM entries WHERE seq = 3").fetchone()[0]
    unseen = []
    for version in others_than(value):
        filled.db.conn.execute(f"UPDATE entries SET {column} = ? WHERE seq = 3", [version])
        if not any(one.endswith(" 3") for one in found(filled)):
            unseen.append(version)
    assert unseen == []


def others_than(value: object) -> Iterator[object]:
    """Every value that differs in one byte, and some of another type."""
    if isinstance(value, bytes):
        yield from (value[:n] + bytes([value[n] ^ 1]) + value[n + 1 :] for n in range(len(value)))
        yield value.hex()
    elif isinstance(value, str):
        yield from (value[:n] + chr(ord(value[n]) ^ 1) + value[n + 1 :] for n in range(len(value)))
        yield from (value + " ", " " + value, value.encode(), 7)
    elif isinstance(value, int):
        yield from (value + 1, value + 0.5, f"{value}x", b"1")


def test_a_removed_entry_is_found(filled: Vault) -> None:
    unlock_triggers(filled)
    filled.db.conn.execute("PRAGMA foreign_keys = off").fetchall()
    filled.db.conn.execute("DELETE FROM entries WHERE seq = 3")
    assert found(filled) == ["log.seq 3", "log.chain 4"]


def test_entries_that_changed_places_are_found(filled: Vault) -> None:
    unlock_triggers(filled)
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        filled.db.conn.execute("UPDATE entries SET seq = ? WHERE seq = ?", [new, old])
    assert {"log.leaf 3", "log.leaf 4"} <= set(found(filled))


def test_an_entry_signed_by_somebody_else_than_it_says_is_found(filled: Vault) -> None:
    stranger = EntrySigner(Ed25519PrivateKey.generate(), filled.officer_key)
    entry = append(filled, stranger)
    assert found(filled) == [f"log.signature {entry.seq}"]


def test_a_signature_of_nobody_known_is_found(filled: Vault) -> None:
    key = Ed25519PrivateKey.generate()
    entry = append(filled, EntrySigner(key, key.public_key().public_bytes_raw().hex()))
    assert found(filled) == []
    assert forbidden(entry.seq, "columns", "ACT-NOT-AN-OFFICER") in filled.problems()


def append(vault: Vault, signer: EntrySigner, draft: Draft | None = None) -> Entry:
    with vault.transaction():
        return vault.log.append(draft or Draft(Kind.COLUMNS), signer)


def test_an_entry_of_a_step_that_failed_is_not_there(vault: Vault) -> None:
    before = list(vault.log.leaves())
    with pytest.raises(RuntimeError):
        _append_and_fail(vault)
    assert list(vault.log.leaves()) == before


def _append_and_fail(vault: Vault) -> None:
    with vault.transaction():
        vault.record(Draft(Kind.COLUMNS))
        raise RuntimeError


def test_a_new_epoch_is_an_entry_of_its_own_and_later_ones_belong_to_it(vault: Vault) -> None:
    vault.record(Draft(Kind.EPOCH), epoch=2)
    vault.record(Draft(Kind.COLUMNS))
    assert [(entry.epoch, entry.kind.value) for entry in vault.log.entries()][2:] == [(2, "epoch"), (2, "columns")]
    assert found(vault) == []


@pytest.mark.parametrize(("kind", "epoch"), [(Kind.COLUMNS, 2), (Kind.EPOCH, 3)])
def test_an_epoch_that_nobody_declared_is_found(vault: Vault, kind: Kind, epoch: int) -> None:
    entry = vault.record(Draft(kind), epoch=epoch)
    assert found(vault) == [f"log.epoch {entry.seq}"]


# Times


def at(vault: Vault, time: str, kind: Kind = Kind.COLUMNS) -> int:
    vault.log.clock = lambda: time
    return vault.record(Draft(kind)).seq


def test_a_clock_that_went_back_stops_nothing_and_is_found(vault: Vault) -> None:
    at(vault, "2030-01-02T00:00:00Z")
    late = at(vault, "2030-01-01T00:00:00Z")
    at(vault, "2030-01-01T00:00:01Z")
    assert found(vault) == [f"log.time {late}"]


def test_a_clock_whose_correction_was_declared_is_no_finding(vault: Vault) -> None:
    at(vault, "2030-01-02T00:00:00Z")
    at(vault, "2030-01-01T00:00:00Z", Kind.UNLOCKED)
    assert found(vault) == ["log.time 3"]
    at(vault, "2030-01-01T00:00:05Z", Kind.CLOCK_CORRECTED)
    at(vault, "2030-01-01T00:00:06Z")
    assert found(vault) == []


def test_what_was_done_before_the_correction_was_declared_stays_a_finding(vault: Vault) -> None:
    at(vault, "2030-01-02T00:00:00Z")
    at(vault, "2030-01-01T00:00:00Z", Kind.UNLOCKED)
    at(vault, "2030-01-01T00:00:01Z")
    at(vault, "2030-01-01T00:00:05Z", Kind.CLOCK_CORRECTED)
    assert found(vault) == ["log.time 3"]


def test_an_opening_that_was_dated_back_is_told_though_later_times_go_on(vault: Vault) -> None:
    at(vault, "2030-01-02T00:00:00Z")
    at(vault, "2030-01-01T00:00:00Z", Kind.UNLOCKED)
    at(vault, "2030-01-03T00:00:00Z")
    at(vault, "2030-01-03T00:00:01Z", Kind.CLOCK_CORRECTED)
    assert found(vault) == ["log.time 3"]


def test_a_clock_that_is_set_by_a_moment_is_no_finding(vault: Vault) -> None:
    at(vault, "2030-01-01T00:00:05Z")
    at(vault, "2030-01-01T00:00:03Z")
    assert vault.log.entry(3).act.time == "2030-01-01T00:00:05Z"
    assert found(vault) == []


def test_an_act_signed_elsewhere_may_be_older_than_what_was_written_here_meanwhile(vault: Vault) -> None:
    signed = signed_by_ann(vault, Draft(Kind.COLUMNS))
    at(vault, "2090-01-01T00:00:00Z")
    take(vault, signed)
    assert found(vault) == []


# Acts that were signed elsewhere


def signed_by_ann(vault: Vault, draft: Draft) -> SignedAct:
    return sign(draft, vault.log.vault, "", vault.ring.open_officer(ANN))


def take(vault: Vault, signed: SignedAct) -> Entry:
    with vault.transaction():
        return vault.log.take(signed, vault.signer)


def test_an_act_that_was_signed_elsewhere_is_taken_as_it_is(vault: Vault) -> None:
    draft = Draft(Kind.COLUMNS, {}, {"name": "x"}, [Row("a", "same", {"n": 1}), Row("b", "unsure")])
    entry = take(vault, SignedAct.from_plain(signed_by_ann(vault, draft).as_plain()))
    assert vault.log.values(entry) == {"name": "x"}
    assert list(vault.log.rows(entry.seq)) == draft.rows
    assert found(vault) == []


def test_an_act_that_is_not_what_was_signed_is_not_taken(vault: Vault) -> None:
    signed = signed_by_ann(vault, Draft(Kind.COLUMNS, {}, {"name": "x"}, [Row("a", "same", {"n": 1})]))
    salt, _ = signed.kept["name"]
    (row, row_salt) = signed.rows[0]
    for changed in (
        replace(signed, signature="00" * 64),
        replace(signed, kept={"name": (salt, '"y"')}),
        replace(signed, kept={}),
        replace(signed, rows=((Row("a", "different", row.value), row_salt),)),
        replace(signed, rows=()),
        replace(signed, act=replace(signed.act, kind=Kind.POLICY)),
        replace(signed, act=replace(signed.act, vault="00" * 16)),
    ):
        with pytest.raises(NotAsSigned):
            take(vault, changed)
    assert found(vault) == []


def test_an_act_of_another_vault_form_or_spelling_is_not_taken_however_well_it_is_signed(vault: Vault) -> None:
    signed, keys = signed_by_ann(vault, Draft(Kind.COLUMNS)), vault.ring.open_officer(ANN)
    loose = Act.parse(signed.act.content.decode().replace('"v":1', '"v": 1'))
    assert (loose.v, loose.is_canonical) == (1, False)
    for act in (replace(signed.act, vault="00" * 16), replace(signed.act, rules=2), replace(signed.act, v=2), loose):
        with pytest.raises(NotAsSigned):
            take(vault, SignedAct(act, keys.signing_key.sign(act.signed).hex(), {}))
    assert found(vault) == []


def test_a_row_that_came_without_its_salt_or_with_a_salt_alone_is_not_taken(vault: Vault) -> None:
    signed = signed_by_ann(vault, Draft(Kind.COLUMNS, {}, {}, [Row("a", "same", {"n": 1}), Row("b", "unsure")]))
    (first, salt), (second, _) = signed.rows
    for rows in (((first, None), (second, None)), ((first, salt), (second, salt))):
        with pytest.raises(NotAsSigned):
            take(vault, replace(signed, rows=rows))


def test_an_act_without_rows_is_not_taken_with_some(vault: Vault) -> None:
    signed = signed_by_ann(vault, Draft(Kind.COLUMNS))
    with pytest.raises(NotAsSigned):
        take(vault, replace(signed, rows=((Row("a", "same"), None),)))


def test_nothing_is_written_outside_of_a_transaction(vault: Vault) -> None:
    log, signed = vault.log, signed_by_ann(vault, Draft(Kind.COLUMNS))
    for write in (
        log.new_case,
        lambda: log.put_blob("", b"x"),
        lambda: log.append(Draft(Kind.COLUMNS), vault.signer),
        lambda: log.take(signed, vault.signer),
    ):
        with pytest.raises(RuntimeError):
            write()


def test_an_act_that_stands_in_the_log_twice_is_found(vault: Vault) -> None:
    signed = signed_by_ann(vault, Draft(Kind.COLUMNS))
    take(vault, signed)
    entry = take(vault, signed)
    assert found(vault) == [f"log.replayed {entry.seq}"]


# What is open


@pytest.mark.parametrize(
    "said",
    [
        {"name": "Ann Example"},
        {"mail": "ann@example.org"},
        {"note": "see the letter"},
        {"name": "Zoë"},
        {"deep": [{"er": "two words"}]},
        {"a name": 1},
        {"line": "a\nb"},
        {"long": "x" * 257},
    ],
)
def test_free_text_never_gets_in(vault: Vault, said: dict[str, object]) -> None:
    before = list(vault.log.leaves())
    with pytest.raises(ValueError, match="no free text"):
        vault.record(Draft(Kind.COLUMNS, said))
    assert list(vault.log.leaves()) == before


def test_codes_ids_digests_dates_and_numbers_get_in(vault: Vault) -> None:
    said = {"ref": "2026-001", "digest": "ab" * 32, "time": "2026-01-01T00:00:00Z", "n": 3, "ok": True, "none": None}
    refuse_free_text(said)
    entry = vault.record(Draft(Kind.COLUMNS, said))
    assert Act.parse(vault.log.entry(entry.seq).act.content).open == said


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "7", "{", "null", '{"kind":"columns"}', '{"a":1.5}', '{"a":NaN}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_act_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        Act.parse(text)


def test_an_act_is_spelled_in_one_way(vault: Vault) -> None:
    text = vault.log.entry(0).act.content.decode()
    assert Act.parse(text).is_canonical
    for other in (
        text.replace('"v":1', '"v": 1'),
        text.replace('"v":1', '"v":1,"x":1'),
        text.replace('{"basis":""', '{"basis":"","basis":""'),
        text.replace('"kind":"officer-added"', '"kind":"\\u006ffficer-added"'),
    ):
        assert other != text
        assert not Act.parse(other).is_canonical


# Forgetting


def test_what_was_forgotten_is_gone_and_the_entry_holds(filled: Vault) -> None:
    letter = filled.log.values(2)["letter"]
    with filled.transaction():
        filled.log.forget_fields(2, ["letter"])
        filled.log.forget_rows(3)
        filled.log.forget_blob(letter["blob"])
        filled.log.forget_key(case_of(filled))
    assert filled.log.values(2) == {"request": {"text": "x"}}
    assert [row.value for row in filled.log.rows(3)] == [None, None]
    assert filled.log.blob(letter) is None
    assert filled.log.case_key(case_of(filled)) is None
    assert found(filled) == []
    assert codes(filled.problems()) != []  # nobody said that it was to be forgotten


def test_the_digest_of_a_field_depends_on_salt_name_and_value() -> None:
    digests = {field_digest(s, n, v) for s in (b"0" * 32, b"1" * 32) for n in ("a", "b") for v in ("x", "y")}
    assert len(digests) == 8


def test_a_log_reads_only_what_is_of_its_own_vault(filled: Vault) -> None:
    other = Log(filled.db, "00" * 16)
    assert {one.code for read in proof.verify(other) for one in read.found} == {"log.vault"}
