"""The journal: who did what when. It only grows."""

from __future__ import annotations

from typing import ClassVar

from dsr_desk.app.vault.checkpointing import checkpoint_away
from dsr_desk.app.vault.keeping import JournalLine, journal_lines
from dsr_desk.core.changes import Topic
from dsr_desk.core.message import Message
from dsr_desk.ui import language, words
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.vault import checkpoints
from dsr_desk.ui.views.vault.checkpoints import CompareDialog
from dsr_desk.ui.widgets import Button, Notice, framed, label
from dsr_desk.ui.words import tr

SHOWN = 500


class JournalPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.JOURNAL})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Journal"))
        self.model: RowsModel[JournalLine] = RowsModel(
            (
                TableColumn(tr("No."), lambda line: Cell(words.figure(line.seq)), 90),
                TableColumn(tr("When"), lambda line: Cell(words.moment(line.time)), 240),
                TableColumn(tr("What"), lambda line: Cell(act_name(line.kind))),
                TableColumn(tr("Case"), lambda line: Cell(line.case or "–"), 130),
                TableColumn(tr("Officer"), lambda line: Cell(line.officer), 220),
            ),
            lambda line: str(line.seq),
        )
        self.hand_out = Button(tr("Checkpoint to hold …"), lambda: checkpoints.hand_out(session, self))
        self.compare = Button(tr("Compare with a checkpoint …"), lambda: CompareDialog(session, self).open())
        self.head.addWidget(self.hand_out)
        self.head.addWidget(self.compare)
        self.away = self.body.put(Notice(tr("No checkpoint is written on the other drive: it is not there.")))
        self.body.addWidget(framed(TableWidget(self.model, name=tr("Journal, newest first"), height=40)), 1)
        says = tr(
            "Each entry is signed by its officer and chained to all before it. It holds no name and no free text. "
            "Whether its end was cut off shows only against a checkpoint that somebody else holds."
        )
        self.body.addWidget(label(says, "note", wrap=True))

    def reload(self) -> None:
        self.model.show_rows(journal_lines(self.session.desk, SHOWN))
        self.away.setVisible(checkpoint_away(self.session.desk))


def act_name(kind: str) -> str:
    """What no version of this program knows is called by its code."""
    return language.say(Message(f"kind.{kind}", english=kind))
