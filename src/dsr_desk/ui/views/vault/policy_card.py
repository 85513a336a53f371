"""The policy: what is asked of officers beyond what always holds, and changes that wait for others to stand behind."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.vault.officers import Waiting, approve_change, policy, policy_says, proposals, set_policy
from dsr_desk.core.errors import DeskError
from dsr_desk.core.policy import Policy
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Notice, clear, label, row, rule
from dsr_desk.ui.words import tr

MOST = 5
"""Approvals that can be asked for in the window."""


class PolicyCard(Card):
    """What holds, sentence by sentence, and what waits for approvals."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Policy"))
        self._session = session
        self._holds, self._waits = QVBoxLayout(), QVBoxLayout()
        self._holds.setSpacing(4)
        self._waits.setSpacing(8)
        self.body.addLayout(self._holds)
        self.change = Button(tr("Change the policy …"), lambda: PolicyDialog(session, self).open())
        self.body.addLayout(row(self.change, None))
        self.body.addLayout(self._waits)
        self.approvals: dict[str, Button] = {}

    def reload(self) -> None:
        desk = self._session.desk
        signs = bool(desk.vault.officer_key)
        self.change.setEnabled(signs)
        clear(self._holds)
        self.said = [say(one) for one in policy_says(policy(desk))]
        for sentence in self.said:
            self._holds.addWidget(label(sentence, wrap=True))
        if len(desk.vault.roster.keys) == 1:
            alone = tr("This vault has one officer. Every certificate says that nobody else looked.")
            self._holds.addWidget(Notice(alone, Tone.INFO, plain=True))
        clear(self._waits)
        self.approvals = {}
        for one in proposals(desk):
            self._waits.addWidget(rule())
            self._show(one, signs=signs)

    def _show(self, one: Waiting, *, signs: bool) -> None:
        for number, sentence in enumerate(map(say, one.says)):
            self._waits.addWidget(label(sentence, "strong" if number == 0 else "", wrap=True))
        behind = tr("Behind it: {names}, since {when}").format(names=", ".join(one.behind), when=words.moment(one.time))
        self._waits.addWidget(label(behind, "note", wrap=True))
        approve = Button(tr("Stand behind it"), partial(self._approve, one.digest))
        approve.setEnabled(signs and not one.yours)
        approve.explain(tr("You stand behind it already; it waits for others.") if one.yours else "")
        self.approvals[one.digest] = approve
        self._waits.addLayout(row(approve, None))

    def _approve(self, digest: str) -> None:
        self._session.do(lambda: approve_change(self._session.desk, digest))


class PolicyDialog(Dialog):
    """Stricter holds at once; looser waits for as many officers as the policy in force says."""

    def __init__(self, session: Session, parent: Card) -> None:
        says = tr(
            "A stricter policy holds at once. A looser one is proposed and waits for the approvals that the policy in "
            "force asks for. Either way, plans that were made before must be made anew."
        )
        super().__init__(tr("Change the policy"), parent, says=says, act=tr("Set the policy"))
        self._session = session
        now = policy(session.desk)
        most = max(MOST, now.approvals)
        self.approvals = ChoiceField(tr("Approvals needed"), [(words.figure(n), n) for n in range(1, most + 1)])
        self.approvals.choose(now.approvals)
        self.line(self.approvals, tr("Officers who approve a plan"))
        self.decider = self._tick(tr("Who decided does not approve"), on=now.approver_not_decider)
        self.operator = self._tick(tr("Who ran the deletion does not confirm it"), on=now.validator_not_operator)
        self.access = self._tick(tr("A second officer reviews what is handed out"), on=now.second_review_access)
        self.erasure = self._tick(tr("A second officer reviews what is erased"), on=now.second_review_erasure)

    @property
    def wanted(self) -> Policy:
        return Policy(
            approvals=self.approvals.value,
            approver_not_decider=self.decider.isChecked(),
            validator_not_operator=self.operator.isChecked(),
            second_review_access=self.access.isChecked(),
            second_review_erasure=self.erasure.isChecked(),
        )

    def go(self) -> None:
        desk, wanted = self._session.desk, self.wanted
        self.attempt(lambda: set_policy(desk, wanted), self._session.tell)

    def refuse(self, error: DeskError) -> None:
        """A looser policy was proposed by trying it: the card shows that it waits."""
        super().refuse(error)
        self._session.tell()

    def _tick(self, says: str, *, on: bool) -> Tick:
        made = self.body.put(Tick(says))
        made.setChecked(on)
        return made
