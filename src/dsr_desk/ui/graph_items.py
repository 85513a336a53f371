"""The boxes and lines of a lineage drawing. Kind is icon and word, standing sign and word, certainty the line's style.

Zoomed far out a box shows its name alone, as large as it can, so that a large drawing stays legible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from dsr_desk.app.models.view import NodeStanding, PlacedEdge, PlacedNode
from dsr_desk.core.lineage import Certainty, NodeKind
from dsr_desk.ui import icons, theme
from dsr_desk.ui.lineage_words import note_of, standing_icon, standing_tone, title_of
from dsr_desk.ui.theme import Tokens, Tone

FAR, TINY = 0.62, 0.2
"""Scales below which the small print is left out, and below which there are only boxes."""

BAND = 26.0
TIP = 7.0
DASHES = {
    Certainty.RECORDED: Qt.PenStyle.SolidLine,
    Certainty.INFERRED: Qt.PenStyle.DashLine,
    Certainty.UNKNOWN: Qt.PenStyle.DotLine,
}
_IN_USE = (NodeKind.DEPLOYMENT, NodeKind.PRODUCT, NodeKind.API, NodeKind.ENDPOINT, NodeKind.RECIPIENT)
_KIND_TONES = {NodeKind.DATASET: Tone.INFO, **dict.fromkeys(_IN_USE, Tone.WARN)}


class GraphSheet(QGraphicsScene):
    """A scene with a palette of its own while it is painted on paper."""

    paper: Tokens | None = None

    @property
    def palette_in_use(self) -> Tokens:
        return self.paper or theme.tokens()


class _Item(QGraphicsItem):
    """`lit` lies on the path that is pointed out; `dim` stands back for it."""

    lit = False
    dim = False

    def show_lit(self, *, lit: bool, dim: bool) -> None:
        if (lit, dim) != (self.lit, self.dim):
            self.lit, self.dim = lit, dim
            self.setZValue(self.layer + (0.5 if lit else 0.0))
            self.update()

    @property
    def layer(self) -> float:
        return 0.0

    @property
    def look(self) -> Tokens:
        sheet = self.scene()
        return sheet.palette_in_use if isinstance(sheet, GraphSheet) else theme.tokens()


class NodeItem(_Item):
    """`chosen` is the one that keys act on."""

    def __init__(self, placed: PlacedNode, width: float, height: float) -> None:
        super().__init__()
        self.placed = placed
        self.chosen = False
        self._frame = QRectF(0, 0, width, height)
        self.setPos(placed.x, placed.y)
        self.setZValue(self.layer)
        self._far: dict[int, int] = {}
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def layer(self) -> float:
        return 1.0

    @property
    def tone(self) -> Tone:
        if self.placed.standing is NodeStanding.BESIDE:
            return _KIND_TONES.get(self.placed.node.kind, Tone.PLAIN)
        return standing_tone(self.placed.standing)

    def boundingRect(self) -> QRectF:
        return self._frame.adjusted(-4, -4, 10, 10)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self._frame)
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        look, scale = self.look, option.levelOfDetailFromTransform(painter.worldTransform())
        ink, weak = look.of(self.tone)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.72 if self.dim and scale >= FAR else 1.0)
        path = QPainterPath()
        path.addRoundedRect(self._frame, 6, 6)
        edge = QPen(theme.colour(look.focus if self.chosen or self.lit else ink), 1.2)
        edge.setWidthF(max(3.0, 2 / scale) if self.chosen else 2.2 if self.lit else max(1.2, 0.7 / scale))
        if self.placed.folded:
            painter.setPen(QPen(theme.colour(ink), 1))
            painter.setBrush(theme.colour(look.surface))
            for shift in (6.0, 3.0):
                painter.drawPath(path.translated(shift, shift))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(look.accent_weak if self.chosen or self.lit else look.surface))
        painter.drawPath(path)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(0, 0, BAND, self._frame.height()), theme.colour(weak))
        painter.restore()
        if scale >= TINY:
            self._paint_band(painter, ink)
        painter.setPen(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if scale >= FAR:
            self._paint_near(painter, look)
        elif scale >= TINY:
            self._paint_far(painter, look, scale)

    def _paint_band(self, painter: QPainter, ink: str) -> None:
        """What kind it is and, below, the sign of how it stands in the case."""
        middle, sign = self._frame.center().y(), standing_icon(self.placed.standing)
        icons.paint(painter, self.placed.node.kind.value, QRectF(5, middle - (18 if sign else 8), 16, 16), ink)
        if sign:
            icons.paint(painter, sign, QRectF(6, middle + 3, 14, 14), ink)

    def _paint_near(self, painter: QPainter, look: Tokens) -> None:
        left, room = BAND + 7, self._frame.width() - BAND - 13
        middle = self._frame.center().y()
        bold, small = theme.font(14, bold=True), theme.font(12)
        painter.setFont(bold)
        painter.setPen(theme.colour(look.text))
        cut = Qt.TextElideMode.ElideRight if self.placed.folded else Qt.TextElideMode.ElideMiddle
        shown = QFontMetricsF(bold).elidedText(title_of(self.placed), cut, room)
        painter.drawText(QRectF(left, middle - 21, room, 21), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setFont(small)
        painter.setPen(theme.colour(look.muted))
        shown = QFontMetricsF(small).elidedText(note_of(self.placed), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, middle + 1, room, 18), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_far(self, painter: QPainter, look: Tokens, scale: float) -> None:
        room = QRectF(BAND + 4, 1, self._frame.width() - BAND - 7, self._frame.height() - 2)
        painter.setPen(theme.colour(look.text))
        text = title_of(self.placed)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
        wanted = round(min(24.0, 10.5 / scale))
        if wanted not in self._far:
            size = wanted
            while size > 13 and not _fits(text, theme.font(size, bold=True), room, flags):
                size -= 1
            self._far[wanted] = size
        size = self._far[wanted]
        painter.setFont(theme.font(size, bold=True))
        painter.drawText(room, flags if size > 13 else flags | int(Qt.TextFlag.TextWrapAnywhere), text)


class EdgeItem(_Item):
    """A line with a tip. `word` is its role, which a LabelItem writes."""

    def __init__(self, placed: PlacedEdge, word: str) -> None:
        super().__init__()
        self.placed = placed
        self.word = word
        self._points = [QPointF(*point) for point in placed.points]
        self._path = QPainterPath(self._points[0])
        for start, end in pairwise(self._points):
            middle = (start.x() + end.x()) / 2
            self._path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        self.setZValue(self.layer)

    @property
    def drop(self) -> float:
        """How far the last bow goes up or down."""
        return abs(self._points[-1].y() - self._points[-2].y())

    def label_places(self) -> list[QRectF]:
        """Where the role may stand, best first: in the middle of the last bow, towards its end, towards its start."""
        if not self.word:
            return []
        metrics = QFontMetricsF(theme.font(12))
        width, height = metrics.horizontalAdvance(self.word) + 6, metrics.height()
        before, end = self._points[-2], self._points[-1]
        places = []
        for along in (0.5, 0.62, 0.4, 0.72):
            x, y = _on_bow(before, end, along)
            places.append(QRectF(x - width / 2, y - height / 2, width, height))
        return places

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-8, -8, 8, 8)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        look, scale = self.look, option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.5 if self.dim else 1.0)
        ink = look.focus if self.lit else look.muted
        pen = QPen(theme.colour(ink), max(2.4 if self.lit else 1.3, (1.6 if self.lit else 0.8) / scale))
        pen.setStyle(DASHES[self.placed.certainty])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        end, right = self._points[-1], 1.0 if self._points[-1].x() >= self._points[-2].x() else -1.0
        back = end - QPointF(TIP * right, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ink))
        painter.drawPolygon(QPolygonF([end, back + QPointF(0, TIP / 2), back - QPointF(0, TIP / 2)]))


class LabelItem(_Item):
    """The role of a line on a patch of the ground, above all lines. `always`: also while it is not lit."""

    def __init__(self, word: str, place: QRectF, *, always: bool) -> None:
        super().__init__()
        self._word, self._place, self._always = word, place, always
        self.setZValue(self.layer)

    @property
    def layer(self) -> float:
        return 0.6

    def boundingRect(self) -> QRectF:
        return self._place.adjusted(-self._place.width(), -12, self._place.width(), 12)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if not self.lit and (not self._always or scale < FAR):
            return
        look, larger = self.look, min(2.0, max(1.0, 0.8 / scale)) if self.lit else 1.0
        wider, higher = self._place.width() * (larger - 1) / 2, self._place.height() * (larger - 1) / 2
        patch = self._place.adjusted(-wider, -higher, wider, higher)
        painter.setOpacity(0.25 if self.dim else 1.0)
        painter.fillRect(patch, theme.colour(look.surface))
        painter.setFont(theme.font(round(12 * larger)))
        painter.setPen(theme.colour(look.focus if self.lit else look.muted))
        painter.drawText(patch, Qt.AlignmentFlag.AlignCenter, self._word)


def place_labels(edges: Iterable[EdgeItem]) -> Iterator[tuple[EdgeItem, LabelItem]]:
    """A label for every line that has a role; one that would cover another shows only while it is lit.

    Level lines come first: what is written on them could be taken for nothing else.
    """
    rows: dict[int, list[QRectF]] = defaultdict(list)
    for edge in sorted(edges, key=lambda one: one.drop):
        places = edge.label_places()
        for place in places:
            line = int(place.top() // 16)
            if not any(place.intersects(other) for near in (line - 1, line, line + 1) for other in rows[near]):
                rows[line].append(place)
                yield edge, LabelItem(edge.word, place, always=True)
                break
        else:
            if places:
                yield edge, LabelItem(edge.word, places[0], always=False)


def _on_bow(start: QPointF, end: QPointF, along: float) -> tuple[float, float]:
    """A point of the cubic line with level ends between two points."""
    rest = 1 - along
    first, last = rest**3 + 3 * rest**2 * along, 3 * rest * along**2 + along**3
    middle = (start.x() + end.x()) / 2
    x = rest**3 * start.x() + 3 * rest * along * middle + along**3 * end.x()
    return x, start.y() * first + end.y() * last


def _fits(text: str, font: QFont, room: QRectF, flags: int) -> bool:
    taken = QFontMetricsF(font).boundingRect(room, flags, text)
    return taken.height() <= room.height() and taken.width() <= room.width()
