"""The certificate that signs bundles: its fingerprint to read out, and the file to hand out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from dsr_desk.app.sealing import certificate_fingerprint, write_certificate
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, Card, label, row
from dsr_desk.ui.words import tr


class CertificateCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__(tr("Certificate of the organisation"))
        self._session = session
        self.body.addWidget(label(tr("It signs every bundle. Recipients hold it against what you told them."), "muted"))
        self.fingerprint = label("", "mono", wrap=True, selectable=True)
        self.fingerprint.setAccessibleName(tr("Fingerprint of your certificate"))
        self.body.addWidget(self.fingerprint)
        self.export = Button(tr("Save the certificate …"), self._export)
        self.body.addLayout(row(self.export, None))

    def reload(self) -> None:
        desk = self._session.desk
        self.export.setEnabled(bool(desk.vault.officer_key))
        if not desk.vault.officer_key:
            return
        self._session.bridge.run(
            tr("Reading the certificate"),
            lambda _report, _token: certificate_fingerprint(desk),
            self.fingerprint.setText,
            context=self,
        )

    def _export(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, tr("Save the certificate"), "certificate.pem", "PEM (*.pem)")
        if file:
            write_certificate(self._session.desk, Path(file))
