"""What was understood of a request, beside the original: every field editable, with where it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from dsr_desk.app.case.letter_pages import LetterShown
from dsr_desk.core import codec
from dsr_desk.core.deadlines import Place
from dsr_desk.core.message import Message
from dsr_desk.core.requests import IDENTIFIER_FIELDS, Found, FoundKind, Law, Request, Right, Whose, together
from dsr_desk.ui import words
from dsr_desk.ui.fields import ChoiceField, DayField, text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.letter_pages import LetterPages
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import put, value
from dsr_desk.ui.widgets import Button, Card, Notice, across, clear, label, row, scrolled_column
from dsr_desk.ui.words import tr

ABOUT_THE_PERSON = tuple(IDENTIFIER_FIELDS)


class FoundRow:
    """One editable finding: kind, value, place, and a way to leave it out."""

    def __init__(self, found: Found, form: RequestForm) -> None:
        self._read, self._form = found, form
        self.kind = ChoiceField(tr("Kind"), [(words.term(kind), kind) for kind in ABOUT_THE_PERSON])
        self.kind.choose(found.kind)
        self.kind.narrow(8)
        self.value = text_field(words.term(found.kind), found.value)
        self.where = label("", "note", wrap=True)
        self._say_where()
        self.drop = Button(tr("Leave out"), kind="link", name=tr("Leave out {v}").format(v=found.value))
        for signal in (self.value.textEdited, self.kind.activated):
            signal.connect(self._say_where)
            signal.connect(form.edited)

    @property
    def found(self) -> Found:
        """What was changed stands nowhere in the letter: it is the officer's own."""
        said = self.kind.value, self.value.text().strip()
        return self._read if said == (self._read.kind, self._read.value) else Found(*said)

    def _say_where(self) -> None:
        self.where.setText(self._form.source_of(self.found))


class RequestForm(QWidget):
    """`edited` is emitted whenever the officer changes something."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FoundRow] = []
        self._others: list[Found] = []
        """What the letter says of others: proposed for nothing, and shown so that it can be taken over."""
        self._officers: Mapping[str, str] = {}
        self.original = QPlainTextEdit()
        self.original.setReadOnly(True)
        self.original.setProperty("role", "original")
        self.original.setAccessibleName(tr("The letter as it came"))
        self.original.setTabChangesFocus(True)
        self._source = label("", "note")
        left = Card(tr("The letter"))
        left.body.addWidget(self._source)
        left.body.addWidget(self.original, 1)
        self.pages = left.body.put(LetterPages(), 3)
        right = Card(tr("What was understood"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        column, area = scrolled_column(tr("Fields of the request"))
        column.addLayout(self._grid)
        column.addLayout(row(Button(tr("Add a detail"), self._add, kind="link"), None))
        column.addStretch(1)
        self.checks = Notice()
        right.body.addWidget(self.checks)
        right.body.addWidget(area, 1)
        self._beside = across((left, 2), (right, 3))
        self.setLayout(self._beside)
        self.right = ChoiceField(tr("Right"), [(words.term(one), one) for one in Right])
        self.law: ChoiceField[Law] = ChoiceField(tr("Law"), laws_of(Law.UNKNOWN))
        self.received = DayField(tr("Received"))
        self.place = text_field(tr("Holidays of"), example=tr("for example: DE-BY"))
        for field in (self.right, self.law):
            field.narrow(9)
        self._single: dict[str, QWidget] = {
            "right": self.right,
            "law": self.law,
            "received": self.received,
            "place": self.place,
        }
        for signal in (self.right.activated, self.law.activated, self.received.dateChanged):
            signal.connect(self.edited)
        self.place.textEdited.connect(self.edited)

    def show_request(
        self,
        request: Request,
        right: Right,
        law: Law,
        received: date | None,
        found: Sequence[Found],
        officers: Mapping[str, str] | None = None,
        place: Place | None = None,
    ) -> None:
        """`found` are the findings about the person; the rest comes from the request. `officers`: names by key.

        Without `received` the day has to be chosen. `place` is where public holidays count, None for the usual one.
        """
        self._officers = officers or {}
        nothing = tr("There is no letter: the case was begun with photos alone.")
        without_text = tr("No text of it could be read: type what the page says.")
        self.original.setPlainText(request.text or (without_text if request.source else nothing))
        self._source.setText(request.source)
        fields: tuple[QWidget, ...] = (self.right, self.law, self.received)
        blocked = [field.blockSignals(True) for field in fields]
        self.right.choose(right)
        self.law.offer(laws_of(law))
        self.law.choose(law)
        if received is None:
            self.received.ask()
        else:
            self.received.day = received
        self.place.setText(str(place or ""))
        self._show_checks(request)
        for field, was in zip(fields, blocked, strict=True):
            field.blockSignals(was)
        self._request = request
        about = [one for one in request.found if one.kind in ABOUT_THE_PERSON and one.whose is not Whose.SUBJECT]
        self._others = list({(one.kind, one.value): one for one in about}.values())
        self._lay_out([FoundRow(one, self) for one in once_each(found)])

    @property
    def found(self) -> tuple[Found, ...]:
        """What the officer let stand, without empty lines."""
        return tuple(one.found for one in self._rows if one.found.value)

    @property
    def apart(self) -> tuple[Found, ...]:
        """What was read beside that: things of others, and where right, law and days stand."""
        hers = {(one.kind, one.value) for one in self.found}
        read = self._request.found
        return tuple(
            one
            for one in read
            if one.kind not in ABOUT_THE_PERSON
            or (one.whose is not Whose.SUBJECT and (one.kind, one.value) not in hers)
        )

    def typed(self) -> dict[str, Any]:
        fields = {name: value(field) for name, field in self._single.items()}
        return {**fields, "found": [codec.plain(one.found) for one in self._rows]}

    def retype(self, values: Mapping[str, Any]) -> None:
        for name, said in values.items():
            if name in self._single:
                put(self._single[name], said)
        self._again([codec.restore(one, Found) for one in values.get("found", ())])

    @property
    def received_on(self) -> date | None:
        """None while the day has to be chosen."""
        return self.received.said

    @property
    def holidays_of(self) -> Place | None:
        """Whose public holidays count; None for the usual place."""
        country, _, region = self.place.text().strip().upper().partition("-")
        return Place(country, region) if country else None

    @property
    def is_said(self) -> bool:
        """Whether law and day are chosen: neither is assumed."""
        return self.law.value is not Law.UNKNOWN and self.received_on is not None

    def _show_checks(self, request: Request) -> None:
        """Whether the request is genuine comes before all that it says."""
        worst = next((check.holds for check in request.checks if check.holds is not True), True)
        tone = {True: Tone.OK, False: Tone.DANGER, None: Tone.WARN}[worst]
        self.checks.say("\n".join(say(check.says) for check in request.checks), tone)
        self.checks.setVisible(bool(request.checks))

    def show_pages(self, letter: LetterShown) -> None:
        """Pages without text are read as pictures; where there is no text at all they take its place."""
        self.pages.show_letter(letter)
        self._beside.setStretch(0, 3 if letter.pages else 2)
        self.original.setVisible(not letter.pages or bool(self._request.text))

    def source_of(self, one: Found) -> str:
        """Where a value was read, else who entered it."""
        if one.where is not None:
            return say(one.where)
        who = self._officers.get(one.typed_by, "")
        return tr("entered by {who}").format(who=who) if who else tr("entered by you")

    def lock(self, locked: bool) -> None:
        """Closed cases are read, not edited."""
        for widget in (self.right, self.law, self.received, self.place):
            widget.setEnabled(not locked)
        for one in self._rows:
            one.value.setReadOnly(locked)
            one.kind.setEnabled(not locked)
            one.drop.setVisible(not locked)

    def _lay_out(self, rows: list[FoundRow]) -> None:
        for fixed in (self.right, self.law, self.received, self.place):
            fixed.setParent(None)
        clear(self._grid)
        self._rows = rows
        request = self._request
        fixed_rows: tuple[tuple[FoundKind, QWidget], ...] = (
            (FoundKind.RIGHT, self.right),
            (FoundKind.LAW, self.law),
            (FoundKind.RECEIVED, self.received),
        )
        for number, (kind, widget) in enumerate(fixed_rows):
            caption = label(words.term(kind), "muted")
            caption.setBuddy(widget)
            self._place(number, caption, widget, label(self._stated(request, kind), "note", wrap=True), None)
        caption = label(self.place.accessibleName(), "muted")
        caption.setBuddy(self.place)
        usual = tr("whose public holidays count; of the law's country or yours where it is empty")
        self._place(len(fixed_rows), caption, self.place, label(usual, "note", wrap=True), None)
        for number, one in enumerate(rows, start=len(fixed_rows) + 1):
            one.drop.clicked.connect(lambda _checked=False, one=one: self._remove(one))
            self._place(number, one.kind, one.value, one.where, one.drop)
        hers = {(one.found.kind, one.found.value) for one in rows}
        apart = [one for one in self._others if (one.kind, one.value) not in hers]
        for number, other in enumerate(apart, start=3 + len(rows)):
            take = Button(tr("Take over"), kind="link", name=tr("Take over {v}").format(v=other.value))
            take.clicked.connect(lambda _checked=False, other=other: self._take_over(other))
            whose = tr("{place}: {whose}, not searched for").format(
                place=self.source_of(other), whose=_WHOSE[other.whose]()
            )
            value = label(other.value, "muted", wrap=True)
            self._place(number, label(words.term(other.kind), "muted"), value, label(whose, "note", wrap=True), take)

    def _place(self, number: int, kind: QWidget, value: QWidget, where: QWidget, drop: QWidget | None) -> None:
        """Where it was read stands below the value: beside a page of the letter there is no room for a column more."""
        for column, widget in enumerate((kind, value, drop)):
            if widget is not None:
                self._grid.addWidget(widget, 2 * number, column, Qt.AlignmentFlag.AlignVCenter)
                widget.show()
        self._grid.addWidget(where, 2 * number + 1, 1, 1, 2)

    def _stated(self, request: Request, kind: FoundKind) -> str:
        place, who = request.where(kind), self._officers.get(request.typed_by(kind), "")
        if place is not None or who:
            return self.source_of(Found(kind, "", place, request.typed_by(kind)))
        return tr("not stated, please check")

    def _remove(self, gone: FoundRow) -> None:
        self._again([one.found for one in self._rows if one is not gone])

    def _take_over(self, other: Found) -> None:
        """It is the person's all the same."""
        self._again([*(one.found for one in self._rows), replace(other, whose=Whose.SUBJECT)])

    def _add(self) -> None:
        self._again([*(one.found for one in self._rows), Found(FoundKind.NAME, "")])
        self._rows[-1].value.setFocus()

    def _again(self, found: Sequence[Found]) -> None:
        self._lay_out([FoundRow(one, self) for one in found])
        self.edited.emit()


_WHOSE: dict[Whose, Callable[[], str]] = {
    Whose.HOUSE: lambda: tr("the organisation's own"),
    Whose.AGENT: lambda: tr("the agent's"),
    Whose.OTHER: lambda: tr("somebody else's"),
}


def laws_of(law: Law) -> list[tuple[str, Law]]:
    """What may be chosen. Nobody asks under an order; a case of before that says so shows what it says."""
    return [(words.term(one), one) for one in Law if one is not Law.ORDER or law is one]


def once_each(found: Sequence[Found]) -> list[Found]:
    """Findings about the person that are hers, each value once, with every place it was read from."""
    places: dict[tuple[FoundKind, str], list[Message | None]] = {}
    typed: dict[tuple[FoundKind, str], str] = {}
    for one in found:
        if one.kind in ABOUT_THE_PERSON and one.whose is Whose.SUBJECT:
            places.setdefault((one.kind, one.value), []).append(one.where)
            typed.setdefault((one.kind, one.value), one.typed_by)
    return [Found(*said, together(where), typed[said]) for said, where in places.items()]
