"""Where a letter and photos are dropped before there is a draft."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from dsr_desk.ui.widgets import Button, Card, label, row
from dsr_desk.ui.words import tr


class DropCard(Card):
    """`letter` and `photos` are the buttons for those who choose files instead."""

    def __init__(self, choose_letter: Callable[[], None], choose_photos: Callable[[], None]) -> None:
        super().__init__(margin=32, spacing=12)
        self.setProperty("role", "drop")
        self.setAccessibleName(tr("Drop a letter and photos here"))
        self.body.addStretch(1)
        self.body.addLayout(row(None, label(tr("Drop the letter and the photos here"), "section"), None))
        hint = tr("A letter is an e-mail, a document, a scan or a text. Photos attached to an e-mail are found in it.")
        says = self.body.put(label(hint, "muted", wrap=True))
        says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.letter = Button(tr("Choose a letter …"), choose_letter, kind="primary")
        self.photos = Button(tr("Begin with photos …"), choose_photos)
        self.body.addLayout(row(None, self.photos, self.letter, None))
        self.body.addStretch(2)
