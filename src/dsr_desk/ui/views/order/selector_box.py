"""What an order covers, said as a selector: typed, or put together from what is registered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from dsr_desk.app.case.orders import ItemList, read_list
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.selectors import AnyOf, Called, InList, MadeFrom, NamedBy, Selector, SelectorMalformed, parse, said
from dsr_desk.ui.choosing import ask_file
from dsr_desk.ui.dialogs import Dialog, four_parts
from dsr_desk.ui.fields import ChoiceField, Tick, text_field
from dsr_desk.ui.language import say_all, spoken
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button, column_in, label, row
from dsr_desk.ui.words import tr

SEVERAL_COLUMNS = "ITEM-LIST-COLUMN"


class SelectorBox(QWidget):
    """`edited` is emitted whenever the selector changes. `lists` are those that were read here, by name."""

    edited = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._known: dict[Called, list[str]] = {}
        self.lists: dict[str, ItemList] = {}
        column = column_in(self, spacing=8)
        self.called = ChoiceField(
            tr("What is named"),
            [
                (tr("Supplier"), Called.SUPPLIER),
                (tr("Dataset, all versions"), Called.DATASET),
                (tr("Version of a dataset"), Called.VERSION),
                (tr("Source"), Called.SOURCE),
                (tr("What a model was trained on"), Called.MODEL),
                (tr("Container"), Called.CONTAINER),
                (tr("Beginning of a place"), Called.PREFIX),
            ],
        )
        self.called.narrow(16)
        self.called.activated.connect(self._offer)
        self.name, typed = QComboBox(), text_field(tr("Its name"))
        self.name.setLineEdit(typed)
        self.name.setAccessibleName(tr("Its name"))
        self.name.setMinimumWidth(140)
        self.name.editTextChanged.connect(self._allow)
        typed.returnPressed.connect(self._add)
        self.add = Button(tr("Add"), self._add, name=tr("Add it to what is covered"))
        self.list = Button(tr("List of items …"), self._choose_list, kind="link")
        self.examples = Button(tr("Examples …"), lambda: ExamplesDialog(self).open(), kind="link")
        column.addLayout(row(self.called, self.name, self.add, stretch=1))
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("What the order covers, as a selector"))
        self.text.setPlaceholderText('supplier = "…"')
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(64)
        self.text.textChanged.connect(self._changed)
        column.addWidget(self.text)
        self.problem = label("", "note", wrap=True)
        self.derived = Tick(tr("with all that was made of it"))
        self.derived.setToolTip(tr("Crops, filtered sets, exports and the like: what lineage or equal content says."))
        self.derived.setChecked(True)
        column.addWidget(self.problem)
        column.addLayout(row(self.derived, None))
        column.addLayout(row(self.list, self.examples, None))
        self._changed()

    @property
    def selector(self) -> Selector | None:
        """None where nothing is said, or what is said cannot be read."""
        try:
            return parse(self.said) if self.said else None
        except SelectorMalformed:
            return None

    @property
    def said(self) -> str:
        return self.text.toPlainText().strip()

    def show_selector(self, text: str, versions: list[DatasetVersion]) -> None:
        """`versions` are those registered: their names are offered."""
        self._known = {
            Called.SUPPLIER: [one.supplier for one in versions],
            Called.DATASET: [one.name for one in versions],
            Called.VERSION: [one.id for one in versions],
            Called.SOURCE: [one.source for one in versions],
        }
        self._offer()
        blocked = self.text.blockSignals(True)
        self.text.setPlainText(text)
        self.text.blockSignals(blocked)
        self._changed(quiet=True)

    def lock(self, locked: bool) -> None:
        self.text.setReadOnly(locked)
        for part in (self.called, self.name, self.list, self.derived):
            part.setEnabled(not locked)
        self._allow()

    def take_list(self, path: Path, column: str = "") -> None:
        """Reads a list beside the window. Where several columns may be meant, it asks which."""

        def read(found: ItemList) -> None:
            self.lists[found.name] = found
            self._also(InList(found.name))
            self._session.said.emit(say_all(found.says))

        def failed(error: DeskError) -> None:
            if error.code == SEVERAL_COLUMNS:
                dialog = ColumnDialog(error, self)
                dialog.accepted.connect(lambda: self.take_list(path, dialog.column))
                dialog.open()
            else:
                self._session.bridge.failed.emit(error)

        self._session.beside(self, tr("Reading the list"), lambda: read_list(path, column), read, failed=failed)

    def _choose_list(self) -> None:
        if (path := ask_file(self, tr("Choose a list of ids or SHA-256"))) is not None:
            self.take_list(path)

    def _offer(self) -> None:
        names = self._known.get(self.called.value, [])
        self.name.clear()
        self.name.addItems(sorted({one for one in names if one and one != "unknown"}))
        self.name.setCurrentIndex(0)
        self._allow()

    def _add(self) -> None:
        if self.add.isEnabled():
            self._also(NamedBy(self.called.value, self.name.currentText().strip()))

    def _also(self, one: Selector) -> None:
        """One more thing that is covered, whatever was said before; where that is ticked, with all made of it."""
        known = self.selector
        if known is None and self.said:
            self.text.setPlainText(f"({self.said}) or {said(one)}")
            return
        parts = known.inner if isinstance(known, AnyOf) else () if known is None else (known,)
        named = [part for part in parts if not isinstance(part, MadeFrom)]
        made = [part for part in parts if isinstance(part, MadeFrom)]
        if self.derived.isChecked():
            made = [part for part in made if not named or part.origin != _any_of(named)]
            made.append(MadeFrom(_any_of([*named, one] if one not in named else named)))
        self.text.setPlainText(said(_any_of([*named, *([one] if one not in named else []), *made])))

    def _changed(self, *, quiet: bool = False) -> None:
        try:
            parse(self.said or 'supplier = ""')
            self.problem.setText("")
        except SelectorMalformed as error:
            happened, _, _ = error.say(spoken())
            self.problem.setText(happened)
        self.problem.setVisible(bool(self.problem.text()))
        self.text.setAccessibleDescription(self.problem.text())
        if not quiet:
            self.edited.emit()

    def _allow(self) -> None:
        self.add.setEnabled(not self.text.isReadOnly() and bool(self.name.currentText().strip()))


def _any_of(parts: Sequence[Selector]) -> Selector:
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


class ColumnDialog(Dialog):
    """Several columns of a list may be meant."""

    def __init__(self, error: DeskError, parent: QWidget) -> None:
        super().__init__(tr("Which column?"), parent, says=four_parts(error), act=tr("Read it"))
        self._column = self.text(tr("Column"))
        self.need(self._column)

    @property
    def column(self) -> str:
        return self._column.text().strip()


class ExamplesDialog(Dialog):
    """What a selector can say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("How to say what an order covers"), parent, width=680)
        examples = (
            ('supplier = "Brightwater Pictures"', tr("All that a supplier delivered")),
            ('dataset = "portraits"', tr("A dataset in all its versions")),
            ('version = "portraits@3"', tr("One version of it")),
            ('model = "verifier@2"', tr("What a model was trained on, by the imported lineage")),
            ("collected between 2014-01-01 and 2019-12-31", tr("What was collected in those days, both included")),
            ('column country = "AT"', tr("Records that say so in a column")),
            ('container = "shard-00.tar"', tr("One container")),
            ('prefix = "photos/2014/"', tr("Items whose place in their container begins so")),
            ('items in list "list.csv"', tr("Items of a list, by id or by SHA-256")),
            ('made from (supplier = "Brightwater Pictures")', tr("What was made of it: crops, filtered sets, exports")),
            ('supplier = "A" and not container = "B"', tr("Joined with not, and, or; with parentheses")),
        )
        for selector, says in examples:
            self.body.addWidget(label(selector, "mono", wrap=True, selectable=True))
            self.body.addWidget(label(says, "note", wrap=True))
