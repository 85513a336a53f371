"""The models of a case in lists: affected, not affected with the reason, and those of which nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView

from dsr_desk.core.lineage import Impact
from dsr_desk.ui import words
from dsr_desk.ui.graph_parts import Switch
from dsr_desk.ui.models.affected import (
    AffectedRow,
    AffectedTable,
    ExcludedTable,
    models_in_part,
    runs_without_model,
    silent_models,
)
from dsr_desk.ui.models.table import ROW
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.widgets import Card, row, stacked
from dsr_desk.ui.words import tr


class ModelLists(Card):
    """`chosen` carries the id of a model that a person went to in any list, `opened` of one that Enter asks about."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__(margin=8, spacing=8)
        self.affected, self.excluded = AffectedTable(), ExcludedTable()
        self.silent, self.in_part, self.runs = silent_models(), models_in_part(), runs_without_model()
        self.table = TableWidget(self.affected, name=tr("Affected models"), height=66)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        excluded = TableWidget(self.excluded, name=tr("Models that are not affected"), height=48)
        unsaid = [
            TableWidget(self.silent, name=tr("Models without recorded training data"), height=48),
            TableWidget(self.in_part, name=tr("Models of which not all is recorded"), height=48),
            TableWidget(self.runs, name=tr("Runs that took data and left nothing"), height=48),
        ]
        self.switch = Switch(tr("Lists of models"), ["1", "2", "3", "4", "5"])
        stack = stacked(self.table, excluded, *unsaid)
        self.table.chosen.connect(lambda one: self.chosen.emit(one.model.id) if one else None)
        self.table.opened.connect(lambda one: self.opened.emit(one.model.id))
        excluded.chosen.connect(lambda one: self.chosen.emit(one.node.id) if one else None)
        excluded.opened.connect(lambda one: self.opened.emit(one.node.id))
        for table in unsaid:
            table.chosen.connect(lambda one: self.chosen.emit(one.id) if one else None)
        self.switch.currentChanged.connect(stack.setCurrentIndex)
        self.body.addLayout(row(self.switch, None))
        self.body.addWidget(stack, 1)

    def show_impact(self, impact: Impact, rows: Sequence[AffectedRow]) -> None:
        """Keeps what was chosen where it is still there; else the first is chosen."""
        before = self.table.current()
        self.affected.show_rows(rows)
        self.excluded.show_rows(impact.excluded)
        self.silent.show_rows(impact.without_lineage)
        self.in_part.show_rows(impact.partly_recorded)
        self.runs.show_rows(impact.runs)
        titles = (
            (tr("Affected: {count}"), len(rows)),
            (tr("Not affected: {count}"), len(impact.excluded)),
            (tr("Training not recorded: {count}"), len(impact.without_lineage)),
            (tr("Not all recorded: {count}"), len(impact.partly_recorded)),
            (tr("Runs that left nothing: {count}"), len(impact.runs)),
        )
        for place, (title, count) in enumerate(titles):
            self.switch.say(place, title.format(count=words.figure(count)))
            self.switch.setTabVisible(place, bool(count) or not place)
        if not rows:
            self.switch.setCurrentIndex(next((place for place, (_, count) in enumerate(titles) if count), 0))
        if rows and self.table.current() is None:
            self.table.choose(max(0, self.affected.row_of(before.model.id) if before is not None else 0))

    def row_of(self, ident: str) -> AffectedRow | None:
        """An affected model by its id."""
        place = self.affected.row_of(ident)
        return self.affected.rows[place] if place >= 0 else None

    def choose(self, ident: str) -> None:
        if (place := self.affected.row_of(ident)) >= 0:
            self.switch.setCurrentIndex(0)
            self.table.choose(place)

    def show_narrow(self, narrow: bool) -> None:
        """Leave out what the details beside the list say."""
        for column in (2, 4):
            self.table.setColumnHidden(column, narrow)

    @property
    def selected(self) -> list[AffectedRow]:
        return [index.data(ROW) for index in self.table.selectionModel().selectedRows()]
