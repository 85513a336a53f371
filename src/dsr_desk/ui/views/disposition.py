"""What shall become of an affected model, and, another day, what was seen to have become of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from dsr_desk.core.lineage import Fate
from dsr_desk.ui import words
from dsr_desk.ui.fields import Choice, DayField, Tick, text_field
from dsr_desk.ui.lineage_words import fate_name, name_of, path_sentence, seen_name
from dsr_desk.ui.models.affected import AffectedRow
from dsr_desk.ui.widgets import Button, label, row


class DispositionDialog(QDialog):
    """One decision for one model or several. Holding, infeasible and not affected need a reason; the button waits."""

    def __init__(self, chosen: Sequence[AffectedRow], parent: QWidget) -> None:
        super().__init__(parent)
        name = _name(chosen)
        self.setWindowTitle(self.tr("What becomes of {name}").format(name=name))
        self.setMinimumWidth(520)
        self._fate = Choice(self.tr("Disposition"), [(fate_name(fate), fate) for fate in Fate])
        self._reason = text_field(self.tr("Reason"))
        self._responsible = text_field(self.tr("Responsible"))
        self._dated = Tick(self.tr("Due by"))
        self._day = DayField(self.tr("Due by"), date.today() + timedelta(days=30))
        self._day.setEnabled(False)
        self._dated.toggled.connect(self._day.setEnabled)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(label(self.tr("Disposition"), "muted"), self._fate)
        form.addRow(label(self.tr("Reason"), "muted"), self._reason)
        form.addRow(label(self.tr("Responsible"), "muted"), self._responsible)
        form.addRow(self._dated, self._day)
        self.act = Button(self.tr("Record"), self.accept, kind="primary")
        _fill(self, name, _about(chosen), form, self.act)
        self._take(chosen[0])
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


class ObservationDialog(QDialog):
    """What was seen, on which day, by whom, and how they know. The button waits for how."""

    def __init__(self, chosen: Sequence[AffectedRow], officer: str, parent: QWidget) -> None:
        super().__init__(parent)
        name = _name(chosen)
        self.setWindowTitle(self.tr("What was seen of {name}").format(name=name))
        self.setMinimumWidth(520)
        self._fate = Choice(self.tr("What was seen"), [(seen_name(fate), fate) for fate in Fate])
        self._day = DayField(self.tr("Seen on"), date.today())
        self._day.setMaximumDate(self._day.date())
        self._by = text_field(self.tr("Seen by"), officer)
        self._how = text_field(self.tr("How it is known"), example=self.tr("the weights were gone from the store"))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(label(self.tr("What was seen"), "muted"), self._fate)
        form.addRow(label(self.tr("Seen on"), "muted"), self._day)
        form.addRow(label(self.tr("Seen by"), "muted"), self._by)
        form.addRow(label(self.tr("How it is known"), "muted"), self._how)
        self.act = Button(self.tr("Record"), self.accept, kind="primary")
        said = self.tr("This stands beside the decision and does not change it. Record only what somebody looked at.")
        _fill(self, name, said, form, self.act)
        self._how.textChanged.connect(self._allow)
        self._take(chosen[0])
        self._allow()

    @property
    def fate(self) -> Fate:
        return self._fate.value

    @property
    def seen(self) -> str:
        """A date."""
        return self._day.day.isoformat()

    @property
    def by(self) -> str:
        return self._by.text().strip()

    @property
    def how(self) -> str:
        return self._how.text().strip()

    def _take(self, chosen: AffectedRow) -> None:
        if chosen.disposition is not None and chosen.disposition.planned is not None:
            self._fate.choose(chosen.disposition.planned.fate)

    def _allow(self) -> None:
        self.act.setEnabled(bool(self.how))


def _fill(dialog: QDialog, name: str, said: str, form: QFormLayout, act: Button) -> None:
    body = QVBoxLayout(dialog)
    body.setContentsMargins(24, 24, 24, 16)
    body.setSpacing(12)
    body.addWidget(label(name, "section", wrap=True))
    body.addWidget(label(said, "muted", wrap=True))
    body.addLayout(form)
    act.setDefault(True)
    body.addLayout(row(None, Button(dialog.tr("Cancel"), dialog.reject), act))


def _name(chosen: Sequence[AffectedRow]) -> str:
    if len(chosen) == 1:
        return name_of(chosen[0].model.node)
    return words.counted(len(chosen), words.tr("1 model"), "%Ln models")


def _about(chosen: Sequence[AffectedRow]) -> str:
    if len(chosen) == 1:
        return path_sentence(chosen[0].model.shortest_path)
    return ", ".join(name_of(one.model.node) for one in chosen)
