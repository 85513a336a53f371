"""A new order: drop the paper, say what it asks for, open the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from dsr_desk.app.case.cases import CaseView
from dsr_desk.app.case.orders import OrderContent, OrderLetter, open_order, read_letter
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.unsaved import drop, keep_part, keep_typed, kept_part, typed_before, typed_now
from dsr_desk.core import codec
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.order.order_form import OrderForm, empty_content
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button
from dsr_desk.ui.words import tr

PLACE = "new-order"
PAPER = "paper"
"""The part of a kept draft that holds the paper as it came."""


class NewOrderPage(Page):
    """The paper is kept in the vault as soon as it is read, what is typed soon after."""

    topics: ClassVar[frozenset[Topic]] = frozenset()

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("New order"))
        self.letter: OrderLetter | None = None
        self.again = Button(tr("Begin again"), self.begin_again)
        self.choose = Button(tr("Choose the order …"), self._choose)
        self.go = Button(tr("Open the case"), self._open, kind="primary")
        for button in (self.again, self.choose, self.go):
            self.head.addWidget(button)
        self.form = self.body.put(OrderForm(session), 1)
        self.without = Tick(tr("Open it without the paper: it is not at hand as a file"))
        self.without.toggled.connect(self._allow)
        self.form.left.addWidget(self.without)
        self.form.edited.connect(self._allow)
        self._clear()

    def reload(self) -> None:
        """The draft of before, where there is one; none where it was discarded."""
        unsaved, desk = self.session.unsaved, self.session.desk
        if unsaved.of(PLACE) is None:
            self._clear()
        elif self.letter is None:
            self.session.beside(self, tr("Reading the draft"), lambda: _kept(desk), self._brought_back)
        unsaved.follow(PLACE, tr("New order"), self.form, self.form.edited, until_forgotten=True)

    def begin_again(self) -> None:
        self.session.unsaved.forget(PLACE)
        self._clear()
        self.reload()

    def _clear(self) -> None:
        self.letter = None
        self.without.setChecked(False)
        self.form.covers.lists.clear()
        self.form.show_order(empty_content(), {}, [one for one, _ in dataset_versions(self.session.desk)])
        self._show_paper()

    def take(self, paths: Sequence[Path]) -> None:
        """The paper that was dropped or chosen; the first where there are several."""
        if paths:
            self.choose.setEnabled(False)
            desk, path, wait = self.session.desk, paths[0], self.session.unsaved.flush()

            def work() -> OrderLetter:
                letter = read_letter(path)
                wait()
                _keep(desk, letter)
                return letter

            self.session.beside(self, tr("Reading the order"), work, self._read, failed=self._refused)

    def _read(self, letter: OrderLetter) -> None:
        self.letter = letter
        self._show_paper()
        self.session.unsaved.follow(
            PLACE, tr("New order"), self.form, self.form.edited, until_forgotten=True, bring_back=False
        )

    def _brought_back(self, letter: OrderLetter | None) -> None:
        if letter is not None and self.letter is None:
            self.letter = letter
            self._show_paper()

    def _refused(self, error: DeskError) -> None:
        self._show_paper()
        self.session.bridge.failed.emit(error)

    def _show_paper(self) -> None:
        self.choose.setEnabled(True)
        self.without.setVisible(self.letter is None)
        self.form.show_paper(self.letter.text if self.letter else "", self.letter.name if self.letter else "")
        self._allow()

    def _choose(self) -> None:
        kinds = tr("Orders (*.pdf *.eml *.txt);;All files (*)")
        if (path := ask_file(self, tr("Choose the order"), kinds)) is not None:
            self.take([path])

    def _allow(self) -> None:
        paper = self.letter is not None or self.without.isChecked()
        self.go.setEnabled(paper and self.form.complete)
        needs = tr("It needs the paper, the authority, the docket, and at least one obligation.")
        self.go.explain("" if self.go.isEnabled() else needs)

    def _open(self) -> None:
        desk, letter, lists = self.session.desk, self.letter, dict(self.form.covers.lists)
        obligations = self.form.obligations.obligations
        numbered = tuple(replace(one, id=f"o{n:02d}") for n, one in enumerate(obligations, start=1))
        content = OrderContent(**self.form.said, obligations=numbered)

        def opened(result: tuple[CaseView, Change]) -> None:
            case, change = result
            self.begin_again()
            self.session.tell(change)
            self.session.open_case(case.ref, "request")

        def act() -> tuple[CaseView, Change]:
            with desk.vault.transaction():
                made = open_order(desk, content, letter, lists=lists)
                drop(desk, PLACE)
            return made

        self.go.setEnabled(False)
        self.session.beside(self, tr("Opening the case"), act, opened, failed=self._refused)


def _keep(desk: Desk, letter: OrderLetter) -> None:
    """In the job that read it, so that it is there even where the window was locked meanwhile."""
    with desk.vault.transaction():
        keep_part(desk, PLACE, PAPER, codec.packed(letter))
        if PLACE not in {one.place for one in typed_before(desk)}:
            keep_typed(desk, typed_now(desk, PLACE, tr("New order"), "", {}))


def _kept(desk: Desk) -> OrderLetter | None:
    data = kept_part(desk, PLACE, PAPER)
    return None if data is None else codec.unpacked(data, OrderLetter)
