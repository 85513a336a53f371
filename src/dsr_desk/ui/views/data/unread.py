"""What no search in an index sees: by kind and reason, place by place, and the word of an officer on a kind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from dsr_desk.app.data import harmless
from dsr_desk.app.data.unread import UnreadPlace, UnreadSum, unread_list, unread_sums
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog, ReasonDialog
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, framed, label, row
from dsr_desk.ui.words import tr

SHOWN = 200
"""So many places are listed at once; a text narrows them down."""

TYPING = 250
"""Milliseconds without a key before places are looked up."""


class UnreadDialog(Dialog):
    """The list is read while the dialog opens: sums alone, however many places there are."""

    def __init__(self, session: Session, index: str, version: str, found: Sequence[UnreadSum], parent: QWidget) -> None:
        says = tr("No search sees what is listed here. Statements and evidence name it, kind by kind.")
        title = tr("Not read in {name}").format(name=index)
        super().__init__(title, parent, says=says, width=920, height=640)
        self._session, self._index, self._version = session, index, version
        self.model: RowsModel[UnreadSum] = RowsModel(
            (
                TableColumn(tr("What"), lambda one: Cell(say(one.what), say(one.why), strong=True)),
                TableColumn(tr("Places"), lambda one: Cell(words.figure(one.count)), 110),
                TableColumn(tr("What can be done"), _todo, 330),
            ),
            lambda one: f"{one.name} {say(one.what)} {say(one.why)}",
        )
        self.table = TableWidget(self.model, name=tr("What was not read"), height=64)
        self.table.chosen.connect(self._chosen)
        self.filter = text_field(tr("Only where this stands in the address"))
        self.filter.setPlaceholderText(tr("Part of an address"))
        self._typing = QTimer(self, interval=TYPING, singleShot=True)
        self._typing.timeout.connect(self._list)
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self.places = label("", "note", wrap=True, selectable=True)
        self.declare = Button(tr("Holds no personal data …"), self._declare)
        self.take_back = Button(tr("Take back"), self._take_back, name=tr("Take the declaration back"))
        self.body.addWidget(framed(self.table), 1)
        self.body.addLayout(row(self.filter, None, self.take_back, self.declare))
        self.body.addWidget(self.places)
        self.show_rows(found)

    def show_rows(self, rows: Sequence[UnreadSum]) -> None:
        self.model.show_rows(list(rows))
        if rows:
            self.table.choose(0)
        self._chosen(self.table.current())

    def _chosen(self, chosen: UnreadSum | None) -> None:
        kind = chosen is not None and bool(chosen.name)
        marked = chosen is not None and chosen.mark is not None
        self.declare.setVisible(kind and not marked)
        self.take_back.setVisible(marked)
        self._list()

    def _list(self) -> None:
        """The first places of the chosen kind."""
        chosen = self.table.current()
        if not isinstance(chosen, UnreadSum):
            self.places.setText(tr("Nothing was left unread."))
            return
        desk, text = self._session.desk, self.filter.text().strip()

        def look() -> list[UnreadPlace]:
            return list(unread_list(desk, self._index, chosen.name, text, most=SHOWN + 1))

        def show(found: list[UnreadPlace]) -> None:
            if self.table.current() is chosen and self.filter.text().strip() == text:
                self._show_places(found, chosen)

        self._session.beside(self, tr("Looking places up"), look, show)

    def _show_places(self, found: Sequence[UnreadPlace], chosen: UnreadSum) -> None:
        lines = [" › ".join(filter(None, (one.container, one.place))) for one in found if one.why == chosen.why]
        more = [tr("and more: type a part of the address")] if len(found) > SHOWN else []
        self.places.setText("\n".join([*lines[:SHOWN], *more]) or tr("No place of its own is listed."))

    def _declare(self) -> None:
        chosen = self.table.current()
        if not isinstance(chosen, UnreadSum):
            return
        says = tr(
            "You sign that nothing of this kind in this dataset version is about a person. It then stands in "
            "statements and evidence with your name and this reason, and no longer among what was not searched."
        )
        title = tr("No personal data in: {what}").format(what=say(chosen.what))
        dialog = ReasonDialog(
            title, says, tr("Declare and sign"), self, caption=tr("Because"), example=tr("class numbers; looked at all")
        )

        def declare() -> None:
            desk, because = self._session.desk, dialog.reason
            self._session.do(lambda: harmless.declare(desk, self._version, chosen.name, because))
            self.show_rows(unread_sums(desk, self._index))

        dialog.accepted.connect(declare)
        dialog.open()

    def _take_back(self) -> None:
        chosen = self.table.current()
        if isinstance(chosen, UnreadSum) and chosen.mark is not None:
            desk, mark = self._session.desk, chosen.mark
            self._session.do(lambda: harmless.take_back(desk, mark.dataset_version, chosen.name))
            self.show_rows(unread_sums(desk, self._index))


def _todo(one: UnreadSum) -> Cell:
    if one.mark is None:
        return Cell(say(one.todo))
    by = tr("{officer}, {day}: {why}").format(
        officer=one.mark.officer, day=words.day(one.mark.declared), why=one.mark.because
    )
    return Cell(chip=tr("no personal data"), note=by, tone=Tone.INFO)
