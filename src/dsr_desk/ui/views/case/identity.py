"""The identity check: how the requester was verified, and how it is known that the photo shows this person."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.cases import CaseView
from dsr_desk.app.case.steps import finding
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.requests import IdentityCheck, IdentityResult
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.dialogs import ReasonDialog
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.findings import show_finding
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, label, row
from dsr_desk.ui.words import tr


class IdentityCard(Card):
    """The check, not the document. It asks until everything is known that the search of this case waits for."""

    def __init__(self, record: Callable[[str, str, str], None], withdraw: Callable[[str], None]) -> None:
        super().__init__()
        self._record, self._withdraw = record, withdraw
        self._needs_photo = True
        self._refused: Refusal | None = None
        self._captions: list[QLabel] = []
        self.setAccessibleName(tr("Identity check"))
        self.state = Chip()
        self.body.addLayout(row(label(tr("Identity check"), "section"), self.state, None))
        self.done = self.body.put(Notice(tone=Tone.OK, plain=True))
        self.failed = self.body.put(Notice(tone=Tone.DANGER, plain=True))
        self.withdraw = Button(
            tr("It does not hold …"), self._ask, kind="link", name=tr("The identity check does not hold")
        )
        self.body.addLayout(row(self.withdraw, None))
        self._why = self.body.put(label("", "muted", wrap=True))
        self.method = self._line(
            tr("How was the requester verified?"), tr("for example: video call, identity card shown")
        )
        self.shows = self._line(
            tr("How is it known that the photo shows this person?"),
            tr("for example: compared with the face in the video call"),
        )
        self.acting = self._line(
            tr("Who acts for the person, and on what authority? Blank: nobody"),
            tr("for example: the mother, birth certificate seen"),
        )
        self.button = Button(tr("Record the identity check"), self._press, kind="primary")
        self.body.addLayout(row(self.button, None))
        self.body.addStretch(1)
        self.asked = TypedFields(self, {"method": self.method, "shows": self.shows, "acting": self.acting})
        self.asks = True
        for field in (self.method, self.shows, self.acting):
            field.textChanged.connect(self._allow)
            field.returnPressed.connect(self.button.click)

    def show_case(self, desk: Desk, case: CaseView, officers: dict[str, str]) -> None:
        check = case.identity
        verified = check is not None and check.result is IdentityResult.VERIFIED
        known = desk.case(case.ref)
        enough, said = known.identified, known.identity
        waits = tr("photo not confirmed") if verified else tr("failed") if check else tr("pending")
        self.state.say(tr("verified") if enough else waits, Tone.OK if enough else Tone.WARN)
        found = finding(desk, said["seq"]) if said is not None else None
        for part in (self.state, self.done, self.failed):
            show_finding(part, found)
        self._refused = refusal(desk, case.ref, Kind.IDENTITY)
        self.withdraw.setVisible(verified)
        allow(self.withdraw, self._refused)
        self.asks = asks = not enough
        for typed in (self.method, self.shows, self.acting):
            typed.clear()
        self._why.setText(
            tr("A photo was added since. No face is searched before it is known that it shows the requester.")
            if verified
            else tr("Nothing is searched before this: a search for an unverified person would be a tool for stalkers.")
        )
        how, face, who = self._captions
        for widget in (self._why, self.button, how, self.method, who, self.acting):
            widget.setVisible(asks)
        for field in (face, self.shows):
            field.setVisible(asks and case.searches_faces)
        self.done.setVisible(verified)
        self.failed.setVisible(check is not None and not verified)
        self._needs_photo = case.searches_faces
        by = self._by(check, officers) if check is not None else ""
        if check is not None and not verified:
            self.failed.say(f"{check.method}\n{by}", Tone.DANGER)
        if check is not None and verified:
            acting = tr("acting for the person: {who}").format(who=check.acting_for) if check.acting_for else ""
            parts = [check.method, check.photo_shows_requester, acting]
            self.done.say("\n".join(part for part in (*parts, by) if part), Tone.OK, "done")
            self.method.setText(check.method)
            self.acting.setText(check.acting_for)
        self._allow()

    def _by(self, check: IdentityCheck, officers: dict[str, str]) -> str:
        who = officers.get(check.officer, tr("unknown"))
        return tr("Recorded by {who}, {when}").format(who=who, when=words.moment(check.checked))

    def _ask(self) -> None:
        dialog = FailedDialog(self)
        dialog.accepted.connect(lambda: self._withdraw(dialog.reason))
        dialog.open()

    def _line(self, caption: str, example: str) -> QLineEdit:
        field = text_field(caption, example=example)
        shown = self.body.put(label(caption, "note", wrap=True))
        shown.setBuddy(field)
        self._captions.append(shown)
        self.body.addWidget(field)
        return field

    def _allow(self) -> None:
        filled = bool(self.method.text().strip()) and bool(self.shows.text().strip() or not self._needs_photo)
        allow(self.button, self._refused, ready=filled)

    def _press(self) -> None:
        self._record(self.method.text(), self.shows.text(), self.acting.text())


class FailedDialog(ReasonDialog):
    """A check that turned out wrong. Nothing is searched or deleted afterwards until another one holds."""

    def __init__(self, parent: QWidget) -> None:
        says = tr(
            "From then on nothing is searched or deleted in this case, a run that is under way stops before its next "
            "action, and approvals no longer count, until the person is verified anew."
        )
        super().__init__(
            tr("The identity check does not hold"),
            says,
            tr("Record that it failed"),
            parent,
            caption=tr("What was found"),
            example=tr("for example: the caller was somebody else"),
        )
