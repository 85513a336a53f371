"""Our own SVG icons, drawn in the colour that is asked for and sharp at every scale."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from dsr_desk.ui.theme import Tone

STATE_ICONS: dict[Tone, str] = {tone: "" if tone is Tone.PLAIN else tone.value for tone in Tone}


def names() -> list[str]:
    """Every icon that ships."""
    folder = resources.files("dsr_desk.ui").joinpath("resources/icons")
    return sorted(entry.name.removesuffix(".svg") for entry in folder.iterdir() if entry.name.endswith(".svg"))


def paint(painter: QPainter, name: str, place: QRectF, colour: str) -> None:
    """Draw an icon into a square of a painter, in one colour (#RRGGBB)."""
    _renderer(name, colour).render(painter, place)


def pixmap(name: str, size: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """A picture of `size` device-independent pixels."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint(painter, name, QRectF(0, 0, made.width(), made.height()), colour)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str = "#000000") -> QIcon:
    made = QIcon()
    for size in (16, 20, 24, 32, 48, 64, 128):
        made.addPixmap(pixmap(name, size, colour))
    return made


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = resources.files("dsr_desk.ui").joinpath(f"resources/icons/{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
