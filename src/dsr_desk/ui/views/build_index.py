"""What an index is built from and why it may exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from dsr_desk.core.items import DatasetVersion
from dsr_desk.ui.fields import DayField, text_field
from dsr_desk.ui.widgets import Button, label, row, scrolled

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Wish:
    """What the officer asked to be built."""

    sources: tuple[Path, ...]
    to: Path
    version: DatasetVersion
    purpose: str
    legal_basis: str
    impact_assessment: str
    destroy_by: str


class BuildIndexDialog(QDialog):
    """Empty fields are written down as "unknown", and every report says so."""

    def __init__(self, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setWindowTitle(self.tr("Build an index"))
        self.resize(680, 620)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.addWidget(label(self.tr("Build an index"), "title"))
        says = self.tr(
            "It holds templates of the faces of people who never asked, so it has a purpose, a basis and an end."
        )
        body.addWidget(label(says, "muted", wrap=True))
        inner = QWidget()
        form = QFormLayout(inner)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.sources = QPlainTextEdit()
        self.sources.setAccessibleName(self.tr("Folders, shards and tables, one in a line"))
        self.sources.setFixedHeight(72)
        self.sources.setTabChangesFocus(True)
        choose = row(
            Button(self.tr("Add a folder …"), self._add_folder, kind="link"),
            Button(self.tr("Add files …"), self._add_files, kind="link"),
            None,
        )
        form.addRow(label(self.tr("Data"), "muted"), self.sources)
        form.addRow("", choose)
        self.name = self._line(form, self.tr("Dataset"))
        self.version = self._line(form, self.tr("Version"))
        self.supplier = self._line(form, self.tr("Supplied by"))
        self.source = self._line(form, self.tr("Source"))
        self.collected = self._line(form, self.tr("Collected"))
        self.consent = self._line(form, self.tr("Legal basis of the data"))
        self.purpose = self._line(form, self.tr("Purpose of the index"))
        self.basis = self._line(form, self.tr("Legal basis of the index"))
        self.assessment = self._line(form, self.tr("Impact assessment"))
        self.end = DayField(self.tr("Destroy by"), date.today() + timedelta(days=365))
        form.addRow(label(self.tr("Destroy by"), "muted"), self.end)
        body.addWidget(scrolled(inner, name=self.tr("Facts"), ground=True), 1)
        self.act = Button(self.tr("Build"), self.accept, kind="primary")
        self.act.setDefault(True)
        body.addLayout(row(None, Button(self.tr("Cancel"), self.reject), self.act))
        for field in (self.name, self.version):
            field.textChanged.connect(self._allow)
        self.sources.textChanged.connect(self._allow)
        self._allow()

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(Path(line.strip()) for line in self.sources.toPlainText().splitlines() if line.strip())

    def wish(self) -> Wish:
        """What was filled in."""
        version = DatasetVersion(
            name=self.name.text().strip(),
            version=self.version.text().strip(),
            supplier=_or_unknown(self.supplier),
            source=_or_unknown(self.source),
            collected=_or_unknown(self.collected),
            legal_basis=_or_unknown(self.consent),
        )
        return Wish(
            self.paths,
            self._folder / f"{version.name}-{version.version}",
            version,
            _or_unknown(self.purpose),
            _or_unknown(self.basis),
            _or_unknown(self.assessment),
            self.end.day.isoformat(),
        )

    def _line(self, form: QFormLayout, name: str) -> QLineEdit:
        field = text_field(name)
        caption = label(name, "muted")
        caption.setBuddy(field)
        form.addRow(caption, field)
        return field

    def _allow(self) -> None:
        self.act.setEnabled(bool(self.paths and self.name.text().strip() and self.version.text().strip()))

    def _add(self, paths: list[str]) -> None:
        for path in paths:
            self.sources.appendPlainText(path)

    def _add_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, self.tr("Choose a folder of data")):
            self._add([chosen])

    def _add_files(self) -> None:
        self._add(QFileDialog.getOpenFileNames(self, self.tr("Choose shards and tables"))[0])


def _or_unknown(field: QLineEdit) -> str:
    return field.text().strip() or UNKNOWN
