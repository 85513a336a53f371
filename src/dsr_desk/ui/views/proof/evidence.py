"""Evidence: what is ready, for whom it is sealed, what it proves and what not, and the check right after sealing."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.deleting import confirm_outcome, confirmed_by
from dsr_desk.app.case.ending import reopen_case, what_is_open
from dsr_desk.app.case.steps import deletion_stage
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.obligations import ObligationState
from dsr_desk.app.proof.public import write_summary
from dsr_desk.app.proof.recipients import list_recipients
from dsr_desk.app.proof.required import documents_of, empty_of, filled_documents, state_field
from dsr_desk.app.proof.sealing import SealedBundle, bundles, checklist, claims, seal, verify
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.app.proof.time_stamps import time_stamps
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.required import Document, FieldState, Filled
from dsr_desk.ui import words
from dsr_desk.ui.acting import SignDialog, allow, guard
from dsr_desk.ui.choosing import ask_folder, ask_new_file
from dsr_desk.ui.dialogs import LinesDialog, ask
from dsr_desk.ui.findings import FoundLabel
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.end_case import EndCaseDialog, ReopenDialog
from dsr_desk.ui.views.order import duties
from dsr_desk.ui.views.order.draft import DraftDialog
from dsr_desk.ui.views.order.duties import DeclareDutyDialog, DutiesShown, show_duties
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.proof.bundles import BundlesDialog, BundleShown, CheckDialog, TimeStampDialog
from dsr_desk.ui.views.proof.evidence_parts import BundlesCard, ClaimsCard, RecipientsCard
from dsr_desk.ui.views.proof.required import StateDialog, show_fields
from dsr_desk.ui.views.proof.swear import SWORN_UNDER, SwearDialog
from dsr_desk.ui.widgets import Button, Sign, across, clear, label, list_card, row
from dsr_desk.ui.words import tr


class EvidencePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Evidence"))
        self.go = Button("", self._seal, kind="primary")
        self.end = Button(tr("End the case …"), self._end)
        self.reopen = Button(tr("Reopen the case …"), self._reopen)
        self.head.addWidget(self.reopen)
        self.head.addWidget(self.end)
        self.head.addWidget(self.go)
        self._empty, self._ready, self._required = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._duties = QVBoxLayout()
        self._fields: dict[Document, tuple[Filled, ...]] = {}
        self._fields_of = ""
        self.states: list[Button] = []
        self.drafts: list[Button] = []
        self.declares: list[Button] = []
        lines = QVBoxLayout()
        lines.addLayout(self._duties)
        lines.addLayout(self._empty)
        lines.addLayout(self._ready)
        lines.addLayout(self._required)
        lines.addStretch(1)
        ready = list_card(tr("Ready to seal?"), lines)
        self.confirm = Button(tr("Confirm the outcome …"), self._confirm)
        ready.body.addLayout(row(self.confirm, None))
        self.why_not = ready.body.put(label("", "note", wrap=True))
        self.recipients = RecipientsCard()
        self.recipients.changed.connect(self._count)
        self.recipients.add_asked.connect(lambda: session.go.emit("recipients"))
        self.claims = ClaimsCard()
        self.made = BundlesCard()
        self.made.stamp_asked.connect(lambda: TimeStampDialog(session, self.ref, self).open())
        self.made.check_asked.connect(lambda: CheckDialog(session, self).open())
        self.made.swear_asked.connect(lambda: SwearDialog(session, self.ref, self).open())
        self.made.summary_asked.connect(self._summary)
        for left, right, wider, share in ((ready, self.recipients, 1, 5), (self.claims, self.made, 2, 4)):
            line = across((left, wider), (right, 1))
            self.body.addLayout(line, share)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case, case_is_order = show_case(desk, ref), self.session.is_order
        self.reopen.setVisible(guard(self.reopen, desk, ref, Kind.REOPENED))
        self.end.setVisible(not self.reopen.isVisibleTo(self))
        guard(self.end, desk, ref, Kind.CLOSED)
        self._show_confirmation()
        clear(self._ready)
        for line in checklist(desk, ref):
            tone, icon = (Tone.OK, "done") if line.ok else (Tone.WARN, "warn")
            shown = row(Sign(icon, tone), FoundLabel(say(line.says), line.finding))
            shown.setStretch(1, 1)
            shown.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._ready.addLayout(shown)
        if self._fields_of != ref:
            for column in (self._duties, self._empty, self._required):
                clear(column)
            self._fields, self._fields_of = {}, ref
        documents = (Document.REGULATOR,) if case_is_order else (Document.REQUESTER, Document.REGULATOR)
        self.session.beside(
            self,
            tr("Reading what documents must hold"),
            lambda: filled_documents(desk, ref, documents),
            lambda fields: self._show_required(ref, fields),
        )
        if case_is_order:
            self.session.beside(
                self,
                tr("Looking at the obligations"),
                lambda: duties.look(desk, ref),
                lambda shown: self._show_duties(ref, shown),
            )
        guard(self.made.swear, desk, ref, Kind.SWORN)
        self.made.swear.setVisible(case.law in SWORN_UNDER)
        made = bundles(desk, ref)
        self.made.show_bundles(made, time_stamps(desk, ref))
        self.claims.show_claims(claims(desk, ref), deletion_stage(desk, ref))
        names = case.identifiers.names
        self.recipients.show_case(
            names[0] if names else ref, list_recipients(desk), earlier=bool(made), asked=not case_is_order
        )
        self._count()

    def _count(self) -> None:
        count = self.recipients.count
        self.go.setText(words.counted(count, "Seal for 1 recipient …", "Seal for %Ln recipients …"))
        self.go.setAccessibleName(self.go.text())
        self._allow()
        self.go.updateGeometry()

    def _allow(self) -> None:
        if self.session.case is not None:
            chosen, desk, ref = self.recipients, self.session.desk, self.ref
            documents = documents_of(requester=chosen.requester.isChecked(), regulators=chosen.regulators)
            fields = chain.from_iterable(self._fields.get(one, ()) for one in documents)
            refused = refusal(desk, ref, Kind.SEALING) or empty_of(ref, fields)
            allow(self.go, refused, ready=chosen.ready and bool(self._fields))

    def _show_required(self, ref: str, fields: dict[Document, tuple[Filled, ...]]) -> None:
        """Every field once, whichever document holds it; what keeps the case from being sealed comes first."""
        if self.session.case != ref:
            return
        self._fields, self.states = fields, []
        shown = {one.field: one for one in chain.from_iterable(fields.values())}.values()
        empties = [one for one in shown if one.state is FieldState.EMPTY]
        filled = [one for one in shown if one.state is not FieldState.EMPTY]
        parts = (
            (self._empty, tr("Must be stated first"), empties),
            (self._required, tr("What the documents hold"), filled),
        )
        for column, title, lines in parts:
            clear(column)
            if lines:
                column.addWidget(label(title, "strong"))
                self.states += show_fields(column, lines, self._state, tr("empty"))
        self._allow()

    def _show_duties(self, ref: str, shown: DutiesShown) -> None:
        if self.session.case != ref:
            return
        clear(self._duties)

        def declare(one: ObligationState) -> None:
            DeclareDutyDialog(self.session, ref, one, shown.words.get(one.id), self).open()

        def draft(one: ObligationState) -> None:
            DraftDialog(self.session, ref, one, self).open()

        self.drafts, self.declares = show_duties(self._duties, shown, draft, declare)

    def _state(self, one: Filled) -> None:
        desk, ref = self.session.desk, self.ref
        StateDialog(self.session, one, partial(state_field, desk, ref, one.field), self).open()

    def _show_confirmation(self) -> None:
        """Who confirmed the latest reading back; else whether this officer may."""
        desk, ref = self.session.desk, self.ref
        who = confirmed_by(desk, ref)
        allowed = guard(self.confirm, desk, ref, Kind.VALIDATED)
        self.confirm.setVisible(not who)
        self.why_not.setText("" if allowed or who else self.confirm.toolTip())
        self.why_not.setVisible(bool(self.why_not.text()))

    def _confirm(self) -> None:
        ask(
            self,
            tr("Confirm the outcome?"),
            tr(
                "You looked at what was read back and ran nothing of this deletion yourself. Your name will stand in "
                "the evidence as that of whoever confirmed it."
            ),
            act=tr("I confirm it"),
            stay=tr("Not yet"),
            then=lambda: self.session.do(lambda: confirm_outcome(self.session.desk, self.ref)),
        )

    def _end(self) -> None:
        desk, ref = self.session.desk, self.ref
        photos = sum(photo.destroyed is None for photo in show_case(desk, ref).photos)
        EndCaseDialog(self.session, ref, photos, what_is_open(desk, ref), self).open()

    def _reopen(self) -> None:
        desk, ref = self.session.desk, self.ref
        dialog = ReopenDialog(ref, self)
        dialog.accepted.connect(lambda: self.session.do(lambda: reopen_case(desk, ref, dialog.reason)))
        dialog.open()

    def _summary(self) -> None:
        kinds = tr("Pages (*.html *.pdf)")
        if (file := ask_new_file(self, tr("Where the page is to lie"), f"{self.ref}.pdf", kinds)) is not None:
            desk, ref = self.session.desk, self.ref
            self.session.beside(
                self, tr("Writing the page"), lambda: write_summary(desk, ref, file), self._written, failed=self._failed
            )

    def _written(self, file: Path) -> None:
        says = tr("{file} names no person. Read it before you publish it.").format(file=file)
        LinesDialog(tr("Written"), "", [says], self).open()

    def _seal(self) -> None:
        if (folder := ask_folder(self, tr("Where the bundles are to lie"))) is not None:
            self.sign_and_seal(folder)

    def sign_and_seal(self, folder: Path) -> None:
        """What was sealed cannot be taken back; a later bundle corrects or completes it."""
        says = tr(
            "What is sealed cannot be taken back; a later bundle can correct or complete it. You declare with it that "
            "all datasets that you know of are registered, that what is registered of them is right, and that no "
            "other copy of these data is known to you."
        )
        title, act = tr("Seal the evidence"), tr("Seal and sign")
        SignDialog(self.session, title, says, act, lambda: self.seal_into(folder), self).open()

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
        self.session.beside(
            self,
            tr("Sealing case {ref}").format(ref=ref),
            lambda: [_verified(desk, one) for one in seal(desk, ref, folder, **wishes)],
            self._sealed,
            failed=self._failed,
        )

    def _sealed(self, shown: list[BundleShown]) -> None:
        self.session.tell()
        self._count()
        BundlesDialog(shown, self).open()

    def _failed(self, error: DeskError) -> None:
        self._count()
        self.session.bridge.failed.emit(error)


def _verified(desk: Desk, one: SealedBundle) -> BundleShown:
    """What a recipient would find. A file that only others can open was checked before it was encrypted."""
    if not one.passphrase:
        return BundleShown(one.edition, one.path, "", None, ())
    found = verify(one.path, passphrase=one.passphrase, certificate=certificate_fingerprint(desk))
    return BundleShown(
        one.edition, one.path, one.passphrase, found.ok, tuple((check.ok, check.says) for check in found.checks)
    )
