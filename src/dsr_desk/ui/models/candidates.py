"""The candidates of a review as a list of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dsr_desk.app.case.review import ReviewItem, SecondItem
from dsr_desk.core.findings import Decision, Verdict
from dsr_desk.ui import words
from dsr_desk.ui.pictures import Pictures
from dsr_desk.ui.words import tr

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole + 1
PICTURE = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class BlindItem:
    """A candidate for a second or third word. `decision` is the officer's own one of just now."""

    number: int
    candidate: SecondItem
    decision: Decision | None = None


Reviewed = ReviewItem | BlindItem


class CandidatesModel(QAbstractListModel):
    """Rows are in the order of review. Pictures come later, when they are decoded."""

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._items: list[Reviewed] = []
        self._rows: dict[str, int] = {}
        pictures.arrived.connect(self._arrived)

    @property
    def items(self) -> Sequence[Reviewed]:
        return self._items

    def show_items(self, items: Sequence[Reviewed]) -> None:
        self.beginResetModel()
        self._items = list(items)
        self._rows = {item.candidate.id: row for row, item in enumerate(items)}
        self.endResetModel()

    def decide(self, row: int, decision: Decision | None) -> None:
        """Show another decision in one row; the rest of the list is not read again."""
        self._items[row] = replace(self._items[row], decision=decision)
        index = self.index(row, 0)
        self.dataChanged.emit(index, index)

    def row_of(self, candidate: str) -> int:
        return self._rows.get(candidate, -1)

    def next_open(self, row: int) -> int:
        """The next row without a decision, from `row` on and round; -1 where all are decided."""
        order = [*range(row, len(self._items)), *range(row)]
        return next((number for number in order if self._items[number].decision is None), -1)

    def count(self, verdict: Verdict | None) -> int:
        return sum((item.decision.verdict if item.decision else None) is verdict for item in self._items)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM:
            return item
        if role == PICTURE:
            return self._pictures.get(item.candidate.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Candidate {n}").format(n=item.number)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.sentence(item)
        return None

    def sentence(self, item: Reviewed) -> str:
        """The row for a screen reader: number, place, decision; no score."""
        decided = words.term(item.decision.verdict) if item.decision else tr("not decided")
        return tr("Candidate {n}, {dataset}, {place}: {decided}").format(
            n=item.number, dataset=item.candidate.dataset_version, place=item.candidate.address.place, decided=decided
        )

    def _arrived(self, key: str) -> None:
        if (row := self._rows.get(key, -1)) >= 0:
            index = self.index(row, 0)
            self.dataChanged.emit(index, index, [PICTURE])
