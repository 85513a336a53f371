"""A request that came by e-mail: headers, text, attached photos and letters, forwarded messages.

Saved as .eml, by Outlook as .msg, as winmail.dat, or as the signed part alone.
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from email.message import Message as Mail
from pathlib import PurePath

from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.arrival import arrival
from dsr_desk.intake.checks import mail_checks
from dsr_desk.intake.contents import ContentUnreadable
from dsr_desk.intake.mail_fields import MALFORMED
from dsr_desk.intake.mail_headers import heard
from dsr_desk.intake.mail_parts import Gathered, gather, gather_item
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.model import Format, House, Intake, RequestEmpty, RequestUnreadable
from dsr_desk.intake.msg import is_compound, read_msg
from dsr_desk.intake.smime import content_of, looks_sealed
from dsr_desk.intake.tnef import SIGNATURE, read_tnef

_HEADER_LINE = re.compile(
    rb"\A(?:From |(?:Return-Path|Received|From|To|Subject|Date|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):)", re.I
)


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        mail: Mail = email.message_from_bytes(data, policy=email.policy.default)
    except MALFORMED as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.malformed")) from problem
    try:
        gathered = gather(mail)
    except RecursionError as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.nested")) from problem
    return [_request(gathered, data, name, house)]


def _read_msg(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        return [_request(gather_item(read_msg(data)), data, name, house)]
    except ContentUnreadable as problem:
        raise RequestUnreadable(name=name, why=problem.why) from problem


def _read_sealed(data: bytes, name: str, house: House) -> list[Intake]:
    """A message that was saved as the signed part alone."""
    mail = EmailMessage()
    mail.set_content(data, maintype="application", subtype="pkcs7-mime", filename=PurePath(name).name)
    gathered = gather(mail)
    if not any(text.strip() for one in gathered.messages for _, text in one.texts):
        try:
            content_of(data)
        except ContentUnreadable as problem:
            raise RequestUnreadable(name=name, why=problem.why) from problem
    return [_request(gathered, data, name, house)]


def _read_tnef(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        return [_request(gather_item(read_tnef(data)), data, name, house)]
    except ContentUnreadable as problem:
        raise RequestUnreadable(name=name, why=problem.why) from problem


def _request(gathered: Gathered, data: bytes, name: str, house: House) -> Intake:
    """The request in a message, whatever file it came from. Raises RequestEmpty."""
    if gathered.is_empty:
        raise RequestEmpty(name=name)
    said = heard(gathered.messages, house)
    came = arrival(gathered.messages, house)
    return make_intake(
        channel=Channel.EMAIL,
        passages=said.passages,
        house=said.house,
        name=name,
        data=data,
        first=[*said.found, *came.found],
        photos=gathered.photos,
        pages=gathered.pages,
        warnings=[*gathered.warnings, *said.warnings, *came.warnings],
        checks=mail_checks(gathered.messages, house),
        received=came.received,
    )


def _recognises(name: str, head: bytes) -> bool:
    return PurePath(name).suffix.lower() == ".eml" or (
        _HEADER_LINE.match(head) is not None and re.search(rb"^From: ", head, re.I | re.M) is not None
    )


FORMAT = Format("eml", _recognises, _read)
MSG = Format("msg", lambda _name, head: is_compound(head), _read_msg)
SEALED = Format("p7m", lambda _name, head: looks_sealed(head), _read_sealed)
TNEF = Format("winmail", lambda _name, head: head.startswith(SIGNATURE), _read_tnef)
