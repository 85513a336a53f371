"""What every screen shares while a vault is open: the desk, the bridge, the open case, and news of changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.bridge import Bridge

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


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

    def __init__(self, desk: Desk, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.bridge = bridge
        self.case: str | None = None

    def open_case(self, number: str, step: str = "") -> None:
        """Make a case the open one and, where a step is named, show it."""
        self.case = number
        self.case_opened.emit(number)
        if step:
            self.go.emit(step)

    def tell(self, change: Change) -> None:
        """Let every screen know what a mutation touched."""
        self.changed.emit(change)

    def touched(self, *topics: Topic) -> None:
        """News of a use case that returns a result in a Change's place."""
        self.changed.emit(Change(frozenset(topics), 0, self.case))

    def do(self, act: Callable[[], Change]) -> Change | None:
        """A short mutation on the UI thread: tells its change, or shows its error and returns None."""
        try:
            change = act()
        except DeskError as error:
            self.bridge.failed.emit(error)
            return None
        self.tell(change)
        return change
