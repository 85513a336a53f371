"""The keyboard is never left on the bars around a page when what had it is gone."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.data import indexing
from dsr_desk.ui.dialogs import TypedConfirmation, ask
from dsr_desk.ui.focus import next_thing
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button
from dsr_desk.ui.workspace import PAGES
from ui.conftest import Visitor

STEPS = ("request", "search", "review", "models", "deletion", "evidence")
PLACES = ("cases", "indexes", "lineage", "recipients", "journal", "settings", "new", "new-order")


def pages(visitor: Visitor) -> list[tuple[str, Page]]:
    assert {*STEPS, *PLACES} == {key for key in PAGES if not key.startswith("order-")}
    visitor.session.open_case(visitor.office.case)
    return [(key, visitor.show(key)) for key in (*STEPS, *PLACES)]


def focusable(page: Page) -> list[QWidget]:
    takes = Qt.FocusPolicy.TabFocus.value
    return [
        one
        for one in page.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy().value & takes and one.focusProxy() is None
    ]


def on(page: Page) -> bool:
    holder = QApplication.focusWidget()
    return holder is page or (holder is not None and page.isAncestorOf(holder))


def test_focus_stays_on_the_page_whatever_part_of_it_is_switched_off_or_hidden(visitor: Visitor, qtbot: QtBot) -> None:
    chance = random.Random(17)
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    for key, page in pages(visitor):
        visitor.workspace.show_place(key)
        visitor.settle()
        parts = focusable(page)
        for part in chance.sample(parts, min(3, len(parts))):
            for lose in (part.setEnabled, part.setVisible):
                part.setFocus()
                lose(False)
                qtbot.waitUntil(lambda page=page: on(page))  # type: ignore[misc]
                lose(True)


def test_tab_still_reaches_the_bars(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    lock = next(one for one in visitor.workspace.findChildren(Button) if one.accessibleName() == "Lock the vault")
    for _ in range(60):
        if QApplication.focusWidget() is lock:
            return
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        qtbot.wait(0)
    raise AssertionError("Tab never came to it")


def test_after_a_job_what_comes_next_has_the_focus(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    page = visitor.open_case("search")
    page.setFocus()
    visitor.session.beside(page, "Something short", lambda: None)
    visitor.settle()
    assert QApplication.focusWidget() is (next_thing(page).focusProxy() or next_thing(page))


def test_after_a_dialog_the_focus_is_on_the_page(visitor: Visitor, qtbot: QtBot) -> None:
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    page = visitor.open_case("request")
    button = next(one for one in page.findChildren(Button) if one.isVisible() and one.isEnabled())
    button.setFocus()
    ask(
        page,
        "Shall it be done?",
        "It cannot be undone.",
        act="Do it",
        stay="Stay",
        then=lambda: button.setEnabled(False),
    )
    dialog = next(one for one in visitor.window.findChildren(QWidget) if one.windowTitle() == "Shall it be done?")
    dialog.accept()  # type: ignore[attr-defined]
    qtbot.waitUntil(visitor.window.isActiveWindow)
    qtbot.waitUntil(lambda: on(page))


def test_enter_does_what_the_button_says_once_the_word_is_right(visitor: Visitor, qtbot: QtBot) -> None:
    page = visitor.show("indexes")
    assert isinstance(page, IndexesPage)
    name = indexing.list_indexes(visitor.desk)[0].name
    dialog = TypedConfirmation("Destroy it?", "It is gone then.", name, "Destroy 1 index", page)
    done: list[bool] = []
    dialog.accepted.connect(lambda: done.append(True))
    dialog.open()
    qtbot.keyClicks(dialog.field, name[:-1])
    assert dialog.cancel.isDefault()
    assert not dialog.act.isEnabled()
    qtbot.keyClicks(dialog.field, name[-1])
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert done == [True]
    assert not dialog.isVisible()


def test_enter_with_a_wrong_word_does_nothing_of_what_the_button_says(visitor: Visitor, qtbot: QtBot) -> None:
    dialog = TypedConfirmation("Destroy it?", "It is gone then.", "portraits", "Destroy 1 index", visitor.workspace)
    done: list[bool] = []
    dialog.accepted.connect(lambda: done.append(True))
    dialog.open()
    qtbot.keyClicks(dialog.field, "portrait")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert done == []
