"""The rounds of a case: what each pass of search, review, plan, deletion and reading back did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.core.message import Message, message


@dataclass(frozen=True)
class RoundView:
    """One round. Officers are names, `plan` the digest of the plan in force, `actions` a count by state.

    `former` counts plans that were replaced or withdrawn, `read_back` is a code of what was seen last, "" for neither.
    """

    number: int
    searches: int
    plan: str
    former: int
    approved_by: tuple[str, ...]
    actions: Mapping[str, int]
    read_back: str
    read_back_at: str
    validated_by: tuple[str, ...]

    @property
    def says(self) -> list[Message]:
        """What was done, in the order of the steps."""
        found = [message("round.searched", count=self.searches)] if self.searches else []
        if self.former:
            found.append(message("round.former", count=self.former))
        if self.plan:
            found.append(message("round.planned", plan=self.plan[:12]))
        if self.approved_by:
            found.append(message("round.approved", officers=self.approved_by))
        found += [message(f"round.action.{state}", count=count) for state, count in sorted(self.actions.items())]
        if self.read_back:
            found.append(message(f"round.read-back.{self.read_back}", day=self.read_back_at[:10]))
        if self.validated_by:
            found.append(message("round.validated", officers=self.validated_by))
        return found


def rounds(desk: Desk, ref: str) -> list[RoundView]:
    """All rounds, the present one last. Raises CaseMissing."""
    with desk.reading(ref) as case:
        names = desk.vault.officer_names()
        return [_round(one, names) for one in case.rounds]


def _round(said: Mapping[str, Any], names: Mapping[str, str]) -> RoundView:
    newest = said["read_backs"][-1] if said["read_backs"] else None
    return RoundView(
        number=said["n"],
        searches=len(said["searches"]),
        plan=said["plan"]["plan"] if said["plan"] else "",
        former=len(said["former"]),
        approved_by=_officers(said["approvals"], names),
        actions=Counter(one["state"] for one in said["actions"].values()),
        read_back=newest["seen"] if newest else "",
        read_back_at=newest["time"] if newest else "",
        validated_by=_officers(said["validated"], names),
    )


def _officers(acts: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.get(one["officer"], one["officer"]) for one in acts))
