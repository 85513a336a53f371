"""A place that is a list: its actions above, one sentence and the first action while there is nothing to list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QPushButton, QStackedWidget

from dsr_desk.ui.models.table import RowsModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Empty, framed

R = TypeVar("R")


class ListCard(QStackedWidget, Generic[R]):
    """A table on a card, or what stands in its place while it is empty."""

    def __init__(
        self, model: RowsModel[R], *, name: str, empty: str, begin: Sequence[QPushButton] = (), height: int = 60
    ) -> None:
        super().__init__()
        self.model = model
        self.table = TableWidget(model, name=name, height=height)
        card = framed(self.table)
        self.addWidget(card)
        self.addWidget(Empty(empty, *begin))

    @property
    def chosen(self) -> R | None:
        row: R | None = self.table.current()
        return row

    def show_rows(self, rows: Sequence[R]) -> None:
        """Keeps the choice where its row is still there; else the first is chosen."""
        before = self.model.key(self.chosen) if self.chosen is not None else ""
        self.model.show_rows(rows)
        self.setCurrentIndex(0 if rows else 1)
        if rows and self.chosen is None:
            self.table.choose(max(0, self.model.row_of(before)))


class ListPage(Page, Generic[R]):
    """Subclasses read rows into `list` and say in `allow` what may be done with the chosen one."""

    def __init__(
        self,
        session: Session,
        title: str,
        model: RowsModel[R],
        *,
        name: str,
        empty: str,
        actions: Sequence[QPushButton],
        begin: QPushButton,
    ) -> None:
        super().__init__(session, title)
        for button in actions:
            self.head.addWidget(button)
        self.model = model
        self.list = self.body.put(ListCard(model, name=name, empty=empty, begin=[begin]), 1)
        self.table = self.list.table
        self.table.chosen.connect(self.allow)
        self.setFocusProxy(self.table)

    def show_rows(self, rows: Sequence[R]) -> None:
        self.list.show_rows(rows)
        self.allow(self.list.chosen)

    def allow(self, chosen: R | None) -> None:
        """Shows the row and enables what can be done with it."""
        raise NotImplementedError
