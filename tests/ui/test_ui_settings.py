from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import case_list
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import keeping, officers
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import message
from dsr_desk.ui import language, review_keys, settings, theme, words
from dsr_desk.ui.dialogs import LinesDialog, QuestionDialog
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.vault import vault_card
from dsr_desk.ui.views.vault.officers_card import PassphraseDialog, RecoveryCodeDialog
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.views.vault.welcome import Welcome
from ui.conftest import PASSPHRASE, Visitor


@pytest.fixture
def page(visitor: Visitor) -> SettingsPage:
    shown = visitor.show("settings")
    assert isinstance(shown, SettingsPage)
    return shown


@pytest.fixture
def english(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    yield
    language.speak(qapp, "en")
    QLocale.setDefault(before)


def test_an_officer_is_added_with_an_own_passphrase_and_taken_out_again(visitor: Visitor, page: SettingsPage) -> None:
    page.officers.add.click()
    dialog = visitor.dialog(PassphraseDialog)
    assert dialog.name is not None
    dialog.name.setText("Grace")
    dialog.new.secret.setText("Grace")
    dialog.new.again.setText("Grace")
    visitor.settle()
    assert not dialog.act.isEnabled()
    assert "holds a name" in dialog.new.says.text
    dialog.new.secret.setText("another good passphrase")
    dialog.new.again.setText("another good passphrase")
    dialog.act.click()
    visitor.settle()
    assert [one.name for one in officers.officers(visitor.desk)] == ["Ada", "Grace"]
    page.officers.table.choose(0)
    assert not page.officers.remove.isEnabled()
    page.officers.table.choose(1)
    page.officers.remove.click()
    question = visitor.dialog(QuestionDialog)
    assert question.cancel.isDefault()
    question.act.click()
    visitor.settle()
    assert visitor.errors == []
    assert [one.removed is None for one in officers.officers(visitor.desk)] == [True, False]


def test_a_name_that_is_taken_is_refused_where_it_was_typed(visitor: Visitor, page: SettingsPage) -> None:
    page.officers.add.click()
    dialog = visitor.dialog(PassphraseDialog)
    assert dialog.name is not None
    dialog.name.setText("Ada")
    dialog.new.secret.setText("another good passphrase")
    dialog.new.again.setText("another good passphrase")
    dialog.act.click()
    visitor.settle()
    assert dialog.isVisible()
    assert "OFFICER" in dialog.problem.text
    dialog.reject()


def test_the_own_passphrase_is_changed(visitor: Visitor, page: SettingsPage) -> None:
    page.officers.passphrase.click()
    dialog = visitor.dialog(PassphraseDialog)
    dialog.new.secret.setText("Test organisation")
    dialog.new.again.setText("Test organisation")
    visitor.settle()
    assert not dialog.act.isEnabled()
    assert "holds a name" in dialog.new.says.text
    dialog.new.secret.setText("quite another passphrase")
    dialog.new.again.setText("quite another passphrase")
    dialog.act.click()
    visitor.settle()
    visitor.window.lock()
    visitor.settle()
    Desk.open(visitor.office.vault, "quite another passphrase").close()


def test_a_new_recovery_code_stays_on_the_screen_until_it_is_kept(visitor: Visitor, page: SettingsPage) -> None:
    page.officers.code.click()
    visitor.dialog(QuestionDialog).act.click()
    visitor.settle()
    dialog = visitor.dialog(RecoveryCodeDialog)
    assert not dialog.act.isEnabled()
    dialog.reject()
    assert dialog.isVisible()
    code = next(one.text() for one in dialog.findChildren(QLabel) if one.property("role") == "mono")
    dialog.shown.kept.setChecked(True)
    dialog.act.click()
    visitor.window.lock()
    visitor.settle()
    Desk.open(visitor.office.vault, code).close()


def test_after_the_recovery_code_the_way_on_is_a_new_officer(visitor: Visitor) -> None:
    code = officers.renew_recovery_code(visitor.desk)
    visitor.window.lock()
    visitor.settle()
    visitor.window.enter(Desk.open(visitor.office.vault, code))
    visitor.settle()
    shown = visitor.workspace.page("settings")
    assert isinstance(shown, SettingsPage)
    assert visitor.workspace.stack.currentWidget() is shown
    assert shown.officers.recovered.isVisible()
    assert not shown.officers.passphrase.isEnabled()
    shown.officers.add.click()
    dialog = visitor.dialog(PassphraseDialog)
    assert dialog.name is not None
    dialog.name.setText("Grace")
    dialog.new.secret.setText("another good passphrase")
    dialog.new.again.setText("another good passphrase")
    dialog.act.click()
    visitor.settle()
    assert visitor.errors == []
    assert not shown.officers.recovered.isVisible()
    assert visitor.desk.vault.officer_name == "Grace"


def test_a_backup_is_taken_and_opening_it_says_what_that_means(
    visitor: Visitor, page: SettingsPage, tmp_path: Path
) -> None:
    page.vault.back_up_to(tmp_path)
    visitor.settle()
    backup = next(tmp_path.glob(f"vault {words.today_digits()}"))
    assert keeping.last_backup(visitor.desk) is not None
    page.vault.ask_to_open(backup)
    question = visitor.dialog(QuestionDialog)
    assert question.cancel.isDefault()
    assert any("new epoch" in one.text() for one in question.findChildren(QLabel))
    question.act.click()
    visitor.settle()
    welcome = visitor.window.centralWidget()
    assert isinstance(welcome, Welcome)
    assert welcome.unlock.folder.path == backup
    assert welcome.unlock.backup.isVisible()
    welcome.unlock.secret.setText(PASSPHRASE)
    welcome.unlock.go.click()
    visitor.settle()
    assert visitor.desk.vault.folder == backup
    assert keeping.vault_info(visitor.desk)["journal_epoch"] == 2
    again = visitor.show("settings")
    assert isinstance(again, SettingsPage)
    visitor.settle()


def test_checking_the_vault_says_that_it_is_whole(visitor: Visitor, page: SettingsPage) -> None:
    page.vault.check.click()
    visitor.settle()
    assert "is whole" in page.vault.state.text


def test_the_key_of_the_vault_is_changed_after_a_question(visitor: Visitor, page: SettingsPage) -> None:
    page.vault.rekey.click()
    visitor.dialog(QuestionDialog).act.click()
    visitor.settle()
    assert visitor.errors == []
    visitor.window.lock()
    visitor.settle()
    visitor.office.open().close()


def test_the_look_is_kept_and_counts_at_once(page: SettingsPage) -> None:
    try:
        page.computer.look.choose(theme.DARK.name)
        page.computer.look.activated.emit(0)
        assert theme.tokens() is theme.DARK
        assert settings.look() == "dark"
    finally:
        theme.prefer(theme.LIGHT.name)
        theme.use(theme.LIGHT)


@pytest.mark.usefixtures("english")
def test_another_language_writes_the_open_place_anew(visitor: Visitor, page: SettingsPage) -> None:
    visitor.session.open_case(visitor.office.case)
    page.computer.language.choose("de")
    page.computer.language.activated.emit(0)
    visitor.settle()
    shown = visitor.workspace.page("settings")
    assert visitor.workspace.stack.currentWidget() is shown
    assert shown.title.text() == "Einstellungen"
    assert visitor.session.case == visitor.office.case
    assert words.figure(3004118) == "3.004.118"
    assert settings.language() == "de"


def test_the_window_locks_after_the_minutes_that_were_chosen(visitor: Visitor, page: SettingsPage) -> None:
    page.computer.idle.choose(2)
    page.computer.idle.activated.emit(0)
    assert settings.idle_minutes() == 2
    assert visitor.window._idle._timer.interval() == 120_000


def test_review_keys_that_are_alike_are_not_kept(page: SettingsPage, qtbot: QtBot) -> None:
    field = page.computer.keys[Verdict.SAME]
    field.clear()
    qtbot.keyClicks(field, "3")
    assert page.computer.problem.isVisible()
    assert review_keys.kept()[Verdict.SAME] == "1"
    field.clear()
    qtbot.keyClicks(field, "s")
    assert not page.computer.problem.isVisible()
    assert review_keys.kept()[Verdict.SAME] == "S"
    page.computer.usual.click()
    assert review_keys.kept() == review_keys.USUAL


def test_minutes_and_keys_that_nobody_offered_count_as_the_usual_ones() -> None:
    settings.write("idle", "3")
    settings.write("review-key/same", "2")
    assert settings.idle_minutes() == settings.IDLE_MINUTES
    assert review_keys.kept() == review_keys.USUAL


def test_an_old_backup_is_said_where_the_cases_are_and_in_the_settings(
    visitor: Visitor, page: SettingsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.vault.back_up_to(tmp_path)
    visitor.settle()
    listed = visitor.show("cases")
    assert isinstance(listed, CasesPage)
    assert not listed.reminder.isVisible()
    for view in (case_list, vault_card):
        monkeypatch.setattr(view, "backup_is_old", lambda _desk: True)
    visitor.hear_of(Kind.BACKUP)
    visitor.settle()
    assert "backup is old" in listed.reminder.text
    visitor.show("settings")
    page.vault.reload()
    assert "backup is old" in page.vault.state.text


def test_what_a_check_of_the_vault_finds_is_listed_as_sentences(visitor: Visitor, page: SettingsPage) -> None:
    page.vault.check.click()
    visitor.settle()
    assert page.vault.state.text.startswith("The vault is whole")
    with visitor.desk.vault.transaction() as db:
        db.conn.execute("UPDATE settings SET value = 'Somebody else' WHERE key = 'organisation'")
    page.vault.check.click()
    visitor.settle()
    found = visitor.dialog(LinesDialog)
    said = [one.text() for one in found.findChildren(QLabel)]
    assert message("register.changed", table="settings").say() in said
