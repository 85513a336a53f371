"""Parts of the deletion step: its acts in their order, changes since the plan, what was read back, rounds, items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.app.case.deleting import WantedTreatment
from dsr_desk.app.case.steps import Finding
from dsr_desk.core.actions import ActionKind, PlannedItem, ReadBack, Treatment
from dsr_desk.core.acts import Kind
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message
from dsr_desk.ui import language, words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, DayField
from dsr_desk.ui.findings import FoundLabel, show_finding
from dsr_desk.ui.language import say, say_all
from dsr_desk.ui.models.actions import ActionRow, seen_tone
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.deletion_reading import Refused, RoundShown
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, clear, framed, label, list_card, row
from dsr_desk.ui.words import term, tr


class ActsRow(QWidget):
    """The acts of the step from left to right. The next one that is allowed is the primary button."""

    def __init__(self, plan: Callable[[], None], approve: Callable[[], None], run: Callable[[], None],
                 look: Callable[[], None]) -> None:  # fmt: skip
        super().__init__()
        self.plan = Button(tr("Make a plan and rehearse it"), plan)
        self.approve = Button(tr("Approve the plan …"), approve)
        self.run = Button(tr("Delete …"), run)
        self.look = Button(tr("Read back now"), look)
        self.why = label("", "note", wrap=True)
        self._acts = {
            Kind.PLANNED: self.plan,
            Kind.APPROVED: self.approve,
            Kind.BEGUN: self.run,
            Kind.READ_BACK: self.look,
        }
        self.setLayout(row(*self._acts.values(), self.why, stretch=len(self._acts)))

    def show_refusals(self, refused: Refused, following: Kind | None) -> None:
        """`following` is the act that comes next where the case stands now."""
        for kind, button in self._acts.items():
            usual = "danger" if kind is Kind.BEGUN else "primary"
            button.dress(usual if allow(button, refused[kind]) and kind is following else "")
        stuck = refused[following] if following is not None else None
        self.why.setText(stuck.message.say(language.spoken()) if stuck is not None else "")

    def rest(self) -> None:
        """While one of them is being done."""
        for button in self._acts.values():
            button.setEnabled(False)


class ChangedCard(Card):
    """What the plan rests on and is another now. The way on is a new plan."""

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=4)
        self.setAccessibleName(tr("What has changed since the plan"))
        self.body.addWidget(Notice(tr("This has changed since the plan was made:"), Tone.WARN, plain=True))
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(26, 0, 0, 0)
        self._lines.setSpacing(4)
        self.body.addLayout(self._lines)
        self.said: list[str] = []

    def show_changed(self, changed: Sequence[Message]) -> None:
        self.setVisible(bool(changed))
        clear(self._lines)
        self.said = [say(one) for one in changed]
        for sentence in self.said:
            self._lines.addWidget(label(f"· {sentence}", wrap=True, selectable=True))


class RoundsCard(Card):
    """Each round in a line: when it was deleted, by whom, what was seen afterwards."""

    def __init__(self) -> None:
        super().__init__(tr("Rounds of this case"), margin=12, spacing=4)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.body.addLayout(self._lines)
        self.said: list[str] = []

    def show_rounds(self, rounds: Sequence[RoundShown]) -> None:
        """One round alone is what the rest of the page shows."""
        self.setVisible(len(rounds) > 1)
        clear(self._lines)
        self.said = [self._sentence(one) for one in rounds]
        for one, sentence in zip(rounds, self.said, strict=True):
            seen = Chip(term(one.seen), seen_tone(one.seen)) if one.seen else Chip(tr("not read back"), Tone.PLAIN)
            self._lines.addLayout(
                row(label(tr("Round {n}").format(n=one.number), "strong"), label(sentence, wrap=True), seen, stretch=1)
            )

    def _sentence(self, one: RoundShown) -> str:
        if not one.run:
            return tr("Nothing was deleted in it yet.")
        run = tr("Deleted {when} by {who}.").format(when=words.moment(one.run), who=", ".join(one.operators) or "–")
        if not one.read:
            return run
        read = tr("Read back {when} by {who}.").format(when=words.moment(one.read), who=one.reader)
        return f"{run} {read}"


class SeenCard:
    """What was read back: the headline and each check. Holds the card in `card`."""

    def __init__(self) -> None:
        self._lines = QVBoxLayout()
        self.card = list_card(tr("What was read back"), self._lines)

    def show(self, found: ReadBack | None, act: Finding | None, *, waits: bool) -> None:
        """`act` is the one in which it was read back; `waits` where the run has ended and nobody looked yet."""
        clear(self._lines)
        if found is None:
            never = tr("Nothing was deleted yet. What is certified comes from here, never from the plan.")
            done = tr("The run has ended. Read back to see what is really gone.")
            self._lines.addWidget(label(done if waits else never, "muted", wrap=True))
        else:
            seen = Chip(term(found.seen), seen_tone(found.seen))
            show_finding(seen, act)
            self._lines.addLayout(row(seen, None))
            self._lines.addWidget(FoundLabel(say_all(found.headline), act))
            for check in found.checks:
                icon = "done" if seen_tone(check.seen) is Tone.OK else None
                says = f"{say(check.name)}: {say(check.says)}"
                self._lines.addWidget(Notice(says, seen_tone(check.seen), icon, plain=True))
        self._lines.addStretch(1)


class TreatmentDialog(Dialog):
    """`wanted` carries item id, treatment, reason and the end of a hold. The plan is made anew from it."""

    wanted = Signal(str, object, str, str)

    def __init__(self, chosen: ActionRow, parent: QWidget, *, editable: bool) -> None:
        title = f"{term(chosen.action.kind)}: {chosen.action.what}"
        super().__init__(title, parent, act=tr("Plan it so") if editable else "", width=720, height=520)
        self._held = chosen.action.kind is ActionKind.HOLD
        self.model: RowsModel[PlannedItem] = RowsModel(
            (
                TableColumn(tr("Item"), lambda item: Cell(item.address.place, item.address.digest[:16])),
                TableColumn(tr("Treatment"), self._treatment, 240),
            ),
            lambda item: item.address.id,
        )
        self.table = TableWidget(self.model, name=tr("Items of this action"), height=48)
        self.model.show_rows(chosen.action.items)
        self.body.addWidget(framed(self.table), 1)
        ways = [(tr("Erase"), WantedTreatment.ERASE), (tr("Hold"), WantedTreatment.HOLD)]
        if any(item.kind is ItemKind.PHOTO for item in chosen.action.items):
            ways.insert(1, (tr("Mask this person’s face, the photo stays"), WantedTreatment.MASK))
        self.way = ChoiceField(tr("What is done with the item"), ways)
        self.line(self.way, tr("The chosen item"))
        self.reason = self.text(tr("Reason or ground"))
        self.until = self.line(DayField(tr("Held until"), date.today() + timedelta(days=365)))
        for field in (self.way, self.reason, self.until):
            self.set_line_visible(field, visible=editable)
        self.way.activated.connect(self.allow)
        self.reason.textChanged.connect(self.allow)
        self.table.chosen.connect(self.allow)
        if chosen.action.items:
            self.table.choose(0)
        self.allow()

    def _treatment(self, item: PlannedItem) -> Cell:
        why = say(item.reason) if item.reason is not None else ""
        if self._held:
            return Cell(chip=tr("held"), tone=Tone.WARN)
        if item.treatment is Treatment.MASK:
            return Cell(chip=tr("face masked"), note=why, tone=Tone.INFO)
        return Cell(tr("erased"), why)

    @property
    def ready(self) -> bool:
        erases = self.way.value is WantedTreatment.ERASE
        return self.table.current() is not None and (erases or bool(self.reason.text().strip()))

    def allow(self, _news: object = None) -> None:
        self.until.setEnabled(self.way.value is WantedTreatment.HOLD)
        self.reason.setEnabled(self.way.value is not WantedTreatment.ERASE)
        super().allow()

    def go(self) -> None:
        item, way = self.table.current(), self.way.value
        if isinstance(item, PlannedItem):
            until = self.until.day.isoformat() if way is WantedTreatment.HOLD else ""
            self.wanted.emit(item.address.id, way, self.reason.text().strip(), until)
            self.accept()
