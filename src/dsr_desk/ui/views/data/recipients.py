"""Recipients: to whom evidence may be sealed, and whether their keys were compared by voice."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from dsr_desk.app.proof.recipients import Recipient, add_recipient, list_recipients, mark_compared, remove_recipient
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog, ask
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.list_page import ListPage
from dsr_desk.ui.widgets import Button, Card, label
from dsr_desk.ui.words import tr


class RecipientsPage(ListPage[Recipient]):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.RECIPIENTS})

    def __init__(self, session: Session) -> None:
        self.remove = Button(tr("Take out …"), self._remove)
        self.compared = Button(tr("Compared by voice"), self._compare)
        super().__init__(
            session,
            tr("Recipients"),
            RowsModel(
                (
                    TableColumn(tr("Name"), lambda one: Cell(one.name, tr("age key"), strong=True), 300),
                    TableColumn(tr("Fingerprint"), lambda one: Cell(one.spoken)),
                    TableColumn(tr("Compared"), _state, 240),
                ),
                lambda one: str(one.id),
            ),
            name=tr("Recipients of evidence"),
            empty=tr("No recipient with a key yet. A requester needs none; a regulator or court sends you an age key."),
            actions=(self.remove, self.compared, Button(tr("Add …"), self._ask, kind="primary")),
            begin=Button(tr("Add …"), self._ask, kind="primary", name=tr("Add a recipient")),
        )
        own = self.body.put(Card(tr("Your certificate")))
        self._own = own.body.put(label("", "mono", wrap=True, selectable=True))
        self._own.setAccessibleName(tr("Fingerprint of your certificate"))
        own.body.addWidget(label(tr("Read this out to every recipient before the first bundle."), "note", wrap=True))

    def reload(self) -> None:
        self.show_rows(list_recipients(self.session.desk))
        desk = self.session.desk
        if not desk.vault.officer_key:
            return
        self.session.beside(
            self, tr("Reading the certificate"), lambda: certificate_fingerprint(desk), self._own.setText
        )

    def allow(self, chosen: Recipient | None) -> None:
        self.remove.setEnabled(chosen is not None)
        self.compared.setEnabled(chosen is not None and chosen.compared is None)

    def _compare(self) -> None:
        if (chosen := self.list.chosen) is not None:
            self.session.do(lambda: mark_compared(self.session.desk, chosen.id))

    def _remove(self) -> None:
        if (chosen := self.list.chosen) is None:
            return
        ask(
            self,
            tr("Take {name} out?").format(name=chosen.name),
            tr("Bundles that were sealed for this key stay readable for its owner."),
            act=tr("Take out"),
            stay=tr("Keep"),
            then=lambda: self.session.do(lambda: remove_recipient(self.session.desk, chosen.id)),
        )

    def _ask(self) -> None:
        RecipientDialog(self.session, self).open()


class RecipientDialog(Dialog):
    def __init__(self, session: Session, parent: QWidget) -> None:
        says = tr("The recipient sends you the public key, one line; compare its fingerprint by voice afterwards.")
        super().__init__(tr("Add a recipient"), parent, says=says, act=tr("Add"))
        self._session = session
        self.name = self.text(tr("Name"), example=tr("for example: Data protection authority"))
        self.key = self.text(tr("age key"), example="age1…")
        self.need(self.name, self.key)

    def go(self) -> None:
        desk = self._session.desk
        self.attempt(lambda: add_recipient(desk, self.name.text(), self.key.text()), self._session.tell)


def _state(one: Recipient) -> Cell:
    if one.compared is None:
        return Cell(chip=tr("not compared"), tone=Tone.WARN)
    return Cell(chip=tr("compared"), note=words.moment(one.compared), tone=Tone.OK)
