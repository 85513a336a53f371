"""The list of a review: which items it has, in which order, and which lie on one card. No candidate is read for it.

A search says in a field of its own what its rows are, so that a list of 50,000 candidates costs one value to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from dsr_desk.app.case.review_content import band, candidates_of
from dsr_desk.app.desk import Desk
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.case_items import Item
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.storage.log_reading import in_form

LAID_OUT = "laid_out"
"""The field of a search that says of its rows, by position, what a list needs to know of them."""

_KINDS = (ItemKind.PHOTO, ItemKind.RECORD)


class ReviewLine(NamedTuple):
    """An item of a review, by its pseudonym. `sample` is a mark of the sample that it belongs to, "" for none.

    `round` is the newest one in which a search proposed it.
    """

    key: str
    kind: ItemKind
    band: int
    index: str
    sample: str
    round: int
    verdict: Verdict | None


class ReviewCard(NamedTuple):
    """What is shown and decided together: an item alone, or a photo and the records of its sample, the photo first."""

    number: int
    lines: tuple[ReviewLine, ...]

    @property
    def key(self) -> str:
        return self.lines[0].key

    @property
    def is_open(self) -> bool:
        return any(line.verdict is None for line in self.lines)

    @property
    def verdict(self) -> Verdict | None:
        """The word on the whole card; None where any of it is open, or where words differ."""
        said = {line.verdict for line in self.lines}
        return said.pop() if len(said) == 1 else None


def laid_out(candidates: Iterable[Candidate]) -> dict[str, Any]:
    """The field of a search for rows in this order."""
    indexes: dict[str, int] = {}
    rows = [
        [_KINDS.index(one.kind), band(one), indexes.setdefault(one.index, len(indexes)), _sample(one)]
        for one in candidates
    ]
    return {"indexes": list(indexes), "rows": rows}


def review_cards(desk: Desk, ref: str) -> list[ReviewCard]:
    """Candidates of this round in the order of review, then what was decided in earlier ones. Raises LogDamaged."""
    with desk.reading(ref) as case:
        lines = lines_of(desk, list(case.candidates()))
        lines.sort(key=lambda line: (line.round != case.number, line.band, line.key))
        return cards_of(lines)


def blind_cards(desk: Desk, items: Collection[Item]) -> list[ReviewCard]:
    """These items in an order that means nothing, without what anybody said of them. Raises LogDamaged."""
    lines = [line._replace(band=0, verdict=None) for line in lines_of(desk, items)]
    lines.sort(key=lambda line: line.key)
    return cards_of(lines)


def lines_of(desk: Desk, items: Collection[Item]) -> list[ReviewLine]:
    """Lines of these items; of those that were forgotten none."""
    seqs = {item.place[0] for item in items}
    laid = {seq: found for seq in seqs if (found := _read(desk, seq)) is not None}
    older = {seq for seq in seqs if seq not in laid}
    found = candidates_of(desk, [item for item in items if item.place[0] in older]) if older else {}
    lines = []
    for item in items:
        seq, position = item.place
        verdict = Verdict(item.verdict) if item.verdict else None
        if seq in laid:
            with in_form(seq):
                kind, band_, index, sample = laid[seq][position]
            lines.append(ReviewLine(item.key, kind, band_, index, sample, item.round, verdict))
        elif (one := found.get(item.key)) is not None:
            lines.append(line_of(item, one))
    return lines


def line_of(item: Item, one: Candidate) -> ReviewLine:
    verdict = Verdict(item.verdict) if item.verdict else None
    return ReviewLine(item.key, one.kind, band(one), one.index, _sample(one), item.round, verdict)


def cards_of(lines: Sequence[ReviewLine], apart: Collection[str] = ()) -> list[ReviewCard]:
    """Cards in the order of their first lines. Of a sample with several photos nobody knows whose its records are.

    `apart` are samples whose items are decided each by itself.
    """
    tied: dict[tuple[int, str], list[ReviewLine]] = {}
    for line in lines:
        if line.sample and line.sample not in apart:
            tied.setdefault((line.round, line.sample), []).append(line)
    together = {sample: tuple(sorted(found, key=_photo_first)) for sample, found in tied.items() if _is_one(found)}
    cards: list[ReviewCard] = []
    for line in lines:
        own = together.get((line.round, line.sample), (line,)) if line.sample else (line,)
        if own:
            cards.append(ReviewCard(len(cards) + 1, own))
        if len(own) > 1:
            together[line.round, line.sample] = ()
    return cards


def _is_one(lines: Sequence[ReviewLine]) -> bool:
    kinds = Counter(line.kind for line in lines)
    return kinds[ItemKind.PHOTO] == 1 and kinds[ItemKind.RECORD] > 0


def _photo_first(line: ReviewLine) -> bool:
    return line.kind is not ItemKind.PHOTO


def _read(desk: Desk, seq: int) -> list[tuple[ItemKind, int, str, str]] | None:
    """Of the rows of a search, by position; None where it does not say. Raises LogDamaged."""
    said = desk.values(seq, LAID_OUT).get(LAID_OUT)
    if said is None:
        return None
    with in_form(seq):
        indexes = [str(name) for name in said["indexes"]]
        return [(_KINDS[kind], int(band_), indexes[index], str(sample)) for kind, band_, index, sample in said["rows"]]


def _sample(one: Candidate) -> str:
    """The same for all items of one sample, and for no other."""
    return digest_of([one.dataset_version, one.address.container, one.sample])[:16] if one.sample else ""
