"""What lies on the table in a review: reference, candidate, its place, film strip; and going from one to another.

Nothing is read on the window's thread: what a card says comes from a moment beside it, as the pictures do.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dsr_desk.app.case.references import Eyes, Shown
from dsr_desk.app.case.review import WholePhoto, content_of, face_crop, whole_photo
from dsr_desk.app.case.review_deck import Deck, ReviewCard
from dsr_desk.app.data.away import away_now
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.candidates import CandidatesModel
from dsr_desk.ui.pictures import Pictures
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.away_notice import AwayNotice
from dsr_desk.ui.views.case.review_cards import FACE_SIDE, WHOLE_SIDE, CandidateCard, DecisionBar, ReferenceCard
from dsr_desk.ui.views.case.review_parts import FilmStrip, PlacePanel, ReviewFoot, WholePhotoDialog
from dsr_desk.ui.views.case.review_reading import CardContent, content
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Empty, column_in, stacked
from dsr_desk.ui.words import tr

LOW = 520
"""Pixels of height below which the film strip is small."""


class ReviewTable(Page):
    """A page of cards one after the other. What is said of them is the subclass's."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._case = ""
        """The case whose cards are shown."""
        self._blind = False
        self._apart: set[str] = set()
        self._content: CardContent | None = None
        self._ahead: dict[str, CardContent] = {}
        self._asked = 0
        self._versions: dict[str, DatasetVersion] = {}
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

    def current(self) -> ReviewCard | None:
        index = self.film.currentIndex()
        return self.model.card(index.row()) if index.isValid() else None

    @property
    def content(self) -> CardContent | None:
        """What the current card says; None until it was read."""
        card, shown = self.current(), self._content
        return shown if card is not None and shown is not None and shown.key == card.key else None

    def _lay_out(self, deck: Deck) -> None:
        """Shows these, and stays where it was as far as that is among them."""
        before, chosen = self.current(), self.only.value
        self._ahead.clear()
        self._content = None
        for sample in self._apart:
            deck = deck.taken_apart(sample)
        names_there = deck.index_names
        self.only.offer([(tr("All indexes"), ""), *((name, name) for name in names_there)])
        self.only.choose(chosen)
        self.only.setVisible(len(names_there) > 1)
        self._stack.setCurrentIndex(0 if deck else 1)
        self.model.show_deck(deck, self.only.value)
        self._stay(before)

    def _filter(self) -> None:
        before = self.current()
        self.model.filter(self.only.value)
        self._stay(before)

    def _stay(self, before: ReviewCard | None) -> None:
        """After the rows were laid out anew: where it was, or else at the first open one."""
        place = self.model.row_of(before.key) if before is not None else -1
        self._go_to(place if place >= 0 else max(0, self.model.next_open(0)))
        self._count()

    def _split(self) -> None:
        """Photo and record of the current sample are decided each by itself from now on."""
        if (card := self.current()) is not None:
            self._apart.add(card.lines[0].sample)
            self._lay_out(self.model.deck)

    def _fetch(self, key: str) -> Shown | None:
        """In the worker of the pictures."""
        desk = self.session.desk
        for found in content_of(desk, self._case, [key]):
            # A photo that is linked without a compared face is shown whole.
            crop = face_crop(desk, found)
            if crop:
                return self._eyes.shown(crop, FACE_SIDE)
            whole = whole_photo(desk, found, FACE_SIDE)
            return whole.shown if whole else None
        return None

    def _go_to(self, row_number: int) -> None:
        if 0 <= row_number < self.model.rowCount():
            index = self.model.index(row_number, 0)
            self.film.scrollTo(index, FilmStrip.ScrollHint.PositionAtCenter)
            self.setFocus()
            if self.film.currentIndex() == index:
                self._show_current()
            else:
                self.film.setCurrentIndex(index)

    def _show_current(self, _now: QModelIndex | None = None, _before: QModelIndex | None = None) -> None:
        """Shows what is known already, and has the rest read, that of the next card with it."""
        card = self.current()
        if card is None:
            return
        self.away.hide()
        self.card.show_number(card)
        self.bar.show_card(card)
        if card.lines[0].kind is ItemKind.PHOTO:
            self._show_picture(card.key)
        if self.content is None and (ahead := self._ahead.get(card.key)) is not None:
            self._content = ahead
        if (shown := self.content) is not None:
            self._show_content(card, shown)
        self._have_read(card)

    def _have_read(self, card: ReviewCard) -> None:
        row = self.model.row_of(card.key)
        following = self.model.next_open(row + 1)
        wanted = [card, *([self.model.card(following)] if following >= 0 else [])]
        wanted = [one for one in wanted if one.key not in self._ahead]
        if not wanted:
            return
        desk, ref, blind = self.session.desk, self._case, self._blind
        self._asked += 1
        number = self._asked

        def read() -> list[CardContent]:
            return [content(desk, ref, one, blind=blind) for one in wanted]

        self.session.read(self, read, lambda found: self._was_read(number, found))

    def _was_read(self, number: int, found: list[CardContent]) -> None:
        if number != self._asked:  # the list is another one by now, or somebody went on
            return
        self._ahead = {one.key: one for one in (*list(self._ahead.values())[-4:], *found)}
        card = self.current()
        if card is not None and self.content is None and card.key in self._ahead:
            self._content = self._ahead[card.key]
            self._show_content(card, self._content)

    def _show_content(self, card: ReviewCard, shown: CardContent) -> None:
        known = not self._blind and (any(line.verdict for line in card.lines) or card.key in self._known_scores)
        self.card.show_content(shown)
        self.bar.show_content(shown, known=known)
        self.place.show_content(shown, self._versions, self._refused)

    def _arrived(self, key: str) -> None:
        card = self.current()
        if card is not None and card.key == key:
            self._show_picture(key)

    def _show_picture(self, key: str) -> None:
        self.card.show_picture(self.pictures.get(key), self.pictures.why(key))

    def _count(self) -> None:
        raise NotImplementedError

    def _show_whole(self) -> None:
        card, shown = self.current(), self.content
        if card is None or shown is None or not shown.parts or card.lines[0].kind is ItemKind.RECORD:
            return
        found_of, desk = shown.parts[0][0], self.session.desk

        def show(read: tuple[WholePhoto | None, tuple[Path, ...]]) -> None:
            found, away = read
            if away:
                self.away.show_away(away, tr("then press the key again"))
            elif found is None:
                self.away.tell(tr("The photo is not on this computer: the thumbnail is all there is."))
            elif found.shown.why is not None:
                self.away.tell(tr("The photo cannot be shown: {why}.").format(why=say(found.shown.why)))
            else:
                title = tr("Candidate {n}").format(n=card.number)
                WholePhotoDialog(title, found, found_of.address.place, self).open()

        def read() -> tuple[WholePhoto | None, tuple[Path, ...]]:
            found = whole_photo(desk, found_of, WHOLE_SIDE)
            return found, away_now(desk, found_of.index) if found is None else ()

        self.session.beside(self, tr("Reading the photo"), read, show)

    def _build(self) -> QWidget:
        whole = QWidget()
        column = column_in(whole, spacing=8)
        self.reference, self.place, self.card = ReferenceCard(), PlacePanel(), CandidateCard()
        self.away = column.put(AwayNotice())
        self.table = SideBySide(self.reference, self.card, self.place)
        column.addWidget(self.table, 1)
        self.bar = column.put(DecisionBar())
        self.bar.apart_asked.connect(self._split)
        self.film = FilmStrip(self.model)
        self.film.selectionModel().currentChanged.connect(self._show_current)
        column.addWidget(self.film)
        self.foot = column.put(ReviewFoot())
        self.foot.search_asked.connect(lambda: self.session.go.emit("search"))
        self.foot.models_asked.connect(lambda: self.session.go.emit("models"))
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.film.fit(low=self.height() < LOW)


SHARES = (34, 42, 24)
"""Of the width: reference, candidate, where it lies."""

LEAST_BESIDE = (146, 180, 180)
"""Pixels that each keeps where the window is narrow."""


class SideBySide(QWidget):
    """Three cards beside each other that take what room there is and ask for none: the pictures grow and shrink."""

    def __init__(self, *cards: QWidget) -> None:
        super().__init__()
        self._cards = cards
        for card in cards:
            card.setParent(self)
        self.setMinimumSize(sum(LEAST_BESIDE) + 16, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """What a card says may have become longer: then it needs another place."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        room = self.width() - 8 * (len(self._cards) - 1)
        widths = [max(least, room * share // 100) for share, least in zip(SHARES, LEAST_BESIDE, strict=True)]
        widths[1] += room - sum(widths)
        if (lacks := self._cards[1].minimumSizeHint().width() - widths[1]) > 0:
            widths = [widths[0] - min(lacks, widths[0] - LEAST_BESIDE[0]), widths[1], LEAST_BESIDE[2]]
            widths[1] = room - widths[0] - widths[2]
        layout = self._cards[1].layout()
        self.setMinimumHeight(max(150, layout.minimumHeightForWidth(widths[1]) if layout is not None else 0))
        left = 0
        for card, width in zip(self._cards, widths, strict=True):
            card.setGeometry(left, 0, width, self.height())
            left += width + 8
