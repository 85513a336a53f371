"""The items of one action, and what is done with each: a photo may show somebody else too."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.treatment import WantedTreatment
from dsr_desk.core.actions import ActionKind, PlannedItem, Treatment
from dsr_desk.core.items import ItemKind
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, DayField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.actions import ActionRow
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import framed
from dsr_desk.ui.words import term, tr


class TreatmentDialog(Dialog):
    """`wanted` carries item id, treatment, reason and the end of a hold. The plan is made anew from it."""

    wanted = Signal(str, object, str, str)

    def __init__(self, chosen: ActionRow, parent: QWidget, *, editable: bool) -> None:
        title = f"{term(chosen.action.kind)}: {chosen.action.what}"
        super().__init__(title, parent, act=tr("Plan it so") if editable else "", width=720, height=520)
        self._held = chosen.action.kind is ActionKind.HOLD
        self.model: RowsModel[PlannedItem] = RowsModel(
            (
                TableColumn(tr("Item"), lambda item: Cell(item.address.place, item.address.digest[:16])),
                TableColumn(tr("Treatment"), self._treatment, 240),
            ),
            lambda item: item.address.id,
            self,
        )
        self.table = TableWidget(self.model, name=tr("Items of this action"), height=48)
        self.model.show_rows(chosen.action.items)
        self.body.addWidget(framed(self.table), 1)
        ways = [(tr("Erase"), WantedTreatment.ERASE), (tr("Hold"), WantedTreatment.HOLD)]
        if any(item.kind is ItemKind.PHOTO for item in chosen.action.items):
            ways.insert(1, (tr("Mask this person’s face, the photo stays"), WantedTreatment.MASK))
        self.way = ChoiceField(tr("What is done with the item"), ways)
        self.line(self.way, tr("The chosen item"))
        self.reason = self.text(tr("Reason or ground"))
        self.until = self.line(DayField(tr("Held until"), date.today() + timedelta(days=365)))
        for field in (self.way, self.reason, self.until):
            self.set_line_visible(field, visible=editable)
        self.way.activated.connect(self.allow)
        self.reason.textChanged.connect(self.allow)
        self.table.chosen.connect(self.allow)
        if chosen.action.items:
            self.table.choose(0)
        self.allow()

    def _treatment(self, item: PlannedItem) -> Cell:
        why = say(item.reason) if item.reason is not None else ""
        if self._held:
            return Cell(chip=tr("held"), tone=Tone.WARN)
        if item.treatment is Treatment.MASK:
            return Cell(chip=tr("face masked"), note=why, tone=Tone.INFO)
        return Cell(tr("erased"), why)

    @property
    def ready(self) -> bool:
        erases = self.way.value is WantedTreatment.ERASE
        return self.table.current() is not None and (erases or bool(self.reason.text().strip()))

    def allow(self, _news: object = None) -> None:
        self.until.setEnabled(self.way.value is WantedTreatment.HOLD)
        self.reason.setEnabled(self.way.value is not WantedTreatment.ERASE)
        super().allow()

    def go(self) -> None:
        item, way = self.table.current(), self.way.value
        if isinstance(item, PlannedItem):
            until = self.until.day.isoformat() if way is WantedTreatment.HOLD else ""
            self.wanted.emit(item.address.id, way, self.reason.text().strip(), until)
            self.accept()
