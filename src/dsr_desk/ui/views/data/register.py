"""Registering a dataset: what lies there, what is known of it, what its columns hold, and the index that is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QWidget

from dsr_desk.app.data.indexing import INVENTORY, IndexPurpose
from dsr_desk.app.data.registering import UNKNOWN, FactTaken, SourceView
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.ui.dialogs import add_line, form_layout
from dsr_desk.ui.fields import ChoiceField, DayField, Tick, text_field
from dsr_desk.ui.placing import room_for
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields, fields_in
from dsr_desk.ui.views.data.register_columns import ColumnRow, ColumnsForm, rows_of
from dsr_desk.ui.views.data.register_facts import FactsForm
from dsr_desk.ui.views.data.register_source import SourceStep
from dsr_desk.ui.widgets import Button, ColumnLayout, Notice, column_in, label, row, scrolled, stacked
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class Wish:
    """What the officer asked for. Without `register` the dataset is registered and no index is built."""

    sources: tuple[Path, ...]
    to: Path
    version: DatasetVersion
    register: IndexPurpose | None
    engine: str
    thumbnails: bool
    changed: tuple[ColumnRow, ...]
    confirmed: bool


class RegisterDialog(QDialog):
    """Four pages; each can be gone back to. `wanted` carries a Wish."""

    wanted = Signal(object)

    def __init__(self, session: Session, folder: Path, parent: QWidget, version: DatasetVersion | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setWindowTitle(tr("Register a dataset"))
        self.setAccessibleName(tr("Register a dataset"))
        self.resize(QSize(900, 700).boundedTo(room_for(self)))
        self.source = SourceStep(session.bridge)
        self.facts = FactsForm(fixed_identity=version is not None)
        self.columns = ColumnsForm()
        self.index = IndexStep()
        self._known = version
        self._shown: tuple[SourceView, ...] = ()
        if version is not None:
            self.facts.show_version(version)
        self._pages: list[tuple[str, str, QWidget]] = [
            (tr("What lies there"), "", self.source),
            (
                tr("What is known of it"),
                tr("Leave blank what nobody knows: it stays unknown, and every report says so."),
                self.facts,
            ),
            (
                tr("What the columns hold"),
                tr("Guessed from headers and values. Look at each: a wrong guess hides people."),
                self.columns,
            ),
            (
                tr("The index"),
                tr("It holds templates of the faces of people who never asked, so it has a purpose, a basis, an end."),
                self.index,
            ),
        ]
        body = ColumnLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        self._title = label("", "title")
        self._at = body.put(label("", "note"))
        self._says = label("", "muted", wrap=True)
        body.addWidget(self._title)
        body.addWidget(self._says)
        self._stack = stacked(*(page for _, _, page in self._pages))
        body.put(scrolled(self._stack, name=tr("Register a dataset"), ground=True), 1)
        self.missing = body.put(Notice(tone=Tone.INFO))
        self.back = Button(tr("Back"), lambda: self._turn(-1))
        self.next = Button(tr("Next"), lambda: self._turn(1), kind="primary")
        self.alone = Button(tr("Register without an index"), lambda: self._finish(build=False))
        self.build = Button(tr("Build the index"), lambda: self._finish(build=True), kind="primary")
        body.addLayout(row(Button(tr("Cancel"), self.reject), None, self.back, self.alone, self.next, self.build))
        self.source.changed.connect(self._looked)
        self.facts.edited.connect(self._allow)
        self._turn(0)
        self._keep(session, version.id if version is not None else "")

    def _keep(self, session: Session, version: str) -> None:
        """What is typed comes back when the dialog is opened again; folders and files are chosen anew."""
        fields = [*fields_in(self.facts), *fields_in(self.index)]
        form = TypedFields(self, {str(number): field for number, field in enumerate(fields)})
        place = f"register {version}"
        session.unsaved.follow(place, self.windowTitle(), form, form.edited)
        self.finished.connect(lambda _result: session.unsaved.leave(form))
        self.finished.connect(lambda _result: session.unsaved.forget(place))

    def take(self, paths: Sequence[Path]) -> None:
        """Begin with these paths."""
        self.source.take(paths)

    def done(self, result: int) -> None:
        self.source.stop()
        super().done(result)

    def _looked(self) -> None:
        views = tuple(self.source.views.values())
        if views != self._shown:
            self._shown = views
            self.facts.prefill([taken for view in views for taken in view.found])
            if self._known is None and views:
                self.facts.prefill([FactTaken("name", views[0].path.stem, views[0].path.name, message("fact.folder"))])
            self.columns.show_rows(rows_of(views))
        self._allow()

    def _turn(self, by: int) -> None:
        at = self._stack.currentIndex() + by
        if self._pages[at][2] is self.columns and not self.columns.model.rows:
            at += by or 1
        self._stack.setCurrentIndex(at)
        title, says, page = self._pages[at]
        self._at.setText(tr("Step {n} of {total}").format(n=at + 1, total=len(self._pages)))
        self._title.setText(title)
        self._says.setText(says)
        self._says.setVisible(bool(says))
        self._allow()
        if by:
            page.setFocus()
            self.focusNextChild()

    def _allow(self) -> None:
        at, last = self._stack.currentIndex(), self._stack.currentIndex() == len(self._pages) - 1
        ready = [bool(self.source.views) and not self.source.busy, self.facts.ready, True, True]
        self.back.setVisible(at > 0)
        self.next.setVisible(not last)
        self.next.setEnabled(ready[at])
        self.alone.setVisible(last)
        self.build.setVisible(last)
        (self.build if last else self.next).setDefault(True)
        self.missing.setVisible(at == 1 and not ready[1])
        self.missing.say(tr("Name and version are needed: the items are addressed by them for good."), Tone.INFO)

    def _finish(self, *, build: bool) -> None:
        version = self.facts.version
        wish = Wish(
            tuple(self.source.views),
            self._folder / f"{version.name}-{version.version}".replace("/", "-"),
            version,
            self.index.register if build else None,
            self.index.engine.value,
            self.index.thumbnails.isChecked(),
            tuple(self.columns.changed),
            confirmed=bool(self.columns.model.rows),
        )
        self.accept()
        self.wanted.emit(wish)


class IndexStep(QWidget):
    """Why the index may exist, until when, and how it is made."""

    def __init__(self) -> None:
        super().__init__()
        form = form_layout()
        self.purpose = text_field(tr("Purpose of the index"), example=tr("for example: answering erasure requests"))
        self.basis = text_field(tr("Legal basis of the index"), example=tr("unknown"))
        self.assessment = text_field(tr("Impact assessment"), example=tr("its reference; unknown where there is none"))
        self.end = DayField(tr("Destroy by"), date.today() + timedelta(days=365))
        self.engine = ChoiceField(
            tr("Face engine"),
            [
                (tr("Standard"), "standard"),
                (tr("Thorough: slower, finds more small and turned faces"), "thorough"),
                (tr("None: an inventory that lists and hashes, in which no face can be found"), INVENTORY),
            ],
        )
        self.thumbnails = Tick(tr("Keep a small picture of each face for the review"))
        self.thumbnails.setChecked(True)
        for field in (self.purpose, self.basis, self.assessment, self.end, self.engine):
            add_line(form, field.accessibleName(), field)
        form.addRow("", self.thumbnails)
        body = column_in(self, spacing=8)
        body.addLayout(form)
        says = tr("Building goes on in the background and can be stopped: what was done is kept and continued later.")
        body.addWidget(Notice(says, Tone.INFO))
        body.addStretch(1)

    @property
    def register(self) -> IndexPurpose:
        purpose, basis, assessment = (
            field.text().strip() or UNKNOWN for field in (self.purpose, self.basis, self.assessment)
        )
        return IndexPurpose(purpose, basis, assessment, self.end.day.isoformat())
