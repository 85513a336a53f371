"""When an e-mail first came in, also where it was passed on inside the house."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found
from dsr_desk.intake.dates import aware, believed, day_of, days_in, only_sent, received_found, sent_found
from dsr_desk.intake.mail_fields import MALFORMED, header, headers, people
from dsr_desk.intake.mail_parts import Carried
from dsr_desk.intake.model import House
from dsr_desk.intake.sides import PROVIDERS
from dsr_desk.intake.words import sources

RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_BY = re.compile(r"(?:^|\s)by\s+([^\s;()]+)", re.IGNORECASE)
_NO_NAME = re.compile(r"localhost.*|[\d.]+|(?:ipv6:)?[\da-f]*:[\da-f:.]*")
_ADDRESS = re.compile(r"[\w.+%'-]+@([\w-]+(?:\.[\w-]+)+)")


@dataclass(frozen=True)
class Arrival:
    """`received` is None where no day is known or the one that is known is not believed. `found`: all days."""

    received: date | None
    found: tuple[Found, ...]
    warnings: tuple[Message, ...] = ()


def own_domains(messages: Sequence[Carried], house: House) -> frozenset[str]:
    """Domains of the house: as it says, else those of the recipients. Providers that serve anybody are none's."""
    if house.domains:
        return frozenset(one.lower().lstrip("@.") for one in house.domains)
    outer = messages[0].mail
    return frozenset(_domain(address) for _, address in people(outer, *RECIPIENTS)) - PROVIDERS


def is_own(address: str, domains: frozenset[str], house: House) -> bool:
    if address.lower() in {one.lower() for one in house.addresses}:
        return True
    return _of_house(_domain(address), domains)


def arrival(messages: Sequence[Carried], house: House) -> Arrival:
    """The first day on which a host of the house took the request in; `messages` from the outermost."""
    domains = own_domains(messages, house)
    arrived: list[tuple[date, Message]] = []
    found: list[Found] = []
    for depth, one in enumerate(messages):
        prefix = "where.forwarded.header" if depth else "where.header"
        days = list(_taken_in(one, domains, house, hosts_known=depth > 0))
        arrived += [(day, message(prefix, header="Received")) for day in days]
        sent = _sent(one, house)
        if sent is None:
            continue
        where = message(prefix, header="Date")
        found.append(sent_found(sent, where))
        if depth and not days and _came_in(messages, depth, domains, house):
            arrived.append((sent, where))
    inline = list(_inline(messages, domains, house))
    warnings: list[Message] = []
    for readings, where in inline:
        known = [day for day in readings if believed(day) is None and all(day <= other for other, _ in arrived[:1])]
        if len(known) == 1:
            arrived.append((known[0], where))
        elif known:
            warnings.append(message("note.intake.day-two", first=known[0].isoformat(), second=known[1].isoformat()))
    found += [received_found(day, where) for day, where in sorted(arrived, key=lambda one: one[0])]
    warnings += [why for day, _ in arrived if (why := believed(day))]
    trusted = [one for one in arrived if believed(one[0]) is None]
    if trusted and not any(one.code == "note.intake.day-two" for one in warnings):
        first, _ = min(trusted, key=lambda one: one[0])
        if (len(messages) > 1 or inline) and len({day for day, _ in arrived}) > 1:
            warnings.append(message("note.intake.came-first", day=first.isoformat()))
        return Arrival(first, tuple(dict.fromkeys(found)), tuple(dict.fromkeys(warnings)))
    if not arrived and (sent := _sent(messages[0], house)) is not None:
        received, said, warned = only_sent(sent, message("where.header", header="Date"))
        return Arrival(received, tuple(dict.fromkeys((*found, *said))), (*warnings, *warned))
    return Arrival(None, tuple(dict.fromkeys(found)), tuple(dict.fromkeys(warnings)))


def _taken_in(one: Carried, domains: frozenset[str], house: House, *, hosts_known: bool) -> Iterator[date]:
    """The day on which the house, or whoever keeps its mail, took a message in: the earliest of its own lines.

    A message inside another one counts only where a host of the house itself wrote a line.
    """
    lines = [(_host(line), moment) for line in headers(one.mail, "Received") if (moment := _moment(line))]
    own = [(host, moment) for host, moment in lines if _of_house(host, domains)]
    if own:
        yield day_of(min(moment for _, moment in own), house, of_house=True)
    elif lines and not hosts_known:
        keeper = _last_names(lines[0][0])
        chain = []
        for host, moment in lines:
            if _last_names(host) not in (keeper, ""):
                break
            chain.append(moment)
        yield day_of(min(chain), house)


def _came_in(messages: Sequence[Carried], depth: int, domains: frozenset[str], house: House) -> bool:
    """Whether a message that carries no line of the house came from outside and was passed on by the house."""
    inner, outer = messages[depth].mail, messages[depth - 1].mail
    senders = [address for _, address in people(inner, "From")]
    passed_on = [address for _, address in people(outer, "From")]
    outside = bool(senders) and not any(is_own(one, domains, house) for one in senders)
    return outside and any(is_own(one, domains, house) for one in passed_on)


def _inline(messages: Sequence[Carried], domains: frozenset[str], house: House) -> Iterator[tuple[list[date], Message]]:
    """Days of messages from outside that a colleague passed on in the text of her own."""
    for one in messages:
        if not any(is_own(address, domains, house) for _, address in people(one.mail, "From")):
            continue
        for where, text in one.texts:
            yield from _blocks(where, text, domains)


def _blocks(where: Message, text: str, domains: frozenset[str]) -> Iterator[tuple[list[date], Message]]:
    said_from = re.compile(rf"^[>\s*]*(?:{sources('headers', 'from')})\s?[*]?\s?[:：]\s?(.*)$", re.IGNORECASE)
    said_sent = re.compile(rf"^[>\s*]*(?:{sources('headers', 'sent')})\s?[*]?\s?[:：]\s?(.*)$", re.IGNORECASE)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        sender = said_from.match(line)
        if sender is None:
            continue
        hosts = [match[1] for match in _ADDRESS.finditer(sender[1])]
        if not hosts or any(_of_house(host, domains) for host in hosts):
            continue
        near = range(max(0, number - 3), min(len(lines), number + 5))
        for other in near:
            if (sent := said_sent.match(lines[other])) and (days := days_in(sent[1])):
                place = message("where.line", place=where, line=other + 1)
                yield _plausible(days[0][2]), message("where.passed-on", place=place)
                break


def _plausible(days: Sequence[date]) -> list[date]:
    return [day for day in days if day <= date.today() + timedelta(days=1)] or list(days)


def _sent(one: Carried, house: House) -> date | None:
    try:
        moment = email.utils.parsedate_to_datetime(header(one.mail, "Date"))
    except MALFORMED:
        return None
    return day_of(aware(moment), house)


def _moment(line: str) -> datetime | None:
    try:
        return aware(email.utils.parsedate_to_datetime(line.rpartition(";")[2].strip()))
    except MALFORMED:
        return None


def _host(line: str) -> str:
    match = _BY.search(line.rpartition(";")[0])
    host = match[1].strip("[]").lower().rstrip(".") if match else ""
    return "" if _NO_NAME.fullmatch(host) else host


def _last_names(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _of_house(host: str, domains: frozenset[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in domains)
