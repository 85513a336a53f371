"""What an action of an order's plan is about: its containers, and what would change beside the items."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dsr_desk.core.actions import Action, PlacedContainer
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Notice, framed, label, scrolled_column
from dsr_desk.ui.words import term, tr


class ContainersDialog(Dialog):
    """Nothing is chosen here item by item: what is in scope goes, and what is not stays."""

    def __init__(self, action: Action, parent: QWidget) -> None:
        super().__init__(f"{term(action.kind)}: {action.what}", parent, width=760, height=480)
        if action.root:
            self.body.addWidget(label(tr("Removed as a whole: {place}").format(place=action.root), wrap=True))
        self.model: RowsModel[PlacedContainer] = RowsModel(
            (
                TableColumn(tr("Container"), lambda one: Cell(one.container, one.path)),
                TableColumn(tr("Items"), lambda one: Cell(words.figure(one.items)), 110),
                TableColumn(tr("Size"), lambda one: Cell(words.size(one.size)), 110),
                TableColumn(tr("Covered"), _covered, 120),
            ),
            lambda one: one.id,
        )
        self.model.show_rows(action.containers)
        self.table = TableWidget(self.model, name=tr("Containers of this action"), height=48)
        self.body.addWidget(framed(self.table), 3)
        says = [*([action.unreached] if action.unreached is not None else []), *action.changes]
        if says:
            column, area = scrolled_column(tr("What this changes beside that"))
            for one in says:
                column.addWidget(Notice(say(one), Tone.WARN, plain=True))
            column.addStretch(1)
            self.body.addWidget(area, 2)


def _covered(one: PlacedContainer) -> Cell:
    return Cell(chip=tr("whole"), tone=Tone.OK) if one.whole else Cell(chip=tr("in part"), tone=Tone.INFO)
