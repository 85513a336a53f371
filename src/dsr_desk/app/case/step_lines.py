"""The steps of a case, and the line under each: how far it is, what it waits for, and on which act that rests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dsr_desk.core.message import Message


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
class Line:
    """One step before anybody is named. `rests_on` is the entry of the act behind a ✓."""

    stage: Stage
    says: Message
    rests_on: int | None = None
    nothing_to_do: bool = field(default=False)
    """Whether nothing that an officer does now brings it further."""
