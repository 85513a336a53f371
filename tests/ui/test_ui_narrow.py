"""A narrow window, above all in German: bars and filters stay on one line, and nothing is shown past its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.case.searching import last_search
from dsr_desk.core.findings import SearchResult
from dsr_desk.core.message import message
from dsr_desk.ui import language, theme
from dsr_desk.ui.navigation import BESIDE_NOTE, Destination, PlaceButton, StepLook
from dsr_desk.ui.views.case import review_reading
from dsr_desk.ui.views.case.cases_filter import CasesFilter
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.widgets import Notice, column_in
from ui.conftest import Visitor
from ui.test_ui_windows import linked

NARROW = (900, 540)
CROWDED = message("statement.crowded", strangers=31.0)


@pytest.fixture(params=["de", "en"])
def spoken(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    language.speak(qapp, request.param)
    yield request.param
    language.speak(qapp, "en")


@pytest.mark.usefixtures("spoken")
def test_bar_and_filters_stay_on_one_line_and_no_card_of_the_review_scrolls_sideways(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    visitor.window.resize(*NARROW)
    visitor.show("cases")
    assert visitor.workspace.officer.parentWidget().height() < 60
    filters = visitor.workspace.page("cases").findChild(CasesFilter)
    assert filters is not None
    assert filters.right.y() == filters.words.y()
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    page._go_to(linked(page))
    visitor.settle()
    assert [area.horizontalScrollBar().maximum() for area in page.place.findChildren(QScrollArea)] == [0]


@pytest.mark.parametrize("width", [200, 184, 150])
def test_the_note_of_a_step_is_broken_where_its_button_ends(qtbot: QtBot, width: int) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = column_in(holder)
    button = column.put(PlaceButton(Destination("search", "Search", "search"), step=True))
    column.addStretch(1)
    note = "What was confirmed since was not searched with: search again before the plan is made"
    button.show_state(StepLook.BEGUN, note)
    room = QRect(0, 0, width - BESIDE_NOTE, 400)
    needed = QFontMetrics(theme.font(12)).boundingRect(room, Qt.TextFlag.TextWordWrap.value, note)
    assert needed.width() <= width - BESIDE_NOTE
    assert button.heightForWidth(width) >= 31 + needed.height()
    holder.resize(width, 600)
    column.activate()
    assert (button.width(), button.height()) == (width, button.heightForWidth(width))


def test_a_reference_that_strangers_crowd_is_said_before_the_first_card(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.identify()
    visitor.search()
    found = last_search(visitor.desk, visitor.office.case)
    assert found is not None
    assert all(one.code != "statement.crowded" for one in found.statement)

    def crowded(*_of: object) -> SearchResult:
        return replace(found, statement=(*found.statement, CROWDED))

    page = visitor.open_case("search")
    assert isinstance(page, SearchPage)
    says = language.say(CROWDED)
    assert says not in [one.text for one in page.findChildren(Notice)]
    page._show_result(crowded())
    assert says in [one.text for one in page.findChildren(Notice)]
    assert not any(says in one.text() for one in page.findChildren(QLabel) if "compared with" in one.text())
    monkeypatch.setattr(review_reading, "last_search", crowded)
    review = visitor.open_case("review")
    assert isinstance(review, ReviewPage)
    assert review.foot.warning.isVisible()
    assert says in review.foot.warning.text
