"""The journal: append-only, salted, signed by the officer who acted, hashed as a Merkle tree (RFC 6962).

An entry's leaf is `salt ‖ canonical JSON of the entry`; the signature (Ed25519) is over the leaf hash. Entries hold
case references, digests, counts and reason codes; never a name, an identifier or free text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from dsr_desk.core import merkle
from dsr_desk.core.canonical import canonical_json
from dsr_desk.storage.clock import now

_PLAIN = re.compile(r"[\w.@:+-]{0,128}", re.ASCII)


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
        refuse_free_text(body or {})
        row = self._db.conn.execute("SELECT coalesce(max(seq) + 1, 0), coalesce(max(epoch), 1) FROM journal").fetchone()
        salt = secrets.token_bytes(32)
        entry = JournalEntry(row[0], row[1], now(), kind, case, self._officer, body or {}, salt, b"")
        self._insert(entry)
        return entry.seq

    def begin_epoch(self, body: dict[str, Any]) -> int:
        """Declares that the vault was restored from a backup: what follows may contradict later lost entries."""
        last = self._db.conn.execute(
            "SELECT coalesce(max(seq) + 1, 0), coalesce(max(epoch), 0) FROM journal"
        ).fetchone()
        salt = secrets.token_bytes(32)
        entry = JournalEntry(last[0], last[1] + 1, now(), "epoch", "", self._officer, body, salt, b"")
        self._insert(entry)
        return entry.seq

    def entries(self, case: str | None = None) -> Iterator[JournalEntry]:
        where, values = ("WHERE case_ref = ?", [case]) if case is not None else ("", [])
        query = (
            f"SELECT seq, epoch, time, kind, case_ref, officer, body, salt, signature FROM journal {where} ORDER BY seq"
        )
        for seq, epoch, time, kind, ref, officer, body, salt, signature in self._db.conn.execute(query, values):
            yield JournalEntry(seq, epoch, time, kind, ref, officer, json.loads(body), salt, signature)

    def leaves(self) -> list[bytes]:
        """Leaf hashes of all entries in order."""
        return [row[0] for row in self._db.conn.execute("SELECT leaf FROM journal ORDER BY seq")]

    def problems(self) -> list[str]:
        """Checks numbering, leaf hashes and signatures; returns a sentence for each entry that does not hold."""
        found, known = [], {row[0] for row in self._db.conn.execute("SELECT public_key FROM officers")}
        stored = self.leaves()
        for position, entry in enumerate(self.entries()):
            if entry.seq != position:
                found.append(f"Entry {position} is missing.")
                break
            if entry.leaf != stored[position]:
                found.append(f"Entry {entry.seq} was changed after it was written.")
            elif entry.officer not in known:
                found.append(f"Entry {entry.seq} is signed with a key that belongs to no officer.")
            elif not _signed(entry):
                found.append(f"Entry {entry.seq} has a signature that does not hold.")
        return found

    def _insert(self, entry: JournalEntry) -> None:
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


def refuse_free_text(value: Any) -> None:
    """Raises ValueError unless all text is codes, ids, digests or dates: the journal is handed out."""
    if isinstance(value, dict):
        for inner in value.values():
            refuse_free_text(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_free_text(inner)
    elif isinstance(value, str) and not _PLAIN.fullmatch(value):
        raise ValueError("the journal takes codes, ids, digests and dates, no free text")


def _signed(entry: JournalEntry) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry.officer)).verify(entry.signature, entry.leaf)
    except (InvalidSignature, ValueError):
        return False
    return True
