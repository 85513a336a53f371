"""The real program, as it starts, with somebody who walks through its windows where no command is given.

    python visit.py [COMMAND …]

Without a command the visitor opens VISIT_VAULT, looks at every place, is asked for a file, seals into VISIT_OUT and
leaves. With VISIT_OPEN the kernel refuses nothing: what is not tried then is not tried at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dsr_desk import __main__ as program

if TYPE_CHECKING:
    from dsr_desk.ui.shell import Window

CASE = "2026-001"
PLACES = (
    *("request", "search", "review", "models", "deletion", "evidence"),
    *("cases", "indexes", "lineage", "recipients", "journal", "settings"),
)

if "VISIT_OPEN" in os.environ:
    # Cells are forked from a process that runs this file too.
    from dsr_desk.jobs import inside

    inside.enter_cell = lambda *_confinement: None
    program._shut = lambda: None


def main() -> None:
    if len(sys.argv) == 1:
        start = program._program
        program._program = lambda: _visited(start)
    program.run()


def _visited(start: Callable[[], None]) -> None:
    from PySide6.QtCore import QTimer

    from dsr_desk.ui import main as windows

    make = windows.make_window

    def make_visited(vault: Path | None = None) -> Window:
        window = make(vault)
        QTimer.singleShot(0, lambda: _walk(window))
        return window

    windows.make_window = make_visited
    start()


def _walk(window: Window) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

    from dsr_desk.app.demo import PASSPHRASE
    from dsr_desk.ui import choosing
    from dsr_desk.ui.acting import SignDialog
    from dsr_desk.ui.views.proof.evidence import EvidencePage
    from dsr_desk.ui.views.vault.welcome import Welcome

    def settle() -> None:
        quiet = 0
        while quiet < 10:
            QApplication.processEvents()
            quiet = 0 if window.bridge.running else quiet + 1

    def visible(kind: type[QDialog]) -> list[QDialog]:
        return [one for one in window.findChildren(kind) if one.isVisible()]

    def turn_away() -> None:
        for one in QApplication.topLevelWidgets():
            if isinstance(one, QFileDialog):
                print("was asked for a file", flush=True)
                one.reject()

    window.bridge.failed.connect(lambda error: print("failed:", error.code, flush=True))
    welcome = window.centralWidget()
    assert isinstance(welcome, Welcome)
    welcome.unlock.folder.field.setText(os.environ["VISIT_VAULT"])
    welcome.unlock.secret.setText(PASSPHRASE)
    welcome.unlock.go.click()
    settle()
    workspace, session = window.workspace, window.session
    assert workspace is not None
    assert session is not None
    session.open_case(CASE, "request")
    for place in PLACES:
        workspace.show_place(place)
        settle()
        print("saw", place, flush=True)
    QTimer.singleShot(0, turn_away)
    choosing.ask_file(window, "A letter")
    workspace.show_place("evidence")
    page = workspace.page("evidence")
    assert isinstance(page, EvidencePage)
    page.sign_and_seal(Path(os.environ["VISIT_OUT"]))
    settle()
    for dialog in visible(SignDialog):
        dialog.secret.setText(PASSPHRASE)
        dialog.act.click()
    settle()
    for dialog in visible(QDialog):
        dialog.accept()
    settle()
    window.close()


if __name__ == "__main__":
    main()
