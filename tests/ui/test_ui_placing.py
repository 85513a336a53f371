"""Where the window lies, and how parts of it make way for each other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.ui import placing, settings
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.fields import ChoiceField, Tick
from dsr_desk.ui.main import make_window
from dsr_desk.ui.widgets import Button, across, row

ROOM = QRect(0, 0, 1366, 700)


def left_at(place: QRect) -> QRect:
    """A window is left there; where the next one opens."""
    before = make_window()
    before.show()
    before.setGeometry(place)
    before.close()
    after = make_window()
    found = after.geometry()
    after.close()
    return found


@pytest.mark.usefixtures("qtbot")
def test_a_window_opens_where_it_was_left() -> None:
    assert left_at(QRect(140, 90, 1010, 640)) == QRect(140, 90, 1010, 640)


@pytest.mark.usefixtures("qtbot")
def test_a_window_that_was_left_off_the_screen_opens_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "room_on", lambda _screen: ROOM)
    assert ROOM.contains(left_at(QRect(4000, -900, 1900, 1000)))


@pytest.mark.parametrize(
    "left", [QRect(-3000, 10, 1280, 800), QRect(1300, 690, 900, 500), QRect(5000, 5000, 4000, 4000)]
)
def test_no_window_is_placed_outside_of_the_room(left: QRect) -> None:
    assert ROOM.contains(placing.within(left, ROOM))


def test_a_window_is_never_made_smaller_than_its_least_size() -> None:
    assert placing.within(QRect(0, 0, 10, 10), ROOM).size() == placing.LEAST


@pytest.mark.usefixtures("qtbot")
def test_each_screen_has_a_place_of_its_own() -> None:
    settings.remember_window("another screen 800 600", QRect(5, 5, 900, 500), maximised=True)
    here = placing.name_of(QGuiApplication.primaryScreen())
    assert settings.window_left(here) == (None, False)
    window = make_window()
    assert window.size() == placing.USUAL
    assert not window.isMaximized()
    window.close()


@pytest.mark.parametrize("kept", ["", "1 2 3", "a b c d full", "1 2 3 4 wide"])
def test_a_place_that_cannot_be_read_is_none(kept: str) -> None:
    settings.write("window/one", kept)
    assert settings.window_left("one") == (None, False)


def placed(qtbot: QtBot, holder: QWidget, width: int, height: int = 400) -> None:
    qtbot.addWidget(holder)
    holder.resize(width, height)
    holder.show()
    QApplication.processEvents()


def test_buttons_that_have_no_room_go_to_the_next_line_and_stay_at_the_right(qtbot: QtBot) -> None:
    holder, buttons = QWidget(), [Button(f"A button with a name {n}") for n in range(4)]
    holder.setLayout(row(None, *buttons))
    placed(qtbot, holder, 420)
    assert len({button.y() for button in buttons}) > 1
    assert all(holder.rect().contains(button.geometry()) for button in buttons)
    assert buttons[-1].geometry().right() >= 418
    holder.resize(2000, 400)
    QApplication.processEvents()
    assert len({button.y() for button in buttons}) == 1


def test_cards_stand_below_each_other_where_there_is_no_room_beside(qtbot: QtBot) -> None:
    holder, cards = QWidget(), (QWidget(), QWidget())
    holder.setLayout(across((cards[0], 1), (cards[1], 2)))
    for card in cards:
        card.setMinimumSize(300, 40)
    placed(qtbot, holder, 500)
    assert cards[0].geometry().bottom() < cards[1].geometry().top()
    holder.resize(916, 400)
    QApplication.processEvents()
    assert (cards[0].width(), cards[1].width()) == (300, 600)


def test_facts_stand_in_as_many_columns_as_there_is_room_for(qtbot: QtBot) -> None:
    facts = FactList(columns=4)
    facts.show_facts([(f"Caption {n}", "Value") for n in range(8)])
    columns = []
    placed(qtbot, facts, 1000)
    for width in (1000, 500, 160):
        facts.resize(width, 600)
        QApplication.processEvents()
        columns.append(len({part.x() for part in facts.children() if isinstance(part, QWidget)}))
    assert columns[0] == 4
    assert columns[0] > columns[1] > columns[2] == 1


def test_the_wheel_moves_the_page_and_never_a_choice(qtbot: QtBot) -> None:
    choice = ChoiceField("Law", [("one", 1), ("two", 2)])
    placed(qtbot, choice, 200, 40)
    turned = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, turned)
    assert choice.value == 1
    assert not turned.isAccepted()


def test_a_choice_that_is_cut_says_in_its_tooltip_what_is_chosen() -> None:
    choice = ChoiceField("Law", [("one that is much longer than its field", 1), ("two", 2)])
    choice.narrow(4)
    assert choice.toolTip() == choice.currentText()
    choice.choose(2)
    assert choice.toolTip() == "two"


def test_a_sentence_beside_a_box_is_broken_where_it_has_no_room() -> None:
    tick = Tick("A sentence that is longer than the place that it has on a small screen, by far")
    assert tick.heightForWidth(200) > tick.heightForWidth(2000)
    assert tick.minimumSizeHint().width() <= QSize(160, 0).width()
