"""The start: little is loaded before the first paint, the rest beside it, and who is quick waits for no more of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dsr_desk.app.desk import Desk
from dsr_desk.ui import ahead
from dsr_desk.ui.ahead import LoadAhead
from dsr_desk.ui.main import make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.vault.welcome import UnlockCard, Welcome
from ui.conftest import PASSPHRASE

BENEATH = {
    "app", "app.faults", "app.protection", "app.vault", "app.vault.where",
    "core", "core.canonical", "core.catalogue", "core.errors", "core.language", "core.message", "core.passphrases",
    "jobs", "jobs.confine", "jobs.progress", "jobs.scratch",
    "storage", "storage.clock", "storage.files", "storage.locks", "storage.vault_folder",
}  # fmt: skip
"""Where vaults lie and whether one is a backup; words and errors; how hard a new passphrase is to guess; the guard."""

SCREENS = {
    "", ".about", ".activity", ".ahead", ".bridge", ".choosing", ".dialogs", ".faults", ".fields", ".flow", ".holding",
    ".icons", ".idle", ".language", ".main", ".placing", ".reach", ".settings", ".shell", ".theme", ".typed_fields",
    ".views", ".views.vault", ".views.vault.new_passphrase", ".views.vault.welcome", ".widgets", ".words",
}  # fmt: skip

START = {"__main__", "cli", "cli.ending", "cli.nouns"}
LIBRARIES = {"PySide6", "shiboken6", "shibokensupport", "babel", "platformdirs", "pyseccomp"}

PROGRAM = """
import json, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from dsr_desk.__main__ import run
from dsr_desk.ui import main

class FirstPaint(QObject):
    painted = False
    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted:
            self.painted = True
            print(json.dumps(sorted(sys.modules)), flush=True)
            QTimer.singleShot(0, self.go)
        return False

    def go(self):
        if SECRET:
            self.watch = QTimer(interval=5)
            self.watch.timeout.connect(self.look)
            self.watch.start()
            card = window.centralWidget().unlock
            card.secret.setText(SECRET)
            card.go.click()
            self.before = "dsr_desk.ui.workspace" in sys.modules
        else:
            window.close()

    def look(self):
        window.bridge.failed.connect(lambda error: print(error.code, flush=True))
        if window.workspace is not None:
            print(json.dumps([self.before, window.workspace.place]), flush=True)
            self.watch.stop()
            window.close()

class Shown(main.Window):
    def show(self):
        global window, first
        window, first = self, FirstPaint()
        QApplication.instance().installEventFilter(first)
        super().show()

main.Window = Shown
SECRET = sys.stdin.readline().strip()
sys.argv[0] = "dsr-desk"
run()
"""


def started(home: Path, *words: str, secret: str = "") -> list[Any]:
    """What the program prints that is started with these words in a home of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        input=secret + "\n",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    Desk.create(tmp_path / "vault", "Test organisation", "Ada", PASSPHRASE)[0].close()
    return tmp_path / "vault"


@pytest.mark.parametrize("known", [True, False])
def test_the_first_paint_loads_what_is_seen_and_nothing_that_an_open_vault_needs(tmp_path: Path, known: bool) -> None:
    (tmp_path / "there").mkdir()
    (modules,) = started(tmp_path, *([str(tmp_path / "there")] if known else []))
    ours = {one.removeprefix("dsr_desk").removeprefix(".") for one in modules if one.partition(".")[0] == "dsr_desk"}
    assert ours - {""} <= BENEATH | START | {f"ui{screen}" for screen in SCREENS}
    installed = {one.partition(".")[0] for one in modules} & packages_distributions().keys()
    assert installed - {"dsr_desk", "_distutils_hack"} <= LIBRARIES


def test_a_vault_unlocked_at_the_first_paint_shows_its_cases_though_little_was_loaded(vault: Path) -> None:
    _, (loaded_before, place) = started(vault.parent, str(vault), secret=PASSPHRASE)
    assert not loaded_before
    assert place == "cases"


class Parts:
    """Stands for the parts: each is loaded when it may be."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.waits, self.may_end = threading.Event(), threading.Event()

    def load(self, name: str) -> None:
        self.begun.append(name)
        self.waits.set()
        assert self.may_end.wait(20)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    made = Parts()
    monkeypatch.setattr(ahead, "import_module", made.load)
    yield made
    made.may_end.set()


@pytest.fixture
def begun(qtbot: QtBot, vault: Path) -> Iterator[tuple[Window, LoadAhead]]:
    window = make_window(vault)
    loading = LoadAhead(window)
    window.show()
    yield window, loading
    loading.end()
    qtbot.waitUntil(lambda: not window.bridge.running)
    window.close()


def card_of(window: Window) -> UnlockCard:
    screen = window.centralWidget()
    assert isinstance(screen, Welcome)
    return screen.unlock


def unlock(window: Window, qtbot: QtBot) -> UnlockCard:
    card = card_of(window)
    card.secret.setText(PASSPHRASE)
    qtbot.keyClick(card.secret, Qt.Key.Key_Return)
    return card


def test_nothing_is_loaded_ahead_before_the_window_was_painted(qtbot: QtBot, parts: Parts, vault: Path) -> None:
    window = make_window(vault)
    loading = LoadAhead(window)
    qtbot.wait(1)
    assert parts.begun == []
    loading.end()
    window.close()
    assert parts.begun == []


def test_who_unlocks_while_it_is_loaded_can_use_the_window_and_opens_the_vault_when_it_is_done(
    qtbot: QtBot, parts: Parts, begun: tuple[Window, LoadAhead]
) -> None:
    window, _ = begun
    qtbot.waitUntil(parts.waits.is_set)
    card = unlock(window, qtbot)
    qtbot.wait(1)
    assert window.workspace is None
    assert not card.go.isEnabled()
    assert parts.begun == [ahead.NEEDED[0]]
    parts.may_end.set()
    qtbot.waitUntil(lambda: window.workspace is not None)
    assert parts.begun == [*ahead.NEEDED, *ahead.NEEDED]  # one thread after the other, never both at once


def test_who_leaves_at_once_waits_for_one_part_and_not_for_all(
    qtbot: QtBot, parts: Parts, begun: tuple[Window, LoadAhead]
) -> None:
    _, loading = begun
    qtbot.waitUntil(parts.waits.is_set)
    ending = threading.Thread(target=loading.end)
    ending.start()
    ending.join(0.01)
    assert ending.is_alive()
    parts.may_end.set()
    ending.join()
    assert parts.begun == [ahead.NEEDED[0]]


def test_what_cannot_be_loaded_is_told_to_who_opens_a_vault_and_can_be_tried_again(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    tried: list[str] = []

    def broken(name: str) -> None:
        tried.append(name)
        raise ImportError(name)

    real = ahead.import_module
    monkeypatch.setattr(ahead, "import_module", broken)
    window, loading = request.getfixturevalue("begun")
    qtbot.waitUntil(lambda: bool(tried))
    loading.end()
    card = unlock(window, qtbot)
    qtbot.waitUntil(card.problem.isVisible)
    assert "PROGRAM-FAULT" in card.problem.text
    assert window.workspace is None
    assert "ImportError" not in capfd.readouterr().err
    monkeypatch.setattr(ahead, "import_module", real)
    unlock(window, qtbot)
    qtbot.waitUntil(lambda: window.workspace is not None)
