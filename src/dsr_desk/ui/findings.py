"""What a ✓ rests on, in words: who did it, when, and the entry of the journal in which it stands."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from dsr_desk.app.case.steps import Finding
from dsr_desk.ui import theme, words
from dsr_desk.ui.words import tr


def finding_said(found: Finding | None) -> str:
    """ "" where nothing stands behind it."""
    if found is None:
        return ""
    return tr("{who}, {when}, entry {n} of the journal").format(
        who=found.officer or tr("unknown"), when=words.moment(found.time), n=words.figure(found.entry)
    )


def show_finding(widget: QWidget, found: Finding | None) -> None:
    """On demand: as a tooltip and for a screen reader."""
    says = finding_said(found)
    widget.setToolTip(says)
    widget.setAccessibleDescription(says)


class FoundLabel(QLabel):
    """A sentence that says on a click or Enter on what it rests, as its tooltip does."""

    def __init__(self, text: str, found: Finding | None, role: str = "") -> None:
        super().__init__(text)
        self._text, self._finding = text, finding_said(found)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(True)
        self.setAccessibleName(text)
        show_finding(self, found)
        if self._finding:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def toggle(self) -> None:
        if self._finding:
            opened = self.text() != self._text
            self.setText(self._text if opened else f"{self._text}\n{self._finding}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.toggle()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(theme.colour(theme.tokens().focus), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            painter.end()
