"""A case in one line, for lists: read from what the list of cases keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.case import SCOPE
from dsr_desk.core.requests import IDENTIFIER_FIELDS, CaseState, Channel, Law, Right
from dsr_desk.storage.case_list import Listed


class CaseLine:
    """A case as the list of cases shows it, read from what the list keeps; nothing of it is folded anew."""

    __slots__ = ("_kept", "_said", "closed", "due", "names", "ref")

    def __init__(self, listed: Listed, named: Mapping[str, Any]) -> None:
        """`named` are the values that say of whom the case is, or which order; none once they were destroyed."""
        self.ref = listed.ref
        known = named.get("identifiers", {})
        person = [one for field in IDENTIFIER_FIELDS.values() for one in known.get(field, ())]
        self.names = tuple(person) or tuple(named[key] for key in ("authority", "docket") if named.get(key))
        self.due = date.fromisoformat(listed.due)
        self.closed = listed.ended or None
        self._kept = listed.summary
        self._said: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def _read(self) -> dict[str, Any]:
        if self._said is None:
            self._said = json.loads(self._kept)
        return self._said

    @property
    def state(self) -> CaseState:
        return CaseState(self["state"])

    @property
    def is_order(self) -> bool:
        """Whether it is about data that an order names. What earlier versions kept is about persons."""
        return self._read().get("about") == SCOPE

    @property
    def right(self) -> Right:
        return Right(self["right"])

    @property
    def law(self) -> Law:
        return Law(self["law"])

    @property
    def channel(self) -> Channel:
        return Channel(self["channel"])

    @property
    def received(self) -> date:
        return date.fromisoformat(self["received"])

    @property
    def round(self) -> int:
        return int(self["round"])

    @property
    def photos(self) -> int:
        """How many reference photos it has."""
        return int(self["photos"])

    @property
    def candidates(self) -> int | None:
        """How many candidates this round's searches proposed; None where it was not searched."""
        return int(self["candidates"]) if self["searched"] else None

    @property
    def decided(self) -> int:
        """How many of them have a verdict."""
        return int(self["candidates"]) - int(self["undecided"])

    @property
    def answered(self) -> date | None:
        """The day on which the person was answered."""
        day = self._read().get("answered", "")
        return date.fromisoformat(day) if day else None

    def days_left(self, today: date) -> int:
        """As that of a case's view."""
        return (self.due - (self.answered or today)).days


def list_cases(desk: Desk) -> list[CaseLine]:
    """All cases, open ones by due date first."""
    with desk.vault.turn():
        named = desk.vault.cases.named()
        return [CaseLine(one, named.get(one.case_id, {})) for one in desk.vault.cases.all()]
