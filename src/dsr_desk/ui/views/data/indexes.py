"""Indexes: registered datasets, what of them can be searched, how old that is, and until when it may exist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from dsr_desk.app.data.columns import IndexColumn, columns
from dsr_desk.app.data.guard import ComparedWithErased, compare
from dsr_desk.app.data.indexing import build_index, check_index, claim_index, destroy_index, list_indexes, refresh_index
from dsr_desk.app.data.registering import FACTS, register_dataset, registered_dataset, without_index
from dsr_desk.app.data.unread import UnreadSum, unread_sums
from dsr_desk.core.changes import Topic
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import language, words
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.dialogs import TypedConfirmation
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.models.indexes import DatasetLine, DatasetsModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.data.register import RegisterDialog, Wish
from dsr_desk.ui.views.data.register_columns import ColumnsDialog, correct
from dsr_desk.ui.views.data.register_facts import FactsDialog
from dsr_desk.ui.views.data.unread import UnreadDialog
from dsr_desk.ui.views.list_page import ListPage
from dsr_desk.ui.widgets import Button, Card, Notice, row, scrolled
from dsr_desk.ui.words import tr


class IndexesPage(ListPage[DatasetLine]):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.INDEXES})

    def __init__(self, session: Session) -> None:
        super().__init__(
            session,
            tr("Indexes"),
            DatasetsModel(),
            name=tr("Datasets and their indexes"),
            empty=tr("No index yet. Register a dataset that models were trained on, or claim an index sent to you."),
            actions=(
                Button(tr("Claim …"), self._claim, name=tr("Claim an index that was sent to you")),
                Button(tr("Register a dataset …"), self._ask, kind="primary"),
            ),
            begin=Button(tr("Register a dataset …"), self._ask, kind="primary", name=tr("Register a first dataset")),
        )
        self.facts = FactList(columns=4)
        self.correct = Button(tr("Correct what is known …"), self._correct)
        self.kinds = Button(tr("Columns …"), self._columns, name=tr("What the columns hold"))
        self.unread = Button(tr("Not read …"), self._unread, name=tr("What no search in the index sees"))
        self.refresh = Button(tr("Bring up to date"), self._refresh)
        self.check = Button(tr("Check"), self._check, name=tr("Check the index against the data"))
        self.make = Button(tr("Build an index …"), self._build_for)
        self.destroy_it = Button(tr("Destroy …"), self._destroy, kind="danger", name=tr("Destroy the index"))
        self.again = Notice("", Tone.DANGER)
        self.again.hide()
        self.body.put(self.again)
        self._about = self.body.put(Card(), 1)
        self._about.body.addWidget(scrolled(self.facts, name=tr("What is known of the chosen dataset")), 1)
        self._about.body.addLayout(
            row(self.correct, self.kinds, self.unread, self.refresh, self.check, self.make, None, self.destroy_it)
        )
        self._about.setMinimumHeight(300)

    def reload(self) -> None:
        desk = self.session.desk
        indexed = [DatasetLine(index.dataset_version, index) for index in list_indexes(desk)]
        self.show_rows([*indexed, *(DatasetLine(one, None) for one in without_index(desk))])

    def take(self, paths: Sequence[Path]) -> None:
        """Register what was dropped."""
        dialog = self._dialog()
        dialog.take(paths)
        dialog.open()

    def allow(self, chosen: DatasetLine | None) -> None:
        self._about.setVisible(chosen is not None)
        index = chosen.index if chosen else None
        usable = index is not None and index.present
        for button in (self.kinds, self.unread, self.refresh, self.check, self.destroy_it):
            button.setVisible(index is not None)
            button.setEnabled(usable)
        self.kinds.setEnabled(usable and index is not None and index.about.records > 0)
        self.make.setVisible(index is None)
        if chosen is None:
            return
        version = registered_dataset(self.session.desk, chosen.version)
        facts = [(language.say(message(f"datasetfact.{field}")), getattr(version, field)) for field in FACTS]
        if index is not None:
            register = index.about.register
            facts += [
                (tr("Purpose of the index"), register.purpose),
                (tr("Legal basis of the index"), register.legal_basis),
                (tr("Impact assessment"), register.impact_assessment),
                (tr("Destroy by"), register.destroy_by),
                (tr("Face engine"), index.about.engine),
                *((tr("Of the face engine"), language.say(one)) for one in index.about.engine_says),
                (tr("Items"), words.figure(index.about.items)),
                (tr("Places not read"), words.figure(sum(index.about.unread.values()))),
                (tr("Folder"), str(index.path)),
            ]
        self.facts.show_facts(facts)

    def _dialog(self, known: str = "") -> RegisterDialog:
        desk = self.session.desk
        version = registered_dataset(desk, known) if known else None
        dialog = RegisterDialog(self.session, desk.vault.folder.parent / "indexes", self, version)
        dialog.wanted.connect(self.build)
        return dialog

    def _ask(self) -> None:
        self._dialog().open()

    def _build_for(self) -> None:
        if (chosen := self.list.chosen) is not None:
            self._dialog(chosen.version).open()

    def build(self, wish: Wish) -> None:
        """Register, and build in the background where that is wished; the windows stay usable."""
        desk, register = self.session.desk, wish.register
        if register is None:
            self.session.do(lambda: register_dataset(desk, wish.version))
            return

        def work(report: Report, token: CancelToken) -> ComparedWithErased:
            wish.to.parent.mkdir(parents=True, exist_ok=True)
            _, change = build_index(
                desk,
                wish.sources,
                wish.to,
                wish.version,
                register=register,
                engine=wish.engine,
                thumbnails=wish.thumbnails,
                report=report,
                cancel=token,
            )
            if wish.confirmed and not token.cancelled:
                correct(desk, change.subject, wish.changed, report, token)
            return compare(desk, change.subject)

        name = tr("Building index {name}").format(name=wish.to.name)
        self.session.run(self, name, work, self._compared)

    def _compared(self, found: ComparedWithErased) -> None:
        """Says what came back of what was erased; the notice stays until the next index is compared."""
        self.session.tell()
        says = language.say_all(found.says)
        self.again.say(says, Tone.DANGER)
        self.again.setVisible(bool(found.came_back))
        if not found.came_back:
            self.session.said.emit(says)

    def _correct(self) -> None:
        if (chosen := self.list.chosen) is not None:
            FactsDialog(self.session, chosen.version, self).open()

    def _columns(self) -> None:
        if (chosen := self.list.chosen) is None or chosen.index is None:
            return
        desk, name = self.session.desk, chosen.index.name

        def show(found: list[IndexColumn]) -> None:
            ColumnsDialog(self.session, name, found, self).open()

        self.session.beside(self, tr("Reading the columns"), lambda: columns(desk, name), show)

    def _unread(self) -> None:
        if (chosen := self.list.chosen) is None or chosen.index is None:
            return
        desk, name, version = self.session.desk, chosen.index.name, chosen.version

        def show(found: list[UnreadSum]) -> None:
            UnreadDialog(self.session, name, version, found, self).open()

        self.session.beside(self, tr("Reading what was not read"), lambda: unread_sums(desk, name), show)

    def _refresh(self) -> None:
        if (chosen := self.list.chosen) is None or chosen.index is None:
            return
        desk, name = self.session.desk, chosen.index.name
        says = tr("Bringing index {name} up to date").format(name=name)

        def work(report: Report, token: CancelToken) -> ComparedWithErased:
            refresh_index(desk, name, report, token)
            return compare(desk, name)

        self.session.run(self, says, work, self._compared)

    def _check(self) -> None:
        chosen = self.list.chosen.index if self.list.chosen else None
        if chosen is None:
            return
        desk = self.session.desk

        def done(ok: bool) -> None:
            says = tr("{name}: as it was built, faces found again") if ok else tr("{name}: not as it was built")
            self.session.said.emit(says.format(name=chosen.name))

        name = tr("Checking index {name}").format(name=chosen.name)
        self.session.run(self, name, lambda report, token: check_index(desk, chosen.name, report, token).ok, done)

    def _claim(self) -> None:
        file = ask_file(self, tr("Choose the index that was sent to you"))
        if file is None:
            return
        desk, folder = self.session.desk, self.session.desk.vault.folder.parent / "indexes"

        def work() -> ComparedWithErased:
            return compare(desk, claim_index(desk, file, folder).subject)

        self.session.beside(self, tr("Claiming the index"), work, self._compared)

    def _destroy(self) -> None:
        chosen = self.list.chosen.index if self.list.chosen else None
        if chosen is None:
            return
        text = tr(
            "Its key is destroyed first, then its files. The data that it was built from stays. This cannot be undone."
        )
        title = tr("Destroy the index {name}").format(name=chosen.name)
        dialog = TypedConfirmation(title, text, chosen.name, tr("Destroy 1 index"), self)
        dialog.accepted.connect(lambda: self.session.do(lambda: destroy_index(self.session.desk, chosen.name)))
        dialog.open()
