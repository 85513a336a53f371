"""Review: one candidate after the other, decided with a key, by the first officer, a second or a third."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.packet_files import For
from dsr_desk.app.case.review import accept_link, decisions, refuse_link, refused_links, show_scores_early, undo_last
from dsr_desk.app.case.searching import last_search
from dsr_desk.app.data.columns import stale_searches
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.findings import Decision, Verdict
from dsr_desk.core.refusals import ReviewClosed
from dsr_desk.ui import settings, words
from dsr_desk.ui.acting import allow, guard, reason
from dsr_desk.ui.dialogs import ask
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.packets import packet_buttons, show_packet_buttons
from dsr_desk.ui.views.case.review_modes import Mode, items_of, offered, say, undoes_own_word, withdraw_and_say
from dsr_desk.ui.views.case.review_parts import KeysDialog
from dsr_desk.ui.views.case.review_table import ReviewTable
from dsr_desk.ui.widgets import Button, Chip, Notice, row
from dsr_desk.ui.words import tr


class ReviewPage(ReviewTable):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.REVIEW, Topic.CASE, Topic.DELETION, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.title.setText(tr("Review"))
        self.setAccessibleName(tr("Review"))
        self._own = False
        self._offers = False
        self._officer = ""
        self._keys = settings.review_keys()
        self.progress = Chip()
        self.chips.addWidget(self.progress)
        self.mode = ChoiceField(tr("Way of reviewing"), [("", Mode.FIRST)])
        self.mode.activated.connect(lambda _index: self.forget())
        self.undo = Button(tr("Undo"), self._undo, key="Ctrl+Z")
        self.hand, self.take = packet_buttons(session, self, For.REVIEW)
        keys = Button(tr("Keys"), lambda: KeysDialog(self._keys, self).open(), key="?")
        for widget in (self.mode, self.only, self.hand, self.take, self.undo, keys):
            self.head.addWidget(widget)
        self.notice = Notice(tone=Tone.INFO)
        self.notice.hide()
        line = row(self.notice, None, self.hand, self.take)
        line.setStretch(0, 100)
        self.body.addLayout(line)
        self.body.addWidget(self._stack, 1)
        self.place.link_judged.connect(self._judge_link)
        self.card.decided.connect(self.decide)
        self.card.score_asked.connect(self._reveal)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self._choose_mode()
        show_packet_buttons(self.session, self.hand, self.take)
        mode = self.mode.value
        self._versions = {version.id: version for version, _ in dataset_versions(desk)}
        self.reference.show_case(self.session, show_case(desk, ref))
        self.foot.show_search(last_search(desk, ref), stale_searches(desk, ref))
        self._refused = refused_links(desk, ref) if mode is Mode.FIRST else frozenset()
        self._keys = settings.review_keys()
        self.card.show_keys(self._keys)
        self._nothing.say(tr("Nothing to review yet: search first, or search found no candidate."))
        self._ask_rules()
        self._lay_out(items_of(desk, ref, mode))

    def forget(self, case: str = "") -> None:
        """Another case begins without what was looked up in the one before."""
        if case:
            self._known_scores.clear()
        super().forget(case)

    def _choose_mode(self) -> None:
        """What waits for a second officer comes first for whoever that is; else the way stays as it was chosen."""
        ways = offered(self.session.desk, self.ref)
        before, known = self.mode.value, {mode for _, mode in ways}
        officer = f"{self.ref} {self.session.desk.vault.officer_key}"
        if officer != self._officer:
            self._officer = officer
            self._known_scores.clear()
            before = Mode.SECOND if self._others_alone_decided() else Mode.FIRST
        self.mode.offer(ways)
        self.mode.choose(before if before in known else Mode.FIRST)
        self.mode.setVisible(len(ways) > 1)

    def _others_alone_decided(self) -> bool:
        """Whether this officer has decided nothing here and others have: then the first words stay unseen."""
        desk = self.session.desk
        with desk.reading(self.ref) as case:
            said = {word.officer for item in case.to_review_again() for word in item.words}
        return bool(said) and desk.vault.officer_key not in said

    def _ask_rules(self) -> None:
        """Under an approved plan a word is still possible: one question withdraws the plan and records it."""
        desk, ref, mode = self.session.desk, self.ref, self.mode.value
        refused = refusal(desk, ref, mode.kind)
        closed = isinstance(refused, ReviewClosed)
        self._offers = closed and mode is Mode.FIRST and refusal(desk, ref, Kind.PLAN_WITHDRAWN) is None
        for button in self.card.buttons.values():
            allow(button, None if self._offers else refused)
        self._allow_undo()
        self.card.reveal.setEnabled(True)
        says = reason(refused)
        if self._offers:
            says = tr("The plan is approved. A new decision withdraws it, after a question.")
        elif refused is None and mode is Mode.SECOND:
            says = tr("Second review: what the first officer said and how close the faces are is not shown.")
        elif refused is None and mode is Mode.SETTLE:
            says = tr("Two officers disagree on these. Your word counts; who said what is not shown.")
        self.notice.say(says, Tone.WARN if refused else Tone.INFO)
        self.notice.setVisible(bool(says))

    def _allow_undo(self) -> None:
        desk, ref = self.session.desk, self.ref
        guard(self.undo, desk, ref, Kind.UNDONE, ready=undoes_own_word(desk, ref, self.mode.value))

    def decide(self, verdict: Verdict) -> None:
        """Record the officer's word on the current candidate and go on to the next open one."""
        item = self.current()
        if item is None:
            return
        ref, ident, mode = self.ref, item.candidate.id, self.mode.value
        if self._offers:
            self._ask_to_withdraw(ident, verdict)
            return
        if self._quietly(lambda: say(self.session.desk, ref, mode, ident, verdict)) is not None:
            self._said(ident, verdict)

    def _said(self, ident: str, verdict: Verdict) -> None:
        row_number = self.model.row_of(ident)
        if row_number < 0:
            return
        item = self.model.items[row_number]
        address = item.candidate.address
        officer, now = self.session.desk.vault.officer_key, datetime.now(UTC).isoformat(timespec="seconds")
        self._take_over(row_number, Decision(self.ref, address, item.candidate.face, verdict, officer, now))
        self._allow_undo()
        following = self.model.next_open(row_number)
        self._go_to(following if following >= 0 else row_number)
        if following < 0:
            self._show_current()
        self.session.said.emit(tr("Candidate {n}: {verdict}").format(n=item.number, verdict=words.term(verdict)))

    def _ask_to_withdraw(self, ident: str, verdict: Verdict) -> None:
        desk, ref = self.session.desk, self.ref

        def act() -> None:
            if self._quietly(lambda: withdraw_and_say(desk, ref, ident, verdict)) is not None:
                self._ask_rules()
                self._said(ident, verdict)

        ask(
            self,
            tr("Withdraw the plan and decide?"),
            tr(
                "The deletion plan of this case is approved and rests on the decisions as they were. It is withdrawn "
                "with its approvals, then your decision is recorded. Nothing was deleted; plan and approve anew."
            ),
            act=tr("Withdraw the plan and decide"),
            stay=tr("Leave both as they are"),
            then=act,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif (verdict := self._verdict_of(event.text())) is not None:
            self.card.buttons[verdict].click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(self.film.currentIndex().row() + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Space:
            self._show_whole()
        else:
            super().keyPressEvent(event)

    def _verdict_of(self, typed: str) -> Verdict | None:
        return next((verdict for verdict, key in self._keys.items() if typed and key == typed.upper()), None)

    def _reveal(self) -> None:
        if (item := self.current()) is not None:
            self._quietly(lambda: show_scores_early(self.session.desk, self.ref, item.candidate.id))
            self._known_scores.add(item.candidate.id)
            self._show_current()
            self.setFocus()

    def _judge_link(self, linked: str, holds: bool) -> None:
        """Refuse a link, or take that back. What hangs on it is no longer proposed once the case is searched again."""
        item = self.current()
        if item is None:
            return
        desk, ref, pair = self.session.desk, self.ref, (item.candidate.id, linked)
        self._link_judged(self._quietly(lambda: (accept_link if holds else refuse_link)(desk, ref, *pair)))

    def _link_judged(self, change: Change | None) -> None:
        if change is None:
            return
        self._refused = refused_links(self.session.desk, self.ref)
        self.undo.setEnabled(True)
        self._show_current()
        self.setFocus()
        taken, refused = tr("Link taken as it was"), tr("Link refused: the next search does not follow it")
        self.session.said.emit(taken if change.undo is None else refused)

    def _undo(self) -> None:
        last = self.session.last
        if self.mode.value is Mode.FIRST and last is not None and last.undo is not None and last.undo.kind is Kind.LINK:
            if (row_number := self.model.row_of(last.subject)) >= 0:
                self._go_to(row_number)
            self._link_judged(self._quietly(self.session.take_back))
            return
        change = self._quietly(lambda: undo_last(self.session.desk, self.ref))
        if change is None:
            return
        self._allow_undo()
        if (row_number := self.model.row_of(change.subject)) < 0:
            self.forget()
            return
        self._take_over(row_number, self._in_force(change.subject))
        self._go_to(row_number)
        self._show_current()
        number = self.model.items[row_number].number
        self.session.said.emit(tr("Candidate {n}: decision taken back").format(n=number))

    def _in_force(self, ident: str) -> Decision | None:
        """The first word that stands again; a second one leaves nothing that could be shown."""
        if self.mode.value is not Mode.FIRST:
            return None
        found = decisions(self.session.desk, self.ref)
        return next((one for one in reversed(found) if one.address.id == ident), None)

    def _take_over(self, row_number: int, decision: Decision | None) -> None:
        """After one decision only its own row changes; the list is not read again."""
        self.model.decide(row_number, decision)
        changed = self.model.items[row_number]
        self._all[changed.number - 1] = changed
        self._count()

    def _quietly(self, act: Callable[[], Change]) -> Change | None:
        """A change of our own: the other screens hear of it, this one has shown it already."""
        self._own = True
        try:
            return self.session.do(act)
        finally:
            self._own = False

    def _on_change(self, change: Change) -> None:
        if not self._own:
            super()._on_change(change)

    def _count(self) -> None:
        total, still = len(self.model.items), self.model.count(None)
        same, different = self.model.count(Verdict.SAME), self.model.count(Verdict.DIFFERENT)
        unsure = self.model.count(Verdict.UNSURE)
        parts = [tr("{n} of {total} decided").format(n=words.figure(total - still), total=words.figure(total))]
        if self.mode.value is Mode.FIRST:
            parts += [tr("{n} same").format(n=same), tr("{n} different").format(n=different)]
            parts += [tr("{n} unsure").format(n=unsure)] if unsure else []
        self.progress.say(" · ".join(parts))
        self.foot.go_on.setVisible(not still and not unsure)
        self._say_to_go(still)
