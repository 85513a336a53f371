"""What lies on the table in a review: reference, candidate, its place, film strip; and going from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from dsr_desk.app.case.cases import CaseView, PhotoOfCase, reference_bytes
from dsr_desk.app.case.references import Eyes, Shown, shown
from dsr_desk.app.case.review import SecondItem, WholePhoto, face_crop, record_fields, whole_photo
from dsr_desk.core.findings import Candidate, ReasonKind, Verdict
from dsr_desk.core.items import Box, DatasetVersion, ItemKind
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.candidates import BlindItem, CandidatesModel, Reviewed
from dsr_desk.ui.photos import PhotoView
from dsr_desk.ui.pictures import Pictures, painted
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.review_parts import FilmStrip, PlacePanel, RecordView, ReviewFoot, WholePhotoDialog
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Chip, Empty, across, clear, column_in, label, row, stacked
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
        self._eyes = Eyes()
        self.pictures = Pictures(self._fetch, self)
        self.model = CandidatesModel(self.pictures, self)
        self.pictures.arrived.connect(self._arrived)
        self.only = ChoiceField(tr("Show candidates of"), [(tr("All indexes"), "")])
        self.only.activated.connect(lambda _index: self._filter())
        self._nothing = Empty("", Button(tr("Go to the search"), lambda: session.go.emit("search"), kind="primary"))
        self._stack = stacked(self._build(), self._nothing)

    def shut(self) -> None:
        self.pictures.close()
        self._eyes.close()

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

    def _fetch(self, candidate: str) -> Shown | None:
        found = self._by_id.get(candidate)
        if found is None or found.kind is ItemKind.RECORD:
            return None
        # A photo that is linked without a compared face is shown whole.
        crop = face_crop(self.session.desk, found)
        if crop:
            return self._eyes.shown(crop, FACE_SIDE)
        whole = whole_photo(self.session.desk, found, FACE_SIDE)
        return whole.shown if whole else None

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
            self._show_picture(candidate.id)
        self.place.show_candidate(candidate, self._versions.get(candidate.dataset_version), fields, self._refused)

    def _arrived(self, key: str) -> None:
        item = self.current()
        if item is not None and item.candidate.id == key:
            self._show_picture(key)

    def _show_picture(self, key: str) -> None:
        self.card.show_picture(self.pictures.get(key), self.pictures.why(key))

    def _count(self) -> None:
        raise NotImplementedError

    def _show_whole(self) -> None:
        item = self.current()
        if item is None or item.candidate.kind is ItemKind.RECORD:
            return
        candidate, desk = item.candidate, self.session.desk

        def show(found: WholePhoto | None) -> None:
            if found is None:
                self.session.said.emit(tr("The photo is not on this computer: the thumbnail is all there is."))
            elif found.shown.why is not None:
                self.session.said.emit(tr("The photo cannot be shown: {why}.").format(why=say(found.shown.why)))
            else:
                title = tr("Candidate {n}").format(n=item.number)
                WholePhotoDialog(title, found, candidate.address.place, self).open()

        self.session.beside(self, tr("Reading the photo"), lambda: whole_photo(desk, candidate, WHOLE_SIDE), show)

    def _build(self) -> QWidget:
        whole = QWidget()
        column = column_in(whole)
        self.reference, self.place, self.card = ReferenceCard(), PlacePanel(), CandidateCard()
        column.addLayout(across((self.reference, 26), (self.card, 44), (self.place, 30)), 1)
        self.film = FilmStrip(self.model)
        self.film.selectionModel().currentChanged.connect(self._show_current)
        self.to_go = label("", "muted")
        self.to_go.setFixedWidth(88)
        column.addLayout(row(self.film, self.to_go, spacing=12))
        self.foot = column.put(ReviewFoot())
        self.foot.search_asked.connect(lambda: self.session.go.emit("search"))
        self.foot.models_asked.connect(lambda: self.session.go.emit("models"))
        return whole

    def _say_to_go(self, still: int) -> None:
        self.to_go.setText(words.counted(still, "1 to go", "%Ln to go") if still else tr("all decided"))


FACE_SIDE, WHOLE_SIDE = 320, 2000
"""Pixels along the longer side of what is shown."""

MARGIN = 0.45
"""How much of the photo around the face is shown, as a share of the face's size."""


class ReferenceCard(Card):
    def __init__(self) -> None:
        super().__init__(tr("Reference"))
        self.setAccessibleName(tr("Reference"))
        self.photo = self.body.put(PhotoView(tr("Reference photo")), 1)
        self._line = QHBoxLayout()
        self.body.addLayout(self._line)
        self._note = self.body.put(label("", "note", wrap=True))
        self._shown: dict[int, QImage] = {}
        self._why: dict[int, str] = {}
        self._case = ""

    def show_case(self, session: Session, case: CaseView) -> None:
        """Reads and decodes in a worker; the photos of a case change rarely."""
        desk, photos = session.desk, case.photos
        if case.ref != self._case:
            self.photo.show_image(None, tr("loading"))
        self._case = case.ref

        def read() -> dict[int, Shown | None]:
            return {one.id: _face_of(one, reference_bytes(desk, case.ref, one.id)) for one in photos}

        session.beside(self, tr("Reading the photos"), read, lambda images: self._show(photos, images))

    def _show(self, photos: tuple[PhotoOfCase, ...], found: dict[int, Shown | None]) -> None:
        images = self._shown = {key: painted(one) if one is not None else QImage() for key, one in found.items()}
        self._why = {key: say(one.why) for key, one in found.items() if one is not None and one.why is not None}
        clear(self._line)
        for photo in photos:
            button = QToolButton()
            button.setIcon(QIcon(QPixmap.fromImage(images[photo.id])))
            button.setIconSize(QSize(44, 44))
            button.setAccessibleName(photo.name)
            button.setToolTip(photo.name)
            button.clicked.connect(lambda _checked=False, photo=photo: self._choose(photo))
            self._line.addWidget(button)
        self._line.addStretch(1)
        self._note.setText(tr("{n} from the request").format(n=len(photos)))
        if photos:
            self._choose(photos[0])
        else:
            self.photo.show_image(None, tr("No reference photo: records alone were searched."))

    def _choose(self, photo: PhotoOfCase) -> None:
        says = self._why.get(photo.id, photo.name)
        if photo.destroyed:
            says = tr("The photo was destroyed when the case ended.")
        self.photo.show_image(self._shown[photo.id], says)


def _face_of(photo: PhotoOfCase, data: bytes | None) -> Shown | None:
    """The chosen face with some of the photo around it."""
    if data is None:
        return None
    if photo.box_chosen is None:
        return shown(data, FACE_SIDE * 2)
    box = photo.box_chosen.box
    across, down = round(box.width * MARGIN), round(box.height * MARGIN)
    return shown(data, FACE_SIDE * 2, Box(box.left - across, box.top - down, box.right + across, box.bottom + down))


class CandidateCard(Card):
    """`decided` carries the verdict of a pressed button; `score_asked` is the wish to see the score early."""

    decided = Signal(object)
    score_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Candidate"))
        self.number = label("", "section")
        self.linked, self.verdict = Chip(), Chip()
        self.body.addLayout(row(self.number, self.linked, self.verdict, None))
        self.photo = PhotoView(tr("Face of the candidate"))
        self.record = RecordView()
        self._shown = self.body.put(stacked(self.photo, self.record), 1)
        self.score = label("", "note", wrap=True)
        self.reveal = Button(tr("show"), self.score_asked.emit, kind="link", name=tr("Show the score"))
        self.reveal.setToolTip(tr("Looking at the score before deciding is journalled."))
        self.body.addLayout(row(self.score, self.reveal, stretch=0))
        self.buttons = {verdict: self._button(verdict) for verdict in Verdict}
        self.body.addLayout(row(None, *self.buttons.values(), None))
        says = tr("Space: whole photo · decisions can be undone until the plan is approved")
        hint = self.body.put(label(says, "note", wrap=True))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def show_item(self, item: Reviewed, fields: dict[str, str], *, score_known: bool) -> None:
        """Everything but the picture, which comes when it is decoded. A blind item has no score to show."""
        candidate = item.candidate
        self.number.setText(tr("Candidate {n}").format(n=item.number))
        self.linked.say(self._linked(candidate), Tone.INFO, "info")
        self.verdict.say(words.term(item.decision.verdict) if item.decision else "", Tone.PLAIN, "")
        is_record = candidate.kind is ItemKind.RECORD
        self._shown.setCurrentIndex(1 if is_record else 0)
        if is_record:
            self.record.show_record(candidate, fields)
        known = candidate.reasons if isinstance(candidate, Candidate) else ()
        faces = [one for one in known if one.kind is ReasonKind.FACE]
        self.reveal.setVisible(bool(faces) and not score_known)
        hidden = tr("score hidden until decided") if faces else ""
        self.score.setText("\n".join(say(one.says) for one in faces) if score_known else hidden)

    def show_picture(self, image: QImage | None, why: Message | None = None) -> None:
        """None while it is being decoded; a null image where the index keeps none, or for the reason given."""
        missing = tr("The index keeps no picture of it. Space looks for the photo.")
        if why is not None:
            missing = tr("The photo cannot be shown: {why}.").format(why=say(why))
        self.photo.show_image(image, tr("loading") if image is None else missing)

    def show_keys(self, keys: dict[Verdict, str]) -> None:
        for verdict, button in self.buttons.items():
            button.setText(f"{keys[verdict]}  {words.term(verdict)}")

    def _button(self, verdict: Verdict) -> Button:
        name = words.term(verdict)
        button = Button(name, partial(self.decided.emit, verdict), name=name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _linked(self, candidate: Candidate | SecondItem) -> str:
        kinds = {reason.kind for reason in candidate.reasons}
        if ReasonKind.RECORD in kinds:
            return tr("its record matches")
        if ReasonKind.LINK in kinds:
            return tr("linked by a record")
        return tr("near-duplicate of a hit") if ReasonKind.DUPLICATE in kinds else ""
