"""Paints a candidate in the film strip: picture, decided ones paler, the decision as a sign."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsr_desk.app.case.review_deck import ReviewCard
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import icons, theme
from dsr_desk.ui.models.candidates import ITEM, PICTURE

SIDE, LEAST = 64, 36
"""Pixels: a picture where there is room, and where the window is low."""

SIGNS = {Verdict.SAME: "done", Verdict.DIFFERENT: "different", Verdict.UNSURE: "unknown"}
BEGUN = "begun"
"""Part of a card is decided, or its words differ."""


class FilmDelegate(QStyledItemDelegate):
    side = SIDE

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self.side + 10, self.side + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        card = index.data(ITEM)
        if not isinstance(card, ReviewCard):
            return
        is_record = card.lines[0].kind is ItemKind.RECORD
        said = any(line.verdict for line in card.lines)
        palette = theme.tokens()
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        frame = QRectF(cell.left() + 4, cell.top() + 4, self.side, self.side)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        painter.setClipPath(path)
        painter.fillPath(path, theme.colour(palette.sunk))
        image = index.data(PICTURE)
        if isinstance(image, QImage) and not image.isNull():
            painter.setOpacity(0.4 if said else 1.0)
            painter.drawImage(frame, image, QRectF(square(image)))
            painter.setOpacity(1.0)
        elif image is not None or is_record:
            inner = self.side * 0.28
            name = "journal" if is_record else "photo"
            icons.paint(painter, name, frame.adjusted(inner, inner, -inner, -inner), palette.muted)
        painter.setClipping(False)
        if said:
            sign = SIGNS[card.verdict] if card.verdict is not None else BEGUN
            _paint_badge(painter, sign, QRectF(frame.right() - 18, frame.bottom() - 18, 18, 18))
        if len(card.lines) > 1:
            _paint_badge(painter, "journal", QRectF(frame.left(), frame.bottom() - 18, 18, 18))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(theme.colour(palette.focus), 3))
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 8, 8)
        painter.restore()


def _paint_badge(painter: QPainter, name: str, badge: QRectF) -> None:
    palette = theme.tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(palette.surface))
    painter.drawEllipse(badge)
    icons.paint(painter, name, badge.adjusted(2, 2, -2, -2), palette.text)


def square(image: QImage) -> QRect:
    """The middle of a picture, as large a square as fits."""
    side = min(image.width(), image.height())
    return QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
