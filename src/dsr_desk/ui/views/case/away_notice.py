"""Says on a page, and as long as it is so, which folder is not here and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Notice
from dsr_desk.ui.words import tr


class AwayNotice(Notice):
    """Hidden while all is here."""

    def __init__(self) -> None:
        super().__init__(tone=Tone.WARN)
        self.hide()

    def show_away(self, folders: Sequence[Path], then: str) -> None:
        """`then` is what to do once the folder is back."""
        if folders:
            says = tr("The disk is not here, or the folder was moved or renamed: there is nothing at {folders}.")
            first = tr("Connect the disk, or put the folder back where it was; {then}.")
            second = tr("Only where others hold the data now is it theirs to do: hand the plan over to them.")
            named = says.format(folders=", ".join(map(str, folders)))
            self.say(" ".join((named, first.format(then=then), second)), Tone.WARN)
        self.setVisible(bool(folders))

    def tell(self, text: str) -> None:
        """Something else that keeps what was asked for from being shown."""
        self.say(text, Tone.WARN)
        self.show()
