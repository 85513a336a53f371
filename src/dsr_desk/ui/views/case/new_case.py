"""A new case: drop a letter and photos, look at what was understood, choose the face, open the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.cases import CaseView, open_case
from dsr_desk.app.case.drafts import RequestDraft, assumptions, understand
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, Law, Right
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.add_photos import PHOTOS, choose_photos
from dsr_desk.ui.views.case.reference_strip import ReferenceStrip, ShownPhoto, shown_reference
from dsr_desk.ui.views.case.request_form import ABOUT_THE_PERSON, RequestForm
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Notice, column_in, label, row, stacked
from dsr_desk.ui.words import tr

Understood = tuple[RequestDraft, list[ShownPhoto]]


class NewCasePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset()

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("New case"))
        self.draft: RequestDraft | None = None
        self._shown: list[ShownPhoto] = []
        self._letter_button = Button(tr("Choose a letter …"), self._choose_letter)
        self._photo_button = Button(tr("Add photos …"), self._choose_photos)
        self.go = Button(tr("Open the case"), self._open, kind="primary")
        self.again = Button(tr("Begin again"), self.begin_again)
        for button in (self.again, self._letter_button, self._photo_button, self.go):
            self.head.addWidget(button)
        self._stack = self.body.put(stacked(self._drop_card(), self._form_area()), 1)
        self._show()

    def reload(self) -> None:
        """A draft lives in this screen alone; there is nothing to read."""

    def begin_again(self) -> None:
        self.draft = None
        self._shown = []
        self.without_photo.setChecked(False)
        self._show()

    def take(self, paths: Sequence[Path]) -> None:
        """Letters and photos that were dropped or chosen; photos are told by their ending."""
        photos = [path for path in paths if path.suffix.lower() in PHOTOS]
        letters = [path for path in paths if path.suffix.lower() not in PHOTOS]
        letter = letters[0] if letters else None

        def work(report: Report, _token: CancelToken) -> Understood:
            report(Progress(message("phase.faces"), 0))
            draft = understand(letter, photos)
            return draft, [shown_reference(photo) for photo in draft.photos]

        self._busy(True)
        says = tr("Reading the request")
        self.session.run(self, says, work, self._understood, failed=self._refused, cancellable=False)

    def _understood(self, result: Understood) -> None:
        draft, shown = result
        if self.draft is not None:
            known = {photo.digest for photo in self.draft.photos}
            photos = (*self.draft.photos, *(photo for photo in draft.photos if photo.digest not in known))
            shown = [*self._shown, *(one for one in shown if one.key not in known)]
            draft = replace(draft if draft.letter else self._edited(), photos=photos)
        self.draft, self._shown = draft, shown
        request = draft.request
        found = [one for one in request.found if one.kind in ABOUT_THE_PERSON]
        if not request.text and not found:
            found = [Found(kind, "") for kind in ABOUT_THE_PERSON[:2]]
        self.form.show_request(
            request,
            Right.ERASURE if request.right is Right.UNKNOWN and not draft.letter else request.right,
            Law.EU_GDPR if request.law is Law.UNKNOWN else request.law,
            request.received or date.today(),
            found,
        )
        self._show()

    def _refused(self, error: Exception) -> None:
        self._busy(False)
        self._show()
        self.session.bridge.failed.emit(error)

    def _edited(self) -> RequestDraft:
        """The draft as the officer corrected it."""
        if self.draft is None:
            raise RuntimeError("there is no draft yet")
        request = replace(
            self.draft.request,
            right=self.form.right.value,
            law=self.form.law.value,
            received=self.form.received_on,
            found=self.form.found,
        )
        return replace(self.draft, request=request)

    def _choose_face(self, digest: str, number: int) -> None:
        if self.draft is None:
            return
        self.draft = replace(
            self.draft,
            photos=tuple(replace(one, chosen=number) if one.digest == digest else one for one in self.draft.photos),
        )
        self._shown = [replace(one, face=number) if one.key == digest else one for one in self._shown]
        self._show()
        self.photos.pickers[digest].setFocus()

    def _open(self) -> None:
        draft, without = self._edited(), self.without_photo.isChecked()

        def opened(result: tuple[CaseView, Change]) -> None:
            case, change = result
            self.begin_again()
            self.session.tell(change)
            self.session.open_case(case.ref, "request")

        self._busy(True)
        self.session.beside(
            self,
            tr("Opening the case"),
            lambda: open_case(self.session.desk, draft, without_photo=without),
            opened,
            failed=self._refused,
        )

    def _show(self) -> None:
        self._busy(False)
        has = self.draft is not None
        self._stack.setCurrentIndex(1 if has else 0)
        for button in (self.go, self.again, self._photo_button):
            button.setVisible(has)
        self._letter_button.setVisible(has and not (self.draft and self.draft.letter))
        if self.draft is None:
            return
        self.photos.show_photos(self._shown, tr("No photo yet. Add one, or search records alone."))
        usable = any(photo.usable for photo in self.draft.photos)
        self.without_photo.setVisible(not usable)
        says = [*self.draft.warnings, *assumptions(self.draft)]
        self.notice.say("\n".join(map(say, says)), Tone.INFO)
        self.notice.setVisible(bool(says))
        self._allow()

    def _allow(self) -> None:
        usable = self.draft is not None and any(photo.usable for photo in self.draft.photos)
        self.go.setEnabled(usable or self.without_photo.isChecked())

    def _busy(self, busy: bool) -> None:
        for button in (self.go, self.again, self._letter_button, self._photo_button, self._first, self._first_photos):
            button.setEnabled(not busy)

    def _drop_card(self) -> QWidget:
        card = Card(margin=32, spacing=12)
        card.setProperty("role", "drop")
        card.setAccessibleName(tr("Drop a letter and photos here"))
        card.body.addStretch(1)
        card.body.addLayout(row(None, label(tr("Drop the letter and the photos here"), "section"), None))
        hint = tr("A letter is an e-mail (.eml), a PDF or a text. Photos attached to an e-mail are found in it.")
        says = card.body.put(label(hint, "muted", wrap=True))
        says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._first = Button(tr("Choose a letter …"), self._choose_letter, kind="primary")
        self._first_photos = Button(tr("Begin with photos …"), self._choose_photos)
        card.body.addLayout(row(None, self._first_photos, self._first, None))
        card.body.addStretch(2)
        return card

    def _form_area(self) -> QWidget:
        area = QWidget()
        column = column_in(area)
        self.photos = column.put(ReferenceStrip())
        self.photos.chosen.connect(self._choose_face)
        self.notice = Notice(tone=Tone.INFO)
        self.without_photo = Tick(tr("Open the case without a photo: records alone are searched, no faces"))
        self.without_photo.toggled.connect(self._allow)
        self.form = RequestForm()
        column.addWidget(self.without_photo)
        column.addWidget(self.notice)
        column.addWidget(self.form, 1)
        return area

    def _choose_letter(self) -> None:
        kinds = tr("Letters (*.eml *.pdf *.txt *.json *.csv);;All files (*)")
        if (path := ask_file(self, tr("Choose a letter"), kinds)) is not None:
            self.take([path])

    def _choose_photos(self) -> None:
        if paths := choose_photos(self):
            self.take(paths)
