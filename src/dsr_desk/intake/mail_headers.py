"""Who sent an e-mail and who passed it on, from the headers of its messages; and with that, who says what in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message as Mail

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Whose
from dsr_desk.intake import words
from dsr_desk.intake.acting import acts_for_another
from dsr_desk.intake.mail_fields import header, headers, people
from dsr_desk.intake.mail_parts import Carried
from dsr_desk.intake.model import House, Passage, Voice
from dsr_desk.intake.names import same_person, written_name
from dsr_desk.intake.prose import introduced_in
from dsr_desk.intake.sides import PROVIDERS, Sides, with_own
from dsr_desk.intake.voices import voiced

_BY = re.compile(r"\bby\s+([\w-]+(?:\.[\w-]+){2,})", re.IGNORECASE)
_VIA = re.compile(r"\s+(?:via|per|über)\s+\S.*$", re.IGNORECASE)
_PROGRAM = re.compile(
    r"no[-_.]?reply.*|do[-_.]?not[-_.]?reply.*|.*[-_.]no[-_.]?reply|wordpress|web(?:site|form|forms|master|mailer)?"
    r"|forms?|formulare?|kontaktformular|contact[-_.]?form|form-submission|formresponses|notifications?|notify|alerts?"
    r"|mailer(?:-daemon)?|automat\w*|system|jira|zendesk|freshdesk|helpdesk-bot|bounces?.*|cgi|www-data|apache",
    re.IGNORECASE,
)
_DESKS = [
    "zendesk.com",
    "freshdesk.com",
    "atlassian.net",
    "helpscout.net",
    "intercom-mail.com",
    "service-now.com",
    "formspree.io",
    "typeform.com",
    "jotform.com",
    "wufoo.com",
    "onetrust.com",
    "netlify.com",
    "squarespace.info",
    "wix-forms.com",
    "webflow.com",
    "hubspotemail.net",
    "zohodesk.com",
    "zohodesk.eu",
    "trustarc.com",
    "datagrail.io",
    "transcend.io",
    "osano.com",
]
"""Services that send what was entered in a form or a help desk, for the house."""


@dataclass(frozen=True)
class Heard:
    """What an e-mail says and who says it; `found` are findings from its headers, `house` with what they tell of it."""

    passages: tuple[Passage, ...]
    house: House
    found: tuple[Found, ...] = ()
    warnings: tuple[Message, ...] = ()


def heard(messages: Sequence[Carried], house: House) -> Heard:
    """The passages of an e-mail, the outermost message first, with what the headers say of sender and recipients."""
    own = _house_of(messages[0].mail, house)
    sides = Sides(own)
    voices = _voices(messages, sides)
    writer = frozenset(
        one.lower()
        for carried, voice in zip(messages, voices, strict=True)
        for pair in _senders(carried.mail, sides)
        for one in pair
        if voice is Voice.WRITER and one
    )
    passages = _passages(messages, voices, own, writer)
    if voices[0] is Voice.HOUSE and all(one.voice is not Voice.WRITER for one in passages):
        voices[0] = Voice.FORM
        passages = _passages(messages, voices, own, writer)
    acting = acts_for_another("\n".join(one.text for one in passages if one.voice is Voice.WRITER))
    found = [
        one
        for carried, voice in zip(messages, voices, strict=True)
        for one in _of_headers(carried, voice, sides, acting=acting)
    ]
    warnings = {
        Voice.HOUSE: (message("note.mail.passed-on"),),
        Voice.OTHER: (message("note.mail.passed-on-outside"),),
        Voice.FORM: (message("note.mail.form"),),
    }
    return Heard(tuple(passages), own, tuple(found), warnings.get(voices[0], ()))


def _passages(
    messages: Sequence[Carried], voices: Sequence[Voice], house: House, writer: frozenset[str]
) -> list[Passage]:
    return [
        passage
        for carried, voice in zip(messages, voices, strict=True)
        for where, text in carried.texts
        for passage in voiced(where, text, voice, house=house, writer=writer)
    ]


def _house_of(mail: Mail, house: House) -> House:
    """The house, with what the outermost message tells of it: its recipients, and the host that took the mail in."""
    senders = {address.lower() for display, address in people(mail, "From") if not _VIA.search(display)}
    to = {
        address.lower() for _, address in people(mail, "To", "Delivered-To", "X-Original-To", "Envelope-To")
    } - senders
    if house.domains or house.addresses:
        return with_own(house, {one for one in to if Sides(house).is_house(one)})
    hosts = {_above(match[1]) for line in headers(mail, "Received")[:1] if (match := _BY.search(line))}
    return with_own(house, to, {host for host in hosts if not any(host.endswith(one) for one in PROVIDERS)})


def _above(host: str) -> str:
    """The domain of a mail server: its name without the first part."""
    return host.lower().rstrip(".").partition(".")[2]


def _voices(messages: Sequence[Carried], sides: Sides) -> list[Voice]:
    """Who speaks in each message."""
    outer = _outermost(messages, sides)
    first = {address.lower() for _, address in _senders(messages[0].mail, sides)}
    writers = first if outer is Voice.WRITER else _writers(messages[1:], sides)
    voices = [outer]
    for one in messages[1:]:
        senders = {address.lower() for _, address in _senders(one.mail, sides)}
        if senders & writers:
            voices.append(Voice.WRITER)
        else:
            voices.append(Voice.HOUSE if senders and all(map(sides.is_house, senders)) else Voice.OTHER)
    return voices


def _writers(inner: Sequence[Carried], sides: Sides) -> set[str]:
    """The innermost sender from outside of messages that were passed on, as far as they were: not what he attached."""
    chosen: set[str] = set()
    passing = True
    for one in inner:
        senders = {address.lower() for _, address in _senders(one.mail, sides)}
        if passing and senders and not all(map(sides.is_house, senders)):
            chosen = senders
            passing = _is_forward(one.mail)
    return chosen


def _is_forward(mail: Mail) -> bool:
    marker = words.every("forwarded").match(header(mail, "Subject"))
    return marker is not None and header(mail, "Subject")[marker.end() :].lstrip()[:1] == ":"


def _outermost(messages: Sequence[Carried], sides: Sides) -> Voice:
    """Who speaks in the outermost message: the person, a colleague, a program, somebody else who passes it on."""
    mail = messages[0].mail
    senders = _senders(mail, sides)
    inside = bool(senders) and all(sides.is_house(address) for _, address in senders)
    if any(_is_program(address) for _, address in senders):
        return Voice.HOUSE if inside and len(messages) > 1 else Voice.FORM
    if not inside:
        others = [one for one in messages[1:] if _came_from_another(one.mail, senders, sides)]
        return Voice.OTHER if others and _is_forward(mail) else Voice.WRITER
    text = "\n".join(text for _, text in messages[0].texts)
    names = [
        name for name in introduced_in(text) if any(same_person(name, display) for display, _ in senders if display)
    ]
    return Voice.WRITER if names and len(messages) == 1 else Voice.HOUSE


def _came_from_another(mail: Mail, senders: Sequence[tuple[str, str]], sides: Sides) -> bool:
    """Whether a message went from somebody else outside to the house."""
    known = {address.lower() for _, address in senders}
    authors = {address.lower() for _, address in _senders(mail, sides)}
    to_house = any(sides.is_house(address) for _, address in people(mail, "To", "Cc", "Delivered-To"))
    return bool(authors) and not authors & known and not any(map(sides.is_house, authors)) and to_house


def _is_program(address: str) -> bool:
    local, _, host = address.lower().rpartition("@")
    return _PROGRAM.fullmatch(local) is not None or any(host == one or host.endswith(f".{one}") for one in _DESKS)


def _senders(mail: Mail, sides: Sides) -> list[tuple[str, str]]:
    """(name, address) of the senders; of a mailing list of the house (`Jane via Privacy`) those who wrote to it."""
    found = []
    for display, address in people(mail, "From"):
        if _VIA.search(display) and sides.is_house(address):
            behind = [pair for pair in people(mail, "X-Original-From", "X-Original-Sender", "Reply-To")
                      if not sides.is_house(pair[1])]  # fmt: skip
            if behind:
                found.append((_VIA.sub("", display).strip(" '\""), behind[0][1]))
                continue
        found.append((display, address))
    return found


def _of_headers(carried: Carried, voice: Voice, sides: Sides, *, acting: bool) -> list[Found]:
    """Names and addresses of the header lines, and whose they are."""
    code = "where.forwarded.header" if carried.depth else "where.header"
    spoken = {Voice.WRITER: Whose.AGENT if acting else Whose.SUBJECT, Voice.OTHER: Whose.OTHER}.get(voice, Whose.HOUSE)
    found: list[Found] = []
    senders = _senders(carried.mail, sides)
    for display, address in senders:
        place = message(code, header="From")
        if name := written_name(display):
            found.append(Found(FoundKind.NAME, name, place, whose=spoken))
        elif display and "@" not in display and voice is not Voice.WRITER:
            found.append(Found(FoundKind.NAME, display, place, whose=spoken))
        found.append(Found(FoundKind.EMAIL, address, place, whose=spoken))
    known = {address.lower() for _, address in senders}
    reply = Whose.SUBJECT if voice is Voice.FORM else Whose.OTHER
    for line, outside in (("Reply-To", reply), ("To", Whose.OTHER), ("Delivered-To", Whose.OTHER), ("Cc", Whose.OTHER)):
        for _, address in people(carried.mail, line):
            whose = Whose.HOUSE if sides.is_house(address) else outside
            if address.lower() not in known and not (carried.depth and whose is Whose.OTHER):
                found.append(Found(FoundKind.EMAIL, address, message(code, header=line), whose=whose))
                known.add(address.lower())
    return found
