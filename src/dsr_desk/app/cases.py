"""Cases: from a letter and photos to a case with a clock, an identity check and an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dsr_desk.app.desk import Desk
from dsr_desk.app.drafts import Draft
from dsr_desk.app.references import ReferenceFace, ReferencePhoto, store_reference
from dsr_desk.core import codec
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.deadlines import Deadline, answer_due
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.requests import CaseState, Channel, IdentityCheck, IdentityResult, Law, Request, Right
from dsr_desk.storage.clock import now


class CaseMissing(DeskError):
    code = "CASE-MISSING"
    happened = "There is no case {case} in this vault."
    means = "Nothing was done."
    todo = "List the cases and give one of their references."


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


class IdentityMissing(DeskError):
    code = "CASE-NO-IDENTITY"
    happened = "The identity check of case {case} is not recorded."
    means = "A search for an unverified person would be a tool for stalkers, so nothing was searched."
    todo = "Record how the requester was verified and how it is known that the photo shows this person."


class IdentityEmpty(DeskError):
    code = "CASE-IDENTITY-EMPTY"
    happened = "The identity check lacks its method or how it is known that the photo shows the requester."
    means = "Both are part of the evidence. Nothing was recorded."
    todo = "Give both in a few words, without the document's number."


class CaseOver(DeskError):
    code = "CASE-OVER"
    happened = "Case {case} is {state}."
    means = "Nothing in it was changed."
    todo = "Open a new case for what is asked now."


class ReasonMissing(DeskError):
    code = "CASE-REASON-MISSING"
    happened = "A case that ends as {state} needs a reason."
    means = "The requester must be told why. Nothing was changed."
    todo = "Give the reason in words."


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
    """A case as screens and commands show it."""

    ref: str
    state: CaseState
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

    def days_left(self, today: date) -> int:
        return (self.due - today).days


def open_case(
    desk: Desk, draft: Draft, *, without_photo: bool = False, today: date | None = None
) -> tuple[CaseView, Change]:
    """Opens a case. Photos that cannot serve are kept out and named in the draft's warnings by `photo_warnings`.

    Raises LetterWithoutPhoto, NothingToSearchBy, or what keeps the only photo from being used.
    """
    usable = [photo for photo in draft.photos if photo.usable]
    if not usable and not without_photo:
        if not draft.photos:
            raise LetterWithoutPhoto()
        draft.photos[0].require_choice()
    request = draft.request
    if not usable and request.identifiers.is_empty():
        raise NothingToSearchBy()
    law = Law.EU_GDPR if request.law is Law.UNKNOWN else request.law
    received = request.received or today or date.today()
    deadline = answer_due(law, received, desk.place)
    with desk.vault.transaction() as db:
        ref = _next_ref(desk, received.year if today is None else today.year)
        db.table("cases").insert(
            {
                "ref": ref,
                "state": CaseState.NEW.value,
                "right_asked": request.right.value,
                "law": law.value,
                "received": received.isoformat(),
                "due": deadline.due.isoformat(),
                "deadline": codec.to_text(deadline),
                "request": codec.to_text(request),
                "identifiers": codec.to_text(request.identifiers),
                "letter": draft.letter,
                "searches_faces": int(bool(usable)),
                "opened": now(),
                "closed": None,
            }
        )
        for photo in usable:
            store_reference(desk, ref, photo)
        change = desk.record(
            "case-opened",
            [Topic.CASES, Topic.CASE],
            case=ref,
            body={"right": request.right.value, "law": law.value, "photos": len(usable), "letter": request.digest},
        )
    return show_case(desk, ref), change


def add_photos(desk: Desk, ref: str, photos: Sequence[ReferencePhoto]) -> Change:
    """Adds reference photos to an open case. Raises what keeps one of them from being used."""
    require_open(desk, ref)
    for photo in photos:
        photo.require_choice()
    with desk.vault.transaction() as db:
        for photo in photos:
            store_reference(desk, ref, photo)
        db.table("cases").update(ref, {"searches_faces": 1})
        return desk.record("references-added", [Topic.CASE], case=ref, body={"photos": len(photos)})


def edit_request(desk: Desk, ref: str, *, right: Right, law: Law, received: date, identifiers: Identifiers) -> Change:
    """What the officer confirmed; the clock is computed again."""
    require_open(desk, ref)
    deadline = answer_due(law, received, desk.place)
    with desk.vault.transaction() as db:
        db.table("cases").update(
            ref,
            {
                "right_asked": right.value,
                "law": law.value,
                "received": received.isoformat(),
                "due": deadline.due.isoformat(),
                "deadline": codec.to_text(deadline),
                "identifiers": codec.to_text(identifiers),
            },
        )
        return desk.record(
            "request-confirmed", [Topic.CASES, Topic.CASE], case=ref, body={"right": right.value, "law": law.value}
        )


def record_identity(
    desk: Desk, ref: str, *, method: str, photo_shows_requester: str, verified: bool = True, acting_for: str = ""
) -> Change:
    """Records the check, not the document. `acting_for` says who acts for the person and on what authority.

    Raises IdentityEmpty.
    """
    view = require_open(desk, ref)
    if not method.strip() or (verified and view.searches_faces and not photo_shows_requester.strip()):
        raise IdentityEmpty()
    result = IdentityResult.VERIFIED if verified else IdentityResult.NOT_VERIFIED
    with desk.vault.transaction() as db:
        db.table("identity_checks").insert(
            {
                "case_ref": ref,
                "method": method.strip(),
                "result": result.value,
                "photo_shows_requester": photo_shows_requester.strip(),
                "officer": desk.vault.officer_key,
                "time": now(),
                "acting_for": acting_for.strip(),
            }
        )
        if verified and view.state is CaseState.NEW:
            set_state(desk, ref, CaseState.IDENTIFIED)
        return desk.record(
            "identity-checked", [Topic.CASES, Topic.CASE], case=ref, body={"result": result.name.lower()}
        )


def list_cases(desk: Desk) -> list[CaseView]:
    """All cases, open ones by due date first."""
    refs = desk.vault.db.conn.execute("SELECT ref FROM cases ORDER BY closed IS NOT NULL, due, ref").fetchall()
    return [show_case(desk, row[0]) for row in refs]


def show_case(desk: Desk, ref: str) -> CaseView:
    """Raises CaseMissing."""
    db = desk.vault.db
    row = next(db.query("SELECT * FROM cases WHERE ref = ?", [ref]), None)
    if row is None:
        raise CaseMissing(case=ref)
    request = codec.from_text(row["request"], Request)
    return CaseView(
        ref=ref,
        state=CaseState(row["state"]),
        right=Right(row["right_asked"]),
        law=Law(row["law"]),
        channel=request.channel,
        received=date.fromisoformat(row["received"]),
        due=date.fromisoformat(row["due"]),
        deadline=codec.from_text(row["deadline"], Deadline),
        request=request,
        identifiers=codec.from_text(row["identifiers"], Identifiers),
        photos=tuple(_photos(desk, ref)),
        identity=_identity(desk, ref),
        searches_faces=bool(row["searches_faces"]),
        opened=row["opened"],
        closed=row["closed"],
        end_reason=row["end_reason"],
    )


def reference_bytes(desk: Desk, photo: int) -> bytes | None:
    """A stored reference photo; None once it was destroyed."""
    row = desk.vault.db.conn.execute("SELECT photo FROM reference_photos WHERE id = ?", [photo]).fetchone()
    return row[0] if row else None


def require_open(desk: Desk, ref: str) -> CaseView:
    """The case, unless it has ended. Raises CaseMissing, CaseOver."""
    view = show_case(desk, ref)
    if view.state.is_end:
        raise CaseOver(case=ref, state=view.state.value)
    return view


def require_identity(desk: Desk, ref: str) -> CaseView:
    """The case, if its requester was verified. Raises IdentityMissing too."""
    view = require_open(desk, ref)
    check = view.identity
    if check is None or not check.allows_record_search or (view.searches_faces and not check.allows_face_search):
        raise IdentityMissing(case=ref)
    return view


def end_case(desk: Desk, ref: str, state: CaseState, reason: str = "") -> Change:
    """Ends a case and destroys its reference photos, which the journal records. Raises ReasonMissing."""
    require_open(desk, ref)
    if state.needs_reason and not reason.strip():
        raise ReasonMissing(state=state.value)
    with desk.vault.transaction() as db:
        count = destroy_references(desk, ref)
        db.table("cases").update(ref, {"state": state.value, "closed": now(), "end_reason": reason.strip()})
        return desk.record(
            "case-ended", [Topic.CASES, Topic.CASE], case=ref, body={"state": state.name.lower(), "references": count}
        )


def destroy_references(desk: Desk, ref: str) -> int:
    """Overwrites the reference photos in the vault; returns how many there were."""
    with desk.vault.transaction() as db:
        cursor = db.conn.execute(
            "UPDATE reference_photos SET photo = NULL, faces = '[]', destroyed = ? "
            "WHERE case_ref = ? AND destroyed IS NULL",
            [now(), ref],
        )
        return int(cursor.rowcount)


def set_state(desk: Desk, ref: str, state: CaseState) -> None:
    desk.vault.db.table("cases").update(ref, {"state": state.value})


def _next_ref(desk: Desk, year: int) -> str:
    row = desk.vault.db.conn.execute(
        "SELECT max(CAST(substr(ref, 6) AS INTEGER)) FROM cases WHERE ref LIKE ?", [f"{year}-%"]
    ).fetchone()
    return f"{year}-{(row[0] or 0) + 1:03d}"


def _photos(desk: Desk, ref: str) -> list[PhotoOfCase]:
    rows = desk.vault.db.query(
        "SELECT id, name, digest, faces, face, destroyed FROM reference_photos WHERE case_ref = ? ORDER BY id", [ref]
    )
    return [
        PhotoOfCase(
            row["id"],
            row["name"],
            row["digest"],
            codec.from_text(row["faces"], tuple[ReferenceFace, ...]),
            row["face"],
            row["destroyed"],
        )
        for row in rows
    ]


def _identity(desk: Desk, ref: str) -> IdentityCheck | None:
    rows = desk.vault.db.query("SELECT * FROM identity_checks WHERE case_ref = ? ORDER BY id DESC LIMIT 1", [ref])
    row = next(rows, None)
    if row is None:
        return None
    return IdentityCheck(
        method=row["method"],
        result=IdentityResult(row["result"]),
        photo_shows_requester=row["photo_shows_requester"],
        officer=row["officer"],
        checked=row["time"],
        acting_for=row["acting_for"],
    )
