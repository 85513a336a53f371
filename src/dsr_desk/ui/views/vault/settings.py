"""Settings: who opens the vault, its backup, the certificate that signs bundles, and how the windows behave here."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsr_desk.core.changes import Topic
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.proof.certificate_card import CertificateCard, OrganisationCard
from dsr_desk.ui.views.vault.computer_card import ComputerCard
from dsr_desk.ui.views.vault.officers_card import OfficersCard
from dsr_desk.ui.views.vault.policy_card import PolicyCard
from dsr_desk.ui.views.vault.vault_card import VaultCard
from dsr_desk.ui.widgets import scrolled
from dsr_desk.ui.words import tr


class SettingsPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.OFFICERS, Topic.EVIDENCE})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Settings"))
        self.officers = OfficersCard(session)
        self.policy = PolicyCard(session)
        self.vault = VaultCard(session)
        self.certificate = CertificateCard(session)
        self.organisation = OrganisationCard(session)
        self.computer = ComputerCard()
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 0, 8, 0)
        columns.setSpacing(16)
        for cards in ((self.officers, self.policy, self.vault), (self.certificate, self.organisation, self.computer)):
            column = QVBoxLayout()
            column.setSpacing(16)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            columns.addLayout(column, 1)
        inner = QWidget()
        inner.setLayout(columns)
        self.body.addWidget(scrolled(inner, name=self.title.text(), ground=True), 1)
        self.vault.open_asked.connect(session.vault_asked)
        self.computer.language_changed.connect(session.anew)
        self.computer.idle_changed.connect(session.idle_changed)

    def reload(self) -> None:
        for card in (self.officers, self.policy, self.vault, self.certificate, self.organisation, self.computer):
            card.reload()
