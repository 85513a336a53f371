"""The obligations of an order: a list in which each line can be changed, and the profile that they began from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.orders import ObligationWord
from dsr_desk.core.orders import Demand, Obligation, profiles
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, DayField, FigureField, Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.models.obligations import ObligationRow, ObligationsModel
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.list_page import ListCard
from dsr_desk.ui.widgets import Button, Notice, column_in, label, row
from dsr_desk.ui.words import tr

MOST_DAYS = 3660


class ObligationsEditor(QWidget):
    """`edited` is emitted whenever the officer changes a line. New lines have no id yet."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Obligation] = []
        self._words: Mapping[str, ObligationWord] = {}
        self._served = date.today()
        column = column_in(self, spacing=8)
        entries = [(tr("nothing: typed by hand"), "")]
        self.profile = ChoiceField(
            tr("Begin from the obligations of"), entries + [(one.matter, code) for code, one in profiles().items()]
        )
        self.profile.narrow(24)
        self.profile.activated.connect(self._propose)
        caption = label(self.profile.accessibleName(), "muted")
        caption.setBuddy(self.profile)
        column.addLayout(row(caption, self.profile, stretch=1))
        self.source = column.put(Notice(tone=Tone.WARN, plain=True))
        self.model = ObligationsModel()
        self.list: ListCard[ObligationRow] = ListCard(
            self.model,
            name=tr("Obligations; Enter changes one"),
            empty=tr("No obligation yet. Begin from a profile, or add what the paper says."),
            height=56,
        )
        self.list.setMinimumHeight(230)
        self.list.table.opened.connect(self._change)
        self.list.table.chosen.connect(lambda _row: self._allow())
        column.addWidget(self.list, 1)
        self.add = Button(tr("Add an obligation …"), self._add, kind="link")
        self.change = Button(tr("Change it …"), lambda: self._change(self.list.chosen), kind="link")
        self.drop = Button(tr("Take it out"), self._drop, kind="link")
        column.addLayout(row(self.add, self.change, self.drop, None))
        self._locked = False

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        return tuple(self._rows)

    def show_obligations(
        self, obligations: Sequence[Obligation], profile: str, served: date, words: Mapping[str, ObligationWord]
    ) -> None:
        self._served, self._words = served, words
        self.profile.choose(profile)
        self._show(list(obligations))

    def lock(self, locked: bool) -> None:
        self._locked = locked
        self.profile.setEnabled(not locked)
        self._allow()

    def serve(self, day: date) -> None:
        """Another day of service: the days of proposals that nobody changed count from it."""
        known = profiles().get(self.profile.value)
        if known is not None and day != self._served:
            moved = {
                _bare(old): new
                for old, new in zip(known.obligations(self._served), known.obligations(day), strict=True)
            }
            rows = [replace(moved.get(_bare(one), one), id=one.id) for one in self._rows]
            self._served = day
            self._show(rows)
        self._served = day

    def _propose(self) -> None:
        """What the officer typed stays; what another profile had proposed goes."""
        known = profiles().get(self.profile.value)
        proposed = known.obligations(self._served) if known is not None else ()
        typed = [one for one in self._rows if not one.source]
        self._show([*(replace(one, id="") for one in proposed), *typed])
        self.edited.emit()

    def _show(self, rows: list[Obligation]) -> None:
        self._rows = rows
        self.list.show_rows([ObligationRow(n, one, self._words.get(one.id)) for n, one in enumerate(rows)])
        known = profiles().get(self.profile.value)
        self.source.setVisible(known is not None)
        if known is not None:
            check = tr("Read in: {source}. Its days are proposals: check each day against the paper in hand.")
            self.source.say(check.format(source=known.source), Tone.WARN)
        self._allow()

    def _allow(self) -> None:
        for button in (self.change, self.drop):
            button.setEnabled(not self._locked and self.list.chosen is not None)
        self.add.setEnabled(not self._locked)

    def _add(self) -> None:
        dialog = ObligationDialog(Obligation("", Demand.DATA), self._served, self)
        dialog.changed.connect(lambda one: self._put(len(self._rows), one))
        dialog.open()

    def _change(self, chosen: ObligationRow | None) -> None:
        if chosen is None or self._locked:
            return
        dialog = ObligationDialog(chosen.obligation, self._served, self)
        dialog.changed.connect(lambda one: self._put(chosen.number, one))
        dialog.open()

    def _put(self, number: int, one: Obligation) -> None:
        self._show([*self._rows[:number], one, *self._rows[number + 1 :]])
        self.list.table.choose(number)
        self.edited.emit()

    def _drop(self) -> None:
        if (chosen := self.list.chosen) is not None:
            self._show([one for n, one in enumerate(self._rows) if n != chosen.number])
            self.edited.emit()


def _bare(one: Obligation) -> Obligation:
    return replace(one, id="")


class ObligationDialog(Dialog):
    """One obligation as the paper has it. `changed` carries it."""

    changed = Signal(object)

    def __init__(self, known: Obligation, served: date, parent: QWidget) -> None:
        super().__init__(tr("An obligation of the order"), parent, act=tr("Take it so"), width=600)
        self._known = known
        abouts = [(say(Obligation("", one).name), one) for one in Demand]
        self.about = self.line(ChoiceField(tr("What it asks for"), abouts))
        self.about.choose(known.about)
        self.words = self.text(tr("In the words of the paper"), known.text)
        self.dated = Tick(tr("The paper sets a day"))
        self.dated.setChecked(bool(known.due))
        self.body.addWidget(self.dated)
        self.due = DayField(tr("Due"), date.fromisoformat(known.due) if known.due else served + timedelta(30))
        caption = label(tr("Due"), "muted")
        caption.setBuddy(self.due)
        self.body.addLayout(row(caption, self.due, None))
        self.repeats = Tick(tr("It is repeated"))
        self.repeats.setChecked(bool(known.every))
        self.every = FigureField(tr("Days from one time to the next"), 1, MOST_DAYS, known.every or 90)
        self.body.addLayout(
            row(self.repeats, label(tr("every"), "muted"), self.every, label(tr("days"), "muted"), None)
        )
        self.sworn = Tick(tr("It is sworn, under penalty of perjury"))
        self.sworn.setChecked(known.sworn)
        self.body.addWidget(self.sworn)
        if known.source:
            says = tr("Proposed after {source}. What you change here is your reading of the paper.")
            self.body.addWidget(label(says.format(source=known.source), "note", wrap=True))
        for tick in (self.dated, self.repeats):
            tick.toggled.connect(self.allow)
        self.allow()

    def allow(self, _news: object = None) -> None:
        self.due.setEnabled(self.dated.isChecked())
        self.every.setEnabled(self.repeats.isChecked())
        super().allow()

    def go(self) -> None:
        """What somebody changed is no longer the profile's proposal."""
        said = replace(
            self._known,
            about=self.about.value,
            due=self.due.day.isoformat() if self.dated.isChecked() else "",
            every=int(self.every.value()) if self.repeats.isChecked() else 0,
            sworn=self.sworn.isChecked(),
            text=self.words.text().strip(),
        )
        self.changed.emit(said if said == self._known else replace(said, source=""))
        self.accept()
