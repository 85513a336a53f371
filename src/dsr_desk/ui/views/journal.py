"""The journal: who did what when. It only grows."""

from __future__ import annotations

from typing import ClassVar

from dsr_desk.app.journal import JournalLine, journal_lines
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.journal_words import act_name
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Card, label

SHOWN = 500


class JournalPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Journal"))
        self.setAccessibleName(self.tr("Journal"))
        self.model: RowsModel[JournalLine] = RowsModel(
            (
                Column(self.tr("No."), lambda line: Cell(words.figure(line.seq)), 90),
                Column(self.tr("When"), lambda line: Cell(words.moment(line.time)), 190),
                Column(self.tr("What"), lambda line: Cell(act_name(line.kind))),
                Column(self.tr("Case"), lambda line: Cell(line.case or "–"), 130),
                Column(self.tr("Officer"), lambda line: Cell(line.officer), 220),
            ),
            lambda line: str(line.seq),
            self,
        )
        card = Card(margin=1)
        card.body.addWidget(Table(self.model, name=self.tr("Journal, newest first"), height=40))
        self.body.addWidget(card, 1)
        says = self.tr(
            "Each entry is signed by its officer and chained to all before it. It holds no name and no free text."
        )
        self.body.addWidget(label(says, "note", wrap=True))

    def reload(self) -> None:
        self.model.show_rows(journal_lines(self.session.desk, SHOWN))
