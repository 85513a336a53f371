"""Settings: who opens the vault, its backup, the certificate that signs bundles, and how the windows behave here."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from dsr_desk.core.changes import Topic
from dsr_desk.core.findings import Verdict
from dsr_desk.core.language import LANGUAGES
from dsr_desk.ui import language, review_keys, settings, theme, words
from dsr_desk.ui.dialogs import add_line, form_layout
from dsr_desk.ui.fields import ChoiceField, text_field
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.proof.authorities_card import AuthoritiesCard
from dsr_desk.ui.views.proof.certificate_card import CertificateCard, OrganisationCard
from dsr_desk.ui.views.vault.house_card import HouseCard
from dsr_desk.ui.views.vault.officers_card import OfficersCard
from dsr_desk.ui.views.vault.policy_card import PolicyCard
from dsr_desk.ui.views.vault.retention_card import RetentionCard
from dsr_desk.ui.views.vault.vault_card import VaultCard
from dsr_desk.ui.widgets import Button, Card, Notice, across, column_in, label, row
from dsr_desk.ui.words import tr


class SettingsPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.OFFICERS, Topic.EVIDENCE, Topic.CASES})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Settings"))
        self.officers = OfficersCard(session)
        self.policy = PolicyCard(session)
        self.vault = VaultCard(session)
        self.retention = RetentionCard(session)
        self.certificate = CertificateCard(session)
        self.authorities = AuthoritiesCard(session)
        self.organisation = OrganisationCard(session)
        self.house = HouseCard(session)
        self.computer = ComputerCard()
        right = (self.certificate, self.authorities, self.organisation, self.computer)
        columns = []
        for cards in ((self.officers, self.policy, self.vault, self.retention, self.house), right):
            columns.append(QWidget())
            column = column_in(columns[-1])
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
        self.body.addLayout(across(*((column, 1) for column in columns)))
        self.vault.open_asked.connect(session.vault_asked)
        self.computer.language_changed.connect(session.anew)
        self.computer.idle_changed.connect(session.idle_changed)

    def reload(self) -> None:
        for card in (self.officers, self.policy, self.vault, self.retention, self.house):
            card.reload()
        for other in (self.certificate, self.authorities, self.organisation, self.computer):
            other.reload()


class ComputerCard(Card):
    """Each change counts at once. `language_changed` asks the window to be written anew."""

    language_changed = Signal()
    idle_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__(tr("On this computer"))
        system = tr("as the system")
        self.language = ChoiceField(
            tr("Language"), [(system, "system"), *((name, key) for key, name in LANGUAGES.items())]
        )
        self.look = ChoiceField(
            tr("Look"),
            [
                (system, theme.SYSTEM),
                (tr("Light"), theme.LIGHT.name),
                (tr("Dark"), theme.DARK.name),
                (tr("High contrast, light"), theme.CONTRAST_LIGHT.name),
                (tr("High contrast, dark"), theme.CONTRAST_DARK.name),
            ],
        )
        minutes = [(_idle_said(n), n) for n in settings.IDLE_CHOICES]
        self.idle = ChoiceField(tr("Locks after"), minutes)
        form = form_layout()
        for choice in (self.language, self.look, self.idle):
            choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            add_line(form, choice.accessibleName(), choice)
        self.body.addLayout(form)
        self.body.addWidget(label(tr("Keys of the review"), "strong"))
        self.keys: dict[Verdict, QLineEdit] = {}
        form = form_layout()
        for verdict in Verdict:
            name = words.term(verdict)
            field = text_field(tr("Key for “{verdict}”").format(verdict=name))
            field.setMaxLength(1)
            field.setFixedWidth(56)
            field.textEdited.connect(self._keep_keys)
            self.keys[verdict] = field
            add_line(form, name, field)
        self.body.addLayout(form)
        self.problem = self.body.put(Notice(tone=Tone.WARN))
        self.usual = Button(tr("Use the usual keys"), self._usual, kind="link")
        self.body.addLayout(row(self.usual, None))
        self.body.addStretch(1)
        self.language.activated.connect(self._speak)
        self.look.activated.connect(self._dress)
        self.idle.activated.connect(self._lock_after)

    def reload(self) -> None:
        self.language.choose(settings.language())
        self.look.choose(settings.look())
        self.idle.choose(settings.idle_minutes())
        for verdict, key in review_keys.kept().items():
            self.keys[verdict].setText(key)
        self.problem.hide()

    def _speak(self) -> None:
        settings.remember_language(self.language.value)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            language.speak(app, self.language.value)
        self.language_changed.emit()

    def _dress(self) -> None:
        settings.remember_look(self.look.value)
        theme.prefer(self.look.value)

    def _lock_after(self) -> None:
        settings.remember_idle_minutes(self.idle.value)
        self.idle_changed.emit(self.idle.value)

    def _keep_keys(self) -> None:
        keys = {verdict: field.text().upper() for verdict, field in self.keys.items()}
        if not all(review_keys.is_key(key) for key in keys.values()):
            self.problem.say(
                tr("Each decision needs one letter or digit; until then the earlier keys count."), Tone.WARN
            )
        elif len(set(keys.values())) < len(keys):
            self.problem.say(tr("Two decisions cannot have one key; until then the earlier keys count."), Tone.WARN)
        else:
            review_keys.remember(keys)
            self.problem.hide()
            return
        self.problem.show()

    def _usual(self) -> None:
        review_keys.remember(review_keys.USUAL)
        self.reload()


def _idle_said(minutes: int) -> str:
    return tr("never by itself") if minutes == settings.NEVER else words.counted(minutes, "1 minute", "%Ln minutes")
