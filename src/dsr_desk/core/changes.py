"""What a mutation reports: journal entry, what the windows refresh, and what an undo would be called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """`entry` is the sequence number in the journal, `undo` the label of its undo or None where there is none."""

    topics: frozenset[Topic]
    entry: int
    case: str | None = None
    undo: str | None = None
    subject: str = ""
