"""The window: unlock screen or workspace, one at a time. Locking blanks it, work goes on.

What only an open vault needs is imported where one is: see `ahead`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget

from dsr_desk.core.errors import DeskError
from dsr_desk.ui import settings
from dsr_desk.ui.bridge import Bridge, Work
from dsr_desk.ui.dialogs import ErrorDialog, QuestionDialog
from dsr_desk.ui.holding import LockedWork
from dsr_desk.ui.idle import IdleWatch
from dsr_desk.ui.placing import LEAST, place, remember
from dsr_desk.ui.words import tr

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk
    from dsr_desk.ui.session import Session
    from dsr_desk.ui.unsaved import Unsaved
    from dsr_desk.ui.workspace import Workspace


@dataclass(frozen=True)
class WhereLeft:
    """What an officer (by key) looked at when the window was locked."""

    vault: Path
    officer: str
    case: str | None
    place: str


class Window(QMainWindow):
    """`welcome` makes the screen that opens or creates a vault; it hands the desk to `enter`.

    Its second argument is the folder to propose, None for the vault that was open last.
    """

    def __init__(self, welcome: Callable[[Window, Path | None], QWidget], vault: Path | None = None) -> None:
        super().__init__()
        self.setWindowTitle("DSR Desk")
        self.setMinimumSize(LEAST)
        place(self)
        self.setAcceptDrops(True)
        self.bridge = Bridge(self)
        self.bridge.failed.connect(self.show_error)
        self._welcome = welcome
        self.session: Session | None = None
        self._workspace: Workspace | None = None
        self._sample: Work | None = None
        self._left: WhereLeft | None = None
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a window needs a QApplication")
        self.holding = LockedWork(self.bridge, self)
        self.holding.ended.connect(self._ended_behind)
        self._idle = IdleWatch(app, settings.idle_minutes(), self)
        self._idle.idle.connect(self.lock)
        self.setCentralWidget(welcome(self, vault))

    @property
    def workspace(self) -> Workspace | None:
        """None while the window is locked."""
        return self._workspace

    def enter(self, desk: Desk, case: str | None = None) -> None:
        """Show the workspace of a vault that was opened, and what went on in it behind the locked window."""
        self.bridge.owner = desk
        self._show_workspace(desk)
        self._idle.start()
        if self.session is None or self.workspace is None:
            return
        self.workspace.away.say(self.holding.account(desk))
        if not desk.vault.officer_key:
            self.session.go.emit("settings")
        elif case is not None:
            self.session.open_case(case, "request")
        elif (left := self._left) and (left.vault, left.officer) == (desk.vault.folder, desk.vault.officer_key):
            self._go_back(left.case, left.place)

    def _show_workspace(self, desk: Desk, unsaved: Unsaved | None = None) -> None:
        from dsr_desk.ui.session import Session
        from dsr_desk.ui.workspace import Workspace

        self.session = session = Session(desk, self.bridge, self, unsaved)
        session.vault_asked.connect(self.lock)
        session.anew.connect(self.write_anew)
        session.idle_changed.connect(self._idle.wait)
        session.unsaved.failed.connect(self.bridge.failed)
        self._workspace = workspace = Workspace(session, self.bridge)
        workspace.lock_asked.connect(self.lock)
        workspace.sample_asked.connect(self.open_sample)
        self.setCentralWidget(workspace)

    def write_anew(self) -> None:
        """The same vault, case and place in new screens: they speak the language that was chosen."""
        before, workspace = self.session, self.workspace
        if before is None or workspace is None:
            return
        case, place = before.case, workspace.place
        workspace.shut()
        self._show_workspace(before.desk, before.unsaved)
        before.deleteLater()
        self._go_back(case, place)

    def _go_back(self, case: str | None, place: str) -> None:
        if self.session is not None and case is not None:
            self.session.open_case(case)
        if self.session is not None:
            self.session.go.emit(place)

    def enter_at(self, desk: Desk, first: str) -> None:
        """The workspace with a screen of choice in front; "" shows the cases."""
        self.enter(desk)
        if first and self.session is not None:
            self.session.go.emit(first)

    def lock(self, vault: Path | None = None) -> None:
        """Blank at once. What has begun goes on and keeps what it needs; what was typed is kept; the rest is dropped.

        `vault` is the folder that is proposed to be opened next.
        """
        if self.session is None:
            return
        self._idle.stop()
        session, self.session = self.session, None
        if self.workspace is not None:
            opened = session.desk.vault
            self._left = WhereLeft(opened.folder, opened.officer_key, session.case, self.workspace.place)
        unsaved = session.unsaved
        unsaved.stop()
        if unsaved.writes:
            self.bridge.run(
                tr("Keeping what was typed"),
                lambda _report, _token: unsaved.finish(),
                lambda _none: None,
                context=self,
                cancellable=False,
            )
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        if self.workspace is not None:
            self.workspace.shut()
        self._workspace = None
        self.bridge.owner = None
        self.setCentralWidget(self._welcome(self, vault or session.desk.vault.folder))
        session.deleteLater()
        self.holding.leave(session.desk)

    def _ended_behind(self, desk: Desk) -> None:
        """Work of before the lock ended: whoever is back already is told, and sees what it wrote."""
        if self.session is None or self.workspace is None or self.session.desk is not desk:
            return
        self.workspace.away.say(self.holding.account(desk))
        self.session.unsaved.read()
        self.session.tell()

    def open_sample(self) -> None:
        """Make the sample organisation, or open the one that was made before, in a vault of its own."""
        if self._sample is not None and self._sample in self.bridge.running:
            return
        from dsr_desk.app.demo import open_sample

        folder = settings.sample_folder()

        def opened(found: tuple[Desk, str]) -> None:
            if self.session is None:  # locked meanwhile: nobody is there to see it
                found[0].close()
                return
            self.lock()
            self.enter(*found)

        self._sample = self.bridge.run(
            tr("Preparing the sample case"),
            lambda report, token: open_sample(folder, report=report, cancel=token),
            opened,
            context=self,
            apart=True,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.session is not None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if self.workspace is not None and paths:
            event.acceptProposedAction()
            self.workspace.drop(paths)

    def show_error(self, error: DeskError) -> None:
        ErrorDialog(error, self).open()

    def closeEvent(self, event: QCloseEvent) -> None:
        working = [job for job in self.bridge.running if not job.quiet]
        if working and not self._may_leave(working):
            event.ignore()
            return
        self._idle.stop()
        remember(self)
        if self.session is not None:
            self.session.unsaved.stop()
        self.bridge.close()
        if self.workspace is not None:
            self.workspace.shut()
        if self.session is not None:
            self._end_session(self.session)
        event.accept()

    def _end_session(self, session: Session) -> None:
        self.session = None
        try:
            session.unsaved.finish()
        except DeskError as error:
            ErrorDialog(error, self).exec()
        session.desk.close()

    def _may_leave(self, working: Sequence[Work]) -> bool:
        names = "\n".join(f"· {job.name}" for job in working)
        question = QuestionDialog(
            tr("Work is still running"),
            names + "\n\n" + tr("What was done so far is kept, and the work goes on where it stopped next time."),
            act=tr("Stop it and leave"),
            stay=tr("Stay"),
            parent=self,
        )
        return question.exec() == QDialog.DialogCode.Accepted
