"""Who sent an e-mail, who passed it on, and when it came in, from the headers of its messages."""

from __future__ import annotations

import email.utils
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.message import Message as Mail

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Whose
from dsr_desk.intake.mail_fields import MALFORMED, header, headers, people
from dsr_desk.intake.mail_parts import Carried
from dsr_desk.intake.model import House, Passage
from dsr_desk.intake.voices import voiced


@dataclass(frozen=True)
class Heard:
    """What an e-mail says and who says it; `found` are findings from its headers."""

    passages: tuple[Passage, ...]
    found: tuple[Found, ...] = ()
    warnings: tuple[Message, ...] = ()


def heard(messages: Sequence[Carried], _house: House) -> Heard:
    """The passages of an e-mail, the outermost message first, with what the headers say of sender and recipients."""
    first = messages[0].mail
    senders = {address.lower() for _, address in people(first, "From", "Reply-To")}
    own = {address.lower() for _, address in people(first, "To", "Cc", "Delivered-To")} - senders
    found: list[Found] = []
    warnings: list[Message] = []
    if len(messages) > 1 and _same_hosts(senders, own):
        own |= senders
        warnings.append(message("note.mail.passed-on"))
    else:
        found += _sender(first, "where.header", own)
    for one in messages[1:]:
        found += _sender(one.mail, "where.forwarded.header", set())
    place = message("where.header", header="To")
    found += [Found(FoundKind.EMAIL, one, place, whose=Whose.HOUSE) for one in sorted(own)]
    passages = [passage for one in messages for where, text in one.texts for passage in voiced(where, text)]
    return Heard(tuple(passages), tuple(found), tuple(warnings))


def _sender(mail: Mail, code: str, own: set[str]) -> list[Found]:
    found = []
    for name in ("From", "Reply-To"):
        place = message(code, header=name)
        for display, address in people(mail, name):
            if display and "@" not in display:
                found.append(Found(FoundKind.NAME, " ".join(display.split()), place))
            if address.lower() not in own:
                found.append(Found(FoundKind.EMAIL, address, place))
    return found


def _same_hosts(senders: set[str], own: set[str]) -> bool:
    """Whether all senders have their mail where the recipients have theirs."""
    hosts = {address.rpartition("@")[2] for address in own}
    return bool(senders) and all(address.rpartition("@")[2] in hosts for address in senders)


def arrived(messages: Sequence[Carried], _house: House) -> tuple[date | None, list[Found]]:
    """Day of delivery from the topmost Received line, else the day it was sent."""
    mail = messages[0].mail
    delivered = [value.rpartition(";")[2] for value in headers(mail, "Received")[:1]]
    for text, name in [*((one, "Received") for one in delivered), (header(mail, "Date"), "Date")]:
        try:
            moment = email.utils.parsedate_to_datetime(text.strip())
        except MALFORMED:
            continue
        where = message("where.header", header=name)
        return moment.date(), [Found(FoundKind.RECEIVED, moment.date().isoformat(), where)]
    return None, []
