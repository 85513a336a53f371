"""A case from acts made by hand: what the review is shown without indexes, letters or photos."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from dsr_desk.app.case.review_content import band
from dsr_desk.app.case.review_list import LAID_OUT, laid_out
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.core.findings import Candidate, Pile, Reason, ReasonKind, SearchResult, Verdict
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.message import message

ADA, BEN, CLEO = "a passphrase for tests", "the passphrase of Ben", "the passphrase of Cleo"
PLAN = "ab" * 32
INDEX = "c0ffee"


def candidate(number: int, *, expected: float | None = None) -> Candidate:
    """A photo of a face with so many `expected` strangers; without, a record."""
    photo = expected is not None
    reason = Reason(
        ReasonKind.FACE,
        0.9,
        message("reason.face", strangers=expected, faces=1000),
        face=0,
        expected_strangers=expected,
    )
    if not photo:
        reason = Reason(
            ReasonKind.RECORD,
            1.0,
            message(
                "reason.identifier.same",
                kind=message("identifier.e-mail"),
                where=message("where.column", column="mail"),
            ),
        )
    return Candidate(
        address=ItemAddress("portraits", "photos", f"{number}.jpg", f"{number:064x}"),
        kind=ItemKind.PHOTO if photo else ItemKind.RECORD,
        dataset_version="portraits@1",
        index="portraits",
        reasons=(reason,),
        face=0 if photo else None,
    )


def open_case(desk: Desk, *, right: str = "erasure", ref: str = "2026-001", verified: bool = True) -> str:
    desk.open_case(Draft(Kind.RECEIVED, {"ref": ref, "faces": False, "channel": "text"}, {"letter": None}))
    say_facts(desk, ref, right=right)
    if verified:
        identify(desk, ref)
    return ref


def say_facts(desk: Desk, ref: str, *, right: str = "erasure", identifiers: str = "x") -> str:
    """Returns the digest of the act."""
    said = {"right": right, "law": "eu-gdpr", "received": "2026-11-01", "due": "2026-12-01"}
    desk.act(Draft(Kind.CONFIRMED, {**said, "identifiers": desk.name(ref, identifiers)}, {"found": []}), ref)
    return str(desk.case(ref).facts[-1]["act"])


def identify(desk: Desk, ref: str, result: str = "verified") -> None:
    desk.act(Draft(Kind.IDENTITY, {"result": result, "photo": False, "acting": False}, {"method": "call"}), ref)


def search(desk: Desk, ref: str, *found: Candidate, purpose: str = "search") -> None:
    result = SearchResult(found, Pile(10, len(found)), (), 0, len(found), (message("statement.whole"),))
    said = {
        "purpose": purpose, "faces": 0, "records": len(found), "complete": True, "expected": "10",
        "facts": desk.case(ref).facts[-1]["act"], "references": [], "indexes": {desk.name(ref, INDEX): 1},
    }  # fmt: skip
    ordered = sorted(found, key=lambda one: (band(one), desk.name(ref, one.id)))
    rows = [
        Row(desk.name(ref, one.id), one.kind.value, {"id": one.id, "candidate": codec.plain(one)}) for one in ordered
    ]
    kept = {"result": codec.plain(replace(result, candidates=())), "searched": [], LAID_OUT: laid_out(ordered)}
    desk.act(Draft(Kind.SEARCHED, said, kept, rows if purpose == "search" else None), ref)


def searched(desk: Desk, ref: str) -> dict[str, int]:
    """Generations of the indexes as this round's last search saw them: nothing has changed in them since."""
    return dict(next(one["indexes"] for one in reversed(desk.case(ref).searches) if one["purpose"] == "search"))


def plan(desk: Desk, ref: str, *found: Candidate) -> None:
    indexes = searched(desk, ref)
    parts = parts_of(desk.case(ref), desk.vault.policy)
    rows = [Row(desk.name(ref, one.id), "erase", {"id": one.id, "action": "a01"}) for one in found]
    said = {"plan": PLAN, "parts": parts, "indexes": indexes, "actions": 1}
    desk.act(Draft(Kind.PLANNED, said, {"plan": {}}, rows, basis_of(parts, indexes)), ref)


def approve(desk: Desk, ref: str) -> None:
    in_force = desk.case(ref).plan
    assert in_force is not None
    said = {"plan": PLAN, "indexes": searched(desk, ref)}
    desk.act(Draft(Kind.APPROVED, said, {}, None, in_force["basis"]), ref)


def begin(desk: Desk, ref: str, action: str = "a01") -> None:
    in_force = desk.case(ref).plan
    assert in_force is not None
    said = {"plan": PLAN, "action": action, "kind": "erase-items", "indexes": searched(desk, ref)}
    desk.act(Draft(Kind.BEGUN, said, {"before": {}}, None, in_force["basis"]), ref)


def run(desk: Desk, ref: str, *found: Candidate, action: str = "a01") -> None:
    """Erases them, and reads back that they are gone."""
    begin(desk, ref, action)
    gone = [Row(desk.name(ref, one.id), "gone", {"id": one.id}) for one in found]
    outcome = {"plan": PLAN, "action": action, "kind": "erase-items", "state": "done", "by": "here", "indexes": {}}
    desk.act(Draft(Kind.OUTCOME, {**outcome, "seen": {"gone": len(found)}}, {"notes": []}, gone), ref)
    read = {"plan": PLAN, "seen": "gone", "items": {"gone": len(found)}, "indexes": {}}
    desk.act(Draft(Kind.READ_BACK, read, {"result": {}}, gone), ref)


def erase(desk: Desk, ref: str, *found: Candidate) -> None:
    plan(desk, ref, *found)
    approve(desk, ref)
    run(desk, ref, *found)


def more_officers(desk: Desk) -> None:
    """Ben and Cleo beside Ada, who stays."""
    desk.vault.add_officer("Ben", BEN)
    desk.vault.add_officer("Cleo", CLEO)


@contextmanager
def acting(desk: Desk, passphrase: str) -> Iterator[None]:
    """Another officer at the same computer, for a while; then Ada again."""
    desk.switch_officer(passphrase)
    try:
        yield
    finally:
        desk.switch_officer(ADA)


def verdicts(desk: Desk, ref: str) -> dict[str, Verdict]:
    """Verdict in force by item id."""
    from dsr_desk.app.case import review

    return {one.address.id: one.verdict for one in review.decisions(desk, ref)}
