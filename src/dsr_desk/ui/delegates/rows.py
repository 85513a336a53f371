"""Paints the cells of a table: chip, text of up to two lines, note, and actions that look like buttons."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dsr_desk.ui import icons, theme
from dsr_desk.ui.models.table import CELL, Cell
from dsr_desk.ui.widgets import chip_size, paint_chip

Index = QModelIndex | QPersistentModelIndex
MARGIN = 12


class RowDelegate(QStyledItemDelegate):
    """`pressed` carries the index of a cell whose painted button was clicked."""

    pressed = Signal(QModelIndex)

    def __init__(self, parent: QObject | None = None, *, height: int = 64) -> None:
        super().__init__(parent)
        self._height = height

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL)
        if not isinstance(cell, Cell):
            return
        palette = theme.tokens()
        place: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(place, theme.colour(palette.accent_weak if selected else palette.surface))
        painter.setPen(QPen(theme.colour(palette.line), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        if selected and index.column() == 0:
            painter.fillRect(QRect(place.left(), place.top(), 3, place.height()), theme.colour(palette.accent))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour(palette.focus), 2))
            painter.drawRect(place.adjusted(1, 1, -2, -2))
        if cell.action:
            self._paint_action(painter, place, cell)
        else:
            check = index.data(Qt.ItemDataRole.CheckStateRole)
            if check is not None:
                name = "check-box" if Qt.CheckState(check) == Qt.CheckState.Checked else "box"
                box = QRectF(place.left() + MARGIN, place.center().y() - 9, 18, 18)
                icons.paint(painter, name, box, palette.accent)
                place = place.adjusted(28, 0, 0, 0)
            self._paint_cell(painter, place, cell)
        painter.restore()

    def editorEvent(
        self, event: QEvent, _model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        cell = index.data(CELL)
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease and isinstance(cell, Cell):
            place: QRect = option.rect
            if cell.action and _action_place(place, cell).contains(event.position()):
                self.pressed.emit(index.model().index(index.row(), index.column()))
                return True
        return False

    def _paint_action(self, painter: QPainter, place: QRect, cell: Cell) -> None:
        if not cell.text:
            return
        palette = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(palette.line), palette.border))
        painter.setBrush(theme.colour(palette.surface))
        button = _action_place(place, cell)
        painter.drawRoundedRect(button.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(theme.colour(palette.text))
        painter.setFont(theme.font(14))
        shown = QFontMetrics(painter.font()).elidedText(
            cell.text, Qt.TextElideMode.ElideRight, int(button.width()) - 16
        )
        painter.drawText(button, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_cell(self, painter: QPainter, place: QRect, cell: Cell) -> None:
        palette = theme.tokens()
        room = QRectF(place.adjusted(MARGIN, 4, -MARGIN // 2, -4))
        if not cell.chip and cell.icon:
            ink = palette.of(cell.tone)[0]
            icons.paint(painter, cell.icon, QRectF(room.left(), room.center().y() - 9, 18, 18), ink)
            room.setLeft(room.left() + 28)
        text_height = QFontMetrics(theme.font(14)).height() + 1
        note_height = QFontMetrics(theme.font(12)).height() + 2
        chip = chip_size(cell.chip, True) if cell.chip else QSize(0, 0)
        chip_gap = 4 if cell.chip and (cell.text or cell.note) else 0
        free = room.height() - chip.height() - chip_gap
        least = note_height if cell.note else 0
        most = max(1, min(2, int((free - least) // text_height)))
        text = _lines(cell.text, theme.font(14, bold=cell.strong), room.width(), most)
        left = int((free - len(text) * text_height) // note_height)
        note = _lines(cell.note, theme.font(12), room.width(), max(1, min(2, left)))
        height = chip.height() + chip_gap + len(text) * text_height + len(note) * note_height
        top = room.top() + max(0.0, (room.height() - height) / 2)
        if cell.chip:
            icon = icons.STATE_ICONS[cell.tone] if cell.icon is None else cell.icon
            width = min(chip.width() - (0 if icon else 16), room.width())
            paint_chip(painter, QRectF(room.left(), top, width, chip.height()), cell.chip, cell.tone, icon)
            top += chip.height() + chip_gap
        painter.setFont(theme.font(14, bold=cell.strong, tabular=True))
        painter.setPen(theme.colour(palette.text))
        for line in text:
            painter.drawText(QRectF(room.left(), top, room.width(), text_height), Qt.AlignmentFlag.AlignVCenter, line)
            top += text_height
        painter.setFont(theme.font(12, tabular=True))
        painter.setPen(theme.colour(palette.muted))
        for line in note:
            painter.drawText(QRectF(room.left(), top, room.width(), note_height), Qt.AlignmentFlag.AlignVCenter, line)
            top += note_height


def _action_place(place: QRect, cell: Cell) -> QRectF:
    width = QFontMetrics(theme.font(14)).horizontalAdvance(cell.text) + 28
    width = min(width, place.width() - MARGIN - 4)
    return QRectF(place.left() + MARGIN, place.center().y() - 17, width, 34)


def _lines(text: str, font: object, width: float, most: int) -> list[str]:
    """The text broken into at most `most` lines, the last one elided."""
    if not text:
        return []
    layout = QTextLayout(text, font)  # type: ignore[call-overload]
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(24.0, width))
        start = line.textStart()
        if len(lines) == most - 1:
            rest = text[start:]
            lines.append(QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, int(width)))  # type: ignore[call-overload]
            break
        lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return lines
