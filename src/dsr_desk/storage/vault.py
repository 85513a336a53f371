"""The vault: one encrypted folder that holds an organisation's cases, officers, keys, log and lineage."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyrage
import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.core.acts import Draft, Entry, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import LastOfficer
from dsr_desk.storage import check, proof, registers, vault_schema
from dsr_desk.storage.clock import now
from dsr_desk.storage.database import DatabaseDamaged, SharedDatabase, database_errors, open_encrypted
from dsr_desk.storage.files import copy_whole, refuse_network_disk
from dsr_desk.storage.keys import RECOVERY, KeyRing, OfficerKeys, WrongPassphrase
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.log import EntrySigner
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.migrations import Migration, migrate, strangers
from dsr_desk.storage.registers import Register
from dsr_desk.storage.tables import Database
from dsr_desk.storage.vault_base import OfficerMissing, OpenVault, RecoveryOnly
from dsr_desk.storage.vault_folder import DATABASE, KEYS, LOCK, WAL, filling, require_some, require_whole, sweep

_NO_SALTS: Mapping[str, bytes] = {}


class VaultBusy(DeskError):
    code = "VAULT-BUSY"
    happened = "Another part of the program is reading the vault."
    means = "Its key was not changed. Nothing is lost."
    todo = "Let the running work end, then do it again."


class VaultAtWork(DeskError):
    code = "VAULT-AT-WORK"
    happened = "Work that began before the window was locked still needs the vault."
    means = "The recovery code opens it when that has ended. Nothing is lost."
    todo = "Wait until the work has ended, or unlock with an officer's passphrase."


class OfficerExists(DeskError):
    code = "VAULT-OFFICER-EXISTS"
    happened = "The vault has an officer of this name already."
    means = "Names appear in evidence and must tell officers apart. Nothing was changed."
    todo = "Give a name that is not in use."


class Vault(OpenVault):
    """An open vault. One process writes at a time; threads take turns through `transaction`.

    Who is an officer is decided by the log; `keys.json` follows. Opening finishes whatever an interruption left
    between the two.
    """

    @classmethod
    def create(
        cls,
        folder: Path,
        organisation: str,
        officer: str,
        passphrase: str,
        migrations: Sequence[Migration] = (),
        tables: Sequence[Register] = (),
    ) -> tuple[Vault, str]:
        """A new vault with its first officer; returns it open, and the recovery code. Raises PassphraseWeak."""
        refuse_network_disk(folder)
        ring, keys, recovery, code = KeyRing.create(folder / KEYS, passphrase, (organisation, officer))
        with filling(folder) as lock:
            key = ring.data_keys[0]
            db = open_encrypted(folder / DATABASE, key)
            try:
                steps = (*vault_schema.MIGRATIONS, *migrations)
                migrate(db, steps, folder)
                vault = cls(folder, ring, key, keys, db, lock, tables, steps)
                identity = pyrage.x25519.Identity.generate()
                with vault.transaction():
                    said = {"recovery": recovery.public_key.hex(), "recovered": False, "proposal": ""}
                    vault.record(_added(keys, officer, said))
                    settings = {"organisation": organisation, "identity": str(identity)}
                    vault.record(Draft(Kind.VAULT_CREATED), touches=vault.put_settings(settings))
                ring.set_public_key(str(identity.to_public()))
                ring.save()
            except BaseException:
                db.close()
                raise
        return vault, code

    @classmethod
    def open(
        cls, folder: Path, secret: str, migrations: Sequence[Migration] = (), tables: Sequence[Register] = ()
    ) -> Vault:
        """Opens with an officer's passphrase or the recovery code.

        Raises VaultMissing, VaultIncomplete, VaultUnfinished, WrongPassphrase, InUse, NewerFile, DatabaseDamaged,
        KeysDamaged, LogDamaged, NotWritable or NetworkDisk.
        """
        require_some(folder)
        refuse_network_disk(folder)
        lock = FileLock(folder / LOCK, folder)
        try:
            require_whole(folder)
            sweep(folder)
            ring, officer = KeyRing.unlock(folder / KEYS, secret)
            db, key = _open_with_any(folder / DATABASE, ring.data_keys)
            try:
                steps = (*vault_schema.MIGRATIONS, *migrations)
                migrate(db, steps, folder)
                vault = cls(folder, ring, key, officer, db, lock, tables, steps)
                if officer.slot not in {*vault._active_slots(), RECOVERY}:
                    raise WrongPassphrase()
                vault._settle()
                if vault.officer_key:
                    vault._declare()
            except BaseException:
                db.close()
                raise
        except BaseException:
            lock.release()
            raise
        return vault

    def confirm(self, passphrase: str) -> None:
        """That it is still the officer who sits there. Raises WrongPassphrase, RecoveryOnly."""
        if not self.officer_key:
            raise RecoveryOnly()
        if self.ring.open_officer(passphrase).slot != self._officer.slot:
            raise WrongPassphrase()

    def switch_officer(self, passphrase: str) -> Entry:
        """Another officer goes on at the same computer: the vault stays open, the keys change.

        Raises WrongPassphrase.
        """
        with self._turn:
            return self._sit_down(self.ring.open_officer(passphrase), switched=True)

    def resume(self, secret: str) -> Entry:
        """An officer comes back to a vault that stayed open behind a locked window, for work that had begun.

        Raises WrongPassphrase; VaultAtWork for the recovery code.
        """
        keys = self.ring.open_any(secret)  # without a turn: deriving takes its time, and the work goes on
        if keys.slot == RECOVERY:
            raise VaultAtWork()
        with self._turn:
            return self._sit_down(keys, switched=False)

    def _sit_down(self, keys: OfficerKeys, *, switched: bool) -> Entry:
        if keys.slot not in self._active_slots():
            raise WrongPassphrase()
        self._act_as(keys)
        return self.record(Draft(Kind.UNLOCKED, {"switched": switched}))

    def add_officer(self, name: str, passphrase: str, *, proposal: str = "") -> None:
        """Adds an officer with an own slot and signing key, who signs too. With the recovery code open, that key adds.

        `proposal` is the act that proposed this name, where the policy asks for approvals. Raises OfficerExists,
        ChangeNotApproved, PassphraseTaken, PassphraseWeak.
        """
        with self._turn:
            if name in self._names.values():
                raise OfficerExists()
            ring, recovering = self.ring.copy(), not self.officer_key
            keys = ring.add_officer(passphrase, self.known_names(name))
            new = EntrySigner(keys.signing_key, keys.public_key.hex())
            adder = EntrySigner(self._officer.signing_key, self._officer.public_key.hex())
            with self.transaction():
                if recovering and ring.is_backup:
                    self._begin_epoch(adder)
                said = {"recovered": recovering, "proposal": proposal}
                self.record(_added(keys, name, said, self._proposed_salt(proposal)), signer=adder, cosigners=[new])
                ring.save()
            self.ring = ring
            if recovering:
                self._act_as(keys)
                self._leave_backup()

    def remove_officer(self, name: str) -> None:
        """Takes the slot away and changes the data key, so that an old copy of the key file opens nothing new.

        Raises OfficerMissing, LastOfficer, OwnAccess.
        """
        with self._turn:
            key = next((key for key in self.roster.keys if self._names[key] == name), None)
            if key is None:
                raise OfficerMissing()
            if len(self.roster.keys) == 1:
                raise LastOfficer(needed=1)
            self._require_quiet()
            with self.transaction():
                self.record(Draft(Kind.OFFICER_REMOVED, {"key": key}))
            self._change_key()

    def change_passphrase(self, passphrase: str) -> None:
        """Changes the officer's own passphrase. What an old copy of the vault holds still opens with the old one."""
        if not self.officer_key:
            raise RecoveryOnly()
        with self._turn:
            ring = self.ring.copy()
            keys = ring.change_passphrase(self._officer, passphrase, self.known_names())
            with self.transaction():
                self.record(Draft(Kind.PASSPHRASE_CHANGED))
                ring.save()
            self.ring, self._officer = ring, keys

    def renew_recovery_code(self, *, proposal: str = "") -> str:
        """A new code to print; the old one no longer opens the vault. Changes the data key as well.

        `proposal` is the act that proposed it, where the policy asks for approvals. Raises ChangeNotApproved.
        """
        with self._turn:
            self._require_quiet()
            ring = self.ring.copy()
            keys, code = ring.renew_recovery_code()
            with self.transaction():
                self.record(Draft(Kind.RECOVERY_KEY, {"key": keys.public_key.hex(), "proposal": proposal}))
                ring.save()
            self.ring = ring
            self._change_key()
        return code

    def rekey(self) -> None:
        """Encrypts the database with a new data key. Interrupted, the next opening finishes it. Raises VaultBusy."""
        with self._turn:
            self._require_quiet()
            with self.transaction():
                self.record(Draft(Kind.REKEYED))
            self._change_key()

    def backup(self, folder: Path, until: str = "") -> None:
        """Copies the vault to an empty folder. Opening the copy begins a declared new epoch of the log.

        `until` is the day (ISO) on which the copy is overwritten or destroyed, "" where nobody said.
        """
        with self._turn:
            with filling(folder) as lock:
                self.empty_wal()
                for name in (DATABASE, WAL):  # what is not in the main file is in the log
                    if (self.folder / name).exists():
                        copy_whole(self.folder / name, folder / name)
                copy = self.ring.copy(folder / KEYS)
                copy.data_keys = (self._key,)
                copy.mark_backup(now())
                copy.save()
            lock.release()
            (folder / LOCK).unlink()
            if self.officer_key:
                said = {"until": until} if until else {}
                self.record(Draft(Kind.BACKUP, said, {"where": str(folder.absolute())}))

    def problems(self, step: check.Step = check.no_step) -> list[Message]:
        """Checks the file, its references, every entry of the log and all that follows from it, as on the disk."""
        with self._turn:
            try:
                db = open_encrypted(self.folder / DATABASE, self._key, read_only=True)
            except DatabaseDamaged as error:
                return [error.message]
            try:
                with database_errors(self.folder):
                    found = _damage(db) or _disorder(db)
                    return found or [
                        *strangers(db, self._migrations),
                        *check.problems(db, self.ring.vault_id, self.tables, step),
                    ]
            except DatabaseDamaged as error:
                return [error.message]
            finally:
                db.close()

    def require_registers(self) -> None:
        """Raises LogDamaged where a register holds anything else than the acts say that changed it."""
        with self._turn:
            for problem in registers.problems(self.db, self.tables, proof.recorded(self.log)):
                raise LogDamaged(what=problem)

    def close(self) -> None:
        """Closes the database and drops the keys."""
        with self._turn:
            try:
                self.db.close()
            finally:
                self._officer, self._key, self.ring.data_keys = OfficerKeys("", "", b""), b"", ()
                self.officer_key = ""
                self._lock.release()

    def _proposed_salt(self, proposal: str) -> Mapping[str, bytes]:
        """The salt of the name that was proposed: the new officer's name has the same digest, or is another name."""
        known = self.roster.proposals.get(proposal)
        return {name: salt for name, (salt, _) in self.log.salted(known.seq).items()} if known else {}

    def _declare(self) -> None:
        with self.transaction():
            if self.ring.is_backup:
                self._begin_epoch(self.signer)
            self.record(Draft(Kind.UNLOCKED, {"switched": False}))
        self._leave_backup()

    def _begin_epoch(self, signer: EntrySigner) -> None:
        """Declares that the vault was restored from a backup: what follows may contradict later lost entries."""
        self.record(Draft(Kind.EPOCH), signer=signer, epoch=self.log.epoch + 1)

    def _leave_backup(self) -> None:
        """After the epoch is on the disk: interrupted before this, the next opening declares one more."""
        if self.ring.is_backup:
            ring = self.ring.copy()
            ring.mark_backup(None)
            ring.save()
            self.ring = ring

    def _settle(self) -> None:
        """Finishes a change of keys or officers that was interrupted."""
        if self.ring.data_keys != (self._key,) or self.ring.officer_slots != self._active_slots():
            self._change_key()

    def _require_quiet(self) -> None:
        """Leaves the write-ahead log, which `PRAGMA rekey` must not meet; raises VaultBusy while somebody reads."""
        try:
            mode = self.db.conn.execute("PRAGMA journal_mode = delete").fetchone()[0]
        except sqlcipher.OperationalError as error:
            raise VaultBusy() from error
        if mode != "delete":
            raise VaultBusy()

    def _change_key(self) -> None:
        """From here until the end both keys are in `keys.json`: whichever the database has, it opens."""
        self._require_quiet()
        new = secrets.token_bytes(32)
        ring = self.ring.copy()
        ring.keep_officers(self._active_slots())
        ring.data_keys = (new, self._key)
        ring.save()
        self.ring = ring
        try:
            with database_errors(self.folder):
                self.db.conn.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").fetchall()
                open_encrypted(self.folder / DATABASE, new, read_only=True).close()
        except BaseException:
            self.close()  # this connection no longer knows which key to write with
            raise
        self._key = new
        ring = self.ring.copy()
        ring.data_keys = (new,)
        ring.save()
        self.ring = ring
        self.db.conn.execute("PRAGMA journal_mode = wal").fetchall()


def _added(keys: OfficerKeys, name: str, said: Mapping[str, object], salts: Mapping[str, bytes] = _NO_SALTS) -> Draft:
    open_ = {"key": keys.public_key.hex(), "slot": keys.slot, **said}
    return Draft(Kind.OFFICER_ADDED, open_, {"name": name}, salts=salts)


def _damage(db: Database) -> list[Message]:
    found = db.conn.execute("PRAGMA cipher_integrity_check")
    return [message("vault.damaged.file", what=row[0]) for row in found]


def _disorder(db: Database) -> list[Message]:
    rows = [row[0] for row in db.conn.execute("PRAGMA integrity_check")]
    found = [message("vault.damaged.order", what=text) for text in rows if text != "ok"]
    broken = db.conn.execute("PRAGMA foreign_key_check").fetchall()
    return found + [message("vault.reference", table=row[0], parent=row[2]) for row in broken]


def _open_with_any(path: Path, keys: Sequence[bytes]) -> tuple[SharedDatabase, bytes]:
    """The database and the key that opened it."""
    for key in keys[:-1]:
        try:
            return open_encrypted(path, key), key
        except DatabaseDamaged:
            continue
    return open_encrypted(path, keys[-1]), keys[-1]
