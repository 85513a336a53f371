"""The trust list: time stamp authorities, so that a stamp counts as a proof of time or not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.proof.authorities import Authority, add_authorities, list_authorities, remove_authority
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import refused
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.dialogs import ask
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, Card, clear, label, row
from dsr_desk.ui.words import tr


class AuthoritiesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__(tr("Time stamp authorities that you trust"))
        self._session = session
        says = tr(
            "A time stamp proves a time only if its authority rests on one of these. Compare each fingerprint with "
            "what the authority publishes; recipients judge by their own list."
        )
        self.body.addWidget(label(says, "muted", wrap=True))
        self._rows = QVBoxLayout()
        self.body.addLayout(self._rows)
        self.add = Button(tr("Add a certificate …"), self._choose)
        self.body.addLayout(row(self.add, None))

    def reload(self) -> None:
        self.add.setEnabled(bool(self._session.desk.vault.officer_key))
        clear(self._rows)
        found = list_authorities(self._session.desk)
        for one in found:
            until = tr("valid until {when}").format(when=words.moment(one.valid_until))
            name = tr("Take {name} off the list").format(name=one.name)
            off = Button(tr("Take off …"), partial(self.ask_off, one), kind="link", name=name)
            off.setEnabled(self.add.isEnabled())
            self._rows.addLayout(row(label(one.name, "strong", wrap=True), off, stretch=0))
            self._rows.addWidget(label(until, "note"))
            self._rows.addWidget(label(one.spoken, "mono", wrap=True, selectable=True))
        if not found:
            self._rows.addWidget(label(tr("None yet: no time stamp counts as a proof of time."), "muted", wrap=True))

    def take_in(self, file: Path) -> None:
        try:
            pem = file.read_bytes()
            added = add_authorities(self._session.desk, pem)
        except OSError as error:
            said = tr("{file} cannot be read: {why}").format(file=file, why=say(refused(error)))
            self._session.said.emit(said)
        except DeskError as error:
            self._session.bridge.failed.emit(error)
        else:
            names = ", ".join(one.name for one in added)
            self._session.said.emit(tr("On the list: {names}. Compare the fingerprint now.").format(names=names))
            self._session.tell()

    def ask_off(self, one: Authority) -> None:
        ask(
            self,
            tr("Take {name} off the list?").format(name=one.name),
            tr("Time stamps that rest on it count as no proof of time from now on. They stay beside their bundles."),
            act=tr("Take off"),
            stay=tr("Keep"),
            then=lambda: self._session.do(lambda: remove_authority(self._session.desk, one.fingerprint)),
        )

    def _choose(self) -> None:
        kinds = tr("Certificates (*.pem *.crt *.cer);;All files (*)")
        if (file := ask_file(self, tr("Choose the certificate of an authority"), kinds)) is not None:
            self.take_in(file)
