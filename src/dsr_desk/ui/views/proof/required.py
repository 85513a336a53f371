"""What documents must hold: each field as it stands, with a button to state it where acts and records do not say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from dsr_desk.app.proof.required import general_fields, state_generally
from dsr_desk.core.changes import Change
from dsr_desk.core.requests import Law
from dsr_desk.core.required import STATEABLE, FieldState, Filled, field_name
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say, say_all
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Sign, clear, label, scrolled_column
from dsr_desk.ui.words import tr

_SIGNS = {FieldState.EMPTY: ("warn", Tone.WARN), FieldState.NOT_YET_KNOWN: ("warn", Tone.WARN)}


def show_fields(
    column: QVBoxLayout, fields: Iterable[Filled], edit: Callable[[Filled], object], empty: str
) -> list[Button]:
    """A line a field: its sign, its name with the place in the law, what stands there, and the button to state it."""
    made = []
    top = Qt.AlignmentFlag.AlignTop
    for one in fields:
        icon, tone = _SIGNS.get(one.state, ("done", Tone.OK))
        name = say(field_name(one.field))
        made.append(Button(tr("State …"), partial(edit, one), kind="link", name=tr("State: {v}").format(v=name)))
        line = QGridLayout()
        line.setHorizontalSpacing(8)
        line.setVerticalSpacing(2)
        line.setColumnStretch(1, 1)
        line.addWidget(Sign(icon, tone), 0, 0, top)
        line.addWidget(label(f"{name} ({one.source})" if one.source else name, "strong", wrap=True), 0, 1)
        line.addWidget(made[-1], 0, 2, top)
        line.addWidget(label(say_all(one.says) or empty, "muted", wrap=True, selectable=True), 1, 1, 1, 2)
        column.addLayout(line)
    return made


class StateDialog(Dialog):
    """An officer's word on one field: what stands there, or why it does not apply or is not yet known."""

    def __init__(
        self, session: Session, one: Filled, state: Callable[[FieldState, str], Change], parent: QWidget
    ) -> None:
        says = tr("It stands in every later document of its kind. Name nobody who must not be named there.")
        super().__init__(say(field_name(one.field)), parent, says=says, act=tr("State it"))
        self._session, self._state = session, state
        names = (tr("it says"), tr("it does not apply, because"), tr("it is not yet known, because"))
        self.state = ChoiceField(tr("What is stated"), list(zip(names, STATEABLE, strict=True)))
        self.line(self.state)
        self.words = self.text(tr("Text or reason"))
        self.need(self.words)

    def go(self) -> None:
        state, words = self.state.value, self.words.text()
        self.attempt(lambda: self._state(state, words), self._session.tell)


class GeneralDialog(Dialog):
    """What holds for every case under a law, until a case says otherwise."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        says = tr(
            "State once what every document under a law must say: the data protection officer, where to complain, "
            "which court, how long files are kept. A case can say otherwise, and acts and records of a case go first."
        )
        super().__init__(tr("What every document says"), parent, says=says, width=760, height=600)
        self._session = session
        self.law = ChoiceField(tr("Law"), [(words.term(law), law) for law in Law])
        self.law.activated.connect(self.reload)
        self.line(self.law)
        self._column, area = scrolled_column(tr("What every document says"))
        self.body.addWidget(area, 1)
        self.buttons: list[Button] = []
        self.reload()

    def reload(self, _index: int = 0) -> None:
        clear(self._column)
        fields = general_fields(self._session.desk, self.law.value)
        self.buttons = show_fields(self._column, fields, self._edit, tr("nothing stated"))
        self._column.addStretch(1)

    def _edit(self, one: Filled) -> None:
        desk, law = self._session.desk, self.law.value
        dialog = StateDialog(self._session, one, partial(state_generally, desk, law, one.field), self)
        dialog.accepted.connect(self.reload)
        dialog.open()
