"""What the lineage does not know: what a regulator asks next, what it means, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from dsr_desk.app.models.lineage import answer_question
from dsr_desk.ui.models.coverage import Lack, LackCase, LackCases, LackRow, Lacks
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.widgets import Button, Card, column_in, framed, label, row
from dsr_desk.ui.words import tr


class CoverageView(QWidget):
    """What lacks at the left; at the right what the chosen one means, what to do, and every case of it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.lacks, self.cases = Lacks(self), LackCases(self)
        self.list = TableWidget(self.lacks, name=tr("What is missing"), height=70)
        self.list.chosen.connect(self._show)
        self.title = label("", "section", wrap=True)
        self.means = label("", wrap=True, selectable=True)
        self.todo = label("", wrap=True, selectable=True)
        self.table = TableWidget(self.cases, name=tr("Cases of it"), height=56)
        self.table.chosen.connect(self._allow)
        self.same = Button(tr("The same"), lambda: self._answer(same=True), name=tr("They are the same"))
        self.other = Button(tr("Not the same"), lambda: self._answer(same=False), name=tr("They are not the same"))
        self.undo = Button(tr("Take back"), lambda: self._answer(same=None), name=tr("Take the answer back"))
        listed = framed(self.list)
        told = Card(spacing=8)
        for part in (self.title, self.means, label(tr("What to do next"), "note"), self.todo):
            told.body.addWidget(part)
        told.body.addSpacing(8)
        told.body.addWidget(self.table, 1)
        told.body.addLayout(row(self.same, self.other, self.undo, None))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(listed)
        split.addWidget(told)
        split.setHandleWidth(16)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(1, 1)
        split.setSizes([330, 680])
        body = column_in(self, spacing=8)
        body.addWidget(split)

    def show_lacks(self, rows: Sequence[LackRow]) -> None:
        chosen = self.list.current()
        self.lacks.show_rows(rows)
        if chosen is None:
            first = next((place for place, one in enumerate(rows) if one.count), 0)
            self.list.choose(first)
        self._show(self.list.current())

    def _show(self, shown: LackRow | None) -> None:
        if shown is None:
            return
        self.title.setText(shown.title)
        self.means.setText(shown.means)
        self.todo.setText(shown.todo)
        before = self.table.current()
        self.cases.show_rows(shown.cases)
        self.table.setVisible(bool(shown.cases))
        for button in (self.same, self.other, self.undo):
            button.setVisible(shown.lack is Lack.QUESTIONS and bool(shown.cases))
        if shown.cases and self.table.current() is None:
            self.table.choose(max(0, self.cases.row_of(before.key)) if before is not None else 0)
        self._allow(self.table.current())

    def _allow(self, case: LackCase | None) -> None:
        is_open = case is not None and bool(case.first) and case.answer is None
        self.same.setEnabled(is_open)
        self.other.setEnabled(is_open)
        self.undo.setEnabled(case is not None and case.answer is not None)

    def _answer(self, *, same: bool | None) -> None:
        case = self.table.current()
        if isinstance(case, LackCase):
            self._session.do(lambda: answer_question(self._session.desk, case.first, case.second, same))
