"""One table model for every list of rows: the columns say what a cell shows. Another has rows to tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dsr_desk.ui.theme import Tone

Index = QModelIndex | QPersistentModelIndex
CELL = Qt.ItemDataRole.UserRole + 1
ROW = Qt.ItemDataRole.UserRole + 2
_ROLE = Qt.ItemDataRole
SAYS = (CELL, _ROLE.DisplayRole, _ROLE.AccessibleTextRole, _ROLE.ToolTipRole)

R = TypeVar("R")


@dataclass(frozen=True)
class Cell:
    """A line of text with a note below it, a chip above it, or a text that can be pressed like a button."""

    text: str = ""
    note: str = ""
    chip: str = ""
    tone: Tone = Tone.PLAIN
    strong: bool = False
    action: bool = False
    icon: str | None = None

    @property
    def says(self) -> str:
        return ", ".join(part for part in (self.chip, self.text, self.note) if part)


@dataclass(frozen=True)
class TableColumn(Generic[R]):
    """`width` in pixels; 0 takes what is left."""

    title: str
    cell: Callable[[R], Cell]
    width: int = 0


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows of any kind under fixed columns. `key` names a row, so that a refresh keeps what has not changed."""

    def __init__(
        self, columns: Sequence[TableColumn[R]], key: Callable[[R], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.key = key
        self._rows: Sequence[R] = []

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    def show_rows(self, rows: Sequence[R]) -> None:
        """Replace the rows; where their keys stay the same only the contents change, so the selection stays.

        Rows that are made when they are looked at are taken as they are: there may be hundreds of thousands.
        """
        if not isinstance(rows, list | tuple):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        if [self.key(row) for row in rows] == [self.key(row) for row in self._rows]:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_of(self, key: str) -> int:
        """The row with this key, -1 where there is none."""
        return next((number for number, row in enumerate(self._rows) if self.key(row) == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role not in SAYS:
            return None
        cell = self.columns[index.column()].cell(row)
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self.sentence(row)
        return cell.says

    def sentence(self, row: R) -> str:
        """The whole row for a screen reader."""
        cells = ((column.title, column.cell(row).says) for column in self.columns)
        return ". ".join(f"{title}: {says}" if title else says for title, says in cells if says)


class ChoicesModel(RowsModel[R]):
    """`chosen` are the rows that are ticked; rows that are not `possible` cannot be."""

    chosen_changed = Signal()

    def __init__(
        self,
        columns: Sequence[TableColumn[R]],
        key: Callable[[R], str],
        possible: Callable[[R], bool],
    ) -> None:
        super().__init__(columns, key)
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
