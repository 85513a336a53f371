"""What a selector says of an item: in, out, or not known, where a fact that it asks for is not known.

Words are numbers, so that "and" is the smaller, "or" the larger and "not" the negative (Kleene's logic). Of a whole
container a selector says two words, between which those of all its items lie: where both are the same, no item is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.collected import NOTHING_SAID, lies_between
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message
from dsr_desk.core.selectors import (
    AllOf,
    AnyOf,
    Called,
    CollectedBetween,
    ColumnIs,
    InList,
    MadeFrom,
    NamedBy,
    Not,
    Selector,
    composed,
    plain_name,
    said,
)
from dsr_desk.intake.item_list import DIGEST_BYTES, ID_BYTES, ItemList
from dsr_desk.search.index.streaming import ContainerSum, ItemRow, values_of

OUT, OPEN, IN = -1, 0, 1

Words = NDArray[np.int8]
Bound = int | Words
Between = tuple[Bound, Bound]
Keys = NDArray[np.bytes_]

MOST_NEAR = 20
_NO_DIGEST = bytes(DIGEST_BYTES)


@dataclass(frozen=True)
class ColumnsCalled:
    """Numbers of the columns of one name in a container; `confirmed` where an officer looked at each of them."""

    numbers: tuple[int, ...]
    confirmed: bool


@dataclass
class ItemBatch:
    """Some items of a container."""

    rows: Sequence[ItemRow]

    @cached_property
    def digests(self) -> Keys:
        return np.frombuffer(b"".join(row.digest or _NO_DIGEST for row in self.rows), f"S{DIGEST_BYTES}")

    @cached_property
    def ids(self) -> Keys:
        return np.frombuffer(b"".join(row.address for row in self.rows), f"S{ID_BYTES}")

    @cached_property
    def without_digest(self) -> NDArray[np.bool_]:
        return np.array([not row.digest for row in self.rows], np.bool_)

    def may_be_of(self, sizes: Collection[int]) -> NDArray[np.bool_]:
        """Which items may be copies of something of these sizes: an unread one of another size is none.

        Of one of no bytes the size may not be known.
        """
        return np.array([not row.size or row.size in sizes for row in self.rows], np.bool_)

    @cached_property
    def records(self) -> NDArray[np.bool_]:
        return np.array([bool(row.record) for row in self.rows], np.bool_)


@dataclass
class ScopePlace:
    """Where a selector is asked: a dataset version, a container of it, some of its items.

    `before` are ids of the versions that this one is left of after erasures: what it holds, they held.
    """

    version: DatasetVersion
    before: Sequence[str]
    container: ContainerSum | None = None
    columns: Mapping[str, ColumnsCalled] = field(default_factory=dict)
    batch: ItemBatch | None = None


@dataclass(frozen=True)
class MadeOf:
    """What came of the data of a selector: dataset versions by lineage, and contents by digest (sorted) and size."""

    words: Mapping[str, int]
    origins: Mapping[str, str]
    inside: Keys
    perhaps: Keys
    sizes: frozenset[int]


class Judge:
    """Says what selectors mean, and remembers which entries of lists were met and which values nearly fitted."""

    def __init__(
        self,
        lists: Mapping[str, ItemList],
        models: Mapping[str, Mapping[str, int]],
        made: Mapping[MadeFrom, MadeOf],
    ) -> None:
        self._lists, self._models, self._made = lists, models, made
        self._met = {
            name: (np.zeros(len(one.ids), np.bool_), np.zeros(len(one.digests), np.bool_))
            for name, one in lists.items()
        }
        self.hits: Counter[Selector] = Counter()
        """How many items had the value of a column, or the beginning of a member, that a selector asks for."""
        self.unconfirmed: set[Selector] = set()
        """Selectors of columns that somewhere nobody confirmed."""
        self.near: dict[Selector, Counter[str]] = {}
        """Values of columns, and beginnings of members, that are nearly what a selector asks for, with how many."""

    def between(self, selector: Selector, at: ScopePlace) -> Between:
        """The least and the most that the selector says of any item there; of each item where there is a batch."""
        match selector:
            case Not(inner):
                low, high = self.between(inner, at)
                return _negative(high), _negative(low)
            case AllOf(inner):
                found = [self.between(one, at) for one in inner]
                return _least([low for low, _ in found]), _least([high for _, high in found])
            case AnyOf(inner):
                found = [self.between(one, at) for one in inner]
                return _most([low for low, _ in found]), _most([high for _, high in found])
            case NamedBy(Called.PREFIX):
                return _of_items(self._begin(selector, at))
            case InList(name):
                return _of_items(self._listed(name, at))
            case ColumnIs():
                return self._column(selector, at)
            case MadeFrom():
                return self._of_origin(selector, at)
            case _:
                word = self._fact(selector, at)
                return (OUT, IN) if word is None else (word, word)

    def words(self, selector: Selector, at: ScopePlace) -> Words:
        """What it says of each item of the batch."""
        low, _ = self.between(selector, at)
        rows = at.batch.rows if at.batch is not None else ()
        return np.broadcast_to(np.asarray(low, np.int8), (len(rows),))

    def met(self, name: str) -> int:
        """How many entries of a list were met so far."""
        return sum(int(one.sum()) for one in self._met[name])

    def open_facts(self, selector: Selector, at: ScopePlace) -> Iterator[Message]:
        """What is not known, and would have to be, for the dataset version or container itself."""
        match selector:
            case Not(inner):
                yield from self.open_facts(inner, at)
            case AllOf(parts) | AnyOf(parts):
                for one in parts:
                    yield from self.open_facts(one, at)
            case ColumnIs(column) if (known := at.columns.get(column)) and not known.confirmed:
                yield message("scope.open.column", column=column)
            case MadeFrom() if self._made[selector].words[at.version.id] == OPEN:
                yield message("scope.open.made", origin=self._made[selector].origins[at.version.id])
            case NamedBy(called, text) if self._fact(selector, at) == OPEN:
                yield message(f"scope.open.{called.value}", name=text)
            case CollectedBetween() if self._fact(selector, at) == OPEN:
                yield message("scope.open.collected", collected=at.version.collected)
            case _:
                return

    def _fact(self, selector: Selector, at: ScopePlace) -> int | None:
        """What a selector says of a version or container itself; None where it is for the container to say."""
        version = at.version
        match selector:
            case NamedBy(Called.DATASET, text):
                return _same(text, version.name)
            case NamedBy(Called.VERSION, text):
                return max(_same(text, one) for one in (version.id, *at.before))
            case NamedBy(Called.SUPPLIER, text):
                return _known(text, version.supplier)
            case NamedBy(Called.SOURCE, text):
                return _known(text, version.source)
            case NamedBy(Called.MODEL, text):
                words = self._models[text]
                return max(words[one] for one in (version.id, *at.before) if one in words)
            case NamedBy(Called.CONTAINER, text):
                return None if at.container is None else (IN if composed(text) == composed(at.container.name) else OUT)
            case CollectedBetween(first, last):
                found = lies_between(version.collected, first, last)
                return OPEN if found is None else IN if found else OUT
        return None

    def _begin(self, selector: Selector, at: ScopePlace) -> Words | None:
        if at.batch is None or not isinstance(selector, NamedBy):
            return None
        begin = composed(selector.text)
        members = [composed(row.member) for row in at.batch.rows]
        found = np.array([member.startswith(begin) for member in members], np.bool_)
        alike = [member[: len(begin)] for member in members if member.casefold().startswith(begin.casefold())]
        if len(alike) > int(found.sum()):
            self._nearly(selector, (one for one in alike if one != begin))
        self.hits[selector] += int(found.sum())
        return np.where(found, IN, OUT).astype(np.int8)

    def _listed(self, name: str, at: ScopePlace) -> Words | None:
        if at.batch is None:
            return None
        wanted, met = self._lists[name], self._met[name]
        listed = _places(wanted.ids, at.batch.ids)
        alike = _places(wanted.digests, at.batch.digests)
        alike[at.batch.without_digest] = -1
        for places, seen in ((listed, met[0]), (alike, met[1])):
            seen[places[places >= 0]] = True
        words = np.where((listed >= 0) | (alike >= 0), IN, OUT).astype(np.int8)
        if len(wanted.digests):
            words[at.batch.without_digest & (listed < 0)] = OPEN
        return words

    def _column(self, selector: ColumnIs, at: ScopePlace) -> Between:
        if at.container is None:
            return OUT, IN
        known = at.columns.get(selector.column)
        if known is None or not known.numbers:
            return OUT, OUT
        if not known.confirmed:
            self.unconfirmed.add(selector)
            return OPEN, OPEN
        if at.batch is None:
            return OUT, IN
        wanted, numbers = plain_name(selector.value), list(known.numbers)
        words = np.full(len(at.batch.rows), OUT, np.int8)
        for place, row in enumerate(at.batch.rows):
            if row.fields is None:
                words[place] = OPEN if row.record else OUT
                continue
            values = [plain_name(value) for value in values_of(row, numbers)]
            if wanted in values:
                words[place] = IN
            else:
                self._nearly(selector, (value for value in values if wanted and wanted in value))
        self.hits[selector] += int((words == IN).sum())
        return words, words

    def _of_origin(self, selector: MadeFrom, at: ScopePlace) -> Between:
        """The origin itself, what lineage records of it, photos of the same content, and what is beside these alone.

        A row may say the same as another without being made from it: of records of the same content it is not known.
        """
        made = self._made[selector]
        low, high = self.between(selector.origin, at)
        own = made.words[at.version.id]
        if own == IN or not (len(made.inside) or len(made.perhaps)):
            return _most([own, low]), _most([own, high])
        if at.batch is None:
            return _most([own, low]), IN
        batch = at.batch
        alike = np.full(len(batch.rows), own, np.int8)
        alike[_places(made.perhaps, batch.digests) >= 0] = OPEN
        alike[_places(made.inside, batch.digests) >= 0] = IN
        alike[batch.records & (alike == IN)] = OPEN
        alike[batch.without_digest & batch.may_be_of(made.sizes)] = OPEN
        words = np.maximum(alike, low).astype(np.int8)
        for photos, records in _groups(batch.rows):
            least = int(words[photos].min())
            words[records] = np.maximum(words[records], least)
        return words, words

    def _nearly(self, selector: Selector, values: Iterator[str]) -> None:
        counts = self.near.setdefault(selector, Counter())
        for value in values:
            if value in counts or len(counts) < MOST_NEAR:
                counts[value] += 1


def _groups(rows: Sequence[ItemRow]) -> Iterator[tuple[list[int], list[int]]]:
    """Photos and records that belong together, by their places; only groups of both."""
    numbered = ((row.group, bool(row.record), place) for place, row in enumerate(rows) if row.group)
    for _, members in groupby(numbered, key=itemgetter(0)):
        photos: list[int] = []
        records: list[int] = []
        for _, is_record, place in members:
            (records if is_record else photos).append(place)
        if photos and records:
            yield photos, records


def why_in(selector: Selector, judge: Judge, at: ScopePlace) -> Selector:
    """The part of a selector that says for itself that all is in; the whole of it where several do together."""
    if isinstance(selector, AnyOf):
        for one in selector.inner:
            low, _ = judge.between(one, at)
            if isinstance(low, int) and low == IN:
                return why_in(one, judge, at)
    return selector


def said_why(selector: Selector, judge: Judge, made: Mapping[MadeFrom, MadeOf], at: ScopePlace) -> Message:
    """Which selector took a container, and by what derivation."""
    cause = why_in(selector, judge, at)
    if isinstance(cause, MadeFrom) and at.version.id in made[cause].origins:
        return message("scope.why.made", selector=said(cause), origin=made[cause].origins[at.version.id])
    return message("scope.why.named", selector=said(cause))


def _of_items(words: Words | None) -> Between:
    """Items alone can say: before any is read, all is possible."""
    return (OUT, IN) if words is None else (words, words)


def _same(text: str, registered: str) -> int:
    return IN if plain_name(text) == plain_name(registered) else OUT


def _known(text: str, registered: str) -> int:
    return OPEN if plain_name(registered) in NOTHING_SAID else _same(text, registered)


def _places(known: Keys, asked: Keys) -> NDArray[np.int64]:
    """Where each asked key stands among the known ones, which are sorted; -1 for those that do not."""
    if not len(known):
        return np.full(len(asked), -1, np.int64)
    places = np.searchsorted(known, asked)
    places[places == len(known)] = 0
    return np.where(known[places] == asked, places, -1)


def _negative(bound: Bound) -> Bound:
    return -bound


def _least(bounds: Sequence[Bound]) -> Bound:
    found = bounds[0]
    for one in bounds[1:]:
        found = min(found, one) if isinstance(found, int) and isinstance(one, int) else np.minimum(found, one)
    return found


def _most(bounds: Sequence[Bound]) -> Bound:
    return _negative(_least([_negative(one) for one in bounds]))
