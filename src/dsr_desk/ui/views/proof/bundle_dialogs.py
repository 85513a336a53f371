"""A time stamp carried by hand, and the check of a bundle as its recipient would make it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.app.proof.sealing import Verification, needs_passphrase, verify
from dsr_desk.app.proof.time_stamps import TimeStamp, attach_time_stamp, time_stamps, write_time_queries
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_file, ask_folder
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import FileField
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.proof.bundles import edition_name
from dsr_desk.ui.widgets import Button, Notice, clear, label, row, scrolled_column
from dsr_desk.ui.words import tr


class TimeStampDialog(Dialog):
    """Out goes a query that tells nothing of the case; back comes an answer that attests when the bundle existed."""

    def __init__(self, session: Session, ref: str, parent: QWidget) -> None:
        says = tr(
            "Without a time stamp a bundle says that its clock is not attested. The bundle stays as it was handed "
            "out: the stamp lies beside it, and what was sent already can still be stamped."
        )
        super().__init__(tr("Time stamp"), parent, says=says, width=640)
        self._session, self._ref = session, ref
        self._states = QVBoxLayout()
        self.body.addLayout(self._states)
        steps = (
            tr("1. Save the query. It holds a digest and a random number, nothing of the case."),
            tr("2. Carry it to a connected computer and send it to a time-stamping authority of your choice."),
            tr("3. Bring the answer back and take it in. It is checked before it is kept."),
        )
        for step in steps:
            self.body.addWidget(label(step, wrap=True))
        self.save = Button(tr("Save the query …"), self._choose_folder)
        self.take = Button(tr("Take in the answer …"), self._choose_answer)
        self.body.addLayout(row(self.save, self.take, None))
        self.done_line = Notice(tone=Tone.OK)
        self.done_line.hide()
        self.body.addWidget(self.done_line)
        self.reload()

    def reload(self) -> None:
        clear(self._states)
        found = time_stamps(self._session.desk, self._ref)
        for one in found:
            notice = Notice(plain=True)
            notice.say(*_stamped(one))
            self._states.addWidget(notice)
        self.save.setEnabled(any(not one.time for one in found))
        self.take.setEnabled(any(one.asked for one in found))

    def save_into(self, folder: Path) -> None:
        self._try(lambda: write_time_queries(self._session.desk, self._ref, folder), tr("Saved: {files}"))

    def take_in(self, file: Path) -> None:
        self._try(lambda: attach_time_stamp(self._session.desk, self._ref, file.read_bytes()), tr("Attested: {files}"))

    def _try(self, act: Callable[[], list[Path]], says: str) -> None:
        try:
            files = act()
        except DeskError as error:
            self.refuse(error)
            return
        self.problem.hide()
        self.done_line.say(says.format(files="\n".join(str(file) for file in files)), Tone.OK, "done")
        self.done_line.show()
        self._session.tell()
        self.reload()

    def _choose_folder(self) -> None:
        if (folder := ask_folder(self, tr("Where the query is to lie"))) is not None:
            self.save_into(folder)

    def _choose_answer(self) -> None:
        kinds = tr("Answers (*.tsr);;All files (*)")
        if (file := ask_file(self, tr("Choose the answer of the authority"), kinds)) is not None:
            self.take_in(file)


class CheckDialog(Dialog):
    """What a recipient would find, in sentences; nothing of the vault is needed."""

    def __init__(self, session: Session, parent: QWidget, file: Path | None = None) -> None:
        says = tr("Checks a bundle as its recipient would. What is declared is said to be declared.")
        super().__init__(tr("Check a bundle"), parent, says=says, act=tr("Check"), width=720)
        self._session = session
        self.file = self.line(FileField(tr("Bundle")))
        self.secret = self.text(tr("Passphrase"), secret=True)
        self.identity = self.line(FileField(tr("Or the file of an age identity")))
        self.told = self.text(
            tr("Fingerprint you were told"), example=tr("blank: the certificate in the bundle is believed")
        )
        self.checkpoint = self.line(FileField(tr("Checkpoint of an earlier bundle")))
        self.need(self.file.field)
        self._found, area = scrolled_column(tr("What was found"), ground=True)
        self._area = area
        self._area.setMinimumHeight(220)
        self._area.hide()
        self.body.addWidget(self._area, 1)
        if file is not None:
            self.file.field.setText(str(file))

    def go(self) -> None:
        file, identity, checkpoint = self.file.path, self.identity.path, self.checkpoint.path
        secret, told = self.secret.text(), self.told.text().strip()
        if file is None:
            return
        self.problem.hide()
        self.act.setEnabled(False)
        self._session.beside(
            self,
            tr("Checking the bundle"),
            lambda: verify(
                file,
                passphrase=secret if needs_passphrase(file) else "",
                identities=[identity] if identity else [],
                certificate=told,
                held_checkpoint=checkpoint,
            ),
            self._show,
            failed=self.refuse,
        )

    def _show(self, found: Verification) -> None:
        self.allow()
        clear(self._found)
        headline = tr("It holds.") if found.ok else tr("It does not hold.")
        self._found.addWidget(Notice(headline, Tone.OK if found.ok else Tone.DANGER))
        for check in found.checks:
            line = Notice(plain=True)
            line.say(say(check.says), *((Tone.OK, "done") if check.ok else (Tone.DANGER, None)))
            self._found.addWidget(line)
        for sentence in found.declared:
            self._found.addWidget(Notice(tr("Only declared: {what}").format(what=say(sentence)), Tone.WARN, plain=True))
        self._found.addStretch(1)
        self._area.show()


def _stamped(one: TimeStamp) -> tuple[str, Tone, str | None]:
    name = edition_name(one.edition)
    if one.time:
        when = words.moment(one.time)
        says = tr("{edition}: existed by {when}, attested by {who}").format(edition=name, when=when, who=one.authority)
        return says, Tone.OK, "done"
    if one.asked:
        return tr("{edition}: query saved, waits for the answer").format(edition=name), Tone.INFO, None
    return tr("{edition}: clock not attested").format(edition=name), Tone.WARN, None
