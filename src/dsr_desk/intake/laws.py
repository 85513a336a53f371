"""Under which law a letter is written, as far as it says so."""

from __future__ import annotations

from collections.abc import Collection

from dsr_desk.core.requests import Found, FoundKind, Law
from dsr_desk.intake.model import Passage
from dsr_desk.intake.rights import spoken_of
from dsr_desk.intake.words import LAWS


def laws_in(passages: Collection[Passage]) -> list[tuple[Law, Found]]:
    """Laws that the letter names, the most spoken of first."""
    return [(law, Found(FoundKind.LAW, law, where)) for law, where in spoken_of(LAWS, passages)]
