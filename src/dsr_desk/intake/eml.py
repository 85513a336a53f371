"""A request that came by e-mail, saved as .eml: headers, text, attached photos and letters, forwarded messages."""

from __future__ import annotations

import email
import email.errors
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from email.message import Message
from pathlib import PurePath

from dsr_desk.core.requests import Channel, Found, FoundKind
from dsr_desk.intake.model import Format, Intake, ReferencePhoto, RequestEmpty, RequestUnreadable
from dsr_desk.intake.pdf import PdfUnreadable, read_pages
from dsr_desk.intake.photos import bare_name, looks_like_picture, refuse_photo
from dsr_desk.intake.text import decode, make_intake, text_of_html

LARGEST_ATTACHMENT = 50 * 1024 * 1024
DEEPEST = 20

# What the standard library's mail parser is known to raise on hostile headers and bodies.
_MALFORMED = (
    *(ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, NotImplementedError),
    OverflowError,
    email.errors.MessageError,
)
_HEADER_LINE = re.compile(
    rb"\A(?:From |(?:Return-Path|Received|From|To|Subject|Date|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):)", re.I
)
_SILENT_TYPES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SEALED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


@dataclass
class _Gathered:
    """What the parts of a message hold, in their order."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    photos: list[ReferencePhoto] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


def _read(data: bytes, name: str) -> list[Intake]:
    try:
        message: Message = email.message_from_bytes(data, policy=email.policy.default)
    except _MALFORMED as problem:
        raise RequestUnreadable(name=name, why="it is not a well-formed e-mail") from problem
    gathered = _Gathered()
    try:
        own = _gather(message, gathered)
    except RecursionError as problem:
        raise RequestUnreadable(name=name, why="its parts are nested too deeply") from problem
    if not gathered.photos and not gathered.warnings and not any(text.strip() for _, text in gathered.texts):
        raise RequestEmpty(name=name)
    received, found = _received(message)
    return [
        make_intake(
            channel=Channel.EMAIL,
            parts=gathered.texts,
            name=name,
            data=data,
            first=[*gathered.found, *found],
            photos=gathered.photos,
            warnings=gathered.warnings,
            own_addresses=own,
            received=received,
        )
    ]


def _gather(message: Message, gathered: _Gathered) -> set[str]:
    """Collects what the message holds; returns the addresses that are the organisation's own."""
    senders = {address.lower() for _, address in _people(message, "From", "Reply-To")}
    own = {address.lower() for _, address in _people(message, "To", "Cc", "Delivered-To")} - senders
    if _passed_on(message, senders, own):
        own |= senders
        gathered.warnings.append("The message was forwarded inside the organisation: its sender was left out.")
    else:
        gathered.found += _sender(message, "From line", own)
    if subject := _header(message, "Subject"):
        gathered.texts.append(("subject", subject))
    for part, depth in _leaves(message, 0, gathered):
        _take(part, depth, gathered)
    return own


def _header(message: Message, name: str) -> str:
    try:
        value = message[name]
        return "" if value is None else " ".join(str(value).split())
    except _MALFORMED:
        return ""


def _people(message: Message, *headers: str) -> list[tuple[str, str]]:
    """(name, address) pairs of these header lines."""
    pairs = []
    for header in headers:
        try:
            values = [str(value) for value in message.get_all(header, [])]
            pairs += email.utils.getaddresses(values)
        except _MALFORMED:
            continue
    return [(display, address) for display, address in pairs if "@" in address]


def _sender(message: Message, where: str, own: set[str]) -> list[Found]:
    found = []
    for header, place in (("From", where), ("Reply-To", where.replace("From", "Reply-To"))):
        for display, address in _people(message, header):
            if display and "@" not in display:
                found.append(Found(FoundKind.NAME, " ".join(display.split()), place))
            if address.lower() not in own:
                found.append(Found(FoundKind.EMAIL, address, place))
    return found


def _passed_on(message: Message, senders: set[str], own: set[str]) -> bool:
    """Whether a colleague sent the letter on: a message is attached, and sender and recipient share their host."""
    hosts = {address.rpartition("@")[2] for address in own}
    return (
        bool(senders)
        and all(address.rpartition("@")[2] in hosts for address in senders)
        and any(part.get_content_type() == "message/rfc822" for part in message.walk())
    )


def _received(message: Message) -> tuple[date | None, list[Found]]:
    """Day of delivery from the topmost Received line, else the day it was sent."""
    try:
        delivered = [str(value).rpartition(";")[2] for value in message.get_all("Received", [])[:1]]
    except _MALFORMED:
        delivered = []
    for text, where in [*((one, "Received line") for one in delivered), (_header(message, "Date"), "Date line")]:
        try:
            moment = email.utils.parsedate_to_datetime(text.strip())
        except _MALFORMED:
            continue
        return moment.date(), [Found(FoundKind.RECEIVED, moment.date().isoformat(), where)]
    return None, []


def _leaves(part: Message, depth: int, gathered: _Gathered) -> Iterator[tuple[Message, int]]:
    """Parts without parts, forwarded messages opened, one of several alternatives chosen."""
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        gathered.warnings.append("The message is encrypted and was not read: save it decrypted.")
        return
    if not part.is_multipart():
        yield part, depth
        return
    if depth >= DEEPEST:
        gathered.warnings.append("Messages nested deeper than twenty levels were not read.")
        return
    inner = part.get_payload()
    children = [child for child in inner if isinstance(child, Message)] if isinstance(inner, list) else []
    if kind == "message/rfc822":
        for child in children:
            gathered.found += _sender(child, "forwarded message, From line", set())
        depth += 1
    if kind == "multipart/alternative":
        children = _best_alternatives(children)
    for child in children:
        yield from _leaves(child, depth + (kind != "message/rfc822"), gathered)


def _best_alternatives(children: list[Message]) -> list[Message]:
    """Plain text where there is some, else HTML; other things (calendars, pictures beside HTML) stay."""
    plain = [child for child in children if child.get_content_type() == "text/plain" and _bytes(child).strip()]
    return [child for child in children if child.get_content_type() != "text/html"] if plain else children


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _MALFORMED:
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _take(part: Message, depth: int, gathered: _Gathered) -> None:
    kind = part.get_content_type()
    name = _file_name(part, f"attachment {len(gathered.photos) + 1}")
    data = _bytes(part)
    if len(data) > LARGEST_ATTACHMENT:
        gathered.warnings.append(f"{name} is larger than {LARGEST_ATTACHMENT >> 20} MB and was set aside unread.")
    elif kind in _SEALED_TYPES:
        gathered.warnings.append(f"{name} is encrypted and was not read: save the message decrypted.")
    elif kind in _SILENT_TYPES or not data:
        return
    elif looks_like_picture(data) or kind.startswith("image/"):
        _take_photo(name, data, gathered)
    elif data.startswith(b"%PDF-") or kind == "application/pdf":
        _take_pdf(name, data, gathered)
    elif kind.startswith("text/") and kind not in ("text/calendar", "text/x-vcard", "text/vcard"):
        text = decode(data, _charset(part))
        attached = part.get_content_disposition() == "attachment"
        where = name if attached else "forwarded message" if depth > 1 and _is_forwarded(gathered) else "letter"
        gathered.texts.append((where, text_of_html(text) if kind == "text/html" else text))
    else:
        gathered.warnings.append(f"{name} was not read: it is neither text, PDF nor a photo.")


def _is_forwarded(gathered: _Gathered) -> bool:
    return any(found.where.startswith("forwarded") for found in gathered.found)


def _take_photo(name: str, data: bytes, gathered: _Gathered) -> None:
    why = refuse_photo(data)
    if why:
        gathered.warnings.append(f"{name} was not taken as a reference photo: {why}.")
    elif all(data != photo.data for photo in gathered.photos):
        gathered.photos.append(ReferencePhoto(name, data))


def _take_pdf(name: str, data: bytes, gathered: _Gathered) -> None:
    try:
        pages = read_pages(data, name)
    except PdfUnreadable as problem:
        gathered.warnings.append(f"{name} was not read: {problem.why}.")
        return
    gathered.texts += [(f"{name}, page {number}", text) for number, text in pages.texts]
    gathered.photos += pages.photos
    gathered.warnings += pages.warnings


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except _MALFORMED:
        return ""


def _file_name(part: Message, otherwise: str) -> str:
    try:
        return bare_name(part.get_filename() or "", otherwise)
    except _MALFORMED:
        return otherwise


def _recognises(name: str, head: bytes) -> bool:
    return PurePath(name).suffix.lower() == ".eml" or (
        _HEADER_LINE.match(head) is not None and re.search(rb"^From: ", head, re.I | re.M) is not None
    )


FORMAT = Format("eml", _recognises, _read)
