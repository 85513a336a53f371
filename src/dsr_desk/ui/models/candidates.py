"""The cards of a review as a list of pictures. What a card says comes when it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dsr_desk.app.case.review_list import ReviewCard, ReviewLine
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import words
from dsr_desk.ui.pictures import Pictures
from dsr_desk.ui.words import tr

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole + 1
PICTURE = Qt.ItemDataRole.UserRole + 2


@dataclass
class Tally:
    """How many cards and items there are, and what was said of the items; kept in step, never counted anew."""

    cards: int = 0
    open: int = 0
    items: int = 0
    said: Counter[Verdict | None] = field(default_factory=Counter)

    @classmethod
    def of(cls, cards: Iterable[ReviewCard]) -> Tally:
        made = cls()
        for card in cards:
            made.take(card, 1)
        return made

    def take(self, card: ReviewCard, times: int) -> None:
        """Counts a card, or with -1 counts it out."""
        self.cards += times
        self.open += times * card.is_open
        self.items += times * len(card.lines)
        for line in card.lines:
            self.said[line.verdict] += times


class CandidatesModel(QAbstractListModel):
    """Rows are cards in the order of review, of all indexes or of one. Pictures come later, when they are decoded."""

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._all: list[ReviewCard] = []
        self._shown: list[int] = []
        self._rows: list[int] = []
        self._places: dict[str, int] = {}
        self._open = bytearray()
        self.only = ""
        self.whole, self.here = Tally(), Tally()
        pictures.arrived.connect(self._arrived)

    @property
    def cards(self) -> Sequence[ReviewCard]:
        """All cards, whether they are shown or not."""
        return self._all

    def card(self, row: int) -> ReviewCard:
        return self._all[self._shown[row]]

    def card_of(self, key: str) -> ReviewCard | None:
        """The card on which an item (pseudonym) lies, shown or not."""
        place = self._places.get(key)
        return self._all[place] if place is not None else None

    def show_cards(self, cards: Sequence[ReviewCard], only: str = "") -> None:
        """`only` names an index; "" shows all."""
        self._all = list(cards)
        self._places = {line.key: place for place, card in enumerate(cards) for line in card.lines}
        self.whole = Tally.of(cards)
        self.filter(only)

    def filter(self, only: str) -> None:
        """Cards of one index alone, or of all for ""."""
        self.beginResetModel()
        self.only = only
        everything = range(len(self._all))
        self._shown = [place for place in everything if not only or self._all[place].lines[0].index == only]
        self._rows = [-1] * len(self._all)
        for row, place in enumerate(self._shown):
            self._rows[place] = row
        self._open = bytearray(self._all[place].is_open for place in self._shown)
        self.here = Tally.of(self._all[place] for place in self._shown) if only else self.whole
        self.endResetModel()

    def say(self, said: Mapping[str, Verdict | None]) -> None:
        """Other words on these items (pseudonyms); the rest of the list is not looked at."""
        for key, verdict in said.items():
            place = self._places.get(key)
            if place is not None:
                self._change(place, key, verdict)

    def _change(self, place: int, key: str, verdict: Verdict | None) -> None:
        before = self._all[place]
        lines = tuple(_said(line, verdict) if line.key == key else line for line in before.lines)
        after = self._all[place] = before._replace(lines=lines)
        row = self._rows[place]
        tallies = [self.whole] if row < 0 or self.here is self.whole else [self.whole, self.here]
        for tally in tallies:
            tally.take(before, -1)
            tally.take(after, 1)
        if row >= 0:
            self._open[row] = after.is_open
            index = self.index(row, 0)
            self.dataChanged.emit(index, index)

    def row_of(self, key: str) -> int:
        """The row of the card on which an item (pseudonym) lies; -1 where none that is shown has it."""
        place = self._places.get(key)
        return self._rows[place] if place is not None else -1

    def next_open(self, row: int) -> int:
        """The next card that is not decided, from `row` on and round; -1 where all are."""
        found = self._open.find(1, max(0, row))
        return found if found >= 0 else self._open.find(1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        card = self.card(index.row())
        if role == ITEM:
            return card
        if role == PICTURE:
            return self._pictures.get(card.key) if card.lines[0].kind is ItemKind.PHOTO else None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Candidate {n}").format(n=words.figure(card.number))
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.sentence(card)
        return None

    def sentence(self, card: ReviewCard) -> str:
        """The row for a screen reader: number, what it is, index, decision; no score."""
        return tr("Candidate {n}, {what}, {index}: {decided}").format(
            n=words.figure(card.number), what=what_is(card), index=card.lines[0].index, decided=decided(card)
        )

    def _arrived(self, key: str) -> None:
        if (row := self.row_of(key)) >= 0:
            index = self.index(row, 0)
            self.dataChanged.emit(index, index, [PICTURE])


def what_is(card: ReviewCard) -> str:
    if card.lines[0].kind is ItemKind.RECORD:
        return tr("record")
    return tr("photo") if len(card.lines) == 1 else tr("photo with its record")


def decided(card: ReviewCard) -> str:
    """The word on a card; where they differ, on each of its items."""
    if card.verdict is not None:
        return words.term(card.verdict)
    if not any(line.verdict for line in card.lines):
        return tr("not decided")
    return ", ".join(
        f"{_kind(line)}: {words.term(line.verdict) if line.verdict else tr('open')}" for line in card.lines
    )


def _kind(line: ReviewLine) -> str:
    return tr("record") if line.kind is ItemKind.RECORD else tr("photo")


def _said(line: ReviewLine, verdict: Verdict | None) -> ReviewLine:
    return line._replace(verdict=verdict)
