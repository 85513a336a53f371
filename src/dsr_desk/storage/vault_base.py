"""An open vault: what it says of itself, and how anything is written in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.core.acts import Draft, Entry, Kind
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.policy import Policy
from dsr_desk.core.roster import Roster
from dsr_desk.storage import registers, vault_schema
from dsr_desk.storage.case_list import CaseList
from dsr_desk.storage.database import SharedDatabase, transaction
from dsr_desk.storage.drafts import Drafts
from dsr_desk.storage.keys import RECOVERY, KeyRing, OfficerKeys
from dsr_desk.storage.locks import FileLock
from dsr_desk.storage.log import EntrySigner, Log
from dsr_desk.storage.migrations import Migration
from dsr_desk.storage.registers import Register, Touch
from dsr_desk.storage.rows import (
    AuthorityRow,
    BundleRow,
    DatasetRow,
    GuardRow,
    IndexRow,
    Recipient,
    Rows,
    SigningKeyRow,
)
from dsr_desk.storage.tables import Database


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


class OpenVault:
    """One process writes at a time; threads take turns through `transaction`. Who is an officer says the log."""

    officer_key: str
    """The officer's Ed25519 public key (hex), "" while the recovery code has opened the vault."""

    roster: Roster
    _officer: OfficerKeys
    _names: dict[str, str]
    _slots: dict[str, str]

    def __init__(
        self,
        folder: Path,
        ring: KeyRing,
        key: bytes,
        officer: OfficerKeys,
        db: SharedDatabase,
        lock: FileLock,
        tables: Sequence[Register],
        migrations: Sequence[Migration],
    ) -> None:
        self._migrations = migrations
        self.folder = folder
        self.ring = ring
        self.db = db
        self.log = Log(db, ring.vault_id)
        self.cases = CaseList(db)
        self.drafts = Drafts(db)
        self.datasets = Rows(db, "dataset_versions", DatasetRow)
        self.indexes = Rows(db, "indexes", IndexRow)
        self.recipients = Rows(db, "recipients", Recipient)
        self.bundles = Rows(db, "bundles", BundleRow)
        self.signing_keys = Rows(db, "organisation_keys", SigningKeyRow, "fingerprint")
        self.authorities = Rows(db, "authorities", AuthorityRow, "fingerprint")
        self.guard = Rows(db, "guard", GuardRow)
        self.tables = (*vault_schema.REGISTERS, *tables)
        self.on_rollback: list[Callable[[], object]] = []
        """Called when a transaction fails: what was folded inside it must be read again."""
        self._key = key
        self._lock = lock
        self._turn = db.turn
        self._whose = 0
        self._act_as(officer)
        self._read_roster()
        self.on_rollback.append(self._read_roster)

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
    def policy(self) -> Policy:
        """The policy in force."""
        return self.roster.policy

    @property
    def officer_name(self) -> str:
        return self._names.get(self.officer_key, "")

    def officer_names(self) -> dict[str, str]:
        """Names by public key (hex) as they were signed, former officers included."""
        return dict(self._names)

    def known_names(self, *more: str) -> tuple[str, ...]:
        """What somebody who guesses a passphrase of this vault knows: the organisation, all officers, and more."""
        return (self.organisation, *self._names.values(), *more)

    def officer_recipient(self, key: str) -> str:
        """The age recipient of a present officer (by public key). Raises OfficerMissing."""
        if not self.roster.active(key):
            raise OfficerMissing()
        return self.ring.recipient_of(self._slots[key])

    def officer_slot(self, key: str) -> dict[str, object]:
        """A present officer's wrapped keys, to travel with what is meant for that officer. Raises OfficerMissing."""
        if not self.roster.active(key):
            raise OfficerMissing()
        return self.ring.slot_alone(self._slots[key])

    def sign(self, data: bytes) -> bytes:
        """The officer's Ed25519 signature, 64 bytes. Raises RecoveryOnly."""
        if not self.officer_key:
            raise RecoveryOnly()
        return self._officer.signing_key.sign(data)

    @property
    def signer(self) -> EntrySigner:
        """Who signs now. Raises RecoveryOnly."""
        if not self.officer_key:
            raise RecoveryOnly()
        return EntrySigner(self._officer.signing_key, self.officer_key)

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """All or nothing, one thread at a time; nests."""
        with self.turn():
            try:
                with transaction(self.db, self.folder):
                    yield self.db
            except BaseException:
                for forget in self.on_rollback:
                    forget()
                raise

    @contextmanager
    def turn(self) -> Iterator[Database]:
        """One thread at a time, for reading what belongs together."""
        with self._turn:
            before, self._whose = self._whose, threading.get_ident()
            try:
                yield self.db
            finally:
                self._whose = before

    @property
    def has_turn(self) -> bool:
        """Whether this thread is in a turn or a transaction: what takes long is better done outside."""
        return self._whose == threading.get_ident()

    def empty_wal(self) -> None:
        """What was overwritten goes from the write-ahead log too, unless somebody reads: then it is not emptied."""
        with suppress(sqlcipher.OperationalError):
            self.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()

    def write(
        self,
        draft: Draft,
        case: str = "",
        *,
        touches: Iterable[Touch] = (),
        cosigners: Sequence[EntrySigner] = (),
        signer: EntrySigner | None = None,
        epoch: int | None = None,
    ) -> Entry:
        """Appends an act, with the digests of the register groups that were changed with it. Inside a transaction.

        Asks no rules: `record` does for the vault, `Desk.act` for cases.
        """
        touched = list(touches)
        if touched:
            draft.fields = {**draft.fields, registers.FIELD: registers.digests(self.db, self.tables, touched)}
        return self.log.append(draft, signer or self.signer, case, cosigners=cosigners, epoch=epoch)

    def record(
        self,
        draft: Draft,
        *,
        touches: Iterable[Touch] = (),
        cosigners: Sequence[EntrySigner] = (),
        signer: EntrySigner | None = None,
        epoch: int | None = None,
    ) -> Entry:
        """An act on the vault itself. Raises what `Roster.allowed` refuses."""
        with self.transaction():
            acts = signer or self.signer
            refused = self.roster.allowed(draft.kind, acts.public, draft.open)
            if refused is not None:
                raise error_of(refused)
            entry = self.write(draft, touches=touches, cosigners=cosigners, signer=acts, epoch=epoch)
            self.took(entry)
            return entry

    def took(self, entry: Entry) -> None:
        """Folds an entry of the vault that was just written. Raises what the rules refuse."""
        refused = self.roster.after(entry)
        if refused is not None:
            raise error_of(refused)
        self._note(entry)

    def setting(self, key: str) -> str | None:
        row = self.db.conn.execute("SELECT value FROM settings WHERE key = ?", [key]).fetchone()
        return str(row[0]) if row else None

    def put_settings(self, values: Mapping[str, str]) -> list[Touch]:
        """Writes settings and returns what the act that goes with them touches. Inside a transaction."""
        for key, value in values.items():
            self.db.conn.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", [key, value])
        return [registers.touch("settings", key) for key in values]

    def _act_as(self, officer: OfficerKeys) -> None:
        self._officer = officer
        self.officer_key = "" if officer.slot == RECOVERY else officer.public_key.hex()

    def _read_roster(self) -> None:
        """Folds the vault's own entries anew. Signatures are verified where something rests on them."""
        self.roster, self._names, self._slots = Roster(), {}, {}
        for entry in self.log.entries(""):
            if self.roster.after(entry) is None:
                self._note(entry)

    def _note(self, entry: Entry) -> None:
        if entry.act.kind is Kind.OFFICER_ADDED:
            key = entry.act.open["key"]
            self._slots[key] = entry.act.open["slot"]
            self._names[key] = self.log.values(entry).get("name", "")

    def _active_slots(self) -> set[str]:
        return {self._slots[key] for key in self.roster.keys}
