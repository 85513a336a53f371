"""What was typed is dropped by the windows once it was used."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alive import Mark, holders, mark
from dsr_desk.app.desk import Desk
from dsr_desk.core.passphrases import new_passphrase
from dsr_desk.ui.acting import SignDialog
from dsr_desk.ui.main import make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.views.vault.recovery import RecoveryCard
from dsr_desk.ui.views.vault.welcome import Welcome


def _welcome(window: Window) -> Welcome:
    screen = window.centralWidget()
    assert isinstance(screen, Welcome)
    return screen


def _vault(folder: Path) -> tuple[Mark, Mark]:
    """A vault, with a right and a wrong passphrase in files."""
    marks = []
    for name in ("right", "wrong"):
        made = new_passphrase()
        (folder / name).write_text(made)
        marks.append(mark(made))
    Desk.create(folder / "vault", "Lakeside", "Ada", (folder / "right").read_text())[0].close()
    return marks[0], marks[1]


def test_unlocking_leaves_no_passphrase_behind(qtbot: QtBot, tmp_path: Path) -> None:
    right, wrong = _vault(tmp_path)
    window = make_window(tmp_path / "vault")
    qtbot.addWidget(window)
    window.show()
    card = _welcome(window).unlock
    for name in ("wrong", "right"):
        card.secret.setText((tmp_path / name).read_text())
        card.go.click()
        qtbot.waitUntil(lambda: not window.bridge.running)
    assert window.workspace is not None
    assert [holders(one) for one in (right, wrong)] == [[], []]
    window.lock()
    qtbot.waitUntil(lambda: not window.bridge.running)
    window.close()


@pytest.mark.parametrize("ends", ["signed", "cancelled"])
def test_a_dialog_that_was_closed_holds_no_passphrase(ends: str, qtbot: QtBot, tmp_path: Path) -> None:
    right, _ = _vault(tmp_path)
    window = make_window()
    qtbot.addWidget(window)
    window.enter(Desk.open(tmp_path / "vault", (tmp_path / "right").read_text()))
    assert window.session is not None
    signed: list[str] = []
    dialog = SignDialog(window.session, "Sign", "It is signed.", "Sign", lambda: signed.append("then"), window)
    dialog.open()
    dialog.secret.setText((tmp_path / "right").read_text())
    if ends == "signed":
        dialog.go()
        qtbot.waitUntil(lambda: signed == ["then"])
    else:
        dialog.reject()
    assert dialog.secret.text() == ""
    assert not dialog.secret.isUndoAvailable()
    assert holders(right) == []
    window.close()


def test_the_fields_of_a_new_vault_are_empty_while_its_code_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window()
    qtbot.addWidget(window)
    window.show()
    screen = _welcome(window)
    form, made = screen.making, new_passphrase()
    form.folder.field.setText(str(tmp_path / "vault"))
    form.organisation.setText("Lakeside")
    form.officer.setText("Ada")
    form.new.secret.setText(made)
    form.new.again.setText(made)
    qtbot.waitUntil(lambda: form.go.isEnabled())
    form.go.click()
    qtbot.waitUntil(lambda: isinstance(screen.stack.currentWidget(), RecoveryCard))
    assert form.new.secret.text() == form.new.again.text() == form.new.made.text() == ""
    window.close()
