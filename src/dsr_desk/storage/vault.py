"""The vault: one encrypted folder that holds an organisation's cases, officers, keys, journal and lineage."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyrage
import sqlcipher3.dbapi2 as sqlcipher
from sqlite_utils import Database

from dsr_desk.core.errors import DeskError
from dsr_desk.storage import vault_schema
from dsr_desk.storage.clock import now
from dsr_desk.storage.database import DatabaseDamaged, SharedDatabase, database_errors, open_encrypted, transaction
from dsr_desk.storage.files import copy_whole, refuse_network_disk
from dsr_desk.storage.journal import Journal
from dsr_desk.storage.keys import RECOVERY, KeyRing, OfficerKeys, WrongPassphrase
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.migrations import Migration, migrate
from dsr_desk.storage.vault_folder import DATABASE, KEYS, LOCK, WAL, filling, require_some, require_whole, sweep


class VaultBusy(DeskError):
    code = "VAULT-BUSY"
    happened = "Another part of the program is reading the vault."
    means = "Its key was not changed. Nothing is lost."
    todo = "Let the running work end, then do it again."


class OfficerExists(DeskError):
    code = "VAULT-OFFICER-EXISTS"
    happened = "The vault has an officer of this name already."
    means = "Names appear in evidence and must tell officers apart. Nothing was changed."
    todo = "Give a name that is not in use."


class OfficerMissing(DeskError):
    code = "VAULT-OFFICER-MISSING"
    happened = "The vault has no officer of this name."
    means = "Nothing was changed."
    todo = "List the officers and give one of their names."


class LastOfficer(DeskError):
    code = "VAULT-LAST-OFFICER"
    happened = "This is the only officer of the vault."
    means = "Nobody could open it afterwards, so nothing was changed."
    todo = "Add another officer first."


class OwnAccess(DeskError):
    code = "VAULT-OWN-ACCESS"
    happened = "An officer cannot take away the own access."
    means = "What is done under that name now must still be signed. Nothing was changed."
    todo = "Ask another officer to do it."


class RecoveryOnly(DeskError):
    code = "VAULT-RECOVERY-ONLY"
    happened = "The vault was opened with the recovery code."
    means = "The code opens it, but it is no officer: only a new officer can be added with it."
    todo = "Add an officer (dsr-desk vault officer add), then open the vault with that officer's passphrase."


class Vault:
    """An open vault. One process writes at a time; threads take turns through `transaction`.

    Who is an officer is decided by the encrypted database; `keys.json` follows. Opening finishes whatever an
    interruption left between the two.
    """

    officer_key: str
    """The officer's Ed25519 public key (hex), "" while the recovery code has opened the vault."""

    journal: Journal
    _officer: OfficerKeys

    def __init__(
        self, folder: Path, ring: KeyRing, key: bytes, officer: OfficerKeys, db: SharedDatabase, lock: FileLock
    ) -> None:
        self.folder = folder
        self.ring = ring
        self.db = db
        self._key = key
        self._lock = lock
        self._turn = db.turn
        self._act_as(officer)

    @classmethod
    def create(
        cls, folder: Path, organisation: str, officer: str, passphrase: str, migrations: Sequence[Migration] = ()
    ) -> tuple[Vault, str]:
        """A new vault with its first officer; returns it open, and the recovery code to print."""
        refuse_network_disk(folder)
        ring, keys, code = KeyRing.create(folder / KEYS, passphrase)
        with filling(folder) as lock:
            key = ring.data_keys[0]
            db = open_encrypted(folder / DATABASE, key)
            try:
                migrate(db, [*vault_schema.MIGRATIONS, *migrations], folder)
                vault = cls(folder, ring, key, keys, db, lock)
                identity = pyrage.x25519.Identity.generate()
                with vault.transaction():
                    vault.set_setting("organisation", organisation)
                    vault.set_setting("identity", str(identity))
                    vault._add_row(keys, officer)
                    vault.journal.append("vault-created", {"vault": ring.vault_id})
                ring.set_public_key(str(identity.to_public()))
                ring.save()
            except BaseException:
                db.close()
                raise
        return vault, code

    @classmethod
    def open(cls, folder: Path, secret: str, migrations: Sequence[Migration] = ()) -> Vault:
        """Opens with an officer's passphrase or the recovery code.

        Raises VaultMissing, VaultIncomplete, VaultUnfinished, WrongPassphrase, InUse, NewerFile, DatabaseDamaged,
        KeysDamaged, NotWritable or NetworkDisk.
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
                migrate(db, [*vault_schema.MIGRATIONS, *migrations], folder)
                vault = cls(folder, ring, key, officer, db, lock)
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

    @property
    def organisation(self) -> str:
        return self.setting("organisation") or ""

    @property
    def public_key(self) -> str:
        """age recipient to which indexes and answers are addressed."""
        return self.ring.public_key

    @property
    def identity(self) -> str:
        """age identity that opens what is addressed to the vault."""
        return self.setting("identity") or ""

    @property
    def officer_name(self) -> str:
        return self.officer_names().get(self.officer_key, "")

    def officer_names(self) -> dict[str, str]:
        """Names by public key (hex), former officers included."""
        return {row["public_key"]: row["name"] for row in self.db["officers"].rows}

    def sign(self, data: bytes) -> bytes:
        """The officer's Ed25519 signature, 64 bytes. Raises RecoveryOnly."""
        if not self._officer.seed:
            raise RecoveryOnly()
        return self._officer.signing_key.sign(data)

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """All or nothing, one thread at a time; nests."""
        with self._turn, transaction(self.db, self.folder):
            yield self.db

    def setting(self, key: str) -> str | None:
        row = self.db.conn.execute("SELECT value FROM settings WHERE key = ?", [key]).fetchone()
        return row[0] if row else None

    def set_setting(self, key: str, value: str) -> None:
        with self.transaction():
            self.db.table("settings").upsert({"key": key, "value": value}, pk="key")

    def add_officer(self, name: str, passphrase: str) -> None:
        """Adds an officer with an own slot and signing key. With the recovery code open, the new one signs."""
        with self._turn:
            if any(row["name"] == name for row in self.db["officers"].rows):
                raise OfficerExists()
            ring, recovering = self.ring.copy(), not self.officer_key
            keys = ring.add_officer(passphrase)
            journal = self._journal_of(keys) if recovering else self.journal
            with self.transaction():
                self._add_row(keys, name)
                if recovering and ring.is_backup:
                    journal.begin_epoch({"vault": ring.vault_id})
                journal.append("officer-added", {"officer": keys.public_key.hex(), "recovered": recovering})
                ring.save()
            self.ring = ring
            if recovering:
                self._act_as(keys)
                self._leave_backup()

    def remove_officer(self, name: str) -> None:
        """Takes the slot away and changes the data key, so that an old copy of the key file opens nothing new."""
        with self._turn:
            rows = [row for row in self.db["officers"].rows if not row["removed"]]
            row = next((row for row in rows if row["name"] == name), None)
            if row is None:
                raise OfficerMissing()
            if len(rows) == 1:
                raise LastOfficer()
            if row["public_key"] == self.officer_key:
                raise OwnAccess()
            self._require_quiet()
            with self.transaction():
                self.db.table("officers").update(row["public_key"], {"removed": now()})
                self.journal.append("officer-removed", {"officer": row["public_key"]})
            self._change_key()

    def change_passphrase(self, passphrase: str) -> None:
        """Changes the officer's own passphrase. What an old copy of the vault holds still opens with the old one."""
        if not self.officer_key:
            raise RecoveryOnly()
        with self._turn:
            ring = self.ring.copy()
            keys = ring.change_passphrase(self._officer, passphrase)
            with self.transaction():
                self.journal.append("passphrase-changed")
                ring.save()
            self.ring, self._officer = ring, keys

    def renew_recovery_code(self) -> str:
        """A new code to print; the old one no longer opens the vault. Changes the data key as well."""
        with self._turn:
            self._require_quiet()
            ring = self.ring.copy()
            code = ring.renew_recovery_code()
            with self.transaction():
                self.journal.append("recovery-code-renewed")
                ring.save()
            self.ring = ring
            self._change_key()
        return code

    def rekey(self) -> None:
        """Encrypts the database with a new data key. Interrupted, the next opening finishes it. Raises VaultBusy."""
        with self._turn:
            self._require_quiet()
            with self.transaction():
                self.journal.append("vault-rekeyed")
            self._change_key()

    def backup(self, folder: Path) -> None:
        """Copies the vault to an empty folder. Opening the copy begins a declared new epoch of the journal."""
        with self._turn:
            with filling(folder) as lock:
                with suppress(sqlcipher.OperationalError):  # somebody reads: what is not in the main file is in the log
                    self.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
                for name in (DATABASE, WAL):
                    if (self.folder / name).exists():
                        copy_whole(self.folder / name, folder / name)
                copy = self.ring.copy(folder / KEYS)
                copy.data_keys = (self._key,)
                copy.mark_backup(now())
                copy.save()
            lock.release()
            (folder / LOCK).unlink()
            if self.officer_key:
                with self.transaction():
                    self.journal.append("backup-taken")

    def problems(self) -> list[str]:
        """Checks the file's integrity, its references and the journal, as they are on the disk; a sentence each."""
        with self._turn:
            try:
                db = open_encrypted(self.folder / DATABASE, self._key, read_only=True)
            except DatabaseDamaged as error:
                return [error.what_happened]
            try:
                with database_errors(self.folder):
                    return _damage(db) or [*_disorder(db), *Journal(db, self.sign, "").problems()]
            except DatabaseDamaged as error:
                return [error.what_happened]
            finally:
                db.close()

    def close(self) -> None:
        """Closes the database and drops the keys."""
        with self._turn:
            try:
                self.db.close()
            finally:
                self._officer, self._key, self.ring.data_keys = OfficerKeys("", "", b""), b"", ()
                self._lock.release()

    def _act_as(self, officer: OfficerKeys) -> None:
        self._officer = officer
        self.officer_key = "" if officer.slot == RECOVERY else officer.public_key.hex()
        self.journal = Journal(self.db, self.sign, self.officer_key)

    def _journal_of(self, officer: OfficerKeys) -> Journal:
        return Journal(self.db, officer.signing_key.sign, officer.public_key.hex())

    def _declare(self) -> None:
        with self.transaction():
            if self.ring.is_backup:
                self.journal.begin_epoch({"vault": self.ring.vault_id})
            self.journal.append("unlocked")
        self._leave_backup()

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

    def _active_slots(self) -> set[str]:
        return {row["slot"] for row in self.db["officers"].rows if not row["removed"]}

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

    def _add_row(self, keys: OfficerKeys, name: str) -> None:
        row = {"public_key": keys.public_key.hex(), "slot": keys.slot, "name": name, "added": now(), "removed": None}
        self.db.table("officers").insert(row)


def _damage(db: Database) -> list[str]:
    return [f"The database file is damaged: {row[0]}." for row in db.conn.execute("PRAGMA cipher_integrity_check")]


def _disorder(db: Database) -> list[str]:
    rows = [row[0] for row in db.conn.execute("PRAGMA integrity_check")]
    found = [f"The database is not in order: {text}." for text in rows if text != "ok"]
    broken = db.conn.execute("PRAGMA foreign_key_check").fetchall()
    return found + [f"Table {row[0]} refers to something that is not there." for row in broken]


def _open_with_any(path: Path, keys: Sequence[bytes]) -> tuple[SharedDatabase, bytes]:
    """The database and the key that opened it."""
    for key in keys[:-1]:
        try:
            return open_encrypted(path, key), key
        except DatabaseDamaged:
            continue
    return open_encrypted(path, keys[-1]), keys[-1]
