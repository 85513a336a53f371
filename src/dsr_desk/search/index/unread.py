"""What no search sees of an index's data, read from an open index.

Searches read the sums alone, so that a million places cost no more than one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from dsr_desk.core.codec import from_text
from dsr_desk.core.items import ItemAddress, LedgerClass
from dsr_desk.core.message import Message
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.datasets.names import INSIDE, inside
from dsr_desk.search.index.folder import Index, reason_of

NAMED = 100
"""So many containers of one kind and reason are named in a search; the index lists them all."""

EXAMPLES = 100


@dataclass(frozen=True)
class UnreadKind:
    """All places of one kind that are not read for one reason.

    `containers` are names, of very many the first ones, and `holders` is how many there are; files that lie in no
    container count as none. `places` are the first few addresses.
    """

    kind: Message
    why: Message
    count: int
    size: int
    containers: tuple[str, ...] = ()
    holders: int = 0
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnreadPhotos:
    """Photos of one class of the ledger for one reason; `places` are the first few addresses."""

    why: Message | None
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class UnreadPlace:
    """One row of the complete list. `container` is "" for a file below the sources that is none."""

    container: str
    place: str
    kind: Message
    why: Message
    count: int
    size: int


def unread_kinds(index: Index) -> list[UnreadKind]:
    """The most first; files in no container apart from the others. Raises IndexDamaged."""
    query = (
        "SELECT kind, why, sum(count), sum(size), sum(container <> 0) FROM unread_kinds "
        "GROUP BY kind, why, container = 0 "
        "ORDER BY 3 DESC, 1, 2"
    )
    return [
        UnreadKind(
            from_text(kind, Message),
            from_text(why, Message),
            count,
            size,
            tuple(_containers(index, kind, why)) if holders else (),
            holders,
            tuple(_places(index, kind, why, inside_any=bool(holders))),
        )
        for kind, why, count, size, holders in list(index.rows(query))
    ]


def unread_places(
    index: Index, kinds: Iterable[Message] | None = None, text: str = "", first: int = 0, most: int | None = None
) -> Iterator[UnreadPlace]:
    """The complete list in the order of the readers: so many behind the first ones, of these kinds, with this text in
    container or place. Raises IndexDamaged."""
    query = (
        "SELECT coalesce(c.name, ''), u.place, k.kind, k.why, u.count, u.size FROM unread u "
        "JOIN unread_kinds k ON k.id = u.what LEFT JOIN containers c ON c.id = k.container"
    )
    where, values = [], []
    if kinds is not None:
        wanted = set(kinds)
        stored = [(row, from_text(kind, Message)) for row, kind in index.rows("SELECT id, kind FROM unread_kinds")]
        where.append(f"k.id IN ({','.join(str(row) for row, kind in stored if kind in wanted)})")
    if text:
        where.append("(instr(lower(u.place), lower(?)) OR instr(lower(coalesce(c.name, '')), lower(?)))")
        values += [text, text]
    asked = f" WHERE {' AND '.join(where)}" if where else ""
    limits = [-1 if most is None else most, first]
    said: dict[str, Message] = {}
    for container, place, kind, why, count, size in index.rows(
        f"{query}{asked} ORDER BY u.id LIMIT ? OFFSET ?", [*values, *limits]
    ):
        for one in (kind, why):
            if one not in said:
                said[one] = from_text(one, Message)
        yield UnreadPlace(container, place, said[kind], said[why], count, size)


def unread_photos(index: Index, ledger_class: LedgerClass) -> list[UnreadPhotos]:
    """Photos of a class by what stood in the way, the most first. Reasons that differ in numbers alone are one.

    Reads all photos once. Raises IndexDamaged.
    """
    query = (
        "SELECT i.reason, c.name, i.member FROM items i JOIN containers c ON c.id = i.container "
        "WHERE i.record = 0 AND i.ledger = ?"
    )
    whys: dict[str, Message | None] = {}
    counts: Counter[str] = Counter()
    places: dict[str, list[str]] = defaultdict(list)
    for reason, container, member in index.rows(query, [str(ledger_class)]):
        why = reason_of(reason)
        code = why.code if why is not None else ""
        whys.setdefault(code, why)
        counts[code] += 1
        if len(places[code]) < EXAMPLES:
            places[code].append(inside(container, member))
    return [UnreadPhotos(whys[code], count, tuple(places[code])) for code, count in counts.most_common()]


def without_accounts(index: Index) -> list[str]:
    """Containers that were read, and of which nobody knows what was not: the index is older than the accounts.

    What a folder holds beside its photos are files below the source, each for itself.
    """
    query = "SELECT name FROM containers WHERE state = 'read' AND accounts = '' AND format <> ? ORDER BY name"
    return [name for (name,) in index.rows(query, [FolderOfPhotos.format])]


def of_kinds(index: Index, kinds: Iterable[Message], items: Collection[ItemAddress]) -> dict[Message, set[str]]:
    """Ids of those items that are themselves of a kind, lie in what is, or have a part that is, by kind.

    Reads the places of these kinds once, however many items there are. Raises IndexDamaged.
    """
    found: dict[Message, set[str]] = {kind: set() for kind in kinds}
    if not found or not items:
        return found
    at: dict[tuple[str, str], set[str]] = defaultdict(set)
    for address in items:
        place = address.member
        while place:
            at[address.container, place].add(address.id)
            place = place.rpartition(INSIDE)[0]
    query = (
        "SELECT c.name, u.place FROM unread_kinds k JOIN unread u ON u.what = k.id JOIN containers c "
        "ON c.id = k.container WHERE k.kind = ? AND u.place <> ''"
    )
    stored = [text for (text,) in index.rows("SELECT DISTINCT kind FROM unread_kinds")]
    for text in stored:
        kind = from_text(text, Message)
        for where in index.rows(query, [text]) if kind in found else ():
            found[kind] |= at.get((where[0], where[1]), set())
    by_code = {kind.code: kind for kind in found}
    parts = "SELECT i.address, p.kind FROM items i JOIN partly p ON p.item = i.id WHERE i.address IN ({})"
    for item, code in index.rows_in(parts, [bytes.fromhex(one.id) for one in items]):
        if code in by_code:
            found[by_code[code]].add(item.hex())
    return found


def _containers(index: Index, kind: str, why: str) -> Iterator[str]:
    query = (
        "SELECT c.name FROM unread_kinds k JOIN containers c ON c.id = k.container WHERE k.kind = ? AND k.why = ? "
        "ORDER BY k.id LIMIT ?"
    )
    return (name for (name,) in index.rows(query, [kind, why, NAMED]))


def _places(index: Index, kind: str, why: str, *, inside_any: bool) -> list[str]:
    """The first few; each kind of a container is asked for itself, since its places lie in their order."""
    query = (
        "SELECT k.id, coalesce(c.name, '') FROM unread_kinds k LEFT JOIN containers c ON c.id = k.container "
        "WHERE k.kind = ? AND k.why = ? AND (k.container <> 0) = ? ORDER BY k.id LIMIT ?"
    )
    found: list[str] = []
    for row, container in list(index.rows(query, [kind, why, inside_any, EXAMPLES])):
        places = "SELECT place FROM unread WHERE what = ? AND place <> '' ORDER BY id LIMIT ?"
        for (place,) in index.rows(places, [row, EXAMPLES - len(found)]):
            found.append(inside(container, place) if container else place)
        if len(found) >= EXAMPLES:
            break
    return found
