"""The list of cases as a person looks through it: read at once, then narrowed by words, state, right and day."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dsr_desk.app.case.case_lines import CaseLine, list_cases
from dsr_desk.app.case.chasing import due_tasks
from dsr_desk.app.case.duties import DutiesOpen, urgent_first
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.backups import backup_is_old, to_search_again
from dsr_desk.core.requests import CaseState, Right


class CaseStanding(StrEnum):
    """Which cases are looked for, by how they stand today."""

    ALL = "all"
    OPEN = "open"
    LATE = "late"
    ENDED = "ended"


@dataclass(frozen=True)
class CasesNow:
    """All that the list of cases shows. `ask` counts by case the answers to be asked for again.

    `duties` are what is known to be open of orders, `again` cases that a restored vault is to search again.
    """

    today: date
    cases: tuple[CaseLine, ...]
    ask: Mapping[str, int]
    again: tuple[str, ...]
    backup_is_old: bool
    duties: Mapping[str, DutiesOpen]

    @property
    def open(self) -> int:
        return sum(not one.state.is_end for one in self.cases)

    @property
    def late(self) -> int:
        return sum(is_late(one, self.today, self.duties) for one in self.cases)

    def with_duties(self, duties: Mapping[str, DutiesOpen]) -> CasesNow:
        """Once orders were looked at."""
        return replace(self, cases=tuple(urgent_first(self.cases, duties, self.today)), duties=duties)


@dataclass(frozen=True)
class CasesWanted:
    """What is looked for; every word of `words` stands somewhere in the reference or in what names the subject.

    `state` and `right` are None where any will do; an order has no right.
    """

    words: str = ""
    standing: CaseStanding = CaseStanding.ALL
    state: CaseState | None = None
    right: Right | None = None
    orders_only: bool = False


def cases_now(desk: Desk, today: date, duties: Mapping[str, DutiesOpen]) -> CasesNow:
    """The most urgent first."""
    cases = urgent_first(list_cases(desk), duties, today)
    again = tuple(sorted({one.ref for one in to_search_again(desk)}))
    return CasesNow(today, tuple(cases), due_tasks(desk, today), again, backup_is_old(desk), duties)


def is_late(case: CaseLine, today: date, duties: Mapping[str, DutiesOpen]) -> bool:
    """An order by the duties that are open, ended or not; what was not looked at yet is not known to be late."""
    if case.is_order:
        return case.ref in duties and duties[case.ref].late > 0
    return not case.state.is_end and case.answered is None and case.days_left(today) < 0


def narrowed(now: CasesNow, wanted: CasesWanted) -> list[CaseLine]:
    """What fits, in its order."""
    terms = _bare(wanted.words).split()
    return [one for one in now.cases if _fits(one, wanted, now) and _says(one, terms)]


def _fits(case: CaseLine, wanted: CasesWanted, now: CasesNow) -> bool:
    stands = {
        CaseStanding.ALL: True,
        CaseStanding.OPEN: not case.state.is_end,
        CaseStanding.LATE: is_late(case, now.today, now.duties),
        CaseStanding.ENDED: case.state.is_end,
    }
    right = wanted.right is None or (not case.is_order and case.right is wanted.right)
    state = wanted.state is None or case.state is wanted.state
    return stands[wanted.standing] and state and right and (case.is_order or not wanted.orders_only)


def _says(case: CaseLine, terms: list[str]) -> bool:
    text = _bare(" ".join((case.ref, *case.names))) if terms else ""
    return all(term in text for term in terms)


def _bare(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))
