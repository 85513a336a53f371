"""How many photos of the person a search of faces probably does not list: what stands beside the expected strangers."""

from __future__ import annotations

import math
from collections.abc import Collection

from dsr_desk.core.findings import ExpectedMisses
from dsr_desk.core.message import Message, message
from dsr_desk.search.faces.pile import FacePile

CROWDED = 0.5
"""Where more of the person's photos than this score below the line, so many strangers stand as near as they do."""


def expected_misses(piles: Collection[FacePile]) -> ExpectedMisses | None:
    """Over all indexes: a photo of the person is taken to be in each as probably as any other face is."""
    known = [(pile, pile.missed) for pile in piles if pile.missed is not None]
    faces = sum(pile.compared for pile, _ in known)
    if not faces or len(known) < len(piles):
        return None
    share, lowest, highest = (
        sum(pile.compared * part for (pile, _), part in zip(known, parts, strict=True)) / faces
        for parts in zip(*((one.value, one.lowest, one.highest) for _, one in known), strict=True)
    )
    expected = [pile.expected for pile in piles]
    listed = None
    if None not in expected:
        listed = round(max(0.0, sum(len(pile.faces) for pile in piles) - sum(one or 0.0 for one in expected)), 1)
    return ExpectedMisses(round(share, 3), round(lowest, 3), round(highest, 3), listed)


def misses_said(piles: Collection[FacePile]) -> list[Message]:
    """The sentences of a statement about them."""
    if not piles:
        return []
    misses = expected_misses(piles)
    if misses is None:
        return [message("statement.misses.unknown")]
    share, lowest = round(100 * misses.share), math.floor(100 * misses.lowest)
    highest = max(1, math.ceil(100 * misses.highest))
    said = [
        message("statement.misses" if share else "statement.misses.few", share=share, lowest=lowest, highest=highest)
    ]
    if misses.listed is not None and misses.listed >= 1:
        count, least, most = misses.count(misses.listed)
        said.append(message("statement.misses.count", hers=round(misses.listed), count=count, least=least, most=most))
    near = [pile.near for pile in piles]
    if misses.share > CROWDED and None not in near:
        said.append(message("statement.crowded", strangers=round(sum(one or 0.0 for one in near))))
    return [*said, message("statement.misses.ways")]
