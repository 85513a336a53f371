"""An unlocked desk: the vault that the use cases of this room work on, and the one way to write in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr_desk.core import rules
from dsr_desk.core.acts import Draft, Entry, Kind, pseudonym
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.case import SCOPE, Case, Rows
from dsr_desk.core.changes import Change, undo_of
from dsr_desk.core.deadlines import Place
from dsr_desk.core.errors import DeskError, error_of
from dsr_desk.core.guards import Standing
from dsr_desk.core.items import Box
from dsr_desk.core.message import Message, message
from dsr_desk.core.roster import Roster
from dsr_desk.lineage.schema import MIGRATIONS, REGISTERS, drop_ready
from dsr_desk.storage import proof
from dsr_desk.storage.case_list import snapshot_is_due
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.signed_acts import NotAsSigned, SignedAct
from dsr_desk.storage.vault import Vault

if TYPE_CHECKING:
    from dsr_desk.faces.engine import Template
    from dsr_desk.lineage.graph import Graph
    from dsr_desk.search.index.folder import Index

RESTS_ON_PROOF = frozenset({Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER, Kind.SWORN, Kind.SEALING, Kind.FORGOTTEN})
"""Acts before which every signature of the case and of the vault's own entries is verified."""


class CaseMissing(DeskError):
    code = "CASE-MISSING"
    happened = "There is no case {case} in this vault."
    means = "Nothing was done."
    todo = "List the cases and give one of their references."


@dataclass
class _Held:
    """A case as it is folded here. `since` counts entries after the last snapshot."""

    case: Case
    since: int
    proven: bool = False


class Desk:
    """A vault that an officer opened. Functions of this room take it first and return a Change or a view."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._indexes: dict[str, Index] = {}
        self._cases: dict[str, _Held] = {}
        self.templates: dict[tuple[str, Box, str], tuple[Template | None, bytes]] = {}
        """Of reference faces, by photo, place and engine: each search asks for them. They go with the keys."""
        self._proven_size = -1
        """Size of the log up to which all that this desk holds was verified or written by itself."""
        self._vault_proven = False
        self.graph: Graph | None = None
        """The lineage graph as it was loaded; dropped when lineage or indexes change."""
        self.one_graph = threading.RLock()
        """Held by whoever makes the graph, without a turn: the others wait for it and not with it."""
        vault.on_rollback.append(self._forget_folds)

    @classmethod
    def create(
        cls, folder: Path, organisation: str, officer: str, passphrase: str, place: Place | None = None
    ) -> tuple[Desk, str]:
        """A new vault, open, and the recovery code to print. `place` decides whose public holidays count."""
        vault, code = Vault.create(folder, organisation, officer, passphrase, MIGRATIONS, REGISTERS)
        where = {"country": place.country if place else "", "region": place.region if place else ""}
        with vault.transaction():
            vault.record(Draft(Kind.ORGANISATION), touches=vault.put_settings(where))
        return cls(vault), code

    @classmethod
    def open(cls, folder: Path, secret: str) -> Desk:
        """Opens with a passphrase or the recovery code; see `Vault.open` for what can be raised."""
        return cls(Vault.open(folder, secret, MIGRATIONS, REGISTERS))

    @property
    def place(self) -> Place:
        return Place(self.vault.setting("country") or "", self.vault.setting("region") or "")

    # Reading

    def case(self, ref: str) -> Case:
        """The case as its entries make it, for display: signatures are not verified. Raises CaseMissing.

        Others write while it is read, unless the reader holds `reading`.
        """
        with self.vault.turn():
            case = self.vault.cases.id_of(ref)
            held = self._held(case) if case is not None else None
            if held is None or held.case.ref != ref:
                raise CaseMissing(case=ref)
            return held.case

    def is_order(self, ref: str) -> bool:
        """Whether a case is about data that an order names, as the list of cases has it."""
        with self.vault.turn():
            return self.vault.cases.about(ref) == SCOPE

    @contextmanager
    def reading(self, ref: str) -> Iterator[Case]:
        """The case, which nobody changes meanwhile. Raises CaseMissing."""
        with self.vault.turn():
            yield self.case(ref)

    def proven(self, ref: str) -> Case:
        """The case after every signature of it and of the vault's own entries was verified. Raises LogDamaged.

        Once for each case after unlocking; afterwards what this desk wrote itself is enough, as long as nothing else
        was written.
        """
        with self.vault.turn():
            case = self.case(ref)
            self._require_unchanged()
            if not self._vault_proven:
                self.vault.roster = self._verified_roster()
                self._vault_proven = True
            held = self._cases[case.id]
            if not held.proven:
                held.case, held.proven = self._verified_case(case.id), True
                if held.case.ref != ref:
                    raise CaseMissing(case=ref)
            return held.case

    def name(self, ref: str, item: str) -> str:
        """The pseudonym of an item (or of an index, a model) in a case."""
        return pseudonym(self.key(ref), item)

    def key(self, ref: str) -> bytes:
        """The key of the case's pseudonyms. Raises LogDamaged where it is not there any more."""
        found = self.vault.log.case_key(self.case(ref).id)
        if found is None:
            raise LogDamaged(what=message("log.key"))
        return found

    def values(self, seq: int, only: str = "") -> dict[str, Any]:
        """Values of an entry's fields, or of the one named, as they were signed. Raises LogDamaged."""
        return self.vault.log.values(seq, only)

    def refusal(self, ref: str, draft: Draft, officer: str = "") -> Message | None:
        """Why an act is not allowed now; None where it is. What a window asks for a button.

        `officer` (key) is another one than who works here.
        """
        with self.reading(ref) as case:
            return rules.allowed(case, draft, self._standing(draft, officer or self.vault.officer_key))

    def require(self, ref: str, draft: Draft) -> None:
        """Raises what the act would be refused with now: for work that is worth nothing if it cannot be recorded."""
        refused = self.refusal(ref, draft)
        if refused is not None:
            raise error_of(refused)

    # Writing

    def act(
        self,
        draft: Draft,
        ref: str = "",
        *,
        touches: Iterable[Touch] = (),
        subject: str = "",
    ) -> Change:
        """Signs and writes an act, in a case or ("") on the vault itself. The only way to write.

        `touches` names what was changed in registers with it. Rules are asked inside the transaction. Raises the
        refusal, LogDamaged before acts that rest on proof.
        """
        with self.vault.transaction():
            touched = list(touches)
            if {table for table, _ in touched} & _GRAPH:
                self.drop_graph()
            if not ref:
                entry = self.vault.record(draft, touches=touched)
                self._wrote()
                if draft.kind is Kind.POLICY:
                    self.list_anew()
            else:
                case = self.proven(ref) if draft.kind in RESTS_ON_PROOF else self.case(ref)
                entry = self._write(case.id, draft, touched)
        return Change(frozenset({draft.kind}), entry.seq, ref or None, subject, undo_of(draft, entry))

    def drop_graph(self) -> None:
        """The lineage graph is made anew when it is next asked for."""
        with self.vault.transaction() as db:
            self.graph = None
            drop_ready(db)

    def open_case(self, draft: Draft) -> str:
        """Writes the first act of a new case, whose `open` says its reference. Returns the reference.

        Bytes inside its fields are kept as files, what is the same once.
        """
        with self.vault.transaction():
            log = self.vault.log
            case = log.new_case()
            stored: dict[bytes, dict[str, str]] = {}

            def kept(value: Any) -> Any:
                if isinstance(value, bytes):
                    return stored.get(value) or stored.setdefault(value, log.put_blob(case, value).as_value())
                if isinstance(value, dict):
                    return {name: kept(inner) for name, inner in value.items()}
                return [kept(inner) for inner in value] if isinstance(value, list) else value

            draft.fields = {**kept(draft.fields), "key": sha256_hex(log.case_key(case) or b"")}
            self._cases[case] = _Held(Case(case), 0, proven=True)
            self._write(case, draft, ())
        return str(draft.open["ref"])

    def take(self, ref: str, signed: SignedAct, indexes: Mapping[str, int] | None = None) -> Change:
        """Writes an act that an officer signed elsewhere, if the rules allow it now and here.

        `indexes` are the generations now, whatever the act says of them. Raises its refusal, NotAsSigned, LogDamaged.
        """
        act = signed.act
        with self.vault.transaction():
            case = self.proven(ref) if act.kind in RESTS_ON_PROOF else self.case(ref)
            if act.case != case.id:
                raise NotAsSigned(what=message("why.act.other-case"))
            now = dict(act.open) if indexes is None else {**act.open, "indexes": dict(indexes)}
            self._require_allowed(case, Draft(act.kind, now, {}, None, act.basis), act.officer, None)
            entry = self.vault.log.take(signed, self.vault.signer)
            self._fold(self._cases[case.id], entry)
        return Change(frozenset({act.kind}), entry.seq, ref)

    @property
    def clock_is_behind(self) -> bool:
        """Whether this computer's clock shows an earlier time than the newest entry that says more than an opening.

        What is written now would be found by every check, unless an officer says first that the clock was corrected.
        """
        log = self.vault.log
        newest = log.newest(*(kind for kind in Kind if kind not in (Kind.UNLOCKED, Kind.EPOCH)))
        act = log.entry(newest or 0).act
        return act.kind is not Kind.CLOCK_CORRECTED and log.clock() < act.time

    def list_anew(self) -> None:
        """Writes the list of cases anew: for what follows from something else than a case's own entries."""
        with self.vault.transaction():
            for case in self.vault.cases.refs():
                self.vault.cases.keep(self._held(case).case, self.vault.roster)

    def switch_officer(self, passphrase: str) -> Change:
        """Another officer goes on at this computer; nothing is closed. Raises WrongPassphrase."""
        entry = self.vault.switch_officer(passphrase)
        self._wrote()
        return Change(frozenset({entry.kind}), entry.seq)

    def resume(self, secret: str) -> None:
        """An officer unlocks a desk that stayed open for work that had begun. Raises WrongPassphrase, VaultAtWork."""
        self.vault.resume(secret)
        self._wrote()

    def news(self, after: int) -> Change | None:
        """All that was written after a place in the log, by whatever wrote it; None where nothing was."""
        with self.vault.turn():
            newest, kinds = self.vault.log.since(after)
        return Change(kinds, newest) if kinds else None

    def _write(self, case: str, draft: Draft, touches: Sequence[Touch]) -> Entry:
        held = self._cases[case]
        signer = self.vault.signer
        few = draft.rows if isinstance(draft.rows, list | tuple) else None
        rows: Rows | None = (lambda: few) if few is not None else None
        self._require_allowed(held.case, draft, signer.public, rows)
        entry = self.vault.write(draft, case, touches=touches)
        self._fold(held, entry, rows)
        return entry

    def _require_allowed(self, case: Case, draft: Draft, officer: str, rows: Rows | None) -> None:
        refused = rules.allowed(case, draft, self._standing(draft, officer), rows)
        if refused is not None:
            raise error_of(refused)

    def _fold(self, held: _Held, entry: Entry, rows: Rows | None = None) -> None:
        """Takes an entry that was just written; a refusal takes the whole transaction back."""
        there = rows or (lambda: self.vault.log.bare_rows(entry.seq))
        refused = rules.after(held.case, entry, self.vault.roster, there)
        if refused is not None:
            raise error_of(refused)
        held.since += 1
        self.vault.cases.keep(held.case, self.vault.roster)
        if snapshot_is_due(held.case, held.since):
            self.vault.cases.keep_snapshot(held.case)
            held.since = 0
        self._wrote()

    def _standing(self, draft: Draft, officer: str) -> Standing:
        return Standing(officer, self.vault.roster, self.vault.log.size, draft.open.get("indexes", {}))

    # Folds

    def _held(self, case: str) -> _Held:
        """The fold of a case brought up to its newest entry."""
        held = self._cases.get(case)
        if held is None:
            known = self.vault.cases.snapshot(case)
            held = self._cases[case] = _Held(known or Case(case), 0)
        log = self.vault.log
        for entry in log.entries(case, held.case.head):
            rules.after(held.case, entry, self.vault.roster, lambda seq=entry.seq: log.bare_rows(seq))  # type: ignore[misc]
            held.since += 1
            held.proven = False
        return held

    def _verified_roster(self) -> Roster:
        roster = Roster()
        for read in proof.verify(self.vault.log, ""):
            entry = _whole(read)
            roster.after(entry)
            if entry.writer != entry.act.officer and not roster.active(entry.writer):
                raise LogDamaged(what=message("log.officer", seq=entry.seq))
        return roster

    def _verified_case(self, key: str) -> Case:
        case, roster = Case(key), self.vault.roster
        for read in proof.verify(self.vault.log, key):
            entry = _whole(read)
            if any(not roster.active(one, entry.seq) for one in (entry.writer, *entry.signatures)):
                raise LogDamaged(what=message("log.officer", seq=entry.seq))
            rules.after(case, entry, roster, read.rows)
        return case

    def _require_unchanged(self) -> None:
        """What was written by anything else than this desk makes earlier proofs void."""
        size = self.vault.log.size
        if size != self._proven_size:
            self._vault_proven = False
            for held in self._cases.values():
                held.proven = False
            self._proven_size = size

    def _wrote(self) -> None:
        """One entry more, by this desk: proofs stand, if nothing else came between."""
        size = self.vault.log.size
        if size == self._proven_size + 1:
            self._proven_size = size

    def _forget_folds(self) -> None:
        """After a rollback: what is read anew was not verified, the roster of the vault neither."""
        self._cases.clear()
        self._proven_size, self._vault_proven = -1, False
        self.graph = None

    # Indexes

    def hold(self, name: str, index: Index) -> Index:
        """Keeps an opened index until the desk is closed."""
        self._indexes[name] = index
        return index

    def held(self, name: str) -> Index | None:
        return self._indexes.get(name)

    def release(self, name: str) -> None:
        """Closes one index, for instance before it is built on or destroyed."""
        index = self._indexes.pop(name, None)
        if index is not None:
            index.close()

    def close(self) -> None:
        """Locks: closes indexes and vault and drops the keys."""
        for name in list(self._indexes):
            self.release(name)
        self.graph = None
        self._cases.clear()
        self.templates.clear()
        self.vault.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _whole(read: proof.Read) -> Entry:
    """Raises LogDamaged unless all of the entry holds."""
    if read.found or read.entry is None:
        raise LogDamaged(what=read.found[0])
    return read.entry


_GRAPH = frozenset({*(one.table for one in REGISTERS), "dataset_versions", "indexes"})
"""Tables from which the lineage graph is made."""
