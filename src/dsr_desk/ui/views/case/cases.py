"""The list of cases: what is due, where each stands, what to do next."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from dsr_desk.app.case.cases import CaseLine, list_cases
from dsr_desk.app.case.chasing import due_tasks
from dsr_desk.app.case.duties import DutiesOpen, duties_of_orders, urgent_first
from dsr_desk.app.vault.backups import backup_is_old, to_search_again
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.models.cases import CasesModel, next_step
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.order.due import due_said
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Empty, Notice, framed, label, row, stacked
from dsr_desk.ui.words import tr


class CasesPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Cases"))
        self.head.addWidget(Button(tr("New order"), lambda: session.go.emit("new-order"), key="Ctrl+Shift+N"))
        self.head.addWidget(Button(tr("New case"), self._new, kind="primary", key="Ctrl+N"))
        self._duties: dict[str, DutiesOpen] = {}
        self._looks = 0
        self.model = CasesModel()
        self.table = TableWidget(self.model, name=tr("Cases, the most urgent first"), height=76)
        self.table.opened.connect(self._open)
        self.setFocusProxy(self.table)
        self.reminder = self.body.put(Notice(tone=Tone.WARN))
        self.reminder.hide()
        self._empty = Empty(
            tr("There is no case yet. Drop a letter or a photo here, or begin with one of these."),
            Button(tr("Open the sample case"), lambda: session.go.emit("sample")),
            Button(tr("New case"), self._new, kind="primary", name=tr("New case, from an empty list")),
        )
        self._stack = self.body.put(stacked(framed(self.table), self._empty), 1)
        self._sum = label()
        self._hint = label("", "muted")
        self._foot = self.body.put(Card())
        self._foot.body.addLayout(row(self._sum, self._hint, None, spacing=24))

    def reload(self) -> None:
        self._remind()
        today = date.today()
        cases = list_cases(self.session.desk)
        self._due = due_tasks(self.session.desk, today)
        self._show(cases, today)
        if any(case.is_order for case in cases):
            self._look_at_duties(today)
        self._stack.setCurrentIndex(0 if cases else 1)
        self._foot.setVisible(bool(cases))
        running = [case for case in cases if not case.state.is_end]
        late = sum(case.days_left(today) < 0 for case in running)
        counts = (
            words.counted(len(running), "1 case open", "%Ln cases open"),
            words.counted(late, "1 late", "%Ln late"),
        )
        self._sum.setText(" · ".join(counts))
        self._hint.setText(tr("Enter opens a case where it stands."))
        if cases:
            self.table.choose(max(0, self.model.row_of(self.session.case or "")))

    def _show(self, cases: list[CaseLine], today: date) -> None:
        self.model.show_cases(
            urgent_first(cases, self._duties, today), {case.ref: self._note(case) for case in cases}, today
        )

    def _look_at_duties(self, today: date) -> None:
        """Beside the window, since every order's case is read; of two looks the later one is shown."""
        desk, self._looks = self.session.desk, self._looks + 1
        this = self._looks
        self.session.beside(
            self,
            tr("Looking at what is due"),
            lambda: duties_of_orders(desk, today),
            lambda found: self._show_duties(found) if this == self._looks else None,
        )

    def _show_duties(self, found: dict[str, DutiesOpen]) -> None:
        """The row that is chosen stays so."""
        chosen: CaseLine | None = self.table.current()
        self._duties = found
        self._show(list(self.model.rows), date.today())
        if chosen is not None:
            self.table.choose(max(0, self.model.row_of(chosen.ref)))

    def _remind(self) -> None:
        """What would be lost with this disk, and what a restore does not know of."""
        desk = self.session.desk
        again = sorted({one.ref for one in to_search_again(desk)})
        says = []
        if backup_is_old(desk):
            says.append(tr("The last backup is old, or there is none. The settings are where one is made."))
        if again:
            restored = tr("Erased after the backup that was restored, so search again: {cases}")
            says.append(restored.format(cases=", ".join(again)))
        self.reminder.say("\n".join(says), Tone.WARN)
        self.reminder.setVisible(bool(says))

    def _note(self, case: CaseLine) -> str:
        if due := self._due.get(case.ref):
            return words.counted(due, "1 answer is missing: ask again", "%Ln answers are missing: ask again")
        if case.is_order:
            return due_said(self._duties[case.ref]) if case.ref in self._duties else ""
        if case.candidates is not None:
            done, total = words.figure(case.decided), words.figure(case.candidates)
            return tr("{n} of {total} candidates decided").format(n=done, total=total)
        return words.counted(case.photos, "1 reference photo", "%Ln reference photos")

    def _open(self, case: CaseLine) -> None:
        self.session.open_case(case.ref, next_step(case.state).value)

    def _new(self) -> None:
        self.session.go.emit("new")
