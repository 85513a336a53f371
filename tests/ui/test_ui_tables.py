from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from dsr_desk.ui import words
from dsr_desk.ui.models.table import CELL, Cell, ChoicesModel, RowsModel, TableColumn
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone


@dataclass(frozen=True)
class Fruit:
    name: str
    days: int


COLUMNS = (
    TableColumn[Fruit]("Fruit", lambda fruit: Cell(fruit.name, "ripe", strong=True), 120),
    TableColumn[Fruit]("Keeps", lambda fruit: Cell(chip=f"{fruit.days} days left", tone=Tone.WARN)),
    TableColumn[Fruit]("Next", lambda _fruit: Cell("Eat", action=True), 100),
)
FRUITS = [Fruit("Pear", 3), Fruit("Quince", 40)]


def make_table(qtbot: QtBot) -> tuple[RowsModel[Fruit], TableWidget]:
    model: RowsModel[Fruit] = RowsModel(COLUMNS, lambda fruit: fruit.name)
    table = TableWidget(model, name="Fruit")
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    model.show_rows(FRUITS)
    return model, table


@pytest.mark.usefixtures("qapp")
def test_the_table_model_keeps_qts_rules() -> None:
    model: RowsModel[Fruit] = RowsModel(COLUMNS, lambda fruit: fruit.name)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_rows(FRUITS)
    model.show_rows([Fruit("Pear", 2), FRUITS[1]])
    model.show_rows([])
    tester.deleteLater()
    model.deleteLater()


def test_a_row_is_one_sentence_for_a_screen_reader(qtbot: QtBot) -> None:
    model, _ = make_table(qtbot)
    says = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert says == "Fruit: Pear, ripe. Keeps: 3 days left. Next: Eat"


def test_refreshing_the_same_rows_keeps_the_selection(qtbot: QtBot) -> None:
    model, table = make_table(qtbot)
    table.choose(1)
    model.show_rows([FRUITS[0], Fruit("Quince", 39)])
    assert table.current() == Fruit("Quince", 39)


def test_enter_opens_the_row(qtbot: QtBot) -> None:
    _, table = make_table(qtbot)
    table.choose(1)
    with qtbot.waitSignal(table.opened) as caught:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert caught.args == [FRUITS[1]]


def test_the_painted_button_of_a_row_can_be_clicked(qtbot: QtBot) -> None:
    model, table = make_table(qtbot)
    place = table.visualRect(model.index(0, 2))
    with qtbot.waitSignal(table.opened) as caught:
        qtbot.mouseClick(
            table.viewport(),
            Qt.MouseButton.LeftButton,
            pos=place.center().__class__(place.left() + 30, place.center().y()),
        )
    assert caught.args == [FRUITS[0]]


def test_a_cell_of_any_kind_paints_into_a_narrow_place(qtbot: QtBot) -> None:
    model, table = make_table(qtbot)
    long = Fruit("A name that is much too long for the column and goes over more than two lines " * 3, 3)
    model.show_rows([long])
    image = QImage(80, 40, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    option = QStyleOptionViewItem()
    option.rect = image.rect()
    for column in range(model.columnCount()):
        assert isinstance(model.index(0, column).data(CELL), Cell)
        table.itemDelegate().paint(painter, option, model.index(0, column))
    painter.end()


def test_space_ticks_a_row_that_can_be_chosen_and_no_other(qtbot: QtBot) -> None:
    model = ChoicesModel(COLUMNS, lambda fruit: fruit.name, lambda fruit: fruit.days < 30)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table = TableWidget(model, name="Fruit")
    qtbot.addWidget(table)
    model.show_rows(FRUITS)
    for row in (0, 1):
        table.choose(row)
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert model.chosen == [FRUITS[0]]
    assert model.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert model.index(1, 0).data(Qt.ItemDataRole.CheckStateRole) is None
    tester.deleteLater()
    model.deleteLater()


def test_figures_and_days_are_written_for_people() -> None:
    assert words.figure(3004118) == "3,004,118"
    assert words.days_left(9) == "9 days left"
    assert words.days_left(1) == "1 day left"
    assert words.days_left(0) == "due today"
    assert words.days_left(-1) == "1 day late"
    assert words.days_left(-2) == "2 days late"
    assert words.duration(7) == "7 s"
    assert words.duration(7800) == "2 h 10 min"
