"""The instruction letter of an action that other people carry out."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from dsr_desk.core.actions import Action
from dsr_desk.ui.models.actions import kind_name
from dsr_desk.ui.widgets import Button, label, row


class LetterDialog(QDialog):
    def __init__(self, action: Action, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(kind_name(action.kind))
        self.resize(640, 520)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.addWidget(label(f"{kind_name(action.kind)}: {action.what}", "section", wrap=True))
        text = QPlainTextEdit(action.instruction)
        text.setReadOnly(True)
        text.setAccessibleName(self.tr("Instruction"))
        body.addWidget(text, 1)
        copy = Button(self.tr("Copy"), lambda: QApplication.clipboard().setText(action.instruction))
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        body.addLayout(row(label(self.tr("Nothing is sent by this program."), "note"), None, copy, close))
