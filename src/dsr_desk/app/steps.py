"""The six steps of a case, each with its state and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dsr_desk.app.cases import CaseView, show_case
from dsr_desk.app.desk import Desk
from dsr_desk.core.requests import CaseState


class Step(StrEnum):
    REQUEST = "request"
    SEARCH = "search"
    REVIEW = "review"
    MODELS = "models"
    DELETION = "deletion"
    EVIDENCE = "evidence"


class Stage(StrEnum):
    OPEN = "open"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True)
class StepState:
    """`says` is the line under the step: what is there, or what it waits for."""

    step: Step
    stage: Stage
    says: str


@dataclass(frozen=True)
class Counts:
    """Numbers of a case that the steps and the list of cases show."""

    searches: int
    candidates: int
    decided: int
    same: int
    unsure: int
    bundles: int


def counts(desk: Desk, ref: str) -> Counts:
    one = desk.vault.db.conn.execute
    searches = one("SELECT count(*) FROM searches WHERE case_ref = ? AND kind = 'search'", [ref]).fetchone()[0]
    row = one(
        "SELECT count(*), count(d.id), coalesce(sum(d.verdict = 'same'), 0), coalesce(sum(d.verdict = 'unsure'), 0) "
        "FROM candidates c LEFT JOIN decisions d ON d.case_ref = c.case_ref AND d.item = c.item AND d.undone IS NULL "
        "WHERE c.case_ref = ?",
        [ref],
    ).fetchone()
    bundles = one("SELECT count(*) FROM bundles WHERE case_ref = ?", [ref]).fetchone()[0]
    candidates, decided, same, unsure = row
    return Counts(searches, candidates, decided, same, unsure, bundles)


def steps(desk: Desk, ref: str) -> list[StepState]:
    """All six, in order."""
    view, number = show_case(desk, ref), counts(desk, ref)
    reviewed = number.searches > 0 and number.decided == number.candidates and not number.unsure
    return [
        _request(view),
        StepState(Step.SEARCH, *_search(view, number)),
        StepState(Step.REVIEW, *_review(number, reviewed)),
        StepState(
            Step.MODELS,
            Stage.DONE if reviewed else Stage.OPEN,
            "Follow from the hits" if reviewed else "Wait for review",
        ),
        StepState(Step.DELETION, *_deletion(view, reviewed)),
        StepState(Step.EVIDENCE, *_evidence(view, number)),
    ]


def next_step(desk: Desk, ref: str) -> Step | None:
    """The first step that is not done; None where the case has ended."""
    if show_case(desk, ref).state.is_end:
        return None
    return next((state.step for state in steps(desk, ref) if state.stage is not Stage.DONE), None)


def _request(view: CaseView) -> StepState:
    if view.identity is not None and view.identity.allows_record_search:
        return StepState(Step.REQUEST, Stage.DONE, "Read, identity confirmed")
    return StepState(Step.REQUEST, Stage.BEGUN, "Read, identity not checked")


def _search(view: CaseView, number: Counts) -> tuple[Stage, str]:
    if number.searches:
        return Stage.DONE, f"{number.candidates} candidate{'s' if number.candidates != 1 else ''}"
    identified = view.identity is not None and view.identity.allows_record_search
    return Stage.OPEN, "Not searched yet" if identified else "Waits for the identity check"


def _review(number: Counts, reviewed: bool) -> tuple[Stage, str]:
    if not number.searches:
        return Stage.OPEN, "Waits for search"
    said = f"{number.decided} of {number.candidates} decided"
    if number.unsure:
        said += f", {number.unsure} unsure"
    if reviewed:
        return Stage.DONE, said
    return (Stage.BEGUN if number.decided else Stage.OPEN), said


def _deletion(view: CaseView, reviewed: bool) -> tuple[Stage, str]:
    by_state = {
        CaseState.PLANNED: (Stage.BEGUN, "Planned, waits for approval"),
        CaseState.APPROVED: (Stage.BEGUN, "Approved, not run yet"),
        CaseState.DELETED: (Stage.BEGUN, "Run, not read back yet"),
        CaseState.READ_BACK: (Stage.DONE, "Run and read back"),
    }
    if view.state.is_end:
        return Stage.DONE, "The case has ended"
    return by_state.get(view.state, (Stage.OPEN, "Not planned yet" if reviewed else "Waits for review"))


def _evidence(view: CaseView, number: Counts) -> tuple[Stage, str]:
    if number.bundles:
        return Stage.DONE, f"{number.bundles} bundle{'s' if number.bundles > 1 else ''} sealed"
    return Stage.OPEN, "Ready to seal" if view.state is CaseState.READ_BACK else "Waits for deletion"
