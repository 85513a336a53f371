"""The left side: the steps of the open case with their state, and the general places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from dsr_desk.ui import icons, theme
from dsr_desk.ui.widgets import column_in, label, scrolled
from dsr_desk.ui.words import tr

WIDTH = 200
"""Pixels of an entry where the side needs no scroll bar."""

BESIDE_NOTE = 50
"""Pixels of an entry's width that its note leaves free: the icon before it and the margin behind."""


class StepLook(StrEnum):
    """The icon is of the same name; the note says it in words."""

    OPEN = "open"
    BEGUN = "begun"
    DONE = "ok"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Destination:
    """Where the window can go. `key` names the screen."""

    key: str
    title: str
    icon: str
    shortcut: str = ""


class PlaceButton(QAbstractButton):
    """An entry of the side: icon, title, and for a step its state in a line below."""

    def __init__(self, place: Destination, *, step: bool) -> None:
        super().__init__()
        self.place = place
        self._step = step
        self._icon = place.icon
        self._note = ""
        self.setCheckable(True)
        self.setText(place.title)
        self.setAccessibleName(place.title)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(step)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if place.shortcut:
            QShortcut(QKeySequence(place.shortcut), self, self.click)
            self.setToolTip(QKeySequence(place.shortcut).toString(QKeySequence.SequenceFormat.NativeText))

    @property
    def note(self) -> str:
        return self._note

    @property
    def state(self) -> StepLook | None:
        """What its icon says; None for a general place."""
        return StepLook(self._icon) if self._step else None

    def name_it(self, title: str) -> None:
        """What a step is called depends on what the case is about."""
        self.setText(title)

    def show_state(self, state: StepLook, note: str, finding: str = "") -> None:
        """`finding` says on what the state rests: who, when, which entry."""
        self._icon, self._note = state.value, note
        self.setAccessibleName(f"{self.text()}. {note}")
        self.setAccessibleDescription(finding)
        self.setToolTip(f"{note}\n{finding}" if finding else note)
        self.updateGeometry()
        self.update()

    def title_width(self) -> int:
        """What its title needs, in pixels."""
        return QFontMetrics(theme.font(14, bold=True)).horizontalAdvance(self.text()) + 50

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self.heightForWidth(WIDTH))

    def heightForWidth(self, width: int) -> int:
        return 38 + self._note_height(width) if self._step else 36

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(theme.colour(palette.accent_weak))
            painter.drawRoundedRect(place, 6, 6)
            painter.setBrush(theme.colour(palette.accent))
            painter.drawRoundedRect(QRectF(place.left(), place.top(), 3, place.height()), 1.5, 1.5)
        elif self.underMouse():
            painter.setBrush(theme.colour(palette.ground))
            painter.drawRoundedRect(place, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour(palette.focus), 2))
            painter.drawRoundedRect(place, 6, 6)
        ink = palette.accent if self.isChecked() else palette.text
        icon_top = 9.0 if self._step else place.center().y() - 9
        icons.paint(painter, self._icon, QRectF(12, icon_top, 18, 18), palette.accent if self._step else ink)
        painter.setFont(theme.font(14, bold=self._step or self.isChecked()))
        painter.setPen(theme.colour(ink))
        room = QRectF(42, 6 if self._step else 0, place.width() - 48, 24 if self._step else self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._step:
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour(palette.muted))
            note = QRectF(42, 31, self.width() - BESIDE_NOTE, self._note_height(self.width()))
            painter.drawText(note, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._note)
        painter.end()

    def _note_height(self, width: int) -> int:
        """Room for the whole line as it is broken at the words."""
        metrics = QFontMetrics(theme.font(12))
        place = QRect(0, 0, width - BESIDE_NOTE, 200)
        return max(16, metrics.boundingRect(place, Qt.TextFlag.TextWordWrap.value, self._note).height())


class Side(QFrame):
    """`chosen` carries the key of a place. The steps are shown only while a case is open."""

    chosen = Signal(str)

    def __init__(self, steps: Sequence[Destination], places: Sequence[Destination]) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(216)
        self.setAccessibleName(tr("Navigation"))
        self._buttons: dict[str, PlaceButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        inner = QWidget()
        area = scrolled(inner, name=tr("Navigation"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column_in(self).addWidget(area)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(8, 16, 8, 16)
        layout.setSpacing(2)
        self._steps = QWidget()
        steps_column = column_in(self._steps, spacing=2)
        self._case = label("", "note")
        self._case.setContentsMargins(12, 8, 0, 8)
        steps_column.addWidget(self._case)
        for place in steps:
            steps_column.addWidget(self._add(place, step=True))
        layout.addWidget(self._steps)
        layout.addStretch(0)
        for place in places:
            layout.addWidget(self._add(place, step=False))
        layout.addStretch(0)
        self._layout = layout
        self.show_case(None)

    def button(self, key: str) -> PlaceButton:
        return self._buttons[key]

    def show_case(self, ref: str | None) -> None:
        """Without a case the general places stand at the top alone; with one they make room for its steps."""
        self._steps.setVisible(ref is not None)
        self._layout.setStretch(1, 0 if ref is None else 1)
        self._layout.setStretch(self._layout.count() - 1, 1 if ref is None else 0)
        self._case.setText(tr("Case {ref}").format(ref=ref) if ref else "")

    def mark(self, key: str) -> None:
        """Show where the window is; a new case belongs to the cases."""
        self._buttons[key if key in self._buttons else "cases"].setChecked(True)

    def _add(self, place: Destination, *, step: bool) -> PlaceButton:
        button = PlaceButton(place, step=step)
        button.clicked.connect(lambda: self.chosen.emit(place.key))
        self._group.addButton(button)
        self._buttons[place.key] = button
        return button
