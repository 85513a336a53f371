"""The lineage drawn, with mouse and keys. A picture only: the tree beside it holds the same for everyone who cannot
see it.

Arrows go along the lines and up and down a column, + and - zoom, 0 fits, Enter opens, Esc closes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import gt, lt

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from dsr_desk.app.models.view import Drawing, NodeStanding
from dsr_desk.core.lineage import Role
from dsr_desk.ui import theme
from dsr_desk.ui.graph_items import EdgeItem, GraphSheet, LabelItem, NodeItem, place_labels
from dsr_desk.ui.graph_ways import Ways
from dsr_desk.ui.lineage_words import edge_word, sentence_of

LEAST, MOST, STEP = 0.08, 3.0, 1.25
READABLE = 1.0
"""The scale at which names stand in the size of the window's text: no drawing opens smaller."""

MARGIN = 16.0
MOST_SAID = 400
"""With more lines than this a role is written on a line while it is lit, and not before."""


class GraphView(QGraphicsView):
    """`chosen` carries the id of a node that a person went to, `opened` of one that Enter or a double click asks
    about, `unfolded` of a box that stands for several, `left` says Esc, `said` what a screen reader should say."""

    chosen = Signal(str)
    opened = Signal(str)
    unfolded = Signal(str)
    left = Signal()
    said = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._sheet = GraphSheet(self)
        self.setScene(self._sheet)
        self.setAccessibleName(name)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setMouseTracking(True)
        self.drawing: Drawing | None = None
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[tuple[str, str], EdgeItem] = {}
        self._labels: dict[tuple[str, str], LabelItem] = {}
        self.current = ""
        self._hovered = ""
        self._pressed = QPoint()
        self._fitted, self._opened = False, True
        """Whether the whole drawing is shown at any size; and whether nobody has moved it since it opened."""
        self._ways = Ways((), ())

    def show_drawing(self, drawing: Drawing, *, keep: bool = False) -> None:
        """Draw anew. `keep` leaves scale and place as they are."""
        self._sheet.clear()
        self.drawing, self.nodes, self.edges, self._hovered = drawing, {}, {}, ""
        self._labels = {}
        for placed in drawing.nodes:
            item = NodeItem(placed, *drawing.box)
            self.nodes[placed.id] = item
            self._sheet.addItem(item)
        written: dict[tuple[Role, ...], str] = {}
        for edge in drawing.edges:
            if edge.roles not in written:
                written[edge.roles] = edge_word(edge.roles)
            line = EdgeItem(edge, written[edge.roles])
            self.edges[edge.origin, edge.target] = line
            self._sheet.addItem(line)
        hits = [one.id for one in drawing.nodes if one.standing is NodeStanding.HIT]
        self._ways = Ways(self.edges, hits)
        if len(self.edges) <= MOST_SAID:
            for line, label in place_labels(self.edges.values()):
                self._label(line, label)
        rect = QRectF(0, 0, drawing.width, drawing.height).adjusted(-MARGIN, -MARGIN, MARGIN + 6, MARGIN + 6)
        self._sheet.setSceneRect(rect)
        if self.current not in self.nodes:
            self.current = ""
        else:
            self.nodes[self.current].chosen = True
        if not keep:
            self.begin()
        self._light()

    def begin(self) -> None:
        """As it opens: readable, at what was pointed out or else at the first model that is affected."""
        self._scale_to(READABLE)
        self._opened, self._fitted = True, False
        affected = (key for key, one in self.nodes.items() if one.placed.standing in _AFFECTED)
        first = self.current or next(affected, "")
        room, rect = self.viewport().rect(), self._sheet.sceneRect()
        if first and (rect.width() > room.width() or rect.height() > room.height()):
            self._show_first(self.nodes[first])
        else:
            self.centerOn(rect.center())

    def _show_first(self, item: NodeItem) -> None:
        """Near the left and at the middle of the height: what comes of it is to the right."""
        half = self.viewport().width() / 2
        place = item.sceneBoundingRect()
        before = max(
            (self.nodes[key].sceneBoundingRect().width() for key in self._ways.back[item.placed.id]), default=0.0
        )
        self.centerOn(place.left() - 1.6 * before - MARGIN + half, place.center().y())

    def choose(self, ident: str, *, centre: bool = False) -> None:
        """Point out a node and what leads to it; "" points out nothing. Nothing happens for what is not drawn."""
        if ident and ident not in self.nodes:
            return
        if self.current in self.nodes:
            self.nodes[self.current].chosen = False
            self.nodes[self.current].update()
        self.current = ident
        if ident:
            item = self.nodes[ident]
            item.chosen = True
            item.update()
            self.setAccessibleDescription(sentence_of(item.placed))
            if centre:
                self.centerOn(item)
            else:
                self.ensureVisible(item, 24, 24)
        self._light()

    def light(self, ids: Collection[str]) -> None:
        """Point out these nodes and the lines between them; none for nothing."""
        for key, item in self.nodes.items():
            item.show_lit(lit=key in ids, dim=bool(ids) and key not in ids)
        for (origin, target), line in self.edges.items():
            on = origin in ids and target in ids
            line.show_lit(lit=on, dim=bool(ids) and not on)
            if on and (origin, target) not in self._labels and (places := line.label_places()):
                self._label(line, LabelItem(line.word, places[0], always=False))
            if (label := self._labels.get((origin, target))) is not None:
                label.show_lit(lit=on, dim=bool(ids) and not on)

    def way_to(self, ident: str) -> set[str]:
        """The nodes of the shortest ways to a node; for a hit, and for what nothing leads to, all that it leads to."""
        return self._ways.shortest(ident)

    def all_ways_to(self, ident: str) -> set[str]:
        """The nodes of every way from the hits to a node."""
        return self._ways.every(ident)

    def fit(self) -> None:
        """The whole drawing, never larger than it was drawn."""
        rect = self._sheet.sceneRect()
        if rect.isEmpty():
            return
        scale = min(1.0, self.viewport().width() / rect.width(), self.viewport().height() / rect.height())
        self._scale_to(max(LEAST, scale))
        self.centerOn(rect.center())
        self._fitted, self._opened = True, False

    def zoom(self, factor: float) -> None:
        self._fitted = self._opened = False
        self._scale_to(min(MOST, max(LEAST, self.transform().m11() * factor)))

    def paint_on(self, painter: QPainter) -> None:
        """The whole drawing in its own units in light colours, whatever the window looks like; nothing pointed out."""
        chosen = self.nodes.get(self.current)
        self._sheet.paper = theme.LIGHT
        self.light(())
        if chosen is not None:
            chosen.chosen = False
        rect = self._sheet.sceneRect()
        self._sheet.render(painter, QRectF(0, 0, rect.width(), rect.height()), rect)
        if chosen is not None:
            chosen.chosen = True
        self._sheet.paper = None
        self._light()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        elif self._opened:
            self.begin()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if turned := event.angleDelta().y():
            self.zoom(STEP ** (turned / 120))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        event.accept()
        here = event.position().toPoint()
        if (here - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._fitted = self._opened = False
            return
        if event.button() == Qt.MouseButton.LeftButton and (found := self._at(here)):
            self._go(found)
            if self.nodes[found].placed.folded:
                self.unfolded.emit(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if found := self._at(event.position().toPoint()):
            self._open(found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons() and (found := self._at(event.position().toPoint())) != self._hovered:
            self._hovered = found
            if found:
                self.nodes[found].setToolTip(sentence_of(self.nodes[found].placed))
            self._light()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._hovered:
            self._hovered = ""
            self._light()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(key)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self._open(self.current)
        elif key == Qt.Key.Key_Escape:
            self.choose("")
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _open(self, ident: str) -> None:
        (self.unfolded if self.nodes[ident].placed.folded else self.opened).emit(ident)

    def _go(self, ident: str) -> None:
        self.choose(ident)
        self.chosen.emit(ident)
        self.said.emit(sentence_of(self.nodes[ident].placed))

    def _step(self, key: int) -> None:
        if not self.nodes:
            return
        if not self.current:
            hits = (k for k, one in self.nodes.items() if one.placed.standing is NodeStanding.HIT)
            self._go(next(hits, next(iter(self.nodes))))
            return
        here = self.nodes[self.current].placed
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            near: Iterable[str] = (self._ways.back if key == Qt.Key.Key_Left else self._ways.onward)[self.current]
        else:
            beyond = gt if key == Qt.Key.Key_Down else lt
            near = [k for k, one in self.nodes.items() if one.placed.x == here.x and beyond(one.placed.y, here.y)]
        if found := min(near, key=lambda k: abs(self.nodes[k].placed.y - here.y), default=""):
            self._go(found)

    def _label(self, line: EdgeItem, label: LabelItem) -> None:
        self._labels[line.placed.origin, line.placed.target] = label
        self._sheet.addItem(label)

    def _light(self) -> None:
        pointed = self._hovered or self.current
        self.light(self.way_to(pointed) if pointed in self.nodes else ())

    def _at(self, place: QPoint) -> str:
        found = self.itemAt(place)
        return found.placed.id if isinstance(found, NodeItem) else ""

    def _scale_to(self, scale: float) -> None:
        factor = scale / self.transform().m11()
        self.scale(factor, factor)


_AFFECTED = (NodeStanding.AFFECTED, NodeStanding.PERHAPS, NodeStanding.MEASURED)
