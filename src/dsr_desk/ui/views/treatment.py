"""The items of one action, and what is done with each: a photo may show somebody else too."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from dsr_desk.app.treatment import Wanted
from dsr_desk.core.actions import ActionKind, PlannedItem, Treatment
from dsr_desk.core.items import ItemKind
from dsr_desk.ui.fields import Choice, DayField, text_field
from dsr_desk.ui.language import said
from dsr_desk.ui.models.actions import ActionRow, kind_name
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, label, row
from dsr_desk.ui.words import tr


class TreatmentDialog(QDialog):
    """`wanted` carries item id, treatment, reason and the end of a hold. The plan is made anew from it."""

    wanted = Signal(str, object, str, str)

    def __init__(self, chosen: ActionRow, parent: QWidget, *, editable: bool) -> None:
        super().__init__(parent)
        self._held = chosen.action.kind is ActionKind.HOLD
        self.setWindowTitle(kind_name(chosen.action.kind))
        self.resize(720, 520)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(f"{kind_name(chosen.action.kind)}: {chosen.action.what}", "section", wrap=True))
        self.model: RowsModel[PlannedItem] = RowsModel(
            (
                Column(self.tr("Item"), lambda item: Cell(item.address.place, item.address.digest[:16])),
                Column(self.tr("Treatment"), self._treatment, 240),
            ),
            lambda item: item.address.id,
            self,
        )
        self.table = Table(self.model, name=self.tr("Items of this action"), height=48)
        self.model.show_rows(chosen.action.items)
        card = Card(margin=1)
        card.body.addWidget(self.table)
        body.addWidget(card, 1)
        ways = [(self.tr("Erase"), Wanted.ERASE), (self.tr("Hold"), Wanted.HOLD)]
        if any(item.kind is ItemKind.PHOTO for item in chosen.action.items):
            ways.insert(1, (self.tr("Mask this person’s face, the photo stays"), Wanted.MASK))
        self.way = Choice(self.tr("What is done with the item"), ways)
        self.reason = text_field(self.tr("Reason, or the legal ground of a hold"))
        self.until = DayField(self.tr("Held until"), date.today() + timedelta(days=365))
        self.act = Button(self.tr("Plan it so"), self._want, kind="primary")
        self._form = QWidget()
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(label(self.tr("The chosen item"), "muted"), self.way)
        form.addRow(label(self.tr("Reason or ground"), "muted"), self.reason)
        form.addRow(label(self.tr("Held until"), "muted"), self.until)
        body.addWidget(self._form)
        self._form.setVisible(editable)
        self.act.setVisible(editable)
        body.addLayout(row(None, Button(self.tr("Close"), self.reject), self.act))
        self.way.activated.connect(self._allow)
        self.reason.textChanged.connect(self._allow)
        self.table.chosen.connect(lambda _item: self._allow())
        if chosen.action.items:
            self.table.choose(0)
        self._allow()

    def _treatment(self, item: PlannedItem) -> Cell:
        if self._held:
            return Cell(chip=tr("held"), tone=Tone.WARN)
        if item.treatment is Treatment.MASK:
            return Cell(chip=tr("face masked"), note=item.reason, tone=Tone.INFO)
        return Cell(tr("erased"), said(item.reason))

    def _allow(self) -> None:
        way = self.way.value
        self.until.setEnabled(way is Wanted.HOLD)
        self.reason.setEnabled(way is not Wanted.ERASE)
        self.act.setEnabled(
            self.table.current() is not None and (way is Wanted.ERASE or bool(self.reason.text().strip()))
        )

    def _want(self) -> None:
        item, way = self.table.current(), self.way.value
        if isinstance(item, PlannedItem):
            until = self.until.day.isoformat() if way is Wanted.HOLD else ""
            self.wanted.emit(item.address.id, way, self.reason.text().strip(), until)
            self.accept()
