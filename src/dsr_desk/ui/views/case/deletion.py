"""Deletion: a dry run first, then approval, then the run, then what was read back. As often as it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsr_desk.app.case.chasing import is_task
from dsr_desk.app.case.deleting import WantedTreatment, approve, make_plan, read_back, run, treat, withdraw_plan
from dsr_desk.app.case.packet_files import For
from dsr_desk.core.actions import ActionKind, OutcomeState, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.refusals import BasisChanged
from dsr_desk.core.requests import CaseState
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import words
from dsr_desk.ui.acting import SignDialog, allow, reason
from dsr_desk.ui.findings import show_finding
from dsr_desk.ui.language import say
from dsr_desk.ui.models.actions import ActionRow, ActionsModel, seen_tone
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.away_notice import AwayNotice
from dsr_desk.ui.views.case.deletion_parts import ActsRow, ChangedCard, RoundsCard, SeenCard, TreatmentDialog
from dsr_desk.ui.views.case.deletion_reading import DeletionShown, Refused, look
from dsr_desk.ui.views.case.packets import packet_buttons, show_packet_buttons
from dsr_desk.ui.views.case.sweeping import SweepCard
from dsr_desk.ui.views.case.tasks import LetterDialog, TasksDialog
from dsr_desk.ui.views.order.containers import ContainersDialog
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip, Empty, Notice, across, clear, column_in, framed, label, list_card, stacked
from dsr_desk.ui.words import tr

FOLLOWING = {
    CaseState.PLANNED: Kind.APPROVED,
    CaseState.APPROVED: Kind.BEGUN,
    CaseState.DELETED: Kind.READ_BACK,
    CaseState.READ_BACK: None,
}
"""What comes next where a plan stands so; else it is planning."""


class DeletionPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.DELETION, Topic.REVIEW, Topic.CASE, Topic.INDEXES, Topic.OFFICERS, Topic.MODELS}
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Deletion"))
        self.state, self.round = Chip(), Chip()
        for chip in (self.round, self.state):
            self.chips.addWidget(chip)
        self.tasks = Button("", lambda: TasksDialog(session, self.ref, self).open())
        self.withdraw = Button(
            tr("Withdraw the plan"), lambda: session.do(lambda: withdraw_plan(session.desk, self.ref))
        )
        self.search = Button(tr("Search again"), lambda: session.go.emit("search"))
        self.seal = Button(tr("Go to the evidence"), lambda: session.go.emit("evidence"))
        self.hand, self.take = packet_buttons(session, self, For.APPROVAL)
        for button in (self.hand, self.take, self.tasks, self.withdraw, self.search, self.seal):
            self.head.addWidget(button)
        self.acts = self.body.put(ActsRow(self._plan, self._approve, self._confirm, self._read_back))
        self.plan, self.approve, self.run, self.look = (
            self.acts.plan, self.acts.approve, self.acts.run, self.acts.look,
        )  # fmt: skip
        self.away = self.body.put(AwayNotice())
        self.changed = self.body.put(ChangedCard())
        self._nothing = Empty("")
        self._stack = self.body.put(stacked(self._nothing, self._build()), 1)
        self.rounds = self.body.put(RoundsCard())
        self.strays = self.body.put(SweepCard(session))
        self._looked = DeletionShown(CaseState.NEW)
        for part in (self.acts, self.changed, self.rounds, self.strays):
            part.hide()
        for button in (self.hand, self.take, self.tasks, self.withdraw, self.search, self.seal):
            button.hide()

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        planned = desk.case(ref).plan is not None
        self.session.beside(
            self,
            tr("Rehearsing the deletion") if planned else tr("Looking at the case"),
            lambda: look(desk, ref),
            lambda found: self._show(found) if self.session.case == ref else None,
        )

    def _show(self, looked: DeletionShown) -> None:
        self._looked = looked
        self.search.setText(tr("Look it up again") if self.session.is_order else tr("Search again"))
        self.search.setAccessibleName(self.search.text())
        state, view, refused = looked.state, looked.view, looked.refused
        self._stack.setCurrentIndex(1 if view else 0)
        self._nothing.say(self._empty_sentence(refused))
        read = view.read_back if view and state is CaseState.READ_BACK else None
        tone = seen_tone(read.seen) if read else Tone.INFO if view else Tone.PLAIN
        self.state.say(words.term(state) if view else "", tone)
        show_finding(self.state, looked.read)
        self.round.say(tr("Round {n}").format(n=len(looked.rounds)) if len(looked.rounds) > 1 else "", icon="")
        self._show_acts(looked)
        self._show_tasks_button(looked)
        self.away.show_away(looked.away, tr("each run tries it again, and so does a new plan"))
        self.changed.show_changed(view.changed if view else ())
        self.model.show_rows(looked.rows)
        self._show_cannot(looked.gaps)
        self.seen.show(view.read_back if view else None, looked.read, waits=state is CaseState.DELETED)
        self.rounds.show_rounds(looked.rounds)
        self.strays.show_case(self.ref, looked.strays, refused[Kind.SWEPT])
        self.strays.show()

    def _show_acts(self, looked: DeletionShown) -> None:
        view, refused = looked.view, looked.refused
        following = FOLLOWING.get(looked.state, Kind.PLANNED)
        if following is Kind.READ_BACK and refused[Kind.BEGUN] is None:
            following = Kind.BEGUN
        if following is not None and isinstance(refused[following], BasisChanged):
            following = Kind.PLANNED
        self.plan.setText(tr("Plan anew") if view else tr("Make a plan and rehearse it"))
        some = words.counted(looked.erase, "Delete 1 item …", "Delete %Ln items …")
        goes_on = looked.begun and refused[Kind.BEGUN] is None
        plain = some if view and not looked.begun else tr("Delete …")
        self.run.setText(tr("Go on deleting …") if goes_on else plain)
        read = view is not None and view.read_back is not None
        self.look.setText(tr("Read back again") if read else tr("Read back now"))
        for button in (self.plan, self.run, self.look):
            button.setAccessibleName(button.text())
            button.updateGeometry()
        self.acts.show()
        self.acts.show_refusals(refused, following)
        if looked.mine and refused[Kind.APPROVED] is None:
            self.approve.setEnabled(False)
            self.approve.explain(tr("You approved this plan."))
        show_packet_buttons(self.session, self.hand, self.take)
        self.withdraw.setVisible(view is not None and not looked.begun)
        allow(self.withdraw, refused[Kind.PLAN_WITHDRAWN])
        self._show_ways_on(looked)

    def _show_ways_on(self, looked: DeletionShown) -> None:
        """After reading back: search again where something is left, else on to the evidence."""
        read = looked.view.read_back if looked.view else None
        left = read is not None and read.seen is Seen.STILL_THERE
        for button, primary in ((self.search, left), (self.seal, not left)):
            button.setVisible(read is not None and looked.state is CaseState.READ_BACK)
            button.dress("primary" if primary else "")

    def _empty_sentence(self, refused: Refused) -> str:
        says = tr("The plan follows from the hits. Nothing is touched before you approve and run it.")
        if self.session.is_order:
            says = tr("The plan follows from the scope. Nothing is touched before you approve and run it.")
        why = reason(refused[Kind.PLANNED])
        return f"{says}\n\n{why}" if why else says

    def _show_tasks_button(self, looked: DeletionShown) -> None:
        others = [row.outcome for row in looked.rows if is_task(row.action)]
        answered = sum(one is not None and one.state is OutcomeState.DONE for one in others)
        self.tasks.setVisible(bool(others))
        self.tasks.setText(
            words.counted(len(others) - answered, "1 task of others …", "%Ln tasks of others …")
            if answered < len(others)
            else tr("Tasks of others …")
        )
        self.tasks.setAccessibleName(self.tasks.text())
        self.tasks.updateGeometry()

    def _show_cannot(self, gaps: Sequence[Gap]) -> None:
        clear(self._cannot)
        for gap in gaps:
            self._cannot.addWidget(Notice(say(gap.says), Tone.WARN, plain=True))
        if not gaps:
            self._cannot.addWidget(label(tr("Nothing that this program knows of."), "muted", wrap=True))
        self._cannot.addStretch(1)

    def _plan(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(tr("Planning the deletion"), lambda _report, _token: make_plan(desk, ref), cancellable=False)

    def _approve(self) -> None:
        text = tr(
            "Your signature stands under this plan. What it rests on stays as it is, or the approval no longer counts. "
            "An approval cannot be taken back; the plan can be withdrawn while it has not run."
        )
        self._sign(tr("Approve the plan"), text, tr("Approve and sign"), self._approved)

    def _approved(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(tr("Signing the plan"), lambda _report, _token: approve(desk, ref), cancellable=False)

    def _confirm(self) -> None:
        erased = words.counted(self._looked.erase, "1 item is erased", "%Ln items are erased")
        text = tr("{erased} for good. This cannot be undone.").format(erased=erased)
        act = words.counted(self._looked.erase, "Delete 1 item", "Delete %Ln items")
        if self._looked.begun:
            text = tr("The run goes on where it stopped. What it erases is gone for good; this cannot be undone.")
            act = tr("Go on deleting")
        self._sign(tr("Run the deletion"), text, act, self._run, word=self.ref, danger=True)

    def _sign(
        self, title: str, says: str, act: str, then: Callable[[], None], *, word: str = "", danger: bool = False
    ) -> None:
        SignDialog(self.session, title, says, act, then, self, word=word, danger=danger).open()

    def _run(self) -> None:
        desk, ref = self.session.desk, self.ref

        def work(report: Report, token: CancelToken) -> object:
            outcomes = run(desk, ref, report=report, cancel=token)
            return outcomes if token.cancelled else read_back(desk, ref, report=report, cancel=token)

        self._work(tr("Deleting in case {ref}").format(ref=ref), work)

    def _read_back(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(
            tr("Reading back case {ref}").format(ref=ref),
            lambda report, token: read_back(desk, ref, report=report, cancel=token),
        )

    def _work(self, name: str, work: Callable[[Report, CancelToken], object], *, cancellable: bool = True) -> None:
        """What the buttons may do is asked anew when it has ended."""
        self.acts.rest()
        self.withdraw.setEnabled(False)

        def failed(error: DeskError) -> None:
            self.session.tell()
            self.session.bridge.failed.emit(error)

        self.session.run(self, name, work, failed=failed, cancellable=cancellable)

    def _open_action(self, chosen: ActionRow) -> None:
        if chosen.action.instruction:
            LetterDialog(chosen.action, self).open()
        elif chosen.action.containers:
            ContainersDialog(chosen.action, self).open()
        elif chosen.action.items and chosen.action.kind is not ActionKind.ERASE_INDEX:
            editable = self._looked.refused.get(Kind.TREATED) is None and not self._looked.begun
            dialog = TreatmentDialog(chosen, self, editable=editable)
            dialog.wanted.connect(self._treat)
            dialog.open()

    def _treat(self, item: str, wanted: WantedTreatment, reason: str, until: str) -> None:
        desk, ref = self.session.desk, self.ref
        self._work(
            tr("Planning the deletion"),
            lambda _report, _token: treat(desk, ref, item, wanted, reason=reason, until=until),
            cancellable=False,
        )

    def _build(self) -> QWidget:
        whole = QWidget()
        column = column_in(whole)
        self.model = ActionsModel()
        self.table = TableWidget(
            self.model, name=tr("Actions of the plan; Enter shows the items or the letter"), height=56
        )
        self.table.opened.connect(self._open_action)
        column.addWidget(framed(self.table), 3)
        self._cannot, self.seen = QVBoxLayout(), SeenCard()
        below = across((list_card(tr("What this does not remove, and why"), self._cannot), 1), (self.seen.card, 1))
        column.addLayout(below, 2)
        return whole
