"""What the program understands of a letter, before there is a vault or a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import Message
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, OriginCheck, Right, Whose
from dsr_desk.intake.model import House, Intake
from dsr_desk.intake.registry import read_requests

_DAYS = (FoundKind.RECEIVED, FoundKind.SENT)


@dataclass(frozen=True)
class Understood:
    """One person's request as it would be proposed.

    `days` are all that the file gives, `others` what belongs to somebody else and is proposed for nothing, `photos`
    the names of what would be reference photos, `pages` those of pages that a person has to read.
    """

    channel: Channel
    right: Right
    asked: tuple[Right, ...]
    declined: tuple[Right, ...]
    law: Law
    received: date | None
    days: tuple[Found, ...]
    identifiers: Identifiers
    found: tuple[Found, ...]
    others: tuple[Found, ...]
    photos: tuple[str, ...]
    pages: tuple[Message, ...]
    warnings: tuple[Message, ...]
    checks: tuple[OriginCheck, ...]
    place: str
    reference: str


def read_letter(
    letter: Path,
    *,
    domains: Sequence[str] = (),
    addresses: Sequence[str] = (),
    zone: str = "",
    country: str = "",
) -> list[Understood]:
    """Each person in a file. The rest is what the organisation calls its own. Raises what intake raises."""
    house = House(domains=tuple(domains), addresses=tuple(addresses), zone=zone, country=country.upper())
    return [_understood(one) for one in read_requests(letter, house)]


def _understood(intake: Intake) -> Understood:
    request = intake.request
    hers = tuple(one for one in request.found if one.whose is Whose.SUBJECT and one.kind not in _DAYS)
    return Understood(
        channel=request.channel,
        right=request.right,
        asked=request.asked or ((request.right,) if request.right is not Right.UNKNOWN else ()),
        declined=request.declined,
        law=request.law,
        received=request.received,
        days=tuple(one for one in request.found if one.kind in _DAYS),
        identifiers=request.identifiers,
        found=hers,
        others=tuple(one for one in request.found if one.whose is not Whose.SUBJECT and one.kind not in _DAYS),
        photos=tuple(one.name for one in intake.photos),
        pages=tuple(one.name for one in intake.pages),
        warnings=intake.warnings,
        checks=request.checks,
        place=next((one.value for one in hers if one.kind is FoundKind.PLACE), ""),
        reference=request.reference,
    )
