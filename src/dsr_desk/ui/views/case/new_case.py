"""A new case: drop a letter and photos, look at what was understood, choose the face, open the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.cases import CaseView, open_case, signature_fails
from dsr_desk.app.case.drafts import PersonInLetter, RequestDraft, left_out, understand, understand_person
from dsr_desk.app.case.duplicates import warned
from dsr_desk.app.case.letter_pages import LetterShown, PageShown, cut_out
from dsr_desk.app.case.references import examine_references
from dsr_desk.app.vault.house import our_house
from dsr_desk.app.vault.unsaved import drop
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.items import Box
from dsr_desk.core.message import message
from dsr_desk.core.requests import Found, Right
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.add_photos import PHOTOS, choose_photos
from dsr_desk.ui.views.case.drop_card import DropCard
from dsr_desk.ui.views.case.kept_draft import PLACE, Understood, keep, kept, painted_draft, together
from dsr_desk.ui.views.case.reference_strip import ReferenceStrip, ShownPhoto, shown_reference
from dsr_desk.ui.views.case.request_form import ABOUT_THE_PERSON, RequestForm, once_each
from dsr_desk.ui.views.case.what_is_it import Picture, WhatIsItDialog, look_at_pictures
from dsr_desk.ui.views.case.which_person import or_ask_whose
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Notice, column_in, stacked
from dsr_desk.ui.words import tr

LETTERS = ("eml", "msg", "pdf", "docx", "rtf", "txt", "json", "csv", "jpg", "jpeg", "png", "tif", "tiff", "heic")


class NewCasePage(Page):
    """What was dropped is kept in the vault as soon as it is read, what is typed soon after."""

    topics: ClassVar[frozenset[Topic]] = frozenset()
    edited = Signal()

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
        self._begin = DropCard(self._choose_letter, self._choose_photos)
        self._stack = self.body.put(stacked(self._begin, self._form_area()), 1)
        self._show()

    def reload(self) -> None:
        """The draft of before, unless one is here already; none where it was discarded."""
        is_kept = self.session.unsaved.of(PLACE) is not None
        if not is_kept and self.draft is not None:
            self._clear()
        elif is_kept and self.draft is None:
            desk, says = self.session.desk, tr("Reading the draft")
            self._busy(True)
            self.session.beside(self, says, lambda: kept(desk), self._brought_back, failed=self._refused)

    def begin_again(self) -> None:
        self.session.unsaved.forget(PLACE)
        self._clear()

    def typed(self) -> dict[str, Any]:
        faces = {photo.digest: photo.chosen for photo in self.draft.photos} if self.draft else {}
        return {**self.form.typed(), "faces": faces, "without": self.without_photo.isChecked()}

    def retype(self, values: Mapping[str, Any]) -> None:
        self.form.retype(values)
        for digest, number in values["faces"].items():
            if number is not None:
                self._take_face(digest, number)
        self.without_photo.setChecked(values["without"])
        self._show()

    def _clear(self) -> None:
        self.draft = None
        self._shown = []
        self.without_photo.setChecked(False)
        self.although.setChecked(False)
        self._show()

    def take(self, paths: Sequence[Path]) -> None:
        """Letters and photos that were dropped; pictures are told by their ending."""
        photos = [path for path in paths if path.suffix.lower() in PHOTOS]
        letters = [path for path in paths if path.suffix.lower() not in PHOTOS]
        if letters or (self.draft is not None and self.draft.letter):
            self._read(letters[0] if letters else None, photos)
        elif photos:
            self._ask_what(photos)

    def _ask_what(self, paths: Sequence[Path]) -> None:
        """A picture that was dropped may be the letter: no face is searched that merely stands in it."""

        def work(_report: Report, _token: CancelToken) -> list[Picture]:
            return look_at_pictures(paths)

        def ask(found: list[Picture]) -> None:
            self._busy(False)
            dialog = WhatIsItDialog(found, self)
            dialog.accepted.connect(lambda: self._read(dialog.letter, dialog.photos))
            dialog.open()

        self._busy(True)
        self.session.run(self, tr("Looking at the pictures"), work, ask, failed=self._refused, cancellable=False)

    def _read(self, letter: Path | None, photos: Sequence[Path], one: PersonInLetter | None = None) -> None:
        desk, before = self.session.desk, self._edited() if self.draft is not None else None
        wait = self.session.unsaved.flush()

        def work(report: Report, _token: CancelToken) -> Understood:
            report(Progress(message("phase.faces"), 0))
            read = understand_person(one, photos) if one else understand(letter, photos, house=our_house(desk))
            draft = warned(desk, together(before, read))
            wait()
            keep(desk, draft)
            return painted_draft(draft)

        whose = or_ask_whose(self, lambda person: self._read(letter, photos, person), self._refused, self._show)
        self._busy(True)
        self.session.run(self, tr("Reading the request"), work, self._understood, failed=whose, cancellable=False)

    def _brought_back(self, result: Understood | None) -> None:
        self._busy(False)
        if result is not None and self.draft is None:
            self._understood(result, bring_back=True)

    def _understood(self, result: Understood, *, bring_back: bool = False) -> None:
        draft, shown, pages = result
        self.draft, self._shown = draft, shown
        request = draft.request
        found = once_each(request.found)
        if not request.text and not found:
            found = [Found(kind, "") for kind in ABOUT_THE_PERSON[:2]]
        self.form.show_request(
            request,
            Right.ERASURE if request.right is Right.UNKNOWN and not draft.letter else request.right,
            request.law,
            request.received,
            found,
        )
        self.form.show_pages(LetterShown(tuple(pages)))
        self._show()
        self.session.unsaved.follow(
            PLACE, tr("New case"), self, self.edited, until_forgotten=True, bring_back=bring_back
        )

    def _cut_out(self, page: PageShown, box: Box) -> None:
        """What was framed on a page becomes one of the photos."""
        desk, before, pages = self.session.desk, self._edited(), list(self.form.pages.letter.pages)
        wait = self.session.unsaved.flush()

        def work(report: Report, _token: CancelToken) -> Understood:
            report(Progress(message("phase.faces"), 0))
            found = tuple(examine_references([cut_out(page, box)]))
            draft = together(before, replace(before, photos=found))
            wait()
            keep(desk, draft)
            return draft, [shown_reference(photo) for photo in draft.photos], pages

        self._busy(True)
        says = tr("Reading the photos")
        self.session.run(self, says, work, self._understood, failed=self._refused, cancellable=False)

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
            found=(*self.form.found, *self.form.apart),
        )
        return replace(self.draft, request=request)

    def _choose_face(self, digest: str, number: int) -> None:
        self._take_face(digest, number)
        self._show()
        self.edited.emit()
        self.photos.pickers[digest].setFocus()

    def _take_face(self, digest: str, number: int) -> None:
        if self.draft is None:
            return
        self.draft = replace(
            self.draft,
            photos=tuple(replace(one, chosen=number) if one.digest == digest else one for one in self.draft.photos),
        )
        self._shown = [replace(one, face=number) if one.key == digest else one for one in self._shown]

    def _open(self) -> None:
        desk, draft, without = self.session.desk, self._edited(), self.without_photo.isChecked()
        place, knowingly = self.form.holidays_of, self.although.isChecked()

        def act() -> tuple[CaseView, Change]:
            with desk.vault.transaction():
                made = open_case(
                    desk, draft,
                    confirmed=True, without_photo=without, place=place, although_signature_fails=knowingly,
                )  # fmt: skip
                drop(desk, PLACE)
            return made

        def opened(result: tuple[CaseView, Change]) -> None:
            case, change = result
            self.begin_again()
            self.session.tell(change)
            self.session.open_case(case.ref, "request")

        self._busy(True)
        self.session.beside(self, tr("Opening the case"), act, opened, failed=self._refused)

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
        says = map(say, (*self.draft.warnings, *left_out(self.draft)))
        self.notice.say("\n".join(says), Tone.INFO)
        self.although.setVisible(signature_fails(self.draft))
        self.notice.setVisible(bool(self.notice.text))
        self._allow()

    def _allow(self) -> None:
        usable = self.draft is not None and any(photo.usable for photo in self.draft.photos)
        knowingly = self.although.isHidden() or self.although.isChecked()
        self.go.setEnabled((usable or self.without_photo.isChecked()) and self.form.is_said and knowingly)

    def _busy(self, busy: bool) -> None:
        for button in (
            self.go,
            self.again,
            self._letter_button,
            self._photo_button,
            self._begin.letter,
            self._begin.photos,
        ):
            button.setEnabled(not busy)

    def _form_area(self) -> QWidget:
        area = QWidget()
        column = column_in(area)
        self.photos = column.put(ReferenceStrip())
        self.photos.chosen.connect(self._choose_face)
        self.notice = Notice(tone=Tone.INFO)
        self.without_photo = Tick(tr("Open the case without a photo: records alone are searched, no faces"))
        self.without_photo.toggled.connect(self._allow)
        self.without_photo.clicked.connect(self.edited)
        self.form = RequestForm()
        self.form.pages.wanted.connect(self._cut_out)
        self.form.edited.connect(self.edited)
        self.form.edited.connect(self._allow)
        self.although = Tick(tr("Open the case although the agent's signature does not hold"))
        self.although.toggled.connect(self._allow)
        column.addWidget(self.although)
        column.addWidget(self.without_photo)
        column.addWidget(self.notice)
        column.addWidget(self.form, 1)
        return area

    def _choose_letter(self) -> None:
        kinds = tr("Letters ({endings});;All files (*)").format(endings=" ".join(f"*.{one}" for one in LETTERS))
        if (path := ask_file(self, tr("Choose a letter"), kinds)) is not None:
            self._read(path, [])

    def _choose_photos(self) -> None:
        if paths := choose_photos(self):
            self._read(None, paths)
