"""Acts and entries: what an officer signs, and the place that it gets in the log.

An act knows no place, so it can be signed on any machine. What everybody may see stands in `open`; everything else is
a field of which the act holds a salted digest, so that a value can be destroyed and the log still verifies. Things
that there may be millions of are rows under a Merkle root. `docs/file-formats.md` describes the bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any

from dsr_desk.core import merkle
from dsr_desk.core.canonical import canonical_json, quoted, scanned, spelled

FORM = 1
"""Version of the form of acts."""

RULES = 1
"""Version of the rules in `core.rules` under which acts are made now."""

_ACT, _ENTRY = b"dsr-desk act 1\n", b"dsr-desk entry 1\n"
SALT = 32


class Kind(StrEnum):
    """What an act does. The first part are acts of a case, the second acts on the vault itself."""

    __hash__ = str.__hash__  # a fold looks kinds up several times an entry

    RECEIVED = "received"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    IDENTITY = "identity"
    REFERENCE = "reference"
    SEARCHED = "searched"
    DECIDED = "decided"
    UNDONE = "undone"
    LINK = "link"
    SCORE_SHOWN = "score-shown"
    PACKET = "packet"
    SECOND_REVIEW = "second-review"
    SETTLED = "settled"
    TREATED = "treated"
    DISPOSITION = "disposition"
    OBSERVED = "observed"
    PLANNED = "planned"
    APPROVED = "approved"
    PLAN_WITHDRAWN = "plan-withdrawn"
    BEGUN = "begun"
    OUTCOME = "outcome"
    DERIVED = "derived"
    HANDED_OVER = "handed-over"
    ASKED = "asked"
    READ_BACK = "read-back"
    VALIDATED = "validated"
    STATED = "stated"
    SWORN = "sworn"
    SEALING = "sealing"
    SEALED = "sealed"
    TIME_ASKED = "time-asked"
    TIME_ATTESTED = "time-attested"
    LINEAGE_EXPORTED = "lineage-exported"
    SWEPT = "swept"
    EXPLAINED = "explained"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    FORGOTTEN = "forgotten"
    KEPT = "kept"
    ORDER = "order"
    SCOPE = "scope"
    SAMPLE = "sample"
    SAMPLED = "sampled"
    MET = "met"

    VAULT_CREATED = "vault-created"
    OFFICER_ADDED = "officer-added"
    OFFICER_REMOVED = "officer-removed"
    RECOVERY_KEY = "recovery-key"
    CHANGE_PROPOSED = "change-proposed"
    CHANGE_APPROVED = "change-approved"
    POLICY = "policy"
    PASSPHRASE_CHANGED = "passphrase-changed"
    REKEYED = "rekeyed"
    UNLOCKED = "unlocked"
    BACKUP = "backup"
    BACKUP_DESTROYED = "backup-destroyed"
    RETENTION = "retention"
    EPOCH = "epoch"
    CHECKPOINT = "checkpoint"
    CLOCK_CORRECTED = "clock-corrected"
    ORGANISATION = "organisation"
    STATED_GENERALLY = "stated-generally"
    ORGANISATION_KEY = "organisation-key"
    RECIPIENT = "recipient"
    AUTHORITY = "authority"
    DATASET = "dataset"
    INDEX = "index"
    HARMLESS = "harmless"
    COLUMNS = "columns"
    LINEAGE = "lineage"
    LIST_LOOKED_UP = "list-looked-up"


@dataclass(frozen=True)
class Act:
    """What an officer signs. `officer` is an Ed25519 public key (hex), `time` UTC, `case` "" for the vault itself.

    `basis` is the digest of what the act rests on (plan, approve, begin), "" for others. `open` holds codes, numbers,
    pseudonyms and digests only. `fields` are salted digests (hex) by name.
    """

    kind: Kind
    vault: str
    case: str
    officer: str
    time: str
    nonce: str
    basis: str = ""
    open: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    v: int = FORM
    rules: int = RULES

    @cached_property
    def content(self) -> bytes:
        """Canonical JSON: the bytes that are kept and signed."""
        return canonical_json(self._plain)

    @property
    def _plain(self) -> dict[str, Any]:
        return {
            "basis": self.basis,
            "case": self.case,
            "fields": dict(self.fields),
            "kind": self.kind,
            "nonce": self.nonce,
            "officer": self.officer,
            "open": dict(self.open),
            "rules": self.rules,
            "time": self.time,
            "v": self.v,
            "vault": self.vault,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the content: how later acts name this one."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def signed(self) -> bytes:
        """What a signature of this act alone is over."""
        return _ACT + self.content

    @classmethod
    def parse(cls, content: bytes | str) -> Act:
        """Raises ValueError where this is no act. Whether it is spelled in the one way says `is_canonical`."""
        raw = content.encode() if isinstance(content, str) else content
        try:
            text = raw.decode() if isinstance(content, bytes) else content
            found = scanned(text)
            if "\\u" in text:
                spelled(found)  # raises for half a letter, which no text can be written with
            act = object.__new__(cls)  # as its __init__ does, in a quarter of the time
            act.__dict__.update({name: found[name] for name in _NAMES}, kind=_KINDS[found["kind"]])
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("this is no act") from error
        texts = (act.vault, act.case, act.officer, act.time, act.nonce, act.basis, *act.fields.values())
        if type(act.open) is not dict or type(act.fields) is not dict or not _TEXT.issuperset(map(type, texts)):
            raise ValueError("this is no act")
        act.__dict__["content"] = raw
        act.__dict__["digest"] = hashlib.sha256(raw).hexdigest()
        return act

    @property
    def is_canonical(self) -> bool:
        """Whether the bytes that were read are spelled in the one way that acts are."""
        try:
            return spelled(self._plain) == self.content
        except RecursionError:
            return False


@dataclass(frozen=True)
class Entry:
    """An act in its place. The chains name the leaf before in the same case, and before on the vault itself ("" first).

    `writer` wrote it into the log and signs its leaf; `signatures` (hex) are of others who sign the act: its officer
    where somebody else writes it, a new officer's own key.
    """

    seq: int
    epoch: int
    act: Act
    case_before: str
    vault_before: str
    writer: str
    signatures: Mapping[str, str] = field(default_factory=dict)

    @property
    def envelope(self) -> bytes:
        """Canonical JSON, spelled by hand: it is made anew for every entry that is verified."""
        others = spelled(dict(self.signatures)).decode() if self.signatures else "{}"
        return (
            f'{{"act":"{self.act.digest}","case_before":{quoted(self.case_before)},"epoch":{self.epoch:d},'
            f'"kind":"{self.act.kind}","seq":{self.seq:d},"signatures":{others},'
            f'"vault_before":{quoted(self.vault_before)},"writer":{quoted(self.writer)}}}'
        ).encode()

    @cached_property
    def leaf(self) -> bytes:
        """RFC 6962 leaf hash of the envelope, 32 bytes. The envelope holds kind and digest of the act."""
        return merkle.leaf_hash(self.envelope)

    @property
    def signed(self) -> bytes:
        """What the writer signs."""
        return signed_entry(self.leaf)

    @property
    def signed_elsewhere(self) -> bool:
        """Whether the act was signed for itself and taken in here: its time is the other machine's."""
        return self.act.officer in self.signatures

    @property
    def case(self) -> str:
        return self.act.case

    @property
    def kind(self) -> Kind:
        return self.act.kind


@dataclass(frozen=True, slots=True)
class Row:
    """One of many things in an act. `value` is plain JSON or None; `word` and the pseudonym of the item are open.

    What is open of a row goes into bundles, so a word holds codes, numbers and salted digests, with spaces between.
    """

    item: str
    word: str
    value: Any = None


@dataclass
class Draft:
    """An act before it is signed. `fields` and the rows' values are plain JSON; they are salted when it is written.

    `rows` may be of any length and is read once. `salts` (by field) repeat those of an earlier act, so that whoever
    sees both can tell that the field says the same; fields without get a new one.
    """

    kind: Kind
    open: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    rows: Iterable[Row] | None = None
    basis: str = ""
    salts: Mapping[str, bytes] = field(default_factory=dict)


def pseudonym(case_key: bytes, item: str) -> str:
    """How an item is called in a case: HMAC-SHA256 under the case's own key, 32 hex digits."""
    return hmac.digest(case_key, item.encode(), "sha256").hex()[:32]


def item_salt(case_key: bytes, item: str) -> bytes:
    """32 bytes that follow from the case's random key and the item: nothing is learned of one from another's."""
    return hmac.digest(case_key, f"salt {item}".encode(), "sha256")


def salted_digest(salt: bytes, digest: str) -> str:
    """SHA-256 over salt ‖ content digest (32 bytes), hex: says nothing to who has not both. "" stays ""."""
    if len(salt) != SALT:
        raise ValueError("a salt has 32 bytes")
    return hashlib.sha256(salt + bytes.fromhex(digest)).hexdigest() if digest else ""


def signed_entry(leaf: bytes) -> bytes:
    """What a writer signs of an entry with this leaf hash."""
    return _ENTRY + leaf


class Pseudonyms:
    """`pseudonym` for many items of one case: the key is prepared once (RFC 2104)."""

    def __init__(self, case_key: bytes) -> None:
        padded = case_key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(one ^ 0x36 for one in padded))
        self._outer = hashlib.sha256(bytes(one ^ 0x5C for one in padded))

    def of(self, item: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(item.encode())
        outer.update(inner.digest())
        return outer.hexdigest()[:32]


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


def field_digest(salt: bytes, name: str, value: str) -> str:
    """SHA-256(salt ‖ name ‖ 0x00 ‖ value), hex. `value` is the JSON text that is kept."""
    return hashlib.sha256(salt + name.encode() + b"\0" + value.encode()).hexdigest()


def row_leaf(item: str, word: str, digest: str) -> bytes:
    """RFC 6962 leaf of a row."""
    return merkle.leaf_hash(row_line(item, word, digest))


def row_line(item: str, word: str, digest: str) -> bytes:
    """A row as it is hashed and handed out: pseudonym, word and salted digest of its value ("" where it has none)."""
    return f"[{quoted(item)},{quoted(word)},{quoted(digest)}]".encode()


def rows_head(leaves: Iterable[bytes]) -> dict[str, Any]:
    """What an act says of its rows: their number and Merkle root (hex)."""
    count = 0

    def counted() -> Iterable[bytes]:
        nonlocal count
        for leaf in leaves:
            count += 1
            yield leaf

    root = merkle.root(counted())
    return {"count": count, "root": root.hex()}


def refuse_free_text(value: Any) -> None:
    """Raises ValueError unless all text is codes, ids, digests or dates: `open` is handed out."""
    _refuse_free_text(value, 0)


def _refuse_free_text(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("what is open in an act is not nested so deeply")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _refuse_free_text(name, depth + 1)
            _refuse_free_text(inner, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _refuse_free_text(inner, depth + 1)
    elif isinstance(value, str) and (len(value) > 256 or not all(one in _PLAIN for one in value)):
        raise ValueError("what is open in an act is codes, ids, digests and dates, no free text")


_DEEPEST = 32
_TEXT = frozenset({str})
_NAMES = tuple(one.name for one in fields(Act))
_KINDS = {kind.value: kind for kind in Kind}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:+-")
