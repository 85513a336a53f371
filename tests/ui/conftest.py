"""Real windows without a screen. A thread, a running timer or a top-level window that outlives its test fails it."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QLocale, QRect, QSettings, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import cases, deleting, drafts, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.sample import TrueItem, Truth, copy_sample
from dsr_desk.app.sample_answers import answer_sample_questions
from dsr_desk.app.vault import officers
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.ui import placing, theme
from dsr_desk.ui.acting import SignDialog, SwitchDialog
from dsr_desk.ui.main import make_window
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.workspace import Workspace
from quick_keys import make_keys_quick
from required_fields import state_all_generally

D = TypeVar("D", bound=QDialog)


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
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the windows remember goes into the test's own folder."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("DSR_DESK_VAULT", raising=False)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def usual_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screenless platform has a screen of 800 by 800; windows are made for larger ones."""
    monkeypatch.setattr(placing, "room_on", lambda _screen: QRect(0, 0, 1920, 1040))


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
    timers = [one for one in gc.get_objects() if issubclass(type(one), QTimer)]
    timers = [one for one in timers if shiboken6.isValid(one) and one.isActive()]
    assert not timers, f"timers outlive the test: {[timer.parent() for timer in timers]}"


PASSPHRASE = "a passphrase for windows"
OTHER_PASSPHRASE = "another good passphrase"


@dataclass(frozen=True)
class Office:
    """A vault with one case, not identified and not searched, and the data that it is about."""

    folder: Path
    case: str
    letter: Path
    truth: Truth

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    def open(self) -> Desk:
        return Desk.open(self.vault, PASSPHRASE)


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched for real elsewhere."""
    make_keys_quick(monkeypatch)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path, Truth]:
    """Made once: where it was made, a copy to begin each test from, the letter, the truth."""
    folder = tmp_path_factory.mktemp("office")
    sample = copy_sample(folder / "sample", date(2026, 11, 5))
    truth = Truth.load(sample.truth)
    live, template = folder / "live", folder / "template"
    portraits = sample.datasets[0]
    data = live / "data" / portraits.sources[0].name
    mine = [item for item in truth.items if item.is_photo and truth.person in item.people and not item.hard]
    others = [item for item in truth.items if item.is_photo and item.people and truth.person not in item.people]
    for item in [*_in(mine, portraits.sources[0])[:4], *_in(others, portraits.sources[0])[:4]]:
        (data / item.member).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(portraits.sources[0] / item.member, data / item.member)
    shutil.copy(portraits.sources[0] / "profiles.csv", data)
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        desk, _ = Desk.create(live / "vault", "Test organisation", "Ada", PASSPHRASE)
        with desk:
            state_all_generally(desk)
            to = live / "indexes" / portraits.version.name
            indexing.build_index(
                desk,
                [data],
                to,
                portraits.version,
                register=indexing.IndexPurpose(),
                workers=1,
                report=silent,
                cancel=CancelToken(),
            )
            models.import_lineage(desk, sample.lineage)
            answer_sample_questions(desk)
            cases.open_case(desk, drafts.understand(sample.letter, []), today=date(2026, 11, 5), confirmed=True)
    live.rename(template)
    return live, template, sample.letter, truth


@pytest.fixture
def office(furnished: tuple[Path, Path, Path, Truth]) -> Iterator[Office]:
    """Paths in the vault are absolute, so each test works in the same place on a fresh copy."""
    live, template, letter, truth = furnished
    shutil.copytree(template, live)
    yield Office(live, "2026-001", letter, truth)
    shutil.rmtree(live)


def _in(items: list[TrueItem], folder: Path) -> list[TrueItem]:
    return [item for item in items if item.container == folder.name]


class Visitor:
    """A window with the office's vault open, and what a person does in it."""

    def __init__(self, qtbot: QtBot, office: Office) -> None:
        self._qtbot = qtbot
        self.office = office
        self.window = make_window()
        self.errors: list[DeskError] = []
        self.window.bridge.failed.disconnect(self.window.show_error)
        self.window.bridge.failed.connect(self.errors.append)
        self.window.show()
        self.window.enter(office.open())

    @property
    def session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    @property
    def workspace(self) -> Workspace:
        assert self.window.workspace is not None
        return self.window.workspace

    @property
    def desk(self) -> Desk:
        return self.session.desk

    def settle(self) -> None:
        """Until what was asked for has begun, no job runs, and the screen has heard of it."""
        self._qtbot.wait(1)
        self._qtbot.waitUntil(lambda: not self.window.bridge.running, timeout=60_000)
        self._qtbot.wait(1)

    def show(self, place: str) -> Page:
        self.workspace.show_place(place)
        self.settle()
        return self.workspace.page(place)

    def open_case(self, step: str) -> Page:
        self.session.open_case(self.office.case, step)
        self.settle()
        return self.workspace.page(step)

    def identify(self) -> None:
        cases.record_identity(
            self.desk, self.office.case, method="video call", photo_shows_requester="seen in the call"
        )

    def search(self) -> None:
        searching.search_case(self.desk, self.office.case)

    def decide_all(self) -> None:
        for item in review.review_items(self.desk, self.office.case):
            review.decide(self.desk, self.office.case, item.candidate.id, self.office.truth.verdict(item.candidate))

    def plan(self) -> None:
        deleting.make_plan(self.desk, self.office.case)

    def approve(self) -> None:
        deleting.approve(self.desk, self.office.case)

    def delete(self) -> None:
        """From a finished review to what was read back, by the officer who is there."""
        self.plan()
        self.approve()
        deleting.run(self.desk, self.office.case)
        deleting.read_back(self.desk, self.office.case)

    def add_officer(self, name: str = "Grace", passphrase: str = OTHER_PASSPHRASE) -> None:
        officers.add_officer(self.desk, name, passphrase)
        self.session.tell()

    def hear_of(self, kind: Kind) -> None:
        """News of an act, as if somebody had done it."""
        self.session.changed.emit(Change(frozenset({kind}), 0))

    def switch(self, passphrase: str = OTHER_PASSPHRASE) -> None:
        """Another officer sits down."""
        self.workspace.switch.click()
        dialog = self.dialog(SwitchDialog)
        dialog.secret.setText(passphrase)
        dialog.act.click()
        self.settle()

    def sign(self, passphrase: str = PASSPHRASE) -> None:
        """Answers the dialog that asks for a passphrase and, where it does, for the number of the case."""
        dialog = self.dialog(SignDialog)
        dialog.secret.setText(passphrase)
        if dialog.field is not None:
            dialog.field.setText(self.office.case)
        dialog.act.click()
        self.settle()

    def dialog(self, kind: type[D]) -> D:
        """The dialog of this kind that is open."""
        return next(one for one in self.window.findChildren(kind) if one.isVisible())


@pytest.fixture
def visitor(qtbot: QtBot, office: Office) -> Iterator[Visitor]:
    made = Visitor(qtbot, office)
    yield made
    made.settle()
    made.window.close()
