"""Backups: where the next one is to lie and until when, and what is known of those that were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.vault.keeping import VaultBackup, backups_made, note_backup_destroyed
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import DayField, FileField, Tick
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, clear, column_in, label, row
from dsr_desk.ui.words import tr


class BackupDialog(Dialog):
    """Asks for a folder, and for the day on which the copy is overwritten or destroyed, where anybody knows it."""

    def __init__(self, then: Callable[[Path, date | None], object], parent: QWidget) -> None:
        says = tr("A backup holds what is forgotten here later. What is said to the person names it and its day.")
        super().__init__(tr("Back up the vault"), parent, says=says, act=tr("Back up"))
        self._then = then
        self.folder = self.line(FileField(tr("Where the backup is to lie"), folder=True))
        self.known = self.body.put(Tick(tr("It is known when the copy is overwritten or destroyed")))
        self.until = self.body.put(DayField(tr("Overwritten or destroyed by")))
        self.until.hide()
        self.known.toggled.connect(self.until.setVisible)
        self.need(self.folder.field)

    def go(self) -> None:
        folder, until = self.folder.path, self.until.day if self.known.isChecked() else None
        self.accept()
        if folder is not None:
            self._then(folder, until)


class BackupsDialog(Dialog):
    """Every backup that was made; an officer notes of each that it is destroyed."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(tr("Backups that were made"), parent, width=640)
        self._session = session
        holder = self.body.put(QWidget())
        self._column = column_in(holder, spacing=8)
        self.buttons: dict[int, Button] = {}
        self._show()

    def _show(self) -> None:
        clear(self._column)
        self.buttons = {}
        made = backups_made(self._session.desk)
        if not made:
            self._column.addWidget(label(tr("No backup was made."), "muted"))
        for one in reversed(made):
            says = label(_line(one), wrap=True, selectable=True)
            line = row(says, stretch=0)
            if not one.destroyed:
                name = tr("The backup of {when} is destroyed").format(when=words.moment(one.time))
                button = Button(tr("It is destroyed"), partial(self._note, one.seq), kind="link", name=name)
                button.setEnabled(bool(self._session.desk.vault.officer_key))
                self.buttons[one.seq] = button
                line.addWidget(button)
            self._column.addLayout(line)

    def _note(self, seq: int) -> None:
        self._session.do(lambda: note_backup_destroyed(self._session.desk, seq))
        self._show()


def _line(one: VaultBackup) -> str:
    if one.destroyed:
        state = tr("destroyed, noted on {day}").format(day=words.day(date.fromisoformat(one.destroyed)))
    elif one.until:
        state = tr("to be overwritten or destroyed by {day}").format(day=words.day(date.fromisoformat(one.until)))
    else:
        state = tr("when it is overwritten is not known")
    return tr("{when}, {folder}: {state}").format(when=words.moment(one.time), folder=one.where, state=state)
