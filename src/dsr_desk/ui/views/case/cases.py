"""The list of cases: what is due, where each stands, what to do next."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from PySide6.QtGui import QKeySequence, QShortcut

from dsr_desk.app.case.case_lines import CaseLine
from dsr_desk.app.case.case_list import CasesNow, cases_now, narrowed
from dsr_desk.app.case.duties import DutiesOpen, duties_of_orders
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.models.cases import CasesModel, next_step
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.cases_filter import CasesFilter
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
        self._looks = self._readings = 0
        self._now: CasesNow | None = None
        self.model = CasesModel()
        self.table = TableWidget(self.model, name=tr("Cases, the most urgent first"), height=76)
        self.table.opened.connect(self._open)
        self.setFocusProxy(self.table)
        self.reminder = self.body.put(Notice(tone=Tone.WARN))
        self.reminder.hide()
        self.filter = self.body.put(CasesFilter())
        self.filter.changed.connect(self._narrow)
        self.filter.words.returnPressed.connect(self.table.setFocus)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.filter.words.setFocus)
        self._empty = Empty(
            tr("There is no case yet. Drop a letter or a photo here, or begin with one of these."),
            Button(tr("Open the sample case"), lambda: session.go.emit("sample")),
            Button(tr("New case"), self._new, kind="primary", name=tr("New case, from an empty list")),
        )
        self._none_fits = Empty(
            tr("No case fits what is looked for."),
            Button(tr("Show all"), self.filter.show_all, name=tr("Show all cases again, from an empty list")),
        )
        self._stack = self.body.put(stacked(framed(self.table), self._empty, self._none_fits), 1)
        self._sum = label()
        self._hint = label("", "muted")
        self._foot = self.body.put(Card())
        self._foot.body.addLayout(row(self._sum, self._hint, None, spacing=24))

    def reload(self) -> None:
        """Beside the window: there may be thousands of cases. Of two readings the later one is shown."""
        desk, self._readings = self.session.desk, self._readings + 1
        this, today, duties = self._readings, date.today(), dict(self._duties)
        self.session.read(
            self,
            lambda: cases_now(desk, today, duties),
            lambda now: self._show(now) if this == self._readings else None,
        )

    def _show(self, now: CasesNow) -> None:
        self._now = now
        self._remind(now)
        self._narrow()
        self._hint.setText(tr("Enter opens a case where it stands."))
        for part in (self.filter, self._foot):
            part.setVisible(bool(now.cases))
        if any(case.is_order for case in now.cases):
            self._look_at_duties(now.today)

    def _narrow(self) -> None:
        """What fits what is looked for, below it what all come to; the row that is chosen stays so."""
        if self._now is None:
            return
        chosen: CaseLine | None = self.table.current()
        now = self._now
        counts = (
            words.counted(now.open, "1 case open", "%Ln cases open"),
            words.counted(now.late, "1 late", "%Ln late"),
        )
        self._sum.setText(" · ".join(counts))
        cases = narrowed(now, self.filter.wanted)
        notes = {case.ref: self._note(case) for case in cases}
        self.model.show_cases(cases, notes, now.today, now.duties)
        self._stack.setCurrentIndex(0 if cases else 2 if now.cases else 1)
        if cases:
            self.table.choose(max(0, self.model.row_of(chosen.ref if chosen else self.session.case or "")))

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
        self._duties = found
        if self._now is not None:
            self._now = self._now.with_duties(found)
            self._narrow()

    def _remind(self, now: CasesNow) -> None:
        """What would be lost with this disk, and what a restore does not know of."""
        says = []
        if now.backup_is_old:
            says.append(tr("The last backup is old, or there is none. The settings are where one is made."))
        if now.again:
            restored = tr("Erased after the backup that was restored, so search again: {cases}")
            says.append(restored.format(cases=", ".join(now.again)))
        self.reminder.say("\n".join(says), Tone.WARN)
        self.reminder.setVisible(bool(says))

    def _note(self, case: CaseLine) -> str:
        if self._now is not None and (due := self._now.ask.get(case.ref)):
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
