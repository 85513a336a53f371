"""What a search could not look at, and the statement for the file. Counts and names of containers, no person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsr_desk.core.findings import Gap
from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.search.faces.pile import FacePile
from dsr_desk.search.index.folder import Index


def not_in_index(index: Index) -> list[Gap]:
    """Parts of an index's scope that no search in it can see."""
    found = []
    for ledger_class in LedgerClass:
        count = index.about.ledger.get(str(ledger_class), 0)
        if count and ledger_class is not LedgerClass.FACES:
            what = message(f"gap.photos.{ledger_class}", name=index.name)
            found.append(Gap(what, message(f"why.photos.{ledger_class}"), count))
    return [*found, *not_read(index)]


def not_read(index: Index) -> list[Gap]:
    """Parts of a dataset that its index could not read, photos and records alike."""
    found = []
    for container in index.containers():
        if container.problem is not None:
            what = message("gap.container.rest", name=index.name, container=container.name)
            found.append(Gap(what, container.problem))
        elif container.state in ("waiting", "reading"):
            what = message("gap.container", name=index.name, container=container.name)
            found.append(Gap(what, message(f"why.cancelled.{container.state}")))
    by_reason: dict[Message, list[str]] = {}
    for name, why in index.left_out().items():
        by_reason.setdefault(why, []).append(name)
    for why, names in by_reason.items():
        found.append(Gap(message("gap.files", name=index.name, files=tuple(names)), why, len(names)))
    unread = next(index.rows("SELECT count(*) FROM items WHERE record = 1 AND reason <> ''"))[0]
    if unread:
        found.append(Gap(message("gap.records.unreadable", name=index.name), message("why.records.unreadable"), unread))
    return found


def statement(
    indexes: Sequence[Index],
    piles: Mapping[str, FacePile],
    references: int,
    expected_strangers: float,
    compared_records: int,
    gaps: Sequence[Gap],
) -> tuple[Message, ...]:
    """The sentences that stand in the case and the evidence for what was compared, how far down, and what was not."""
    lines = []
    if piles:
        faces = sum(pile.compared for pile in piles.values())
        lines.append(message("statement.faces", references=references, faces=faces, indexes=len(piles)))
    if any(pile.trusted for pile in piles.values()):
        lines.append(message("statement.expectation", strangers=expected_strangers))
    for name, pile in piles.items():
        if pile.trusted:
            continue
        if pile.conservative is None or pile.conservative < 0:
            lines.append(message("statement.untrusted.all", name=name))
        else:
            lines.append(message("statement.untrusted", name=name, score=pile.conservative))
    for code, tested in (("statement.generated", "mixtures"), ("statement.unvalidated", "")):
        names = tuple(name for name, pile in piles.items() if pile.trusted and pile.validated_on == tested)
        if names:
            lines.append(message(code, names=names))
    if compared_records:
        lines.append(message("statement.records", count=compared_records))
    if not indexes:
        lines.append(message("statement.no-index"))
    return (*lines, gaps_said(gaps))


def gaps_said(gaps: Sequence[Gap]) -> Message:
    """The last sentence of a statement."""
    return message("statement.gaps", count=len(gaps)) if gaps else message("statement.whole")
