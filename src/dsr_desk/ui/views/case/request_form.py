"""What was understood of a request, beside the original: every field editable, with where it was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from dsr_desk.core.message import Message
from dsr_desk.core.requests import IDENTIFIER_FIELDS, Found, FoundKind, Law, Request, Right, together
from dsr_desk.ui import words
from dsr_desk.ui.fields import ChoiceField, DayField, text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.widgets import Button, Card, across, clear, label, row, scrolled_column
from dsr_desk.ui.words import tr

ABOUT_THE_PERSON = tuple(IDENTIFIER_FIELDS)


class FoundRow:
    """One editable finding: kind, value, place, and a way to leave it out."""

    def __init__(self, found: Found, form: RequestForm) -> None:
        self._where = found.where
        self.kind = ChoiceField(tr("Kind"), [(words.term(kind), kind) for kind in ABOUT_THE_PERSON])
        self.kind.choose(found.kind)
        self.kind.narrow(8)
        self.value = text_field(words.term(found.kind), found.value)
        self.where = label(say(found.where) if found.where else tr("entered by you"), "note", wrap=True)
        self.drop = Button(tr("Leave out"), kind="link", name=tr("Leave out {v}").format(v=found.value))
        self.value.textEdited.connect(form.edited)
        self.kind.activated.connect(form.edited)

    @property
    def found(self) -> Found:
        return Found(self.kind.value, self.value.text().strip(), self._where)


class RequestForm(QWidget):
    """`edited` is emitted whenever the officer changes something."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FoundRow] = []
        self.original = QPlainTextEdit()
        self.original.setReadOnly(True)
        self.original.setProperty("role", "original")
        self.original.setAccessibleName(tr("The letter as it came"))
        self.original.setTabChangesFocus(True)
        self._source = label("", "note")
        left = Card(tr("The letter"))
        left.body.addWidget(self._source)
        left.body.addWidget(self.original, 1)
        right = Card(tr("What was understood"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        column, area = scrolled_column(tr("Fields of the request"))
        column.addLayout(self._grid)
        column.addLayout(row(Button(tr("Add a detail"), self._add, kind="link"), None))
        column.addStretch(1)
        right.body.addWidget(area, 1)
        self.setLayout(across((left, 2), (right, 3)))
        self.right = ChoiceField(tr("Right"), [(words.term(one), one) for one in Right])
        self.law: ChoiceField[Law] = ChoiceField(tr("Law"), laws_of(Law.UNKNOWN))
        self.received = DayField(tr("Received"))
        for field in (self.right, self.law):
            field.narrow(9)
        for signal in (self.right.activated, self.law.activated, self.received.dateChanged):
            signal.connect(self.edited)

    def show_request(self, request: Request, right: Right, law: Law, received: date, found: Sequence[Found]) -> None:
        """`found` are the findings about the person; the rest comes from the request."""
        self.original.setPlainText(request.text or tr("There is no letter: the case was begun with photos alone."))
        self._source.setText(request.source)
        fields: tuple[QWidget, ...] = (self.right, self.law, self.received)
        blocked = [field.blockSignals(True) for field in fields]
        self.right.choose(right)
        self.law.offer(laws_of(law))
        self.law.choose(law)
        self.received.day = received
        for field, was in zip(fields, blocked, strict=True):
            field.blockSignals(was)
        self._request = request
        self._lay_out([FoundRow(one, self) for one in once_each(found)])

    @property
    def found(self) -> tuple[Found, ...]:
        """What the officer let stand, without empty lines."""
        return tuple(one.found for one in self._rows if one.found.value)

    @property
    def received_on(self) -> date:
        return self.received.day

    def lock(self, locked: bool) -> None:
        """Closed cases are read, not edited."""
        for widget in (self.right, self.law, self.received):
            widget.setEnabled(not locked)
        for one in self._rows:
            one.value.setReadOnly(locked)
            one.kind.setEnabled(not locked)
            one.drop.setVisible(not locked)

    def _lay_out(self, rows: list[FoundRow]) -> None:
        for fixed in (self.right, self.law, self.received):
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
            place = request.where(kind)
            where = label(say(place) if place else tr("not stated, please check"), "note", wrap=True)
            self._place(number, caption, widget, where, None)
        for number, one in enumerate(rows, start=3):
            one.drop.clicked.connect(lambda _checked=False, one=one: self._remove(one))
            self._place(number, one.kind, one.value, one.where, one.drop)

    def _place(self, number: int, kind: QWidget, value: QWidget, where: QWidget, drop: QWidget | None) -> None:
        """Where it was read stands below the value: beside a page of the letter there is no room for a column more."""
        for column, widget in enumerate((kind, value, drop)):
            if widget is not None:
                self._grid.addWidget(widget, 2 * number, column, Qt.AlignmentFlag.AlignVCenter)
                widget.show()
        self._grid.addWidget(where, 2 * number + 1, 1, 1, 2)

    def _remove(self, gone: FoundRow) -> None:
        self._again([one.found for one in self._rows if one is not gone])

    def _add(self) -> None:
        self._again([*(one.found for one in self._rows), Found(FoundKind.NAME, "")])
        self._rows[-1].value.setFocus()

    def _again(self, found: Sequence[Found]) -> None:
        self._lay_out([FoundRow(one, self) for one in found])
        self.edited.emit()


def laws_of(law: Law) -> list[tuple[str, Law]]:
    """What may be chosen. Nobody asks under an order; a case of before that says so shows what it says."""
    return [(words.term(one), one) for one in Law if one is not Law.ORDER or law is one]


def once_each(found: Sequence[Found]) -> list[Found]:
    """Findings about the person, each value once, with every place it was read from."""
    places: dict[tuple[FoundKind, str], list[Message | None]] = {}
    for one in found:
        if one.kind in ABOUT_THE_PERSON:
            places.setdefault((one.kind, one.value), []).append(one.where)
    return [Found(kind, value, together(where)) for (kind, value), where in places.items()]
