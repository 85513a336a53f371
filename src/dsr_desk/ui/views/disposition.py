"""What shall become of one affected model: the officer's decision, with its reason and its day."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from dsr_desk.core.lineage import Fate
from dsr_desk.ui.fields import Choice, DayField, Tick, text_field
from dsr_desk.ui.models.affected import AffectedRow, fate_name, path_sentence
from dsr_desk.ui.widgets import Button, label, row


class DispositionDialog(QDialog):
    """Holding, infeasible and not affected need a reason; the button waits for it."""

    def __init__(self, chosen: AffectedRow, parent: QWidget) -> None:
        super().__init__(parent)
        name = chosen.model.node.label.replace("@", " ")
        self.setWindowTitle(self.tr("What becomes of {name}").format(name=name))
        self.setMinimumWidth(520)
        self._fate = Choice(self.tr("Disposition"), [(fate_name(fate), fate) for fate in Fate])
        self._reason = text_field(self.tr("Reason"))
        self._responsible = text_field(self.tr("Responsible"))
        self._dated = Tick(self.tr("Due by"))
        self._day = DayField(self.tr("Due by"), date.today() + timedelta(days=30))
        self._day.setEnabled(False)
        self._dated.toggled.connect(self._day.setEnabled)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(name, "section"))
        body.addWidget(label(path_sentence(chosen.model), "muted", wrap=True))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(label(self.tr("Disposition"), "muted"), self._fate)
        form.addRow(label(self.tr("Reason"), "muted"), self._reason)
        form.addRow(label(self.tr("Responsible"), "muted"), self._responsible)
        form.addRow(self._dated, self._day)
        body.addLayout(form)
        self.act = Button(self.tr("Record"), self.accept, kind="primary")
        self.act.setDefault(True)
        body.addLayout(row(None, Button(self.tr("Cancel"), self.reject), self.act))
        self._take(chosen)
        self._fate.activated.connect(self._allow)
        self._reason.textChanged.connect(self._allow)
        self._allow()

    @property
    def fate(self) -> Fate:
        return self._fate.value

    @property
    def reason(self) -> str:
        return self._reason.text().strip()

    @property
    def responsible(self) -> str:
        return self._responsible.text().strip()

    @property
    def deadline(self) -> str:
        """A date, "" where none is set."""
        return self._day.day.isoformat() if self._dated.isChecked() else ""

    def _take(self, chosen: AffectedRow) -> None:
        planned = chosen.disposition.planned if chosen.disposition else None
        if planned is None:
            return
        self._fate.choose(planned.fate)
        self._reason.setText(planned.reason)
        self._responsible.setText(planned.responsible)
        if planned.deadline:
            self._dated.setChecked(True)
            self._day.day = date.fromisoformat(planned.deadline)

    def _allow(self) -> None:
        self.act.setEnabled(bool(self.reason) or not self.fate.needs_a_reason)
