"""A message as Outlook keeps it, by numbered properties (MS-OXPROPS), whichever file they lie in."""

from __future__ import annotations

import email
import email.policy
import email.utils
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.message import Message as Mail

from compressed_rtf import decompress

from dsr_desk.intake.contents import ContentUnreadable
from dsr_desk.intake.decoding import cleaned, decode
from dsr_desk.intake.mail_fields import MALFORMED
from dsr_desk.intake.markup import charset_of_html, text_of_html
from dsr_desk.intake.rtf import rtf_text

Properties = Mapping[int, bytes | str | int | datetime]
"""By number; text is str or, in the code page that CODE_PAGE names, bytes."""

SUBJECT, HEADERS, BODY, RTF, HTML = 0x0037, 0x007D, 0x1000, 0x1009, 0x1013
SENDER, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
SENT, DELIVERED = 0x0039, 0x0E06
NAME, ADDRESS, SMTP = 0x3001, 0x3003, 0x39FE
FILE, LONG_FILE, DATA = 0x3704, 0x3707, 0x3701
CODE_PAGE, BODY_CODE_PAGE = 0x3FFD, 0x3FDE

_PAGES = {0: "", 65001: "utf-8", 20127: "ascii", 50220: "iso-2022-jp", 20866: "koi8-r", 21866: "koi8-u"}
LARGEST_RTF = 20 << 20
_BROKEN_RTF = (ValueError, IndexError, struct.error, TypeError, MemoryError)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OutlookItem:
    """One message: its headers, its text, attached files as (name, bytes), attached messages.

    `is_whole` is False where the file ended or broke before the message did.
    """

    mail: Mail
    text: str
    files: tuple[tuple[str, bytes], ...] = ()
    items: tuple[OutlookItem, ...] = ()
    is_whole: bool = True


def item(
    properties: Properties,
    recipients: Collection[Properties] = (),
    files: Collection[Properties] = (),
    items: Collection[OutlookItem] = (),
    *,
    is_whole: bool = True,
) -> OutlookItem:
    """A message from its properties and those of its recipients and attached files."""
    named = [(_file_name(one), data) for one in files if isinstance(data := one.get(DATA), bytes)]
    return OutlookItem(_headers(properties, recipients), _text(properties), tuple(named), tuple(items), is_whole)


def moment(ticks: int) -> datetime | None:
    """Of 100 nanoseconds since 1601; None for what is no time."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def words(properties: Properties, number: int) -> str:
    """A property as text, "" where there is none."""
    value = properties.get(number, "")
    if isinstance(value, bytes):
        value = decode(value.rstrip(b"\0"), _page(properties, CODE_PAGE))
    return cleaned(value.rstrip("\0")) if isinstance(value, str) else ""


def _page(properties: Properties, number: int) -> str:
    page = properties.get(number)
    return _PAGES.get(page, f"cp{page}") if isinstance(page, int) else ""


def _file_name(properties: Properties) -> str:
    return words(properties, LONG_FILE) or words(properties, FILE)


def _text(properties: Properties) -> str:
    """The plain text that Outlook keeps beside the others, else the HTML, else the rich text."""
    plain = words(properties, BODY)
    if plain.strip():
        return plain
    page = properties.get(HTML, b"")
    if isinstance(page, str):
        page = page.encode()
    if isinstance(page, bytes) and page.strip():
        return text_of_html(decode(page, charset_of_html(page) or _page(properties, BODY_CODE_PAGE)))
    packed = properties.get(RTF)
    if not isinstance(packed, bytes) or len(packed) < 16 or int.from_bytes(packed[4:8], "little") > LARGEST_RTF:
        return ""
    try:
        return rtf_text(decompress(packed))
    except (*_BROKEN_RTF, ContentUnreadable):
        return ""


def _headers(properties: Properties, recipients: Collection[Properties]) -> Mail:
    """The header lines with which it came through the net, else such lines made from its properties."""
    came = words(properties, HEADERS).lstrip()
    if came:
        try:
            return email.message_from_string(came, policy=email.policy.default)
        except MALFORMED:
            pass
    mail = EmailMessage()
    made = {
        "From": _person(words(properties, SENDER), words(properties, SENDER_SMTP) or words(properties, SENDER_ADDRESS)),
        "To": ", ".join(
            filter(None, (_person(words(one, NAME), words(one, SMTP) or words(one, ADDRESS)) for one in recipients))
        ),
        "Subject": words(properties, SUBJECT),
        "Date": _day(properties.get(SENT)),
        "Delivery-Date": _day(properties.get(DELIVERED)),
    }
    for name, value in made.items():
        if value:
            mail.set_raw(name, " ".join(value.split()))
    return mail


def _person(name: str, address: str) -> str:
    if "@" not in address:  # an entry in the directory of an organisation, as X.500 names it
        return f'"{name}"' if name else ""
    return email.utils.formataddr((name.replace('"', ""), address), "utf-8")


def _day(value: bytes | str | int | datetime | None) -> str:
    return email.utils.format_datetime(value) if isinstance(value, datetime) else ""
