"""Vaults: officers, passphrases, keys, backups, damage."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from storage_secrets import ANN, BOB, codes, kinds, put

from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.passphrases import PassphraseWeak, require_strong
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import LastOfficer, OwnAccess
from dsr_desk.storage import vault_folder
from dsr_desk.storage.database import DatabaseDamaged, open_encrypted
from dsr_desk.storage.files import DiskFull, NetworkDisk
from dsr_desk.storage.keys import KeyRing, KeysDamaged, PassphraseTaken, WrongPassphrase
from dsr_desk.storage.locks import FileLock, InUse
from dsr_desk.storage.migrations import Migration, NewerFile
from dsr_desk.storage.vault import OfficerExists, Vault, VaultBusy
from dsr_desk.storage.vault_base import OfficerMissing, RecoveryOnly
from dsr_desk.storage.vault_folder import VaultExists, VaultIncomplete, VaultMissing

CREATED = ["officer-added", "vault-created"]

OPENER = """
import sys
from pathlib import Path
from dsr_desk.storage.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.stdin.readline().rstrip())
print("open", flush=True)
sys.stdin.read()
"""


def reopened(folder: Path, secret: str = ANN) -> Vault:
    return Vault.open(folder, secret)


def state_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def faults(folder: Path) -> list[str]:
    """What opening or checking says; a refusal keeps no lock."""
    try:
        vault = reopened(folder)
    except DeskError as error:
        FileLock(folder / vault_folder.LOCK, folder).release()
        return [error.code]
    problems = codes(vault.problems())
    vault.close()
    return problems


# Creating and opening


def test_a_new_vault_knows_its_organisation_its_officer_and_its_own_address(vault: Vault) -> None:
    assert (vault.organisation, vault.officer_name) == ("Example Ltd", "Ann")
    assert str(pyrage.x25519.Identity.from_str(vault.identity).to_public()) == vault.public_key
    assert kinds(vault) == CREATED
    assert vault.problems() == []


def test_what_was_kept_is_there_when_the_vault_is_opened_again(vault: Vault, folder: Path) -> None:
    put(vault, country="DE")
    public = vault.public_key
    vault.close()
    again = reopened(folder)
    assert (again.setting("country"), again.public_key) == ("DE", public)
    assert kinds(again) == [*CREATED, "organisation", "unlocked"]
    again.close()


def test_a_vault_is_for_its_owner_alone(vault: Vault, folder: Path) -> None:
    put(vault, a="b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_no_file_of_a_vault_shows_anything_of_its_content(folder: Path) -> None:
    vault, code = Vault.create(folder, "Example Ltd", "Annabel Lighthouse", ANN)
    stored = state_of(folder)
    secrets = ("Example Ltd", "Annabel", "Lighthouse", "vault-created", ANN, code, vault.identity)
    vault.close()
    for content in stored.values():
        for word in secrets:
            assert word.encode() not in content


def test_a_vault_is_made_in_an_empty_folder_that_is_there(folder: Path) -> None:
    folder.mkdir()
    vault, _ = Vault.create(folder, "Example Ltd", "Ann", ANN)
    vault.close()
    reopened(folder).close()


@pytest.mark.parametrize("there", ["a vault", "a folder with something", "a file"])
def test_nothing_that_is_there_is_overwritten(vault: Vault, folder: Path, tmp_path: Path, there: str) -> None:
    vault.close()
    place = folder
    if there == "a folder with something":
        place = tmp_path / "other"
        place.mkdir()
        (place / "letter.txt").write_text("x")
    elif there == "a file":
        place = tmp_path / "file"
        place.write_text("x")
    before = state_of(place) if place.is_dir() else {}
    with pytest.raises(VaultExists):
        Vault.create(place, "Other Ltd", "Eve", "another long passphrase")
    assert (state_of(place) if place.is_dir() else {}) == before
    reopened(folder).close()


def test_a_vault_that_lost_its_key_file_is_not_taken_for_an_empty_folder(vault: Vault, folder: Path) -> None:
    vault.close()
    (folder / vault_folder.KEYS).rename(folder.with_name("saved.json"))
    with pytest.raises(VaultExists):
        Vault.create(folder, "Other Ltd", "Eve", "another long passphrase")
    with pytest.raises(VaultIncomplete, match=r"keys\.json"):
        reopened(folder)
    folder.with_name("saved.json").rename(folder / vault_folder.KEYS)
    reopened(folder).close()


@pytest.mark.parametrize("emptied", [True, False])
def test_a_lost_database_is_an_error_and_no_empty_one_takes_its_place(
    vault: Vault, folder: Path, emptied: bool
) -> None:
    vault.close()
    (folder / vault_folder.DATABASE).unlink()
    if emptied:
        (folder / vault_folder.DATABASE).touch()
    with pytest.raises(VaultIncomplete, match=r"vault\.db"):
        reopened(folder)
    assert not emptied or (folder / vault_folder.DATABASE).stat().st_size == 0


def test_there_is_no_vault_where_there_is_none(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(VaultMissing):
            Vault.open(place, ANN)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_passphrase_leaves_nothing_behind(folder: Path) -> None:
    with pytest.raises(PassphraseWeak):
        Vault.create(folder, "Example Ltd", "Ann", "password")
    assert not folder.exists()


def test_a_creation_that_fails_leaves_nothing_behind_and_can_be_done_again(folder: Path) -> None:
    def full(_: object) -> None:
        raise DiskFull(where="the vault")

    with pytest.raises(DiskFull):
        Vault.create(folder, "Example Ltd", "Ann", ANN, [Migration("x-001", full)])
    assert not folder.exists()
    Vault.create(folder, "Example Ltd", "Ann", ANN)[0].close()


def test_network_disks_are_refused(vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.close()

    def network(path: Path) -> None:
        raise NetworkDisk(where=path, kind="nfs4")

    monkeypatch.setattr("dsr_desk.storage.vault.refuse_network_disk", network)
    with pytest.raises(NetworkDisk):
        reopened(folder)
    with pytest.raises(NetworkDisk):
        Vault.create(folder.with_name("other"), "Example Ltd", "Ann", ANN)
    assert not folder.with_name("other").exists()


def test_a_wrong_passphrase_opens_and_changes_nothing_and_keeps_no_lock(vault: Vault, folder: Path) -> None:
    vault.close()
    before = state_of(folder)
    with pytest.raises(WrongPassphrase):
        reopened(folder, BOB)
    assert state_of(folder) == before
    reopened(folder).close()


def test_a_vault_that_is_open_is_not_opened_a_second_time(vault: Vault, folder: Path) -> None:
    with pytest.raises(InUse):
        reopened(folder)
    vault.close()
    reopened(folder).close()


def test_another_program_that_has_the_vault_open_keeps_it(vault: Vault, folder: Path) -> None:
    vault.close()
    command = [sys.executable, "-c", OPENER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(f"{ANN}\n".encode())
        other.stdin.flush()
        assert other.stdout.readline().strip() == b"open"
        with pytest.raises(InUse):
            reopened(folder)
        other.kill()
        other.wait()
    again = reopened(folder)
    assert again.problems() == []
    again.close()


def test_a_vault_of_a_newer_version_is_refused_and_left_as_it_is(vault: Vault, folder: Path) -> None:
    with vault.transaction() as db:
        db.conn.execute("INSERT INTO migrations VALUES ('vault-999-later')")
    vault.close()
    with pytest.raises(NewerFile, match="vault-999-later"):
        reopened(folder)
    db = open_encrypted(folder / vault_folder.DATABASE, KeyRing.unlock(folder / vault_folder.KEYS, ANN)[0].data_keys[0])
    assert [row["kind"] for row in db["entries"].rows] == CREATED
    db.close()


def test_closing_drops_the_keys_and_is_harmless_twice(vault: Vault) -> None:
    vault.close()
    vault.close()
    assert vault.ring.data_keys == ()
    with pytest.raises(RecoveryOnly):
        vault.sign(b"x")


# Damage


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.95])
def test_a_changed_byte_of_the_database_is_found(vault: Vault, folder: Path, part: float) -> None:
    vault.close()
    path = folder / vault_folder.DATABASE
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 1
    path.write_bytes(content)
    assert faults(folder) != []


def test_a_database_that_was_cut_short_is_found(vault: Vault, folder: Path) -> None:
    vault.close()
    path = folder / vault_folder.DATABASE
    os.truncate(path, path.stat().st_size // 2)
    assert faults(folder) != []


def test_a_damaged_key_file_is_told_apart_from_a_wrong_passphrase(vault: Vault, folder: Path) -> None:
    vault.close()
    path = folder / vault_folder.KEYS
    path.write_bytes(path.read_bytes().replace(b'"nonce": "', b'"nonce": "0', 1))
    with pytest.raises(KeysDamaged):
        reopened(folder)


def test_a_reference_to_nothing_is_found(vault: Vault) -> None:
    vault.db.conn.execute("PRAGMA foreign_keys = off").fetchall()
    with vault.transaction() as db:
        db.conn.execute("INSERT INTO indexes VALUES ('i', 'photos', '/data', 'no@1', '{}', '2026-01-01', NULL)")
    (problem,) = vault.problems()
    assert problem.say() == "indexes refers to something in dataset_versions that is not there."


# Officers


def test_each_officer_opens_with_an_own_passphrase_and_signs_with_an_own_key(vault: Vault, folder: Path) -> None:
    vault.add_officer("Bob", BOB)
    ann = vault.officer_key
    vault.close()
    bob = reopened(folder, BOB)
    assert bob.officer_name == "Bob"
    assert bob.officer_key != ann
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(bob.officer_key)).verify(bob.sign(b"plan"), b"plan")
    assert bob.problems() == []
    bob.close()


def test_names_and_passphrases_tell_officers_apart(vault: Vault) -> None:
    with pytest.raises(OfficerExists):
        vault.add_officer("Ann", BOB)
    with pytest.raises(PassphraseTaken):
        vault.add_officer("Bob", ANN)
    assert list(vault.officer_names().values()) == ["Ann"]
    assert kinds(vault) == CREATED


def test_names_that_stand_on_evidence_are_no_passphrases(folder: Path) -> None:
    house, ann, new = "Larkfield Quayside Photographers", "Ann Vandermeulen", "Wilhelmina van Quartermaine-Szabó"
    for guess in (house, ann, new):
        require_strong(guess)
        require_strong(guess.lower(), [other for other in (house, ann, new) if other != guess])
    for guess in (house, ann):
        with pytest.raises(PassphraseWeak):
            Vault.create(folder, house, ann, guess)
    vault, _ = Vault.create(folder, house, ann, ANN)
    for guess in (house, ann, new):
        with pytest.raises(PassphraseWeak):
            vault.add_officer(new, guess)
    vault.add_officer(new, BOB)
    before = kinds(vault)
    for guess in (house, ann, new):
        with pytest.raises(PassphraseWeak):
            vault.change_passphrase(guess)
    assert kinds(vault) == before
    vault.close()
    for officer in (ANN, BOB):
        reopened(folder, officer).close()


def test_an_officer_who_was_removed_opens_nothing_and_stays_known_by_name(vault: Vault, folder: Path) -> None:
    vault.add_officer("Bob", BOB)
    vault.remove_officer("Bob")
    assert set(vault.officer_names().values()) == {"Ann", "Bob"}
    vault.close()
    with pytest.raises(WrongPassphrase):
        reopened(folder, BOB)
    again = reopened(folder)
    with pytest.raises(OfficerExists):
        again.add_officer("Bob", BOB)
    again.close()


def test_the_old_key_file_of_a_removed_officer_opens_nothing_new(vault: Vault, folder: Path) -> None:
    vault.add_officer("Bob", BOB)
    kept = (folder / vault_folder.KEYS).read_bytes()
    vault.remove_officer("Bob")
    vault.close()
    (folder / vault_folder.KEYS).write_bytes(kept)
    with pytest.raises(DatabaseDamaged):
        reopened(folder, BOB)


def test_the_last_officer_cannot_be_removed(vault: Vault, folder: Path) -> None:
    with pytest.raises(LastOfficer):
        vault.remove_officer("Ann")
    vault.close()
    reopened(folder).close()


def test_the_officer_who_sits_there_confirms_and_nobody_else(vault: Vault) -> None:
    vault.add_officer("Bob", BOB)
    vault.confirm(ANN)
    for other in (BOB, "no passphrase of anybody"):
        with pytest.raises(WrongPassphrase):
            vault.confirm(other)
    vault.switch_officer(BOB)
    vault.confirm(BOB)
    with pytest.raises(WrongPassphrase):
        vault.confirm(ANN)


def test_the_recovery_code_confirms_nothing(vault: Vault, folder: Path, code: str) -> None:
    vault.close()
    recovered = reopened(folder, code)
    for secret in (code, ANN):
        with pytest.raises(RecoveryOnly):
            recovered.confirm(secret)
    recovered.close()


def test_who_was_just_removed_does_not_take_over(vault: Vault, folder: Path) -> None:
    """The act stands, and the change of keys that follows it was interrupted."""
    vault.add_officer("Bob", BOB)
    bob = next(key for key, name in vault.officer_names().items() if name == "Bob")
    vault.record(Draft(Kind.OFFICER_REMOVED, {"key": bob}))
    with pytest.raises(WrongPassphrase):
        vault.switch_officer(BOB)
    assert vault.officer_name == "Ann"
    for meant in (vault.officer_recipient, vault.officer_slot):
        with pytest.raises(OfficerMissing):
            meant(bob)
    vault.close()
    with pytest.raises(WrongPassphrase):
        reopened(folder, BOB)
    reopened(folder).close()


def test_a_change_of_officers_or_policy_that_failed_is_none(vault: Vault) -> None:
    def failing() -> None:
        with vault.transaction():
            vault.record(Draft(Kind.POLICY, {"policy": Policy(approver_not_decider=True).as_open(), "proposal": ""}))
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert vault.policy == Policy()


def test_nobody_takes_away_the_own_access(vault: Vault) -> None:
    vault.add_officer("Bob", BOB)
    with pytest.raises(OwnAccess):
        vault.remove_officer("Ann")


def test_only_officers_who_are_there_can_be_removed(vault: Vault) -> None:
    vault.add_officer("Bob", BOB)
    vault.remove_officer("Bob")
    for name in ("Bob", "Eve"):
        with pytest.raises(OfficerMissing):
            vault.remove_officer(name)


def test_a_changed_passphrase_opens_and_the_old_one_does_not(vault: Vault, folder: Path) -> None:
    key = vault.officer_key
    vault.change_passphrase(BOB)
    vault.add_officer("Cy", "cy's long passphrase")
    vault.close()
    with pytest.raises(WrongPassphrase):
        reopened(folder)
    again = reopened(folder, BOB)
    assert again.officer_key == key
    again.close()


def test_officers_who_join_see_what_was_there_before(vault: Vault, folder: Path) -> None:
    put(vault, country="DE")
    vault.add_officer("Bob", BOB)
    vault.close()
    bob = reopened(folder, BOB)
    assert bob.setting("country") == "DE"
    bob.close()


# The recovery code


def test_the_recovery_code_opens_but_signs_nothing(vault: Vault, folder: Path, code: str) -> None:
    vault.close()
    recovered = reopened(folder, code)
    assert recovered.officer_key == ""
    for act in (
        lambda: recovered.sign(b"x"),
        lambda: recovered.change_passphrase(BOB),
        lambda: recovered.rekey(),
        lambda: recovered.renew_recovery_code(),
        lambda: recovered.record(Draft(Kind.ORGANISATION)),
    ):
        with pytest.raises(RecoveryOnly):
            act()
    recovered.close()
    reopened(folder).close()


def test_with_the_recovery_code_a_new_officer_comes_in_and_signs(vault: Vault, folder: Path, code: str) -> None:
    vault.close()
    recovered = reopened(folder, code)
    recovery = recovered.roster.recovery
    recovered.add_officer("Bob", BOB)
    assert recovered.officer_name == "Bob"
    last = list(recovered.log.entries())[-1]
    assert (last.kind, last.act.open["recovered"], last.act.officer) == (Kind.OFFICER_ADDED, True, recovery)
    assert recovered.officer_key in last.signatures
    recovered.close()
    bob = reopened(folder, BOB)
    assert bob.problems() == []
    bob.close()


def test_a_renewed_recovery_code_replaces_the_printed_one(vault: Vault, folder: Path, code: str) -> None:
    new = vault.renew_recovery_code()
    vault.close()
    with pytest.raises(WrongPassphrase):
        reopened(folder, code)
    reopened(folder, new).close()
    reopened(folder).close()


# Changing the data key


def test_a_new_key_encrypts_everything_anew(vault: Vault, folder: Path, code: str) -> None:
    put(vault, country="DE")
    old = vault.ring.data_keys[0]
    vault.rekey()
    put(vault, region="BE")
    assert vault.problems() == []
    vault.close()
    with pytest.raises(DatabaseDamaged):
        open_encrypted(folder / vault_folder.DATABASE, old)
    for secret in (ANN, code):
        again = reopened(folder, secret)
        assert (again.setting("country"), again.setting("region")) == ("DE", "BE")
        assert again.ring.data_keys != (old,)
        again.close()


def test_the_key_is_not_changed_under_a_reader(vault: Vault) -> None:
    put(vault, **{f"s{number}": "x" for number in range(500)})
    keys, entries = vault.ring.data_keys, kinds(vault)
    reading = vault.db.conn.execute("SELECT key FROM settings")
    reading.fetchone()
    with pytest.raises(VaultBusy):
        vault.rekey()
    reading.close()
    assert (vault.ring.data_keys, kinds(vault)) == (keys, entries)
    vault.rekey()
    assert vault.problems() == []


def test_a_change_of_keys_that_fails_closes_the_vault_and_loses_nothing(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(vault, country="DE")

    def fail(*_: object, **__: object) -> None:
        raise DiskFull(where="the vault")

    with monkeypatch.context() as patch:
        patch.setattr("dsr_desk.storage.vault.open_encrypted", fail)
        with pytest.raises(DiskFull):
            vault.rekey()
    again = reopened(folder)
    assert again.setting("country") == "DE"
    assert len(again.ring.data_keys) == 1
    assert again.problems() == []
    again.close()


# Backups


def test_a_backup_opens_with_the_same_secrets_and_begins_a_new_epoch(vault: Vault, tmp_path: Path, code: str) -> None:
    put(vault, country="DE")
    vault.backup(tmp_path / "copy")
    assert kinds(vault)[-1] == "backup"
    copy = reopened(tmp_path / "copy")
    assert copy.setting("country") == "DE"
    assert [(entry.epoch, entry.kind.value) for entry in copy.log.entries()][-2:] == [(2, "epoch"), (2, "unlocked")]
    assert copy.problems() == []
    copy.close()
    again = reopened(tmp_path / "copy", code)
    assert kinds(again).count("epoch") == 1
    again.close()


def test_the_vault_itself_stays_in_its_epoch(vault: Vault, folder: Path, tmp_path: Path) -> None:
    vault.backup(tmp_path / "copy")
    vault.close()
    again = reopened(folder)
    assert "epoch" not in kinds(again)
    again.close()


def test_a_backup_that_is_opened_with_the_recovery_code_declares_its_epoch_before_anything_else(
    vault: Vault, tmp_path: Path, code: str
) -> None:
    vault.backup(tmp_path / "copy")
    copy = reopened(tmp_path / "copy", code)
    copy.add_officer("Bob", BOB)
    last = [(entry.epoch, entry.kind.value) for entry in copy.log.entries()][-2:]
    assert last == [(2, "epoch"), (2, "officer-added")]
    copy.close()
    bob = reopened(tmp_path / "copy", BOB)
    assert kinds(bob).count("epoch") == 1
    assert bob.problems() == []
    bob.close()


def test_a_backup_is_whole_while_somebody_reads(vault: Vault, tmp_path: Path) -> None:
    with vault.transaction() as db:
        db.conn.executemany("INSERT INTO settings VALUES (?, 'x')", [[str(n)] for n in range(500)])
    reading = vault.db.conn.execute("SELECT key FROM settings")
    reading.fetchone()
    put(vault, country="DE")
    vault.backup(tmp_path / "copy")
    reading.close()
    copy = reopened(tmp_path / "copy")
    assert copy.setting("country") == "DE"
    assert copy.db.table("settings").count == vault.db.table("settings").count
    copy.close()


def test_a_backup_overwrites_nothing(vault: Vault, folder: Path, tmp_path: Path) -> None:
    vault.backup(tmp_path / "copy")
    before = state_of(tmp_path / "copy")
    for place in (tmp_path / "copy", folder):
        with pytest.raises(VaultExists):
            vault.backup(place)
    assert state_of(tmp_path / "copy") == before


def test_a_backup_on_a_full_disk_leaves_nothing_behind_and_is_not_recorded(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull(where="the copy")

    monkeypatch.setattr("dsr_desk.storage.vault.copy_whole", full)
    with pytest.raises(DiskFull):
        vault.backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert "backup" not in kinds(vault)


# Threads


def test_threads_take_turns_and_no_entry_is_lost(vault: Vault) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(20):
                with vault.transaction():
                    count = int(vault.setting("count") or "0")
                    touches = vault.put_settings({"count": str(count + 1)})
                    vault.record(Draft(Kind.COLUMNS, {"thread": number}), touches=touches)
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert vault.setting("count") == "80"
    assert kinds(vault).count("columns") == 80
    assert vault.problems() == []


def test_reading_in_one_thread_never_ends_the_step_of_another(vault: Vault) -> None:
    faults: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                list(vault.db.query("SELECT * FROM settings"))
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(200):
            with contextlib.suppress(RuntimeError):
                keep_two_or_none(vault, number, whole=number % 2 == 0)
    finally:
        sys.setswitchinterval(usual)
        done.set()
        for reader in readers:
            reader.join()
    assert faults == []
    kept = sorted(int(row["key"]) for row in vault.db.query("SELECT key FROM settings WHERE key GLOB '[0-9]*'"))
    assert kept == sorted([*range(0, 200, 2), *range(1000, 1200, 2)])


def keep_two_or_none(vault: Vault, number: int, *, whole: bool) -> None:
    with vault.transaction() as db:
        db.conn.execute("INSERT INTO settings VALUES (?, 'x')", [str(number)])
        if not whole:
            raise RuntimeError
        db.conn.execute("INSERT INTO settings VALUES (?, 'x')", [str(1000 + number)])


def test_the_key_file_says_which_vault_it_is(vault: Vault, folder: Path) -> None:
    content = json.loads((folder / vault_folder.KEYS).read_bytes())
    assert content["vault"] == vault.ring.vault_id


def test_a_vault_may_be_moved(vault: Vault, folder: Path, tmp_path: Path) -> None:
    vault.close()
    shutil.move(folder, tmp_path / "elsewhere")
    reopened(tmp_path / "elsewhere").close()
