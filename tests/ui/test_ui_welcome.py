from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.where import recent_vaults, remember_vault
from dsr_desk.core.passphrases import PassphraseStrength, strength
from dsr_desk.ui.main import make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.vault import new_passphrase
from dsr_desk.ui.views.vault.new_passphrase import NewPassphrase
from dsr_desk.ui.views.vault.recovery import RecoveryCard
from dsr_desk.ui.views.vault.welcome import Welcome
from ui.conftest import PASSPHRASE, Office

GOOD = "a long passphrase of my own"


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
    form.new.secret.setText(GOOD)
    form.new.again.setText(GOOD.upper())
    assert not form.go.isEnabled()
    assert "differ" in form.new.says.text
    form.new.again.setText(GOOD)
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
    assert recent_vaults() == [tmp_path / "vault"]
    window.lock()
    with Desk.open(tmp_path / "vault", code) as desk:
        assert desk.vault.organisation == "Lakeside"


def test_a_weak_passphrase_is_refused_in_words_while_it_is_typed(window: Window, qtbot: QtBot) -> None:
    form = welcome_of(window).making
    form.organisation.setText("Lakeside Harbour Photographers")
    form.officer.setText("Ada")
    for weak, says in (("password", "ten most common"), ("lakeside harbour photographers", "holds a name")):
        form.new.secret.setText(weak)
        form.new.again.setText(weak)
        qtbot.waitUntil(lambda says=says: says in form.new.says.text)  # type: ignore[misc]
        assert form.new.says.isVisible()
        assert form.new.secret.accessibleDescription() == form.new.says.text
        assert not form.go.isEnabled()
    form.organisation.setText("Other Ltd")
    qtbot.waitUntil(lambda: form.new.says.text == "It is hard to guess.")
    assert form.go.isEnabled()


def test_a_weak_passphrase_is_refused_by_the_vault_before_the_words_came(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NewPassphrase, "_judge", lambda _self: None)
    form = welcome_of(window).making
    form.folder.field.setText(str(tmp_path / "vault"))
    for field, text in (
        (form.organisation, "Lakeside"),
        (form.officer, "Ada"),
        (form.new.secret, "password"),
        (form.new.again, "password"),
    ):
        field.setText(text)
    form.go.click()
    qtbot.waitUntil(form.problem.isVisible)
    assert "PASSPHRASE-WEAK" in form.problem.text
    assert form.go.isEnabled()
    assert not (tmp_path / "vault").exists()


def test_a_suggested_passphrase_can_be_read_and_is_typed_once(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    screen = welcome_of(window)
    form = screen.making
    form.folder.field.setText(str(tmp_path / "vault"))
    form.organisation.setText("Lakeside")
    form.officer.setText("Ada")
    form.new.suggest.click()
    made = form.new.made.text()
    assert form.new.made.isVisible()
    assert made in form.new.made.accessibleName()
    assert form.new.secret.text() == made
    assert not form.go.isEnabled()
    qtbot.waitUntil(lambda: form.new.says.text == "It is hard to guess.")
    qtbot.keyClicks(form.new.again, made)
    assert form.new.made.isVisible()
    form.go.click()
    qtbot.waitUntil(lambda: isinstance(screen.stack.currentWidget(), RecoveryCard))
    card = screen.stack.currentWidget()
    assert isinstance(card, RecoveryCard)
    card.code.kept.setChecked(True)
    card.new.click()
    window.lock()
    Desk.open(tmp_path / "vault", made).close()


def test_a_suggestion_that_is_not_taken_is_not_shown_any_more(window: Window, qtbot: QtBot) -> None:
    form = welcome_of(window).making
    form.new.suggest.click()
    first = form.new.made.text()
    form.new.suggest.click()
    assert form.new.made.text() != first
    qtbot.keyClicks(form.new.secret, "x")
    assert not form.new.made.isVisible()
    assert form.new.made.text() == ""


def test_typing_goes_on_while_an_odd_passphrase_is_judged(window: Window, qtbot: QtBot) -> None:
    """Many signs that stand for letters make the judging slow; only the newest text is judged next."""
    form = welcome_of(window).making
    judged: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(text: str, _names: object) -> PassphraseStrength:
        judged.append(text)
        begun.set()
        assert go_on.wait(10)
        return strength(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_passphrase, "strength", slow)
        form.new.secret.setText("4@8({[<3")
        assert begun.wait(10)
        for letter in "6910!|7$5+%2":
            qtbot.keyClicks(form.new.secret, letter)
        assert form.new.secret.text() == "4@8({[<36910!|7$5+%2"
        go_on.set()
        qtbot.waitUntil(lambda: not window.bridge.running)
    assert judged == ["4@8({[<3", "4@8({[<36910!|7$5+%2"]
    assert form.new.says.text == "It is hard to guess."


def test_the_last_vault_is_offered_and_a_wrong_passphrase_opens_nothing(office: Office, qtbot: QtBot) -> None:
    remember_vault(office.vault)
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


def test_vaults_that_were_open_before_are_offered(office: Office, tmp_path: Path) -> None:
    for folder in (tmp_path / "away" / "other", office.vault):
        remember_vault(folder)
    window = make_window()
    window.show()
    card = welcome_of(window).unlock
    assert card.folder.path == office.vault
    assert not card.absent.isVisible()
    (other,) = card.recent.values()
    assert other.accessibleName() == str(tmp_path / "away" / "other")
    other.click()
    assert card.folder.path == tmp_path / "away" / "other"
    assert "The disk is not here" in card.absent.text
    assert card.absent.isVisible()
    window.close()


def test_a_vault_on_a_disk_that_is_away_is_not_taken_for_none(tmp_path: Path) -> None:
    remember_vault(tmp_path / "away")
    window = make_window()
    window.show()
    screen = welcome_of(window)
    assert screen.stack.currentWidget() is screen.unlock
    assert str(tmp_path / "away") in screen.unlock.absent.text
    window.close()


def test_the_environment_names_the_vault_that_commands_use_too(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember_vault(tmp_path / "another")
    monkeypatch.setenv("DSR_DESK_VAULT", str(office.vault))
    for window, folder in ((make_window(), office.vault), (make_window(tmp_path / "given"), tmp_path / "given")):
        window.show()
        assert welcome_of(window).unlock.folder.path == folder
        window.close()
