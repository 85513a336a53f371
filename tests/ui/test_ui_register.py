from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dsr_desk.app.data import columns, indexing, registering
from dsr_desk.app.data.guard import CameBack, ComparedWithErased
from dsr_desk.app.data.registering import UNKNOWN, ColumnKind
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.register import RegisterDialog
from dsr_desk.ui.views.data.register_columns import ColumnsDialog
from dsr_desk.ui.views.data.register_facts import FactsDialog
from dsr_desk.ui.views.data.register_source import SourceStep
from dsr_desk.ui.widgets import Notice
from ui.conftest import Visitor

CARD = """---
pretty_name: Lakeside members
license: cc-by-4.0
---
# Dataset card for Lakeside members
- **Curated by:** Lakeside archive
"""
MEMBERS = "full_name,contact,city\nAnna Holm,anna@example.org,Bergen\nNils Berg,nils@example.org,Oslo\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A table, a card that describes it, and a file that nobody understands."""
    folder = tmp_path / "members"
    folder.mkdir()
    (folder / "members.csv").write_text(MEMBERS)
    (folder / "README.md").write_text(CARD)
    (folder / "weights.bin").write_bytes(bytes(range(256)))
    return folder


@pytest.fixture
def page(visitor: Visitor) -> IndexesPage:
    shown = visitor.show("indexes")
    assert isinstance(shown, IndexesPage)
    return shown


def begin(visitor: Visitor, data: Path) -> RegisterDialog:
    visitor.workspace.drop([data])
    visitor.settle()
    return visitor.dialog(RegisterDialog)


def said(step: SourceStep) -> list[str]:
    return [one.text for one in step.findChildren(Notice) if one.isVisible()]


def test_pointing_at_data_says_what_it_is_and_what_is_not_understood(
    visitor: Visitor, page: IndexesPage, data: Path
) -> None:
    assert page.isVisible()
    dialog = begin(visitor, data)
    texts = said(dialog.source)
    assert any("2 records" in text for text in texts)
    assert any("weights.bin" in text and "Not understood" in text for text in texts)
    assert any("README.md" in text for text in texts)
    assert dialog.next.isEnabled()
    assert dialog.next.isDefault()
    dialog.reject()


def test_what_cannot_be_read_says_so_where_it_was_chosen(visitor: Visitor, page: IndexesPage, tmp_path: Path) -> None:
    page.take([tmp_path / "not there"])
    visitor.settle()
    dialog = visitor.dialog(RegisterDialog)
    assert not dialog.next.isEnabled()
    assert any("not there" in text for text in said(dialog.source))
    assert visitor.errors == []
    dialog.reject()


def test_facts_come_from_the_card_with_its_name_and_blanks_are_unknown(
    visitor: Visitor, page: IndexesPage, data: Path
) -> None:
    assert page.isVisible()
    dialog = begin(visitor, data)
    dialog.next.click()
    form = dialog.facts
    assert form.fields["name"].text() == "Lakeside members"
    assert form.chips["name"].text == "from README.md"
    assert form.fields["responsible"].text() == "Lakeside archive"
    assert form.chips["supplier"].text == "unknown"
    assert form.chips["version"].text == "needed"
    assert dialog.missing.isVisible()
    assert not dialog.next.isEnabled()
    form.fields["version"].setText("2026")
    form.fields["version"].textEdited.emit("2026")
    assert dialog.next.isEnabled()
    assert form.version.supplier == UNKNOWN
    dialog.reject()


def test_a_dataset_is_registered_and_built_with_the_columns_as_they_were_put_right(
    visitor: Visitor, page: IndexesPage, data: Path, qtbot: QtBot
) -> None:
    dialog = begin(visitor, data)
    dialog.next.click()
    dialog.facts.fields["version"].setText("2026")
    dialog.facts.fields["version"].textEdited.emit("2026")
    dialog.next.click()
    assert dialog._title.text() == "What the columns hold"
    guessed = {one.name: one.guessed for one in dialog.columns.model.rows}
    assert guessed["full_name"] is ColumnKind.NAME
    samples = {one.name: one.samples for one in dialog.columns.model.rows}
    assert "anna@example.org" in samples["contact"]
    row = [one.name for one in dialog.columns.model.rows].index("city")
    dialog.columns.table.choose(row)
    dialog.columns.kind.choose(ColumnKind.FREE_TEXT)
    dialog.columns.kind.activated.emit(0)
    assert dialog.columns.count.text() == "1 changed"
    dialog.next.click()
    dialog.index.purpose.setText("answering requests")
    dialog.build.click()
    visitor.settle()
    assert visitor.errors == []
    index = next(one for one in indexing.list_indexes(visitor.desk) if "Lakeside" in one.name)
    assert index.about.records == 2
    assert index.about.register.purpose == "answering requests"
    assert index.about.register.legal_basis == UNKNOWN
    kinds = {one.name: (one.kind, one.confirmed) for one in columns.columns(visitor.desk, index.name)}
    assert kinds["city"] == (ColumnKind.FREE_TEXT, True)
    assert kinds["full_name"] == (ColumnKind.NAME, True)
    qtbot.waitUntil(lambda: page.model.row_of(index.id) >= 0)


def test_without_an_index_a_dataset_is_listed_as_not_searchable(
    visitor: Visitor, page: IndexesPage, data: Path
) -> None:
    dialog = begin(visitor, data)
    dialog.next.click()
    dialog.facts.fields["version"].setText("2026")
    dialog.facts.fields["version"].textEdited.emit("2026")
    dialog.next.click()
    dialog.next.click()
    dialog.alone.click()
    visitor.settle()
    assert registering.without_index(visitor.desk) == ["Lakeside members@2026"]
    row = page.model.row_of("Lakeside members@2026")
    assert "not searchable" in page.model.sentence(page.model.rows[row])
    page.table.choose(row)
    assert page.make.isVisible()
    assert not page.check.isVisible()
    page.make.click()
    again = visitor.dialog(RegisterDialog)
    assert again.facts.fields["version"].text() == "2026"
    assert not again.facts.fields["version"].isEnabled()
    again.reject()


def test_what_is_known_can_be_corrected_later(visitor: Visitor, page: IndexesPage) -> None:
    page.table.choose(0)
    page.correct.click()
    dialog = visitor.dialog(FactsDialog)
    dialog.form.fields["retention"].setText("end of 2027")
    dialog.form.fields["supplier"].setText("")
    dialog.act.click()
    visitor.settle()
    version = registering.registered_dataset(visitor.desk, page.model.rows[0].version)
    assert version.retention == "end of 2027"
    assert version.supplier == UNKNOWN
    assert visitor.errors == []


def test_a_wrong_kind_of_column_is_corrected_later(visitor: Visitor, page: IndexesPage) -> None:
    page.table.choose(0)
    page.kinds.click()
    visitor.settle()
    dialog = visitor.dialog(ColumnsDialog)
    assert dialog.act.text() == "Confirm all"
    name = dialog.form.model.rows[0].name
    dialog.form.kind.choose(ColumnKind.OTHER)
    dialog.form.kind.activated.emit(0)
    assert dialog.act.text() == "Correct 1 column, confirm all"
    dialog.act.click()
    visitor.settle()
    assert visitor.errors == []
    assert not dialog.isVisible()
    index = page.model.rows[0].index
    assert index is not None
    found = {one.name: one for one in columns.columns(visitor.desk, index.name)}
    assert found[name].kind is ColumnKind.OTHER
    assert all(one.confirmed for one in found.values())


def test_what_came_back_of_what_was_erased_is_said_until_another_index_is_compared(
    visitor: Visitor, page: IndexesPage
) -> None:
    back = CameBack("2026-001", 1, 0, 2, ("data/a.jpg", "data/b.csv"))
    page._compared(ComparedWithErased(3, (back,)))
    assert page.again.isVisibleTo(page)
    assert "2026-001" in page.again.text
    page._compared(ComparedWithErased(3))
    assert not page.again.isVisibleTo(page)
    assert visitor.errors == []


def test_an_index_is_brought_up_to_date_with_its_data(visitor: Visitor, page: IndexesPage) -> None:
    page.table.choose(0)
    index = page.model.rows[0].index
    assert index is not None
    photo = next(path for source in index.sources for path in source.rglob("*.jpg"))
    photo.unlink()
    page.refresh.click()
    visitor.settle()
    assert visitor.errors == []
    after = page.model.rows[0].index
    assert after is not None
    assert after.about.photos == index.about.photos - 1
