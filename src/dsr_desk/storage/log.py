"""The log of a vault: entries in one order, values and rows beside them, nothing ever changed in it.

What the log holds is read as what was signed or not at all: values and rows are compared with their digests each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.core.acts import (
    FORM,
    RULES,
    Act,
    Draft,
    Entry,
    refuse_free_text,
    row_leaf,
    rows_head,
)
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import message
from dsr_desk.storage.clock import is_time, now
from dsr_desk.storage.log_reading import COLUMNS, PAGE, LogReader, marks
from dsr_desk.storage.registers import FIELD
from dsr_desk.storage.signed_acts import (
    NotAsSigned,
    SaltedRow,
    SignedAct,
    draw,
    public_key,
    require_fields,
    require_head,
    row_digest,
    salted,
    value_text,
)
from dsr_desk.storage.tables import Database

_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True)
class EntrySigner:
    """Who signs what is written: a key and its public half (hex)."""

    key: Ed25519PrivateKey
    public: str

    def sign(self, data: bytes) -> str:
        """Ed25519, hex."""
        return self.key.sign(data).hex()


@dataclass(frozen=True)
class StoredBlob:
    """A file that lies in the vault once. `digest` is SHA-256 (hex) of its bytes. A field holds both."""

    blob: str
    digest: str

    def as_value(self) -> dict[str, str]:
        return {"blob": self.blob, "digest": self.digest}


class Log(LogReader):
    """Reads and appends inside the vault's database; appending takes part in the caller's transaction."""

    def __init__(self, db: Database, vault: str) -> None:
        super().__init__(db, vault)
        self.clock: Callable[[], str] = now

    # Writing

    def new_case(self) -> str:
        """A random id and a key under which the items of the case are called."""
        self._require_transaction()
        case = secrets.token_hex(16)
        self._one("INSERT INTO case_keys (case_id, key) VALUES (?, ?)", [case, secrets.token_bytes(32)])
        return case

    def append(
        self,
        draft: Draft,
        signer: EntrySigner,
        case: str = "",
        *,
        cosigners: Sequence[EntrySigner] = (),
        epoch: int | None = None,
    ) -> Entry:
        """Writes a draft as its officer's act, its rows as they come. Raises ValueError for free text in the open."""
        seq = self.size
        head = {} if draft.rows is None else self._keep_rows(seq, salted(draft.rows))
        act, kept = draw(draft, self.vault, signer.public, case, self._time(), head)
        signatures = {one.public: one.sign(act.signed) for one in cosigners}
        return self._place(seq, act, kept, signatures, signer, epoch)

    def take(self, signed: SignedAct, signer: EntrySigner) -> Entry:
        """Writes an act that its officer signed elsewhere, with salts and values as they came; `signer` writes it.

        Raises NotAsSigned where signature, fields or rows are not what was signed, or where the act is malformed.
        """
        act = signed.act
        _require_whole(act, self.vault)
        _require_signed(act.officer, signed.signature, act.signed)
        require_fields(act, signed.kept)
        seq = self.size
        require_head(act, self._keep_rows(seq, signed.rows))
        return self._place(seq, act, signed.kept, {act.officer: signed.signature}, signer, None)

    def _require_transaction(self) -> None:
        """Raises RuntimeError: outside of one, what is written would be lost without anybody noticing."""
        if not self._db.conn.in_transaction:
            raise RuntimeError("the log is written inside a transaction")

    def _time(self) -> str:
        """Now. Where the clock was set back by a moment, as every computer's is at times, the last entry's time."""
        time = self.clock()
        row = self._one("SELECT json_extract(act, '$.time') FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None or not is_time(row[0]) or not time < row[0]:
            return time
        back = datetime.fromisoformat(row[0]) - datetime.fromisoformat(time)
        return str(row[0]) if back <= _MOMENT else time

    def put_blob(self, case: str, content: bytes) -> StoredBlob:
        """Keeps a file once, under a random id."""
        self._require_transaction()
        blob = StoredBlob(secrets.token_hex(16), sha256_hex(content))
        self._one("INSERT INTO blobs (id, case_id, content) VALUES (?, ?, ?)", [blob.blob, case, content])
        return blob

    def _place(
        self,
        seq: int,
        act: Act,
        kept: Mapping[str, tuple[bytes, str]],
        signatures: Mapping[str, str],
        signer: EntrySigner,
        epoch: int | None,
    ) -> Entry:
        self._require_transaction()
        entry = Entry(
            seq,
            epoch or self.epoch,
            act,
            self.head(act.case) if act.case else "",
            self.head(""),
            signer.public,
            signatures,
        )
        self._one(
            f"INSERT INTO entries ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                seq, entry.epoch, act.case, act.kind.value, act.content.decode(), value_text(dict(signatures)),
                entry.case_before, entry.vault_before, entry.writer,
                bytes.fromhex(signer.sign(entry.signed)), entry.leaf,
            ],
        )  # fmt: skip
        if kept:
            self._db.conn.executemany(
                "INSERT INTO field_values (seq, name, salt, value) VALUES (?, ?, ?, ?)",
                [[seq, name, salt, text] for name, (salt, text) in kept.items()],
            )
        return entry

    def _keep_rows(self, seq: int, rows: Iterable[SaltedRow]) -> dict[str, Any]:
        self._require_transaction()
        page: list[list[Any]] = []

        def flush() -> None:
            self._db.conn.executemany(
                "INSERT INTO act_rows (seq, position, item, word, digest, salt, value) VALUES (?, ?, ?, ?, ?, ?, ?)",
                page,
            )
            page.clear()

        def leaves() -> Iterator[bytes]:
            for position, (row, salt) in enumerate(rows):
                text = None if row.value is None else value_text(row.value)
                if (text is None) != (salt is None):
                    raise NotAsSigned(what=message("why.act.row-salt"))
                digest = row_digest(row, salt)
                page.append([seq, position, row.item, row.word, digest, salt, text])
                if len(page) == PAGE:
                    flush()
                yield row_leaf(row.item, row.word, digest)

        head = rows_head(leaves())
        flush()
        return head

    # Forgetting: values, salts and files go, leaves stay

    def forget_fields(self, seq: int, names: Sequence[str] | None = None) -> None:
        where = "" if names is None else f" AND name IN ({marks(names)})"
        self._one(f"UPDATE field_values SET salt = NULL, value = NULL WHERE seq = ?{where}", [seq, *(names or ())])

    def forget_rows(self, seq: int) -> None:
        self._one("UPDATE act_rows SET salt = NULL, value = NULL WHERE seq = ?", [seq])

    def forget_blob(self, blob: str) -> None:
        self._one("UPDATE blobs SET content = NULL WHERE id = ?", [blob])

    def values_of(self, case: str) -> int:
        """How many values, rows' values and files forgetting a case would destroy."""
        return sum(
            int(self._one(f"SELECT count(*) FROM {table} WHERE {where}", [case]).fetchone()[0])
            for table, _, where in _FORGOTTEN
        )

    def forget_case(self, case: str) -> None:
        """Destroys all values, rows' values and files of a case, and its key. What registers held stays a digest."""
        for table, change, where in _FORGOTTEN:
            self._one(f"UPDATE {table} SET {change} WHERE {where}", [case])
        self.forget_key(case)

    def forget_key(self, case: str) -> None:
        self._one("UPDATE case_keys SET key = NULL WHERE case_id = ?", [case])


_OF_CASE = "value IS NOT NULL AND seq IN (SELECT seq FROM entries WHERE case_id = ?)"
_FORGOTTEN = (
    ("field_values", "salt = NULL, value = NULL", f"{_OF_CASE} AND name <> '{FIELD}'"),
    ("act_rows", "salt = NULL, value = NULL", _OF_CASE),
    ("blobs", "content = NULL", "content IS NOT NULL AND case_id = ?"),
)
"""Tables, what forgetting sets in them, and in which of their rows."""


def _require_signed(officer: str, signature: str, data: bytes) -> None:
    try:
        public_key(officer).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError, TypeError):
        raise NotAsSigned(what=message("why.signature")) from None


def _require_whole(act: Act, vault: str) -> None:
    """Raises NotAsSigned for an act that this program would not have made for this vault."""
    try:
        refuse_free_text(act.open)
    except ValueError:
        raise NotAsSigned(what=message("why.act.free-text")) from None
    if not act.is_canonical or act.vault != vault or (act.v, act.rules) != (FORM, RULES):
        raise NotAsSigned(what=message("why.act.other-form"))
    if not is_time(act.time):
        raise NotAsSigned(what=message("why.act.no-time"))
