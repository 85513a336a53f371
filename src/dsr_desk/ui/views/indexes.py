"""Indexes: what can be searched, how old it is, and until when it may exist."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QFileDialog

from dsr_desk.app.indexing import (
    Register,
    RegisteredIndex,
    build_index,
    check_index,
    claim_index,
    destroy_index,
    list_indexes,
)
from dsr_desk.core.changes import Change, Topic
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import TypedConfirmation
from dsr_desk.ui.models.indexes import IndexesModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.build_index import BuildIndexDialog, Wish
from dsr_desk.ui.views.list_page import ListPage
from dsr_desk.ui.widgets import Button, Card, Facts, row
from dsr_desk.ui.words import tr


class IndexesPage(ListPage[RegisteredIndex]):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.INDEXES})

    def __init__(self, session: Session) -> None:
        super().__init__(
            session,
            tr("Indexes"),
            IndexesModel(),
            name=tr("Indexes"),
            empty=tr("No index yet. Register a dataset that models were trained on, or claim an index sent to you."),
            actions=(
                Button(tr("Claim …"), self._claim),
                Button(tr("Register a dataset …"), self._ask, kind="primary"),
            ),
            begin=Button(tr("Register a dataset …"), self._ask, kind="primary", name=tr("Register a first dataset")),
        )
        self.facts = Facts(columns=4)
        self.check = Button(self.tr("Check"), self._check)
        self.destroy_it = Button(self.tr("Destroy …"), self._destroy, kind="danger")
        self._about = Card()
        self._about.body.addWidget(self.facts)
        self._about.body.addLayout(row(self.check, None, self.destroy_it))
        self.body.addWidget(self._about)

    def reload(self) -> None:
        self.show_rows(list_indexes(self.session.desk))

    def allow(self, chosen: RegisteredIndex | None) -> None:
        self._about.setVisible(chosen is not None)
        usable = chosen is not None and chosen.present
        self.check.setEnabled(usable)
        self.destroy_it.setEnabled(usable)
        if chosen is None:
            return
        about, register = chosen.about, chosen.about.register
        self.facts.show_facts(
            [
                (self.tr("Purpose"), register.purpose),
                (self.tr("Legal basis"), register.legal_basis),
                (self.tr("Impact assessment"), register.impact_assessment),
                (self.tr("Destroy by"), register.destroy_by),
                (self.tr("Engine"), about.engine),
                (self.tr("Items"), words.figure(about.items)),
                (self.tr("Files left out"), words.figure(about.left_out)),
                (self.tr("Folder"), str(chosen.path)),
            ]
        )

    def _ask(self) -> None:
        dialog = BuildIndexDialog(self.session.desk.vault.folder.parent / "indexes", self)
        dialog.accepted.connect(lambda: self.build(dialog.wish()))
        dialog.open()

    def build(self, wish: Wish) -> None:
        """Build in the background; the windows stay usable."""
        desk = self.session.desk
        register = Register(wish.purpose, wish.legal_basis, wish.impact_assessment, wish.destroy_by)

        def work(report: Report, token: CancelToken) -> Change:
            wish.to.parent.mkdir(parents=True, exist_ok=True)
            return build_index(
                desk, wish.sources, wish.to, wish.version, register=register, report=report, cancel=token
            )[1]

        name = self.tr("Building index {name}").format(name=wish.to.name)
        self.session.bridge.run(name, work, self.session.tell, context=self)

    def _check(self) -> None:
        chosen = self.list.chosen
        if chosen is None:
            return
        desk = self.session.desk
        self.session.bridge.run(
            self.tr("Checking index {name}").format(name=chosen.name),
            lambda report, token: check_index(desk, chosen.name, report, token).ok,
            lambda ok: self.session.said.emit(
                (
                    self.tr("{name}: as it was built, faces found again")
                    if ok
                    else self.tr("{name}: not as it was built")
                ).format(name=chosen.name)
            ),
            context=self,
        )

    def _claim(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, self.tr("Choose the index that was sent to you"))
        if not file:
            return
        desk, folder = self.session.desk, self.session.desk.vault.folder.parent / "indexes"
        self.session.bridge.run(
            self.tr("Claiming the index"),
            lambda _report, _token: claim_index(desk, Path(file), folder),
            self.session.tell,
            context=self,
            cancellable=False,
        )

    def _destroy(self) -> None:
        chosen = self.list.chosen
        if chosen is None:
            return
        text = self.tr(
            "Its key is destroyed first, then its files. The data that it was built from stays. This cannot be undone."
        )
        title = self.tr("Destroy the index {name}").format(name=chosen.name)
        dialog = TypedConfirmation(title, text, chosen.name, self.tr("Destroy 1 index"), self)
        dialog.accepted.connect(lambda: self.session.do(lambda: destroy_index(self.session.desk, chosen.name)))
        dialog.open()
