"""The growing search: confirmed hits serve as references, so a case is searched again with what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.searching import last_search, search_case
from dsr_desk.app.case.steps import confirmed_since_search
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.jobs.progress import CancelToken, Report, silent

MOST_CANDIDATES = 2_000
"""Where a search lists more, it is not repeated after each confirmation: all of it would be written each time."""


@dataclass(frozen=True)
class Grown:
    """`confirmed` hits had come since the search before; `new` candidates came by them."""

    confirmed: int
    new: int


def may_grow(desk: Desk, ref: str) -> bool:
    """Whether the newest search may be repeated now, lists few enough, and would know of more hits than it did."""
    with desk.reading(ref) as case:
        ready = case.proposed <= MOST_CANDIDATES and confirmed_since_search(case) > 0
    return ready and refusal(desk, ref, Kind.SEARCHED) is None


def grow(desk: Desk, ref: str, *, report: Report = silent, cancel: CancelToken | None = None) -> Grown | None:
    """Repeats the newest search, in the same indexes and down to the same number of strangers.

    None where nothing was to be done, see `may_grow`. Raises what `search_case` does.
    """
    if not may_grow(desk, ref):
        return None
    last = last_search(desk, ref)
    if last is None:
        return None
    with desk.reading(ref) as case:
        confirmed, before = confirmed_since_search(case), case.proposed
    expected = last.pile.expected_strangers
    search_case(desk, ref, last.indexes, expected_strangers=expected, report=report, cancel=cancel)
    return Grown(confirmed, desk.case(ref).proposed - before)
