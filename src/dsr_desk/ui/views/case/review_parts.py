"""Parts of the review: the film strip, the panel on where a candidate lies, what was compared, photo, keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QLayout, QListView, QSizePolicy, QWidget

from dsr_desk.app.case.review import BareReason, SecondItem, WholePhoto
from dsr_desk.core.findings import Candidate, Reason, ReasonKind, SearchResult, Verdict
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.delegates.film import LEAST, SIDE, FilmDelegate
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.language import say, say_all
from dsr_desk.ui.models.candidates import CandidatesModel
from dsr_desk.ui.photos import PhotoView
from dsr_desk.ui.pictures import painted
from dsr_desk.ui.placing import room_for
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.review_reading import CardContent
from dsr_desk.ui.widgets import (
    Button,
    Card,
    Chip,
    ColumnLayout,
    Notice,
    clear,
    column_in,
    label,
    row,
    rule,
    scrolled,
    scrolled_column,
)
from dsr_desk.ui.words import term, tr


class FilmStrip(QListView):
    """All candidates in one line of equal pictures. Letters and digits belong to the review, not to a search here."""

    def __init__(self, model: CandidatesModel) -> None:
        super().__init__()
        self.setProperty("role", "film")
        self.setAccessibleName(tr("Candidates"))
        self.setModel(model)
        delegate = FilmDelegate(self)
        self.setItemDelegate(delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._delegate = delegate
        self.fit(low=False)

    def fit(self, *, low: bool) -> None:
        """Small pictures where the window is low."""
        side = LEAST if low else SIDE
        if side != self._delegate.side or self.maximumHeight() != side + 28:
            self._delegate.side = side
            self.setFixedHeight(side + 28)
            self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class RecordView(QWidget):
    """The fields of a record; those that a reason names are marked."""

    def __init__(self) -> None:
        super().__init__()
        outer = column_in(self, spacing=8)
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        area = scrolled(inner, name=tr("Fields of the record"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        outer.addWidget(area)

    def show_record(self, candidate: Candidate | SecondItem, fields: dict[str, str]) -> None:
        clear(self._grid)
        for number, (name, value) in enumerate(fields.items()):
            self._grid.addWidget(label(name, "muted"), number, 0)
            shown = label(value, "accent" if _is_proved(name, candidate) else "", wrap=True, selectable=True)
            self._grid.addWidget(shown, number, 1)
        self._grid.setRowStretch(len(fields), 1)


class PlacePanel(Card):
    """Where a candidate lies, what is known of its dataset, the record that goes with it, and why it is proposed.

    `link_judged` carries an item, the one at the other end of the link, and whether the link holds.
    """

    link_judged = Signal(str, str, bool)

    def __init__(self) -> None:
        super().__init__(tr("Where it lies"), margin=8, spacing=4)
        self._column, area = scrolled_column(tr("Where the candidate lies"), spacing=6)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.body.addWidget(area, 1)

    def show_content(
        self, content: CardContent, versions: Mapping[str, DatasetVersion], refused: Collection[tuple[str, str]]
    ) -> None:
        """`refused` are the links of the case that do not hold, as pairs of item and linked item."""
        clear(self._column)
        for number, (candidate, fields) in enumerate(content.parts):
            if number:
                self._column.addWidget(rule())
            self._say_of(candidate, refused)
            if fields and (candidate.kind is ItemKind.PHOTO) is (len(content.parts) == 1):
                self._show_record(candidate, fields)
        if content.parts:
            self._say_dataset(versions.get(content.parts[0][0].dataset_version))
        self._column.addStretch(1)

    def _say_of(self, candidate: Candidate | SecondItem, refused: Collection[tuple[str, str]]) -> None:
        """A link is judged in the first review; a second officer sees only that there is one."""
        judged = isinstance(candidate, Candidate)
        self._column.addWidget(label(candidate.dataset_version.replace("@", " "), "strong", wrap=True))
        self._column.addWidget(_narrow(label(candidate.address.place, "note", wrap=True, selectable=True)))
        reasons = [one for one in candidate.reasons if one.kind is not ReasonKind.FACE]
        if reasons:
            self._column.addWidget(label(tr("Why it is here"), "note"))
        for reason in reasons:
            self._column.addWidget(label(_why(reason), wrap=True))
            if judged and reason.kind is ReasonKind.LINK and reason.linked_item:
                linked = (candidate.id, reason.linked_item)
                self._column.addLayout(self._judge(reason, linked, linked in refused))
        if isinstance(candidate, Candidate) and candidate.quality:
            quality = tr("Quality: {q}").format(q=", ".join(map(term, candidate.quality)))
            self._column.addWidget(label(quality, "muted", wrap=True))

    def _show_record(self, candidate: Candidate | SecondItem, fields: dict[str, str]) -> None:
        self._column.addWidget(label(tr("Its record"), "note"))
        for name, value in fields.items():
            self._column.addWidget(label(name, "note", wrap=True))
            shown = label(value, "accent" if _is_proved(name, candidate) else "", wrap=True, selectable=True)
            shown.setToolTip(value)
            self._column.addWidget(_narrow(shown))

    def _say_dataset(self, dataset: DatasetVersion | None) -> None:
        self._column.addWidget(rule())
        facts = self._column.put(FactList())
        supplier, basis = (dataset.supplier, dataset.legal_basis) if dataset else (tr("unknown"), tr("unknown"))
        facts.show_facts([(tr("Supplied by"), supplier), (tr("Legal basis"), basis)])

    def _judge(self, reason: Reason | BareReason, linked: tuple[str, str], refused: bool) -> QLayout:
        """A link is refused by itself: the candidate stays until it is decided."""
        text = tr("take it back") if refused else tr("link is wrong")
        name = f"{text}: {_why(reason)}"
        button = Button(text, lambda: self.link_judged.emit(*linked, refused), kind="link", name=name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return row(Chip(tr("refused"), Tone.WARN), button, None) if refused else row(button, None)


class ReviewFoot(QWidget):
    """What was compared and what was not, in a line that opens; and what to know of the search before."""

    search_asked = Signal()
    models_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = column_in(self, spacing=4)
        self.warning = column.put(Notice(tone=Tone.WARN))
        self.line = label("", "note", wrap=True)
        self.gaps = Chip()
        self.more = Button("", self._toggle, kind="link")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.see_gaps = Button(tr("See what was not searched"), self.search_asked.emit, kind="link")
        self.go_on = Button(tr("Go on to the models"), self.models_asked.emit)
        column.addLayout(row(self.line, self.gaps, self.more, self.go_on, stretch=0))
        inner, self.opened = scrolled_column(tr("What was compared"), spacing=4)
        self.statement = inner.put(label("", wrap=True, selectable=True))
        self._missing = inner.put(label("", "note", wrap=True, selectable=True))
        inner.addLayout(row(self.see_gaps, None))
        self.opened.setFixedHeight(OPENED)
        column.addWidget(self.opened)
        self._open(opened=False)

    def show_search(self, search: SearchResult | None, warnings: Sequence[Message]) -> None:
        self.statement.setText(say_all(search.statement) if search else "")
        missing = [say(one.says) for one in search.gaps] if search else []
        self.line.setText(_compared(search) if search else "")
        self.gaps.say(
            words.counted(len(missing), "1 part was not searched", "%Ln parts were not searched") if missing else "",
            Tone.WARN,
        )
        self.gaps.setToolTip("\n".join(missing))
        self._missing.setText("\n".join(missing))
        self.see_gaps.setVisible(bool(missing))
        self.more.setVisible(search is not None)
        self.warning.setVisible(bool(warnings))
        self.warning.say("\n".join(map(say, warnings)), Tone.WARN)

    def _toggle(self) -> None:
        self._open(opened=self.opened.isHidden())

    def _open(self, *, opened: bool) -> None:
        self.opened.setVisible(opened)
        self.more.setText(tr("less") if opened else tr("more"))
        name = tr("Say less of what was compared") if opened else tr("Say all of what was compared")
        self.more.setAccessibleName(name)


OPENED = 110
"""Pixels of the whole explanation; it scrolls."""


def _compared(search: SearchResult) -> str:
    faces = words.counted(search.compared_faces, "1 face", "%Ln faces")
    records = words.counted(search.compared_records, "1 record", "%Ln records")
    strangers = words.figure(round(search.pile.expected_strangers))
    says = tr("{faces} and {records} were compared; up to {strangers} strangers are expected among the faces shown.")
    return says.format(faces=faces, records=records, strangers=strangers)


class WholePhotoDialog(QDialog):
    """The whole photo with the face marked; Space or Escape closes it. `place` is where the photo lies."""

    def __init__(self, title: str, photo: WholePhoto, place: str, parent: QWidget) -> None:
        super().__init__(parent)
        if photo.number != 1:
            number = tr("picture {n} of the file").format(n=photo.number)
            title = f"{title} · {number if photo.number else tr('preview inside the file')}"
        self.setWindowTitle(title)
        self.resize(QSize(1000, 720).boundedTo(room_for(self)))
        body = ColumnLayout(self)
        view = body.put(PhotoView(title), 1)
        view.show_image(painted(photo.shown), tr("The photo cannot be shown."))
        view.mark(photo.box, QSize(*photo.shown.whole))
        lies = label(place, "note", wrap=True, selectable=True)
        body.addLayout(row(lies, Button(tr("Close"), self.accept), stretch=0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.accept()
            return
        super().keyPressEvent(event)


class KeysDialog(Dialog):
    """All keys of the review."""

    def __init__(self, decisions: dict[Verdict, str], parent: QWidget) -> None:
        says = tr("The keys of the three decisions can be changed in the settings.")
        super().__init__(tr("Keys of the review"), parent, says=says, width=400)
        keys = [
            *((key, words.term(verdict)) for verdict, key in decisions.items()),
            ("← →", tr("Previous and next candidate")),
            (tr("Space"), tr("Whole photo")),
            ("Ctrl+Z", tr("Undo the last decision")),
            ("?", tr("These keys")),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setColumnStretch(1, 1)
        for number, (key, does) in enumerate(keys):
            grid.addWidget(label(key, "strong"), number, 0)
            grid.addWidget(label(does), number, 1)
        self.body.addLayout(grid)


def _narrow(shown: QLabel) -> QLabel:
    """A long word is cut by itself and not all that stands above and below it."""
    shown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return shown


def _why(reason: Reason | BareReason) -> str:
    return say(reason.says) if reason.says is not None else ""


def _is_proved(column: str, candidate: Candidate | SecondItem) -> bool:
    """Whether a reason names this column."""
    return any(column in _columns(reason.says) for reason in candidate.reasons if reason.says is not None)


def _columns(says: Message) -> set[object]:
    """What a sentence names as columns, in itself or in a part."""
    found: set[object] = set()
    for name, value in says.values.items():
        if isinstance(value, Message):
            found |= _columns(value)
        elif name in ("column", "columns"):
            found |= set(value) if isinstance(value, tuple) else {value}
    return found
