"""What only an officer can say about lineage, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsr_desk.core.message import Message


class QuestionKind(StrEnum):
    """What is asked: whether two systems mean the same things by their names, whether two things are one, whether
    something is used as a parameter seems to say, whether a thing is the model that it was taken for."""

    SYSTEMS = "systems"
    THINGS = "things"
    USES = "uses"
    A_MODEL = "a-model"


@dataclass(frozen=True)
class LineageQuestion:
    """What only an officer can say. The answer is kept under `first` and `second`.

    `evidence` speaks for yes, `against` for no. `singles` are examples of what hangs on it, as questions that can be
    answered for themselves. `effect` is how many models are counted as possibly affected by way of it.
    """

    kind: QuestionKind
    first: str
    second: str
    says: Message
    evidence: tuple[Message, ...] = ()
    against: tuple[Message, ...] = ()
    singles: tuple[LineageQuestion, ...] = ()
    effect: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "first": self.first,
            "second": self.second,
            "says": self.says.as_json(),
            "for": [one.as_json() for one in self.evidence],
            "against": [one.as_json() for one in self.against],
            "pairs": [{"first": one.first, "second": one.second, "says": one.says.as_json()} for one in self.singles],
            "models": self.effect,
        }


@dataclass(frozen=True)
class LineageAnswer:
    """What an officer answered, under the two keys of its question."""

    first: str
    second: str
    yes: bool
    says: Message
