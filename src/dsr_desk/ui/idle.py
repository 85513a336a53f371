"""Notices that nobody touched the program for a while."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

_KIND = QEvent.Type
TOUCHES = {_KIND.KeyPress, _KIND.MouseButtonPress, _KIND.MouseMove, _KIND.Wheel, _KIND.TouchBegin, _KIND.Drop}


class IdleWatch(QObject):
    """Emits `idle` after `minutes` without a key or a mouse, never where they are 0; every touch starts anew."""

    idle = Signal()

    def __init__(self, app: QApplication, minutes: float, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._runs = False
        self._take(minutes)
        self._timer.timeout.connect(self.idle)
        self._app = app

    def start(self) -> None:
        self._runs = True
        self._app.installEventFilter(self)
        self._wait_anew()

    def wait(self, minutes: float) -> None:
        """Another length of time, from now on."""
        self._take(minutes)
        self._wait_anew()

    def stop(self) -> None:
        self._runs = False
        self._app.removeEventFilter(self)
        self._timer.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in TOUCHES:
            self._wait_anew()
        return False

    def _take(self, minutes: float) -> None:
        self._minutes = minutes
        self._timer.setInterval(round(minutes * 60_000))

    def _wait_anew(self) -> None:
        if self._runs and self._minutes > 0:
            self._timer.start()
        else:
            self._timer.stop()
