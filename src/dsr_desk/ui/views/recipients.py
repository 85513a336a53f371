"""Recipients: to whom evidence may be sealed, and whether their keys were compared by voice."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QDialog, QFormLayout, QStackedWidget, QVBoxLayout, QWidget

from dsr_desk.app.recipients import Recipient, add_recipient, list_recipients, mark_compared, remove_recipient
from dsr_desk.app.sealing import certificate_fingerprint
from dsr_desk.core.changes import Topic
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Question
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.models.table import Cell, Column, RowsModel
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Empty, label, row


class RecipientsPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.RECIPIENTS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Recipients"))
        self.setAccessibleName(self.tr("Recipients"))
        self.remove = Button(self.tr("Take out …"), self._remove)
        self.compared = Button(self.tr("Compared by voice"), self._compare)
        for button in (self.remove, self.compared, Button(self.tr("Add …"), self._ask, kind="primary")):
            self.head.addWidget(button)
        self.model: RowsModel[Recipient] = RowsModel(
            (
                Column(self.tr("Name"), lambda one: Cell(one.name, self.tr("age key"), strong=True), 300),
                Column(self.tr("Fingerprint"), lambda one: Cell(one.spoken)),
                Column(self.tr("Compared"), self._state, 240),
            ),
            lambda one: str(one.id),
            self,
        )
        self.table = Table(self.model, name=self.tr("Recipients of evidence"), height=60)
        self.table.chosen.connect(self._allow)
        card = Card(margin=1)
        card.body.addWidget(self.table)
        self._stack = QStackedWidget()
        self._stack.addWidget(card)
        self._stack.addWidget(
            Empty(
                self.tr(
                    "No recipient with a key yet. A requester needs none; a regulator or court sends you an age key."
                ),
                Button(self.tr("Add …"), self._ask, kind="primary", name=self.tr("Add a recipient")),
            )
        )
        self.body.addWidget(self._stack, 1)
        own = Card(self.tr("Your certificate"))
        self._own = label("", "mono", wrap=True, selectable=True)
        self._own.setAccessibleName(self.tr("Fingerprint of your certificate"))
        own.body.addWidget(self._own)
        own.body.addWidget(
            label(self.tr("Read this out to every recipient before the first bundle."), "note", wrap=True)
        )
        self.body.addWidget(own)

    def reload(self) -> None:
        found = list_recipients(self.session.desk)
        self.model.show_rows(found)
        self._stack.setCurrentIndex(0 if found else 1)
        self._allow(self.table.current())
        desk = self.session.desk
        self.session.bridge.run(
            self.tr("Reading the certificate"),
            lambda _report, _token: certificate_fingerprint(desk),
            self._own.setText,
            context=self,
        )

    def _state(self, one: Recipient) -> Cell:
        if one.compared is None:
            return Cell(chip=self.tr("not compared"), tone=Tone.WARN)
        return Cell(chip=self.tr("compared"), note=words.moment(one.compared), tone=Tone.OK)

    def _allow(self, chosen: Recipient | None) -> None:
        self.remove.setEnabled(chosen is not None)
        self.compared.setEnabled(chosen is not None and chosen.compared is None)

    def _compare(self) -> None:
        if (chosen := self.table.current()) is not None:
            self.session.do(lambda: mark_compared(self.session.desk, chosen.id))

    def _remove(self) -> None:
        if (chosen := self.table.current()) is None:
            return
        question = Question(
            self.tr("Take {name} out?").format(name=chosen.name),
            self.tr("Bundles that were sealed for this key stay readable for its owner."),
            act=self.tr("Take out"),
            stay=self.tr("Keep"),
            parent=self,
        )
        question.accepted.connect(lambda: self.session.do(lambda: remove_recipient(self.session.desk, chosen.id)))
        question.open()

    def _ask(self) -> None:
        dialog = RecipientDialog(self)
        dialog.accepted.connect(
            lambda: self.session.do(lambda: add_recipient(self.session.desk, dialog.name.text(), dialog.key.text()))
        )
        dialog.open()


class RecipientDialog(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add a recipient"))
        self.setMinimumWidth(560)
        self.name = text_field(self.tr("Name"))
        self.key = text_field(self.tr("age key"), example="age1…")
        form = QFormLayout()
        form.addRow(label(self.tr("Name"), "muted"), self.name)
        form.addRow(label(self.tr("age key"), "muted"), self.key)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.addLayout(form)
        self.act = Button(self.tr("Add"), self.accept, kind="primary")
        self.act.setDefault(True)
        body.addLayout(row(None, Button(self.tr("Cancel"), self.reject), self.act))
        for field in (self.name, self.key):
            field.textChanged.connect(self._allow)
        self._allow()

    def _allow(self) -> None:
        self.act.setEnabled(bool(self.name.text().strip() and self.key.text().strip()))
