"""Vault check: everything that the vault holds against what was signed, and what follows from it against a new fold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsr_desk.core import rules
from dsr_desk.core.acts import Entry, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.case import Case, Rows
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.core.roster import Roster
from dsr_desk.storage import proof, registers
from dsr_desk.storage.case_list import summary_row
from dsr_desk.storage.log import Log
from dsr_desk.storage.proof import Read
from dsr_desk.storage.registers import Register
from dsr_desk.storage.tables import Database

_EVERY = 500
_DAMAGE = (DeskError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading damaged rows can raise: it ends a part of the check, which is a finding, and not the others."""

Step = Callable[[int, int], object]


def no_step(done: int, total: int) -> None:
    """Nobody waits for news."""


@dataclass
class Folded:
    """All that follows from the log: the roster, every case, the newest digest of each group of a register."""

    roster: Roster = field(default_factory=Roster)
    cases: dict[str, Case] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    empty: list[tuple[int, str]] = field(default_factory=list)
    """Entries, with their case, of which values are not there any more."""
    emptied: set[int] = field(default_factory=set)
    """Entries of which values were forgotten."""
    whole: dict[str, int] = field(default_factory=dict)
    """By case that was forgotten whole, the entry that says so."""
    keys: dict[str, str] = field(default_factory=dict)
    """By case, SHA-256 (hex) of the key of its pseudonyms."""
    blobs: dict[str, str] = field(default_factory=dict)
    """By id of a stored file, the case that speaks of it."""
    spoken: dict[str, int] = field(default_factory=dict)
    """By id of a stored file, the first entry that speaks of it."""
    destroyed: set[str] = field(default_factory=set)
    snapshots: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """By case, the place and the state that are kept; taken out once they were compared."""


def problems(db: Database, vault: str, tables: Sequence[Register], step: Step = no_step) -> Iterator[Message]:
    """Everything that does not hold, as it is found. Reads the whole log once and verifies every signature.

    `step` is told now and then how many of how many entries were read; what it raises ends the check.
    """
    log, folded = Log(db, vault), Folded()
    kept = db.conn.execute("SELECT case_id, head, state FROM snapshots")
    folded.snapshots = {case: (head, state) for case, head, state in kept}
    yield from _fold(log, folded, step)
    for name, part in (
        ("entries", _extra(db)),
        ("field_values", _emptied(db, folded)),
        ("blobs", _blobs(db, folded)),
        ("case_keys", _keys(db, folded)),
        ("case_list", _listed(db, folded)),
        ("registers", registers.problems(db, tables, folded.recorded)),
    ):
        yield from _part(name, part)


def _part(name: str, findings: Iterator[Message]) -> Iterator[Message]:
    try:
        yield from findings
    except _DAMAGE:
        yield message("check.stopped", table=name)


def _fold(log: Log, folded: Folded, step: Step) -> Iterator[Message]:
    size = log.size
    for number, read in enumerate(proof.verify(log)):
        if number % _EVERY == 0:
            step(number, size)
        yield from read.found
        if read.entry is None:
            continue
        try:
            refused = take(read.entry, folded, read.rows)
            _note(read, read.entry, folded, allowed=refused is None)
            kept = _snapshot_holds(read.entry, folded)
        except _DAMAGE:
            refused, kept = message("log.malformed", seq=read.seq), True
        if refused is not None:
            yield refused
        if not kept:
            yield message("cache.snapshot")
    for _ in folded.snapshots:
        yield message("cache.snapshot")
    step(size, size)


def take(entry: Entry, folded: Folded, rows: Rows) -> Message | None:
    """Folds one entry; returns the finding where the rules forbid it."""
    act = entry.act
    if not act.case:
        if entry.writer != act.officer and not folded.roster.active(entry.writer, entry.seq):
            return message("log.officer", seq=entry.seq)
        refused = folded.roster.after(entry)
        return folded.roster.findings[-1] if refused is not None else None
    case = folded.cases.get(act.case)
    if case is None:
        case = folded.cases[act.case] = Case(act.case)
    active = folded.roster.active
    if any(key != act.officer and not active(key, entry.seq) for key in (entry.writer, *entry.signatures)):
        case.place(entry)
        return message("log.officer", seq=entry.seq)
    if rules.after(case, entry, folded.roster, rows) is not None:
        return case.findings[-1]
    return None


def _note(read: Read, entry: Entry, folded: Folded, *, allowed: bool) -> None:
    act = entry.act
    if act.kind is Kind.FORGOTTEN and allowed:
        entries = set(act.open["entries"])
        folded.emptied.update(entries)
        folded.destroyed.update(blob for blob in act.open["blobs"] if folded.spoken.get(blob) in entries)
        if act.open["what"] == "case":
            folded.whole[act.case] = entry.seq
    if read.emptied:
        folded.empty.append((read.seq, act.case))
    if registers.FIELD in read.values and allowed:
        folded.recorded.update(read.values[registers.FIELD])
    if act.kind is Kind.RECEIVED and "key" in read.values:
        folded.keys[act.case] = read.values["key"]
    for blob in read.blobs:
        folded.blobs[blob] = act.case
        folded.spoken.setdefault(blob, read.seq)


def _snapshot_holds(entry: Entry, folded: Folded) -> bool:
    """Whether the state that is kept of a case is that after the entry at which it was kept, once that one is read."""
    known = folded.snapshots.get(entry.act.case)
    if known is None or known[0] != entry.seq:
        return True
    del folded.snapshots[entry.act.case]
    return bool(folded.cases[entry.act.case].dump() == known[1])


def _extra(db: Database) -> Iterator[Message]:
    """What lies beside the entries and belongs to none."""
    if db.conn.execute("SELECT 1 FROM entries WHERE seq < 0 LIMIT 1").fetchone():
        yield message("log.extra", table="entries")
    for table in ("field_values", "act_rows"):
        if db.conn.execute(f"SELECT 1 FROM {table} WHERE seq NOT IN (SELECT seq FROM entries) LIMIT 1").fetchone():
            yield message("log.extra", table=table)


def _emptied(db: Database, folded: Folded) -> Iterator[Message]:
    """What is empty though nobody forgot it, and what is there though it was forgotten."""
    for seq, case in folded.empty:
        if seq not in folded.emptied and not seq < folded.whole.get(case, -1):
            yield message("log.field", seq=seq, name="-")
    kept = (
        "SELECT v.seq FROM field_values v JOIN entries e ON e.seq = v.seq "
        "WHERE e.case_id = ? AND v.seq < ? AND v.value IS NOT NULL AND v.name <> ? UNION "
        "SELECT r.seq FROM act_rows r JOIN entries e ON e.seq = r.seq "
        "WHERE e.case_id = ? AND r.seq < ? AND r.value IS NOT NULL"
    )
    for case, before in folded.whole.items():
        for (seq,) in db.conn.execute(kept, [case, before, registers.FIELD, case, before]).fetchall():
            yield message("log.remembered", seq=seq)


def _blobs(db: Database, folded: Folded) -> Iterator[Message]:
    for blob, case, empty in db.conn.execute("SELECT id, case_id, content IS NULL FROM blobs").fetchall():
        gone = blob in folded.destroyed or case in folded.whole
        known = folded.blobs.get(blob)
        if bool(empty) != gone or (known != case and not (known is None and gone)):
            yield message("log.extra", table="blobs")


def _keys(db: Database, folded: Folded) -> Iterator[Message]:
    there = dict(db.conn.execute("SELECT case_id, key FROM case_keys").fetchall())
    if set(there) != set(folded.cases):
        yield message("log.extra", table="case_keys")
    for case, key in there.items():
        if (key is None) != (case in folded.whole) or not (key is None or _is_key(key, folded.keys.get(case))):
            yield message("log.extra", table="case_keys")


def _is_key(key: Any, digest: str | None) -> bool:
    return type(key) is bytes and sha256_hex(key) == digest


def _listed(db: Database, folded: Folded) -> Iterator[Message]:
    listed = {row["case_id"]: row for row in db.query("SELECT * FROM case_list")}
    for key in listed:
        if key not in folded.cases:
            yield message("cache.case", case=str(listed[key]["ref"]))
    for key, case in folded.cases.items():
        if listed.get(key) != summary_row(case, folded.roster):
            yield message("cache.case", case=case.ref)
