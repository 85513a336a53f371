"""What goes on behind a locked window: work that has begun keeps its desk until it is done, and nothing else does.

Who comes back before that unlocks the same desk; who comes back later opens the vault anew. Both are told what became
of the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.ui import words
from dsr_desk.ui.activity import WORTH_SAYING
from dsr_desk.ui.ahead import load_all
from dsr_desk.ui.bridge import Bridge, Work
from dsr_desk.ui.language import spoken
from dsr_desk.ui.words import tr

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@dataclass(frozen=True)
class Ended:
    """A job that ended after the window was locked. `error` is None where it did what it was to do."""

    name: str
    seconds: float
    error: DeskError | None

    @property
    def says(self) -> str:
        took = words.duration(self.seconds)
        if self.error is None:
            return tr("{name}: ended after {time}").format(name=self.name, time=took)
        if isinstance(self.error, Cancelled):
            return tr("{name}: stopped after {time}").format(name=self.name, time=took)
        return tr("{name}: failed after {time}. {why} ({code})").format(
            name=self.name, time=took, why=self.error.say(spoken())[0], code=self.error.code
        )


class LockedWork(QObject):
    """`ended` carries the desk that a job of before the lock worked for."""

    ended = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._held: list[Desk] = []
        self._told: dict[Path, list[Ended]] = {}

    def leave(self, desk: Desk) -> None:
        """The window is locked: the desk is closed as soon as nothing works for it."""
        self._told.setdefault(_place(desk.vault.folder), [])
        self._bridge.leave(desk, self._note)
        self._hold(desk)

    def unlock(
        self, folder: Path, secret: str, done: Callable[[Desk], object], failed: Callable[[DeskError], object]
    ) -> None:
        """The vault of a folder: the desk that still works in it, or else opened anew."""
        held = next((one for one in self._held if _place(one.vault.folder) == _place(folder)), None)
        if held is not None:
            self._held.remove(held)

        def work() -> Desk:
            load_all()
            from dsr_desk.app.desk import Desk

            if held is None:
                return Desk.open(folder, secret)
            held.resume(secret)
            return held

        def refused(error: DeskError) -> None:
            if held is not None:
                self._hold(held)
            failed(error)

        self._bridge.run(
            tr("Opening the vault"),
            lambda _report, _token: work(),
            done,
            context=self,
            failed=refused,
            cancellable=False,
            apart=True,
        )

    def account(self, desk: Desk) -> dict[str, str]:
        """By name, what became of the work that was going on when the window was locked; said once."""
        running = [job.name for job in self._bridge.of(desk) if not job.quiet]
        ended = self._told.pop(_place(desk.vault.folder), [])
        return {name: tr("{name}: still running").format(name=name) for name in running} | {
            one.name: one.says for one in ended
        }

    def _hold(self, desk: Desk) -> None:
        self._held.append(desk)
        self._bridge.when_done(desk, lambda: self._drop(desk))

    def _drop(self, desk: Desk) -> None:
        if desk in self._held:
            self._held.remove(desk)
            desk.close()

    def _note(self, job: Work, error: DeskError | None) -> None:
        from dsr_desk.app.desk import Desk

        desk = job.owner
        if not isinstance(desk, Desk):
            return
        if not job.quiet and (job.cancellable or error is not None or job.elapsed >= WORTH_SAYING):
            told = self._told.setdefault(_place(desk.vault.folder), [])
            told.append(Ended(job.name, job.elapsed, error))
        self.ended.emit(desk)


def _place(folder: Path) -> Path:
    return folder.resolve()
