"""Checkpoints and restores: what was removed, copied, forgotten or erased meanwhile is noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.ending import forget_case, reopen_case
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import backups, checkpointing, comparing
from dsr_desk.app.vault.comparing import Agreement
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.refusals import CaseForgotten, CaseNotOver
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import CheckpointDamaged, CheckpointOther, LogForked
from dsr_desk.storage.keys import WrongPassphrase
from dsr_desk.storage.vault_base import RecoveryOnly
from dsr_desk.storage.vault_folder import DATABASE, VaultExists, VaultMissing
from hand_made import ANN, BOB, REF, ByHand, fill_registers, quick


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def code(desk: Desk) -> str:
    return str(desk.printed)  # type: ignore[attr-defined]


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """A vault with one finished case."""
    desk, code = Desk.create(folder, "Example Ltd", "Ann", ANN)
    desk.printed = code  # type: ignore[attr-defined]
    ByHand(desk).finish()
    yield desk
    desk.close()


def kinds(desk: Desk) -> list[str]:
    return [entry.kind.value for entry in desk.vault.log.entries()]


# Checkpoints


def test_a_checkpoint_says_how_long_the_log_is_and_who_said_so(desk: Desk, tmp_path: Path) -> None:
    made = checkpointing.write_checkpoint(desk, tmp_path / "mark")
    read = checkpoints.read(tmp_path / "mark")
    assert read == made
    assert (read.size, read.epoch, read.officer) == (desk.vault.log.size, 1, desk.vault.officer_key)
    assert kinds(desk)[-1] == "checkpoint"
    assert comparing.compare(desk, tmp_path / "mark").ok
    assert desk.vault.problems() == []


def test_a_checkpoint_shows_nobody_else_what_it_knows(desk: Desk, tmp_path: Path) -> None:
    made = checkpointing.write_checkpoint(desk, tmp_path / "mark")
    text = (tmp_path / "mark").read_text()
    for secret in (REF, desk.case(REF).id, desk.vault.identity, "Ann", "Example"):
        assert secret not in text
    assert made.known(desk.vault).numbers == {"2026": 1}


def test_a_log_that_went_on_continues_its_checkpoint(desk: Desk, tmp_path: Path) -> None:
    for number in range(2, 6):
        checkpointing.write_checkpoint(desk, tmp_path / "mark")
        ByHand(desk, f"2026-00{number}").open()
    assert comparing.compare(desk, tmp_path / "mark").standing is Agreement.CONTINUED


def test_a_folder_that_was_copied_while_it_was_open_is_noticed_when_both_go_on(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    desk.vault.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
    shutil.copytree(folder, tmp_path / "copy")
    ByHand(desk, "2026-002").open()
    checkpointing.write_checkpoint(desk, mark)
    before = mark.read_bytes()
    with Desk.open(tmp_path / "copy", ANN) as other:
        ByHand(other, "2026-002").finish()
        assert comparing.compare(other, mark).standing is Agreement.REWRITTEN
        with pytest.raises(LogForked):
            checkpointing.write_checkpoint(other, mark)
        assert other.vault.problems() == []
    assert mark.read_bytes() == before
    checkpointing.write_checkpoint(desk, mark)


def test_entries_cut_off_at_the_end_are_noticed(desk: Desk, tmp_path: Path) -> None:
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    db = desk.vault.db.conn
    db.execute("DROP TRIGGER entries_stay")
    db.execute("DELETE FROM entries WHERE seq = ?", [desk.vault.log.size - 1])
    db.commit()
    assert comparing.compare(desk, tmp_path / "mark").standing is Agreement.SHORTER


def test_a_file_of_something_else_is_never_written_over(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")
    with pytest.raises(CheckpointDamaged):
        checkpointing.write_checkpoint(desk, tmp_path / "letter")
    assert (tmp_path / "letter").read_text() == "Dear all"
    other, _ = Desk.create(tmp_path / "other", "Other Ltd", "Eve", BOB)
    with other:
        checkpointing.write_checkpoint(other, tmp_path / "mark")
    with pytest.raises(CheckpointOther):
        checkpointing.write_checkpoint(desk, tmp_path / "mark")
    assert comparing.compare(desk, tmp_path / "mark").standing is Agreement.OTHER


@pytest.mark.parametrize("name", ["size", "root", "epoch", "time", "officer", "sealed", "mac", "vault", "signature"])
def test_a_checkpoint_that_was_changed_is_none(desk: Desk, tmp_path: Path, name: str) -> None:
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    content = json.loads((tmp_path / "mark").read_text())
    value = content[name]
    for other in (value + 1, None) if isinstance(value, int) else ("0" + value[1:] + "0", None, 7):
        (tmp_path / "mark").write_text(json.dumps({**content, name: other}))
        with pytest.raises(CheckpointDamaged):
            checkpoints.read(tmp_path / "mark")


def test_a_checkpoint_made_by_who_knows_the_public_key_alone_is_not_of_this_vault(desk: Desk, tmp_path: Path) -> None:
    made = checkpointing.write_checkpoint(desk, tmp_path / "mark")
    identity = desk.vault.identity
    assert made.is_of(desk.vault)
    with desk.vault.transaction():
        desk.vault.record(Draft(Kind.ORGANISATION), touches=desk.vault.put_settings({"identity": "AGE-SECRET-KEY-1X"}))
    assert not made.is_of(desk.vault)
    assert identity != desk.vault.identity


def test_where_a_file_is_set_it_is_written_again_and_again(desk: Desk, tmp_path: Path) -> None:
    assert checkpointing.checkpoint_if_set(desk) is None
    assert "checkpoint" not in kinds(desk)
    (tmp_path / "drive").mkdir()
    checkpointing.write_checkpoint(desk, tmp_path / "drive" / "mark", always=True)
    first = checkpoints.read(tmp_path / "drive" / "mark")
    assert checkpointing.checkpoint_if_set(desk) is None
    assert checkpoints.read(tmp_path / "drive" / "mark").size > first.size
    assert desk.vault.problems() == []


def test_a_drive_that_is_not_there_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    checkpointing.write_checkpoint(desk, tmp_path / "drive" / "mark", always=True)
    shutil.rmtree(tmp_path / "drive")
    assert checkpointing.checkpoint_if_set(desk) == tmp_path / "drive" / "mark"


# Restoring


def backed_up(desk: Desk, tmp_path: Path) -> Path:
    desk.vault.backup(tmp_path / "backup")
    return tmp_path / "backup"


def test_a_restored_vault_declares_its_epoch_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    done = backups.restore(backed_up(desk, tmp_path), tmp_path / "new", ANN)
    assert (done.checkpoint, done.agrees, done.erasures) == ("", None, ())
    with Desk.open(tmp_path / "new", ANN) as again:
        assert kinds(again).count("epoch") == 1
        assert again.case(REF).ended is not None
        assert again.vault.problems() == []


def test_the_folder_of_a_vault_is_restored_as_a_backup_is(desk: Desk, folder: Path, tmp_path: Path) -> None:
    desk.close()
    backups.restore(folder, tmp_path / "new", ANN)
    with Desk.open(tmp_path / "new", ANN) as again:
        assert "epoch" in kinds(again)
    with Desk.open(folder, ANN) as same:
        assert "epoch" not in kinds(same)


def test_a_backup_that_was_opened_in_its_place_is_still_restored(desk: Desk, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backups.backup_vault(desk, backup)
    ByHand(desk, "2026-007").open()
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    with Desk.open(backup, ANN):
        pass
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert done.agrees is True
    with Desk.open(tmp_path / "new", ANN) as again:
        assert json.loads(again.vault.setting("numbers") or "") == {"2026": 7}
        assert again.vault.problems() == []


def test_no_number_of_a_case_is_given_out_twice(desk: Desk, tmp_path: Path) -> None:
    backup = backed_up(desk, tmp_path)
    ByHand(desk, "2026-007").open()
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert done.agrees is True
    with Desk.open(tmp_path / "new", ANN) as again:
        assert json.loads(again.vault.setting("numbers") or "") == {"2026": 7}
        assert again.vault.problems() == []


def test_what_was_erased_after_the_backup_must_be_searched_again(desk: Desk, tmp_path: Path) -> None:
    hand = ByHand(desk, "2026-002")
    hand.open()
    hand.search("a", "b")
    backup = backed_up(desk, tmp_path)
    hand.decide("a", "same")
    hand.decide("b", "same")
    hand.plan("a", "b")
    hand.approve()
    hand.run("a", "b")
    new = ByHand(desk, "2026-003")
    new.finish()
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert [(one.ref, one.items) for one in done.erasures] == [("2026-002", ("a", "b")), ("2026-003", ("a", "c"))]
    with Desk.open(tmp_path / "new", ANN) as again:
        assert [one.ref for one in backups.to_search_again(again)] == ["2026-002", "2026-003"]
        ByHand(again, "2026-002").search("a", "b")
        assert [one.ref for one in backups.to_search_again(again)] == ["2026-003"]
        assert again.vault.problems() == []


def test_a_closed_case_in_which_something_was_erased_later_is_open_again(desk: Desk, tmp_path: Path) -> None:
    backup = backed_up(desk, tmp_path)
    hand = ByHand(desk)
    hand.digest, hand.action = "cd" * 32, "b01"
    hand.act(Kind.REOPENED, fields={"reason": "more was found"})
    hand.search("d")
    hand.decide("d", "same")
    hand.plan("d")
    hand.approve()
    hand.run("d")
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert [(one.ref, one.items) for one in done.erasures] == [(REF, ("d",))]
    with Desk.open(tmp_path / "new", ANN) as again:
        assert again.case(REF).ended is None
        assert again.vault.problems() == []


def test_what_was_forgotten_after_the_backup_is_forgotten_again(desk: Desk, tmp_path: Path) -> None:
    backup = backed_up(desk, tmp_path)
    forget_case(desk, REF)
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert (done.forgotten, done.agrees) == (1, True)
    with Desk.open(tmp_path / "new", ANN) as again:
        assert again.vault.db.conn.execute("SELECT count(*) FROM blobs WHERE content IS NOT NULL").fetchone() == (0,)
        assert again.vault.log.case_key(again.case(REF).id) is None
        assert again.vault.problems() == []


def test_the_newest_of_several_checkpoints_counts(desk: Desk, tmp_path: Path) -> None:
    backup = backed_up(desk, tmp_path)
    checkpointing.write_checkpoint(desk, tmp_path / "early")
    ByHand(desk, "2026-005").open()
    newest = checkpointing.write_checkpoint(desk, tmp_path / "late")
    done = backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "late", tmp_path / "early"])
    assert done.checkpoint == newest.time
    with Desk.open(tmp_path / "new", ANN) as again:
        assert json.loads(again.vault.setting("numbers") or "") == {"2026": 5}


def test_a_checkpoint_that_a_restore_took_may_be_written_on(desk: Desk, tmp_path: Path) -> None:
    backup, mark = backed_up(desk, tmp_path), tmp_path / "mark"
    for number in range(2, 5):
        ByHand(desk, f"2026-00{number}").open()
    checkpointing.write_checkpoint(desk, mark)
    backups.restore(backup, tmp_path / "new", ANN, [mark])
    backups.restore(backup, tmp_path / "unaware", ANN)
    with Desk.open(tmp_path / "unaware", ANN) as unaware, pytest.raises(LogForked):
        checkpointing.write_checkpoint(unaware, mark)
    with Desk.open(tmp_path / "new", ANN) as again:
        checkpointing.write_checkpoint(again, mark)
        assert comparing.compare(again, mark).standing is Agreement.CONTINUED


def test_a_checkpoint_of_another_history_is_refused_and_nothing_is_left(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    desk.vault.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
    shutil.copytree(folder, tmp_path / "copy")
    with Desk.open(tmp_path / "copy", ANN) as other:
        ByHand(other, "2026-002").finish()
        other.vault.backup(tmp_path / "theirs")
        checkpointing.write_checkpoint(other, tmp_path / "mark")
    ByHand(desk, "2026-002").finish()
    ByHand(desk, "2026-003").finish()
    with pytest.raises(LogForked):
        backups.restore(backed_up(desk, tmp_path), tmp_path / "new", ANN, [tmp_path / "mark"])
    assert not (tmp_path / "new").exists()


def test_a_restore_that_is_refused_leaves_nothing_behind(desk: Desk, code: str, tmp_path: Path) -> None:
    backup = backed_up(desk, tmp_path)
    before = (backup / DATABASE).read_bytes()
    with pytest.raises(WrongPassphrase):
        backups.restore(backup, tmp_path / "new", BOB)
    with pytest.raises(RecoveryOnly):
        backups.restore(backup, tmp_path / "new", code)
    with pytest.raises(VaultMissing):
        backups.restore(tmp_path / "nowhere", tmp_path / "new", ANN)
    (tmp_path / "letter").write_text("Dear all")
    with pytest.raises(CheckpointDamaged):
        backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "letter"])
    with pytest.raises(VaultExists):
        backups.restore(backup, desk.vault.folder, ANN)
    assert not (tmp_path / "new").exists()
    assert (backup / DATABASE).read_bytes() == before


def test_a_checkpoint_that_anybody_could_make_is_not_restored_by(desk: Desk, tmp_path: Path) -> None:
    """It opens with the vault's key and bears a signature, but whoever made it does not know that key."""
    backup, somebody = backed_up(desk, tmp_path), Ed25519PrivateKey.generate()
    made = checkpointing.write_checkpoint(desk, tmp_path / "mark")
    draft = replace(made, officer=somebody.public_key().public_bytes_raw().hex(), mac="00" * 32)
    signature = somebody.sign(checkpoints._SIGNED + checkpoints._content(draft)).hex()
    checkpoints.write(tmp_path / "mark", replace(draft, signature=signature))
    with pytest.raises(CheckpointOther):
        backups.restore(backup, tmp_path / "new", ANN, [tmp_path / "mark"])
    assert not (tmp_path / "new").exists()


# Reminder and clock


def test_a_backup_is_old_after_some_weeks(desk: Desk, tmp_path: Path) -> None:
    assert not backups.backup_is_old(desk)
    desk.vault.log.clock = lambda: "2020-01-01T00:00:00Z"
    desk.vault.backup(tmp_path / "copy")
    assert backups.backup_is_old(desk)


def test_a_clock_behind_the_newest_entry_is_told_until_it_is_said_to_be_corrected(desk: Desk) -> None:
    assert not desk.clock_is_behind
    desk.vault.log.clock = lambda: "2020-01-01T00:00:00Z"
    assert desk.clock_is_behind
    backups.correct_clock(desk)
    assert not desk.clock_is_behind


def test_a_clock_that_was_wrong_is_declared(desk: Desk, folder: Path) -> None:
    desk.vault.log.clock = lambda: "2090-01-01T00:00:00Z"
    ByHand(desk, "2026-002").open()
    desk.close()
    with Desk.open(folder, ANN) as again:
        assert [one.code for one in again.vault.problems()] == ["log.time"]
        backups.correct_clock(again)
        ByHand(again, "2026-003").open()
        assert again.vault.problems() == []


# Forgetting


def test_a_forgotten_case_is_empty_and_the_vault_is_whole(desk: Desk) -> None:
    fill_registers(desk)
    case = desk.case(REF)
    forget_case(desk, REF)
    log, db = desk.vault.log, desk.vault.db.conn
    assert all(log.values(entry) in ({},) for entry in log.entries(case.id))
    kept = "SELECT count(*) FROM act_rows WHERE value IS NOT NULL"
    assert db.execute(kept).fetchone() == (0,)
    assert log.case_key(case.id) is None
    assert desk.vault.problems() == []
    assert desk.case(REF).state(desk.vault.roster) == case.state(desk.vault.roster)


def test_a_forgotten_case_is_not_reopened_and_says_that_it_is_forgotten(desk: Desk) -> None:
    assert not desk.case(REF).is_forgotten
    forget_case(desk, REF)
    assert show_case(desk, REF).forgotten
    with pytest.raises(CaseForgotten):
        reopen_case(desk, REF, "she wrote again")


def test_only_a_closed_case_is_forgotten(desk: Desk) -> None:
    hand = ByHand(desk, "2026-002")
    hand.open()
    with pytest.raises(CaseNotOver):
        forget_case(desk, "2026-002")
    assert desk.vault.log.values(next(desk.vault.log.entries(desk.case("2026-002").id))) != {}


def test_what_comes_back_after_it_was_forgotten_is_found(desk: Desk) -> None:
    case = desk.case(REF).id
    db = desk.vault.db.conn
    seq, name, salt, value = db.execute(
        "SELECT v.* FROM field_values v JOIN entries e ON e.seq = v.seq WHERE e.case_id = ? LIMIT 1", [case]
    ).fetchone()
    forget_case(desk, REF)
    db.execute("UPDATE field_values SET salt = ?, value = ? WHERE seq = ? AND name = ?", [salt, value, seq, name])
    db.commit()
    assert [(one.code, one.values["seq"]) for one in desk.vault.problems()] == [("log.remembered", seq)]
