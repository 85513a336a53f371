"""A sentence as a code with values: what is kept and signed is the code, so that a wording can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsr_desk.core.catalogue import phrase
from dsr_desk.core.errors import DeskError

Value = str | int | bool | None


@dataclass(frozen=True)
class Message:
    """`values` are names, numbers, codes and dates (ISO 8601); never a sentence. Codes stand in `core.catalogue`."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def say(self, language: str = "en") -> str:
        """The sentence. For a refusal it says what happened; `error` has the rest."""
        if self.code in DeskError.registry:
            return self.error.what_happened
        return phrase(self.code, self.values, language)

    @property
    def error(self) -> DeskError:
        """The error that a refusal is raised as. Raises KeyError for a message that is no refusal."""
        return DeskError.registry[self.code](**self.values)

    def __str__(self) -> str:
        return self.say()


def message(code: str, /, **values: Value) -> Message:
    return Message(code, values)
