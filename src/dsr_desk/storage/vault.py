"""The vault: one encrypted folder that holds an organisation's cases, officers, keys, journal and lineage."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyrage
from sqlite_utils import Database

from dsr_desk.core.errors import DeskError
from dsr_desk.storage import vault_schema
from dsr_desk.storage.clock import now
from dsr_desk.storage.database import DatabaseDamaged, open_encrypted, transaction
from dsr_desk.storage.files import disk_errors, refuse_network_disk
from dsr_desk.storage.journal import Journal
from dsr_desk.storage.keys import RECOVERY, KeyRing, OfficerKeys
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.migrations import Migration, migrate

KEYS, DATABASE, LOCK = "keys.json", "vault.db", "lock"


class VaultMissing(DeskError):
    code = "VAULT-MISSING"
    happened = "There is no vault at {where}."
    means = "Nothing was opened."
    todo = "Check the folder, or create a vault there."


class VaultExists(DeskError):
    code = "VAULT-EXISTS"
    happened = "There is something at {where} already."
    means = "It was not touched, and no vault was created."
    todo = "Choose an empty or new folder, or open the vault that is there."


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


class RecoveryOnly(DeskError):
    code = "VAULT-RECOVERY-ONLY"
    happened = "The vault was opened with the recovery code."
    means = "The code opens it, but it is no officer: only a new officer can be added with it."
    todo = "Add an officer (dsr-desk vault officer add), then open the vault with that officer's passphrase."


class Vault:
    """An open vault. One process writes at a time; threads take turns through `transaction`."""

    def __init__(self, folder: Path, ring: KeyRing, officer: OfficerKeys, db: Database, lock: FileLock) -> None:
        self.folder = folder
        self.ring = ring
        self.db = db
        self._officer = officer
        self._lock = lock
        self._turn = threading.RLock()
        self.officer_key = "" if officer.slot == RECOVERY else officer.public_key.hex()
        self.journal = Journal(db, self.sign, self.officer_key)

    @classmethod
    def create(
        cls, folder: Path, organisation: str, officer: str, passphrase: str, migrations: Sequence[Migration] = ()
    ) -> tuple[Vault, str]:
        """A new vault with its first officer; returns it open, and the recovery code to print."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise VaultExists(where=folder)
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            refuse_network_disk(folder)
            ring, keys, data_key, code = KeyRing.create(folder / KEYS, passphrase)
            lock = FileLock(folder / LOCK, folder)
            db = open_encrypted(folder / DATABASE, data_key)
            migrate(db, [*vault_schema.MIGRATIONS, *migrations], folder)
            vault = cls(folder, ring, keys, db, lock)
            identity = pyrage.x25519.Identity.generate()
            with vault.transaction():
                vault.set_setting("organisation", organisation)
                vault.set_setting("identity", str(identity))
                vault._add_row(keys, officer)
                vault.journal.append("vault-created", {"vault": ring.vault_id})
            ring.set_public_key(str(identity.to_public()))
            ring.save()
        return vault, code

    @classmethod
    def open(cls, folder: Path, secret: str, migrations: Sequence[Migration] = ()) -> Vault:
        """Opens with an officer's passphrase or the recovery code.

        Raises VaultMissing, WrongPassphrase, InUse, NewerFile, DatabaseDamaged, KeysDamaged or NetworkDisk.
        """
        if not (folder / KEYS).is_file():
            raise VaultMissing(where=folder)
        refuse_network_disk(folder)
        ring = KeyRing.load(folder / KEYS)
        officer = ring.unlock(secret)
        lock = FileLock(folder / LOCK, folder)
        try:
            db = _open_with_any(folder / DATABASE, ring.data_keys(officer))
            migrate(db, [*vault_schema.MIGRATIONS, *migrations], folder)
            vault = cls(folder, ring, officer, db, lock)
            if vault.officer_key:
                vault._declare()
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
        if any(row["name"] == name for row in self.db["officers"].rows):
            raise OfficerExists()
        keys = self.ring.add_officer(self._data_key(), passphrase)
        recovering = not self.officer_key
        if recovering:
            self._officer, self.officer_key = keys, keys.public_key.hex()
            self.journal = Journal(self.db, self.sign, self.officer_key)
        with self.transaction():
            self._add_row(keys, name)
            self.journal.append("officer-added", {"officer": keys.public_key.hex(), "recovered": recovering})
            self.ring.save()

    def remove_officer(self, name: str) -> None:
        """Takes the slot away and changes the data key, so that an old copy of the key file opens nothing new."""
        row = next((row for row in self.db["officers"].rows if row["name"] == name and not row["removed"]), None)
        if row is None:
            raise OfficerMissing()
        self.ring.remove_slot(row["slot"], self._data_key())
        with self.transaction():
            self.db.table("officers").update(row["public_key"], {"removed": now()})
            self.journal.append("officer-removed", {"officer": row["public_key"]})
            self.ring.save()
        self.rekey()

    def change_passphrase(self, passphrase: str) -> None:
        if not self.officer_key:
            raise RecoveryOnly()
        self.ring.change_passphrase(self._officer, passphrase)
        with self.transaction():
            self.journal.append("passphrase-changed")
            self.ring.save()

    def rekey(self) -> None:
        """Encrypts the database with a new data key. Interrupted, either key still opens it."""
        old, new = self._data_key(), secrets.token_bytes(32)
        with self.transaction():
            self.journal.append("vault-rekeyed")
        self.ring.replace_data_key(new, old)
        self.ring.save()
        with self._turn:
            self.db.conn.execute("PRAGMA wal_checkpoint(truncate)")
            self.db.conn.execute("PRAGMA journal_mode = delete")
            self.db.conn.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"")
            self.db.conn.execute("PRAGMA journal_mode = wal")
        self.ring.replace_data_key(new)
        self.ring.save()

    def backup(self, folder: Path) -> None:
        """Copies the vault to an empty folder. Opening the copy begins a declared new epoch of the journal."""
        if folder.exists() and any(folder.iterdir()):
            raise VaultExists(where=folder)
        with self.transaction():
            self.journal.append("backup-taken")
        with self._turn, disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self.db.conn.execute("PRAGMA wal_checkpoint(truncate)")
            shutil.copyfile(self.folder / DATABASE, folder / DATABASE)
            copy = KeyRing.load(self.folder / KEYS)
            copy.path = folder / KEYS
            copy.mark_backup(now())
            copy.save()

    def problems(self) -> list[str]:
        """Checks the file's integrity, its references and the journal; a sentence for each problem."""
        with self._turn:
            damaged = [row[0] for row in self.db.conn.execute("PRAGMA cipher_integrity_check")]
            broken = list(self.db.conn.execute("PRAGMA foreign_key_check"))
            found = [f"The database file is damaged: {text}." for text in damaged]
            found += [f"Table {row[0]} refers to something that is not there." for row in broken]
            return found + self.journal.problems()

    def close(self) -> None:
        """Closes the database and drops the keys."""
        with self._turn:
            self.db.close()
        self._officer = OfficerKeys(slot="", identity="", seed=b"")
        self._lock.release()

    def _declare(self) -> None:
        with self.transaction():
            if self.ring.is_backup:
                self.journal.begin_epoch({"vault": self.ring.vault_id})
                self.ring.mark_backup(None)
                self.ring.save()
            self.journal.append("unlocked")

    def _data_key(self) -> bytes:
        return self.ring.data_keys(self._officer)[0]

    def _add_row(self, keys: OfficerKeys, name: str) -> None:
        row = {"public_key": keys.public_key.hex(), "slot": keys.slot, "name": name, "added": now(), "removed": None}
        self.db.table("officers").insert(row)


def _open_with_any(path: Path, keys: list[bytes]) -> Database:
    for key in keys[:-1]:
        try:
            return open_encrypted(path, key)
        except DatabaseDamaged:
            continue
    return open_encrypted(path, keys[-1])
