"""Items of an index as rows, container after container: for what looks at millions of them and keeps none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dsr_desk.core.canonical import value_of
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.selectors import plain_name
from dsr_desk.datasets.folder import FolderOfPhotos
from dsr_desk.search.index.folder import Index, reading
from dsr_desk.search.index.unread_rows import SOURCES

BATCH = 4096

AddressedItem = tuple[ItemAddress, ItemKind, int]
"""Where an item lies, whether it is a photo or a record, and its size in bytes."""


@dataclass(frozen=True, slots=True)
class ContainerSum:
    """A container with what was read of it: how many items and bytes, and how many places were not read.

    `ended` says whether it was read to its end; what comes behind that counts as one place that was not read.
    """

    row: int
    name: str
    path: Path
    format: str
    fingerprint: str
    ended: bool
    items: int
    size: int
    unread: int


class ItemRow(NamedTuple):
    """`digest` is b"" where the bytes could not be read, `fields` None where nothing is kept beside the item.

    Items of one `group` ("" for none) belong together: a photo and what is written beside it.
    """

    address: bytes
    member: str
    digest: bytes
    occurrence: int
    record: int
    size: int
    group: str
    fields: str | None


def container_sums(index: Index) -> list[ContainerSum]:
    """All containers of an index by name. Raises IndexDamaged."""
    query = "SELECT container, count(*), sum(size) FROM items GROUP BY container"
    sums = {container: (count, size) for container, count, size in index.rows(query)}
    unread: Counter[int] = Counter(
        dict(index.rows("SELECT container, sum(count) FROM unread_kinds GROUP BY container"))
    )
    beside = "SELECT u.place, u.count FROM unread u JOIN unread_kinds k ON k.id = u.what WHERE k.container = ?"
    loose = list(index.rows(beside, [SOURCES])) if unread[SOURCES] else []
    found = []
    query = "SELECT id, name, path, format, fingerprint, state, accounts FROM containers ORDER BY name"
    for row, name, path, format_, fingerprint, state, accounts in index.rows(query):
        not_read = unread[row]
        if format_ == FolderOfPhotos.format:
            not_read += sum(count for place, count in loose if place.startswith(f"{name}/"))
        elif state == "read" and not accounts:
            not_read += 1  # an older index: nobody counted what was not read
        ended = state == "read"
        items, size = sums.get(row, (0, 0))
        found.append(
            ContainerSum(
                row, name, Path(path), format_, fingerprint, ended, items, size, not_read + (0 if ended else 1)
            )
        )
    return found


def item_rows(index: Index, container: int, *, fields: bool = False) -> Iterator[list[ItemRow]]:
    """The items of a container in the order of the index, so many at a time, a group in one piece.

    The order is that of the index's own list of a container's items, which needs no sorting. Raises IndexDamaged.
    """
    kept = ", r.fields FROM items i LEFT JOIN records r ON r.item = i.id" if fields else ", NULL FROM items i"
    query = (
        f"SELECT i.address, i.member, i.digest, i.occurrence, i.record, i.size, i.sample{kept} "
        "WHERE i.container = ? ORDER BY i.sample, i.id"
    )
    held_back: list[ItemRow] = []
    with reading(index.folder):
        cursor = index.db.conn.execute(query, [container])
        while batch := cursor.fetchmany(BATCH):
            rows = held_back + list(map(ItemRow._make, batch))
            cut = _begin_of_last_group(rows)
            held_back = rows[cut:]
            if cut:
                yield rows[:cut]
    if held_back:
        yield held_back


def _begin_of_last_group(rows: list[ItemRow]) -> int:
    """Where the group of the last row begins, which may go on in the next rows."""
    last = rows[-1].group
    cut = len(rows)
    while last and cut and rows[cut - 1].group == last:
        cut -= 1
    return cut


def columns_called(index: Index, container: int, name: str) -> list[tuple[int, bool]]:
    """Numbers of a container's columns of this name, and whether an officer confirmed them."""
    query = "SELECT number, name, confirmed FROM columns WHERE container = ?"
    rows = index.rows(query, [container])
    return [(number, bool(confirmed)) for number, called, confirmed in rows if plain_name(called) == plain_name(name)]


def values_of(row: ItemRow, columns: list[int]) -> list[str]:
    """What a record says in these columns."""
    if row.fields is None:
        return []
    values = value_of(row.fields)
    return [values[number] for number in columns if number < len(values) and values[number] is not None]


def addressed(index: Index, container: str, row: ItemRow) -> AddressedItem:
    """The item of a row; its id is the one that the index keeps, which was computed from the same address."""
    address = ItemAddress(index.version.name, container, row.member, row.digest.hex(), row.occurrence)
    vars(address)["id"] = row.address.hex()
    return address, ItemKind.RECORD if row.record else ItemKind.PHOTO, row.size


def items_of_container(index: Index, container: str) -> Iterator[AddressedItem]:
    """All items of a container, by its name, in the order of the index. Raises IndexDamaged."""
    for (number,) in index.rows("SELECT id FROM containers WHERE name = ?", [container]):
        for batch in item_rows(index, number):
            for row in batch:
                yield addressed(index, container, row)
