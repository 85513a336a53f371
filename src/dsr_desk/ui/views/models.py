"""Which models saw the person: a drawing, the same as a table, and what shall become of each."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget

from dsr_desk.app.models import affected_by_case, answer_question, dispositions, plan_disposition
from dsr_desk.core.changes import Topic
from dsr_desk.core.lineage import Disposition, Impact, JoinQuestion, Role
from dsr_desk.ui import words
from dsr_desk.ui.graph_view import GraphView
from dsr_desk.ui.models.affected import AffectedModels, AffectedRow, drawing, path_sentence, rows_of
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.disposition import DispositionDialog
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Chip, Empty, Notice, label, row

Found = tuple[Impact, dict[str, Disposition]]


class ModelsPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.MODELS, Topic.LINEAGE, Topic.REVIEW})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Affected models"))
        self.setAccessibleName(self.tr("Affected models"))
        self.trained, self.derived, self.silent = Chip(), Chip(), Chip()
        for chip in (self.trained, self.derived, self.silent):
            self.chips.addWidget(chip)
        self.decide = Button(self.tr("Decide …"), self._decide, name=self.tr("Decide what becomes of the model"))
        self.head.addWidget(self.decide)
        self.notice = Notice()
        self.body.addWidget(self.notice)
        self._question: JoinQuestion | None = None
        self.question = Notice(tone=Tone.INFO)
        self.same = Button(self.tr("The same"), lambda: self._answer(same=True), name=self.tr("They are the same"))
        self.other = Button(
            self.tr("Not the same"), lambda: self._answer(same=False), name=self.tr("They are not the same")
        )
        asked = row(self.question, self.same, self.other)
        asked.setStretch(0, 1)
        self.body.addLayout(asked)
        self.model = AffectedModels(self)
        self.table = Table(self.model, name=self.tr("Affected models"), height=66)
        self.table.opened.connect(lambda _row: self._decide())
        self.table.chosen.connect(self._light)
        self.graph = GraphView(self.tr("Drawing of the lineage; the table below holds the same"))
        self.graph.chosen.connect(self._choose)
        drawn = Card(margin=8, spacing=0)
        drawn.body.addWidget(self.graph, 1)
        legend = self.tr("solid: recorded · dashed: inferred or asked · the table below holds the same")
        drawn.body.addLayout(row(None, label(legend, "note")))
        listed = Card(margin=1)
        listed.body.addWidget(self.table)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(drawn)
        split.addWidget(listed)
        split.setHandleWidth(16)
        split.setChildrenCollapsible(False)
        split.setSizes([320, 320])
        self._stack = QStackedWidget()
        self._stack.addWidget(split)
        self._nothing = Empty("", Button(self.tr("Go to the review"), lambda: session.go.emit("review")))
        self._stack.addWidget(self._nothing)
        self.body.addWidget(self._stack, 1)
        self.show_impact((Impact((), ()), {}))

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.bridge.run(
            self.tr("Following the lineage"),
            lambda _report, _token: (affected_by_case(desk, ref), dispositions(desk, ref)),
            self.show_impact,
            context=self,
        )

    def show_impact(self, found: Found) -> None:
        impact, decided = found
        rows = rows_of(impact, decided)
        self.model.show_rows(rows)
        self.graph.show_graph(*drawing(rows, impact.hits))
        self._stack.setCurrentIndex(0 if rows else 1)
        self._nothing.say(self._empty_sentence(impact))
        trained = sum(Role.TRAIN in row.model.roles for row in rows)
        others = len(rows) - trained
        self.trained.say(
            words.counted(trained, self.tr("1 trained on the data"), "%Ln trained on the data") if trained else "",
            Tone.DANGER,
        )
        self.derived.say(
            words.counted(others, self.tr("1 derived or measured"), "%Ln derived or measured") if others else "",
            Tone.WARN,
        )
        silent = len(impact.without_lineage)
        one = self.tr("1 model without recorded training data")
        self.silent.say(words.counted(silent, one, "%Ln models without recorded training data") if silent else "")
        self.silent.setToolTip("\n".join(node.label for node in impact.without_lineage))
        self.decide.setVisible(bool(rows))
        missing = ", ".join(impact.not_in_lineage)
        self.notice.setVisible(bool(missing))
        self.notice.say(
            self.tr("No lineage source mentions {names}: which models these reached is unknown.").format(names=missing)
        )
        self._question = next(iter(impact.questions), None)
        for widget in (self.question, self.same, self.other):
            widget.setVisible(self._question is not None)
        if self._question is not None:
            self.question.say(self._question.says, Tone.INFO, "unknown")
        if rows and self.table.current() is None:
            self.table.choose(0)

    def _empty_sentence(self, impact: Impact) -> str:
        if not impact.hits:
            return self.tr("There is no hit yet. Models follow from the candidates that you decide to be the person.")
        return self.tr(
            "No recorded lineage leads from the hits to a model. Silence is not innocence: see what was not recorded."
        )

    def _light(self, chosen: AffectedRow | None) -> None:
        if chosen is not None:
            self.graph.light([step.node.id for path in chosen.model.paths for step in path])
            self.session.said.emit(path_sentence(chosen.model))

    def _choose(self, node: str) -> None:
        if (place := self.model.row_of(node)) >= 0:
            self.table.choose(place)

    def _decide(self) -> None:
        chosen = self.table.current()
        if not isinstance(chosen, AffectedRow):
            return
        dialog = DispositionDialog(chosen, self)
        dialog.accepted.connect(lambda: self._plan(chosen, dialog))
        dialog.open()

    def _plan(self, chosen: AffectedRow, dialog: DispositionDialog) -> None:
        self.session.do(
            lambda: plan_disposition(
                self.session.desk,
                self.ref,
                chosen.model.id,
                dialog.fate,
                reason=dialog.reason,
                responsible=dialog.responsible,
                deadline=dialog.deadline,
            )
        )

    def _answer(self, *, same: bool) -> None:
        if (asked := self._question) is not None:
            self.session.do(lambda: answer_question(self.session.desk, asked.first.id, asked.second.id, same))
