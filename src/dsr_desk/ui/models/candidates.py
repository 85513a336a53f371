"""The cards of a review as a list of pictures. What a card says comes when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dsr_desk.app.case.review_deck import Deck, ListedItems, ReviewCard, ReviewLine, ReviewTally
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import words
from dsr_desk.ui.pictures import Pictures
from dsr_desk.ui.words import tr

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole + 1
PICTURE = Qt.ItemDataRole.UserRole + 2


class CandidatesModel(QAbstractListModel):
    """Rows are cards in the order of review, of all indexes or of one. Pictures come later, when they are decoded."""

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self.deck = Deck(ListedItems())
        """All cards, whether they are shown or not."""
        self.only = ""
        self._shown: Sequence[int] = range(0)
        self._rows: dict[int, int] | None = None
        """Rows by card, where only some are shown."""
        self._open = self.deck.open
        self.here = self.deck.whole
        pictures.arrived.connect(self._arrived)

    @property
    def whole(self) -> ReviewTally:
        return self.deck.whole

    def card(self, row: int) -> ReviewCard:
        return self.deck[self._shown[row]]

    def card_of(self, key: str) -> ReviewCard | None:
        """The card on which an item (pseudonym) lies, shown or not."""
        place = self.deck.place(key)
        return self.deck[place] if place is not None else None

    def show_deck(self, deck: Deck, only: str = "") -> None:
        """`only` names an index; "" shows all."""
        self.deck = deck
        self.filter(only)

    def filter(self, only: str) -> None:
        """Cards of one index alone, or of all for ""."""
        self.beginResetModel()
        self.only = only
        if only:
            self._shown, self.here = self.deck.of_index(only)
            self._rows = {card: row for row, card in enumerate(self._shown)}
            self._open = bytearray(self.deck.open[card] for card in self._shown)
        else:
            self._shown, self.here, self._rows = range(len(self.deck)), self.deck.whole, None
            self._open = self.deck.open
        self.endResetModel()

    def say(self, said: Mapping[str, Verdict | None]) -> None:
        """Other words on these items (pseudonyms); the rest of the list is not looked at."""
        for key, verdict in said.items():
            row = self.row_of(key)
            beside = (self.here,) if row >= 0 and self.only else ()
            card = self.deck.say(key, verdict, *beside)
            if card is not None and row >= 0:
                self._open[row] = self.deck.open[card]
                index = self.index(row, 0)
                self.dataChanged.emit(index, index)

    def row_of(self, key: str) -> int:
        """The row of the card on which an item (pseudonym) lies; -1 where none that is shown has it."""
        place = self.deck.place(key)
        if place is None:
            return -1
        return place if self._rows is None else self._rows.get(place, -1)

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
            n=words.figure(card.number), what=what_is(card), index=card.lines[0].index_name, decided=decided(card)
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
