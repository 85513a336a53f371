"""A sworn statement: worded from the case, read, and signed by the officer with the own passphrase."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dsr_desk.app.proof.swearing import Form, Wording, swear, word_statement
from dsr_desk.core.requests import Law
from dsr_desk.ui.acting import SignDialog
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import label, scrolled_column
from dsr_desk.ui.words import tr

SWORN_UNDER = (Law.ORDER, Law.CCPA, Law.DROP, Law.VIRGINIA, Law.TEXAS, Law.COLORADO, Law.BIPA)
"""Where somebody may ask for it; from the command line any case can be sworn to."""


class SwearDialog(Dialog):
    """Nothing can be signed that was not shown; whatever is typed after that is worded anew."""

    def __init__(self, session: Session, ref: str, parent: QWidget) -> None:
        says = tr(
            "You swear to what the case says now, in your own name and with your own key. The next bundle for a "
            "regulator holds it, unless something in the case changes before."
        )
        super().__init__(tr("Sworn statement"), parent, says=says, act=tr("Word the statement"), width=720)
        self._session, self._ref = session, ref
        self.wording: Wording | None = None
        places = [(tr("within the United States"), Form.WITHIN_US), (tr("outside the United States"), Form.OUTSIDE_US)]
        self.form = self.line(ChoiceField(tr("Where you sign"), places))
        self.name = self.text(tr("Full name"), session.desk.vault.officer_name)
        self.capacity = self.text(tr("Capacity"), example=tr("Chief Privacy Officer"))
        self.place = self.text(tr("Place"))
        self.own = self.text(tr("A paragraph of your own"), example=tr("blank: none"))
        column, self._area = scrolled_column(tr("The statement"), ground=True)
        self.statement = label("", wrap=True, selectable=True)
        column.addWidget(self.statement)
        column.addStretch(1)
        self._area.setMinimumHeight(300)
        self._area.hide()
        self.body.addWidget(self._area, 1)
        self.need(self.name, self.capacity)
        for field in (self.name, self.capacity, self.place, self.own):
            field.textChanged.connect(self._anew)
        self.form.activated.connect(self._anew)

    def go(self) -> None:
        if self.wording is None:
            self._word()
            return
        says = tr("A false statement under penalty of perjury is a crime. It cannot be taken back.")
        SignDialog(self._session, tr("Swear to this statement"), says, tr("I swear"), self._swear, self).open()

    def _word(self) -> None:
        desk, ref, form, own = self._session.desk, self._ref, self.form.value, [self.own.text()]
        said = {"name": self.name.text(), "capacity": self.capacity.text(), "place": self.place.text()}
        self.problem.hide()
        self.act.setEnabled(False)
        self._session.beside(
            self,
            tr("Wording the statement"),
            lambda: word_statement(desk, ref, form, also=own, **said),
            self._show,
            failed=self.refuse,
        )

    def _show(self, wording: Wording) -> None:
        self.wording = wording
        self.statement.setText(wording.sworn.text)
        self._area.show()
        self.act.setText(tr("Swear and sign …"))
        self.allow()

    def _anew(self, _news: object = None) -> None:
        self.wording = None
        self._area.hide()
        self.act.setText(tr("Word the statement"))

    def _swear(self) -> None:
        wording = self.wording
        if wording is not None:
            self.attempt(lambda: swear(self._session.desk, self._ref, wording), lambda _change: self._session.tell())
