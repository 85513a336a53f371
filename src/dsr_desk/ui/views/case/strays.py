"""What sweeps of a case found and did not enter, and what an officer says of a finding."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case.sweeping import StrayFinding, Swept, explain, findings, stray_check, swept
from dsr_desk.app.desk import Desk
from dsr_desk.core.actions import Check
from dsr_desk.core.acts import Kind
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.strays import Explained
from dsr_desk.ui.acting import allow
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.actions import seen_tone
from dsr_desk.ui.models.strays import StraysModel, in_order
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.list_page import ListCard
from dsr_desk.ui.widgets import Button, Notice, clear, label, scrolled_column
from dsr_desk.ui.words import term, tr


@dataclass(frozen=True)
class StraysShown:
    """Read beside the window. `check` and `looked` are None where no disk was swept."""

    found: list[StrayFinding]
    check: Check | None
    looked: Swept | None
    refused: Refusal | None


def _look(desk: Desk, ref: str) -> StraysShown:
    found = in_order(findings(desk, ref))
    return StraysShown(found, stray_check(desk, ref), swept(desk, ref), refusal(desk, ref, Kind.EXPLAINED))


class StraysDialog(Dialog):
    """Findings with their state; below what was not entered or read, of each place by the newest sweep."""

    def __init__(self, session: Session, ref: str, parent: QWidget) -> None:
        super().__init__(tr("Stray copies"), parent, width=960, height=620)
        self._session, self._ref = session, ref
        self._refused: Refusal | None = None
        self.explain = Button(tr("Explain …"), self._explain)
        self.headline = self.body.put(Notice(plain=True))
        self.places = self.body.put(label("", "note", wrap=True))
        self.model = StraysModel()
        self.list: ListCard[StrayFinding] = ListCard(
            self.model,
            name=tr("Findings of sweeps; Enter explains one"),
            empty=tr("No sweep of this case found anything."),
            height=76,
        )
        self.list.table.opened.connect(lambda _one: self.explain.click())
        self.list.table.chosen.connect(lambda _one: self._permit())
        self.body.addWidget(self.list, 3)
        self._gaps_title = self.body.put(label(tr("What was not entered or read"), "strong"))
        self._gaps, self._area = scrolled_column(tr("What was not entered or read"), spacing=4)
        self.body.addWidget(self._area, 1)
        self.gaps: list[str] = []
        self.foot.insertWidget(0, self.explain)
        self._permit()
        self.read()

    def read(self, _news: object = None) -> None:
        desk, ref = self._session.desk, self._ref
        self._session.beside(self, tr("Looking at what was found"), lambda: _look(desk, ref), self._show)

    def _show(self, shown: StraysShown) -> None:
        self._refused = shown.refused
        if shown.check is not None:
            tone = seen_tone(shown.check.seen)
            self.headline.say(say(shown.check.says), tone, "done" if tone is Tone.OK else None)
        looked = shown.looked
        self.places.setText(
            tr("Places that were named: {places}").format(places=", ".join(looked.places)) if looked is not None else ""
        )
        self.list.show_rows(shown.found)
        self.gaps = [say(gap.says) for gap in looked.gaps] if looked is not None else []
        clear(self._gaps)
        for sentence in self.gaps:
            self._gaps.addWidget(Notice(sentence, Tone.WARN, plain=True))
        self._gaps.addStretch(1)
        for part in (self._gaps_title, self._area):
            part.setVisible(bool(self.gaps))
        self._permit()

    def _permit(self) -> None:
        chosen = self.list.chosen
        allow(self.explain, self._refused, ready=chosen is not None and not chosen.gone)
        if chosen is not None and chosen.gone:
            self.explain.explain(tr("It is gone: a later sweep looked for it and did not find it."))

    def _explain(self) -> None:
        if (chosen := self.list.chosen) is not None:
            dialog = ExplainDialog(self._session, self._ref, chosen, self)
            dialog.accepted.connect(self.read)
            dialog.open()


class ExplainDialog(Dialog):
    """An officer's word on a finding, with a reason."""

    def __init__(self, session: Session, ref: str, finding: StrayFinding, parent: QWidget) -> None:
        says = tr(
            "What is to be planned stays open until it is gone; what was erased by hand is open again if it is found "
            "again."
        )
        super().__init__(tr("Explain a finding"), parent, says=says, act=tr("Explain it"), width=620)
        self._session, self._ref, self._finding = session, ref, finding
        if finding.stray is not None:
            there = f"{finding.stray.shown}\n{say(finding.stray.says)}"
            self.body.addWidget(label(there, wrap=True, selectable=True))
        self.how = self.line(ChoiceField(tr("What it is"), [(term(one), one) for one in Explained]))
        self.why = self.text(tr("How that is known"))
        self.need(self.why)

    def go(self) -> None:
        desk, ref, finding = self._session.desk, self._ref, self._finding.id
        how, why = self.how.value, self.why.text().strip()
        self.work(
            self._session, tr("Recording the word"), lambda _report, _token: explain(desk, ref, finding, how, why)
        )
