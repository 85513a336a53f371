"""Deletion: a dry run first, then approval, then the run, then what was read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dsr_desk.app.cases import show_case
from dsr_desk.app.chasing import is_task
from dsr_desk.app.deleting import PlanView, approve, dry_run, make_plan, read_back, run, show_plan, withdraw_plan
from dsr_desk.app.treatment import Wanted, treat
from dsr_desk.core.actions import ActionKind, Outcome, OutcomeState, ReadBack
from dsr_desk.core.changes import Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import NotSearched
from dsr_desk.core.requests import CaseState
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import names, words
from dsr_desk.ui.dialogs import TypedConfirmation
from dsr_desk.ui.language import said, said_gap
from dsr_desk.ui.models.actions import ActionRow, ActionsModel, Rehearsed, seen_name, seen_tone
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.letter import LetterDialog
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.tasks import TasksDialog
from dsr_desk.ui.views.treatment import TreatmentDialog
from dsr_desk.ui.widgets import Button, Card, Chip, Empty, Notice, clear, label, list_card, row

PLANNED = (CaseState.PLANNED, CaseState.APPROVED)
TOPICS = (Topic.DELETION, Topic.CASES, Topic.REVIEW, Topic.EVIDENCE)


@dataclass(frozen=True)
class Looked:
    """The plan with its dry run. Without a plan there is nothing to show."""

    state: CaseState
    view: PlanView | None
    rows: tuple[ActionRow, ...] = ()
    cannot: tuple[NotSearched, ...] = ()
    erase: int = 0


class DeletionPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.DELETION, Topic.REVIEW, Topic.CASE})

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Deletion"))
        self.setAccessibleName(self.tr("Deletion"))
        self.state = Chip()
        self.chips.addWidget(self.state)
        self._looked = Looked(CaseState.NEW, None)
        self.withdraw = Button(self.tr("Withdraw the plan"), self._withdraw)
        self.again = Button(self.tr("Plan again"), self._plan)
        self.approve = Button(self.tr("Approve the plan"), self._approve, kind="primary")
        self.run = Button("", self._confirm, kind="danger")
        self.look = Button(self.tr("Read back now"), self._read_back, kind="primary")
        self.tasks = Button("", self._show_tasks)
        self.seal = Button(self.tr("Go to the evidence"), lambda: session.go.emit("evidence"), kind="primary")
        for button in (self.tasks, self.withdraw, self.again, self.approve, self.run, self.look, self.seal):
            self.head.addWidget(button)
        self.plan = Button(self.tr("Make a plan and rehearse it"), self._plan, kind="primary")
        self._nothing = Empty(
            self.tr("The plan follows from the hits. Nothing is touched before you approve and run it."),
            self.plan,
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._build())
        self.body.addWidget(self._stack, 1)
        self._show(self._looked)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        state = show_case(desk, ref).state
        if state in (CaseState.NEW, CaseState.IDENTIFIED, CaseState.SEARCHED, CaseState.REVIEWED):
            self._show(Looked(state, None))
            return
        self.session.bridge.run(
            self.tr("Rehearsing the deletion"),
            lambda _report, _token: self._rehearse(state),
            self._show,
            context=self,
        )

    def _rehearse(self, state: CaseState) -> Looked:
        """In a worker: every container of the plan is read, nothing is changed."""
        view = show_plan(self.session.desk, self.ref)
        outcomes: dict[str, Outcome] = {outcome.action: outcome for outcome in view.outcomes}
        if state not in PLANNED:
            rows = tuple(ActionRow(action, None, outcomes.get(action.id)) for action in view.plan.actions)
            return Looked(state, view, rows, view.plan.cannot)
        found = dry_run(self.session.desk, self.ref)
        counts = {one.action: Rehearsed(one.erase, one.mask, one.gone_already) for one in found.stores}
        rows = tuple(ActionRow(action, counts.get(action.id), outcomes.get(action.id)) for action in view.plan.actions)
        return Looked(state, view, rows, found.cannot, found.erase + found.mask)

    def _show(self, looked: Looked) -> None:
        self._looked = looked
        state = looked.state
        self._stack.setCurrentIndex(1 if looked.view else 0)
        tone = Tone.OK if state is CaseState.READ_BACK else Tone.INFO if looked.view else Tone.PLAIN
        self.state.say(names.state_name(state) if looked.view else "", tone)
        for button, states in (
            (self.withdraw, PLANNED),
            (self.again, (CaseState.PLANNED,)),
            (self.approve, (CaseState.PLANNED,)),
            (self.run, (CaseState.APPROVED,)),
            (self.look, (CaseState.DELETED,)),
            (self.seal, (CaseState.READ_BACK,)),
        ):
            button.setVisible(state in states and looked.view is not None)
        self.run.setText(words.counted(looked.erase, self.tr("Delete 1 item …"), "Delete %Ln items …"))
        self.run.setAccessibleName(self.run.text())
        self.run.updateGeometry()
        others = [row.outcome for row in looked.rows if is_task(row.action)]
        answered = sum(one is not None and one.state is OutcomeState.DONE for one in others)
        self.tasks.setVisible(bool(others))
        self.tasks.setText(
            words.counted(len(others) - answered, self.tr("1 task of others …"), "%Ln tasks of others …")
            if answered < len(others)
            else self.tr("Tasks of others …")
        )
        self.tasks.setAccessibleName(self.tasks.text())
        self.tasks.updateGeometry()
        self.model.show_rows(looked.rows)
        self._show_cannot(looked.cannot)
        self._show_read_back(looked.view.read_back if looked.view else None, state)

    def _show_cannot(self, cannot: Sequence[NotSearched]) -> None:
        clear(self._cannot)
        for gap in cannot:
            count = f" ({words.figure(gap.count)})" if gap.count else ""
            self._cannot.addWidget(Notice(said_gap(gap.what, gap.why) + count, Tone.WARN, plain=True))
        if not cannot:
            self._cannot.addWidget(label(self.tr("Nothing that this program knows of."), "muted", wrap=True))
        self._cannot.addStretch(1)

    def _show_read_back(self, found: ReadBack | None, state: CaseState) -> None:
        clear(self._seen)
        if found is None:
            waits = self.tr("Nothing was deleted yet. What is certified comes from here, never from the plan.")
            done = self.tr("The run has ended. Read back to see what is really gone.")
            self._seen.addWidget(label(done if state is CaseState.DELETED else waits, "muted", wrap=True))
        else:
            self._seen.addLayout(row(Chip(seen_name(found.seen), seen_tone(found.seen)), None))
            self._seen.addWidget(label(said(found.headline), wrap=True, selectable=True))
            for check in found.checks:
                icon = "done" if seen_tone(check.seen) is Tone.OK else None
                line = Notice(plain=True)
                line.say(said_gap(check.name, check.says), seen_tone(check.seen), icon)
                self._seen.addWidget(line)
        self._seen.addStretch(1)

    def _plan(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(self.tr("Planning the deletion"), lambda _report, _token: make_plan(desk, ref), cancellable=False)

    def _withdraw(self) -> None:
        self.session.do(lambda: withdraw_plan(self.session.desk, self.ref))

    def _approve(self) -> None:
        text = self.tr(
            "Your signature stands under this plan. From now on decisions are corrected by new entries, not undone."
        )
        dialog = TypedConfirmation(self.tr("Approve the plan"), text, self.ref, self.tr("Approve and sign"), self)
        dialog.accepted.connect(self._approved)
        dialog.open()

    def _approved(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(self.tr("Signing the plan"), lambda _report, _token: approve(desk, ref), cancellable=False)

    def _confirm(self) -> None:
        erased = words.counted(self._looked.erase, self.tr("1 item is erased"), "%Ln items are erased")
        text = self.tr("{erased} for good. This cannot be undone.").format(erased=erased)
        act = words.counted(self._looked.erase, self.tr("Delete 1 item"), "Delete %Ln items")
        dialog = TypedConfirmation(self.tr("Run the deletion"), text, self.ref, act, self)
        dialog.accepted.connect(self._run)
        dialog.open()

    def _run(self) -> None:
        desk, ref = self.session.desk, self.ref

        def work(report: Report, token: CancelToken) -> object:
            outcomes = run(desk, ref, report=report, cancel=token)
            return outcomes if token.cancelled else read_back(desk, ref, report=report, cancel=token)

        self._work(self.tr("Deleting in case {ref}").format(ref=ref), work)

    def _read_back(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(
            self.tr("Reading back case {ref}").format(ref=ref),
            lambda report, token: read_back(desk, ref, report=report, cancel=token),
        )

    def _work(self, name: str, work: Callable[[Report, CancelToken], object], *, cancellable: bool = True) -> None:
        for button in (self.plan, self.again, self.withdraw, self.approve, self.run, self.look):
            button.setEnabled(False)

        def over() -> None:
            for button in (self.plan, self.again, self.withdraw, self.approve, self.run, self.look):
                button.setEnabled(True)
            self.session.touched(*TOPICS)

        def failed(error: DeskError) -> None:
            over()
            self.session.bridge.failed.emit(error)

        self.session.bridge.run(
            name, work, lambda _result: over(), context=self, failed=failed, cancellable=cancellable
        )

    def _show_tasks(self) -> None:
        TasksDialog(self.session, self.ref, self._looked.state, self).open()

    def _open_action(self, chosen: ActionRow) -> None:
        if chosen.action.instruction:
            LetterDialog(chosen.action, self).open()
        elif chosen.action.items and chosen.action.kind is not ActionKind.ERASE_INDEX:
            dialog = TreatmentDialog(chosen, self, editable=self._looked.state is CaseState.PLANNED)
            dialog.wanted.connect(self._treat)
            dialog.open()

    def _treat(self, item: str, wanted: Wanted, reason: str, until: str) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(
            self.tr("Planning the deletion"),
            lambda _report, _token: treat(desk, ref, item, wanted, reason=reason, until=until),
            cancellable=False,
        )

    def _build(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.model = ActionsModel(self)
        self.table = Table(
            self.model, name=self.tr("Actions of the plan; Enter shows the items or the letter"), height=56
        )
        self.table.opened.connect(self._open_action)
        card = Card(margin=1)
        card.body.addWidget(self.table)
        column.addWidget(card, 3)
        self._cannot, self._seen = QVBoxLayout(), QVBoxLayout()
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(list_card(self.tr("What this does not remove, and why"), self._cannot), 1)
        below.addWidget(list_card(self.tr("What was read back"), self._seen), 1)
        column.addLayout(below, 2)
        return whole
