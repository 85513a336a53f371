"""Review: what search proposed, and what the officer says about each candidate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.cases import require_open, set_state
from dsr_desk.app.desk import Desk
from dsr_desk.app.indexing import opened
from dsr_desk.core import codec
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Decision, Hit, Verdict
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.requests import CaseState
from dsr_desk.datasets.registry import reopen
from dsr_desk.faces.decode import viewable
from dsr_desk.storage.clock import now


class CandidateMissing(DeskError):
    code = "REVIEW-NO-CANDIDATE"
    happened = "Case {case} has no candidate {item}."
    means = "Nothing was decided."
    todo = "List the candidates of the case and give one of their ids."


class ReviewClosed(DeskError):
    code = "REVIEW-CLOSED"
    happened = "The deletion plan of case {case} is approved."
    means = "Decisions are part of what was approved, so nothing was changed."
    todo = "Withdraw the plan while it has not run. After that, search again and decide on what is new."


class NothingToUndo(DeskError):
    code = "REVIEW-NOTHING-TO-UNDO"
    happened = "There is no decision to undo in case {case}."
    means = "Nothing was changed."
    todo = "Go on with the review."


@dataclass(frozen=True)
class ReviewItem:
    """A candidate at its place in the review (from 1) with the decision in force, if there is one."""

    number: int
    candidate: Candidate
    decision: Decision | None


def review_items(desk: Desk, ref: str) -> list[ReviewItem]:
    """All candidates of a case in the order of review."""
    decided = {decision.address.id: decision for decision in decisions(desk, ref)}
    rows = desk.vault.db.query("SELECT item, content FROM candidates WHERE case_ref = ? ORDER BY position", [ref])
    return [
        ReviewItem(number, codec.from_text(row["content"], Candidate), decided.get(row["item"]))
        for number, row in enumerate(rows, start=1)
    ]


def decisions(desk: Desk, ref: str) -> list[Decision]:
    """Decisions in force, oldest first."""
    rows = desk.vault.db.query("SELECT * FROM decisions WHERE case_ref = ? AND undone IS NULL ORDER BY id", [ref])
    return [_decision(row) for row in rows]


def hits(desk: Desk, ref: str) -> list[Hit]:
    """Candidates that were decided to be the same person."""
    return [
        Hit(item.candidate, item.decision)
        for item in review_items(desk, ref)
        if item.decision is not None and item.decision.verdict is Verdict.SAME
    ]


def get_candidate(desk: Desk, ref: str, item: str) -> Candidate:
    """Raises CandidateMissing."""
    row = desk.vault.db.conn.execute(
        "SELECT content FROM candidates WHERE case_ref = ? AND item = ?", [ref, item]
    ).fetchone()
    if row is None:
        raise CandidateMissing(case=ref, item=item)
    return codec.from_text(row[0], Candidate)


def decide(desk: Desk, ref: str, item: str, verdict: Verdict, reason: str = "") -> Change:
    """The officer's word on one candidate; replaces an earlier one. Raises ReviewClosed, CandidateMissing."""
    _require_reviewable(desk, ref)
    candidate = get_candidate(desk, ref, item)
    crop = face_crop(desk, candidate)
    with desk.vault.transaction() as db:
        earlier = db.conn.execute(
            "SELECT id FROM decisions WHERE case_ref = ? AND item = ? AND undone IS NULL", [ref, item]
        ).fetchone()
        if earlier is not None:
            db.table("decisions").update(earlier[0], {"undone": now()})
        db.table("decisions").insert(
            {
                "case_ref": ref,
                "item": item,
                "address": codec.to_text(candidate.address),
                "face": candidate.face,
                "verdict": verdict.value,
                "officer": desk.vault.officer_key,
                "time": now(),
                "reason": reason,
                "crop": crop,
                "supersedes": earlier[0] if earlier else None,
                "undone": None,
            }
        )
        settle_state(desk, ref)
        return desk.record(
            "decided",
            [Topic.REVIEW, Topic.MODELS, Topic.CASES],
            case=ref,
            body={"item": item, "verdict": verdict.value},
            undo=f"decision “{verdict.value}”",
            subject=item,
        )


def undo_last(desk: Desk, ref: str) -> Change:
    """Takes the newest decision back; the one that it replaced is in force again. Raises NothingToUndo."""
    _require_reviewable(desk, ref)
    with desk.vault.transaction() as db:
        row = db.conn.execute(
            "SELECT id, item, supersedes FROM decisions WHERE case_ref = ? AND undone IS NULL ORDER BY id DESC LIMIT 1",
            [ref],
        ).fetchone()
        if row is None:
            raise NothingToUndo(case=ref)
        db.table("decisions").update(row[0], {"undone": now()})
        if row[2] is not None:
            db.table("decisions").update(row[2], {"undone": None})
        settle_state(desk, ref)
        return desk.record(
            "decision-undone",
            [Topic.REVIEW, Topic.MODELS, Topic.CASES],
            case=ref,
            body={"item": row[1]},
            subject=row[1],
        )


def refuse_link(desk: Desk, ref: str, item: str, linked_item: str) -> Change:
    """A link that does not hold: it proposes nothing in later searches of this case."""
    _require_reviewable(desk, ref)
    get_candidate(desk, ref, item)
    with desk.vault.transaction() as db:
        row = {"case_ref": ref, "item": item, "linked_item": linked_item}
        db.table("refused_links").insert(row, ignore=True)
        return desk.record("link-refused", [Topic.REVIEW], case=ref, body={"item": item, "linked": linked_item})


def accept_link(desk: Desk, ref: str, item: str, linked_item: str) -> Change:
    """Takes the refusal of a link back: later searches of this case follow it again."""
    _require_reviewable(desk, ref)
    with desk.vault.transaction() as db:
        db.conn.execute(
            "DELETE FROM refused_links WHERE case_ref = ? AND item = ? AND linked_item = ?", [ref, item, linked_item]
        )
        return desk.record("link-accepted", [Topic.REVIEW], case=ref, body={"item": item, "linked": linked_item})


def refused_links(desk: Desk, ref: str) -> frozenset[tuple[str, str]]:
    rows = desk.vault.db.conn.execute("SELECT item, linked_item FROM refused_links WHERE case_ref = ?", [ref])
    return frozenset((row[0], row[1]) for row in rows)


def show_scores_early(desk: Desk, ref: str, item: str) -> Change:
    """Journals that the score was looked at before deciding."""
    with desk.vault.transaction():
        return desk.record("score-shown", [], case=ref, body={"item": item})


def face_crop(desk: Desk, candidate: Candidate) -> bytes | None:
    """JPEG of the face compared, from the index; None for records, and where the index has none or is not there."""
    if candidate.kind is not ItemKind.PHOTO or candidate.face is None:
        return None
    with suppress(DeskError):
        return opened(desk, candidate.index).thumbnail(candidate.id, candidate.face)
    return None


def whole_photo(desk: Desk, candidate: Candidate) -> bytes | None:
    """The stored photo, read where it lies, as a window shows it; None where it cannot be reached or has no pixels."""
    try:
        item = opened(desk, candidate.index).item(candidate.id)
        if item is None or item.kind is not ItemKind.PHOTO:
            return None
        container = reopen(item.format, item.path, item.address.container)
        data = container.read(item.address.member, item.address.digest, item.address.occurrence, item.hint)
        return viewable(data, item.orientation)
    except (DeskError, OSError):
        return None


def record_fields(desk: Desk, candidate: Candidate) -> dict[str, str]:
    """Column and value of a record; for a photo those of the first record that it is linked to, if there is one.

    None where the index is not there any more.
    """
    try:
        index = opened(desk, candidate.index)
    except DeskError:
        return {}
    linked = [reason.linked_item for reason in candidate.reasons if reason.linked_item]
    for item_id in (candidate.id, *linked):
        item = index.item(item_id)
        if item is not None and item.kind is ItemKind.RECORD:
            return index.fields(item.row)
    return {}


def settle_state(desk: Desk, ref: str) -> None:
    """Reviewed once every candidate is decided and none is unsure."""
    open_count = desk.vault.db.conn.execute(
        "SELECT count(*) FROM candidates c LEFT JOIN decisions d ON d.case_ref = c.case_ref AND d.item = c.item "
        "AND d.undone IS NULL WHERE c.case_ref = ? AND (d.verdict IS NULL OR d.verdict = 'unsure')",
        [ref],
    ).fetchone()[0]
    set_state(desk, ref, CaseState.SEARCHED if open_count else CaseState.REVIEWED)


def _require_reviewable(desk: Desk, ref: str) -> None:
    if require_open(desk, ref).state in (CaseState.APPROVED, CaseState.DELETED, CaseState.READ_BACK):
        raise ReviewClosed(case=ref)


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(
        case=row["case_ref"],
        address=codec.from_text(row["address"], ItemAddress),
        face=row["face"],
        verdict=Verdict(row["verdict"]),
        officer=row["officer"],
        decided=row["time"],
        reason=row["reason"],
    )
