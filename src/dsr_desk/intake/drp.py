"""Data Rights Protocol: a signed envelope (version 1.0) or plain JSON (0.4 and older) from an authorised agent."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, OriginCheck, Request, Right
from dsr_desk.intake.dates import aware, day_of, only_sent, said_moment
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.laws import law_of_fields
from dsr_desk.intake.model import NO_PHOTO, Format, House, Intake, RequestUnreadable, missing
from dsr_desk.intake.rights import ORDER

SIGNATURE_BYTES = 64

FAILED_SIGNATURE = "check.drp.fails"
"""The check of a request whose signature does not hold with the agent's pinned key."""

_RIGHTS = {
    "deletion": Right.ERASURE,
    "access": Right.ACCESS,
    "access:categories": Right.ACCESS,
    "access:specific": Right.ACCESS,
    "sale:opt-out": Right.OPT_OUT,
    "correction": Right.RECTIFICATION,
    "portability": Right.PORTABILITY,
}
"""What can be exercised, by its exact words: `sale:opt-in` is the contrary of `sale:opt-out`."""

_PERSON = {
    "name": FoundKind.NAME,
    "email": FoundKind.EMAIL,
    "phone_number": FoundKind.PHONE,
    "phone": FoundKind.PHONE,
    "address": FoundKind.ADDRESS,
    "birthdate": FoundKind.DATE_OF_BIRTH,
}
_BASE64 = re.compile(rb"\A\s*[A-Za-z0-9+/_-]{88,}[A-Za-z0-9+/_=\s-]*\Z")


@dataclass(frozen=True)
class Envelope:
    """A signed request as it came: the agent's signature over `payload`, and the payload as JSON."""

    signature: bytes
    payload: bytes
    body: Mapping[str, Any]

    def signed_by(self, verify_key: bytes) -> bool:
        """Whether the agent with this Ed25519 key (32 bytes) signed it. Expired envelopes can be checked too."""
        try:
            Ed25519PublicKey.from_public_bytes(verify_key).verify(self.signature, self.payload)
        except (InvalidSignature, ValueError):
            return False
        return True


def open_envelope(data: bytes) -> Envelope | None:
    """The envelope in base64 text, None where these bytes are none."""
    try:
        raw = base64.b64decode(b"".join(data.split()).translate(bytes.maketrans(b"-_", b"+/")), validate=True)
        body = json.loads(raw[SIGNATURE_BYTES:])
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or "exercise" not in body:
        return None
    return Envelope(raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:], body)


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    envelope = open_envelope(data)
    warnings: list[Message] = []
    if envelope is not None:
        body = envelope.body
    else:
        body, warnings = _older(data, name)
    found: list[Found] = []
    for key, kind in _PERSON.items():
        value = _person_value(body.get(key))
        if value:
            verified = body.get(f"{key}_verified") is True
            found.append(Found(kind, value, message("where.field.verified" if verified else "where.field", field=key)))
    asked, words, said = _rights(body.get("exercise"))
    warnings += said
    right = asked[0] if asked else Right.UNKNOWN
    law = law_of_fields(_said(body, "regime"), "", message("where.field", field="regime"))
    warnings += law.warnings
    place = message("where.field.says", field="exercise", words=words)
    found += [*(Found(FoundKind.RIGHT, one, place) for one in asked), *law.found]
    received = None
    if (issued := said_moment(_said(body, "issued-at"))) is not None:
        received, days, told = only_sent(day_of(issued, house), message("where.field", field="issued-at"))
        found += days
        warnings += told
    expires = said_moment(_said(body, "expires-at"))
    if expires is not None and aware(expires) < datetime.now(UTC):
        warnings.append(message("note.drp.expired"))
    reference = _said(body, "agent-request-id") or _said(body, "request_id")
    if reference:
        found.append(Found(FoundKind.REFERENCE, reference, message("where.field", field="agent-request-id")))
    agent = _said(body, "agent-id")
    warnings.append(message("note.drp.agent", agent=agent) if agent else message("note.drp.agent-unknown"))
    if len(asked) > 1:
        warnings.append(message("note.intake.other-rights", rights=tuple(term(one) for one in asked[1:])))
    warnings += [NO_PHOTO, *missing(right, law.law, received)]
    request = Request(
        channel=Channel.DRP,
        found=tuple(dict.fromkeys(found)),
        right=right,
        law=law.law,
        received=received,
        source=PurePath(name).name,
        digest=sha256_hex(data),
        text=json.dumps(body, indent=1, ensure_ascii=False),
        asked=asked,
        checks=(_signature(envelope, agent, house),),
    )
    return [Intake(request, (), tuple(dict.fromkeys(warnings)))]


def _signature(envelope: Envelope | None, agent: str, house: House) -> OriginCheck:
    """Whether the agent signed it: with the key that the house pinned for this agent, and with no other."""
    if envelope is None:
        return OriginCheck(message("check.drp.unsigned"))
    key = next((key for known, key in house.agents.items() if agent and known.casefold() == agent.casefold()), "")
    if not key:
        return OriginCheck(message("check.drp.no-key", agent=agent or "?"))
    holds = envelope.signed_by(bytes.fromhex(key))
    return OriginCheck(message("check.drp.holds" if holds else FAILED_SIGNATURE, agent=agent), holds)


def _older(data: bytes, name: str) -> tuple[Mapping[str, Any], list[Message]]:
    """The shape of version 0.4: plain JSON, the person in an unsigned or signed token."""
    try:
        body = json.loads(decode(data))
    except (ValueError, RecursionError) as problem:
        raise RequestUnreadable(name=name, why=message("why.drp.neither")) from problem
    if not isinstance(body, dict) or "exercise" not in body:
        raise RequestUnreadable(name=name, why=message("why.drp.no-exercise"))
    merged = {**body, **_token(body.get("identity"))}
    return merged, [message("note.drp.older")]


def _token(token: object) -> Mapping[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return token if isinstance(token, dict) else {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return {key: claims[key] for key in claims if key in _PERSON} if isinstance(claims, dict) else {}


def _person_value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if isinstance(part, str | int) and str(part).strip())
    return " ".join(value.split()) if isinstance(value, str) else ""


def _rights(value: object) -> tuple[tuple[Right, ...], str, list[Message]]:
    """Rights exercised in the order in which they are to be met, the words of the field, and what is not one."""
    words = [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, str)]
    named: set[Right] = set()
    said = []
    for entry in words:
        known = _RIGHTS.get(re.sub(r"[\s_-]+", "-", entry.strip().casefold()))
        if known is not None:
            named.add(known)
        elif re.search(r"opt[\s_-]*in\b", entry, re.IGNORECASE):
            said.append(message("note.drp.opt-in", words=entry))
        else:
            said.append(message("note.drp.exercise", words=entry))
    return tuple(right for right in ORDER if right in named), ", ".join(words), said


def _said(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value.strip() if isinstance(value, str) else ""


def _recognises(_name: str, head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return b'"exercise"' in head and (b'"regime"' in head or b'"meta"' in head)
    return _BASE64.match(head) is not None and b'"exercise"' in _start_of(head)


def _start_of(head: bytes) -> bytes:
    """What the first bytes decode to, cut to whole groups of four."""
    packed = b"".join(head.split()).translate(bytes.maketrans(b"-_", b"+/"))
    if len(packed) % 4:
        packed = packed[: len(packed) // 4 * 4]
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error:
        return b""


FORMAT = Format("drp", _recognises, _read)
