"""How a case ends: with its reason where one is owed, and the reference photos destroyed."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from dsr_desk.core.requests import CaseState
from dsr_desk.ui import names
from dsr_desk.ui.fields import Choice, text_field
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, label, row


class EndCaseDialog(QDialog):
    """All ends but closing need a reason; the button waits for it. Cancel is the default."""

    def __init__(self, ref: str, photos: int, parent: QWidget) -> None:
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
