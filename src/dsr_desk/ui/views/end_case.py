"""How a case ends: with its reason where one is owed, and the reference photos destroyed. And how it goes on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from dsr_desk.core.requests import CaseState
from dsr_desk.ui import names, words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import Choice, text_field
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, label, row
from dsr_desk.ui.words import tr


class EndCaseDialog(QDialog):
    """All ends but closing need a reason; the button waits for it. Cancel is the default."""

    def __init__(self, ref: str, photos: int, left: Mapping[str, int], parent: QWidget) -> None:
        """`left` is what is open in the case, by code."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("End case {ref}").format(ref=ref))
        self.setMinimumWidth(520)
        ends = [state for state in CaseState if state.is_end]
        self._end = Choice(self.tr("How it ends"), [(names.state_name(state), state) for state in ends])
        self._reason = text_field(self.tr("Reason"))
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(self.tr("End case {ref}").format(ref=ref), "section"))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(label(self.tr("How it ends"), "muted"), self._end)
        form.addRow(label(self.tr("Reason"), "muted"), self._reason)
        body.addLayout(form)
        self.left = open_said(left)
        for sentence in self.left:
            body.addWidget(Notice(sentence, Tone.WARN, plain=True))
        if photos:
            says = self.tr("The reference photos are destroyed now. This cannot be undone, and the journal records it.")
            body.addWidget(Notice(says, Tone.WARN))
        cancel = Button(self.tr("Cancel"), self.reject)
        cancel.setDefault(True)
        self.act = Button(self.tr("End the case"), self.accept, kind="danger")
        body.addLayout(row(None, cancel, self.act))
        self._end.activated.connect(self._allow)
        self._reason.textChanged.connect(self._allow)
        self._allow()

    @property
    def end(self) -> CaseState:
        return self._end.value

    @property
    def reason(self) -> str:
        return self._reason.text().strip()

    def _allow(self) -> None:
        self.act.setEnabled(bool(self.reason) or not self.end.needs_reason)


def open_said(left: Mapping[str, int]) -> list[str]:
    """A sentence for each thing that is not done in a case; the end says the same."""
    said = {
        "undecided": words.counted(left.get("undecided", 0), tr("1 candidate is not decided"),
                                   "%Ln candidates are not decided"),
        "unsure": words.counted(left.get("unsure", 0), tr("1 candidate is unsure"), "%Ln candidates are unsure"),
        "waiting": words.counted(left.get("waiting", 0), tr("1 task of others is not answered"),
                                 "%Ln tasks of others are not answered"),
        "not_read_back": tr("What was deleted is not read back"),
        "models": words.counted(left.get("models", 0), tr("Nothing is decided on 1 affected model"),
                                "Nothing is decided on %Ln affected models"),
    }  # fmt: skip
    return [sentence for code, sentence in said.items() if left.get(code)]


class ReopenDialog(Dialog):
    """An ended case goes on; the reason stands in its log."""

    def __init__(self, ref: str, parent: QWidget) -> None:
        says = tr("Everything that was recorded stays. Reference photos that were destroyed at its end stay destroyed.")
        super().__init__(tr("Reopen case {ref}").format(ref=ref), parent, says=says, act=tr("Reopen the case"))
        self._reason = self.text(tr("Reason"))
        self.need(self._reason)

    @property
    def reason(self) -> str:
        return self._reason.text().strip()
