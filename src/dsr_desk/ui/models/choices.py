"""A table whose rows can be ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from dsr_desk.ui.models.table import Index, RowsModel, TableColumn

R = TypeVar("R")


class ChoicesModel(RowsModel[R]):
    """`chosen` are the rows that are ticked; rows that are not `possible` cannot be."""

    chosen_changed = Signal()

    def __init__(
        self,
        columns: Sequence[TableColumn[R]],
        key: Callable[[R], str],
        possible: Callable[[R], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, key, parent)
        self._possible = possible
        self._ticked: set[str] = set()

    @property
    def chosen(self) -> list[R]:
        return [row for row in self.rows if self.key(row) in self._ticked and self._possible(row)]

    def tick(self, row: int, on: bool) -> None:
        if not self._possible(self.rows[row]):
            return
        key = self.key(self.rows[row])
        (self._ticked.add if on else self._ticked.discard)(key)
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))
        self.chosen_changed.emit()

    def toggle(self, row: int) -> None:
        self.tick(row, self.key(self.rows[row]) not in self._ticked)

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = super().flags(index)
        if index.column() == 0 and index.isValid() and self._possible(self.rows[index.row()]):
            return base | Qt.ItemFlag.ItemIsUserCheckable
        return base

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.CheckStateRole and index.isValid() and index.column() == 0:
            row = self.rows[index.row()]
            if not self._possible(row):
                return None
            return Qt.CheckState.Checked if self.key(row) in self._ticked else Qt.CheckState.Unchecked
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.tick(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True
