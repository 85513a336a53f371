"""The order of the open case: what it says, whether it is authentic, and why it is due when it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import ClassVar

from dsr_desk.app.case.cases import show_case
from dsr_desk.app.case.duties import DutiesOpen, open_duties
from dsr_desk.app.case.ending import reopen_case
from dsr_desk.app.case.orders import edited, record_authenticity, record_order, show_order
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change, Topic
from dsr_desk.ui import words
from dsr_desk.ui.acting import guard
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.language import say
from dsr_desk.ui.models.cases import urgency
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.end_case import ReopenDialog
from dsr_desk.ui.views.order.authenticity import AuthenticityCard
from dsr_desk.ui.views.order.due import DueNotice
from dsr_desk.ui.views.order.order_form import OrderForm
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.widgets import Button, Chip
from dsr_desk.ui.words import tr


class OrderPage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CASE, Topic.OFFICERS})

    def __init__(self, session: Session) -> None:
        super().__init__(session, tr("Order"))
        self.due = Chip()
        self.chips.addWidget(self.due)
        self.why = Button(tr("Why then?"), self._explain, kind="link", name=tr("Why it is due on that day"))
        self.chips.addWidget(self.why)
        self.reopen = Button(tr("Reopen the case …"), self._reopen)
        self.save = Button(tr("Save what I changed"), self._save)
        self.on = Button(tr("Go on to the scope"), lambda: session.go.emit("search"))
        for button in (self.reopen, self.save, self.on):
            self.head.addWidget(button)
        self.reminder = self.body.put(DueNotice())
        self.form = self.body.put(OrderForm(session), 1)
        self.form.edited.connect(lambda: self._allow(changed=True))
        self.check = AuthenticityCard(self._record, self._failed)
        self.form.left.insertWidget(0, self.check)
        self._reminds_of = ""

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case, order = show_case(desk, ref), show_order(desk, ref)
        self.form.covers.lists.clear()
        self.form.show_order(order.content, order.words, [one for one, _ in dataset_versions(desk)])
        self.form.show_paper(case.request.text, case.request.source)
        editable = self._allow(changed=False)
        self.form.lock(not editable)
        if editable:
            self.session.unsaved.follow(f"request {ref}", tr("Order"), self.form, self.form.edited, ref)
        self.reopen.setVisible(guard(self.reopen, desk, ref, Kind.REOPENED))
        self.check.show_case(desk, case)
        if self.check.asks:
            asked = self.check.asked
            self.session.unsaved.follow(f"identity {ref}", self.check.accessibleName(), asked, asked.edited, ref)
        checked = desk.case(ref).identified
        self.on.setVisible(checked)
        self.on.dress("primary" if checked else "")

    def bring_up_to_date(self) -> None:
        """What is due also follows from acts that change nothing of what the order says."""
        if not self.session.is_order:
            return
        super().bring_up_to_date()
        desk, ref, today = self.session.desk, self.ref, date.today()

        def show(found: DutiesOpen) -> None:
            if self.session.case == ref:
                self.reminder.show_due(found)
                self._show_clock(found)

        if self._reminds_of != ref:
            for part in (self.reminder, self.due, self.why):
                part.hide()
        self._reminds_of = ref
        self.session.beside(self, tr("Looking at what is due"), lambda: open_duties(desk, ref, today), show)

    def _allow(self, *, changed: bool) -> bool:
        ready = changed and self.form.complete
        return guard(self.save, self.session.desk, self.ref, Kind.ORDER, ready=ready)

    def _show_clock(self, found: DutiesOpen) -> None:
        """The first open duty, also in a closed case; why its day is that one, the clock of the case can say of the
        earliest alone."""
        case, first = show_case(self.session.desk, self.ref), found.first
        if first is not None:
            left = (date.fromisoformat(first.day) - found.today).days
            says = tr("{what}: {left}, {day}")
            said = says.format(what=say(first.what), left=words.days_left(left), day=words.day(first.day))
            self.due.say(said, urgency(left))
        else:
            self.due.say(words.term(case.state) if case.closed is not None else tr("nothing open is due"), Tone.OK)
        self.due.show()
        self.why.setVisible(first is not None and first.day == case.due.isoformat())

    def _explain(self) -> None:
        deadline = show_case(self.session.desk, self.ref).deadline
        lines = [say(line) for line in (*deadline.steps, *deadline.warnings)]
        LinesDialog(tr("Why it is due then"), say(deadline.rule), lines, self).open()

    def _save(self) -> None:
        place = f"request {self.ref}"
        self.session.do(lambda: self.session.saved(place, self._record_order()))

    def _record_order(self) -> Change:
        """Obligations keep their ids, so that what was said of one is never taken for a word on another."""
        desk, ref, said = self.session.desk, self.ref, self.form.obligations.obligations
        kept = {one.id: one for one in said if one.id}
        gone = [one.id for one in show_order(desk, ref).content.obligations if one.id not in kept]
        added = [one for one in said if not one.id]
        made = edited(desk, ref, added, gone, **self.form.said)
        made = replace(made, obligations=tuple(kept.get(one.id, one) for one in made.obligations))
        return record_order(desk, ref, made, lists=dict(self.form.covers.lists))

    def _record(self, method: str) -> None:
        desk, ref = self.session.desk, self.ref
        place = f"identity {ref}"
        self.session.do(lambda: self.session.saved(place, record_authenticity(desk, ref, method)))

    def _failed(self, reason: str) -> None:
        desk, ref = self.session.desk, self.ref
        self.session.do(lambda: record_authenticity(desk, ref, reason, genuine=False))

    def _reopen(self) -> None:
        desk, ref = self.session.desk, self.ref
        dialog = ReopenDialog(ref, self)
        dialog.accepted.connect(lambda: self.session.do(lambda: reopen_case(desk, ref, dialog.reason)))
        dialog.open()
