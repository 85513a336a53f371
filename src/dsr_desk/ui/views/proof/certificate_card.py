"""The key that signs bundles: its certificate to hand out, one's own key, a new one; and what certificates say."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.proof.signing_keys import (
    SigningKey,
    bring_signing_key,
    organisation_signer,
    renew_signing_key,
    signing_keys,
    write_certificate,
)
from dsr_desk.app.vault.keeping import Details, organisation_details, set_organisation_details
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import refused
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_new_file
from dsr_desk.ui.dialogs import Dialog, add_line, form_layout
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.fields import FileField, Tick, text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields
from dsr_desk.ui.views.proof.required import GeneralDialog
from dsr_desk.ui.widgets import Button, Card, Notice, label, row
from dsr_desk.ui.words import tr


class CertificateCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__(tr("Certificate of the organisation"))
        self._session = session
        says = tr("It signs every bundle. Read its fingerprint out to each recipient before the first one.")
        self.body.addWidget(label(says, "muted", wrap=True))
        self.fingerprint = self.body.put(label("", "mono", wrap=True, selectable=True))
        self.fingerprint.setAccessibleName(tr("Fingerprint of your certificate"))
        self.facts = self.body.put(FactList(columns=2))
        self.export = Button(tr("Save the certificate …"), self._export)
        self.renew = Button(tr("New key …"), lambda: NewKeyDialog(session, self).open())
        self.bring = Button(tr("Use our own key …"), lambda: OwnKeyDialog(session, self).open())
        self.body.addLayout(row(self.export, None))
        self.body.addLayout(row(self.renew, self.bring, None))

    def reload(self) -> None:
        desk = self._session.desk
        signs = bool(desk.vault.officer_key)
        for button in (self.export, self.renew, self.bring):
            button.setEnabled(signs)
        if not signs:
            return

        def read() -> list[SigningKey]:
            organisation_signer(desk)
            return signing_keys(desk)

        self._session.beside(self, tr("Reading the certificate"), read, self._show)

    def _show(self, keys: list[SigningKey]) -> None:
        now = next(one for one in keys if one.retired is None)
        self.fingerprint.setText(now.spoken)
        former = len(keys) - 1
        self.facts.show_facts(
            [
                (tr("Holder"), _name(now.holder)),
                (tr("Valid until"), words.moment(now.valid_until)),
                (tr("In use since"), words.moment(now.made)),
                (
                    tr("Former keys"),
                    words.counted(former, "1, its bundles still verify", "%Ln, their bundles still verify")
                    if former
                    else tr("none"),
                ),
            ]
        )

    def save_to(self, file: Path) -> None:
        try:
            write_certificate(self._session.desk, file)
        except DeskError as error:
            self._session.bridge.failed.emit(error)
            return
        self._session.said.emit(tr("Saved: {files}").format(files=file))

    def _export(self) -> None:
        file = ask_new_file(self, tr("Save the certificate"), "certificate.pem", "PEM (*.pem)")
        if file is not None:
            self.save_to(file)


def _name(holder: str) -> str:
    """The common name of a certificate's holder, or all of it where it has none."""
    found = re.search(r"CN=((?:[^,\\]|\\.)*)", holder)
    return re.sub(r"\\(.)", r"\1", found.group(1)) if found else holder


class NewKeyDialog(Dialog):
    """Another key from now on. What was sealed before still verifies with the certificate it was sealed with."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        says = tr(
            "From now on another key signs. Bundles that were sealed before still verify. Tell recipients the new "
            "fingerprint as you told them the old one."
        )
        super().__init__(tr("A new key for bundles"), parent, says=says, act=tr("Make a new key"))
        self._session = session
        self.stolen = self.body.put(Tick(tr("The old key may have been stolen")))
        self.stolen.toggled.connect(self._say)
        self.notice = self.body.put(Notice())
        self._say(False)

    def go(self) -> None:
        desk, stolen = self._session.desk, self.stolen.isChecked()
        says = tr("Making a new key")
        self.work(self._session, says, lambda _report, _token: renew_signing_key(desk, stolen=stolen))

    def _say(self, stolen: bool) -> None:
        vouch = tr("The old key names the new one as its successor, so that recipients can follow.")
        alone = tr("The old key does not vouch for the new one: a thief could do the same. Compare anew by voice.")
        self.notice.say(alone if stolen else vouch, Tone.WARN if stolen else Tone.INFO)


class OwnKeyDialog(NewKeyDialog):
    """The organisation's own key and certificate, from a PKCS#12 file."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, parent)
        title = tr("Use our own key")
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.act.setText(tr("Use this key"))
        self.file = self.line(FileField(tr("PKCS#12 file (.p12, .pfx)")))
        self.secret = self.text(tr("Its passphrase"), secret=True)
        self.need(self.file.field)

    def go(self) -> None:
        desk, stolen, secret, file = self._session.desk, self.stolen.isChecked(), self.secret.text(), self.file.path
        if file is None:
            return
        try:
            data = file.read_bytes()
        except OSError as error:
            self.problem.say(tr("{file} cannot be read: {why}").format(file=file, why=say(refused(error))), Tone.DANGER)
            self.problem.show()
            return
        self.attempt(lambda: bring_signing_key(desk, data, secret, stolen=stolen), self._session.tell)


class OrganisationCard(Card):
    """What every certificate says of the organisation."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("What certificates say of you"))
        self._session = session
        self.fields = {
            "address": text_field(tr("Address")),
            "contact": text_field(tr("Contact for the person")),
            "authority": text_field(tr("Supervisory authority")),
            "role": text_field(tr("Your role when you seal"), example=tr("for example: data protection officer")),
        }
        self.typed = TypedFields(self, self.fields)
        self.save = Button(tr("Save"), self._save, name=tr("Save what certificates say"))
        form = form_layout()
        for field in self.fields.values():
            add_line(form, field.accessibleName(), field)
            field.textEdited.connect(lambda _text: self.save.setEnabled(True))
        self.body.addLayout(form)
        self.general = Button(tr("What every document says …"), lambda: GeneralDialog(session, self).open())
        self.body.addLayout(row(self.general, None, self.save))

    def reload(self) -> None:
        self.general.setEnabled(bool(self._session.desk.vault.officer_key))
        details = organisation_details(self._session.desk)
        for name, field in self.fields.items():
            field.setText(getattr(details, name))
            field.setCursorPosition(0)
        self.save.setEnabled(False)
        title = self.accessibleName()
        self._session.unsaved.follow("settings organisation", title, self.typed, self.typed.edited)

    def _save(self) -> None:
        details = Details(**{name: field.text() for name, field in self.fields.items()})
        session = self._session
        session.do(lambda: session.saved("settings organisation", set_organisation_details(session.desk, details)))
