"""Locking hides the window and nothing else: work that has begun goes on, and whoever comes back is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dsr_desk.app import demo
from dsr_desk.app.case import cases
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.refusals import NothingToUndo
from dsr_desk.storage.locks import InUse
from dsr_desk.ui import settings
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.views.vault.welcome import Welcome
from ui.conftest import OTHER_PASSPHRASE, PASSPHRASE, Visitor

Work = Callable[..., threading.Event]


def welcome_of(window: Window) -> Welcome:
    screen = window.centralWidget()
    assert isinstance(screen, Welcome)
    return screen


def unlock(visitor: Visitor, qtbot: QtBot, secret: str = PASSPHRASE) -> None:
    card = welcome_of(visitor.window).unlock
    assert card.folder.path == visitor.office.vault
    card.secret.setText(secret)
    qtbot.keyClick(card.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: visitor.window.workspace is not None or card.problem.isVisible(), timeout=10_000)


@pytest.fixture(autouse=True)
def no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that waits for an answer would wait for ever."""

    def asked(dialog: QDialog) -> int:
        raise AssertionError(dialog.windowTitle())

    monkeypatch.setattr(QDialog, "exec", asked)


@pytest.fixture
def work(visitor: Visitor) -> Iterator[Work]:
    """Starts a job that waits until it may end, and then does what it is given."""
    gates: list[threading.Event] = []

    def start(act: Callable[[], object] = lambda: None, name: str = "Building the index") -> threading.Event:
        desk, gate = visitor.desk, threading.Event()
        gates.append(gate)

        def job(_report: object, token: object) -> object:
            assert gate.wait(20)
            token.check()  # type: ignore[attr-defined]
            return act()

        visitor.session.run(visitor.workspace, name, job)
        assert desk is visitor.desk
        return gate

    yield start
    for gate in gates:
        gate.set()


def note(desk: Desk) -> Callable[[], object]:
    return lambda: desk.act(Draft(Kind.ORGANISATION))


@pytest.mark.parametrize("by", ["hand", "idleness"])
def test_a_job_goes_on_behind_the_locked_window_and_keeps_its_result(
    visitor: Visitor, qtbot: QtBot, work: Work, by: str
) -> None:
    desk = visitor.desk
    end = work(note(desk))
    size = desk.vault.log.size
    if by == "hand":
        visitor.window.lock()
    else:
        visitor.window._idle._timer.setInterval(1)
        visitor.window._idle._timer.start()
        qtbot.waitUntil(lambda: visitor.window.session is None)
    assert visitor.window.workspace is None
    assert visitor.window.session is None
    assert desk.vault.officer_key
    end.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert desk.vault.officer_key == ""
    with visitor.office.open() as again:
        assert again.vault.log.size == size + 2  # what the job wrote, and this opening


def test_who_comes_back_later_is_told_that_it_ended(visitor: Visitor, qtbot: QtBot, work: Work) -> None:
    end = work()
    visitor.window.lock()
    end.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    unlock(visitor, qtbot)
    assert "Building the index: ended after" in visitor.workspace.away.text
    assert visitor.workspace.away.isVisible()
    visitor.workspace.away.close_it.click()
    assert not visitor.workspace.away.isVisible()


def test_who_comes_back_later_is_told_that_it_failed(visitor: Visitor, qtbot: QtBot, work: Work) -> None:
    def fail() -> None:
        raise NothingToUndo(case="2026-001")

    end = work(fail)
    visitor.window.lock()
    end.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert visitor.errors == []
    unlock(visitor, qtbot)
    assert "Building the index: failed after" in visitor.workspace.away.text
    assert NothingToUndo.code in visitor.workspace.away.text


def test_who_comes_back_before_that_finds_it_running_and_hears_of_its_end(
    visitor: Visitor, qtbot: QtBot, work: Work
) -> None:
    desk = visitor.desk
    end = work(note(desk))
    visitor.window.lock()
    with pytest.raises(InUse):
        visitor.office.open()
    unlock(visitor, qtbot, "not this one, certainly")
    assert visitor.window.workspace is None
    unlock(visitor, qtbot)
    assert visitor.desk is desk
    assert desk.vault.log.entry(desk.vault.log.size - 1).act.kind is Kind.UNLOCKED
    assert "Building the index: still running" in visitor.workspace.away.text
    heard: list[frozenset[Kind]] = []
    visitor.session.changed.connect(lambda change: heard.append(change.kinds))
    end.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert "still running" not in visitor.workspace.away.text
    assert "Building the index: ended after" in visitor.workspace.away.text
    assert heard == [{Kind.ORGANISATION}]
    assert visitor.desk.vault.officer_key


def test_another_officer_may_come_back_to_running_work_and_the_recovery_code_may_not(
    visitor: Visitor, qtbot: QtBot, work: Work
) -> None:
    visitor.add_officer("Grace")
    code = visitor.desk.vault.renew_recovery_code()
    end = work()
    visitor.window.lock()
    unlock(visitor, qtbot, code)
    assert "VAULT-AT-WORK" in welcome_of(visitor.window).unlock.problem.text
    unlock(visitor, qtbot, OTHER_PASSPHRASE)
    assert visitor.desk.vault.officer_name == "Grace"
    end.set()
    visitor.settle()
    visitor.window.lock()
    unlock(visitor, qtbot, code)
    assert visitor.window.workspace is not None


def test_keys_go_at_once_where_nothing_runs(visitor: Visitor) -> None:
    visitor.settle()
    desk = visitor.desk
    visitor.window.lock()
    assert desk.vault.officer_key == ""
    visitor.office.open().close()


def test_leaving_while_work_runs_behind_the_lock_still_asks_with_verbs(
    visitor: Visitor, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = work()
    visitor.window.lock()
    asked: list[bool] = []
    monkeypatch.setattr(Window, "_may_leave", lambda _window, _jobs: bool(asked.append(True)))
    assert not visitor.window.close()
    assert asked == [True]
    end.set()


def test_a_window_that_never_locks_by_itself_stays_open(visitor: Visitor) -> None:
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    page.computer.idle.choose(settings.NEVER)
    page.computer.idle.activated.emit(0)
    assert settings.idle_minutes() == settings.NEVER
    assert not visitor.window._idle._timer.isActive()
    visitor.workspace.switch.setFocus()
    assert not visitor.window._idle._timer.isActive()
    page.computer.idle.choose(2)
    page.computer.idle.activated.emit(0)
    assert visitor.window._idle._timer.isActive()


def test_a_lock_amid_the_reading_of_photos_shows_no_dialog_behind_it(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.open_case("request")
    cases.show_case(visitor.desk, visitor.office.case)
    visitor.window.lock()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert visitor.window.workspace is None
    assert visitor.errors == []


def test_a_desk_that_was_not_unlocked_is_closed_when_its_work_is_done(
    visitor: Visitor, qtbot: QtBot, work: Work
) -> None:
    desk = visitor.desk
    end = work()
    visitor.window.lock()
    unlock(visitor, qtbot, "not this one, certainly")
    end.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert desk.vault.officer_key == ""
    visitor.office.open().close()


def test_a_sample_that_is_ready_behind_the_lock_opens_nothing(
    visitor: Visitor, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = Desk.create(tmp_path / "sample", "Sample", "Robin", OTHER_PASSPHRASE)
    ready = threading.Event()

    def prepared(_folder: Path, **_: object) -> tuple[Desk, str]:
        assert ready.wait(20)
        return made, ""

    monkeypatch.setattr(demo, "open_sample", prepared)
    visitor.workspace.show_place("sample")
    visitor.window.lock()
    ready.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert visitor.window.workspace is None
    assert made.vault.officer_key == ""


def test_who_locked_the_window_comes_back_to_where_it_was_locked(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.open_case("search")
    visitor.window.lock()
    unlock(visitor, qtbot)
    assert (visitor.session.case, visitor.workspace.place) == (visitor.office.case, "search")
    visitor.show("journal")
    visitor.window.lock()
    unlock(visitor, qtbot)
    assert (visitor.session.case, visitor.workspace.place) == (visitor.office.case, "journal")


def test_another_officer_is_not_shown_what_the_last_one_looked_at(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.add_officer()
    visitor.open_case("search")
    visitor.window.lock()
    unlock(visitor, qtbot, OTHER_PASSPHRASE)
    assert (visitor.session.case, visitor.workspace.place) == (None, "cases")
