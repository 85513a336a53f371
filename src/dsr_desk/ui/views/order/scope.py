"""Scope: what the order covers, looked up, looked at, and then signed. What is not known comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from PySide6.QtWidgets import QVBoxLayout

from dsr_desk.app.case.scope import sign_scope
from dsr_desk.app.case.scoping import Fit
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import Cancelled, CancelToken, Report
from dsr_desk.ui import words
from dsr_desk.ui.acting import allow, reason
from dsr_desk.ui.findings import show_finding
from dsr_desk.ui.language import say
from dsr_desk.ui.models.scope import ScopeModel, ScopeRow
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.order.scope_reading import LookedUp, ScopeShown, Totals, look, look_up, totals
from dsr_desk.ui.views.order.selector_box import SelectorBox
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Card, Chip, Empty, Notice, across, clear, framed, label, list_card, row, stacked
from dsr_desk.ui.words import tr

T = TypeVar("T")
_UNFIT = (Fit.CHANGED, Fit.AWAY)


class ScopePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE, Topic.INDEXES, Topic.DELETION, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Scope"))
        self.state = Chip()
        self.chips.addWidget(self.state)
        self.look_up = Button(tr("Look it up"), self._look_up)
        self.sign = Button(tr("Sign this scope"), self._sign)
        self.samples = Button(tr("Go on to the samples"), lambda: session.go.emit("review"))
        for button in (self.samples, self.sign, self.look_up):
            self.head.addWidget(button)
        self.blocked = Notice()
        self.to_order = Button(tr("Record the check of the order"), lambda: session.go.emit("request"))
        self.body.addLayout(row(self.blocked, self.to_order, stretch=0))
        self.box = SelectorBox(session)
        self.box.edited.connect(self._allow)
        asked = self.body.put(Card(tr("Which data the order covers")))
        asked.body.addWidget(self.box)
        self._unknown, self._sums = QVBoxLayout(), QVBoxLayout()
        self._below = across(
            (list_card(tr("What is not known"), self._unknown), 3), (list_card(tr("What is covered"), self._sums), 2)
        )
        self.body.addLayout(self._below, 2)
        self.model = ScopeModel()
        self.table = TableWidget(self.model, name=tr("Containers; what is not known comes first"), height=52)
        self._nothing = Empty("")
        self._stack = self.body.put(stacked(self._nothing, framed(self.table)), 3)
        self._shown: ScopeShown | None = None
        self._found: LookedUp | None = None
        self._running = False

    def forget(self, case: str = "") -> None:
        """What was looked up and not signed stays until another case is opened."""
        if case:
            self._found, self._shown = None, None
            self.box.lists.clear()
        super().forget(case)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.beside(
            self,
            tr("Looking at the case"),
            lambda: look(desk, ref),
            lambda shown: self._show(shown) if self.session.case == ref else None,
        )

    def _show(self, shown: ScopeShown) -> None:
        first, self._shown = self._shown is None, shown
        if first or not self.box.said:
            self.box.show_selector(shown.asked, list(shown.versions))
        self.box.lock(shown.refused is not None)
        self.blocked.setVisible(shown.refused is not None)
        self.blocked.say(reason(shown.refused))
        self.to_order.setVisible(shown.refused is not None and not shown.checked)
        self._show_rows()

    def _show_rows(self) -> None:
        """What was looked up last, else the scope in force."""
        shown, found = self._shown, self._found
        if shown is None:
            return
        rows: Sequence[ScopeRow] = found.rows if found is not None else shown.rows or ()
        show_finding(self.state, None if found is not None else shown.found)
        if found is not None:
            self.state.say(tr("looked up, not signed"), Tone.WARN)
        elif shown.rows is not None and not shown.current:
            self.state.say(tr("of an earlier round"), Tone.WARN)
        elif shown.rows is not None:
            self.state.say(tr("signed"), Tone.OK)
        else:
            self.state.say("")
        self.model.show_rows(rows)
        self._stack.setCurrentIndex(1 if rows else 0)
        nothing = tr("Nothing that is registered here fits.") if found is not None or shown.rows is not None else ""
        self._nothing.say(
            nothing or tr("Say what the order covers, then look it up. Nothing is signed or touched by it.")
        )
        self._show_unknown(rows, found)
        self._show_sums(totals(rows), any_=found is not None or shown.rows is not None)
        self._allow()

    def _show_unknown(self, rows: Sequence[ScopeRow], found: LookedUp | None) -> None:
        clear(self._unknown)
        says = [say(one) for one in (found.notes if found is not None else ())]
        for one in rows:
            if not one.is_known:
                count = words.counted(one.not_known, "1 item", "%Ln items") if one.not_known else tr("all of it")
                where = one.place if not one.container else f"{one.place} ({one.dataset_version})"
                says.append(tr("{where}: {count}. {why}").format(where=where, count=count, why=say(one.why)))
            elif one.fit in _UNFIT:
                says.append(tr("{where}: {what}").format(where=one.place, what=unfit_said(one.fit)))
            elif one.unread:
                unread = words.counted(one.unread, "1 place was not read", "%Ln places were not read")
                says.append(tr("{where}: {what}").format(where=one.place, what=unread))
        for sentence in dict.fromkeys(says):
            self._unknown.addWidget(Notice(sentence, Tone.WARN, plain=True))
        if not says and rows:
            self._unknown.addWidget(label(tr("Nothing that this program knows of."), "muted", wrap=True))
        self._unknown.addStretch(1)

    def _show_sums(self, sums: Totals, *, any_: bool) -> None:
        clear(self._sums)
        if not any_:
            self._sums.addWidget(label(tr("Not looked up yet."), "muted", wrap=True))
        else:
            items = words.counted(sums.items, "1 item", "%Ln items")
            within = words.counted(sums.containers, "in 1 container", "in %Ln containers")
            self._sums.addWidget(label(f"{items}, {words.size(sums.size)}, {within}", "strong", wrap=True))
            if sums.stays:
                mixed = words.counted(
                    sums.mixed,
                    "1 container also holds data of others.",
                    "%Ln containers also hold data of others.",
                )
                stays = words.counted(sums.stays, "1 of its items stays.", "%Ln of their items stay.")
                self._sums.addWidget(Notice(f"{mixed} {stays}", Tone.INFO, plain=True))
            elif sums.items:
                alone = tr("No container holds data of others beside it.")
                self._sums.addWidget(label(alone, "muted", wrap=True))
        self._sums.addStretch(1)

    def _allow(self) -> None:
        shown, found = self._shown, self._found
        refused = shown.refused if shown is not None else None
        idle = shown is not None and not self._running
        fits = found is not None and found.resolved.selector == self.box.selector
        signed = found is None and shown is not None and shown.rows is not None and shown.current
        allow(self.look_up, refused, ready=idle and self.box.selector is not None)
        allow(self.sign, refused, ready=idle and fits)
        self.sign.setVisible(found is not None)
        self.samples.setVisible(signed)
        for button, primary in ((self.look_up, not fits and not signed), (self.sign, fits), (self.samples, signed)):
            button.dress("primary" if primary else "")

    def _look_up(self) -> None:
        desk, ref, selector, lists = self.session.desk, self.ref, self.box.selector, dict(self.box.lists)
        if selector is None:
            return

        def work(report: Report, token: CancelToken) -> LookedUp:
            return look_up(desk, ref, selector, lists, report, token)

        self._run(tr("Looking up what the order covers"), work, self._looked_up)

    def _looked_up(self, found: LookedUp) -> None:
        self._found = found
        self._show_rows()
        items = words.counted(totals(found.rows).items, "1 item is covered", "%Ln items are covered")
        self.session.said.emit(items)

    def _sign(self) -> None:
        desk, ref, found = self.session.desk, self.ref, self._found
        if found is None:
            return

        def work(report: Report, token: CancelToken) -> Change:
            return sign_scope(desk, ref, found.resolved, found.lists, report=report, cancel=token)

        self._run(tr("Signing the scope"), work, self._signed)

    def _signed(self, _change: Change) -> None:
        self._found = None
        self.session.tell()
        self.samples.setFocus()

    def _run(self, name: str, work: Callable[[Report, CancelToken], T], done: Callable[[T], None]) -> None:
        ref, self._running = self.ref, True
        self._allow()
        ended = partial(self._ended, ref, done)
        self.session.run(self, name, work, ended, failed=self._failed)

    def _ended(self, ref: str, done: Callable[[T], None], result: T) -> None:
        """What was looked up for a case that is not open any more is let go."""
        self._running = False
        if self.session.case == ref:
            done(result)
        else:
            self.session.tell()

    def _failed(self, error: DeskError) -> None:
        self._running = False
        self._allow()
        if not isinstance(error, Cancelled):
            self.session.bridge.failed.emit(error)


def unfit_said(fit: str) -> str:
    """Why what an index says of a container may not be what lies there."""
    if fit == Fit.AWAY:
        return tr("not reachable now. It is covered as its index has it; nothing of it can be deleted from here.")
    return tr("not as it was when its index was built. Update the index and look it up again.")
