"""The request of the open case: what was asked, who checked the person, and why it is due when it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit

from dsr_desk.app.cases import CaseView, edit_request, record_identity, reference_bytes, show_case
from dsr_desk.core.changes import Topic
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.requests import Found, FoundKind, IdentityResult, identifiers_of
from dsr_desk.ui import names, words
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.reference_strip import ReferenceStrip, ShownPhoto, shown_photo
from dsr_desk.ui.views.request_form import RequestForm
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, label, row

KINDS = {
    FoundKind.NAME: "names",
    FoundKind.EMAIL: "emails",
    FoundKind.PHONE: "phones",
    FoundKind.USER_NAME: "user_names",
    FoundKind.ACCOUNT_ID: "account_ids",
    FoundKind.DATE_OF_BIRTH: "dates_of_birth",
    FoundKind.ADDRESS: "addresses",
}


class RequestPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Request"))
        self.setAccessibleName(self.tr("Request"))
        self.due = Chip()
        self.chips.addWidget(self.due)
        self.why = Button(self.tr("Why then?"), self._explain, kind="link", name=self.tr("Why it is due on that day"))
        self.chips.addWidget(self.why)
        self.save = Button(self.tr("Save what I changed"), self._save)
        self.head.addWidget(self.save)
        self.photos = ReferenceStrip()
        self.identity = IdentityCard(self._record)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.photos, 2)
        top.addWidget(self.identity, 3)
        self.body.addLayout(top)
        self.form = RequestForm()
        self.form.edited.connect(lambda: self.save.setEnabled(True))
        self.body.addWidget(self.form, 1)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case = show_case(desk, ref)
        left = case.days_left(date.today())
        over = case.state.is_end
        self.due.say(
            names.state_name(case.state)
            if over
            else self.tr("{left}, {day}").format(left=words.days_left(left), day=words.day(case.due)),
            Tone.OK if over else names.urgency(left),
        )
        self.why.setVisible(not over)
        self.form.show_request(case.request, case.right, case.law, case.received, confirmed(case))
        self.form.lock(over)
        self.save.setEnabled(False)
        self.save.setVisible(not over)
        self.identity.show_case(case, desk.vault.officer_names())
        self.session.bridge.run(
            self.tr("Reading the photos"),
            lambda _report, _token: [
                shown_photo(
                    str(one.id), one.name, reference_bytes(desk, one.id), one.faces, one.face, self._gone(one.destroyed)
                )
                for one in case.photos
            ],
            self._show_photos,
            context=self,
        )

    def _explain(self) -> None:
        deadline = show_case(self.session.desk, self.ref).deadline
        lines = (*deadline.steps, *deadline.warnings)
        LinesDialog(self.tr("Why it is due then"), deadline.rule, lines, self).open()

    def _gone(self, destroyed: str | None) -> str:
        return self.tr("destroyed {when}").format(when=words.moment(destroyed)) if destroyed else ""

    def _show_photos(self, photos: list[ShownPhoto]) -> None:
        self.photos.show_photos(photos, self.tr("No photo: records alone are searched."))

    def _save(self) -> None:
        self.session.do(
            lambda: edit_request(
                self.session.desk,
                self.ref,
                right=self.form.right.value,
                law=self.form.law.value,
                received=self.form.received_on,
                identifiers=identifiers_of(self.form.found),
            )
        )

    def _record(self, method: str, shows: str) -> None:
        self.session.do(
            lambda: record_identity(self.session.desk, self.ref, method=method, photo_shows_requester=shows)
        )


class IdentityCard(Card):
    """The check, not the document: method, and how it is known that the photo shows the requester."""

    def __init__(self, record: Callable[[str, str], None]) -> None:
        super().__init__()
        self._record = record
        self._needs_photo = True
        self._captions: list[QLabel] = []
        self.setAccessibleName(self.tr("Identity check"))
        self.state = Chip()
        self.body.addLayout(row(label(self.tr("Identity check"), "section"), self.state, None))
        self._why = label(
            self.tr("Nothing is searched before this: a search for an unverified person would be a tool for stalkers."),
            "muted",
            wrap=True,
        )
        self.body.addWidget(self._why)
        self.method = self._line(
            self.tr("How was the requester verified?"), self.tr("for example: video call, identity card shown")
        )
        self.shows = self._line(
            self.tr("How is it known that the photo shows this person?"),
            self.tr("for example: compared with the face in the video call"),
        )
        self.button = Button(self.tr("Record the identity check"), self._press, kind="primary")
        self.body.addLayout(row(self.button, None))
        self.done = Notice(tone=Tone.OK, plain=True)
        self.body.addWidget(self.done)
        self.body.addStretch(1)
        self.method.textChanged.connect(self._allow)
        self.shows.textChanged.connect(self._allow)

    def show_case(self, case: CaseView, officers: dict[str, str]) -> None:
        check = case.identity
        verified = check is not None and check.result is IdentityResult.VERIFIED
        self.state.say(self.tr("verified") if verified else self.tr("pending"), Tone.OK if verified else Tone.WARN)
        asks = not verified and not case.state.is_end
        for widget in (self._why, self.method, self._captions[0], self.button):
            widget.setVisible(asks)
        for widget in (self.shows, self._captions[1]):
            widget.setVisible(asks and case.searches_faces)
        self.done.setVisible(verified)
        self._needs_photo = case.searches_faces
        if check is not None and verified:
            parts = [check.method, check.photo_shows_requester]
            by = self.tr("Recorded by {who}, {when}").format(
                who=officers.get(check.officer, self.tr("unknown")), when=words.moment(check.checked)
            )
            self.done.say("\n".join(part for part in (*parts, by) if part), Tone.OK, "done")
        self._allow()

    def _line(self, caption: str, example: str) -> QLineEdit:
        field = text_field(caption, example=example)
        shown = label(caption, "note", wrap=True)
        self._captions.append(shown)
        self.body.addWidget(shown)
        self.body.addWidget(field)
        return field

    def _allow(self) -> None:
        self.button.setEnabled(
            bool(self.method.text().strip()) and bool(self.shows.text().strip() or not self._needs_photo)
        )

    def _press(self) -> None:
        self._record(self.method.text(), self.shows.text())


def confirmed(case: CaseView) -> tuple[Found, ...]:
    """The identifiers in force, each with the place it was read from."""
    return tuple(
        Found(kind, value, case.request.where(kind, value))
        for kind, field in KINDS.items()
        for value in _values(case.identifiers, field)
    )


def _values(identifiers: Identifiers, field: str) -> tuple[str, ...]:
    values: tuple[str, ...] = getattr(identifiers, field)
    return values
