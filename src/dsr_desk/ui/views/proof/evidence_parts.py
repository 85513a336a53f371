"""Parts of the evidence step: to whom and in which form, what a bundle proves and what not, what was sealed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from dsr_desk.app.proof.recipients import Recipient
from dsr_desk.app.proof.sealing import BundleRow, Claim, Relation, Strength, rests_on
from dsr_desk.app.proof.time_stamps import TimeStamp
from dsr_desk.core.message import Message
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_files
from dsr_desk.ui.fields import ChoiceField, Tick, text_field
from dsr_desk.ui.findings import FoundLabel, show_finding
from dsr_desk.ui.language import say
from dsr_desk.ui.models.table import Cell, ChoicesModel, TableColumn
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.proof.bundles import edition_name
from dsr_desk.ui.widgets import Button, Card, Chip, clear, label, row, rule, scrolled, scrolled_column
from dsr_desk.ui.words import tr

STRENGTH = {Strength.PROVED: Tone.OK, Strength.READ_BACK: Tone.OK, Strength.DECLARED: Tone.WARN}


class RecipientsCard(Card):
    """`changed` is emitted with every choice; `add_asked` is the wish for a further recipient with a key."""

    changed = Signal()
    add_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Recipients"))
        self._column, area = scrolled_column(tr("Recipients"))
        self.body.addWidget(area, 1)
        self._asked = True
        self._requester_part()
        self._between = self._column.put(rule())
        self._regulator_part()
        self._column.addWidget(rule())
        self._later_part()
        self._column.addStretch(1)
        self._say_form()

    @property
    def count(self) -> int:
        return self.regulators + self.requester.isChecked()

    @property
    def regulators(self) -> int:
        return len(self.model.chosen) + len(self.certificates)

    @property
    def ready(self) -> bool:
        """A correction says what it corrects."""
        corrects = self.relation.isVisibleTo(self) and self.relation.value is Relation.CORRECTS
        return self.count > 0 and not (corrects and not self.why.text().strip())

    def show_case(self, name: str, recipients: list[Recipient], *, earlier: bool, asked: bool) -> None:
        """`asked` is whether a person asked for anything: nobody is the requester of an order."""
        if not asked:
            self.requester.setChecked(False)
        elif self._asked is False:
            self.requester.setChecked(True)
        self._asked = asked
        for part in (self.requester, self.form, self._reason, self._between):
            part.setVisible(asked)
        self.requester.setText(tr("{name}, requester").format(name=name))
        self.requester.setAccessibleName(self.requester.text())
        self.requester.updateGeometry()
        self.model.show_rows(recipients)
        self.table.setVisible(bool(recipients))
        for widget in (self._later, self.relation, self.why):
            widget.setVisible(earlier)
        self.changed.emit()

    def _requester_part(self) -> None:
        self.requester = Tick("")
        self.requester.setChecked(True)
        self.requester.toggled.connect(self._say_form)
        self.form = ChoiceField(
            tr("Form for the requester"),
            [(tr("as an encrypted PDF (the usual choice)"), True), (tr("as a page for the browser"), False)],
        )
        self.form.narrow(24)
        self.form.activated.connect(self._say_form)
        self._reason = label("", "note", wrap=True)
        german = QLocale().language() == QLocale.Language.German
        self.language = ChoiceField(tr("Language of the report"), [(tr("English"), "en"), (tr("German"), "de")])
        self.language.choose("de" if german else "en")
        self._column.addWidget(self.requester)
        self._column.addLayout(row(self.form))
        self._column.addWidget(self._reason)
        caption = label(tr("Language of the report"), "muted")
        caption.setBuddy(self.language)
        self._column.addLayout(row(caption, self.language, None))

    def _regulator_part(self) -> None:
        self.model: ChoicesModel[Recipient] = ChoicesModel(
            (
                TableColumn(tr("With an age key"), lambda one: Cell(one.name, one.spoken)),
                TableColumn(tr("Compared"), _compared, 170),
            ),
            lambda one: str(one.id),
            lambda _one: True,
        )
        self.model.chosen_changed.connect(self.changed)
        self.table = TableWidget(self.model, name=tr("Recipients with an age key; Space ticks"), height=52)
        self.table.setMinimumHeight(150)
        self._column.addWidget(self.table)
        self.certificates: list[Path] = []
        self._files = QVBoxLayout()
        self._column.addLayout(self._files)
        for button in (
            Button(tr("Add a recipient"), self.add_asked.emit, kind="link"),
            Button(tr("Seal for an S/MIME certificate too …"), self._choose_certificates, kind="link"),
        ):
            self._column.addLayout(row(button, None))

    def _later_part(self) -> None:
        self._later = self._column.put(label(tr("An earlier bundle of this case is out. This one"), "muted", wrap=True))
        self.relation = ChoiceField(
            tr("How it stands to the earlier bundle"),
            [
                (tr("completes it: says what happened since"), Relation.COMPLETES),
                (tr("corrects it: something in it was wrong"), Relation.CORRECTS),
            ],
        )
        self.relation.activated.connect(lambda _index: self.changed.emit())
        self.why = text_field(tr("What is corrected or completed"), example=tr("in a sentence, without names"))
        self.why.textChanged.connect(self.changed)
        self._column.addLayout(row(self.relation, None))
        self._column.addWidget(self.why)

    def _say_form(self) -> None:
        pdf = tr("Opens on every computer and phone with its passphrase, prints well, and mail filters let it through.")
        page = tr(
            "Shows more and suits a screen reader, needs no network and no program but a browser. Some mail filters "
            "and people distrust such attachments."
        )
        once = tr("The passphrase is shown once; tell it by another channel, by telephone for instance.")
        self._reason.setText(f"{pdf if self.form.value else page} {once}")
        for widget in (self.form, self._reason):
            widget.setEnabled(self.requester.isChecked())
        self.changed.emit()

    def _choose_certificates(self) -> None:
        kinds = tr("Certificates (*.pem *.crt *.cer);;All files (*)")
        self.add_certificates(ask_files(self, tr("Choose certificates of recipients"), kinds))

    def add_certificates(self, files: list[Path]) -> None:
        self.certificates = list(dict.fromkeys([*self.certificates, *files]))
        self._show_certificates()

    def _leave_out(self, file: Path) -> None:
        self.certificates.remove(file)
        self._show_certificates()

    def _show_certificates(self) -> None:
        clear(self._files)
        for file in self.certificates:
            name = tr("Leave out {v}").format(v=file.name)
            leave = Button(tr("Leave out"), partial(self._leave_out, file), kind="link", name=name)
            self._files.addLayout(row(label(tr("Certificate {file}").format(file=file.name)), None, leave))
        self.changed.emit()


class ClaimsCard(Card):
    """Each claim with what stands behind it and how strong that is."""

    def __init__(self) -> None:
        super().__init__(tr("What a bundle proves, and what it does not"))
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 4)
        self._grid.setColumnStretch(1, 3)
        self.stage = self.body.put(label("", "strong", wrap=True))
        self.body.addWidget(scrolled(inner, name=tr("What a bundle proves, and what it does not")), 1)

    def show_claims(self, claims: tuple[Claim, ...], stage: Message) -> None:
        """`stage` says how far the deletion has come: a bundle that is sealed now says no more than that."""
        self.stage.setText(tr("As the case stands: {stage}").format(stage=say(stage)))
        clear(self._grid)
        names = (tr("proved"), tr("read back"), tr("declared"))
        for number, claim in enumerate(claims):
            finding = rests_on(claim)
            tone, strength = STRENGTH[claim.standing], names[list(Strength).index(claim.standing)]
            if finding is None:
                tone, strength = Tone.PLAIN, tr("once sealed")
            self._grid.addWidget(rule(), number * 2, 0, 1, 3)
            self._grid.addWidget(label(say(claim.says), wrap=True), number * 2 + 1, 0)
            self._grid.addWidget(FoundLabel(say(claim.by), finding, "muted"), number * 2 + 1, 1)
            chip = Chip(strength, tone, "done" if tone is Tone.OK else None)
            show_finding(chip, finding)
            self._grid.addWidget(chip, number * 2 + 1, 2, Qt.AlignmentFlag.AlignLeft)
        self._grid.setRowStretch(len(claims) * 2, 1)


class BundlesCard(Card):
    """Bundles of the case with where they lie and whether their clock is attested."""

    stamp_asked = Signal()
    check_asked = Signal()
    swear_asked = Signal()
    summary_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Sealed so far"))
        self._column, area = scrolled_column(tr("Sealed so far"), spacing=4)
        self.body.addWidget(area, 1)
        self.stamp = Button(tr("Time stamp …"), self.stamp_asked.emit)
        self.check = Button(tr("Check a bundle …"), self.check_asked.emit)
        self.swear = Button(tr("Sworn statement …"), self.swear_asked.emit)
        self.summary = Button(tr("Page for the public …"), self.summary_asked.emit)
        self.body.addLayout(row(self.stamp, self.check, None))
        self.body.addLayout(row(self.swear, self.summary, None))

    def show_bundles(self, made: list[BundleRow], stamps: list[TimeStamp]) -> None:
        clear(self._column)
        self.stamp.setEnabled(any(not one.proves for one in stamps))
        self.summary.setEnabled(any(one.edition == "regulator" for one in made))
        stamped = {str(one.path): one for one in stamps if one.time or one.doubt}
        for one in reversed(made):
            chips = [_clock(stamped[one.path])] if one.path in stamped else []
            self._column.addLayout(row(label(edition_name(one.edition), "strong"), *chips, None))
            where = f"{words.moment(one.sealed)}\n{one.path}"
            self._column.addWidget(label(where, "note", wrap=True, selectable=True))
        if not made:
            self._column.addWidget(label(tr("Nothing yet."), "muted"))
        self._column.addStretch(1)


def _clock(stamp: TimeStamp) -> Chip:
    if stamp.doubt is not None:
        chip = Chip(tr("time stamp not trusted"), Tone.WARN, "warn")
        chip.setToolTip(say(stamp.doubt))
        return chip
    return Chip(tr("attested {when}").format(when=words.moment(stamp.time)), Tone.OK, "done")


def _compared(one: Recipient) -> Cell:
    if one.compared is None:
        return Cell(chip=tr("not compared"), tone=Tone.WARN)
    return Cell(chip=tr("compared"), tone=Tone.OK)
