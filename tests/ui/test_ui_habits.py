"""What a person expects of every window: Enter, Escape, the field to type in, the folder chosen last."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.case.review import record_fields
from dsr_desk.app.data.indexing import list_indexes
from dsr_desk.ui import choosing
from dsr_desk.ui.main import make_window
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.proof.bundles import BundlesDialog, BundleShown
from dsr_desk.ui.views.vault.welcome import Welcome
from dsr_desk.ui.widgets import Button
from ui.conftest import Visitor


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot) -> None:
    pressed: list[bool] = []
    button = Button("Go", lambda: pressed.append(True))
    qtbot.addWidget(button)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.keyClick(button, Qt.Key.Key_Enter)
    assert pressed == [True, True]


def test_the_first_window_waits_for_the_organisation_and_a_known_vault_for_its_passphrase(
    qtbot: QtBot, tmp_path: Path
) -> None:
    for vault, field in ((None, "organisation"), (tmp_path, "secret")):
        window = make_window(vault)
        window.show()
        screen = window.centralWidget()
        assert isinstance(screen, Welcome)
        card: QWidget = screen.making if vault is None else screen.unlock
        wanted = getattr(card, field)
        qtbot.waitUntil(lambda window=window, wanted=wanted: window.focusWidget() is wanted)
        window.close()


def test_candidates_of_an_index_that_is_gone_can_still_be_looked_at(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    for index in list_indexes(visitor.desk):
        visitor.desk.release(index.name)
        shutil.rmtree(index.path)
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    assert page.content is not None
    assert page.content.parts
    assert all(record_fields(visitor.desk, one) == fields == {} for one, fields in page.content.parts)
    assert visitor.errors == []


def test_a_passphrase_is_not_lost_to_escape(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = BundlesDialog([BundleShown("requester", tmp_path / "a.pdf", "bala-gomi-tuso", True, ())], parent)
    dialog.open()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.cancel.isEnabled()
    dialog.noted.setChecked(True)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_what_only_a_key_opens_needs_no_note(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = BundlesDialog([BundleShown("regulator", tmp_path / "a.age", "", None, ())], parent)
    assert dialog.cancel.isEnabled()
    assert not dialog.noted.isVisibleTo(dialog)


def test_a_review_that_is_done_shows_the_way_on(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    assert not page.foot.go_on.isVisible()
    visitor.decide_all()
    page.forget()
    visitor.settle()
    assert page.foot.go_on.isVisible()
    page.foot.go_on.click()
    visitor.settle()
    assert visitor.workspace.place == "models"


def test_what_was_said_stays_with_the_place_where_it_was_said(visitor: Visitor) -> None:
    visitor.session.said.emit("Candidate 9: Same person")
    assert visitor.workspace.strip._phase.text() == "Candidate 9: Same person"
    visitor.show("journal")
    assert visitor.workspace.strip._phase.text() == "No work running"


def test_files_are_asked_for_where_the_last_one_lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(choosing, "_last", Path("/somewhere"))

    def folder(_parent: object, _title: str, begin: str) -> str:
        asked.append(begin)
        return str(tmp_path)

    def files(_parent: object, _title: str, begin: str, _kinds: str, **_more: object) -> tuple[str, str]:
        asked.append(begin)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", files)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", files)
    assert choosing.ask_folder(None, "Where") == tmp_path  # type: ignore[arg-type]
    assert choosing.ask_file(None, "Which") is None  # type: ignore[arg-type]
    assert choosing.ask_new_file(None, "Which", "plan.age") is None  # type: ignore[arg-type]
    assert asked == ["/somewhere", str(tmp_path), str(tmp_path / "plan.age")]
