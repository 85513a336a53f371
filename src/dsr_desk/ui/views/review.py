"""Review: the reference stays at the left, one candidate after the other beside it, decided with a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dsr_desk.app.cases import show_case
from dsr_desk.app.columns import stale_searches
from dsr_desk.app.indexing import dataset_versions
from dsr_desk.app.review import (
    ReviewItem,
    accept_link,
    decide,
    decisions,
    face_crop,
    record_fields,
    refuse_link,
    refused_links,
    review_items,
    show_scores_early,
    undo_last,
    whole_photo,
)
from dsr_desk.app.searching import last_search
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.findings import Candidate, Decision, Verdict
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.ui import names, settings, words
from dsr_desk.ui.fields import Choice
from dsr_desk.ui.models.candidates import CandidatesModel
from dsr_desk.ui.pictures import Pictures, decode, upright_size
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.candidate_card import CandidateCard
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.reference_view import ReferenceCard
from dsr_desk.ui.views.review_parts import FilmStrip, KeysDialog, PlacePanel, ReviewFoot, WholePhoto
from dsr_desk.ui.widgets import Button, Chip, Empty, label, row


class ReviewPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.REVIEW, Topic.CASE})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Review"))
        self.setAccessibleName(self.tr("Review"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._all: list[ReviewItem] = []
        self._versions: dict[str, DatasetVersion] = {}
        self._by_id: dict[str, Candidate] = {}
        self._own = False
        self._known_scores: set[str] = set()
        self._refused: frozenset[tuple[str, str]] = frozenset()
        self._last_link: tuple[str, str] | None = None
        self._keys = settings.review_keys()
        self.pictures = Pictures(self._fetch, 320, self)
        self.model = CandidatesModel(self.pictures, self)
        self.pictures.arrived.connect(self._arrived)
        self.progress = Chip()
        self.chips.addWidget(self.progress)
        self.only = Choice(self.tr("Show candidates of"), [(self.tr("All indexes"), "")])
        self.only.activated.connect(lambda _index: self._filter())
        self.undo = Button(self.tr("Undo"), self._undo, key="Ctrl+Z")
        for widget in (self.only, self.undo, Button(self.tr("Keys"), self._show_keys, key="?")):
            self.head.addWidget(widget)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build())
        self._nothing = Empty(
            "", Button(self.tr("Go to the search"), lambda: session.go.emit("search"), kind="primary")
        )
        self._stack.addWidget(self._nothing)
        self.body.addWidget(self._stack, 1)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._all = review_items(desk, ref)
        self._by_id = {item.candidate.id: item.candidate for item in self._all}
        self._versions = {version.id: version for version, _ in dataset_versions(desk)}
        self._stack.setCurrentIndex(0 if self._all else 1)
        self._nothing.say(self.tr("Nothing to review yet: search first, or search found no candidate."))
        self.reference.show_case(self.session, show_case(desk, ref))
        chosen = self.only.value
        names_there = sorted({item.candidate.index for item in self._all})
        self.only.offer([(self.tr("All indexes"), ""), *((name, name) for name in names_there)])
        self.only.choose(chosen)
        self.foot.show_search(last_search(desk, ref), stale_searches(desk, ref))
        self._refused = refused_links(desk, ref)
        self._last_link = None
        self._keys = settings.review_keys()
        self.card.show_keys(self._keys)
        self._filter()

    def shut(self) -> None:
        self.pictures.close()

    def current(self) -> ReviewItem | None:
        index = self.film.currentIndex()
        return self.model.items[index.row()] if index.isValid() else None

    def decide(self, verdict: Verdict) -> None:
        """Record the officer's word on the current candidate and go on to the next open one."""
        item = self.current()
        if item is None:
            return
        row_number = self.film.currentIndex().row()
        if self._quietly(lambda: decide(self.session.desk, self.ref, item.candidate.id, verdict)) is None:
            return
        self._last_link = None
        address = item.candidate.address
        officer, now = self.session.desk.vault.officer_key, datetime.now(UTC).isoformat(timespec="seconds")
        self._take_over(row_number, Decision(self.ref, address, item.candidate.face, verdict, officer, now))
        following = self.model.next_open(row_number)
        self._go_to(following if following >= 0 else row_number)
        if following < 0:
            self._show_current()
        self.session.said.emit(
            self.tr("Candidate {n}: {verdict}").format(n=item.number, verdict=names.verdict_name(verdict))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif (verdict := self._verdict_of(event.text())) is not None:
            self.decide(verdict)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(self.film.currentIndex().row() + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Space:
            self._show_whole()
        else:
            super().keyPressEvent(event)

    def _verdict_of(self, typed: str) -> Verdict | None:
        return next((verdict for verdict, key in self._keys.items() if typed and key == typed.upper()), None)

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
        known = item.decision is not None or candidate.id in self._known_scores
        self.card.show_item(item, fields, score_known=known)
        if candidate.kind is ItemKind.PHOTO:
            self.card.show_picture(self.pictures.get(candidate.id))
        self.place.show_candidate(candidate, self._versions.get(candidate.dataset_version), fields, self._refused)

    def _reveal(self) -> None:
        if (item := self.current()) is not None:
            self._quietly(lambda: show_scores_early(self.session.desk, self.ref, item.candidate.id))
            self._known_scores.add(item.candidate.id)
            self._show_current()
            self.setFocus()

    def _arrived(self, key: str) -> None:
        item = self.current()
        if item is not None and item.candidate.id == key:
            self.card.show_picture(self.pictures.get(key))

    def _judge_link(self, linked: str, holds: bool) -> None:
        """Refuse a link, or take that back. What hangs on it is no longer proposed once the case is searched again."""
        item = self.current()
        if item is None:
            return
        desk, ref, pair = self.session.desk, self.ref, (item.candidate.id, linked)
        if self._quietly(lambda: (accept_link if holds else refuse_link)(desk, ref, *pair)) is None:
            return
        self._refused = refused_links(desk, ref)
        self._last_link = None if holds else pair
        self._show_current()
        self.setFocus()
        self.session.said.emit(
            self.tr("Link taken as it was") if holds else self.tr("Link refused: the next search does not follow it")
        )

    def _undo(self) -> None:
        if self._last_link is not None:
            if (row_number := self.model.row_of(self._last_link[0])) >= 0:
                self._go_to(row_number)
            self._judge_link(self._last_link[1], holds=True)
            return
        change = self._quietly(lambda: undo_last(self.session.desk, self.ref))
        if change is not None and (row_number := self.model.row_of(change.subject)) >= 0:
            found = decisions(self.session.desk, self.ref)
            again = next((one for one in reversed(found) if one.address.id == change.subject), None)
            self._take_over(row_number, again)
            self._go_to(row_number)
            self._show_current()
            number = self.model.items[row_number].number
            self.session.said.emit(self.tr("Candidate {n}: decision taken back").format(n=number))

    def _take_over(self, row_number: int, decision: Decision | None) -> None:
        """After one decision only its own row changes; the list is not read again."""
        self.model.decide(row_number, decision)
        changed = self.model.items[row_number]
        self._all[changed.number - 1] = changed
        self._count()

    def _quietly(self, act: Callable[[], Change]) -> Change | None:
        """A change of our own: the other screens hear of it, this one has shown it already."""
        self._own = True
        try:
            return self.session.do(act)
        finally:
            self._own = False

    def _on_change(self, change: Change) -> None:
        if not self._own:
            super()._on_change(change)

    def _count(self) -> None:
        total, still = len(self.model.items), self.model.count(None)
        same, different = self.model.count(Verdict.SAME), self.model.count(Verdict.DIFFERENT)
        unsure = self.model.count(Verdict.UNSURE)
        parts = [self.tr("{n} of {total} decided").format(n=words.figure(total - still), total=words.figure(total))]
        parts += [self.tr("{n} same").format(n=same), self.tr("{n} different").format(n=different)]
        parts += [self.tr("{n} unsure").format(n=unsure)] if unsure else []
        self.progress.say(" · ".join(parts))
        self.foot.go_on.setVisible(not still and not unsure)
        self.to_go.setText(words.counted(still, self.tr("1 to go"), "%Ln to go") if still else self.tr("all decided"))

    def _show_whole(self) -> None:
        item = self.current()
        if item is None or item.candidate.kind is ItemKind.RECORD:
            return
        candidate, desk = item.candidate, self.session.desk

        def show(found: tuple[QImage, QSize] | None) -> None:
            if found is None or found[0].isNull():
                self.session.said.emit(self.tr("The photo is not on this computer: the thumbnail is all there is."))
                return
            WholePhoto(self.tr("Candidate {n}").format(n=item.number), found[0], candidate, found[1], self).open()

        def read() -> tuple[QImage, QSize] | None:
            data = whole_photo(desk, candidate)
            return (decode(data, 2000), upright_size(data)) if data else None

        self.session.bridge.run(self.tr("Reading the photo"), lambda _report, _token: read(), show, context=self)

    def _show_keys(self) -> None:
        KeysDialog(self._keys, self).open()

    def _build(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        self.reference = ReferenceCard()
        self.place = PlacePanel()
        self.place.link_judged.connect(self._judge_link)
        self.card = CandidateCard()
        self.card.decided.connect(self.decide)
        self.card.score_asked.connect(self._reveal)
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
