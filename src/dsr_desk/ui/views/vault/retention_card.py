"""How long closed cases are kept, under which rule, and which of them are due to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.ending import DueCase, due_cases, forget_due
from dsr_desk.app.vault.retention import period, set_period
from dsr_desk.core.deadlines import MOST_MONTHS
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog, add_line, form_layout
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields
from dsr_desk.ui.widgets import Button, Card, Notice, label, row
from dsr_desk.ui.words import tr


class RetentionCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__(tr("How long closed cases are kept"))
        self._session = session
        self._due: list[DueCase] = []
        self.months = text_field(tr("Months after the end"))
        self.months.setValidator(QIntValidator(0, MOST_MONTHS, self))
        self.rule = text_field(tr("Under which rule"), example=tr("for example: limitation of claims"))
        self.typed = TypedFields(self, {"months": self.months, "rule": self.rule})
        form = form_layout()
        for field in (self.months, self.rule):
            add_line(form, field.accessibleName(), field)
            field.textEdited.connect(lambda _text: self._allow())
        self.body.addLayout(form)
        self.state = self.body.put(Notice(tone=Tone.INFO))
        self.due = Button(tr("What is due …"), self._show_due)
        self.save = Button(tr("Save"), self._save, name=tr("Save how long closed cases are kept"))
        self.body.addLayout(row(self.due, None, self.save))

    def reload(self) -> None:
        desk = self._session.desk
        found = period(desk)
        self.months.setText(str(found.months) if found else "")
        self.rule.setText(found.rule if found else "")
        self.rule.setCursorPosition(0)
        self.save.setEnabled(False)
        title = self.accessibleName()
        self._session.unsaved.follow("settings retention", title, self.typed, self.typed.edited)
        self.due.setEnabled(False)
        self.state.say(tr("Nobody has set how long closed cases are kept. They stay until somebody forgets them."))
        self._session.beside(self, tr("Looking for cases that are due"), lambda: due_cases(desk), self._show_count)

    def _show_count(self, due: list[DueCase]) -> None:
        self._due = due
        self.due.setEnabled(bool(due))
        if due:
            says = words.counted(
                len(due),
                "The time of 1 closed case has passed; what it holds is still here.",
                "The time of %Ln closed cases has passed; what they hold is still here.",
            )
            self.state.say(says, Tone.WARN)
        elif period(self._session.desk) is not None:
            self.state.say(tr("No closed case is due."), Tone.INFO)

    def _allow(self) -> None:
        signs = bool(self._session.desk.vault.officer_key)
        self.save.setEnabled(signs and self.months.hasAcceptableInput() and bool(self.rule.text().strip()))

    def _save(self) -> None:
        months, rule = int(self.months.text()), self.rule.text()
        session = self._session
        session.do(lambda: session.saved("settings retention", set_period(session.desk, months, rule)))

    def _show_due(self) -> None:
        DueDialog(self._session, self._due, self).open()


class DueDialog(Dialog):
    """Closed cases whose time has passed, with what stops them. Forgetting is not taken back: Cancel is the default."""

    def __init__(self, session: Session, due: Sequence[DueCase], parent: QWidget) -> None:
        ready = sum(not one.stops for one in due)
        act = words.counted(ready, "Forget 1 case", "Forget %Ln cases")
        says = tr(
            "Letter, photos, pictures, candidates and notes are destroyed; what was signed stays and still verifies. "
            "This cannot be undone. Backups hold it until they are overwritten."
        )
        super().__init__(tr("Cases whose time has passed"), parent, says=says, act=act)
        self._session, self._any = session, bool(ready)
        self.lines = [_line(one) for one in due]
        for line in self.lines:
            self.body.addWidget(label(line, wrap=True, selectable=True))
        self.beware()
        self.allow()

    @property
    def ready(self) -> bool:
        return self._any and bool(self._session.desk.vault.officer_key)

    def go(self) -> None:
        desk = self._session.desk

        def work(report: Report, token: CancelToken) -> None:
            def step(done: int, total: int) -> None:
                token.check()
                report(Progress(message("phase.forgetting"), done, total))

            forget_due(desk, step=step)

        self.work(self._session, tr("Forgetting what is due"), work, lambda _none: self._session.tell())


def _line(one: DueCase) -> str:
    since = words.day(one.kept.until) if one.kept.until else ""
    due = tr("{ref}: due since {day} ({rule})").format(ref=one.ref, day=since, rule=one.kept.rule)
    stops = "; ".join(map(say, one.stops))
    return tr("{due}. It stays: {why}.").format(due=due, why=stops) if stops else due
