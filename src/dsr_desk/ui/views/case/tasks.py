"""Tasks of other teams: whom to ask and when again, what they answered, and plans that run on another machine."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from dsr_desk.app.case.chasing import TeamTask, chase, tasks
from dsr_desk.app.case.handing_over import HandedOver, declare, hand_over, take_answer
from dsr_desk.app.case.recipients import instruct
from dsr_desk.core.actions import Action, ActionKind, OutcomeState
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.ui import language, words
from dsr_desk.ui.acting import guard
from dsr_desk.ui.choosing import ask_file, ask_folder, ask_new_file
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import DayField, FileField
from dsr_desk.ui.language import spoken
from dsr_desk.ui.models.actions import OUTCOME_TONES
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.list_page import ListCard
from dsr_desk.ui.views.proof.bundles import SecretCard
from dsr_desk.ui.widgets import Button, Notice, label, row, rule
from dsr_desk.ui.words import term, tr

FORTNIGHT = timedelta(days=14)


class TasksDialog(Dialog):
    """All tasks of a case's plan. It stays open while they are asked for and answered."""

    def __init__(self, session: Session, ref: str, parent: QWidget) -> None:
        says = tr(
            "Nothing is sent by this program. A task that somebody declares done counts as declared, "
            "never as read back; the answer of another machine counts as read back there."
        )
        super().__init__(tr("Tasks of others"), parent, says=says, width=920, height=520)
        self._session, self._ref = session, ref
        self.list: ListCard[TeamTask] = ListCard(
            RowsModel(
                (
                    TableColumn(tr("Task"), _what),
                    TableColumn(tr("Asked"), _asked, 170),
                    TableColumn(tr("Ask again"), _again, 170),
                    TableColumn(tr("State"), _state, 220),
                ),
                lambda one: one.action.id,
            ),
            name=tr("Tasks of others"),
            empty=tr("This plan asks nobody else."),
        )
        self.list.table.chosen.connect(self._allow)
        self.body.addWidget(self.list, 1)
        self.letter = Button(tr("Letter …"), self._letter)
        self.ask = Button(tr("I asked …"), self._ask)
        self.answer = Button(tr("They say it is done …"), self._declare)
        self.hand_out = Button(tr("Hand out …"), self._hand_out)
        self.body.addLayout(row(self.letter, self.hand_out, self.ask, self.answer, None))
        self.body.addWidget(rule())
        self.hand = Button(tr("Hand the plan over …"), self._hand_over)
        self.take = Button(tr("Take in an answer …"), self._choose_answer)
        self._elsewhere = label(tr("For a machine that holds the data and has this program:"), "muted")
        self.body.addLayout(row(self._elsewhere, self.hand, self.take, None))
        self.waits = Notice(tr("Tasks are asked for once the plan was approved and has run here."), Tone.INFO)
        self.body.addWidget(self.waits)
        session.changed.connect(self._on_change)
        self.reload()

    def reload(self) -> None:
        found = tasks(self._session.desk, self._ref)
        self.list.show_rows(found)
        away = any(one.action.kind is ActionKind.TASK and one.action.items for one in found)
        for widget in (self._elsewhere, self.hand, self.take):
            widget.setVisible(away)
        self.waits.setVisible(bool(found) and not any(one.outcome for one in found))
        guard(self.hand, self._session.desk, self._ref, Kind.HANDED_OVER)
        guard(self.take, self._session.desk, self._ref, Kind.OUTCOME)
        self._allow(self.list.chosen)

    def _on_change(self, change: Change) -> None:
        if Topic.DELETION in change.topics and self.isVisible():
            self.reload()

    def _allow(self, chosen: TeamTask | None) -> None:
        self.letter.setEnabled(chosen is not None and bool(chosen.action.instruction))
        desk, ref = self._session.desk, self._ref
        if chosen is not None:
            told = chosen.action.kind is ActionKind.TELL_RECIPIENT
            guard(self.ask, desk, ref, Kind.ASKED, actions=[chosen.action.id])
            guard(self.hand_out, desk, ref, Kind.ASKED, actions=[chosen.action.id])
            self.hand_out.setVisible(told)
            guard(self.answer, desk, ref, Kind.OUTCOME, action=chosen.action.id, by="declared")
        else:
            for button in (self.ask, self.hand_out, self.answer):
                button.setEnabled(False)

    def _letter(self) -> None:
        if (chosen := self.list.chosen) is not None:
            LetterDialog(chosen.action, self).open()

    def _hand_out(self) -> None:
        if (chosen := self.list.chosen) is not None:
            HandOutDialog(self._session, self._ref, chosen, self).open()

    def _ask(self) -> None:
        if (chosen := self.list.chosen) is not None:
            AskDialog(self._session, self._ref, chosen, self).open()

    def _declare(self) -> None:
        if (chosen := self.list.chosen) is not None:
            DeclareDialog(self._session, self._ref, chosen, self).open()

    def _hand_over(self) -> None:
        if (file := ask_new_file(self, tr("Where the plan is to lie"), f"{self._ref}-plan.age")) is not None:
            self.hand_over_to(file)

    def hand_over_to(self, file: Path) -> None:
        desk, ref = self._session.desk, self._ref

        def done(made: HandedOver) -> None:
            self._session.tell()
            HandedOverDialog(made, self).open()

        self._session.beside(self, tr("Handing the plan over"), lambda: hand_over(desk, ref, file), done)

    def _choose_answer(self) -> None:
        if (file := ask_file(self, tr("Choose the answer that came back"))) is not None:
            self.take_in(file)

    def take_in(self, file: Path) -> None:
        """The signed answer of the other machine."""
        desk, ref = self._session.desk, self._ref

        def done(count: int) -> None:
            self._session.tell()
            self._session.said.emit(words.counted(count, "1 task was answered", "%Ln tasks were answered"))

        self._session.beside(
            self, tr("Taking the answer in"), lambda: len(take_answer(desk, ref, file.read_bytes())), done
        )


class AskDialog(Dialog):
    """Somebody was asked today; the day on which to ask again is kept."""

    def __init__(self, session: Session, ref: str, task: TeamTask, parent: QWidget) -> None:
        says = tr("On that day the list of cases shows that an answer is missing.")
        title = tr("{who} was asked today").format(who=task.action.responsible or task.action.what)
        super().__init__(title, parent, says=says, act=tr("Keep"))
        self._session, self._ref, self._task = session, ref, task
        self.day = self.line(DayField(tr("Ask again on"), date.today() + FORTNIGHT))

    def go(self) -> None:
        desk = self._session.desk
        self.attempt(lambda: chase(desk, self._ref, [self._task.action.id], self.day.day), self._session.tell)


class HandOutDialog(Dialog):
    """What a recipient is handed: letter, list and checker, written to a folder, and the day by which they answer."""

    def __init__(self, session: Session, ref: str, task: TeamTask, parent: QWidget) -> None:
        says = tr(
            "A folder is written with the letter in English and German, the list of what is meant by SHA-256, and a "
            "program of one file that looks for it on their disks. Nothing is sent by this program."
        )
        title = tr("What {who} is handed").format(who=task.action.what)
        super().__init__(title, parent, says=says, act=tr("Choose the folder …"))
        self._session, self._ref, self._task = session, ref, task
        self.day = self.line(DayField(tr("Answer by")))
        self.day.setMinimumDate(self.day.date())
        self.day.day = date.today() + 2 * FORTNIGHT

    def go(self) -> None:
        if (folder := ask_folder(self, tr("Where the folder is to lie"))) is not None:
            self.write_to(folder)

    def write_to(self, folder: Path) -> None:
        desk, due, action = self._session.desk, self.day.day, self._task.action.id
        self.attempt(
            lambda: instruct(desk, self._ref, folder, due, date.today(), [action]), lambda _made: self._session.tell()
        )


class DeclareDialog(Dialog):
    """A team's word, with the file that came with it."""

    def __init__(self, session: Session, ref: str, task: TeamTask, parent: QWidget) -> None:
        says = tr("The evidence will say: declared, not read back. The file is kept in the vault, its digest in it.")
        super().__init__(tr("They say it is done"), parent, says=says, act=tr("Record it as declared"))
        self._session, self._ref, self._task = session, ref, task
        self.how = self.text(
            tr("Who said it, and what was done"), example=tr("for example: head of storage, by e-mail of 3 November")
        )
        self.proof = self.line(FileField(tr("Proof, where there is one")))
        self.need(self.how)

    def go(self) -> None:
        desk, ref, action = self._session.desk, self._ref, self._task.action.id
        self.attempt(lambda: declare(desk, ref, action, self.how.text(), self.proof.path), self._session.tell)


class HandedOverDialog(Dialog):
    """The file, and what goes by another way: its passphrase, shown once, and the keys of those who approved."""

    def __init__(self, made: HandedOver, parent: QWidget) -> None:
        says = tr(
            "Carry the file to the machine with the data, for instance on a disk. Tell the passphrase and the keys by "
            "another way, by telephone for instance. There, this runs it and writes the answer:"
        )
        super().__init__(tr("The plan is ready to be carried over"), parent, says=says, width=720)
        command = (
            f"dsr-desk delete run-exported {made.path.name} --data FOLDER --officer KEY --operator NAME "
            "--answer answer.age"
        )
        self.body.addWidget(label(command, "mono", wrap=True, selectable=True))
        self.body.addWidget(label(str(made.path), "note", wrap=True, selectable=True))
        self.body.addWidget(SecretCard(tr("Passphrase of the file"), made.passphrase))
        for approver in made.approvers:
            self.body.addWidget(SecretCard(tr("Key of {name}").format(name=approver.name), approver.spoken))
        containers = words.counted(len(made.containers), "1 container", "%Ln containers")
        self.body.addWidget(label(tr("It covers {n}.").format(n=containers), "note"))
        self.body.addWidget(Notice(tr("The passphrase is not shown again."), Tone.WARN))


def _what(one: TeamTask) -> Cell:
    return Cell(f"{term(one.action.kind)}: {one.action.what}", words.known(one.action.responsible), strong=True)


def _asked(one: TeamTask) -> Cell:
    if not one.asked:
        return Cell("–")
    reminded = words.counted(one.reminders, "reminded once", "reminded %Ln times") if one.reminders else ""
    if one.is_late(date.today()) and one.due is not None:
        return Cell(words.moment(one.asked), reminded or tr("no answer by {day}").format(day=words.day(one.due)))
    return Cell(words.moment(one.asked), reminded)


def _again(one: TeamTask) -> Cell:
    if one.chase_on is None or not one.waits:
        return Cell("–")
    if one.is_due(date.today()):
        return Cell(chip=tr("ask again"), note=words.day(one.chase_on), tone=Tone.WARN)
    return Cell(words.day(one.chase_on))


def _state(one: TeamTask) -> Cell:
    if one.outcome is None:
        return Cell(chip=tr("not asked for yet"), icon="open")
    if one.outcome.declared:
        proofs = words.counted(len(one.proofs), "1 proof kept", "%Ln proofs kept") if one.proofs else ""
        return Cell(chip=tr("declared done"), note=proofs or tr("without a proof"), tone=Tone.WARN)
    if one.outcome.state is OutcomeState.DONE:
        return Cell(chip=tr("read back there"), tone=Tone.OK, icon="done")
    said = one.outcome.error or next(iter(one.outcome.notes[1:]), None)
    note = language.say(said) if said is not None else ""
    return Cell(chip=term(one.outcome.state), note=note, tone=OUTCOME_TONES[one.outcome.state])


class LetterDialog(Dialog):
    def __init__(self, action: Action, parent: QWidget) -> None:
        says = tr("Nothing is sent by this program.")
        super().__init__(f"{term(action.kind)}: {action.what}", parent, says=says, width=640, height=520)
        text = self.body.put(QPlainTextEdit(action.letter(spoken())), 1)
        text.setReadOnly(True)
        text.setAccessibleName(tr("Instruction"))
        copy = Button(tr("Copy"), lambda: QApplication.clipboard().setText(text.toPlainText()))
        self.foot.insertWidget(0, copy)
