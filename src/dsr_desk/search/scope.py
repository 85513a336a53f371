"""What a search could not look at, and the statement for the file. Counts and names of containers, no person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsr_desk.core.findings import NotSearched
from dsr_desk.core.items import LedgerClass
from dsr_desk.search.index import Index
from dsr_desk.search.pile import FacePile

_LEDGER = {
    LedgerClass.NO_FACE: ("photos without a face that was found", "no face was detected, so none could be compared"),
    LedgerClass.NOT_COMPARABLE: (
        "photos with faces that are hard to compare",
        "compared, but the faces are too small, blurred, dark or turned away for their scores to mean much",
    ),
    LedgerClass.UNREADABLE: ("photos that cannot be read", "their content is damaged or no photo"),
    LedgerClass.TRUNCATED: ("photos that break off", "only the part that is there was searched"),
    LedgerClass.SKIPPED: ("photos that were skipped", "they are too large or in a format that is not read"),
    LedgerClass.CRASHED: ("photos that ended the program that read them", "tried twice, then left out"),
}
_CONTAINERS = {
    "waiting": "the index was cancelled before it was read",
    "reading": "the index was cancelled while it was read",
}


def not_in_index(index: Index) -> list[NotSearched]:
    """Parts of an index's scope that no search in it can see."""
    found = []
    for ledger_class, (what, why) in _LEDGER.items():
        count = index.about.ledger.get(str(ledger_class), 0)
        if count:
            found.append(NotSearched(f"{index.name}: {what}", why, count))
    return [*found, *not_read(index)]


def not_read(index: Index) -> list[NotSearched]:
    """Parts of a dataset that its index could not read, photos and records alike."""
    found = []
    for container in index.containers():
        if container.state == "damaged":
            found.append(NotSearched(f"{index.name}: the rest of {container.name}", container.problem))
        elif container.state in _CONTAINERS:
            found.append(NotSearched(f"{index.name}: {container.name}", _CONTAINERS[container.state]))
    left_out = index.left_out()
    if left_out:
        names = ", ".join(list(left_out)[:5]) + (" and more" if len(left_out) > 5 else "")
        found.append(
            NotSearched(f"{index.name}: files that no reader understands ({names})", "left out", len(left_out))
        )
    unread = next(index.rows("SELECT count(*) FROM items WHERE record = 1 AND reason <> ''"))[0]
    if unread:
        found.append(
            NotSearched(
                f"{index.name}: records that cannot be read", "their content is damaged or not understood", unread
            )
        )
    return found


def statement(
    indexes: Sequence[Index],
    piles: Mapping[str, FacePile],
    references: int,
    expected_strangers: float,
    compared_records: int,
    not_searched: Sequence[NotSearched],
) -> str:
    """The sentences that stand in the case and the evidence for what was compared, how far down, and what was not."""
    lines = []
    faces = sum(pile.compared for pile in piles.values())
    if piles:
        lines.append(
            f"{references} reference {'photo was' if references == 1 else 'photos were'} compared with all {faces:,} "
            f"indexed faces of {len(piles)} {'index' if len(piles) == 1 else 'indexes'}. That is every face that was "
            f"found in the photos, which need not be every face that is in them."
        )
    fitted = [pile for pile in piles.values() if pile.trusted]
    if fitted:
        lines.append(
            f"Listed is every face down to the score at which {expected_strangers:g} unrelated faces are expected "
            f"over all indexes, judged from these references' own scores."
        )
    for name, pile in piles.items():
        if pile.trusted:
            continue
        listed = f"every face with a score of {pile.conservative} or above is listed"
        if pile.conservative is None or pile.conservative < 0:
            listed = "every face is listed"
        lines.append(
            f"{_in([name])} there are too few faces, or too many alike, for an expectation to be trusted; {listed}."
        )
    generated = [name for name, pile in piles.items() if pile.trusted and pile.validated_on == "mixtures"]
    if generated:
        lines.append(f"At the size of {', '.join(generated)} the expectation was tested on generated faces alone.")
    beyond = [name for name, pile in piles.items() if pile.trusted and not pile.validated_on]
    if beyond:
        lines.append(f"The expectation is not validated at the size of {', '.join(beyond)}.")
    if compared_records:
        lines.append(f"{compared_records:,} records were looked up by the subject's identifiers and names.")
    if not indexes:
        lines.append("No index was searched.")
    lines.append(
        f"Not searched: {len(not_searched)} {'part' if len(not_searched) == 1 else 'parts'} of the scope, listed apart."
        if not_searched
        else "Nothing in the indexed scope was left out."
    )
    return " ".join(lines)


def _in(names: Sequence[str]) -> str:
    return f"In {', '.join(names)}"
