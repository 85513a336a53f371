"""Parts of the review: the film strip, the panel on where a candidate lies, the whole photo, the list of keys."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QListView, QVBoxLayout, QWidget

from dsr_desk.core.findings import Candidate, ReasonKind
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.ui.delegates.film import FilmDelegate
from dsr_desk.ui.models.candidates import CandidatesModel
from dsr_desk.ui.photo_view import PhotoView
from dsr_desk.ui.widgets import Button, Card, Facts, clear, label, row, rule, scrolled


class FilmStrip(QListView):
    """All candidates in one line of equal pictures. Letters and digits belong to the review, not to a search here."""

    def __init__(self, model: CandidatesModel) -> None:
        super().__init__()
        self.setProperty("role", "film")
        self.setAccessibleName(self.tr("Candidates"))
        self.setModel(model)
        self.setItemDelegate(FilmDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(92)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class RecordView(QWidget):
    """The fields of a record; those that a reason names are marked."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        outer.addWidget(scrolled(inner, name=self.tr("Fields of the record")))

    def show_record(self, candidate: Candidate, fields: dict[str, str]) -> None:
        clear(self._grid)
        for number, (name, value) in enumerate(fields.items()):
            self._grid.addWidget(label(name, "muted"), number, 0)
            shown = label(value, "accent" if _is_proved(name, candidate) else "", wrap=True, selectable=True)
            self._grid.addWidget(shown, number, 1)
        self._grid.setRowStretch(len(fields), 1)


class PlacePanel(Card):
    """Where a candidate lies, what is known of its dataset, and the record that goes with it."""

    def __init__(self) -> None:
        super().__init__(self.tr("Where it lies"))
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(6)
        self.body.addWidget(scrolled(inner, name=self.tr("Where the candidate lies")), 1)

    def show_candidate(
        self, candidate: Candidate, dataset: DatasetVersion | None, fields: dict[str, str], says: list[str]
    ) -> None:
        clear(self._column)
        address = candidate.address
        self._column.addWidget(label(candidate.dataset_version.replace("@", " "), "strong", wrap=True))
        self._column.addWidget(label(address.place, "note", wrap=True, selectable=True))
        facts = Facts()
        unknown = self.tr("unknown")
        facts.show_facts(
            [
                (self.tr("Supplied by"), dataset.supplier if dataset else unknown),
                (self.tr("Legal basis"), dataset.legal_basis if dataset else unknown),
            ]
        )
        self._column.addWidget(facts)
        if fields and candidate.kind is ItemKind.PHOTO:
            self._column.addWidget(rule())
            self._column.addWidget(label(self.tr("Record"), "note"))
            for name, value in fields.items():
                self._column.addWidget(label(name, "note"))
                shown = label(value, "accent" if _is_proved(name, candidate) else "", wrap=True, selectable=True)
                self._column.addWidget(shown)
        if says:
            self._column.addWidget(rule())
            for sentence in says:
                self._column.addWidget(label(sentence, "muted", wrap=True))
        if candidate.quality:
            self._column.addWidget(
                label(self.tr("Quality: {q}").format(q=", ".join(candidate.quality)), "muted", wrap=True)
            )
        self._column.addStretch(1)


class WholePhoto(QDialog):
    """The whole photo with the face marked; Space or Escape closes it."""

    def __init__(self, title: str, image: QImage, candidate: Candidate, of: QSize, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(1000, 720)
        body = QVBoxLayout(self)
        view = PhotoView(title)
        view.show_image(image, self.tr("The photo cannot be shown."))
        view.mark(candidate.box, of)
        body.addWidget(view, 1)
        body.addLayout(
            row(label(candidate.address.place, "note", selectable=True), None, Button(self.tr("Close"), self.accept))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.accept()
            return
        super().keyPressEvent(event)


class KeysDialog(QDialog):
    """All keys of the review."""

    def __init__(self, keys: list[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys of the review"))
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        for number, (key, says) in enumerate(keys):
            grid.addWidget(label(key, "strong"), number, 0)
            grid.addWidget(label(says), number, 1)
        body.addLayout(grid)
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        body.addLayout(row(None, close))


def _is_proved(column: str, candidate: Candidate) -> bool:
    """Whether a reason names this column."""
    kinds = (ReasonKind.RECORD, ReasonKind.LINK)
    return any(f"column {column}" in reason.says for reason in candidate.reasons if reason.kind in kinds)
