"""Rows of typed values: what of them are items, what is not read, how they are spelt, and what becomes of them.

One way for all tables. A row's photos, at any depth, are items of their own, called by the way to them
(`sample.image`, `images.2`) or by the path that is stored beside them; what else the row says is one record, or, where
that is numbers alone, belongs to its photos. A photo that goes leaves an empty value: in a list its place stays, so
that the others are called as before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.cell_containers import OpenedCell
from dsr_desk.datasets.cells import Answer, CellSeen, Changed, is_numbers, seen
from dsr_desk.datasets.container import ContainerEntry, Listed
from dsr_desk.datasets.erasing import Changes
from dsr_desk.datasets.names import inside, safe_name
from dsr_desk.datasets.records import flatten, leaves
from dsr_desk.datasets.row_values import Way, only, replaced

Row = Mapping[str, Any]
"""Values by column: texts, numbers, dates, bytes, and lists and mappings of them; a map is a list of pairs."""

IMAGE = frozenset({"bytes", "path"})
"""The mapping in which photos are stored with their file name."""

MOST_PLACES = 1000
"""Places of a container that are told apart; beyond, one stands for all."""


@dataclass(frozen=True)
class RowItem:
    """What a row holds: a photo, or (column "") all that is no photo as a record.

    The `number`th photo (from 0) of the value that `way` leads to; `column` is the first name of it. The record of a
    photo is what numbers beside it say.
    """

    kind: ItemKind
    column: str
    member: str
    data: bytes
    record: Mapping[str, str] | None = None
    way: Way = ()
    number: int = 0


@dataclass(frozen=True)
class NotRead:
    """A place of a row that no search sees, called by its column and the names in it, maybe `inside` a container."""

    place: str
    kind: Message
    why: Message
    size: int = 0
    count: int = 1
    inside: bool = False


@dataclass(frozen=True)
class FoundInRow:
    """What a row holds. `answers` says for each column, and for each place in a nested one, how it was read;
    positions in lists are not told apart. `photos` are the values that hold photos, `others` is the row without them.
    """

    items: list[RowItem]
    answers: Mapping[str, Answer]
    unread: Sequence[NotRead]
    others: Row
    photos: Mapping[Way, Changed]

    @property
    def group(self) -> bool:
        """Whether the row's items must be told to belong together."""
        return bool(self.photos)


def found_in(row: Row) -> FoundInRow:
    """What a row holds."""
    walk = _Walk()
    for name, value in row.items():
        walk.look(value, (name,), name, name)
    photos = {way: changed for way, (changed, _) in walk.photos.items()}
    emptied = {
        way: None if way in walk.containers else changed([None] * count, True)
        for way, (changed, count) in walk.photos.items()
    }
    others = replaced(row, emptied) if emptied else row
    items = walk.items
    if not items:
        items = record_in(others, texts_alone=False, texts=walk.texts)
    elif walk.says_text:
        items += [RowItem(ItemKind.RECORD, "", "", stored_row(others), walk.texts)]
    elif walk.texts:
        items = [replace(one, record={**(one.record or {}), **walk.texts}) for one in items]
    return FoundInRow(items, walk.answers, walk.unread, others, photos)


def after(row: Row, found: FoundInRow, change: Touched) -> dict[str, Any]:
    """The row after a change that leaves it. A record that goes takes all that is no photo."""
    by_way: dict[Way, list[bytes | None]] = {way: [] for way in found.photos}
    record_goes = False
    new_bytes = {(item.way, item.number): new for item, new in change.items if item.way}
    for item in found.items:
        if item.way:
            by_way[item.way].append(new_bytes.get((item.way, item.number), item.data))
    record_goes = any(not item.way for item, _ in change.items)
    touched_ways = {way for way, _ in new_bytes} if not record_goes else set(found.photos)
    values = {way: found.photos[way](by_way[way], not record_goes) for way in touched_ways}
    changed: dict[str, Any] = only(row, values) if record_goes else replaced(row, values)
    return changed


@dataclass
class _Walk:
    """Goes through a row's values."""

    items: list[RowItem] = field(default_factory=list)
    photos: dict[Way, tuple[Changed, int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    says_text: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)
    unread: list[NotRead] = field(default_factory=list)
    containers: set[Way] = field(default_factory=set)

    def look(self, value: Any, way: Way, place: str, name: str) -> None:
        """`place` names the value without positions in lists, `name` with them."""
        if isinstance(value, Mapping):
            if value.keys() == IMAGE:
                self._image(value, way, place, name)
                return
            if not value:
                self._answer(place, Answer.LABEL)
            for key, inner in value.items():
                if _may_name(key):
                    self._text(key, f"{name}.{key}.key")
                self.look(inner, (*way, key), f"{place}.{key}", f"{name}.{key}")
        elif isinstance(value, list) and value and all(isinstance(one, tuple) and len(one) == 2 for one in value):
            for at, (key, inner) in enumerate(value):
                self.look(key, (*way, at, 0), f"{place}.key", f"{name}.{at + 1}.key")
                self.look(inner, (*way, at, 1), f"{place}.value", f"{name}.{at + 1}.value")
        elif isinstance(value, list | tuple) and not is_numbers(value):
            for at, inner in enumerate(value):
                self.look(inner, (*way, at), place, f"{name}.{at + 1}")
        else:
            self._value(seen(value), way, place, name)

    def _value(self, found: CellSeen, way: Way, place: str, name: str) -> None:
        self._answer(place, found.answer)
        if found.text is not None:
            self._text(found.text, name)
        if found.kind is not None and found.why is not None:
            self.unread.append(NotRead(place, found.kind, found.why, found.size))
        if found.inside is not None and found.changed is not None:
            self._container(found.inside, way, place, name, found.changed)
        elif found.changed is not None:
            self._photos(found, way, name, found.changed)

    def _container(self, found: OpenedCell, way: Way, place: str, name: str, changed: Changed) -> None:
        self.containers.add(way)
        self.photos[way] = (changed, len(found.items))
        for number, one in enumerate(found.items):
            member = inside(safe_name(name), one.member)
            self.items.append(RowItem(one.kind, str(way[0]), member, one.data, one.record, way, number))
        for told in found.unread:
            where = inside(place, told.place)
            self.unread.append(NotRead(where, told.kind, told.why, told.size, told.count, inside=True))

    def _photos(self, found: CellSeen, way: Way, name: str, changed: Changed) -> None:
        self.photos[way] = (changed, len(found.photos))
        for number, data in enumerate(found.photos):
            member = safe_name(f"{name}.{number + 1}" if number else name)
            self.items.append(RowItem(ItemKind.PHOTO, str(way[0]), member, data, None, way, number))

    def _image(self, value: Row, way: Way, place: str, name: str) -> None:
        """Bytes with a file name beside them."""
        data, path = value["bytes"], value["path"]
        path = path if isinstance(path, str) else ""
        self._answer(f"{place}.path", Answer.TEXT if path else Answer.LABEL)
        found = seen(data)
        if found.changed is None and path and (data == b"" or (data and sniff.named_like_photo(path))):
            found = CellSeen(Answer.ITEM, photos=(bytes(data),), changed=lambda photos, _: photos[0])
        if found.changed is not None:
            self._answer(f"{place}.bytes", Answer.ITEM)
            self._photos(found, way, path or name, partial(_in_image, value, found.changed))
            return
        if path:
            self._text(path, f"{name}.path")
        if data is None and path:
            found = CellSeen(Answer.UNREAD, kind=message("kind.elsewhere"), why=message("why.cell.elsewhere"))
        self._value(found, (*way, "bytes"), f"{place}.bytes", f"{name}.bytes")

    def _text(self, value: Any, name: str) -> None:
        self.says_text = self.says_text or isinstance(value, str)
        self.texts.update((one, text) for one, text in leaves(value, name) if text)

    def _answer(self, place: str, answer: Answer) -> None:
        self.answers[place] = max(answer, self.answers.get(place, Answer.LABEL))


class RowTally:
    """Counts what rows hold, place by place; `leaves_of` are the places that each row has, each with those around it.

    Without `leaves_of`, where rows differ, each place that a row has counts.
    """

    def __init__(self, leaves_of: Sequence[Sequence[str]] | None = None) -> None:
        self._tally = ReaderTally()
        self._leaves = leaves_of
        self._inside = 0
        self._unread: dict[tuple[str, Message, Message], list[int]] = {}

    def add(self, found: FoundInRow) -> None:
        told: dict[str, NotRead] = {}
        for one in found.unread:
            if one.inside:
                self.inside(one)
            told.setdefault(one.place, one)
        for answer, place in self._answers(found.answers):
            if answer is Answer.UNREAD:
                self.not_read(place, told[place].kind, told[place].why, size=told[place].size)
            else:
                self.count(answer)

    def inside(self, one: NotRead) -> None:
        """What is not read of a container in a cell: its own reader counts it."""
        self._inside += one.count
        self.not_read(one.place, one.kind, one.why, one.count, one.size)

    def count(self, answer: Answer, count: int = 1) -> None:
        """So many places that were read."""
        if answer is Answer.ITEM:
            self._tally.item(count)
        elif answer is Answer.TEXT:
            self._tally.text(count)
        elif answer is Answer.LABEL:
            self._tally.label(count)

    def not_read(self, place: str, kind: Message, why: Message, count: int = 1, size: int = 0) -> None:
        """So many places of one name that were not; told with all others of that name."""
        key = (place if len(self._unread) < MOST_PLACES else "", kind, why)
        sums = self._unread.setdefault(key, [0, 0])
        sums[0] += count
        sums[1] += size

    def end(self, own: int) -> Iterator[Listed]:
        """The last that a listing yields: what was not read, and the accounts. `own` is counted by the container."""
        for (place, kind, why), (count, size) in self._unread.items():
            yield self._tally.unread(place, kind, why, count, size)
        yield self._tally.against(own + self._inside)

    def _answers(self, answers: Mapping[str, Answer]) -> Iterator[tuple[Answer, str]]:
        if self._leaves is None:
            yield from ((answer, place) for place, answer in answers.items())
            return
        for around in self._leaves:
            said = [(answers[place], place) for place in around if place in answers]
            if said:
                yield max(said)


def record_in(
    others: Row, *, texts_alone: bool, telling: Row | None = None, texts: Mapping[str, str] | None = None
) -> list[RowItem]:
    """The record that a row's columns without photos make; none where they say nothing.

    `texts_alone` says that, beside photos, numbers do not count: a bare class label names nobody. `telling` are the
    columns that count, where not all do.
    """
    if not _says_something(list((others if telling is None else telling).values()), texts_alone=texts_alone):
        return []
    return [RowItem(ItemKind.RECORD, "", "", stored_row(others), texts_of(others) if texts is None else texts)]


def entries_of(
    items: Sequence[RowItem], hint: int, group: str, orientation: int | None = None
) -> Iterator[ContainerEntry]:
    """The items of a row as a container lists them."""
    for item in items:
        is_photo = item.kind is ItemKind.PHOTO
        yield ContainerEntry(
            kind=item.kind,
            member=item.member,
            size=len(item.data),
            read=partial(bytes, item.data),
            hint=hint,
            group=group,
            record=item.record,
            problem=sniff.photo_problem(len(item.data), is_photo=_is_photo(item.data)) if is_photo else None,
            orientation=orientation if is_photo else None,
        )


def stored_row(row: Any) -> bytes:
    """One spelling of a row that is not stored in one piece: JSON with sorted keys, bytes as hex."""
    return _SPELT.encode(row).encode("utf-8", "surrogateescape")


def texts_of(row: Row) -> dict[str, str]:
    """What can name a person: texts, numbers and dates; no embeddings and no bytes."""
    return {
        name: text for name, text in flatten({name: row[name] for name in row if _can_name(row[name])}).items() if text
    }


@dataclass(frozen=True)
class Touched:
    """What becomes of a row: `goes` as a whole, or some of its items take other bytes (None: are emptied)."""

    goes: bool
    items: tuple[tuple[RowItem, bytes | None], ...]


def touched(items: Sequence[RowItem], changes: Changes, position: int) -> Touched:
    """A row goes when all of its items go. Its first item is at `position`."""
    found = [(item, changes[position + at]) for at, item in enumerate(items) if position + at in changes]
    goes = bool(items) and len(found) == len(items) and all(new is None for _, new in found)
    return Touched(goes, tuple(found))


def rest_of_rows(
    rows: Iterable[Row], items_of: Callable[[Row], Sequence[RowItem]], others_of: Callable[[Row], Row], changes: Changes
) -> Iterator[bytes]:
    """What the rows that stay hold beside items, spelt."""
    position = 0
    for row in rows:
        items = items_of(row)
        goes = touched(items, changes, position).goes
        position += len(items)
        in_record = any(not item.way for item in items)
        others = others_of(row)
        if not goes and not in_record and any(value is not None for value in others.values()):
            yield stored_row(others)


def _in_image(value: Row, changed: Changed, photos: Sequence[bytes | None], around: bool) -> Any:
    new = changed(photos, around)
    return None if new is None else {**value, "bytes": new}


def _is_photo(data: bytes) -> bool:
    return bool(sniff.photo_kind(data))


def _may_name(key: Any) -> bool:
    """Whether the key of a mapping may be data: an address or a name, not a word that names a field."""
    return str(key).isdecimal() or any(char in str(key) for char in "@ +")


def _spelt(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


_SPELT = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_spelt)


def _says_something(value: Any, *, texts_alone: bool) -> bool:
    """Whether there is anything but empty cells, or (beside photos) any text."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return any(_says_something(inner, texts_alone=texts_alone) for inner in value)
    return bool(value) and isinstance(value, str) if texts_alone else value is not None


def _can_name(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not isinstance(value[0], float | int | bytes)
    return not isinstance(value, bytes)
