"""What stands around a lineage drawing: switch, tree, search, legend, borders, the picture for a file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QSizePolicy, QSplitter, QTabBar, QToolButton, QTreeView, QWidget

from dsr_desk.core.lineage import Certainty
from dsr_desk.ui import theme
from dsr_desk.ui.graph_items import DASHES
from dsr_desk.ui.graph_view import GraphView
from dsr_desk.ui.models.lineage_tree import NODE, LineageTree
from dsr_desk.ui.words import term, tr

MOST_PIXELS = 150_000_000
HEAD = 56.0


class Switch(QTabBar):
    """One of a few views of the same thing."""

    def __init__(self, name: str, titles: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for number, title in enumerate(titles):
            self.addTab(title)
            self.say(number, title)

    def say(self, place: int, title: str) -> None:
        self.setTabText(place, title)
        self.setAccessibleTabName(place, title)
        self.updateGeometry()


NAMES = 320
BESIDE_NAMES = ((1, 260), (2, 160), (3, 120))
"""Columns of the tree and their widths, in pixels."""


class TreeView(QTreeView):
    """`chosen` carries the id of the box that the keys went to, `opened` what Enter asks about; `left` says Esc."""

    chosen = Signal(str)
    opened = Signal(str)
    left = Signal()

    def __init__(self, model: LineageTree, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTabKeyNavigation(False)
        self.setExpandsOnDoubleClick(False)
        self.header().setStretchLastSection(False)
        for column, width in ((0, NAMES), *BESIDE_NAMES):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.header().resizeSection(column, width)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(NODE)))
        self.selectionModel().currentChanged.connect(self._choose)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names get what the other columns leave, and never less than they need to be read: then the tree scrolls."""
        super().resizeEvent(event)
        beside = sum(self.header().sectionSize(column) for column, _width in BESIDE_NAMES)
        self.header().resizeSection(0, max(NAMES, self.viewport().width() - beside))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(NODE))
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.chosen.emit(now.data(NODE))


class SearchField(QLineEdit):
    """Enter asks for the next thing of that name, Shift+Enter for the one before, Esc leaves."""

    asked = Signal(int)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setClearButtonEnabled(True)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(tr("Clear the search"))
        self.setMinimumWidth(120)
        self.setMaximumWidth(280)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Legend(QWidget):
    """How sure a line is: solid, dashed, dotted."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(legend_sentence())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(12))
        width = sum(metrics.horizontalAdvance(term(one)) + 58 for one in DASHES)
        return QSize(width, max(20, metrics.height() + 2))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_legend(painter, 0.0, self.height() / 2, theme.tokens())
        painter.end()


def legend_sentence() -> str:
    return tr("Solid lines are {recorded}, dashed ones {inferred}, dotted ones {unknown}.").format(
        recorded=term(Certainty.RECORDED), inferred=term(Certainty.INFERRED), unknown=term(Certainty.UNKNOWN)
    )


def paint_legend(painter: QPainter, left: float, middle: float, palette: theme.Tokens) -> None:
    font = theme.font(12)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    for certainty, style in DASHES.items():
        pen = QPen(theme.colour(palette.muted), 1.6)
        pen.setStyle(style)
        painter.setPen(pen)
        painter.drawLine(round(left), round(middle), round(left) + 32, round(middle))
        painter.setPen(theme.colour(palette.muted))
        word = term(certainty)
        width = metrics.horizontalAdvance(word) + 2
        painter.drawText(QRectF(left + 38, middle - 10, width, 20), Qt.AlignmentFlag.AlignVCenter, word)
        left += width + 56


def png_of(view: GraphView, title: str, scale: float = 2.0) -> bytes:
    """The whole drawing with title and legend as PNG, `scale` pixels to a unit; fewer where it would be too large."""
    rect = view.sceneRect()
    width, height = max(rect.width(), 480.0), rect.height() + HEAD
    scale = min(scale, (MOST_PIXELS / (width * height)) ** 0.5)
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    image.fill(theme.colour(theme.LIGHT.surface))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.setFont(theme.font(15, bold=True))
    painter.setPen(theme.colour(theme.LIGHT.text))
    painter.drawText(QRectF(16, 8, width - 32, 24), Qt.AlignmentFlag.AlignVCenter, title)
    paint_legend(painter, 16, 42, theme.LIGHT)
    painter.translate(0, HEAD)
    view.paint_on(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def divided(across: Qt.Orientation, *parts: QWidget, sizes: Sequence[int], grows: int | None = None) -> QSplitter:
    """Parts between which a person can move the border. What is left of the room goes to the part in place `grows`."""
    made = QSplitter(across)
    for part in parts:
        made.addWidget(part)
    made.setHandleWidth(16)
    made.setChildrenCollapsible(False)
    if grows is not None:
        made.setStretchFactor(grows, 1)
    made.setSizes(sizes)
    return made
