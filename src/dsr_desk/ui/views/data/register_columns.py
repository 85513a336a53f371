"""What the columns of tables hold: guessed, shown with samples, confirmed or changed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QWidget

from dsr_desk.app.data import columns as kinds
from dsr_desk.app.data.registering import ColumnKind, SourceView
from dsr_desk.app.desk import Desk
from dsr_desk.core.changes import Change
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.models.table import Cell, RowsModel, TableColumn
from dsr_desk.ui.session import Session
from dsr_desk.ui.tables import TableWidget
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import column_in, framed, label, row
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class ColumnRow:
    """One column of some containers. `guessed` is what it was taken for, `kind` what the officer says."""

    name: str
    guessed: ColumnKind
    kind: ColumnKind
    containers: tuple[str, ...]
    samples: tuple[str, ...]
    confirmed: bool = False

    @property
    def key(self) -> str:
        return "\\n".join((self.name, self.guessed, *self.containers))


class ColumnsForm(QWidget):
    """All columns in a table; below it what the chosen one holds. Those that tell people apart stand first."""

    def __init__(self) -> None:
        super().__init__()
        self.model: RowsModel[ColumnRow] = RowsModel(
            (
                TableColumn(tr("Column"), _name, 220),
                TableColumn(tr("Some of its values"), lambda one: Cell(" · ".join(one.samples) or tr("empty"))),
                TableColumn(tr("Holds"), _kind, 190),
            ),
            lambda one: one.key,
        )
        self.table = TableWidget(self.model, name=tr("Columns"), height=52)
        self.table.chosen.connect(self._chosen)
        self.kind = ChoiceField(tr("The chosen column holds"), [(words.term(one), one) for one in ColumnKind])
        self.kind.activated.connect(self._changed)
        card = framed(self.table)
        caption = label(tr("The chosen column holds"), "muted")
        caption.setBuddy(self.kind)
        self.count = label("", "muted")
        body = column_in(self, spacing=12)
        body.addWidget(card, 1)
        body.addLayout(row(caption, self.kind, None, self.count))

    def show_rows(self, rows: Sequence[ColumnRow]) -> None:
        self.model.show_rows(sorted(rows, key=lambda one: one.guessed is ColumnKind.OTHER))
        if rows:
            self.table.choose(0)
        self._count()

    @property
    def changed(self) -> list[ColumnRow]:
        return [one for one in self.model.rows if one.kind is not one.guessed]

    def _chosen(self, chosen: ColumnRow | None) -> None:
        self.kind.setEnabled(chosen is not None)
        if chosen is not None:
            self.kind.choose(chosen.kind)

    def _changed(self) -> None:
        chosen = self.table.current()
        if isinstance(chosen, ColumnRow):
            rows = list(self.model.rows)
            rows[rows.index(chosen)] = replace(chosen, kind=self.kind.value)
            self.model.show_rows(rows)
            self._count()

    def _count(self) -> None:
        changed = len(self.changed)
        self.count.setText(words.counted(changed, "1 changed", "%Ln changed") if changed else tr("none changed"))


class ColumnsDialog(Dialog):
    """Confirms or corrects the columns of an index. Photos are not read again; records are looked up anew."""

    def __init__(self, session: Session, index: str, found: Sequence[kinds.IndexColumn], parent: QWidget) -> None:
        says = tr(
            "A wrong guess hides people: an e-mail column that counts as nothing is not searched. "
            "Correcting one looks its records up anew and does not read any photo."
        )
        super().__init__(
            tr("Columns of {name}").format(name=index), parent, says=says, act=tr("Confirm all"), width=860, height=560
        )
        self._session, self._index = session, index
        self.form = self.body.put(ColumnsForm(), 1)
        self.form.show_rows(
            [ColumnRow(one.name, one.kind, one.kind, one.containers, one.samples, one.confirmed) for one in found]
        )
        self.form.kind.activated.connect(self._say)

    def _say(self) -> None:
        changed = len(self.form.changed)
        self.act.setText(
            words.counted(changed, "Correct 1 column, confirm all", "Correct %Ln columns, confirm all")
            if changed
            else tr("Confirm all")
        )
        self.act.updateGeometry()

    def go(self) -> None:
        desk, changed = self._session.desk, self.form.changed
        says = tr("Looking records up anew in {name}").format(name=self._index)
        self.work(self._session, says, lambda report, token: correct(desk, self._index, changed, report, token))


def correct(desk: Desk, index: str, changed: Sequence[ColumnRow], report: Report, cancel: CancelToken) -> Change:
    """Corrects what was changed and confirms the rest; records are looked up anew, so it is a job."""
    for one in changed:
        kinds.correct_column(desk, index, one.name, one.kind, one.containers, report=report, cancel=cancel)
    return kinds.confirm_columns(desk, index)


def rows_of(views: Sequence[SourceView]) -> list[ColumnRow]:
    """The columns of what was looked at, as they are guessed before an index is built."""
    return [
        ColumnRow(one.name, one.kind, one.kind, table.containers, one.samples)
        for view in views
        for table in view.tables
        for one in table.columns
    ]


def _name(one: ColumnRow) -> Cell:
    where = one.containers[0] if len(one.containers) == 1 else words.counted(len(one.containers), "", "%Ln containers")
    return Cell(one.name, where, strong=True)


def _kind(one: ColumnRow) -> Cell:
    if one.kind is not one.guessed:
        return Cell(chip=words.term(one.kind), note=tr("changed by you"), tone=Tone.INFO)
    note = tr("confirmed") if one.confirmed else tr("guessed")
    return Cell(words.term(one.kind), note)
