"""OpenDSR requests as JSON, read with patience: files about lack fields and have commas too many."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.dates import believed, day_of, received_found, said_moment, sent_found
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.laws import law_of_fields
from dsr_desk.intake.model import NO_PHOTO, Format, House, Intake, RequestUnreadable
from dsr_desk.intake.rights import rights_named

MOST = 20_000
"""Requests in one file."""

_KINDS = {
    "email": FoundKind.EMAIL,
    "controller_customer_id": FoundKind.ACCOUNT_ID,
    "phone": FoundKind.PHONE,
    "phone_number": FoundKind.PHONE,
}
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_KEYS = (b"subject_request_id", b"subject_identities", b"subject_request_type")


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    text = decode(data)
    warnings = [NO_PHOTO]
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        try:
            body = json.loads(_TRAILING_COMMA.sub(lambda match: match[1] or "", text))
        except (ValueError, RecursionError) as problem:
            raise RequestUnreadable(name=name, why=message("why.opendsr.no-json")) from problem
        warnings.append(message("note.opendsr.comma"))
    listed = body if isinstance(body, list) else [body]
    if len(listed) > MOST:
        raise RequestUnreadable(name=name, why=message("why.opendsr.many", most=MOST))
    if not listed or not all(
        isinstance(one, dict) and isinstance(one.get("subject_identities"), list) for one in listed
    ):
        raise RequestUnreadable(name=name, why=message("why.opendsr.nobody"))
    once: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(listed):
        if once.setdefault(_said(one, "subject_request_id") or f"#{number}", one) is not one:
            warnings.append(message("note.opendsr.twice", reference=_said(one, "subject_request_id")))
    digest = sha256_hex(data)
    return [_intake(one, name, digest, house, list(warnings)) for one in once.values()]


def _is_request(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("subject_identities"), list)


def _intake(body: Mapping[str, Any], name: str, digest: str, house: House, warnings: list[Message]) -> Intake:
    found: list[Found] = []
    for number, entry in enumerate(body["subject_identities"], start=1):
        found += _identity(entry, number, warnings)
    asked = rights_named(_said(body, "subject_request_type"))
    right = asked[0] if asked else Right.UNKNOWN
    law = law_of_fields(_said(body, "regulation"), "", message("where.field", field="regulation"))
    received = None
    at = message("where.field", field="submitted_time")
    if (moment := said_moment(_said(body, "submitted_time"))) is not None:
        day = day_of(moment, house)
        if (why := believed(day)) is None:
            received = day
            found.append(received_found(day, at))
        else:
            warnings.append(why)
            found.append(sent_found(day, at))
    if reference := _said(body, "subject_request_id"):
        found.append(Found(FoundKind.REFERENCE, reference, message("where.field", field="subject_request_id")))
    found += [Found(FoundKind.RIGHT, one, message("where.field", field="subject_request_type")) for one in asked]
    found += law.found
    warnings += law.warnings
    if len(asked) > 1:
        warnings.append(message("note.intake.other-rights", rights=tuple(term(one) for one in asked[1:])))
    for key, lacks in (
        ("subject_request_id", not reference),
        ("subject_request_type", not asked),
        ("regulation", law.law is Law.UNKNOWN and not law.warnings),
        ("submitted_time", moment is None),
    ):
        if lacks:
            warnings.append(message("note.opendsr.field", field=key))
    request = Request(
        channel=Channel.OPENDSR,
        found=tuple(dict.fromkeys(found)),
        right=right,
        law=law.law,
        received=received,
        source=PurePath(name).name,
        digest=digest,
        text=json.dumps(body, indent=1, ensure_ascii=False),
        asked=asked,
    )
    return Intake(request, (), tuple(dict.fromkeys(warnings)))


def _said(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value.strip() if isinstance(value, str) else ""


def _identity(entry: object, number: int, warnings: list[Message]) -> list[Found]:
    where = message("where.entry", field="subject_identities", entry=number)
    if not isinstance(entry, dict):
        warnings.append(message("note.opendsr.entry", place=where))
        return []
    kind, value, spelling = (_said(entry, f"identity_{part}") for part in ("type", "value", "format"))
    if not value:
        warnings.append(message("note.opendsr.no-value", place=where))
        return []
    if spelling not in ("", "raw"):
        return [Found(FoundKind.HASH, f"{kind}:{spelling}:{value}", where)]
    return [Found(_KINDS.get(kind, FoundKind.ACCOUNT_ID), value, message("where.entry.kind", place=where, kind=kind))]


def _recognises(_name: str, head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) and any(key in head for key in _KEYS)


FORMAT = Format("opendsr", _recognises, _read)
