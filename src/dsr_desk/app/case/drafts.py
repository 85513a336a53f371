"""Drafts: a letter and photos as they were understood, before they become a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsr_desk.app.case.references import ReferencePhoto, examine_references, load_photos
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import IDENTIFIER_FIELDS, Channel, Request, Whose
from dsr_desk.faces.quality import advice
from dsr_desk.intake.model import (
    NO_DAY,
    NO_HOUSE,
    NO_LAW,
    NO_PHOTO,
    NO_RIGHT,
    House,
    Intake,
    LetterPage,
    RequestsSeveral,
)
from dsr_desk.intake.registry import read_request


class LetterWithoutPhoto(DeskError):
    code = "CASE-NO-PHOTO"
    happened = "The request holds no reference photo."
    means = "Without one, faces cannot be searched. No case was opened yet, and the letter is where it was."
    todo = "Add a photo (--photo FILE), or open the case with --without-photo: then records alone are searched."


class NothingToSearchBy(DeskError):
    code = "CASE-NOTHING-TO-SEARCH"
    happened = "The request has neither a usable photo nor an identifier such as a name, e-mail or account."
    means = "There is nothing to search by. No case was opened."
    todo = "Ask the requester for a photo or an identifier and add it."


class LawUnsaid(DeskError):
    code = "CASE-LAW-UNSAID"
    happened = "The request does not say clearly under which law it is made."
    means = "Without a law there is no due date, and no law is assumed. No case was opened."
    todo = "Read the request, ask where it is unclear, and give the law (--law)."


class DayUnsaid(DeskError):
    code = "CASE-DAY-UNSAID"
    happened = "The day on which the request arrived is not known."
    means = "The clock begins on that day, and none is assumed. No case was opened."
    todo = "Give the day on which it first came in (--received 2026-05-31)."


class RequestIsOrder(DeskError):
    code = "CASE-REQUEST-IS-ORDER"
    happened = "This is an authority's order about data, not a person's request."
    means = "Nobody's face is searched for it. No case was opened."
    todo = "Open it as an order (case new --order FILE, or New order in the window)."


class SignatureFails(DeskError):
    code = "CASE-SIGNATURE-FAILS"
    happened = "The agent's signature under the request does not hold."
    means = "Whoever acts on it may give away or erase the data of another person. No case was opened."
    todo = "Ask the agent in another way. To open the case knowingly, give --although-signature-fails."


@dataclass(frozen=True)
class RequestDraft:
    """A request as it was understood, before it becomes a case: the officer corrects it first.

    `read` is what the program read, `request` what the officer made of it.
    """

    read: Request
    request: Request
    letter: bytes
    photos: tuple[ReferencePhoto, ...]
    warnings: tuple[Message, ...]
    pages: tuple[LetterPage, ...] = ()
    """Those without text, for somebody to read."""


@dataclass(frozen=True)
class PersonInLetter:
    """One of several in a letter: `known_by` are a name and what else tells her from the others."""

    known_by: str
    intake: Intake


def understand(
    letter: Path | None,
    photos: Sequence[Path],
    chosen: Mapping[str, int] | None = None,
    *,
    person: int = 0,
    house: House = NO_HOUSE,
) -> RequestDraft:
    """Reads a letter and photos without opening a case. Raises what intake raises, and PhotoMissing.

    `person` is whom of several in the letter it is about, counted from 1; `house` what the organisation calls its own
    (`app.vault.house`).
    """
    extra = load_photos(photos)
    if letter is None:
        empty = Request(Channel.FORM, ())
        return RequestDraft(empty, empty, b"", tuple(examine_references(extra, chosen)), ())
    return _draft_of(read_request(letter, house, person=person), extra, chosen)


def understand_person(one: PersonInLetter, photos: Sequence[Path]) -> RequestDraft:
    """The draft for one of several in a letter, which was read. Raises PhotoMissing."""
    return _draft_of(one.intake, load_photos(photos), None)


def _draft_of(intake: Intake, extra: Sequence[tuple[str, bytes]], chosen: Mapping[str, int] | None) -> RequestDraft:
    warnings = tuple(one for one in intake.warnings if not extra or one != NO_PHOTO)
    attached = [(one.name, one.data) for one in intake.photos]
    photos_given = tuple(examine_references([*attached, *extra], chosen))
    return RequestDraft(intake.request, intake.request, intake.letter, photos_given, warnings, intake.pages)


def people_in(error: Exception) -> list[PersonInLetter]:
    """Of whom a letter speaks that was refused since they are several, in their order; none for any other error."""
    intakes = error.intakes if isinstance(error, RequestsSeveral) else ()
    return [PersonInLetter(", ".join(_known_by(one.request.identifiers)), one) for one in intakes]


def _known_by(who: Identifiers) -> list[str]:
    return [*who.names[:1], *[one for one in (*who.emails, *who.user_names, *who.account_ids, *who.phones) if one][:2]]


def correct(draft: RequestDraft, **fields: Any) -> RequestDraft:
    """The draft with other fields of its request (right, law, received, found); what they answer is asked no more."""
    answered = [asked for field, asked in _ASKED.items() if field in fields]
    kept = tuple(one for one in draft.warnings if one not in answered)
    return replace(draft, request=replace(draft.request, **fields), warnings=kept)


_ASKED = {"right": NO_RIGHT, "law": NO_LAW, "received": NO_DAY}


def left_out(draft: RequestDraft) -> tuple[Message, ...]:
    """What stands in the letter and is not the subject's; an officer may take it over."""
    others = [one for one in draft.read.found if one.kind in IDENTIFIER_FIELDS and one.whose is not Whose.SUBJECT]
    names = ", ".join(dict.fromkeys(one.value for one in others))
    return (message("warning.left-out", names=names),) if names else ()


def photo_warnings(draft: RequestDraft) -> tuple[Message, ...]:
    """A sentence for each photo that is left out although others serve, and for each weak one that serves."""
    found = []
    for photo in draft.photos:
        try:
            photo.require_choice()
        except DeskError as error:
            found.append(message("warning.photo-unused", why=error.message))
            continue
        face = photo.faces[(photo.chosen or 1) - 1]
        found += [message("warning.photo-weak", name=photo.name, advice=advice(flaw)) for flaw in face.flaws]
    return tuple(found)
