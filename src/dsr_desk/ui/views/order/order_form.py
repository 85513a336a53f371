"""What an order says, beside the paper as it came: every field editable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from dsr_desk.app.case.orders import ObligationWord, OrderContent
from dsr_desk.core import codec
from dsr_desk.core.items import DatasetVersion
from dsr_desk.ui.fields import DayField, text_field
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.order.obligations import ObligationsEditor
from dsr_desk.ui.views.order.selector_box import SelectorBox
from dsr_desk.ui.widgets import Card, across, column_in, label, scrolled_column
from dsr_desk.ui.words import tr


class OrderForm(QWidget):
    """`edited` is emitted whenever the officer changes something. `left` is the column in which the paper lies."""

    edited = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.authority = text_field(tr("Authority"), example=tr("who gave the order"))
        self.docket = text_field(tr("Docket"), example=tr("its number"))
        self.served = DayField(tr("Day of service"))
        self.note = text_field(tr("Note"), example=tr("of your own"))
        self.obligations = ObligationsEditor()
        self.covers = SelectorBox(session)
        self.original = QPlainTextEdit()
        self.original.setReadOnly(True)
        self.original.setProperty("role", "original")
        self.original.setAccessibleName(tr("The order as it came"))
        self.original.setTabChangesFocus(True)
        self._source = label("", "note")
        holder = QWidget()
        self.left = column_in(holder)
        paper = Card(tr("The order"))
        paper.body.addWidget(self._source)
        paper.body.addWidget(self.original, 1)
        self.left.addWidget(paper, 1)
        self.setLayout(across((holder, 2), (self._fields(), 3)))
        for signal in (self.authority.textEdited, self.docket.textEdited, self.note.textEdited):
            signal.connect(self.edited)
        self.served.dateChanged.connect(self._serve)
        self.obligations.edited.connect(self.edited)
        self.covers.edited.connect(self.edited)

    def show_order(
        self, content: OrderContent, words: Mapping[str, ObligationWord], versions: Sequence[DatasetVersion]
    ) -> None:
        """`words` are on its obligations; `versions` those of the registered datasets."""
        self._words, self._versions = words, versions
        self.authority.setText(content.authority)
        self.docket.setText(content.docket)
        self.note.setText(content.note)
        for field in (self.authority, self.docket, self.note):
            field.setCursorPosition(0)
        blocked = self.served.blockSignals(True)
        self.served.day = content.served
        self.served.blockSignals(blocked)
        self.obligations.show_obligations(content.obligations, content.profile, content.served, words)
        self.covers.show_selector(content.covers, list(versions))

    def show_paper(self, text: str, name: str) -> None:
        """`name` is the file's, "" where there is none yet."""
        nothing = tr("Nothing of its text could be read. It is kept as it came: type what it says.")
        self.original.setPlainText(text or (nothing if name else tr("Drop the order here, or choose its file.")))
        self._source.setText(name)

    @property
    def said(self) -> dict[str, Any]:
        """What the fields say, but for the obligations."""
        return {
            "authority": self.authority.text().strip(),
            "docket": self.docket.text().strip(),
            "served": self.served.day,
            "profile": self.obligations.profile.value,
            "note": self.note.text().strip(),
            "covers": self.covers.said,
        }

    def typed(self) -> dict[str, Any]:
        said: dict[str, Any] = codec.plain(OrderContent(**self.said, obligations=self.obligations.obligations))
        return said

    def retype(self, values: Mapping[str, Any]) -> None:
        """Files that the selector names as lists are chosen again."""
        self.show_order(codec.restore(values, OrderContent), self._words, self._versions)
        self.edited.emit()

    @property
    def complete(self) -> bool:
        """Whether everything is there that an order must have."""
        readable = not self.covers.said or self.covers.selector is not None
        return bool(self.said["authority"] and self.said["docket"] and self.obligations.obligations) and readable

    def lock(self, locked: bool) -> None:
        """Closed cases are read, not edited."""
        for field in (self.authority, self.docket, self.note):
            field.setReadOnly(locked)
        self.served.setEnabled(not locked)
        self.obligations.lock(locked)
        self.covers.lock(locked)

    def _serve(self) -> None:
        self.obligations.serve(self.served.day)
        self.edited.emit()

    def _fields(self) -> Card:
        card = Card(tr("What it says"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for field_column in (1, 3):
            grid.setColumnStretch(field_column, 1)
        for number, field in enumerate((self.authority, self.docket, self.served, self.note)):
            caption = label(field.accessibleName(), "muted")
            caption.setBuddy(field)
            line, place = divmod(number, 2)
            grid.addWidget(caption, line, 2 * place)
            grid.addWidget(field, line, 2 * place + 1)
        column, area = scrolled_column(tr("Fields of the order"))
        column.addLayout(grid)
        column.addWidget(self.obligations, 1)
        column.addWidget(label(tr("Which data it names, as far as it says so"), "strong"))
        column.addWidget(self.covers)
        card.body.addWidget(area, 1)
        return card


def empty_content() -> OrderContent:
    return OrderContent("", "", date.today(), ())
