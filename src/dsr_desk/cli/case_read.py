"""dsr-desk case read: what would be understood of a letter. Needs no vault and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsr_desk.app.case import reading
from dsr_desk.cli.common import FILE, emit, json_option
from dsr_desk.core import codec
from dsr_desk.core.message import Message
from dsr_desk.core.requests import Found, Law, OriginCheck, Right

if TYPE_CHECKING:
    from dsr_desk.app.case.reading import Understood

_KINDS = {
    "emails": "e-mail",
    "phones": "phone",
    "user_names": "user name",
    "account_ids": "account",
    "dates_of_birth": "born",
    "addresses": "address",
}


@click.command()
@click.argument("letter", metavar="FILE", type=FILE)
@click.option("--own-domain", "domains", multiple=True, metavar="DOMAIN", help="A domain of our own; repeatable.")
@click.option("--own-address", "addresses", multiple=True, metavar="E-MAIL", help="An address of ours; repeatable.")
@click.option("--zone", default="", metavar="ZONE", help="In which time zone days count, as Europe/Berlin.")
@click.option("--country", default="", metavar="CC", help="How numbers and dates without a country are read, as DE.")
@json_option
def read(letter: Path, domains: tuple[str, ...], addresses: tuple[str, ...], zone: str, country: str) -> None:
    """Show what is understood of a letter: who asks for what, under which law, since when. Opens no case.

    FILE: .eml, .msg, .pdf, .docx, .rtf, .txt, .html, .json, .csv, .xlsx, or the photo of a letter.
    """
    people = reading.read_letter(letter, domains=domains, addresses=addresses, zone=zone, country=country)
    lines = [line for number, one in enumerate(people, 1) for line in _lines(one, number, len(people))]
    if len(people) > 1:
        lines.append(f"{len(people)} people: open a case for each, with --request {letter.name} --person N.")
    emit({"file": letter.name, "people": [_json(one) for one in people]}, *lines)


def _json(one: Understood) -> dict[str, Any]:
    known = codec.plain(one.identifiers)
    return {
        "channel": one.channel.value,
        "right": one.right.value,
        "asked": [right.value for right in one.asked],
        "declined": [right.value for right in one.declined],
        "law": one.law.value,
        "received": one.received.isoformat() if one.received else None,
        "dates": [{"day": day.value, "what": day.kind.value, "where": _place(day)} for day in one.days],
        "names": known.pop("names"),
        "identifiers": known,
        "read_from": [_found(found) for found in one.found],
        "others": [{**_found(other), "whose": other.whose.value} for other in one.others],
        "photos": list(one.photos),
        "pages": [str(page) for page in one.pages],
        "warnings": [_said(warning) for warning in one.warnings],
        "checks": [{**_said(check.says), "holds": check.holds} for check in one.checks],
        "place": one.place,
        "reference": one.reference,
    }


def _said(sentence: Message) -> dict[str, str]:
    return {"code": sentence.code, "text": str(sentence)}


def _found(found: Found) -> dict[str, str]:
    return {"kind": found.kind.value, "value": found.value, "where": _place(found)}


def _place(found: Found) -> str:
    return str(found.where) if found.where else ""


def _lines(one: Understood, number: int, count: int) -> list[str]:
    known = codec.plain(one.identifiers)
    asked = ", then ".join(right.value for right in one.asked) or "to be asked"
    law = one.law.value if one.law is not Law.UNKNOWN else "to be asked"
    received = one.received.isoformat() if one.received else "to be asked"
    return [
        *([f"Person {number} of {count}"] if count > 1 else []),
        *(_check_line(check) for check in one.checks),
        f"Right: {asked}{_declined(one.declined)}",
        f"Law: {law}",
        f"Received: {received}",
        *(f"  {day.value}  {day.kind.value} ({_place(day)})" for day in one.days),
        f"Name: {'; '.join(known['names']) or 'not found'}",
        *(f"  {word}: {value}" for field, word in _KINDS.items() for value in known[field]),
        *([f"Lives in: {one.place}"] if one.place else []),
        *(f"Not hers ({other.whose.value}): {other.value} ({_place(other)})" for other in one.others),
        *(f"Photo: {photo}" for photo in one.photos),
        *(f"Page to be read by a person: {page}" for page in one.pages),
        *(f"! {warning}" for warning in one.warnings),
    ]


def _declined(rights: tuple[Right, ...]) -> str:
    return f" (declined: {', '.join(right.value for right in rights)})" if rights else ""


def _check_line(check: OriginCheck) -> str:
    mark = {True: "✓", False: "!!", None: "?"}[check.holds]
    return f"{mark} {check.says}"
