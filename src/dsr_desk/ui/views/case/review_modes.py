"""The ways of reviewing: the first word, a second officer's, and a third one's where two disagree.

What a second or third officer is shown has no place for a score, nor for what anybody said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from dsr_desk.app.case import review
from dsr_desk.app.case.deleting import withdraw_and_decide
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.findings import Verdict
from dsr_desk.ui import words
from dsr_desk.ui.models.candidates import BlindItem, Reviewed
from dsr_desk.ui.words import tr


class Mode(StrEnum):
    FIRST = "first"
    SECOND = "second"
    SETTLE = "settle"

    @property
    def kind(self) -> Kind:
        """The act that a word is in this way of reviewing."""
        return {Mode.FIRST: Kind.DECIDED, Mode.SECOND: Kind.SECOND_REVIEW, Mode.SETTLE: Kind.SETTLED}[self]


def items_of(desk: Desk, ref: str, mode: Mode) -> Sequence[Reviewed]:
    """What is reviewed, in order. A disagreement in which the officer is one of the two is for others."""
    if mode is Mode.FIRST:
        return review.review_items(desk, ref)
    if mode is Mode.SECOND:
        found = review.second_items(desk, ref)
    else:
        found = [one.item for one in review.disputes(desk, ref) if not one.yours]
    return [BlindItem(number, item) for number, item in enumerate(found, start=1)]


def say(desk: Desk, ref: str, mode: Mode, item: str, verdict: Verdict) -> Change:
    """The officer's word on one item."""
    if mode is Mode.FIRST:
        return review.decide(desk, ref, item, verdict)
    return (review.review_again if mode is Mode.SECOND else review.settle)(desk, ref, [item], verdict)


def undoes_own_word(desk: Desk, ref: str, mode: Mode) -> bool:
    """Whether what would be taken back now was said in this way of reviewing: blind ones touch nobody else's word."""
    if mode is Mode.FIRST:
        return True
    me = desk.vault.officer_key
    with desk.reading(ref) as case:
        last = next((one for one in reversed(case.undoable) if one[1] == Kind.DECIDED.value or one[3] == me), None)
    return last is not None and last[1] == mode.kind.value


def withdraw_and_say(desk: Desk, ref: str, item: str, verdict: Verdict) -> Change:
    """Two acts after one question: the plan in force goes, the word stands."""
    return withdraw_and_decide(desk, ref, [item], verdict)


def offered(desk: Desk, ref: str) -> list[tuple[str, Mode]]:
    """The first review, and what waits for this officer beside it."""
    second, disputed = len(items_of(desk, ref, Mode.SECOND)), len(items_of(desk, ref, Mode.SETTLE))
    found = [(tr("First review"), Mode.FIRST)]
    if second:
        waiting = words.counted(second, "Second review: 1 waits", "Second review: %Ln wait")
        found.append((waiting, Mode.SECOND))
    if disputed:
        waiting = words.counted(disputed, "1 disagreement", "%Ln disagreements")
        found.append((waiting, Mode.SETTLE))
    return found
