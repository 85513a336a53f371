"""The check of an order in place of an identity check: how it is known that the authority gave it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.cases import CaseView
from dsr_desk.app.case.steps import finding
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.requests import IdentityResult
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.dialogs import ReasonDialog
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.findings import show_finding
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, label, row
from dsr_desk.ui.words import tr


class AuthenticityCard(Card):
    """It asks until somebody checked the order, and lets whoever learns better take that back."""

    def __init__(self, record: Callable[[str], None], withdraw: Callable[[str], None]) -> None:
        super().__init__()
        self._record, self._withdraw = record, withdraw
        self._refused: Refusal | None = None
        self.setAccessibleName(tr("Is the order authentic?"))
        self.state = Chip()
        self.body.addLayout(row(label(tr("Is the order authentic?"), "section"), self.state, None))
        self.said = self.body.put(Notice(plain=True))
        self.withdraw = Button(
            tr("It does not hold …"), self._ask, kind="link", name=tr("The check of the order does not hold")
        )
        self.body.addLayout(row(self.withdraw, None))
        self._why = self.body.put(
            label(
                tr("Nothing is looked up or planned before this: a forged order would destroy data."),
                "muted",
                wrap=True,
            )
        )
        self.method = text_field(
            tr("How was it checked?"), example=tr("for example: call back to the authority, its register, its seal")
        )
        self._caption = self.body.put(label(self.method.accessibleName(), "note", wrap=True))
        self._caption.setBuddy(self.method)
        self.body.addWidget(self.method)
        self.button = Button(tr("Record that it is authentic"), self._press, kind="primary")
        self.body.addLayout(row(self.button, None))
        self.asked, self.asks = TypedFields(self, {"method": self.method}), True
        self.method.textChanged.connect(self._allow)
        self.method.returnPressed.connect(self.button.click)

    def show_case(self, desk: Desk, case: CaseView) -> None:
        check, known = case.identity, desk.case(case.ref).identity
        verified = check is not None and check.result is IdentityResult.VERIFIED
        self.asks = not verified
        self.method.clear()
        waits = tr("failed") if check else tr("pending")
        self.state.say(tr("authentic") if verified else waits, Tone.OK if verified else Tone.WARN)
        for part in (self.state, self.said):
            show_finding(part, finding(desk, known["seq"]) if known is not None else None)
        self._refused = refusal(desk, case.ref, Kind.IDENTITY)
        self.withdraw.setVisible(verified)
        allow(self.withdraw, self._refused)
        for widget in (self._why, self._caption, self.method, self.button):
            widget.setVisible(not verified)
        self.said.setVisible(check is not None)
        if check is not None:
            who = desk.vault.officer_names().get(check.officer, tr("unknown"))
            by = tr("Recorded by {who}, {when}").format(who=who, when=words.moment(check.checked))
            self.said.say(f"{check.method}\n{by}", *((Tone.OK, "done") if verified else (Tone.DANGER, None)))
        self._allow()

    def _ask(self) -> None:
        dialog = NotAuthenticDialog(self)
        dialog.accepted.connect(lambda: self._withdraw(dialog.reason))
        dialog.open()

    def _allow(self) -> None:
        allow(self.button, self._refused, ready=bool(self.method.text().strip()))

    def _press(self) -> None:
        self._record(self.method.text())


class NotAuthenticDialog(ReasonDialog):
    """A check that turned out wrong. Nothing is looked up or deleted afterwards until another one holds."""

    def __init__(self, parent: QWidget) -> None:
        says = tr(
            "From then on nothing is looked up, planned or deleted in this case, a run that is under way stops before "
            "its next action, and approvals no longer count, until the order is checked anew."
        )
        super().__init__(
            tr("The check of the order does not hold"),
            says,
            tr("Record that it failed"),
            parent,
            caption=tr("What was found"),
            example=tr("for example: the authority does not know this docket"),
        )
