"""The vault as a thing to look after: where it lies, its last backup, whether it is whole, its key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal

from dsr_desk.app.vault.backups import backup_is_old, backup_vault
from dsr_desk.app.vault.keeping import check_vault, last_backup, vault_info
from dsr_desk.app.vault.where import backup_taken
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_folder
from dsr_desk.ui.dialogs import LinesDialog, ask
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.vault.backups_dialog import BackupDialog, BackupsDialog
from dsr_desk.ui.widgets import Button, Card, Notice, row
from dsr_desk.ui.words import tr


class VaultCard(Card):
    """`open_asked` carries the folder of a backup that is to be opened in this vault's place."""

    open_asked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Vault and backup"))
        self._session = session
        self.facts = self.body.put(FactList(columns=2))
        self.state = self.body.put(Notice(tone=Tone.WARN))
        self.backup = Button(tr("Back up …"), self._choose_backup)
        self.open_backup = Button(tr("Open a backup …"), self._choose_opened)
        self.check = Button(tr("Check the vault"), self._check)
        self.rekey = Button(tr("Change the key …"), self._rekey)
        self.made = Button(tr("Backups that were made …"), self._show_backups, kind="link")
        self.body.addLayout(row(self.backup, self.open_backup, self.made, None))
        self.body.addLayout(row(self.check, self.rekey, None))

    def reload(self) -> None:
        info, last = vault_info(self._session.desk), last_backup(self._session.desk)
        signs = bool(self._session.desk.vault.officer_key)
        self.rekey.setEnabled(signs)
        self.facts.show_facts(
            [
                (tr("Organisation"), str(info["organisation"])),
                (tr("Folder"), str(info["folder"])),
                (tr("Cases"), words.figure(info["cases"])),
                (tr("Last backup"), words.moment(last) if last else tr("none yet")),
                (tr("Journal"), words.counted(info["journal_entries"], "1 entry", "%Ln entries")),
                (tr("Epochs of the journal"), words.figure(info["journal_epoch"])),
            ]
        )
        if last is None:
            gone = tr("There is no backup. If this disk fails, cases, keys and the journal are gone.")
            self.state.say(gone, Tone.WARN)
        elif backup_is_old(self._session.desk):
            self.state.say(tr("The last backup is old: what was done since is on this disk alone."), Tone.WARN)
        else:
            self.state.say(tr("Keep backups away from this computer; they are encrypted like the vault."), Tone.INFO)

    def back_up_to(self, folder: Path, until: date | None = None) -> None:
        """A copy in a new folder inside `folder`, named after the day."""
        desk = self._session.desk
        to = _free(folder / f"{desk.vault.folder.name} {words.today_digits()}")

        def work() -> Path | None:
            return backup_vault(desk, to, until)

        def done(missing: Path | None) -> None:
            self._session.tell()
            self._session.said.emit(tr("Backed up to {folder}").format(folder=to))
            if missing is not None:
                gone = tr("The checkpoint was not written to {file}: its drive is not there.").format(file=missing)
                self.state.say(gone, Tone.WARN)

        self._session.beside(self, tr("Backing up the vault"), work, done)

    def _choose_backup(self) -> None:
        BackupDialog(self.back_up_to, self).open()

    def _show_backups(self) -> None:
        BackupsDialog(self._session, self).open()

    def _choose_opened(self) -> None:
        if (folder := ask_folder(self, tr("Choose the folder of the backup"))) is not None:
            self.ask_to_open(folder)

    def ask_to_open(self, folder: Path) -> None:
        """Says what it means before the vault that is open is left."""
        taken = backup_taken(folder)
        when = tr("It was taken on {when}. ").format(when=words.moment(taken)) if taken else ""
        says = tr(
            "What was done since then is not in it. Opening it begins a new epoch of the journal, which is declared in "
            "every later bundle: an honest restore would otherwise look as if somebody had removed entries."
        )
        ask(
            self,
            tr("Open the backup in place of this vault?"),
            f"{when}{says}\n\n{folder}",
            act=tr("Open the backup"),
            stay=tr("Stay in this vault"),
            then=lambda: self.open_asked.emit(folder),
        )

    def _check(self) -> None:
        desk = self._session.desk
        says = tr("Checking the vault")
        self._session.run(self, says, lambda report, token: check_vault(desk, report, token), self._checked)

    def _checked(self, problems: list[Message]) -> None:
        whole = tr("The vault is whole: the file, its references, and every entry and signature of the journal.")
        if problems:
            todo = tr("Go on with the last backup that is whole, and keep this folder for whoever looks into it.")
            LinesDialog(tr("The vault is not whole"), todo, [say(one) for one in problems], self).open()
        else:
            self.state.say(whole, Tone.OK, "done")
            self._session.said.emit(whole)

    def _rekey(self) -> None:
        desk = self._session.desk
        ask(
            self,
            tr("Change the key of the vault?"),
            tr("The vault is encrypted anew; passphrases and the recovery code stay. Backups keep their old key."),
            act=tr("Change the key"),
            stay=tr("Keep the key"),
            then=lambda: self._session.beside(self, tr("Changing the key of the vault"), desk.vault.rekey),
        )


def _free(folder: Path) -> Path:
    """This folder, or one with a number behind its name where it is there already."""
    tries = (folder.with_name(f"{folder.name} ({number})") for number in range(2, 1000))
    return folder if not folder.exists() else next(one for one in tries if not one.exists())
