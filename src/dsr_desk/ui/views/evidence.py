"""Evidence: what is ready, for whom it is sealed, what it proves and what not, and the check right after sealing."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from dsr_desk.app.cases import end_case, show_case
from dsr_desk.app.recipients import Recipient, list_recipients
from dsr_desk.app.sealing import SealedBundle, bundles, checklist, claims, seal, verify
from dsr_desk.core.changes import Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.ui import words
from dsr_desk.ui.fields import Choice, Tick
from dsr_desk.ui.models.choices import ChoicesModel
from dsr_desk.ui.models.table import Cell, Column
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import Table
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.end_case import EndCaseDialog
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.sealed import SealedDialog, Shown, edition_name
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, clear, label, list_card, row, rule

STRENGTH = {"proved": Tone.OK, "consistent": Tone.OK, "declared": Tone.WARN}


class EvidencePage(Page):
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, session: Session) -> None:
        super().__init__(session, "")
        self.title.setText(self.tr("Evidence"))
        self.setAccessibleName(self.tr("Evidence"))
        self.go = Button("", self._seal, kind="primary")
        self.end = Button(self.tr("End the case …"), self._end)
        self.head.addWidget(self.end)
        self.head.addWidget(self.go)
        self._ready = QVBoxLayout()
        self._made = QVBoxLayout()
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(list_card(self.tr("Ready to seal?"), self._ready), 1)
        top.addWidget(self._recipients_card(), 1)
        self.body.addLayout(top, 3)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self._claims_card(), 2)
        below.addWidget(list_card(self.tr("Sealed so far"), self._made), 1)
        self.body.addLayout(below, 2)

    def reload(self) -> None:
        desk, ref = self.session.desk, self.ref
        case = show_case(desk, ref)
        names = case.identifiers.names
        self.end.setVisible(not case.state.is_end)
        self.requester.setText(
            self.tr("{name}, requester: one file that opens in a browser").format(name=names[0] if names else ref)
        )
        self.requester.setAccessibleName(self.requester.text())
        self.requester.updateGeometry()
        clear(self._ready)
        for line in checklist(desk, ref):
            notice = Notice(plain=True)
            notice.say(line.says, Tone.OK if line.ok else Tone.WARN, "done" if line.ok else "warn")
            self._ready.addWidget(notice)
        self._ready.addStretch(1)
        clear(self._made)
        made = bundles(desk, ref)
        for one in made:
            self._made.addWidget(label(edition_name(one["edition"]), "strong"))
            self._made.addWidget(
                label(f"{words.moment(one['sealed'])}\n{one['path']}", "note", wrap=True, selectable=True)
            )
        if not made:
            self._made.addWidget(label(self.tr("Nothing yet."), "muted"))
        self._made.addStretch(1)
        self.model.show_rows(list_recipients(desk))
        self._count()

    def _count(self) -> None:
        count = len(self.model.chosen) + self.requester.isChecked()
        self.go.setText(words.counted(count, self.tr("Seal for 1 recipient …"), "Seal for %Ln recipients …"))
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(count > 0)
        self.go.updateGeometry()

    def _end(self) -> None:
        photos = sum(photo.destroyed is None for photo in show_case(self.session.desk, self.ref).photos)
        dialog = EndCaseDialog(self.ref, photos, self)
        dialog.accepted.connect(
            lambda: self.session.do(lambda: end_case(self.session.desk, self.ref, dialog.end, dialog.reason))
        )
        dialog.open()

    def _seal(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Where the bundles are to lie"))
        if folder:
            self.seal_into(Path(folder))

    def seal_into(self, folder: Path) -> None:
        """Seal and verify at once; passphrases are shown once and kept nowhere."""
        desk, ref = self.session.desk, self.ref
        requester, keys = self.requester.isChecked(), [one.age_key for one in self.model.chosen]
        language = self.language.value

        def work() -> list[Shown]:
            sealed = seal(desk, ref, folder, requester=requester, regulators=keys, language=language)
            return [_verified(one) for one in sealed]

        self.go.setEnabled(False)
        self.session.bridge.run(
            self.tr("Sealing case {ref}").format(ref=ref),
            lambda _report, _token: work(),
            self._sealed,
            context=self,
            failed=self._failed,
            cancellable=False,
        )

    def _sealed(self, shown: list[Shown]) -> None:
        self.session.touched(Topic.EVIDENCE, Topic.CASES)
        self._count()
        SealedDialog(shown, self).open()

    def _failed(self, error: DeskError) -> None:
        self._count()
        self.session.bridge.failed.emit(error)

    def _recipients_card(self) -> Card:
        card = Card(self.tr("Recipients"))
        self.requester = Tick("")
        self.requester.setChecked(True)
        self.requester.toggled.connect(self._count)
        card.body.addWidget(self.requester)
        note = label(
            self.tr("The passphrase is shown once; tell it by another channel, by telephone for instance."),
            "note",
            wrap=True,
        )
        card.body.addWidget(note)
        card.body.addWidget(rule())
        self.model: ChoicesModel[Recipient] = ChoicesModel(
            (Column(self.tr("With an age key"), _recipient), Column(self.tr("Compared"), self._compared, 170)),
            lambda one: str(one.id),
            lambda _one: True,
            self,
        )
        self.model.chosen_changed.connect(self._count)
        card.body.addWidget(Table(self.model, name=self.tr("Recipients with an age key; Space ticks"), height=52), 1)
        self.language = Choice(
            self.tr("Language of the report"), [(self.tr("English"), "en"), (self.tr("German"), "de")]
        )
        caption = label(self.tr("Language of the report"), "muted")
        caption.setBuddy(self.language)
        add = Button(self.tr("Add a recipient"), lambda: self.session.go.emit("recipients"), kind="link")
        card.body.addLayout(row(caption, self.language, None, add))
        return card

    def _compared(self, one: Recipient) -> Cell:
        if one.compared is None:
            return Cell(chip=self.tr("not compared"), tone=Tone.WARN)
        return Cell(chip=self.tr("compared"), tone=Tone.OK)

    def _claims_card(self) -> Card:
        card = Card(self.tr("What a bundle proves, and what it does not"))
        names = {"proved": self.tr("proved"), "consistent": self.tr("consistent"), "declared": self.tr("declared")}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 4)
        grid.setColumnStretch(1, 3)
        for number, claim in enumerate(claims(self.session.desk, self.ref)):
            tone = STRENGTH[claim.strength]
            grid.addWidget(rule(), number * 2, 0, 1, 3)
            grid.addWidget(label(claim.says, wrap=True), number * 2 + 1, 0)
            grid.addWidget(label(claim.by, "muted", wrap=True), number * 2 + 1, 1)
            chip = Chip(names[claim.strength], tone, "done" if tone is Tone.OK else None)
            grid.addWidget(chip, number * 2 + 1, 2, Qt.AlignmentFlag.AlignLeft)
        card.body.addLayout(grid)
        card.body.addStretch(1)
        return card


def _recipient(one: Recipient) -> Cell:
    return Cell(one.name, one.spoken)


def _verified(one: SealedBundle) -> Shown:
    """What a recipient would find. A file that only others can open was checked before it was encrypted."""
    if not one.passphrase:
        return Shown(one.edition, one.path, "", None, ())
    found = verify(one.path, passphrase=one.passphrase)
    return Shown(
        one.edition, one.path, one.passphrase, found.ok, tuple((check.ok, check.says) for check in found.checks)
    )
