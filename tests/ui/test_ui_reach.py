"""Screens and printers out of reach, and what the window says of being offline."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dsr_desk.app import protection as protections
from dsr_desk.core.message import message
from dsr_desk.jobs.confine import Enforced, enforced
from dsr_desk.ui import reach
from dsr_desk.ui.about import AboutDialog, offline_signs
from dsr_desk.ui.dialogs import ErrorDialog
from dsr_desk.ui.main import make_window
from dsr_desk.ui.views.vault.recovery import RecoveryCode
from dsr_desk.ui.widgets import Button, Chip

WHOLE = Enforced(network=True, calls=True, files=True, why=None)
NONE = Enforced(network=False, calls=False, files=False, why=message("why.kernel.no-seccomp"))

OPENING = """
import sys
from dsr_desk.jobs.confine import refuse_network
if sys.argv[1] == "shut":
    refuse_network(unix=True)
from dsr_desk.core.errors import DeskError
from dsr_desk.ui.reach import application
try:
    print(application([]).platformName())
except DeskError as error:
    print(error.code)
"""


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the program where the kernel refuses the network."""
    monkeypatch.setattr(protections, "enforced", lambda: WHOLE)


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": "otherhost:0"},
        {"DISPLAY": "localhost:10.0"},
        {"DISPLAY": "tcp/host:0"},
        {"DISPLAY": "[fe80::1]:0"},
        {"DISPLAY": "host:0", "QT_QPA_PLATFORM": "xcb"},
        {"DISPLAY": "host:0", "QT_QPA_PLATFORM": "xcb;wayland", "WAYLAND_DISPLAY": "wayland-0"},
    ],
)
@pytest.mark.usefixtures("whole")
def test_a_screen_of_another_computer_is_refused_in_words(environment: dict[str, str]) -> None:
    with pytest.raises(reach.DisplayOutOfReach) as raised:
        reach.require_display(environment)
    assert environment["DISPLAY"] in raised.value.what_happened


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ":0"},
        {"DISPLAY": ":0.1", "QT_QPA_PLATFORM": "xcb"},
        {"DISPLAY": "unix:0"},
        {"DISPLAY": "unix/host:0"},
        {"DISPLAY": "host:0", "WAYLAND_DISPLAY": "wayland-0"},
        {"DISPLAY": "host:0", "QT_QPA_PLATFORM": "offscreen"},
        {"DISPLAY": "host:0", "QT_QPA_PLATFORM": "wayland"},
    ],
)
@pytest.mark.usefixtures("whole")
def test_a_screen_of_this_computer_is_taken(environment: dict[str, str]) -> None:
    reach.require_display(environment)


def test_where_nothing_is_enforced_another_computers_screen_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protections, "enforced", lambda: NONE)
    reach.require_display({"DISPLAY": "host:0"})
    reach.require_print_service({"CUPS_SERVER": "printers.example"})


@pytest.fixture
def screen() -> Iterator[str]:
    """A real X server that listens on a local socket and on TCP; its number."""
    if shutil.which("Xvfb") is None:
        pytest.skip("there is no Xvfb here")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-listen", "tcp", "-nolisten", "local"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        yield number
        server.terminate()


def _opened(how: str, display: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DISPLAY": display}
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "XAUTHORITY"):
        environment.pop(name, None)
    command = [sys.executable, "-c", OPENING, how]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not enforced().calls, reason=f"not enforced by the kernel here: {enforced().why}")
def test_a_real_screen_is_taken_by_its_local_socket_alone(screen: str) -> None:
    if "xcb" not in _opened("open", f":{screen}").stdout:
        pytest.skip("Qt lacks what it needs for a real screen here")
    assert _opened("shut", f":{screen}").stdout == "xcb\n"
    assert _opened("open", f"localhost:{screen}").stdout == "xcb\n"
    assert _opened("shut", f"localhost:{screen}").stdout == "DISPLAY-OUT-OF-REACH\n"


def test_without_a_screen_the_program_ends_with_its_words_and_no_core() -> None:
    done = _opened("open", ":4711")
    assert done.returncode == 3
    assert "[DISPLAY-MISSING]" in done.stderr
    assert "No window can be opened here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("where", ["environment", "settings"])
@pytest.mark.usefixtures("whole")
def test_another_computers_print_service_is_told_before_the_dialog(
    where: str, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CUPS_SERVER", raising=False)
    if where == "environment":
        monkeypatch.setenv("CUPS_SERVER", "printers.example")
    else:
        (tmp_path / ".cups").mkdir()
        (tmp_path / ".cups/client.conf").write_text("# ours\nEncryption Required\nServerName printers.example\n")
    asked: list[object] = []
    monkeypatch.setattr(QPrintDialog, "exec", lambda self: asked.append(self))
    code = RecoveryCode("Lakeside", tmp_path, "AAAA-BBBB")
    qtbot.addWidget(code)
    code._print()
    (error,) = code.findChildren(ErrorDialog)
    assert "printers.example" in error.heading.text()
    assert not asked
    error.reject()


@pytest.mark.usefixtures("whole")
def test_this_computers_print_service_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    reach.require_print_service({"CUPS_SERVER": "/run/cups/cups.sock"})
    (tmp_path / ".cups").mkdir()
    (tmp_path / ".cups/client.conf").write_text("ServerName /run/cups/cups.sock\n")
    reach.require_print_service({})


@pytest.mark.parametrize(
    ("there", "badge", "says"),
    [
        (WHOLE, "Offline: nothing leaves this computer", "Offline: the kernel refuses this program"),
        (NONE, "Offline, not enforced here", "not enforced by the kernel here: the kernel, or"),
    ],
)
def test_the_badge_claims_what_the_kernel_sees_to_and_no_more(
    there: Enforced, badge: str, says: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protections, "enforced", lambda: there)
    window = make_window()
    qtbot.addWidget(window)
    window.show()
    chip, _ = offline_signs()
    chip.deleteLater()
    assert badge in [one.text for one in window.findChildren(Chip)]
    about = next(one for one in window.findChildren(Button) if one.text() == "About")
    about.click()
    (dialog,) = window.findChildren(AboutDialog)
    texts = [one.text() for one in dialog.findChildren(QLabel)]
    assert any(says in text for text in texts)
    assert len([text for text in texts if "Files that came from outside" in text]) == 1
    assert "Consent of those people: the people in them were not asked." in texts
    assert any("pairs with East Asian names" in text for text in texts)
    dialog.reject()
    window.close()
