"""The request of the open case: what was asked, who checked the person, and why it is due when it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.cases import (
    CaseView,
    PhotoOfCase,
    edit_request,
    facts_versions,
    record_identity,
    reference_bytes,
    show_case,
    usual_place,
)
from dsr_desk.app.case.clock import answer_said
from dsr_desk.app.case.ending import references_said, reopen_case
from dsr_desk.app.case.letter_pages import NO_PAGES, LetterShown, PageShown, cut_out, pages_of_letter
from dsr_desk.app.case.letters import keeps_letter, save_letter
from dsr_desk.app.case.references import ReferencePhoto, examine_references, load_photos
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.items import Box
from dsr_desk.core.message import message
from dsr_desk.core.requests import IDENTIFIER_FIELDS, Found, identifiers_of
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.ui import words
from dsr_desk.ui.acting import guard
from dsr_desk.ui.choosing import ask_new_file
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.language import say
from dsr_desk.ui.models.cases import urgency
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.add_photos import PHOTOS, AddPhotosDialog, choose_photos
from dsr_desk.ui.views.case.clock_dialog import ClockDialog
from dsr_desk.ui.views.case.end_case import ReopenDialog
from dsr_desk.ui.views.case.facts_versions import FactsVersionsDialog
from dsr_desk.ui.views.case.identity import IdentityCard
from dsr_desk.ui.views.case.reference_strip import ReferenceStrip, ShownPhoto, shown_photo
from dsr_desk.ui.views.case.request_form import RequestForm
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip, across
from dsr_desk.ui.words import tr


class RequestPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Request"))
        self.due = Chip()
        self.chips.addWidget(self.due)
        self.why = Button(tr("Why then?"), self._explain, kind="link", name=tr("Why it is due on that day"))
        self.chips.addWidget(self.why)
        happened = tr("What happened to the clock")
        self.happened = Button(tr("What happened …"), self._happened, kind="link", name=happened)
        self.chips.addWidget(self.happened)
        self.versions = Button("", self._show_versions, kind="link")
        self.letter = Button(tr("Save the letter …"), self._save_letter, kind="link")
        self.reopen = Button(tr("Reopen the case …"), self._reopen)
        self._proposed = False
        self.save = Button(tr("Save what I changed"), self._save)
        for button in (self.letter, self.versions, self.reopen, self.save):
            self.head.addWidget(button)
        self.photos = ReferenceStrip()
        self.add = Button(tr("Add photos …"), self._choose_photos, kind="link")
        self.photos.head.addWidget(self.add)
        self.identity = IdentityCard(self._record, self._identity_failed)
        top = across((self.photos, 2), (self.identity, 3))
        self.body.addLayout(top)
        self.form = self.body.put(RequestForm(), 1)
        self.form.edited.connect(lambda: self._allow(changed=True))
        self.form.pages.wanted.connect(self._cut_out)
        self._pages_of = ""

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case = show_case(desk, ref)
        self.due.say(*self._clock(case, case.days_left(date.today())))
        self.why.setVisible(case.closed is None)
        self.happened.setVisible(refusal(desk, ref, Kind.ANSWERED) is None)
        self._proposed = not case.request.confirmed_by
        self.save.setText(tr("Confirm what was read") if self._proposed else tr("Save what I changed"))
        names = desk.vault.officer_names()
        said = facts_versions(desk, ref)[-1].facts
        self.form.show_request(case.request, said.right, said.law, said.received, confirmed(case), names, said.place)
        self._show_pages()
        editable = self._allow(changed=False)
        self.form.lock(not editable)
        if editable:
            self.session.unsaved.follow(f"request {ref}", tr("Request"), self.form, self.form.edited, ref)
        self.form.pages.lock(not guard(self.add, desk, ref, Kind.REFERENCE))
        self.letter.setVisible(keeps_letter(desk, ref))
        self.reopen.setVisible(guard(self.reopen, desk, ref, Kind.REOPENED))
        self.versions.setText(words.counted(case.version, "1 version", "%Ln versions"))
        self.versions.setAccessibleName(tr("Versions of what is known: {n}").format(n=case.version))
        self.identity.show_case(desk, case, desk.vault.officer_names())
        check = self.identity.asked
        if self.identity.asks:
            self.session.unsaved.follow(f"identity {ref}", tr("Identity check"), check, check.edited, ref)
        self.session.beside(
            self,
            tr("Reading the photos"),
            lambda: ([self._photo(ref, one) for one in case.photos], references_said(desk, ref)),
            lambda read: self.photos.show_photos(read[0], tr("No photo: records alone are searched."), read[1]),
        )

    def _show_pages(self) -> None:
        """Read once for each case that is opened: a letter does not change."""
        desk, ref = self.session.desk, self.ref
        if self._pages_of == ref:
            self.form.show_pages(self.form.pages.letter)
            return
        self.form.show_pages(NO_PAGES)
        self._pages_of = ""

        def show(letter: LetterShown) -> None:
            if self.session.case == ref:
                self._pages_of = ref
                self.form.show_pages(letter)

        self.session.beside(self, tr("Reading the letter"), lambda: pages_of_letter(desk, ref), show)

    def _cut_out(self, page: PageShown, box: Box) -> None:
        self._ask_about(lambda: [cut_out(page, box)])

    def _photo(self, ref: str, one: PhotoOfCase) -> ShownPhoto:
        """In a worker: read and decoded."""
        data = reference_bytes(self.session.desk, ref, one.id)
        return shown_photo(str(one.id), one.name, data, one.faces, one.face, self._gone(one.destroyed))

    def _allow(self, *, changed: bool) -> bool:
        """Whether the facts may get another version; saving waits until something was changed."""
        return guard(self.save, self.session.desk, self.ref, Kind.CONFIRMED, ready=changed or self._proposed)

    def _clock(self, case: CaseView, left: int) -> tuple[str, Tone]:
        if case.closed is not None:
            return words.term(case.state), Tone.OK
        if (answer := answer_said(case)) is not None:
            return say(answer), Tone.OK if left >= 0 else Tone.WARN
        if case.deadline.stands_still:
            return tr("the clock stands still"), Tone.WARN
        says = tr("{left}, {day}").format(left=words.days_left(left), day=words.day(case.due))
        return says, urgency(left)

    def takes(self, paths: Sequence[Path]) -> bool:
        """Photos alone, while the case is open; a letter begins another case."""
        return self.add.isEnabled() and all(path.suffix.lower() in PHOTOS for path in paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Looks for faces in further photos and asks which of them are used."""
        if photos := [path for path in paths if path.suffix.lower() in PHOTOS]:
            self._ask_about(lambda: load_photos(photos))

    def _ask_about(self, load: Callable[[], list[tuple[str, bytes]]]) -> None:
        def work(report: Report, _token: CancelToken) -> list[ReferencePhoto]:
            report(Progress(message("phase.faces"), 0))
            return examine_references(load())

        self.session.run(
            self,
            tr("Reading the photos"),
            work,
            lambda found: AddPhotosDialog(self.session, self.ref, found, self).open(),
            cancellable=False,
        )

    def _choose_photos(self) -> None:
        self.take(choose_photos(self))

    def _explain(self) -> None:
        deadline = show_case(self.session.desk, self.ref).deadline
        lines = [say(line) for line in (*deadline.steps, *deadline.warnings)]
        LinesDialog(tr("Why it is due then"), say(deadline.rule), lines, self).open()

    def _happened(self) -> None:
        ClockDialog(self.session, show_case(self.session.desk, self.ref), self).open()

    def _show_versions(self) -> None:
        FactsVersionsDialog(self.session.desk, self.ref, self).open()

    def _reopen(self) -> None:
        desk, ref = self.session.desk, self.ref
        dialog = ReopenDialog(ref, self)
        dialog.accepted.connect(lambda: self.session.do(lambda: reopen_case(desk, ref, dialog.reason)))
        dialog.open()

    def _gone(self, destroyed: str | None) -> str:
        return tr("destroyed {when}").format(when=words.moment(destroyed)) if destroyed else ""

    def _save_letter(self) -> None:
        """As it came, as long as no part of it was destroyed."""
        to = ask_new_file(self, tr("Save the letter"), f"{self.ref}.eml", tr("E-mail (*.eml);;All files (*)"))
        if to is not None:
            self.save_letter_to(to)

    def save_letter_to(self, to: Path) -> None:
        desk, ref = self.session.desk, self.ref

        def done(missing: tuple[str, ...]) -> None:
            said = tr("The letter is in {file}.").format(file=to)
            if missing:
                names = ", ".join(name or tr("a part without a name") for name in missing)
                said += " " + tr("Destroyed, and left empty in it: {names}.").format(names=names)
            self.session.said.emit(said)

        self.session.beside(self, tr("Saving the letter"), lambda: save_letter(desk, ref, to), done)

    def _save(self) -> None:
        place = f"request {self.ref}"
        self.session.do(lambda: self.session.saved(place, self._edit()))

    def _edit(self) -> Change:
        return edit_request(
            self.session.desk,
            self.ref,
            right=self.form.right.value,
            law=self.form.law.value,
            received=self.form.received.day,
            place=self.form.holidays_of or usual_place(self.form.law.value, self.session.desk.place),
            identifiers=identifiers_of(self.form.found),
        )

    def _identity_failed(self, reason: str) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.do(lambda: record_identity(desk, ref, method=reason, photo_shows_requester="", verified=False))

    def _record(self, method: str, shows: str, acting: str) -> None:
        desk, ref = self.session.desk, self.ref

        def record() -> Change:
            change = record_identity(desk, ref, method=method, photo_shows_requester=shows, acting_for=acting)
            return self.session.saved(f"identity {ref}", change)

        self.session.do(record)


def confirmed(case: CaseView) -> tuple[Found, ...]:
    """The identifiers in force, each with the place it was read from or who typed it."""
    return tuple(
        Found(kind, value, case.request.where(kind, value), case.request.typed_by(kind, value))
        for kind, field in IDENTIFIER_FIELDS.items()
        for value in getattr(case.identifiers, field)
    )
