"""What arrived and who checked the person behind it: requests, identity checks, states of a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import Message, message


class Right(StrEnum):
    """What is asked for. UNKNOWN until an officer says; nothing is done for an unknown right."""

    ERASURE = "erasure"
    ACCESS = "access"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    RECTIFICATION = "rectification"
    PORTABILITY = "portability"
    WITHDRAWAL = "withdrawal"
    OPT_OUT = "opt-out"
    UNKNOWN = "unknown"


class Law(StrEnum):
    """Under which law the clock runs. ORDER is a regulator's order about a dataset or a source."""

    EU_GDPR = "eu-gdpr"
    UK_GDPR = "uk-gdpr"
    CCPA = "ccpa"
    DROP = "drop"
    VIRGINIA = "virginia"
    TEXAS = "texas"
    COLORADO = "colorado"
    LGPD = "lgpd"
    PIPEDA = "pipeda"
    QUEBEC = "quebec"
    KOREA = "korea"
    BIPA = "bipa"
    ORDER = "order"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How the request came in."""

    EMAIL = "e-mail"
    PDF = "pdf"
    TEXT = "text"
    FORM = "form"
    OPENDSR = "opendsr"
    DRP = "drp"
    DROP = "drop"
    TABLE = "table"


class FoundKind(StrEnum):
    """What a finding in a letter is about."""

    NAME = "name"
    EMAIL = "e-mail"
    PHONE = "phone"
    USER_NAME = "user name"
    ACCOUNT_ID = "account id"
    DATE_OF_BIRTH = "date of birth"
    ADDRESS = "address"
    HASH = "hash"
    REFERENCE = "reference"
    RECEIVED = "received"
    SENT = "sent"
    RIGHT = "right"
    LAW = "law"
    PLACE = "place"


class Whose(StrEnum):
    """To whom something that stands in a letter belongs. Only the subject's is proposed to be searched for."""

    SUBJECT = "subject"
    AGENT = "agent"
    HOUSE = "house"
    OTHER = "other"


IDENTIFIER_FIELDS = {
    FoundKind.NAME: "names",
    FoundKind.EMAIL: "emails",
    FoundKind.PHONE: "phones",
    FoundKind.USER_NAME: "user_names",
    FoundKind.ACCOUNT_ID: "account_ids",
    FoundKind.DATE_OF_BIRTH: "dates_of_birth",
    FoundKind.ADDRESS: "addresses",
}


@dataclass(frozen=True)
class Found:
    """One thing known of a request, with the place it was read from.

    What an officer typed herself has no place, and her public key in `typed_by`. RECEIVED is a day on which the
    request arrived inside the house, SENT any other day that the file gives to a message; both in ISO form. PLACE is
    where the subject lives, as ISO 3166 has it (`GB`, `US-CA`).
    """

    kind: FoundKind
    value: str
    where: Message | None = None
    typed_by: str = ""
    whose: Whose = Whose.SUBJECT


@dataclass(frozen=True)
class OriginCheck:
    """Something that tells whether a request is genuine. `holds` is None where it could not be checked."""

    says: Message
    holds: bool | None = None


@dataclass(frozen=True)
class Request:
    """One person's request as it was read. `right`, `law` and `received` are proposals until `confirmed_by` is set.

    `received` is None where nothing in the file says when it arrived. `source` is the file's name, `digest` the
    SHA-256 (hex) of its bytes. `text` is the letter as read; it is personal data and belongs in the vault. `asked`
    are all rights that it exercises, in the order in which they are to be met, `right` among them; `declined` those
    that it says it does not. `checks` tell whether the request is genuine.
    """

    channel: Channel
    found: tuple[Found, ...]
    right: Right = Right.UNKNOWN
    law: Law = Law.UNKNOWN
    received: date | None = None
    source: str = ""
    digest: str = ""
    text: str = ""
    language: str = ""
    confirmed_by: str = ""
    asked: tuple[Right, ...] = ()
    declined: tuple[Right, ...] = ()
    checks: tuple[OriginCheck, ...] = ()

    @property
    def identifiers(self) -> Identifiers:
        """What was found about the subject, each value once, in the order found."""
        return identifiers_of(tuple(one for one in self.found if one.whose is Whose.SUBJECT))

    @property
    def reference(self) -> str:
        """The sender's own number for this request, "" where there is none."""
        return next((found.value for found in self.found if found.kind is FoundKind.REFERENCE), "")

    def where(self, kind: FoundKind, value: str = "") -> Message | None:
        """The places a thing was read from; None where it was not read."""
        return together(found.where for found in self.found if found.kind is kind and value in ("", found.value))

    def typed_by(self, kind: FoundKind, value: str = "") -> str:
        """Who typed a thing herself: a public key, "" where it was read."""
        found = (one.typed_by for one in self.found if one.kind is kind and value in ("", one.value))
        return next((officer for officer in found if officer), "")


def together(places: Iterable[Message | None]) -> Message | None:
    """Places as one, each once."""
    known = tuple(dict.fromkeys(place for place in places if place))
    return message("where.several", places=known) if len(known) > 1 else next(iter(known), None)


def identifiers_of(found: tuple[Found, ...]) -> Identifiers:
    """Identifiers from findings; other kinds of findings are left out."""
    values: dict[str, list[str]] = {}
    for one in found:
        field = IDENTIFIER_FIELDS.get(one.kind)
        if field is not None and one.value not in values.setdefault(field, []):
            values[field].append(one.value)
    return Identifiers(**{field: tuple(entries) for field, entries in values.items()})


class IdentityResult(StrEnum):
    VERIFIED = "verified"
    NOT_VERIFIED = "not-verified"


@dataclass(frozen=True)
class IdentityCheck:
    """How the requester was verified, without the document that was shown.

    `method` is a sentence ("video call with identity card"), `photo_shows_requester` says how it is known that the
    reference photo shows this very person, `acting_for` who acts on what authority where it is not the person.
    `checked` is a UTC timestamp.
    """

    method: str
    result: IdentityResult
    photo_shows_requester: str
    officer: str
    checked: str
    acting_for: str = ""

    @property
    def allows_record_search(self) -> bool:
        return self.result is IdentityResult.VERIFIED and bool(self.method.strip())


class CaseState(StrEnum):
    """Where a case stands. The last five end it; all of these but CLOSED need a reason in words."""

    NEW = "new"
    IDENTIFIED = "identified"
    SEARCHED = "searched"
    REVIEWED = "reviewed"
    PLANNED = "planned"
    APPROVED = "approved"
    DELETED = "deleted"
    READ_BACK = "read back"
    CLOSED = "closed"
    PARTLY_GRANTED = "partly-granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"

    @property
    def is_end(self) -> bool:
        return self in _ENDS

    @property
    def needs_reason(self) -> bool:
        return self in _ENDS and self is not CaseState.CLOSED


_ENDS = frozenset(
    {
        CaseState.CLOSED,
        CaseState.PARTLY_GRANTED,
        CaseState.REFUSED,
        CaseState.WITHDRAWN,
        CaseState.DUPLICATE,
    }
)
