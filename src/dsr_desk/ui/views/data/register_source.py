"""First step of a registration: point at data, see what it is, how much, and what is not understood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from dsr_desk.app.data.registering import SourcePart, SourceView, look_at
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.ui import words
from dsr_desk.ui.bridge import Bridge, Work
from dsr_desk.ui.choosing import ask_files, ask_folder
from dsr_desk.ui.dialogs import four_parts
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Notice, clear, column_in, label, row, scrolled_column
from dsr_desk.ui.words import tr

SHOWN = 12
"""Files of each kind that are listed by name; the others are counted."""


class SourceStep(QWidget):
    """`views` are the paths that were understood, in the order in which they were chosen."""

    changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._bridge = bridge
        self._looking: dict[Path, Work] = {}
        self._refused: dict[Path, str] = {}
        self.views: dict[Path, SourceView] = {}
        body = column_in(self, spacing=12)
        says = tr("Point at a folder, an archive or a table as your team keeps it. Nothing is changed or copied.")
        body.addWidget(label(says, "muted", wrap=True))
        self.folder = Button(tr("Choose a folder …"), self._ask_folder)
        self.files = Button(tr("Choose files …"), self._ask_files)
        body.addLayout(row(self.folder, self.files, label(tr("or drop them here"), "muted"), None))
        self._column, area = scrolled_column(tr("What lies there"), spacing=12, ground=True)
        body.addWidget(area, 1)
        self._show()

    @property
    def busy(self) -> bool:
        return bool(self._looking)

    def take(self, paths: Sequence[Path]) -> None:
        """Look at these too, beside the window."""
        for path in paths:
            if path in self.views or path in self._looking:
                continue
            self._refused.pop(path, None)
            self._looking[path] = self._bridge.run(
                tr("Looking at {name}").format(name=path.name),
                lambda _report, token, path=path: look_at(path, token),  # type: ignore[misc]
                lambda view, path=path: self._looked(path, view),  # type: ignore[misc]
                context=self,
                failed=lambda error, path=path: self._failed(path, error),  # type: ignore[misc]
            )
        self._show()

    def stop(self) -> None:
        """Nobody waits for what is still looked at."""
        for work in self._looking.values():
            work.token.cancel()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _looked(self, path: Path, view: SourceView) -> None:
        self._looking.pop(path, None)
        self.views[path] = view
        self._show()

    def _failed(self, path: Path, error: DeskError) -> None:
        self._looking.pop(path, None)
        if not isinstance(error, Cancelled):
            self._refused[path] = four_parts(error)
        self._show()

    def _leave_out(self, path: Path) -> None:
        self.views.pop(path, None)
        self._refused.pop(path, None)
        self._show()

    def _show(self) -> None:
        clear(self._column)
        for path, view in self.views.items():
            self._column.addWidget(self._card(path, view))
        for path, problem in self._refused.items():
            card = self._titled(path)
            card.body.addWidget(Notice(problem, Tone.DANGER, plain=True))
            self._column.addWidget(card)
        for path in self._looking:
            self._column.addWidget(Notice(tr("Looking at {name} …").format(name=path), Tone.INFO))
        self._column.addStretch(1)
        self.changed.emit()

    def _titled(self, path: Path) -> Card:
        card = Card(spacing=6)
        card.setAccessibleName(path.name)
        leave = Button(
            tr("Leave out"), lambda: self._leave_out(path), kind="link", name=tr("Leave out {v}").format(v=path.name)
        )
        card.body.addLayout(row(label(path.name, "section"), None, leave))
        card.body.addWidget(label(str(path), "note", wrap=True, selectable=True))
        return card

    def _card(self, path: Path, view: SourceView) -> Card:
        card = self._titled(path)
        for part in view.parts:
            read = (Tone.WARN, None) if part.unreadable else (Tone.OK, "done")
            card.body.addWidget(Notice(part_says(part), *read, plain=True))
        for name, why in view.problems[:SHOWN]:
            card.body.addWidget(Notice(f"{name}: {say(why)}", Tone.DANGER, plain=True))
        for left in view.not_understood[:SHOWN]:
            says = tr("Not understood, will be stated: {name} ({why})").format(name=left.name, why=say(left.why))
            card.body.addWidget(Notice(says, Tone.WARN, plain=True))
        more = max(0, len(view.problems) - SHOWN) + max(0, len(view.not_understood) - SHOWN)
        if more:
            says = words.counted(more, "and 1 more file", "and %Ln more files")
            card.body.addWidget(Notice(says, Tone.WARN, plain=True))
        if view.described:
            files = ", ".join(file.name for file in view.described)
            says = tr("Described by {files}: filled in on the next page.").format(files=files)
            card.body.addWidget(Notice(says, Tone.INFO, plain=True))
        return card

    def _ask_folder(self) -> None:
        if (path := ask_folder(self, tr("Choose a folder of data"))) is not None:
            self.take([path])

    def _ask_files(self) -> None:
        if paths := ask_files(self, tr("Choose archives and tables")):
            self.take(paths)


def part_says(part: SourcePart) -> str:
    """WebDataset shard: 12 containers, 24,000 photos, 24,000 records, 1.2 GB."""
    counts = [words.counted(part.containers, "1 container", "%Ln containers")] if part.containers > 1 else []
    if part.photos or not part.records:
        counts.append(words.counted(part.photos, "1 photo", "%Ln photos"))
    if part.records:
        counts.append(words.counted(part.records, "1 record", "%Ln records"))
    if part.unreadable:
        counts.append(words.counted(part.unreadable, "1 unreadable", "%Ln unreadable"))
    if part.size:
        counts.append(words.size(part.size))
    says = tr("{what}: {counts}") if part.complete else tr("{what}: more than {counts}")
    return says.format(what=say(part.title), counts=", ".join(counts))
