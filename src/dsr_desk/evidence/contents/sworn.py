"""A sworn statement: its words, and the envelope that the officer who swore and the organisation both sign.

The wording of 28 U.S.C. 1746 is fixed, with one form for whoever signs within the United States and one for elsewhere.
A court reads it in English, so there is no other language.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.message import Message, message
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import SWORN_FIELDS, SWORN_PAYLOAD, SWORN_TYPE, to_sign


class Form(StrEnum):
    """Where it is signed: the statute has words for either."""

    WITHIN_US = "within-us"
    OUTSIDE_US = "outside-us"


@dataclass(frozen=True)
class Sworn:
    """What one person swears: who she is, in which capacity she does and where, "" where that is not said."""

    form: Form
    name: str
    capacity: str
    place: str
    text: str

    def payload(self, case: str, officer: str) -> bytes:
        """What is signed; `officer` is her public key (hex)."""
        said = {name: getattr(self, name) for name in SWORN_FIELDS}
        return canonical_json({**said, "type": SWORN_TYPE, "form": self.form, "case": case, "officer": officer})


@dataclass(frozen=True)
class SwornEntry:
    """A sworn statement with the officer's key and her signature over the payload (hex)."""

    payload: bytes
    officer: str
    signature: str

    @property
    def as_json(self) -> dict[str, Any]:
        """What was signed, to be read without decoding an envelope."""
        said: dict[str, Any] = json.loads(self.payload)
        return said

    def envelope(self, signer: Signer) -> bytes:
        """DSSE with two signatures: the organisation's, and hers."""
        ours = signer.sign(to_sign(SWORN_PAYLOAD, self.payload))
        signatures = ((signer.fingerprint, ours), (self.officer, bytes.fromhex(self.signature)))
        whole = {
            "payloadType": SWORN_PAYLOAD,
            "payload": base64.b64encode(self.payload).decode(),
            "signatures": [{"keyid": key, "sig": base64.b64encode(one).decode()} for key, one in signatures],
        }
        return json.dumps(whole, indent=1).encode()


def worded(
    form: Form, name: str, capacity: str, place: str, *, organisation: str, case: str, day: str, says: Iterable[Message]
) -> str:
    """The text that is sworn: who speaks, numbered paragraphs, and the statute's own words at the end."""
    first = message("sworn.who", name=name, capacity=capacity, organisation=organisation, case=case)
    paragraphs = (first, message("sworn.basis"), *says)
    numbered = [f"{number}. {one}" for number, one in enumerate(paragraphs, start=1)]
    executed = message("sworn.executed.at" if place else "sworn.executed", day=day, place=place)
    return "\n\n".join([*numbered, f"{message(f'sworn.{form.value}')} {executed}", name])
