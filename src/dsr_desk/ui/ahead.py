"""What only an open vault needs is loaded beside the window while the passphrase is typed, from its first paint on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

NEEDED = (
    "numpy",
    "sqlite_utils",
    "openpyxl",
    "dsr_desk.app.desk",
    "dsr_desk.intake.registry",
    "dsr_desk.app.demo",
    "dsr_desk.app.case.steps",
    "dsr_desk.app.models.view",
    "dsr_desk.ui.workspace",
)
"""In parts, so that who leaves at once waits for one of them and not for all."""

_turn = threading.Lock()


def load_all(stop: Callable[[], bool] = lambda: False) -> None:
    """Import what an open vault needs, in the thread that asks; at once where all is there.

    One thread at a time: of two that import what names each other, one would get half a module. Raises whatever an
    import raises; `stop` is asked before each part.
    """
    with _turn:
        for name in NEEDED:
            if stop():
                return
            import_module(name)


class LoadAhead(QObject):
    """Begins when a window was painted for the first time. `end` waits for what has begun."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._load, name="loading ahead")
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._thread.start)
        return False

    def end(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        try:
            load_all(self._stop.is_set)
        except Exception:  # noqa: BLE001 - who opens a vault loads it again, meets the same and is told of it
            return
