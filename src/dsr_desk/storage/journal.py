"""The journal: append-only, salted, signed by the officer who acted, hashed as a Merkle tree (RFC 6962).

An entry's leaf is `salt ‖ canonical JSON of the entry`; the signature (Ed25519) is over the leaf hash. Entries hold
case references, digests, counts and reason codes; never a name, an identifier or free text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from dsr_desk.core import merkle
from dsr_desk.core.canonical import canonical_json
from dsr_desk.storage.clock import now

_PLAIN = re.compile(r"[\w.:+-]{0,128}", re.ASCII)
_COLUMNS = "seq, epoch, time, kind, case_ref, officer, body, salt, signature"


@dataclass(frozen=True)
class JournalEntry:
    """One entry as it is stored. `officer` is the officer's public key (hex)."""

    seq: int
    epoch: int
    time: str
    kind: str
    case: str
    officer: str
    body: dict[str, Any]
    salt: bytes
    signature: bytes

    @property
    def content(self) -> bytes:
        return canonical_json(
            {
                "seq": self.seq,
                "epoch": self.epoch,
                "time": self.time,
                "kind": self.kind,
                "case": self.case,
                "officer": self.officer,
                "body": self.body,
            }
        )

    @property
    def leaf(self) -> bytes:
        """Leaf hash, 32 bytes."""
        return merkle.leaf_hash(self.salt + self.content)


class Journal:
    """Reads and appends inside the vault's database; appending takes part in the caller's transaction."""

    def __init__(self, db: Database, sign: Callable[[bytes], bytes], officer: str) -> None:
        self._db = db
        self._sign = sign
        self._officer = officer

    def append(self, kind: str, body: dict[str, Any] | None = None, case: str = "") -> int:
        """Adds an entry and returns its sequence number, counted from 0. Raises ValueError for free text."""
        seq, epoch = self._next()
        return self._insert(seq, max(epoch, 1), kind, case, body or {})

    def begin_epoch(self, body: dict[str, Any]) -> int:
        """Declares that the vault was restored from a backup: what follows may contradict later lost entries."""
        seq, epoch = self._next()
        return self._insert(seq, epoch + 1, "epoch", "", body)

    def entries(self, case: str | None = None) -> Iterator[JournalEntry]:
        where, values = ("WHERE case_ref = ?", [case]) if case is not None else ("", [])
        for row in self._db.conn.execute(f"SELECT {_COLUMNS} FROM journal {where} ORDER BY seq", values):
            yield _entry(row)

    def leaves(self, size: int | None = None) -> Iterator[bytes]:
        """Leaf hashes in order, of all entries or of the first `size`."""
        limit = -1 if size is None else size
        return (row[0] for row in self._db.conn.execute("SELECT leaf FROM journal ORDER BY seq LIMIT ?", [limit]))

    def problems(self) -> list[str]:
        """Checks numbering, leaf hashes and signatures; returns a sentence for each entry that does not hold.

        Entries that were taken from the end leave no gap: a checkpoint in a sealed bundle shows those.
        """
        found, known = [], {row[0] for row in self._db.conn.execute("SELECT public_key FROM officers")}
        rows = self._db.conn.execute(f"SELECT {_COLUMNS}, leaf FROM journal ORDER BY seq")
        for position, (*row, leaf) in enumerate(rows):
            if row[0] != position:
                found.append(f"Entry {position} is missing.")
                break
            try:
                entry = _entry(row)
                whole = entry.leaf == leaf and canonical_json(entry.body).decode() == row[6]
            except (ValueError, TypeError):
                whole = False
            if not whole:
                found.append(f"Entry {position} was changed after it was written.")
            elif entry.officer not in known:
                found.append(f"Entry {position} is signed with a key that belongs to no officer.")
            elif not _signed(entry):
                found.append(f"Entry {position} has a signature that does not hold.")
        return found

    def _next(self) -> tuple[int, int]:
        row = self._db.conn.execute("SELECT coalesce(max(seq) + 1, 0), coalesce(max(epoch), 0) FROM journal").fetchone()
        return int(row[0]), int(row[1])

    def _insert(self, seq: int, epoch: int, kind: str, case: str, body: dict[str, Any]) -> int:
        refuse_free_text([kind, case, body])
        salt = secrets.token_bytes(32)
        entry = JournalEntry(seq, epoch, now(), kind, case, self._officer, body, salt, b"")
        self._db.table("journal").insert(
            {
                "seq": entry.seq,
                "epoch": entry.epoch,
                "time": entry.time,
                "kind": entry.kind,
                "case_ref": entry.case,
                "officer": entry.officer,
                "body": canonical_json(entry.body).decode(),
                "salt": entry.salt,
                "leaf": entry.leaf,
                "signature": self._sign(entry.leaf),
            }
        )
        return seq


def refuse_free_text(value: Any) -> None:
    """Raises ValueError unless all text is codes, ids, digests or dates: the journal is handed out."""
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_free_text(name)
            refuse_free_text(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_free_text(inner)
    elif isinstance(value, str) and not _PLAIN.fullmatch(value):
        raise ValueError("the journal takes codes, ids, digests and dates, no free text")


def _entry(row: Sequence[Any]) -> JournalEntry:
    seq, epoch, time, kind, case, officer, body, salt, signature = row
    return JournalEntry(seq, epoch, time, kind, case, officer, json.loads(body), salt, signature)


def _signed(entry: JournalEntry) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry.officer)).verify(entry.signature, entry.leaf)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
