"""Nobody changes a vault unseen: forgeries made from the schema, and acts that are signed and forbidden.

The forger has the key of the database, may drop its triggers, and commits. In the second half the forger is an officer
and signs with the own key alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from storage_secrets import codes, put

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Entry, Kind, Row, field_digest
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.log import EntrySigner, Log
from dsr_desk.storage.registers import digests
from dsr_desk.storage.signed_acts import value_text
from dsr_desk.storage.vault_folder import DATABASE
from forgeries import TRIGGERS, Forgery, Statement, borrowed, carry_out, changes, deletions, exchanges, insertions, some
from hand_made import ANN, BOB, PLAN, REF, ByHand, fill, quick, tables


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A closed vault with two finished cases."""
    folder = tmp_path_factory.mktemp("forged") / "vault"
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        desk, _ = Desk.create(folder, "Example Ltd", "Ann", ANN)
        with desk:
            fill(desk)
        yield folder


@pytest.fixture(scope="module")
def desk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Looks at what was forged: its folder is changed to that of each forgery."""
    folder = tmp_path_factory.mktemp("looking") / "vault"
    shutil.copytree(template, folder)
    with Desk.open(folder, ANN) as desk:
        yield desk


@pytest.fixture
def forged(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Commits a forgery to a copy of the vault and returns what the check says of it."""
    whole = tmp_path / "whole.db"
    source = desk.vault.folder
    desk.vault.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
    shutil.copyfile(source / DATABASE, whole)

    def forge(statements: list[Statement]) -> list[str]:
        path = tmp_path / DATABASE
        shutil.copyfile(whole, path)
        with closing(open_encrypted(path, desk.vault._key)) as db:
            assert carry_out(db, statements) > 0, statements
        with monkeypatch.context() as patch:
            patch.setattr(desk.vault, "folder", tmp_path)
            found = desk.vault.problems()
        return [one.code for one in found if one.values.get("name") not in TRIGGERS]

    return forge


def test_a_vault_that_nobody_forged_is_whole_and_every_table_has_rows(desk: Desk) -> None:
    assert desk.vault.problems() == []
    counts = {name: desk.vault.db.table(name).count for name in tables(desk.vault.db)}
    assert [name for name, count in counts.items() if count < 2] == []


def test_dropped_triggers_and_triggers_of_somebody_else_are_found(desk: Desk) -> None:
    path = desk.vault.folder / DATABASE
    with closing(open_encrypted(path, desk.vault._key)) as db:
        text = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'entries_stay'").fetchone()[0]
        db.conn.execute("DROP TRIGGER entries_stay")
        db.conn.execute("CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM case_list; END")
        db.conn.commit()
        assert {one.values["name"] for one in desk.vault.problems()} == {"entries_stay", "quiet"}
        db.conn.execute("DROP TRIGGER quiet")
        db.conn.execute(text)
        db.conn.commit()
    assert desk.vault.problems() == []


TABLES = (
    "act_rows", "authorities", "blobs", "bundles", "case_keys", "case_list", "dataset_versions", "entries",
    "field_values", "guard", "indexes", "lineage_answers", "lineage_digests", "lineage_edges", "lineage_nodes",
    "lineage_sources", "migrations", "organisation_keys", "recipients", "settings", "snapshots",
)  # fmt: skip


def test_no_table_is_left_out(desk: Desk) -> None:
    assert tuple(tables(desk.vault.db)) == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_no_value_is_changed_unseen(desk: Desk, forged: Callable[..., list[str]], table: str, long: bool) -> None:
    db = desk.vault.db
    assert unseen(forged, long, changes(db, table), borrowed(db, table)) == []


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_deleted_inserted_or_exchanged_unseen(
    desk: Desk, forged: Callable[..., list[str]], table: str, long: bool
) -> None:
    db = desk.vault.db
    assert unseen(forged, long, deletions(db, table), insertions(db, table), exchanges(db, table)) == []


def unseen(forged: Callable[..., list[str]], long: bool, *kinds: Iterator[Forgery]) -> list[str]:
    """Names of those of which the check tells nothing and that the database holds."""
    chosen = [one for kind in kinds for one in some(kind, 300 if long else 6, anywhere=long)]
    return [name for name, statements in chosen if not seen(forged, statements)]


def seen(forged: Callable[..., list[str]], statements: list[Statement]) -> bool:
    """Whether the check tells, or the database does not even hold such a thing."""
    try:
        return forged(statements) != []
    except sqlcipher.IntegrityError:
        return True


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["sample", "all"])
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


# An officer who signs what the rules forbid


@pytest.fixture
def live(template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk of Ann on a copy of the vault, with a third case that is planned and not approved."""
    shutil.copytree(template, tmp_path / "vault")
    with Desk.open(tmp_path / "vault", ANN) as desk:
        third = ByHand(desk, "2026-003")
        third.open()
        third.search("a", "b", "c")
        for item, verdict in (("a", "same"), ("b", "different"), ("c", "same")):
            third.decide(item, verdict)
        third.plan("a", "c")
        assert desk.vault.problems() == []
        yield desk


THIRD = "2026-003"


def sneak(desk: Desk, draft: Draft, ref: str = THIRD, signer: EntrySigner | None = None, **more: Any) -> Entry:
    """Writes an act past the rules, as somebody who changed the program can."""
    case = desk.case(ref).id if ref else ""
    with desk.vault.transaction():
        return desk.vault.log.append(draft, signer or desk.vault.signer, case, **more)


def state(desk: Desk, ref: str = THIRD) -> tuple[Any, ...]:
    """What windows and deletions go by."""
    case, roster = desk.case(ref), desk.vault.roster
    verdicts = tuple((item.key, item.verdict, item.seen) for item in case.candidates())
    return (case.state(roster), case.right, case.identified, verdicts, tuple(case.approvers), case.begun, roster.policy)


def anew(desk: Desk) -> Desk:
    """What somebody sees who opens the vault afterwards."""
    folder = desk.vault.folder
    desk.close()
    return Desk.open(folder, ANN)


def forbidden_acts(desk: Desk) -> Iterator[tuple[str, Draft, str]]:
    hand = ByHand(desk, THIRD)
    indexes = hand.indexes
    begun = {"plan": PLAN, "action": "a01", "kind": "erase-items", "indexes": indexes}
    yield "begun without an approval", Draft(Kind.BEGUN, begun, {"before": {}}, None, hand.basis), THIRD
    row = [Row(hand.name("stranger"), "same", {"id": "stranger"})]
    yield "decided on what no search proposed", Draft(Kind.DECIDED, {}, {}, row), THIRD
    yield "decided in a closed case", Draft(Kind.DECIDED, {}, {}, [Row(ByHand(desk).name("b"), "same")]), REF
    approved = {"plan": "cd" * 32, "indexes": indexes}
    yield "approved another plan", Draft(Kind.APPROVED, approved, {}, None, hand.basis), THIRD
    approved = {"plan": PLAN, "indexes": {hand.name("i1"): 2}}
    yield "approved over other indexes", Draft(Kind.APPROVED, approved, {}, None, hand.basis), THIRD
    approved = {"plan": PLAN, "indexes": indexes}
    yield "approved over another basis", Draft(Kind.APPROVED, approved, {}, None, "ef" * 32), THIRD
    row = [Row(hand.name("b"), "erase", {"id": "b"})]
    yield "planned a stranger", replace(hand.planned(), rows=row), THIRD
    yield (
        "an outcome of nothing begun",
        Draft(
            Kind.OUTCOME,
            {"plan": PLAN, "action": "a01", "kind": "erase-items", "state": "done", "by": "here", "seen": {}},
        ),
        THIRD,
    )
    row = [Row(hand.name("a"), "same")]
    yield "a second word of one's own", Draft(Kind.SECOND_REVIEW, {"how": "program"}, {}, row), THIRD
    yield "an act without what it must say", Draft(Kind.IDENTITY, {"result": "verified"}), THIRD
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    added = {"key": key, "slot": "00" * 8, "recovered": False, "proposal": ""}
    yield "an officer who does not sign", Draft(Kind.OFFICER_ADDED, added, {"name": "Eve"}), ""
    yield "removed herself", Draft(Kind.OFFICER_REMOVED, {"key": desk.vault.officer_key}), ""
    yield "a policy that is none", Draft(Kind.POLICY, {"policy": {"approvals": 0}}), ""
    yield "an approval of no proposal", Draft(Kind.CHANGE_APPROVED, {"proposal": "ab" * 32}), ""


def test_a_signed_act_that_the_rules_forbid_is_reported_and_changes_nothing(live: Desk) -> None:
    before = state(live)
    names = []
    for name, draft, ref in list(forbidden_acts(live)):
        entry = sneak(live, draft, ref)
        names.append((name, entry.seq))
    told = {one.values.get("seq") for one in live.vault.problems() if one.code in ("log.forbidden", "log.malformed")}
    assert [name for name, seq in names if seq not in told] == []
    with anew(live) as again:
        assert state(again) == before
        assert [term.key for term in again.vault.roster.officers.values()] == list(again.vault.officer_names())


@pytest.mark.parametrize("right", ["access", "portability", "rectification"])
def test_nobody_approves_a_deletion_where_none_was_asked(live: Desk, right: str) -> None:
    hand = ByHand(live, THIRD)
    basis = hand.basis
    hand.right(right)
    approval = Draft(Kind.APPROVED, {"plan": PLAN, "indexes": hand.indexes}, {}, None, basis)
    entry = sneak(live, approval)
    assert entry.seq in {one.values.get("seq") for one in live.vault.problems() if one.code == "log.forbidden"}
    with anew(live) as again:
        assert again.case(THIRD).approvers == []


def test_a_decision_under_an_approved_plan_is_reported_and_changes_nothing(live: Desk) -> None:
    hand = ByHand(live, THIRD)
    hand.approve()
    before = state(live)
    entry = sneak(live, Draft(Kind.DECIDED, {}, {}, [Row(hand.name("b"), "same", {"id": "b"})]))
    assert entry.seq in {one.values.get("seq") for one in live.vault.problems() if one.code == "log.forbidden"}
    with anew(live) as again:
        assert state(again) == before


def test_an_act_that_is_dated_back_is_reported(live: Desk) -> None:
    live.vault.log.clock = lambda: "2020-01-01T00:00:00Z"
    entry = sneak(live, Draft(Kind.REFERENCE, {"reference": 1, "face": None}))
    assert [entry.seq] == [one.values["seq"] for one in live.vault.problems() if one.code == "log.time"]


def test_an_act_of_another_vault_is_reported(live: Desk) -> None:
    other = Log(live.vault.db, "00" * 16)
    with live.vault.transaction():
        entry = other.append(Draft(Kind.DECIDED), live.vault.signer, live.case(THIRD).id)
    assert ("log.vault", entry.seq) in {(one.code, one.values.get("seq")) for one in live.vault.problems()}


def test_an_act_written_in_the_name_of_another_officer_is_reported_and_stops_what_rests_on_it(live: Desk) -> None:
    hand = ByHand(live, THIRD)
    bob = live.vault.ring.open_officer(BOB).public_key.hex()
    approval = Draft(Kind.APPROVED, {"plan": PLAN, "indexes": hand.indexes}, {}, None, hand.basis)
    entry = sneak(live, approval, signer=EntrySigner(live.vault.signer.key, bob))
    assert ("log.signature", entry.seq) in {(one.code, one.values.get("seq")) for one in live.vault.problems()}
    with anew(live) as again, pytest.raises(DeskError, match="LOG-DAMAGED"):
        ByHand(again, THIRD).begin()


def test_another_officers_act_cannot_be_put_elsewhere(live: Desk) -> None:
    """Bob's word on one item, copied with his signature to the end of the log by who can write there."""
    live.switch_officer(BOB)
    hand = ByHand(live, THIRD)
    first = hand.decide("a", "different")
    hand.decide("a", "same")
    live.switch_officer(ANN)
    db, size = live.vault.db.conn, live.vault.log.size
    columns = "epoch, case_id, kind, act, signatures, case_before, vault_before, writer, signature, leaf"
    db.execute(f"INSERT INTO entries (seq, {columns}) SELECT ?, {columns} FROM entries WHERE seq = ?", [size, first])
    db.execute(
        "INSERT INTO act_rows SELECT ?, position, item, word, digest, salt, value FROM act_rows WHERE seq = ?",
        [size, first],
    )
    db.commit()
    assert {"log.leaf", "log.replayed"} <= {one.code for one in live.vault.problems() if one.values.get("seq") == size}
    with anew(live) as again, pytest.raises(DeskError, match="LOG-DAMAGED"):
        ByHand(again, THIRD).approve()


def test_entries_of_others_are_not_put_in_another_order_by_one_officer(live: Desk) -> None:
    """Ann exchanges a decision of Bob with her own and signs the chain anew as far as her key goes."""
    hand = ByHand(live, THIRD)
    live.switch_officer(BOB)
    bobs = hand.decide("b", "unsure")
    live.switch_officer(ANN)
    hand.decide("b", "different")
    end = live.vault.log.size
    reorder(live, bobs, end - 1)
    told = {(one.code, one.values.get("seq")) for one in live.vault.problems()}
    assert ("log.signature", end - 1) in told
    with anew(live) as again, pytest.raises(DeskError, match="LOG-DAMAGED"):
        ByHand(again, THIRD).approve()


def reorder(desk: Desk, first: int, second: int) -> None:
    """Exchanges the acts of two entries and writes every entry from there on anew, signed with one key."""
    log, db, signer = desk.vault.log, desk.vault.db.conn, desk.vault.signer
    entries = list(log.entries(after=first - 1))
    acts = [entry.act for entry in entries]
    acts[0], acts[second - first] = acts[second - first], acts[0]
    db.execute("PRAGMA foreign_keys = off").fetchall()
    db.execute("DROP TRIGGER entries_stay")
    db.execute("DROP TRIGGER entries_are_fixed")
    db.execute("DELETE FROM entries WHERE seq >= ?", [first])
    for old, act in zip(entries, acts, strict=True):
        log._place(old.seq, act, {}, {}, signer, old.epoch)
    db.execute("UPDATE act_rows SET seq = -1 WHERE seq = ?", [first])
    db.execute("UPDATE act_rows SET seq = ? WHERE seq = ?", [first, second])
    db.execute("UPDATE act_rows SET seq = ? WHERE seq = -1", [second])
    db.commit()


def test_what_was_kept_of_a_case_is_never_what_a_deletion_goes_by(live: Desk) -> None:
    """The snapshot says that a stranger was decided on; the plan is made of entries."""
    hand = ByHand(live, THIRD)
    item = hand.name("b")
    db = live.vault.db.conn
    case = live.case(THIRD)
    state_text = case.dump()
    db.execute(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)",
        [case.id, case.head, state_text.replace(f'"{item}":', f'"{item}":', 1).replace('"different"', '"same"')],
    )
    db.commit()
    assert "cache.snapshot" in codes(live.vault.problems())
    with anew(live) as again:
        hand = ByHand(again, THIRD)
        with suppress(DeskError):
            again.act(hand.planned("b"), THIRD)
        with pytest.raises(DeskError):
            hand.approve()
        assert again.case(THIRD).approvers == []


# Registers, before anything rests on them


def test_registers_that_nobody_changed_beside_the_program_hold(live: Desk) -> None:
    live.vault.require_registers()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("settings", "value"), ("dataset_versions", "facts"), ("lineage_nodes", "version"), ("recipients", "age_key"),
        ("bundles", "checkpoint"),
    ],
)  # fmt: skip
def test_a_register_that_was_changed_beside_the_program_is_refused(live: Desk, table: str, column: str) -> None:
    changed = live.vault.db.conn.execute(f"UPDATE {table} SET {column} = {column} || 'x'")
    assert changed.rowcount > 0
    with pytest.raises(DeskError, match="LOG-DAMAGED"):
        live.vault.require_registers()


def test_a_register_is_refused_though_the_digest_in_its_act_was_changed_too(live: Desk) -> None:
    """The forger makes row, value, field and act fit each other, and has no key for the signature."""
    db = live.vault.db
    db.conn.execute("UPDATE recipients SET name = 'Eve'")
    seq = db.conn.execute("SELECT max(seq) FROM field_values WHERE name = 'registers' AND value LIKE '%recipients%'")
    place = seq.fetchone()[0]
    salt, text = live.vault.log.salted(place)["registers"]
    said = json.loads(text)
    groups = [name for name in said if name.startswith('["recipients"')]
    now = digests(db, live.vault.tables, [("recipients", tuple(json.loads(name)[1:])) for name in groups])
    new = value_text({**said, **now})
    db.conn.execute("DROP TRIGGER entries_are_fixed")
    before, after = field_digest(salt, "registers", text), field_digest(salt, "registers", new)
    db.conn.execute("UPDATE entries SET act = replace(act, ?, ?) WHERE seq = ?", [before, after, place])
    db.conn.execute("UPDATE field_values SET value = ? WHERE seq = ? AND name = 'registers'", [new, place])
    with pytest.raises(DeskError, match="LOG-DAMAGED"):
        live.vault.require_registers()


def test_a_register_cannot_be_put_back_to_what_it_held_before(live: Desk) -> None:
    """The forger takes the newest digest away, so that the one before would be the newest."""
    put(live.vault, contact="one")
    put(live.vault, contact="two")
    db, last = live.vault.db, live.vault.log.size - 1
    db.conn.execute("UPDATE settings SET value = 'one' WHERE key = 'contact'")
    db.conn.execute("DELETE FROM field_values WHERE seq = ? AND name = 'registers'", [last])
    with pytest.raises(DeskError, match="LOG-DAMAGED"):
        live.vault.require_registers()
