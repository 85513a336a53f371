"""What every screen of the workspace has in common: a title row, a body that scrolls, and when it reads anew."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.core.changes import Change, Topic
from dsr_desk.ui.flow import Spring
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import column_in, label, row, scrolled


class Page(QWidget):
    """A screen. It reads from the desk when it is shown and whenever a change touches one of its `topics`."""

    topics: ClassVar[frozenset[Topic]] = frozenset()

    def __init__(self, session: Session, title: str) -> None:
        super().__init__()
        self.session = session
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._stale = True
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(16)
        self.title = label(title, "title")
        self.title.setMinimumHeight(36)
        self.head = row(self.title, spacing=12)
        self.chips = row()
        self.head.addLayout(self.chips)
        self.head.addWidget(Spring())
        outer.addLayout(self.head)
        inner = QWidget()
        self.body = column_in(inner, right=4)
        self.area = scrolled(inner, name=title, ground=True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self.area, 1)
        session.changed.connect(self._on_change)
        session.case_opened.connect(self.forget)
        session.unsaved.discarded.connect(self.forget)

    @property
    def ref(self) -> str:
        """The open case."""
        if self.session.case is None:
            raise RuntimeError("this screen belongs to a case and none is open")
        return self.session.case

    def reload(self) -> None:
        """Read everything from the desk and show it."""
        raise NotImplementedError

    def shut(self) -> None:
        """The vault is about to be locked: end what runs beside the window."""

    def forget(self, _case: str = "") -> None:
        """What is shown is out of date; it is read again as soon as somebody looks."""
        self._stale = True
        if self.isVisible():
            self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        if self._stale:
            self._stale = False
            self.reload()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.bring_up_to_date()

    def _on_change(self, change: Change) -> None:
        if change.topics & self.topics:
            self.forget()
