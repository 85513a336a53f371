"""Screens and printers that are another computer's: the kernel refuses the way to them, and this says so beforehand."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from dsr_desk.app.protection import protection
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import quoted

_CANNOT_RUN = 3
"""The exit code of a program that cannot do its work."""


class DisplayOutOfReach(DeskError):
    code = "DISPLAY-OUT-OF-REACH"
    happened = "The screen {display} is reached through a network, and this program gets none from the kernel."
    means = "No window was opened, and nothing was sent."
    todo = "Start it at the computer itself or in a remote desktop that runs there; commands work over ssh as they are."


class DisplayMissing(DeskError):
    code = "DISPLAY-MISSING"
    happened = "No window can be opened here: {why}."
    means = "Nothing was read and nothing was changed."
    todo = "Start it in a desktop session, and see that what Qt needs is installed; commands work without a screen."


class PrinterOutOfReach(DeskError):
    code = "PRINTER-OUT-OF-REACH"
    happened = "The print service is {server}, another computer's, and this program gets no network from the kernel."
    means = "Nothing was printed or sent."
    todo = "Write the code down by hand, or let this computer's own print service (CUPS) print: it may use the network."


def application(argv: Sequence[str]) -> QApplication:
    """The one of this process. Raises DisplayOutOfReach; ends the process where Qt finds no screen, as Qt would."""
    app = QApplication.instance()
    if app is None:
        require_display()
        said: list[str] = []

        def told(kind: QtMsgType, _place: QMessageLogContext, what: str) -> None:
            said.append(what)
            if kind == QtMsgType.QtFatalMsg:
                error = DisplayMissing(why=quoted(said[0].rstrip(".")))
                sys.stderr.write(f"{error.what_happened}\n{error.what_it_means}\n{error.what_to_do}\n[{error.code}]\n")
                sys.stderr.flush()
                os._exit(_CANNOT_RUN)

        before = qInstallMessageHandler(told)
        try:
            app = QApplication([sys.argv[0], *argv])
        finally:
            qInstallMessageHandler(before)
    if not isinstance(app, QApplication):
        raise RuntimeError("there is another kind of Qt application in this process")
    return app


def require_display(environment: Mapping[str, str] = os.environ) -> None:
    """Raises DisplayOutOfReach where Qt would end the program for it."""
    platform, display = environment.get("QT_QPA_PLATFORM", ""), environment.get("DISPLAY", "")
    if not platform.startswith("xcb") and (platform or environment.get("WAYLAND_DISPLAY")):
        return
    host = display.rpartition(":")[0]
    if host not in ("", "unix") and not host.startswith(("unix/", "/")) and protection().network:
        raise DisplayOutOfReach(display=display)


def require_print_service(environment: Mapping[str, str] = os.environ) -> None:
    """Raises PrinterOutOfReach where CUPS is told to ask another computer, which it would do in silence."""
    settings = Path.home() / ".cups/client.conf", Path("/etc/cups/client.conf")
    server = environment.get("CUPS_SERVER") or _named_in(*settings)
    if server and not server.startswith("/") and protection().network:
        raise PrinterOutOfReach(server=server)


def _named_in(*files: Path) -> str:
    """The first server that one of the settings of CUPS names."""
    for file in files:
        try:
            lines = file.read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, value = line.strip().partition(" ")
            if name.lower() == "servername" and value.strip():
                return value.strip()
    return ""
