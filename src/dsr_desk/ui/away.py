"""What an officer who comes back is told: what became of work behind the locked window, what is typed and not saved."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QFrame

from dsr_desk.app.vault.unsaved import Typed
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import ask
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, column_in, row
from dsr_desk.ui.words import tr


class AwayBar(QFrame):
    """Stays until somebody puts it away. What was typed is found where it was typed; here it can be discarded."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._jobs: dict[str, str] = {}
        self._typed: list[Typed] = []
        column = column_in(self, spacing=4)
        column.setContentsMargins(24, 8, 24, 4)
        self.notice = column.put(Notice(tone=Tone.INFO))
        self.discard = Button(tr("Discard what was typed …"), self._ask, kind="link")
        self.close_it = Button(tr("Put away"), self._put_away, kind="link", name=tr("Put this message away"))
        column.addLayout(row(None, self.discard, self.close_it))
        self.hide()

    @property
    def text(self) -> str:
        return self.notice.text

    def say(self, jobs: Mapping[str, str]) -> None:
        """Adds what became of jobs (by name) to what is said already, and names what is typed and not saved by now."""
        self._jobs = {**self._jobs, **jobs}
        self._typed = self._session.unsaved.all
        lines = [*self._jobs.values(), *(_line(one) for one in self._typed)]
        head = tr("While the window was locked or closed") if self._jobs else tr("Typed before, and not saved yet")
        self.notice.say("\n".join([head, *(f"· {line}" for line in lines)]), Tone.INFO)
        self.discard.setVisible(bool(self._typed))
        self.setVisible(bool(lines))

    def _put_away(self) -> None:
        self._jobs = {}
        self.hide()

    def _ask(self) -> None:
        ask(
            self,
            tr("Discard what was typed and not saved?"),
            "\n".join(f"· {_line(one)}" for one in self._typed),
            act=tr("Discard it"),
            stay=tr("Keep it"),
            then=self._discard,
        )

    def _discard(self) -> None:
        """Screens show again what is saved."""
        for one in self._typed:
            self._session.unsaved.discard(one.place)
        self.say({})


def _line(one: Typed) -> str:
    who = one.officer or tr("recovery code")
    what = tr("{what}, case {case}").format(what=one.title, case=one.case) if one.case else one.title
    return tr("{what}: typed by {who}, {when}").format(what=what, who=who, when=words.moment(one.kept))
