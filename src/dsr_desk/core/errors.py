"""Errors that a user can meet: a stable code, what happened, what it means for the case, what to do.

Each error is a subclass that stands beside the code that raises it. `docs/error-codes.md` lists all of them
and a test compares the list with `DeskError.registry`.
"""

from __future__ import annotations

from typing import ClassVar


class DeskError(Exception):
    """Base of every error that is shown to a person.

    Subclasses state three templates (`str.format` with the keyword arguments of the constructor). Arguments must
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

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(f"{self.code}: {self.what_happened}")

    @property
    def what_happened(self) -> str:
        return self.happened.format(**self.details)

    @property
    def what_it_means(self) -> str:
        return self.means.format(**self.details)

    @property
    def what_to_do(self) -> str:
        return self.todo.format(**self.details)

    def as_json(self) -> dict[str, str]:
        """The form that `--json` prints."""
        return {
            "code": self.code,
            "happened": self.what_happened,
            "means": self.what_it_means,
            "todo": self.what_to_do,
        }
