"""What a mutation reports: its entry in the log, what the windows refresh, and what an undo would be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dsr_desk.core.acts import Kind


class Topic(StrEnum):
    """What a change touched; windows refresh by these."""

    CASES = "cases"
    CASE = "case"
    REVIEW = "review"
    MODELS = "models"
    DELETION = "deletion"
    EVIDENCE = "evidence"
    INDEXES = "indexes"
    LINEAGE = "lineage"
    RECIPIENTS = "recipients"
    OFFICERS = "officers"


@dataclass(frozen=True)
class Change:
    """`entry` is its place in the log, `undo` the label of its undo or None where there is none."""

    topics: frozenset[Topic]
    entry: int
    case: str | None = None
    undo: str | None = None
    subject: str = ""


_CASE = frozenset({Topic.CASES, Topic.CASE})
_REVIEW = frozenset({Topic.REVIEW, Topic.MODELS, Topic.DELETION, Topic.CASES})
_DELETION = frozenset({Topic.DELETION, Topic.REVIEW, Topic.CASES})
_SEARCH = frozenset({Topic.CASE, Topic.CASES, Topic.REVIEW, Topic.DELETION})
_EVIDENCE = frozenset({Topic.EVIDENCE, Topic.CASES})
_LINEAGE = frozenset({Topic.LINEAGE, Topic.MODELS})
_INDEXES = frozenset({Topic.INDEXES, Topic.MODELS})

TOPICS: Mapping[Kind, frozenset[Topic]] = {
    Kind.RECEIVED: _CASE,
    Kind.PROPOSED: _CASE,
    Kind.CONFIRMED: _CASE | {Topic.DELETION},
    Kind.IDENTITY: _CASE | {Topic.DELETION},
    Kind.REFERENCE: _CASE,
    Kind.SEARCHED: _SEARCH,
    Kind.DECIDED: _REVIEW,
    Kind.UNDONE: _REVIEW,
    Kind.LINK: frozenset({Topic.REVIEW}),
    Kind.SECOND_REVIEW: _REVIEW,
    Kind.SETTLED: _REVIEW,
    Kind.TREATED: _DELETION,
    Kind.DISPOSITION: frozenset({Topic.MODELS, Topic.DELETION}),
    Kind.OBSERVED: frozenset({Topic.MODELS, Topic.EVIDENCE}),
    Kind.PLANNED: _DELETION,
    Kind.APPROVED: _DELETION,
    Kind.PLAN_WITHDRAWN: _DELETION,
    Kind.BEGUN: _DELETION,
    Kind.OUTCOME: _DELETION,
    Kind.DERIVED: _INDEXES,
    Kind.HANDED_OVER: _DELETION,
    Kind.ASKED: frozenset({Topic.DELETION, Topic.CASES}),
    Kind.READ_BACK: _DELETION | {Topic.EVIDENCE},
    Kind.VALIDATED: _EVIDENCE,
    Kind.SEALING: frozenset({Topic.EVIDENCE}),
    Kind.SEALED: _EVIDENCE,
    Kind.TIME_ASKED: frozenset({Topic.EVIDENCE}),
    Kind.TIME_ATTESTED: frozenset({Topic.EVIDENCE}),
    Kind.LINEAGE_EXPORTED: frozenset({Topic.MODELS}),
    Kind.CLOSED: frozenset(Topic) - {Topic.INDEXES, Topic.LINEAGE, Topic.RECIPIENTS, Topic.OFFICERS},
    Kind.REOPENED: frozenset(Topic) - {Topic.INDEXES, Topic.LINEAGE, Topic.RECIPIENTS, Topic.OFFICERS},
    Kind.FORGOTTEN: _CASE,
    Kind.OFFICER_ADDED: frozenset({Topic.OFFICERS}),
    Kind.OFFICER_REMOVED: frozenset({Topic.OFFICERS}),
    Kind.RECOVERY_KEY: frozenset({Topic.OFFICERS}),
    Kind.CHANGE_PROPOSED: frozenset({Topic.OFFICERS}),
    Kind.CHANGE_APPROVED: frozenset({Topic.OFFICERS}),
    Kind.POLICY: frozenset({Topic.OFFICERS, Topic.DELETION, Topic.CASES, Topic.EVIDENCE, Topic.REVIEW}),
    Kind.UNLOCKED: frozenset(Topic),
    Kind.ORGANISATION: frozenset({Topic.EVIDENCE}),
    Kind.ORGANISATION_KEY: frozenset({Topic.EVIDENCE}),
    Kind.RECIPIENT: frozenset({Topic.RECIPIENTS}),
    Kind.DATASET: _INDEXES,
    Kind.INDEX: _INDEXES,
    Kind.COLUMNS: _INDEXES | _CASE,
    Kind.LINEAGE: _LINEAGE,
    Kind.LIST_LOOKED_UP: frozenset({Topic.INDEXES}),
}
"""What each act touches; one that is not here touches nothing that a window shows."""
