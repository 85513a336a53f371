"""The window's step chips in every situation of a case: no ✓ without the act on which it rests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dsr_desk.app.case.steps import steps
from dsr_desk.app.desk import Desk
from dsr_desk.ui import language
from dsr_desk.ui.findings import finding_said
from dsr_desk.ui.main import make_window
from dsr_desk.ui.navigation import StepLook
from dsr_desk.ui.shell import Window
from ui.conftest import PASSPHRASE
from unit.app.situations import SITUATIONS, Story

MARKS = {StepLook.DONE: "✓", StepLook.BEGUN: "…", StepLook.OPEN: ""}


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    made = make_window()
    desk, _ = Desk.create(tmp_path / "vault", "Test organisation", "Ada", PASSPHRASE)
    made.show()
    made.enter(desk)
    yield made
    made.close()


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_chips_of_the_window_say_what_the_case_is(window: Window, tmp_path: Path, qtbot: QtBot, name: str) -> None:
    assert window.session is not None
    assert window.workspace is not None
    desk, situation = window.session.desk, SITUATIONS[name]
    story = Story(desk, tmp_path)
    situation.told(story)
    window.session.open_case(story.ref)
    qtbot.waitUntil(lambda: not window.bridge.running, timeout=60_000)
    qtbot.wait(1)
    shown = []
    for step in steps(desk, story.ref):
        button = window.workspace.side.button(step.step.value)
        assert button.state is not None
        shown.append(MARKS[button.state] + step.says.code.removeprefix("step."))
        assert button.note == language.say(step.says)
        assert button.accessibleName().endswith(button.note)
        assert button.accessibleDescription() == finding_said(step.finding)
        assert bool(button.accessibleDescription()) == (button.state is StepLook.DONE)
        assert button.accessibleDescription() in button.toolTip()
    assert " ".join(shown) == situation.expected
