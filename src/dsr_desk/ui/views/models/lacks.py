"""What the lineage does not know, and what an officer can say of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from dsr_desk.app.models.asking import answer_question, say_kind
from dsr_desk.app.models.view import datasets_told
from dsr_desk.core.changes import Change
from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.graph_parts import divided
from dsr_desk.ui.lineage_words import known_from, name_of
from dsr_desk.ui.models.coverage import Ask, LackCase, LackCases, LackRow, Lacks
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
        self.list = TableWidget(self.lacks, name=tr("What is missing"), height=56)
        self.list.chosen.connect(self._show)
        self.title = label("", "section", wrap=True)
        self.means = label("", wrap=True, selectable=True)
        self.todo = label("", wrap=True, selectable=True)
        self.table = TableWidget(self.cases, name=tr("Cases of it"), height=56)
        self.table.chosen.connect(self._allow)
        self.says = label("", wrap=True, selectable=True)
        self._buttons()
        told = Card(spacing=8)
        for part in (self.title, self.means, label(tr("What to do next"), "note"), self.todo):
            told.body.addWidget(part)
        told.body.addSpacing(8)
        told.body.addWidget(self.table, 1)
        told.body.addWidget(self.says)
        told.body.addLayout(row(self.yes, self.no, *self.kinds.values(), self.which, self.undo, None))
        split = divided(Qt.Orientation.Horizontal, framed(self.list), told, sizes=[330, 680], grows=1)
        column_in(self).addWidget(split)

    def _buttons(self) -> None:
        self.yes = Button(tr("Yes"), lambda: self._answer(yes=True), name=tr("It is so"))
        self.no = Button(tr("No"), lambda: self._answer(yes=False), name=tr("It is not so"))
        self.undo = Button(tr("Take back"), lambda: self._answer(yes=None), name=tr("Take the answer back"))
        self.kinds = {
            NodeKind.MODEL: Button(tr("A model"), lambda: self._say(NodeKind.MODEL), name=tr("It is a model")),
            NodeKind.DATASET: Button(tr("A dataset"), lambda: self._say(NodeKind.DATASET), name=tr("It is a dataset")),
            NodeKind.OUTPUT: Button(
                tr("Another output"), lambda: self._say(NodeKind.OUTPUT), name=tr("It is another output")
            ),
        }
        self.which = Button(tr("Say which dataset it is …"), self._identify)

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
        if shown.cases and self.table.current() is None:
            self.table.choose(max(0, self.cases.row_of(before.key)) if before is not None else 0)
        self._allow(self.table.current() if shown.cases else None)

    def _allow(self, case: LackCase | None) -> None:
        """What can be said of the chosen case."""
        ask = case.ask if case is not None and case.answer is None else Ask.NOTHING
        self.says.setText(case.says if case is not None else "")
        self.says.setVisible(case is not None and bool(case.note))
        for button in (self.yes, self.no):
            button.setVisible(ask is Ask.YES_OR_NO)
        for button in self.kinds.values():
            button.setVisible(ask is Ask.KIND)
        self.which.setVisible(ask is Ask.WHICH)
        self.undo.setVisible(case is not None and case.answer is not None)

    def _answer(self, *, yes: bool | None) -> None:
        case = self.table.current()
        if isinstance(case, LackCase):
            self._record(lambda: answer_question(self._session.desk, case.first, case.second, yes))

    def _say(self, kind: NodeKind) -> None:
        case = self.table.current()
        if isinstance(case, LackCase):
            self._record(lambda: say_kind(self._session.desk, case.first, kind))

    def _identify(self) -> None:
        case = self.table.current()
        if isinstance(case, LackCase):
            dialog = WhichDatasetDialog(case.name, datasets_told(self._session.desk), self)
            dialog.accepted.connect(lambda: self._is(case, dialog.chosen))
            dialog.open()

    def _is(self, case: LackCase, meant: Node) -> None:
        self._record(lambda: answer_question(self._session.desk, case.first, meant.id, yes=True))

    def _record(self, act: Callable[[], Change]) -> None:
        """Beside the window: all that is known is looked at anew."""
        self._session.beside(self, tr("Recording"), act)


class WhichDatasetDialog(Dialog):
    """Which dataset it was that a source only says how it was loaded of."""

    def __init__(self, name: str, known: Sequence[Node], parent: QWidget) -> None:
        title = tr("Which dataset was “{name}”?").format(name=name)
        says = tr("Models that took it count as built from the dataset that you choose. The answer can be taken back.")
        super().__init__(title, parent, says=says, act=tr("Record"), width=520)
        self._known = self.line(ChoiceField(tr("Dataset"), [(_named(node), node) for node in known]))

    @property
    def chosen(self) -> Node:
        return self._known.value


def _named(node: Node) -> str:
    return f"{name_of(node)} ({known_from(node)})"
