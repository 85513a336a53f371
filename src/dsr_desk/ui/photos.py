"""Photos: one that keeps its proportions, with a face marked where that helps, and one to choose a face in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dsr_desk.core.items import Box
from dsr_desk.ui import icons, theme
from dsr_desk.ui.words import tr

LOW = 130
"""Pixels of height below which there is room for the sentence alone."""


class PhotoView(QWidget):
    """Shows an image, or a sign and a sentence where there is none. `box` is in pixels of a photo of size `of`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._image = QImage()
        self._says = ""
        self._icon = "photo"
        self._box: Box | None = None
        self._of = QSize()
        self.setAccessibleName(name)
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage | None, says: str = "", *, icon: str = "photo") -> None:
        """`says` is shown instead of a null image and read to a screen reader."""
        self._image = image if image is not None else QImage()
        self._says, self._icon, self._box = says, icon, None
        self.setAccessibleDescription(says)
        self.update()

    def mark(self, box: Box | None, of: QSize) -> None:
        self._box, self._of = box, of
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            self._paint_nothing(painter)
            painter.end()
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        painter.setClipPath(path)
        painter.drawImage(frame, self._image)
        painter.setClipping(False)
        if self._box is not None and self._of.width() > 0:
            _paint_box(painter, _placed(self._box, self._of, frame), theme.tokens().accent)
        painter.end()

    def _paint_nothing(self, painter: QPainter) -> None:
        palette = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(palette.sunk))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        middle = QRectF(self.rect()).center()
        painter.setPen(theme.colour(palette.muted))
        painter.setFont(theme.font(12))
        if self.height() < LOW:
            inner = QRectF(self.rect()).adjusted(6, 2, -6, -2)
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._says)
            return
        icons.paint(painter, self._icon, QRectF(middle.x() - 16, middle.y() - 32, 32, 32), palette.muted)
        room = QRectF(12, middle.y() + 8, self.width() - 24, self.height() / 2 - 12)
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._says)


class FacePicker(QWidget):
    """Click a face or press its number; Tab reaches the photo, arrows move. `chosen` carries the face's number."""

    chosen = Signal(int)

    def __init__(self, height: int = 160) -> None:
        super().__init__()
        self._image = QImage()
        self._size = QSize()
        self._boxes: Sequence[tuple[int, Box]] = ()
        self._face: int | None = None
        self._name = ""
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_photo(
        self, name: str, image: QImage, size: QSize, boxes: Sequence[tuple[int, Box]], face: int | None
    ) -> None:
        """`size` is that of the upright photo, in whose pixels the boxes are given."""
        self._name, self._image, self._size, self._boxes, self._face = name, image, size, tuple(boxes), face
        shape = size if size.isValid() and not size.isEmpty() else QSize(4, 3)
        self.setFixedWidth(max(80, round(self.height() * shape.width() / shape.height())))
        many = len(boxes) > 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if many else Qt.FocusPolicy.NoFocus)
        if many and face is None:
            says = tr("{name}: {n} faces, choose one").format(name=name, n=len(boxes))
        elif many:
            says = tr("{name}: face {face} of {n} chosen").format(name=name, face=face, n=len(boxes))
        else:
            says = name
        self.setAccessibleName(says)
        self.setToolTip(says)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        painter.setClipPath(path)
        painter.fillRect(self.rect(), theme.colour(palette.sunk))
        if self._image.isNull():
            painter.setPen(theme.colour(palette.muted))
            painter.setFont(theme.font(12))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, tr("no picture"))
        else:
            painter.drawImage(frame, self._image)
        if len(self._boxes) > 1 or self._face is None:
            for number, box in self._boxes:
                self._paint_face(painter, number, self._placed(box), chosen=number == self._face)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour(palette.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-1, -1, 1, 1), 7, 7)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, box in self._boxes:
            if self._placed(box).contains(event.position()):
                self.chosen.emit(number)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        numbers = [number for number, _ in self._boxes]
        if event.text().isdecimal() and int(event.text()) in numbers:
            self.chosen.emit(int(event.text()))
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and numbers:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            place = numbers.index(self._face) + step if self._face in numbers else 0
            self.chosen.emit(numbers[place % len(numbers)])
        else:
            super().keyPressEvent(event)

    def _placed(self, box: Box) -> QRectF:
        return _placed(box, self._size, QRectF(self.rect()).adjusted(2, 2, -2, -2))

    def _paint_face(self, painter: QPainter, number: int, place: QRectF, *, chosen: bool) -> None:
        palette = theme.tokens()
        ink, ground = (palette.on_accent, palette.accent) if chosen else (palette.text, palette.surface)
        _paint_box(painter, place, palette.accent if chosen else palette.text)
        tag = QRectF(place.topLeft() - QPointF(0, 2), QSize(20, 20))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(12, bold=True))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, ("✓" if chosen else "") + str(number))


def _placed(box: Box, of: QSize, frame: QRectF) -> QRectF:
    """Where a box in a photo of this size lies in the frame that the photo is painted in."""
    across, down = frame.width() / max(1, of.width()), frame.height() / max(1, of.height())
    return QRectF(frame.left() + box.left * across, frame.top() + box.top * down, box.width * across, box.height * down)


def _paint_box(painter: QPainter, place: QRectF, ink: str) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.tokens().surface, 4), (ink, 2)):
        painter.setPen(QPen(theme.colour(colour), width))
        painter.drawRoundedRect(place, 4, 4)
