"""The guard: what was erased is remembered by marks, and an index is compared with them when it comes or changes.

An act that says what became of an action names the row that remembers it, so the guard cannot be changed beside the
program. Rows stay when their case is forgotten: without the vault's key they say nothing, and with them an erasure
outlives the next copy of the data. Machines that only build indexes have another vault, and so not the key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from dsr_desk.app.data.indexing import opened, resolve_index
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Action, Outcome, Seen
from dsr_desk.core.findings import Identifiers, Verdict
from dsr_desk.core.message import Message, message
from dsr_desk.search.index.contents import IndexedItem
from dsr_desk.search.index.guard import Again, Marker, Marks, found_again
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import GuardRow

_GONE = (Seen.GONE, Seen.GONE_WHERE_READ, Seen.MASKED)


@dataclass(frozen=True)
class CameBack:
    """What an index holds again of what a case erased: items by how they were known, and where they are."""

    case: str
    contents: int
    looks: int
    identifiers: int
    places: tuple[str, ...]

    @property
    def says(self) -> Message:
        return message(
            "guard.came-back",
            case=self.case,
            count=len(self.places),
            contents=self.contents,
            looks=self.looks,
            identifiers=self.identifiers,
        )


@dataclass(frozen=True)
class ComparedWithErased:
    """`remembered` counts erasures that the index was compared with: with none of them, it was not compared at all."""

    remembered: int
    came_back: tuple[CameBack, ...] = ()

    @property
    def says(self) -> tuple[Message, ...]:
        """A sentence for each case; or that nothing came back; or that there was nothing to compare with."""
        if not self.remembered:
            return (message("guard.not-compared"),)
        return tuple(one.says for one in self.came_back) or (message("guard.nothing", count=self.remembered),)


def remember(
    desk: Desk, ref: str, action: Action, outcome: Outcome, looks: Iterable[str], identifiers: Identifiers
) -> list[Touch]:
    """Keeps marks of what an action took away, inside a transaction; returns what the caller's act touches.

    `looks` are perceptual hashes (hex) of the photos that went.
    """
    gone = {one.item for one in outcome.items if one.seen in _GONE}
    return keep(desk, ref, action, (i.address.digest for i in action.items if i.address.id in gone), looks, identifiers)


def keep(
    desk: Desk, ref: str, action: Action, digests: Iterable[str], looks: Iterable[str], identifiers: Identifiers
) -> list[Touch]:
    """Keeps marks of contents (SHA-256, hex) that an action took away: there may be millions. As `remember`."""
    more = iter(digests)
    first = next(more, None)
    if first is None:
        return []
    digests = chain([first], more)
    marks = _marker(desk).marks(digests, looks, identifiers, desk.place.country)
    case = desk.case(ref).id
    row = GuardRow(f"{case} {action.id}", case, now(), marks.contents, marks.looks, marks.identifiers)
    return [desk.vault.guard.put(row)]


def compare(desk: Desk, name: str) -> ComparedWithErased:
    """What of all that was ever erased an index holds again, by case. Raises IndexUnknown, what opening it raises."""
    rows = desk.vault.guard.all()
    index = opened(desk, resolve_index(desk, name).name)
    remembered = {row.id: Marks(row.contents, row.looks, row.identifiers) for row in rows}
    by_case: dict[str, Again] = defaultdict(Again)
    for row_id, again in found_again(index, _marker(desk), remembered).items():
        known = by_case[row_id.partition(" ")[0]]
        known.contents |= again.contents
        known.looks |= again.looks
        known.identifiers |= again.identifiers
    refs = desk.vault.cases.refs()
    found = []
    for case, again in by_case.items():
        items = index.items(again.items)
        own = _decided_otherwise(desk, refs[case], list(items.values()))
        left = {row for row in again.items if row not in own}
        if left:
            places = sorted(items[row].address.place for row in left)
            contents, looks, named = (len(some & left) for some in (again.contents, again.looks, again.identifiers))
            found.append(CameBack(refs[case], contents, looks, named, tuple(places)))
    return ComparedWithErased(len(rows), tuple(sorted(found, key=lambda one: one.case)))


def _decided_otherwise(desk: Desk, ref: str, items: Sequence[IndexedItem]) -> set[int]:
    """Rows of items that the case itself decided to be somebody else's: they were there all along."""
    with desk.reading(ref) as case:
        if case.is_forgotten:
            return set()
        known = ((one.row, case.item(desk.name(ref, one.address.id))) for one in items)
        return {row for row, item in known if item is not None and item.verdict == Verdict.DIFFERENT}


def _marker(desk: Desk) -> Marker:
    return Marker(desk.vault.identity.encode())
