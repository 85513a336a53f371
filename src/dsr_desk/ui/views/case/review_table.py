"""What lies on the table in a review: reference, candidate, its place, film strip; and going from one to another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from dsr_desk.app.case.review import SecondItem, face_crop, record_fields, whole_photo
from dsr_desk.core.findings import Candidate
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.ui import words
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.models.candidates import BlindItem, CandidatesModel, Reviewed
from dsr_desk.ui.pictures import Pictures, decode, upright_size
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.candidate_card import CandidateCard
from dsr_desk.ui.views.case.reference_view import ReferenceCard
from dsr_desk.ui.views.case.review_parts import FilmStrip, PlacePanel, ReviewFoot, WholePhoto
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Empty, column_in, label, row
from dsr_desk.ui.words import tr


class ReviewTable(Page):
    """A page of candidates one after the other. What is said of them is the subclass's."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._all: list[Reviewed] = []
        self._versions: dict[str, DatasetVersion] = {}
        self._by_id: dict[str, Candidate | SecondItem] = {}
        self._known_scores: set[str] = set()
        self._refused: frozenset[tuple[str, str]] = frozenset()
        self.pictures = Pictures(self._fetch, 320, self)
        self.model = CandidatesModel(self.pictures, self)
        self.pictures.arrived.connect(self._arrived)
        self.only = ChoiceField(tr("Show candidates of"), [(tr("All indexes"), "")])
        self.only.activated.connect(lambda _index: self._filter())
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build())
        self._nothing = Empty("", Button(tr("Go to the search"), lambda: session.go.emit("search"), kind="primary"))
        self._stack.addWidget(self._nothing)

    def shut(self) -> None:
        self.pictures.close()

    def current(self) -> Reviewed | None:
        index = self.film.currentIndex()
        return self.model.items[index.row()] if index.isValid() else None

    def _lay_out(self, items: Sequence[Reviewed]) -> None:
        """Shows these, and stays where it was as far as that is among them."""
        self._all = list(items)
        self._by_id = {item.candidate.id: item.candidate for item in self._all}
        self._stack.setCurrentIndex(0 if self._all else 1)
        chosen = self.only.value
        names_there = sorted({item.candidate.index for item in self._all})
        self.only.offer([(tr("All indexes"), ""), *((name, name) for name in names_there)])
        self.only.choose(chosen)
        self._filter()

    def _fetch(self, candidate: str) -> bytes | None:
        found = self._by_id.get(candidate)
        if found is None or found.kind is ItemKind.RECORD:
            return None
        # A photo that is linked without a compared face is shown whole.
        return face_crop(self.session.desk, found) or whole_photo(self.session.desk, found)

    def _filter(self) -> None:
        before = self.current()
        wanted = self.only.value
        self.model.show_items([item for item in self._all if not wanted or item.candidate.index == wanted])
        place = self.model.row_of(before.candidate.id) if before else -1
        if place < 0:
            place = max(0, self.model.next_open(0)) if self.model.items else -1
        self._go_to(place)
        self._count()

    def _go_to(self, row_number: int) -> None:
        if 0 <= row_number < len(self.model.items):
            index = self.model.index(row_number, 0)
            self.film.setCurrentIndex(index)
            self.film.scrollTo(index, FilmStrip.ScrollHint.PositionAtCenter)
            self.setFocus()

    def _show_current(self, _now: QModelIndex | None = None, _before: QModelIndex | None = None) -> None:
        item = self.current()
        if item is None:
            return
        candidate, desk = item.candidate, self.session.desk
        fields = record_fields(desk, candidate)
        known = not isinstance(item, BlindItem) and (item.decision is not None or candidate.id in self._known_scores)
        self.card.show_item(item, fields, score_known=known)
        if candidate.kind is ItemKind.PHOTO:
            self.card.show_picture(self.pictures.get(candidate.id))
        self.place.show_candidate(candidate, self._versions.get(candidate.dataset_version), fields, self._refused)

    def _arrived(self, key: str) -> None:
        item = self.current()
        if item is not None and item.candidate.id == key:
            self.card.show_picture(self.pictures.get(key))

    def _count(self) -> None:
        raise NotImplementedError

    def _show_whole(self) -> None:
        item = self.current()
        if item is None or item.candidate.kind is ItemKind.RECORD:
            return
        candidate, desk = item.candidate, self.session.desk

        def show(found: tuple[QImage, QSize] | None) -> None:
            if found is None or found[0].isNull():
                self.session.said.emit(tr("The photo is not on this computer: the thumbnail is all there is."))
                return
            WholePhoto(tr("Candidate {n}").format(n=item.number), found[0], candidate, found[1], self).open()

        def read() -> tuple[QImage, QSize] | None:
            data = whole_photo(desk, candidate)
            return (decode(data, 2000), upright_size(data)) if data else None

        self.session.beside(self, tr("Reading the photo"), read, show)

    def _build(self) -> QWidget:
        whole = QWidget()
        column = column_in(whole)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        self.reference, self.place, self.card = ReferenceCard(), PlacePanel(), CandidateCard()
        columns.addWidget(self.reference, 26)
        columns.addWidget(self.card, 44)
        columns.addWidget(self.place, 30)
        column.addLayout(columns, 1)
        self.film = FilmStrip(self.model)
        self.film.selectionModel().currentChanged.connect(self._show_current)
        self.to_go = label("", "muted")
        self.to_go.setFixedWidth(88)
        column.addLayout(row(self.film, self.to_go, spacing=12))
        self.foot = ReviewFoot()
        self.foot.search_asked.connect(lambda: self.session.go.emit("search"))
        self.foot.models_asked.connect(lambda: self.session.go.emit("models"))
        column.addWidget(self.foot)
        return whole

    def _say_to_go(self, still: int) -> None:
        self.to_go.setText(words.counted(still, "1 to go", "%Ln to go") if still else tr("all decided"))
