"""The small parts that every screen is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from dsr_desk.ui import icons, theme
from dsr_desk.ui.flow import Flow, Spring
from dsr_desk.ui.theme import Tone

W = TypeVar("W", bound=QWidget)

CARD = 280
"""Pixels: a card that stands beside another is not narrower."""


def label(text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label in one of the look's roles: title, section, strong, note, muted, danger, mono."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def rule() -> QFrame:
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def row(*parts: QWidget | None, spacing: int = 8, stretch: int | None = None) -> Flow:
    """Widgets beside each other, and below where there is no room; None stretches, and so does part `stretch`."""
    layout = Flow(spacing=spacing)
    for part in parts:
        layout.addWidget(Spring() if part is None else part)
    if stretch is not None:
        layout.setStretch(stretch, 1)
    return layout


def across(*parts: tuple[QWidget, int], least: int = CARD) -> Flow:
    """Cards beside each other, each with its share of the width; below each other where one got less than `least`."""
    layout = Flow(spacing=16, least=least)
    for number, (part, share) in enumerate(parts):
        layout.addWidget(part)
        layout.setStretch(number, share)
    return layout


class ColumnLayout(QVBoxLayout):
    """Widgets below each other."""

    def put(self, widget: W, stretch: int = 0) -> W:
        """Adds a widget that is still needed afterwards."""
        self.addWidget(widget, stretch)
        return widget


def stacked(*pages: QWidget) -> QStackedWidget:
    """Pages of which one is shown at a time, the first one now."""
    made = QStackedWidget()
    for page in pages:
        made.addWidget(page)
    return made


def column_in(holder: QWidget, *, spacing: int = 16, right: int = 0) -> ColumnLayout:
    """The layout of a widget that has no margin of its own but one at the right, for a scroll bar."""
    layout = ColumnLayout(holder)
    layout.setContentsMargins(0, 0, right, 0)
    layout.setSpacing(spacing)
    return layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        if inner := item.layout():
            clear(inner)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class Card(QFrame):
    """A white surface with a line around it; `body` is where its content goes."""

    def __init__(self, title: str = "", *, margin: int = 16, spacing: int = 8) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = ColumnLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(spacing)
        if title:
            self.setAccessibleName(title)
            self.body.addWidget(label(title, "section"))


class Chip(QWidget):
    """A rounded sign and word: never the colour alone."""

    def __init__(self, text: str = "", tone: Tone = Tone.PLAIN, icon: str | None = None) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(text, tone, icon)

    def say(self, text: str, tone: Tone = Tone.PLAIN, icon: str | None = None) -> None:
        self._text, self._tone = text, tone
        self._icon = icons.STATE_ICONS[tone] if icon is None else icon
        self.setAccessibleName(text)
        if not text:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return chip_size(self._text, bool(self._icon))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._text, self._tone, self._icon)
        painter.end()


def chip_size(text: str, icon: bool) -> QSize:
    metrics = QFontMetrics(theme.font(12))
    return QSize(metrics.horizontalAdvance(text) + 21 + (16 if icon else 0), max(22, metrics.height() + 6))


def paint_chip(painter: QPainter, place: QRectF, text: str, tone: Tone, icon: str) -> None:
    palette = theme.tokens()
    ink, ground = palette.of(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = Qt.PenStyle.NoPen if palette.border == 1 else QPen(theme.colour(palette.line), 1)
    painter.setPen(edge)
    painter.setBrush(theme.colour(ground))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), place.height() / 2, place.height() / 2)
    left = place.left() + 10
    if icon:
        icons.paint(painter, icon, QRectF(left - 2, place.center().y() - 7, 14, 14), ink)
        left += 16
    painter.setPen(theme.colour(ink))
    painter.setFont(theme.font(12))
    metrics = QFontMetrics(painter.font())
    room = QRectF(left, place.top(), place.right() - left - 8, place.height())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.restore()


class Button(QPushButton):
    """A button that shows its key. `kind`: "", primary, danger, link."""

    def __init__(
        self, text: str, pressed: Callable[[], object] | None = None, *, kind: str = "", key: str = "", name: str = ""
    ) -> None:
        super().__init__(text)
        self._key = key
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        if key:
            # A button's own shortcut presses it a tenth of a second late.
            QShortcut(QKeySequence(key), self, self.click)
            self.setToolTip(self._cap())
        if pressed is not None:
            self.clicked.connect(lambda: pressed())

    def dress(self, kind: str) -> None:
        """Another kind: which button is the primary one follows from where the case stands."""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)

    def explain(self, reason: str) -> None:
        """Why it cannot be pressed now, for the mouse and for a screen reader; "" shows its key again."""
        self.setToolTip(reason or self._cap())
        self.setAccessibleDescription(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses what has the focus, outside of dialogs too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def _cap(self) -> str:
        return QKeySequence(self._key).toString(QKeySequence.SequenceFormat.NativeText) if self._key else ""

    def _cap_width(self) -> int:
        return QFontMetrics(theme.font(11)).horizontalAdvance(self._cap()) + 12 if self._key else 0

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (self._cap_width() + 8 if self._key else 0), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._key:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        palette = theme.tokens()
        ink = palette.on_accent if self.property("kind") == "primary" else palette.text
        ink = ink if self.isEnabled() else palette.muted
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(14))
        width = QFontMetrics(painter.font()).horizontalAdvance(self.text())
        left = (self.width() - width - 8 - self._cap_width()) / 2
        painter.drawText(QRectF(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        cap = QRectF(left + width + 8, self.height() / 2 - 9, self._cap_width(), 18)
        painter.setPen(QPen(theme.colour(ink, 0.7), 1))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(11))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._cap())
        painter.end()


class Notice(QFrame):
    """A sign and a sentence on a weak ground, for what must not be overlooked."""

    def __init__(self, text: str = "", tone: Tone = Tone.WARN, icon: str | None = None, *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain
        self._words = label("", wrap=True, selectable=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._sign = Sign("info", tone)
        layout = QHBoxLayout(self)
        margin = 0 if plain else 12
        layout.setContentsMargins(margin, margin // 2, margin, margin // 2)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)
        self.say(text, tone, icon)

    def say(self, text: str, tone: Tone = Tone.WARN, icon: str | None = None) -> None:
        self._tone = tone
        self._words.setText(text)
        self._sign.show_icon(icon or icons.STATE_ICONS[tone] or "info", tone)
        self.setAccessibleName(text)
        self.update()

    @property
    def text(self) -> str:
        return self._words.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._plain:
            return
        palette = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if palette.border == 1 else QPen(theme.colour(palette.line), 2))
        painter.setBrush(theme.colour(palette.of(self._tone)[1]))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()


class Sign(QWidget):
    """One icon in the colour of its tone; what it means stands beside it in words."""

    def __init__(self, icon: str, tone: Tone = Tone.PLAIN, size: int = 18) -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setFixedSize(size, size)

    def show_icon(self, icon: str, tone: Tone) -> None:
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(painter, self._icon, QRectF(self.rect()), theme.tokens().of(self._tone)[0])
        painter.end()


class Empty(Card):
    """What an empty list says: one sentence and at most two buttons."""

    def __init__(self, sentence: str, *buttons: QPushButton) -> None:
        super().__init__(margin=32, spacing=16)
        self.body.addStretch(1)
        self._words = self.body.put(label("", "muted", wrap=True))
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if buttons:
            self.body.addLayout(row(None, *buttons, None))
        self.body.addStretch(2)
        self.say(sentence)

    def say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.setAccessibleName(sentence)


class ScrollColumn(QScrollArea):
    """Scrolls down and never across: it is as wide as what is in it must be."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        content = self.widget()
        width = content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width() if content else 0
        return QSize(width, super().minimumSizeHint().height())


def scrolled(content: QWidget, *, name: str, ground: bool = False) -> QScrollArea:
    """A vertical scroll area around a widget; `ground` where it lies on the page and not on a card."""
    area = ScrollColumn()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    content.setObjectName("ground" if ground else "clear")
    area.setWidget(content)
    return area


def scrolled_column(name: str, *, spacing: int = 8, ground: bool = False) -> tuple[ColumnLayout, QScrollArea]:
    """A column that scrolls, and the area that it is in."""
    inner = QWidget()
    return column_in(inner, spacing=spacing, right=8), scrolled(inner, name=name, ground=ground)


def list_card(title: str, content: QVBoxLayout) -> Card:
    """A card with a scrolling column of sentences."""
    card = Card(title)
    inner = QWidget()
    content.setContentsMargins(0, 0, 8, 0)
    inner.setLayout(content)
    card.body.addWidget(scrolled(inner, name=title), 1)
    return card


def framed(table: QWidget) -> Card:
    """A table on a card."""
    card = Card(margin=1)
    card.body.addWidget(table)
    return card
