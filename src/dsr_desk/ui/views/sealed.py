"""What was sealed: where each file lies, its passphrase, shown once, and what verifying it at once found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from dsr_desk.ui.fields import Tick
from dsr_desk.ui.language import said
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, label, row, scrolled
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class Shown:
    """A sealed file. `ok` is None where only the recipient's key opens it."""

    edition: str
    path: Path
    passphrase: str
    ok: bool | None
    checks: tuple[tuple[bool, str], ...]


class SecretCard(Card):
    """Something to be told by another channel: shown to be read out, with a way to copy it."""

    def __init__(self, caption: str, secret: str) -> None:
        super().__init__(margin=12, spacing=4)
        shown = label(secret, "mono", wrap=True, selectable=True)
        shown.setAccessibleName(f"{caption}: {secret}")
        copy = Button(
            tr("Copy"), lambda: QApplication.clipboard().setText(secret), name=tr("Copy: {what}").format(what=caption)
        )
        self.body.addWidget(label(caption, "note"))
        line = row(shown, copy)
        line.setStretch(0, 1)
        self.body.addLayout(line)


class SealedDialog(QDialog):
    def __init__(self, sealed: list[Shown], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Sealed"))
        self.resize(720, 600)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.addWidget(label(self._title(sealed), "title"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        for one in sealed:
            column.addWidget(self._card(one))
        column.addStretch(1)
        body.addWidget(scrolled(inner, name=self.tr("Sealed files"), ground=True), 1)
        self.noted = Tick(self.tr("I have noted the passphrases; they are not shown again"))
        self.noted.setVisible(any(one.passphrase for one in sealed))
        self.noted.toggled.connect(self._allow)
        self.close_it = Button(self.tr("Close"), self.accept, kind="primary")
        self.close_it.setDefault(True)
        body.addLayout(row(self.noted, None, self.close_it))
        self._secret = any(one.passphrase for one in sealed)
        self._allow()

    def reject(self) -> None:
        """Escape would lose a passphrase that nobody has."""
        if self.close_it.isEnabled():
            super().reject()

    def _allow(self) -> None:
        self.close_it.setEnabled(self.noted.isChecked() or not self._secret)

    def _title(self, sealed: list[Shown]) -> str:
        """Verified is said only of what was verified."""
        if any(one.ok is False for one in sealed):
            return self.tr("Sealed, and a file does not verify")
        if all(one.ok for one in sealed):
            return self.tr("Sealed and verified")
        return self.tr("Sealed; verified as far as it opens here")

    def _card(self, one: Shown) -> Card:
        card = Card()
        head = {True: (self.tr("holds"), Tone.OK), False: (self.tr("does not hold"), Tone.DANGER)}
        chip = (
            Chip(*head[one.ok])
            if one.ok is not None
            else Chip(self.tr("opens for its recipients only"), Tone.INFO, "lock")
        )
        card.body.addLayout(row(label(edition_name(one.edition), "section"), chip, None))
        card.body.addWidget(label(str(one.path), "note", wrap=True, selectable=True))
        if one.passphrase:
            card.body.addWidget(SecretCard(self.tr("Passphrase, to be told by another channel"), one.passphrase))
        for ok, says in one.checks:
            notice = Notice(plain=True)
            notice.say(said(says), Tone.OK if ok else Tone.DANGER, "done" if ok else "danger")
            card.body.addWidget(notice)
        return card


def edition_name(edition: str) -> str:
    return {"requester": tr("For the requester"), "regulator": tr("For the regulator")}.get(edition, edition)
