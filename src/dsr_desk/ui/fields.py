"""Fields whose signs a style sheet would lose: tick box, choice, day, figure. Each has a name for a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QDoubleValidator, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateEdit, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from dsr_desk.ui import icons, theme
from dsr_desk.ui.choosing import ask_file, ask_folder
from dsr_desk.ui.widgets import Button
from dsr_desk.ui.words import tr

V = TypeVar("V")


class Tick(QCheckBox):
    """A box with a sentence."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setAccessibleName(text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(14))
        return QSize(metrics.horizontalAdvance(self.text()) + 36, max(28, metrics.height() + 8))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), 160), hint.height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as its sentence is, broken at the words."""
        room = QRect(0, 0, max(1, width - 34), 10_000)
        said = QFontMetrics(theme.font(14)).boundingRect(room, Qt.TextFlag.TextWordWrap.value, self.text())
        return max(28, said.height() + 8)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = palette.text if self.isEnabled() else palette.muted
        middle = self.height() / 2
        sign = "check-box" if self.isChecked() else "box"
        icons.paint(
            painter, sign, QRectF(4, middle - 10, 20, 20), palette.accent if self.isEnabled() else palette.muted
        )
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(14))
        room = QRectF(32, 0, self.width() - 34, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.colour(palette.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class ChoiceField(QComboBox, Generic[V]):
    """One of several words. Values stay Python's own: Qt would turn an enumeration into a plain string."""

    def __init__(self, name: str, entries: Sequence[tuple[str, V]] = ()) -> None:
        super().__init__()
        self._values: list[V] = []
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.offer(entries)

    def offer(self, entries: Sequence[tuple[str, V]]) -> None:
        """Replace what can be chosen; the first is chosen."""
        self.clear()
        self._values = [value for _, value in entries]
        self.addItems([text for text, _ in entries])

    def narrow(self, letters: int) -> None:
        """As wide as so many letters at least, not as its longest word; a tooltip says what is cut."""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(self.setToolTip)
        self.setToolTip(self.currentText())

    @property
    def value(self) -> V:
        return self._values[self.currentIndex()]

    @property
    def values(self) -> Sequence[V]:
        """All that can be chosen, in their order."""
        return self._values

    def choose(self, value: V) -> None:
        """Nothing changes where the value is not offered."""
        if value in self._values:
            self.setCurrentIndex(self._values.index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel moves the page: nobody changes a law or a day by scrolling past it."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_chevron(self)


_NO_DAY = QDate(1900, 1, 1)


class DayField(QDateEdit):
    """A day, typed or chosen from a calendar."""

    def __init__(self, name: str, day: date | None = None) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setCalendarPopup(True)
        self.setDisplayFormat(tr("d MMMM yyyy"))
        self.day = day or date.today()

    @property
    def day(self) -> date:
        chosen = self.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    @day.setter
    def day(self, value: date) -> None:
        self.setDate(QDate(value.year, value.month, value.day))

    def ask(self) -> None:
        """No day yet: one has to be chosen."""
        self.setSpecialValueText(tr("choose the day"))
        self.setMinimumDate(_NO_DAY)
        self.setDate(_NO_DAY)
        self.calendarWidget().installEventFilter(self)

    @property
    def said(self) -> date | None:
        """The day, None while it has to be chosen."""
        return None if self.date() == _NO_DAY else self.day

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.said is None and (event.text().isdigit() or event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
            self.day = date.today()
            self.setSelectedSection(QDateEdit.Section.DaySection)
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The calendar of a day that has to be chosen opens at this month."""
        if event.type() == QEvent.Type.Show and self.said is None:
            self.calendarWidget().showToday()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel moves the page: nobody changes a law or a day by scrolling past it."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_chevron(self)


class FigureField(QLineEdit):
    """A figure between two others; what is out of bounds counts as the nearer bound."""

    def __init__(self, name: str, least: float, most: float, value: float) -> None:
        super().__init__()
        self._least, self._most, self._usual = least, most, value
        self.setAccessibleName(name)
        self.setValidator(QDoubleValidator(least, most, 1, self))
        self.setText(QLocale().toString(float(value), "f", 0 if value == int(value) else 1))
        self.setFixedWidth(72)

    def value(self) -> float:
        figure, ok = QLocale().toDouble(self.text())
        return min(self._most, max(self._least, figure)) if ok else self._usual


class FileField(QWidget):
    """The path of a file or folder, typed or chosen; None while the field is blank."""

    def __init__(self, name: str, value: Path | None = None, *, folder: bool = False) -> None:
        super().__init__()
        self._name, self._folder = name, folder
        self.setAccessibleName(name)
        self.field = text_field(name, str(value or ""))
        says = tr("Choose a folder") if folder else tr("Choose a file: {name}").format(name=name)
        self.choose = Button(tr("Choose …"), self._choose, name=says)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.choose)
        self.setFocusProxy(self.field)

    @property
    def path(self) -> Path | None:
        text = self.field.text().strip()
        return Path(text).expanduser() if text else None

    def _choose(self) -> None:
        chosen = ask_folder(self, self._name, self.field.text()) if self._folder else ask_file(self, self._name)
        if chosen is not None:
            self.field.setText(str(chosen))


def text_field(name: str, value: str = "", *, example: str = "", secret: bool = False) -> QLineEdit:
    made = QLineEdit(value)
    made.setCursorPosition(0)
    made.setAccessibleName(name)
    made.setPlaceholderText(example)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def _paint_chevron(field: QWidget) -> None:
    palette = theme.tokens()
    painter = QPainter(field)
    place = QRectF(field.width() - 24, field.height() / 2 - 8, 16, 16)
    icons.paint(painter, "chevron", place, palette.muted)
    painter.end()
