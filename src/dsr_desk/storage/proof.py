"""Verifying the log: of each entry, in order, what does not hold of it, and what it says as far as that holds.

Fields and rows are read by the page and once: whoever folds or compares uses what was read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature

from dsr_desk.core import merkle
from dsr_desk.core.acts import Entry, Kind, Pseudonyms, Row, field_digest, row_leaf
from dsr_desk.core.canonical import sha256_hex, value_of
from dsr_desk.core.case import Rows, no_rows
from dsr_desk.core.message import Message, message
from dsr_desk.storage.log_reading import LogDamaged, LogReader, entry_of
from dsr_desk.storage.registers import FIELD
from dsr_desk.storage.signed_acts import public_key

_PAGE = 1_000
_SMALL = 50
"""Rows of an act that are read with the others of its page; more are read one act at a time."""

_NO_FACT = frozenset({Kind.UNLOCKED, Kind.EPOCH})
"""What opening a vault writes before anybody can say that the clock was corrected."""

StoredRow = tuple[int, str, str, str, bytes | None, str | None]
"""Position, item, word, digest, salt, value."""


@dataclass
class Read:
    """An entry with what does not hold of it (`found`). `entry` is None where the row of the log is none.

    `values` are the fields as they were signed, forgotten and changed ones left out. `blobs` are the stored files that
    fields and rows speak of; `emptied` says whether any value was destroyed. `rows` gives items and words, as often as
    it is asked.
    """

    seq: int
    entry: Entry | None
    found: list[Message] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    rows: Rows = no_rows
    blobs: list[str] = field(default_factory=list)
    emptied: bool = False


def verify(log: LogReader, case: str | None = None) -> Iterator[Read]:
    """All entries, or those of one case ("" for the vault's own): place, chain, signatures, fields, rows, files.

    Whether a key was an officer's and whether the rules allow the act is the fold's to say. Times are looked at among
    all entries only: the act that corrects the clock is one of the vault's.
    """
    order, keys = _Order(log.vault, case), _Keys(log)
    after = -1
    while True:
        page = log.page(case, after, _PAGE)
        yield from _verified(log, order, page, keys)
        if len(page) < _PAGE:
            break
        after = page[-1][0]
    if case is None and order.late is not None:
        yield Read(order.late, None, [message("log.time", seq=order.late)])


class _Keys(dict[str, Pseudonyms | None]):
    """The pseudonyms of cases, their keys read once."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    def __missing__(self, case: str) -> Pseudonyms | None:
        try:
            key = self._log.case_key(case)
        except LogDamaged:
            key = None
        self[case] = None if key is None else Pseudonyms(key)
        return self[case]


def _verified(log: LogReader, order: _Order, page: Sequence[Sequence[Any]], keys: _Keys) -> Iterator[Read]:
    entries = {stored[0]: _entry_or_none(stored) for stored in page}
    fields = _fields(log, list(entries))
    small = [seq for seq, entry in entries.items() if entry is None or not _many(entry)]
    rows = _rows(log, small)
    for stored in page:
        seq = stored[0]
        entry = entries[seq]
        if entry is None:
            order.skip(stored)
            yield Read(seq, None, [message("log.columns", seq=seq)])
            continue
        read = Read(seq, entry, order.problems(entry, stored[9], stored[10]))
        try:
            _read_fields(log, read, entry, fields.get(seq, ()))
            if _many(entry):
                read.rows = lambda seq=seq: log.bare_rows(seq)  # type: ignore[misc]
                _read_rows(log, read, entry, log.stored_rows(seq), keys)
            else:
                there = rows.get(seq, [])
                read.rows = _bare(there)
                _read_rows(log, read, entry, there, keys)
        except RecursionError:  # a value is nested so deeply that nobody wrote it for this program
            read.found.append(message("log.malformed", seq=seq))
        yield read


def _entry_or_none(stored: Sequence[Any]) -> Entry | None:
    try:
        return entry_of(stored)
    except LogDamaged:
        return None


def _many(entry: Entry) -> bool:
    count = entry.act.open.get("count", 0) if "root" in entry.act.open else 0
    return not isinstance(count, int) or count > _SMALL


def _bare(rows: Sequence[StoredRow]) -> Rows:
    bare = [Row(item, word) for _, item, word, _, _, _ in rows]
    return lambda: bare


class _Order:
    """What makes entries one log: places, the two chains, epochs, times, and no act twice."""

    def __init__(self, vault: str, case: str | None) -> None:
        self._vault = vault
        self._whole = case is None
        self._chains: dict[str, str] = {}
        self._seen: set[bytes] = set()
        self._expected = 0
        self._epoch = 0
        self._time = ""
        self.late: int | None = None
        """Place of an opening that was dated back, until it shows whether the clock was corrected."""

    def skip(self, stored: Sequence[Any]) -> None:
        """Goes on after a row that is no entry; what follows it in the chains is found not to."""
        self._expected = stored[0] + 1

    def problems(self, entry: Entry, signature: Any, leaf: Any) -> list[Message]:
        seq, act = entry.seq, entry.act
        found = []
        if self._whole and seq != self._expected:
            found.append(message("log.seq", seq=self._expected))
        self._expected = seq + 1
        if entry.leaf != leaf or not act.is_canonical:
            found.append(message("log.leaf", seq=seq))
        if act.vault != self._vault:
            found.append(message("log.vault", seq=seq))
        if not signed(entry, signature):
            found.append(message("log.signature", seq=seq))
        if not self._follows(entry):
            found.append(message("log.chain", seq=seq))
        if self._whole:
            found += self._epochs_and_times(entry)
        digest = bytes.fromhex(act.digest)
        if digest in self._seen:
            found.append(message("log.replayed", seq=seq))
        self._seen.add(digest)
        self._chains[act.case] = entry.leaf.hex()
        return found

    def _follows(self, entry: Entry) -> bool:
        chains = self._chains
        if not entry.act.case:
            return entry.case_before == "" and entry.vault_before == chains.get("", "")
        if entry.case_before != chains.get(entry.act.case, ""):
            return False
        return not self._whole or entry.vault_before == chains.get("", "")

    def _epochs_and_times(self, entry: Entry) -> list[Message]:
        found = []
        begins = entry.epoch == self._epoch + 1 and (entry.seq == 0 or entry.act.kind is Kind.EPOCH)
        if entry.epoch != self._epoch and not begins:
            found.append(message("log.epoch", seq=entry.seq))
        self._epoch = entry.epoch
        if entry.signed_elsewhere:
            return found  # before it was written here, by the other machine's clock
        kind, time, late = entry.act.kind, entry.act.time, self.late
        if kind is Kind.CLOCK_CORRECTED:
            self.late = None
        elif time < self._time and kind in _NO_FACT:
            self.late = entry.seq if late is None else late
            return found
        elif late is not None or time < self._time:
            found.append(message("log.time", seq=entry.seq if late is None else late))
            self.late = None
        self._time = time
        return found


def signed(entry: Entry, signature: Any) -> bool:
    """Whether the writer signed the leaf, every other the act, and the act's officer is one of them."""
    try:
        public_key(entry.writer).verify(signature, entry.signed)
        for officer, one in entry.signatures.items():
            public_key(officer).verify(bytes.fromhex(one), entry.act.signed)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return entry.act.officer == entry.writer or entry.act.officer in entry.signatures


def recorded(log: LogReader) -> dict[str, str]:
    """The newest digest of each group of a register, by acts whose signatures and values hold. Raises LogDamaged."""
    found: dict[str, str] = {}
    for stored in log.with_field(FIELD):
        entry = entry_of(stored)
        if entry.leaf != stored[10] or not entry.act.is_canonical or not signed(entry, stored[9]):
            raise LogDamaged(what=message("log.signature", seq=entry.seq))
        values = log.values(entry)
        if FIELD not in values:
            raise LogDamaged(what=message("log.field", seq=entry.seq, name=FIELD))
        found.update(values[FIELD])
    return found


# Fields and rows


def _fields(log: LogReader, seqs: Sequence[int]) -> dict[int, list[tuple[str, Any, Any]]]:
    found: dict[int, list[tuple[str, Any, Any]]] = {}
    for seq, name, salt, text in log.of_entries("field_values", "seq, name, salt, value", seqs):
        found.setdefault(seq, []).append((name, salt, text))
    return found


def _rows(log: LogReader, seqs: Sequence[int]) -> dict[int, list[StoredRow]]:
    found: dict[int, list[StoredRow]] = {}
    for seq, *row in log.of_entries("act_rows", "seq, position, item, word, digest, salt, value", seqs):
        found.setdefault(seq, []).append(tuple(row))
    return found


def _read_fields(log: LogReader, read: Read, entry: Entry, kept: Iterable[tuple[str, Any, Any]]) -> None:
    digests = entry.act.fields
    if not digests and not kept:
        return
    there = set()
    for name, salt, text in kept:
        there.add(name)
        value = _opened(digests.get(name), name, salt, text)
        if value is _WRONG:
            read.found.append(message("log.field", seq=read.seq, name=str(name)))
        elif value is _FORGOTTEN:
            read.emptied = True
        else:
            read.values[name] = value
            if '"blob":' in text:
                _read_blobs(log, read, value)
    if len(there) != len(digests):
        missing = sorted(set(digests) - there)
        read.found += [message("log.field", seq=read.seq, name=name) for name in missing]


_WRONG, _FORGOTTEN = object(), object()


def _opened(digest: str | None, name: Any, salt: Any, text: Any) -> Any:
    """The value of a field or row as it was signed; `_FORGOTTEN` where it was, `_WRONG` for anything else."""
    if digest is None or type(name) is not str:
        return _WRONG
    if text is None:
        return _FORGOTTEN if salt is None else _WRONG
    if type(text) is not str or type(salt) is not bytes or field_digest(salt, name, text) != digest:
        return _WRONG
    try:
        return value_of(text)
    except ValueError:
        return _WRONG


def _read_rows(log: LogReader, read: Read, entry: Entry, rows: Iterable[StoredRow], keys: _Keys) -> None:
    said = entry.act.open
    if "root" not in said:
        if any(True for _ in rows):
            read.found.append(message("log.rows", seq=read.seq))
        return
    checked = _Rows(log, read, keys[entry.act.case])
    if isinstance(rows, list):
        leaves = [checked.leaf(number, row) for number, row in enumerate(rows)]
        root = leaves[0] if len(leaves) == 1 else merkle.root(leaves)
    else:
        root = merkle.root(checked.leaf(number, row) for number, row in enumerate(rows))
    if not checked.whole or said.get("count") != checked.count or said["root"] != root.hex():
        read.found.append(message("log.rows", seq=read.seq))


class _Rows:
    """Rows of one act on their way to its Merkle root. `whole` says whether all of them hold so far."""

    def __init__(self, log: LogReader, read: Read, names: Pseudonyms | None) -> None:
        self._log, self._read, self._names = log, read, names
        self.whole, self.count = True, 0

    def leaf(self, number: int, row: StoredRow) -> bytes:
        position, item, word, digest, salt, text = row
        self.count += 1
        if position != number or not type(item) is type(word) is type(digest) is str:
            self.whole = False
            return b""
        if digest or text is not None or salt is not None:
            self._value(item, digest, salt, text)
        return row_leaf(item, word, digest)

    def _value(self, item: str, digest: str, salt: Any, text: Any) -> None:
        value = _opened(digest, "row", salt, text)
        if value is _FORGOTTEN:
            self._read.emptied = True
            return
        if value is _WRONG:
            self.whole = False
        elif type(value) is dict:
            if self._names is not None and "id" in value:
                self.whole &= type(value["id"]) is str and self._names.of(value["id"]) == item
            if '"blob":' in text:
                _read_blobs(self._log, self._read, value)


def _read_blobs(log: LogReader, read: Read, value: Any) -> None:
    """Every stored file that a value speaks of is there with its bytes, or was destroyed."""
    if isinstance(value, Mapping):
        if set(value) == {"blob", "digest"}:
            read.blobs.append(str(value["blob"]))
            if not _blob_holds(log, value):
                read.found.append(message("log.blob", seq=read.seq))
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _read_blobs(log, read, inner)


def _blob_holds(log: LogReader, value: Mapping[str, Any]) -> bool:
    if not type(value["blob"]) is type(value["digest"]) is str:
        return False
    there, content = log.blob_content(value["blob"])
    if not there or content is None:
        return there
    return type(content) is bytes and sha256_hex(content) == value["digest"]
