"""Cases: from a letter and photos to a case with a clock and an identity check; `app.ending` ends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dsr_desk.app.case.drafts import (
    DayUnsaid,
    LawUnsaid,
    LetterWithoutPhoto,
    NothingToSearchBy,
    RequestDraft,
    RequestIsOrder,
    SignatureFails,
)
from dsr_desk.app.case.letters import taken_apart
from dsr_desk.app.case.references import ReferenceFace, ReferencePhoto, reference_draft
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.keeping import numbers_given
from dsr_desk.core import acts, codec
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import Deadline, Place, Stop
from dsr_desk.core.errors import DeskError
from dsr_desk.core.facts import Facts, clock_of, facts_draft, union
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.requests import (
    CaseState,
    Channel,
    Found,
    FoundKind,
    IdentityCheck,
    IdentityResult,
    Law,
    Request,
    Right,
)
from dsr_desk.intake.drp import FAILED_SIGNATURE


class IdentityEmpty(DeskError):
    code = "CASE-IDENTITY-EMPTY"
    happened = "The identity check lacks its method or how it is known that the photo shows the requester."
    means = "Both are part of the evidence. Nothing was recorded."
    todo = "Give both in a few words, without the document's number."


@dataclass(frozen=True)
class PhotoOfCase:
    """A stored reference photo. `face` is the chosen face's number, None while a choice is open."""

    id: int
    name: str
    digest: str
    faces: tuple[ReferenceFace, ...]
    face: int | None
    destroyed: str | None

    @property
    def box_chosen(self) -> ReferenceFace | None:
        return next((face for face in self.faces if face.number == self.face), None)


@dataclass(frozen=True)
class CaseView:
    """A case as screens and commands show it. `request` is as the newest version of the facts has it."""

    ref: str
    state: CaseState
    round: int
    version: int
    right: Right
    law: Law
    channel: Channel
    received: date
    due: date
    deadline: Deadline
    request: Request
    identifiers: Identifiers
    photos: tuple[PhotoOfCase, ...]
    identity: IdentityCheck | None
    searches_faces: bool
    opened: str
    closed: str | None
    end_reason: str
    forgotten: str | None = None
    """When (UTC) all that it held was destroyed."""
    is_order: bool = False
    answered: date | None = None
    extended: date | None = None
    stops: tuple[Stop, ...] = ()

    def days_left(self, today: date) -> int:
        """Until the answer is due; once the person was answered, how many days before it was due that was."""
        return (self.due - (self.answered or today)).days


@dataclass(frozen=True)
class FactsVersion:
    """One version of the facts: what it says, who said it when (UTC), and where in the log. `number` counts from 1.

    `proposed` is what nobody stands for as a whole: what the program read, and that with what an officer corrected.
    """

    number: int
    proposed: bool
    facts: Facts
    due: date
    found: tuple[Found, ...]
    officer: str
    time: str
    entry: int


def open_case(
    desk: Desk,
    draft: RequestDraft,
    *,
    confirmed: bool = False,
    without_photo: bool = False,
    place: Place | None = None,
    although_signature_fails: bool = False,
    today: date | None = None,
) -> tuple[CaseView, Change]:
    """Opens a case. Photos that cannot serve are kept out and named in the draft's warnings by `photo_warnings`.

    `confirmed`: whether an officer saw what was understood and stands for it; else nothing is searched before she does.
    `place` is where public holidays count for this case, the vault's own if none is given. A request whose agent's
    signature does not hold is opened only with `although_signature_fails`.

    Raises LawUnsaid, DayUnsaid, RequestIsOrder, SignatureFails, LetterWithoutPhoto, NothingToSearchBy, or what keeps
    the only photo from being used.
    """
    law, arrived = draft.request.law, draft.request.received
    if law is Law.ORDER:
        raise RequestIsOrder()
    if signature_fails(draft) and not although_signature_fails:
        raise SignatureFails()
    if law is Law.UNKNOWN:
        raise LawUnsaid()
    if arrived is None:
        raise DayUnsaid()
    usable = [photo for photo in draft.photos if photo.usable]
    if not usable and not without_photo:
        if not draft.photos:
            raise LetterWithoutPhoto()
        draft.photos[0].require_choice()
    if not usable and draft.request.identifiers.is_empty():
        raise NothingToSearchBy()
    where = place or usual_place(law, desk.place)
    said = Facts(draft.request.right, law, arrived, draft.request.identifiers, where)
    read, given = _read(draft.read, said, desk.vault.officer_key)
    with desk.vault.transaction():
        ref = case_number(desk, today or arrived)
        received = acts.Draft(
            Kind.RECEIVED,
            {"ref": ref, "channel": draft.read.channel.value, "faces": bool(usable)},
            {
                "request": codec.plain(draft.read),
                "letter": taken_apart(draft.letter, [one.data for one in usable]) if draft.letter else None,
            },
        )
        desk.open_case(received)
        change = _say(desk, ref, Kind.PROPOSED, read, [*draft.read.found, *given], typed_by="")
        if said != read or confirmed:
            kind = Kind.CONFIRMED if confirmed else Kind.PROPOSED
            change = _say(desk, ref, kind, said, [*draft.read.found, *given], typed_by=desk.vault.officer_key)
        _add(desk, ref, usable)
    return show_case(desk, ref), change


def signature_fails(draft: RequestDraft) -> bool:
    """Whether an agent sent it whose signature does not hold with the key that is known of that agent."""
    return FAILED_SIGNATURE in {one.says.code for one in draft.read.checks}


def case_number(desk: Desk, day: date) -> str:
    """The next number of a year: none is given twice."""
    year = str(day.year)
    return f"{year}-{numbers_given(desk).get(year, 0) + 1:03d}"


def add_photos(desk: Desk, ref: str, photos: Sequence[ReferencePhoto]) -> Change | None:
    """Adds reference photos to an open case, each once; None where all were there before.

    Raises what keeps one of them from being used.
    """
    for photo in photos:
        photo.require_choice()
    with desk.vault.transaction():
        return _add(desk, ref, photos)


def edit_request(
    desk: Desk,
    ref: str,
    *,
    right: Right,
    law: Law,
    received: date,
    identifiers: Identifiers,
    place: Place | None = None,
) -> Change:
    """What the officer confirmed, as a new version of the facts; the clock is computed again.

    `place` stays as it is where none is given; `usual_place` is the one of a case of which nobody says it.
    """
    before = facts_versions(desk, ref)[-1].facts
    after = Facts(right, law, received, identifiers, place or before.place, before.extended, before.stops)
    return say_facts(desk, ref, after)


def say_facts(desk: Desk, ref: str, facts: Facts, why: str = "") -> Change:
    """A new version of the facts, as an officer's word; `why` is her reason for a change of the clock."""
    with desk.vault.transaction():
        read = desk.values(desk.case(ref).opened[2]).get("request")  # whether anybody kept what was read or not
        found = list(codec.restore(read, Request).found) if read else []
        found += [one for version in facts_versions(desk, ref) for one in version.found]
        return _say(desk, ref, Kind.CONFIRMED, facts, found, why, typed_by=desk.vault.officer_key)


def record_identity(
    desk: Desk, ref: str, *, method: str, photo_shows_requester: str, verified: bool = True, acting_for: str = ""
) -> Change:
    """Records the check, not the document. `acting_for` says who acts for the person and on what authority.

    Raises IdentityEmpty.
    """
    with desk.vault.transaction():
        method, shows, acting = method.strip(), photo_shows_requester.strip(), acting_for.strip()
        if not method or (verified and desk.case(ref).faces and not shows):
            raise IdentityEmpty()
        result = IdentityResult.VERIFIED if verified else IdentityResult.NOT_VERIFIED
        said = {"result": result.value, "photo": bool(shows), "acting": bool(acting)}
        fields = {"method": method, "photo_shows_requester": shows, "acting_for": acting}
        return desk.act(acts.Draft(Kind.IDENTITY, said, fields), ref)


def show_case(desk: Desk, ref: str) -> CaseView:
    """Raises CaseMissing."""
    with desk.reading(ref) as case:
        version = facts_versions(desk, ref)[-1]
        facts, values = version.facts, desk.values(version.entry)
        return CaseView(
            ref=ref,
            state=case.state(desk.vault.roster),
            round=case.number,
            version=version.number,
            right=facts.right,
            law=facts.law,
            channel=Channel(case.channel),
            received=facts.received,
            due=version.due,
            deadline=_deadline(facts, values),
            request=_request(desk, case, version),
            identifiers=facts.identifiers,
            photos=tuple(_photos(desk, case)),
            identity=_identity(desk, case),
            searches_faces=case.faces,
            opened=case.opened[0],
            closed=case.ended["time"] if case.ended else None,
            end_reason=str(desk.values(case.ended["seq"]).get("reason", "")) if case.ended else "",
            forgotten=next((one["time"] for one in case.forgotten if one["what"] == "case"), None),
            is_order=case.is_order,
            answered=date.fromisoformat(case.answered) if case.answered else None,
            extended=facts.extended,
            stops=facts.stops,
        )


def facts_versions(desk: Desk, ref: str) -> list[FactsVersion]:
    """Every version of the facts, the oldest first: the last one is in force. Raises CaseMissing."""
    with desk.reading(ref) as case:
        return [_version(desk, number, said) for number, said in enumerate(case.facts, start=1)]


def searched_identifiers(desk: Desk, ref: str) -> Identifiers:
    """Every identifier that any search of the case looked for, whatever the facts say now."""
    with desk.reading(ref) as case:
        used = {one["facts"] for one in case.searches if one["purpose"] == "search"}
        versions = zip(case.facts, facts_versions(desk, ref), strict=True)
        return union(one.facts.identifiers for said, one in versions if said["act"] in used)


def searched_references(desk: Desk, ref: str) -> list[int]:
    """Numbers of the reference photos that any search of the case compared, destroyed ones included."""
    with desk.reading(ref) as case:
        return sorted({number for one in case.searches for number in one["references"]})


def reference_bytes(desk: Desk, ref: str, photo: int) -> bytes | None:
    """A stored reference photo by its number; None once it was destroyed, or where there is none of this number."""
    with desk.reading(ref) as case:
        said = next((one for one in case.references if one["n"] == photo), None)
        return desk.vault.log.blob(desk.values(said["seq"])["photo"]) if said is not None else None


def usual_place(law: Law, own: Place) -> Place:
    """Whose public holidays count for a law where nobody says: the country's whose law it is, else the vault's."""
    return Place("GB") if law is Law.UK_GDPR and own.country != "GB" else own


def _read(read: Request, said: Facts, officer: str) -> tuple[Facts, list[Found]]:
    """The facts as they were read. Law and day that could not be read are the officer's, and noted as typed by her."""
    given: list[Found] = []
    law, received = read.law, read.received
    if law in (Law.UNKNOWN, Law.ORDER):
        law = said.law
        given.append(Found(FoundKind.LAW, law.value, None, officer))
    if received is None:
        received = said.received
        given.append(Found(FoundKind.RECEIVED, received.isoformat(), None, officer))
    return Facts(read.right, law, received, read.identifiers, said.place), given


def _say(
    desk: Desk, ref: str, kind: Kind, facts: Facts, found: Sequence[Found], why: str = "", *, typed_by: str
) -> Change:
    return desk.act(facts_draft(kind, facts, found, key=desk.key(ref), typed_by=typed_by, why=why), ref)


def _add(desk: Desk, ref: str, photos: Sequence[ReferencePhoto]) -> Change | None:
    case, change = desk.case(ref), None
    there = {one.digest for one in _photos(desk, case) if not one.destroyed}
    for photo in photos:
        if photo.digest in there:
            continue
        there.add(photo.digest)
        stored = desk.vault.log.put_blob(case.id, photo.data)
        change = desk.act(reference_draft(photo, len(case.references) + 1, stored), ref)
    return change


def _version(desk: Desk, number: int, said: dict[str, Any]) -> FactsVersion:
    values = desk.values(said["seq"])
    identifiers = codec.restore(values.get("identifiers", {}), Identifiers)
    return FactsVersion(
        number=number,
        proposed=said["kind"] == Kind.PROPOSED.value,
        facts=Facts(
            Right(said["right"]),
            Law(said["law"]),
            date.fromisoformat(said["received"]),
            identifiers,
            *clock_of(said, desk.place),
        ),
        due=date.fromisoformat(said["due"]),
        found=codec.restore(values.get("found", []), tuple[Found, ...]),
        officer=said["officer"],
        time=said["time"],
        entry=said["seq"],
    )


def _deadline(facts: Facts, values: dict[str, Any]) -> Deadline:
    """As it was signed; computed again where its value was forgotten."""
    if "deadline" not in values:
        return facts.deadline
    return codec.restore(values["deadline"], Deadline)


def _request(desk: Desk, case: Case, version: FactsVersion) -> Request:
    values = desk.values(case.opened[2])
    read = codec.restore(values["request"], Request) if "request" in values else Request(Channel(case.channel), ())
    facts, by = version.facts, "" if version.proposed else version.officer
    return replace(
        read, right=facts.right, law=facts.law, received=facts.received, found=version.found, confirmed_by=by
    )


def _photos(desk: Desk, case: Case) -> Iterator[PhotoOfCase]:
    for said in case.references:
        values = desk.values(said["seq"])
        yield PhotoOfCase(
            id=said["n"],
            name=values.get("name", ""),
            digest=values["photo"]["digest"] if "photo" in values else "",
            faces=codec.restore(values.get("faces", []), tuple[ReferenceFace, ...]),
            face=said["face"],
            destroyed=said["destroyed"] or None,
        )


def _identity(desk: Desk, case: Case) -> IdentityCheck | None:
    said = case.identity
    if said is None:
        return None
    values = desk.values(said["seq"])
    return IdentityCheck(
        method=values.get("method", ""),
        result=IdentityResult(said["result"]),
        photo_shows_requester=values.get("photo_shows_requester", ""),
        officer=said["officer"],
        checked=said["time"],
        acting_for=values.get("acting_for", ""),
    )
