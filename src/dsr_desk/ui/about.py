"""What this program is, and what keeps it offline here."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dsr_desk import __version__
from dsr_desk.app.protection import protection
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Chip
from dsr_desk.ui.words import tr


def offline_signs() -> tuple[Chip, Button]:
    """The badge of a window, which claims no more than the kernel sees to, and what explains it."""
    enforced = protection().network
    chip = Chip(
        tr("Offline: nothing leaves this computer") if enforced else tr("Offline, not enforced here"),
        Tone.PLAIN if enforced else Tone.WARN,
        icon="offline",
    )
    about = Button(tr("About"), lambda: AboutDialog(about.window()).open(), kind="link", name=tr("About DSR Desk"))
    return chip, about


class AboutDialog(LinesDialog):
    def __init__(self, parent: QWidget) -> None:
        from dsr_desk.app.data.engines import built_in_says  # the first paint needs none of it

        licence = tr("Free software under the Apache License 2.0.")
        says = [say(one) for one in (*protection().says, *built_in_says())]
        super().__init__(f"DSR Desk {__version__}", licence, says, parent)
