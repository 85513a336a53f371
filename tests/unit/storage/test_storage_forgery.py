"""Nobody changes a vault unseen: forgeries made from the schema, and acts that are signed and forbidden.

The forger has the key of the database, may drop its triggers, and commits. In the second half the forger is an officer
and signs with the own key alone.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database
from storage_secrets import codes

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Entry, Kind, Row
from dsr_desk.core.errors import DeskError
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.log import EntrySigner, Log
from dsr_desk.storage.vault_folder import DATABASE
from hand_made import ANN, BOB, PLAN, REF, ByHand, fill, quick, tables

Forgery = tuple[str, str, list[Any]]
"""What it is called, the statement, its values."""


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
    """Commits one statement to a copy of the vault and returns what the check says of it."""
    whole = tmp_path / "whole.db"
    source = desk.vault.folder
    desk.vault.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
    shutil.copyfile(source / DATABASE, whole)

    def forge(*statements: tuple[str, list[Any]]) -> list[str]:
        path = tmp_path / DATABASE
        shutil.copyfile(whole, path)
        with closing(open_encrypted(path, desk.vault._key)) as db:
            db.conn.execute("PRAGMA foreign_keys = off").fetchall()
            for name in ("entries_stay", "entries_are_fixed"):
                db.conn.execute(f"DROP TRIGGER {name}")
            changed = 0
            for statement, values in statements:
                changed += db.conn.execute(statement, values).rowcount
            db.conn.commit()
        assert changed > 0, statements
        with monkeypatch.context() as patch:
            patch.setattr(desk.vault, "folder", tmp_path)
            found = desk.vault.problems()
        return [one.code for one in found if one.values.get("name") not in ("entries_stay", "entries_are_fixed")]

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
    "act_rows", "blobs", "bundles", "case_keys", "case_list", "dataset_versions", "entries", "field_values", "indexes",
    "lineage_answers", "lineage_digests", "lineage_edges", "lineage_nodes", "lineage_sources", "migrations",
    "organisation_keys", "recipients", "settings", "snapshots",
)  # fmt: skip


def test_no_table_is_left_out(desk: Desk) -> None:
    assert tuple(tables(desk.vault.db)) == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_no_value_is_changed_unseen(desk: Desk, forged: Callable[..., list[str]], table: str, long: bool) -> None:
    unseen = [
        name for name, statement, values in some(changes(desk.vault.db, table), long)
        if not seen(forged, (statement, values))
    ]  # fmt: skip
    assert unseen == []


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_deleted_inserted_or_exchanged_unseen(
    desk: Desk, forged: Callable[..., list[str]], table: str, long: bool
) -> None:
    db = desk.vault.db
    unseen = [name for name, *one in some(deletions(db, table), long) if not seen(forged, tuple(one))]
    unseen += [name for name, *one in some(insertions(db, table), long) if not seen(forged, tuple(one))]
    unseen += [name for name, pair in some(exchanges(db, table), long) if not seen(forged, *pair)]
    assert unseen == []


def seen(forged: Callable[..., list[str]], *statements: tuple[Any, ...]) -> bool:
    """Whether the check tells, or the database does not even hold such a thing."""
    try:
        return forged(*statements) != []
    except sqlcipher.IntegrityError:
        return True


def some(forgeries: Iterator[Any], long: bool) -> Iterator[Any]:
    """Evenly spread: some hundreds in the long run, from another one on each time; a few otherwise, always the same."""
    known = list(forgeries)
    step = max(1, len(known) // (300 if long else 12))
    return itertools.islice(known, random.randrange(step) if long else step // 2, None, step)


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["sample", "all"])
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def keyed(db: Database, table: str) -> list[tuple[str, dict[str, Any]]]:
    """Condition that names one row, and the row, of each row of a table; the values of the condition are its last."""
    columns = [row[1] for row in db.conn.execute(f"PRAGMA table_info({table})").fetchall()]
    return [
        (" AND ".join(f"{name} IS ?" for name in columns), dict(zip(columns, row, strict=True)))
        for row in db.conn.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    ]


def changes(db: Database, table: str) -> Iterator[Forgery]:
    for where, row in keyed(db, table):
        for name, value in row.items():
            for other in (one for one in others_than(value) if one != value):
                statement = f"UPDATE {table} SET {name} = ? WHERE {where}"
                yield f"{table}.{name}: {value!r:.30} -> {other!r:.30}", statement, [other, *row.values()]


def others_than(value: Any) -> list[Any]:
    if value is None:
        return ["x", b"x", 1]
    if isinstance(value, int):
        return [value + 1, -1, None, "x", value + 0.5]
    if isinstance(value, bytes):
        return [value + b"x", bytes([value[0] ^ 1]) + value[1:] if value else b"y", b"", None, value.hex()]
    text = str(value)
    flipped = chr(ord(text[-1]) ^ 1) if text else "x"
    return [text + " ", text[:-1] + flipped, "", None, text.encode(), "{", '{"a":1}']


def deletions(db: Database, table: str) -> Iterator[Forgery]:
    if table == "snapshots":
        return  # without one, the case is read from its entries
    yield f"{table}: all deleted", f"DELETE FROM {table}", []
    rows = keyed(db, table)
    if table == "entries":
        rows.pop()  # who cuts the end off is found out by a checkpoint alone
    for number, (where, row) in enumerate(rows):
        yield f"{table}: row {number} deleted", f"DELETE FROM {table} WHERE {where}", list(row.values())


def insertions(db: Database, table: str) -> Iterator[Forgery]:
    """Copies of rows under another key: a key of an integer is a free one, and the next, and one before the first."""
    info = db.conn.execute(f"PRAGMA table_info({table})").fetchall()
    unique = {row[1] for row in info if row[5]}
    for index in db.conn.execute(f"PRAGMA index_list({table})").fetchall():
        if index[2]:
            unique |= {row[2] for row in db.conn.execute(f"PRAGMA index_info({index[1]})").fetchall()}
    for number, (_, row) in enumerate(keyed(db, table)):
        for key in unique or set(row):
            value = row[key]
            for other in (10_000, -1) if isinstance(value, int) else (f"{value}x", "another"):
                new = {**row, key: other.encode() if isinstance(value, bytes) else other}
                names = ", ".join(new)
                marks = ", ".join("?" * len(new))
                statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
                yield f"{table}: row {number} again with {key} = {other!r:.30}", statement, list(new.values())


def exchanges(db: Database, table: str) -> Iterator[tuple[str, list[tuple[str, list[Any]]]]]:
    """One value of two rows exchanged, where it differs."""
    rows = keyed(db, table)
    columns = list(rows[0][1]) if len(rows[0][1]) > 1 else []
    for (first, one), (second, two) in itertools.pairwise(rows):
        for name in columns:
            after = [{**one, name: two[name]}, {**two, name: one[name]}]
            if one in after or two in after:
                continue
            between = {**two, name: -1 if isinstance(two[name], int) else "between"}
            yield (
                f"{table}.{name} exchanged",
                [
                    (f"UPDATE {table} SET {name} = ? WHERE {second}", [between[name], *two.values()]),
                    (f"UPDATE {table} SET {name} = ? WHERE {first}", [two[name], *one.values()]),
                    (f"UPDATE {table} SET {name} = ? WHERE {second}", [one[name], *between.values()]),
                ],
            )


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
