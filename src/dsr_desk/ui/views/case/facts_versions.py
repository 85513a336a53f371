"""Every version of what is known of a case: who stood for it, and since when."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.cases import FactsVersion, facts_versions
from dsr_desk.app.desk import Desk
from dsr_desk.core.requests import Found
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.facts import FactList
from dsr_desk.ui.language import say
from dsr_desk.ui.widgets import Card, label, row, scrolled_column
from dsr_desk.ui.words import tr


class FactsVersionsDialog(Dialog):
    """The newest first; earlier ones stay what somebody once relied on."""

    def __init__(self, desk: Desk, ref: str, parent: QWidget) -> None:
        says = tr("The newest version is in force. A search names the version that it was made with.")
        super().__init__(
            tr("What is known of case {ref}, and since when").format(ref=ref), parent, says=says, width=640, height=480
        )
        officers = desk.vault.officer_names()
        column, area = scrolled_column(tr("Versions"), spacing=12, ground=True)
        self.said: list[str] = []
        for version in reversed(facts_versions(desk, ref)):
            column.addWidget(self._card(version, officers))
        column.addStretch(1)
        self.body.addWidget(area, 1)

    def _card(self, version: FactsVersion, officers: dict[str, str]) -> Card:
        card = Card(margin=12, spacing=6)
        read = tr("read by the program when {who} opened the case")
        corrected = tr("read by the program, corrected in part by {who}, and not confirmed")
        way = tr("confirmed by {who}") if not version.proposed else read if version.number == 1 else corrected
        who = way.format(who=officers.get(version.officer, tr("unknown")))
        when = tr("{when}, entry {n}").format(when=words.moment(version.time), n=words.figure(version.entry))
        self.said.append(f"{who}; {when}")
        card.setAccessibleName(self.said[-1])
        title = tr("Version {n}").format(n=version.number)
        card.body.addLayout(row(label(title, "strong"), label(who), None, label(when, "note")))
        facts = card.body.put(FactList(columns=4))
        facts.show_facts(
            [
                (tr("Right"), words.term(version.facts.right)),
                (tr("Law"), words.term(version.facts.law)),
                (tr("Received"), words.day(version.facts.received)),
                (tr("Due"), words.day(version.due)),
            ]
        )
        for one in version.found:
            where = say(one.where) if one.where else _typed(one, officers)
            line = row(label(words.term(one.kind), "note"), label(one.value, wrap=True, selectable=True),
                       label(where, "note", wrap=True))  # fmt: skip
            line.setStretch(1, 1)
            card.body.addLayout(line)
        return card


def _typed(one: Found, officers: dict[str, str]) -> str:
    return tr("entered by {who}").format(who=officers.get(one.typed_by, tr("an officer")))
