"""A folder of photos that is not here: the pages say which, and what to do, as long as it is so."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import scope
from dsr_desk.app.data.away import away_now
from dsr_desk.app.data.indexing import list_indexes
from dsr_desk.core.items import ItemKind
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.order.sample import SamplePage
from ui.conftest import Visitor
from ui.test_ui_orders import open_at, scoped


@pytest.fixture
def moved(visitor: Visitor) -> Path:
    """Where the photos were; they are renamed after the case was searched and decided on."""
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    (source,) = list_indexes(visitor.desk)[0].sources
    source.rename(source.with_name("renamed"))
    visitor.session.tell()
    return source


def test_the_full_photo_says_which_folder_is_missing(visitor: Visitor, qtbot: QtBot, moved: Path) -> None:
    page = visitor.open_case("review")
    assert isinstance(page, ReviewPage)
    page._go_to(next(at for at in range(page.model.rowCount()) if page.model.card(at).lines[0].kind is ItemKind.PHOTO))
    visitor.settle()
    qtbot.keyClick(page, Qt.Key.Key_Space)
    visitor.settle()
    assert page.away.isVisible()
    assert str(moved) in page.away.text
    assert "The disk is not here" in page.away.text
    moved.with_name("renamed").rename(moved)
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert not page.away.isVisible()


def test_planning_says_which_folder_is_missing_and_no_longer_once_it_is_back(visitor: Visitor, moved: Path) -> None:
    page = visitor.open_case("deletion")
    assert isinstance(page, DeletionPage)
    assert str(moved) in page.away.text
    visitor.plan()
    visitor.session.tell()
    visitor.settle()
    assert page.away.isVisible()
    assert all(
        row.action.unreached is not None for row in page._looked.rows if row.action.items and row.action.container
    )
    moved.with_name("renamed").rename(moved)
    page.forget()
    visitor.settle()
    assert not page.away.isVisible()


def test_what_was_indexed_elsewhere_is_not_away(visitor: Visitor) -> None:
    assert away_now(visitor.desk) == ()
    name = list_indexes(visitor.desk)[0].name
    (source,) = list_indexes(visitor.desk)[0].sources
    source.rename(source.with_name("renamed"))
    assert away_now(visitor.desk) == away_now(visitor.desk, name) == (source,)
    assert away_now(visitor.desk, "another") == ()


def test_a_drawn_photo_says_which_folder_is_missing_and_until_another_item_is_shown(
    visitor: Visitor, qtbot: QtBot
) -> None:
    ref = scoped(visitor)
    scope.draw(visitor.desk, ref, "scope", 100)
    page = open_at(visitor, ref, "review")
    assert isinstance(page, SamplePage)
    page.table.choose(next(at for at, one in enumerate(page.model.rows) if one.drawn.item.kind is ItemKind.PHOTO))
    (source,) = list_indexes(visitor.desk)[0].sources
    source.rename(source.with_name("renamed"))
    qtbot.keyClick(page, Qt.Key.Key_Space)
    visitor.settle()
    assert page.away.isVisible()
    assert "The disk is not here" in page.away.text
    assert str(source) in page.away.text
    qtbot.keyClick(page, Qt.Key.Key_Right)
    qtbot.keyClick(page, Qt.Key.Key_Left)
    assert not page.away.isVisible()
