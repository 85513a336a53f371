"""Starts the windows."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from dsr_desk.app.faults import watch
from dsr_desk.ui import icons, language, settings, theme
from dsr_desk.ui.ahead import LoadAhead
from dsr_desk.ui.faults import FaultTeller
from dsr_desk.ui.reach import application
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.vault.welcome import Welcome


def run(argv: Sequence[str]) -> int:
    """The desktop app until its window is closed. An argument names the folder of the vault to open."""
    app = application(argv)
    dress(app)
    theme.prefer(settings.look())
    follower = theme.follow_system(app)
    window = make_window(Path(argv[0]).absolute() if argv else None)
    ahead = LoadAhead(window)
    window.show()
    end = watch(FaultTeller(window).tell)
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    code = app.exec()
    ahead.end()
    end()
    follower.deleteLater()
    return code


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
        screen = Welcome(window.bridge, window.holding, wanted or vault)
        # A bound method is held weakly; a closure would keep the window alive and free it inside a child's end.
        screen.entered.connect(window.enter_at)
        return screen

    return Window(welcome)
