"""OpenDSR requests as JSON, read with patience: files about lack fields and have commas too many."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.model import NO_PHOTO, Format, House, Intake, RequestUnreadable

_RIGHTS = {"erasure": Right.ERASURE, "access": Right.ACCESS, "portability": Right.PORTABILITY}
_LAWS = {"gdpr": Law.EU_GDPR, "ccpa": Law.CCPA}
_KINDS = {
    "email": FoundKind.EMAIL,
    "controller_customer_id": FoundKind.ACCOUNT_ID,
    "phone": FoundKind.PHONE,
    "phone_number": FoundKind.PHONE,
}
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_KEYS = (b"subject_request_id", b"subject_identities", b"subject_request_type")


def _read(data: bytes, name: str, _house: House) -> list[Intake]:
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
    if not isinstance(body, dict) or not isinstance(body.get("subject_identities"), list):
        raise RequestUnreadable(name=name, why=message("why.opendsr.nobody"))
    found: list[Found] = []
    for number, entry in enumerate(body["subject_identities"], start=1):
        found += _identity(entry, number, warnings)
    right = _RIGHTS.get(_said(body, "subject_request_type").lower(), Right.UNKNOWN)
    law = _LAWS.get(_said(body, "regulation").lower(), Law.UNKNOWN)
    received = _day(_said(body, "submitted_time"))
    for kind, key, known in (
        (FoundKind.REFERENCE, "subject_request_id", bool(_said(body, "subject_request_id"))),
        (FoundKind.RIGHT, "subject_request_type", right is not Right.UNKNOWN),
        (FoundKind.LAW, "regulation", law is not Law.UNKNOWN),
        (FoundKind.RECEIVED, "submitted_time", received is not None),
    ):
        value = {FoundKind.RIGHT: str(right), FoundKind.LAW: str(law)}.get(kind) or _said(body, key)
        if known:
            found.append(
                Found(
                    kind,
                    received.isoformat() if kind is FoundKind.RECEIVED and received else value,
                    message("where.field", field=key),
                )
            )
        else:
            warnings.append(message("note.opendsr.field", field=key))
    request = Request(
        channel=Channel.OPENDSR,
        found=tuple(dict.fromkeys(found)),
        right=right,
        law=law,
        received=received,
        source=PurePath(name).name,
        digest=sha256_hex(data),
        text=text,
    )
    return [Intake(request, (), tuple(warnings))]


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


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _recognises(_name: str, head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and any(key in head for key in _KEYS)


FORMAT = Format("opendsr", _recognises, _read)
