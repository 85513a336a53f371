"""Faults in the windows, wherever they happen: a dialog with the code, and nothing on standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import QAbstractListModel, QCoreApplication, QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QListView, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app import faults
from dsr_desk.app.faults import watch
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import faults as teller
from dsr_desk.ui.dialogs import ErrorDialog
from dsr_desk.ui.faults import FaultTeller
from dsr_desk.ui.main import make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.widgets import Button

MARKER = "Mara Lindqvist"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The first window, watched as in the program."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(faults, "_written", {})
    made = make_window()
    made.show()
    qtbot.waitExposed(made)
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    end = watch(FaultTeller(made).tell)
    yield made
    end()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    for dialog in shown(made):
        dialog.reject()
    made.bridge.close()
    made.close()


def shown(window: Window) -> list[ErrorDialog]:
    return [one for one in window.findChildren(ErrorDialog) if one.isVisible()]


def failing(*_: Any) -> NoReturn:
    raise ValueError(MARKER)


class Numbers(QAbstractListModel):
    def rowCount(self, _parent: Any = None) -> int:
        return 3

    def data(self, _index: QModelIndex, _role: int = 0) -> NoReturn:
        raise ValueError(MARKER)


class Painted(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        raise ValueError(MARKER)


class Typed(QWidget):
    def keyPressEvent(self, _event: QKeyEvent) -> None:
        raise ValueError(MARKER)


class Sender(QObject):
    said = Signal(int)


def in_a_button(window: Window) -> None:
    button = Button("Go", failing)
    button.setParent(window)
    button.click()


def in_a_model(window: Window) -> None:
    view = QListView(window)
    view.setModel(Numbers(view))
    QTimer.singleShot(0, view.show)


def in_painting(window: Window) -> None:
    Painted(window).show()


def in_a_key(window: Window) -> None:
    typed = Typed(window)
    typed.show()
    QCoreApplication.postEvent(typed, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier))


def in_a_job(window: Window) -> None:
    window.bridge.run("working", failing, lambda _: None, context=window)


def in_ending_a_job(window: Window) -> None:
    window.bridge.run("working", lambda _r, _t: None, failing, context=window)


def in_a_jobs_excuse(window: Window) -> None:
    window.bridge.run("working", failing, lambda _: None, context=window, failed=failing)


def in_a_job_that_leaves(window: Window) -> None:
    def leave(_report: Report, _token: CancelToken) -> NoReturn:
        raise SystemExit(MARKER)

    window.bridge.run("working", leave, lambda _: None, context=window)


def in_a_thread(_window: Window) -> None:
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()


def in_a_timer(_window: Window) -> None:
    QTimer.singleShot(0, failing)


def in_a_queued_signal(window: Window) -> None:
    sender = Sender(window)
    sender.said.connect(failing, Qt.ConnectionType.QueuedConnection)
    sender.said.emit(1)


@pytest.mark.no_qt_log
@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize(
    "happen",
    [
        in_a_button,
        in_a_model,
        in_painting,
        in_a_key,
        in_a_job,
        in_ending_a_job,
        in_a_jobs_excuse,
        in_a_job_that_leaves,
        in_a_thread,
        in_a_timer,
        in_a_queued_signal,
    ],
)
def test_a_fault_anywhere_in_the_windows_is_told_with_its_code(
    happen: Callable[[Window], None],
    window: Window,
    qtbot: QtBot,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    happen(window)
    qtbot.waitUntil(lambda: bool(shown(window)) and not window.bridge.running)
    (dialog,) = shown(window)
    words = dialog.windowTitle() + " ".join(one.text() for one in dialog.findChildren(type(dialog.heading)))
    assert "PROGRAM-FAULT" in words
    reports = list((tmp_path / "state").rglob("*.txt"))
    assert any(str(report) in words for report in reports)
    printed = capfd.readouterr()
    told = words + printed.out + printed.err + "".join(report.read_text() for report in reports)
    assert "Traceback" not in told
    assert MARKER not in told


@pytest.mark.qt_no_exception_capture
def test_a_fault_that_comes_with_each_picture_is_told_once(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = Painted(window)
    painted.show()
    qtbot.waitUntil(lambda: bool(shown(window)))
    for _ in range(3):
        painted.update()
        qtbot.wait(1)
    (dialog,) = shown(window)
    dialog.reject()
    painted.update()
    qtbot.wait(1)
    assert shown(window) == []
    assert len(list((tmp_path / "state").rglob("*.txt"))) == 1
    monkeypatch.setattr(teller, "QUIET_SECONDS", 0.0)
    painted.update()
    qtbot.waitUntil(lambda: bool(shown(window)))
    painted.hide()


@pytest.mark.qt_no_exception_capture
def test_a_fault_in_showing_a_fault_ends_in_the_code(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(teller, "ErrorDialog", failing)
    in_a_button(window)
    qtbot.wait(1)
    assert capfd.readouterr().err == "[PROGRAM-FAULT]\n"
    monkeypatch.undo()
    monkeypatch.setattr(teller, "QUIET_SECONDS", 0.0)
    in_a_button(window)
    qtbot.waitUntil(lambda: bool(shown(window)))


@pytest.mark.qt_no_exception_capture
def test_work_that_waits_for_idle_is_done_after_a_fault_too(window: Window, qtbot: QtBot) -> None:
    done: list[str] = []
    in_ending_a_job(window)
    window.bridge.when_done(window.bridge.owner, lambda: done.append("idle"))
    qtbot.waitUntil(lambda: done == ["idle"])
