"""What was sealed: where each file lies, its passphrase, shown once, and what verifying it at once found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from dsr_desk.core.message import Message
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, label, row, scrolled_column
from dsr_desk.ui.words import tr


@dataclass(frozen=True)
class BundleShown:
    """A sealed file. `ok` is None where only the recipient's key opens it."""

    edition: str
    path: Path
    passphrase: str
    ok: bool | None
    checks: tuple[tuple[bool, Message], ...]


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
        self.body.addLayout(row(shown, copy, stretch=0))


class BundlesDialog(Dialog):
    def __init__(self, sealed: list[BundleShown], parent: QWidget) -> None:
        super().__init__(_title(sealed), parent, width=720, height=600)
        column, area = scrolled_column(tr("Sealed files"), spacing=16, ground=True)
        for one in sealed:
            column.addWidget(self._card(one))
        column.addStretch(1)
        self.body.addWidget(area, 1)
        self._secret = any(one.passphrase for one in sealed)
        self.noted = Tick(tr("I have noted the passphrases; they are not shown again"))
        self.noted.setVisible(self._secret)
        self.noted.toggled.connect(self._allow)
        self.foot.insertWidget(0, self.noted)
        self.cancel.dress("primary")
        self._allow()

    def reject(self) -> None:
        """Escape would lose a passphrase that nobody has."""
        if self.cancel.isEnabled():
            super().reject()

    def _allow(self) -> None:
        self.cancel.setEnabled(self.noted.isChecked() or not self._secret)

    def _card(self, one: BundleShown) -> Card:
        card = Card()
        head = {True: (tr("holds"), Tone.OK), False: (tr("does not hold"), Tone.DANGER)}
        chip = (
            Chip(*head[one.ok]) if one.ok is not None else Chip(tr("opens for its recipients only"), Tone.INFO, "lock")
        )
        card.body.addLayout(row(label(edition_name(one.edition), "section"), chip, None))
        card.body.addWidget(label(str(one.path), "note", wrap=True, selectable=True))
        if one.passphrase:
            card.body.addWidget(SecretCard(tr("Passphrase, to be told by another channel"), one.passphrase))
        for ok, says in one.checks:
            notice = Notice(plain=True)
            notice.say(say(says), Tone.OK if ok else Tone.DANGER, "done" if ok else "danger")
            card.body.addWidget(notice)
        return card


def edition_name(edition: str) -> str:
    return {"requester": tr("For the requester"), "regulator": tr("For the regulator")}.get(edition, edition)


def _title(sealed: list[BundleShown]) -> str:
    """Verified is said only of what was verified."""
    if any(one.ok is False for one in sealed):
        return tr("Sealed, and a file does not verify")
    if all(one.ok for one in sealed):
        return tr("Sealed and verified")
    return tr("Sealed; verified as far as it opens here")
