"""Sample: items drawn at random from what is covered and from what stays beside it, looked at one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.references import Shown
from dsr_desk.app.case.review import WholePhoto
from dsr_desk.app.case.sample_items import away_of, drawn_photo
from dsr_desk.app.case.scope import draw, mark_drawn, samples
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.sample import SampleModel, SampleRow, word_said
from dsr_desk.ui.pictures import Pictures
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.views.case.away_notice import AwayNotice
from dsr_desk.ui.views.case.review_cards import WHOLE_SIDE
from dsr_desk.ui.views.case.review_parts import WholePhotoDialog
from dsr_desk.ui.views.order.sample_parts import KEYS, DrawDialog, ItemCard, SampleShown, ShownCard, look
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip, Empty, Notice, across, column_in, framed, stacked
from dsr_desk.ui.words import tr

SIDE = 900
"""Pixels along the longer side of what is shown."""


class SampleTable(TableWidget):
    """Letters, Space and the sideways arrows belong to the page, not to a search in the list."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().strip() or event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)


class SamplePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE, Topic.DELETION, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Sample"))
        self._shown: SampleShown | None = None
        self._by_key: dict[str, SampleRow] = {}
        self._own = False
        self.progress = Chip()
        self.chips.addWidget(self.progress)
        self.of = ChoiceField(tr("Which sample"), [("", "")])
        self.of.activated.connect(lambda _index: self._lay_out())
        self.draw = Button(tr("Draw a sample …"), self._draw)
        for widget in (self.of, self.draw):
            self.head.addWidget(widget)
        self.blocked = self.body.put(Notice())
        self.blocked.hide()
        self.pictures = Pictures(self._fetch, self)
        self.pictures.arrived.connect(self._arrived)
        self._begin = Button(tr("Draw a sample …"), self._draw, kind="primary", name=tr("Draw a first sample"))
        self._nothing = Empty("", self._begin)
        self._stack = self.body.put(stacked(self._nothing, self._build()), 1)
        self.results = self.body.put(ShownCard(lambda: session.go.emit("models"), lambda: session.go.emit("search")))

    def shut(self) -> None:
        self.pictures.close()

    def forget(self, case: str = "") -> None:
        if case:
            self._shown = None
            self.pictures.cache.clear()
        super().forget(case)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.beside(
            self,
            tr("Reading the sample"),
            lambda: look(desk, ref),
            lambda shown: self._show(shown) if self.session.case == ref else None,
        )

    def current(self) -> SampleRow | None:
        found: SampleRow | None = self.table.current()
        return found

    def _show(self, shown: SampleShown) -> None:
        self._shown = shown
        self._by_key = {one.key: one for one in shown.rows}
        for button in (self.draw, self._begin):
            allow(button, shown.no_draw)
        self._stack.setCurrentIndex(1 if shown.rows else 0)
        nothing = tr("No sample was drawn yet. An officer looks at items drawn at random, so that nobody has to trust "
                     "the selector alone.")  # fmt: skip
        self._nothing.say(reason(shown.no_draw) or nothing)
        for button in self.card.buttons.values():
            allow(button, shown.refused)
        refused = shown.refused if shown.rows else None
        self.blocked.setVisible(refused is not None)
        self.blocked.say(reason(refused))
        self.results.show_samples(shown.samples, shown.missing)
        self.results.setVisible(bool(shown.samples or shown.missing))
        self.draw.dress("primary" if shown.samples and shown.missing else "")
        names = {"scope": tr("of what is covered"), "rest": tr("of what stays beside it")}
        before = self.of.value
        self.of.offer([
            (tr("{n} {of}").format(n=words.figure(one.n), of=names[one.of]), one.act) for one in shown.samples
        ] or [("", "")])  # fmt: skip
        self.of.choose(
            before
            if before in {one.act for one in shown.samples}
            else self._open_sample() or (shown.samples[-1].act if shown.samples else "")
        )
        self.of.setVisible(len(shown.samples) > 1)
        self._lay_out()

    def _open_sample(self) -> str:
        """A sample in which something waits for a word, "" where there is none."""
        return next((one.drawn.sample for one in self._by_key.values() if not one.drawn.word), "")

    def _lay_out(self) -> None:
        rows = [one for one in self._by_key.values() if one.drawn.sample == self.of.value]
        before = self.current()
        self.model.show_rows(rows)
        place = self.model.row_of(before.key) if before is not None else -1
        if rows:
            self._go_to(place if place >= 0 else max(0, self.model.next_open(0)))
            self._show_current()
        self._count()

    def _go_to(self, number: int) -> None:
        if 0 <= number < len(self.model.rows):
            self.table.choose(number)
            self.setFocus()

    def _show_current(self, _row: object = None) -> None:
        item = self.current()
        if item is None:
            return
        self.away.hide()
        self.card.show_row(item)
        if item.drawn.item.kind is ItemKind.PHOTO:
            self._show_picture(item.key)
            following = self.model.next_open(self.table.currentIndex().row() + 1)
            if following >= 0:
                self.pictures.get(self.model.rows[following].key)

    def _fetch(self, key: str) -> Shown | None:
        found = self._by_key.get(key)
        photo = drawn_photo(self.session.desk, found.drawn, SIDE) if found is not None else None
        return photo.shown if photo is not None else None

    def _arrived(self, key: str) -> None:
        item = self.current()
        if item is not None and item.key == key:
            self._show_picture(key)

    def _show_picture(self, key: str) -> None:
        self.card.show_picture(self.pictures.get(key), self.pictures.why(key))

    def say(self, word: str) -> None:
        """Record what the officer sees of the item on the table, and go on to the next that is open."""
        item = self.current()
        if item is None:
            return
        desk, ref, number = self.session.desk, self.ref, self.table.currentIndex().row()
        if self._quietly(partial(mark_drawn, desk, ref, [(item.drawn, word)])) is None:
            return
        self.model.say(number, word)
        self._by_key[item.key] = self.model.rows[number]
        if self._shown is not None:
            self.results.show_samples(samples(desk, ref), self._shown.missing)
        following = self.model.next_open(number)
        if following < 0 and (other := self._open_sample()):
            self.of.choose(other)
            self._lay_out()
        else:
            self._go_to(following if following >= 0 else number)
            self._show_current()
            self._count()
        said = tr("Item {n}: {word}").format(n=words.figure(item.number), word=word_said(word))
        self.session.said.emit(said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        word = next((word for word, letter in KEYS.items() if event.text().upper() == letter), None)
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif word is not None:
            self.card.buttons[word].click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(self.table.currentIndex().row() + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Space:
            self._show_whole()
        else:
            super().keyPressEvent(event)

    def _quietly(self, act: partial[Change]) -> Change | None:
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
        total = len(self.model.rows)
        looked = sum(bool(one.drawn.word) for one in self.model.rows)
        says = tr("{looked} of {n} looked at").format(looked=words.figure(looked), n=words.figure(total))
        self.progress.say(says if total else "")

    def _draw(self) -> None:
        if self._shown is not None:
            current = next((one.of for one in self._shown.samples if one.act == self.of.value), "scope")
            of = self._shown.missing or (current,)
            dialog = DrawDialog(of, self)
            dialog.drawn.connect(partial(self._drawn, of))
            dialog.open()

    def _drawn(self, of: tuple[str, ...], size: int) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.beside(self, tr("Drawing the sample"), lambda: [draw(desk, ref, one, size) for one in of])

    def _show_whole(self) -> None:
        item, desk = self.current(), self.session.desk
        if item is None or item.drawn.item.kind is ItemKind.RECORD:
            return

        def show(read: tuple[WholePhoto | None, tuple[Path, ...]]) -> None:
            found, away = read
            if away:
                self.away.show_away(away, tr("then press the key again"))
            elif found is None:
                self.away.tell(tr("The photo cannot be reached from here."))
            elif found.shown.why is not None:
                self.away.tell(tr("The photo cannot be shown: {why}.").format(why=say(found.shown.why)))
            else:
                title = tr("Item {n}").format(n=words.figure(item.number))
                WholePhotoDialog(title, found, item.place, self).open()

        def read() -> tuple[WholePhoto | None, tuple[Path, ...]]:
            found = drawn_photo(desk, item.drawn, WHOLE_SIDE)
            return found, away_of(desk, item.drawn) if found is None else ()

        self.session.beside(self, tr("Reading the photo"), read, show)

    def _build(self) -> QWidget:
        whole = QWidget()
        column = column_in(whole)
        self.away = column.put(AwayNotice())
        self.card = ItemCard()
        self.card.said.connect(self.say)
        self.model = SampleModel()
        self.table = SampleTable(self.model, name=tr("Items of the sample; B, N and U say what you see"), height=44)
        self.table.chosen.connect(self._show_current)
        self.setFocusProxy(self.table)
        column.addLayout(across((framed(self.table), 2), (self.card, 3)), 1)
        return whole
