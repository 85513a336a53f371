"""Pages of a letter as pictures: read beside the fields, zoomed and scrolled, and a photo on them is cut out."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from dsr_desk.app.case.letter_pages import NO_PAGES, LetterShown, PageShown, around_face
from dsr_desk.core.items import Box
from dsr_desk.ui import theme
from dsr_desk.ui.flow import Spring
from dsr_desk.ui.language import say
from dsr_desk.ui.pictures import painted
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, clear, column_in, label, row
from dsr_desk.ui.words import tr

STEP = 1.25
LEAST, MOST = 0.1, 4.0
"""Pixels of the screen for one of the page."""

SMALLEST_CUT = 24
"""Pixels of the page: a smaller frame is a slip of the hand."""


class LetterPages(QWidget):
    """One page at a time; hidden where there is none and nothing to say of any.

    `wanted` carries the page and the box that is to be cut out.
    """

    wanted = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.letter = NO_PAGES
        self._pages: list[tuple[PageShown, QImage]] = []
        self._at = 0
        self._takes = True
        self.setAccessibleName(tr("Pages of the letter"))
        self.area = PageArea()
        self.area.canvas.marked.connect(self._mark)
        self.back = Button(tr("Back"), lambda: self.turn(self._at - 1), name=tr("Page before"))
        self.next = Button(tr("Next"), lambda: self.turn(self._at + 1), name=tr("Next page"))
        self.smaller = Button("−", lambda: self.area.zoom_by(1 / STEP), name=tr("Smaller"))
        self.larger = Button("+", lambda: self.area.zoom_by(STEP), name=tr("Larger"))
        self.fit = Button(tr("Fit"), self.area.fit, name=tr("Fit the page to the width"))
        buttons = (self.back, self.next, self.smaller, self.larger, self.fit)
        for button in buttons:
            button.setProperty("dense", True)
        self._which = label("", "note", wrap=True)
        self.faces: list[Button] = []
        self._faces = row()
        self._hint = label(tr("Draw a frame around a photo on the page to use it as a reference."), "note", wrap=True)
        column = column_in(self, spacing=8)
        self.unshown = column.put(Notice(tone=Tone.WARN, plain=True))
        self._shown = QWidget()
        inside = column_in(self._shown, spacing=8)
        inside.addLayout(row(self._which, *buttons, stretch=0))
        inside.addWidget(self.area, 1)
        inside.addLayout(self._faces)
        inside.addWidget(self._hint)
        column.addWidget(self._shown, 1)
        self.hide()

    def show_letter(self, letter: LetterShown) -> None:
        self.letter = letter
        self._pages = [(page, painted(page.picture)) for page in letter.pages]
        self._shown.setVisible(bool(letter.pages))
        self.unshown.setVisible(letter.unshown is not None)
        self.unshown.say(say(letter.unshown) if letter.unshown else "", Tone.WARN)
        self.setVisible(bool(letter.pages) or letter.unshown is not None)
        self.area.fit()
        self.turn(0)

    def lock(self, locked: bool) -> None:
        """Whether photos may be cut out now."""
        self._takes = not locked
        self._hint.setVisible(self._takes)
        for button in self.faces:
            button.setEnabled(self._takes)

    def turn(self, to: int) -> None:
        self._at = max(0, min(to, len(self._pages) - 1))
        clear(self._faces)
        self.faces = []
        if not self._pages:
            return
        page, image = self._pages[self._at]
        says = [say(page.name)]
        if len(self._pages) > 1:
            says.append(tr("{n} of {total} pages").format(n=self._at + 1, total=len(self._pages)))
        if page.picture.why is not None:
            says.append(tr("It cannot be shown: {why}").format(why=say(page.picture.why)))
        self._which.setText(" · ".join(says))
        self.back.setEnabled(self._at > 0)
        self.next.setEnabled(self._at < len(self._pages) - 1)
        self.area.show_page(say(page.name), image)
        for number, face in enumerate(page.faces, start=1):
            take = partial(self._mark, around_face(face.box))
            self.faces.append(Button(tr("Use face {n} on this page").format(n=number), take))
            self._faces.addWidget(self.faces[-1])
        self._faces.addWidget(Spring())
        self.lock(not self._takes)

    def _mark(self, box: Box) -> None:
        if self._takes and min(box.width, box.height) >= SMALLEST_CUT:
            self.wanted.emit(self._pages[self._at][0], box)


class PageArea(QScrollArea):
    """A page as wide as there is room, until somebody zooms: + and −, the wheel with Ctrl, 0 for the width again."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = PageCanvas()
        self.setWidget(self.canvas)
        self.setMinimumHeight(200)
        self.setAccessibleName(tr("Page of the letter"))
        self._fits = True

    def sizeHint(self) -> QSize:
        return QSize(360, 420)

    def show_page(self, name: str, image: QImage) -> None:
        self.setAccessibleName(name)
        self.canvas.show_image(image)
        self._scale()
        self.verticalScrollBar().setValue(0)

    def fit(self) -> None:
        self._fits = True
        self._scale()

    def zoom_by(self, factor: float) -> None:
        self._fits = False
        self.canvas.scale(max(LEAST, min(MOST, self.canvas.zoom * factor)))

    def _scale(self) -> None:
        if self._fits and (width := self.canvas.image.width()):
            bar = self.verticalScrollBar().sizeHint().width()
            self.canvas.scale(max(LEAST, min(MOST, (self.width() - bar - 4) / width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scale()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in ("+", "-", "−"):
            self.zoom_by(STEP if event.text() == "+" else 1 / STEP)
        elif event.text() == "0":
            self.fit()
        else:
            super().keyPressEvent(event)


class PageCanvas(QWidget):
    """The picture itself. `marked` carries the box that somebody drew a frame around, in pixels of the page."""

    marked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.zoom = 1.0
        self._from: QPointF | None = None
        self._to = QPointF()
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_image(self, image: QImage) -> None:
        self.image, self._from = image, None
        self.scale(self.zoom)

    def scale(self, zoom: float) -> None:
        self.zoom = zoom
        self.setFixedSize((self.image.size().toSizeF() * zoom).toSize().expandedTo(QSize(1, 1)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self.image)
        if self._from is not None:
            painter.setPen(QPen(theme.colour(theme.tokens().accent), 2))
            painter.drawRect(QRectF(self._from, self._to).normalized())
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._to = event.position()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        drawn, self._from = QRectF(self._from, event.position()).normalized(), None
        inside = drawn.intersected(QRectF(self.rect()))
        corners = (inside.left(), inside.top(), inside.right(), inside.bottom())
        self.update()
        self.marked.emit(Box(*(round(one / self.zoom) for one in corners)))
