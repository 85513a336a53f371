"""Errors that a user can meet: a stable code, what happened, what it means for the case, what to do.

Each error is a subclass that stands beside the code that raises it. `docs/error-codes.md` lists all of them
and a test compares the list with `DeskError.registry`.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from importlib import import_module
from traceback import walk_tb
from typing import Any, ClassVar

from dsr_desk.core.catalogue import add_error
from dsr_desk.core.message import Message, Value


class DeskError(Exception):
    """Base of every error that is shown to a person.

    Subclasses state three templates (see `core.catalogue`; blanks are the arguments of the constructor). Arguments must
    never hold a secret or personal data: they reach logs, terminals and the activity strip. A file name that the
    user typed is allowed; what stands in the file is not.
    """

    code: ClassVar[str] = ""
    happened: ClassVar[str] = ""
    means: ClassVar[str] = ""
    todo: ClassVar[str] = ""

    registry: ClassVar[dict[str, type[DeskError]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.code:
            return  # a base of several errors is none itself
        known = DeskError.registry.get(cls.code)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"error code {cls.code} is used by {known.__qualname__} and {cls.__qualname__}")
        DeskError.registry[cls.code] = cls
        add_error(cls.code, cls.happened, cls.means, cls.todo)

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(f"{self.code}: {self.what_happened}")

    @property
    def message(self) -> Message:
        """The error as what happened, to be kept or to stand in another sentence."""
        return Message(self.code, {name: _value(detail) for name, detail in self.details.items()})

    @property
    def why(self) -> Message:
        """The reason alone, for where the thing is named beside it; the whole error where it states none."""
        why = self.details.get("why")
        return why if isinstance(why, Message) else self.message

    def say(self, language: str) -> tuple[str, str, str]:
        """What happened, what it means, what to do."""
        values = self.message.values
        happened, means, todo = (
            Message(f"{self.code}{part}", values).say(language) for part in ("", ".means", ".todo")
        )
        return happened, means, todo

    @property
    def what_happened(self) -> str:
        return self.message.say()

    @property
    def what_it_means(self) -> str:
        return self.say("en")[1]

    @property
    def what_to_do(self) -> str:
        return self.say("en")[2]

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` prints."""
        happened, means, todo = self.say("en")
        values = self.message.as_json()["values"]
        return {"code": self.code, "values": values, "happened": happened, "means": means, "todo": todo}


class ProgramFault(DeskError):
    code = "PROGRAM-FAULT"
    happened = "The program met a fault of its own ({kind}) while it was busy with: {name}."
    means = "What was recorded before stays. The step that was running may be incomplete; its result is not shown."
    todo = "Try the step again. If it fails again, pass on the code and {report}: neither holds personal data."


class SystemRefused(DeskError):
    code = "SYSTEM-REFUSED"
    happened = "The system refused what the program wanted ({why}) while it was busy with: {name}."
    means = "What was recorded before stays. The step that was running may be incomplete; its result is not shown."
    todo = (
        "Look at space, permissions and the places and names that you gave, then try the step again. "
        "If that does not help, pass on the code and {report}: neither holds personal data."
    )


def place_of(fault: BaseException) -> str:
    """Class and last place of ours, never what the fault says: that may hold personal data."""
    places = [f", {place}" for place in places_of(fault)]
    return f"{kind_of(fault)}{places[-1] if places else ''}"


def kind_of(fault: BaseException) -> str:
    """The class; of what the system refused also the name of the reason, such as ENOSPC."""
    number = fault.errno if isinstance(fault, OSError) else None
    reason = errno.errorcode.get(number) if isinstance(number, int) else None
    return f"{type(fault).__name__} {reason}" if reason else type(fault).__name__


def places_of(fault: BaseException) -> list[str]:
    """Module and line of each frame of this program that the fault passed, the innermost last."""
    frames = [(str(frame.f_globals.get("__name__", "")), line) for frame, line in walk_tb(fault.__traceback__)]
    return [f"{module}:{line}" for module, line in frames if module.startswith("dsr_desk.")]


WORKING_ROOMS = tuple(
    f"dsr_desk.{room}." for room in ("datasets", "faces", "search", "intake", "lineage", "deletion", "evidence", "app")
)
"""Whose errors a worker may raise. That a passphrase is wrong, or that an officer stopped, is not its to say."""

_READY = "dsr_desk.faces.ready"
"""The one module of them that does something where it is loaded."""


def error_of(message: Message) -> DeskError:
    """The error that a refusal is raised as. Raises KeyError for a message that is no error."""
    return DeskError.registry[message.code](**message.values)


def error_from(message: Message, module: str) -> DeskError:
    """The error that a worker raised. Raises, anything, where it is none or not a worker's: it may be hostile.

    `module` is where the class stands, which may never have been loaded in this process.
    """
    if not module.startswith(WORKING_ROOMS) or module == _READY:
        raise KeyError(module)
    if message.code not in DeskError.registry:
        import_module(module)
    if not DeskError.registry[message.code].__module__.startswith(WORKING_ROOMS):
        raise KeyError(message.code)
    return error_of(message)


def for_others(said: Message) -> Message:
    """A sentence as it may leave the house: of an error in it the reason alone, or its code where it states none.

    What else an error names may be a place on this computer. Codes of errors are capitals, so that one is known whose
    class was never imported here.
    """
    if said.code.isupper():
        why = said.values.get("why")
        return for_others(why) if isinstance(why, Message) else Message("why.error", {"code": said.code})
    values = {name: _value_for_others(value) for name, value in said.values.items()}
    return replace(said, values=values, english="" if values != said.values else said.english)


def _value_for_others(value: Value) -> Value:
    if isinstance(value, Message):
        return for_others(value)
    return tuple(map(_value_for_others, value)) if isinstance(value, tuple) else value


def _value(detail: object) -> Value:
    known = detail is None or isinstance(detail, str | int | float | Message | tuple)
    return detail if known else str(detail)  # type: ignore[return-value]
