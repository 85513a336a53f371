"""Every screen and dialog at the sizes that people have, in each language and in one that is longer than any."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QWidget

from dsr_desk.core import message
from dsr_desk.core.catalogue import Form, form_of
from dsr_desk.ui import language, placing
from dsr_desk.ui.workspace import PAGES
from ui.conftest import Visitor
from ui.laid_out import faults
from ui.test_ui_orders import sampled

SIZES = (placing.LEAST, QSize(960, 540), QSize(1280, 800), QSize(1366, 768))
"""The least that is allowed, Full HD at 200 %, and what older machines have."""

SMALL_SCREEN = QRect(0, 0, 960, 540)
OF_A_CASE = ("request", "search", "review", "models", "deletion", "evidence")
LONGER = "longer"


def lengthened(text: str) -> str:
    """The same with 40 % more letters in each word; blanks and figures stay."""
    parts = re.split(r"(\{[^{}]*\}|%Ln)", text)
    return "".join(part if number % 2 else re.sub(r"[^\W\d_]{3,}", _longer, part) for number, part in enumerate(parts))


def _longer(word: re.Match[str]) -> str:
    return word[0] + word[0][-1] * round(len(word[0]) * 0.4)


def longer_form(code: str, spoken: str) -> Form | None:
    form = form_of(code, spoken)
    if form is None:
        return None
    return tuple(map(lengthened, form)) if isinstance(form, tuple) else lengthened(form)


class Longer(QTranslator):
    """Every label, 40 % longer."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, _context: str, source: str, _remark: str | None = None, _n: int = -1) -> str:
        return lengthened(source)


@pytest.fixture(params=["de", LONGER, pytest.param("en", marks=pytest.mark.long)])
def spoken(request: pytest.FixtureRequest, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The windows speak it. English is shorter than its own lengthened form."""
    if request.param == LONGER:
        translator = Longer()
        qapp.installTranslator(translator)
        monkeypatch.setattr(message, "form_of", longer_form)
        yield LONGER
        qapp.removeTranslator(translator)
    else:
        language.speak(qapp, request.param)
        yield request.param
        language.speak(qapp, "en")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> QSize:
    """What is left of Full HD at 200 % beside the frame of a window."""
    room = SMALL_SCREEN.adjusted(8, 32, -8, -8)
    monkeypatch.setattr(placing, "room_on", lambda _screen: room)
    return room.size()


@pytest.fixture
def far(visitor: Visitor) -> tuple[Visitor, str]:
    """A case that is planned, an order that is sampled, two officers: most of what there is to see."""
    visitor.add_officer()
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    visitor.plan()
    return visitor, sampled(visitor)


def visit(visitor: Visitor, order: str) -> Iterator[tuple[str, QWidget]]:
    """Every screen, those of steps in the case or the order that they belong to."""
    for place in PAGES:
        key = place.removeprefix("order-")
        if key in OF_A_CASE:
            visitor.session.open_case(order if key != place else visitor.office.case, key)
            visitor.settle()
        else:
            visitor.show(key)
        shown = visitor.workspace.stack.currentWidget()
        assert shown is not None
        yield place, shown


def laid_out(qapp: QApplication, window: QWidget, size: QSize) -> list[str]:
    """What cannot be seen of a window of that size. Nothing is painted for it."""
    window.resize(size)
    for _ in range(3):
        qapp.processEvents()
    grown = [] if window.size() == size else [f"is {window.width()}×{window.height()}"]
    return [f"{size.width()}×{size.height()}: {one}" for one in (*grown, *faults(window))]


@pytest.mark.usefixtures("spoken")
def test_nothing_is_outside_covered_or_cut_on_any_screen(far: tuple[Visitor, str], qapp: QApplication) -> None:
    visitor, order = far
    found = []
    for place, _page in visit(visitor, order):
        visitor.window.setUpdatesEnabled(False)
        for size in SIZES:
            found += [f"{place} {one}" for one in laid_out(qapp, visitor.window, size)]
        visitor.window.setUpdatesEnabled(True)
    assert found == []
    assert visitor.errors == []


@pytest.mark.usefixtures("spoken")
def test_nothing_is_outside_covered_or_cut_in_any_dialog_on_a_small_screen(
    far: tuple[Visitor, str], small: QSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every dialog that a button with an ellipsis opens. None is larger than the screen."""
    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_kept: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_kept: "")
    visitor, order = far
    found, seen = [], set()
    for place, page in visit(visitor, order):
        for button in {one.text(): one for one in page.findChildren(QAbstractButton) if asks(one)}.values():
            button.click()
            visitor.settle()
            for dialog in [one for one in visitor.window.findChildren(QDialog) if one.isVisible()]:
                if type(dialog) not in seen:
                    seen.add(type(dialog))
                    found += [f"{place}, {type(dialog).__name__}: {one}" for one in faults(dialog)]
                    if not QRect(dialog.rect().topLeft(), small).contains(dialog.rect()):
                        found.append(f"{place}, {type(dialog).__name__} is {dialog.width()}×{dialog.height()}")
                dialog.done(QDialog.DialogCode.Rejected)
            visitor.settle()
    assert found == []
    assert len(seen) >= 25
    assert visitor.errors == []


def asks(button: QAbstractButton) -> bool:
    return button.isVisible() and button.isEnabled() and button.text().endswith("…")
