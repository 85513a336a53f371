"""What every screen shares while a vault is open: the desk, the bridge, the open case, and news of changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from dsr_desk.app.desk import Desk
from dsr_desk.core.changes import TOPICS, Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.refusals import NothingToUndo
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.unsaved import Unsaved
from dsr_desk.ui.words import tr

T = TypeVar("T")


class Session(QObject):
    """`changed` carries a Change; screens refresh by its topics. `go` asks the window for a place or a step.

    `vault_asked` carries the folder of another vault to open, `anew` asks for all screens to be written again, in
    another language for instance, and `idle_changed` carries the minutes after which the window locks.
    """

    changed = Signal(object)
    case_opened = Signal(str)
    go = Signal(str)
    said = Signal(str)
    vault_asked = Signal(object)
    anew = Signal()
    idle_changed = Signal(int)

    def __init__(
        self, desk: Desk, bridge: Bridge, parent: QObject | None = None, unsaved: Unsaved | None = None
    ) -> None:
        """`unsaved` is that of a session of before, where the same desk gets new screens."""
        super().__init__(parent)
        self.desk = desk
        self.bridge = bridge
        self.unsaved = unsaved or Unsaved(desk)
        self.unsaved.setParent(self)
        self.case: str | None = None
        self.last: Change | None = None
        """What was done last in the open case; `take_back` takes it back, where anything does."""
        self.is_order = False
        """Whether the open case is about data that an order names, and not about a person."""
        self._told = desk.vault.log.size - 1
        """The newest place in the log of which all screens have heard."""

    def open_case(self, number: str, step: str = "") -> None:
        """Make a case the open one and, where a step is named, show it."""
        self.case, self.last, self.is_order = number, None, self.desk.is_order(number)
        self.case_opened.emit(number)
        if step:
            self.go.emit(step)

    def tell(self, _result: object = None) -> None:
        """Let every screen know what was written since they last heard, whatever use case wrote it."""
        news = self.desk.news(self._told)
        if news is not None:
            self._told = news.entry
            self.changed.emit(news)

    def beside(
        self,
        screen: QObject,
        name: str,
        act: Callable[[], T],
        done: Callable[[T], object] | None = None,
        *,
        failed: Callable[[DeskError], object] | None = None,
    ) -> None:
        """Something without progress, beside the window; then `done`, or all screens hear what was written."""
        self.run(screen, name, lambda _report, _token: act(), done, failed=failed, cancellable=False)

    def run(
        self,
        screen: QObject,
        name: str,
        work: Callable[[Report, CancelToken], T],
        done: Callable[[T], object] | None = None,
        *,
        failed: Callable[[DeskError], object] | None = None,
        cancellable: bool = True,
    ) -> None:
        """The same for what has progress and can be cancelled."""
        self.bridge.run(name, work, done or self.tell, context=screen, failed=failed, cancellable=cancellable)

    def read(
        self,
        screen: QObject,
        act: Callable[[], T],
        done: Callable[[T], object],
        *,
        failed: Callable[[DeskError], object] | None = None,
    ) -> None:
        """A moment beside the window, of which the strip says nothing; then `done`."""
        self.bridge.run(
            tr("Reading"),
            lambda _report, _token: act(),
            done,
            context=screen,
            failed=failed,
            cancellable=False,
            quiet=True,
        )

    def do(self, act: Callable[[], Change]) -> Change | None:
        """A short mutation on the UI thread: tells its change, or shows its error and returns None."""
        try:
            change = act()
        except DeskError as error:
            self.bridge.failed.emit(error)
            return None
        self.took(change)
        return change

    def took(self, change: Change) -> None:
        """A short mutation was made: tells its change."""
        if change.entry == self._told + 1:  # otherwise a job wrote too, and tells of it when it ends
            self._told = change.entry
        if change.kinds & TOPICS.keys():  # what no screen shows, like a look at a score, leaves Undo as it was
            self.last = change
        self.changed.emit(change)

    def saved(self, place: str, change: Change) -> Change:
        """Inside an act for `do`: what was typed in a place is saved by it, before any screen hears of the change."""
        self.unsaved.forget(place)
        return change

    def take_back(self) -> Change:
        """Takes back what was done last in the open case: an act for `do`. Raises NothingToUndo."""
        last = self.last
        if last is None or last.undo is None:
            raise NothingToUndo(case=self.case or "")
        return self.desk.act(last.undo, last.case or "", subject=last.subject)
