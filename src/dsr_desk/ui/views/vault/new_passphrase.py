"""A new passphrase: typed twice or made by the program, and judged while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from dsr_desk.core.passphrases import PassphraseStrength, new_passphrase, strength
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, label
from dsr_desk.ui.words import tr


class NewPassphrase(QObject):
    """Two fields, the words that judge what is typed, and a button that fills in a made one: for a form to lay out.

    `names` gives what somebody who guesses knows. The vault refuses a weak one anyway, so nothing waits for the words.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, names: Callable[[], Sequence[str]], parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._names = bridge, names
        self._judging = False
        self._judged: tuple[str, tuple[str, ...], PassphraseStrength] | None = None
        self.secret = text_field(tr("New passphrase"), secret=True)
        self.again = text_field(tr("Passphrase once more"), secret=True)
        self.says = Notice(plain=True)
        self.says.hide()
        self.made = label("", "mono", selectable=True)
        self.made.hide()
        self.suggest = Button(tr("Suggest one"), self._suggest, name=tr("Suggest a passphrase"))
        for field in (self.secret, self.again):
            field.textChanged.connect(self.look)

    @property
    def ready(self) -> bool:
        """Typed twice, not known to be weak, and not in use already."""
        found, text = self._found(), self.secret.text()
        fits = bool(text) and text == self.again.text()
        return fits and (found is None or found.enough) and self.secret.isEnabled()

    def freeze(self, frozen: bool) -> None:
        """Nothing is typed while the vault takes it."""
        for part in (self.secret, self.again, self.suggest):
            part.setDisabled(frozen)

    def forget(self) -> None:
        """What was typed has been used."""
        self.secret.setText("")
        self.again.setText("")
        self.made.setAccessibleName("")
        self._judged = None

    def look(self, _news: object = None) -> None:
        """Judges what is typed; called as well when a name was typed that makes it easier to guess."""
        if self.secret.text() != self.made.text():
            self.made.clear()
            self.made.hide()
        if self.secret.text() and self._found() is None and not self._judging:
            self._judge()
        self._show()
        self.changed.emit()

    def _judge(self) -> None:
        """Beside the window: an odd passphrase takes seconds. One at a time, the newest next."""
        text, names = self._typed()
        self._judging = True
        self._bridge.run(
            tr("Judging the passphrase"),
            lambda _report, _token: strength(text, names),
            lambda found: self._told(text, names, found),
            context=self,
            cancellable=False,
        )

    def _told(self, text: str, names: tuple[str, ...], found: PassphraseStrength) -> None:
        self._judging = False
        self._judged = text, names, found
        self.look()

    def _typed(self) -> tuple[str, tuple[str, ...]]:
        return self.secret.text(), tuple(self._names())

    def _found(self) -> PassphraseStrength | None:
        """The judgement, where it is about what stands there now."""
        return self._judged[2] if self._judged is not None and self._judged[:2] == self._typed() else None

    def _show(self) -> None:
        found = self._found()
        differ = bool(self.again.text()) and self.again.text() != self.secret.text()
        if differ:
            self._say(tr("The two passphrases differ."), Tone.DANGER)
        elif found is not None:
            self._say(" ".join(map(say, found.why)), Tone.OK if found.enough else Tone.DANGER)
        elif not self.secret.text():
            self._say("", Tone.PLAIN)

    def _say(self, text: str, tone: Tone) -> None:
        self.says.say(text, tone)
        self.says.setVisible(bool(text))
        self.secret.setAccessibleDescription(text)

    def _suggest(self) -> None:
        """Shown to be noted; typed once more, so that it was."""
        made = new_passphrase()
        self.again.clear()
        self.made.setText(made)
        self.made.setAccessibleName(tr("Suggested passphrase: {passphrase}").format(passphrase=made))
        self.made.show()
        self.secret.setText(made)
        self.again.setFocus()
