"""One request from the passages of its file: whose things stand in it, what is asked, under which law, since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.requests import Channel, Found, FoundKind, Law, OriginCheck, Request, Right, Whose
from dsr_desk.intake.birthdays import ask_which
from dsr_desk.intake.choices import only_chosen
from dsr_desk.intake.decrees import decreed, is_decree
from dsr_desk.intake.identifiers import identifiers_in, settled
from dsr_desk.intake.languages import language_of
from dsr_desk.intake.laws import laws_in
from dsr_desk.intake.model import NO_PHOTO, AttachedPhoto, House, Intake, LetterPage, Passage, Voice, missing
from dsr_desk.intake.rights import rights_in

LONGEST = 200_000
"""Characters of a letter that are read; a longer one is cut and its warnings say so."""

_PERSON = (Voice.WRITER, Voice.FORM)
_NOBODY = (FoundKind.RIGHT, FoundKind.LAW, FoundKind.RECEIVED, FoundKind.SENT, FoundKind.PLACE)


def make_intake(
    *,
    channel: Channel,
    passages: Collection[Passage],
    name: str,
    data: bytes,
    house: House,
    first: Collection[Found] = (),
    photos: Collection[AttachedPhoto] = (),
    pages: Collection[LetterPage] = (),
    warnings: Collection[Message] = (),
    checks: Collection[OriginCheck] = (),
    received: date | None = None,
) -> Intake:
    """One intake from what its voices say; `first` are findings from headers or fields, `received` the day of arrival.

    Rights and laws are taken from the person's own words. Adds the warnings that every letter may need.
    """
    warned = list(warnings)
    read = _cut(passages)
    if sum(len(one.text) for one in passages) > LONGEST:
        warned.append(message("note.intake.long", characters=LONGEST))
    own = [replace(one, text=only_chosen(one.text)) for one in read if one.voice in _PERSON]
    language = language_of("\n".join(one.text for one in own or read))
    found = settled([*first, *identifiers_in(read, house, language=language, known=first)])
    warned += asked_back(found)
    asked, declined, said = rights_in(own)
    found += said
    laws = laws_in(own, house)
    found += laws.found
    law = laws.law
    right = asked[0] if asked else Right.UNKNOWN
    decree = is_decree(own)
    if decree:
        right, law, asked, received = Right.ERASURE, Law.ORDER, (Right.ERASURE,), None
        found, said_of_it = decreed(own, found)
        warned += said_of_it
    else:
        warned += laws.warnings
        warned += _declined(asked, declined)
    if not photos and not decree:
        warned.append(NO_PHOTO)
    if not decree and all(one.kind in _NOBODY for one in found if one.whose is Whose.SUBJECT):
        warned.append(message("note.intake.nobody"))
    if len(asked) > 1:
        warned.append(message("note.intake.other-rights", rights=tuple(term(other) for other in asked[1:])))
    warned += missing(right, law, received)
    request = Request(
        channel=channel,
        found=tuple(dict.fromkeys(found)),
        right=right,
        law=law,
        received=received,
        source=PurePath(name).name,
        digest=sha256_hex(data),
        text="\n".join(one.text for one in read),
        language=language,
        asked=asked,
        declined=declined,
        checks=tuple(checks),
    )
    return Intake(request, tuple(photos), tuple(dict.fromkeys(warned)), pages=tuple(pages))


def _declined(asked: Collection[Right], declined: Collection[Right]) -> list[Message]:
    """What is said of rights that the letter declines, or asks for in one place and declines in another."""
    kinds = (("note.intake.declined", False), ("note.intake.declined-too", True))
    said = ((code, tuple(term(one) for one in declined if (one in asked) is both)) for code, both in kinds)
    return [message(code, rights=rights) for code, rights in said if rights]


def asked_back(found: Collection[Found]) -> list[Message]:
    """What must be asked about the person: on what authority another acts, which of two days of birth is meant."""
    asked = [message("note.intake.acting")] if any(one.whose is Whose.AGENT for one in found) else []
    born = [one for one in found if one.kind is FoundKind.DATE_OF_BIRTH and one.whose is Whose.SUBJECT]
    return [*asked, *(which for one in born if (which := ask_which(one.value)))]


def _cut(passages: Collection[Passage]) -> list[Passage]:
    """As many as are read."""
    kept, left = [], LONGEST
    for one in passages:
        if left > 0:
            kept.append(Passage(one.where, one.text[:left], one.voice, one.line))
            left -= len(one.text)
    return kept
