"""The ways of reviewing: the first word, a second officer's, and a third one's where two disagree.

What a second or third officer is shown has no place for a score, nor for what anybody said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from dsr_desk.app.case import review
from dsr_desk.app.case.deleting import withdraw_and_decide
from dsr_desk.app.case.review_deck import Deck
from dsr_desk.app.case.review_list import review_cards
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.findings import Verdict
from dsr_desk.ui import words
from dsr_desk.ui.words import tr


class Mode(StrEnum):
    FIRST = "first"
    SECOND = "second"
    SETTLE = "settle"

    @property
    def kind(self) -> Kind:
        """The act that a word is in this way of reviewing."""
        return {Mode.FIRST: Kind.DECIDED, Mode.SECOND: Kind.SECOND_REVIEW, Mode.SETTLE: Kind.SETTLED}[self]


def cards_by_mode(desk: Desk, ref: str) -> dict[Mode, Deck]:
    """What is reviewed in each way. A disagreement in which the officer is one of the two is for others."""
    return {
        Mode.FIRST: review_cards(desk, ref),
        Mode.SECOND: review.second_cards(desk, ref),
        Mode.SETTLE: review.dispute_cards(desk, ref),
    }


def say(desk: Desk, ref: str, mode: Mode, items: Sequence[str], verdict: Verdict) -> Change:
    """The officer's word on the items of a card: one act, a word for each."""
    if mode is Mode.FIRST:
        return review.decide_many(desk, ref, items, verdict)
    return (review.review_again if mode is Mode.SECOND else review.settle)(desk, ref, items, verdict)


def undoes_own_word(desk: Desk, ref: str, mode: Mode) -> bool:
    """Whether what would be taken back now was said in this way of reviewing: blind ones touch nobody else's word."""
    if mode is Mode.FIRST:
        return True
    last = review.undoable(desk, ref)
    return last is not None and last[1] == mode.kind.value


def withdraw_and_say(desk: Desk, ref: str, items: Sequence[str], verdict: Verdict) -> Change:
    """Two acts after one question: the plan in force goes, the word stands."""
    return withdraw_and_decide(desk, ref, items, verdict)


def offered(waiting: dict[Mode, int]) -> list[tuple[str, Mode]]:
    """The first review, and what waits for this officer beside it."""
    second, disputed = waiting[Mode.SECOND], waiting[Mode.SETTLE]
    found = [(tr("First review"), Mode.FIRST)]
    if second:
        says = words.counted(second, "Second review: 1 waits", "Second review: %Ln wait")
        found.append((says, Mode.SECOND))
    if disputed:
        says = words.counted(disputed, "1 disagreement", "%Ln disagreements")
        found.append((says, Mode.SETTLE))
    return found
