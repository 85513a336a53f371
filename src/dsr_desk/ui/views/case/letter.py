"""The instruction letter of an action that other people carry out."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from dsr_desk.core.actions import Action
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.language import spoken
from dsr_desk.ui.widgets import Button
from dsr_desk.ui.words import term, tr


class LetterDialog(Dialog):
    def __init__(self, action: Action, parent: QWidget) -> None:
        says = tr("Nothing is sent by this program.")
        super().__init__(f"{term(action.kind)}: {action.what}", parent, says=says, width=640, height=520)
        text = QPlainTextEdit(action.letter(spoken()))
        text.setReadOnly(True)
        text.setAccessibleName(tr("Instruction"))
        self.body.addWidget(text, 1)
        copy = Button(tr("Copy"), lambda: QApplication.clipboard().setText(text.toPlainText()))
        self.foot.insertWidget(0, copy)
