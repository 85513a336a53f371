"""Sweeps of disks for stray copies: begun from the deletion step, run beside the window, found in a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from dsr_desk.app.case.sweeping import CaseSweep, sweep_case
from dsr_desk.core.actions import Check
from dsr_desk.core.errors import DeskError
from dsr_desk.core.refusals import Refusal
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.choosing import ask_folder
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.models.actions import seen_tone
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.strays import StraysDialog
from dsr_desk.ui.views.list_page import ListCard
from dsr_desk.ui.widgets import Button, Card, Notice, label, row
from dsr_desk.ui.words import tr


class SweepCard(Card):
    """What sweeps of the case came to, in a sentence; a sweep is begun here, and what was found is listed."""

    def __init__(self, session: Session) -> None:
        super().__init__(margin=12, spacing=4)
        self.setAccessibleName(tr("Stray copies"))
        self._session, self._ref = session, ""
        self._running: set[str] = set()
        self._refused: Refusal | None = None
        self.says = Notice(plain=True)
        self.found = Button(tr("What was found …"), self._list)
        self.begin = Button(tr("Sweep disks …"), self._ask)
        self.body.addLayout(row(self.says, self.found, self.begin, stretch=0))

    def show_case(self, ref: str, check: Check | None, refused: Refusal | None) -> None:
        """`check` is None where no disk was swept for the case."""
        self._ref, self._refused = ref, refused
        if check is None:
            self.says.say(tr("No disk was swept for stray copies of what this case decided on."), Tone.PLAIN)
        else:
            tone = seen_tone(check.seen)
            self.says.say(say(check.says), tone, "done" if tone is Tone.OK else None)
        self.found.setVisible(check is not None)
        self._allow()

    def sweep(self, roots: Sequence[Path], *, models: bool, one_filesystem: bool) -> None:
        """What is found goes into the case, cancelled or not."""
        desk, ref = self._session.desk, self._ref
        self._running.add(ref)
        self._allow()
        self._session.run(
            self,
            tr("Sweeping disks for case {ref}").format(ref=ref),
            lambda report, token: sweep_case(
                desk, ref, roots, models=models, one_filesystem=one_filesystem, report=report, cancel=token
            ),
            lambda done: self._ended(ref, done),
            failed=lambda error: self._failed(ref, error),
        )

    def _allow(self) -> None:
        allow(self.begin, self._refused, ready=self._ref not in self._running)
        if self._ref in self._running:
            self.begin.explain(tr("A sweep for this case is running."))

    def _ask(self) -> None:
        dialog = SweepDialog(self)
        dialog.wanted.connect(
            lambda roots, models, one_filesystem: self.sweep(roots, models=models, one_filesystem=one_filesystem)
        )
        dialog.open()

    def _list(self) -> None:
        StraysDialog(self._session, self._ref, self).open()

    def _ended(self, ref: str, done: CaseSweep) -> None:
        """Nobody is interrupted who does something else by now."""
        self._running.discard(ref)
        self._session.tell()
        self._allow()
        if self.isVisible() and self._session.case == ref and QApplication.activeModalWidget() is None:
            StraysDialog(self._session, ref, self).open()
            return
        count = sum(one.open for one in done.findings)
        says = words.counted(count, "1 finding that nothing explains", "%Ln findings that nothing explains")
        self._session.said.emit(tr("Sweep for case {ref}: {says}").format(ref=ref, says=says))

    def _failed(self, ref: str, error: DeskError) -> None:
        self._running.discard(ref)
        self._session.tell()
        self._allow()
        if not isinstance(error, Cancelled):
            self._session.bridge.failed.emit(error)


class SweepDialog(Dialog):
    """`wanted` carries the roots, whether files of models are listed too, and whether file systems below are left."""

    wanted = Signal(object, bool, bool)

    def __init__(self, parent: QWidget) -> None:
        says = tr(
            "Every file in these places is read, and looked for is what this case decided on and nothing else: by "
            "bytes, by look, inside containers, and files of models that are to be destroyed. No face is searched."
        )
        super().__init__(tr("Sweep disks for stray copies"), parent, says=says, act=tr("Sweep"), width=640, height=460)
        self.setAcceptDrops(True)
        self.model: RowsModel[Path] = RowsModel((TableColumn(tr("Folder"), lambda one: Cell(str(one))),), str)
        self.list: ListCard[Path] = ListCard(
            self.model,
            name=tr("Places to sweep"),
            empty=tr("Add folders, also those where disks and shares are mounted, or drop them here."),
            height=36,
        )
        self.list.table.chosen.connect(self.allow)
        self.body.addWidget(self.list, 1)
        self.more = Button(tr("Add a folder …"), self._choose, kind="link")
        self.drop = Button(tr("Take it out"), self._drop, kind="link")
        self.body.addLayout(row(self.more, self.drop, None))
        self.models = Tick(tr("Also files of models that no lineage explains"))
        self.one_filesystem = Tick(tr("Stay on one file system, enter nothing that is mounted below"))
        for tick in (self.models, self.one_filesystem):
            self.body.addWidget(tick)
        self.body.addWidget(
            label(tr("It can be cancelled at any time. What was found until then is kept."), "note", wrap=True)
        )
        self.add([])

    @property
    def ready(self) -> bool:
        return bool(self.model.rows)

    def allow(self, _news: object = None) -> None:
        self.drop.setEnabled(self.list.chosen is not None)
        super().allow()

    def add(self, paths: Sequence[Path]) -> None:
        """Each place once."""
        self.list.show_rows(list(dict.fromkeys([*self.model.rows, *paths])))
        self.allow()

    def go(self) -> None:
        self.accept()
        self.wanted.emit(list(self.model.rows), self.models.isChecked(), self.one_filesystem.isChecked())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _choose(self) -> None:
        if (folder := ask_folder(self, tr("Which folder to sweep"))) is not None:
            self.add([folder])

    def _drop(self) -> None:
        chosen = self.list.chosen
        self.list.show_rows([one for one in self.model.rows if one != chosen])
        self.allow()
