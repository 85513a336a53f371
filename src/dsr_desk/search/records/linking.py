"""Ties between photos, records and accounts: what a hit brings with it, whatever its score.

A record names a photo by file name; members of one sample (a WebDataset key, a photo and its sidecar) belong
together; records and photos of one account belong to one person; photos that look alike may show the same scene.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.search.index.contents import IndexedItem
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.against import SCORES, agrees, contradictions, several_people
from dsr_desk.search.records.columns import ColumnKind, Field, header_words
from dsr_desk.search.records.identifiers import (
    file_key,
    file_names,
    folded,
    is_placeholder,
    is_short_number,
    key_of,
    name_forms,
    stands_for_itself,
)
from dsr_desk.search.records.search import records

ALIKE_BITS = 6
"""Perceptual hashes that differ in at most this many of 64 bits belong to photos that look alike."""

MOST_BY_NAME = 20
"""A bare file name that more photos than this carry says nothing; a longer path still does."""

MOST_BY_ACCOUNT = 10_000
"""An account id that stands in more records of one index than this is no one person's."""

MANY_PEOPLE = 3
"""An account id that records of so many different people share is no one person's."""

_LOCAL = frozenset({"id", "key", "uid", "nr", "no", "number"})

Node = tuple[int, int]
"""An item: number of the index in the search, row in that index."""


@dataclass(frozen=True)
class Link:
    """`item` is a candidate because of `source`; `ends` is True where nothing further should hang on `item`."""

    item: Node
    source: Node
    says: Message
    ends: bool = False
    score: float = 1.0


@dataclass(frozen=True)
class Links:
    """What was followed, and a sentence for the statement on each tie that was not."""

    followed: tuple[Link, ...]
    refused: tuple[Message, ...]


def links_from(indexes: Sequence[Index], nodes: Iterable[Node], mentions: Collection[Node] = frozenset()) -> Links:
    """One step of links from these items into all indexes, each with the sentence that explains it.

    `mentions` are records that only name the subject: their account is somebody else's and is not followed.
    """
    by_index: dict[int, list[int]] = {}
    for number, row in nodes:
        by_index.setdefault(number, []).append(row)
    found: list[Link] = []
    refused: list[Message] = []
    for number, rows in by_index.items():
        items = indexes[number].items(rows)
        sources = [(number, item) for item in items.values()]
        found += _by_sample(indexes[number], sources)
        of_records = [one for one in sources if one[1].kind is ItemKind.RECORD]
        found += _from_records(indexes, of_records)
        for where, item in of_records:
            if (where, item.row) not in mentions:
                accounts = _accounts(indexes, where, item)
                found += accounts.followed
                refused += accounts.refused
        found += _from_photos(indexes, [one for one in sources if one[1].kind is ItemKind.PHOTO])
    return Links(tuple(link for link in found if link.item != link.source), tuple(dict.fromkeys(refused)))


def look_alikes(index: Index, hashes: Collection[bytes]) -> dict[int, int]:
    """Rows of photos whose perceptual hash is near one of these, with the number of differing bits."""
    wanted = [np.uint64(int.from_bytes(value)) for value in set(hashes) if len(value) == 8]
    if not wanted:
        return {}
    rows, bits = index.perceptual_hashes
    nearest = np.full(len(rows), 64, np.uint8)
    for one in wanted:
        np.minimum(nearest, np.bitwise_count(bits ^ one), out=nearest)
    # Of a photo with several pictures the one that is most alike counts: it comes last.
    found = sorted(np.flatnonzero(nearest <= ALIKE_BITS), key=lambda place: -int(nearest[place]))
    return {int(rows[place]): int(nearest[place]) for place in found}


def _by_sample(index: Index, sources: Sequence[tuple[int, IndexedItem]]) -> list[Link]:
    found = []
    query = (
        "SELECT i.id, i.record FROM items i JOIN containers c ON c.id = i.container "
        "WHERE c.name = ? AND i.sample = ? AND i.id <> ?"
    )
    several = _with_several_faces(index, [item.row for _, item in sources])
    for number, item in sources:
        if item.group:
            for other, is_record in index.rows(query, [item.address.container, item.group, item.row]):
                code = "reason.link.sample.record" if is_record else "reason.link.sample.photo"
                says = message(code, sample=item.group, item=item.address.place)
                found.append(Link((number, other), (number, item.row), says, ends=item.row in several))
    return found


def _from_records(indexes: Sequence[Index], sources: Sequence[tuple[int, IndexedItem]]) -> list[Link]:
    """Photos that a record names."""
    found = []
    for number, item in sources:
        for field in records(indexes[number], [item.row]).get(item.row, []):
            if field.kind is ColumnKind.PHOTO_REFERENCE:
                says = message("reason.link.photo", column=field.column, item=item.address.place)
                found += [Link(photo, (number, item.row), says) for photo in _named_photos(indexes, field.value)]
    return found


def _accounts(indexes: Sequence[Index], number: int, source: IndexedItem) -> Links:
    """What shares an account id with a record. A record that speaks of somebody else is a weak end of the chain."""
    followed: list[Link] = []
    refused: list[Message] = []
    own = records(indexes[number], [source.row]).get(source.row, [])
    for field in own:
        if field.kind is not ColumnKind.ACCOUNT_ID or is_placeholder(field.value):
            continue
        for where, index in enumerate(indexes):
            others = _same_account(index, field, source, own, same_dataset=where == number)
            values = {"column": field.column, "name": index.name}
            if others.elsewhere:
                refused.append(message("statement.link.elsewhere", count=others.elsewhere, **values))
            if others.shared:
                refused.append(message("statement.link.shared", count=others.shared, **values))
            for row, (column, fields) in others.rows.items():
                against = contradictions(own, fields)
                values = {"column": column, "item": source.address.place}
                says = message("reason.link.account", **values)
                if against:
                    says = message("reason.link.account.against", against=against, **values)
                link = Link((where, row), (number, source.row), says, ends=bool(against), score=SCORES[len(against)])
                followed.append(link)
    return Links(tuple(followed), tuple(refused))


@dataclass(frozen=True)
class _SameAccount:
    """Records to follow with the column that holds the id. `shared` and `elsewhere` count those that are not:
    too many or of too many people, and those whose id is a number of another table's.
    """

    rows: dict[int, tuple[str, list[Field]]]
    shared: int = 0
    elsewhere: int = 0


def _same_account(
    index: Index, wanted: Field, source: IndexedItem, own: Sequence[Field], *, same_dataset: bool
) -> _SameAccount:
    forms = name_forms(wanted.value)
    rows = index.postings.rows([key_of(forms[0].text)]).tolist() if forms else []
    if len(rows) > MOST_BY_ACCOUNT:
        return _SameAccount({}, shared=len(rows))
    found: dict[int, tuple[str, list[Field]]] = {}
    elsewhere = 0
    items = index.items(rows)
    for row, fields in records(index, rows).items():
        holding = [
            one for one in fields if one.kind is ColumnKind.ACCOUNT_ID and name_forms(one.value)[:1] == forms[:1]
        ]
        if not holding or (same_dataset and row == source.row):
            continue
        table = items[row].address.container
        column = next((one.column for one in holding if _same_keys(source, wanted.column, table, one.column)), "")
        if column and (same_dataset or not is_short_number(forms[0].text) or agrees(own, fields)):
            found[row] = column, fields
        elif stands_for_itself(forms[0].text) or agrees(own, fields):
            found[row] = holding[0].column, fields
        else:
            elsewhere += 1
    if several_people([own, *(fields for _, fields in found.values())], MANY_PEOPLE):
        return _SameAccount({}, len(found), elsewhere)
    return _SameAccount(found, elsewhere=elsewhere)


def _same_keys(source: IndexedItem, column: str, table: str, other: str) -> bool:
    """Whether two columns of a dataset number the same things: by their header, or as `user_id` does `id` of users."""
    here = source.address.container
    if header_words(_last(column)) == header_words(_last(other)) and (
        here == table or not header_words(_last(column)) <= _LOCAL
    ):
        return True
    return _refers(column, table, other) or _refers(other, here, column)


def _refers(column: str, table: str, key: str) -> bool:
    """Whether a column names a table whose own key the other column is."""
    if not header_words(_last(key)) <= _LOCAL:
        return False
    named = header_words(_last(column)) - _LOCAL
    stem = table.rpartition("/")[2].partition(".")[0]
    return bool(named) and named == {word.removesuffix("s") for word in header_words(stem)}


def _last(column: str) -> str:
    return column.rpartition(".")[2]


def _from_photos(indexes: Sequence[Index], sources: Sequence[tuple[int, IndexedItem]]) -> list[Link]:
    """Records that name a photo. Of a photo with several faces it is not known whose record that is."""
    found = []
    for number, item in sources:
        several = _with_several_faces(indexes[number], [item.row])
        keys = [file_key(name) for name in file_names(item.address.member)]
        for other, index in enumerate(indexes):
            for row, fields in records(index, index.postings.rows(keys).tolist()).items():
                for field in fields:
                    if field.kind is not ColumnKind.PHOTO_REFERENCE:
                        continue
                    if (number, item.row) in _named_photos(indexes, field.value):
                        says = message("reason.link.record", column=field.column, item=item.address.place)
                        found.append(Link((other, row), (number, item.row), says, ends=item.row in several))
    return found


def _with_several_faces(index: Index, rows: Iterable[int]) -> set[int]:
    query = "SELECT item FROM faces WHERE item IN ({}) AND number = 1"
    return {row for (row,) in index.rows_in(query, rows)}


def _named_photos(indexes: Sequence[Index], reference: str) -> list[Node]:
    """Photos that a reference means: those whose path agrees longest, or that have a file name that few share."""
    keys = [file_key(name) for name in file_names(reference)[:1]]
    query = (
        "SELECT i.id, i.member, c.name FROM items i JOIN containers c ON c.id = i.container "
        "WHERE i.id IN ({}) AND i.record = 0"
    )
    wanted = _parts(reference.split("?")[0])
    named = [
        ((number, row), parts)
        for number, index in enumerate(indexes)
        for row, member, name in index.rows_in(query, index.postings.rows(keys).tolist())
        if _agreeing(parts := _parts(f"{name}/{member}"), wanted)
    ]
    if len(wanted) > 1:
        agreeing = {node: _agreeing(parts, wanted) for node, parts in named}
        most = max(agreeing.values(), default=0)
        if most > 1:
            return [node for node, count in agreeing.items() if count == most]
    return [node for node, _ in named] if len(named) <= MOST_BY_NAME else []


def _parts(path: str) -> list[str]:
    return [part for part in folded(path).replace("\\", "/").split("/") if part not in ("", ".")][::-1]


def _agreeing(member: list[str], wanted: list[str]) -> int:
    """How many parts agree, counted from the end; the file name may lack its ending on one side."""
    count = 0
    for place, (one, other) in enumerate(zip(member, wanted, strict=False)):
        stems = place == 0 and one.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]
        if one != other and not stems:
            break
        count += 1
    return count
