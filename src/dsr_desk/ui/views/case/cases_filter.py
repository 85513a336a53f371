"""What narrows the list of cases: words, how a case stands, its state, its right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.case_list import CaseStanding, CasesWanted
from dsr_desk.core.requests import CaseState, Right
from dsr_desk.ui import words
from dsr_desk.ui.fields import ChoiceField, text_field
from dsr_desk.ui.widgets import Button, row
from dsr_desk.ui.words import tr

ORDERS = "orders"


class CasesFilter(QWidget):
    """`changed` is emitted whenever something else is looked for."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = text_field(tr("Search the cases"), example=tr("name, e-mail, docket or reference"))
        self.words.setMinimumWidth(140)
        self.standing = ChoiceField(
            tr("Open or ended"),
            [
                (tr("open and ended"), CaseStanding.ALL),
                (tr("open"), CaseStanding.OPEN),
                (tr("late"), CaseStanding.LATE),
                (tr("ended"), CaseStanding.ENDED),
            ],
        )
        self.state: ChoiceField[CaseState | None] = ChoiceField(
            tr("State"), [(tr("any state"), None), *((words.term(one), one) for one in CaseState)]
        )
        self.right: ChoiceField[Right | str | None] = ChoiceField(
            tr("Right"),
            [(tr("any right"), None), *((words.term(one), one) for one in Right), (tr("orders"), ORDERS)],
        )
        self.all = Button(tr("Show all"), self.show_all, kind="link", name=tr("Show all cases again"))
        self.setLayout(row(self.words, self.standing, self.state, self.right, self.all))
        self.words.textChanged.connect(self._changed)
        for choice in (self.standing, self.state, self.right):
            choice.narrow(8)
            choice.currentIndexChanged.connect(self._changed)
        self.all.hide()

    @property
    def wanted(self) -> CasesWanted:
        right = self.right.value
        return CasesWanted(
            self.words.text().strip(),
            self.standing.value,
            self.state.value,
            right if isinstance(right, Right) else None,
            orders_only=right == ORDERS,
        )

    def show_all(self) -> None:
        self.words.clear()
        for choice in (self.standing, self.state, self.right):
            choice.setCurrentIndex(0)
        self.words.setFocus()

    def _changed(self) -> None:
        self.all.setVisible(self.wanted != CasesWanted())
        self.changed.emit()
