"""Starts the windows."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from dsr_desk.core.errors import DeskError, ProgramFault
from dsr_desk.ui import icons, language, settings, theme
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.vault.welcome import Welcome
from dsr_desk.ui.words import tr

log = logging.getLogger(__name__)


def run(argv: Sequence[str]) -> int:
    """The desktop app until its window is closed. An argument names the vault to open."""
    app = QApplication.instance() or QApplication([sys.argv[0], *argv])
    if not isinstance(app, QApplication):
        raise RuntimeError("there is another kind of Qt application in this process")
    dress(app)
    theme.prefer(settings.look())
    follower = theme.follow_system(app)
    window = make_window(Path(argv[0]) if argv else None)
    window.show()
    before, sys.excepthook = sys.excepthook, partial(tell_fault, window)
    code = app.exec()
    sys.excepthook = before
    follower.deleteLater()
    return code


def tell_fault(window: Window, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught reaches the person in front of the window, in four parts like every other error."""
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    if not isinstance(error, DeskError):
        log.error("a fault in the windows", exc_info=(kind, error, trace))
        error = ProgramFault.of(error, tr("showing a window"))
    window.bridge.failed.emit(error)


def dress(app: QApplication) -> None:
    """Names, icon, style and figures, before any window is made."""
    app.setApplicationName("dsr-desk")
    app.setApplicationDisplayName("DSR Desk")
    app.setDesktopFileName("dsr-desk")
    app.setWindowIcon(icons.icon("app"))
    app.setStyle("Fusion")
    language.speak(app, settings.language())


def make_window(vault: Path | None = None) -> Window:
    """The window with its first screen."""

    def welcome(window: Window, wanted: Path | None) -> Welcome:
        screen = Welcome(window.bridge, wanted or vault)
        # A bound method is held weakly; a closure would keep the window alive and free it inside a child's end.
        screen.entered.connect(window.enter_at)
        return screen

    return Window(welcome)
