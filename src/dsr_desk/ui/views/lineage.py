"""Lineage: what was imported, how large the graph is, and questions that only a person can answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QFileDialog, QStackedWidget

from dsr_desk.app.models import answer_question, forget_source, import_lineage, lineage_graph, lineage_sources
from dsr_desk.core.changes import Topic
from dsr_desk.core.lineage import JoinQuestion
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Question
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Chip, Empty, Notice, row


@dataclass(frozen=True)
class SourceRow:
    """An imported file; `imported` is a UTC timestamp."""

    digest: str
    file: str
    format: str
    imported: str
    nodes: int
    edges: int
    warnings: tuple[str, ...]


Found = tuple[list[SourceRow], dict[str, int], list[JoinQuestion]]


class LineagePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.LINEAGE, Topic.INDEXES})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Lineage"))
        self.setAccessibleName(self.tr("Lineage"))
        self.extent = Chip()
        self.chips.addWidget(self.extent)
        self.forget_it = Button(self.tr("Take out …"), self._forget)
        self.head.addWidget(self.forget_it)
        self.head.addWidget(Button(self.tr("Import …"), self._import, kind="primary"))
        self._question: JoinQuestion | None = None
        self.question = Notice(tone=Tone.INFO)
        self.same = Button(self.tr("The same"), lambda: self._answer(same=True))
        self.other = Button(self.tr("Not the same"), lambda: self._answer(same=False))
        line = row(self.question, self.same, self.other)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.model: RowsModel[SourceRow] = RowsModel(
            (
                Column(self.tr("File"), lambda one: Cell(Path(one.file).name, one.file, strong=True)),
                Column(self.tr("Format"), lambda one: Cell(one.format), 170),
                Column(self.tr("Holds"), _holds, 200),
                Column(self.tr("Imported"), lambda one: Cell(words.moment(one.imported)), 180),
                Column(self.tr("Warnings"), _warnings, 180),
            ),
            lambda one: one.digest,
            self,
        )
        self.table = Table(self.model, name=self.tr("Imported lineage"), height=60)
        card = Card(margin=1)
        card.body.addWidget(self.table)
        self._stack = QStackedWidget()
        self._stack.addWidget(card)
        self._stack.addWidget(
            Empty(
                self.tr("No lineage yet. Import what your training systems wrote: which models were built from what."),
                Button(self.tr("Import …"), self._import, kind="primary", name=self.tr("Import lineage")),
            )
        )
        self.body.addWidget(self._stack, 1)

    def reload(self) -> None:
        desk = self.session.desk

        def read() -> Found:
            graph = lineage_graph(desk)
            rows = [
                SourceRow(one.digest, one.file, one.format, one.imported, one.nodes, one.edges, one.warnings)
                for one in lineage_sources(desk)
            ]
            return rows, graph.counts(), list(graph.questions)

        self.session.bridge.run(
            self.tr("Reading the lineage"), lambda _report, _token: read(), self._show, context=self
        )

    def _show(self, found: Found) -> None:
        sources, counts, questions = found
        self.model.show_rows(sources)
        self._stack.setCurrentIndex(0 if sources else 1)
        self.forget_it.setVisible(bool(sources))
        self.extent.say(_extent(counts))
        self._question = questions[0] if questions else None
        for widget in (self.question, self.same, self.other):
            widget.setVisible(self._question is not None)
        if self._question is not None:
            self.question.say(self._question.says, Tone.INFO, "unknown")

    def _import(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Import lineage"))
        if paths:
            self.take([Path(path) for path in paths])

    def take(self, paths: list[Path]) -> None:
        """Import files: all of them or none."""
        desk = self.session.desk
        self.session.bridge.run(
            self.tr("Importing lineage"),
            lambda _report, _token: import_lineage(desk, paths)[1],
            self.session.tell,
            context=self,
            cancellable=False,
        )

    def _forget(self) -> None:
        chosen = self.table.current()
        if chosen is None:
            return
        question = Question(
            self.tr("Take this file out of the lineage?"),
            self.tr("Models that are known from {file} alone will no longer be found.").format(
                file=Path(chosen.file).name
            ),
            act=self.tr("Take it out"),
            stay=self.tr("Keep it"),
            parent=self,
        )
        question.accepted.connect(lambda: self.session.do(lambda: forget_source(self.session.desk, chosen.digest)))
        question.open()

    def _answer(self, *, same: bool) -> None:
        if (asked := self._question) is not None:
            self.session.do(lambda: answer_question(self.session.desk, asked.first.id, asked.second.id, same))


def _holds(one: SourceRow) -> Cell:
    return Cell(
        words.counted(one.nodes, words.tr("1 node"), "%Ln nodes"),
        words.counted(one.edges, words.tr("1 connection"), "%Ln connections"),
    )


def _warnings(one: SourceRow) -> Cell:
    if not one.warnings:
        return Cell(chip=words.tr("none"), tone=Tone.OK)
    count = words.counted(len(one.warnings), words.tr("1 warning"), "%Ln warnings")
    return Cell(chip=count, note=one.warnings[0], tone=Tone.WARN)


def _extent(counts: dict[str, int]) -> str:
    """How many of each kind the graph holds."""
    said = [
        words.counted(counts.get("dataset", 0), words.tr("1 dataset"), "%Ln datasets"),
        words.counted(counts.get("run", 0), words.tr("1 run"), "%Ln runs"),
        words.counted(counts.get("model", 0), words.tr("1 model"), "%Ln models"),
        words.counted(counts.get("edges", 0), words.tr("1 connection"), "%Ln connections"),
    ]
    return " · ".join(said)
