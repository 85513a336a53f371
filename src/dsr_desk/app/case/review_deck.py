"""The cards of a review in their order. A card is made when it is looked at; counts are kept and never made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, overload

from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemKind


class ReviewLine(NamedTuple):
    """An item of a review, by its pseudonym. `sample` is a mark of the sample that it belongs to, "" for none.

    `round` is the newest one in which a search proposed it.
    """

    key: str
    kind: ItemKind
    index_name: str
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


@dataclass
class ListedItems:
    """Items in the order of review, a list for each thing that is known of them. `samples` names those that have one.

    `words` are verdicts, "" for none.
    """

    keys: list[str] = field(default_factory=list)
    kinds: list[ItemKind] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    samples: dict[int, str] = field(default_factory=dict)


@dataclass
class ReviewTally:
    """How many cards and items there are, and what was said of the items ("" for nothing)."""

    cards: int
    open: int
    items: int
    said: Counter[str]


class Deck(Sequence[ReviewCard]):
    """Of a sample with several photos nobody knows whose its records are: they stay cards of their own.

    `apart` are samples whose items are decided each by itself.
    """

    def __init__(self, listed: ListedItems, apart: Collection[str] = ()) -> None:
        self._of = listed
        self._numbers = dict(zip(listed.keys, range(len(listed.keys)), strict=True))
        self._apart = frozenset(apart)
        self._together = self._tied()
        """Items (numbers) of a card by the first of them, the photo first; only of cards with several."""
        inner = {item for items in self._together.values() for item in items} - self._together.keys()
        every = range(len(listed.keys))
        self._firsts: Sequence[int] = [item for item in every if item not in inner] if inner else every
        self._card_of: dict[int, int] = {}
        """Numbers of cards by item, where a card has several or comes after such a one."""
        if self._together:
            for card, first in enumerate(self._firsts):
                for item in self._together.get(first, (first,)):
                    self._card_of[item] = card
        self.open = bytearray(not word for word in listed.words) if not inner else self._opened(self._firsts)
        self.whole = ReviewTally(len(self._firsts), sum(self.open), len(listed.keys), Counter(listed.words))

    def __len__(self) -> int:
        return len(self._firsts)

    @overload
    def __getitem__(self, card: int) -> ReviewCard: ...
    @overload
    def __getitem__(self, card: slice) -> list[ReviewCard]: ...
    def __getitem__(self, card: int | slice) -> ReviewCard | list[ReviewCard]:
        if isinstance(card, slice):
            return [self[at] for at in range(*card.indices(len(self)))]
        at = range(len(self))[card]
        return ReviewCard(at + 1, tuple(self._line(item) for item in self._items(at)))

    def __iter__(self) -> Iterator[ReviewCard]:
        return (self[card] for card in range(len(self)))

    @property
    def index_names(self) -> list[str]:
        return sorted(set(self._of.indexes))

    def taken_apart(self, sample: str) -> Deck:
        return Deck(self._of, self._apart | {sample})

    def place(self, key: str) -> int | None:
        """The card (from 0 on) on which an item lies; None where none has it."""
        item = self._numbers.get(key)
        return self._card_of.get(item, item) if item is not None else None

    def of_index(self, name: str) -> tuple[list[int], ReviewTally]:
        """Cards (from 0 on) of one index, and what was said of them."""
        indexes = self._of.indexes
        cards = [card for card, first in enumerate(self._firsts) if indexes[first] == name]
        words = [word for word, index in zip(self._of.words, indexes, strict=True) if index == name]
        return cards, ReviewTally(len(cards), sum(self.open[card] for card in cards), len(words), Counter(words))

    def say(self, key: str, verdict: Verdict | None, *tallies: ReviewTally) -> int | None:
        """Another word on an item; `tallies` count its card too. Returns the card (from 0 on)."""
        item, card = self._numbers.get(key), self.place(key)
        if item is None or card is None:
            return None
        before, after = self._of.words[item], verdict.value if verdict is not None else ""
        self._of.words[item] = after
        is_open = self._opened([self._firsts[card]])[0]
        for tally in (self.whole, *tallies):
            tally.said[before] -= 1
            tally.said[after] += 1
            tally.open += is_open - self.open[card]
        self.open[card] = is_open
        return card

    def _items(self, card: int) -> Sequence[int]:
        first = self._firsts[card]
        return self._together.get(first, (first,))

    def _opened(self, firsts: Sequence[int]) -> bytearray:
        words = self._of.words
        return bytearray(any(not words[item] for item in self._together.get(first, (first,))) for first in firsts)

    def _line(self, item: int) -> ReviewLine:
        of = self._of
        verdict = Verdict(of.words[item]) if of.words[item] else None
        return ReviewLine(
            of.keys[item], of.kinds[item], of.indexes[item], of.samples.get(item, ""), of.rounds[item], verdict
        )

    def _tied(self) -> dict[int, tuple[int, ...]]:
        tied: dict[tuple[int, str], list[int]] = {}
        for item, sample in sorted(self._of.samples.items()):
            if sample not in self._apart:
                tied.setdefault((self._of.rounds[item], sample), []).append(item)
        photo_first = lambda item: self._of.kinds[item] is not ItemKind.PHOTO  # noqa: E731
        return {items[0]: tuple(sorted(items, key=photo_first)) for items in tied.values() if self._is_one(items)}

    def _is_one(self, items: Sequence[int]) -> bool:
        kinds = Counter(self._of.kinds[item] for item in items)
        return kinds[ItemKind.PHOTO] == 1 and kinds[ItemKind.RECORD] > 0
