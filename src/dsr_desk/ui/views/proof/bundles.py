"""Bundles: what was sealed, its passphrase shown once; a time stamp carried by hand; the check as a recipient does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from dsr_desk.app.proof.authorities import trusted_authorities
from dsr_desk.app.proof.sealing import Verification, needs_passphrase, verify
from dsr_desk.app.proof.time_stamps import TimeStamp, attach_time_stamp, time_stamps, write_time_queries
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_file, ask_folder
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import FileField, Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, clear, label, row, scrolled_column
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class BundleShown:
    """A sealed file. There are no checks where only the recipient's key opens it.

    `ok` is None there, and where no check fails and one could not be made.
    """

    edition: str
    path: Path
    passphrase: str
    ok: bool | None
    checks: tuple[tuple[bool | None, Message], ...]


HELD: dict[bool | None, tuple[Tone, str]] = {
    True: (Tone.OK, "done"), False: (Tone.DANGER, "danger"), None: (Tone.WARN, "warn"),
}  # fmt: skip
"""How a check is shown: it holds, it fails, it was not made."""


class SecretCard(Card):
    """Something to be told by another channel: shown to be read out, with a way to copy it."""

    def __init__(self, caption: str, secret: str) -> None:
        super().__init__(margin=12, spacing=4)
        shown = label(secret, "mono", wrap=True, selectable=True)
        shown.setAccessibleName(f"{caption}: {secret}")
        copy = Button(
            tr("Copy"), lambda: QApplication.clipboard().setText(secret), name=tr("Copy: {what}").format(what=caption)
        )
        self.body.addWidget(label(caption, "note"))
        self.body.addLayout(row(shown, copy, stretch=0))


class BundlesDialog(Dialog):
    def __init__(self, sealed: list[BundleShown], parent: QWidget) -> None:
        super().__init__(_title(sealed), parent, width=720, height=600)
        column, area = scrolled_column(tr("Sealed files"), spacing=16, ground=True)
        for one in sealed:
            column.addWidget(self._card(one))
        column.addStretch(1)
        self.body.addWidget(area, 1)
        self._secret = any(one.passphrase for one in sealed)
        self.noted = Tick(tr("I have noted the passphrases; they are not shown again"))
        self.noted.setVisible(self._secret)
        self.noted.toggled.connect(self._allow)
        self.foot.insertWidget(0, self.noted)
        self.cancel.dress("primary")
        self._allow()

    def reject(self) -> None:
        """Escape would lose a passphrase that nobody has."""
        if self.cancel.isEnabled():
            super().reject()

    def _allow(self) -> None:
        self.cancel.setEnabled(self.noted.isChecked() or not self._secret)

    def _card(self, one: BundleShown) -> Card:
        card = Card()
        head = {
            True: (tr("holds"), Tone.OK),
            False: (tr("does not hold"), Tone.DANGER),
            None: (tr("not wholly checked"), Tone.WARN),
        }
        chip = Chip(*head[one.ok]) if one.checks else Chip(tr("opens for its recipients only"), Tone.INFO, "lock")
        card.body.addLayout(row(label(edition_name(one.edition), "section"), chip, None))
        card.body.addWidget(label(str(one.path), "note", wrap=True, selectable=True))
        if one.passphrase:
            card.body.addWidget(SecretCard(tr("Passphrase, to be told by another channel"), one.passphrase))
        for ok, says in one.checks:
            card.body.addWidget(Notice(say(says), *HELD[ok], plain=True))
        return card


def edition_name(edition: str) -> str:
    return {"requester": tr("For the requester"), "regulator": tr("For the regulator")}.get(edition, edition)


def _title(sealed: list[BundleShown]) -> str:
    """Verified is said only of what was verified."""
    if any(one.ok is False for one in sealed):
        return tr("Sealed, and a file does not verify")
    if all(one.ok for one in sealed):
        return tr("Sealed and verified")
    return tr("Sealed; verified as far as it opens here")


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
        self.done_line = self.body.put(Notice(tone=Tone.OK))
        self.done_line.hide()
        self.reload()

    def reload(self) -> None:
        clear(self._states)
        found = time_stamps(self._session.desk, self._ref)
        for one in found:
            self._states.addWidget(Notice(*_stamped(one), plain=True))
        self.save.setEnabled(any(not one.proves for one in found))
        self.take.setEnabled(any(one.asked for one in found))

    def save_into(self, folder: Path) -> None:
        self._try(lambda: write_time_queries(self._session.desk, self._ref, folder), tr("Saved: {files}"))

    def take_in(self, file: Path) -> None:
        self._try(lambda: attach_time_stamp(self._session.desk, self._ref, file.read_bytes()), tr("Taken in: {files}"))

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
        self.told = self.text(tr("Fingerprint you were told"), example=tr("blank: who signed is not checked"))
        self.checkpoint = self.line(FileField(tr("Checkpoint of an earlier bundle")))
        self.need(self.file.field)
        self._found, self._area = scrolled_column(tr("What was found"), ground=True)
        self._area.setMinimumHeight(220)
        self._area.hide()
        self.body.addWidget(self._area, 1)
        if file is not None:
            self.file.field.setText(str(file))

    def go(self) -> None:
        file, identity, checkpoint = self.file.path, self.identity.path, self.checkpoint.path
        secret, told, trusted = self.secret.text(), self.told.text(), trusted_authorities(self._session.desk)
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
                authorities=trusted or None,
            ),
            self._show,
            failed=self.refuse,
        )

    def _show(self, found: Verification) -> None:
        self.allow()
        clear(self._found)
        signer, *others = (Notice(say(check.says), *HELD[check.ok], plain=True) for check in found.checks)
        self._found.addWidget(signer)
        headline = {
            True: tr("It holds."),
            False: tr("It does not hold."),
            None: tr("Nothing fails, and not everything could be checked."),
        }
        self._found.addWidget(Notice(headline[found.ok], HELD[found.ok][0]))
        for shown in others:
            self._found.addWidget(shown)
        for sentence in found.declared:
            self._found.addWidget(Notice(tr("Only declared: {what}").format(what=say(sentence)), Tone.WARN, plain=True))
        self._found.addStretch(1)
        self._area.show()


def _stamped(one: TimeStamp) -> tuple[str, Tone, str | None]:
    name = edition_name(one.edition)
    if one.doubt is not None:
        return tr("{edition}: {doubt}").format(edition=name, doubt=say(one.doubt)), Tone.WARN, "warn"
    if one.time:
        when = words.moment(one.time)
        says = tr("{edition}: existed by {when}, attested by {who}").format(edition=name, when=when, who=one.authority)
        return says, Tone.OK, "done"
    if one.asked:
        return tr("{edition}: query saved, waits for the answer").format(edition=name), Tone.INFO, None
    return tr("{edition}: clock not attested").format(edition=name), Tone.WARN, None
