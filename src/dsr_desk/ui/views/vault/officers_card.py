"""Who opens the vault: officers with their own passphrases, and the recovery code on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from dsr_desk.app.vault.officers import (
    Officer,
    add_officer,
    change_passphrase,
    officers,
    remove_officer,
    renew_recovery_code,
)
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog, ask
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.vault.new_passphrase import NewPassphrase
from dsr_desk.ui.views.vault.recovery import RecoveryCode
from dsr_desk.ui.widgets import Button, Card, Notice, label, row
from dsr_desk.ui.words import tr


class OfficersCard(Card):
    """Adding, taking out, one's own passphrase, a new recovery code."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Officers"))
        self._session = session
        says = tr("Each opens the vault with an own passphrase and signs with an own key, never for another.")
        self.body.addWidget(label(says, "muted", wrap=True))
        self.recovered = Notice(
            tr("The recovery code opened this vault, and it signs nothing. Add yourself as an officer to go on."),
            Tone.WARN,
        )
        self.body.addWidget(self.recovered)
        self.model: RowsModel[Officer] = RowsModel(
            (TableColumn(tr("Name"), _name), TableColumn(tr("Access to the vault"), _access, 220)),
            lambda one: one.name,
        )
        self.table = self.body.put(TableWidget(self.model, name=tr("Officers"), height=52), 1)
        self.table.setMinimumHeight(150)
        self.table.chosen.connect(self._allow)
        self.add = Button(tr("Add an officer …"), self._add)
        self.remove = Button(tr("Take access away …"), self._remove, kind="danger")
        self.passphrase = Button(tr("Change my passphrase …"), self._change)
        self.code = Button(tr("New recovery code …"), self._renew)
        self.body.addLayout(row(self.add, self.remove, None))
        self.body.addLayout(row(self.passphrase, self.code, None))

    def reload(self) -> None:
        recovering = not self._session.desk.vault.officer_key
        self.recovered.setVisible(recovering)
        self.passphrase.setEnabled(not recovering)
        self.code.setEnabled(not recovering)
        self.model.show_rows(officers(self._session.desk))
        self._allow(self.table.current())

    def _allow(self, chosen: Officer | None) -> None:
        signs = bool(self._session.desk.vault.officer_key)
        self.remove.setEnabled(signs and chosen is not None and not chosen.is_you and chosen.removed is None)

    def _add(self) -> None:
        says = tr("That person types the passphrase here, so that nobody else ever knows it.")
        title, add = tr("Add an officer"), partial(add_officer, self._session.desk)
        PassphraseDialog(self._session, title, says, add, self, act=tr("Add"), named=True).open()

    def _change(self) -> None:
        says = tr("Copies of the vault that were made before still open with the old passphrase.")
        desk, title = self._session.desk, tr("Change my passphrase")

        def change(_name: str, secret: str) -> None:
            change_passphrase(desk, secret)

        PassphraseDialog(self._session, title, says, change, self, act=tr("Change")).open()

    def _remove(self) -> None:
        chosen = self.table.current()
        if not isinstance(chosen, Officer):
            return
        desk, says = self._session.desk, tr("Changing the key of the vault")
        ask(
            self,
            tr("Take {name}’s access away?").format(name=chosen.name),
            tr(
                "The vault gets a new key: an old copy of the key file opens nothing new. What {name} signed stays."
            ).format(name=chosen.name),
            act=tr("Take access away"),
            stay=tr("Keep"),
            then=lambda: self._session.beside(self, says, lambda: remove_officer(desk, chosen.name)),
        )

    def _renew(self) -> None:
        desk = self._session.desk
        ask(
            self,
            tr("Make a new recovery code?"),
            tr("The paper with the old code opens this vault no longer. The new code is shown once, to be printed."),
            act=tr("Make a new code"),
            stay=tr("Keep the old one"),
            then=lambda: self._session.beside(
                self,
                tr("Making a recovery code"),
                lambda: renew_recovery_code(desk),
                self._renewed,
                failed=self._refused,
            ),
        )

    def _renewed(self, code: str) -> None:
        self._session.tell()
        RecoveryCodeDialog(self._session, code, self).open()

    def _refused(self, error: DeskError) -> None:
        self._session.tell()
        self._session.bridge.failed.emit(error)


class PassphraseDialog(Dialog):
    """A new passphrase; `wanted` gets the name ("" where none is asked for) and the passphrase."""

    def __init__(
        self,
        session: Session,
        title: str,
        says: str,
        wanted: Callable[[str, str], None],
        parent: QWidget,
        *,
        act: str,
        named: bool = False,
    ) -> None:
        super().__init__(title, parent, says=says, act=act)
        self._session, self._wanted = session, wanted
        self.name = self.text(tr("Name")) if named else None
        self.new = NewPassphrase(session.bridge, self._names, self)
        self.line(self.new.secret)
        self.line(self.new.again)
        self.body.addLayout(row(self.new.made, None, self.new.suggest))
        self.body.addWidget(self.new.says)
        if self.name:
            self.name.textChanged.connect(self.new.look)
        self.new.changed.connect(self._judged)
        self.need(*([self.name] if self.name else []))

    @property
    def ready(self) -> bool:
        return super().ready and self.new.ready

    def _names(self) -> tuple[str, ...]:
        return self._session.desk.vault.known_names(*([self.name.text()] if self.name else []))

    def _judged(self) -> None:
        self.allow()
        self._fit()

    def refuse(self, error: DeskError) -> None:
        """A change that needs approvals was proposed by trying it: the policy card shows that it waits."""
        self.new.freeze(False)
        super().refuse(error)
        self._session.tell()

    def go(self) -> None:
        name, secret = self.name.text().strip() if self.name else "", self.new.secret.text()
        self.new.freeze(True)
        self.work(self._session, self.windowTitle(), lambda _report, _token: self._wanted(name, secret))


class RecoveryCodeDialog(Dialog):
    """The new code, shown once; it closes when somebody says that it is kept."""

    def __init__(self, session: Session, code: str, parent: QWidget) -> None:
        super().__init__(tr("Keep the recovery code"), parent, act=tr("Done"))
        vault = session.desk.vault
        self.shown = self.body.put(RecoveryCode(vault.organisation, vault.folder, code))
        self.shown.kept.toggled.connect(self.allow)
        self.cancel.hide()
        self.allow()

    @property
    def ready(self) -> bool:
        return self.shown.kept.isChecked()

    def reject(self) -> None:
        """Escape would lose the code: the old one opens nothing any more."""
        if self.ready:
            super().reject()


def _name(one: Officer) -> Cell:
    return Cell(one.name, tr("this is you") if one.is_you else "", strong=True)


def _access(one: Officer) -> Cell:
    if one.removed is not None:
        return Cell(chip=tr("no access"), note=tr("until {when}").format(when=words.moment(one.removed)), icon="done")
    since = tr("since {when}").format(when=words.moment(one.added))
    if one.recovered:
        return Cell(chip=tr("added by the recovery code"), note=since, tone=Tone.WARN)
    return Cell(chip=tr("opens the vault"), note=since, tone=Tone.OK)
