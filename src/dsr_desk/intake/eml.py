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
from email.message import Message as Mail
from pathlib import PurePath

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.requests import Channel, Found, FoundKind, Whose
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.markup import text_of_html
from dsr_desk.intake.model import AttachedPhoto, Format, House, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.pdf import PdfUnreadable, read_pages
from dsr_desk.intake.photos import bare_name, looks_like_picture, refuse_photo
from dsr_desk.intake.voices import LETTER, voiced

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

    texts: list[tuple[Message, str]] = field(default_factory=list)
    photos: list[AttachedPhoto] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    forwarded: bool = False


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        mail: Mail = email.message_from_bytes(data, policy=email.policy.default)
    except _MALFORMED as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.malformed")) from problem
    gathered = _Gathered()
    try:
        own = _gather(mail, gathered)
    except RecursionError as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.nested")) from problem
    if not gathered.photos and not gathered.warnings and not any(text.strip() for _, text in gathered.texts):
        raise RequestEmpty(name=name)
    received, found = _received(mail)
    return [
        make_intake(
            channel=Channel.EMAIL,
            passages=[one for where, text in gathered.texts for one in voiced(where, text)],
            house=house,
            name=name,
            data=data,
            first=[*gathered.found, *found, *_of_house(own)],
            photos=gathered.photos,
            warnings=gathered.warnings,
            received=received,
        )
    ]


def _of_house(addresses: set[str]) -> list[Found]:
    place = message("where.header", header="To")
    return [Found(FoundKind.EMAIL, one, place, whose=Whose.HOUSE) for one in sorted(addresses)]


def _gather(mail: Mail, gathered: _Gathered) -> set[str]:
    """Collects what the message holds; returns the addresses that are the organisation's own."""
    senders = {address.lower() for _, address in _people(mail, "From", "Reply-To")}
    own = {address.lower() for _, address in _people(mail, "To", "Cc", "Delivered-To")} - senders
    if _passed_on(mail, senders, own):
        own |= senders
        gathered.warnings.append(message("note.mail.passed-on"))
    else:
        gathered.found += _sender(mail, "where.header", own)
    if subject := _header(mail, "Subject"):
        gathered.texts.append((message("where.subject"), subject))
    for part, depth in _leaves(mail, 0, gathered):
        _take(part, depth, gathered)
    return own


def _header(mail: Mail, name: str) -> str:
    try:
        value = mail[name]
        return "" if value is None else " ".join(str(value).split())
    except _MALFORMED:
        return ""


def _people(mail: Mail, *headers: str) -> list[tuple[str, str]]:
    """(name, address) pairs of these header lines."""
    pairs = []
    for header in headers:
        try:
            values = [str(value) for value in mail.get_all(header, [])]
            pairs += email.utils.getaddresses(values)
        except _MALFORMED:
            continue
    return [(display, address) for display, address in pairs if "@" in address]


def _sender(mail: Mail, code: str, own: set[str]) -> list[Found]:
    found = []
    for header in ("From", "Reply-To"):
        place = message(code, header=header)
        for display, address in _people(mail, header):
            if display and "@" not in display:
                found.append(Found(FoundKind.NAME, " ".join(display.split()), place))
            if address.lower() not in own:
                found.append(Found(FoundKind.EMAIL, address, place))
    return found


def _passed_on(mail: Mail, senders: set[str], own: set[str]) -> bool:
    """Whether a colleague sent the letter on: a message is attached, and sender and recipient share their host."""
    hosts = {address.rpartition("@")[2] for address in own}
    return (
        bool(senders)
        and all(address.rpartition("@")[2] in hosts for address in senders)
        and any(part.get_content_type() == "message/rfc822" for part in mail.walk())
    )


def _received(mail: Mail) -> tuple[date | None, list[Found]]:
    """Day of delivery from the topmost Received line, else the day it was sent."""
    try:
        delivered = [str(value).rpartition(";")[2] for value in mail.get_all("Received", [])[:1]]
    except _MALFORMED:
        delivered = []
    for text, header in [*((one, "Received") for one in delivered), (_header(mail, "Date"), "Date")]:
        try:
            moment = email.utils.parsedate_to_datetime(text.strip())
        except _MALFORMED:
            continue
        where = message("where.header", header=header)
        return moment.date(), [Found(FoundKind.RECEIVED, moment.date().isoformat(), where)]
    return None, []


def _leaves(part: Mail, depth: int, gathered: _Gathered) -> Iterator[tuple[Mail, int]]:
    """Parts without parts, forwarded messages opened, one of several alternatives chosen."""
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        gathered.warnings.append(message("note.mail.encrypted"))
        return
    if not part.is_multipart():
        yield part, depth
        return
    if depth >= DEEPEST:
        gathered.warnings.append(message("note.mail.nested", levels=DEEPEST))
        return
    inner = part.get_payload()
    children = [child for child in inner if isinstance(child, Mail)] if isinstance(inner, list) else []
    if kind == "message/rfc822":
        for child in children:
            forwarded = _sender(child, "where.forwarded.header", set())
            gathered.found += forwarded
            gathered.forwarded = gathered.forwarded or bool(forwarded)
        depth += 1
    if kind == "multipart/alternative":
        children = _best_alternatives(children)
    for child in children:
        yield from _leaves(child, depth + (kind != "message/rfc822"), gathered)


def _best_alternatives(children: list[Mail]) -> list[Mail]:
    """Plain text where there is some, else HTML; other things (calendars, pictures beside HTML) stay."""
    plain = [child for child in children if child.get_content_type() == "text/plain" and _bytes(child).strip()]
    return [child for child in children if child.get_content_type() != "text/html"] if plain else children


def _bytes(part: Mail) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _MALFORMED:
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _take(part: Mail, depth: int, gathered: _Gathered) -> None:
    kind = part.get_content_type()
    name = _file_name(part, f"attachment {len(gathered.photos) + 1}")
    data = _bytes(part)
    if len(data) > LARGEST_ATTACHMENT:
        gathered.warnings.append(message("note.attached.large", name=name, most=LARGEST_ATTACHMENT))
    elif kind in _SEALED_TYPES:
        gathered.warnings.append(message("note.attached.encrypted", name=name))
    elif kind in _SILENT_TYPES or not data:
        return
    elif looks_like_picture(data) or kind.startswith("image/"):
        _take_photo(name, data, gathered)
    elif data.startswith(b"%PDF-") or kind == "application/pdf":
        _take_pdf(name, data, gathered)
    elif kind.startswith("text/") and kind not in ("text/calendar", "text/x-vcard", "text/vcard"):
        text = decode(data, _charset(part))
        attached = part.get_content_disposition() == "attachment"
        inside = message("where.forwarded") if depth > 1 and gathered.forwarded else LETTER
        where = quoted(name) if attached else inside
        gathered.texts.append((where, text_of_html(text) if kind == "text/html" else text))
    else:
        gathered.warnings.append(message("note.attached.foreign", name=name))


def _take_photo(name: str, data: bytes, gathered: _Gathered) -> None:
    why = refuse_photo(data)
    if why:
        gathered.warnings.append(message("note.attached.no-reference", name=name, why=why))
    elif all(data != photo.data for photo in gathered.photos):
        gathered.photos.append(AttachedPhoto(name, data))


def _take_pdf(name: str, data: bytes, gathered: _Gathered) -> None:
    try:
        pages = read_pages(data, name)
    except PdfUnreadable as problem:
        gathered.warnings.append(message("note.attached.unread", name=name, why=problem.why))
        return
    gathered.texts += [(message("where.file.page", file=name, page=number), text) for number, text in pages.texts]
    gathered.photos += pages.photos
    gathered.warnings += pages.warnings


def _charset(part: Mail) -> str:
    try:
        return part.get_content_charset() or ""
    except _MALFORMED:
        return ""


def _file_name(part: Mail, otherwise: str) -> str:
    try:
        return bare_name(part.get_filename() or "", otherwise)
    except _MALFORMED:
        return otherwise


def _recognises(name: str, head: bytes) -> bool:
    return PurePath(name).suffix.lower() == ".eml" or (
        _HEADER_LINE.match(head) is not None and re.search(rb"^From: ", head, re.I | re.M) is not None
    )


FORMAT = Format("eml", _recognises, _read)
