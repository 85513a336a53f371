"""Searches again while the officer goes on reviewing, as soon as she has confirmed a hit."""

from __future__ import annotations

from PySide6.QtCore import QObject

from dsr_desk.app.case.growing import Grown, grow, may_grow
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import words
from dsr_desk.ui.session import Session
from dsr_desk.ui.words import tr


class Growth(QObject):
    """One search at a time; what is confirmed meanwhile has it repeated once."""

    def __init__(self, session: Session, page: QObject) -> None:
        super().__init__(page)
        self._session = session
        self._running = self._again = False

    def confirmed(self, ref: str) -> None:
        """A hit was confirmed: look for what it brings, where that may be done and is done quickly."""
        if self._running:
            self._again = True
            return
        self._running, self._again, desk = True, False, self._session.desk
        self._session.read(
            self,
            lambda: may_grow(desk, ref),
            lambda may: self._start(ref) if may else self._rest(),
            failed=self._failed,
        )

    def _start(self, ref: str) -> None:
        desk = self._session.desk
        self._session.run(
            self,
            tr("Looking for more with what was confirmed"),
            lambda report, token: grow(desk, ref, report=report, cancel=token),
            lambda found: self._ended(ref, found),
            failed=self._failed,
        )

    def _ended(self, ref: str, found: Grown | None) -> None:
        again = self._again
        self._rest()
        if found is not None:
            self._session.tell()
        if found is not None and found.new:
            more = words.counted(found.new, "1 further candidate", "%Ln further candidates")
            self._session.said.emit(tr("What you confirmed brings {more}").format(more=more))
        if again:
            self.confirmed(ref)

    def _rest(self) -> None:
        self._running = self._again = False

    def _failed(self, _error: DeskError) -> None:
        """Nobody asked for this search: the step of searching says that it is due, and tells why it cannot be."""
        self._rest()
