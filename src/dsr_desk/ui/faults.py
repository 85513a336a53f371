"""What nobody caught, in any thread, reaches the person in front of the window like every other error."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from dsr_desk.app.faults import error_for, last_word
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.dialogs import ErrorDialog
from dsr_desk.ui.words import tr

QUIET_SECONDS = 2.0
"""So long after its dialog the same fault is only written down: one in painting comes again with each picture."""


class FaultTeller(QObject):
    """Shows faults one at a time; what comes while one is shown is only written down."""

    _told = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shown: ErrorDialog | None = None
        self._last: dict[str, float] = {}
        self._told.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def tell(self, fault: BaseException) -> None:
        """From any thread."""
        self._told.emit(error_for(fault, tr("showing a window")))

    def _show(self, error: DeskError) -> None:
        now, kind = time.monotonic(), error.what_happened
        if self._shown is not None or now - self._last.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        try:
            self._shown = ErrorDialog(error, self._window)
            self._shown.finished.connect(lambda _: self._closed(kind))
            self._shown.open()
        except Exception:  # noqa: BLE001 - what shows errors is itself at fault: no second try
            self._closed(kind)
            last_word()

    def _closed(self, kind: str) -> None:
        self._shown = None
        self._last[kind] = time.monotonic()
