"""Parts of the deletion step: its acts in their order, what has changed since the plan, what was read back, rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsr_desk.app.case.steps import Finding
from dsr_desk.core.actions import ReadBack
from dsr_desk.core.acts import Kind
from dsr_desk.core.message import Message
from dsr_desk.ui import language, words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.findings import FoundLabel, show_finding
from dsr_desk.ui.language import say, say_all
from dsr_desk.ui.models.actions import seen_tone
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.deletion_reading import Refused, RoundShown
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, clear, label, list_card, row
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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for button in self._acts.values():
            layout.addWidget(button)
        layout.addWidget(self.why, 1)

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
                line = Notice(plain=True)
                line.say(f"{say(check.name)}: {say(check.says)}", seen_tone(check.seen), icon)
                self._lines.addWidget(line)
        self._lines.addStretch(1)
