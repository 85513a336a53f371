"""The candidate in the middle of the review: its face or its record, and the three decisions of equal weight."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget

from dsr_desk.app.case.review import SecondItem
from dsr_desk.core.findings import Candidate, ReasonKind, Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.models.candidates import Reviewed
from dsr_desk.ui.photo_view import PhotoView
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.review_parts import RecordView
from dsr_desk.ui.widgets import Button, Card, Chip, label, row
from dsr_desk.ui.words import tr


class CandidateCard(Card):
    """`decided` carries the verdict of a pressed button; `score_asked` is the wish to see the score early."""

    decided = Signal(object)
    score_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Candidate"))
        self.number = label("", "section")
        self.linked, self.verdict = Chip(), Chip()
        self.body.addLayout(row(self.number, self.linked, self.verdict, None))
        self.photo = PhotoView(tr("Face of the candidate"))
        self.record = RecordView()
        self._shown = QStackedWidget()
        self._shown.addWidget(self.photo)
        self._shown.addWidget(self.record)
        self.body.addWidget(self._shown, 1)
        self.score = label("", "note", wrap=True)
        self.reveal = Button(tr("show"), self.score_asked.emit, kind="link", name=tr("Show the score"))
        self.reveal.setToolTip(tr("Looking at the score before deciding is journalled."))
        self.body.addLayout(row(self.score, self.reveal, stretch=0))
        self.buttons = {verdict: self._button(verdict) for verdict in Verdict}
        self.body.addLayout(row(None, *self.buttons.values(), None))
        says = tr("Space: whole photo · decisions can be undone until the plan is approved")
        hint = label(says, "note", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(hint)

    def show_item(self, item: Reviewed, fields: dict[str, str], *, score_known: bool) -> None:
        """Everything but the picture, which comes when it is decoded. A blind item has no score to show."""
        candidate = item.candidate
        self.number.setText(tr("Candidate {n}").format(n=item.number))
        self.linked.say(self._linked(candidate), Tone.INFO, "info")
        self.verdict.say(words.term(item.decision.verdict) if item.decision else "", Tone.PLAIN, "")
        is_record = candidate.kind is ItemKind.RECORD
        self._shown.setCurrentIndex(1 if is_record else 0)
        if is_record:
            self.record.show_record(candidate, fields)
        known = candidate.reasons if isinstance(candidate, Candidate) else ()
        faces = [one for one in known if one.kind is ReasonKind.FACE]
        self.reveal.setVisible(bool(faces) and not score_known)
        hidden = tr("score hidden until decided") if faces else ""
        self.score.setText("\n".join(say(one.says) for one in faces) if score_known else hidden)

    def show_picture(self, image: QImage | None) -> None:
        """None while it is being decoded; a null image where the index keeps none."""
        missing = tr("The index keeps no picture of it. Space looks for the photo.")
        self.photo.show_image(image, tr("loading") if image is None else missing)

    def show_keys(self, keys: dict[Verdict, str]) -> None:
        for verdict, button in self.buttons.items():
            button.setText(f"{keys[verdict]}  {words.term(verdict)}")

    def _button(self, verdict: Verdict) -> Button:
        name = words.term(verdict)
        button = Button(name, partial(self.decided.emit, verdict), name=name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _linked(self, candidate: Candidate | SecondItem) -> str:
        kinds = {reason.kind for reason in candidate.reasons}
        if ReasonKind.RECORD in kinds:
            return tr("its record matches")
        if ReasonKind.LINK in kinds:
            return tr("linked by a record")
        return tr("near-duplicate of a hit") if ReasonKind.DUPLICATE in kinds else ""
