"""A hostile letter in the window: it is refused in words, the window stays alive and the vault open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer

import deeds
from dsr_desk.app.case import case_lines
from dsr_desk.core.message import message
from dsr_desk.intake import registry
from dsr_desk.intake.model import RequestUnreadable
from dsr_desk.jobs.cell import Limits
from dsr_desk.ui.views.case.new_case import NewCasePage
from ui.conftest import Visitor


@pytest.mark.parametrize(
    ("does", "why"),
    [(deeds.crash, "why.cell.ended"), (deeds.hang, "why.cell.slow"), (deeds.eat, "why.cell.memory")],
)
def test_a_hostile_letter_costs_that_letter_alone(
    does: Callable[..., Any], why: str, visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "hostile.eml"
    letter.write_text("Please delete my data.")
    refused: list[Exception] = []
    visitor.session.bridge.failed.connect(refused.append)
    turns: list[None] = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(None))
    with monkeypatch.context() as patch:
        patch.setattr(registry, "parse", does)
        patch.setattr(registry, "_LIMITS", Limits(seconds=2, memory=64 << 20))
        timer.start(20)
        visitor.workspace.drop([letter])
        visitor.settle()
        timer.stop()
    (error,) = refused
    assert isinstance(error, RequestUnreadable)
    assert error.why.code == why
    if does is deeds.hang:
        assert len(turns) > 20, "the window turned while the letter hung"
    assert [one.ref for one in case_lines.list_cases(visitor.desk)] == ["2026-001"]
    visitor.workspace.drop([visitor.office.letter])
    visitor.settle()
    page = visitor.workspace.page("new")
    assert isinstance(page, NewCasePage)
    assert page.form.original.toPlainText()
    assert error.what_happened == str(message("REQUEST-UNREADABLE", name="hostile.eml", why=error.why))
