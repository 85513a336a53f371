"""The table widget of every list: rows of one height, keys to open, no widget per row."""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from dsr_desk.ui.delegates.rows import RowDelegate
from dsr_desk.ui.models.table import ROW, ChoicesModel, RowsModel

R = TypeVar("R")

LEAST_COLUMN = 150
"""Pixels: a column that takes what is left of the width is not narrower."""


class TableWidget(QTableView):
    """`opened` carries the row object on Enter, double click or a click on its painted button; `chosen` on moving."""

    opened = Signal(object)
    chosen = Signal(object)

    def __init__(self, model: RowsModel[Any], *, name: str, height: int = 64) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._delegate = RowDelegate(self, height=height)
        self._delegate.pressed.connect(self._open)
        self.setItemDelegate(self._delegate)
        model.setParent(self)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(height)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setMinimumSectionSize(60)
        for number, column in enumerate(model.columns):
            if column.width:
                columns.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                columns.resizeSection(number, column.width)
            else:
                columns.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
        self._widths = [column.width for column in model.columns]
        self.doubleClicked.connect(self._open)
        self.clicked.connect(self._toggle)
        self.selectionModel().currentRowChanged.connect(self._choose)

    def current(self) -> Any:
        """The row object that is chosen, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def choose(self, row: int) -> None:
        self.setCurrentIndex(self.model().index(row, 0))

    def sizeHint(self) -> QSize:
        """A few rows; more where there is room."""
        return QSize(256, 168)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Columns without a width share what is left. Where that is too little to read, the table scrolls across."""
        columns = self.horizontalHeader()
        for number, width in enumerate(self._widths):
            if width and columns.sectionSize(number) < columns.sectionSizeHint(number):
                columns.resizeSection(number, columns.sectionSizeHint(number))
        open_ = [number for number, width in enumerate(self._widths) if not width]
        taken = sum(columns.sectionSize(number) for number, width in enumerate(self._widths) if width)
        rest = self.viewport().width() - taken
        for order, number in enumerate(open_):
            share = rest // len(open_) + (order < rest % len(open_))
            columns.resizeSection(number, max(share, LEAST_COLUMN, columns.sectionSizeHint(number)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Space and isinstance(self.model(), ChoicesModel) and self.currentIndex().isValid():
            self._toggle(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        if (row := index.data(ROW)) is not None:
            self.opened.emit(row)

    def _toggle(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, ChoicesModel):
            model.toggle(index.row())

    def _choose(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(now.data(ROW) if now.isValid() else None)
