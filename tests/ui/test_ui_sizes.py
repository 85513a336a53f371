"""Every screen and dialog at the sizes that people have, in each language and in one that is longer than any."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from dsr_desk import ui
from dsr_desk.app.case.orders import OrderUnreadable
from dsr_desk.app.vault.where import remember_vault
from dsr_desk.core import message
from dsr_desk.core.catalogue import Form, form_of
from dsr_desk.core.message import quoted
from dsr_desk.ui import language, placing
from dsr_desk.ui.acting import SecretDialog
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.main import make_window
from dsr_desk.ui.views.case.review_table import ReviewTable
from dsr_desk.ui.views.list_page import ListPage
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.vault.recovery import RecoveryCard
from dsr_desk.ui.views.vault.welcome import Welcome
from dsr_desk.ui.workspace import PAGES
from ui.conftest import Visitor
from ui.dialogs_by_hand import Make, of_the_case, of_the_order
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


def at_all_sizes(qapp: QApplication, window: QWidget, name: str) -> list[str]:
    """The same screen, made once and resized."""
    window.setUpdatesEnabled(False)
    found = [f"{name} {one}" for size in SIZES for one in laid_out(qapp, window, size)]
    window.setUpdatesEnabled(True)
    return found


def wrong_with(dialog: QDialog, small: QSize) -> list[str]:
    """What cannot be seen of a dialog, or of the screen for it."""
    name = type(dialog).__name__
    large = (
        [] if QRect(dialog.rect().topLeft(), small).contains(dialog.rect()) else [f"{dialog.width()}×{dialog.height()}"]
    )
    return [f"{name}: {one}" for one in (*large, *faults(dialog))]


@pytest.mark.usefixtures("spoken")
def test_nothing_is_outside_covered_or_cut_on_any_screen_or_in_any_dialog(
    far: tuple[Visitor, str], qapp: QApplication, small: QSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every screen at every size, and every dialog on the smallest screen."""
    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_kept: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_kept: "")
    visitor, order = far
    found: list[str] = []
    seen: set[type[QWidget]] = set()

    def look_at(dialogs: Iterable[QDialog]) -> None:
        for dialog in dialogs:
            if type(dialog) not in seen:
                seen.add(type(dialog))
                found.extend(wrong_with(dialog, small))
            dialog.done(QDialog.DialogCode.Rejected)

    def look_by_hand(made: Iterable[Make], on: QWidget) -> None:
        for make in made:
            dialog = make(on)
            dialog.open()
            visitor.settle()
            look_at([dialog])
            dialog.deleteLater()

    for place, page in visit(visitor, order):
        seen.add(type(page))
        found += at_all_sizes(qapp, visitor.window, place)
        for button in {one.text(): one for one in page.findChildren(QAbstractButton) if asks(one)}.values():
            button.click()
            visitor.settle()
            look_at(one for one in visitor.window.findChildren(QDialog) if one.isVisible())
            visitor.settle()
        if place == "models":
            assert isinstance(page, ModelsPage)
            page.more.click()
            visitor.settle()
            found += at_all_sizes(qapp, visitor.window, "models with details")
            look_by_hand(of_the_case(visitor), page)
        elif place == "order-review":
            look_by_hand(of_the_order(visitor, order), page)
    assert found == [], "\n".join(found)
    assert seen == every(QDialog) | every(Page)
    assert visitor.errors == []


def asks(button: QAbstractButton) -> bool:
    return button.isVisible() and button.isEnabled() and button.text().endswith("…")


NOT_THEMSELVES = (Dialog, SecretDialog, Page, ListPage, ReviewTable)
"""What is shown is made of them."""


def every(kind: type[QWidget]) -> set[type[QWidget]]:
    """All that the program has of a kind, whoever shows it."""
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        importlib.import_module(module.name)
    found, kinds = set(), [kind]
    while kinds:
        kinds = [one for base in kinds for one in base.__subclasses__()]
        found |= {one for one in kinds if one.__module__.startswith(ui.__name__) and one not in NOT_THEMSELVES}
    return found


@pytest.mark.usefixtures("spoken")
def test_nothing_is_outside_covered_or_cut_before_a_vault_is_open(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    """Unlock with all that it can say, make a vault, and keep its recovery code."""
    for number in range(3):
        remember_vault(tmp_path / f"a vault of the northern region, number {number}")
    window = make_window(tmp_path / "away")
    qtbot.addWidget(window)
    window.show()
    screen = window.centralWidget()
    assert isinstance(screen, Welcome)
    screen.unlock.refuse(OrderUnreadable(name="list.csv", why=quoted("a reason of some length"), most=20))
    found = at_all_sizes(qapp, window, "unlock")
    screen.stack.setCurrentWidget(screen.making)
    screen.making.refuse(OrderUnreadable(name="list.csv", why=quoted("a reason of some length"), most=20))
    found += at_all_sizes(qapp, window, "new vault")
    code = RecoveryCard("An organisation with a name", tmp_path, "-".join(["1234"] * 8), lambda _first: None)
    screen.stack.addWidget(code)
    screen.stack.setCurrentWidget(code)
    found += at_all_sizes(qapp, window, "recovery code")
    assert found == [], "\n".join(found)
