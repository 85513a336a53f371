"""The lineage drawn: datasets, runs, models and deployments, with the edges that connect them.

A picture only: the table that stands with it holds the same content for everyone who cannot see it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsScene,
    QGraphicsSceneMouseEvent,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from dsr_desk.ui import graph_layout, theme
from dsr_desk.ui.theme import Tone

WIDTH, HEIGHT, ACROSS, DOWN = 176.0, 50.0, 44.0, 14.0


@dataclass(frozen=True)
class DrawnNode:
    """`tone` colours its edge; `note` says in words what the colour says."""

    id: str
    title: str
    note: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class DrawnEdge:
    origin: str
    target: str
    certain: bool = True


class NodeItem(QGraphicsItem):
    def __init__(self, node: DrawnNode) -> None:
        super().__init__()
        self.node = node
        self.lit = False
        self.setToolTip(f"{node.title}\n{node.note}")
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        return QRectF(-2, -2, WIDTH + 4, HEIGHT + 4)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        palette = theme.tokens()
        edge = theme.colour(palette.of(self.node.tone)[0])
        frame = QRectF(0, 0, WIDTH, HEIGHT)
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(palette.focus) if self.lit else edge, 3 if self.lit else 1))
        painter.setBrush(theme.colour(palette.accent_weak if self.lit else palette.surface))
        painter.drawPath(path)
        painter.setClipPath(path)
        painter.fillRect(QRectF(0, 0, 4, HEIGHT), edge)
        painter.setClipping(False)
        for text, font, ink, top in (
            (self.node.title, theme.font(13, bold=True), palette.text, 7.0),
            (self.node.note, theme.font(11), palette.muted, 27.0),
        ):
            painter.setFont(font)
            painter.setPen(theme.colour(ink))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(WIDTH - 22))
            painter.drawText(QRectF(13, top, WIDTH - 18, 18), Qt.AlignmentFlag.AlignVCenter, shown)


class GraphView(QGraphicsView):
    """`chosen` carries the id of a node that was clicked."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._scene = _ClickScene(self.chosen.emit)
        self.setScene(self._scene)
        self.setAccessibleName(name)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self._nodes: dict[str, NodeItem] = {}

    def show_graph(self, nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge]) -> None:
        self._scene.clear()
        self._nodes = {}
        known = {node.id for node in nodes}
        drawn = [edge for edge in edges if edge.origin in known and edge.target in known]
        pairs = [(edge.origin, edge.target) for edge in drawn]
        depth = graph_layout.layers(pairs, [node.id for node in nodes])
        row = graph_layout.rows(depth, pairs)
        for node in nodes:
            item = NodeItem(node)
            item.setPos(depth[node.id] * (WIDTH + ACROSS), row[node.id] * (HEIGHT + DOWN))
            self._scene.addItem(item)
            self._nodes[node.id] = item
        for edge in drawn:
            self._scene.addItem(self._line(edge))
        self._scene.setSceneRect(self._scene.itemsBoundingRect().adjusted(-12, -12, 12, 12))
        self._fit()

    def light(self, ids: Sequence[str]) -> None:
        """Mark the nodes of a path."""
        for key, item in self._nodes.items():
            item.lit = key in ids
            item.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Smaller where the drawing does not fit, never larger than drawn, never too small to read."""
        rect = self._scene.sceneRect()
        if rect.isEmpty():
            return
        scale = min(1.0, self.viewport().width() / rect.width(), self.viewport().height() / rect.height())
        self.resetTransform()
        self.scale(max(0.6, scale), max(0.6, scale))

    def _line(self, edge: DrawnEdge) -> QGraphicsPathItem:
        start = self._nodes[edge.origin].pos() + QPointF(WIDTH, HEIGHT / 2)
        end = self._nodes[edge.target].pos() + QPointF(0, HEIGHT / 2)
        bend = max(24.0, abs(end.x() - start.x()) / 2)
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
        item = QGraphicsPathItem(path)
        pen = QPen(theme.colour(theme.tokens().muted), 1.4)
        if not edge.certain:
            pen.setStyle(Qt.PenStyle.DashLine)
        item.setPen(pen)
        return item


class _ClickScene(QGraphicsScene):
    def __init__(self, clicked: Callable[[str], object]) -> None:
        super().__init__()
        self._clicked = clicked

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        for item in self.items(event.scenePos()):
            if isinstance(item, NodeItem):
                self._clicked(item.node.id)
                break
        super().mousePressEvent(event)
