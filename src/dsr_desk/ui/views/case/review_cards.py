"""The two pictures of a review: the reference, and the candidate beside it. They get all the room there is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from dsr_desk.app.case.cases import CaseView, PhotoOfCase, reference_bytes
from dsr_desk.app.case.references import Shown, shown
from dsr_desk.app.case.review_deck import ReviewCard
from dsr_desk.core.findings import Candidate, ReasonKind, Verdict
from dsr_desk.core.items import Box, ItemKind
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.candidates import decided
from dsr_desk.ui.photos import PhotoView
from dsr_desk.ui.pictures import painted
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.review_parts import RecordView
from dsr_desk.ui.views.case.review_reading import CardContent
from dsr_desk.ui.widgets import Button, Card, Chip, clear, column_in, label, row, stacked
from dsr_desk.ui.words import tr

FACE_SIDE, WHOLE_SIDE = 640, 2000
"""Pixels along the longer side of what is shown."""

MARGIN = 0.45
"""How much of the photo around the face is shown, as a share of the face's size."""

CHOICE = 32
"""Pixels of a picture by which another reference photo is chosen."""


SMALLEST = QSize(80, 48)
"""Pixels of a picture where the window is small."""


class ReferenceCard(Card):
    def __init__(self) -> None:
        super().__init__(tr("Reference"), margin=8, spacing=4)
        self.photo = self.body.put(PhotoView(tr("Reference photo")), 1)
        self.photo.setMinimumSize(SMALLEST)
        self._line = row()
        self.body.addLayout(self._line)
        self._shown: dict[int, QImage] = {}
        self._why: dict[int, str] = {}
        self._of: tuple[str, tuple[PhotoOfCase, ...]] = ("", ())

    def show_case(self, session: Session, case: CaseView) -> None:
        """Reads and decodes beside the window, once: the photos of a case change rarely."""
        desk, photos = session.desk, case.photos
        if (case.ref, photos) == self._of:
            return
        if case.ref != self._of[0]:
            self.photo.show_image(None, tr("loading"))
        self._of = (case.ref, photos)

        def read() -> dict[int, Shown | None]:
            return {one.id: _face_of(one, reference_bytes(desk, case.ref, one.id)) for one in photos}

        session.read(self, read, lambda images: self._show(photos, images))

    def _show(self, photos: tuple[PhotoOfCase, ...], found: dict[int, Shown | None]) -> None:
        images = self._shown = {key: painted(one) if one is not None else QImage() for key, one in found.items()}
        self._why = {key: say(one.why) for key, one in found.items() if one is not None and one.why is not None}
        clear(self._line)
        for photo in photos if len(photos) > 1 else ():
            button = QToolButton()
            button.setIcon(QIcon(QPixmap.fromImage(images[photo.id])))
            button.setIconSize(QSize(CHOICE, CHOICE))
            button.setAccessibleName(photo.name)
            button.setToolTip(photo.name)
            button.clicked.connect(partial(self._choose, photo))
            self._line.addWidget(button)
        if photos:
            self._choose(photos[0])
        else:
            self.photo.show_image(None, tr("No reference photo: records alone were searched."))

    def _choose(self, photo: PhotoOfCase, _checked: bool = False) -> None:
        says = self._why.get(photo.id, photo.name)
        if photo.destroyed:
            says = tr("The photo was destroyed when the case ended.")
        self.photo.show_image(self._shown[photo.id], says)


def _face_of(photo: PhotoOfCase, data: bytes | None) -> Shown | None:
    """The chosen face with some of the photo around it."""
    if data is None:
        return None
    if photo.box_chosen is None:
        return shown(data, FACE_SIDE)
    box = photo.box_chosen.box
    across, down = round(box.width * MARGIN), round(box.height * MARGIN)
    return shown(data, FACE_SIDE, Box(box.left - across, box.top - down, box.right + across, box.bottom + down))


class CandidateCard(Card):
    def __init__(self) -> None:
        super().__init__(margin=8, spacing=4)
        self.setAccessibleName(tr("Candidate"))
        self.number = label("", "section")
        self.linked, self.verdict = Chip(), Chip()
        self.body.addLayout(row(self.number, self.linked, self.verdict))
        self.photo = PhotoView(tr("Face of the candidate"))
        self.photo.setMinimumSize(SMALLEST)
        self.record = RecordView()
        self._shown = self.body.put(stacked(self.photo, self.record), 1)

    def show_number(self, card: ReviewCard) -> None:
        """Which one it is and what was said of it; what it is comes when it is read."""
        self.number.setText(tr("Candidate {n}").format(n=words.figure(card.number)))
        self.verdict.say(decided(card) if any(line.verdict for line in card.lines) else "", Tone.PLAIN, "")

    def show_content(self, content: CardContent) -> None:
        """Everything but the picture, which comes when it is decoded."""
        if not content.parts:
            return
        lead, fields = content.parts[0]
        kinds = {reason.kind for one, _ in content.parts for reason in one.reasons}
        self.linked.say(_linked(kinds), Tone.INFO, "info")
        is_record = lead.kind is ItemKind.RECORD
        self._shown.setCurrentIndex(1 if is_record else 0)
        if is_record:
            self.record.show_record(lead, fields)

    def show_picture(self, image: QImage | None, why: Message | None = None) -> None:
        """None while it is being decoded; a null image where the index keeps none, or for the reason given."""
        missing = tr("The index keeps no picture of it. Space looks for the photo.")
        if why is not None:
            missing = tr("The photo cannot be shown: {why}.").format(why=say(why))
        self.photo.show_image(image, tr("loading") if image is None else missing)


class DecisionBar(QWidget):
    """The three words, which carry equal weight. `decided` carries the verdict of a pressed button; `score_asked` is
    the wish to see the score early, `apart_asked` that to decide photo and record each by itself."""

    decided = Signal(object)
    score_asked = Signal()
    apart_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = column_in(self, spacing=4)
        self.buttons = {verdict: self._button(verdict) for verdict in Verdict}
        self.score = label("", "note", wrap=True)
        self.reveal = Button(tr("show"), self.score_asked.emit, kind="link", name=tr("Show the score"))
        self.reveal.setToolTip(tr("Looking at the score before deciding is journalled."))
        self.setToolTip(tr("Space: whole photo · decisions can be undone until the plan is approved"))
        column.addLayout(row(None, *self.buttons.values(), None))
        self.apart = Button(tr("decide photo and record separately"), self.apart_asked.emit, kind="link")
        self.apart.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column.addLayout(row(self.score, self.reveal, self.apart, stretch=0))

    def show_card(self, card: ReviewCard) -> None:
        self.apart.setVisible(len(card.lines) > 1)

    def show_content(self, content: CardContent, *, known: bool) -> None:
        """A blind item has no score to show."""
        reasons = [why for one, _ in content.parts if isinstance(one, Candidate) for why in one.reasons]
        faces = [why for why in reasons if why.kind is ReasonKind.FACE]
        self.reveal.setVisible(bool(faces) and not known)
        hidden = tr("score hidden until decided") if faces else ""
        self.score.setText("\n".join(say(why.says) for why in faces) if known else hidden)
        self.score.setVisible(bool(self.score.text()))

    def show_keys(self, keys: dict[Verdict, str]) -> None:
        for verdict, button in self.buttons.items():
            button.setText(f"{keys[verdict]}  {words.term(verdict)}")

    def _button(self, verdict: Verdict) -> Button:
        name = words.term(verdict)
        button = Button(name, partial(self.decided.emit, verdict), name=name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button


def _linked(kinds: set[ReasonKind]) -> str:
    if ReasonKind.RECORD in kinds:
        return tr("its record matches")
    if ReasonKind.LINK in kinds:
        return tr("linked by a record")
    return tr("near-duplicate of a hit") if ReasonKind.DUPLICATE in kinds else ""
