"""Lineage of the whole organisation: graph and tree, the files that it was read from, and what they do not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from dsr_desk.app.models.asking import given_answers
from dsr_desk.app.models.lineage import Source, forget_source, import_lineage, lineage_sources
from dsr_desk.app.models.view import lineage_coverage
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_files, ask_folder
from dsr_desk.ui.dialogs import ask
from dsr_desk.ui.graph_panel import LineagePanel
from dsr_desk.ui.graph_parts import Switch, divided
from dsr_desk.ui.language import say
from dsr_desk.ui.models.coverage import LackRow, lack_rows
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.models.details import ModelDetails
from dsr_desk.ui.views.models.lacks import CoverageView
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip, Empty, framed, row, stacked
from dsr_desk.ui.words import tr

Found = tuple[list[Source], dict[str, Any], list[LackRow]]


class LineagePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.LINEAGE, Topic.INDEXES})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Lineage"))
        self.extent = Chip()
        self.chips.addWidget(self.extent)
        self.forget_it = Button(tr("Take out …"), self._forget)
        self.head.addWidget(self.forget_it)
        self.folder = Button(tr("Import a folder …"), self._import_folder)
        self.head.addWidget(self.folder)
        self.head.addWidget(Button(tr("Import files …"), self._import, kind="primary"))
        titles = [tr("Graph and tree"), tr("Imported files"), tr("What is missing")]
        self.switch = Switch(tr("Parts of the lineage"), titles)
        self.body.addLayout(row(self.switch, None))
        self.panel = LineagePanel(session)
        self.coverage = CoverageView(session)
        self._parts = stacked(self._drawing(), self._files(), self.coverage)
        self.switch.currentChanged.connect(self._turn)
        says = tr("No lineage yet. Import what your training systems wrote: which models were built from what.")
        begin = Button(tr("Import files …"), self._import, kind="primary", name=tr("Import lineage"))
        self._stack = self.body.put(stacked(self._parts, Empty(says, begin)), 1)
        self._turn(0)

    def _drawing(self) -> QWidget:
        self.details = ModelDetails()
        self.details.hide()
        self.details.closed.connect(self.details.hide)
        self.panel.left.connect(self.details.hide)
        self.panel.larger.hide()
        self.panel.opened.connect(self._open)
        self.panel.chosen.connect(lambda ident: self._open(ident) if self.details.isVisible() else None)
        return divided(Qt.Orientation.Horizontal, self.panel, self.details, sizes=[1000, 330], grows=0)

    def _files(self) -> QWidget:
        self.model: RowsModel[Source] = RowsModel(
            (
                TableColumn(tr("File"), lambda one: Cell(Path(one.file).name, one.file, strong=True)),
                TableColumn(tr("Format"), lambda one: Cell(one.format), 170),
                TableColumn(tr("Holds"), _holds, 200),
                TableColumn(tr("Imported"), lambda one: Cell(words.moment(one.imported)), 180),
                TableColumn(tr("Warnings"), _warnings, 180),
            ),
            lambda one: one.digest,
        )
        self.table = TableWidget(self.model, name=tr("Imported lineage"), height=60)
        self.table.chosen.connect(lambda _one: self._turn(self.switch.currentIndex()))
        return framed(self.table)

    def reload(self) -> None:
        desk = self.session.desk

        def read() -> Found:
            known = lineage_coverage(desk)
            return lineage_sources(desk), known.counts, lack_rows(known, given_answers(desk))

        self.session.beside(self, tr("Reading the lineage"), read, self._show)

    def _show(self, found: Found) -> None:
        sources, counts, lacks = found
        self.model.show_rows(sources)
        self.coverage.show_lacks(lacks)
        self._stack.setCurrentIndex(0 if sources else 1)
        self.switch.setVisible(bool(sources))
        missing = sum(lack.count for lack in lacks)
        self.switch.say(2, tr("What is missing: {count}").format(count=words.figure(missing)))
        self.extent.say(_extent(counts))
        self._turn(self.switch.currentIndex())
        if sources:
            self.panel.show_case("")

    def _turn(self, part: int) -> None:
        self._parts.setCurrentIndex(part)
        self.forget_it.setVisible(part == 1 and self.table.current() is not None)

    def _open(self, ident: str) -> None:
        placed = self.panel.drawing.node(ident) if self.panel.drawing is not None else None
        if placed is not None:
            self.details.show_node(placed)
            self.details.show()

    def _import(self) -> None:
        if paths := ask_files(self, tr("Import lineage")):
            self.take(paths)

    def _import_folder(self) -> None:
        """A store, a repository, or folders that trainings left."""
        if folder := ask_folder(self, tr("Import a folder of lineage")):
            self.take([folder])

    def take(self, paths: list[Path]) -> None:
        """Import files and folders: all of them or none."""
        desk = self.session.desk
        self.session.beside(self, tr("Importing lineage"), lambda: import_lineage(desk, paths)[1])

    def _forget(self) -> None:
        if (chosen := self.table.current()) is None:
            return
        ask(
            self,
            tr("Take this file out of the lineage?"),
            tr("Models that are known from {file} alone will no longer be found.").format(file=Path(chosen.file).name),
            act=tr("Take it out"),
            stay=tr("Keep it"),
            then=lambda: self.session.beside(
                self, tr("Recording"), lambda: forget_source(self.session.desk, chosen.digest)
            ),
        )


def _holds(one: Source) -> Cell:
    return Cell(
        words.counted(one.nodes, "1 node", "%Ln nodes"), words.counted(one.edges, "1 connection", "%Ln connections")
    )


def _warnings(one: Source) -> Cell:
    if not one.warnings:
        return Cell(chip=tr("none"), tone=Tone.OK)
    count = words.counted(len(one.warnings), "1 warning", "%Ln warnings")
    return Cell(chip=count, note=say(one.warnings[0]), tone=Tone.WARN)


def _extent(counts: dict[str, int]) -> str:
    """How many of each kind the graph holds."""
    said = [
        words.counted(counts.get("dataset", 0), "1 dataset", "%Ln datasets"),
        words.counted(counts.get("run", 0), "1 run", "%Ln runs"),
        words.counted(counts.get("model", 0), "1 model", "%Ln models"),
        words.counted(counts.get("edges", 0), "1 connection", "%Ln connections"),
    ]
    return " · ".join(said)
