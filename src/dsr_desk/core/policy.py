"""What an organisation asks of its officers beyond what always holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Policy:
    """`approvals` officers approve a plan, a new officer and a looser policy. The rest are yes or no."""

    approvals: int = 1
    approver_not_decider: bool = False
    validator_not_operator: bool = True
    second_review_access: bool = True
    second_review_erasure: bool = False

    def as_open(self) -> dict[str, Any]:
        """The form that stands in an act."""
        return asdict(self)

    @classmethod
    def from_open(cls, said: Mapping[str, Any]) -> Policy:
        """Raises ValueError for anything else than a policy."""
        kinds = {one.name: type(one.default) for one in fields(cls)}
        if {name: type(value) for name, value in said.items()} != kinds or said["approvals"] < 1:
            raise ValueError("this is no policy")
        return cls(**said)

    def is_looser_than(self, other: Policy) -> bool:
        """Whether anything is asked here less than there."""
        mine, theirs = asdict(self), asdict(other)
        return any(mine[name] < theirs[name] for name in mine)
