"""One large picture that keeps its proportions, with a face marked where that helps."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dsr_desk.core.items import Box
from dsr_desk.ui import icons, theme


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
        palette = theme.tokens()
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
            across, down = frame.width() / self._of.width(), frame.height() / self._of.height()
            box = self._box
            place = QRectF(
                frame.left() + box.left * across, frame.top() + box.top * down, box.width * across, box.height * down
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour(palette.surface), 4))
            painter.drawRoundedRect(place, 4, 4)
            painter.setPen(QPen(theme.colour(palette.accent), 2))
            painter.drawRoundedRect(place, 4, 4)
        painter.end()

    def _paint_nothing(self, painter: QPainter) -> None:
        palette = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(palette.sunk))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        middle = QRectF(self.rect()).center()
        icons.paint(painter, self._icon, QRectF(middle.x() - 16, middle.y() - 32, 32, 32), palette.muted)
        painter.setPen(theme.colour(palette.muted))
        painter.setFont(theme.font(12))
        room = QRectF(12, middle.y() + 8, self.width() - 24, self.height() / 2 - 12)
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._says)
