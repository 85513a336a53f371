"""Where it is written down, before and after, what is done to data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dsr_desk.core.actions import Action, Outcome, Plan


@dataclass(frozen=True)
class Before:
    """What was there when an action began, written before anything is destroyed. Keys are item ids.

    `digest` is the container's. `alike` counts items with the same member and bytes; `masked` holds the SHA-256 of the
    photo that is to take an item's place, `looks` an erased photo's perceptual hash (hex).
    """

    digest: str = ""
    alike: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)


class Records(Protocol):
    """`open` must be lasting when it returns: an action destroys nothing before.

    It may refuse (`core.refusals.Refusal`): then nothing is destroyed, and the run ends there.
    """

    def begun(self, plan: Plan, action: Action) -> tuple[Before, str] | None:
        """What was there and when, for an action that was begun; None for one that was not."""
        ...

    def outcome(self, plan: Plan, action: Action) -> Outcome | None:
        """How an action ended; None where it was not begun or not ended."""
        ...

    def open(self, plan: Plan, action: Action, before: Before, started: str) -> None: ...

    def close(self, plan: Plan, outcome: Outcome) -> None: ...
