"""Where a window lies: as it was left on this screen, and never where nobody can reach it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from dsr_desk.ui import settings

LEAST = QSize(900, 460)
"""Logical pixels: half of Full HD, less what the system takes for bars and the frame."""

USUAL = QSize(1280, 800)

FRAME = QSize(16, 40)
"""What a system draws around a window."""


def room_on(screen: QScreen) -> QRect:
    """Where on a screen the content of a window may lie, its frame around it."""
    room = screen.availableGeometry()
    beside = FRAME.width() // 2
    return room.adjusted(beside, FRAME.height() - beside, -beside, -beside)


def room_for(window: QWidget) -> QSize:
    """How large a window may be on the screen that it is on, or that its parent is on."""
    parent = window.parentWidget()
    return room_on((parent.window() if parent is not None else window).screen()).size()


def place(window: QWidget) -> None:
    """As it was left on the screen where it was last, where that screen is still there; else in the middle."""
    screens = {name_of(screen): screen for screen in QGuiApplication.screens()}
    screen = screens.get(settings.last_screen(), QGuiApplication.primaryScreen())
    left, maximised = settings.window_left(name_of(screen))
    room = room_on(screen)
    if left is None:
        left = QRect(room.topLeft(), USUAL)
        left.moveCenter(room.center())
    window.setGeometry(within(left, room))
    if maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def remember(window: QWidget) -> None:
    """For the next time, on the screen that it is on now."""
    left = window.normalGeometry() if window.isMaximized() else window.geometry()
    settings.remember_window(name_of(window.screen()), left, maximised=window.isMaximized())


def name_of(screen: QScreen) -> str:
    """A screen of another size is another one."""
    size = screen.size()
    return f"{screen.name()} {size.width()} {size.height()}".replace("/", " ").strip()


def within(left: QRect, room: QRect) -> QRect:
    """The same place, moved and made smaller as far as it must be to lie in this room whole."""
    size = left.size().boundedTo(room.size()).expandedTo(LEAST)
    across = max(room.left(), min(left.left(), room.left() + room.width() - size.width()))
    down = max(room.top(), min(left.top(), room.top() + room.height() - size.height()))
    return QRect(across, down, size.width(), size.height())
