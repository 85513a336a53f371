"""What was typed and not saved comes back after closing, locking or a crash, and goes when it is saved."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import case_lines, cases, ending
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.unsaved import Typed, kept_part, typed_before
from dsr_desk.core.requests import Law
from dsr_desk.ui.acting import SignDialog, SwitchDialog
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.views.case.end_case import ReopenDialog
from dsr_desk.ui.views.case.kept_draft import PLACE, READ
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.order.new_order import NewOrderPage
from dsr_desk.ui.views.vault.settings import SettingsPage
from ui.conftest import Office, Visitor

Again = Callable[[], Visitor]


@pytest.fixture
def again(visitor: Visitor, qtbot: QtBot) -> Again:
    """The same vault, opened anew after the window was closed."""

    def come() -> Visitor:
        visitor.settle()
        assert visitor.window.close()
        visitor.__init__(qtbot, visitor.office)  # type: ignore[misc]
        return visitor

    return come


@pytest.fixture(autouse=True)
def no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that waits for an answer would wait for ever."""

    def asked(dialog: QDialog) -> int:
        raise AssertionError(dialog.windowTitle())

    monkeypatch.setattr(QDialog, "exec", asked)


def kept(office: Office) -> list[Typed]:
    with office.open() as desk:
        return typed_before(desk)


def written(visitor: Visitor, qtbot: QtBot) -> None:
    """Until what was typed lies in the vault, without any closing."""
    qtbot.waitUntil(lambda: bool(typed_before(visitor.desk)))


def request_of(visitor: Visitor) -> RequestPage:
    page = visitor.open_case("request")
    assert isinstance(page, RequestPage)
    return page


def type_into(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_text_in_a_case_comes_back_after_closing(visitor: Visitor, qtbot: QtBot, again: Again) -> None:
    page = request_of(visitor)
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    page = request_of(again())
    assert page.form._rows[0].value.text() == "Somebody Else"
    assert page.save.isEnabled()
    assert "Request, case 2026-001: typed by Ada" in visitor.workspace.away.text


def test_text_in_a_case_lies_in_the_vault_soon_after_typing(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    written(visitor, qtbot)
    (one,) = typed_before(visitor.desk)
    assert (one.title, one.case, one.officer) == ("Request", "2026-001", "Ada")
    assert "Somebody Else" in str(one.values)
    raw = b"".join(path.read_bytes() for path in visitor.office.vault.iterdir() if path.is_file())
    assert b"Somebody Else" not in raw


def test_text_in_a_case_stays_while_something_else_of_it_changes(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    type_into(qtbot, page.identity.method, "video call")
    visitor.session.do(
        lambda: cases.record_identity(visitor.desk, "2026-001", method="call", photo_shows_requester="", verified=False)
    )
    assert page.form._rows[0].value.text() == "Somebody Else"
    assert page.identity.method.text() == "video call"


def test_what_is_saved_is_kept_no_longer(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    type_into(qtbot, page.form._rows[0].value, " Somebody Else ")
    type_into(qtbot, page.identity.method, "video call")
    type_into(qtbot, page.identity.shows, "seen in the call")
    page.save.click()
    page.identity.button.click()
    visitor.settle()
    visitor.window.close()
    assert kept(visitor.office) == []


def test_what_is_typed_back_to_what_is_saved_is_kept_no_longer(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    before = page.form._rows[0].value.text()
    type_into(qtbot, page.form._rows[0].value, "Somebody")
    type_into(qtbot, page.form._rows[0].value, before)
    visitor.window.close()
    assert kept(visitor.office) == []


def test_choices_and_days_come_back_too(visitor: Visitor, again: Again) -> None:
    page = request_of(visitor)
    page.form.law.choose(Law.LGPD)
    page.form.law.activated.emit(0)
    page = request_of(again())
    assert page.form.law.value is Law.LGPD


def test_what_was_typed_can_be_discarded(visitor: Visitor, qtbot: QtBot, again: Again) -> None:
    page = request_of(visitor)
    before = page.form._rows[0].value.text()
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    page = request_of(again())
    visitor.workspace.away._discard()
    visitor.settle()
    assert page.form._rows[0].value.text() == before
    assert not visitor.workspace.away.isVisible()
    visitor.window.close()
    assert kept(visitor.office) == []


def test_a_letter_that_was_dropped_comes_back_after_locking(visitor: Visitor, qtbot: QtBot) -> None:
    page = visitor.show("new")
    assert isinstance(page, NewCasePage)
    page.take([visitor.office.letter])
    visitor.window.lock()  # while it is read
    qtbot.waitUntil(lambda: not visitor.window.bridge.running, timeout=30_000)
    visitor.window.enter(visitor.office.open())
    assert "failed" not in visitor.workspace.away.text
    page = visitor.show("new")
    assert isinstance(page, NewCasePage)
    assert page.draft is not None
    assert page.draft.letter == visitor.office.letter.read_bytes()
    assert [one.usable for one in page.draft.photos]


def test_a_draft_keeps_what_was_typed_and_chosen_and_goes_with_its_case(
    visitor: Visitor, qtbot: QtBot, again: Again
) -> None:
    page = visitor.show("new")
    assert isinstance(page, NewCasePage)
    page.take([visitor.office.letter])
    visitor.settle()
    qtbot.waitUntil(lambda: page.draft is not None)
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    page = again().show("new")  # type: ignore[assignment]
    assert isinstance(page, NewCasePage)
    assert page.draft is not None
    assert page.form._rows[0].value.text() == "Somebody Else"
    assert "New case: typed by Ada" in visitor.workspace.away.text
    assert kept_part(visitor.desk, PLACE, READ) is not None
    page.without_photo.setChecked(True)
    page._open()
    visitor.settle()
    assert any("Somebody Else" in line.names for line in case_lines.list_cases(visitor.desk))
    assert kept_part(visitor.desk, PLACE, READ) is None
    visitor.window.close()
    assert kept(visitor.office) == []


def test_a_draft_that_is_begun_again_is_gone(visitor: Visitor, qtbot: QtBot, again: Again) -> None:
    page = visitor.show("new")
    assert isinstance(page, NewCasePage)
    page.take([visitor.office.letter])
    visitor.settle()
    qtbot.waitUntil(lambda: page.draft is not None)
    page.again.click()
    page = again().show("new")  # type: ignore[assignment]
    assert isinstance(page, NewCasePage)
    assert page.draft is None
    assert kept_part(visitor.desk, PLACE, READ) is None


def test_the_reason_in_a_dialog_comes_back_in_the_same_dialog_alone(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    dialog = ReopenDialog("2026-001", page)
    dialog.open()
    type_into(qtbot, dialog._reason, "a letter came")
    visitor.window.lock()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    visitor.window.enter(visitor.office.open())
    page = request_of(visitor)
    other = ReopenDialog("2026-002", page)
    other.open()
    assert other.reason == ""
    other.reject()
    same = ReopenDialog("2026-001", page)
    same.open()
    assert same.reason == "a letter came"
    assert same.act.isEnabled()
    same.reject()  # whoever cancels does not want it
    visitor.settle()
    visitor.window.close()
    assert kept(visitor.office) == []


@pytest.mark.parametrize("behind", [True, False], ids=["behind the lock", "in the moment of locking"])
def test_what_became_an_act_while_the_window_locked_is_kept_no_longer(
    visitor: Visitor, qtbot: QtBot, behind: bool
) -> None:
    dialog = ReopenDialog("2026-001", request_of(visitor))
    dialog.open()
    type_into(qtbot, dialog._reason, "a letter came")
    written(visitor, qtbot)
    go_on = Event()
    dialog.work(visitor.session, "Opening it again", lambda _report, _token: go_on.wait(20))
    if not behind:
        go_on.set()
        for job in visitor.window.bridge.running:
            assert job.thread is not None
            job.thread.join()
    visitor.window.lock()
    go_on.set()
    qtbot.waitUntil(lambda: not visitor.window.bridge.running)
    assert kept(visitor.office) == []


def test_settings_and_orders_keep_what_was_typed(visitor: Visitor, qtbot: QtBot, again: Again) -> None:
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    type_into(qtbot, page.retention.rule, "limitation of claims")
    type_into(qtbot, page.organisation.fields["role"], "privacy officer")
    order = visitor.show("new-order")
    assert isinstance(order, NewOrderPage)
    type_into(qtbot, order.form.docket, "C-4/27")
    page = again().show("settings")  # type: ignore[assignment]
    assert isinstance(page, SettingsPage)
    assert page.retention.rule.text() == "limitation of claims"
    assert page.organisation.fields["role"].text() == "privacy officer"
    assert page.organisation.save.isEnabled()
    order = visitor.show("new-order")
    assert isinstance(order, NewOrderPage)
    assert order.form.docket.text() == "C-4/27"


def test_secrets_and_words_to_confirm_with_are_never_kept(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.add_officer("Grace")
    visitor.workspace.switch.click()
    type_into(qtbot, visitor.dialog(SwitchDialog).secret, "not to be kept anywhere")
    page = request_of(visitor)
    sign = SignDialog(visitor.session, "Sign", "", "Sign it", lambda: None, page, word="2026-001")
    sign.open()
    assert sign.field is not None
    type_into(qtbot, sign.field, "2026-001")
    type_into(qtbot, sign.secret, "not to be kept anywhere")
    visitor.window.close()
    assert kept(visitor.office) == []


def test_a_secret_in_a_dialog_that_keeps_is_not_kept(visitor: Visitor, qtbot: QtBot) -> None:
    page = request_of(visitor)
    dialog = Dialog("Something with a secret", page, act="Do it")
    words, secret = dialog.text("Words"), dialog.text("Passphrase", secret=True)
    dialog.open()
    type_into(qtbot, secret, "not to be kept anywhere")
    type_into(qtbot, words, "to be kept")
    visitor.window.close()
    (one,) = kept(visitor.office)
    assert list(one.values.values()) == ["to be kept"]


def test_drafts_of_a_case_are_destroyed_with_it(office: Office, qtbot: QtBot) -> None:
    visitor = Visitor(qtbot, office)
    page = request_of(visitor)
    type_into(qtbot, page.form._rows[0].value, "Somebody Else")
    visitor.settle()
    visitor.window.close()
    with office.open() as desk:
        ending.end_case(desk, "2026-001", cases.CaseState.WITHDRAWN, "withdrawn", letter=True)
        ending.forget_case(desk, "2026-001")
        assert typed_before(desk) == []
        _nowhere(desk, "Somebody Else")


def _nowhere(desk: Desk, text: str) -> None:
    run = desk.vault.db.conn.execute
    for (table,) in run("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        assert text not in str(run(f'SELECT * FROM "{table}"').fetchall()), table


def test_a_vault_without_the_table_gets_it(office: Office) -> None:
    with office.open() as desk:
        desk.vault.db.conn.execute("DROP TABLE drafts")
        desk.vault.db.conn.execute("DELETE FROM migrations WHERE name = 'vault-003-drafts'")
        desk.vault.db.conn.commit()
    assert kept(office) == []
