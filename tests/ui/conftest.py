"""Real windows without a screen. A thread, a running timer or a top-level window that outlives its test fails it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QLocale, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from dsr_desk.ui import theme


def pytest_itemcollected(item: pytest.Item) -> None:
    """The screenless platform says this of every window with a smallest size; it is no fault of ours."""
    item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True))


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """The light theme and English figures, whatever this machine prefers."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    qapp.setStyle("Fusion")
    theme.use(theme.LIGHT)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """What the windows remember goes into the test's own folder."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def nothing_outlives(qapp: QApplication) -> Iterator[None]:
    threads = set(threading.enumerate())
    windows = set(qapp.topLevelWidgets())
    yield
    for widget in qapp.topLevelWidgets():
        if widget not in windows:
            widget.close()
            widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    assert not left, f"threads outlive the test: {left}"
    timers = [one for one in gc.get_objects() if isinstance(one, QTimer) and shiboken6.isValid(one) and one.isActive()]
    assert not timers, f"timers outlive the test: {[timer.parent() for timer in timers]}"
