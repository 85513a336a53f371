"""The list of a review: which items it has, in which order, and which lie on one card. No candidate is read for it.

A search says in a field of its own what its rows are, and its rows stand in the order of review. So a list of 50,000
candidates costs one value to read, and a card is made when it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsr_desk.app.case.review_content import band, candidates_of
from dsr_desk.app.case.review_deck import Deck, ListedItems
from dsr_desk.app.desk import Desk
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.case import Case
from dsr_desk.core.case_items import CandidateRows, Item, candidate_rows, rows_of
from dsr_desk.core.findings import Candidate
from dsr_desk.core.items import ItemKind
from dsr_desk.storage.log_reading import in_form

LAID_OUT = "laid_out"
"""The field of a search that says of its rows, by position, what a list needs to know of them."""

_KINDS = (ItemKind.PHOTO, ItemKind.RECORD)


@dataclass(frozen=True)
class _Laid:
    """The field as it is kept: a digit for kind and band of each row, the number of its index, marks of samples."""

    indexes: list[str]
    kinds: str
    bands: str
    of: list[int]
    samples: dict[str, str]


def laid_out(candidates: Iterable[Candidate]) -> dict[str, Any]:
    """The field of a search for rows in this order."""
    found, indexes = list(candidates), dict[str, int]()
    return {
        "kinds": "".join(str(_KINDS.index(one.kind)) for one in found),
        "bands": "".join(str(band(one)) for one in found),
        "of": [indexes.setdefault(one.index, len(indexes)) for one in found],
        "indexes": list(indexes),
        "samples": {str(at): mark for at, one in enumerate(found) if (mark := _sample(one))},
    }


def review_cards(desk: Desk, ref: str) -> Deck:
    """Candidates of this round in the order of review, then what was decided in earlier ones. Raises LogDamaged."""
    with desk.reading(ref) as case:
        return Deck(_listed(desk, case, candidate_rows(case.items, case.number)))


def blind_cards(desk: Desk, case: Case, items: Iterable[Item]) -> Deck:
    """These items in an order that means nothing, without what anybody said of them. Raises LogDamaged."""
    rows = rows_of(items)
    return Deck(_listed(desk, case, replace(rows, verdicts=[""] * len(rows.keys)), blind=True))


def _listed(desk: Desk, case: Case, rows: CandidateRows, *, blind: bool = False) -> ListedItems:
    """In the order of review, or blind in one that means nothing; of what was forgotten nothing."""
    laid = {seq: _read(desk, seq) for seq in set(rows.seqs)}
    only = next(iter(laid.values()), None) if len(laid) == 1 else None
    if only is not None:
        with in_form(rows.seqs[0]):
            facts = _of_one(only, rows.positions)
        there: Sequence[int] = range(len(rows.keys))
    else:
        facts, there = _of_several(desk, case, laid, rows)
    if blind:
        order = sorted(there, key=rows.keys.__getitem__)
    elif only is None:
        order = sorted(there, key=lambda at: (rows.rounds[at] != case.number, facts.bands[at], rows.keys[at]))
    else:
        order = sorted(there, key=rows.positions.__getitem__)  # as they were written
    return ListedItems(
        keys=[rows.keys[at] for at in order],
        kinds=[facts.kinds[at] for at in order],
        indexes=[facts.indexes[at] for at in order],
        rounds=[rows.rounds[at] for at in order],
        words=[rows.verdicts[at] for at in order],
        samples={place: mark for place, at in enumerate(order) if (mark := facts.samples.get(at))},
    )


@dataclass
class _Facts:
    """What a list needs to know of its rows, a list for each thing."""

    kinds: list[ItemKind]
    bands: list[int]
    indexes: list[str]
    samples: dict[int, str]


def _of_one(said: _Laid, positions: Sequence[int]) -> _Facts:
    kinds = dict(zip("01", _KINDS, strict=True))
    samples = {int(at): mark for at, mark in said.samples.items()}
    return _Facts(
        [kinds[said.kinds[at]] for at in positions],
        [],
        [said.indexes[said.of[at]] for at in positions],
        {row: samples[at] for row, at in enumerate(positions) if at in samples} if samples else {},
    )


def _of_several(
    desk: Desk, case: Case, laid: Mapping[int, _Laid | None], rows: CandidateRows
) -> tuple[_Facts, Sequence[int]]:
    """Of several searches, or of one that does not say; with the rows that are there."""
    keys = [key for key, seq in zip(rows.keys, rows.seqs, strict=True) if laid[seq] is None]
    older = candidates_of(desk, [item for key in keys if (item := case.item(key)) is not None]) if keys else {}
    facts, there = _Facts([], [], [], {}), []
    for row, (key, seq, at) in enumerate(zip(rows.keys, rows.seqs, rows.positions, strict=True)):
        said, one = laid[seq], older.get(key)
        with in_form(seq):
            if said is not None:
                kind, rank, index = _KINDS[int(said.kinds[at])], int(said.bands[at]), said.indexes[said.of[at]]
                mark = said.samples.get(str(at), "")
            elif one is not None:
                kind, rank, index, mark = one.kind, band(one), one.index, _sample(one)
            else:
                kind, rank, index, mark = ItemKind.RECORD, 0, "", ""
        facts.kinds.append(kind)
        facts.bands.append(rank)
        facts.indexes.append(index)
        if mark:
            facts.samples[row] = mark
        if said is not None or one is not None:
            there.append(row)
    return facts, there


def _read(desk: Desk, seq: int) -> _Laid | None:
    """What a search says of its rows; None where it does not. Raises LogDamaged."""
    said = desk.values(seq, LAID_OUT).get(LAID_OUT)
    if said is None:
        return None
    with in_form(seq):
        return _Laid(**said)


def _sample(one: Candidate) -> str:
    """The same for all items of one sample, and for no other."""
    return digest_of([one.dataset_version, one.address.container, one.sample])[:16] if one.sample else ""
