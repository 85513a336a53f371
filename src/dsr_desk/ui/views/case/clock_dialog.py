"""What happened to the clock of a case: the person was answered, told that it takes longer, or asked for something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.cases import CaseView
from dsr_desk.app.case.clock import answered, extend, pause, resume
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import StopReason
from dsr_desk.core.requests import Law
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, DayField
from dsr_desk.ui.session import Session
from dsr_desk.ui.words import tr


class Happened(StrEnum):
    ANSWERED = "answered"
    NOT_ANSWERED = "not-answered"
    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"


class ClockDialog(Dialog):
    """One thing that happened, on one day, with a word on it where one is owed."""

    def __init__(self, session: Session, case: CaseView, parent: QWidget) -> None:
        title = tr("What happened in case {ref}").format(ref=case.ref)
        super().__init__(title, parent, act=tr("Record it"), width=520)
        self._session, self._case = session, case
        self.what = self.line(ChoiceField(tr("What happened"), _possible(case)))
        self.day = self.line(DayField(tr("On which day"), date.today()))
        self.stop = self.line(ChoiceField(tr("What is waited for"), [(words.term(one), one) for one in StopReason]))
        self.says = self.text(tr("In words"))
        self.what.activated.connect(self._show)
        self.says.textChanged.connect(self.allow)
        self._show()

    @property
    def ready(self) -> bool:
        return self.what.value not in (Happened.EXTENDED, Happened.PAUSED) or bool(self.says.text().strip())

    def go(self) -> None:
        desk, ref, day, says = self._session.desk, self._case.ref, self.day.day, self.says.text()
        acts: dict[Happened, Callable[[], Change]] = {
            Happened.ANSWERED: lambda: answered(desk, ref, day, says),
            Happened.NOT_ANSWERED: lambda: answered(desk, ref, None, says),
            Happened.EXTENDED: lambda: extend(desk, ref, day, says),
            Happened.PAUSED: lambda: pause(desk, ref, self.stop.value, day, says),
            Happened.RESUMED: lambda: resume(desk, ref, day),
        }
        self.attempt(acts[self.what.value], self._session.took)

    def _show(self, _news: object = None) -> None:
        """The fields that this needs."""
        chosen = self.what.value
        for field, needed in (
            (self.stop, chosen is Happened.PAUSED),
            (self.day, chosen is not Happened.NOT_ANSWERED),
            (self.says, chosen is not Happened.RESUMED),
        ):
            field.setVisible(needed)
            self.set_line_visible(field, visible=needed)
        self.allow()


def _possible(case: CaseView) -> list[tuple[str, Happened]]:
    """What can have happened as the case stands, the likeliest first; in an ended case the answer alone."""
    waits = bool(case.stops) and case.stops[-1].end is None
    found = []
    if waits:
        found.append((tr("the person gave what was asked for"), Happened.RESUMED))
    found.append((tr("the person was answered"), Happened.ANSWERED))
    if case.answered is not None:
        found.append((tr("she was not answered: take the word back"), Happened.NOT_ANSWERED))
    if case.closed is None:
        found.append((tr("the person was told that it takes longer, and why"), Happened.EXTENDED))
        if case.law is Law.UK_GDPR and not waits:
            found.append((tr("the person was asked for something; the clock stands still"), Happened.PAUSED))
    return found
