"""Before a vault is open: unlock one, or make the first one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from dsr_desk.app.vault.where import VARIABLE, backup_taken, first_vault, recent_vaults, remember_vault, usual_vault
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import words
from dsr_desk.ui.about import offline_signs
from dsr_desk.ui.ahead import load_all
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.dialogs import add_line, form_layout, four_parts
from dsr_desk.ui.fields import ChoiceField, FileField, text_field
from dsr_desk.ui.holding import LockedWork
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.vault.new_passphrase import NewPassphrase
from dsr_desk.ui.widgets import Button, Card, Notice, column_in, label, row, scrolled, stacked
from dsr_desk.ui.words import tr

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

COUNTRIES = (
    "", "AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "LU", "NL", "PL", "PT", "SE", "US",
)  # fmt: skip


class Welcome(QWidget):
    """`entered` carries the open desk and what to show first: "", "sample" or "new"."""

    entered = Signal(object, str)

    def __init__(self, bridge: Bridge, holding: LockedWork, vault: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bridge, self._holding = bridge, holding
        usual, self._recent = usual_vault(), recent_vaults()
        there = usual in self._recent or VARIABLE in os.environ or usual.is_dir()
        self._known = vault or (usual if there else None)
        self.stack = stacked()
        self.stack.setFixedWidth(560)
        self.stack.setCurrentWidget(self.unlock if self._known else self.making)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addLayout(row(label("DSR Desk", "section"), None, *offline_signs()))
        middle = QWidget()
        column = column_in(middle, spacing=0)
        column.addStretch(1)
        column.addLayout(row(None, self.stack, None))
        column.addStretch(2)
        outer.addWidget(scrolled(middle, name="DSR Desk", ground=True), 1)

    @cached_property
    def unlock(self) -> UnlockCard:
        """Made when it is wanted, as the other one: one of them is what is waited for at the start."""
        card = UnlockCard(self._known, self._recent, self._open, lambda: self.stack.setCurrentWidget(self.making))
        self.stack.addWidget(card)
        return card

    @cached_property
    def making(self) -> CreateCard:
        card = CreateCard(self._bridge, self._make, lambda: self.stack.setCurrentWidget(self.unlock))
        self.stack.addWidget(card)
        return card

    def showEvent(self, event: QShowEvent) -> None:
        """Type at once: the passphrase where a vault is known, the organisation where the first one is made."""
        super().showEvent(event)
        shown = self.stack.currentWidget()
        if isinstance(shown, UnlockCard | CreateCard):
            shown.first.setFocus()

    def _open(self, folder: Path, secret: str) -> None:
        self.unlock.busy(tr("Opening …"))

        def opened(desk: Desk) -> None:
            remember_vault(folder)
            self.entered.emit(desk, "")

        self._holding.unlock(folder, secret, opened, self.unlock.refuse)

    def _make(self, folder: Path, organisation: str, officer: str, passphrase: str, country: str) -> None:
        self.making.busy()

        def made(result: tuple[Desk, str]) -> None:
            from dsr_desk.ui.views.vault.recovery import RecoveryCard

            desk, code = result
            remember_vault(folder)
            self.making.new.forget()
            card = RecoveryCard(organisation, folder, code, lambda first: self.entered.emit(desk, first))
            self.stack.addWidget(card)
            self.stack.setCurrentWidget(card)

        def make() -> tuple[Desk, str]:
            load_all()
            from dsr_desk.app.desk import Desk
            from dsr_desk.core.deadlines import Place

            return Desk.create(folder, organisation, officer, passphrase, Place(country) if country else None)

        self._bridge.run(
            tr("Making the vault"),
            lambda _report, _token: make(),
            made,
            context=self,
            failed=self.making.refuse,
            cancellable=False,
            apart=True,
        )


class UnlockCard(Card):
    """`recent` are the vaults that were opened before, the last one first."""

    def __init__(
        self,
        folder: Path | None,
        recent: Sequence[Path],
        unlock: Callable[[Path, str], None],
        create: Callable[[], None],
    ) -> None:
        super().__init__(margin=24, spacing=12)
        self._unlock = unlock
        self.body.addWidget(label(tr("Unlock the vault"), "title", wrap=True))
        self.folder = FileField(tr("Where the vault lies"), folder, folder=True)
        self.secret = text_field(tr("Passphrase or recovery code"), secret=True)
        self.secret.returnPressed.connect(self._go)
        self.first = self.secret
        self.body.addLayout(_form((tr("Vault"), self.folder), (tr("Passphrase"), self.secret)))
        self.absent = self.body.put(Notice(tone=Tone.WARN))
        self.backup = self.body.put(Notice(tone=Tone.WARN))
        self.problem = self.body.put(Notice(tone=Tone.DANGER))
        self.problem.hide()
        says = tr("Your recovery code opens the vault too: type it in the same field.")
        self.body.addWidget(label(says, "note", wrap=True))
        self.go = Button(tr("Unlock"), self._go, kind="primary")
        self.body.addLayout(row(Button(tr("New vault …"), create, kind="link"), None, self.go))
        self.recent = {one: self._recent(one) for one in recent if one != folder}
        if self.recent:
            self.body.addWidget(label(tr("Opened before"), "strong"))
        for one, button in self.recent.items():
            here = str(one.parent) if one.is_dir() else tr("{folder}: the disk is not here").format(folder=one.parent)
            self.body.addLayout(row(button, label(here, "note", wrap=True), stretch=1))
        self.folder.field.textChanged.connect(self._look)
        self._look()

    def busy(self, text: str) -> None:
        self.problem.hide()
        self.go.setEnabled(False)
        self.go.setText(text)

    def refuse(self, error: DeskError) -> None:
        self.go.setEnabled(True)
        self.go.setText(tr("Unlock"))
        _show_problem(self.problem, error)
        self.secret.selectAll()
        self.secret.setFocus()

    def _recent(self, folder: Path) -> Button:
        return Button(folder.name, lambda: self._choose(folder), kind="link", name=str(folder))

    def _choose(self, folder: Path) -> None:
        self.folder.field.setText(str(folder))
        self.secret.setFocus()

    def _look(self) -> None:
        """A vault that is away says so, and so does a backup before it is opened."""
        folder = self.folder.path
        away = folder is not None and not folder.is_dir()
        self.absent.setVisible(away)
        if away:
            says = tr(
                "The disk is not here: there is nothing at {folder}. Connect the disk, or choose where the vault lies "
                "now. Nothing in it is lost by that."
            )
            self.absent.say(says.format(folder=folder), Tone.WARN)
        taken = backup_taken(folder) if folder is not None else None
        self.backup.setVisible(taken is not None)
        if taken is not None:
            says = tr("This is a backup of {when}. Opening it begins a new, declared epoch of the journal.")
            self.backup.say(says.format(when=words.moment(taken)), Tone.WARN)

    def _go(self) -> None:
        folder = self.folder.path
        if folder is not None and self.secret.text() and self.go.isEnabled():
            self._unlock(folder, self.secret.text())


class CreateCard(Card):
    def __init__(
        self,
        bridge: Bridge,
        make: Callable[[Path, str, str, str, str], None],
        unlock: Callable[[], None],
    ) -> None:
        super().__init__(margin=24, spacing=12)
        self._make = make
        self.body.addWidget(label(tr("Make your organisation’s vault"), "title", wrap=True))
        says = tr("The vault is one encrypted folder for cases, keys and the journal. Nothing leaves this computer.")
        self.body.addWidget(label(says, "muted", wrap=True))
        self.folder = FileField(tr("Where the vault is to lie"), first_vault(), folder=True)
        self.first = self.organisation = text_field(tr("Organisation"))
        self.officer = text_field(tr("Your name"))
        unset = tr("Not set: weekends alone count")
        self.country = ChoiceField(tr("Whose public holidays count"), [(code or unset, code) for code in COUNTRIES])
        self.new = NewPassphrase(bridge, lambda: (self.organisation.text(), self.officer.text()), self)
        self.body.addLayout(
            _form(
                (tr("Vault"), self.folder),
                (tr("Organisation"), self.organisation),
                (tr("Your name"), self.officer),
                (tr("Holidays of"), self.country),
                (tr("Passphrase"), self.new.secret),
                (tr("Once more"), self.new.again),
            )
        )
        self.body.addLayout(row(self.new.made, None, self.new.suggest))
        self.body.addWidget(self.new.says)
        self.warning = Notice(tr("We cannot recover this passphrase. You get a recovery code to print in a moment."))
        self.problem = Notice(tone=Tone.DANGER)
        self.problem.hide()
        self.body.addWidget(self.warning)
        self.body.addWidget(self.problem)
        self.go = Button(tr("Make the vault"), self._go, kind="primary")
        self.body.addLayout(row(Button(tr("Open another vault …"), unlock, kind="link"), None, self.go))
        self.new.again.returnPressed.connect(self._go)
        self.new.changed.connect(self._check)
        for field in (self.organisation, self.officer):
            field.textChanged.connect(self.new.look)
        self._check()

    def busy(self) -> None:
        self.problem.hide()
        self.new.freeze(True)
        self.go.setEnabled(False)
        self.go.setText(tr("Making the vault …"))

    def refuse(self, error: DeskError) -> None:
        self.go.setText(tr("Make the vault"))
        self.new.freeze(False)
        _show_problem(self.problem, error)
        self._check()

    def _check(self) -> None:
        named = all(field.text().strip() for field in (self.organisation, self.officer))
        self.go.setEnabled(named and self.new.ready)

    def _go(self) -> None:
        folder = self.folder.path
        if folder is not None and self.go.isEnabled():
            organisation, officer = self.organisation.text().strip(), self.officer.text().strip()
            self._make(folder, organisation, officer, self.new.secret.text(), self.country.value)


def _form(*lines: tuple[str, QWidget]) -> QFormLayout:
    form = form_layout()
    for caption, widget in lines:
        add_line(form, caption, widget)
    return form


def _show_problem(notice: Notice, error: DeskError) -> None:
    notice.say(four_parts(error), Tone.DANGER)
    notice.show()
