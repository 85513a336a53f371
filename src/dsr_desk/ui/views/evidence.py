"""Evidence: what is ready, for whom it is sealed, what it proves and what not, and the check right after sealing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dsr_desk.app.cases import end_case, show_case
from dsr_desk.app.recipients import list_recipients
from dsr_desk.app.sealing import SealedBundle, bundles, checklist, claims, seal, verify
from dsr_desk.app.time_stamps import time_stamps
from dsr_desk.app.validating import confirm_outcome, confirmed_by
from dsr_desk.core.changes import Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import CaseState
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_folder
from dsr_desk.ui.dialogs import Question
from dsr_desk.ui.language import said
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.bundle_dialogs import CheckDialog, TimeStampDialog
from dsr_desk.ui.views.end_case import EndCaseDialog
from dsr_desk.ui.views.evidence_parts import ClaimsCard, RecipientsCard, SealedCard
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.sealed import SealedDialog, Shown
from dsr_desk.ui.widgets import Button, Notice, clear, list_card, row
from dsr_desk.ui.words import tr


class EvidencePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Evidence"))
        self.go = Button("", self._seal, kind="primary")
        self.end = Button(self.tr("End the case …"), self._end)
        self.head.addWidget(self.end)
        self.head.addWidget(self.go)
        self._ready = QVBoxLayout()
        ready = list_card(self.tr("Ready to seal?"), self._ready)
        self.confirm = Button(self.tr("Confirm the outcome …"), self._confirm)
        ready.body.addLayout(row(self.confirm, None))
        self.recipients = RecipientsCard()
        self.recipients.changed.connect(self._count)
        self.recipients.add_asked.connect(lambda: session.go.emit("recipients"))
        self.claims = ClaimsCard()
        self.made = SealedCard()
        self.made.stamp_asked.connect(lambda: TimeStampDialog(session, self.ref, self).open())
        self.made.check_asked.connect(lambda: CheckDialog(session, self).open())
        for left, right, wider, share in ((ready, self.recipients, 1, 5), (self.claims, self.made, 2, 4)):
            line = QHBoxLayout()
            line.setSpacing(16)
            line.addWidget(left, wider)
            line.addWidget(right, 1)
            self.body.addLayout(line, share)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case = show_case(desk, ref)
        self.end.setVisible(not case.state.is_end)
        self.confirm.setVisible(case.state is CaseState.READ_BACK and not confirmed_by(desk, ref))
        clear(self._ready)
        for line in checklist(desk, ref):
            notice = Notice(plain=True)
            notice.say(said(line.says), Tone.OK if line.ok else Tone.WARN, "done" if line.ok else "warn")
            self._ready.addWidget(notice)
        self._ready.addStretch(1)
        made = bundles(desk, ref)
        self.made.show_bundles(made, time_stamps(desk, ref))
        self.claims.show_claims(claims(desk, ref))
        names = case.identifiers.names
        self.recipients.show_case(names[0] if names else ref, list_recipients(desk), earlier=bool(made))
        self._count()

    def _count(self) -> None:
        count = self.recipients.count
        self.go.setText(words.counted(count, self.tr("Seal for 1 recipient …"), "Seal for %Ln recipients …"))
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(self.recipients.ready)
        self.go.updateGeometry()

    def _confirm(self) -> None:
        question = Question(
            self.tr("Confirm the outcome?"),
            self.tr(
                "You looked at what was read back and ran nothing of this deletion yourself. Your name will stand in "
                "the evidence as that of whoever confirmed it."
            ),
            act=self.tr("I confirm it"),
            stay=self.tr("Not yet"),
            parent=self,
        )
        question.accepted.connect(lambda: self.session.do(lambda: confirm_outcome(self.session.desk, self.ref)))
        question.open()

    def _end(self) -> None:
        photos = sum(photo.destroyed is None for photo in show_case(self.session.desk, self.ref).photos)
        dialog = EndCaseDialog(self.ref, photos, self)
        dialog.accepted.connect(
            lambda: self.session.do(lambda: end_case(self.session.desk, self.ref, dialog.end, dialog.reason))
        )
        dialog.open()

    def _seal(self) -> None:
        if (folder := ask_folder(self, self.tr("Where the bundles are to lie"))) is not None:
            self.seal_into(folder)

    def seal_into(self, folder: Path) -> None:
        """Seal and verify at once; passphrases are shown once and kept nowhere."""
        desk, ref, chosen = self.session.desk, self.ref, self.recipients
        wishes: dict[str, Any] = {
            "requester": chosen.requester.isChecked(),
            "as_pdf": chosen.form.value,
            "regulators": [one.age_key for one in chosen.model.chosen],
            "certificates": chosen.certificates,
            "language": chosen.language.value,
            "relation": chosen.relation.value,
            "why": chosen.why.text().strip(),
        }
        self.go.setEnabled(False)
        self.session.bridge.run(
            self.tr("Sealing case {ref}").format(ref=ref),
            lambda _report, _token: [_verified(one) for one in seal(desk, ref, folder, **wishes)],
            self._sealed,
            context=self,
            failed=self._failed,
            cancellable=False,
        )

    def _sealed(self, shown: list[Shown]) -> None:
        self.session.touched(Topic.EVIDENCE, Topic.CASES)
        self._count()
        SealedDialog(shown, self).open()

    def _failed(self, error: DeskError) -> None:
        self._count()
        self.session.bridge.failed.emit(error)


def _verified(one: SealedBundle) -> Shown:
    """What a recipient would find. A file that only others can open was checked before it was encrypted."""
    if not one.passphrase:
        return Shown(one.edition, one.path, "", None, ())
    found = verify(one.path, passphrase=one.passphrase)
    return Shown(
        one.edition, one.path, one.passphrase, found.ok, tuple((check.ok, check.says) for check in found.checks)
    )
