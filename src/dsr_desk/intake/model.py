"""What reading a request gives, and what can be wrong with its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Law, Request, Right

MAX_BYTES = 100 * 1024 * 1024

NO_PHOTO = message("note.intake.no-photo")
"""The warning of a request without a reference photo; whoever adds one drops it."""

NO_RIGHT = message("note.intake.no-right")
NO_LAW = message("note.intake.no-law")
NO_DAY = message("note.intake.no-day")


class RequestUnreadable(DeskError):
    code = "REQUEST-UNREADABLE"
    happened = "{name} cannot be read as a request: {why}."
    means = "No case was opened; nothing was changed."
    todo = "Ask for the letter again, or paste its text into a new case."


class RequestFormatUnknown(DeskError):
    code = "REQUEST-FORMAT-UNKNOWN"
    happened = "{name} is not a kind of request that is understood: {why}."
    means = "No case was opened; nothing was changed."
    todo = "Save it as .eml, PDF or plain text, or paste its text into a new case."


class RequestTooLarge(DeskError):
    code = "REQUEST-TOO-LARGE"
    happened = "{name} is larger than {limit} MB."
    means = "No case was opened; nothing was read."
    todo = "Save the letter without its largest attachments and add the reference photos by themselves."


class RequestEmpty(DeskError):
    code = "REQUEST-EMPTY"
    happened = "{name} holds no text and no photo."
    means = "No case was opened; nothing was changed."
    todo = "Choose the letter itself, or paste its text into a new case."


class RequestsSeveral(DeskError):
    code = "REQUEST-SEVERAL"
    happened = "{name} holds {count} requests."
    means = "A case is about one person; no case was opened."
    todo = "Choose one of its people; by command: list them with case read, open each with case new --person N."
    intakes: tuple[Intake, ...] = ()
    """The requests, as they were read."""


class RequestPersonUnknown(DeskError):
    code = "REQUEST-PERSON-UNKNOWN"
    happened = "{name} holds no request number {person}: it holds {count}."
    means = "No case was opened; nothing was changed."
    todo = "List its people with case read, and give one of their numbers."


@dataclass(frozen=True)
class AttachedPhoto:
    """A photo that came with a request; `name` is a bare file name, `data` its bytes as they came."""

    name: str
    data: bytes


class Voice(StrEnum):
    """Who wrote a passage of a letter."""

    WRITER = "writer"
    """Whoever sent the request: the person herself, or who acts for her."""
    FORM = "form"
    """A program that wrote down what the person entered in a form."""
    HOUSE = "house"
    """The organisation: an answer that is quoted, a colleague who passes the letter on."""
    OTHER = "other"
    """Anybody else who is quoted."""


@dataclass(frozen=True)
class Passage:
    """Text that one voice wrote. `where` is the part of the file, `line` the number of its first line there, from 1."""

    where: Message
    text: str
    voice: Voice = Voice.WRITER
    line: int = 1


@dataclass(frozen=True)
class House:
    """What an organisation calls its own and is therefore no requester's; all of it may be unknown.

    `domains` hold for their subdomains too. `zone` (IANA) decides on which day something arrived, `country` (ISO 3166,
    two letters) how telephone numbers and dates without a country are read. `agents` are the pinned keys of
    authorised agents: Ed25519, hex, by agent id.
    """

    name: str = ""
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    zone: str = ""
    country: str = ""
    agents: Mapping[str, str] = field(default_factory=dict)


NO_HOUSE = House()
"""Nothing is known of the organisation."""


@dataclass(frozen=True)
class LetterPage:
    """A page without text, as a picture (PNG): `name` says which page of which file."""

    name: Message
    data: bytes


@dataclass(frozen=True)
class Intake:
    """One request as read, its reference photos, and what could not be read or is missing. `letter`: its file.

    `pages` are to be read by a person: there is no text in them.
    """

    request: Request
    photos: tuple[AttachedPhoto, ...] = ()
    warnings: tuple[Message, ...] = ()
    letter: bytes = field(default=b"", repr=False)
    pages: tuple[LetterPage, ...] = ()


def missing(right: Right, law: Law, received: date | None) -> list[Message]:
    """What a case needs and nobody said."""
    asked = ((NO_RIGHT, right is Right.UNKNOWN), (NO_LAW, law is Law.UNKNOWN), (NO_DAY, received is None))
    return [warning for warning, lacks in asked if lacks]


@dataclass(frozen=True)
class Format:
    """A request format. `recognises` looks at file name and first bytes; `read` gets all bytes, the name, the house.

    Registered in `dsr_desk.intake.registry.FORMATS`.
    """

    name: str
    recognises: Callable[[str, bytes], bool]
    read: Callable[[bytes, str, House], list[Intake]]
