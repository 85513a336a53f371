"""Paints a candidate in the film strip: picture, decided ones paler, the decision as a sign."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsr_desk.app.case.review import ReviewItem
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import icons, theme
from dsr_desk.ui.models.candidates import ITEM, PICTURE, BlindItem

SIDE = 64
SIGNS = {Verdict.SAME: "done", Verdict.DIFFERENT: "different", Verdict.UNSURE: "unknown"}


class FilmDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(SIDE + 10, SIDE + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item = index.data(ITEM)
        if not isinstance(item, ReviewItem | BlindItem):
            return
        palette = theme.tokens()
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        frame = QRectF(cell.left() + 4, cell.top() + 4, SIDE, SIDE)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        painter.setClipPath(path)
        painter.fillPath(path, theme.colour(palette.sunk))
        image = index.data(PICTURE)
        if isinstance(image, QImage) and not image.isNull():
            painter.setOpacity(0.4 if item.decision else 1.0)
            painter.drawImage(frame, image, QRectF(square(image)))
            painter.setOpacity(1.0)
        elif image is not None or item.candidate.kind is ItemKind.RECORD:
            name = "journal" if item.candidate.kind is ItemKind.RECORD else "photo"
            icons.paint(painter, name, frame.adjusted(18, 18, -18, -18), palette.muted)
        painter.setClipping(False)
        if item.decision:
            badge = QRectF(frame.right() - 22, frame.bottom() - 22, 20, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(palette.surface))
            painter.drawEllipse(badge)
            icons.paint(painter, SIGNS[item.decision.verdict], badge.adjusted(2, 2, -2, -2), palette.text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(theme.colour(palette.focus), 3))
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 8, 8)
        painter.restore()


def square(image: QImage) -> QRect:
    """The middle of a picture, as large a square as fits."""
    side = min(image.width(), image.height())
    return QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
