from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dsr_desk.app.desk import Desk
from dsr_desk.ui import settings
from dsr_desk.ui.main import make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.vault.recovery import RecoveryCard
from dsr_desk.ui.views.vault.welcome import Welcome
from ui.conftest import PASSPHRASE, Office


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    made = make_window()
    made.show()
    yield made
    qtbot.waitUntil(lambda: not made.bridge.running)
    made.close()


def welcome_of(window: Window) -> Welcome:
    screen = window.centralWidget()
    assert isinstance(screen, Welcome)
    return screen


def test_the_first_run_makes_a_vault_and_goes_on_once_the_code_is_kept(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = welcome_of(window)
    form = screen.making
    assert screen.stack.currentWidget() is form
    form.folder.field.setText(str(tmp_path / "vault"))
    form.organisation.setText("Lakeside")
    form.officer.setText("Ada")
    form.secret.setText("a long passphrase")
    form.again.setText("a long passphrasE")
    assert not form.go.isEnabled()
    assert "differ" in form.problem.text
    form.again.setText("a long passphrase")
    form.go.click()
    qtbot.waitUntil(lambda: isinstance(screen.stack.currentWidget(), RecoveryCard))
    card = screen.stack.currentWidget()
    assert isinstance(card, RecoveryCard)
    assert not card.new.isEnabled()
    code = card.code._code
    assert code in card.code.page()
    card.code.kept.setChecked(True)
    card.new.click()
    assert window.workspace is not None
    assert isinstance(window.workspace.stack.currentWidget(), NewCasePage)
    assert settings.last_vault() == tmp_path / "vault"
    window.lock()
    with Desk.open(tmp_path / "vault", code) as desk:
        assert desk.vault.organisation == "Lakeside"


def test_a_short_passphrase_is_refused_with_what_to_do(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    form = welcome_of(window).making
    form.folder.field.setText(str(tmp_path / "vault"))
    for field, text in (
        (form.organisation, "Lakeside"),
        (form.officer, "Ada"),
        (form.secret, "abc"),
        (form.again, "abc"),
    ):
        field.setText(text)
    form.go.click()
    qtbot.waitUntil(form.problem.isVisible)
    assert "VAULT-PASSPHRASE-SHORT" in form.problem.text
    assert form.go.isEnabled()


def test_the_last_vault_is_offered_and_a_wrong_passphrase_opens_nothing(office: Office, qtbot: QtBot) -> None:
    settings.remember_vault(office.vault)
    window = make_window()
    window.show()
    card = welcome_of(window).unlock
    assert card.folder.path == office.vault
    card.secret.setText("not this one, certainly")
    qtbot.keyClick(card.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(card.problem.isVisible)
    assert "VAULT-WRONG-PASSPHRASE" in card.problem.text
    assert window.workspace is None
    card.secret.setText(PASSPHRASE)
    qtbot.keyClick(card.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace is not None)
    window.close()


def test_a_vault_that_is_open_elsewhere_is_refused(office: Office, qtbot: QtBot) -> None:
    with office.open():
        window = make_window(office.vault)
        window.show()
        card = welcome_of(window).unlock
        card.secret.setText(PASSPHRASE)
        card.go.click()
        qtbot.waitUntil(card.problem.isVisible)
        assert window.workspace is None
        window.close()
