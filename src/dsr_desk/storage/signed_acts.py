"""Acts as their officer signs them: drawn from a draft, salted, and carried from where there is no vault."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsr_desk.core.acts import Act, Draft, Row, field_digest, new_salt, refuse_free_text, row_leaf, rows_head
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.storage.clock import now
from dsr_desk.storage.keys import OfficerKeys

Kept = Mapping[str, tuple[bytes, str]]
"""Salt and text of each field."""
SaltedRow = tuple[Row, bytes | None]
"""A row and the salt of its value; None where it has none."""


@lru_cache(maxsize=1024)
def public_key(officer: str) -> Ed25519PublicKey:
    """An officer's key (hex). Raises ValueError, TypeError for what is none."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(officer))


class NotAsSigned(DeskError):
    code = "ACT-NOT-AS-SIGNED"
    happened = "An act that was to be taken in is not what its officer signed: {what}."
    means = "Somebody or something changed it on the way. Nothing was recorded."
    todo = "Ask the officer to send the answer again; if it happens twice, find out who could change the file."


@dataclass(frozen=True)
class SignedAct:
    """An act with its officer's signature (hex), and the salts and values that its digests are over."""

    act: Act
    signature: str
    kept: Kept
    rows: tuple[SaltedRow, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """Plain JSON, to be written and read elsewhere."""
        return {
            "act": self.act.content.decode(),
            "signature": self.signature,
            "fields": {name: [salt.hex(), text] for name, (salt, text) in self.kept.items()},
            "rows": [[row.item, row.word, salt.hex() if salt else None, row.value] for row, salt in self.rows],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> SignedAct:
        """Raises ValueError where this is none. Whether it is as it was signed is for `Log.take` to say."""
        try:
            act = Act.parse(plain["act"])
            kept = {str(name): (bytes.fromhex(salt), str(text)) for name, (salt, text) in plain["fields"].items()}
            rows = tuple(
                (Row(str(item), str(word), value), bytes.fromhex(salt) if salt else None)
                for item, word, salt, value in plain["rows"]
            )
            return cls(act, str(plain["signature"]), kept, rows)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("this is no signed act") from error


def sign(draft: Draft, vault: str, case: str, officer: OfficerKeys) -> SignedAct:
    """Signs a draft with its rows where there is no log. Raises ValueError for free text in the open."""
    rows = None if draft.rows is None else tuple(salted(draft.rows))
    head = {} if rows is None else rows_head(row_leaf(row.item, row.word, row_digest(row, salt)) for row, salt in rows)
    act, kept = draw(draft, vault, officer.public_key.hex(), case, now(), head)
    return SignedAct(act, officer.signing_key.sign(act.signed).hex(), kept, rows or ())


def draw(
    draft: Draft, vault: str, officer: str, case: str, time: str, head: Mapping[str, Any]
) -> tuple[Act, dict[str, tuple[bytes, str]]]:
    """The act of a draft, and salt and text of each field. `head` is what the act says of its rows.

    Raises ValueError for free text in the open.
    """
    said = {**draft.open, **head}
    refuse_free_text(said)
    kept = {name: (draft.salts.get(name) or new_salt(), value_text(value)) for name, value in draft.fields.items()}
    digests = {name: field_digest(salt, name, text) for name, (salt, text) in kept.items()}
    act = Act(draft.kind, vault, case, officer, time, secrets.token_hex(16), draft.basis, said, digests)
    return act, kept


def salted(rows: Iterable[Row]) -> Iterator[SaltedRow]:
    return ((row, None if row.value is None else new_salt()) for row in rows)


def row_digest(row: Row, salt: bytes | None) -> str:
    """Salted digest (hex) of a row's value, "" where it has none."""
    return "" if row.value is None or salt is None else field_digest(salt, "row", value_text(row.value))


def value_text(value: Any) -> str:
    """The JSON text of a value, of which a field or a row holds the salted digest."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def require_fields(act: Act, kept: Kept) -> None:
    """Raises NotAsSigned unless salts and texts are those of the act's fields."""
    if {name: field_digest(salt, name, text) for name, (salt, text) in kept.items()} != dict(act.fields):
        raise NotAsSigned(what=message("why.act.field"))


def require_head(act: Act, head: Mapping[str, Any]) -> None:
    """Raises NotAsSigned unless what was computed over the rows (`rows_head`) is what the act says of them."""
    if head["count"] if "root" not in act.open else any(act.open.get(name) != said for name, said in head.items()):
        raise NotAsSigned(what=message("why.act.rows"))
