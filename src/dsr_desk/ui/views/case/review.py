"""Review: one card after the other, decided with a key, by the first officer, a second or a third.

What is read and what is written goes on beside the window, one act at a time: while one is being recorded no key
decides anything, since the officer has not seen what it would be about.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from dsr_desk.app.case.packet_files import For
from dsr_desk.app.case.review import show_scores_early
from dsr_desk.app.case.review_deck import Deck, ListedItems
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Verdict
from dsr_desk.ui import review_keys, words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.dialogs import ask
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case import review_reading as reading
from dsr_desk.ui.views.case.growth import Growth
from dsr_desk.ui.views.case.packets import packet_buttons, show_packet_buttons
from dsr_desk.ui.views.case.review_modes import Mode, offered
from dsr_desk.ui.views.case.review_parts import KeysDialog
from dsr_desk.ui.views.case.review_reading import Acted, ReviewShown, Rules
from dsr_desk.ui.views.case.review_table import ReviewTable
from dsr_desk.ui.widgets import Button, Chip, Notice
from dsr_desk.ui.words import tr

T = TypeVar("T")


class ReviewPage(ReviewTable):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.REVIEW, Topic.CASE, Topic.DELETION, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.title.setText(tr("Review"))
        self.setAccessibleName(tr("Review"))
        self._own = self._busy = self._offers = self._looking = False
        self._officer, self._looked = "", 0
        self.growth = Growth(session, self)
        self._keys = review_keys.kept()
        self.progress = Chip()
        self.chips.addWidget(self.progress)
        self.mode = ChoiceField(tr("Way of reviewing"), [("", Mode.FIRST)])
        self.mode.activated.connect(lambda _index: self.forget())
        self.undo = Button(tr("Undo"), self._undo, key="Ctrl+Z")
        self.hand, self.take = packet_buttons(session, self, For.REVIEW)
        keys = Button(tr("Keys"), lambda: KeysDialog(self._keys, self).open(), key="?")
        for widget in (self.mode, self.only, self.hand, self.take, self.undo, keys):
            self.head.addWidget(widget)
        self.notice = self.body.put(Notice(tone=Tone.INFO))
        self.notice.hide()
        self.body.addWidget(self._stack, 1)
        self.place.link_judged.connect(self._judge_link)
        self.bar.decided.connect(self.decide)
        self.bar.score_asked.connect(self._reveal)
        self._nothing.say(tr("Nothing to review yet: search first, or search found no candidate."))

    # What is shown

    def reload(self) -> None:
        """Has the case read; what was shown of another one goes at once."""
        desk, ref = self.session.desk, self.ref
        show_packet_buttons(self.session, self.hand, self.take)
        self._keys = review_keys.kept()
        self.bar.show_keys(self._keys)
        if ref != self._case:
            self._known_scores.clear()
            self._apart.clear()
            self._officer = ""
            self._case = ref
            self._lay_out(Deck(ListedItems()))
        officer = desk.vault.officer_key
        mode = self.mode.value if officer == self._officer else None
        self._looked += 1
        number, self._looking = self._looked, True
        self.session.read(
            self,
            lambda: reading.look(desk, ref, mode),
            lambda shown: self._take(shown) if number == self._looked else None,
        )

    def _take(self, shown: ReviewShown) -> None:
        self._looking = False
        if shown.officer != self._officer:
            self._known_scores.clear()
        self._officer, self._blind = shown.officer, shown.mode is not Mode.FIRST
        ways = offered(shown.waiting)
        self.mode.offer(ways)
        self.mode.choose(shown.mode)
        self.mode.setVisible(len(ways) > 1)
        self._versions, self._refused = shown.versions, shown.refused_links
        self.reference.show_case(self.session, shown.case)
        self.foot.show_search(shown.search, shown.warnings)
        self._lay_out(shown.deck)
        self._apply(shown.rules)

    def _apply(self, rules: Rules) -> None:
        """Under an approved plan a word is still possible: one question withdraws the plan and records it."""
        mode, self._offers = self.mode.value, rules.offers
        for button in self.bar.buttons.values():
            allow(button, None if rules.offers else rules.refused)
        allow(self.undo, rules.undo, ready=rules.undo_ready)
        says = reason(rules.refused)
        if rules.offers:
            says = tr("The plan is approved. A new decision withdraws it, after a question.")
        elif rules.refused is None and mode is Mode.SECOND:
            says = tr("Second review: what the first officer said and how close the faces are is not shown.")
        elif rules.refused is None and mode is Mode.SETTLE:
            says = tr("Two officers disagree on these. Your word counts; who said what is not shown.")
        self.notice.say(says, Tone.WARN if rules.refused else Tone.INFO)
        self.notice.setVisible(bool(says))

    def _count(self) -> None:
        """Of the whole case; of the index that is shown alone beside it."""
        whole, here = self.model.whole, self.model.here
        parts = [_decided_of(whole.cards - whole.open, whole.cards)]
        if whole.items > whole.cards:
            open_items = whole.said[""]
            says = tr("{n} of {total} items").format(
                n=words.figure(whole.items - open_items), total=words.figure(whole.items)
            )
            parts.append(says)
        if not self._blind:
            same, different, unsure = (whole.said[one] for one in (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE))
            parts += [
                tr("{n} same").format(n=words.figure(same)),
                tr("{n} different").format(n=words.figure(different)),
            ]
            parts += [tr("{n} unsure").format(n=words.figure(unsure))] if unsure else []
        if self.model.only:
            parts.append(tr("shown here: {decided}").format(decided=_decided_of(here.cards - here.open, here.cards)))
        self.progress.say(" · ".join(parts) if whole.cards else "")
        self.foot.go_on.setVisible(not whole.open and not whole.said[Verdict.UNSURE])

    # What is done

    def decide(self, verdict: Verdict) -> None:
        """Record the officer's word on the card that is shown, and go on to the next open one."""
        card, shown = self.current(), self.content
        if card is None or shown is None or not shown.parts:
            return
        desk, ref, mode = self.session.desk, self._case, self.mode.value
        said = partial(self._said, verdict)
        if self._offers:
            self._ask_to_withdraw(lambda: reading.withdraw_and_decide(desk, ref, shown, card, verdict), said)
            return
        self._act(lambda: reading.decide(desk, ref, mode, shown, card, verdict), said)

    def _act(self, act: Callable[[], T], done: Callable[[T], object]) -> None:
        """One at a time, beside the window."""
        if self._busy:
            return
        self._busy = True

        def ended(result: T) -> None:
            self._busy = False
            done(result)

        def failed(error: DeskError) -> None:
            self._busy = False
            self.session.bridge.failed.emit(error)

        self.session.read(self, act, ended, failed=failed)

    def _told(self, change: Change) -> None:
        """A change of our own: the other screens hear of it, this one shows it itself."""
        self._own = True
        try:
            self.session.took(change)
        finally:
            self._own = False

    def _shows(self, acted: Acted) -> bool:
        """Tells what was done and shows it on the cards; False where the list is read anew instead."""
        self._told(acted.change)
        card = self.model.card_of(acted.seen[0]) if acted.seen else None
        if acted.words is None or card is None or self._looking:  # what is being read may be from before
            self.forget()
            return False
        self.model.say(acted.words)
        self._count()
        self._apply(acted.rules)
        return True

    def _said(self, verdict: Verdict, acted: Acted) -> None:
        if verdict is Verdict.SAME:
            self.growth.confirmed(self._case)
        if not self._shows(acted):
            return
        card = self.model.card_of(acted.seen[0])
        row_number = self.model.row_of(acted.seen[0])
        following = self.model.next_open(row_number)
        self._go_to(following if following >= 0 else row_number)
        if card is not None:
            number, word = words.figure(card.number), words.term(verdict)
            self.session.said.emit(tr("Candidate {n}: {verdict}").format(n=number, verdict=word))

    def _ask_to_withdraw(self, act: Callable[[], Acted], done: Callable[[Acted], object]) -> None:
        ask(
            self,
            tr("Withdraw the plan and decide?"),
            tr(
                "The deletion plan of this case is approved and rests on the decisions as they were. It is withdrawn "
                "with its approvals, then your decision is recorded. Nothing was deleted; plan and approve anew."
            ),
            act=tr("Withdraw the plan and decide"),
            stay=tr("Leave both as they are"),
            then=lambda: self._act(act, done),
        )

    def _undo(self) -> None:
        last = self.session.last
        desk, ref, mode = self.session.desk, self._case, self.mode.value
        if mode is Mode.FIRST and last is not None and last.undo is not None and last.undo.kind is Kind.LINK:
            item, linked = str(last.undo.fields["item"]), str(last.undo.fields["linked"])
            self._judge_link(item, linked, holds=True)
            return
        self._act(lambda: reading.take_back(desk, ref, mode), self._taken_back)

    def _taken_back(self, acted: Acted) -> None:
        """Goes to the card whose word was taken back; a filter that hides it is lifted, and that is said."""
        if not self._shows(acted):
            return
        key = acted.seen[0]
        card = self.model.card_of(key)
        if card is None:
            return
        says = tr("Candidate {n}: decision taken back").format(n=words.figure(card.number))
        if self.model.row_of(key) < 0:
            self.only.choose("")
            self.model.filter("")
            self._count()
            says = tr("{says}. It lies in {index}: all indexes are shown again.").format(
                says=says, index=card.lines[0].index_name
            )
        self._go_to(self.model.row_of(key))
        self.session.said.emit(says)

    def _reveal(self) -> None:
        card, shown = self.current(), self.content
        if card is None or shown is None or not shown.parts:
            return
        desk, ref, item = self.session.desk, self._case, shown.parts[0][0].id

        def seen(change: Change) -> None:
            self._told(change)
            self._known_scores.add(card.key)
            self._show_current()
            self.setFocus()

        self._act(lambda: show_scores_early(desk, ref, item), seen)

    def _judge_link(self, item: str, linked: str, holds: bool) -> None:
        """Refuse a link, or take that back. What hangs on it is no longer proposed once the case is searched again."""
        desk, ref = self.session.desk, self._case
        self._act(lambda: reading.judge_link(desk, ref, item, linked, holds=holds), self._link_judged)

    def _link_judged(self, judged: tuple[Change, frozenset[tuple[str, str]], str]) -> None:
        change, self._refused, key = judged
        self._told(change)
        self.undo.setEnabled(True)
        if (row_number := self.model.row_of(key)) >= 0:
            self._go_to(row_number)
        taken, refused = tr("Link taken as it was"), tr("Link refused: the next search does not follow it")
        self.session.said.emit(taken if change.undo is None else refused)

    def _on_change(self, change: Change) -> None:
        if not self._own:
            super()._on_change(change)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif verdicts := [one for one, typed in self._keys.items() if typed and typed == event.text().upper()]:
            self.bar.buttons[verdicts[0]].click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(self.film.currentIndex().row() + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Space:
            self._show_whole()
        else:
            super().keyPressEvent(event)


def _decided_of(n: int, total: int) -> str:
    return tr("{n} of {total} decided").format(n=words.figure(n), total=words.figure(total))
