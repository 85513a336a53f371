"""Dialogs: an error in four parts, a question with verbs, a confirmation that is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from dsr_desk.core.errors import DeskError
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Sign, label, row


class ErrorDialog(QDialog):
    """What happened, what it means for the case, what to do, and the code."""

    def __init__(self, error: DeskError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("DSR Desk"))
        self.setAccessibleName(error.what_happened)
        self.setMinimumWidth(480)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Sign("warn", Tone.DANGER, 24), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(label(error.what_happened, "section", wrap=True, selectable=True), 1)
        body.addLayout(head)
        for caption, text in (
            (self.tr("What it means"), error.what_it_means),
            (self.tr("What to do"), error.what_to_do),
        ):
            body.addWidget(label(caption, "note"))
            body.addWidget(label(text, wrap=True, selectable=True))
        body.addSpacing(8)
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        copy = Button(self.tr("Copy code"), lambda: QApplication.clipboard().setText(error.code), kind="link")
        body.addLayout(row(label(error.code, "note", selectable=True), copy, None, close))


class LinesDialog(QDialog):
    """An explanation in steps, with its source."""

    def __init__(self, title: str, source: str, lines: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section"))
        for line in lines:
            body.addWidget(label(line, wrap=True, selectable=True))
        body.addWidget(label(source, "note", wrap=True, selectable=True))
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        body.addLayout(row(None, close))


class Question(QDialog):
    """A question whose buttons are verbs. The safe answer is the default."""

    def __init__(self, title: str, text: str, *, act: str, stay: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section", wrap=True))
        body.addWidget(label(text, wrap=True, selectable=True))
        body.addSpacing(8)
        self.act = Button(act, self.accept, kind="danger")
        self.stay = Button(stay, self.reject, kind="primary")
        self.stay.setDefault(True)
        body.addLayout(row(None, self.stay, self.act))


class TypedConfirmation(QDialog):
    """Something that cannot be undone: the word must be typed, Cancel is the default, the count is in the button."""

    def __init__(self, title: str, text: str, word: str, act: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self._word = word
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section", wrap=True))
        body.addWidget(label(text, wrap=True, selectable=True))
        ask = label(self.tr("Type {word} to go on:").format(word=word))
        self.field = text_field(ask.text())
        self.field.textChanged.connect(self._typed)
        ask.setBuddy(self.field)
        body.addWidget(ask)
        body.addWidget(self.field)
        body.addSpacing(8)
        self.cancel = Button(self.tr("Cancel"), self.reject)
        self.cancel.setDefault(True)
        self.act = Button(act, self.accept, kind="danger")
        self.act.setEnabled(False)
        body.addLayout(row(None, self.cancel, self.act))
        self.field.setFocus()

    def _typed(self, text: str) -> None:
        self.act.setEnabled(text.strip() == self._word)
