"""Facts with their captions, in columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from dsr_desk.ui.flow import Flow
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Chip, clear, column_in, label
from dsr_desk.ui.words import tr


class FactList(QWidget):
    """Small captions with their values below, in as many columns as there is room for; "unknown" gets a sign."""

    def __init__(self, columns: int = 1) -> None:
        super().__init__()
        self._flow = Flow(spacing=12, least=132, even=columns)
        self.setLayout(self._flow)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        clear(self._flow)
        for caption, value in facts:
            fact = QWidget()
            column = column_in(fact, spacing=2)
            column.addWidget(label(caption, "note", wrap=True))
            if value in ("unknown", tr("unknown")):
                column.addWidget(Chip(tr("unknown"), Tone.WARN))
            else:
                column.addWidget(label(value, wrap=True, selectable=True))
            column.addStretch(1)
            self._flow.addWidget(fact)
