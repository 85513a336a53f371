from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from dsr_desk.app.data import harmless, indexing
from dsr_desk.app.data.unread import UnreadSum
from dsr_desk.core.message import message
from dsr_desk.datasets.container import Unread
from dsr_desk.search.index.unread_rows import SOURCES, write_unread
from dsr_desk.ui.dialogs import ReasonDialog
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.unread import UnreadDialog
from ui.conftest import Visitor

VIDEO = message("kind.video")
WHY = message("why.format.not-read", kind=VIDEO)


@pytest.fixture
def dialog(visitor: Visitor) -> UnreadDialog:
    """What is not read of the chosen index: two films."""
    page = visitor.show("indexes")
    assert isinstance(page, IndexesPage)
    assert page.list.chosen is not None
    assert page.list.chosen.index is not None
    index = indexing.opened(visitor.desk, page.list.chosen.index.name)
    with index.db.conn:
        write_unread(index.db, SOURCES, [Unread(f"films/{name}.mp4", VIDEO, WHY) for name in ("beach", "street")])
    page.unread.click()
    visitor.settle()
    return visitor.dialog(UnreadDialog)


def row_of(dialog: UnreadDialog, name: str) -> UnreadSum:
    return next(one for one in dialog.model.rows if one.name == name)


def choose(dialog: UnreadDialog, name: str) -> None:
    dialog.table.choose(list(dialog.model.rows).index(row_of(dialog, name)))


def test_what_was_not_read_is_listed_with_its_places_and_narrowed_down(dialog: UnreadDialog, qtbot: QtBot) -> None:
    choose(dialog, "video")
    assert row_of(dialog, "video").count == 2
    qtbot.waitUntil(lambda: "films/" in dialog.places.text())
    assert dialog.places.text().splitlines() == ["films/beach.mp4", "films/street.mp4"]
    dialog.filter.setText("STREET")
    qtbot.waitUntil(lambda: dialog.places.text() == "films/street.mp4")
    dialog.reject()


def test_an_officer_answers_for_a_kind_with_a_reason_and_takes_that_back(
    visitor: Visitor, dialog: UnreadDialog
) -> None:
    choose(dialog, "video")
    dialog.declare.click()
    reason = visitor.dialog(ReasonDialog)
    assert not reason.act.isEnabled()
    reason._reason.setText("machines alone; all were looked at")
    reason.act.click()
    visitor.settle()
    (mark,) = harmless.marks(visitor.desk)
    assert (mark.kind, mark.because) == (VIDEO, "machines alone; all were looked at")
    choose(dialog, "video")
    assert dialog.take_back.isVisibleTo(dialog)
    assert not dialog.declare.isVisibleTo(dialog)
    dialog.take_back.click()
    visitor.settle()
    assert harmless.marks(visitor.desk) == []
    dialog.reject()
