"""Checkpoints of the journal for others to hold: written as a page, and held against the journal again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.vault.checkpointing import write_page
from dsr_desk.app.vault.comparing import Compared, compare, compare_line
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_new_file
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import FileField
from dsr_desk.ui.language import say, spoken
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Notice
from dsr_desk.ui.words import tr


def hand_out(session: Session, page: QWidget) -> None:
    """Asks where a checkpoint is to lie, and writes it there."""
    kinds = f"{tr('Page to print')} (*.pdf);;{tr('QR code')} (*.svg);;{tr('Text')} (*.txt)"
    name = tr("checkpoint {day}").format(day=words.today_digits()) + ".pdf"
    file = ask_new_file(page, tr("Where the checkpoint is to lie"), name, kinds)
    if file is not None:
        write(session, page, file)


def write(session: Session, page: QWidget, file: Path) -> None:
    desk, language = session.desk, spoken()

    def done(_note: object) -> None:
        session.tell()
        session.said.emit(tr("Written to {file}. Give it to somebody who does not work here.").format(file=file))

    session.beside(page, tr("Writing a checkpoint"), lambda: write_page(desk, file, language), done)


class CompareDialog(Dialog):
    """A file, or a line that somebody types off a page. It stays open with what was found."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        says = tr(
            "The file of a checkpoint, a page, a bundle, or the line under the code: what somebody kept who does not "
            "work with this vault."
        )
        super().__init__(tr("Compare with a checkpoint"), parent, says=says, act=tr("Compare"), width=640)
        self._session = session
        self.file = self.line(FileField(tr("File")))
        self.typed = self.text(tr("Or its line"), example="dsr-desk/…")
        self.secret = self.text(tr("Passphrase of a sealed bundle"), secret=True)
        self.found = self.body.put(Notice())
        self.found.hide()

    def go(self) -> None:
        desk, file, line, secret = self._session.desk, self.file.path, self.typed.text(), self.secret.text()
        if file is None and not line.strip():
            return

        def work() -> Compared:
            return compare_line(desk, line) if file is None else compare(desk, file, passphrase=secret)

        self.problem.hide()
        self.found.hide()
        self.act.setEnabled(False)
        self._session.beside(self, tr("Comparing with a checkpoint"), work, self._show, failed=self.refuse)

    def _show(self, compared: Compared) -> None:
        self.found.say(say(compared.says), Tone.OK if compared.ok else Tone.DANGER)
        self.found.show()
        self.allow()
        self._fit()
