"""Search: which indexes, what is not searched, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.searching import EXPECTED_STRANGERS, last_search, search_case
from dsr_desk.app.case.steps import finding
from dsr_desk.app.data.indexing import RegisteredIndex, list_indexes
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Topic
from dsr_desk.core.findings import SearchResult
from dsr_desk.core.refusals import IdentityMissing, Refusal
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.fields import FigureField
from dsr_desk.ui.findings import show_finding
from dsr_desk.ui.flow import Flow
from dsr_desk.ui.language import say, say_all
from dsr_desk.ui.models.indexes import IndexChoices
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, across, clear, label, list_card, row
from dsr_desk.ui.words import tr


class SearchPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE, Topic.INDEXES, Topic.DELETION, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Search"))
        self.state = Chip()
        self.chips.addWidget(self.state)
        self.go = Button("", self._search, kind="primary")
        self.review = Button(tr("Review the candidates"), lambda: session.go.emit("review"))
        self.head.addWidget(self.review)
        self.head.addWidget(self.go)
        self.blocked = Notice()
        self.to_identity = Button(tr("Record the identity check"), lambda: session.go.emit("request"))
        self.body.addLayout(row(self.blocked, self.to_identity, stretch=0))
        self._seen: set[str] = set()
        self.model = IndexChoices()
        self.model.chosen_changed.connect(self._show_scope)
        self.table = TableWidget(self.model, name=tr("Indexes to search; Space ticks"), height=60)
        where = self.body.put(Card(tr("Where to search")), 3)
        where.body.addWidget(self.table, 1)
        where.body.addLayout(self._pile())
        self._result = QVBoxLayout()
        self._gaps = QVBoxLayout()
        below = across((list_card(tr("Last search"), self._result), 1), (list_card(tr("Not searched"), self._gaps), 1))
        self.body.addLayout(below, 2)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        indexes = [index for index in list_indexes(desk) if index.destroyed is None]
        self.model.show_rows(indexes)
        for number, index in enumerate(indexes):
            if index.id not in self._seen:
                self.model.tick(number, on=index.present)
        self._seen = {index.id for index in indexes}
        self._refused = refusal(desk, ref, Kind.SEARCHED)
        self.blocked.setVisible(self._refused is not None)
        self.blocked.say(reason(self._refused))
        self.to_identity.setVisible(isinstance(self._refused, IdentityMissing))
        self._last = last_search(desk, ref)
        self._show_result(self._last)
        done = [one["seq"] for one in desk.case(ref).searches if one["purpose"] == "search"]
        show_finding(self.state, finding(desk, done[-1]) if done else None)
        self._show_scope()

    def _search(self) -> None:
        desk, ref = self.session.desk, self.ref
        chosen, strangers = [index.name for index in self.model.chosen], self.strangers.value()

        def work(report: Report, token: CancelToken) -> SearchResult:
            return search_case(desk, ref, chosen, expected_strangers=strangers, report=report, cancel=token)

        self.session.run(self, tr("Searching case {ref}").format(ref=ref), work, self._searched, failed=self._failed)
        self._running = True
        self._show_scope()

    def _searched(self, result: SearchResult) -> None:
        self._running = False
        self.session.tell()
        self.session.said.emit(self._summary(result))

    def _failed(self, error: Exception) -> None:
        self._running = False
        self._show_scope()
        self.session.bridge.failed.emit(error)

    def _summary(self, result: SearchResult) -> str:
        found = words.counted(len(result.candidates) or result.pile.count, "1 candidate", "%Ln candidates")
        return tr("Search ended: {found}").format(found=found)

    def _show_scope(self) -> None:
        chosen = self.model.chosen
        self.go.setText(words.counted(len(chosen), "Search 1 index", "Search %Ln indexes"))
        allow(self.go, self._refused, ready=bool(chosen) and not self._running)
        self.go.updateGeometry()
        left_out = [index for index in self.model.rows if index not in chosen]
        self._show_gaps(left_out)

    def _show_gaps(self, left_out: list[RegisteredIndex]) -> None:
        clear(self._gaps)
        says = [
            tr("{name}: {why}").format(
                name=index.name, why=tr("not chosen") if index.present else tr("not there, cannot be searched")
            )
            for index in left_out
        ]
        says += [say(one.says) for one in (self._last.gaps if self._last else ())]
        for sentence in dict.fromkeys(says):
            self._gaps.addWidget(Notice(sentence, Tone.WARN, plain=True))
        for declared in self._last.declared if self._last else ():
            self._gaps.addWidget(label(say(declared.says), "muted", wrap=True))
        if not self.model.rows:
            self._gaps.addWidget(Notice(tr("There is no index: nothing can be searched yet."), Tone.WARN, plain=True))
        elif not says:
            self._gaps.addWidget(label(tr("Every registered index is searched."), "muted", wrap=True))
        self._gaps.addStretch(1)

    def _show_result(self, result: SearchResult | None) -> None:
        clear(self._result)
        self.review.setVisible(result is not None)
        if result is None:
            self.state.say("")
            self._result.addWidget(label(tr("Not searched yet."), "muted"))
            self._result.addStretch(1)
            return
        whole = (tr("with gaps"), Tone.WARN) if result.gaps else (tr("complete"), Tone.OK)
        self.state.say(*(whole if result.complete else (tr("partial"), Tone.WARN)))
        crowded = [one for one in result.statement if one.code == "statement.crowded"]
        for one in crowded:
            self._result.addWidget(Notice(say(one), Tone.WARN, plain=True))
        rest = [one for one in result.statement if one not in crowded]
        self._result.addWidget(label(say_all(rest), wrap=True, selectable=True))
        compared = tr("{faces} compared, {records} compared").format(
            faces=words.counted(result.compared_faces, "1 face", "%Ln faces"),
            records=words.counted(result.compared_records, "1 record", "%Ln records"),
        )
        self._result.addWidget(label(compared, "note", wrap=True))
        if any(one.code == "statement.stopped" for one in result.statement):
            stopped = tr("The search was stopped: what was found until then is kept and can be reviewed.")
            self._result.addWidget(Notice(stopped, Tone.WARN, plain=True))
        self._result.addStretch(1)

    def _pile(self) -> Flow:
        """How far down the review goes. The figure is journalled and printed in the evidence."""
        caption = label(tr("Review until so many strangers are expected in the pile:"), "muted")
        self.strangers = FigureField(caption.text(), 0.1, 1000.0, EXPECTED_STRANGERS)
        caption.setBuddy(self.strangers)
        note = label(tr("more finds more of the person, and more strangers to look at"), "note")
        return row(caption, self.strangers, note, None)

    _refused: Refusal | None = None
    _running = False
    _last: SearchResult | None = None
