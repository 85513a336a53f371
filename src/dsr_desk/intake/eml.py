"""A request that came by e-mail, saved as .eml: headers, text, attached photos and letters, forwarded messages."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message as Mail
from pathlib import PurePath

from dsr_desk.core.message import message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.mail_fields import MALFORMED
from dsr_desk.intake.mail_headers import arrived, heard
from dsr_desk.intake.mail_parts import gather
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.model import Format, House, Intake, RequestEmpty, RequestUnreadable

_HEADER_LINE = re.compile(
    rb"\A(?:From |(?:Return-Path|Received|From|To|Subject|Date|Message-ID|MIME-Version|Delivered-To|X-[\w-]+):)", re.I
)


def _read(data: bytes, name: str, house: House) -> list[Intake]:
    try:
        mail: Mail = email.message_from_bytes(data, policy=email.policy.default)
    except MALFORMED as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.malformed")) from problem
    return [read_mail(mail, data, name, house)]


def read_mail(mail: Mail, data: bytes, name: str, house: House) -> Intake:
    """The request in a message, whatever file it came from. Raises RequestUnreadable, RequestEmpty."""
    try:
        gathered = gather(mail)
    except RecursionError as problem:
        raise RequestUnreadable(name=name, why=message("why.mail.nested")) from problem
    if gathered.is_empty:
        raise RequestEmpty(name=name)
    said = heard(gathered.messages, house)
    received, dates = arrived(gathered.messages, house)
    return make_intake(
        channel=Channel.EMAIL,
        passages=said.passages,
        house=house,
        name=name,
        data=data,
        first=[*said.found, *dates],
        photos=gathered.photos,
        pages=gathered.pages,
        warnings=[*gathered.warnings, *said.warnings],
        received=received,
    )


def _recognises(name: str, head: bytes) -> bool:
    return PurePath(name).suffix.lower() == ".eml" or (
        _HEADER_LINE.match(head) is not None and re.search(rb"^From: ", head, re.I | re.M) is not None
    )


FORMAT = Format("eml", _recognises, _read)
