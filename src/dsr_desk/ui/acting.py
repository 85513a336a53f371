"""Buttons that stand for acts: what may be done now, and the reason where it may not, come from the table of rules.

A command that tries the same act is refused with the same sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.refusals import Refusal
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, label
from dsr_desk.ui.words import tr


def guard(button: Button, desk: Desk, ref: str, kind: Kind, *, ready: bool = True, **said: Any) -> bool:
    """Enables a button where its act is allowed; else it says why not. `ready` is what the screen itself waits for.

    Returns whether the act is allowed. `said` is what is open in it, as far as it is known before.
    """
    return allow(button, refusal(desk, ref, kind, **said), ready=ready)


def allow(button: Button, refused: Refusal | None, *, ready: bool = True) -> bool:
    """The same for a refusal that was asked for before, beside the window for instance."""
    button.explain(reason(refused))
    button.setEnabled(refused is None and ready)
    return refused is None


def reason(refused: Refusal | None) -> str:
    """Why an act is not allowed and what to do, "" where it is."""
    return say(refused.message) if refused is not None else ""


class SecretDialog(Dialog):
    """Asks an officer's passphrase; a wrong one is typed anew."""

    keeps = False
    secret: QLineEdit

    def __init__(self, session: Session, title: str, says: str, act: str, parent: QWidget) -> None:
        super().__init__(title, parent, says=says, act=act, width=520)
        self._session = session

    def refuse(self, error: DeskError) -> None:
        super().refuse(error)
        self.secret.selectAll()
        self.secret.setFocus()


class SignDialog(SecretDialog):
    """Something that an officer signs and cannot take back: the own passphrase is asked once, and nothing else happens
    before it was right. `word` must be typed too, where one is given. Cancel is the default where there is danger.
    """

    def __init__(
        self,
        session: Session,
        title: str,
        says: str,
        act: str,
        then: Callable[[], object],
        parent: QWidget,
        *,
        word: str = "",
        danger: bool = False,
    ) -> None:
        super().__init__(session, title, says, act, parent)
        self._then, self._word = then, word
        if danger:
            self.beware()
        self.field = self.text(tr("Type {word} to go on").format(word=word)) if word else None
        self.secret = self.text(tr("Passphrase of {name}").format(name=session.desk.vault.officer_name), secret=True)
        self.body.addWidget(label(tr("You sign this; the passphrase says that it is you."), "note", wrap=True))
        self.need(self.secret, *([self.field] if self.field else []))

    @property
    def ready(self) -> bool:
        return super().ready and (self.field is None or self.field.text().strip() == self._word)

    def go(self) -> None:
        """Deriving the key takes its time, so it runs beside the window."""
        vault, secret = self._session.desk.vault, self.secret.text()
        says = tr("Checking the passphrase")
        self.work(self._session, says, lambda _report, _token: vault.confirm(secret), lambda _none: self._then())


class SwitchDialog(SecretDialog):
    """Another officer goes on at this computer: the vault stays open, what is done from then on bears another name."""

    def __init__(self, session: Session, then: Callable[[Any], object], parent: QWidget) -> None:
        says = tr(
            "The vault stays open. Type the passphrase of the officer who goes on here; what is done from then on "
            "bears that name."
        )
        super().__init__(session, tr("Switch officer"), says, tr("Switch"), parent)
        self._then = then
        self.secret = self.text(tr("Passphrase of the other officer"), secret=True)
        self.need(self.secret)

    def go(self) -> None:
        desk, secret = self._session.desk, self.secret.text()
        says = tr("Switching officer")
        self.work(self._session, says, lambda _report, _token: desk.switch_officer(secret), self._then)
