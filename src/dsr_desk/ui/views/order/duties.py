"""Where each obligation of an order stands, and a named officer's word on what nothing here can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.orders import ObligationWord, declare, show_order
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.obligations import ObligationState, obligations
from dsr_desk.core.acts import Kind
from dsr_desk.core.orders import Met
from dsr_desk.core.refusals import Refusal
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, FileField
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Chip, Notice, label, row
from dsr_desk.ui.words import tr

_TONES = {"met-read": Tone.OK, "met-declared": Tone.OK, "partly": Tone.WARN, "open": Tone.DANGER}


@dataclass(frozen=True)
class DutiesShown:
    """`words` are what was said of each last, by id; `refused` is why no word may be given."""

    states: tuple[ObligationState, ...]
    words: dict[str, ObligationWord]
    refused: Refusal | None


def look(desk: Desk, ref: str) -> DutiesShown:
    said = show_order(desk, ref).words
    return DutiesShown(obligations(desk, ref), said, refusal(desk, ref, Kind.MET))


def show_duties(
    column: QVBoxLayout,
    shown: DutiesShown,
    drafted: Callable[[ObligationState], object],
    declared: Callable[[ObligationState], object],
) -> tuple[list[Button], list[Button]]:
    """How many are met, then each with its state and why; buttons show a draft of the statement, others take an
    officer's word."""
    met, total = sum(one.met for one in shown.states), len(shown.states)
    says = tr("{n} of {total} obligations are met. A bundle that is sealed now says so.")
    tone, icon = (Tone.OK, "done") if met == total else (Tone.WARN, None)
    column.addWidget(Notice(says.format(n=met, total=total), tone, icon, plain=True))
    drafts, declares = [], []
    for one in shown.states:
        draft = Button(tr("Draft …"), partial(drafted, one), kind="link")
        draft.setAccessibleName(tr("Draft: {what}").format(what=say(one.name)))
        button = Button(tr("Declare …"), partial(declared, one), kind="link")
        button.setAccessibleName(tr("Declare: {what}").format(what=say(one.name)))
        allow(button, shown.refused)
        drafts.append(draft)
        declares.append(button)
        chip = Chip(say(one.says), _TONES[one.state], "")  # the words begin with their sign
        line = row(label(say(one.name), "strong", wrap=True), chip, draft, button, stretch=0)
        line.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        for sentence in _sentences(one, shown.words.get(one.id)):
            column.addWidget(label(sentence, "note", wrap=True))
    return drafts, declares


def _sentences(one: ObligationState, word: ObligationWord | None) -> Sequence[str]:
    due = tr("due {day}").format(day=words.day(one.due)) if one.due else tr("no day set")
    sworn = tr("sworn") if one.sworn else ""
    every = words.counted(one.every, "every day", "every %Ln days") if one.every else ""
    said = [" · ".join(filter(None, (due, sworn, every))), *map(say, one.why)]
    if word is not None and word.how is not Met.TAKEN_BACK:
        how = {Met.DECLARED: tr("declared"), Met.NOT_APPLICABLE: tr("not applicable")}[word.how]
        by = tr("{how} by {who}, {when}: {text}")
        said.append(by.format(how=how, who=word.officer, when=words.moment(word.time), text=word.text))
    return said


class DeclareDutyDialog(Dialog):
    """An officer's word. What can be read is never met by a word alone; the evidence says who declared what."""

    def __init__(
        self, session: Session, ref: str, about: ObligationState, word: ObligationWord | None, parent: QWidget
    ) -> None:
        says = tr(
            "Your word stands in the evidence under your name, as declared. Whether data, embeddings and models are "
            "gone is told by reads and records alone, whatever is declared here."
        )
        super().__init__(say(about.name), parent, says=says, act=tr("Declare it"), width=620)
        self._session, self._ref, self._about = session, ref, about
        ways = [(tr("It was done, as said below"), Met.DECLARED), (tr("It does not apply here"), Met.NOT_APPLICABLE)]
        if word is not None and word.how is not Met.TAKEN_BACK:
            ways.append((tr("The earlier word is taken back"), Met.TAKEN_BACK))
        self.how = self.line(ChoiceField(tr("What is declared"), ways))
        self.how.narrow(20)
        self.said = self.text(tr("What was done, and how that is known"))
        self.proof = self.line(FileField(tr("A file that shows it; blank for none")))
        self.need(self.said)

    def go(self) -> None:
        desk, ref, about = self._session.desk, self._ref, self._about.id
        how, text, proof = self.how.value, self.said.text(), self.proof.path
        self.work(
            self._session,
            tr("Recording the word"),
            lambda _report, _token: declare(desk, ref, about, how, text, proof),
        )
