"""Which items an order covers: its selectors resolved over all that is registered, container after container.

Nothing is kept of an item: a container is in scope as a whole, or its items are read from the index as a stream.
What is not known is neither in nor out, and is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from dsr_desk.app.case.scope_holdings import Fit, Holding, VersionHeld, fit_of, held
from dsr_desk.app.case.scope_lineage import made_from, trained_on
from dsr_desk.app.case.scope_near import near_derived, near_names, near_values, unmatched
from dsr_desk.app.case.scope_words import (
    IN,
    OPEN,
    OUT,
    Between,
    ColumnsCalled,
    ItemBatch,
    Judge,
    MadeOf,
    ScopePlace,
    Words,
    said_why,
)
from dsr_desk.app.data.indexing import opened
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import lineage_graph
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message
from dsr_desk.core.selectors import (
    Called,
    ColumnIs,
    MadeFrom,
    NamedBy,
    Selector,
    lists_in,
    said,
    selectors_in,
)
from dsr_desk.intake.item_list import DIGEST_BYTES, ItemList, ItemListColumn, read_list
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.streaming import AddressedItem, addressed, columns_called, item_rows
from dsr_desk.search.scope import not_read

__all__ = ["Fit", "ItemList", "ItemListColumn", "read_list"]

WHOLE, MIXED, NOT_KNOWN, NOT_SEARCHED = "whole", "mixed", "not-known", "not-searched"


class ScopeListMissing(DeskError):
    code = "SCOPE-LIST-MISSING"
    happened = "The selector asks for the list {name}, which was not given."
    means = "Which items are meant is not known, so none was looked for."
    todo = "Give the list with --list NAME=FILE, or take it out of the selector."


class ScopeStale(DeskError):
    code = "SCOPE-STALE"
    happened = "The index {name} was changed after the scope was resolved."
    means = "What was counted and what would be read now may differ. Nothing was taken from it."
    todo = "Resolve the scope again."


@dataclass(frozen=True)
class PartOfScope:
    """A container that is in scope (`how` "whole" or "mixed"), or of which that is not known.

    `items` are in scope, with `size` bytes, of `of` that the index lists; `not_known` are neither in nor out, and
    `unread` counts places in the container that nobody read. Of what is "not-searched" there is no index: `container`
    is "" and all counts are 0. `also` names other indexes that hold the container; `fit` is "" where nobody looked.
    """

    dataset_version: str
    container: str
    index: str
    how: str
    items: int
    of: int
    size: int
    not_known: int
    unread: int
    why: Message
    also: tuple[str, ...] = ()
    fit: str = ""

    @property
    def inside(self) -> bool:
        return self.how in (WHOLE, MIXED)


@dataclass(frozen=True)
class NotIndexed:
    """A dataset version, or a part of it, that no index here describes. `certain` where it is in scope as a whole."""

    name: str
    why: Message
    certain: bool


@dataclass(frozen=True)
class Resolved:
    """A scope. `near` are names that nearly fit and were not taken, `unmatched` what fits nothing at all.

    `gaps` are what was not read in the indexes that it rests on, `indexes` the generation of each by its name.
    """

    selector: Selector
    parts: tuple[PartOfScope, ...]
    not_indexed: tuple[NotIndexed, ...]
    near: tuple[Message, ...]
    unmatched: tuple[Message, ...]
    gaps: tuple[Gap, ...]
    indexes: Mapping[str, int]
    suppliers: Mapping[str, str]
    _read: Callable[[PartOfScope, int], Iterator[AddressedItem]] = field(repr=False, compare=False)

    @property
    def not_known(self) -> tuple[PartOfScope, ...]:
        """Containers of which something is neither in nor out."""
        return tuple(one for one in self.parts if one.how == NOT_KNOWN or one.not_known)

    def items(self, part: PartOfScope) -> Iterator[AddressedItem]:
        """The items of a container in scope, in the order of its index. Raises ScopeStale, IndexDamaged."""
        yield from self._read(part, IN)

    def open_items(self, part: PartOfScope) -> Iterator[AddressedItem]:
        """The items of a container that are neither in nor out. Raises as `items` does."""
        yield from self._read(part, OPEN)

    def staying(self, part: PartOfScope) -> Iterator[AddressedItem]:
        """The items of a container that are out of scope. Raises as `items` does."""
        yield from self._read(part, OUT)


def resolve(
    desk: Desk,
    selector: Selector,
    lists: Mapping[str, ItemList] | None = None,
    *,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Resolved:
    """Resolves selectors over all indexes of the vault. Writes nothing.

    Raises ScopeListMissing, IndexDamaged, Cancelled; what no index can say is in the result.
    """
    known = dict(lists or {})
    for name in lists_in(selector):
        if name not in known:
            raise ScopeListMissing(name=name)
    wanted = {name: known[name] for name in lists_in(selector)}
    return _Resolving(desk, selector, wanted, report, cancel or CancelToken()).resolved()


class _Resolving:
    def __init__(
        self, desk: Desk, selector: Selector, lists: Mapping[str, ItemList], report: Report, cancel: CancelToken
    ) -> None:
        self._desk, self._selector, self._lists = desk, selector, lists
        self._report, self._cancel = report, cancel
        self._held, self._indexes = held(desk)
        self._versions = [one.version.id for one in self._held]
        self._asked = list(dict.fromkeys(selectors_in(selector)))
        self._named_columns = [one.column for one in self._asked if isinstance(one, ColumnIs)]
        self._measured: dict[str, tuple[str, ...]] = {}
        self._made: dict[MadeFrom, MadeOf] = {}
        self._elsewhere: dict[str, Message] = {}
        self._places: dict[tuple[str, str], tuple[Holding, ScopePlace]] = {}
        self._judge = Judge(lists, self._models(), self._made)
        self._done, self._total = 0, sum(h.container.items for one in self._held for h in one.holdings)

    def resolved(self) -> Resolved:
        for selector in reversed(self._asked):
            if isinstance(selector, MadeFrom):
                self._made[selector] = self._made_of(selector)
        parts: list[PartOfScope] = []
        missing: list[NotIndexed] = []
        gaps: list[Gap] = []
        for one in self._held:
            parts += self._parts(one)
            low, high = self._judge.between(self._selector, ScopePlace(one.version, one.before))
            if isinstance(high, int) and high >= OPEN:
                missing += _missing(one, certain=low == IN)
                names = dict.fromkeys(holding.index for holding in one.holdings)
                gaps += [gap for name in names for gap in not_read(self._indexes[name])]
        missing += [NotIndexed(name, why, False) for name, why in self._elsewhere.items()]
        parts += [_not_indexed(one) for one in missing]
        inside = {one.dataset_version for one in parts if one.inside}
        return Resolved(
            self._selector,
            tuple(parts),
            tuple(missing),
            (
                *near_names(self._asked, self._held, self._measured),
                *near_values(self._judge.near),
                *near_derived(
                    lineage_graph(self._desk), inside, {one.dataset_version for one in parts}, self._versions
                ),
            ),
            tuple(unmatched(self._asked, self._held, self._judge, self._lists)),
            tuple(gaps),
            {name: index.about.generation for name, index in self._indexes.items()},
            {one.version.id: one.version.supplier for one in self._held},
            self._read,
        )

    def _models(self) -> dict[str, Mapping[str, int]]:
        """What each model that a selector names was trained on; where no source names it, that is not known."""
        found: dict[str, Mapping[str, int]] = {}
        for one in self._asked:
            if isinstance(one, NamedBy) and one.called is Called.MODEL:
                trained = trained_on(lineage_graph(self._desk), one.text, self._versions)
                found[one.text] = trained.words if trained else dict.fromkeys(self._versions, OPEN)
                self._measured[one.text] = trained.measured if trained else ()
        return found

    def _made_of(self, selector: MadeFrom) -> MadeOf:
        """Reads the digests of all that the origin selects, and asks lineage what was made of its versions.

        Content of no bytes is alike everywhere: it tells nothing.
        """
        digests = {IN: bytearray(), OPEN: bytearray()}
        sizes: set[int] = set()
        origins: dict[str, int] = {}
        for one in self._held:
            at = ScopePlace(one.version, one.before)
            low, high = self._judge.between(selector.origin, at)
            if isinstance(low, int) and low == IN:
                origins[one.version.id] = IN
            elif isinstance(high, int) and high >= OPEN and (low == high or one.away or one.now):
                origins[one.version.id] = OPEN
            for holding in one.holdings:
                for batch, words in self._words(selector.origin, one, holding):
                    if (words >= OPEN).any():
                        origins.setdefault(one.version.id, OPEN)
                    for word, into in digests.items():
                        chosen = np.flatnonzero(words == word).tolist()
                        rows = [batch.rows[place] for place in chosen]
                        into += b"".join(row.digest for row in rows if row.size)
                        sizes.update(row.size for row in rows)
        arrays = []
        for found in digests.values():
            array = np.frombuffer(found, f"S{DIGEST_BYTES}")
            array.sort()
            arrays.append(array)
        descent = made_from(lineage_graph(self._desk), origins, self._versions)
        for label in descent.elsewhere:
            self._elsewhere[label] = message("scope.away.lineage-alone")
        return MadeOf(descent.words, descent.origins, arrays[0], arrays[1], frozenset(sizes))

    def _parts(self, one: VersionHeld) -> Iterator[PartOfScope]:
        for holding in one.holdings:
            at = self._at(one, holding)
            self._places[one.version.id, holding.container.name] = holding, at
            between = self._judge.between(self._selector, at)
            if holding.conflict is not None:
                if not _decided(between, OUT):
                    yield self._part(
                        one, holding, NOT_KNOWN, Counter({OPEN: holding.container.items}), 0, holding.conflict
                    )
                continue
            decided = next((word for word in (IN, OPEN, OUT) if _decided(between, word)), None)
            if decided is None or self._lists:
                yield from self._by_items(one, holding, at, decided)
            elif decided != OUT:
                yield self._as_such(one, holding, at, decided)

    def _as_such(self, one: VersionHeld, holding: Holding, at: ScopePlace, word: int) -> PartOfScope:
        """A container of which a selector says as a whole that it is in, or of which that is not known."""
        container = holding.container
        if word == OPEN:
            why = message("scope.why.open", facts=tuple(dict.fromkeys(self._judge.open_facts(self._selector, at))))
            return self._part(one, holding, NOT_KNOWN, Counter({OPEN: container.items}), 0, why)
        why = said_why(self._selector, self._judge, self._made, at)
        return self._part(one, holding, WHOLE, Counter({IN: container.items}), container.size, why)

    def _by_items(
        self, one: VersionHeld, holding: Holding, at: ScopePlace, decided: int | None
    ) -> Iterator[PartOfScope]:
        counts: Counter[int] = Counter()
        size = 0
        for batch, words in self._words(self._selector, one, holding):
            for word in (IN, OPEN, OUT):
                counts[word] += int((words == word).sum())
            size += sum(batch.rows[place].size for place in np.flatnonzero(words == IN).tolist())
        container = holding.container
        if decided is not None:
            if decided != OUT:
                yield self._as_such(one, holding, at, decided)
            return
        if counts[IN]:
            whole = counts[IN] == counts.total() and not container.unread and fit_of(container) is Fit.AS_INDEXED
            why = message("scope.why.items", selector=said(self._selector))
            yield self._part(one, holding, WHOLE if whole else MIXED, counts, size, why)
        elif counts[OPEN]:
            facts = tuple(dict.fromkeys(self._judge.open_facts(self._selector, at)))
            why = message("scope.why.open", facts=facts) if facts else message("scope.why.open-items")
            yield self._part(one, holding, NOT_KNOWN, counts, 0, why)
        elif not container.ended:
            yield self._part(one, holding, NOT_KNOWN, counts, 0, message("scope.why.not-read"))

    def _part(
        self, one: VersionHeld, holding: Holding, how: str, counts: Counter[int], size: int, why: Message
    ) -> PartOfScope:
        container = holding.container
        return PartOfScope(
            one.version.id, container.name, holding.index, how, counts[IN], container.items, size, counts[OPEN],
            container.unread, why, holding.also, fit_of(container).value,
        )  # fmt: skip

    def _words(self, selector: Selector, one: VersionHeld, holding: Holding) -> Iterator[tuple[ItemBatch, Words]]:
        """What a selector says of each item of a container, so many items at a time; nothing where all are out."""
        at = self._at(one, holding)
        if not self._lists and _decided(self._judge.between(selector, at), OUT):
            return
        fields = bool(self._named_columns)
        for rows in item_rows(self._indexes[holding.index], holding.container.row, fields=fields):
            self._cancel.check()
            self._done += len(rows)
            self._report(Progress(message("phase.scope"), min(self._done, self._total), self._total))
            at.batch = ItemBatch(rows)
            words = self._judge.words(selector, at)
            yield at.batch, np.full_like(words, OPEN) if holding.conflict else words

    def _at(self, one: VersionHeld, holding: Holding) -> ScopePlace:
        index, columns = self._indexes[holding.index], {}
        for name in self._named_columns:
            found = columns_called(index, holding.container.row, name)
            columns[name] = ColumnsCalled(tuple(number for number, _ in found), all(sure for _, sure in found))
        return ScopePlace(one.version, one.before, holding.container, columns)

    def _read(self, part: PartOfScope, word: int) -> Iterator[AddressedItem]:
        if not part.container:
            return
        holding, _ = self._places[part.dataset_version, part.container]
        one = next(one for one in self._held if one.version.id == part.dataset_version)
        index = self._now(part.index)
        seen: Counter[int] = Counter()
        for batch, words in self._words(self._selector, one, holding):
            for row, said_of in zip(batch.rows, words.tolist(), strict=True):
                seen[said_of] += 1
                if said_of == word:
                    yield addressed(index, part.container, row)
        if seen != Counter({IN: part.items, OPEN: part.not_known, OUT: part.of - part.items - part.not_known}):
            raise ScopeStale(name=part.index)

    def _now(self, name: str) -> Index:
        """The index, if it is still as it was. Raises ScopeStale."""
        index, before = opened(self._desk, name), self._indexes[name].about
        if (index.about.index, index.about.generation) != (before.index, before.generation):
            raise ScopeStale(name=name)
        self._indexes[name] = index
        return index


def _decided(between: Between, word: int) -> bool:
    """Whether a selector says the same of all that is there, without reading any of it."""
    low, high = between
    return isinstance(low, int) and isinstance(high, int) and low == high == word


def _missing(one: VersionHeld, *, certain: bool) -> list[NotIndexed]:
    """What of a dataset version no index here can say, in one sentence."""
    why = message("scope.away", whys=tuple(one.away))
    return [NotIndexed(one.version.id, why, certain)] if one.away else []


def _not_indexed(one: NotIndexed) -> PartOfScope:
    return PartOfScope(one.name, "", "", NOT_SEARCHED, 0, 0, 0, 0, 0, one.why)
