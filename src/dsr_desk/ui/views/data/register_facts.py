"""What is known of a dataset, as a form: each fact says where it was read, and what is blank is shown as unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from dsr_desk.app.data.registering import FACTS, UNKNOWN, FactTaken, correct_dataset, registered_dataset
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.ui import language
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Chip, column_in, label, scrolled
from dsr_desk.ui.words import tr

IDENTITY = ("name", "version")
EXAMPLES = {"name": "portraits", "version": "2026.1"}


class FactsForm(QWidget):
    """`edited` is emitted whenever somebody types. Name and version can be fixed: items are addressed by them."""

    edited = Signal()

    def __init__(self, *, fixed_identity: bool = False) -> None:
        super().__init__()
        self.fields: dict[str, QLineEdit] = {}
        self.chips: dict[str, Chip] = {}
        self._read: dict[str, FactTaken] = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, key in enumerate((*IDENTITY, *FACTS)):
            field = text_field(language.say(message(f"datasetfact.{key}")), example=EXAMPLES.get(key, tr("unknown")))
            field.textEdited.connect(self._typed)
            caption = label(language.say(message(f"datasetfact.{key}")), "muted", wrap=True)
            caption.setBuddy(field)
            self.fields[key], self.chips[key] = field, Chip()
            grid.addWidget(caption, number, 0)
            grid.addWidget(field, number, 1)
            grid.addWidget(self.chips[key], number, 2)
            if key in IDENTITY and fixed_identity:
                field.setReadOnly(True)
                field.setEnabled(False)
        grid.setColumnMinimumWidth(0, 190)
        grid.setColumnMinimumWidth(2, 150)
        grid.setRowStretch(len(self.fields), 1)
        outer = column_in(self, spacing=8)
        outer.addWidget(scrolled(inner, name=tr("What is known of the dataset"), ground=True))
        self._say()

    def prefill(self, found: Sequence[FactTaken]) -> None:
        """Fills what nobody typed yet with what was read; the first file that says something counts."""
        for taken in found:
            field = self.fields.get(taken.field)
            if field is not None and not field.text().strip():
                field.setText(taken.value)
                field.setCursorPosition(0)
                self._read[taken.field] = taken
        self._say()

    def show_version(self, version: DatasetVersion) -> None:
        for key, field in self.fields.items():
            value = getattr(version, key)
            field.setText("" if value == UNKNOWN else value)
            field.setCursorPosition(0)
        self._say()

    @property
    def said(self) -> Mapping[str, str]:
        """By field name; blank where nothing is known."""
        return {key: field.text().strip() for key, field in self.fields.items()}

    @property
    def version(self) -> DatasetVersion:
        return DatasetVersion(**{key: value or UNKNOWN for key, value in self.said.items()})

    @property
    def ready(self) -> bool:
        return all(self.said[key] for key in IDENTITY)

    def _typed(self) -> None:
        self._say()
        self.edited.emit()

    def _say(self) -> None:
        """Beside each field: that it is unknown, or where it was read as it stands."""
        for key, field in self.fields.items():
            chip, taken, value = self.chips[key], self._read.get(key), field.text().strip()
            if not value:
                needed = key in IDENTITY
                chip.say(tr("needed") if needed else tr("unknown"), Tone.INFO if needed else Tone.WARN)
                chip.setToolTip("" if needed else tr("Reports will say that this is unknown."))
            elif taken is not None and taken.value == value:
                chip.say(tr("from {file}").format(file=taken.file), Tone.OK, "done")
                chip.setToolTip(language.say(taken.format))
            else:
                chip.say("")


class FactsDialog(Dialog):
    """Corrects what is known of a registered dataset version; the journal keeps that it was corrected."""

    def __init__(self, session: Session, version_id: str, parent: QWidget) -> None:
        says = tr("What you clear becomes unknown again. Name and version stay: the items are addressed by them.")
        super().__init__(tr("Correct what is known"), parent, says=says, act=tr("Save"), width=820)
        self._session, self._id = session, version_id
        self.form = self.body.put(FactsForm(fixed_identity=True), 1)
        self.form.show_version(registered_dataset(session.desk, version_id))
        self.form.setMinimumHeight(440)

    def go(self) -> None:
        desk, said = self._session.desk, {key: self.form.said[key] for key in FACTS}
        self.attempt(lambda: correct_dataset(desk, self._id, said), self._session.tell)
